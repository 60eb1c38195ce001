// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_RETIRED,
    AT_ASSET_ACC,
    AT_ASSET_OWNER,
    AT_ASSET_STATUS,
    AT_ASSET_UNITS,
    AT_SHARE_ASSET,
    AT_SHARE_CARRY,
    AT_SHARE_CHECKPOINT,
    AT_SHARE_HOLDER,
    AT_SHARE_UNITS,
    NEW_SHARE_CARRY,
    OBJECT_ASSET,
    OBJECT_SHARE,
    SHARE_ISSUE_ASSET,
    SHARE_ISSUE_FROM,
    SHARE_ISSUE_HOLDER,
    SHARE_ISSUE_UNITS,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_EDGE_SELF,
    STATUS_OVERFLOW,
    STATUS_OWNER,
    STATUS_STATE_FULL,
    STATUS_UNITS_RANGE
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice SHARE_ISSUE (docs/spec/entries.md): adds units to a holder, who is first paid what the earlier ones earned.
library ShareIssue {
    function run(State memory s, Row row) internal view returns (uint256 status) {
        uint256 units = row.num(SHARE_ISSUE_UNITS);
        if (units == 0 || units > Ledger.U32_MAX) return STATUS_UNITS_RANGE;
        Leaf asset = row.leaf(SHARE_ISSUE_ASSET);
        Leaf holder = row.leaf(SHARE_ISSUE_HOLDER);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_OWNER) != row.id(SHARE_ISSUE_FROM)) return STATUS_OWNER;
        if (asset.get(AT_ASSET_STATUS) == ASSET_RETIRED) return STATUS_ASSET_STATUS;
        if (holder.id() == asset.id()) return STATUS_EDGE_SELF;
        if (asset.get(AT_ASSET_UNITS) + units > Ledger.U32_MAX) return STATUS_UNITS_RANGE;
        bytes32 key = Keys.share(asset.id(), holder.id());
        (bool found, Leaf share) = Slots.find(s, key);
        if (found) {
            if (!Ledger.shareSettle(share, asset, holder)) return STATUS_OVERFLOW;
        } else {
            if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
            share = Slots.createKeyed(s, OBJECT_SHARE, key, share);
            share.set(AT_SHARE_ASSET, asset.id());
            share.set(AT_SHARE_HOLDER, holder.id());
            share.set(AT_SHARE_CHECKPOINT, asset.get(AT_ASSET_ACC));
            share.set(AT_SHARE_CARRY, NEW_SHARE_CARRY);
        }
        share.set(AT_SHARE_UNITS, share.get(AT_SHARE_UNITS) + units);
        asset.set(AT_ASSET_UNITS, asset.get(AT_ASSET_UNITS) + units);
        return STATUS_APPLIED;
    }
}
