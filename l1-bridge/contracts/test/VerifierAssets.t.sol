// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {People} from "./support/People.sol";

/// @notice Kinds that make and change assets and edges (docs/spec/entries.md).
contract VerifierAssetsTest is People {
    uint256 private constant U128 = type(uint128).max;

    function register(uint256 mode, uint256 ppm) private view returns (Entry memory e) {
        e = from(KIND_ASSET_REGISTER, bob);
        e.f[ASSET_REGISTER_KIND] = ASSET_KINDS - 1;
        e.f[ASSET_REGISTER_ACTIVE] = 1;
        e.f[ASSET_REGISTER_CONTENT] = uint256(keccak256("new"));
        e.f[ASSET_REGISTER_METADATA] = 99;
        for (uint256 i = 0; i < SCOPES; i++) {
            e.f[ASSET_REGISTER_PRICE0 + i] = type(uint64).max - i;
        }
        e.f[ASSET_REGISTER_ASK_MODE] = mode;
        e.f[ASSET_REGISTER_ASK_PPM] = ppm;
    }

    function test_assetRegister_refuses() public {
        Entry memory e = register(MODE_RELATIVE, 1);
        e.f[ASSET_REGISTER_KIND] = ASSET_KINDS;
        refused(e, STATUS_ENUM_RANGE);
        e = register(MODE_RELATIVE, 1);
        e.f[ASSET_REGISTER_ACTIVE] = 2;
        refused(e, STATUS_ENUM_RANGE);
        refused(register(3, type(uint64).max), STATUS_ENUM_RANGE);
        refused(register(MODE_NONE, 1), STATUS_RATE_RANGE);
        e = register(MODE_ABSOLUTE, 500_001);
        e.f[ASSET_REGISTER_CONTENT] = uint256(keccak256("asset"));
        refused(e, STATUS_RATE_RANGE);
        e.f[ASSET_REGISTER_ASK_PPM] = 500_000;
        refused(e, STATUS_ASSET_EXISTS);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(e, STATUS_ASSET_EXISTS);
        refused(register(MODE_RELATIVE, 1), STATUS_STATE_FULL);
    }

    function expectRegistered(uint256 status, uint256 mode, uint256 ppm) private {
        add(OBJECT_ASSET, keyOfAsset(keccak256("new")));
        set(empty, ASSET_OWNER, bob);
        set(empty, ASSET_KIND, 4);
        set(empty, ASSET_STATUS, status);
        set(empty, ASSET_ABOUT, uint256(sha256(abi.encode(keccak256("new"), 99))));
        for (uint256 i = 0; i < SCOPES; i++) {
            set(empty, ASSET_PRICE0 + i, type(uint64).max - i);
        }
        set(empty, ASSET_ASK_MODE, mode);
        set(empty, ASSET_ASK_PPM, ppm);
    }

    function test_assetRegister_active_succeeds() public {
        Ran memory r = run(register(MODE_ABSOLUTE, 500_000));
        expectRegistered(ASSET_ACTIVE, MODE_ABSOLUTE, 500_000);
        applied(r);
    }

    function test_assetRegister_draft_succeeds() public {
        Entry memory e = register(MODE_NONE, 0);
        e.f[ASSET_REGISTER_ACTIVE] = 0;
        Ran memory r = run(e);
        expectRegistered(ASSET_DRAFT, MODE_NONE, 0);
        applied(r);
    }

    function edgeAdd(uint256 child, uint256 beneficiary, uint256 mode, uint256 ppm)
        private
        view
        returns (Entry memory e)
    {
        e = from(KIND_EDGE_ADD, alice);
        e.f[EDGE_ADD_CHILD] = child;
        e.f[EDGE_ADD_BENEFICIARY] = beneficiary;
        e.f[EDGE_ADD_MODE] = mode;
        e.f[EDGE_ADD_PPM] = ppm;
    }

    function test_edgeAdd_refuses() public {
        refused(edgeAdd(bob, chainStream, 9, 9), STATUS_BENEFICIARY);
        refused(edgeAdd(bob, empty, 9, 9), STATUS_BENEFICIARY);
        refused(edgeAdd(bob, bob, 9, 9), STATUS_ASSET);
        refused(edgeAdd(parent, bob, 9, 9), STATUS_OWNER);
        refused(edgeAdd(asset, bob, 9, 9), STATUS_ASSET_STATUS);
        refused(edgeAdd(retired, bob, 9, 9), STATUS_ASSET_STATUS);
        refused(edgeAdd(draft, draft, 9, 9), STATUS_EDGE_SELF);
        refused(edgeAdd(draft, retired, 9, 9), STATUS_PARENT_STATUS);
        refused(edgeAdd(draft, parent, MODE_RELATIVE, 20_000), STATUS_RATE_RANGE);
        refused(edgeAdd(draft, parent, MODE_ABSOLUTE, 20_001), STATUS_RATE_RANGE);
        refused(edgeAdd(draft, bob, MODE_NONE, 1), STATUS_ENUM_RANGE);
        refused(edgeAdd(draft, bob, 3, 1), STATUS_ENUM_RANGE);
        refused(edgeAdd(draft, bob, MODE_RELATIVE, 0), STATUS_RATE_RANGE);
        refused(edgeAdd(draft, bob, MODE_RELATIVE, 500_001), STATUS_RATE_RANGE);
        refused(edgeAdd(draft, bob, MODE_ABSOLUTE, type(uint64).max), STATUS_RATE_RANGE);
        set(draft, ASSET_REL_PPM, 500_000);
        set(draft, ASSET_ABS_PPM, 390_000);
        set(draft, ASSET_ABS_COUNT, 65_534);
        refused(edgeAdd(draft, bob, MODE_ABSOLUTE, 10_001), STATUS_RATE_SUM);
        refused(edgeAdd(draft, bob, MODE_RELATIVE, 10_000), STATUS_OVERFLOW);
        set(draft, ASSET_ABS_COUNT, 0);
        set(draft, ASSET_PARENTS_OPEN, 65_534);
        refused(edgeAdd(draft, bob, MODE_RELATIVE, 10_000), STATUS_OVERFLOW);
        set(draft, ASSET_PARENTS_OPEN, 0);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(edgeAdd(draft, bob, MODE_RELATIVE, 10_000), STATUS_STATE_FULL);
        set(asset, ASSET_STATUS, ASSET_DRAFT);
        refused(edgeAdd(asset, carol, MODE_RELATIVE, 10_000), STATUS_EDGE_EXISTS);
    }

    function expectEdge(uint256 child, uint256 beneficiary, uint256 mode, uint256 ppm) private {
        add(OBJECT_EDGE, keyOfEdge(child, beneficiary));
        set(empty, EDGE_CHILD, child);
        set(empty, EDGE_BENEFICIARY, beneficiary);
        set(empty, EDGE_MODE, mode);
        set(empty, EDGE_PPM, ppm);
        set(empty, EDGE_ORDINAL, 65_535);
    }

    function test_edgeAdd_relativeToAccount_succeeds() public {
        set(draft, ASSET_TOTAL_REV, U128);
        set(draft, ASSET_REL_PPM, 400_000);
        Ran memory r = run(edgeAdd(draft, bob, MODE_RELATIVE, 500_000));
        expectEdge(draft, bob, MODE_RELATIVE, 500_000);
        set(empty, EDGE_SETTLED_REV, U128);
        set(draft, ASSET_REL_PPM, 900_000);
        applied(r);
    }

    function test_edgeAdd_absoluteToAccount_succeeds() public {
        set(draft, ASSET_DIRECT_REV, 77);
        set(draft, ASSET_TOTAL_REV, 99);
        Ran memory r = run(edgeAdd(draft, alice, MODE_ABSOLUTE, 1));
        expectEdge(draft, alice, MODE_ABSOLUTE, 1);
        set(empty, EDGE_SETTLED_REV, 77);
        set(draft, ASSET_ABS_PPM, 1);
        applied(r);
    }

    function test_edgeAdd_absoluteToAsset_succeeds() public {
        set(draft, ASSET_ABS_COUNT, 65_533);
        set(draft, ASSET_PARENTS_OPEN, 65_533);
        Ran memory r = run(edgeAdd(draft, parent, MODE_ABSOLUTE, 20_000));
        expectEdge(draft, parent, MODE_ABSOLUTE, 20_000);
        set(empty, EDGE_ORDINAL, 65_533);
        set(empty, EDGE_INHERIT_ALL, 1);
        set(draft, ASSET_ABS_COUNT, 65_534);
        set(draft, ASSET_PARENTS_OPEN, 65_534);
        set(draft, ASSET_ABS_PPM, 20_000);
        applied(r);
    }

    function test_edgeAdd_relativeToAsset_succeeds() public {
        Ran memory r = run(edgeAdd(draft, grand, MODE_RELATIVE, 30_000));
        expectEdge(draft, grand, MODE_RELATIVE, 30_000);
        set(draft, ASSET_REL_PPM, 30_000);
        applied(r);
    }

    function test_edgeAdd_toAssetThatAsksNothing_succeeds() public {
        Ran memory r = run(edgeAdd(draft, asset, MODE_NONE, 0));
        expectEdge(draft, asset, MODE_NONE, 0);
        applied(r);
    }

    /// @dev Makes draft -> parent, whose one absolute edge to grand is to be inherited.
    function edgeDraftParent() private returns (uint256 id) {
        id = addEdge(draft, parent, MODE_ABSOLUTE, 20_000, 0);
        set(id, EDGE_INHERIT_ALL, 1);
        set(draft, ASSET_ABS_COUNT, 1);
        set(draft, ASSET_ABS_PPM, 20_000);
        set(draft, ASSET_PARENTS_OPEN, 1);
        empty = used;
    }

    function inherit(uint256 child, uint256 parentEdge, uint256 ancestorEdge) private pure returns (Entry memory e) {
        e.kind = KIND_EDGE_INHERIT;
        e.f[EDGE_INHERIT_CHILD] = child;
        e.f[EDGE_INHERIT_PARENT_EDGE] = parentEdge;
        e.f[EDGE_INHERIT_ANCESTOR_EDGE] = ancestorEdge;
    }

    function test_edgeInherit_refuses() public {
        uint256 edge = edgeDraftParent();
        refused(inherit(bob, bob, bob), STATUS_ASSET);
        refused(inherit(asset, bob, bob), STATUS_ASSET_STATUS);
        refused(inherit(draft, bob, edgeParentGrand), STATUS_EDGE);
        refused(inherit(draft, edge, asset), STATUS_EDGE);
        refused(inherit(draft, edgeAssetParent, edgeParentGrand), STATUS_MISMATCH);
        refused(inherit(draft, edge, edgeAssetCarol), STATUS_MISMATCH);
        refused(inherit(draft, edge, edge), STATUS_MISMATCH);
        set(edgeParentGrand, EDGE_ORDINAL, 1);
        refused(inherit(draft, edge, edgeParentGrand), STATUS_INHERIT);
        set(edgeParentGrand, EDGE_ORDINAL, 0);
        set(edge, EDGE_INHERITED, 1);
        refused(inherit(draft, edge, edgeParentGrand), STATUS_INHERIT);
        set(edge, EDGE_INHERITED, 0);
        set(draft, ASSET_REL_PPM, 840_001);
        set(draft, ASSET_ABS_COUNT, 65_534);
        refused(inherit(draft, edge, edgeParentGrand), STATUS_RATE_SUM);
        set(draft, ASSET_REL_PPM, 840_000);
        refused(inherit(draft, edge, edgeParentGrand), STATUS_OVERFLOW);
        set(draft, ASSET_ABS_COUNT, 1);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(inherit(draft, edge, edgeParentGrand), STATUS_STATE_FULL);
    }

    function test_edgeInherit_last_succeeds() public {
        uint256 edge = edgeDraftParent();
        set(draft, ASSET_DIRECT_REV, 33);
        set(draft, ASSET_TOTAL_REV, 44);
        Ran memory r = run(inherit(draft, edge, edgeParentGrand));
        expectEdge(draft, grand, MODE_ABSOLUTE, 40_000);
        set(empty, EDGE_ORDINAL, 1);
        set(empty, EDGE_SETTLED_REV, 33);
        set(draft, ASSET_ABS_COUNT, 2);
        set(draft, ASSET_ABS_PPM, 60_000);
        set(draft, ASSET_PARENTS_OPEN, 0);
        set(edge, EDGE_INHERITED, 1);
        applied(r);
    }

    /// @dev The child has an edge to the ancestor: only the progress is noted. More are to follow: the parent stays open.
    function test_edgeInherit_sharedAncestor_succeeds() public {
        uint256 edge = edgeDraftParent();
        addEdge(draft, grand, MODE_RELATIVE, 30_000, 65_535);
        set(edge, EDGE_INHERIT_ALL, 2);
        Ran memory r = run(inherit(draft, edge, edgeParentGrand));
        set(edge, EDGE_INHERITED, 1);
        applied(r);
    }

    function assetEntry(uint256 kind, uint256 sender, uint256 id) private pure returns (Entry memory e) {
        e = from(kind, sender);
        e.f[ASSET_OPEN_ASSET] = id;
    }

    function test_assetOpen_refuses() public {
        refused(assetEntry(KIND_ASSET_OPEN, alice, bob), STATUS_ASSET);
        refused(assetEntry(KIND_ASSET_OPEN, bob, asset), STATUS_OWNER);
        refused(assetEntry(KIND_ASSET_OPEN, alice, asset), STATUS_ASSET_STATUS);
        refused(assetEntry(KIND_ASSET_OPEN, alice, retired), STATUS_ASSET_STATUS);
        set(draft, ASSET_PARENTS_OPEN, 1);
        refused(assetEntry(KIND_ASSET_OPEN, alice, draft), STATUS_PARENTS_OPEN);
    }

    function test_assetOpen_succeeds() public {
        Ran memory r = run(assetEntry(KIND_ASSET_OPEN, alice, draft));
        set(draft, ASSET_STATUS, ASSET_ACTIVE);
        applied(r);
    }

    function test_assetRetire_refuses() public {
        refused(assetEntry(KIND_ASSET_RETIRE, alice, chainStream), STATUS_ASSET);
        refused(assetEntry(KIND_ASSET_RETIRE, alice, parent), STATUS_OWNER);
        refused(assetEntry(KIND_ASSET_RETIRE, alice, retired), STATUS_ASSET_STATUS);
    }

    function test_assetRetire_active_succeeds() public {
        Ran memory r = run(assetEntry(KIND_ASSET_RETIRE, alice, asset));
        set(asset, ASSET_STATUS, ASSET_RETIRED);
        applied(r);
    }

    function test_assetRetire_draft_succeeds() public {
        Ran memory r = run(assetEntry(KIND_ASSET_RETIRE, alice, draft));
        set(draft, ASSET_STATUS, ASSET_RETIRED);
        applied(r);
    }

    function priceEntry(uint256 id, uint256 scope) private view returns (Entry memory e) {
        e = from(KIND_ASSET_PRICE, alice);
        e.f[ASSET_PRICE_ASSET] = id;
        e.f[ASSET_PRICE_SCOPE] = scope;
        e.f[ASSET_PRICE_PRICE] = type(uint64).max - scope;
    }

    function test_assetPrice_refuses() public {
        refused(priceEntry(bob, SCOPES), STATUS_ENUM_RANGE);
        refused(priceEntry(bob, 255), STATUS_ENUM_RANGE);
        refused(priceEntry(bob, 0), STATUS_ASSET);
        refused(priceEntry(parent, 0), STATUS_OWNER);
        refused(priceEntry(retired, 0), STATUS_ASSET_STATUS);
    }

    function test_assetPrice_succeeds() public {
        for (uint256 scope = 0; scope < SCOPES; scope++) {
            uint256 before = vm.snapshotState();
            Ran memory r = run(priceEntry(scope % 2 == 0 ? draft : asset, scope));
            set(scope % 2 == 0 ? draft : asset, ASSET_PRICE0 + scope, type(uint64).max - scope);
            applied(r);
            vm.revertToState(before);
        }
    }
}
