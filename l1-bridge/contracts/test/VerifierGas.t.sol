// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {Context} from "../src/interfaces/IFraudVerifier.sol";
import {World} from "./support/World.sol";

/// @notice Gas and bytes of the dearest chunks at the bounds of protocol.csv, in a ledger of 2^24 slots. The siblings are
/// made up; the root that they give is what the verifier is asked to start from.
/// @dev The frame here is a raw block of whatever the entries need; the test adds FRAME_GAS for a hostile frame, whose decoding
/// ZstdDecoder.t.sol bounds.
contract VerifierGasTest is World {
    uint256 private constant FULL_DEPTH = 24;
    /// @dev Room for the other arguments of Rollup.strike: header, two list paths, offsets.
    uint256 private constant PROOF_BYTES = 1500;
    /// @dev What Rollup.strike does around the verifier: 96,000 measured with 110 KB and warm slots, rounded up generously.
    uint256 private constant STRIKE_GAS = 150_000;
    uint256 private constant FRAME_GAS = 1_800_000;
    uint256 private constant TRANSACTION_GAS_MAX = 8_000_000;
    uint256 private constant TRANSACTION_BYTES_MAX = 131_072;
    uint256 private constant KEY = 0xa11ce;

    uint256[] private ids;

    event log_named_uint(string name, uint256 value);

    function setUp() public {
        deployVerifier();
        genesis();
        objects[0].f[SYSTEM_SUPPLY] = type(uint64).max;
        objects[0].f[SYSTEM_FEE_PPM] = 50_000;
        objects[0].f[SYSTEM_NEXT_ID] = OBJECTS_MAX;
    }

    /// @dev Id of the i-th of `n` objects: as far apart as can be, so that they share as few siblings as can be.
    function place(uint256 i, uint256 n) private pure returns (uint256) {
        return i * OBJECTS_MAX / n + 1;
    }

    function put(uint256 id, uint256 objectType, bytes32 key) private {
        ids.push(id);
        objects[id].objectType = objectType;
        objects[id].key = key;
    }

    function putAccount(uint256 id) private {
        put(id, OBJECT_ACCOUNT, keccak256(abi.encode(id)));
        set(id, ACCOUNT_ADDR, uint160(vm.addr(KEY)));
        set(id, ACCOUNT_BALANCE, 1e18);
        set(id, ACCOUNT_NONCE, type(uint64).max - 1000);
    }

    function putAsset(uint256 id, uint256 owner) private {
        put(id, OBJECT_ASSET, keccak256(abi.encode(id)));
        set(id, ASSET_OWNER, owner);
        set(id, ASSET_STATUS, ASSET_ACTIVE);
        set(id, ASSET_PRICE0, 1);
        set(id, ASSET_UNITS, 77);
        set(id, ASSET_REL_PPM, 300_000);
        set(id, ASSET_ABS_PPM, 300_000);
    }

    function entry(uint256 kind, uint256 from, uint256 nonce) private pure returns (Entry memory e) {
        e.kind = kind;
        e.f[1] = from;
        e.f[2] = nonce;
        e.f[3] = type(uint64).max;
    }

    /// @dev Leaves in ascending id, links as given, and as many made-up siblings as they need.
    function fullWitness(bool open) private view returns (bytes memory w, uint256 siblingCount) {
        w = leafOfWitness(0, true);
        uint256[] memory level = new uint256[](ids.length + 1);
        for (uint256 i = 0; i < ids.length; i++) {
            w = bytes.concat(w, leafOfWitness(ids[i], open));
            level[i + 1] = ids[i];
        }
        uint256 n = level.length;
        for (uint256 k = 0; k < FULL_DEPTH; k++) {
            uint256 parents = 0;
            for (uint256 i = 0; i < n; i++) {
                if (i + 1 < n && level[i + 1] == level[i] ^ 1) level[parents++] = level[i++] / 2;
                else (level[parents++], siblingCount) = (level[i] / 2, siblingCount + 1);
            }
            n = parents;
        }
        bytes memory siblings = new bytes(siblingCount * 32);
        for (uint256 i = 0; i < siblingCount; i++) {
            bytes32 h = keccak256(abi.encode(i));
            assembly {
                mstore(add(add(siblings, 32), mul(i, 32)), h)
            }
        }
        w = abi.encodePacked(uint8(FULL_DEPTH), uint16(ids.length + 1), w, uint16(siblingCount), siblings);
    }

    /// @dev 16 gas per byte that is not zero, 4 per zero byte.
    function calldataGas(bytes memory data) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < data.length; i++) {
            sum += data[i] == 0 ? 4 : 16;
        }
    }

    /// @dev The context whose root is the one that the witness gives: it stands in the refusal of another.
    function contextOf(bytes memory data, bytes memory witness) private view returns (Context memory ctx) {
        ctx = Context({preRoot: 0, domain: domain, batch: 1, timestamp: TIME, inbox: false});
        try verifier.execute(ctx, data, witness) {
            revert AssertionFailed("a root of zero");
        } catch (bytes memory reason) {
            check(reason.length == 68, "no root in the refusal");
            assembly {
                mstore(ctx, mload(add(reason, 36)))
            }
        }
    }

    /// @dev Gas of the verifier for this call. In assembly, so that no answer is copied: a test's memory is large, and
    /// what is added to it dear.
    function gasOf(bytes memory input) private view returns (uint256 spent) {
        address to = address(verifier);
        bool success;
        spent = gasleft();
        assembly {
            success := staticcall(gas(), to, add(input, 32), mload(input), 0, 0)
        }
        spent -= gasleft();
        check(success, "execution");
    }

    function applied(bytes memory statuses) private pure returns (uint256 n) {
        for (uint256 i = 0; i < statuses.length; i++) {
            if (uint8(statuses[i]) == STATUS_APPLIED) n++;
        }
    }

    function measure(bytes memory data, bool open, uint256 wantApplied) private {
        (bytes memory witness, uint256 siblingCount) = fullWitness(open);
        Context memory ctx = contextOf(data, witness);
        (, bytes memory statuses) = verifier.statusesOf(ctx, data, witness);
        eq(applied(statuses), wantApplied, "entries applied");
        emit log_named_uint("entries", statuses.length);
        emit log_named_uint("leaves", ids.length + 1);
        emit log_named_uint("siblings", siblingCount);
        emit log_named_uint("bytes of the chunk", data.length);
        report(abi.encodeCall(verifier.execute, (ctx, data, witness)));
    }

    function report(bytes memory input) private {
        uint256 size = input.length + PROOF_BYTES;
        uint256 spent = gasOf(input);
        uint256 ofData = calldataGas(input) + 16 * PROOF_BYTES;
        uint256 total = 21_000 + ofData + STRIKE_GAS + spent + FRAME_GAS;
        uint256 floor = 21_000 + ofData / 4 * 10;
        emit log_named_uint("bytes of the calldata", size);
        emit log_named_uint("gas of the execution with a raw frame", spent);
        emit log_named_uint("gas of the transaction with a hostile frame", total);
        emit log_named_uint("floor price of the calldata (EIP-7623)", floor);
        le(total, TRANSACTION_GAS_MAX, "gas of the transaction");
        le(floor, TRANSACTION_GAS_MAX, "floor price");
        le(size, TRANSACTION_BYTES_MAX, "bytes of the transaction");
    }

    /// @dev 127 payments and a tick over all the links that a chunk may have; 128 leaves.
    function test_execute_dearestChunk_succeeds() public {
        uint256 n = CHUNK_LEAVES_MAX - 1;
        for (uint256 i = 0; i < n; i++) {
            uint256 id = place(i, n);
            if (i < 42) putAccount(id);
            else if (i < n - 1) putAsset(id, ids[0]);
        }
        uint256 stream = place(n - 1, n);
        put(stream, OBJECT_STREAM, 0);
        set(stream, STREAM_PAYER, ids[0]);
        set(stream, STREAM_ASSET, ids[42]);
        set(stream, STREAM_KIND, STREAM_CHAIN);
        set(stream, STREAM_PRICE, 1);
        set(stream, STREAM_ESCROW, 1e18);
        set(stream, STREAM_EXPIRY, type(uint64).max);
        bytes32 tip = keccak256("preimage");
        Entry[] memory list = new Entry[](CHUNK_ENTRIES_MAX);
        list[0].kind = KIND_STREAM_TICK;
        list[0].f[STREAM_TICK_STREAM] = stream;
        list[0].f[STREAM_TICK_ASSET] = ids[42];
        list[0].f[STREAM_TICK_COUNT] = CHUNK_LINKS_MAX;
        list[0].f[STREAM_TICK_PREIMAGE] = uint256(tip);
        for (uint256 i = 0; i < CHUNK_LINKS_MAX; i++) {
            tip = sha256(abi.encode(tip));
        }
        set(stream, STREAM_TIP, uint256(tip));
        for (uint256 i = 1; i < list.length; i++) {
            uint256 from = ids[(i - 1) % 42];
            Entry memory e = entry(KIND_PAY, from, type(uint64).max - 1000 + (i - 1) / 42);
            e.f[PAY_ASSET] = ids[42 + i % 84];
            e.f[PAY_SCOPE] = 3;
            e.f[PAY_AMOUNT] = 1e15 + i;
            list[i] = sign(e, KEY);
        }
        measure(chunk(list), false, list.length);
    }

    /// @dev 62 registrations into slots of the free list: the most finds, open links and new leaves.
    function test_execute_mostCreations_succeeds() public {
        uint256 n = 2 * 62 + 1;
        putAccount(place(0, n));
        Entry[] memory list = new Entry[](62);
        for (uint256 i = 0; i < 62; i++) {
            Entry memory e = entry(KIND_ASSET_REGISTER, ids[0], type(uint64).max - 1000 + i);
            e.f[ASSET_REGISTER_ACTIVE] = 1;
            e.f[ASSET_REGISTER_CONTENT] = uint256(keccak256(abi.encode("content", i)));
            e.f[ASSET_REGISTER_METADATA] = uint256(keccak256(abi.encode("metadata", i)));
            for (uint256 p = ASSET_REGISTER_PRICE0; p <= ASSET_REGISTER_PRICE3; p++) {
                e.f[p] = 1e9 + i;
            }
            e.f[ASSET_REGISTER_ASK_MODE] = MODE_RELATIVE;
            e.f[ASSET_REGISTER_ASK_PPM] = 1000 + i;
            list[i] = sign(e, KEY);
            // Its predecessor, and the slot it will take.
            putAsset(place(2 * i + 1, n), ids[0]);
            bytes32 key = keyOfAsset(bytes32(e.f[ASSET_REGISTER_CONTENT]));
            objects[place(2 * i + 1, n)].key = bytes32(uint256(key) - 1);
            objects[place(2 * i + 1, n)].next = bytes32(uint256(key) + 1);
            uint256 slot = place(2 * i + 2, n);
            put(slot, OBJECT_FREE, 0);
            set(slot, FREE_NEXT, i == 61 ? 0 : place(2 * i + 4, n));
        }
        set(0, SYSTEM_FREE_HEAD, place(2, n));
        measure(chunk(list), true, list.length);
    }
}
