// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Base} from "./Base.sol";

/// @notice The compiler targets the EVM the contracts are written for, and a failing assertion is seen.
contract ToolchainTest is Base {
    function fails() external pure {
        eq(uint256(1), uint256(2), "one is two");
    }

    function test_assertion_unequal_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(NotEqual.selector, "one is two", 1, 2));
        this.fails();
    }

    function test_evm_countsLeadingZeros_succeeds() public pure {
        // CLZ (EIP-7939) exists from Osaka on.
        uint256 zeros;
        assembly {
            zeros := clz(1)
        }
        eq(zeros, 255, "clz(1)");
    }

    function testFuzz_bound_staysInRange_succeeds(uint256 x, uint64 low, uint64 span) public pure {
        uint256 y = bound(x, low, uint256(low) + span);
        le(low, y, "low");
        le(y, uint256(low) + span, "high");
    }
}
