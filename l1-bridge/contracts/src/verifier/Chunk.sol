// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    CHUNK_BYTES_MAX,
    CHUNK_ENTRIES_MAX,
    CHUNK_FORMAT,
    CHUNK_GAS_MAX,
    CHUNK_LEAVES_MAX,
    CHUNK_LINKS_MAX,
    CHUNK_PLAIN_MAX,
    CHUNK_RAW_MAX,
    FIELD_AUX,
    FIELD_B20,
    FIELD_B32,
    FIELD_RND32,
    FIELD_U8,
    FIELD_VAR,
    KIND_COUNT,
    KIND_STREAM_TICK,
    OBJECTS_MAX,
    STREAM_TICK_COUNT
} from "../Protocol.sol";
import {IZstdDecoder} from "../interfaces/IZstdDecoder.sol";
import {Columns} from "./Columns.sol";
import {Leaf, LEAF_ID, LEAF_STRIDE} from "./Leaf.sol";
import {KindInfo, Row} from "./Row.sol";
import {State} from "./State.sol";

/// @notice A decoded chunk.
/// @param count entries
/// @param rows memory address of the list of their rows, in order
/// @param idCount ids in the table
/// @param ids memory address of the table, two words per id: the id, and its leaf once `Chunk.resolve` has run
struct Entries {
    uint256 count;
    uint256 rows;
    uint256 idCount;
    uint256 ids;
}

