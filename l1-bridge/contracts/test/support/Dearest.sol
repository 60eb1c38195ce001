// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../../src/Protocol.sol";
import {Scattered} from "./Scattered.sol";

/// @notice For every kind the entries that cost a proof the most: as many as a chunk admits, over as many leaves, the
/// largest objects preferred, fields at their longest, every find at the end of the list of open links.
abstract contract Dearest is Scattered {
    /// @dev The signer, who owns everything; 0 where no entry names an account.
    uint256 internal signer;
    /// @dev What entries name, in the order of naming: assets, and objects of the kind's other type.
    uint256[] internal assets;
    uint256[] internal others;
    /// @dev Keys that entries will look for in vain, in order; and slots that they will take.
    bytes32[] internal wanted;
    uint256 internal slots;
    mapping(uint256 id => bool) internal opened;
    uint256 internal nonces;
    /// @dev Whether entries are to be refused, and so all have the same nonce.
    bool internal late;
    /// @dev Whether shares that are looked for are there, with earnings to be paid first.
    bool internal existing;

    /// @dev Entries of a kind that fit into a posted chunk, as `fitsNoMore` makes sure.
    function most(uint256 kind) internal pure returns (uint256) {
        if (kind == KIND_ACCOUNT_OPEN) return 63;
        if (kind == KIND_WITHDRAW) return 126;
        if (kind == KIND_EDGE_ADD) return 56;
        if (kind == KIND_EDGE_INHERIT) return 53;
        if (kind == KIND_ASSET_REGISTER || kind == KIND_SHARE_ISSUE) return 59;
        if (kind == KIND_SHARE_TRANSFER) return 39;
        if (kind == KIND_STREAM_OPEN) return 85;
        return CHUNK_ENTRIES_MAX;
    }

    function isSignedKind(uint256 kind) internal pure returns (bool) {
        return typehashOf(kind) != 0;
    }

    /// @dev `n` entries of a kind, ticks with `links` each, and the objects that they touch. With `fill` objects that
    /// none touches make up the number of leaves.
    function build(uint256 kind, uint256 n, uint256 links, bool fill) internal returns (Entry[] memory list) {
        begin();
        place(kind, n);
        list = new Entry[](n);
        for (uint256 i = 0; i < n; i++) {
            list[i] = make(kind, i, n, links);
        }
        finish(fill);
        for (uint256 i = 0; i < n; i++) {
            seal(list[i]);
        }
    }

    function seal(Entry memory e) internal view {
        if (isSignedKind(e.kind)) sign(e, KEY);
        if (e.kind == KIND_STREAM_VOUCHER) sealWith(e, KEY, digestOfVoucher(e));
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @dev The objects that `n` entries name.
    function place(uint256 kind, uint256 n) private {
        if (isSignedKind(kind) || kind == KIND_STREAM_VOUCHER || kind == KIND_CLAIM_OWNER) signer = putAccount();
        if (kind == KIND_TRANSFER) {
            for (uint256 i = 0; i < min(n, 126); i++) {
                others.push(putAccount());
            }
        } else if (
            kind == KIND_ASSET_OPEN || kind == KIND_ASSET_PRICE || kind == KIND_ASSET_RETIRE || kind == KIND_PAY
                || kind == KIND_CLAIM_OWNER
        ) {
            putAssets(min(n, 126), kind == KIND_ASSET_OPEN ? ASSET_DRAFT : ASSET_ACTIVE);
        } else if (kind == KIND_EDGE_ADD) {
            putAssets(7, ASSET_DRAFT);
            putAssets(7, ASSET_ACTIVE);
            for (uint256 i = 7; i < 14; i++) {
                set(assets[i], ASSET_ASK_MODE, MODE_ABSOLUTE);
                set(assets[i], ASSET_ASK_PPM, 1000);
                set(assets[i], ASSET_ABS_COUNT, 3);
            }
        } else if (kind == KIND_EDGE_INHERIT) {
            putAssets(5, ASSET_DRAFT);
            placeInherited();
        } else if (kind == KIND_SHARE_ISSUE) {
            putAssets(8, ASSET_ACTIVE);
        } else if (kind == KIND_SHARE_TRANSFER) {
            putAssets(9, ASSET_ACTIVE);
            for (uint256 i = 0; i < 9; i++) {
                opened[putShare(assets[i], signer)] = true;
            }
        } else if (kind == KIND_STREAM_OPEN) {
            putAssets(min(n, 41), ASSET_ACTIVE);
        } else if (kind == KIND_STREAM_TOPUP) {
            for (uint256 i = 0; i < min(n, 126); i++) {
                others.push(putStream(signer, 1, STREAM_VOUCHER));
            }
        } else if (kind == KIND_STREAM_TICK || kind == KIND_STREAM_VOUCHER || kind == KIND_STREAM_CLOSE) {
            putAssets(min(n, 63), ASSET_ACTIVE);
            for (uint256 i = 0; i < min(n, 63); i++) {
                others.push(putStream(signer, assets[i], kind == KIND_STREAM_TICK ? STREAM_CHAIN : STREAM_VOUCHER));
            }
        } else if (kind == KIND_SETTLE || kind == KIND_CLAIM) {
            putAssets(2 * min(n, 42), ASSET_ACTIVE);
            for (uint256 i = 0; i < min(n, 42); i++) {
                (uint256 a, uint256 b) = (assets[2 * i], assets[2 * i + 1]);
                others.push(kind == KIND_SETTLE ? putEdge(a, b) : putShare(a, b));
            }
        }
    }

    function putAssets(uint256 n, uint256 status) internal {
        for (uint256 i = 0; i < n; i++) {
            assets.push(putAsset(signer, status));
        }
    }

    /// @dev Of 5 children an edge each to one parent, and 11 edges of that parent that they inherit.
    function placeInherited() private {
        for (uint256 i = 0; i < 16; i++) {
            uint256 edge = putEdge(i < 5 ? assets[i] : 7, i < 5 ? 7 : 1000 + i);
            if (i < 5) (objects[edge].f[EDGE_INHERIT_ALL], objects[assets[i]].f[ASSET_PARENTS_OPEN]) = (11, 1);
            else set(edge, EDGE_ORDINAL, i - 5);
            others.push(edge);
        }
    }

    /// @dev Entries that can be applied: some kinds act on an object once.
    function succeed(uint256 kind) private view returns (uint256) {
        if (kind == KIND_STREAM_CLOSE) return others.length;
        return kind == KIND_ASSET_OPEN || kind == KIND_ASSET_RETIRE ? assets.length : CHUNK_ENTRIES_MAX;
    }

    /// @dev Entry `i` of `n`.
    function make(uint256 kind, uint256 i, uint256 n, uint256 links) internal returns (Entry memory e) {
        e.kind = kind;
        if (isSignedKind(kind)) {
            e.f[1] = signer;
            e.f[2] = NONCE0 + nonces;
            if (!late && nonces < succeed(kind)) nonces++;
            e.f[3] = type(uint64).max;
        }
        if (kind < KIND_ASSET_OPEN) makeNew(e, i);
        else if (kind < KIND_STREAM_OPEN) makeOfAsset(e, i);
        else if (kind < KIND_SETTLE) makeOfStream(e, i, n, links);
        else makeSettling(e, i);
    }

    function makeNew(Entry memory e, uint256 i) private {
        uint256 kind = e.kind;
        uint256 to = uint160(uint256(keccak256(abi.encode("to", i))));
        if (kind == KIND_DEPOSIT) {
            (e.f[DEPOSIT_TO], e.f[DEPOSIT_AMOUNT]) = (to, 1e15 + i);
            create(keyOfAccount(to));
        } else if (kind == KIND_TRANSFER) {
            (e.f[TRANSFER_TO], e.f[TRANSFER_AMOUNT]) = (others[i % others.length], 1e15 + i);
        } else if (kind == KIND_ACCOUNT_OPEN) {
            (e.f[ACCOUNT_OPEN_TO], e.f[ACCOUNT_OPEN_AMOUNT]) = (to, 1e15 + i);
            create(keyOfAccount(to));
        } else if (kind == KIND_WITHDRAW) {
            (e.f[WITHDRAW_TO], e.f[WITHDRAW_AMOUNT]) = (to, 1e15 + i);
            slots++;
        } else if (kind == KIND_ASSET_REGISTER) {
            makeRegistration(e, i);
        } else if (kind == KIND_EDGE_ADD) {
            (e.f[EDGE_ADD_CHILD], e.f[EDGE_ADD_BENEFICIARY]) = (assets[i % 7], i < 49 ? assets[7 + i / 7] : signer);
            (e.f[EDGE_ADD_MODE], e.f[EDGE_ADD_PPM]) = (MODE_ABSOLUTE, 1000);
            create(keyOfEdge(assets[i % 7], e.f[EDGE_ADD_BENEFICIARY]));
        } else {
            uint256 ancestor = others[5 + i / 5];
            (e.f[EDGE_INHERIT_CHILD], e.f[EDGE_INHERIT_PARENT_EDGE]) = (assets[i % 5], others[i % 5]);
            e.f[EDGE_INHERIT_ANCESTOR_EDGE] = ancestor;
            create(keyOfEdge(assets[i % 5], get(ancestor, EDGE_BENEFICIARY)));
        }
    }

    function makeRegistration(Entry memory e, uint256 i) private {
        e.f[ASSET_REGISTER_ACTIVE] = 1;
        e.f[ASSET_REGISTER_CONTENT] = uint256(keccak256(abi.encode("content", i)));
        e.f[ASSET_REGISTER_METADATA] = uint256(keccak256(abi.encode("metadata", i)));
        for (uint256 p = ASSET_REGISTER_PRICE0; p <= ASSET_REGISTER_PRICE3; p++) {
            e.f[p] = type(uint64).max - i;
        }
        e.f[ASSET_REGISTER_ASK_MODE] = MODE_RELATIVE;
        e.f[ASSET_REGISTER_ASK_PPM] = 1_000_000 - i;
        create(keyOfAsset(bytes32(e.f[ASSET_REGISTER_CONTENT])));
    }

    function makeOfAsset(Entry memory e, uint256 i) private {
        uint256 kind = e.kind;
        if (kind == KIND_ASSET_OPEN || kind == KIND_ASSET_PRICE || kind == KIND_ASSET_RETIRE || kind == KIND_PAY) {
            e.f[ASSET_OPEN_ASSET] = assets[i % assets.length];
        }
        if (kind == KIND_ASSET_PRICE) {
            (e.f[ASSET_PRICE_SCOPE], e.f[ASSET_PRICE_PRICE]) = (3, type(uint64).max - i);
        } else if (kind == KIND_PAY) {
            (e.f[PAY_SCOPE], e.f[PAY_AMOUNT]) = (3, 1e15 + i);
        } else if (kind == KIND_SHARE_ISSUE) {
            (uint256 asset, uint256 holder) = (assets[i / 8], assets[i % 8]);
            if (asset == holder) holder = signer;
            (e.f[SHARE_ISSUE_ASSET], e.f[SHARE_ISSUE_HOLDER], e.f[SHARE_ISSUE_UNITS]) = (asset, holder, 1 << 28);
            create(keyOfShare(asset, holder));
        } else if (kind == KIND_SHARE_TRANSFER) {
            (uint256 asset, uint256 to) = (assets[i % 9], assets[(i + 1 + i / 9) % 9]);
            (e.f[SHARE_TRANSFER_ASSET], e.f[SHARE_TRANSFER_TO], e.f[SHARE_TRANSFER_UNITS]) = (asset, to, 1);
            create(keyOfShare(asset, to));
        }
    }

    function makeOfStream(Entry memory e, uint256 i, uint256 n, uint256 links) private {
        uint256 kind = e.kind;
        if (kind == KIND_STREAM_OPEN) {
            e.f[STREAM_OPEN_ASSET] = assets[i % assets.length];
            (e.f[STREAM_OPEN_SCOPE], e.f[STREAM_OPEN_KIND]) = (3, STREAM_CHAIN);
            e.f[STREAM_OPEN_PRICE] = get(e.f[STREAM_OPEN_ASSET], ASSET_PRICE3);
            (e.f[STREAM_OPEN_ESCROW], e.f[STREAM_OPEN_EXPIRY]) = (1e15 + i, type(uint64).max);
            e.f[STREAM_OPEN_TIP] = uint256(keccak256(abi.encode("tip", i)));
            slots++;
            return;
        }
        uint256 at_ = i % others.length;
        uint256 stream = others[at_];
        if (kind == KIND_STREAM_TOPUP) {
            (e.f[STREAM_TOPUP_STREAM], e.f[STREAM_TOPUP_SERIAL]) = (stream, type(uint64).max);
            (e.f[STREAM_TOPUP_AMOUNT], e.f[STREAM_TOPUP_EXPIRY]) = (1e15 + i, type(uint64).max);
        } else if (kind == KIND_STREAM_TICK) {
            (e.f[STREAM_TICK_STREAM], e.f[STREAM_TICK_ASSET]) = (stream, assets[at_]);
            // From the last preimage the earlier ones follow by hashing.
            uint256 left = (n - 1 - i) / others.length;
            bytes32 preimage = hashed(keccak256(abi.encode("preimage", at_)), links * left);
            (e.f[STREAM_TICK_COUNT], e.f[STREAM_TICK_PREIMAGE]) = (links, uint256(preimage));
            if (i < others.length) set(stream, STREAM_TIP, uint256(hashed(preimage, links)));
        } else if (kind == KIND_STREAM_VOUCHER) {
            (e.f[STREAM_VOUCHER_STREAM], e.f[STREAM_VOUCHER_ASSET]) = (stream, assets[at_]);
            (e.f[STREAM_VOUCHER_PAYER], e.f[STREAM_VOUCHER_CUMULATIVE]) = (signer, 1e15 + i);
        } else {
            (e.f[STREAM_CLOSE_STREAM], e.f[STREAM_CLOSE_ASSET]) = (stream, assets[at_]);
            (e.f[STREAM_CLOSE_PAYER], e.f[STREAM_CLOSE_SERIAL]) = (signer, type(uint64).max);
        }
    }

    function hashed(bytes32 word, uint256 times) internal pure returns (bytes32) {
        for (; times > 0; times--) {
            word = sha256(abi.encode(word));
        }
        return word;
    }

    function makeSettling(Entry memory e, uint256 i) private view {
        uint256 kind = e.kind;
        if (kind == KIND_PARAM) {
            (e.f[PARAM_INDEX], e.f[PARAM_VALUE]) = (PARAM_STREAM_GRACE_S, PARAM_STREAM_GRACE_S_MAX - i);
        } else if (kind == KIND_CLAIM_OWNER) {
            (e.f[CLAIM_OWNER_ASSET], e.f[CLAIM_OWNER_OWNER]) = (assets[i % assets.length], signer);
        } else {
            uint256 at_ = i % others.length;
            // SETTLE names edge, child, beneficiary; CLAIM share, asset, holder.
            (e.f[1], e.f[2], e.f[3]) = (others[at_], assets[2 * at_], assets[2 * at_ + 1]);
        }
    }

    /// @dev An object with this key will be made.
    function create(bytes32 key) internal {
        wanted.push(key);
        slots++;
    }

    /// @dev Fillers, the slots, and last the objects whose links enclose the keys.
    function finish(bool fill) internal {
        uint256 rest = slots + wanted.length;
        while (fill && ids.length + rest < CHUNK_LEAVES_MAX - 1) putAsset(signer, ASSET_ACTIVE);
        uint256 before = 0;
        for (uint256 i = 0; i < slots; i++) {
            uint256 slot = put(OBJECT_FREE);
            if (i == 0) set(0, SYSTEM_FREE_HEAD, slot);
            else set(before, FREE_NEXT, slot);
            before = slot;
        }
        for (uint256 i = 0; i < wanted.length; i++) {
            uint256 id = existing ? putShare(0, 0) : putAsset(signer, ASSET_ACTIVE);
            objects[id].key = bytes32(uint256(wanted[i]) - (existing ? 0 : 1));
            objects[id].next = bytes32(uint256(wanted[i]) + 1);
            opened[id] = true;
        }
    }

    /// @dev Changes the ledger so that every entry of a kind is refused by its last check.
    function refuseLate(uint256 kind) internal {
        set(0, SYSTEM_FREE_HEAD, 0);
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 id = ids[i];
            if (objects[id].objectType == OBJECT_ASSET) {
                set(id, ASSET_PARENTS_OPEN, 1);
                if (kind == KIND_ASSET_OPEN) continue;
                bool toOther = kind == KIND_CLAIM_OWNER || kind == KIND_STREAM_CLOSE || kind == KIND_ASSET_PRICE
                    || kind == KIND_ASSET_RETIRE;
                if (toOther) set(id, ASSET_OWNER, 5);
                // A payer's revenue has no room; what an edge's child has earned stays.
                bool earns = kind == KIND_PAY || kind == KIND_STREAM_TICK || kind == KIND_STREAM_VOUCHER;
                for (uint256 k = 1; k < assets.length && (kind == KIND_SETTLE || kind == KIND_CLAIM); k += 2) {
                    if (assets[k] == id) earns = true;
                }
                if (earns) set(id, ASSET_TOTAL_REV, type(uint128).max);
            } else if (id == signer && (kind == KIND_TRANSFER || kind == KIND_STREAM_TOPUP)) {
                set(id, ACCOUNT_BALANCE, 0);
            }
        }
    }
}
