// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeployConfig, Deployment} from "../script/Deployment.sol";
import {Claim, ClaimState, IRollup, Proof} from "../src/interfaces/IRollup.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Fixture} from "./support/Fixture.sol";
import {Lists, StateTree} from "./support/Lists.sol";
import {MockVerifier} from "./support/MockVerifier.sol";

/// @notice Acts on a deployment in every way anybody can, rightly and wrongly, and keeps the books beside it.
/// @dev The ledger is the mock's but for the last chunk of a batch: its root is that of a tree of withdrawals, so that
/// final claims can be withdrawn from.
contract Handler is Fixture {
    /// @dev Leaves of the withdrawal tree; those at or past `made` are empty.
    uint256 internal constant SLOTS = 16;

    // Claims, as they were made.
    mapping(uint64 id => bytes32[]) internal rootsOfClaim;
    mapping(uint64 id => uint256) internal wrongFrom;
    uint64[] internal open;

    // Books.
    uint256 public bondsIn;
    uint256 public bondsOut;
    uint256 public deposited;
    uint256 public paid;
    mapping(uint32 id => uint256) public timesPaid;
    mapping(uint64 number => bytes32) public hashSeen;
    mapping(uint64 number => bytes32) public finalSeen;
    mapping(uint64 id => bool) public struckSeen;
    mapping(uint64 item => bytes32) public linkSeen;
    address[] internal people;
    uint256 public wrongFinals;
    uint256 public rightStruck;

    // Withdrawals on the ledger: recipient and amount by leaf.
    address[] internal to;
    uint64[] internal amount;
    uint256 internal promised;

    // Which of the interesting things happened at all.
    mapping(string what => uint256) public happened;

    constructor() {
        vm.warp(START);
        verifier = new MockVerifier();
        DeployConfig memory c = defaults();
        (inbox, vault, rollup) = Deployment.deploy(c, address(this), vm.getNonce(address(this)));
        people.push(alice);
        people.push(bob);
        people.push(operator);
        hashSeen[0] = rollup.batchHash(0);
        finalSeen[0] = GENESIS;
    }

    receive() external payable {}

    // ---- The ledger: which root a batch leads to

    function treeRoot(uint256 made) internal view returns (bytes32 root, bytes32[] memory leaves) {
        leaves = new bytes32[](SLOTS);
        for (uint256 i = 0; i < made; i++) {
            leaves[i] = StateTree.withdrawalLeaf(to[i], amount[i]);
        }
        (root,) = StateTree.build(leaves, 0);
    }

    mapping(uint64 number => uint256) internal madeBy;

    function rightRoots(uint64 number, bytes32 preRoot) internal returns (bytes32[] memory roots) {
        roots = rootsOf(number, preRoot);
        (bytes32 root,) = treeRoot(madeBy[number]);
        uint256 lastChunk = roots.length - 1;
        bytes32 before = lastChunk == 0 ? preRoot : roots[lastChunk - 1];
        bytes memory data = chunkData(number, lastChunk);
        vm.mockCall(
            address(verifier),
            abi.encodeCall(verifier.execute, (context(number, lastChunk, before), data, "ok")),
            abi.encode(root)
        );
        roots[lastChunk] = root;
    }

    // ---- Acts

    function pass(uint32 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 3 days));
    }

    function doDeposit(uint8 who, uint32 nano) external {
        address from = people[who % people.length];
        uint64 n = uint64(bound(nano, 1, type(uint32).max));
        vm.deal(from, uint256(n) * 1e9);
        vm.recordLogs();
        vm.prank(from);
        vault.deposit{value: uint256(n) * 1e9}(from, uint256(n) * 1e9);
        items.push(abi.encodePacked(uint8(1), from, n));
        deposited += n;
        noteItem();
        happened["deposit"]++;
    }

    function doForce(uint32 salt) external {
        force(salt);
        noteItem();
    }

    function noteItem() internal {
        uint64 n = inbox.count();
        linkSeen[n] = inbox.linkAfter(n);
    }

    function doPost(uint8 count, uint8 take, uint8 who, uint32 nano) external {
        (,, uint64 from) = rollup.latest();
        uint64 left = inbox.count() - from;
        uint64 upTo = from + uint64(bound(take, 0, left));
        // Whatever is overdue must be taken.
        while (upTo < inbox.count() && inbox.timeOf(upTo) + DEADLINE <= block.timestamp) upTo++;
        uint256 n = bound(count, upTo == from ? 1 : 0, 4);
        uint64 number = post(someChunks(n, tipNumber() + 1), upTo);
        ledgerAfter(number, who, nano);
        happened["post"]++;
    }

    function doAppendOverdue(uint8 who, uint32 nano) external {
        vm.recordLogs();
        try rollup.appendOverdue() {
            ledgerAfter(learnBatch(), who, nano);
            happened["appendOverdue"]++;
        } catch {}
    }

    /// @dev The ledger makes a withdrawal of what is not promised yet, if a slot is free.
    function ledgerAfter(uint64 number, uint8 who, uint32 nano) internal {
        hashSeen[number] = rollup.batchHash(number);
        if (to.length < SLOTS && deposited > promised) {
            uint64 n = uint64(bound(nano, 1, deposited - promised));
            to.push(people[who % people.length]);
            amount.push(n);
            promised += n;
        }
        madeBy[number] = to.length;
    }

    function doClaim(uint8 who, uint64 batchSeed, uint64 parentSeed, uint8 wrong, uint8 from) external {
        if (tipNumber() == 0) return;
        uint64 parent = uint64(bound(parentSeed, 0, rollup.claimCount()));
        // Half of the time the parent is the newest claim or the final one, so that chains get long.
        if (parentSeed % 4 == 0) parent = rollup.claimCount();
        Claim memory p = rollup.claimOf(parent);
        uint64 number = batchSeed % 8 == 0 ? uint64(bound(batchSeed, 1, tipNumber())) : p.batch + 1;
        if (number > tipNumber()) return;
        bytes32[] memory roots = rightRoots(number, p.lastRoot);
        uint256 first = type(uint256).max;
        if (wrong % 3 == 0) {
            first = from % roots.length;
            bytes32 r = keccak256(abi.encode("wrong", roots[first], wrong));
            roots[first] = r;
            // From there on the claim follows from its own wrong root, with the mock's ledger.
            for (uint256 i = first + 1; i < roots.length; i++) {
                r = verifier.next(context(number, i, r), chunkData(number, i));
                roots[i] = r;
            }
        }
        // Half of the time without a bond, which continues a line if the parent is the end of the claimant's own.
        bool bonded = who < 128;
        address by = bonded || p.claimant == address(0) ? people[who % people.length] : p.claimant;
        vm.deal(by, BOND);
        vm.prank(by);
        try rollup.claim{value: bonded ? BOND : 0}(headers[number], parent, p.lastRoot, roots) returns (uint64 id) {
            rootsOfClaim[id] = roots;
            wrongFrom[id] = first;
            open.push(id);
            if (bonded) bondsIn += BOND;
            happened[bonded ? "claim" : "extend"]++;
        } catch {}
    }

    function doStrike(uint8 who, uint8 pick, uint8 chunk) external {
        if (open.length == 0) return;
        uint64 id = open[pick % open.length];
        bytes32[] memory roots = rootsOfClaim[id];
        // Mostly where it is wrong, if it is.
        uint256 index = wrongFrom[id];
        if (index == type(uint256).max || chunk % 4 == 0) index = chunk % roots.length;
        Claim memory c = rollup.claimOf(id);
        bytes32 preRoot = rollup.claimOf(c.parent).lastRoot;
        if (wrongFrom[id] == type(uint256).max) rightRoots(c.batch, preRoot);
        Proof memory proof = proofOf(id, preRoot, roots, uint32(index));
        vm.prank(people[who % people.length]);
        try rollup.strike(proof) {
            struckSeen[id] = true;
            if (wrongFrom[id] == type(uint256).max) rightStruck++;
            happened["strike"]++;
        } catch {}
    }

    function doFinalize(uint8 pick) external {
        if (open.length == 0) return;
        uint64 id = open[pick % open.length];
        try rollup.finalize(id) {
            Claim memory c = rollup.claimOf(id);
            finalSeen[c.batch] = c.lastRoot;
            if (wrongFrom[id] != type(uint256).max) wrongFinals++;
            happened["finalize"]++;
        } catch {}
    }

    function doReclaim(uint8 pick) external {
        if (open.length == 0) return;
        try rollup.reclaim(open[pick % open.length]) {
            happened["reclaim"]++;
        } catch {}
    }

    function doCollect(uint8 who) external {
        address by = people[who % people.length];
        uint256 before = by.balance;
        vm.prank(by);
        try rollup.collect() {
            bondsOut += by.balance - before;
            happened["collect"]++;
        } catch {}
    }

    /// @dev Withdraws against any batch, rightly or with something else in one field.
    function doWithdraw(uint8 pick, uint64 batchSeed, uint8 lie) external {
        if (to.length == 0) return;
        uint32 id = uint32(pick % to.length);
        uint64 number = uint64(bound(batchSeed, 0, tipNumber()));
        if (batchSeed % 4 != 0) number = rollup.finalBatch();
        (, bytes32[] memory leaves) = treeRoot(madeBy[number]);
        (, bytes32[] memory siblings) = StateTree.build(leaves, id);
        address who = to[id];
        uint64 nano = amount[id];
        if (lie % 8 == 1) who = address(this);
        if (lie % 8 == 2) nano++;
        if (lie % 8 == 3) siblings[0] ^= bytes32(uint256(1));
        uint32 asId = lie % 8 == 4 ? id ^ 1 : id;
        uint256 before = address(vault).balance;
        try vault.withdraw(number, asId, who, nano, siblings) {
            timesPaid[asId]++;
            paid += nano;
            eq(before - address(vault).balance, uint256(nano) * 1e9, "what left the Vault");
            happened["withdraw"]++;
        } catch {}
    }

    // ---- What must hold

    function checkBonds() external view {
        uint256 locked = 0;
        for (uint64 id = 1; id <= rollup.claimCount(); id++) {
            (uint64 last,) = rollup.lineOf(id);
            if (last != 0) locked += BOND;
        }
        uint256 credits = 0;
        for (uint256 i = 0; i < people.length; i++) {
            credits += rollup.credit(people[i]);
        }
        uint256 burned = address(0xdead).balance - inboxFees();
        eq(bondsIn, bondsOut + credits + locked + burned, "bonds in = out + credited + locked + burned");
        eq(address(rollup).balance, locked + credits, "what the Rollup holds");
    }

    /// @dev A claim that may still become final has a bond behind it.
    function checkCovered() external view {
        for (uint64 id = 1; id <= rollup.claimCount(); id++) {
            if (!mayBecomeFinal(id)) continue;
            Claim memory c = rollup.claimOf(id);
            (uint64 last,) = rollup.lineOf(c.line);
            check(last != 0, "a bond stands behind a claim that may become final");
            le(c.batch, rollup.claimOf(last).batch, "the line reaches it");
            eq(rollup.claimOf(c.line).claimant, c.claimant, "a line has one claimant");
        }
    }

    function mayBecomeFinal(uint64 id) internal view returns (bool) {
        Claim memory c = rollup.claimOf(id);
        if (c.state == ClaimState.Final) return false;
        while (c.state == ClaimState.Open && c.batch > rollup.finalBatch()) c = rollup.claimOf(c.parent);
        return c.state == ClaimState.Final && c.batch == rollup.finalBatch();
    }

    /// @dev Every item that is not a deposit was forced against the fee.
    function inboxFees() internal view returns (uint256 fees) {
        for (uint256 i = 0; i < items.length; i++) {
            if (items[i][0] != 0x01) fees += FEE;
        }
    }

    function checkCustody() external view {
        eq(uint256(vault.custody()), deposited - paid, "custody = deposits - withdrawals");
        le(uint256(vault.custody()) * 1e9, address(vault).balance, "the Vault holds its custody");
        // Only final roots of right claims lead here, so nobody is owed more than there is.
        if (wrongFinals == 0) le(paid, promised, "paid at most what the ledger promised");
        for (uint32 id = 0; id < SLOTS; id++) {
            le(timesPaid[id], 1, "each withdrawal once");
            eq(vault.withdrawn(id), timesPaid[id] == 1, "marked if paid");
        }
    }

    function checkOrder() external view {
        for (uint64 n = 0; n <= tipNumber(); n++) {
            eq(rollup.batchHash(n), hashSeen[n], "a batch never changes");
        }
        for (uint64 n = 1; n <= inbox.count(); n++) {
            eq(inbox.linkAfter(n), linkSeen[n], "an item never changes");
        }
        eq(rollup.batchHash(tipNumber() + 1), bytes32(0), "no batch after the latest");
    }

    function checkFinality() external view {
        for (uint64 id = 1; id <= rollup.claimCount(); id++) {
            Claim memory c = rollup.claimOf(id);
            if (struckSeen[id]) check(c.state == ClaimState.Struck, "a struck claim stays struck");
            if (c.state == ClaimState.Final) {
                check(rollup.claimOf(c.parent).state == ClaimState.Final, "the parent of a final claim is final");
                eq(rollup.finalRoot(c.batch), c.lastRoot, "one final claim per batch");
            }
        }
        for (uint64 n = 0; n <= tipNumber(); n++) {
            eq(rollup.finalRoot(n), finalSeen[n], "a final root never changes");
            eq(rollup.finalRoot(n) != 0, n <= rollup.finalBatch(), "final batches are the first ones");
        }
        eq(rightStruck, 0, "no right claim was struck");
    }
}

