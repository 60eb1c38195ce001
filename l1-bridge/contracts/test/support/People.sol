// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../../src/Protocol.sol";
import {World} from "./World.sol";

/// @notice A world with an object of every sort, and the checks that tests of entry kinds are written in.
abstract contract People is World {
    uint256 internal constant ALICE_KEY = 0xa11ce;
    uint256 internal constant BOB_KEY = 0xb0b;
    uint256 internal constant CAROL_KEY = 0xca401;

    uint256 internal constant NONCE = 40;

    // Ids, in order of creation. An asset without an attribute in its name is Alice's and active.
    uint256 internal alice;
    uint256 internal bob;
    uint256 internal carol;
    uint256 internal asset;
    uint256 internal draft;
    uint256 internal retired;
    uint256 internal parent; // Bob's; asks 20,000 absolute; has one absolute edge
    uint256 internal grand; // Carol's; asks 30,000 relative
    uint256 internal edgeParentGrand; // absolute, 40,000, ordinal 0
    uint256 internal edgeAssetParent; // relative, 100,000
    uint256 internal edgeAssetCarol; // absolute, 50,000
    uint256 internal shareBob; // of asset, 6 units
    uint256 internal shareParent; // of asset, 4 units
    uint256 internal chainStream; // Bob's, for asset
    uint256 internal voucherStream; // Bob's, for asset
    uint256 internal empty; // the next slot

    /// @dev An entry that was executed as an inbox item and, if it may be posted, in a chunk.
    struct Ran {
        Entry e;
        uint256 status;
        bytes32 asItem;
        bytes32 inChunk;
    }

    function setUp() public virtual {
        deployVerifier();
        genesis();
        set(0, SYSTEM_FEE_PPM, 10_000);
        set(0, SYSTEM_SUPPLY, 1_000_000);
        set(0, SYSTEM_EDGE_PPM_MAX, 500_000);
        set(0, SYSTEM_EDGES_PPM_MAX, 900_000);
        alice = addAccount(ALICE_KEY, 10_000);
        bob = addAccount(BOB_KEY, 5_000);
        carol = addAccount(CAROL_KEY, 0);
        asset = addAsset("asset", alice, ASSET_ACTIVE);
        draft = addAsset("draft", alice, ASSET_DRAFT);
        retired = addAsset("retired", alice, ASSET_RETIRED);
        parent = addAsset("parent", bob, ASSET_ACTIVE);
        grand = addAsset("grand", carol, ASSET_ACTIVE);
        set(parent, ASSET_ASK_MODE, MODE_ABSOLUTE);
        set(parent, ASSET_ASK_PPM, 20_000);
        set(parent, ASSET_ABS_PPM, 40_000);
        set(parent, ASSET_ABS_COUNT, 1);
        set(grand, ASSET_ASK_MODE, MODE_RELATIVE);
        set(grand, ASSET_ASK_PPM, 30_000);
        edgeParentGrand = addEdge(parent, grand, MODE_ABSOLUTE, 40_000, 0);
        edgeAssetParent = addEdge(asset, parent, MODE_RELATIVE, 100_000, 65535);
        edgeAssetCarol = addEdge(asset, carol, MODE_ABSOLUTE, 50_000, 65535);
        set(asset, ASSET_REL_PPM, 100_000);
        set(asset, ASSET_ABS_PPM, 50_000);
        set(asset, ASSET_HELD, 4_000);
        set(asset, ASSET_TOTAL_REV, 9_000);
        set(asset, ASSET_DIRECT_REV, 8_000);
        set(asset, ASSET_UNITS, 10);
        set(asset, ASSET_ACC, (20 << 64) + 5);
        set(asset, ASSET_ACC_REM, 7);
        set(asset, ASSET_POOL_CARRY, 999_999);
        shareBob = addShare(asset, bob, 6);
        shareParent = addShare(asset, parent, 4);
        chainStream = addStream(STREAM_CHAIN);
        voucherStream = addStream(STREAM_VOUCHER);
        empty = used;
    }

    function addAccount(uint256 privateKey, uint256 balance) internal returns (uint256 id) {
        uint256 addr = uint160(vm.addr(privateKey));
        id = add(OBJECT_ACCOUNT, keyOfAccount(addr));
        set(id, ACCOUNT_ADDR, addr);
        set(id, ACCOUNT_BALANCE, balance);
        set(id, ACCOUNT_NONCE, NONCE);
    }

    function addAsset(string memory content, uint256 owner, uint256 status) internal returns (uint256 id) {
        id = add(OBJECT_ASSET, keyOfAsset(keccak256(bytes(content))));
        set(id, ASSET_OWNER, owner);
        set(id, ASSET_STATUS, status);
        for (uint256 scope = 0; scope < SCOPES; scope++) {
            set(id, ASSET_PRICE0 + scope, 3 + scope);
        }
    }

    function addEdge(uint256 child, uint256 beneficiary, uint256 mode, uint256 ppm, uint256 ordinal)
        internal
        returns (uint256 id)
    {
        id = add(OBJECT_EDGE, keyOfEdge(child, beneficiary));
        set(id, EDGE_CHILD, child);
        set(id, EDGE_BENEFICIARY, beneficiary);
        set(id, EDGE_MODE, mode);
        set(id, EDGE_PPM, ppm);
        set(id, EDGE_ORDINAL, ordinal);
    }

    function addShare(uint256 of_, uint256 holder, uint256 units) internal returns (uint256 id) {
        id = add(OBJECT_SHARE, keyOfShare(of_, holder));
        set(id, SHARE_ASSET, of_);
        set(id, SHARE_HOLDER, holder);
        set(id, SHARE_UNITS, units);
    }

    function addStream(uint256 kind) internal returns (uint256 id) {
        id = add(OBJECT_STREAM, 0);
        set(id, STREAM_PAYER, bob);
        set(id, STREAM_ASSET, asset);
        set(id, STREAM_KIND, kind);
        set(id, STREAM_PRICE, kind == STREAM_CHAIN ? 3 : 0);
        set(id, STREAM_ESCROW, 600);
        set(id, STREAM_USED, 100);
        set(id, STREAM_EXPIRY, TIME + 50);
        set(id, STREAM_SERIAL, 5);
    }

    /// @dev An entry whose fields begin with sender, nonce and deadline.
    function from(uint256 kind, uint256 sender) internal pure returns (Entry memory e) {
        e.kind = kind;
        e.f[1] = sender;
        e.f[2] = NONCE;
        e.f[3] = 0;
    }

    function keyOf(uint256 account) internal view returns (uint256) {
        if (account == alice) return ALICE_KEY;
        if (account == bob) return BOB_KEY;
        return CAROL_KEY;
    }

    function isSigned(uint256 kind) internal pure returns (bool) {
        return uint8(KIND_SIGNED[kind]) != 0;
    }

    /// @dev Signs if the kind is signed and executes on the world as it is.
    function run(Entry memory e) internal view returns (Ran memory) {
        if (isSigned(e.kind) && objects[e.f[1]].objectType == OBJECT_ACCOUNT) e = sign(e, keyOf(e.f[1]));
        return runAsIs(e);
    }

    function runAsIs(Entry memory e) internal view returns (Ran memory r) {
        bytes memory witness = witnessOfAll();
        bytes memory statuses;
        r.e = e;
        (r.asItem, statuses) = verifier.statusesOf(context(true), itemsOf(e), witness);
        eq(statuses.length, 1, "one item");
        r.status = uint8(statuses[0]);
        if (uint8(KIND_PLACE[e.kind]) != 0) return r;
        (r.inChunk, statuses) = verifier.statusesOf(context(false), chunkOf(e), witness);
        eq(statuses.length, 1, "one entry");
        eq(uint8(statuses[0]), r.status, "as an item and in a chunk");
    }

    /// @dev The entry was applied and left the world as it stands now, apart from nonce, time and batch.
    function applied(Ran memory r) internal {
        eq(r.status, STATUS_APPLIED, "status");
        if (isSigned(r.e.kind)) set(r.e.f[1], ACCOUNT_NONCE, NONCE + 1);
        leaves(r);
    }

    function leaves(Ran memory r) private {
        expectBegin(0);
        if (r.inChunk != 0) eq(r.inChunk, root(), "state after the chunk");
        expectBegin(1);
        eq(r.asItem, root(), "state after the item");
    }

    /// @dev The entry is refused with this status and changes nothing.
    function refused(Entry memory e, uint256 status) internal {
        stays(run(e), status);
    }

    function refusedAsIs(Entry memory e, uint256 status) internal {
        stays(runAsIs(e), status);
    }

    function stays(Ran memory r, uint256 status) private {
        eq(r.status, status, "status");
        uint256 before = vm.snapshotState();
        leaves(r);
        vm.revertToState(before);
    }
}
