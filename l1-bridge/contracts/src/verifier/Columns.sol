// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The inner loops of chunk decoding: one column into the same word of consecutive rows.
/// @dev `to` is the place in the first row, `stride` the distance of rows, `count` their number (all columns have at
/// least one value; the table of ids may have none). Bounds of fixed-size columns are the caller's to check.
library Columns {
    uint256 private constant U64_MAX = 0xffffffffffffffff;

    /// @notice Reads shortest LEB128 numbers of at most 64 bits from memory between `pos` and `end`.
    /// @return next the place after them; 0 if one is not of that form or they do not end before `end`
    function readVars(uint256 to, uint256 stride, uint256 count, uint256 pos, uint256 end)
        internal
        pure
        returns (uint256 next)
    {
        assembly ("memory-safe") {
            next := pos
            for {} count { count := sub(count, 1) } {
                let word := mload(next)
                let part := byte(0, word)
                let value := part
                let size := 1
                if gt(part, 0x7f) {
                    value := and(part, 0x7f)
                    for { let shift := 7 } 1 { shift := add(shift, 7) } {
                        part := byte(size, word)
                        size := add(size, 1)
                        value := or(value, shl(shift, and(part, 0x7f)))
                        // Ten groups hold 64 bits; an eleventh would be refused by the value or for not being shortest.
                        if or(lt(part, 0x80), eq(size, 10)) { break }
                    }
                    // The last group: no continuation, not zero.
                    if or(or(gt(part, 0x7f), iszero(part)), gt(value, U64_MAX)) {
                        next := 0
                        break
                    }
                }
                next := add(next, size)
                if gt(next, end) {
                    next := 0
                    break
                }
                mstore(to, value)
                to := add(to, stride)
            }
        }
    }

    /// @notice Reads indexes of one byte into the table at `ids`; a row gets the address of the table's words.
    /// @return named bit i: index i was read
    function readIds(uint256 to, uint256 stride, uint256 count, uint256 pos, uint256 ids)
        internal
        pure
        returns (uint256 named)
    {
        assembly ("memory-safe") {
            for { let end := add(pos, count) } lt(pos, end) { pos := add(pos, 1) } {
                let index := byte(0, mload(pos))
                named := or(named, shl(index, 1))
                mstore(to, add(ids, shl(6, index)))
                to := add(to, stride)
            }
        }
    }

    /// @notice Reads numbers of `size` bytes, big-endian.
    function readBytes(uint256 to, uint256 stride, uint256 count, uint256 pos, uint256 size) internal pure {
        assembly ("memory-safe") {
            let shift := sub(256, shl(3, size))
            for {} count { count := sub(count, 1) } {
                mstore(to, shr(shift, mload(pos)))
                pos := add(pos, size)
                to := add(to, stride)
            }
        }
    }

    /// @notice Copies values of `size` bytes, whole words, from calldata.
    function readRaw(uint256 to, uint256 stride, uint256 count, uint256 pos, uint256 size) internal pure {
        assembly ("memory-safe") {
            for {} count { count := sub(count, 1) } {
                calldatacopy(to, pos, size)
                pos := add(pos, size)
                to := add(to, stride)
            }
        }
    }

    /// @notice Sum over a column of numbers below 2^64.
    function sum(uint256 pos, uint256 stride, uint256 count) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            for {} count { count := sub(count, 1) } {
                total := add(total, mload(pos))
                pos := add(pos, stride)
            }
        }
    }

    function byteAt(uint256 pos) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(pos))
        }
    }
}
