// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OBJECT_ACCOUNT, OBJECT_ASSET, OBJECT_EDGE, OBJECT_SHARE, TAG_KEY} from "../Protocol.sol";
import {PrecompileFailed} from "./Leaf.sol";

/// @notice Keys of objects that exist once (docs/spec/state.md, section 2), and SHA-256 over memory.
library Keys {
    function account(uint256 addr) internal view returns (bytes32) {
        return key(OBJECT_ACCOUNT, addr << 96, 20);
    }

    function asset(uint256 content) internal view returns (bytes32) {
        return key(OBJECT_ASSET, content, 32);
    }

    function edge(uint256 child, uint256 beneficiary) internal view returns (bytes32) {
        return key(OBJECT_EDGE, (child << 224) | (beneficiary << 192), 8);
    }

    function share(uint256 ofAsset, uint256 holder) internal view returns (bytes32) {
        return key(OBJECT_SHARE, (ofAsset << 224) | (holder << 192), 8);
    }

    /// @notice SHA-256 of two words.
    function hashPair(uint256 a, uint256 b) internal view returns (uint256 h) {
        bool ok;
        assembly ("memory-safe") {
            mstore(0, a)
            mstore(0x20, b)
            ok := staticcall(gas(), 2, 0, 0x40, 0, 0x20)
            h := mload(0)
        }
        if (!ok) revert PrecompileFailed(2);
    }

    /// @notice SHA-256 applied `count` times to a word.
    function chain(uint256 word, uint256 count) internal view returns (uint256 h) {
        bool ok;
        assembly ("memory-safe") {
            mstore(0, word)
            ok := 1
            for {} count { count := sub(count, 1) } { ok := and(ok, staticcall(gas(), 2, 0, 0x20, 0, 0x20)) }
            h := mload(0)
        }
        if (!ok) revert PrecompileFailed(2);
    }

    /// @dev sha256(TAG_KEY, type, the first `size` bytes of `parts`).
    function key(uint256 objectType, uint256 parts, uint256 size) private view returns (bytes32 h) {
        bool ok;
        assembly ("memory-safe") {
            mstore8(0, TAG_KEY)
            mstore8(1, objectType)
            mstore(2, parts)
            ok := staticcall(gas(), 2, 0, add(size, 2), 0, 0x20)
            h := mload(0)
        }
        if (!ok) revert PrecompileFailed(2);
    }
}
