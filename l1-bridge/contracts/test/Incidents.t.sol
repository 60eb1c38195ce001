// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeployConfig, Deployment} from "../script/Deployment.sol";
import {BATCH_CHUNKS_MAX, KIND_COUNT, KIND_PLACE, KIND_WIRE_BYTES} from "../src/Protocol.sol";
import {ClaimState, IRollup, Proof} from "../src/interfaces/IRollup.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Fixture} from "./support/Fixture.sol";
import {StateTree} from "./support/Lists.sol";

/// @notice What happened to others, tried here (docs/threats.md says which test stands for which threat).
contract IncidentsTest is Fixture {
    function setUp() public {
        setUpWith(address(0));
    }

    /// @dev Somebody copies a strike and is mined first: the claim falls once, one bond is paid once, the copied one loses
    /// its gas alone.
    function test_strike_copied_fallsOnceAndPaysOnce() public {
        uint64 n = postSome(2);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 1);
        uint64 id = claim(n, 0, wrong);
        Proof memory p = proofOf(id, GENESIS, wrong, 1);
        vm.prank(bob);
        rollup.strike(p);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ClaimNotOpen.selector, id, ClaimState.Struck));
        vm.prank(operator);
        rollup.strike(p);
        eq(rollup.credit(bob), BOND / 2, "who was first");
        eq(rollup.credit(operator), 0, "who was copied");
        eq(address(rollup).balance, BOND / 2, "what is left");
    }

    /// @dev A prover that takes no coin harms itself alone.
    function test_collect_refused_holdsUpNobodyElse() public {
        uint64 n = postSome(2);
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 1);
        uint64 id = claim(n, 0, wrong);
        Mute mute = new Mute();
        mute.call(address(rollup), abi.encodeCall(IRollup.strike, (proofOf(id, GENESIS, wrong, 1))));
        claim(n, 0, rootsOf(n, GENESIS));
        vm.warp(START + WINDOW);
        rollup.finalize(2);
        bytes memory collect = abi.encodeCall(IRollup.collect, ());
        check(!mute.tryCall(address(rollup), collect), "a contract that refuses coin was paid");
        eq(rollup.credit(address(mute)), BOND / 2, "it may try again");
        vm.prank(alice);
        rollup.collect();
        eq(rollup.credit(alice), 0, "credit of alice");
    }

    /// @dev Coin that was forced in without a call (a block's reward, a self-destruct) changes no balance of anybody.
    function test_rollup_forcedCoin_isNobodys() public {
        uint64 n = postSome(1);
        vm.deal(address(rollup), 5 ether);
        uint64 id = claim(n, 0, rootsOf(n, GENESIS));
        vm.warp(START + WINDOW);
        rollup.finalize(id);
        vm.prank(alice);
        rollup.collect();
        eq(address(rollup).balance, 5 ether, "the surplus stays");
        vm.expectRevert(abi.encodeWithSelector(IRollup.NothingToCollect.selector, bob));
        vm.prank(bob);
        rollup.collect();
    }

    /// @dev Signatures are bound to the L2 chain id and the Rollup, whatever becomes of L1's chain id; batches to both.
    function test_domain_ofAnotherRollupOrChain_differs() public {
        bytes32 domain = rollup.domain();
        bytes32 genesis = rollup.batchHash(0);
        (,, IRollup other) = Deployment.deploy(defaults(), address(this), vm.getNonce(address(this)));
        check(other.domain() != domain, "another Rollup has the same domain");
        check(other.batchHash(0) != genesis, "another Rollup has the same genesis");
        DeployConfig memory c = defaults();
        c.l2ChainId++;
        (,, IRollup elsewhere) = Deployment.deploy(c, address(this), vm.getNonce(address(this)));
        check(elsewhere.domain() != domain && elsewhere.domain() != other.domain(), "another chain id, the same domain");
        vm.chainId(block.chainid + 1);
        eq(rollup.domain(), domain, "the domain after a split of L1");
        eq(rollup.batchHash(0), genesis, "the genesis after a split of L1");
    }

    /// @dev A root that nobody claimed, or that is not final, is zero and proves nothing: not even an empty tree.
    function testFuzz_withdraw_unsetRoot_reverts(uint64 batch, uint32 id, address to, uint64 amount) public {
        uint64 n = postSome(1);
        claim(n, 0, rootsOf(n, GENESIS));
        if (batch == 0) batch = n;
        vm.expectRevert(abi.encodeWithSelector(IVault.NotFinal.selector, batch));
        vault.withdraw(batch, id, to, amount, new bytes32[](32));
    }

    /// @dev One exit, every way to write its proof down and every final root that holds it: paid once.
    function test_withdraw_everyEncoding_isPaidOnce() public {
        vm.deal(alice, 20e9);
        vm.prank(alice);
        vault.deposit{value: 20e9}(alice, 20e9);
        bytes32[] memory leaves = new bytes32[](4);
        for (uint256 i = 0; i < 4; i++) {
            leaves[i] = keccak256(abi.encode("object", i));
        }
        leaves[3] = StateTree.withdrawalLeaf(bob, 5);
        (bytes32 root, bytes32[] memory siblings) = StateTree.build(leaves, 3);
        bytes32[] memory roots = new bytes32[](1);
        roots[0] = root;
        uint64 parent = 0;
        for (uint64 n = 1; n <= 2; n++) {
            postSome(1);
            parent = claim(n, parent, roots);
        }
        vm.warp(START + WINDOW);
        rollup.finalize(1);
        rollup.finalize(2);
        uint256 before = bob.balance;
        for (uint64 n = 1; n <= 2; n++) {
            for (uint256 depth = 2; depth <= 32; depth++) {
                bytes32[] memory longer = new bytes32[](depth);
                for (uint256 i = 0; i < depth; i++) {
                    longer[i] = i < 2 ? siblings[i] : StateTree.empty(i);
                }
                bool first = n == 1 && depth == 2;
                if (!first) vm.expectRevert(abi.encodeWithSelector(IVault.AlreadyWithdrawn.selector, 3));
                vault.withdraw(n, 3, bob, 5, longer);
            }
        }
        eq(bob.balance - before, 5e9, "paid");
    }

    /// @dev Every item that the Inbox takes can be appended by anybody and claimed: none locks the queue.
    function testFuzz_force_anything_isAppendedInTime(uint256 seed) public {
        for (uint256 i = 0; i < 12; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = 1 + seed % (KIND_COUNT - 1);
            bytes memory sizes = KIND_WIRE_BYTES;
            bytes memory item = new bytes((uint256(uint8(sizes[2 * kind])) << 8) | uint8(sizes[2 * kind + 1]));
            for (uint256 k = 1; k < item.length; k++) {
                item[k] = bytes1(uint8(uint256(keccak256(abi.encode(seed, k)))));
            }
            item[0] = bytes1(uint8(kind));
            if (KIND_PLACE[kind] != 0) continue;
            inbox.force{value: FEE}(item);
            items.push(item);
        }
        if (items.length == 0) return;
        vm.warp(START + DEADLINE);
        vm.recordLogs();
        vm.prank(bob);
        rollup.appendOverdue();
        uint64 n = learnBatch();
        eq(uint256(nextItem()), items.length, "all are in");
        bytes32[] memory wrong = wrongRootsOf(n, GENESIS, 0);
        uint64 id = claim(n, 0, wrong);
        rollup.strike(proofOf(id, GENESIS, wrong, 0));
        claim(n, 0, rootsOf(n, GENESIS));
    }

    /// @dev The largest batch can be claimed in one transaction that an ordinary block holds.
    function test_claim_ofTheLargestBatch_isAffordable() public {
        uint64 n = postSome(BATCH_CHUNKS_MAX);
        bytes32[] memory roots = rootsOf(n, GENESIS);
        eq(roots.length, BATCH_CHUNKS_MAX, "chunks");
        uint256 gas = gasleft();
        claim(n, 0, roots);
        le(gas - gasleft(), 1_500_000, "gas of the claim, this test's own reading included");
    }

    receive() external payable {}
}

/// @notice Calls what it is told to, and takes no coin.
contract Mute {
    function call(address to, bytes calldata data) external {
        require(tryCall(to, data), "the call failed");
    }

    function tryCall(address to, bytes calldata data) public returns (bool ok) {
        (ok,) = to.call(data);
    }
}
