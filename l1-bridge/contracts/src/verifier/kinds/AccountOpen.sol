// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ACCOUNT_OPEN_AMOUNT,
    ACCOUNT_OPEN_FROM,
    ACCOUNT_OPEN_TO,
    AT_ACCOUNT_ADDR,
    AT_ACCOUNT_BALANCE,
    OBJECT_ACCOUNT,
    STATUS_ACCOUNT_EXISTS,
    STATUS_ADDRESS_ZERO,
    STATUS_APPLIED,
    STATUS_BALANCE,
    STATUS_STATE_FULL
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice ACCOUNT_OPEN (docs/spec/entries.md): makes the account of an address that has none, with a first amount.
library AccountOpen {
    function run(State memory s, Row row) internal view returns (uint256 status) {
        Leaf from = row.leaf(ACCOUNT_OPEN_FROM);
        uint256 to = row.num(ACCOUNT_OPEN_TO);
        uint256 amount = row.num(ACCOUNT_OPEN_AMOUNT);
        if (to == 0) return STATUS_ADDRESS_ZERO;
        if (from.get(AT_ACCOUNT_BALANCE) < amount) return STATUS_BALANCE;
        bytes32 key = Keys.account(to);
        (bool found, Leaf before) = Slots.find(s, key);
        if (found) return STATUS_ACCOUNT_EXISTS;
        if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
        Leaf account = Slots.createKeyed(s, OBJECT_ACCOUNT, key, before);
        account.set(AT_ACCOUNT_ADDR, to);
        Ledger.debit(from, amount);
        Ledger.credit(account, amount);
        return STATUS_APPLIED;
    }
}
