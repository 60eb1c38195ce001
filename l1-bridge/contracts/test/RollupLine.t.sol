// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader, ClaimState, IRollup, Proof} from "../src/interfaces/IRollup.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice One bond for a line of claims: what it may stand for, and who gets it.
contract RollupLineTest is Fixture {
    function setUp() public {
        setUpWith(address(0));
    }

    /// @dev A claim without value.
    function extend(address who, uint64 number, uint64 parent, bytes32[] memory roots) internal returns (uint64) {
        BatchHeader memory header = headers[number];
        bytes32 preRoot = rollup.claimOf(parent).lastRoot;
        vm.prank(who);
        return rollup.claim(header, parent, preRoot, roots);
    }

    function expectNotExtended(address who, uint64 number, uint64 parent, uint256 value) internal {
        BatchHeader memory header = headers[number];
        bytes32 preRoot = rollup.claimOf(parent).lastRoot;
        bytes32[] memory roots = rootsOf(number, preRoot);
        vm.expectRevert(abi.encodeWithSelector(IRollup.WrongBond.selector, value, BOND));
        vm.prank(who);
        rollup.claim{value: value}(header, parent, preRoot, roots);
    }

    function expectLine(uint64 line, uint64 wantLast, address wantProver) internal view {
        (uint64 got, address prover) = rollup.lineOf(line);
        eq(uint256(got), wantLast, "last of the line");
        eq(prover, wantProver, "who waits for the bond");
    }

    function expectCredits(uint256 ofAlice, uint256 ofBob) internal view {
        eq(rollup.credit(alice), ofAlice, "credit of alice");
        eq(rollup.credit(bob), ofBob, "credit of bob");
    }

    /// @dev Three batches, and alice's line over them: claims 1, 2 and 3. They are wrong where the flags say so.
    function threeInLine(bool[3] memory wrong) internal returns (bytes32[][] memory roots) {
        roots = new bytes32[][](3);
        bytes32 preRoot = GENESIS;
        for (uint64 n = 1; n <= 3; n++) {
            postSome(2);
            roots[n - 1] = wrong[n - 1] ? wrongRootsOf(n, preRoot, 1) : rootsOf(n, preRoot);
            if (n == 1) claim(n, 0, roots[0]);
            else extend(alice, n, n - 1, roots[n - 1]);
            preRoot = last(roots[n - 1]);
        }
        eq(address(rollup).balance, BOND, "one bond");
        expectLine(1, 3, address(0));
    }

    function strikeAs(address who, uint64 id, bytes32[][] memory roots) internal {
        Proof memory p = proofOf(id, id == 1 ? GENESIS : last(roots[id - 2]), roots[id - 1], 1);
        vm.prank(who);
        rollup.strike(p);
    }

    /// @dev An operator that posts a flood of tiny batches cannot keep finality from somebody with a single bond.
    function test_line_manyBatches_needOneBond() public {
        uint64 n = 60;
        for (uint64 i = 0; i < n; i++) {
            postSome(1);
        }
        bytes32[] memory roots = rootsOf(1, GENESIS);
        claim(1, 0, roots);
        for (uint64 i = 2; i <= n; i++) {
            roots = rootsOf(i, last(roots));
            eq(uint256(extend(alice, i, i - 1, roots)), i, "id");
            eq(uint256(rollup.claimOf(i).line), 1, "line");
        }
        vm.warp(START + WINDOW);
        for (uint64 i = 1; i <= n; i++) {
            expectCredits(0, 0);
            rollup.finalize(i);
        }
        eq(uint256(rollup.finalBatch()), n, "all are final after one window");
        expectCredits(BOND, 0);
        expectLine(1, 0, address(0));
    }

    function test_line_firstClaimWithoutBond_reverts() public {
        postSome(1);
        expectNotExtended(alice, 1, 0, 0);
    }

    function test_line_continues_onlyItsOwnOpenEnd() public {
        bool[3] memory right;
        threeInLine(right);
        postSome(1);
        expectNotExtended(bob, 4, 3, 0);
        expectNotExtended(alice, 4, 3, 1);
        // Another claim after one that is not the end: a second branch would have no bond of its own.
        BatchHeader memory header = headers[3];
        bytes32 preRoot = rollup.claimOf(2).lastRoot;
        bytes32[] memory roots = wrongRootsOf(3, preRoot, 0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.WrongBond.selector, 0, BOND));
        vm.prank(alice);
        rollup.claim(header, 2, preRoot, roots);
        // A final claim's bond is gone.
        vm.warp(START + WINDOW);
        for (uint64 id = 1; id <= 3; id++) {
            rollup.finalize(id);
        }
        expectNotExtended(alice, 4, 3, 0);
        claim(4, 3, rootsOf(4, rollup.claimOf(3).lastRoot));
        expectLine(4, 4, address(0));
    }

    function test_line_endStruck_paysWhenTheRestIsFinal() public {
        bytes32[][] memory roots = threeInLine([false, false, true]);
        strikeAs(bob, 3, roots);
        expectLine(1, 2, bob);
        expectCredits(0, 0);
        postSome(1);
        // What stands has a bond that is spoken for.
        expectNotExtended(alice, 3, 2, 0);
        vm.warp(START + WINDOW);
        rollup.finalize(1);
        expectCredits(0, 0);
        uint256 burned = address(0xdead).balance;
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.BondSettled(1, bob, BOND / 2);
        rollup.finalize(2);
        expectCredits(0, BOND / 2);
        eq(address(0xdead).balance - burned, BOND - BOND / 2, "the rest is burned");
        eq(address(rollup).balance, BOND / 2, "what is left");
    }

    function test_line_strikeAfterFinalParent_paysAtOnce() public {
        bytes32[][] memory roots = threeInLine([false, false, true]);
        vm.warp(START + WINDOW);
        rollup.finalize(1);
        rollup.finalize(2);
        expectCredits(0, 0);
        strikeAs(bob, 3, roots);
        expectCredits(0, BOND / 2);
        expectLine(1, 0, address(0));
    }

    /// @dev A liar who strikes its own last claim does not get at the bond before whoever strikes the first wrong one.
    function test_line_selfStrike_bondGoesToTheFirstWrongClaim() public {
        bytes32[][] memory roots = threeInLine([false, true, true]);
        strikeAs(alice, 3, roots);
        expectLine(1, 2, alice);
        strikeAs(bob, 2, roots);
        expectLine(1, 1, bob);
        vm.warp(START + WINDOW);
        rollup.finalize(1);
        expectCredits(0, BOND / 2);
    }

    function test_line_firstStruck_paysAtOnceAndOnce() public {
        bytes32[][] memory roots = threeInLine([true, true, true]);
        strikeAs(alice, 3, roots);
        strikeAs(bob, 1, roots);
        expectCredits(0, BOND / 2);
        expectLine(1, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimFallen.selector, 2));
        this.strikeOutside(2, roots);
        rollup.reclaim(2);
        expectCredits(0, BOND / 2);
        eq(address(rollup).balance, BOND / 2, "what is left");
    }

    function strikeOutside(uint64 id, bytes32[][] memory roots) external {
        strikeAs(bob, id, roots);
    }

    function test_line_strikeOfWhatFell_reverts() public {
        bytes32[][] memory roots = threeInLine([false, true, true]);
        strikeAs(bob, 2, roots);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimFallen.selector, 3));
        this.strikeOutside(3, roots);
        rollup.reclaim(3);
        expectLine(1, 1, bob);
        expectCredits(0, 0);
    }

    /// @dev bob's wrong claim 1 and alice's line after it: 2, 3.
    function lineAfterWrong(bool endWrong) internal returns (bytes32[] memory wrong, bytes32[] memory end) {
        for (uint64 n = 1; n <= 3; n++) {
            postSome(2);
        }
        wrong = wrongRootsOf(1, GENESIS, 0);
        claimAs(bob, 1, 0, wrong);
        bytes32[] memory next = rootsOf(2, last(wrong));
        claim(2, 1, next);
        end = endWrong ? wrongRootsOf(3, last(next), 1) : rootsOf(3, last(next));
        extend(alice, 3, 2, end);
    }

    function test_line_parentFell_bondComesBackOnce() public {
        (bytes32[] memory wrong,) = lineAfterWrong(false);
        rollup.strike(proofOf(1, GENESIS, wrong, 0));
        rollup.reclaim(2);
        expectCredits(BOND, 0);
        rollup.reclaim(3);
        expectCredits(BOND, 0);
        eq(uint256(rollup.claimOf(3).state), uint256(ClaimState.Reclaimed), "state");
    }

    function test_line_parentFellAfterTheEndWasStruck_paysTheProver() public {
        (bytes32[] memory wrong, bytes32[] memory end) = lineAfterWrong(true);
        bytes32 preRoot = rollup.claimOf(2).lastRoot;
        Proof memory p = proofOf(3, preRoot, end, 1);
        vm.prank(operator);
        rollup.strike(p);
        rollup.strike(proofOf(1, GENESIS, wrong, 0));
        rollup.reclaim(2);
        expectCredits(0, 0);
        eq(rollup.credit(operator), BOND / 2, "credit of the prover");
        eq(rollup.credit(address(this)), BOND / 2, "credit of who struck bob's claim");
        eq(address(rollup).balance, 2 * (BOND / 2), "nothing else is left");
    }
}
