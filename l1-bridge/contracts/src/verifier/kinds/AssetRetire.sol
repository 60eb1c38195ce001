// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_RETIRED,
    ASSET_RETIRE_ASSET,
    ASSET_RETIRE_FROM,
    AT_ASSET_OWNER,
    AT_ASSET_STATUS,
    OBJECT_ASSET,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_OWNER
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice ASSET_RETIRE (docs/spec/entries.md): ends new use and new children; past earnings and claims go on.
library AssetRetire {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        Leaf asset = row.leaf(ASSET_RETIRE_ASSET);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_OWNER) != row.id(ASSET_RETIRE_FROM)) return STATUS_OWNER;
        if (asset.get(AT_ASSET_STATUS) == ASSET_RETIRED) return STATUS_ASSET_STATUS;
        asset.set(AT_ASSET_STATUS, ASSET_RETIRED);
        return STATUS_APPLIED;
    }
}
