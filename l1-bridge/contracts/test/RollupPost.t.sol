// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BATCH_CHUNKS_MAX, BATCH_DATA_MAX, BATCH_ITEMS_MAX, CHUNK_BYTES_MAX} from "../src/Protocol.sol";
import {BatchHeader, IRollup} from "../src/interfaces/IRollup.sol";
import {Vm} from "./Base.sol";
import {Fixture} from "./support/Fixture.sol";
import {Lists} from "./support/Lists.sol";

/// @notice post and appendOverdue: what makes a batch.
contract RollupPostTest is Fixture {
    function setUp() public {
        setUpWith(address(0));
    }

    function expectPostReverts(bytes32 parent, uint64 timestamp, uint64 inboxTo, bytes memory chunks, bytes memory why)
        internal
    {
        bytes32 link = inboxTo <= inbox.count() ? inbox.linkAfter(inboxTo) : bytes32(0);
        vm.expectRevert(why);
        vm.prank(operator);
        rollup.post(parent, timestamp, inboxTo, link, chunks);
    }

    /// @dev Posts raw bytes at the present tip and time, without items, and expects a refusal.
    function expectChunksRefused(bytes memory chunks, bytes memory why) internal {
        expectPostReverts(tip(), uint64(block.timestamp), nextItem(), chunks, why);
    }

    function forceMany(uint256 n) internal {
        for (uint32 i = 0; i < n; i++) {
            force(i);
        }
    }

    // ---- post

    function test_post_first_succeeds() public {
        bytes[] memory chunks = someChunks(3, 1);
        BatchHeader memory want = BatchHeader({
            parent: rollup.batchHash(0),
            number: 1,
            timestamp: START - 5,
            inboxFrom: 0,
            inboxTo: 0,
            posted: 3,
            chunksRoot: Lists.root(Lists.hashes(chunks))
        });
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.BatchPosted(1, keccak256(abi.encode(want)), want, Lists.run(chunks));
        vm.prank(operator);
        rollup.post(want.parent, START - 5, 0, 0, Lists.run(chunks));
        eq(rollup.batchHash(1), keccak256(abi.encode(want)), "hash");
        (uint64 number, uint64 timestamp, uint64 inboxTo) = rollup.latest();
        eq(uint256(number), 1, "number");
        eq(uint256(timestamp), START - 5, "timestamp");
        eq(uint256(inboxTo), 0, "inboxTo");
    }

    function test_post_chain_succeeds() public {
        forceMany(10);
        post(someChunks(2, 1), 3);
        post(someChunks(1, 2), 3);
        post(new bytes[](0), 10);
        eq(uint256(tipNumber()), 3, "number");
        for (uint64 n = 1; n <= 3; n++) {
            eq(headers[n].parent, rollup.batchHash(n - 1), "parent");
            eq(uint256(headers[n].number), n, "number");
        }
        eq(uint256(headers[1].inboxFrom), 0, "from");
        eq(uint256(headers[1].inboxTo), 3, "to");
        eq(uint256(headers[2].inboxFrom), 3, "from");
        eq(uint256(headers[3].inboxFrom), 3, "from");
        eq(uint256(headers[3].inboxTo), 10, "to");
        eq(uint256(headers[3].posted), 0, "posted");
    }

    /// @dev Lengths that the encoding allows, and any bytes in them, make a batch: what they mean is judged later.
    function testFuzz_post_anyBytes_succeeds(uint16[5] memory sizes, uint256 seed) public {
        bytes[] memory chunks = new bytes[](5);
        for (uint256 i = 0; i < 5; i++) {
            chunks[i] = new bytes(bound(sizes[i], 1, CHUNK_BYTES_MAX));
            bytes memory c = chunks[i];
            assembly {
                mstore(add(c, 32), or(seed, shl(248, i)))
            }
            // A word written into a shorter chunk would run into the next object.
            if (c.length < 32) chunks[i] = abi.encodePacked(bytes1(uint8(i)));
        }
        uint64 n = post(chunks, 0);
        eq(headers[n].chunksRoot, Lists.root(Lists.hashes(chunks)), "chunksRoot");
        eq(uint256(headers[n].posted), 5, "posted");
    }

    /// @dev L1 is reorganised below what the operator executed: the same two items, the other way round.
    function test_post_itemsInOtherOrderAfterReorg_reverts() public {
        uint256 before = vm.snapshotState();
        forceMany(2);
        bytes32 meant = inbox.linkAfter(2);
        vm.revertToState(before);
        force(1);
        force(0);
        bytes32 parent = tip();
        bytes memory chunks = Lists.run(someChunks(1, 1));
        for (uint64 taken = 0; taken < 2; taken++) {
            bytes32 wrong = taken == 0 ? meant : inbox.linkAfter(2);
            bytes32 link = inbox.linkAfter(taken);
            vm.expectRevert(abi.encodeWithSelector(IRollup.InboxDiffers.selector, taken, wrong, link));
            vm.prank(operator);
            rollup.post(parent, START, taken, wrong, chunks);
        }
        vm.expectRevert(abi.encodeWithSelector(IRollup.InboxDiffers.selector, 2, meant, inbox.linkAfter(2)));
        vm.prank(operator);
        rollup.post(parent, START, 2, meant, chunks);
        post(someChunks(1, 1), 2);
    }

    function test_post_byOther_reverts() public {
        bytes32 parent = tip();
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotOperator.selector, alice));
        vm.prank(alice);
        rollup.post(parent, START, 0, 0, Lists.run(someChunks(1, 1)));
    }

    function test_post_otherParent_reverts() public {
        bytes32 genesis = tip();
        bytes memory chunks = Lists.run(someChunks(1, 1));
        bytes memory why = abi.encodeWithSelector(IRollup.ParentMismatch.selector, bytes32(uint256(1)), genesis);
        expectPostReverts(bytes32(uint256(1)), START, 0, chunks, why);
        postSome(1);
        why = abi.encodeWithSelector(IRollup.ParentMismatch.selector, genesis, tip());
        expectPostReverts(genesis, START, 0, chunks, why);
    }

    function test_post_timestamp_reverts() public {
        postSome(1);
        bytes memory chunks = Lists.run(someChunks(1, 1));
        bytes memory why = abi.encodeWithSelector(IRollup.TimestampBackwards.selector, START - 1, START);
        expectPostReverts(tip(), START - 1, 0, chunks, why);
        why = abi.encodeWithSelector(IRollup.TimestampAhead.selector, START + 1, START);
        expectPostReverts(tip(), START + 1, 0, chunks, why);
    }

    /// @dev Ledger time follows the inbox: an operator that holds it back cannot take what was forced later.
    function test_post_timestampBeforeItem_reverts() public {
        force(0);
        vm.warp(START + 10);
        force(1);
        force(2);
        vm.warp(START + 20);
        force(3);
        bytes memory chunks = Lists.run(someChunks(1, 1));
        bytes memory why = abi.encodeWithSelector(IRollup.TimestampBeforeItem.selector, START + 9, 2);
        expectPostReverts(tip(), START + 9, 3, chunks, why);
        postAt(START + 10, someChunks(1, 1), 3);
        // A batch that takes nothing is bound by its parent alone.
        postAt(START + 10, someChunks(1, 2), 3);
        why = abi.encodeWithSelector(IRollup.TimestampBeforeItem.selector, START + 19, 3);
        expectPostReverts(tip(), START + 19, 4, chunks, why);
        postAt(START + 20, someChunks(1, 3), 4);
        eq(uint256(tipNumber()), 3, "number");
    }

    function test_post_inboxRange_reverts() public {
        forceMany(4);
        post(someChunks(1, 1), 3);
        bytes memory chunks = Lists.run(someChunks(1, 1));
        expectPostReverts(tip(), START, 2, chunks, abi.encodeWithSelector(IRollup.InboxBackwards.selector, 2, 3));
        expectPostReverts(tip(), START, 5, chunks, abi.encodeWithSelector(IRollup.InboxAhead.selector, 5, 4));
    }

    function test_post_tooManyItems_reverts() public {
        forceMany(BATCH_ITEMS_MAX + 1);
        bytes memory why = abi.encodeWithSelector(IRollup.TooManyItems.selector, BATCH_ITEMS_MAX + 1);
        expectPostReverts(tip(), START, uint64(BATCH_ITEMS_MAX + 1), "", why);
        post(new bytes[](0), uint64(BATCH_ITEMS_MAX));
    }

    function test_post_noChunks_reverts() public {
        expectChunksRefused("", abi.encodeWithSelector(IRollup.ChunkCountInvalid.selector, 0));
    }

    function test_post_chunkCount_bounds() public {
        bytes[] memory chunks = someChunks(BATCH_CHUNKS_MAX + 1, 1);
        expectChunksRefused(
            Lists.run(chunks), abi.encodeWithSelector(IRollup.ChunkCountInvalid.selector, BATCH_CHUNKS_MAX + 1)
        );
        // One inbox chunk takes the place of a posted one.
        force(0);
        expectPostReverts(
            tip(),
            START,
            1,
            Lists.run(someChunks(BATCH_CHUNKS_MAX, 1)),
            abi.encodeWithSelector(IRollup.ChunkCountInvalid.selector, BATCH_CHUNKS_MAX + 1)
        );
        post(someChunks(BATCH_CHUNKS_MAX - 1, 1), 1);
        eq(chunkCount(1), BATCH_CHUNKS_MAX, "chunks");
        postSome(BATCH_CHUNKS_MAX);
    }

    function test_post_malformedChunks_reverts() public {
        bytes memory good = Lists.run(someChunks(1, 1));
        bytes[6] memory tails = [
            bytes(hex"00"), // half a length
            hex"0000", // an empty chunk
            hex"0001", // a chunk cut off
            hex"0002ff",
            hex"ffff", // longer than any chunk
            hex"000000"
        ];
        for (uint256 i = 0; i < tails.length; i++) {
            expectChunksRefused(tails[i], abi.encodeWithSelector(IRollup.ChunksMalformed.selector, 0));
            expectChunksRefused(
                bytes.concat(good, tails[i]), abi.encodeWithSelector(IRollup.ChunksMalformed.selector, good.length)
            );
        }
    }

    function test_post_chunkSize_bounds() public {
        post(one(new bytes(CHUNK_BYTES_MAX)), 0);
        expectChunksRefused(
            Lists.run(one(new bytes(CHUNK_BYTES_MAX + 1))), abi.encodeWithSelector(IRollup.ChunksMalformed.selector, 0)
        );
        post(one(new bytes(1)), 0);
    }

    function test_post_batchSize_bounds() public {
        uint256 parts = BATCH_DATA_MAX / (CHUNK_BYTES_MAX + 2);
        bytes[] memory chunks = new bytes[](parts + 1);
        for (uint256 i = 0; i < parts; i++) {
            chunks[i] = new bytes(CHUNK_BYTES_MAX);
        }
        uint256 rest = BATCH_DATA_MAX - parts * (CHUNK_BYTES_MAX + 2) - 2;
        chunks[parts] = new bytes(rest + 1);
        expectChunksRefused(
            Lists.run(chunks), abi.encodeWithSelector(IRollup.BatchTooLarge.selector, BATCH_DATA_MAX + 1)
        );
        chunks[parts] = new bytes(rest);
        bytes memory call = abi.encodeCall(IRollup.post, (tip(), START, 0, bytes32(0), Lists.run(chunks)));
        vm.prank(operator);
        uint256 gas = gasleft();
        (bool ok,) = address(rollup).call(call);
        gas -= gasleft();
        check(ok, "a batch of the largest size");
        // Under what EIP-7623 asks for its calldata if that is random bytes, 40 gas each.
        le(gas, 24 * BATCH_DATA_MAX, "gas of the largest batch without its calldata");
    }

    // ---- Overdue items

    function test_post_overdueItemLeftBehind_reverts() public {
        force(0);
        vm.warp(START + 1);
        force(1);
        bytes memory chunks = Lists.run(someChunks(1, 1));
        vm.warp(START + DEADLINE - 1);
        postSome(1);
        vm.warp(START + DEADLINE);
        bytes memory why = abi.encodeWithSelector(IRollup.InboxOverdue.selector, 0);
        expectPostReverts(tip(), uint64(block.timestamp), 0, chunks, why);
        post(someChunks(1, 2), 1);
        vm.warp(START + DEADLINE + 1);
        why = abi.encodeWithSelector(IRollup.InboxOverdue.selector, 1);
        expectPostReverts(tip(), uint64(block.timestamp), 1, chunks, why);
        post(someChunks(1, 3), 2);
        postSome(1);
    }

    /// @dev A full batch may leave overdue items behind: the next one has to take them.
    function test_post_overdueAndFull_succeeds() public {
        forceMany(BATCH_ITEMS_MAX + 2);
        vm.warp(START + DEADLINE);
        bytes memory why = abi.encodeWithSelector(IRollup.InboxOverdue.selector, BATCH_ITEMS_MAX - 1);
        expectPostReverts(tip(), START, uint64(BATCH_ITEMS_MAX - 1), "", why);
        post(new bytes[](0), uint64(BATCH_ITEMS_MAX));
        why = abi.encodeWithSelector(IRollup.InboxOverdue.selector, BATCH_ITEMS_MAX);
        expectPostReverts(tip(), START + DEADLINE, uint64(BATCH_ITEMS_MAX), Lists.run(someChunks(1, 1)), why);
        post(someChunks(1, 1), uint64(BATCH_ITEMS_MAX + 2));
    }

    function appendOverdue() internal returns (uint64) {
        vm.recordLogs();
        vm.prank(bob);
        rollup.appendOverdue();
        return learnBatch();
    }

    function test_appendOverdue_takesAllItems_succeeds() public {
        forceMany(11);
        vm.warp(START + DEADLINE);
        force(11);
        uint64 n = appendOverdue();
        BatchHeader memory h = headers[n];
        eq(h.parent, rollup.batchHash(n - 1), "parent");
        eq(uint256(h.number), 1, "number");
        eq(uint256(h.timestamp), START + DEADLINE, "timestamp");
        eq(uint256(h.inboxFrom), 0, "from");
        eq(uint256(h.inboxTo), 12, "to");
        eq(uint256(h.posted), 0, "posted");
        eq(h.chunksRoot, Lists.root(new bytes32[](0)), "chunksRoot");
        eq(chunkCount(n), 2, "chunks");
        // The operator goes on from there.
        postSome(2);
    }

    function test_appendOverdue_manyItems_takesAFullBatch() public {
        forceMany(BATCH_ITEMS_MAX + 1);
        vm.warp(START + DEADLINE);
        uint64 n = appendOverdue();
        eq(uint256(headers[n].inboxTo), BATCH_ITEMS_MAX, "to");
        n = appendOverdue();
        eq(uint256(headers[n].inboxTo), BATCH_ITEMS_MAX + 1, "to");
    }

    function test_appendOverdue_notOverdue_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IRollup.InboxNotOverdue.selector, 0));
        rollup.appendOverdue();
        force(0);
        vm.warp(START + DEADLINE - 1);
        vm.expectRevert(abi.encodeWithSelector(IRollup.InboxNotOverdue.selector, 0));
        rollup.appendOverdue();
        vm.warp(START + DEADLINE);
        appendOverdue();
        vm.expectRevert(abi.encodeWithSelector(IRollup.InboxNotOverdue.selector, 1));
        rollup.appendOverdue();
    }

    /// @dev The operator never goes back before a batch that others appended.
    function test_post_olderThanAppended_reverts() public {
        force(0);
        vm.warp(START + DEADLINE);
        appendOverdue();
        bytes memory why = abi.encodeWithSelector(IRollup.TimestampBackwards.selector, START, START + DEADLINE);
        expectPostReverts(tip(), START, 1, Lists.run(someChunks(1, 1)), why);
    }
}
