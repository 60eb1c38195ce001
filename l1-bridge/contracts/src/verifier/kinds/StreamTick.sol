// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    AT_ASSET_STATUS,
    AT_STREAM_ASSET,
    AT_STREAM_ESCROW,
    AT_STREAM_EXPIRY,
    AT_STREAM_KIND,
    AT_STREAM_PRICE,
    AT_STREAM_TIP,
    AT_STREAM_USED,
    CHUNK_LINKS_MAX,
    INBOX_LINKS_MAX,
    OBJECT_STREAM,
    STATUS_APPLIED,
    STATUS_ASSET_STATUS,
    STATUS_COUNT_RANGE,
    STATUS_ESCROW,
    STATUS_LINK,
    STATUS_MISMATCH,
    STATUS_OVERFLOW,
    STATUS_STREAM,
    STATUS_STREAM_EXPIRED,
    STATUS_STREAM_KIND,
    STREAM_CHAIN,
    STREAM_TICK_ASSET,
    STREAM_TICK_COUNT,
    STREAM_TICK_PREIMAGE,
    STREAM_TICK_STREAM
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice STREAM_TICK (docs/spec/entries.md): takes units from a hash-chain stream (PayWord: Rivest and Shamir, 1996).
library StreamTick {
    function run(State memory s, Row row) internal view returns (uint256 status) {
        Leaf stream = row.leaf(STREAM_TICK_STREAM);
        uint256 count = row.num(STREAM_TICK_COUNT);
        uint256 preimage = row.num(STREAM_TICK_PREIMAGE);
        if (count == 0 || count > (s.inbox ? INBOX_LINKS_MAX : CHUNK_LINKS_MAX)) return STATUS_COUNT_RANGE;
        if (stream.typeOf() != OBJECT_STREAM) return STATUS_STREAM;
        if (stream.get(AT_STREAM_KIND) != STREAM_CHAIN) return STATUS_STREAM_KIND;
        if (stream.get(AT_STREAM_ASSET) != row.id(STREAM_TICK_ASSET)) return STATUS_MISMATCH;
        if (stream.get(AT_STREAM_EXPIRY) < s.time) return STATUS_STREAM_EXPIRED;
        Leaf asset = row.leaf(STREAM_TICK_ASSET);
        if (asset.get(AT_ASSET_STATUS) != ASSET_ACTIVE) return STATUS_ASSET_STATUS;
        uint256 amount = count * stream.get(AT_STREAM_PRICE);
        if (amount > stream.get(AT_STREAM_ESCROW)) return STATUS_ESCROW;
        if (stream.get(AT_STREAM_USED) + count > Ledger.U64_MAX) return STATUS_OVERFLOW;
        if (Keys.chain(preimage, count) != stream.get(AT_STREAM_TIP)) return STATUS_LINK;
        if (!Ledger.earn(s, asset, amount)) return STATUS_OVERFLOW;
        Ledger.take(stream, AT_STREAM_ESCROW, amount);
        stream.set(AT_STREAM_USED, stream.get(AT_STREAM_USED) + count);
        stream.set(AT_STREAM_TIP, preimage);
        return STATUS_APPLIED;
    }
}
