// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {Context} from "../src/interfaces/IFraudVerifier.sol";
import {People} from "./support/People.sol";

/// @notice What is a chunk and what is an item (docs/spec/chunk.md, section 1; docs/spec/entries.md, section 1).
/// @dev Whether a chunk is decodable is seen without a witness: an undecodable one needs none, any other one does.
contract VerifierChunkTest is People {
    error WitnessLength(uint256 got, uint256 want);
    error ItemsCutOff(uint256 at_);

    function undecodable(bytes memory data) private view {
        Context memory ctx = context(false);
        (bytes32 got, bytes memory statuses) = verifier.statusesOf(ctx, data, "");
        eq(got, ctx.preRoot, "an undecodable chunk changes nothing");
        eq(statuses.length, 0, "no entries");
    }

    function decodable(bytes memory data) private {
        Context memory ctx = context(false);
        vm.expectRevert(abi.encodeWithSelector(WitnessLength.selector, 0, 5));
        verifier.execute(ctx, data, "");
    }

    function claims(uint256 n, uint256 firstId) private pure returns (Entry[] memory list) {
        list = new Entry[](n);
        for (uint256 i = 0; i < n; i++) {
            list[i].kind = KIND_CLAIM_OWNER;
            (list[i].f[1], list[i].f[2]) = (firstId + i, firstId);
        }
    }

    function repeated(Entry memory e, uint256 n) private pure returns (Entry[] memory list) {
        list = new Entry[](n);
        for (uint256 i = 0; i < n; i++) {
            list[i] = e;
        }
    }

    /// @dev Two ids (5 and 7), one CLAIM_OWNER.
    function plainOf(bytes memory ids, bytes memory columns) private pure returns (bytes memory) {
        return assemble("", bytes.concat(hex"0201", abi.encodePacked(uint8(KIND_CLAIM_OWNER)), ids, columns));
    }

    function test_decode_header_undecodable() public {
        bytes memory good = chunk(claims(1, 3));
        decodable(good);
        bytes memory bad = bytes.concat(good);
        bad[0] = 0x00;
        undecodable(bad);
        bad[0] = 0x02;
        undecodable(bad);
        undecodable("");
        undecodable(hex"01");
        undecodable(hex"0100");
        undecodable(hex"010000");
        undecodable(hex"010001");
        // A raw section longer than the chunk.
        bad = bytes.concat(good);
        bad[1] = 0x01;
        undecodable(bad);
        // The frame is outside the profile; something follows it.
        bad = bytes.concat(good);
        bad[3] = 0x29;
        undecodable(bad);
        undecodable(bytes.concat(good, hex"00"));
        undecodable(new bytes(CHUNK_BYTES_MAX + 1));
    }

    function test_decode_sizes_undecodable() public {
        // 128 signatures are the raw section's bound. All are of one transfer, between two accounts.
        Entry memory e = from(KIND_TRANSFER, alice);
        e.f[TRANSFER_TO] = bob;
        decodable(chunk(repeated(e, 128)));
        (bytes memory plain, bytes memory raw) = sections(repeated(e, 128));
        undecodable(assemble(bytes.concat(raw, hex"00"), plain));
        undecodable(assemble(bytes.concat(raw, bytes32(0)), plain));
        assembly {
            mstore(raw, 8191)
        }
        undecodable(assemble(raw, plain));
    }

    function test_decode_counts_undecodable() public {
        (bytes memory plain,) = sections(claims(1, 3));
        // No entries, with and without their bytes.
        undecodable(assemble("", hex"0000"));
        undecodable(assemble("", hex"010003"));
        undecodable(assemble("", hex"00"));
        undecodable(assemble("", hex"0001"));
        // More entries than there are bytes for kinds.
        plain[1] = 0x7f;
        undecodable(assemble("", plain));
        decodable(chunk(repeated(claims(1, 3)[0], 128)));
        undecodable(chunk(repeated(claims(1, 3)[0], 129)));
    }

    function test_decode_leaves_undecodable() public {
        // 127 ids and the system; no implicit leaves.
        decodable(chunk(claims(127, 1)));
        undecodable(chunk(claims(128, 1)));
        // 124 ids, the system, and three implicit leaves.
        Entry[] memory list = new Entry[](125);
        for (uint256 i = 0; i < 124; i++) {
            list[i] = claims(124, 1)[i];
        }
        list[124] = from(KIND_SHARE_TRANSFER, 1);
        (list[124].f[4], list[124].f[5]) = (1, 1);
        decodable(chunk(list));
        list[0].f[1] = 200;
        undecodable(chunk(list));
    }

    function test_decode_weights_undecodable() public {
        // As many registrations as the sum of weights allows; their implicit leaves, two each, do not pass their bound.
        uint256 weight = 0;
        for (uint256 i = 0; i < 4; i++) {
            weight = (weight << 8) | uint8(KIND_GAS[4 * KIND_ASSET_REGISTER + i]);
        }
        uint256 most = CHUNK_GAS_MAX / weight;
        check(2 * most + 4 <= CHUNK_LEAVES_MAX && most < CHUNK_ENTRIES_MAX, "another bound is reached first");
        Entry memory e = from(KIND_ASSET_REGISTER, 1);
        decodable(chunk(repeated(e, most)));
        undecodable(chunk(repeated(e, most + 1)));
    }

    function test_decode_kinds_undecodable() public view {
        Context memory ctx = context(false);
        (bytes memory plain,) = sections(claims(1, 3));
        for (uint256 kind = 0; kind < 256; kind++) {
            plain[2] = bytes1(uint8(kind));
            // Only claims of owners have the shape of claims of owners.
            if (kind == KIND_CLAIM_OWNER) continue;
            eq(verifier.execute(ctx, assemble("", plain), ""), ctx.preRoot, "undecodable");
        }
        // Kinds that only come through the inbox, in their own shape.
        Entry memory e;
        e.kind = KIND_DEPOSIT;
        undecodable(chunkOf(e));
        e.kind = KIND_PARAM;
        undecodable(chunkOf(e));
    }

    function test_decode_everyKind_decodable() public {
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            Entry memory e;
            e.kind = kind;
            for (uint256 i = 1; i < 15; i++) {
                e.f[i] = 1;
            }
            if (uint8(KIND_PLACE[kind]) == 0) decodable(chunkOf(e));
        }
    }

    function test_decode_ids_undecodable() public {
        decodable(plainOf(hex"0501", hex"0001"));
        // Zero; out of range; not shortest; cut off.
        undecodable(plainOf(hex"0001", hex"0001"));
        decodable(plainOf(bytes.concat(leb(OBJECTS_MAX - 2), hex"00"), hex"0001"));
        undecodable(plainOf(bytes.concat(leb(OBJECTS_MAX - 1), hex"00"), hex"0001"));
        undecodable(plainOf(bytes.concat(hex"01", leb(OBJECTS_MAX - 2)), hex"0001"));
        decodable(plainOf(bytes.concat(hex"01", leb(OBJECTS_MAX - 3)), hex"0001"));
        undecodable(plainOf(bytes.concat(leb(type(uint64).max), leb(type(uint64).max)), hex"0001"));
        undecodable(plainOf(hex"850001", hex"0001"));
        undecodable(plainOf(hex"05", hex""));
        undecodable(plainOf(hex"0581", hex""));
        undecodable(plainOf(hex"", hex""));
        // An index beyond the table; an id that nobody names; too few, too many columns.
        undecodable(plainOf(hex"0501", hex"0002"));
        undecodable(plainOf(hex"0501", hex"00ff"));
        undecodable(plainOf(hex"0501", hex"0000"));
        undecodable(plainOf(hex"0501", hex"0101"));
        undecodable(plainOf(hex"0501", hex"00"));
        undecodable(plainOf(hex"0501", hex"000100"));
    }

    function ticks(bytes memory count) private pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(hex"0201", uint8(KIND_STREAM_TICK), hex"05010001");
        return assemble(new bytes(32), bytes.concat(head, count));
    }

    function test_decode_vars_undecodable() public {
        decodable(ticks(hex"00"));
        decodable(ticks(hex"7f"));
        decodable(ticks(hex"8010"));
        undecodable(ticks(hex"8110"));
        undecodable(ticks(hex"8000"));
        undecodable(ticks(hex"80"));
        undecodable(ticks(hex"ff8000"));
        undecodable(ticks(hex""));
        undecodable(ticks(leb(type(uint64).max)));
    }

    /// @dev Numbers of every length up to 64 bits arrive as they were sent: the deadline stands in the signed digest.
    function test_decode_varLengths_succeeds() public view {
        Context memory ctx = context(false);
        bytes memory witness = witnessOfAll();
        for (uint256 bits = 20; bits <= 64; bits++) {
            Entry memory e = from(KIND_TRANSFER, alice);
            e.f[TRANSFER_DEADLINE] = (1 << bits) - 1;
            (e.f[TRANSFER_TO], e.f[TRANSFER_AMOUNT]) = (bob, 1);
            e = sign(e, ALICE_KEY);
            (, bytes memory statuses) = verifier.statusesOf(ctx, chunkOf(e), witness);
            eq(uint8(statuses[0]), STATUS_APPLIED, "status");
            e.f[TRANSFER_DEADLINE] = (1 << bits) + (0x5851f42d4c957f2d >> (64 - bits)) % (1 << bits);
            if (bits == 64) e.f[TRANSFER_DEADLINE] = 0x5851f42d4c957f2d;
            e = sign(e, ALICE_KEY);
            (, statuses) = verifier.statusesOf(ctx, chunkOf(e), witness);
            eq(uint8(statuses[0]), STATUS_APPLIED, "status");
        }
    }

    /// @dev 65 and 70 bits, and eleven bytes, in a field that could hold any number of 64.
    function test_decode_varTooLarge_undecodable() public {
        Entry memory e = from(KIND_TRANSFER, alice);
        e.f[TRANSFER_TO] = bob;
        e.f[TRANSFER_AMOUNT] = type(uint64).max;
        decodable(chunkOf(e));
        (bytes memory plain, bytes memory raw) = sections(repeated(e, 1));
        plain[plain.length - 1] = 0x02;
        undecodable(assemble(raw, plain));
        plain[plain.length - 1] = 0x7f;
        undecodable(assemble(raw, plain));
        plain[plain.length - 1] = 0x81;
        undecodable(assemble(raw, bytes.concat(plain, hex"01")));
        undecodable(assemble(raw, bytes.concat(plain, hex"00")));
    }

    function test_decode_links_undecodable() public {
        Entry[] memory list = new Entry[](3);
        for (uint256 i = 0; i < 3; i++) {
            list[i].kind = KIND_STREAM_TICK;
            (list[i].f[1], list[i].f[2], list[i].f[3]) = (1, 2, i == 0 ? 1000 : 524);
        }
        decodable(chunk(list));
        list[2].f[3] = 525;
        undecodable(chunk(list));
        list[2].f[3] = type(uint64).max - 1523;
        undecodable(chunk(list));
    }

    /// @dev Any bytes have an outcome: they are no chunk, or a witness is asked for.
    function test_decode_anyBytes_succeeds(bytes memory plain, bytes memory raw, bool asIs) public view {
        Context memory ctx = context(false);
        bytes memory data = asIs || raw.length > 65535 || plain.length > 8192
            ? bytes.concat(hex"01", plain, raw)
            : assemble(raw, plain.length == 0 ? bytes(hex"00") : plain);
        try verifier.execute(ctx, data, "") returns (bytes32 got) {
            eq(got, ctx.preRoot, "root");
        } catch (bytes memory reason) {
            eq(reason, abi.encodeWithSelector(WitnessLength.selector, 0, 5), "reason");
        }
    }

    /// @dev Kinds are mixed; columns are grouped by kind; entries run in order and see what earlier ones made.
    function test_execute_mixedChunk_succeeds() public {
        Entry[] memory list = new Entry[](6);
        list[0] = from(KIND_ACCOUNT_OPEN, alice);
        (list[0].f[4], list[0].f[5]) = (77, 10);
        list[0] = sign(list[0], ALICE_KEY);
        list[1].kind = KIND_SETTLE;
        (list[1].f[1], list[1].f[2], list[1].f[3]) = (edgeAssetCarol, asset, carol);
        // The address now has an account, which the third entry finds and the fourth pays into.
        list[2] = from(KIND_ACCOUNT_OPEN, alice);
        (list[2].f[2], list[2].f[4]) = (NONCE + 1, 77);
        list[2] = sign(list[2], ALICE_KEY);
        add(OBJECT_ACCOUNT, keyOfAccount(77));
        set(empty, ACCOUNT_ADDR, 77);
        list[3] = from(KIND_TRANSFER, carol);
        (list[3].f[4], list[3].f[5]) = (empty, 400);
        list[3] = sign(list[3], CAROL_KEY);
        list[4] = list[1];
        list[5] = from(KIND_ACCOUNT_OPEN, alice);
        (list[5].f[2], list[5].f[4]) = (NONCE + 1, 78);
        list[5] = sign(list[5], ALICE_KEY);

        // The world before: without the account that was added for the digest of the fourth.
        undo();
        (bytes32 got, bytes memory statuses) = verifier.statusesOf(context(false), chunk(list), wide());
        eq(statuses, hex"00000a000000", "statuses");

        add(OBJECT_ACCOUNT, keyOfAccount(77));
        set(empty, ACCOUNT_ADDR, 77);
        set(empty, ACCOUNT_BALANCE, 410);
        uint256 second = add(OBJECT_ACCOUNT, keyOfAccount(78));
        set(second, ACCOUNT_ADDR, 78);
        set(alice, ACCOUNT_BALANCE, 9_990);
        set(alice, ACCOUNT_NONCE, NONCE + 2);
        set(carol, ACCOUNT_NONCE, NONCE + 1);
        set(edgeAssetCarol, EDGE_SETTLED_REV, 8_000);
        set(asset, ASSET_HELD, 3_600);
        expectBegin(0);
        eq(got, root(), "root");
    }

    /// @dev Takes the last object out of the world.
    function undo() private {
        bytes32 key = objects[empty].key;
        for (uint256 i = 0; i < empty; i++) {
            if (objects[i].next == key) objects[i].next = objects[empty].next;
        }
        delete objects[empty];
        used = empty;
        set(0, SYSTEM_NEXT_ID, empty);
    }

    function wide() private view returns (bytes memory) {
        return witnessOf((1 << 30) - 1, type(uint256).max);
    }

    function test_items_malformed_succeeds() public {
        Entry memory e;
        e.kind = KIND_SETTLE;
        (e.f[1], e.f[2], e.f[3]) = (edgeAssetCarol, asset, carol);
        bytes memory item = wire(e);
        bytes memory shorter = wire(e);
        assembly {
            mstore(shorter, 12)
        }
        bytes memory data = bytes.concat(
            hex"000100" hex"000117" hex"0001ff",
            abi.encodePacked(uint16(12), shorter),
            abi.encodePacked(uint16(14), item, uint8(0)),
            abi.encodePacked(uint16(13), item),
            hex"000101"
        );
        (bytes32 got, bytes memory statuses) = verifier.statusesOf(context(true), data, witnessOfAll());
        eq(statuses, hex"01010101010001", "statuses");
        set(edgeAssetCarol, EDGE_SETTLED_REV, 8_000);
        set(asset, ASSET_HELD, 3_600);
        set(carol, ACCOUNT_BALANCE, 400);
        expectBegin(7);
        eq(got, root(), "root");
    }

    function cutOff(bytes memory data, uint256 where) private {
        bytes memory w = witnessOfAll();
        Context memory ctx = context(true);
        vm.expectRevert(abi.encodeWithSelector(ItemsCutOff.selector, where));
        verifier.execute(ctx, data, w);
    }

    function test_items_cutOff_reverts() public {
        cutOff(hex"00", 0);
        cutOff(hex"0000", 2);
        cutOff(hex"0001", 2);
        cutOff(hex"0001000003ffff", 5);
        cutOff(hex"0001000000", 5);
    }
}
