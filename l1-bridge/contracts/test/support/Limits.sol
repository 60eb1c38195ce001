// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Bound on the gas of decoding any frame. ZstdDecoder.t.sol holds every frame that it knows against it, and the cost
/// of a proof counts on it.
uint256 constant FRAME_GAS_MAX = 1_600_000;
