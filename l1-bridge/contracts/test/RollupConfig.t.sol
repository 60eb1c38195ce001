// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeployConfig, Deployment} from "../script/Deployment.sol";
import {Claim, ClaimState, IRollup, RollupConfig} from "../src/interfaces/IRollup.sol";
import {Fixture} from "./support/Fixture.sol";
import {Lists} from "./support/Lists.sol";

/// @notice Deployment, the constructor's refusals and the operator's office.
contract RollupConfigTest is Fixture {
    function setUp() public {
        setUpWith(address(0));
    }

    // ---- Deployment

    function test_deploy_genesis_succeeds() public view {
        eq(rollup.batchHash(0), keccak256(abi.encode(GENESIS, block.chainid, address(rollup))), "hash of batch 0");
        eq(rollup.finalRoot(0), GENESIS, "final root of batch 0");
        eq(uint256(rollup.finalBatch()), 0, "final batch");
        eq(uint256(rollup.claimCount()), 0, "claims");
        Claim memory c = rollup.claimOf(0);
        check(c.state == ClaimState.Final && c.lastRoot == GENESIS, "claim 0");
        (uint64 number, uint64 timestamp, uint64 inboxTo) = rollup.latest();
        eq(uint256(number) + timestamp + inboxTo, 0, "latest is the genesis");
        eq(
            rollup.domain(),
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Pennyroyal"),
                    keccak256("1"),
                    7777,
                    address(rollup)
                )
            ),
            "domain"
        );
    }

    function test_deploy_config_succeeds() public view {
        RollupConfig memory c = rollup.config();
        eq(c.governor, governor, "governor");
        eq(c.operator, operator, "operator");
        eq(c.inbox, address(inbox), "inbox");
        eq(c.vault, address(vault), "vault");
        eq(c.verifier, address(verifier), "verifier");
        eq(uint256(c.l2ChainId), 7777, "l2ChainId");
        eq(c.genesisRoot, GENESIS, "genesisRoot");
        eq(uint256(c.windowSeconds), WINDOW, "windowSeconds");
        eq(c.bondWei, BOND, "bondWei");
        eq(uint256(c.forceDeadlineSeconds), DEADLINE, "forceDeadlineSeconds");
        eq(uint256(c.governorDelaySeconds), DELAY, "governorDelaySeconds");
    }

    function testFuzz_createAddress_succeeds(address deployer, uint64 nonce) public pure {
        vm.assume(nonce != type(uint64).max);
        eq(Deployment.createAddress(deployer, nonce), vm.computeCreateAddress(deployer, nonce), "address");
        eq(Deployment.createAddress(deployer, nonce % 300), vm.computeCreateAddress(deployer, nonce % 300), "low");
    }

    function deployWith(DeployConfig calldata c, uint64 nonceOffset) external {
        Deployment.deploy(c, address(this), vm.getNonce(address(this)) + nonceOffset);
    }

    function expectInvalid(DeployConfig memory c, string memory what) internal {
        bytes memory got;
        try this.deployWith(c, 0) {}
        catch (bytes memory why) {
            got = why;
        }
        eq(got, abi.encodeWithSelector(IRollup.ConfigInvalid.selector, what), what);
    }

    function test_constructor_outOfRange_reverts() public {
        DeployConfig memory c = defaults();
        c.operator = address(0);
        expectInvalid(c, "operator");
        c = defaults();
        c.genesisRoot = 0;
        expectInvalid(c, "genesisRoot");
        c = defaults();
        c.windowSeconds = 0;
        expectInvalid(c, "windowSeconds");
        c.windowSeconds = 10 * 365 days + 1;
        expectInvalid(c, "windowSeconds");
        c = defaults();
        c.forceDeadlineSeconds = 0;
        expectInvalid(c, "forceDeadlineSeconds");
        c.forceDeadlineSeconds = type(uint64).max;
        expectInvalid(c, "forceDeadlineSeconds");
        c = defaults();
        c.governorDelaySeconds = WINDOW + DEADLINE - 1;
        expectInvalid(c, "governorDelaySeconds");
        c = defaults();
        c.bondWei = 0;
        expectInvalid(c, "bondWei");
        c.bondWei = uint256(type(uint96).max) + 1;
        expectInvalid(c, "bondWei");
        c = defaults();
        c.verifier = address(0x1234);
        expectInvalid(c, "verifier");
    }

    function test_constructor_shortestDelay_succeeds() public {
        DeployConfig memory c = defaults();
        c.governorDelaySeconds = WINDOW + DEADLINE;
        this.deployWith(c, 0);
    }

    /// @dev Predicting from a wrong nonce must end the deployment and not leave a Vault that nobody can empty.
    function test_deploy_wrongNonce_reverts() public {
        DeployConfig memory c = defaults();
        for (uint64 offset = 1; offset < 4; offset++) {
            vm.expectRevert();
            this.deployWith(c, offset);
        }
    }

    function createRollup(RollupConfig calldata c) external {
        Deployment.create("Rollup.sol:Rollup", abi.encode(c));
    }

    function test_constructor_contractsDisagree_reverts() public {
        RollupConfig memory c = rollup.config();
        vm.expectRevert(abi.encodeWithSelector(IRollup.ConfigInvalid.selector, "vault"));
        this.createRollup(c);
        c.inbox = address(0x1234);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ConfigInvalid.selector, "inbox"));
        this.createRollup(c);
        c = rollup.config();
        c.vault = alice;
        vm.expectRevert(abi.encodeWithSelector(IRollup.ConfigInvalid.selector, "inbox"));
        this.createRollup(c);
        c = rollup.config();
        c.governor = alice;
        vm.expectRevert(abi.encodeWithSelector(IRollup.ConfigInvalid.selector, "governor"));
        this.createRollup(c);
        c = rollup.config();
        c.governorDelaySeconds++;
        vm.expectRevert(abi.encodeWithSelector(IRollup.ConfigInvalid.selector, "governorDelaySeconds"));
        this.createRollup(c);
    }

    // ---- The operator's office

    function test_proposeOperator_byOther_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotGovernor.selector, operator));
        vm.prank(operator);
        rollup.proposeOperator(bob);
    }

    function test_enactOperator_afterTheDelay_succeeds() public {
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.OperatorProposed(bob, START + DELAY);
        vm.prank(governor);
        rollup.proposeOperator(bob);
        (address who, uint64 from) = rollup.successor();
        eq(who, bob, "successor");
        eq(uint256(from), START + DELAY, "from");

        vm.warp(START + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRollup.SuccessorTooEarly.selector, START + DELAY));
        rollup.enactOperator();
        postSome(1);

        vm.warp(START + DELAY);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.OperatorChanged(bob);
        rollup.enactOperator();
        eq(rollup.operator(), bob, "operator");
        bytes32 parent = tip();
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotOperator.selector, operator));
        vm.prank(operator);
        rollup.post(parent, uint64(block.timestamp), 0, 0, Lists.run(someChunks(1, 9)));
        operator = bob;
        postSome(1);

        vm.expectRevert(IRollup.NoSuccessor.selector);
        rollup.enactOperator();
    }

    function test_proposeOperator_again_startsAnew() public {
        vm.prank(governor);
        rollup.proposeOperator(bob);
        vm.warp(START + DELAY);
        vm.prank(governor);
        rollup.proposeOperator(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.SuccessorTooEarly.selector, START + 2 * DELAY));
        rollup.enactOperator();
    }

    function test_proposeOperator_zero_withdrawsTheProposal() public {
        vm.startPrank(governor);
        rollup.proposeOperator(bob);
        rollup.proposeOperator(address(0));
        vm.stopPrank();
        vm.warp(START + DELAY);
        vm.expectRevert(IRollup.NoSuccessor.selector);
        rollup.enactOperator();
        eq(rollup.operator(), operator, "operator");
    }
}