contract InvariantsTest is Fixture {
    Handler internal handler;

    function setUp() public {
        handler = new Handler();
        targetContract(address(handler));
    }

    /// @dev All at once: each invariant function would be a campaign of its own.
    function invariant_books_agree() public view {
        handler.checkBonds();
        handler.checkCovered();
        handler.checkCustody();
        handler.checkOrder();
        handler.checkFinality();
    }

    /// @dev The handler reaches the interesting acts: else the invariants would hold for want of trying.
    function test_handler_reachesEverything() public {
        uint256 seed = 1;
        for (uint256 i = 0; i < 1500; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint8 a = uint8(seed >> 8);
            uint8 b = uint8(seed >> 16);
            uint8 c = uint8(seed >> 24);
            uint64 d = uint64(seed >> 64);
            uint32 e = uint32(seed >> 128);
            uint256 act = seed % 16;
            if (act == 0) handler.doDeposit(a, e);
            else if (act == 1) handler.doForce(e);
            else if (act == 2) handler.doPost(a, b, c, e);
            else if (act == 3) handler.doAppendOverdue(a, e);
            else if (act < 7) handler.doClaim(a, d, uint64(seed >> 192), b, c);
            else if (act == 7) handler.doStrike(a, b, c);
            else if (act < 10) handler.doFinalize(a);
            else if (act == 10) handler.doReclaim(a);
            else if (act == 11) handler.doCollect(a);
            else if (act < 15) handler.doWithdraw(a, d, b);
            else handler.pass(e);
        }
        string[11] memory acts = [
            "deposit",
            "post",
            "appendOverdue",
            "claim",
            "extend",
            "strike",
            "finalize",
            "reclaim",
            "collect",
            "withdraw",
            "withdraw"
        ];
        for (uint256 i = 0; i < acts.length; i++) {
            check(handler.happened(acts[i]) > 0, acts[i]);
        }
        handler.checkBonds();
        handler.checkCovered();
        handler.checkCustody();
        handler.checkOrder();
        handler.checkFinality();
    }
}
