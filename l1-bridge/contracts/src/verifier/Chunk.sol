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
        if (data.length < 3 || data.length > CHUNK_BYTES_MAX || uint8(data[0]) != CHUNK_FORMAT) return (false, entries);
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
    function row(Entries memory entries, uint256 index) internal pure returns (Row value) {
        assembly ("memory-safe") {
            value := mload(add(mload(add(entries, 0x20)), shl(5, index)))
        }
    }

    function _readSections(bytes memory kinds, Reader memory r, Entries memory entries) private pure returns (bool) {
        if (r.plainEnd - r.plain < 2) return false;
        uint256 idCount = Columns.byteAt(r.plain);
        uint256 count = Columns.byteAt(r.plain + 1);
        r.plain += 2;
        if (idCount > CHUNK_LEAVES_MAX - 1 || count == 0 || count > CHUNK_ENTRIES_MAX) return false;
        if (r.plainEnd - r.plain < count) return false;
        entries.count = count;
        entries.idCount = idCount;

        // Counts per kind, then the first row per kind.
        uint256[KIND_COUNT] memory perKind;
        if (!_readKinds(kinds, perKind, r.plain, count, idCount)) return false;
        uint256[KIND_COUNT] memory firstRows;
        entries.rows = _placeRows(kinds, perKind, firstRows, r.plain, count);
        r.plain += count;
        entries.ids = _alloc(idCount * 64);
        if (!_readIds(r, entries.ids, idCount)) return false;

        uint256 links = 0;
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            uint256 rows = perKind[kind];
            if (rows == 0) continue;
            if (!_readColumns(r, kinds.ofKind(kind), firstRows[kind], rows, entries.ids, idCount)) return false;
            if (kind == KIND_STREAM_TICK) {
                links = Columns.sum(
                    firstRows[kind] + 32 * STREAM_TICK_COUNT, kinds.ofKind(kind).rowBytes(), rows
                );
            }
        }
        return r.plain == r.plainEnd && r.raw == r.rawEnd && r.named == (1 << idCount) - 1 && links <= CHUNK_LINKS_MAX;
    }

    /// @dev Counts the kinds of the `count` bytes at `pos`; false if one may not be posted or the sums pass a bound.
    function _readKinds(
        bytes memory kinds,
        uint256[KIND_COUNT] memory perKind,
        uint256 pos,
        uint256 count,
        uint256 idCount
    ) private pure returns (bool) {
        uint256 leaves = idCount + 1;
        uint256 weight = 0;
        for (uint256 end = pos + count; pos < end; pos++) {
            uint256 kind = Columns.byteAt(pos);
            if (kind == 0 || kind >= KIND_COUNT) return false;
            uint256 info = kinds.ofKind(kind);
            if (info.isInboxOnly()) return false;
            leaves += info.implicitLeaves();
            weight += info.gasWeight();
            perKind[kind]++;
        }
        return leaves <= CHUNK_LEAVES_MAX && weight <= CHUNK_GAS_MAX;
    }

    /// @dev Makes rows, those of one kind side by side, and the list of them in order of entry.
    function _placeRows(
        bytes memory kinds,
        uint256[KIND_COUNT] memory perKind,
        uint256[KIND_COUNT] memory firstRows,
        uint256 pos,
        uint256 count
    ) private pure returns (uint256 list) {
        uint256[KIND_COUNT] memory nextRows;
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            if (perKind[kind] == 0) continue;
            uint256 first = _alloc(perKind[kind] * kinds.ofKind(kind).rowBytes());
            firstRows[kind] = first;
            nextRows[kind] = first;
        }
        list = _alloc(count * 32);
        for (uint256 i = 0; i < count; i++) {
            uint256 kind = Columns.byteAt(pos + i);
            uint256 next = nextRows[kind];
            nextRows[kind] = next + kinds.ofKind(kind).rowBytes();
            assembly ("memory-safe") {
                mstore(next, kind)
                mstore(add(list, shl(5, i)), next)
            }
        }
    }

    function _readIds(Reader memory r, uint256 ids, uint256 idCount) private pure returns (bool) {
        uint256 pos = Columns.readVars(ids, 64, idCount, r.plain, r.plainEnd);
        if (pos == 0) return false;
        r.plain = pos;
        uint256 next = 0;
        bool ok = true;
        assembly ("memory-safe") {
            for { let end := add(ids, shl(6, idCount)) } lt(ids, end) { ids := add(ids, 64) } {
                let id := add(next, mload(ids))
                next := add(id, 1)
                ok := and(ok, and(lt(id, OBJECTS_MAX), iszero(iszero(id))))
                mstore(ids, id)
            }
        }
        return ok;
    }

    /// @dev Reads the columns of one kind.
    function _readColumns(Reader memory r, uint256 info, uint256 rows, uint256 count, uint256 ids, uint256 idCount)
        private
        pure
        returns (bool)
    {
        uint256 stride = info.rowBytes();
        uint256 fields = info.fieldCount();
        for (uint256 i = 0; i < fields; i++) {
            uint256 fieldType = info.fieldType(i);
            rows += 32;
            if (fieldType == FIELD_VAR) {
                uint256 pos = Columns.readVars(rows, stride, count, r.plain, r.plainEnd);
                if (pos == 0) return false;
                r.plain = pos;
            } else if (fieldType <= FIELD_AUX) {
                if (r.plainEnd - r.plain < count) return false;
                uint256 named = Columns.readIds(rows, stride, count, r.plain, ids);
                if (named >> idCount != 0) return false;
                r.named |= named;
                r.plain += count;
            } else if (fieldType < FIELD_RND32) {
                uint256 size = fieldType == FIELD_U8 ? 1 : fieldType == FIELD_B20 ? 20 : 32;
                if (r.plainEnd - r.plain < count * size) return false;
                Columns.readBytes(rows, stride, count, r.plain, size);
                r.plain += count * size;
            } else {
                uint256 size = fieldType == FIELD_RND32 ? 32 : 64;
                if (r.rawEnd - r.raw < count * size) return false;
                Columns.readRaw(rows, stride, count, r.raw, size);
                r.raw += count * size;
            }
        }
        return true;
    }

    function _alloc(uint256 size) private pure returns (uint256 pos) {
        assembly ("memory-safe") {
            pos := mload(0x40)
            mstore(0x40, add(pos, size))
        }
    }
}
