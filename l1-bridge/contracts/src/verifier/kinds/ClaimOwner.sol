// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ASSET_OWNER,
    CLAIM_OWNER_ASSET,
    CLAIM_OWNER_OWNER,
    OBJECT_ASSET,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_MISMATCH
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice CLAIM_OWNER (docs/spec/entries.md): pays an owner what an asset earned while its pool was empty.
library ClaimOwner {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        Leaf asset = row.leaf(CLAIM_OWNER_ASSET);
        Leaf owner = row.leaf(CLAIM_OWNER_OWNER);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_OWNER) != owner.id()) return STATUS_MISMATCH;
        Ledger.ownerSettle(asset, owner);
        return STATUS_APPLIED;
    }
}
