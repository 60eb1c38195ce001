// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_BALANCE,
    AT_SYSTEM_WITHDRAW_MULTIPLE,
    AT_WITHDRAWAL_AMOUNT,
    AT_WITHDRAWAL_TO,
    OBJECT_WITHDRAWAL,
    STATUS_ADDRESS_ZERO,
    STATUS_AMOUNT_ZERO,
    STATUS_APPLIED,
    STATUS_BALANCE,
    STATUS_STATE_FULL,
    STATUS_WITHDRAW_MULTIPLE,
    WITHDRAW_AMOUNT,
    WITHDRAW_FROM,
    WITHDRAW_TO
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice WITHDRAW (docs/spec/entries.md): takes money out of the ledger into a withdrawal object.
library Withdraw {
    function run(State memory s, Row row) internal pure returns (uint256 status) {
        Leaf from = row.leaf(WITHDRAW_FROM);
        uint256 to = row.num(WITHDRAW_TO);
        uint256 amount = row.num(WITHDRAW_AMOUNT);
        if (amount == 0) return STATUS_AMOUNT_ZERO;
        if (to == 0) return STATUS_ADDRESS_ZERO;
        if (amount % s.system.get(AT_SYSTEM_WITHDRAW_MULTIPLE) != 0) return STATUS_WITHDRAW_MULTIPLE;
        if (from.get(AT_ACCOUNT_BALANCE) < amount) return STATUS_BALANCE;
        if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
        Leaf withdrawal = Slots.create(s, OBJECT_WITHDRAWAL);
        withdrawal.set(AT_WITHDRAWAL_TO, to);
        withdrawal.set(AT_WITHDRAWAL_AMOUNT, amount);
        Ledger.debit(from, amount);
        Ledger.retire(s, amount);
        return STATUS_APPLIED;
    }
}
