// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ASSET_ACC,
    AT_SHARE_ASSET,
    AT_SHARE_CARRY,
    AT_SHARE_CHECKPOINT,
    AT_SHARE_HOLDER,
    AT_SHARE_UNITS,
    NEW_SHARE_CARRY,
    OBJECT_ASSET,
    OBJECT_SHARE,
    SHARE_TRANSFER_ASSET,
    SHARE_TRANSFER_FROM,
    SHARE_TRANSFER_TO,
    SHARE_TRANSFER_UNITS,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_EDGE_SELF,
    STATUS_OVERFLOW,
    STATUS_SHARE,
    STATUS_STATE_FULL,
    STATUS_UNITS_RANGE,
    STATUS_UNITS_SHORT
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice SHARE_TRANSFER (docs/spec/entries.md): moves units between holders, both first paid what theirs earned.
library ShareTransfer {
    function run(State memory s, Row row) internal view returns (uint256 status) {
        Leaf from = row.leaf(SHARE_TRANSFER_FROM);
        Leaf to = row.leaf(SHARE_TRANSFER_TO);
        uint256 units = row.num(SHARE_TRANSFER_UNITS);
        if (units == 0 || units > Ledger.U32_MAX) return STATUS_UNITS_RANGE;
        Leaf asset = row.leaf(SHARE_TRANSFER_ASSET);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (to.id() == asset.id()) return STATUS_EDGE_SELF;
        (bool found, Leaf source) = Slots.find(s, Keys.share(asset.id(), from.id()));
        if (!found) return STATUS_SHARE;
        if (source.get(AT_SHARE_UNITS) < units) return STATUS_UNITS_SHORT;
        bytes32 key = Keys.share(asset.id(), to.id());
        Leaf target;
        (found, target) = Slots.find(s, key);
        // Only a payment to an asset can be refused, and `from` is an account: so the target is settled first. The two
        // payments do not depend on one another.
        if (found) {
            if (!Ledger.shareSettle(target, asset, to)) return STATUS_OVERFLOW;
        } else {
            if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
            target = Slots.createKeyed(s, OBJECT_SHARE, key, target);
            target.set(AT_SHARE_ASSET, asset.id());
            target.set(AT_SHARE_HOLDER, to.id());
            target.set(AT_SHARE_CHECKPOINT, asset.get(AT_ASSET_ACC));
            target.set(AT_SHARE_CARRY, NEW_SHARE_CARRY);
        }
        if (!Ledger.shareSettle(source, asset, from)) revert Slots.StateInconsistent();
        source.set(AT_SHARE_UNITS, source.get(AT_SHARE_UNITS) - units);
        target.set(AT_SHARE_UNITS, target.get(AT_SHARE_UNITS) + units);
        return STATUS_APPLIED;
    }
}
