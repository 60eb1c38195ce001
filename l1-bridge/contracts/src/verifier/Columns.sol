// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The inner loops of chunk decoding: one column into the same word of every row of a kind.
/// @dev `row` is the first row and `offset` the place in it; the word before a row holds the next row of the kind, 0 at
/// the end. Nothing is checked against the section's end: a caller compares the place that is returned. What is read past
/// the end is other memory or calldata, and is thrown away.
library Columns {
    uint256 private constant U64_MAX = 0xffffffffffffffff;
    // The continuation bits of ten bytes, at the top of a word.
    uint256 private constant CONTINUED = 0x8080808080808080808000000000000000000000000000000000000000000000;

    /// @notice Reads shortest LEB128 numbers of at most 64 bits from memory at `pos`.
    /// @return next the place after them; a place past any section if one is not of that form
    function readVars(uint256 row, uint256 offset, uint256 pos) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            for {} row { row := mload(sub(row, 32)) } {
                let word := mload(pos)
                let value := byte(0, word)
                pos := add(pos, 1)
                if gt(value, 0x7f) {
                    // Bits before the first byte without a continuation; 256 if there is none in ten.
                    let bits := clz(and(not(word), CONTINUED))
                    pos := add(pos, shr(3, bits))
                    value := shr(128, and(word, not(shr(add(bits, 8), not(0)))))
                    // Not shortest if the last byte is zero.
                    if iszero(byte(shr(3, bits), word)) { bits := 256 }
                    // Sixteen groups of 7 bits, the first on top, become one number with the first at the bottom:
                    // neighbours change places and close up, in lanes of 16, 32, 64 and 128 bits.
                    value := or(
                        shr(8, and(value, 0x7f007f007f007f007f007f007f007f00)),
                        shl(7, and(value, 0x7f007f007f007f007f007f007f007f))
                    )
                    value := or(
                        shr(16, and(value, 0xffff0000ffff0000ffff0000ffff0000)),
                        shl(14, and(value, 0xffff0000ffff0000ffff0000ffff))
                    )
                    value := or(
                        shr(32, and(value, 0xffffffff00000000ffffffff00000000)),
                        shl(28, and(value, 0xffffffff00000000ffffffff))
                    )
                    value := or(shr(64, value), shl(56, and(value, U64_MAX)))
                    if or(gt(bits, 79), gt(value, U64_MAX)) {
                        pos := not(0)
                        break
                    }
                }
                mstore(add(row, offset), value)
            }
            next := pos
        }
    }

    /// @notice Reads indexes of one byte into the table at `ids`; a row gets the address of the table's words.
    /// @return next the place after them
    /// @return named bit i: index i was read
    function readIds(uint256 row, uint256 offset, uint256 pos, uint256 ids)
        internal
        pure
        returns (uint256 next, uint256 named)
    {
        assembly ("memory-safe") {
            for {} row { row := mload(sub(row, 32)) } {
                let index := byte(0, mload(pos))
                named := or(named, shl(index, 1))
                mstore(add(row, offset), add(ids, shl(6, index)))
                pos := add(pos, 1)
            }
            next := pos
        }
    }

    /// @notice Reads numbers of `size` bytes, big-endian.
    function readBytes(uint256 row, uint256 offset, uint256 pos, uint256 size) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            let shift := sub(256, shl(3, size))
            for {} row { row := mload(sub(row, 32)) } {
                mstore(add(row, offset), shr(shift, mload(pos)))
                pos := add(pos, size)
            }
            next := pos
        }
    }

    /// @notice Copies values of `size` bytes, whole words, from calldata.
    function readRaw(uint256 row, uint256 offset, uint256 pos, uint256 size) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            for {} row { row := mload(sub(row, 32)) } {
                calldatacopy(add(row, offset), pos, size)
                pos := add(pos, size)
            }
            next := pos
        }
    }

    /// @notice Sum over a column of numbers below 2^64.
    function sum(uint256 row, uint256 offset) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            for {} row { row := mload(sub(row, 32)) } { total := add(total, mload(add(row, offset))) }
        }
    }

    function byteAt(uint256 pos) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(pos))
        }
    }
}
