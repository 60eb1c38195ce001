// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The lists and trees of docs/spec/l1.md written out plainly, to compare the contracts with.
library Lists {
    uint256 internal constant LEAVES = 256;

    /// @notice All nodes of a list: 1 is the root, 2n and 2n+1 are below n, leaf i is 256 + i.
    function nodes(bytes32[] memory values) internal pure returns (bytes32[] memory t) {
        t = new bytes32[](2 * LEAVES);
        for (uint256 i = 0; i < values.length; i++) {
            t[LEAVES + i] = keccak256(bytes.concat(hex"00", values[i]));
        }
        for (uint256 n = LEAVES - 1; n > 0; n--) {
            t[n] = keccak256(bytes.concat(hex"01", t[2 * n], t[2 * n + 1]));
        }
    }

    function root(bytes32[] memory values) internal pure returns (bytes32) {
        return nodes(values)[1];
    }

    /// @notice The siblings of leaf `index`, lowest first.
    function path(bytes32[] memory values, uint256 index) internal pure returns (bytes32[] memory p) {
        bytes32[] memory t = nodes(values);
        p = new bytes32[](8);
        uint256 n = LEAVES + index;
        for (uint256 level = 0; level < 8; level++) {
            p[level] = t[n ^ 1];
            n /= 2;
        }
    }

    /// @notice The run (length uint16, bytes)* of `parts`.
    function run(bytes[] memory parts) internal pure returns (bytes memory out) {
        for (uint256 i = 0; i < parts.length; i++) {
            out = bytes.concat(out, bytes2(uint16(parts[i].length)), parts[i]);
        }
    }

    function hashes(bytes[] memory parts) internal pure returns (bytes32[] memory out) {
        out = new bytes32[](parts.length);
        for (uint256 i = 0; i < parts.length; i++) {
            out[i] = keccak256(parts[i]);
        }
    }
}

/// @notice A state tree of 2^depth leaves under the fixed depth of 32.
library StateTree {
    function withdrawalLeaf(address to, uint64 amount) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", bytes32(0), hex"07", bytes20(to), bytes8(amount)));
    }

    function node(bytes32 l, bytes32 r) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"01", l, r));
    }

    /// @notice Hash of a subtree of empty leaves.
    function empty(uint256 level) internal pure returns (bytes32 h) {
        for (uint256 i = 0; i < level; i++) {
            h = node(h, h);
        }
    }

    /// @notice Root over `leaves`, whose number is a power of two, and the siblings of `id` below that power.
    function build(bytes32[] memory leaves, uint256 id)
        internal
        pure
        returns (bytes32 root, bytes32[] memory siblings)
    {
        uint256 n = leaves.length;
        uint256 depth = 0;
        while (1 << depth < n) depth++;
        siblings = new bytes32[](depth);
        bytes32[] memory row = new bytes32[](n);
        for (uint256 i = 0; i < n; i++) {
            row[i] = leaves[i];
        }
        for (uint256 level = 0; level < 32; level++) {
            if (level < depth) {
                siblings[level] = row[id ^ 1];
                id /= 2;
                n /= 2;
                for (uint256 i = 0; i < n; i++) {
                    row[i] = node(row[2 * i], row[2 * i + 1]);
                }
            } else {
                row[0] = node(row[0], empty(level));
            }
        }
        root = row[0];
    }
}
