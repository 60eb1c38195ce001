// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {Context} from "../src/interfaces/IFraudVerifier.sol";
import {LeafMissing} from "../src/verifier/Row.sol";
import {People} from "./support/People.sol";

/// @notice What stands before every kind, and the kinds that touch accounts alone (docs/spec/entries.md).
contract VerifierAccountsTest is People {
    uint256 private constant U64 = type(uint64).max;

    function transfer(uint256 sender, uint256 to, uint256 amount) private pure returns (Entry memory e) {
        e = from(KIND_TRANSFER, sender);
        e.f[TRANSFER_TO] = to;
        e.f[TRANSFER_AMOUNT] = amount;
    }

    function test_signed_header_refuses() public {
        refused(transfer(asset, bob, 1), STATUS_SENDER);
        refused(transfer(empty, bob, 1), STATUS_SENDER);
        Entry memory e = transfer(alice, bob, 1);
        e.f[TRANSFER_DEADLINE] = TIME - 1;
        refused(e, STATUS_EXPIRED);
        e.f[TRANSFER_DEADLINE] = 0;
        e.f[TRANSFER_NONCE] = NONCE + 1;
        refused(e, STATUS_NONCE);
        e.f[TRANSFER_NONCE] = NONCE - 1;
        refused(e, STATUS_NONCE);
        refused(transfer(alice, asset, 1), STATUS_RECIPIENT);
        // The order: sender, deadline, nonce, recipient, signature.
        e = transfer(asset, asset, 0);
        e.f[TRANSFER_DEADLINE] = 1;
        refusedAsIs(e, STATUS_SENDER);
        e.f[TRANSFER_FROM] = alice;
        e.f[TRANSFER_NONCE] = 0;
        refusedAsIs(e, STATUS_EXPIRED);
        e.f[TRANSFER_DEADLINE] = 0;
        refusedAsIs(e, STATUS_NONCE);
        e.f[TRANSFER_NONCE] = NONCE;
        refusedAsIs(e, STATUS_RECIPIENT);
        e.f[TRANSFER_TO] = bob;
        refusedAsIs(e, STATUS_SIGNATURE);
        refused(e, STATUS_AMOUNT_ZERO);
    }

    function test_signed_deadlineNow_succeeds() public {
        Entry memory e = transfer(alice, bob, 1);
        e.f[TRANSFER_DEADLINE] = TIME;
        Ran memory r = run(e);
        set(alice, ACCOUNT_BALANCE, 9_999);
        set(bob, ACCOUNT_BALANCE, 5_001);
        applied(r);
    }

    function test_signature_malformed_refuses() public {
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        Entry memory good = sign(transfer(alice, bob, 1), ALICE_KEY);
        uint256 s = uint256(good.vs) & (type(uint256).max >> 1);
        uint256 parity = uint256(good.vs) ^ s;
        Entry memory e = transfer(alice, bob, 1);
        // The other signature of the same key, of high s, does not even fit its 255 bits: what is left recovers another
        // address. (The few high values that do fit cannot be signed on purpose; core/crypto tests refuse them.)
        (e.r, e.vs) = (good.r, bytes32((order - s) ^ parity ^ (1 << 255)));
        refusedAsIs(e, STATUS_SIGNATURE);
        (e.r, e.vs) = (good.r, bytes32((order - s) | (1 << 255)));
        refusedAsIs(e, STATUS_SIGNATURE);
        // The other recovery id gives another address.
        (e.r, e.vs) = (good.r, bytes32(uint256(good.vs) ^ (1 << 255)));
        refusedAsIs(e, STATUS_SIGNATURE);
        (e.r, e.vs) = (0, good.vs);
        refusedAsIs(e, STATUS_SIGNATURE);
        (e.r, e.vs) = (bytes32(order), good.vs);
        refusedAsIs(e, STATUS_SIGNATURE);
        (e.r, e.vs) = (good.r, 0);
        refusedAsIs(e, STATUS_SIGNATURE);
        (e.r, e.vs) = (bytes32(type(uint256).max), bytes32(type(uint256).max));
        refusedAsIs(e, STATUS_SIGNATURE);
        refusedAsIs(sign(transfer(alice, bob, 1), BOB_KEY), STATUS_SIGNATURE);
        // Another amount than was signed, another domain.
        (e.r, e.vs) = (good.r, good.vs);
        e.f[TRANSFER_AMOUNT] = 2;
        refusedAsIs(e, STATUS_SIGNATURE);
        domain = keccak256("another");
        good.f[TRANSFER_AMOUNT] = 1;
        refusedAsIs(good, STATUS_SIGNATURE);
    }

    /// @dev An account that were to have the zero address could not be signed for by a signature that recovers nothing.
    function test_signature_zeroAddress_refuses() public {
        set(alice, ACCOUNT_ADDR, 0);
        refusedAsIs(transfer(alice, bob, 1), STATUS_SIGNATURE);
    }

    function test_transfer_succeeds() public {
        refused(transfer(alice, bob, 10_001), STATUS_BALANCE);
        refused(transfer(alice, bob, U64), STATUS_BALANCE);
        Ran memory r = run(transfer(alice, bob, 10_000));
        set(alice, ACCOUNT_BALANCE, 0);
        set(bob, ACCOUNT_BALANCE, 15_000);
        applied(r);
    }

    function test_transfer_toOneself_succeeds() public {
        applied(run(transfer(alice, alice, 10_000)));
    }

    function deposit(uint256 to, uint256 amount) private pure returns (Entry memory e) {
        e.kind = KIND_DEPOSIT;
        e.f[DEPOSIT_TO] = to;
        e.f[DEPOSIT_AMOUNT] = amount;
    }

    function test_deposit_refuses() public {
        refused(deposit(0, 0), STATUS_AMOUNT_ZERO);
        refused(deposit(0, 1), STATUS_ADDRESS_ZERO);
        refused(deposit(77, U64 - 1_000_000 + 1), STATUS_SUPPLY);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(deposit(77, 1), STATUS_STATE_FULL);
    }

    function test_deposit_oldAccount_succeeds() public {
        Ran memory r = run(deposit(get(bob, ACCOUNT_ADDR), 7));
        set(bob, ACCOUNT_BALANCE, 5_007);
        set(0, SYSTEM_SUPPLY, 1_000_007);
        applied(r);
    }

    function test_deposit_oldAccountInFullState_succeeds() public {
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        Ran memory r = run(deposit(get(bob, ACCOUNT_ADDR), 7));
        set(bob, ACCOUNT_BALANCE, 5_007);
        set(0, SYSTEM_SUPPLY, 1_000_007);
        applied(r);
    }

    function test_deposit_newAccount_succeeds() public {
        Ran memory r = run(deposit(77, U64 - 1_000_000));
        add(OBJECT_ACCOUNT, keyOfAccount(77));
        set(empty, ACCOUNT_ADDR, 77);
        set(empty, ACCOUNT_BALANCE, U64 - 1_000_000);
        set(0, SYSTEM_SUPPLY, U64);
        applied(r);
    }

    function accountOpen(uint256 to, uint256 amount) private view returns (Entry memory e) {
        e = from(KIND_ACCOUNT_OPEN, alice);
        e.f[ACCOUNT_OPEN_TO] = to;
        e.f[ACCOUNT_OPEN_AMOUNT] = amount;
    }

    function test_accountOpen_refuses() public {
        refused(accountOpen(0, 10_001), STATUS_ADDRESS_ZERO);
        refused(accountOpen(get(bob, ACCOUNT_ADDR), 10_001), STATUS_BALANCE);
        refused(accountOpen(get(bob, ACCOUNT_ADDR), 1), STATUS_ACCOUNT_EXISTS);
        refused(accountOpen(get(alice, ACCOUNT_ADDR), 1), STATUS_ACCOUNT_EXISTS);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(accountOpen(77, 1), STATUS_STATE_FULL);
    }

    function test_accountOpen_succeeds() public {
        Ran memory r = run(accountOpen(type(uint160).max, 10_000));
        add(OBJECT_ACCOUNT, keyOfAccount(type(uint160).max));
        set(empty, ACCOUNT_ADDR, type(uint160).max);
        set(empty, ACCOUNT_BALANCE, 10_000);
        set(alice, ACCOUNT_BALANCE, 0);
        applied(r);
    }

    function test_accountOpen_withNothing_succeeds() public {
        Ran memory r = run(accountOpen(77, 0));
        add(OBJECT_ACCOUNT, keyOfAccount(77));
        set(empty, ACCOUNT_ADDR, 77);
        applied(r);
    }

    /// @dev A slot of the free list is taken before a new one, whatever was in it.
    function test_accountOpen_inFreeSlot_succeeds() public {
        uint256 slot = chainStream;
        objects[slot].objectType = OBJECT_FREE;
        for (uint256 i = 1; i < OBJECT_WORDS_MAX; i++) {
            set(slot, i, 0);
        }
        set(slot, FREE_NEXT, voucherStream);
        set(0, SYSTEM_FREE_HEAD, slot);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        Ran memory r = run(accountOpen(77, 3));
        objects[slot].objectType = OBJECT_ACCOUNT;
        link(slot, keyOfAccount(77));
        set(slot, ACCOUNT_ADDR, 77);
        set(slot, ACCOUNT_BALANCE, 3);
        set(slot, ACCOUNT_NONCE, 0);
        set(0, SYSTEM_FREE_HEAD, voucherStream);
        set(alice, ACCOUNT_BALANCE, 9_997);
        applied(r);
    }

    function withdraw(uint256 to, uint256 amount) private view returns (Entry memory e) {
        e = from(KIND_WITHDRAW, alice);
        e.f[WITHDRAW_TO] = to;
        e.f[WITHDRAW_AMOUNT] = amount;
    }

    function test_withdraw_refuses() public {
        set(0, SYSTEM_WITHDRAW_MULTIPLE, 1000);
        refused(withdraw(0, 0), STATUS_AMOUNT_ZERO);
        refused(withdraw(0, 1), STATUS_ADDRESS_ZERO);
        refused(withdraw(9, 10_001), STATUS_WITHDRAW_MULTIPLE);
        refused(withdraw(9, 11_000), STATUS_BALANCE);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(withdraw(9, 1000), STATUS_STATE_FULL);
    }

    /// @dev Ids from OBJECTS_MAX - OBJECTS_RESERVE on are for inbox items alone: a posted entry is refused, an item asks
    /// the witness for the slot.
    function test_withdraw_inReserve() public {
        uint256 first = OBJECTS_MAX - OBJECTS_RESERVE;
        Entry memory e = sign(withdraw(9, 1000), ALICE_KEY);
        for (uint256 i = 0; i < 3; i++) {
            uint256 next = [first - 1, first, OBJECTS_MAX - 1][i];
            set(0, SYSTEM_NEXT_ID, next);
            bytes memory witness = witnessOfAll();
            bytes memory missing = abi.encodeWithSelector(LeafMissing.selector, next);
            bytes memory item = itemsOf(e);
            Context memory ctx = context(true);
            vm.expectRevert(missing);
            verifier.statusesOf(ctx, item, witness);
            bytes memory chunk = chunkOf(e);
            ctx = context(false);
            if (next < first) {
                vm.expectRevert(missing);
                verifier.statusesOf(ctx, chunk, witness);
            } else {
                (, bytes memory statuses) = verifier.statusesOf(ctx, chunk, witness);
                eq(uint8(statuses[0]), STATUS_STATE_FULL, "in a chunk");
            }
        }
    }

    function test_withdraw_succeeds() public {
        Ran memory r = run(withdraw(type(uint160).max, 10_000));
        add(OBJECT_WITHDRAWAL, 0);
        set(empty, WITHDRAWAL_TO, type(uint160).max);
        set(empty, WITHDRAWAL_AMOUNT, 10_000);
        set(alice, ACCOUNT_BALANCE, 0);
        set(0, SYSTEM_SUPPLY, 990_000);
        applied(r);
    }

    function param(uint256 index, uint256 value) private pure returns (Entry memory e) {
        e.kind = KIND_PARAM;
        e.f[PARAM_INDEX] = index;
        e.f[PARAM_VALUE] = value;
    }

    function test_param_refuses() public {
        refused(param(PARAM_COUNT, 1000), STATUS_PARAM_RANGE);
        refused(param(255, 1000), STATUS_PARAM_RANGE);
        refused(param(PARAM_FEE_PPM, 50_001), STATUS_PARAM_RANGE);
        refused(param(PARAM_EDGE_PPM_MAX, 999), STATUS_PARAM_RANGE);
        refused(param(PARAM_EDGE_PPM_MAX, 1_000_001), STATUS_PARAM_RANGE);
        refused(param(PARAM_EDGES_PPM_MAX, 999), STATUS_PARAM_RANGE);
        refused(param(PARAM_EDGES_PPM_MAX, U64), STATUS_PARAM_RANGE);
        refused(param(PARAM_STREAM_GRACE_S, 0), STATUS_PARAM_RANGE);
        refused(param(PARAM_STREAM_GRACE_S, 2_592_001), STATUS_PARAM_RANGE);
    }

    function test_param_succeeds() public {
        uint256[4] memory fields = [SYSTEM_FEE_PPM, SYSTEM_EDGE_PPM_MAX, SYSTEM_EDGES_PPM_MAX, SYSTEM_STREAM_GRACE_S];
        uint256[4] memory values = [uint256(50_000), 1_000_000, 1_000, 2_592_000];
        for (uint256 i = 0; i < 4; i++) {
            Ran memory r = run(param(i, values[i]));
            set(0, fields[i], values[i]);
            applied(r);
        }
    }
}
