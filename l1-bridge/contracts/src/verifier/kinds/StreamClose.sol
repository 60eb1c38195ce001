// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ASSET_OWNER,
    AT_STREAM_ASSET,
    AT_STREAM_ESCROW,
    AT_STREAM_EXPIRY,
    AT_STREAM_PAYER,
    AT_STREAM_SERIAL,
    AT_SYSTEM_STREAM_GRACE_S,
    OBJECT_STREAM,
    STATUS_APPLIED,
    STATUS_MISMATCH,
    STATUS_NOT_YET,
    STATUS_OWNER,
    STATUS_STREAM,
    STREAM_CLOSE_ASSET,
    STREAM_CLOSE_FROM,
    STREAM_CLOSE_PAYER,
    STREAM_CLOSE_SERIAL,
    STREAM_CLOSE_STREAM
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice STREAM_CLOSE (docs/spec/entries.md): ends a stream and gives the rest of its escrow back.
library StreamClose {
    function run(State memory s, Row row) internal pure returns (uint256 status) {
        Leaf stream = row.leaf(STREAM_CLOSE_STREAM);
        uint256 payer = row.id(STREAM_CLOSE_PAYER);
        uint256 from = row.id(STREAM_CLOSE_FROM);
        if (stream.typeOf() != OBJECT_STREAM || stream.get(AT_STREAM_SERIAL) != row.num(STREAM_CLOSE_SERIAL)) {
            return STATUS_STREAM;
        }
        if (stream.get(AT_STREAM_ASSET) != row.id(STREAM_CLOSE_ASSET) || stream.get(AT_STREAM_PAYER) != payer) {
            return STATUS_MISMATCH;
        }
        if (row.leaf(STREAM_CLOSE_ASSET).get(AT_ASSET_OWNER) != from) {
            if (from != payer) return STATUS_OWNER;
            if (s.time < stream.get(AT_STREAM_EXPIRY) + s.system.get(AT_SYSTEM_STREAM_GRACE_S)) return STATUS_NOT_YET;
        }
        uint256 rest = stream.get(AT_STREAM_ESCROW);
        Ledger.take(stream, AT_STREAM_ESCROW, rest);
        Ledger.credit(row.leaf(STREAM_CLOSE_PAYER), rest);
        Slots.release(s, stream);
        return STATUS_APPLIED;
    }
}
