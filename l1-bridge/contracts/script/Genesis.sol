// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    OBJECT_SYSTEM,
    PARAM_COUNT,
    SYSTEM_EDGE_PPM_MAX,
    SYSTEM_EDGES_PPM_MAX,
    SYSTEM_FEE_PPM,
    SYSTEM_NEXT_ID,
    SYSTEM_STREAM_GRACE_S,
    SYSTEM_WITHDRAW_MULTIPLE,
    TAG_LEAF,
    TAG_LINK,
    TAG_NODE,
    TREE_DEPTH,
    WIDTHS_SYSTEM
} from "../src/Protocol.sol";
import {Params} from "../src/lib/Params.sol";

/// @notice The state that a deployment starts from (docs/spec/state.md, section 3). Programs that read the chain file
/// compute its root again in C and refuse to start if it differs.
library Genesis {
    /// @notice A value does not fit its field.
    error FieldTooLarge(uint256 field, uint256 value);
    /// @notice A parameter is out of the bounds that the ledger's rules rely on.
    error ParamOutOfBounds(uint256 index, uint256 value);
    /// @notice No amount is a multiple of zero.
    error WithdrawMultipleZero();

    /// @param params values of the parameters by index
    /// @param withdrawMultiple nano per base unit of the token
    function root(uint256[] memory params, uint256 withdrawMultiple) internal pure returns (bytes32 h) {
        assert(params.length == PARAM_COUNT);
        for (uint256 i = 0; i < PARAM_COUNT; i++) {
            if (!Params.isWithin(i, params[i])) revert ParamOutOfBounds(i, params[i]);
        }
        if (withdrawMultiple == 0) revert WithdrawMultipleZero();
        bytes memory widths = WIDTHS_SYSTEM;
        // Values by position; positions count from 1.
        uint256[] memory values = new uint256[](widths.length + 1);
        values[SYSTEM_NEXT_ID] = 1;
        values[SYSTEM_WITHDRAW_MULTIPLE] = withdrawMultiple;
        values[SYSTEM_FEE_PPM] = params[0];
        values[SYSTEM_EDGE_PPM_MAX] = params[1];
        values[SYSTEM_EDGES_PPM_MAX] = params[2];
        values[SYSTEM_STREAM_GRACE_S] = params[3];

        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constants of one byte
        bytes memory payload = abi.encodePacked(uint8(OBJECT_SYSTEM));
        for (uint256 field = 1; field <= widths.length; field++) {
            uint256 bits = 8 * uint256(uint8(widths[field - 1]));
            if (values[field] >> bits != 0) revert FieldTooLarge(field, values[field]);
            for (uint256 shift = bits; shift > 0; shift -= 8) {
                // forge-lint: disable-next-line(unsafe-typecast) -- one byte of the value is meant
                payload = bytes.concat(payload, bytes1(uint8(values[field] >> (shift - 8))));
            }
        }
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constants of one byte
        (uint8 leaf, uint8 link, uint8 node) = (uint8(TAG_LEAF), uint8(TAG_LINK), uint8(TAG_NODE));
        bytes32 linkHash = sha256(abi.encodePacked(link, bytes32(0), bytes32(0)));
        h = sha256(abi.encodePacked(leaf, linkHash, payload));
        bytes32 empty = 0;
        for (uint256 level = 0; level < TREE_DEPTH; level++) {
            h = sha256(abi.encodePacked(node, h, empty));
            empty = sha256(abi.encodePacked(node, empty, empty));
        }
    }
}
