// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    AT_ACCOUNT_BALANCE,
    AT_ASSET_PRICE0,
    AT_ASSET_PRICE1,
    AT_ASSET_STATUS,
    AT_STREAM_ASSET,
    AT_STREAM_ESCROW,
    AT_STREAM_EXPIRY,
    AT_STREAM_KIND,
    AT_STREAM_PAYER,
    AT_STREAM_PRICE,
    AT_STREAM_SCOPE,
    AT_STREAM_SERIAL,
    AT_STREAM_TIP,
    OBJECT_ASSET,
    OBJECT_STREAM,
    SCOPES,
    STATUS_AMOUNT_ZERO,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_BALANCE,
    STATUS_ENUM_RANGE,
    STATUS_EXPIRY_RANGE,
    STATUS_PRICE,
    STATUS_STATE_FULL,
    STREAM_CHAIN,
    STREAM_OPEN_ASSET,
    STREAM_OPEN_ESCROW,
    STREAM_OPEN_EXPIRY,
    STREAM_OPEN_FROM,
    STREAM_OPEN_KIND,
    STREAM_OPEN_NONCE,
    STREAM_OPEN_PRICE,
    STREAM_OPEN_SCOPE,
    STREAM_OPEN_TIP,
    STREAM_VOUCHER
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice STREAM_OPEN (docs/spec/entries.md): locks an escrow that preimages or vouchers will release.
library StreamOpen {
    function run(State memory s, Row row) internal pure returns (uint256 status) {
        Leaf from = row.leaf(STREAM_OPEN_FROM);
        uint256 scope = row.num(STREAM_OPEN_SCOPE);
        uint256 kind = row.num(STREAM_OPEN_KIND);
        uint256 price = row.num(STREAM_OPEN_PRICE);
        uint256 escrow = row.num(STREAM_OPEN_ESCROW);
        uint256 expiry = row.num(STREAM_OPEN_EXPIRY);
        if (scope >= SCOPES || (kind != STREAM_CHAIN && kind != STREAM_VOUCHER)) return STATUS_ENUM_RANGE;
        if (escrow == 0) return STATUS_AMOUNT_ZERO;
        if (expiry <= s.time) return STATUS_EXPIRY_RANGE;
        Leaf asset = row.leaf(STREAM_OPEN_ASSET);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_STATUS) != ASSET_ACTIVE) return STATUS_ASSET_STATUS;
        if (kind == STREAM_CHAIN) {
            // The prices lie side by side.
            uint256 listed = asset.get(AT_ASSET_PRICE0 + scope * (AT_ASSET_PRICE1 - AT_ASSET_PRICE0));
            if (price == 0 || price != listed) return STATUS_PRICE;
        } else if (price != 0 || row.num(STREAM_OPEN_TIP) != 0) {
            return STATUS_PRICE;
        }
        if (from.get(AT_ACCOUNT_BALANCE) < escrow) return STATUS_BALANCE;
        if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
        Leaf stream = Slots.create(s, OBJECT_STREAM);
        stream.set(AT_STREAM_PAYER, from.id());
        stream.set(AT_STREAM_ASSET, asset.id());
        stream.set(AT_STREAM_SCOPE, scope);
        stream.set(AT_STREAM_KIND, kind);
        stream.set(AT_STREAM_PRICE, price);
        stream.set(AT_STREAM_TIP, row.num(STREAM_OPEN_TIP));
        stream.set(AT_STREAM_EXPIRY, expiry);
        stream.set(AT_STREAM_SERIAL, row.num(STREAM_OPEN_NONCE));
        Ledger.debit(from, escrow);
        Ledger.put(stream, AT_STREAM_ESCROW, escrow);
        return STATUS_APPLIED;
    }
}
