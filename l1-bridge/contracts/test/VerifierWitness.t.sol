// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {Context} from "../src/interfaces/IFraudVerifier.sol";
import {People} from "./support/People.sol";

/// @notice Witnesses (docs/spec/chunk.md, section 4) against the reference tree of World: right ones of every shape give the
/// right root, every wrong one reverts by name.
contract VerifierWitnessTest is People {
    error WitnessLength(uint256 got, uint256 want);
    error WitnessHead(uint256 depth, uint256 count);
    error WitnessLeaf(uint256 index);
    error WitnessSiblings(uint256 got, uint256 want);
    error WitnessRoot(bytes32 got, bytes32 want);
    error LeafMissing(uint256 id);
    error LinkMissing(bytes32 key);
    error StateInconsistent();

    /// @dev One inbox item that is no entry: only the system object changes.
    bytes private constant NOTHING = hex"000100";

    function expectNothing(Context memory ctx, bytes memory witness) private {
        bytes32 got = verifier.execute(ctx, NOTHING, witness);
        expectBegin(1);
        eq(got, root(), "root");
    }

    function test_witness_anySubset_succeeds(uint256 ids, uint256 open) public {
        expectNothing(context(true), witnessOf((ids & ((1 << 64) - 1)) | 1, open));
    }

    /// @dev A leaf on each side of every node, none but the first, all.
    function test_witness_shapes_succeeds() public {
        uint256[5] memory shapes =
            [uint256(1), 0x5555555555555555, 0xaaaaaaaaaaaaaaab, 0x8000000000000001, 0xffffffffffffffff];
        for (uint256 i = 0; i < shapes.length; i++) {
            uint256 before = vm.snapshotState();
            expectNothing(context(true), witnessOf(shapes[i], 0));
            vm.revertToState(before);
        }
    }

    function test_witness_ofDepthZero_succeeds() public {
        for (uint256 i = 1; i < used; i++) {
            objects[i].objectType = OBJECT_EMPTY;
        }
        bytes memory witness = abi.encodePacked(uint8(0), uint16(1), leafOfWitness(0, true), uint16(0));
        expectNothing(context(true), witness);
    }

    /// @dev A witness of 32 levels holds; an id that no leaf of the ledger can have makes an item malformed.
    function test_witness_ofDepthThirtyTwo_succeeds() public {
        bytes memory siblings;
        bytes32 emptyRoot = 0;
        for (uint256 level = 0; level < 31; level++) {
            siblings = bytes.concat(siblings, level < DEPTH ? subtree(level, 1) : emptyRoot, emptyRoot);
            emptyRoot = nodeHash(emptyRoot, emptyRoot);
        }
        bytes memory witness =
            abi.encodePacked(uint8(32), uint16(2), leafOfWitness(0, true), hex"ffffffff0000", uint16(62), siblings);
        Entry memory e = from(KIND_TRANSFER, type(uint32).max);
        (bytes32 got, bytes memory statuses) = verifier.statusesOf(context(true), itemsOf(e), witness);
        eq(uint8(statuses[0]), STATUS_MALFORMED, "status");
        expectBegin(1);
        eq(got, root(), "root");
    }

    function wrong(bytes memory witness, bytes memory reason) private {
        Context memory ctx = context(true);
        vm.expectRevert(reason);
        verifier.execute(ctx, NOTHING, witness);
    }

    function leaves2(bytes memory first, bytes memory second) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(DEPTH), uint16(2), first, second, uint16(0));
    }

    function wrongLeaf(bytes memory second) private {
        wrong(leaves2(leafOfWitness(0, true), second), abi.encodeWithSelector(WitnessLeaf.selector, 1));
    }

    function test_witness_length_reverts() public {
        wrong("", abi.encodeWithSelector(WitnessLength.selector, 0, 5));
        wrong(hex"06000100", abi.encodeWithSelector(WitnessLength.selector, 4, 5));
        bytes memory w = witnessOfAll();
        wrong(bytes.concat(w, hex"00"), abi.encodeWithSelector(WitnessLength.selector, w.length + 1, w.length));
        uint256 n = w.length;
        assembly {
            mstore(w, sub(n, 1))
        }
        wrong(w, abi.encodeWithSelector(WitnessLength.selector, n - 1, n));
    }

    function test_witness_head_reverts() public {
        wrong(hex"2100010000", abi.encodeWithSelector(WitnessHead.selector, 33, 1));
        wrong(hex"0600000000", abi.encodeWithSelector(WitnessHead.selector, 6, 0));
    }

    function test_witness_leaf_reverts() public {
        // The first is not the system object.
        wrong(
            leaves2(leafOfWitness(alice, true), leafOfWitness(bob, true)),
            abi.encodeWithSelector(WitnessLeaf.selector, 0)
        );
        wrong(leaves2(hex"000000000000", leafOfWitness(bob, true)), abi.encodeWithSelector(WitnessLeaf.selector, 0));
        // A second system object; the same id again; beyond the depth.
        bytes memory leaf = leafOfWitness(0, true);
        wrongLeaf(leaf);
        leaf[3] = 0x01;
        wrongLeaf(leaf);
        wrongLeaf(hex"000000000000");
        wrongLeaf(hex"000000400000");
        wrongLeaf(hex"800000010000");
        // Types that do not exist.
        wrongLeaf(hex"000000010009");
        wrongLeaf(hex"0000000100ff");
        // Link forms that do not exist or do not fit.
        leaf = leafOfWitness(alice, false);
        leaf[4] = 0x03;
        wrongLeaf(leaf);
        leaf[4] = 0x02;
        wrongLeaf(leaf);
        leaf[4] = 0x00;
        wrongLeaf(leaf);
        wrongLeaf(abi.encodePacked(uint32(chainStream), uint8(1), bytes32(0), payloadOf(objects[chainStream])));
        wrongLeaf(abi.encodePacked(uint32(alice), uint8(0), payloadOf(objects[alice])));
        // Cut off in the middle.
        wrongLeaf(hex"00000001");
        wrongLeaf(abi.encodePacked(uint32(alice), uint8(1), bytes31(0)));
        wrongLeaf(abi.encodePacked(uint32(alice), uint8(1), bytes32(0), uint8(2), bytes30(0)));
    }

    function test_witness_descending_reverts() public {
        bytes memory w = abi.encodePacked(
            uint8(DEPTH),
            uint16(3),
            leafOfWitness(0, true),
            leafOfWitness(bob, true),
            leafOfWitness(alice, true),
            uint16(0)
        );
        wrong(w, abi.encodeWithSelector(WitnessLeaf.selector, 2));
    }

    function test_witness_siblings_reverts() public {
        // Six are needed for the system object alone.
        bytes memory head = abi.encodePacked(uint8(DEPTH), uint16(1), leafOfWitness(0, true));
        wrong(
            abi.encodePacked(head, uint16(5), new bytes(5 * 32)), abi.encodeWithSelector(WitnessSiblings.selector, 5, 6)
        );
        wrong(
            abi.encodePacked(head, uint16(7), new bytes(7 * 32)), abi.encodeWithSelector(WitnessSiblings.selector, 7, 6)
        );
    }

    /// @dev Whatever bit of a witness is flipped, no other root is answered. (An empty leaf may turn into another one.)
    function test_witness_anyBitFlipped_neverMisleads(uint256 place, uint8 bit, uint256 ids) public {
        bytes memory w = witnessOf((ids & ((1 << 64) - 1)) | 1, ids >> 64);
        w[place % w.length] ^= bytes1(uint8(1) << (bit % 8));
        Context memory ctx = context(true);
        (bool success, bytes memory answer) =
            address(verifier).call(abi.encodeCall(verifier.execute, (ctx, NOTHING, w)));
        if (!success) return;
        expectBegin(1);
        eq(abi.decode(answer, (bytes32)), root(), "another root for a wrong witness");
    }

    function test_witness_ofAnotherState_reverts() public {
        bytes memory w = witnessOfAll();
        bytes32 given = root();
        set(alice, ACCOUNT_BALANCE, 10_001);
        wrong(w, abi.encodeWithSelector(WitnessRoot.selector, given, root()));
    }

    function missing(Entry memory e, uint256 absent, bytes memory reason) private {
        bytes memory w = witnessOf(((1 << (used + 1)) - 1) ^ (1 << absent), type(uint256).max);
        Context memory ctx = context(true);
        vm.expectRevert(reason);
        verifier.execute(ctx, itemsOf(e), w);
        if (uint8(KIND_PLACE[e.kind]) != 0) return;
        ctx = context(false);
        vm.expectRevert(reason);
        verifier.execute(ctx, chunkOf(e), w);
    }

    function leafMissing(Entry memory e, uint256 absent) private {
        missing(e, absent, abi.encodeWithSelector(LeafMissing.selector, absent));
    }

    function test_witness_missingLeaf_reverts() public {
        Entry memory e = from(KIND_TRANSFER, alice);
        e.f[TRANSFER_TO] = bob;
        e.f[TRANSFER_AMOUNT] = 1;
        leafMissing(sign(e, ALICE_KEY), alice);
        leafMissing(sign(e, ALICE_KEY), bob);
        // A new slot.
        e = from(KIND_ACCOUNT_OPEN, alice);
        e.f[ACCOUNT_OPEN_TO] = 77;
        leafMissing(sign(e, ALICE_KEY), empty);
        // A slot of the free list.
        objects[chainStream].objectType = OBJECT_FREE;
        set(0, SYSTEM_FREE_HEAD, chainStream);
        leafMissing(sign(e, ALICE_KEY), chainStream);
        // What is only looked at late.
        e = from(KIND_STREAM_CLOSE, alice);
        e.f[STREAM_CLOSE_STREAM] = voucherStream;
        e.f[STREAM_CLOSE_SERIAL] = 5;
        e.f[STREAM_CLOSE_ASSET] = asset;
        e.f[STREAM_CLOSE_PAYER] = bob;
        leafMissing(sign(e, ALICE_KEY), bob);
        leafMissing(sign(e, ALICE_KEY), asset);
        Entry memory t;
        t.kind = KIND_SETTLE;
        (t.f[1], t.f[2], t.f[3]) = (edgeAssetCarol, asset, carol);
        leafMissing(t, asset);
        leafMissing(t, carol);
        leafMissing(t, edgeAssetCarol);
    }

    /// @dev What an entry does not come to look at need not be there.
    function test_witness_unneededLeaf_succeeds() public {
        Entry memory e = from(KIND_STREAM_OPEN, alice);
        e.f[STREAM_OPEN_ASSET] = asset;
        e.f[STREAM_OPEN_KIND] = 3;
        e = sign(e, ALICE_KEY);
        bytes memory w = witnessOf(1 | (1 << alice), 0);
        (bytes32 got, bytes memory statuses) = verifier.statusesOf(context(false), chunkOf(e), w);
        eq(uint8(statuses[0]), STATUS_ENUM_RANGE, "status");
        expectBegin(0);
        eq(got, root(), "root");
    }

    function test_witness_missingLink_reverts() public {
        Entry memory e = from(KIND_ACCOUNT_OPEN, alice);
        e.f[ACCOUNT_OPEN_TO] = 77;
        e = sign(e, ALICE_KEY);
        bytes32 key = keyOfAccount(77);
        // The predecessor.
        uint256 before = 0;
        while (objects[before].next != 0 && objects[before].next < key) before = idOf(objects[before].next);
        missing(e, before == 0 ? used : before, abi.encodeWithSelector(LinkMissing.selector, key));
        // It is there, but closed.
        Context memory ctx = context(true);
        bytes memory w = witnessOf(type(uint256).max, type(uint256).max ^ (1 << before));
        vm.expectRevert(abi.encodeWithSelector(LinkMissing.selector, key));
        verifier.execute(ctx, itemsOf(e), w);
        // The one that exists.
        e.kind = KIND_DEPOSIT;
        e.f[DEPOSIT_TO] = get(bob, ACCOUNT_ADDR);
        e.f[DEPOSIT_AMOUNT] = 1;
        w = witnessOf(type(uint256).max, type(uint256).max ^ (1 << bob));
        vm.expectRevert(abi.encodeWithSelector(LinkMissing.selector, keyOfAccount(e.f[DEPOSIT_TO])));
        verifier.execute(ctx, itemsOf(e), w);
    }

    /// @dev States that no entries lead to: what they would do is not answered.
    function test_witness_inconsistentState_reverts() public {
        Entry memory e = from(KIND_ACCOUNT_OPEN, alice);
        e.f[ACCOUNT_OPEN_TO] = 77;
        set(0, SYSTEM_FREE_HEAD, bob);
        e = sign(e, ALICE_KEY);
        bytes memory w = witnessOfAll();
        Context memory ctx = context(true);
        vm.expectRevert(abi.encodeWithSelector(StateInconsistent.selector));
        verifier.execute(ctx, itemsOf(e), w);

        set(bob, ACCOUNT_BALANCE, type(uint64).max);
        e = from(KIND_TRANSFER, alice);
        e.f[TRANSFER_TO] = bob;
        e.f[TRANSFER_AMOUNT] = 1;
        e = sign(e, ALICE_KEY);
        w = witnessOfAll();
        ctx = context(true);
        vm.expectRevert(abi.encodeWithSelector(StateInconsistent.selector));
        verifier.execute(ctx, itemsOf(e), w);

        set(asset, ASSET_HELD, 119);
        e.kind = KIND_CLAIM;
        (e.f[1], e.f[2], e.f[3]) = (shareBob, asset, carol);
        set(shareBob, SHARE_HOLDER, carol);
        w = witnessOfAll();
        ctx = context(true);
        vm.expectRevert(abi.encodeWithSelector(StateInconsistent.selector));
        verifier.execute(ctx, itemsOf(e), w);
    }

    /// @dev Starved of gas the call fails; it never answers anything but the right root.
    function test_execute_starved_reverts() public view {
        Entry[] memory list = new Entry[](3);
        list[0] = from(KIND_ACCOUNT_OPEN, alice);
        list[0].f[ACCOUNT_OPEN_TO] = 77;
        list[0] = sign(list[0], ALICE_KEY);
        list[1].kind = KIND_SETTLE;
        (list[1].f[1], list[1].f[2], list[1].f[3]) = (edgeAssetCarol, asset, carol);
        list[2].kind = KIND_STREAM_TICK;
        (list[2].f[1], list[2].f[2], list[2].f[3], list[2].f[4]) = (chainStream, asset, 20, 5);
        bytes memory input = abi.encodeCall(verifier.execute, (context(false), chunk(list), witnessOfAll()));
        address to = address(verifier);
        (bool success, bytes memory answer) = to.staticcall(input);
        check(success, "with enough gas");
        bytes32 right = abi.decode(answer, (bytes32));
        uint256 spent = gasleft();
        assembly {
            success := staticcall(gas(), to, add(input, 32), mload(input), 0, 0)
        }
        spent -= gasleft();
        uint256 step = spent / 997;
        uint256 answers = 0;
        for (uint256 limit = 21; limit < spent + 10 * step; limit += step) {
            bytes32 got = 0;
            assembly {
                success := staticcall(limit, to, add(input, 32), mload(input), 0, 32)
                if success { got := mload(0) }
            }
            if (!success) continue;
            answers++;
            eq(got, right, "another answer for want of gas");
        }
        check(answers > 0 && answers < 100, "the limits cross what is needed");
    }
}
