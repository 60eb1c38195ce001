// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LIST_DEPTH} from "../Protocol.sol";

/// @notice Lists of at most 2^LIST_DEPTH hashes under one root (docs/spec/l1.md, section 5): a keccak tree of fixed depth
/// whose leaves are keccak(0x00, value), whose absent leaves are zero and whose nodes are keccak(0x01, left, right).
library HashList {
    /// @notice More values than the list holds.
    error HashListTooLong(uint256 length);

    /// @notice The root over `values`. Overwrites `values`.
    /// @dev Works level by level in place. What is absent at a level is one subtree of absent leaves, whose hash is
    /// carried along, so the cost goes with the number of values.
    function root(bytes32[] memory values) internal pure returns (bytes32) {
        uint256 n = values.length;
        if (n > 2 ** LIST_DEPTH) revert HashListTooLong(n);
        for (uint256 i = 0; i < n; i++) {
            values[i] = leaf(values[i]);
        }
        bytes32 absent = 0;
        for (uint256 level = 0; level < LIST_DEPTH; level++) {
            uint256 half = (n + 1) / 2;
            for (uint256 i = 0; i < half; i++) {
                bytes32 right = 2 * i + 1 < n ? values[2 * i + 1] : absent;
                values[i] = node(values[2 * i], right);
            }
            absent = node(absent, absent);
            n = half;
        }
        return n == 0 ? absent : values[0];
    }

    /// @notice Whether `path` shows that entry `index` of the list under `listRoot` is `value`.
    function contains(bytes32 listRoot, bytes32 value, uint256 index, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        if (path.length != LIST_DEPTH || index >> LIST_DEPTH != 0) return false;
        bytes32 h = leaf(value);
        for (uint256 level = 0; level < LIST_DEPTH; level++) {
            h = (index >> level) & 1 == 0 ? node(h, path[level]) : node(path[level], h);
        }
        return h == listRoot;
    }

    /// @dev keccak(0x00, value), hashed in the scratch space.
    function leaf(bytes32 value) private pure returns (bytes32 h) {
        assembly ("memory-safe") {
            mstore8(0, 0)
            mstore(1, value)
            h := keccak256(0, 33)
        }
    }

    /// @dev keccak(0x01, left, right), hashed beyond the allocated memory.
    function node(bytes32 left, bytes32 right) private pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 1)
            mstore(add(p, 1), left)
            mstore(add(p, 33), right)
            h := keccak256(p, 65)
        }
    }
}
