// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Context, IFraudVerifier} from "../../src/interfaces/IFraudVerifier.sol";

/// @notice The verifier with what tests look at besides the root.
interface IVerifierHarness is IFraudVerifier {
    /// @notice Like `execute`, with the status of every entry (none if the chunk is undecodable).
    function statusesOf(Context calldata ctx, bytes calldata data, bytes calldata witness)
        external
        view
        returns (bytes32 postRoot, bytes memory statuses);
}
