// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeployConfig, Deployment} from "../../script/Deployment.sol";
import {Context} from "../../src/interfaces/IFraudVerifier.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {BatchHeader, IRollup, Proof} from "../../src/interfaces/IRollup.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Base, Vm} from "../Base.sol";
import {Lists} from "./Lists.sol";
import {MockVerifier} from "./MockVerifier.sol";

/// @notice A deployment with the mock ledger, and what an operator, a claimant and a prover need to act on it.
abstract contract Fixture is Base {
    uint64 internal constant WINDOW = 7 days;
    uint64 internal constant DEADLINE = 1 days;
    uint64 internal constant DELAY = 9 days;
    uint256 internal constant BOND = 1 ether + 1;
    uint256 internal constant FEE = 0.001 ether;
    bytes32 internal constant GENESIS = keccak256("genesis");
    uint64 internal constant START = 1_800_000_000;

    address internal operator = person("operator");
    address internal governor = person("governor");
    address internal alice = person("alice");
    address internal bob = person("bob");

    MockVerifier internal verifier;
    IInbox internal inbox;
    IVault internal vault;
    IRollup internal rollup;

    /// @dev Batches as their events told them: headers and posted chunks, by number.
    mapping(uint64 number => BatchHeader) internal headers;
    mapping(uint64 number => bytes[]) internal posted;
    /// @dev Inbox items in order, as their events told them.
    bytes[] internal items;

    function setUpWith(address token) internal {
        vm.warp(START);
        verifier = new MockVerifier();
        DeployConfig memory c = defaults();
        c.token = token;
        (inbox, vault, rollup) = Deployment.deploy(c, address(this), vm.getNonce(address(this)));
        vm.deal(alice, 1000 ether);
        vm.deal(bob, 1000 ether);
    }

    function defaults() internal view returns (DeployConfig memory) {
        return DeployConfig({
            token: address(0),
            governor: governor,
            operator: operator,
            verifier: address(verifier),
            l2ChainId: 7777,
            genesisRoot: GENESIS,
            windowSeconds: WINDOW,
            bondWei: BOND,
            forceDeadlineSeconds: DEADLINE,
            governorDelaySeconds: DELAY,
            forceFeeWei: FEE
        });
    }

    // ---- Acting

    /// @notice A forcible entry (a claim_owner, 9 bytes) that differs with `salt`.
    function anItem(uint32 salt) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(21), salt, uint32(1));
    }

    function force(uint32 salt) internal {
        bytes memory item = anItem(salt);
        vm.deal(address(this), address(this).balance + FEE);
        inbox.force{value: FEE}(item);
        items.push(item);
    }

    function tip() internal view returns (bytes32) {
        (uint64 number,,) = rollup.latest();
        return rollup.batchHash(number);
    }

    function tipNumber() internal view returns (uint64 number) {
        (number,,) = rollup.latest();
    }

    function nextItem() internal view returns (uint64 inboxTo) {
        (,, inboxTo) = rollup.latest();
    }

    /// @notice `count` chunks whose bytes differ with `salt`.
    function someChunks(uint256 count, uint256 salt) internal pure returns (bytes[] memory out) {
        out = new bytes[](count);
        for (uint256 i = 0; i < count; i++) {
            out[i] = abi.encodePacked(keccak256(abi.encode(salt, i)), uint8(i));
        }
    }

    /// @notice The operator posts `chunks` and takes items up to `inboxTo`.
    function post(bytes[] memory chunks, uint64 inboxTo) internal returns (uint64 number) {
        return postAt(uint64(block.timestamp), chunks, inboxTo);
    }

    function postAt(uint64 timestamp, bytes[] memory chunks, uint64 inboxTo) internal returns (uint64 number) {
        vm.recordLogs();
        bytes32 parent = tip();
        bytes32 link = inbox.linkAfter(inboxTo);
        vm.prank(operator);
        rollup.post(parent, timestamp, inboxTo, link, Lists.run(chunks));
        number = learnBatch();
        posted[number] = chunks;
    }

    /// @notice Posts a batch of `count` chunks without inbox items.
    function postSome(uint256 count) internal returns (uint64 number) {
        return post(someChunks(count, tipNumber() + 1), nextItem());
    }

    /// @notice Remembers the batch of the latest BatchPosted among the recorded logs.
    function learnBatch() internal returns (uint64 number) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = logs.length; i > 0; i--) {
            if (logs[i - 1].topics[0] != IRollup.BatchPosted.selector) continue;
            (BatchHeader memory header,) = abi.decode(logs[i - 1].data, (BatchHeader, bytes));
            number = uint64(uint256(logs[i - 1].topics[1]));
            eq(logs[i - 1].topics[2], keccak256(abi.encode(header)), "hash in the event");
            headers[number] = header;
            return number;
        }
        check(false, "no batch was posted");
    }

    // ---- The mock ledger

    function inboxChunks(uint64 number) internal view returns (uint256) {
        return (headers[number].inboxTo - headers[number].inboxFrom + 7) / 8;
    }

    function chunkCount(uint64 number) internal view returns (uint256) {
        return inboxChunks(number) + headers[number].posted;
    }

    /// @notice The bytes of chunk `index` of a batch as a proof carries them.
    function chunkData(uint64 number, uint256 index) internal view returns (bytes memory) {
        uint256 n = inboxChunks(number);
        if (index >= n) return posted[number][index - n];
        uint256 first = headers[number].inboxFrom + 8 * index;
        uint256 end = first + 8 < headers[number].inboxTo ? first + 8 : headers[number].inboxTo;
        bytes[] memory parts = new bytes[](end - first);
        for (uint256 i = first; i < end; i++) {
            parts[i - first] = items[i];
        }
        return Lists.run(parts);
    }

    function context(uint64 number, uint256 index, bytes32 preRoot) internal view returns (Context memory) {
        return Context(preRoot, rollup.domain(), number, headers[number].timestamp, index < inboxChunks(number));
    }

    /// @notice The right roots of a batch after `preRoot`.
    function rootsOf(uint64 number, bytes32 preRoot) internal view returns (bytes32[] memory roots) {
        roots = new bytes32[](chunkCount(number));
        for (uint256 i = 0; i < roots.length; i++) {
            preRoot = verifier.next(context(number, i, preRoot), chunkData(number, i));
            roots[i] = preRoot;
        }
    }

    /// @notice The right roots but for chunk `wrongFrom`: from there on they follow from a wrong one.
    function wrongRootsOf(uint64 number, bytes32 preRoot, uint256 wrongFrom)
        internal
        view
        returns (bytes32[] memory roots)
    {
        roots = new bytes32[](chunkCount(number));
        for (uint256 i = 0; i < roots.length; i++) {
            preRoot = verifier.next(context(number, i, preRoot), chunkData(number, i));
            if (i == wrongFrom) preRoot = keccak256(abi.encode("wrong", preRoot));
            roots[i] = preRoot;
        }
    }

    /// @notice alice claims `roots`.
    function claim(uint64 number, uint64 parent, bytes32[] memory roots) internal returns (uint64) {
        return claimAs(alice, number, parent, roots);
    }

    function claimAs(address who, uint64 number, uint64 parent, bytes32[] memory roots) internal returns (uint64) {
        vm.deal(who, who.balance + BOND);
        BatchHeader memory header = headers[number];
        bytes32 preRoot = rollup.claimOf(parent).lastRoot;
        vm.prank(who);
        return rollup.claim{value: BOND}(header, parent, preRoot, roots);
    }

    /// @notice The proof that chunk `index` of `claimId`, which claimed `roots` after `preRoot`, is wrong.
    function proofOf(uint64 claimId, bytes32 preRoot, bytes32[] memory roots, uint32 index)
        internal
        view
        returns (Proof memory p)
    {
        uint64 number = rollup.claimOf(claimId).batch;
        p.header = headers[number];
        p.claimId = claimId;
        p.chunkIndex = index;
        p.preRoot = index == 0 ? preRoot : roots[index - 1];
        p.prePath = index == 0 ? new bytes32[](0) : Lists.path(roots, index - 1);
        p.claimedRoot = roots[index];
        p.claimedPath = Lists.path(roots, index);
        p.data = chunkData(number, index);
        uint256 n = inboxChunks(number);
        p.chunkPath = index < n ? new bytes32[](0) : Lists.path(Lists.hashes(posted[number]), index - n);
        p.witness = "ok";
    }

    function last(bytes32[] memory roots) internal pure returns (bytes32) {
        return roots[roots.length - 1];
    }

    function one(bytes memory x) internal pure returns (bytes[] memory out) {
        out = new bytes[](1);
        out[0] = x;
    }

    function slice(bytes32[] memory from, uint256 n) internal pure returns (bytes32[] memory out) {
        out = new bytes32[](n);
        for (uint256 i = 0; i < n && i < from.length; i++) {
            out[i] = from[i];
        }
    }
}
