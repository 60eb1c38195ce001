// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {People} from "./support/People.sol";

/// @notice Metered streams (docs/spec/entries.md).
contract VerifierStreamsTest is People {
    uint256 private constant U64 = type(uint64).max;
    uint256 private constant U128 = type(uint128).max;

    bytes32 private constant PREIMAGE = bytes32(uint256(0x1234));

    function open(uint256 kind, uint256 price, uint256 escrow) private view returns (Entry memory e) {
        e = from(KIND_STREAM_OPEN, bob);
        e.f[STREAM_OPEN_ASSET] = asset;
        e.f[STREAM_OPEN_SCOPE] = 2;
        e.f[STREAM_OPEN_KIND] = kind;
        e.f[STREAM_OPEN_PRICE] = price;
        e.f[STREAM_OPEN_ESCROW] = escrow;
        e.f[STREAM_OPEN_EXPIRY] = TIME + 1;
        e.f[STREAM_OPEN_TIP] = kind == STREAM_CHAIN ? type(uint256).max : 0;
    }

    function test_streamOpen_refuses() public {
        Entry memory e = open(STREAM_CHAIN, 5, 0);
        e.f[STREAM_OPEN_SCOPE] = SCOPES;
        refused(e, STATUS_ENUM_RANGE);
        refused(open(0, 5, 0), STATUS_ENUM_RANGE);
        refused(open(3, 5, 0), STATUS_ENUM_RANGE);
        e = open(STREAM_CHAIN, 6, 0);
        e.f[STREAM_OPEN_EXPIRY] = TIME;
        e.f[STREAM_OPEN_ASSET] = bob;
        refused(e, STATUS_AMOUNT_ZERO);
        e.f[STREAM_OPEN_ESCROW] = 5_001;
        refused(e, STATUS_EXPIRY_RANGE);
        e.f[STREAM_OPEN_EXPIRY] = U64;
        refused(e, STATUS_ASSET);
        e.f[STREAM_OPEN_ASSET] = draft;
        refused(e, STATUS_ASSET_STATUS);
        e.f[STREAM_OPEN_ASSET] = asset;
        refused(e, STATUS_PRICE);
        refused(open(STREAM_CHAIN, 5, 5_001), STATUS_BALANCE);
        refused(open(STREAM_VOUCHER, 5, 5_001), STATUS_PRICE);
        refused(open(STREAM_VOUCHER, 0, 5_001), STATUS_BALANCE);
        e = open(STREAM_VOUCHER, 0, 5_001);
        e.f[STREAM_OPEN_TIP] = 1;
        refused(e, STATUS_PRICE);
        set(asset, ASSET_PRICE2, 0);
        refused(open(STREAM_CHAIN, 0, 5_001), STATUS_PRICE);
        set(asset, ASSET_PRICE2, 5);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(open(STREAM_CHAIN, 5, 5_000), STATUS_STATE_FULL);
    }

    function expectOpened(uint256 kind, uint256 price, uint256 escrow, uint256 tip) private {
        add(OBJECT_STREAM, 0);
        set(empty, STREAM_PAYER, bob);
        set(empty, STREAM_ASSET, asset);
        set(empty, STREAM_SCOPE, 2);
        set(empty, STREAM_KIND, kind);
        set(empty, STREAM_PRICE, price);
        set(empty, STREAM_ESCROW, escrow);
        set(empty, STREAM_TIP, tip);
        set(empty, STREAM_EXPIRY, TIME + 1);
        set(empty, STREAM_SERIAL, NONCE);
        set(bob, ACCOUNT_BALANCE, 5_000 - escrow);
    }

    function test_streamOpen_chain_succeeds() public {
        Ran memory r = run(open(STREAM_CHAIN, 5, 5_000));
        expectOpened(STREAM_CHAIN, 5, 5_000, type(uint256).max);
        applied(r);
    }

    function test_streamOpen_voucher_succeeds() public {
        Ran memory r = run(open(STREAM_VOUCHER, 0, 1));
        expectOpened(STREAM_VOUCHER, 0, 1, 0);
        applied(r);
    }

    function topup(uint256 sender, uint256 stream, uint256 amount, uint256 expiry)
        private
        pure
        returns (Entry memory e)
    {
        e = from(KIND_STREAM_TOPUP, sender);
        e.f[STREAM_TOPUP_STREAM] = stream;
        e.f[STREAM_TOPUP_SERIAL] = 5;
        e.f[STREAM_TOPUP_AMOUNT] = amount;
        e.f[STREAM_TOPUP_EXPIRY] = expiry;
    }

    function test_streamTopup_refuses() public {
        refused(topup(bob, asset, 0, 0), STATUS_STREAM);
        refused(topup(alice, chainStream, 0, 0), STATUS_STREAM);
        Entry memory e = topup(bob, chainStream, 0, 0);
        e.f[STREAM_TOPUP_SERIAL] = 6;
        refused(e, STATUS_STREAM);
        refused(topup(bob, chainStream, 0, TIME + 49), STATUS_EXPIRY_RANGE);
        set(chainStream, STREAM_EXPIRY, TIME - 1);
        refused(topup(bob, chainStream, 0, TIME - 1), STATUS_AMOUNT_ZERO);
        refused(topup(bob, chainStream, 5_001, TIME), STATUS_STREAM_EXPIRED);
        set(chainStream, STREAM_EXPIRY, TIME);
        refused(topup(bob, chainStream, 5_001, TIME), STATUS_BALANCE);
    }

    function test_streamTopup_succeeds() public {
        set(chainStream, STREAM_EXPIRY, TIME);
        Ran memory r = run(topup(bob, chainStream, 5_000, U64));
        set(bob, ACCOUNT_BALANCE, 0);
        set(chainStream, STREAM_ESCROW, 5_600);
        set(chainStream, STREAM_EXPIRY, U64);
        applied(r);
    }

    function test_streamTopup_lifeOnly_succeeds() public {
        Ran memory r = run(topup(bob, voucherStream, 0, TIME + 51));
        set(voucherStream, STREAM_EXPIRY, TIME + 51);
        applied(r);
    }

    function tick(uint256 stream, uint256 id, uint256 count) private pure returns (Entry memory e) {
        e.kind = KIND_STREAM_TICK;
        e.f[STREAM_TICK_STREAM] = stream;
        e.f[STREAM_TICK_ASSET] = id;
        e.f[STREAM_TICK_COUNT] = count;
        e.f[STREAM_TICK_PREIMAGE] = uint256(PREIMAGE);
    }

    function setTip(uint256 links) private {
        bytes32 tip = PREIMAGE;
        for (uint256 i = 0; i < links; i++) {
            tip = sha256(abi.encode(tip));
        }
        set(chainStream, STREAM_TIP, uint256(tip));
    }

    function test_streamTick_refuses() public {
        refused(tick(bob, bob, 0), STATUS_COUNT_RANGE);
        refused(tick(bob, bob, 1), STATUS_STREAM);
        refused(tick(voucherStream, bob, 1), STATUS_STREAM_KIND);
        refused(tick(chainStream, bob, 1), STATUS_MISMATCH);
        set(chainStream, STREAM_EXPIRY, TIME - 1);
        set(asset, ASSET_STATUS, ASSET_RETIRED);
        refused(tick(chainStream, asset, 1), STATUS_STREAM_EXPIRED);
        set(chainStream, STREAM_EXPIRY, TIME);
        refused(tick(chainStream, asset, 1), STATUS_ASSET_STATUS);
        set(asset, ASSET_STATUS, ASSET_ACTIVE);
        set(chainStream, STREAM_USED, U64 - 1);
        refused(tick(chainStream, asset, 201), STATUS_ESCROW);
        refused(tick(chainStream, asset, 2), STATUS_OVERFLOW);
        set(chainStream, STREAM_USED, 0);
        refused(tick(chainStream, asset, 2), STATUS_LINK);
        setTip(2);
        refused(tick(chainStream, asset, 1), STATUS_LINK);
        refused(tick(chainStream, asset, 3), STATUS_LINK);
        set(asset, ASSET_DIRECT_REV, U128);
        refused(tick(chainStream, asset, 2), STATUS_OVERFLOW);
    }

    /// @dev The bounds of links differ between an inbox item and a chunk, which is undecodable with more.
    function test_streamTick_counts_refuses() public {
        set(chainStream, STREAM_PRICE, 1);
        set(chainStream, STREAM_ESCROW, 1e6);
        setTip(INBOX_LINKS_MAX + 1);
        Entry memory e = tick(chainStream, asset, INBOX_LINKS_MAX + 1);
        (, bytes memory statuses) = verifier.statusesOf(context(true), itemsOf(e), witnessOfAll());
        eq(uint8(statuses[0]), STATUS_COUNT_RANGE, "in an item");
        (, statuses) = verifier.statusesOf(context(false), chunkOf(e), witnessOfAll());
        eq(uint8(statuses[0]), STATUS_APPLIED, "in a chunk");
        e = tick(chainStream, asset, U64);
        (, statuses) = verifier.statusesOf(context(true), itemsOf(e), witnessOfAll());
        eq(uint8(statuses[0]), STATUS_COUNT_RANGE, "in an item");
        (, statuses) = verifier.statusesOf(context(false), chunkOf(e), witnessOfAll());
        eq(statuses.length, 0, "undecodable");
        setTip(CHUNK_LINKS_MAX);
        e = tick(chainStream, asset, CHUNK_LINKS_MAX);
        (, statuses) = verifier.statusesOf(context(false), chunkOf(e), witnessOfAll());
        eq(uint8(statuses[0]), STATUS_APPLIED, "in a chunk");
    }

    /// @dev `amount` more is earned by the asset: 600 less the fee of 6 is 594; 85 % and what was carried make 505.899999.
    function expectEarned(uint256 stream) private {
        uint256 m = (505 << 64) + 7;
        set(stream, STREAM_ESCROW, 0);
        set(0, SYSTEM_FEES, 6);
        set(asset, ASSET_HELD, 4_594);
        set(asset, ASSET_TOTAL_REV, 9_594);
        set(asset, ASSET_DIRECT_REV, 8_594);
        set(asset, ASSET_POOL_CARRY, 899_999);
        set(asset, ASSET_ACC, (20 << 64) + 5 + m / 10);
        set(asset, ASSET_ACC_REM, m % 10);
    }

    function test_streamTick_succeeds() public {
        setTip(200);
        set(chainStream, STREAM_USED, U64 - 200);
        Ran memory r = run(tick(chainStream, asset, 200));
        expectEarned(chainStream);
        set(chainStream, STREAM_USED, U64);
        set(chainStream, STREAM_TIP, uint256(PREIMAGE));
        applied(r);
    }

    function voucher(uint256 stream, uint256 id, uint256 payer, uint256 cumulative)
        private
        pure
        returns (Entry memory e)
    {
        e.kind = KIND_STREAM_VOUCHER;
        e.f[STREAM_VOUCHER_STREAM] = stream;
        e.f[STREAM_VOUCHER_ASSET] = id;
        e.f[STREAM_VOUCHER_PAYER] = payer;
        e.f[STREAM_VOUCHER_CUMULATIVE] = cumulative;
    }

    function signedVoucher(uint256 cumulative, uint256 privateKey) private view returns (Entry memory e) {
        e = voucher(voucherStream, asset, bob, cumulative);
        return sealWith(e, privateKey, digestOfVoucher(e));
    }

    function test_streamVoucher_refuses() public {
        refused(voucher(bob, bob, asset, 0), STATUS_RECIPIENT);
        refused(voucher(bob, bob, bob, 0), STATUS_STREAM);
        refused(voucher(chainStream, bob, bob, 0), STATUS_STREAM_KIND);
        refused(voucher(voucherStream, bob, bob, 0), STATUS_MISMATCH);
        refused(voucher(voucherStream, asset, alice, 0), STATUS_MISMATCH);
        set(voucherStream, STREAM_EXPIRY, TIME - 1);
        set(asset, ASSET_STATUS, ASSET_RETIRED);
        refused(voucher(voucherStream, asset, bob, 0), STATUS_STREAM_EXPIRED);
        set(voucherStream, STREAM_EXPIRY, TIME);
        refused(voucher(voucherStream, asset, bob, 0), STATUS_ASSET_STATUS);
        set(asset, ASSET_STATUS, ASSET_ACTIVE);
        refused(voucher(voucherStream, asset, bob, 100), STATUS_VOUCHER_OLD);
        refused(voucher(voucherStream, asset, bob, 701), STATUS_ESCROW);
        refused(voucher(voucherStream, asset, bob, 700), STATUS_SIGNATURE);
        refused(signedVoucher(700, ALICE_KEY), STATUS_SIGNATURE);
        Entry memory e = signedVoucher(699, BOB_KEY);
        e.f[STREAM_VOUCHER_CUMULATIVE] = 700;
        refused(e, STATUS_SIGNATURE);
        e = signedVoucher(700, BOB_KEY);
        set(voucherStream, STREAM_SERIAL, 6);
        refused(e, STATUS_SIGNATURE);
        set(voucherStream, STREAM_SERIAL, 5);
        set(asset, ASSET_TOTAL_REV, U128 - 593);
        refused(e, STATUS_OVERFLOW);
    }

    function test_streamVoucher_succeeds() public {
        Ran memory r = run(signedVoucher(700, BOB_KEY));
        expectEarned(voucherStream);
        set(voucherStream, STREAM_USED, 700);
        applied(r);
    }

    function close(uint256 sender, uint256 stream, uint256 id, uint256 payer) private pure returns (Entry memory e) {
        e = from(KIND_STREAM_CLOSE, sender);
        e.f[STREAM_CLOSE_STREAM] = stream;
        e.f[STREAM_CLOSE_SERIAL] = 5;
        e.f[STREAM_CLOSE_ASSET] = id;
        e.f[STREAM_CLOSE_PAYER] = payer;
    }

    function test_streamClose_refuses() public {
        refused(close(bob, bob, bob, bob), STATUS_STREAM);
        Entry memory e = close(bob, chainStream, bob, bob);
        e.f[STREAM_CLOSE_SERIAL] = 4;
        refused(e, STATUS_STREAM);
        refused(close(carol, chainStream, parent, bob), STATUS_MISMATCH);
        refused(close(carol, chainStream, asset, alice), STATUS_MISMATCH);
        refused(close(carol, chainStream, asset, bob), STATUS_OWNER);
        refused(close(bob, chainStream, asset, bob), STATUS_NOT_YET);
        set(chainStream, STREAM_EXPIRY, TIME - 59);
        refused(close(bob, chainStream, asset, bob), STATUS_NOT_YET);
        set(chainStream, STREAM_EXPIRY, U64);
        refused(close(bob, chainStream, asset, bob), STATUS_NOT_YET);
    }

    function expectClosed() private {
        for (uint256 i = 1; i < OBJECT_WORDS_MAX; i++) {
            set(chainStream, i, 0);
        }
        objects[chainStream].objectType = OBJECT_FREE;
        set(chainStream, FREE_NEXT, get(0, SYSTEM_FREE_HEAD));
        set(0, SYSTEM_FREE_HEAD, chainStream);
        set(bob, ACCOUNT_BALANCE, 5_600);
    }

    function test_streamClose_byPayee_succeeds() public {
        Ran memory r = run(close(alice, chainStream, asset, bob));
        expectClosed();
        applied(r);
    }

    function test_streamClose_byPayer_succeeds() public {
        set(0, SYSTEM_FREE_HEAD, 9);
        set(chainStream, STREAM_EXPIRY, TIME - 60);
        Ran memory r = run(close(bob, chainStream, asset, bob));
        expectClosed();
        applied(r);
    }
}
