// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {HashList} from "../src/lib/HashList.sol";
import {Base} from "./Base.sol";
import {Lists} from "./support/Lists.sol";

/// @notice HashList against the list of docs/spec/l1.md, section 5, written out plainly.
contract HashListTest is Base {
    function rootOf(bytes32[] memory values) external pure returns (bytes32) {
        return HashList.root(values);
    }

    function contains(bytes32 listRoot, bytes32 value, uint256 index, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return HashList.contains(listRoot, value, index, path);
    }

    function someValues(uint256 n, uint256 seed) internal pure returns (bytes32[] memory out) {
        out = new bytes32[](n);
        for (uint256 i = 0; i < n; i++) {
            out[i] = keccak256(abi.encode(seed, i));
        }
    }

    function test_root_everyLength_succeeds() public view {
        uint16[12] memory lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 127, 255, 256];
        for (uint256 i = 0; i < lengths.length; i++) {
            bytes32[] memory v = someValues(lengths[i], i);
            eq(this.rootOf(v), Lists.root(v), "root");
        }
    }

    function testFuzz_root_succeeds(uint8 length, uint256 seed) public view {
        bytes32[] memory v = someValues(length, seed);
        eq(this.rootOf(v), Lists.root(v), "root");
    }

    function test_root_tooLong_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(HashList.HashListTooLong.selector, 257));
        this.rootOf(new bytes32[](257));
    }

    function testFuzz_contains_itsOwnValues_succeeds(uint8 length, uint8 place, uint256 seed) public view {
        uint256 n = bound(length, 1, 255);
        uint256 i = bound(place, 0, n - 1);
        bytes32[] memory v = someValues(n, seed);
        check(this.contains(Lists.root(v), v[i], i, Lists.path(v, i)), "contains");
    }

    function testFuzz_contains_anythingElse_refused(uint8 length, uint8 place, uint8 other, uint8 level, uint8 bit)
        public
        view
    {
        uint256 n = bound(length, 1, 255);
        uint256 i = bound(place, 0, n - 1);
        bytes32[] memory v = someValues(n, 1);
        bytes32 root = Lists.root(v);
        bytes32[] memory path = Lists.path(v, i);
        bytes32 flip = bytes32(uint256(1) << bit);
        check(!this.contains(root, v[i] ^ flip, i, path), "another value");
        check(!this.contains(root ^ flip, v[i], i, path), "another root");
        if (other != i) check(!this.contains(root, v[i], other, path), "another index");
        check(!this.contains(root, v[i], i + 256, path), "index beyond the list");
        path[level % 8] ^= flip;
        check(!this.contains(root, v[i], i, path), "another path");
    }

    function test_contains_pathOfOtherLength_refused() public view {
        bytes32[] memory v = someValues(256, 2);
        bytes32[] memory path = Lists.path(v, 0);
        bytes32[] memory shorter = new bytes32[](7);
        bytes32[] memory longer = new bytes32[](9);
        for (uint256 i = 0; i < 7; i++) {
            shorter[i] = path[i + 1];
            longer[i] = path[i];
        }
        longer[7] = path[7];
        // A node is never taken for a value, nor a value for a node, nor an absent leaf for anything.
        check(!this.contains(Lists.root(v), Lists.nodes(v)[128], 0, shorter), "node as value");
        check(!this.contains(Lists.root(v), v[0], 0, longer), "too long");
        check(!this.contains(Lists.root(v), v[0], 0, new bytes32[](0)), "empty path");
        check(!this.contains(v[0], v[0], 0, new bytes32[](0)), "value as root");
        bytes32[] memory few = someValues(3, 3);
        check(!this.contains(Lists.root(few), 0, 3, Lists.path(few, 3)), "absent leaf as zero");
    }
}
