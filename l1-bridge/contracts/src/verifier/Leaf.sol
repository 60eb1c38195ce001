// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OBJECT_EMPTY, PAYLOAD_BYTES_WORD, TAG_LINK} from "../Protocol.sol";

/// @notice A leaf of the state tree in memory: the address of its payload, kept as the bytes that are hashed.
/// @dev A record, in words before and after that address:
///
///     -0xc0 link form   0 none, 1 only the link's hash is known, 2 the link is open
///     -0xa0 key         if open
///     -0x80 next        if open
///     -0x60 id
///     -0x40 zero        its last byte is TAG_LEAF
///     -0x20 link hash   as it was read; before a leaf is hashed again, of the link as it is now
///      0x00 payload     type byte, fields; room for the longest type
///
/// So a leaf's hash is over 33 + payload bytes from -0x21, and an open link's hash is over 65 bytes from -0xa1,
/// because the form "open" has the value of TAG_LINK. Fields are read and written in place by their AT_ constants.
type Leaf is uint256;

using {get, set, typeOf, id, retype, hash} for Leaf global;

uint256 constant LINK_NONE = 0;
uint256 constant LINK_HASHED = 1;
uint256 constant LINK_OPEN = TAG_LINK;

uint256 constant LEAF_FORM = 0xc0;
uint256 constant LEAF_KEY = 0xa0;
uint256 constant LEAF_NEXT = 0x80;
uint256 constant LEAF_ID = 0x60;
uint256 constant LEAF_TAG = 0x40;
uint256 constant LEAF_LINK_HASH = 0x20;
uint256 constant LEAF_ROOM = 0xc0; // at least PAYLOAD_BYTES_MAX, which FraudVerifier's constructor makes sure of
uint256 constant LEAF_STRIDE = 0x180; // LEAF_FORM + LEAF_ROOM

/// @notice A precompiled contract failed: too little gas. It is never taken for an answer.
error PrecompileFailed(uint256 precompile);

/// @notice The field at an AT_ place.
function get(Leaf leaf, uint256 pos) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := shr(and(pos, 0xff), mload(add(leaf, shr(8, pos))))
    }
}

/// @notice Sets the field at an AT_ place to the low bits of `value` that it holds.
function set(Leaf leaf, uint256 pos, uint256 value) pure {
    assembly ("memory-safe") {
        let place := add(leaf, shr(8, pos))
        let shift := and(pos, 0xff)
        mstore(place, or(shl(shift, value), and(mload(place), sub(shl(shift, 1), 1))))
    }
}

function typeOf(Leaf leaf) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := byte(0, mload(leaf))
    }
}

function id(Leaf leaf) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := mload(sub(leaf, LEAF_ID))
    }
}

/// @notice Makes the object one of another type with all fields zero.
function retype(Leaf leaf, uint256 objectType) pure {
    assembly ("memory-safe") {
        calldatacopy(leaf, calldatasize(), LEAF_ROOM)
        mstore8(leaf, objectType)
    }
}

/// @notice The leaf's hash as it is now (docs/spec/state.md, section 1).
function hash(Leaf leaf) view returns (bytes32 value) {
    if (leaf.typeOf() == OBJECT_EMPTY) return 0;
    bool ok = true;
    assembly ("memory-safe") {
        if eq(mload(sub(leaf, LEAF_FORM)), LINK_OPEN) {
            ok := staticcall(gas(), 2, sub(leaf, add(LEAF_KEY, 1)), 65, sub(leaf, LEAF_LINK_HASH), 32)
        }
        let size := byte(byte(0, mload(leaf)), PAYLOAD_BYTES_WORD)
        ok := and(ok, staticcall(gas(), 2, sub(leaf, add(LEAF_LINK_HASH, 1)), add(size, 33), 0, 32))
        value := mload(0)
    }
    if (!ok) revert PrecompileFailed(2);
}
