// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_ADDR,
    DEPOSIT_AMOUNT,
    DEPOSIT_TO,
    OBJECT_ACCOUNT,
    STATUS_ADDRESS_ZERO,
    STATUS_AMOUNT_ZERO,
    STATUS_APPLIED,
    STATUS_STATE_FULL,
    STATUS_SUPPLY
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice DEPOSIT (docs/spec/entries.md): money from L1 credits the account of an address, made if there is none.
library Deposit {
    function run(State memory s, Row row) internal view returns (uint256 status) {
        uint256 to = row.num(DEPOSIT_TO);
        uint256 amount = row.num(DEPOSIT_AMOUNT);
        if (amount == 0) return STATUS_AMOUNT_ZERO;
        if (to == 0) return STATUS_ADDRESS_ZERO;
        if (!Ledger.canIssue(s, amount)) return STATUS_SUPPLY;
        bytes32 key = Keys.account(to);
        (bool found, Leaf account) = Slots.find(s, key);
        if (!found) {
            if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
            account = Slots.createKeyed(s, OBJECT_ACCOUNT, key, account);
            account.set(AT_ACCOUNT_ADDR, to);
        }
        Ledger.issue(s, amount);
        Ledger.credit(account, amount);
        return STATUS_APPLIED;
    }
}
