// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Deployment} from "../script/Deployment.sol";
import {IInbox} from "../src/interfaces/IInbox.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Base} from "./Base.sol";
import {StateTree} from "./support/Lists.sol";
import {
    CallbackToken,
    ChangingToken,
    FalseToken,
    FeeToken,
    GenerousToken,
    GreedyRecipient,
    RefusingRecipient,
    SilentToken,
    TestToken,
    ThievingToken
} from "./support/Tokens.sol";

/// @notice Stands in for the Rollup: final roots are what the test says.
contract FinalRoots {
    mapping(uint64 batch => bytes32) public finalRoot;

    function set(uint64 batch, bytes32 root) external {
        finalRoot[batch] = root;
    }
}

contract VaultTest is Base {
    address internal alice = person("alice");
    address internal bob = person("bob");
    FinalRoots internal roots;
    IInbox internal inbox;
    mapping(IVault vault => bool) internal isNative;

    function setUp() public {
        roots = new FinalRoots();
        vm.deal(alice, type(uint128).max);
    }

    function createVault(address token, address inbox_, address rollup) public returns (address) {
        return Deployment.create("Vault.sol:Vault", abi.encode(token, inbox_, rollup));
    }

    function vaultFor(address token) internal returns (IVault vault) {
        address vaultAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        inbox = IInbox(Deployment.create("Inbox.sol:Inbox", abi.encode(vaultAt, address(1), 1, 0)));
        vault = IVault(createVault(token, address(inbox), address(roots)));
        eq(address(vault), vaultAt, "predicted address");
        isNative[vault] = token == address(0);
    }

    function vaultWithToken(TestToken token) internal returns (IVault vault) {
        vault = vaultFor(address(token));
        token.mint(alice, type(uint128).max);
        vm.prank(alice);
        token.approve(address(vault), type(uint256).max);
    }

    function deposit(IVault vault, address account, uint256 baseUnits) internal returns (uint64) {
        vm.prank(alice);
        return vault.deposit{value: isNative[vault] ? baseUnits : 0}(account, baseUnits);
    }

    /// @notice Makes a final root over one withdrawal at `id` among 2^depth leaves; returns its siblings.
    function finalWithdrawal(uint64 batch, uint32 id, address to, uint64 amount, uint256 depth)
        internal
        returns (bytes32[] memory siblings)
    {
        bytes32[] memory leaves = new bytes32[](1 << depth);
        for (uint256 i = 0; i < leaves.length; i++) {
            // Every third slot is empty, as freed and unused slots are.
            leaves[i] = i % 3 == 2 ? bytes32(0) : keccak256(abi.encode("object", i));
        }
        leaves[id] = StateTree.withdrawalLeaf(to, amount);
        bytes32 root;
        (root, siblings) = StateTree.build(leaves, id);
        roots.set(batch, root);
    }

    // ---- constructor

    function test_constructor_scales_succeeds() public {
        uint8[6] memory decimals = [0, 6, 9, 18, 27, 36];
        uint256[6] memory perNano = [uint256(1), 1, 1, 1e9, 1e18, 1e27];
        uint256[6] memory perBase = [uint256(1e9), 1000, 1, 1, 1, 1];
        for (uint256 i = 0; i < decimals.length; i++) {
            IVault vault = vaultFor(address(new TestToken(decimals[i])));
            eq(vault.baseUnitsPerNano(), perNano[i], "base units per nano");
            eq(vault.nanoPerBaseUnit(), perBase[i], "nano per base unit");
        }
        IVault native = vaultFor(address(0));
        eq(native.baseUnitsPerNano(), 1e9, "wei per nano");
        eq(native.nanoPerBaseUnit(), 1, "nano per wei");
        eq(native.inbox(), address(inbox), "inbox");
        eq(native.rollup(), address(roots), "rollup");
    }

    function test_constructor_wrongArguments_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.ConfigInvalid.selector, "inbox"));
        this.createVault(address(0), address(0), address(roots));
        vm.expectRevert(abi.encodeWithSelector(IVault.ConfigInvalid.selector, "rollup"));
        this.createVault(address(0), address(1), address(0));
        vm.expectRevert(abi.encodeWithSelector(IVault.ConfigInvalid.selector, "token"));
        this.createVault(address(0x1234), address(1), address(roots));
        TestToken token = new TestToken(37);
        vm.expectRevert(abi.encodeWithSelector(IVault.ConfigInvalid.selector, "decimals"));
        this.createVault(address(token), address(1), address(roots));
    }

    // ---- deposit

    function test_deposit_native_succeeds() public {
        IVault vault = vaultFor(address(0));
        vm.expectEmit(true, true, true, true, address(inbox));
        emit IInbox.ItemAdded(0, uint64(block.timestamp), abi.encodePacked(uint8(1), bob, uint64(3)));
        vm.expectEmit(true, true, true, true, address(vault));
        emit IVault.Deposited(alice, bob, 3, 0);
        eq(uint256(deposit(vault, bob, 3e9)), 0, "item");
        eq(address(vault).balance, 3e9, "held");
        eq(uint256(vault.custody()), 3, "custody");
        eq(uint256(deposit(vault, bob, 1e9)), 1, "next item");
    }

    function testFuzz_deposit_anyDecimals_succeeds(uint8 decimals, uint64 amount) public {
        decimals = uint8(bound(decimals, 0, 36));
        IVault vault = vaultWithToken(new TestToken(decimals));
        uint256 step = vault.nanoPerBaseUnit();
        uint256 nano = bound(amount, 1, type(uint64).max / vault.baseUnitsPerNano() / step + 1) * step;
        if (nano > type(uint64).max) nano = step;
        uint256 baseUnits = vault.toBaseUnits(uint64(nano));
        eq(vault.toNano(baseUnits), nano, "there and back");
        deposit(vault, bob, baseUnits);
        eq(uint256(vault.custody()), nano, "custody");
        eq(TestToken(vault.token()).balanceOf(address(vault)), baseUnits, "held");
    }

    function test_deposit_zeroAccount_reverts() public {
        IVault vault = vaultFor(address(0));
        vm.expectRevert(IVault.ZeroAccount.selector);
        deposit(vault, address(0), 1e9);
    }

    function test_deposit_notWholeNano_reverts() public {
        IVault vault = vaultFor(address(0));
        uint256[4] memory amounts = [uint256(0), 1, 1e9 - 1, 1e9 + 1];
        for (uint256 i = 0; i < amounts.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IVault.NotWholeNano.selector, amounts[i]));
            deposit(vault, bob, amounts[i]);
        }
    }

    function test_deposit_wrongValue_reverts() public {
        IVault vault = vaultFor(address(0));
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongValue.selector, 1e9, 2e9));
        vm.prank(alice);
        vault.deposit{value: 1e9}(bob, 2e9);
        IVault tokens = vaultWithToken(new TestToken(6));
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongValue.selector, 1, 0));
        vm.prank(alice);
        tokens.deposit{value: 1}(bob, 5);
    }

    function test_deposit_totalTooLarge_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, bob, (uint256(type(uint64).max) - 1) * 1e9);
        vm.expectRevert(abi.encodeWithSelector(IVault.TotalTooLarge.selector, type(uint64).max - 1, 2));
        deposit(vault, bob, 2e9);
        deposit(vault, bob, 1e9);
        eq(uint256(vault.custody()), type(uint64).max, "custody is full");
        vm.expectRevert(abi.encodeWithSelector(IVault.TotalTooLarge.selector, type(uint64).max, 1));
        deposit(vault, bob, 1e9);
    }

    function testFuzz_deposit_huge_reverts(uint256 baseUnits, uint8 decimals) public {
        IVault vault = vaultWithToken(new TestToken(uint8(bound(decimals, 0, 36))));
        uint256 unit = vault.baseUnitsPerNano();
        uint256 least = (uint256(type(uint64).max) / vault.nanoPerBaseUnit() + 1) * unit;
        baseUnits = bound(baseUnits, least, type(uint256).max) / unit * unit;
        vm.expectRevert();
        deposit(vault, bob, baseUnits);
        eq(uint256(vault.custody()), 0, "nothing came in");
    }

    function test_deposit_silentToken_succeeds() public {
        SilentToken token = new SilentToken();
        IVault vault = vaultFor(address(token));
        token.mint(alice, 10);
        vm.prank(alice);
        token.approve(address(vault), 10);
        deposit(vault, bob, 10);
        eq(uint256(vault.custody()), 10_000, "custody");
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 10_000, 3);
        vault.withdraw(1, 2, bob, 10_000, siblings);
        eq(token.balanceOf(bob), 10, "paid");
    }

    function test_deposit_feeOnTransfer_reverts() public {
        IVault vault = vaultWithToken(new FeeToken());
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongAmountReceived.selector, 99e9, 100e9));
        deposit(vault, bob, 100e9);
    }

    function test_deposit_moreThanAsked_reverts() public {
        IVault vault = vaultWithToken(new GenerousToken());
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongAmountReceived.selector, 1e9 + 1, 1e9));
        deposit(vault, bob, 1e9);
    }

    function test_deposit_balanceFalls_reverts() public {
        ThievingToken token = new ThievingToken();
        IVault vault = vaultWithToken(token);
        token.mint(address(vault), 5e9);
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongAmountReceived.selector, 0, 1e9));
        deposit(vault, bob, 1e9);
    }

    function test_deposit_tokenSaysFalse_reverts() public {
        FalseToken token = new FalseToken();
        IVault vault = vaultWithToken(token);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        deposit(vault, bob, 1e9);
    }

    function test_deposit_notApproved_reverts() public {
        TestToken token = new TestToken(6);
        IVault vault = vaultFor(address(token));
        token.mint(alice, 5);
        vm.expectRevert();
        deposit(vault, bob, 5);
    }

    function test_deposit_tokenCallsBack_isRefused() public {
        CallbackToken token = new CallbackToken();
        IVault vault = vaultWithToken(token);
        // The token deposits for itself in the middle, so that one delivery would count twice.
        token.mint(address(token), 1e9);
        token.arm(address(vault), abi.encodeCall(IVault.deposit, (bob, 1e9)));
        deposit(vault, bob, 1e9);
        eq(token.succeeded(), false, "the inner deposit");
        eq(token.answer(), abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector), "why");
        eq(uint256(vault.custody()), 1, "custody");
        eq(uint256(inbox.count()), 1, "one item");
    }

    // ---- withdraw

    function test_withdraw_native_succeeds() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 10e9);
        bytes32[] memory siblings = finalWithdrawal(4, 5, bob, 7, 3);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IVault.Withdrawn(5, bob, 7);
        vault.withdraw(4, 5, bob, 7, siblings);
        eq(bob.balance, 7e9, "paid");
        eq(uint256(vault.custody()), 3, "custody");
        check(vault.withdrawn(5), "marked");
        check(!vault.withdrawn(4) && !vault.withdrawn(6), "no other is marked");
    }

    function testFuzz_withdraw_anyPlace_succeeds(uint8 depth, uint32 id, uint64 amount) public {
        uint256 d = bound(depth, 0, 6);
        uint32 place = uint32(bound(id, 0, (1 << d) - 1));
        uint64 nano = uint64(bound(amount, 1, type(uint64).max));
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, uint256(nano) * 1e9);
        bytes32[] memory siblings = finalWithdrawal(1, place, bob, nano, d);
        vault.withdraw(1, place, bob, nano, siblings);
        eq(bob.balance, uint256(nano) * 1e9, "paid");
        eq(address(vault).balance, 0, "left");
    }

    /// @dev A proof may name default siblings as well as leave them out: up to all 32.
    function test_withdraw_allSiblings_succeeds() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 5e9);
        bytes32[] memory short = finalWithdrawal(1, 3, bob, 5, 3);
        bytes32[] memory all = new bytes32[](32);
        for (uint256 i = 0; i < 32; i++) {
            all[i] = i < 3 ? short[i] : StateTree.empty(i);
        }
        vault.withdraw(1, 3, bob, 5, all);
        eq(bob.balance, 5e9, "paid");
    }

    function test_withdraw_twice_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 10e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vault.withdraw(1, 2, bob, 5, siblings);
        vm.expectRevert(abi.encodeWithSelector(IVault.AlreadyWithdrawn.selector, 2));
        vault.withdraw(1, 2, bob, 5, siblings);
        // Nor under a later root, in another tree.
        siblings = finalWithdrawal(2, 2, bob, 5, 4);
        vm.expectRevert(abi.encodeWithSelector(IVault.AlreadyWithdrawn.selector, 2));
        vault.withdraw(2, 2, bob, 5, siblings);
    }

    function test_withdraw_notFinal_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 10e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotFinal.selector, 2));
        vault.withdraw(2, 2, bob, 5, siblings);
    }

    function test_withdraw_wrongProof_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 100e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        expectInvalid(vault, 2, bob, 6, siblings);
        expectInvalid(vault, 2, alice, 5, siblings);
        expectInvalid(vault, 3, bob, 5, siblings);
        siblings[1] ^= bytes32(uint256(1));
        expectInvalid(vault, 2, bob, 5, siblings);
        expectInvalid(vault, 0, bob, 5, new bytes32[](0));
    }

    function expectInvalid(IVault vault, uint32 id, address to, uint64 amount, bytes32[] memory siblings) internal {
        bytes4 selector = 0;
        try vault.withdraw(1, id, to, amount, siblings) {}
        catch (bytes memory why) {
            selector = bytes4(why);
        }
        eq(bytes32(selector), bytes32(IVault.ProofInvalid.selector), "ProofInvalid");
    }

    function test_withdraw_malformedProof_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 100e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(IVault.ProofMalformed.selector, 6, 2));
        vault.withdraw(1, 6, bob, 5, siblings);
        vm.expectRevert(abi.encodeWithSelector(IVault.ProofMalformed.selector, 1, 0));
        vault.withdraw(1, 1, bob, 5, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IVault.ProofMalformed.selector, 1, 33));
        vault.withdraw(1, 1, bob, 5, new bytes32[](33));
    }

    /// @dev An inner node's children must not pass for a leaf, whatever they hold: leaf and node hashes differ in tag.
    function test_withdraw_emptyLeaf_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 100e9);
        roots.set(1, StateTree.empty(32));
        expectInvalid(vault, 0, address(0), 0, new bytes32[](0));
    }

    function test_withdraw_notWholeBaseUnits_reverts() public {
        IVault vault = vaultWithToken(new TestToken(6));
        deposit(vault, alice, 100);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 1001, 2);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotWholeBaseUnits.selector, 1001));
        vault.withdraw(1, 2, bob, 1001, siblings);
    }

    function test_withdraw_moreThanCustody_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 4e9);
        vm.deal(address(vault), 100e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vm.expectRevert();
        vault.withdraw(1, 2, bob, 5, siblings);
        check(!vault.withdrawn(2), "not marked");
    }

    function test_withdraw_recipientRefuses_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 5e9);
        address to = address(new RefusingRecipient());
        bytes32[] memory siblings = finalWithdrawal(1, 2, to, 5, 2);
        vm.expectRevert(RefusingRecipient.No.selector);
        vault.withdraw(1, 2, to, 5, siblings);
        check(!vault.withdrawn(2), "can be tried again");
        eq(uint256(vault.custody()), 5, "custody");
    }

    function test_withdraw_recipientCallsBack_isPaidOnce() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 100e9);
        GreedyRecipient to = new GreedyRecipient(address(vault));
        bytes32[] memory siblings = finalWithdrawal(1, 2, address(to), 5, 2);
        to.arm(abi.encodeCall(IVault.withdraw, (1, 2, address(to), 5, siblings)));
        vault.withdraw(1, 2, address(to), 5, siblings);
        eq(to.paid(), 1, "paid once");
        eq(to.succeeded(), false, "the inner withdrawal");
        eq(address(to).balance, 5e9, "paid");
    }

    function test_withdraw_tokenCallsBack_paysOnce() public {
        CallbackToken token = new CallbackToken();
        IVault vault = vaultWithToken(token);
        deposit(vault, alice, 100e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        token.arm(address(vault), abi.encodeCall(IVault.withdraw, (1, 2, bob, 5, siblings)));
        vault.withdraw(1, 2, bob, 5, siblings);
        eq(token.succeeded(), false, "the inner withdrawal");
        eq(token.balanceOf(bob), 5e9, "paid");
        eq(uint256(vault.custody()), 95, "custody");
    }

    function test_withdraw_tokenSaysFalse_reverts() public {
        FalseToken token = new FalseToken();
        IVault vault = vaultFor(address(token));
        // Money that came in before the token went bad.
        vm.store(address(vault), bytes32(0), bytes32(uint256(100)));
        eq(uint256(vault.custody()), 100, "custody is at slot 0");
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        vault.withdraw(1, 2, bob, 5, siblings);
        check(!vault.withdrawn(2), "not marked");
    }

    // ---- tokens that turn bad after money came in (docs/spec/l1.md, section 6)

    function changed() internal returns (IVault vault, ChangingToken token) {
        token = new ChangingToken();
        vault = vaultWithToken(token);
        deposit(vault, alice, 100e9);
    }

    function test_withdraw_feeOutOfTransfer_recipientBearsIt() public {
        (IVault vault, ChangingToken token) = changed();
        token.turn(true, false, address(0), 18);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 50, 2);
        vault.withdraw(1, 2, bob, 50, siblings);
        eq(token.balanceOf(bob), 49.5e9, "less arrives");
        eq(token.balanceOf(address(vault)), uint256(vault.custody()) * 1e9, "the others' money is there");
        vm.expectRevert(abi.encodeWithSelector(IVault.WrongAmountReceived.selector, 9.9e9, 10e9));
        deposit(vault, bob, 10e9);
    }

    /// @dev The Vault cannot make the token whole: who comes last finds too little, and can come again.
    function test_withdraw_feeOnTop_lastFindsTooLittle() public {
        (IVault vault, ChangingToken token) = changed();
        token.turn(false, true, address(0), 18);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 60, 2);
        vault.withdraw(1, 2, bob, 60, siblings);
        eq(token.balanceOf(address(vault)), 39.4e9, "the fee came out of the rest");
        siblings = finalWithdrawal(2, 3, bob, 40, 2);
        vm.expectRevert();
        vault.withdraw(2, 3, bob, 40, siblings);
        check(!vault.withdrawn(3), "can be tried again");
        token.turn(false, false, address(0), 18);
        token.mint(address(vault), 0.6e9);
        vault.withdraw(2, 3, bob, 40, siblings);
        eq(token.balanceOf(bob), 100e9, "paid when it is there");
    }

    function test_withdraw_recipientBlocked_holdsUpNobodyElse() public {
        (IVault vault, ChangingToken token) = changed();
        token.turn(false, false, bob, 18);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 60, 2);
        vm.expectRevert(abi.encodeWithSelector(ChangingToken.Refused.selector, bob));
        vault.withdraw(1, 2, bob, 60, siblings);
        check(!vault.withdrawn(2), "not marked");
        address carol = person("carol");
        bytes32[] memory others = finalWithdrawal(2, 0, carol, 40, 2);
        vault.withdraw(2, 0, carol, 40, others);
        eq(token.balanceOf(carol), 40e9, "paid");
        token.turn(false, false, address(0), 18);
        vault.withdraw(1, 2, bob, 60, siblings);
        eq(token.balanceOf(bob), 60e9, "paid when it is allowed");
    }

    function test_withdraw_rebasedDown_paysWhileThereIsEnough() public {
        (IVault vault, ChangingToken token) = changed();
        token.rebase(address(vault), 70e9);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 60, 2);
        vault.withdraw(1, 2, bob, 60, siblings);
        siblings = finalWithdrawal(2, 3, bob, 40, 2);
        vm.expectRevert();
        vault.withdraw(2, 3, bob, 40, siblings);
        check(!vault.withdrawn(3), "not marked");
        eq(uint256(vault.custody()), 40, "still owed");
    }

    /// @dev What a rebase or a plain transfer adds belongs to nobody: it credits no account and cannot be taken out.
    function test_deposit_surplus_creditsNobody() public {
        (IVault vault, ChangingToken token) = changed();
        token.mint(address(vault), 5e9);
        eq(uint256(vault.custody()), 100, "custody");
        deposit(vault, bob, 1e9);
        eq(uint256(vault.custody()), 101, "only the deposit counts");
        eq(uint256(inbox.count()), 2, "items");
    }

    function test_deposit_decimalsChange_scaleStays() public {
        (IVault vault, ChangingToken token) = changed();
        token.turn(false, false, address(0), 6);
        deposit(vault, bob, 3e9);
        eq(uint256(vault.custody()), 103, "the scale of the deployment");
    }

    function test_withdraw_tokenGone_reverts() public {
        (IVault vault, ChangingToken token) = changed();
        vm.etch(address(token), "");
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vm.expectRevert();
        vault.withdraw(1, 2, bob, 5, siblings);
        check(!vault.withdrawn(2), "not marked");
        vm.expectRevert();
        deposit(vault, bob, 1e9);
        eq(uint256(vault.custody()), 100, "custody");
    }

    function test_withdraw_shortOfCoin_reverts() public {
        IVault vault = vaultFor(address(0));
        deposit(vault, alice, 5e9);
        vm.deal(address(vault), 1);
        bytes32[] memory siblings = finalWithdrawal(1, 2, bob, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientBalance.selector, 1, 5e9));
        vault.withdraw(1, 2, bob, 5, siblings);
    }

    function test_receive_plainCoin_reverts() public {
        IVault vault = vaultFor(address(0));
        vm.prank(alice);
        (bool ok,) = address(vault).call{value: 1e9}("");
        check(!ok, "coin enters through deposit only");
    }
}
