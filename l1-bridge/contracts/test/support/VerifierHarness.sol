// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FraudVerifier} from "../../src/FraudVerifier.sol";
import {Context} from "../../src/interfaces/IFraudVerifier.sol";
import {IZstdDecoder} from "../../src/interfaces/IZstdDecoder.sol";

/// @notice See IVerifierHarness. Tests reach it through its artifact.
contract VerifierHarness is FraudVerifier {
    constructor(IZstdDecoder decoder) FraudVerifier(decoder) {}

    function statusesOf(Context calldata ctx, bytes calldata data, bytes calldata witness)
        external
        view
        returns (bytes32 postRoot, bytes memory statuses)
    {
        return _execute(ctx, data, witness);
    }
}
