// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice Strict decoder of the one zstd frame that carries a chunk's plain section (docs/spec/chunk.md, section 2).
interface IZstdDecoder {
    /// @notice Decodes a frame.
    /// @dev Total: only a lack of gas makes the call fail, and that is never a verdict on the frame.
    /// @param frame the whole frame, magic included
    /// @return ok whether the frame is within the profile
    /// @return content its content; empty if it is not within the profile
    function decode(bytes calldata frame) external view returns (bool ok, bytes memory content);
}
