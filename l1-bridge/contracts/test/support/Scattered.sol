// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../../src/Protocol.sol";
import {World} from "./World.sol";

/// @notice A ledger of 2^24 slots of which a chunk touches 128, as far apart as can be: so its multiproof is the largest.
/// The siblings are made up; the root that they give is what the verifier is asked to start from.
/// @dev Objects are placed in ascending order of id, one in each 128th of the ledger; the system object is in the first.
abstract contract Scattered is World {
    uint256 internal constant FULL_DEPTH = 24;
    uint256 internal constant KEY = 0xa11ce;
    uint256 internal constant NONCE0 = type(uint64).max - 1000;
    uint256 internal constant RICH = 1e18;

    uint256[] internal ids;

    function begin() internal {
        genesis();
        objects[0].next = bytes32(uint256(1));
        set(0, SYSTEM_SUPPLY, type(uint64).max / 2);
        set(0, SYSTEM_FEE_PPM, 50_000);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
    }

    /// @dev The next object. Its link encloses no key but its own.
    function put(uint256 objectType) internal returns (uint256 id) {
        uint256 i = ids.length + 1;
        check(i < CHUNK_LEAVES_MAX, "more leaves than a chunk may touch");
        id = (i << 17) + (i * 0x9e37 & 0x1ffff);
        ids.push(id);
        objects[id].objectType = objectType;
        if (isKeyed(objectType)) enclose(id, keccak256(abi.encode(id)));
    }

    function enclose(uint256 id, bytes32 key) internal {
        objects[id].key = key;
        objects[id].next = bytes32(uint256(key) + 1);
    }

    function putAccount() internal returns (uint256 id) {
        id = put(OBJECT_ACCOUNT);
        set(id, ACCOUNT_ADDR, uint160(vm.addr(KEY)));
        set(id, ACCOUNT_BALANCE, RICH);
        set(id, ACCOUNT_NONCE, NONCE0);
    }

    function putAsset(uint256 owner, uint256 status) internal returns (uint256 id) {
        id = put(OBJECT_ASSET);
        set(id, ASSET_OWNER, owner);
        set(id, ASSET_STATUS, status);
        for (uint256 f = ASSET_PRICE0; f <= ASSET_PRICE3; f++) {
            set(id, f, type(uint64).max - f);
        }
        set(id, ASSET_ABOUT, uint256(keccak256(abi.encode("about", id))));
        set(id, ASSET_UNITS, 77);
        set(id, ASSET_ACC, 1 << 100);
        set(id, ASSET_HELD, RICH);
        set(id, ASSET_OWNER_DUE, 1e9);
        set(id, ASSET_TOTAL_REV, RICH);
        set(id, ASSET_DIRECT_REV, RICH);
    }

    function putStream(uint256 payer, uint256 asset, uint256 kind) internal returns (uint256 id) {
        id = put(OBJECT_STREAM);
        set(id, STREAM_PAYER, payer);
        set(id, STREAM_ASSET, asset);
        set(id, STREAM_KIND, kind);
        set(id, STREAM_PRICE, 1e9);
        set(id, STREAM_ESCROW, RICH / 10);
        set(id, STREAM_EXPIRY, type(uint64).max - 1);
        set(id, STREAM_SERIAL, type(uint64).max);
    }

    function putEdge(uint256 child, uint256 beneficiary) internal returns (uint256 id) {
        id = put(OBJECT_EDGE);
        set(id, EDGE_CHILD, child);
        set(id, EDGE_BENEFICIARY, beneficiary);
        set(id, EDGE_MODE, MODE_RELATIVE);
        set(id, EDGE_PPM, 1000);
    }

    function putShare(uint256 asset, uint256 holder) internal returns (uint256 id) {
        id = put(OBJECT_SHARE);
        set(id, SHARE_ASSET, asset);
        set(id, SHARE_HOLDER, holder);
        set(id, SHARE_UNITS, 77);
        enclose(id, keyOfShare(asset, holder));
    }

    /// @dev Leaves in ascending id, and as many made-up siblings as they need. Links are opened where `open` says so, or
    /// everywhere.
    function fullWitness(mapping(uint256 id => bool) storage opened, bool all) internal view returns (bytes memory w) {
        w = leafOfWitness(0, true);
        uint256[] memory level = new uint256[](ids.length + 1);
        for (uint256 i = 0; i < ids.length; i++) {
            w = bytes.concat(w, leafOfWitness(ids[i], all || opened[ids[i]]));
            level[i + 1] = ids[i];
        }
        uint256 siblingCount = siblingsAbove(level);
        bytes memory siblings = new bytes(siblingCount * 32);
        for (uint256 i = 0; i < siblingCount; i++) {
            bytes32 h = keccak256(abi.encode(i));
            assembly {
                mstore(add(add(siblings, 32), mul(i, 32)), h)
            }
        }
        w = abi.encodePacked(uint8(FULL_DEPTH), uint16(ids.length + 1), w, uint16(siblingCount), siblings);
    }

    /// @dev Nodes that these leaves, ascending, need and do not give. Uses `level` up.
    function siblingsAbove(uint256[] memory level) private pure returns (uint256 count) {
        uint256 n = level.length;
        for (uint256 k = 0; k < FULL_DEPTH; k++) {
            uint256 parents = 0;
            for (uint256 i = 0; i < n; i++) {
                if (i + 1 < n && level[i + 1] == level[i] ^ 1) level[parents++] = level[i++] / 2;
                else (level[parents++], count) = (level[i] / 2, count + 1);
            }
            n = parents;
        }
    }
}
