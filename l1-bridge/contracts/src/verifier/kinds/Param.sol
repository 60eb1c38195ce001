// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_SYSTEM_EDGES_PPM_MAX,
    AT_SYSTEM_EDGE_PPM_MAX,
    AT_SYSTEM_FEE_PPM,
    AT_SYSTEM_STREAM_GRACE_S,
    PARAM_EDGES_PPM_MAX,
    PARAM_EDGES_PPM_MAX_MAX,
    PARAM_EDGES_PPM_MAX_MIN,
    PARAM_EDGE_PPM_MAX,
    PARAM_EDGE_PPM_MAX_MAX,
    PARAM_EDGE_PPM_MAX_MIN,
    PARAM_FEE_PPM,
    PARAM_FEE_PPM_MAX,
    PARAM_FEE_PPM_MIN,
    PARAM_INDEX,
    PARAM_STREAM_GRACE_S,
    PARAM_STREAM_GRACE_S_MAX,
    PARAM_STREAM_GRACE_S_MIN,
    PARAM_VALUE,
    STATUS_APPLIED,
    STATUS_PARAM_RANGE
} from "../../Protocol.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice PARAM (docs/spec/entries.md): a parameter change that the governor made on L1, after its delay there.
library Param {
    function run(State memory s, Row row) internal pure returns (uint256 status) {
        uint256 index = row.num(PARAM_INDEX);
        uint256 value = row.num(PARAM_VALUE);
        uint256 place;
        uint256 min;
        uint256 max;
        if (index == PARAM_FEE_PPM) {
            (place, min, max) = (AT_SYSTEM_FEE_PPM, PARAM_FEE_PPM_MIN, PARAM_FEE_PPM_MAX);
        } else if (index == PARAM_EDGE_PPM_MAX) {
            (place, min, max) = (AT_SYSTEM_EDGE_PPM_MAX, PARAM_EDGE_PPM_MAX_MIN, PARAM_EDGE_PPM_MAX_MAX);
        } else if (index == PARAM_EDGES_PPM_MAX) {
            (place, min, max) = (AT_SYSTEM_EDGES_PPM_MAX, PARAM_EDGES_PPM_MAX_MIN, PARAM_EDGES_PPM_MAX_MAX);
        } else if (index == PARAM_STREAM_GRACE_S) {
            (place, min, max) = (AT_SYSTEM_STREAM_GRACE_S, PARAM_STREAM_GRACE_S_MIN, PARAM_STREAM_GRACE_S_MAX);
        } else {
            return STATUS_PARAM_RANGE;
        }
        if (value < min || value > max) return STATUS_PARAM_RANGE;
        s.system.set(place, value);
        return STATUS_APPLIED;
    }
}
