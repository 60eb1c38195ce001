// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_SHARE_ASSET,
    AT_SHARE_HOLDER,
    CLAIM_ASSET,
    CLAIM_HOLDER,
    CLAIM_SHARE,
    OBJECT_SHARE,
    STATUS_APPLIED,
    STATUS_MISMATCH,
    STATUS_OVERFLOW,
    STATUS_SHARE
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice CLAIM (docs/spec/entries.md): pays a share what it has earned.
library Claim {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        Leaf share = row.leaf(CLAIM_SHARE);
        Leaf holder = row.leaf(CLAIM_HOLDER);
        if (share.typeOf() != OBJECT_SHARE) return STATUS_SHARE;
        if (share.get(AT_SHARE_ASSET) != row.id(CLAIM_ASSET) || share.get(AT_SHARE_HOLDER) != holder.id()) {
            return STATUS_MISMATCH;
        }
        return Ledger.shareSettle(share, row.leaf(CLAIM_ASSET), holder) ? STATUS_APPLIED : STATUS_OVERFLOW;
    }
}
