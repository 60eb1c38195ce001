// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    AT_ACCOUNT_ADDR,
    AT_ASSET_STATUS,
    AT_STREAM_ASSET,
    AT_STREAM_ESCROW,
    AT_STREAM_EXPIRY,
    AT_STREAM_KIND,
    AT_STREAM_PAYER,
    AT_STREAM_SERIAL,
    AT_STREAM_USED,
    OBJECT_STREAM,
    STATUS_APPLIED,
    STATUS_ASSET_STATUS,
    STATUS_ESCROW,
    STATUS_MISMATCH,
    STATUS_OVERFLOW,
    STATUS_SIGNATURE,
    STATUS_STREAM,
    STATUS_STREAM_EXPIRED,
    STATUS_STREAM_KIND,
    STATUS_VOUCHER_OLD,
    STREAM_VOUCHER,
    STREAM_VOUCHER_ASSET,
    STREAM_VOUCHER_CUMULATIVE,
    STREAM_VOUCHER_PAYER,
    STREAM_VOUCHER_SIG,
    STREAM_VOUCHER_STREAM
} from "../../Protocol.sol";
import {Digest} from "../Digest.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice STREAM_VOUCHER (docs/spec/entries.md): takes what a payer's cumulative voucher promises beyond what was taken.
library StreamVoucher {
    bytes32 private constant VOUCHER_TYPEHASH =
        keccak256("StreamVoucher(address payer,uint32 stream,uint64 serial,uint64 cumulative)");

    function run(State memory s, Row row) internal view returns (uint256 status) {
        Leaf stream = row.leaf(STREAM_VOUCHER_STREAM);
        Leaf payer = row.leaf(STREAM_VOUCHER_PAYER);
        uint256 cumulative = row.num(STREAM_VOUCHER_CUMULATIVE);
        if (stream.typeOf() != OBJECT_STREAM) return STATUS_STREAM;
        if (stream.get(AT_STREAM_KIND) != STREAM_VOUCHER) return STATUS_STREAM_KIND;
        if (stream.get(AT_STREAM_ASSET) != row.id(STREAM_VOUCHER_ASSET) || stream.get(AT_STREAM_PAYER) != payer.id()) {
            return STATUS_MISMATCH;
        }
        if (stream.get(AT_STREAM_EXPIRY) < s.time) return STATUS_STREAM_EXPIRED;
        Leaf asset = row.leaf(STREAM_VOUCHER_ASSET);
        if (asset.get(AT_ASSET_STATUS) != ASSET_ACTIVE) return STATUS_ASSET_STATUS;
        uint256 used = stream.get(AT_STREAM_USED);
        if (cumulative <= used) return STATUS_VOUCHER_OLD;
        uint256 amount = cumulative - used;
        if (amount > stream.get(AT_STREAM_ESCROW)) return STATUS_ESCROW;
        uint256 signer = payer.get(AT_ACCOUNT_ADDR);
        bytes32 structHash =
            keccak256(abi.encode(VOUCHER_TYPEHASH, signer, stream.id(), stream.get(AT_STREAM_SERIAL), cumulative));
        if (!Digest.isSignedBy(s, structHash, row, STREAM_VOUCHER_SIG, signer)) return STATUS_SIGNATURE;
        if (!Ledger.earn(s, asset, amount)) return STATUS_OVERFLOW;
        Ledger.take(stream, AT_STREAM_ESCROW, amount);
        stream.set(AT_STREAM_USED, cumulative);
        return STATUS_APPLIED;
    }
}
