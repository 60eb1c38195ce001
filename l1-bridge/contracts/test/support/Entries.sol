// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../../src/Protocol.sol";

/// @notice Entries and their encodings, written for tests from docs/spec: wire form, and posted chunks with a raw frame.
abstract contract Entries {
    /// @dev Fields by position; position 0 is unused. A signature is r and vs, not in `f`.
    struct Entry {
        uint256 kind;
        uint256[15] f;
        bytes32 r;
        bytes32 vs;
    }

    function fieldTypes(uint256 kind) internal pure returns (bytes memory) {
        bytes[KIND_COUNT] memory t = [
            bytes(""),
            FIELDS_DEPOSIT,
            FIELDS_TRANSFER,
            FIELDS_ACCOUNT_OPEN,
            FIELDS_WITHDRAW,
            FIELDS_ASSET_REGISTER,
            FIELDS_EDGE_ADD,
            FIELDS_EDGE_INHERIT,
            FIELDS_ASSET_OPEN,
            FIELDS_ASSET_PRICE,
            FIELDS_ASSET_RETIRE,
            FIELDS_SHARE_ISSUE,
            FIELDS_SHARE_TRANSFER,
            FIELDS_PAY,
            FIELDS_STREAM_OPEN,
            FIELDS_STREAM_TOPUP,
            FIELDS_STREAM_TICK,
            FIELDS_STREAM_VOUCHER,
            FIELDS_STREAM_CLOSE,
            FIELDS_SETTLE,
            FIELDS_CLAIM,
            FIELDS_CLAIM_OWNER,
            FIELDS_PARAM
        ];
        return t[kind];
    }

    function typehashOf(uint256 kind) internal pure returns (bytes32) {
        bytes32[KIND_COUNT] memory t;
        fillTypehashes(t);
        return t[kind];
    }

    /// @dev The low `size` bytes of a value.
    function tail(uint256 value, uint256 size) internal pure returns (bytes memory out) {
        out = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            // forge-lint: disable-next-line(unsafe-typecast) -- one byte is meant
            out[i] = bytes1(uint8(value >> (8 * (size - 1 - i))));
        }
    }

    function wireSize(uint256 fieldType) internal pure returns (uint256) {
        if (fieldType <= FIELD_AUX) return 4;
        if (fieldType == FIELD_U8) return 1;
        if (fieldType == FIELD_VAR) return 8;
        if (fieldType == FIELD_B20) return 20;
        return 32;
    }

    function wire(Entry memory e) internal pure returns (bytes memory out) {
        bytes memory types = fieldTypes(e.kind);
        out = tail(e.kind, 1);
        for (uint256 i = 0; i < types.length; i++) {
            uint256 t = uint8(types[i]);
            out = t == FIELD_SIG64 ? bytes.concat(out, e.r, e.vs) : bytes.concat(out, tail(e.f[i + 1], wireSize(t)));
        }
    }

    function leb(uint256 value) internal pure returns (bytes memory out) {
        while (value >= 128) {
            out = bytes.concat(out, tail(128 | (value & 127), 1));
            value >>= 7;
        }
        return bytes.concat(out, tail(value, 1));
    }

    /// @dev A frame of one raw block.
    function rawFrame(bytes memory content) internal pure returns (bytes memory) {
        uint256 n = content.length;
        bytes memory size =
            n < 256 ? abi.encodePacked(hex"20", uint8(n)) : abi.encodePacked(hex"60", little(n - 256, 2));
        return bytes.concat(hex"28b52ffd", size, little((n << 3) | 1, 3), content);
    }

    function little(uint256 value, uint256 size) internal pure returns (bytes memory out) {
        out = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            // forge-lint: disable-next-line(unsafe-typecast) -- one byte is meant
            out[i] = bytes1(uint8(value >> (8 * i)));
        }
    }

    function assemble(bytes memory raw, bytes memory plain) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(CHUNK_FORMAT), uint16(raw.length), raw, rawFrame(plain));
    }

    /// @dev A posted chunk of these entries. No bound is looked at.
    function chunk(Entry[] memory list) internal pure returns (bytes memory) {
        (bytes memory plain, bytes memory raw) = sections(list);
        return assemble(raw, plain);
    }

    function sections(Entry[] memory list) internal pure returns (bytes memory plain, bytes memory raw) {
        uint256[] memory ids = idsOf(list);
        plain = abi.encodePacked(uint8(ids.length), uint8(list.length));
        for (uint256 i = 0; i < list.length; i++) {
            plain = bytes.concat(plain, tail(list[i].kind, 1));
        }
        for (uint256 i = 0; i < ids.length; i++) {
            plain = bytes.concat(plain, leb(i == 0 ? ids[0] : ids[i] - ids[i - 1] - 1));
        }
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            (bytes memory p, bytes memory r) = columns(list, kind, ids);
            plain = bytes.concat(plain, p);
            raw = bytes.concat(raw, r);
        }
    }

    function columns(Entry[] memory list, uint256 kind, uint256[] memory ids)
        private
        pure
        returns (bytes memory plain, bytes memory raw)
    {
        bytes memory types = fieldTypes(kind);
        for (uint256 f = 0; f < types.length; f++) {
            uint256 t = uint8(types[f]);
            for (uint256 i = 0; i < list.length; i++) {
                if (list[i].kind != kind) continue;
                uint256 value = list[i].f[f < 14 ? f + 1 : 0];
                if (t == FIELD_SIG64) raw = bytes.concat(raw, list[i].r, list[i].vs);
                else if (t == FIELD_RND32) raw = bytes.concat(raw, bytes32(value));
                else if (t <= FIELD_AUX) plain = bytes.concat(plain, tail(indexOf(ids, value), 1));
                else if (t == FIELD_VAR) plain = bytes.concat(plain, leb(value));
                else plain = bytes.concat(plain, tail(value, wireSize(t)));
            }
        }
    }

    function indexOf(uint256[] memory ids, uint256 id) private pure returns (uint256 i) {
        while (ids[i] != id) i++;
    }

    /// @dev The distinct ids that entries name, ascending.
    function idsOf(Entry[] memory list) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](list.length * 8);
        uint256 count = 0;
        for (uint256 i = 0; i < list.length; i++) {
            bytes memory types = fieldTypes(list[i].kind);
            for (uint256 f = 0; f < types.length; f++) {
                if (uint8(types[f]) <= FIELD_AUX) count = insert(ids, count, list[i].f[f + 1]);
            }
        }
        assembly ("memory-safe") {
            mstore(ids, count)
        }
    }

    function insert(uint256[] memory ids, uint256 count, uint256 id) private pure returns (uint256) {
        uint256 at_ = count;
        for (; at_ > 0 && ids[at_ - 1] >= id; at_--) {
            if (ids[at_ - 1] == id) return count;
        }
        for (uint256 i = count; i > at_; i--) {
            ids[i] = ids[i - 1];
        }
        ids[at_] = id;
        return count + 1;
    }
}
