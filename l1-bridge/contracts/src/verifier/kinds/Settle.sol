// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_EDGE_BENEFICIARY,
    AT_EDGE_CHILD,
    OBJECT_EDGE,
    SETTLE_BENEFICIARY,
    SETTLE_CHILD,
    SETTLE_EDGE,
    STATUS_APPLIED,
    STATUS_EDGE,
    STATUS_MISMATCH,
    STATUS_OVERFLOW
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice SETTLE (docs/spec/entries.md): moves what an edge is owed since it was last settled.
library Settle {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        Leaf edge = row.leaf(SETTLE_EDGE);
        Leaf beneficiary = row.leaf(SETTLE_BENEFICIARY);
        if (edge.typeOf() != OBJECT_EDGE) return STATUS_EDGE;
        if (edge.get(AT_EDGE_CHILD) != row.id(SETTLE_CHILD) || edge.get(AT_EDGE_BENEFICIARY) != beneficiary.id()) {
            return STATUS_MISMATCH;
        }
        return Ledger.edgeSettle(edge, row.leaf(SETTLE_CHILD), beneficiary) ? STATUS_APPLIED : STATUS_OVERFLOW;
    }
}
