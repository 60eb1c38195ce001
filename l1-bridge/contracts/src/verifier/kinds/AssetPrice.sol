// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_PRICE_ASSET,
    ASSET_PRICE_FROM,
    ASSET_PRICE_PRICE,
    ASSET_PRICE_SCOPE,
    ASSET_RETIRED,
    AT_ASSET_OWNER,
    AT_ASSET_PRICE0,
    AT_ASSET_PRICE1,
    AT_ASSET_STATUS,
    OBJECT_ASSET,
    SCOPES,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_ENUM_RANGE,
    STATUS_OWNER
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice ASSET_PRICE (docs/spec/entries.md): sets the price of a scope for streams opened from now on.
library AssetPrice {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        uint256 scope = row.num(ASSET_PRICE_SCOPE);
        if (scope >= SCOPES) return STATUS_ENUM_RANGE;
        Leaf asset = row.leaf(ASSET_PRICE_ASSET);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_OWNER) != row.id(ASSET_PRICE_FROM)) return STATUS_OWNER;
        if (asset.get(AT_ASSET_STATUS) == ASSET_RETIRED) return STATUS_ASSET_STATUS;
        // The prices lie side by side.
        asset.set(AT_ASSET_PRICE0 + scope * (AT_ASSET_PRICE1 - AT_ASSET_PRICE0), row.num(ASSET_PRICE_PRICE));
        return STATUS_APPLIED;
    }
}
