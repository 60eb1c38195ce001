// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FIELD_AUX, FIELD_B20, FIELD_SIG64, FIELD_U8, FIELD_VAR, KIND_COUNT, OBJECTS_MAX} from "../Protocol.sol";
import {Leaf} from "./Leaf.sol";
import {KindInfo, Row} from "./Row.sol";
import {Slots, State} from "./State.sol";

/// @notice Inbox items: entries in wire form (docs/spec/entries.md, section 1).
library Wire {
    using KindInfo for bytes;
    using KindInfo for uint256;

    /// @notice Reads one item from calldata.
    /// @return ok false: malformed
    function decode(State memory s, bytes calldata item) internal pure returns (bool ok, Row row) {
        if (item.length == 0) return (false, row);
        uint256 kind = uint8(item[0]);
        if (kind == 0 || kind >= KIND_COUNT) return (false, row);
        uint256 info = s.kinds.ofKind(kind);
        if (item.length != info.wireBytes()) return (false, row);

        uint256 place;
        assembly ("memory-safe") {
            place := mload(0x40)
            row := place
            mstore(place, kind)
        }
        uint256 fields = info.fieldCount();
        // The words of ids follow the row.
        uint256 slot = place + info.rowBytes();
        assembly ("memory-safe") {
            mstore(0x40, add(slot, shl(6, fields)))
        }
        uint256 pos = 1;
        for (uint256 i = 0; i < fields; i++) {
            uint256 fieldType = info.fieldType(i);
            uint256 size = _size(fieldType);
            place += 32;
            uint256 value;
            assembly ("memory-safe") {
                value := shr(sub(256, shl(3, size)), calldataload(add(item.offset, pos)))
            }
            if (fieldType <= FIELD_AUX) {
                if (value >= OBJECTS_MAX) return (false, row);
                Leaf leaf = Slots.lookup(s, value);
                assembly ("memory-safe") {
                    mstore(slot, value)
                    mstore(add(slot, 32), leaf)
                }
                value = slot;
                slot += 64;
            } else if (fieldType == FIELD_SIG64) {
                assembly ("memory-safe") {
                    mstore(add(place, 32), calldataload(add(add(item.offset, pos), 32)))
                }
                size = 64;
            }
            assembly ("memory-safe") {
                mstore(place, value)
            }
            pos += size;
        }
        return (true, row);
    }

    /// @dev Bytes of a field, at most a word of them: the first half of a signature.
    function _size(uint256 fieldType) private pure returns (uint256) {
        if (fieldType <= FIELD_AUX) return 4;
        if (fieldType == FIELD_U8) return 1;
        if (fieldType == FIELD_VAR) return 8;
        return fieldType == FIELD_B20 ? 20 : 32;
    }
}
