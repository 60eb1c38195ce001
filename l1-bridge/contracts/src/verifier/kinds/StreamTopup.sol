// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_BALANCE,
    AT_STREAM_ESCROW,
    AT_STREAM_EXPIRY,
    AT_STREAM_PAYER,
    AT_STREAM_SERIAL,
    OBJECT_STREAM,
    STATUS_AMOUNT_ZERO,
    STATUS_APPLIED,
    STATUS_BALANCE,
    STATUS_EXPIRY_RANGE,
    STATUS_STREAM,
    STATUS_STREAM_EXPIRED,
    STREAM_TOPUP_AMOUNT,
    STREAM_TOPUP_EXPIRY,
    STREAM_TOPUP_FROM,
    STREAM_TOPUP_SERIAL,
    STREAM_TOPUP_STREAM
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice STREAM_TOPUP (docs/spec/entries.md): adds to a stream's escrow or to its life, or both.
library StreamTopup {
    function run(State memory s, Row row) internal pure returns (uint256 status) {
        Leaf from = row.leaf(STREAM_TOPUP_FROM);
        Leaf stream = row.leaf(STREAM_TOPUP_STREAM);
        uint256 amount = row.num(STREAM_TOPUP_AMOUNT);
        uint256 expiry = row.num(STREAM_TOPUP_EXPIRY);
        if (
            stream.typeOf() != OBJECT_STREAM || stream.get(AT_STREAM_SERIAL) != row.num(STREAM_TOPUP_SERIAL)
                || stream.get(AT_STREAM_PAYER) != from.id()
        ) return STATUS_STREAM;
        uint256 present = stream.get(AT_STREAM_EXPIRY);
        if (expiry < present) return STATUS_EXPIRY_RANGE;
        if (amount == 0 && expiry == present) return STATUS_AMOUNT_ZERO;
        if (present < s.time) return STATUS_STREAM_EXPIRED;
        if (from.get(AT_ACCOUNT_BALANCE) < amount) return STATUS_BALANCE;
        Ledger.debit(from, amount);
        Ledger.put(stream, AT_STREAM_ESCROW, amount);
        stream.set(AT_STREAM_EXPIRY, expiry);
        return STATUS_APPLIED;
    }
}
