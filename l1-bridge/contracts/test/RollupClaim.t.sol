// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader, Claim, ClaimState, IRollup} from "../src/interfaces/IRollup.sol";
import {Fixture} from "./support/Fixture.sol";
import {Lists} from "./support/Lists.sol";

/// @notice claim, finalize, reclaim and collect.
contract RollupClaimTest is Fixture {
    function setUp() public {
        setUpWith(address(0));
    }

    function expectClaimReverts(uint64 number, uint64 parent, bytes32[] memory roots, bytes memory why) internal {
        BatchHeader memory header = headers[number];
        bytes32 preRoot = rollup.claimOf(parent).lastRoot;
        vm.deal(alice, alice.balance + BOND);
        vm.expectRevert(why);
        vm.prank(alice);
        rollup.claim{value: BOND}(header, parent, preRoot, roots);
    }

    function expectState(uint64 id, ClaimState want) internal view {
        eq(uint256(rollup.claimOf(id).state), uint256(want), "state of the claim");
    }

    // ---- claim

    function test_claim_succeeds() public {
        force(1);
        uint64 n = post(someChunks(4, 1), 1);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        eq(roots.length, 5, "an inbox chunk and four posted ones");
        vm.warp(START + 7);
        BatchHeader memory header = headers[n];
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.ClaimMade(1, n, 0, alice, Lists.root(roots), roots);
        vm.prank(alice);
        eq(uint256(rollup.claim{value: BOND}(header, 0, GENESIS, roots)), 1, "id");
        Claim memory c = rollup.claimOf(1);
        eq(uint256(c.batch), n, "batch");
        eq(uint256(c.parent), 0, "parent");
        eq(uint256(c.time), START + 7, "time");
        eq(c.claimant, alice, "claimant");
        eq(uint256(c.line), 1, "line");
        eq(c.rootsRoot, Lists.root(roots), "rootsRoot");
        eq(c.lastRoot, last(roots), "lastRoot");
        expectState(1, ClaimState.Open);
        eq(address(rollup).balance, BOND, "locked");
        eq(uint256(rollup.claimCount()), 1, "claims");
    }

    function test_claim_otherBond_reverts() public {
        uint64 n = postSome(1);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        BatchHeader memory header = headers[n];
        uint256[3] memory bonds = [uint256(0), BOND - 1, BOND + 1];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.WrongBond.selector, bonds[i], BOND));
            vm.prank(alice);
            rollup.claim{value: bonds[i]}(header, 0, GENESIS, roots);
        }
    }

    function test_claim_unknownHeader_reverts() public {
        uint64 n = postSome(2);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        BatchHeader memory good = headers[n];
        for (uint256 field = 0; field < 7; field++) {
            BatchHeader memory h = abi.decode(abi.encode(good), (BatchHeader));
            if (field == 0) h.parent ^= bytes32(uint256(1));
            if (field == 1) h.number++;
            if (field == 2) h.timestamp++;
            if (field == 3) h.inboxFrom++;
            if (field == 4) h.inboxTo++;
            if (field == 5) h.posted--;
            if (field == 6) h.chunksRoot ^= bytes32(uint256(1));
            headers[n] = h;
            bytes memory why =
                abi.encodeWithSelector(IRollup.HeaderUnknown.selector, h.number, keccak256(abi.encode(h)));
            expectClaimReverts(n, 0, roots, why);
        }
        BatchHeader memory none;
        headers[0] = none;
        expectClaimReverts(
            0, 0, roots, abi.encodeWithSelector(IRollup.HeaderUnknown.selector, 0, keccak256(abi.encode(none)))
        );
    }

    function test_claim_otherRootCount_reverts() public {
        uint64 n = postSome(3);
        expectClaimReverts(n, 0, new bytes32[](2), abi.encodeWithSelector(IRollup.RootCountWrong.selector, 2, 3));
        expectClaimReverts(n, 0, new bytes32[](4), abi.encodeWithSelector(IRollup.RootCountWrong.selector, 4, 3));
        expectClaimReverts(n, 0, new bytes32[](0), abi.encodeWithSelector(IRollup.RootCountWrong.selector, 0, 3));
    }

    function test_claim_otherParentBatch_reverts() public {
        uint64 one_ = postSome(1);
        uint64 two = postSome(1);
        uint64 three = postSome(1);
        bytes32[] memory roots = rootsOf(one_, GENESIS);
        uint64 a = claim(one_, 0, roots);
        expectClaimReverts(two, 0, roots, abi.encodeWithSelector(IRollup.ParentClaimOnOtherBatch.selector, 0, 0));
        expectClaimReverts(three, a, roots, abi.encodeWithSelector(IRollup.ParentClaimOnOtherBatch.selector, a, 1));
        expectClaimReverts(one_, a, roots, abi.encodeWithSelector(IRollup.ParentClaimOnOtherBatch.selector, a, 1));
        expectClaimReverts(
            two, 99, roots, abi.encodeWithSelector(IRollup.ParentClaimFallen.selector, 99, ClaimState.None)
        );
    }

    function test_claim_fallenParent_reverts() public {
        uint64 n = postSome(1);
        uint64 m = postSome(1);
        uint64 k = postSome(1);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 0);
        uint64 a = claim(n, 0, wrong);
        bytes32[] memory roots = rootsOf(m, last(wrong));
        uint64 b = claim(m, a, roots);
        vm.prank(bob);
        rollup.strike(proofOf(a, GENESIS, wrong, 0));
        bytes memory why = abi.encodeWithSelector(IRollup.ParentClaimFallen.selector, a, ClaimState.Struck);
        expectClaimReverts(m, a, rootsOf(m, bytes32(uint256(1))), why);
        rollup.reclaim(b);
        why = abi.encodeWithSelector(IRollup.ParentClaimFallen.selector, b, ClaimState.Reclaimed);
        expectClaimReverts(k, b, roots, why);
    }

    /// @dev L1 is reorganised: alice's claim has another id, and the one she built on is now somebody's wrong claim.
    function test_claim_parentIdOfAnotherAfterReorg_reverts() public {
        uint64 n = postSome(1);
        uint64 m = postSome(1);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        uint256 before = vm.snapshotState();
        uint64 a = claim(n, 0, roots);
        bytes memory replayed = abi.encodeCall(IRollup.claim, (headers[m], a, last(roots), rootsOf(m, last(roots))));
        vm.revertToState(before);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 0);
        eq(uint256(claimAs(bob, n, 0, wrong)), uint256(a), "the id is bob's now");
        vm.deal(alice, BOND);
        vm.prank(alice);
        (bool ok, bytes memory why) = address(rollup).call{value: BOND}(replayed);
        check(!ok, "a right claim stands on a wrong one, where anybody can strike it");
        eq(why, abi.encodeWithSelector(IRollup.PreRootWrong.selector, last(roots)), "why");
    }

    function test_claim_same_reverts() public {
        uint64 n = postSome(2);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        claim(n, 0, roots);
        bytes memory why = abi.encodeWithSelector(IRollup.ClaimExists.selector, n, 0, Lists.root(roots));
        expectClaimReverts(n, 0, roots, why);
        // A rival claim stands beside it.
        claim(n, 0, wrongRootsOf(n, GENESIS, 1));
    }

    function test_claim_sameAfterStrike_succeeds() public {
        uint64 n = postSome(2);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 1);
        uint64 a = claim(n, 0, wrong);
        rollup.strike(proofOf(a, GENESIS, wrong, 1));
        uint64 b = claim(n, 0, wrong);
        expectState(b, ClaimState.Open);
        rollup.strike(proofOf(b, GENESIS, wrong, 1));
    }

    function test_claim_finalBatch_reverts() public {
        uint64 n = postSome(1);
        uint64 a = claim(n, 0, rootsOf(n, GENESIS));
        vm.warp(START + WINDOW);
        rollup.finalize(a);
        bytes memory why = abi.encodeWithSelector(IRollup.BatchAlreadyFinal.selector, n);
        expectClaimReverts(n, 0, wrongRootsOf(n, GENESIS, 0), why);
    }

    // ---- finalize

    function test_finalize_succeeds() public {
        uint64 n = postSome(2);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        uint64 a = claim(n, 0, roots);
        vm.warp(START + WINDOW);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.ClaimFinal(a, n, last(roots));
        rollup.finalize(a);
        expectState(a, ClaimState.Final);
        eq(rollup.finalRoot(n), last(roots), "final root");
        eq(uint256(rollup.finalBatch()), n, "final batch");
        eq(rollup.credit(alice), BOND, "the bond is credited");
    }

    function test_finalize_early_reverts() public {
        uint64 n = postSome(1);
        vm.warp(START + 3);
        uint64 a = claim(n, 0, rootsOf(n, GENESIS));
        vm.warp(START + 3 + WINDOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IRollup.WindowOpen.selector, a, START + 3 + WINDOW));
        rollup.finalize(a);
    }

    function test_finalize_notOpen_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, 0, ClaimState.Final));
        rollup.finalize(0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, 5, ClaimState.None));
        rollup.finalize(5);
        uint64 n = postSome(1);
        uint64 a = claim(n, 0, rootsOf(n, GENESIS));
        vm.warp(START + WINDOW);
        rollup.finalize(a);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, a, ClaimState.Final));
        rollup.finalize(a);
    }

    function test_finalize_struck_reverts() public {
        uint64 n = postSome(1);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 0);
        uint64 a = claim(n, 0, wrong);
        rollup.strike(proofOf(a, GENESIS, wrong, 0));
        vm.warp(START + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, a, ClaimState.Struck));
        rollup.finalize(a);
    }

    function test_finalize_parentNotFinal_reverts() public {
        uint64 n = postSome(1);
        uint64 m = postSome(1);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        uint64 a = claim(n, 0, roots);
        uint64 b = claim(m, a, rootsOf(m, last(roots)));
        vm.warp(START + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentClaimNotFinal.selector, a, ClaimState.Open));
        rollup.finalize(b);
        rollup.finalize(a);
        rollup.finalize(b);
        eq(uint256(rollup.finalBatch()), m, "final batch");
    }

    function test_finalize_rival_reverts() public {
        uint64 n = postSome(2);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 1);
        uint64 a = claim(n, 0, rootsOf(n, GENESIS));
        uint64 b = claimAs(bob, n, 0, wrong);
        vm.warp(START + WINDOW);
        rollup.finalize(a);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BatchAlreadyFinal.selector, n));
        rollup.finalize(b);
        // The loser's bond waits for whoever shows that it is wrong, at any time.
        vm.warp(START + 100 * WINDOW);
        rollup.strike(proofOf(b, GENESIS, wrong, 1));
        expectState(b, ClaimState.Struck);
    }

    // ---- reclaim

    function test_reclaim_descendants_succeeds() public {
        uint64 n = postSome(1);
        uint64 m = postSome(1);
        uint64 k = postSome(1);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 0);
        uint64 a = claim(n, 0, wrong);
        bytes32[] memory next = rootsOf(m, last(wrong));
        uint64 b = claimAs(bob, m, a, next);
        uint64 c = claimAs(bob, k, b, rootsOf(k, last(next)));
        rollup.strike(proofOf(a, GENESIS, wrong, 0));

        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentClaimStands.selector, b, ClaimState.Open));
        rollup.reclaim(c);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.ClaimReclaimed(b, m, bob);
        rollup.reclaim(b);
        rollup.reclaim(c);
        eq(rollup.credit(bob), 2 * BOND, "both bonds are credited");
        expectState(b, ClaimState.Reclaimed);
        expectState(c, ClaimState.Reclaimed);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, b, ClaimState.Reclaimed));
        rollup.reclaim(b);
    }

    function test_reclaim_standing_reverts() public {
        uint64 n = postSome(1);
        uint64 a = claim(n, 0, rootsOf(n, GENESIS));
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentClaimStands.selector, 0, ClaimState.Final));
        rollup.reclaim(a);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, 0, ClaimState.Final));
        rollup.reclaim(0);
    }

    // ---- collect

    function test_collect_succeeds() public {
        uint64 n = postSome(1);
        uint64 a = claim(n, 0, rootsOf(n, GENESIS));
        vm.warp(START + WINDOW);
        rollup.finalize(a);
        uint256 before = alice.balance;
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.Collected(alice, BOND);
        vm.prank(alice);
        rollup.collect();
        eq(alice.balance, before + BOND, "paid");
        eq(rollup.credit(alice), 0, "credit");
        vm.expectRevert(abi.encodeWithSelector(IRollup.NothingToCollect.selector, alice));
        vm.prank(alice);
        rollup.collect();
    }

    function test_collect_callsBack_isPaidOnce() public {
        GreedyClaimant greedy = new GreedyClaimant(rollup);
        vm.deal(address(greedy), BOND);
        uint64 n = postSome(1);
        uint64 other = postSome(1);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        greedy.claim(headers[n], 0, GENESIS, roots);
        claim(other, 1, rootsOf(other, last(roots)));
        vm.warp(START + WINDOW);
        rollup.finalize(1);
        greedy.collect();
        eq(greedy.calls(), 1, "called once");
        eq(address(greedy).balance, BOND, "paid once");
        eq(address(rollup).balance, BOND, "the other bond stays");
    }
}

/// @notice A claimant that calls collect again while it is paid.
contract GreedyClaimant {
    IRollup private immutable ROLLUP;
    uint256 public calls;

    constructor(IRollup rollup) {
        ROLLUP = rollup;
    }

    function claim(BatchHeader calldata header, uint64 parent, bytes32 preRoot, bytes32[] calldata roots) external {
        ROLLUP.claim{value: address(this).balance}(header, parent, preRoot, roots);
    }

    function collect() external {
        ROLLUP.collect();
    }

    receive() external payable {
        calls++;
        try ROLLUP.collect() {} catch {}
    }
}
