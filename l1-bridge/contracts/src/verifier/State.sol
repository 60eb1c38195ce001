// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KIND_COUNT, OBJECT_EMPTY, OBJECT_FREE, OBJECTS_MAX, OBJECTS_RESERVE} from "../Protocol.sol";
import {AT_FREE_NEXT, AT_SYSTEM_FREE_HEAD, AT_SYSTEM_NEXT_ID} from "../Protocol.sol";
import {Leaf, LEAF_FORM, LEAF_ID, LEAF_KEY, LEAF_NEXT, LEAF_STRIDE, LINK_OPEN} from "./Leaf.sol";
import {LeafMissing} from "./Row.sol";

/// @notice What one chunk is executed on: the witness's leaves as they are now, and what stands around them.
/// @param system the system object, which is the first leaf; the others follow at a distance of LEAF_STRIDE, ids ascending
/// @param last the last leaf
/// @param openLinks memory address of the list of leaves whose link is open
/// @param openLinksEnd its end; it has room for every leaf
/// @param domain EIP-712 domain separator
/// @param time ledger time, seconds
/// @param inbox whether entries are inbox items
/// @param kinds KIND_INFO: a word per kind
/// @param typehashes EIP-712 type hash per signed kind
struct State {
    Leaf system;
    Leaf last;
    uint256 openLinks;
    uint256 openLinksEnd;
    bytes32 domain;
    uint256 time;
    bool inbox;
    bytes kinds;
    bytes32[KIND_COUNT] typehashes;
}

/// @notice Leaves by id and by key, and the making and freeing of slots (docs/spec/state.md, section 2).
library Slots {
    /// @notice No open link of the witness has this key or encloses it.
    error LinkMissing(bytes32 key);
    /// @notice The witness proves a state that no sequence of entries leads to.
    error StateInconsistent();

    /// @notice The leaf with an id; 0 if the witness has none.
    function lookup(State memory s, uint256 id) internal pure returns (Leaf leaf) {
        Leaf first = s.system;
        Leaf last = s.last;
        assembly ("memory-safe") {
            let low := 0
            let high := div(sub(last, first), LEAF_STRIDE)
            for {} lt(low, high) {} {
                let middle := shr(1, add(low, high))
                switch lt(mload(sub(add(first, mul(middle, LEAF_STRIDE)), LEAF_ID)), id)
                case 0 { high := middle }
                default { low := add(middle, 1) }
            }
            leaf := add(first, mul(low, LEAF_STRIDE))
            leaf := mul(leaf, eq(mload(sub(leaf, LEAF_ID)), id))
        }
    }

    /// @notice The object with that key, or its predecessor.
    function find(State memory s, bytes32 key) internal pure returns (bool found, Leaf leaf) {
        uint256 pos = s.openLinks;
        uint256 end = s.openLinksEnd;
        assembly ("memory-safe") {
            for {} lt(pos, end) { pos := add(pos, 32) } {
                let candidate := mload(pos)
                let here := mload(sub(candidate, LEAF_KEY))
                if iszero(gt(here, key)) {
                    found := eq(here, key)
                    let next := mload(sub(candidate, LEAF_NEXT))
                    if or(found, or(iszero(next), lt(key, next))) {
                        leaf := candidate
                        break
                    }
                }
            }
        }
        if (Leaf.unwrap(leaf) == 0) revert LinkMissing(key);
    }

    /// @notice Whether `create` finds a slot; the entry is refused with STATE_FULL otherwise.
    function hasRoom(State memory s) internal pure returns (bool) {
        uint256 end = s.inbox ? OBJECTS_MAX : OBJECTS_MAX - OBJECTS_RESERVE;
        return s.system.get(AT_SYSTEM_FREE_HEAD) != 0 || s.system.get(AT_SYSTEM_NEXT_ID) < end;
    }

    /// @notice Takes a slot for an object without a key; its fields are zero. `hasRoom` must have been checked.
    function create(State memory s, uint256 objectType) internal pure returns (Leaf leaf) {
        Leaf system = s.system;
        uint256 slot = system.get(AT_SYSTEM_FREE_HEAD);
        if (slot != 0) {
            leaf = _need(s, slot);
            if (leaf.typeOf() != OBJECT_FREE) revert StateInconsistent();
            system.set(AT_SYSTEM_FREE_HEAD, leaf.get(AT_FREE_NEXT));
        } else {
            slot = system.get(AT_SYSTEM_NEXT_ID);
            leaf = _need(s, slot);
            if (leaf.typeOf() != OBJECT_EMPTY) revert StateInconsistent();
            system.set(AT_SYSTEM_NEXT_ID, slot + 1);
        }
        leaf.retype(objectType);
    }

    /// @notice Takes a slot for an object with a key and links it after its predecessor, whose link is open.
    function createKeyed(State memory s, uint256 objectType, bytes32 key, Leaf predecessor)
        internal
        pure
        returns (Leaf leaf)
    {
        leaf = create(s, objectType);
        uint256 end = s.openLinksEnd;
        s.openLinksEnd = end + 32;
        assembly ("memory-safe") {
            mstore(sub(leaf, LEAF_FORM), LINK_OPEN)
            mstore(sub(leaf, LEAF_KEY), key)
            mstore(sub(leaf, LEAF_NEXT), mload(sub(predecessor, LEAF_NEXT)))
            mstore(sub(predecessor, LEAF_NEXT), key)
            mstore(end, leaf)
        }
    }

    /// @notice Frees the slot of an object without a key.
    function release(State memory s, Leaf leaf) internal pure {
        leaf.retype(OBJECT_FREE);
        leaf.set(AT_FREE_NEXT, s.system.get(AT_SYSTEM_FREE_HEAD));
        s.system.set(AT_SYSTEM_FREE_HEAD, leaf.id());
    }

    function _need(State memory s, uint256 id) private pure returns (Leaf leaf) {
        leaf = lookup(s, id);
        if (Leaf.unwrap(leaf) == 0) revert LeafMissing(id);
    }
}
