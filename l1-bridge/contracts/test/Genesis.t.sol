// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Genesis} from "../script/Genesis.sol";
import {SYSTEM_WITHDRAW_MULTIPLE} from "../src/Protocol.sol";
import {Base} from "./Base.sol";

/// @notice The genesis root that the deployment script computes.
contract GenesisTest is Base {
    function genesisRoot(uint256[4] memory values, uint256 multiple) public pure returns (bytes32) {
        uint256[] memory params = new uint256[](4);
        for (uint256 i = 0; i < 4; i++) {
            params[i] = values[i];
        }
        return Genesis.root(params, multiple);
    }

    /// @dev What pr_state_genesis and pr_state_root of core/tree give for the same values.
    function test_genesisRoot_asInC_succeeds() public pure {
        eq(
            genesisRoot([uint256(0), 1_000_000, 1_000_000, 60], 1),
            0xab018d01e5405108843312f885ce942adeeb55689071394247df7e2006b1af83,
            "defaults"
        );
    }

    function test_genesisRoot_everyValueCounts_succeeds() public pure {
        bytes32 defaults = genesisRoot([uint256(0), 1_000_000, 1_000_000, 60], 1);
        check(genesisRoot([uint256(1), 1_000_000, 1_000_000, 60], 1) != defaults, "fee_ppm");
        check(genesisRoot([uint256(0), 999_999, 1_000_000, 60], 1) != defaults, "edge_ppm_max");
        check(genesisRoot([uint256(0), 1_000_000, 999_999, 60], 1) != defaults, "edges_ppm_max");
        check(genesisRoot([uint256(0), 1_000_000, 1_000_000, 61], 1) != defaults, "stream_grace_s");
        check(genesisRoot([uint256(0), 1_000_000, 1_000_000, 60], 1000) != defaults, "withdraw_multiple");
    }

    function test_genesisRoot_valueTooLarge_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Genesis.FieldTooLarge.selector, SYSTEM_WITHDRAW_MULTIPLE, 1 << 32));
        this.genesisRoot([uint256(0), 1_000_000, 1_000_000, 60], 1 << 32);
    }

    /// @dev No program would run such a ledger, and its proofs would revert: deposits into it would be lost.
    function test_genesisRoot_paramOutOfBounds_reverts() public {
        uint256[4] memory least = [uint256(0), 1000, 1000, 1];
        uint256[4] memory most = [uint256(50_000), 1_000_000, 1_000_000, 2_592_000];
        this.genesisRoot(least, 1);
        this.genesisRoot(most, 1);
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 k = i == 0 ? 1 : 0; k < 2; k++) {
                uint256[4] memory values = [uint256(0), 1_000_000, 1_000_000, 60];
                values[i] = k == 0 ? least[i] - 1 : most[i] + 1;
                vm.expectRevert(abi.encodeWithSelector(Genesis.ParamOutOfBounds.selector, i, values[i]));
                this.genesisRoot(values, 1);
            }
        }
        vm.expectRevert(Genesis.WithdrawMultipleZero.selector);
        this.genesisRoot([uint256(0), 1_000_000, 1_000_000, 60], 0);
    }
}
