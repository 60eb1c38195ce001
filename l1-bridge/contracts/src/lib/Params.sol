// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    PARAM_EDGE_PPM_MAX,
    PARAM_EDGE_PPM_MAX_MAX,
    PARAM_EDGE_PPM_MAX_MIN,
    PARAM_EDGES_PPM_MAX,
    PARAM_EDGES_PPM_MAX_MAX,
    PARAM_EDGES_PPM_MAX_MIN,
    PARAM_FEE_PPM,
    PARAM_FEE_PPM_MAX,
    PARAM_FEE_PPM_MIN,
    PARAM_STREAM_GRACE_S,
    PARAM_STREAM_GRACE_S_MAX,
    PARAM_STREAM_GRACE_S_MIN
} from "../Protocol.sol";

/// @notice The bounds of the ledger's parameters (docs/spec/protocol.csv).
library Params {
    /// @notice Whether parameter `index` may have that value; never if there is no such parameter.
    function isWithin(uint256 index, uint256 value) internal pure returns (bool) {
        (uint256 min, uint256 max) = _bounds(index);
        return value >= min && value <= max;
    }

    /// @dev An empty range if there is no such parameter.
    function _bounds(uint256 index) private pure returns (uint256 min, uint256 max) {
        if (index == PARAM_FEE_PPM) return (PARAM_FEE_PPM_MIN, PARAM_FEE_PPM_MAX);
        if (index == PARAM_EDGE_PPM_MAX) return (PARAM_EDGE_PPM_MAX_MIN, PARAM_EDGE_PPM_MAX_MAX);
        if (index == PARAM_EDGES_PPM_MAX) return (PARAM_EDGES_PPM_MAX_MIN, PARAM_EDGES_PPM_MAX_MAX);
        if (index == PARAM_STREAM_GRACE_S) return (PARAM_STREAM_GRACE_S_MIN, PARAM_STREAM_GRACE_S_MAX);
        return (1, 0);
    }
}
