// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Context, IFraudVerifier} from "../../src/interfaces/IFraudVerifier.sol";

/// @notice A ledger whose root is the hash of everything that was executed: enough to test claims with.
/// @dev The witness must be "ok", as a real witness must fit the pre-root.
contract MockVerifier is IFraudVerifier {
    error WitnessWrong();

    function execute(Context calldata ctx, bytes calldata data, bytes calldata witness)
        external
        pure
        returns (bytes32)
    {
        if (keccak256(witness) != keccak256("ok")) revert WitnessWrong();
        return next(ctx, data);
    }

    function next(Context memory ctx, bytes memory data) public pure returns (bytes32) {
        return keccak256(abi.encode(ctx, data));
    }
}
