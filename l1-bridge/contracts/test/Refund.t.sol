// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deployment} from "../script/Deployment.sol";
import "../src/Protocol.sol";
import {IInbox} from "../src/interfaces/IInbox.sol";
import {BatchHeader} from "../src/interfaces/IRollup.sol";
import {Gap, IVault} from "../src/interfaces/IVault.sol";
import {People} from "./support/People.sol";
import {RefusingRecipient} from "./support/Tokens.sol";

/// @notice Stands in for the Rollup: batches and final roots are what the test says.
contract FinalBatches {
    mapping(uint64 batch => bytes32) public finalRoot;
    mapping(uint64 batch => bytes32) public batchHash;

    function set(BatchHeader calldata header, bytes32 root) external {
        batchHash[header.number] = keccak256(abi.encode(header));
        finalRoot[header.number] = root;
    }
}

/// @notice refund: a deposit that the ledger refused comes back, and no other does.
contract RefundTest is People {
    uint64 private constant AMOUNT = 5;
    address private payer = person("payer");
    address private dave = person("dave");
    FinalBatches private batches;
    IInbox private inbox;
    IVault private vault;
    BatchHeader private header;

    /// @dev Items: a deposit for dave, who has no account; one for alice, who has; something else. Batch 3 took them.
    function setUp() public override {
        super.setUp();
        batches = new FinalBatches();
        address vaultAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        inbox = IInbox(Deployment.create("Inbox.sol:Inbox", abi.encode(vaultAt, address(1), 1, 0)));
        vault = IVault(Deployment.create("Vault.sol:Vault", abi.encode(address(0), address(inbox), address(batches))));
        deposit(dave);
        deposit(vm.addr(ALICE_KEY));
        inbox.force(abi.encodePacked(uint8(KIND_CLAIM_OWNER), uint32(1), uint32(2)));
        header.number = 3;
        header.inboxFrom = 1;
        header.inboxTo = 3;
        batches.set(header, root());
    }

    function deposit(address to) private {
        vm.deal(payer, 1 ether);
        vm.prank(payer);
        vault.deposit{value: uint256(AMOUNT) * 1e9}(to, uint256(AMOUNT) * 1e9);
    }

    function gapAt(uint256 id) private view returns (Gap memory) {
        return Gap(uint32(id), objects[id].key, objects[id].next, payloadOf(objects[id]));
    }

    /// @dev The object whose key is the last one not above an address's.
    function before(address account) private view returns (uint256 id) {
        bytes32 key = keyOfAccount(uint160(account));
        while (objects[id].next != 0 && objects[id].next <= key) id = idOf(objects[id].next);
    }

    function branchOf(uint256 id) private view returns (bytes32[] memory out) {
        out = new bytes32[](DEPTH);
        for (uint256 level = 0; level < DEPTH; level++) {
            out[level] = subtree(level, (id >> level) ^ 1);
        }
    }

    function tryRefund(uint64 item, address account, uint64 amount, Gap memory gap, bytes32[] memory siblings)
        private
        returns (bytes4 why)
    {
        try vault.refund(header, item, account, amount, gap, siblings) {}
        catch (bytes memory reason) {
            why = bytes4(reason);
        }
    }

    function expectRefused(uint64 item, address account, uint64 amount, Gap memory gap, bytes4 why) private {
        bytes4 got = tryRefund(item, account, amount, gap, branchOf(gap.id));
        eq(bytes32(got), bytes32(why), "why");
        check(!vault.refunded(item), "marked");
    }

    function test_refund_noAccount_isPaidOnce() public {
        uint256 id = before(dave);
        uint256 custody = vault.custody();
        vm.expectEmit(true, true, true, true, address(vault));
        emit IVault.Refunded(0, dave, AMOUNT);
        vault.refund(header, 0, dave, AMOUNT, gapAt(id), branchOf(id));
        eq(dave.balance, uint256(AMOUNT) * 1e9, "paid");
        eq(custody - vault.custody(), AMOUNT, "custody");
        check(vault.refunded(0) && !vault.refunded(1), "marks");
        bytes4 why = tryRefund(0, dave, AMOUNT, gapAt(id), branchOf(id));
        eq(bytes32(why), bytes32(IVault.AlreadyRefunded.selector), "twice");
        // Nor under a later batch.
        header.number = 4;
        batches.set(header, root());
        why = tryRefund(0, dave, AMOUNT, gapAt(id), branchOf(id));
        eq(bytes32(why), bytes32(IVault.AlreadyRefunded.selector), "under a later batch");
    }

    /// @dev Whatever object is shown, an account that exists is not missing.
    function test_refund_accountExists_reverts() public {
        address owner = vm.addr(ALICE_KEY);
        for (uint256 id = 0; id < used; id++) {
            if (isKeyed(objects[id].objectType)) expectRefused(1, owner, AMOUNT, gapAt(id), IVault.NoGap.selector);
        }
    }

    /// @dev For any address without an account exactly one object of the list is the gap.
    function testFuzz_refund_anyAddress_oneGap(address account) public {
        vm.assume(uint160(account) > 0xffff && account.code.length == 0);
        bytes32 key = keyOfAccount(uint160(account));
        for (uint256 i = 0; i < used; i++) {
            vm.assume(objects[i].key != key);
        }
        deposit(account);
        header.inboxTo = 4;
        batches.set(header, root());
        uint256 right = before(account);
        for (uint256 id = 0; id < used; id++) {
            if (id == right || !isKeyed(objects[id].objectType)) continue;
            expectRefused(3, account, AMOUNT, gapAt(id), IVault.NoGap.selector);
        }
        uint256 had = account.balance;
        vault.refund(header, 3, account, AMOUNT, gapAt(right), branchOf(right));
        eq(account.balance - had, uint256(AMOUNT) * 1e9, "paid");
    }

    function test_refund_forgedGap_reverts() public {
        uint256 id = before(dave);
        bytes32[] memory siblings = branchOf(id);
        Gap[6] memory gaps = [gapAt(id), gapAt(id), gapAt(id), gapAt(id), gapAt(chainStream), gapAt(empty)];
        gaps[0].next = 0;
        gaps[1].key = bytes32(uint256(gaps[1].key) ^ 1);
        gaps[2].payload = bytes.concat(gaps[2].payload, hex"00");
        gaps[3].payload[1] ^= 0x01;
        for (uint256 i = 0; i < 6; i++) {
            // An object without a key has no place in the list, whatever is said of it.
            if (keccak256(abi.encode(gaps[i])) == keccak256(abi.encode(gapAt(id)))) continue;
            expectRefused(0, dave, AMOUNT, gaps[i], IVault.ProofInvalid.selector);
        }
        siblings[2] ^= bytes32(uint256(1));
        bytes4 why = tryRefund(0, dave, AMOUNT, gapAt(id), siblings);
        eq(bytes32(why), bytes32(IVault.ProofInvalid.selector), "another sibling");
        why = tryRefund(0, dave, AMOUNT, gapAt(id), new bytes32[](33));
        eq(bytes32(why), bytes32(IVault.ProofMalformed.selector), "too many siblings");
    }

    function test_refund_otherItem_reverts() public {
        Gap memory gap = gapAt(before(dave));
        expectRefused(0, dave, AMOUNT + 1, gap, IVault.NotThatDeposit.selector);
        expectRefused(1, dave, AMOUNT, gap, IVault.NotThatDeposit.selector);
        expectRefused(2, dave, AMOUNT, gap, IVault.NotThatDeposit.selector);
        expectRefused(0, payer, AMOUNT, gap, IVault.NotThatDeposit.selector);
    }

    function test_refund_notConsumedYet_reverts() public {
        Gap memory gap = gapAt(before(dave));
        expectRefused(3, dave, AMOUNT, gap, IVault.NotConsumed.selector);
        header.inboxTo = 9;
        expectRefused(0, dave, AMOUNT, gap, IVault.NotConsumed.selector);
        header.inboxTo = 0;
        batches.set(header, root());
        expectRefused(0, dave, AMOUNT, gap, IVault.NotConsumed.selector);
        header.inboxTo = 3;
        batches.set(header, 0);
        expectRefused(0, dave, AMOUNT, gap, IVault.NotFinal.selector);
    }

    function test_refund_refusedByRecipient_canBeTriedAgain() public {
        address to = address(new RefusingRecipient());
        deposit(to);
        header.inboxTo = 4;
        batches.set(header, root());
        uint64 custody = vault.custody();
        expectRefused(3, to, AMOUNT, gapAt(before(to)), RefusingRecipient.No.selector);
        eq(uint256(vault.custody()), custody, "custody");
    }
}
