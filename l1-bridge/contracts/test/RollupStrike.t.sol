// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ClaimState, IRollup, Proof} from "../src/interfaces/IRollup.sol";
import {Fixture} from "./support/Fixture.sol";
import {Lists} from "./support/Lists.sol";
import {MockVerifier} from "./support/MockVerifier.sol";

/// @notice strike: a wrong claim falls, a right one never does.
contract RollupStrikeTest is Fixture {
    uint64 internal batch;
    bytes32[] internal right;

    /// @dev One batch of 19 inbox items (chunks of 8, 8 and 3) and 4 posted chunks after another batch of 3 items.
    function setUp() public {
        setUpWith(address(0));
        for (uint32 i = 0; i < 22; i++) {
            force(i);
        }
        uint64 first = post(someChunks(1, 0), 3);
        bytes32[] memory roots = rootsOf(first, GENESIS);
        claim(first, 0, roots);
        batch = post(someChunks(4, 1), 22);
        right = rootsOf(batch, last(roots));
        eq(right.length, 7, "chunks");
    }

    function preRoot() internal view returns (bytes32) {
        return rollup.claimOf(1).lastRoot;
    }

    function wrongClaim(uint256 wrongFrom) internal returns (uint64 id, bytes32[] memory roots) {
        roots = wrongRootsOf(batch, preRoot(), wrongFrom);
        id = claim(batch, 1, roots);
    }

    function expectStrikeReverts(Proof memory p, bytes memory why) internal {
        vm.expectRevert(why);
        vm.prank(bob);
        rollup.strike(p);
    }

    function test_strike_everyChunk_succeeds() public {
        for (uint32 i = 0; i < 7; i++) {
            (uint64 id, bytes32[] memory roots) = wrongClaim(i);
            Proof memory p = proofOf(id, preRoot(), roots, i);
            uint256 burned = address(0xdead).balance;
            uint256 credit = rollup.credit(bob);
            vm.expectEmit(true, true, true, true, address(rollup));
            emit IRollup.ClaimStruck(id, batch, i, bob);
            vm.expectEmit(true, true, true, true, address(rollup));
            emit IRollup.BondSettled(id, bob, BOND / 2);
            vm.prank(bob);
            rollup.strike(p);
            eq(uint256(rollup.claimOf(id).state), uint256(ClaimState.Struck), "state");
            eq(rollup.credit(bob) - credit, BOND / 2, "the prover's half, rounded down");
            eq(address(0xdead).balance - burned, BOND - BOND / 2, "the rest is burned");
            eq(rollup.batchHash(batch), keccak256(abi.encode(headers[batch])), "the batch stays");
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, id, ClaimState.Struck));
        }
    }

    /// @dev Later chunks that follow rightly from a wrong root are no ground: only the first wrong one is.
    function test_strike_notTheFirstWrongChunk_reverts() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(2);
        for (uint32 i = 0; i < 7; i++) {
            if (i == 2) continue;
            Proof memory p = proofOf(id, preRoot(), roots, i);
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimHolds.selector, id, i, roots[i]));
        }
    }

    function test_strike_rightClaim_reverts() public {
        uint64 id = claim(batch, 1, right);
        for (uint32 i = 0; i < 7; i++) {
            Proof memory p = proofOf(id, preRoot(), right, i);
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimHolds.selector, id, i, right[i]));
        }
    }

    function test_strike_finalClaim_reverts() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(0);
        Proof memory p = proofOf(id, preRoot(), roots, 0);
        vm.warp(START + WINDOW);
        rollup.finalize(1);
        rollup.finalize(id);
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, id, ClaimState.Final));
    }

    function test_strike_afterTheWindow_succeeds() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(3);
        vm.warp(START + 2 * WINDOW);
        rollup.strike(proofOf(id, preRoot(), roots, 3));
    }

    function test_strike_unknownClaim_reverts() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(0);
        Proof memory p = proofOf(id, preRoot(), roots, 0);
        p.claimId = 77;
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, 77, ClaimState.None));
        p.claimId = 0;
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, 0, ClaimState.Final));
    }

    function test_strike_otherHeader_reverts() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(0);
        Proof memory p = proofOf(id, preRoot(), roots, 0);
        p.header = headers[1];
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.HeaderOfOtherBatch.selector, 1, batch));
        p.header = headers[batch];
        p.header.timestamp--;
        bytes32 hash = keccak256(abi.encode(p.header));
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.HeaderUnknown.selector, batch, hash));
    }

    function test_strike_chunkOutOfRange_reverts() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(0);
        Proof memory p = proofOf(id, preRoot(), roots, 0);
        uint32[3] memory indexes = [uint32(7), 256, type(uint32).max];
        for (uint256 i = 0; i < 3; i++) {
            p.chunkIndex = indexes[i];
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ChunkOutOfRange.selector, indexes[i], 7));
        }
    }

    function test_strike_otherPreRoot_reverts() public {
        uint64 id = claim(batch, 1, right);
        // An older or invented state would make any claim look wrong.
        Proof memory p = proofOf(id, preRoot(), right, 0);
        p.preRoot = GENESIS;
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.PreRootWrong.selector, GENESIS));
        p = proofOf(id, preRoot(), right, 0);
        p.prePath = Lists.path(right, 0);
        expectStrikeReverts(p, abi.encodeWithSelector(IRollup.PreRootWrong.selector, p.preRoot));
        for (uint32 i = 1; i < 7; i++) {
            p = proofOf(id, preRoot(), right, i);
            p.preRoot = preRoot();
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.PreRootWrong.selector, p.preRoot));
            p.prePath = new bytes32[](0);
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.PreRootWrong.selector, p.preRoot));
            p = proofOf(id, preRoot(), right, i);
            p.prePath[i] ^= bytes32(uint256(1));
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.PreRootWrong.selector, p.preRoot));
        }
    }

    function test_strike_otherClaimedRoot_reverts() public {
        uint64 id = claim(batch, 1, right);
        for (uint32 i = 0; i < 7; i++) {
            Proof memory p = proofOf(id, preRoot(), right, i);
            p.claimedRoot = right[(i + 1) % 7];
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimedRootWrong.selector, p.claimedRoot));
            p.claimedPath = Lists.path(right, (i + 1) % 7);
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ClaimedRootWrong.selector, p.claimedRoot));
        }
    }

    function test_strike_otherChunk_reverts() public {
        uint64 id = claim(batch, 1, right);
        for (uint32 i = 3; i < 7; i++) {
            Proof memory p = proofOf(id, preRoot(), right, i);
            bytes memory good = p.data;
            p.data = bytes.concat(good, hex"00");
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ChunkWrong.selector, keccak256(p.data)));
            p.data = "";
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ChunkWrong.selector, keccak256("")));
            p.data = posted[batch][(i - 2) % 4];
            p.chunkPath = Lists.path(Lists.hashes(posted[batch]), (i - 2) % 4);
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ChunkWrong.selector, keccak256(p.data)));
            p.data = good;
            p.chunkPath = new bytes32[](0);
            expectStrikeReverts(p, abi.encodeWithSelector(IRollup.ChunkWrong.selector, keccak256(p.data)));
        }
    }

    function test_strike_otherItems_reverts() public {
        uint64 id = claim(batch, 1, right);
        uint64[2][3] memory ranges = [[uint64(3), 11], [uint64(11), 19], [uint64(19), 22]];
        for (uint32 i = 0; i < 3; i++) {
            Proof memory p = proofOf(id, preRoot(), right, i);
            bytes memory good = p.data;
            bytes memory why = abi.encodeWithSelector(IRollup.ItemsWrong.selector, ranges[i][0], ranges[i][1]);
            bytes[8] memory bad = [
                bytes(""),
                bytes.concat(good, hex"00"),
                bytes.concat(good, hex"0000"),
                bytes.concat(good, Lists.run(one(anItem(3)))),
                bytes.concat(hex"0000", good),
                chunkData(batch, (i + 1) % 3),
                chunkData(1, 0),
                hex"ffff"
            ];
            for (uint256 k = 0; k < bad.length; k++) {
                p.data = bad[k];
                expectStrikeReverts(p, why);
            }
            for (uint256 k = 0; k < good.length; k += 5) {
                p.data = bytes.concat(good);
                p.data[k] ^= 0x01;
                expectStrikeReverts(p, why);
            }
            p.data = good;
            p.chunkPath = Lists.path(Lists.hashes(posted[batch]), 0);
            expectStrikeReverts(p, why);
        }
    }

    /// @dev A witness that does not fit reverts the whole strike: it is never taken for fraud.
    function test_strike_wrongWitness_reverts() public {
        (uint64 id, bytes32[] memory roots) = wrongClaim(3);
        Proof memory p = proofOf(id, preRoot(), roots, 3);
        p.witness = "no";
        expectStrikeReverts(p, abi.encodeWithSelector(MockVerifier.WitnessWrong.selector));
    }

    /// @dev However little gas a strike is given, it reverts or finds that the claim holds.
    function testFuzz_strike_rightClaimShortOfGas_reverts(uint256 gas, uint8 chunk) public {
        uint64 id = claim(batch, 1, right);
        Proof memory p = proofOf(id, preRoot(), right, uint32(bound(chunk, 0, 6)));
        bytes memory call = abi.encodeCall(IRollup.strike, (p));
        (bool ok,) = address(rollup).call{gas: bound(gas, 0, 400_000)}(call);
        check(!ok, "a right claim was struck");
        eq(uint256(rollup.claimOf(id).state), uint256(ClaimState.Open), "state");
    }

    /// @dev Striking a parent does not change what its children are judged by.
    function test_strike_childOfStruck_succeeds() public {
        uint64 next = postSome(2);
        (uint64 id, bytes32[] memory roots) = wrongClaim(6);
        bytes32[] memory childRoots = wrongRootsOf(next, last(roots), 1);
        uint64 child = claim(next, id, childRoots);
        rollup.strike(proofOf(id, preRoot(), roots, 6));
        rollup.strike(proofOf(child, last(roots), childRoots, 1));
        eq(uint256(rollup.claimOf(child).state), uint256(ClaimState.Struck), "state");
    }
}
