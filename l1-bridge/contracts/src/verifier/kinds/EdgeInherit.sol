// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_DRAFT,
    AT_ASSET_ABS_COUNT,
    AT_ASSET_ABS_PPM,
    AT_ASSET_DIRECT_REV,
    AT_ASSET_PARENTS_OPEN,
    AT_ASSET_REL_PPM,
    AT_ASSET_STATUS,
    AT_EDGE_BENEFICIARY,
    AT_EDGE_CHILD,
    AT_EDGE_INHERITED,
    AT_EDGE_INHERIT_ALL,
    AT_EDGE_MODE,
    AT_EDGE_ORDINAL,
    AT_EDGE_PPM,
    AT_EDGE_SETTLED_REV,
    AT_SYSTEM_EDGES_PPM_MAX,
    EDGE_INHERIT_ANCESTOR_EDGE,
    EDGE_INHERIT_CHILD,
    EDGE_INHERIT_PARENT_EDGE,
    MODE_ABSOLUTE,
    OBJECT_ASSET,
    OBJECT_EDGE,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_EDGE,
    STATUS_INHERIT,
    STATUS_MISMATCH,
    STATUS_OVERFLOW,
    STATUS_RATE_SUM,
    STATUS_STATE_FULL
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice EDGE_INHERIT (docs/spec/entries.md): carries the next absolute ancestor of a parent down to the child.
library EdgeInherit {
    /// @dev Counters of 16 bits stop one short of the value that stands for "no ordinal".
    uint256 private constant COUNT16_MAX = 65534;

    function run(State memory s, Row row) internal view returns (uint256 status) {
        Leaf child = row.leaf(EDGE_INHERIT_CHILD);
        Leaf toParent = row.leaf(EDGE_INHERIT_PARENT_EDGE);
        Leaf toAncestor = row.leaf(EDGE_INHERIT_ANCESTOR_EDGE);
        if (child.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (child.get(AT_ASSET_STATUS) != ASSET_DRAFT) return STATUS_ASSET_STATUS;
        if (toParent.typeOf() != OBJECT_EDGE || toAncestor.typeOf() != OBJECT_EDGE) return STATUS_EDGE;
        if (
            toParent.get(AT_EDGE_CHILD) != child.id()
                || toAncestor.get(AT_EDGE_CHILD) != toParent.get(AT_EDGE_BENEFICIARY)
        ) {
            return STATUS_MISMATCH;
        }
        uint256 inherited = toParent.get(AT_EDGE_INHERITED);
        uint256 inheritAll = toParent.get(AT_EDGE_INHERIT_ALL);
        if (inherited == inheritAll || toAncestor.get(AT_EDGE_ORDINAL) != inherited) return STATUS_INHERIT;
        uint256 ancestor = toAncestor.get(AT_EDGE_BENEFICIARY);
        bytes32 key = Keys.edge(child.id(), ancestor);
        (bool found, Leaf before) = Slots.find(s, key);
        if (!found) {
            uint256 ppm = toAncestor.get(AT_EDGE_PPM);
            uint256 absPpm = child.get(AT_ASSET_ABS_PPM) + ppm;
            if (child.get(AT_ASSET_REL_PPM) + absPpm > s.system.get(AT_SYSTEM_EDGES_PPM_MAX)) return STATUS_RATE_SUM;
            uint256 absCount = child.get(AT_ASSET_ABS_COUNT);
            if (absCount == COUNT16_MAX) return STATUS_OVERFLOW;
            if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
            Leaf edge = Slots.createKeyed(s, OBJECT_EDGE, key, before);
            edge.set(AT_EDGE_CHILD, child.id());
            edge.set(AT_EDGE_BENEFICIARY, ancestor);
            edge.set(AT_EDGE_MODE, MODE_ABSOLUTE);
            edge.set(AT_EDGE_PPM, ppm);
            edge.set(AT_EDGE_ORDINAL, absCount);
            edge.set(AT_EDGE_SETTLED_REV, child.get(AT_ASSET_DIRECT_REV));
            child.set(AT_ASSET_ABS_COUNT, absCount + 1);
            child.set(AT_ASSET_ABS_PPM, absPpm);
        }
        toParent.set(AT_EDGE_INHERITED, inherited + 1);
        if (inherited + 1 == inheritAll) child.set(AT_ASSET_PARENTS_OPEN, child.get(AT_ASSET_PARENTS_OPEN) - 1);
        return STATUS_APPLIED;
    }
}