/// @notice Posted chunks (docs/spec/chunk.md, section 1): format, raw section, frame; columns to rows.
/// @dev What cannot be decoded is a returned value. Nothing here reverts but for a lack of gas.
library Chunk {
    using KindInfo for bytes;
    using KindInfo for uint256;

    /// @dev Positions in the two sections while columns are read.
    struct Reader {
        uint256 plain; // memory address
        uint256 plainEnd;
        uint256 raw; // calldata offset
        uint256 rawEnd;
        uint256 named; // bit i: id i of the table is named
    }

    /// @notice Decodes a chunk as posted. Ids of its table are not yet leaves.
    /// @return ok false: undecodable
    function decode(bytes memory kinds, IZstdDecoder decoder, bytes calldata data)
        internal
        view
        returns (bool ok, Entries memory entries)
    {
        if (data.length < 3 || data.length > CHUNK_BYTES_MAX || uint8(data[0]) != CHUNK_FORMAT) {
            return (false, entries);
        }
        uint256 rawLength = uint16(bytes2(data[1:3]));
        if (rawLength > CHUNK_RAW_MAX || rawLength > data.length - 3) return (false, entries);
        // The call reverts if the decoder does: its failure is no verdict.
        (bool within, bytes memory plain) = decoder.decode(data[3 + rawLength:]);
        if (!within || plain.length > CHUNK_PLAIN_MAX) return (false, entries);
        Reader memory r;
        assembly ("memory-safe") {
            let pos := add(plain, 32)
            mstore(r, pos)
            mstore(add(r, 0x20), add(pos, mload(plain)))
            pos := add(data.offset, 3)
            mstore(add(r, 0x40), pos)
            mstore(add(r, 0x60), add(pos, rawLength))
        }
        ok = _readSections(kinds, r, entries);
    }

    /// @notice Puts the leaves of `s` into the table; 0 where the witness has none.
    function resolve(State memory s, Entries memory entries) internal pure {
        uint256 pos = entries.ids;
        uint256 end = pos + 64 * entries.idCount;
        Leaf leaf = s.system;
        Leaf last = s.last;
        assembly ("memory-safe") {
            // Both lists ascend.
            for {} lt(pos, end) { pos := add(pos, 64) } {
                let id := mload(pos)
                for {} and(lt(mload(sub(leaf, LEAF_ID)), id), lt(leaf, last)) {} { leaf := add(leaf, LEAF_STRIDE) }
                mstore(add(pos, 32), mul(leaf, eq(mload(sub(leaf, LEAF_ID)), id)))
            }
        }
    }

    /// @notice Row `index` of the chunk.
    function rowAt(Entries memory entries, uint256 index) internal pure returns (Row value) {
        assembly ("memory-safe") {
            value := mload(add(mload(add(entries, 0x20)), shl(5, index)))
        }
    }

    function _readSections(bytes memory kinds, Reader memory r, Entries memory entries) private pure returns (bool) {
        unchecked {
            uint256 pos = r.plain;
            uint256 count = Columns.byteAt(pos + 1);
            uint256 idCount = Columns.byteAt(pos);
            pos += 2;
            if (r.plainEnd < pos + count || idCount > CHUNK_LEAVES_MAX - 1) return false;
            if (count == 0 || count > CHUNK_ENTRIES_MAX) return false;
            entries.count = count;
            entries.idCount = idCount;
            entries.rows = _alloc(count * 32);
            uint256[KIND_COUNT] memory firstRows;
            if (!_readKinds(kinds, firstRows, entries.rows, pos, count, idCount)) return false;
            pos = _readIds(entries, pos + count, r.plainEnd);
            if (pos == 0) return false;
            r.plain = pos;
            for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
                uint256 row = firstRows[kind];
                if (row != 0 && !_readColumns(r, kinds.ofKind(kind), row, entries.ids)) return false;
            }
            uint256 links = Columns.sum(firstRows[KIND_STREAM_TICK], 32 * STREAM_TICK_COUNT);
            return r.plain == r.plainEnd && r.raw == r.rawEnd && r.named == 2 ** idCount - 1 && links <= CHUNK_LINKS_MAX;
        }
    }

    /// @dev Makes a row for each of the `count` kinds at `pos`, listed at `list` and chained by kind from `firstRows`.
    /// False if one may not be posted, or if the sums of leaves or weights pass their bounds.
    function _readKinds(
        bytes memory kinds,
        uint256[KIND_COUNT] memory firstRows,
        uint256 list,
        uint256 pos,
        uint256 count,
        uint256 idCount
    ) private pure returns (bool) {
        // Per kind, the word that is to hold the next row.
        uint256[KIND_COUNT] memory ends;
        uint256 leaves = idCount + 1;
        uint256 weight = 0;
        unchecked {
            for (uint256 kind = 0; kind < KIND_COUNT; kind++) {
                assembly ("memory-safe") {
                    mstore(add(ends, shl(5, kind)), add(firstRows, shl(5, kind)))
                }
            }
            for (uint256 last = pos + count; pos < last; pos++) {
                uint256 kind = Columns.byteAt(pos);
                if (kind >= KIND_COUNT) return false;
                uint256 info = kinds.ofKind(kind);
                if (info.isInboxOnly()) return false;
                leaves += info.implicitLeaves();
                weight += info.gasWeight();
                uint256 row = _alloc(32 + info.rowBytes()) + 32;
                assembly ("memory-safe") {
                    mstore(sub(row, 32), 0)
                    mstore(row, kind)
                    let end := add(ends, shl(5, kind))
                    mstore(mload(end), row)
                    mstore(end, sub(row, 32))
                    mstore(list, row)
                    list := add(list, 32)
                }
            }
        }
        return leaves <= CHUNK_LEAVES_MAX && weight <= CHUNK_GAS_MAX;
    }

    /// @dev Makes the table of ids. Returns the place after them; 0 if they are malformed, out of range or pass the end.
    function _readIds(Entries memory entries, uint256 pos, uint256 plainEnd) private pure returns (uint256) {
        uint256 idCount = entries.idCount;
        uint256 ids = _alloc(idCount * 64 + 32) + 32;
        entries.ids = ids;
        if (idCount == 0) return pos;
        bool ok = true;
        assembly ("memory-safe") {
            // Chained like rows: until there are leaves, the word before an id holds the place of the next one.
            let last := add(ids, shl(6, sub(idCount, 1)))
            for { let row := ids } lt(row, last) { row := add(row, 64) } { mstore(sub(row, 32), add(row, 64)) }
            mstore(sub(last, 32), 0)
        }
        pos = Columns.readVars(ids, 0, pos);
        assembly ("memory-safe") {
            let next := 0
            for { let end := add(ids, shl(6, idCount)) } lt(ids, end) { ids := add(ids, 64) } {
                let id := add(next, mload(ids))
                next := add(id, 1)
                ok := and(ok, and(lt(id, OBJECTS_MAX), iszero(iszero(id))))
                mstore(ids, id)
            }
        }
        return ok && pos <= plainEnd ? pos : 0;
    }

    /// @dev Reads the columns of one kind.
    function _readColumns(Reader memory r, uint256 info, uint256 row, uint256 ids) private pure returns (bool) {
        unchecked {
            uint256 pos = r.plain;
            uint256 raw = r.raw;
            uint256 named = 0;
            uint256 end = 32 * info.fieldCount();
            // The type of the field at hand is in the top byte.
            uint256 types = info << 128;
            for (uint256 offset = 32; offset <= end; offset += 32) {
                uint256 fieldType = types >> 248;
                types <<= 8;
                if (fieldType == FIELD_VAR) {
                    pos = Columns.readVars(row, offset, pos);
                } else if (fieldType <= FIELD_AUX) {
                    uint256 more;
                    (pos, more) = Columns.readIds(row, offset, pos, ids);
                    named |= more;
                } else if (fieldType < FIELD_RND32) {
                    uint256 size = fieldType == FIELD_U8 ? 1 : fieldType == FIELD_B20 ? 20 : 32;
                    pos = Columns.readBytes(row, offset, pos, size);
                } else {
                    raw = Columns.readRaw(row, offset, raw, fieldType == FIELD_RND32 ? 32 : 64);
                }
                if (pos > r.plainEnd || raw > r.rawEnd) return false;
            }
            r.plain = pos;
            r.raw = raw;
            r.named |= named;
            return true;
        }
    }

    function _alloc(uint256 size) private pure returns (uint256 pos) {
        assembly ("memory-safe") {
            pos := mload(0x40)
            mstore(0x40, add(pos, size))
        }
    }
}
