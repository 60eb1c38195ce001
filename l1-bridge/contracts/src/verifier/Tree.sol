// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KEYED_TYPES, OBJECT_SYSTEM, OBJECT_TYPES, PAYLOAD_BYTES_WORD, TAG_NODE, TREE_DEPTH} from "../Protocol.sol";
import {Leaf, LEAF_FORM, LEAF_STRIDE, PrecompileFailed} from "./Leaf.sol";
import {State} from "./State.sol";

/// @notice The rest of an opened witness: what it takes to climb from its leaves to the root.
/// @param depth levels that the siblings reach
/// @param siblings calldata offset of the siblings
/// @param siblingsEnd their end
/// @param nodes memory address of the nodes of one level, each three words: index, hash before, hash after
/// @param nodesEnd their end, where there is room for one more word
struct Witness {
    uint256 depth;
    uint256 siblings;
    uint256 siblingsEnd;
    uint256 nodes;
    uint256 nodesEnd;
}

/// @notice Witnesses (docs/spec/chunk.md, section 4): leaves and one multiproof for all of them.
library Tree {
    /// @notice Fewer bytes than the counts ask for, or more.
    error WitnessLength(uint256 got, uint256 want);
    /// @notice A depth over TREE_DEPTH or no leaf.
    error WitnessHead(uint256 depth, uint256 count);
    /// @notice Leaf `index` is out of order, too high for the depth, of an impossible type or link form, or cut off.
    error WitnessLeaf(uint256 index);
    /// @notice More or fewer siblings than the leaves need.
    error WitnessSiblings(uint256 got, uint256 want);

    uint256 private constant NODE_BYTES = 96;

    /// @notice Reads a witness, fills in the leaves of `s` and hashes them.
    function open(State memory s, bytes calldata witness) internal view returns (Witness memory w) {
        if (witness.length < 5) revert WitnessLength(witness.length, 5);
        uint256 depth = uint8(witness[0]);
        uint256 count = uint16(bytes2(witness[1:3]));
        if (depth > TREE_DEPTH || count == 0) revert WitnessHead(depth, count);
        w.depth = depth;
        uint256 base;
        uint256 openLinks;
        uint256 nodes;
        assembly ("memory-safe") {
            base := mload(0x40)
            openLinks := add(base, mul(count, LEAF_STRIDE))
            nodes := add(openLinks, mul(count, 32))
            mstore(0x40, add(nodes, add(mul(count, NODE_BYTES), 32)))
        }
        s.system = Leaf.wrap(base + LEAF_FORM);
        s.last = Leaf.wrap(base + LEAF_FORM + (count - 1) * LEAF_STRIDE);
        s.openLinks = openLinks;
        w.nodes = nodes;
        w.nodesEnd = nodes + count * NODE_BYTES;

        uint256 pos;
        uint256 end;
        assembly ("memory-safe") {
            pos := add(witness.offset, 3)
            end := sub(add(witness.offset, witness.length), 2)
        }
        uint256 floor = 0;
        for (uint256 i = 0; i < count; i++) {
            Leaf leaf = Leaf.wrap(base + LEAF_FORM + i * LEAF_STRIDE);
            uint256 form;
            (pos, form) = _readLeaf(leaf, pos);
            uint256 id = leaf.id();
            uint256 objectType = leaf.typeOf();
            bool keyed = (KEYED_TYPES >> objectType) & 1 != 0;
            if (
                pos > end || id < floor || id >> depth != 0 || objectType >= OBJECT_TYPES || form > 2
                    || keyed == (form == 0) || (i == 0) != (objectType == OBJECT_SYSTEM) || (i == 0 && id != 0)
            ) revert WitnessLeaf(i);
            floor = id + 1;
            bytes32 hash = leaf.hash();
            assembly ("memory-safe") {
                if eq(form, 2) {
                    mstore(openLinks, leaf)
                    openLinks := add(openLinks, 32)
                }
                mstore(nodes, id)
                mstore(add(nodes, 32), hash)
                nodes := add(nodes, NODE_BYTES)
            }
        }
        s.openLinksEnd = openLinks;
        assembly ("memory-safe") {
            let siblings := add(pos, 2)
            mstore(add(w, 0x20), siblings)
            mstore(add(w, 0x40), add(siblings, shl(5, shr(240, calldataload(pos)))))
            pos := sub(siblings, witness.offset)
            end := sub(mload(add(w, 0x40)), witness.offset)
        }
        if (end != witness.length) revert WitnessLength(witness.length, end);
    }

    /// @notice The root over the leaves as they were read and the root over them as they are now. Uses `w` up.
    function roots(State memory s, Witness memory w) internal view returns (bytes32 preRoot, bytes32 postRoot) {
        uint256 node = w.nodes;
        uint256 end = Leaf.unwrap(s.last);
        for (uint256 pos = Leaf.unwrap(s.system); pos <= end; pos += LEAF_STRIDE) {
            bytes32 hash = Leaf.wrap(pos).hash();
            assembly ("memory-safe") {
                mstore(add(node, 64), hash)
                node := add(node, NODE_BYTES)
            }
        }
        uint256 siblings = w.siblings;
        end = w.nodesEnd;
        bool ok = true;
        for (uint256 level = 0; level < w.depth; level++) {
            bool good;
            (end, siblings, good) = _climbLevel(w.nodes, end, siblings);
            ok = ok && good;
        }
        if (siblings != w.siblingsEnd) {
            revert WitnessSiblings((w.siblingsEnd - w.siblings) / 32, (siblings - w.siblings) / 32);
        }
        (preRoot, postRoot) = _climbRest(w.nodes, w.depth);
        if (!ok) revert PrecompileFailed(2);
    }

    /// @dev Copies one leaf to memory. It is not judged: bytes past the witness's end are read as they come.
    function _readLeaf(Leaf leaf, uint256 from) private pure returns (uint256 pos, uint256 form) {
        assembly ("memory-safe") {
            let head := calldataload(from)
            pos := add(from, 5)
            form := byte(4, head)
            mstore(sub(leaf, 0xc0), form)
            mstore(sub(leaf, 0x60), shr(224, head))
            mstore(sub(leaf, 0x40), 0)
            switch form
            case 0 { mstore(sub(leaf, 0x20), 0) }
            case 1 {
                mstore(sub(leaf, 0x20), calldataload(pos))
                pos := add(pos, 32)
            }
            default {
                calldatacopy(sub(leaf, 0xa0), pos, 64)
                pos := add(pos, 64)
            }
            let size := byte(byte(0, calldataload(pos)), PAYLOAD_BYTES_WORD)
            calldatacopy(leaf, pos, add(size, iszero(size)))
            pos := add(pos, size)
        }
    }

    /// @dev Replaces the nodes of a level by their parents. A missing sibling is read from the proof, in order of index.
    /// The message is laid over the scratch space and the free memory pointer, so that its places are constants: tag at
    /// 0x1f, left at 0x20, right at 0x40.
    function _climbLevel(uint256 nodes, uint256 end, uint256 siblings)
        private
        view
        returns (uint256 newEnd, uint256 nextSibling, bool ok)
    {
        assembly ("memory-safe") {
            let freePointer := mload(0x40)
            mstore(0, TAG_NODE)
            // Never the index of a neighbour: it ends the last pair.
            mstore(end, not(0))
            ok := 1
            newEnd := nodes
            for {} lt(nodes, end) {} {
                let index := mload(nodes)
                switch eq(mload(add(nodes, NODE_BYTES)), xor(index, 1))
                case 0 {
                    // This node stands right if its index is odd; the sibling takes the other place.
                    let odd := shl(5, and(index, 1))
                    mstore(sub(0x40, odd), calldataload(siblings))
                    siblings := add(siblings, 32)
                    odd := add(0x20, odd)
                    mstore(odd, mload(add(nodes, 32)))
                    ok := and(ok, staticcall(gas(), 2, 0x1f, 65, add(newEnd, 32), 32))
                    mstore(odd, mload(add(nodes, 64)))
                }
                default {
                    mstore(0x20, mload(add(nodes, 32)))
                    let right := add(nodes, NODE_BYTES)
                    mstore(0x40, mload(add(right, 32)))
                    ok := and(ok, staticcall(gas(), 2, 0x1f, 65, add(newEnd, 32), 32))
                    mstore(0x20, mload(add(nodes, 64)))
                    mstore(0x40, mload(add(right, 64)))
                    nodes := right
                }
                ok := and(ok, staticcall(gas(), 2, 0x1f, 65, add(newEnd, 64), 32))
                mstore(newEnd, shr(1, index))
                newEnd := add(newEnd, NODE_BYTES)
                nodes := add(nodes, NODE_BYTES)
            }
            nextSibling := siblings
            mstore(0x40, freePointer)
        }
    }

    /// @dev Takes the only node from the witness's depth to the root: everything to the right of it is empty.
    function _climbRest(uint256 nodes, uint256 depth) private view returns (bytes32 preRoot, bytes32 postRoot) {
        bool ok;
        assembly ("memory-safe") {
            let message := add(mload(0x40), 32)
            let right := add(message, 32)
            let empty := add(message, 96) // root of an empty subtree, twice
            mstore8(sub(message, 1), TAG_NODE)
            mstore(empty, 0)
            mstore(add(empty, 32), 0)
            mstore8(sub(empty, 1), TAG_NODE)
            preRoot := mload(add(nodes, 32))
            postRoot := mload(add(nodes, 64))
            ok := 1
            for { let level := 0 } lt(level, TREE_DEPTH) { level := add(level, 1) } {
                if iszero(lt(level, depth)) {
                    mstore(right, mload(empty))
                    mstore(message, preRoot)
                    ok := and(ok, staticcall(gas(), 2, sub(message, 1), 65, 0, 32))
                    preRoot := mload(0)
                    mstore(message, postRoot)
                    ok := and(ok, staticcall(gas(), 2, sub(message, 1), 65, 0, 32))
                    postRoot := mload(0)
                }
                ok := and(ok, staticcall(gas(), 2, sub(empty, 1), 65, empty, 32))
                mstore(add(empty, 32), mload(empty))
            }
        }
        if (!ok) revert PrecompileFailed(2);
    }
}
