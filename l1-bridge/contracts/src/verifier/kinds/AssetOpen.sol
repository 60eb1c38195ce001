// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    ASSET_DRAFT,
    ASSET_OPEN_ASSET,
    ASSET_OPEN_FROM,
    AT_ASSET_OWNER,
    AT_ASSET_PARENTS_OPEN,
    AT_ASSET_STATUS,
    OBJECT_ASSET,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_OWNER,
    STATUS_PARENTS_OPEN
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice ASSET_OPEN (docs/spec/entries.md): opens a draft for use and for children, once it carries all it must.
library AssetOpen {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        Leaf asset = row.leaf(ASSET_OPEN_ASSET);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_OWNER) != row.id(ASSET_OPEN_FROM)) return STATUS_OWNER;
        if (asset.get(AT_ASSET_STATUS) != ASSET_DRAFT) return STATUS_ASSET_STATUS;
        if (asset.get(AT_ASSET_PARENTS_OPEN) != 0) return STATUS_PARENTS_OPEN;
        asset.set(AT_ASSET_STATUS, ASSET_ACTIVE);
        return STATUS_APPLIED;
    }
}
