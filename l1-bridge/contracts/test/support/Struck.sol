// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeployConfig, Deployment} from "../../script/Deployment.sol";
import "../../src/Protocol.sol";
import {IInbox} from "../../src/interfaces/IInbox.sol";
import {BatchHeader, IRollup, Proof} from "../../src/interfaces/IRollup.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Base, Vm} from "../Base.sol";
import {Lists} from "./Lists.sol";

/// @notice A deployment in which a batch's second chunk is the one to prove wrong: so a strike carries every list proof
/// that it can.
abstract contract Struck is Base {
    uint256 private constant BOND = 1 ether;
    uint256 private constant FEE = 0.001 ether;
    uint64 private constant DELAY = 9 days;

    address internal decoder;
    address internal fraudVerifier;
    IInbox internal inbox;
    IVault internal vault;
    IRollup internal rollup;
    BatchHeader private header;
    bytes[] private posted;

    function deployRollup(address decoder_) internal {
        vm.warp(1_800_000_000);
        decoder = decoder_;
        fraudVerifier = Deployment.create("FraudVerifier.sol:FraudVerifier", abi.encode(decoder));
        DeployConfig memory c = DeployConfig({
            token: address(0),
            governor: address(this),
            operator: address(this),
            verifier: fraudVerifier,
            l2ChainId: 7777,
            genesisRoot: keccak256("genesis"),
            windowSeconds: 7 days,
            bondWei: BOND,
            forceDeadlineSeconds: 1 days,
            governorDelaySeconds: DELAY,
            forceFeeWei: FEE
        });
        (inbox, vault, rollup) = Deployment.deploy(c, address(this), vm.getNonce(address(this)));
        vm.deal(address(this), 10 ether);
    }

    /// @dev Posts a batch of a chunk that is none and of `data`.
    function postChunk(bytes memory data) internal {
        posted.push(hex"00");
        posted.push(data);
        post(0);
    }

    /// @dev Puts 8 items before these into the inbox and posts a batch of both chunks.
    function postItems(bytes[] memory items) internal {
        for (uint256 i = 0; i < items.length; i++) {
            if (uint8(items[i][0]) == KIND_PARAM) inbox.proposeParam(uint8(items[i][1]), lastU64(items[i]));
        }
        vm.warp(block.timestamp + DELAY);
        for (uint256 i = 0; i < INBOX_CHUNK_ITEMS; i++) {
            inbox.force{value: FEE}(abi.encodePacked(uint8(KIND_CLAIM_OWNER), uint32(i), uint32(1)));
        }
        for (uint256 i = 0; i < items.length; i++) {
            uint256 kind = uint8(items[i][0]);
            if (kind == KIND_PARAM) {
                inbox.enqueueParam(i);
            } else if (kind == KIND_DEPOSIT) {
                bytes memory item = items[i];
                address to;
                assembly {
                    to := shr(96, mload(add(item, 33)))
                }
                vm.prank(address(vault));
                inbox.enqueueDeposit(to, lastU64(item));
            } else {
                inbox.force{value: FEE}(items[i]);
            }
        }
        post(uint64(INBOX_CHUNK_ITEMS + items.length));
    }

    function lastU64(bytes memory item) private pure returns (uint64 value) {
        assembly {
            value := mload(add(item, mload(item)))
        }
    }

    function post(uint64 inboxTo) private {
        vm.recordLogs();
        rollup.post(rollup.batchHash(0), uint64(block.timestamp), inboxTo, inbox.linkAfter(inboxTo), Lists.run(posted));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] == IRollup.BatchPosted.selector) {
                (header,) = abi.decode(logs[i].data, (BatchHeader, bytes));
            }
        }
        eq(header.number, 1, "number of the batch");
    }

    /// @dev The call that strikes a claim in which `data` leads from `preRoot` to a wrong root.
    function strikeOf(bytes memory data, bytes memory witness, bytes32 preRoot) internal returns (bytes memory) {
        bytes32[] memory roots = new bytes32[](2);
        (roots[0], roots[1]) = (preRoot, keccak256("wrong"));
        Proof memory p;
        p.claimId = rollup.claim{value: BOND}(header, 0, rollup.claimOf(0).lastRoot, roots);
        p.header = header;
        p.chunkIndex = 1;
        p.preRoot = preRoot;
        p.prePath = Lists.path(roots, 0);
        p.claimedRoot = roots[1];
        p.claimedPath = Lists.path(roots, 1);
        p.data = data;
        if (posted.length > 0) p.chunkPath = Lists.path(Lists.hashes(posted), 1);
        p.witness = witness;
        return abi.encodeCall(rollup.strike, (p));
    }

    /// @dev Gas of a call, everything that it touches cold. In assembly, so that no answer is copied: a test's memory is
    /// large, and what is added to it dear.
    function gasOf(address to, bytes memory input) internal returns (uint256 spent) {
        vm.cool(address(rollup));
        vm.cool(address(inbox));
        vm.cool(fraudVerifier);
        vm.cool(decoder);
        vm.cool(address(0xdead));
        bool success;
        spent = gasleft();
        assembly {
            success := call(gas(), to, 0, add(input, 32), mload(input), 0, 0)
        }
        spent -= gasleft();
        check(success, "the call failed");
    }

    /// @dev Gas of the calldata: 16 per byte that is not zero, 4 per zero byte.
    function calldataGas(bytes memory data) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < data.length; i++) {
            sum += data[i] == 0 ? 4 : 16;
        }
    }
}
