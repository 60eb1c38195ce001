// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../src/Protocol.sol";
import {People} from "./support/People.sol";

/// @notice Pools, payments and settlements (docs/spec/entries.md; the sums of docs/spec/state.md, section 5, by hand).
contract VerifierSharesTest is People {
    uint256 private constant U32 = type(uint32).max;
    uint256 private constant U64 = type(uint64).max;
    uint256 private constant U128 = type(uint128).max;

    function issue(uint256 id, uint256 holder, uint256 units) private view returns (Entry memory e) {
        e = from(KIND_SHARE_ISSUE, alice);
        e.f[SHARE_ISSUE_ASSET] = id;
        e.f[SHARE_ISSUE_HOLDER] = holder;
        e.f[SHARE_ISSUE_UNITS] = units;
    }

    function test_shareIssue_refuses() public {
        refused(issue(bob, shareBob, 0), STATUS_BENEFICIARY);
        refused(issue(bob, bob, 0), STATUS_UNITS_RANGE);
        refused(issue(bob, bob, U32 + 1), STATUS_UNITS_RANGE);
        refused(issue(bob, bob, 1), STATUS_ASSET);
        refused(issue(parent, bob, 1), STATUS_OWNER);
        refused(issue(retired, bob, 1), STATUS_ASSET_STATUS);
        refused(issue(asset, asset, U32), STATUS_EDGE_SELF);
        refused(issue(asset, bob, U32 - 9), STATUS_UNITS_RANGE);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(issue(asset, carol, U32 - 10), STATUS_STATE_FULL);
        // The holder is an asset that cannot take what the share has earned (80).
        set(parent, ASSET_TOTAL_REV, U128 - 79);
        refused(issue(asset, parent, 1), STATUS_OVERFLOW);
    }

    function test_shareIssue_newHolder_succeeds() public {
        Ran memory r = run(issue(asset, carol, U32 - 10));
        addShare(asset, carol, U32 - 10);
        set(empty, SHARE_CHECKPOINT, (20 << 64) + 5);
        set(empty, SHARE_CARRY, NEW_SHARE_CARRY);
        set(asset, ASSET_UNITS, U32);
        applied(r);
    }

    /// @dev 6 units · (20·2⁶⁴ + 5 − 2⁶⁴) + carry = 114 whole and 30 + carry parts.
    function test_shareIssue_oldHolder_succeeds() public {
        set(shareBob, SHARE_CHECKPOINT, 1 << 64);
        set(shareBob, SHARE_CARRY, U64 - 29);
        Ran memory r = run(issue(asset, bob, 1));
        set(shareBob, SHARE_CHECKPOINT, (20 << 64) + 5);
        set(shareBob, SHARE_CARRY, 0);
        set(shareBob, SHARE_UNITS, 7);
        set(bob, ACCOUNT_BALANCE, 5_115);
        set(asset, ASSET_HELD, 3_885);
        set(asset, ASSET_UNITS, 11);
        applied(r);
    }

    function give(uint256 sender, uint256 id, uint256 to, uint256 units) private pure returns (Entry memory e) {
        e = from(KIND_SHARE_TRANSFER, sender);
        e.f[SHARE_TRANSFER_ASSET] = id;
        e.f[SHARE_TRANSFER_TO] = to;
        e.f[SHARE_TRANSFER_UNITS] = units;
    }

    function test_shareTransfer_refuses() public {
        refused(give(bob, bob, chainStream, 0), STATUS_BENEFICIARY);
        refused(give(bob, bob, bob, 0), STATUS_UNITS_RANGE);
        refused(give(bob, bob, bob, U32 + 1), STATUS_UNITS_RANGE);
        refused(give(bob, bob, bob, 1), STATUS_ASSET);
        refused(give(alice, asset, asset, 1), STATUS_EDGE_SELF);
        refused(give(alice, asset, bob, 1), STATUS_SHARE);
        refused(give(bob, asset, carol, 7), STATUS_UNITS_SHORT);
        set(0, SYSTEM_NEXT_ID, OBJECTS_MAX);
        refused(give(bob, asset, carol, 6), STATUS_STATE_FULL);
        set(parent, ASSET_TOTAL_REV, U128 - 79);
        refused(give(bob, asset, parent, 6), STATUS_OVERFLOW);
    }

    function settleBob() private {
        set(shareBob, SHARE_CHECKPOINT, (20 << 64) + 5);
        set(shareBob, SHARE_CARRY, 30);
        set(bob, ACCOUNT_BALANCE, 5_120);
        set(asset, ASSET_HELD, get(asset, ASSET_HELD) - 120);
    }

    function test_shareTransfer_toNewHolder_succeeds() public {
        Ran memory r = run(give(bob, asset, carol, 6));
        settleBob();
        set(shareBob, SHARE_UNITS, 0);
        addShare(asset, carol, 6);
        set(empty, SHARE_CHECKPOINT, (20 << 64) + 5);
        set(empty, SHARE_CARRY, NEW_SHARE_CARRY);
        applied(r);
    }

    /// @dev 80 go to the asset that holds the other share: 4 % absolute do not count, so all is its pool's, and the owner's.
    function test_shareTransfer_toAsset_succeeds() public {
        Ran memory r = run(give(bob, asset, parent, 5));
        settleBob();
        set(shareBob, SHARE_UNITS, 1);
        set(shareParent, SHARE_UNITS, 9);
        set(shareParent, SHARE_CHECKPOINT, (20 << 64) + 5);
        set(shareParent, SHARE_CARRY, 20);
        set(asset, ASSET_HELD, 4_000 - 120 - 80);
        set(parent, ASSET_HELD, 80);
        set(parent, ASSET_TOTAL_REV, 80);
        set(parent, ASSET_OWNER_DUE, 80);
        applied(r);
    }

    function test_shareTransfer_toOneself_succeeds() public {
        Ran memory r = run(give(bob, asset, bob, 6));
        settleBob();
        applied(r);
    }

    function pay(uint256 sender, uint256 id, uint256 amount) private pure returns (Entry memory e) {
        e = from(KIND_PAY, sender);
        e.f[PAY_ASSET] = id;
        e.f[PAY_SCOPE] = SCOPES - 1;
        e.f[PAY_AMOUNT] = amount;
    }

    function test_pay_refuses() public {
        Entry memory e = pay(bob, bob, 0);
        e.f[PAY_SCOPE] = SCOPES;
        refused(e, STATUS_AMOUNT_ZERO);
        e.f[PAY_AMOUNT] = 1;
        refused(e, STATUS_ENUM_RANGE);
        refused(pay(bob, bob, 1), STATUS_ASSET);
        refused(pay(bob, draft, 5_001), STATUS_ASSET_STATUS);
        refused(pay(bob, retired, 5_001), STATUS_ASSET_STATUS);
        refused(pay(bob, asset, 5_001), STATUS_BALANCE);
        // 1,000 less the fee of 10.
        set(asset, ASSET_TOTAL_REV, U128 - 989);
        refused(pay(bob, asset, 1_000), STATUS_OVERFLOW);
        set(asset, ASSET_TOTAL_REV, U128 - 990);
        set(asset, ASSET_DIRECT_REV, U128 - 989);
        refused(pay(bob, asset, 1_000), STATUS_OVERFLOW);
        set(asset, ASSET_DIRECT_REV, U128 - 990);
        set(asset, ASSET_ACC, U128 - (84 << 64));
        refused(pay(bob, asset, 1_000), STATUS_OVERFLOW);
    }

    /// @dev 1,000: fee 10. 990 · 85 % + 0.999999 = 842 and 0.499999. 842 · 2⁶⁴ + 7 over 10 units: 84.2 · 2⁶⁴ and 0.7.
    function test_pay_succeeds() public {
        set(asset, ASSET_TOTAL_REV, U128 - 990);
        Ran memory r = run(pay(bob, asset, 1_000));
        uint256 m = (842 << 64) + 7;
        set(bob, ACCOUNT_BALANCE, 4_000);
        set(0, SYSTEM_FEES, 10);
        set(asset, ASSET_POOL_CARRY, 499_999);
        set(asset, ASSET_HELD, 4_990);
        set(asset, ASSET_TOTAL_REV, U128);
        set(asset, ASSET_DIRECT_REV, 8_990);
        set(asset, ASSET_ACC, (20 << 64) + 5 + m / 10);
        set(asset, ASSET_ACC_REM, m % 10);
        applied(r);
    }

    /// @dev One nano: 0.01 of fee and what is carried make 1, and nothing is left to pay.
    function test_pay_allFee_succeeds() public {
        set(0, SYSTEM_FEE_CARRY, 990_000);
        Ran memory r = run(pay(bob, asset, 1));
        set(bob, ACCOUNT_BALANCE, 4_999);
        set(0, SYSTEM_FEES, 1);
        set(0, SYSTEM_FEE_CARRY, 0);
        applied(r);
    }

    /// @dev An empty pool's part is the owner's.
    function test_pay_emptyPool_succeeds() public {
        Ran memory r = run(pay(alice, parent, 101));
        set(alice, ACCOUNT_BALANCE, 9_899);
        set(0, SYSTEM_FEES, 1);
        set(0, SYSTEM_FEE_CARRY, 10_000);
        set(parent, ASSET_HELD, 100);
        set(parent, ASSET_TOTAL_REV, 100);
        set(parent, ASSET_DIRECT_REV, 100);
        set(parent, ASSET_OWNER_DUE, 96);
        applied(r);
    }

    function settle(uint256 edge, uint256 child, uint256 beneficiary) private pure returns (Entry memory e) {
        e.kind = KIND_SETTLE;
        e.f[SETTLE_EDGE] = edge;
        e.f[SETTLE_CHILD] = child;
        e.f[SETTLE_BENEFICIARY] = beneficiary;
    }

    function test_settle_refuses() public {
        refused(settle(bob, bob, empty), STATUS_BENEFICIARY);
        refused(settle(bob, bob, bob), STATUS_EDGE);
        refused(settle(edgeAssetCarol, draft, carol), STATUS_MISMATCH);
        refused(settle(edgeAssetCarol, asset, bob), STATUS_MISMATCH);
        set(parent, ASSET_TOTAL_REV, U128 - 899);
        refused(settle(edgeAssetParent, asset, parent), STATUS_OVERFLOW);
    }

    /// @dev Direct revenue of 8,000 since 1, at 5 %, and 0.35 carried.
    function test_settle_absoluteToAccount_succeeds() public {
        set(edgeAssetCarol, EDGE_SETTLED_REV, 1);
        set(edgeAssetCarol, EDGE_CARRY, 350_000);
        Ran memory r = run(settle(edgeAssetCarol, asset, carol));
        set(carol, ACCOUNT_BALANCE, 400);
        set(asset, ASSET_HELD, 3_600);
        set(edgeAssetCarol, EDGE_SETTLED_REV, 8_000);
        set(edgeAssetCarol, EDGE_CARRY, 300_000);
        applied(r);
    }

    /// @dev All revenue of 9,000 at 10 %; the parent passes nothing on and has no pool.
    function test_settle_relativeToAsset_succeeds() public {
        set(parent, ASSET_TOTAL_REV, U128 - 900);
        Ran memory r = run(settle(edgeAssetParent, asset, parent));
        set(asset, ASSET_HELD, 3_100);
        set(edgeAssetParent, EDGE_SETTLED_REV, 9_000);
        set(parent, ASSET_HELD, 900);
        set(parent, ASSET_TOTAL_REV, U128);
        set(parent, ASSET_OWNER_DUE, 900);
        applied(r);
    }

    function test_settle_modeNone_succeeds() public {
        set(edgeAssetParent, EDGE_MODE, MODE_NONE);
        set(edgeAssetParent, EDGE_PPM, 0);
        applied(run(settle(edgeAssetParent, asset, parent)));
    }

    /// @dev A second settlement moves nothing.
    function test_settle_again_succeeds() public {
        set(edgeAssetCarol, EDGE_SETTLED_REV, 8_000);
        set(edgeAssetCarol, EDGE_CARRY, 999_999);
        applied(run(settle(edgeAssetCarol, asset, carol)));
    }

    function claim(uint256 share, uint256 id, uint256 holder) private pure returns (Entry memory e) {
        e.kind = KIND_CLAIM;
        e.f[CLAIM_SHARE] = share;
        e.f[CLAIM_ASSET] = id;
        e.f[CLAIM_HOLDER] = holder;
    }

    function test_claim_refuses() public {
        refused(claim(bob, bob, shareBob), STATUS_BENEFICIARY);
        refused(claim(bob, bob, bob), STATUS_SHARE);
        refused(claim(shareBob, draft, bob), STATUS_MISMATCH);
        refused(claim(shareBob, asset, alice), STATUS_MISMATCH);
        set(parent, ASSET_UNITS, 1);
        set(parent, ASSET_ACC, U128 - (80 << 64) + 1);
        refused(claim(shareParent, asset, parent), STATUS_OVERFLOW);
    }

    function test_claim_toAccount_succeeds() public {
        Ran memory r = run(claim(shareBob, asset, bob));
        settleBob();
        applied(r);
    }

    function test_claim_toAsset_succeeds() public {
        set(parent, ASSET_UNITS, 1);
        set(parent, ASSET_ACC, U128 - (80 << 64));
        set(parent, ASSET_REL_PPM, 0);
        Ran memory r = run(claim(shareParent, asset, parent));
        set(shareParent, SHARE_CHECKPOINT, (20 << 64) + 5);
        set(shareParent, SHARE_CARRY, 20);
        set(asset, ASSET_HELD, 3_920);
        set(parent, ASSET_ACC, U128);
        set(parent, ASSET_HELD, 80);
        set(parent, ASSET_TOTAL_REV, 80);
        applied(r);
    }

    function claimOwner(uint256 id, uint256 owner) private pure returns (Entry memory e) {
        e.kind = KIND_CLAIM_OWNER;
        e.f[CLAIM_OWNER_ASSET] = id;
        e.f[CLAIM_OWNER_OWNER] = owner;
    }

    function test_claimOwner_refuses() public {
        refused(claimOwner(bob, asset), STATUS_RECIPIENT);
        refused(claimOwner(bob, bob), STATUS_ASSET);
        refused(claimOwner(asset, bob), STATUS_MISMATCH);
    }

    function test_claimOwner_succeeds() public {
        set(asset, ASSET_OWNER_DUE, 4_000);
        Ran memory r = run(claimOwner(asset, alice));
        set(asset, ASSET_OWNER_DUE, 0);
        set(asset, ASSET_HELD, 0);
        set(alice, ACCOUNT_BALANCE, 14_000);
        applied(r);
    }
}
