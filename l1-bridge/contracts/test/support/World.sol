// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deployment} from "../../script/Deployment.sol";
import "../../src/Protocol.sol";
import {Context} from "../../src/interfaces/IFraudVerifier.sol";
import {Base} from "../Base.sol";
import {Entries} from "./Entries.sol";
import {IVerifierHarness} from "./IVerifierHarness.sol";

/// @notice A small ledger state kept in full, written for tests from docs/spec/state.md and apart from the verifier's
/// libraries: its tree is hashed leaf by leaf over all objects, and witnesses are cut from it.
abstract contract World is Base, Entries {
    struct Obj {
        uint256 objectType;
        uint256[OBJECT_WORDS_MAX] f; // by position; 0 unused
        bytes32 key;
        bytes32 next;
    }

    /// @dev Levels that the objects of a world fill, and that a witness's siblings reach.
    uint256 internal constant DEPTH = 6;
    uint64 internal constant TIME = 1_000_000;
    uint64 internal constant BATCH = 7;

    IVerifierHarness internal verifier;
    bytes32 internal domain = keccak256("domain of a test");
    mapping(uint256 id => Obj) internal objects;
    /// @dev Ids below this may hold objects.
    uint256 internal used;

    function deployVerifier() internal {
        address decoder = Deployment.create("ZstdDecoder.sol:ZstdDecoder", "");
        verifier = IVerifierHarness(Deployment.create("VerifierHarness.sol:VerifierHarness", abi.encode(decoder)));
    }

    // ---- Objects. ----

    function genesis() internal {
        used = 1;
        Obj storage o = objects[0];
        o.objectType = OBJECT_SYSTEM;
        o.f[SYSTEM_NEXT_ID] = 1;
        o.f[SYSTEM_WITHDRAW_MULTIPLE] = 1;
        o.f[SYSTEM_EDGE_PPM_MAX] = 1_000_000;
        o.f[SYSTEM_EDGES_PPM_MAX] = 1_000_000;
        o.f[SYSTEM_STREAM_GRACE_S] = 60;
    }

    /// @dev Appends an object; one with a key (not zero) is put into the list of keys.
    function add(uint256 objectType, bytes32 key) internal returns (uint256 id) {
        id = used++;
        objects[id].objectType = objectType;
        objects[0].f[SYSTEM_NEXT_ID] = id + 1;
        if (key != 0) link(id, key);
    }

    function link(uint256 id, bytes32 key) internal {
        uint256 before = 0;
        while (objects[before].next != 0 && objects[before].next < key) before = idOf(objects[before].next);
        objects[id].key = key;
        objects[id].next = objects[before].next;
        objects[before].next = key;
    }

    function idOf(bytes32 key) internal view returns (uint256) {
        for (uint256 i = 0; i < used; i++) {
            if (objects[i].key == key) return i;
        }
        revert AssertionFailed("no object with that key");
    }

    function set(uint256 id, uint256 position, uint256 value) internal {
        objects[id].f[position] = value;
    }

    function get(uint256 id, uint256 position) internal view returns (uint256) {
        return objects[id].f[position];
    }

    function keyOfAccount(uint256 addr) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(TAG_KEY), uint8(OBJECT_ACCOUNT), uint160(addr)));
    }

    function keyOfAsset(bytes32 content) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(TAG_KEY), uint8(OBJECT_ASSET), content));
    }

    function keyOfEdge(uint256 child, uint256 beneficiary) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(TAG_KEY), uint8(OBJECT_EDGE), uint32(child), uint32(beneficiary)));
    }

    function keyOfShare(uint256 asset, uint256 holder) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(TAG_KEY), uint8(OBJECT_SHARE), uint32(asset), uint32(holder)));
    }

    // ---- Tree. ----

    function isKeyed(uint256 objectType) internal pure returns (bool) {
        return objectType >= OBJECT_SYSTEM && objectType <= OBJECT_SHARE;
    }

    function widths(uint256 objectType) internal pure returns (bytes memory) {
        if (objectType == OBJECT_SYSTEM) return WIDTHS_SYSTEM;
        if (objectType == OBJECT_ACCOUNT) return WIDTHS_ACCOUNT;
        if (objectType == OBJECT_ASSET) return WIDTHS_ASSET;
        if (objectType == OBJECT_EDGE) return WIDTHS_EDGE;
        if (objectType == OBJECT_SHARE) return WIDTHS_SHARE;
        if (objectType == OBJECT_STREAM) return WIDTHS_STREAM;
        if (objectType == OBJECT_WITHDRAWAL) return WIDTHS_WITHDRAWAL;
        if (objectType == OBJECT_FREE) return WIDTHS_FREE;
        return WIDTHS_EMPTY;
    }

    function payloadOf(Obj memory o) internal pure returns (bytes memory payload) {
        bytes memory w = widths(o.objectType);
        payload = abi.encodePacked(uint8(o.objectType));
        for (uint256 i = 0; i < w.length; i++) {
            payload = bytes.concat(payload, tail(o.f[i + 1], uint8(w[i])));
        }
    }

    function linkHashOf(Obj memory o) internal pure returns (bytes32) {
        return isKeyed(o.objectType) ? sha256(abi.encodePacked(uint8(TAG_LINK), o.key, o.next)) : bytes32(0);
    }

    function leafHash(Obj memory o) internal pure returns (bytes32) {
        if (o.objectType == OBJECT_EMPTY) return 0;
        return sha256(abi.encodePacked(uint8(TAG_LEAF), linkHashOf(o), payloadOf(o)));
    }

    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(TAG_NODE), left, right));
    }

    /// @dev Root of the subtree at a level and index.
    function subtree(uint256 level, uint256 index) internal view returns (bytes32) {
        if (level == 0) return leafHash(objects[index]);
        return nodeHash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
    }

    function root() internal view returns (bytes32) {
        return rootAbove(DEPTH, subtree(DEPTH, 0));
    }

    function rootAbove(uint256 level, bytes32 h) internal pure returns (bytes32) {
        bytes32 empty = 0;
        for (uint256 i = 0; i < TREE_DEPTH; i++) {
            if (i >= level) h = nodeHash(h, empty);
            empty = nodeHash(empty, empty);
        }
        return h;
    }

    // ---- Witnesses. ----

    /// @dev A witness of every object and of the slot after them, all links open.
    function witnessOfAll() internal view returns (bytes memory) {
        uint256 all = (1 << (used + 1)) - 1;
        return witnessOf(all, all);
    }

    /// @dev A witness of the objects whose bit is set in `ids`; those with a bit in `open` show their link.
    function witnessOf(uint256 ids, uint256 open) internal view returns (bytes memory w) {
        uint256 count = 0;
        for (uint256 id = 0; id < 1 << DEPTH; id++) {
            if ((ids >> id) & 1 == 0) continue;
            count++;
            w = bytes.concat(w, leafOfWitness(id, (open >> id) & 1 != 0));
        }
        (bytes memory siblings, uint256 siblingCount) = siblingsOf(ids);
        w = abi.encodePacked(uint8(DEPTH), uint16(count), w, uint16(siblingCount), siblings);
    }

    function leafOfWitness(uint256 id, bool open) internal view returns (bytes memory) {
        Obj memory o = objects[id];
        if (!isKeyed(o.objectType)) return abi.encodePacked(uint32(id), uint8(0), payloadOf(o));
        if (!open) return abi.encodePacked(uint32(id), uint8(1), linkHashOf(o), payloadOf(o));
        return abi.encodePacked(uint32(id), uint8(2), o.key, o.next, payloadOf(o));
    }

    function siblingsOf(uint256 level0) private view returns (bytes memory siblings, uint256 count) {
        uint256 known = level0;
        for (uint256 level = 0; level < DEPTH; level++) {
            uint256 parents = 0;
            for (uint256 index = 0; index < 1 << (DEPTH - level); index++) {
                if ((known >> index) & 1 == 0) continue;
                parents |= 1 << (index / 2);
                if ((known >> (index ^ 1)) & 1 != 0) continue;
                siblings = bytes.concat(siblings, subtree(level, index ^ 1));
                count++;
            }
            known = parents;
        }
    }

    // ---- Execution. ----

    function context(bool inbox) internal view returns (Context memory) {
        return Context({preRoot: root(), domain: domain, batch: BATCH, timestamp: TIME, inbox: inbox});
    }

    /// @dev What every chunk does, and an inbox chunk of `items` items.
    function expectBegin(uint256 items) internal {
        set(0, SYSTEM_BATCH, BATCH);
        set(0, SYSTEM_TIME, TIME);
        set(0, SYSTEM_INBOX_NEXT, get(0, SYSTEM_INBOX_NEXT) + items);
    }

    function itemsOf(Entry memory e) internal pure returns (bytes memory) {
        bytes memory item = wire(e);
        return abi.encodePacked(uint16(item.length), item);
    }

    function chunkOf(Entry memory e) internal pure returns (bytes memory) {
        Entry[] memory list = new Entry[](1);
        list[0] = e;
        return chunk(list);
    }

    // ---- Signatures. ----

    /// @dev Signs with the key whose address the sender's account has.
    function sign(Entry memory e, uint256 privateKey) internal view returns (Entry memory) {
        return sealWith(e, privateKey, digestOf(e));
    }

    function sealWith(Entry memory e, uint256 privateKey, bytes32 digest) internal pure returns (Entry memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        e.r = r;
        e.vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
        return e;
    }

    /// @dev EIP-712 digest of a signed kind, with the names from the world.
    function digestOf(Entry memory e) internal view returns (bytes32) {
        bytes memory types = fieldTypes(e.kind);
        bytes memory words = abi.encode(typehashOf(e.kind), get(e.f[1], ACCOUNT_ADDR));
        for (uint256 i = 3; i + 1 < types.length; i++) {
            uint256 value = e.f[i + 1];
            uint256 t = uint8(types[i]);
            if (t == FIELD_AUX) continue;
            if (t == FIELD_ACCT) value = get(value, ACCOUNT_ADDR);
            if (t == FIELD_PARTY) {
                bool account = objects[value].objectType == OBJECT_ACCOUNT;
                words = bytes.concat(words, abi.encode(account ? get(value, ACCOUNT_ADDR) : 0));
                if (account) value = 0;
            }
            words = bytes.concat(words, abi.encode(value));
        }
        words = bytes.concat(words, abi.encode(e.f[2], e.f[3]));
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(words)));
    }

    function digestOfVoucher(Entry memory e) internal view returns (bytes32) {
        bytes32 typehash = keccak256("StreamVoucher(address payer,uint32 stream,uint64 serial,uint64 cumulative)");
        uint256 stream = e.f[STREAM_VOUCHER_STREAM];
        bytes memory words = abi.encode(
            typehash,
            get(e.f[STREAM_VOUCHER_PAYER], ACCOUNT_ADDR),
            stream,
            get(stream, STREAM_SERIAL),
            e.f[STREAM_VOUCHER_CUMULATIVE]
        );
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(words)));
    }
}
