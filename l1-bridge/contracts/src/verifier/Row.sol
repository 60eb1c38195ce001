// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Leaf} from "./Leaf.sol";

/// @notice A decoded entry in memory: the address of a word with its kind, followed by a word per field and, for a
/// signature, a second one. Fields are named by the positions of Protocol.sol.
/// @dev An id is held as the address of two words: the id, and its leaf or 0 if the witness has none. In a posted chunk
/// these are the table of ids, whose leaves are filled in once the witness is read.
type Row is uint256;

using {kind, num, id, leaf} for Row global;

/// @notice The witness lacks a leaf that is needed.
error LeafMissing(uint256 id);

function kind(Row row) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := mload(row)
    }
}

/// @notice A field that is not an id; bytes of 20 as a number.
function num(Row row, uint256 position) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := mload(add(row, shl(5, position)))
    }
}

/// @notice The id in a field of ids.
function id(Row row, uint256 position) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := mload(mload(add(row, shl(5, position))))
    }
}

/// @notice The leaf that a field of ids names. What an entry does not look at need not be in the witness, so a kind asks
/// for a leaf no earlier than core/stf does.
function leaf(Row row, uint256 position) pure returns (Leaf value) {
    assembly ("memory-safe") {
        value := mload(add(mload(add(row, shl(5, position))), 32))
    }
    if (Leaf.unwrap(value) == 0) revert LeafMissing(row.id(position));
}

/// @notice The parts of a word of KIND_INFO (tools/gen.mjs).
library KindInfo {
    uint256 private constant FLAG_SIGNED = 1;
    uint256 private constant FLAG_INBOX_ONLY = 2;

    function ofKind(bytes memory table, uint256 index) internal pure returns (uint256 info) {
        assembly ("memory-safe") {
            info := mload(add(add(table, 32), shl(5, index)))
        }
    }

    function fieldCount(uint256 info) internal pure returns (uint256) {
        return info >> 248;
    }

    function isSigned(uint256 info) internal pure returns (bool) {
        return (info >> 240) & FLAG_SIGNED != 0;
    }

    function isInboxOnly(uint256 info) internal pure returns (bool) {
        return (info >> 240) & FLAG_INBOX_ONLY != 0;
    }

    function implicitLeaves(uint256 info) internal pure returns (uint256) {
        return (info >> 232) & 0xff;
    }

    function rowBytes(uint256 info) internal pure returns (uint256) {
        return ((info >> 224) & 0xff) * 32;
    }

    function wireBytes(uint256 info) internal pure returns (uint256) {
        return (info >> 208) & 0xffff;
    }

    function gasWeight(uint256 info) internal pure returns (uint256) {
        return (info >> 176) & 0xffffffff;
    }

    /// @notice Type of field `index`, counted from 0.
    function fieldType(uint256 info, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(add(16, index), info)
        }
    }
}
