// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_ADDR,
    AT_ACCOUNT_NONCE,
    FIELD_ACCT,
    FIELD_AUX,
    FIELD_PARTY,
    OBJECT_ACCOUNT,
    OBJECT_ASSET,
    STATUS_APPLIED,
    STATUS_BENEFICIARY,
    STATUS_EXPIRED,
    STATUS_NONCE,
    STATUS_RECIPIENT,
    STATUS_SENDER,
    STATUS_SIGNATURE,
    TRANSFER_DEADLINE,
    TRANSFER_FROM,
    TRANSFER_NONCE
} from "../Protocol.sol";
import {Leaf, PrecompileFailed} from "./Leaf.sol";
import {KindInfo, Row} from "./Row.sol";
import {State} from "./State.sol";

/// @notice What stands before every kind (docs/spec/entries.md, section 2): sender, deadline, nonce, named accounts and
/// parties, and the signature over the EIP-712 digest.
library Digest {
    using KindInfo for uint256;

    // Every signed kind begins with these (tools/gen.mjs).
    uint256 internal constant FROM = TRANSFER_FROM;
    uint256 internal constant NONCE = TRANSFER_NONCE;
    uint256 internal constant DEADLINE = TRANSFER_DEADLINE;

    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Judges an entry of a signed kind.
    function judgeSigned(State memory s, Row row, uint256 info) internal view returns (uint256 status) {
        Leaf from = row.leaf(FROM);
        if (from.typeOf() != OBJECT_ACCOUNT) return STATUS_SENDER;
        uint256 deadline = row.num(DEADLINE);
        if (deadline != 0 && deadline < s.time) return STATUS_EXPIRED;
        uint256 nonce = row.num(NONCE);
        if (nonce != from.get(AT_ACCOUNT_NONCE)) return STATUS_NONCE;

        uint256 signer = from.get(AT_ACCOUNT_ADDR);
        bytes32 typehash = s.typehashes[row.kind()];
        uint256 start;
        uint256 pos;
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(start, typehash)
            mstore(add(start, 32), signer)
            pos := add(start, 64)
        }
        // The last field is the signature.
        uint256 signature = info.fieldCount();
        for (uint256 position = DEADLINE + 1; position < signature; position++) {
            uint256 fieldType = info.fieldType(position - 1);
            uint256 value = row.num(position);
            if (fieldType <= FIELD_PARTY) {
                Leaf leaf = row.leaf(position);
                bool isAccount = leaf.typeOf() == OBJECT_ACCOUNT;
                value = isAccount ? leaf.get(AT_ACCOUNT_ADDR) : 0;
                if (fieldType == FIELD_ACCT) {
                    if (!isAccount) return STATUS_RECIPIENT;
                } else {
                    if (!isAccount && leaf.typeOf() != OBJECT_ASSET) return STATUS_BENEFICIARY;
                    assembly ("memory-safe") {
                        mstore(pos, value)
                        pos := add(pos, 32)
                    }
                    value = isAccount ? 0 : leaf.id();
                }
            } else if (fieldType <= FIELD_AUX) {
                if (fieldType == FIELD_AUX) continue;
                value = row.id(position);
            }
            assembly ("memory-safe") {
                mstore(pos, value)
                pos := add(pos, 32)
            }
        }
        bytes32 structHash;
        assembly ("memory-safe") {
            mstore(pos, nonce)
            mstore(add(pos, 32), deadline)
            structHash := keccak256(start, sub(add(pos, 64), start))
        }
        return isSignedBy(s, structHash, row, signature, signer) ? STATUS_APPLIED : STATUS_SIGNATURE;
    }

    /// @notice Judges the accounts and parties that an entry of an unsigned kind names.
    function judgeNamed(Row row, uint256 info) internal pure returns (uint256 status) {
        uint256 fields = info.fieldCount();
        for (uint256 position = 1; position <= fields; position++) {
            uint256 fieldType = info.fieldType(position - 1);
            if (fieldType > FIELD_PARTY) continue;
            uint256 objectType = row.leaf(position).typeOf();
            if (objectType == OBJECT_ACCOUNT) continue;
            if (fieldType == FIELD_ACCT) return STATUS_RECIPIENT;
            if (objectType != OBJECT_ASSET) return STATUS_BENEFICIARY;
        }
        return STATUS_APPLIED;
    }

    /// @notice Whether the signature at a position is valid and by `signer`, over the digest of `structHash`.
    function isSignedBy(State memory s, bytes32 structHash, Row row, uint256 position, uint256 signer)
        internal
        view
        returns (bool)
    {
        bytes32 domain = s.domain;
        uint256 r = row.num(position);
        uint256 vs = row.num(position + 1);
        uint256 halfS = vs & (type(uint256).max >> 1);
        // A low s only (EIP-2); the precompile refuses the other values out of range.
        if (halfS > HALF_ORDER) return false;
        bool ok;
        uint256 recovered;
        assembly ("memory-safe") {
            let pos := mload(0x40)
            mstore(pos, shl(240, 0x1901))
            mstore(add(pos, 2), domain)
            mstore(add(pos, 34), structHash)
            mstore(pos, keccak256(pos, 66))
            mstore(add(pos, 32), add(shr(255, vs), 27))
            mstore(add(pos, 64), r)
            mstore(add(pos, 96), halfS)
            ok := staticcall(gas(), 1, pos, 128, 0, 32)
            // No address is returned where none can be recovered.
            if eq(returndatasize(), 32) { recovered := mload(0) }
        }
        if (!ok) revert PrecompileFailed(1);
        return recovered != 0 && recovered == signer;
    }
}
