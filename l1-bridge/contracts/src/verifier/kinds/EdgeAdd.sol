// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    ASSET_DRAFT,
    AT_ASSET_ABS_COUNT,
    AT_ASSET_ABS_PPM,
    AT_ASSET_ASK_MODE,
    AT_ASSET_ASK_PPM,
    AT_ASSET_DIRECT_REV,
    AT_ASSET_OWNER,
    AT_ASSET_PARENTS_OPEN,
    AT_ASSET_REL_PPM,
    AT_ASSET_STATUS,
    AT_ASSET_TOTAL_REV,
    AT_EDGE_BENEFICIARY,
    AT_EDGE_CHILD,
    AT_EDGE_INHERIT_ALL,
    AT_EDGE_MODE,
    AT_EDGE_ORDINAL,
    AT_EDGE_PPM,
    AT_EDGE_SETTLED_REV,
    AT_SYSTEM_EDGES_PPM_MAX,
    AT_SYSTEM_EDGE_PPM_MAX,
    EDGE_ADD_BENEFICIARY,
    EDGE_ADD_CHILD,
    EDGE_ADD_FROM,
    EDGE_ADD_MODE,
    EDGE_ADD_PPM,
    MODE_ABSOLUTE,
    MODE_RELATIVE,
    OBJECT_ASSET,
    OBJECT_EDGE,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_EDGE_EXISTS,
    STATUS_EDGE_SELF,
    STATUS_ENUM_RANGE,
    STATUS_OVERFLOW,
    STATUS_OWNER,
    STATUS_PARENT_STATUS,
    STATUS_RATE_RANGE,
    STATUS_RATE_SUM,
    STATUS_STATE_FULL
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice EDGE_ADD (docs/spec/entries.md): gives a parent asset or an account a rate of a draft's revenue.
library EdgeAdd {
    /// @dev Counters of 16 bits stop one short of the value that stands for "no ordinal".
    uint256 private constant COUNT16_MAX = 65534;
    uint256 private constant ORDINAL_NONE = 65535;

    function run(State memory s, Row row) internal view returns (uint256 status) {
        Leaf child = row.leaf(EDGE_ADD_CHILD);
        Leaf beneficiary = row.leaf(EDGE_ADD_BENEFICIARY);
        uint256 mode = row.num(EDGE_ADD_MODE);
        uint256 ppm = row.num(EDGE_ADD_PPM);
        if (child.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (child.get(AT_ASSET_OWNER) != row.id(EDGE_ADD_FROM)) return STATUS_OWNER;
        if (child.get(AT_ASSET_STATUS) != ASSET_DRAFT) return STATUS_ASSET_STATUS;
        if (child.id() == beneficiary.id()) return STATUS_EDGE_SELF;
        bool toAsset = beneficiary.typeOf() == OBJECT_ASSET;
        if (toAsset) {
            if (beneficiary.get(AT_ASSET_STATUS) != ASSET_ACTIVE) return STATUS_PARENT_STATUS;
            if (mode != beneficiary.get(AT_ASSET_ASK_MODE) || ppm != beneficiary.get(AT_ASSET_ASK_PPM)) {
                return STATUS_RATE_RANGE;
            }
        } else {
            if (mode != MODE_RELATIVE && mode != MODE_ABSOLUTE) return STATUS_ENUM_RANGE;
            if (ppm == 0 || ppm > s.system.get(AT_SYSTEM_EDGE_PPM_MAX)) return STATUS_RATE_RANGE;
        }
        if (child.get(AT_ASSET_REL_PPM) + child.get(AT_ASSET_ABS_PPM) + ppm > s.system.get(AT_SYSTEM_EDGES_PPM_MAX)) {
            return STATUS_RATE_SUM;
        }
        uint256 absCount = child.get(AT_ASSET_ABS_COUNT);
        uint256 parentsOpen = child.get(AT_ASSET_PARENTS_OPEN);
        if (absCount == COUNT16_MAX || parentsOpen == COUNT16_MAX) return STATUS_OVERFLOW;
        bytes32 key = Keys.edge(child.id(), beneficiary.id());
        (bool found, Leaf before) = Slots.find(s, key);
        if (found) return STATUS_EDGE_EXISTS;
        if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
        Leaf edge = Slots.createKeyed(s, OBJECT_EDGE, key, before);
        edge.set(AT_EDGE_CHILD, child.id());
        edge.set(AT_EDGE_BENEFICIARY, beneficiary.id());
        edge.set(AT_EDGE_MODE, mode);
        edge.set(AT_EDGE_PPM, ppm);
        edge.set(AT_EDGE_ORDINAL, ORDINAL_NONE);
        if (mode == MODE_RELATIVE) {
            edge.set(AT_EDGE_SETTLED_REV, child.get(AT_ASSET_TOTAL_REV));
            child.set(AT_ASSET_REL_PPM, child.get(AT_ASSET_REL_PPM) + ppm);
        } else if (mode == MODE_ABSOLUTE) {
            edge.set(AT_EDGE_SETTLED_REV, child.get(AT_ASSET_DIRECT_REV));
            child.set(AT_ASSET_ABS_PPM, child.get(AT_ASSET_ABS_PPM) + ppm);
            if (toAsset) {
                edge.set(AT_EDGE_ORDINAL, absCount);
                child.set(AT_ASSET_ABS_COUNT, absCount + 1);
            }
        }
        uint256 inheritAll = toAsset ? beneficiary.get(AT_ASSET_ABS_COUNT) : 0;
        if (inheritAll != 0) {
            edge.set(AT_EDGE_INHERIT_ALL, inheritAll);
            child.set(AT_ASSET_PARENTS_OPEN, parentsOpen + 1);
        }
        return STATUS_APPLIED;
    }
}
