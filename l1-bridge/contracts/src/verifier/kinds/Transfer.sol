// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_BALANCE,
    STATUS_AMOUNT_ZERO,
    STATUS_APPLIED,
    STATUS_BALANCE,
    TRANSFER_AMOUNT,
    TRANSFER_FROM,
    TRANSFER_TO
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice TRANSFER (docs/spec/entries.md): moves an amount from one account to another, or to itself.
library Transfer {
    function run(State memory, Row row) internal pure returns (uint256 status) {
        Leaf from = row.leaf(TRANSFER_FROM);
        uint256 amount = row.num(TRANSFER_AMOUNT);
        if (amount == 0) return STATUS_AMOUNT_ZERO;
        if (from.get(AT_ACCOUNT_BALANCE) < amount) return STATUS_BALANCE;
        Ledger.debit(from, amount);
        Ledger.credit(row.leaf(TRANSFER_TO), amount);
        return STATUS_APPLIED;
    }
}
