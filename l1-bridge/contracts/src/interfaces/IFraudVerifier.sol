// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a chunk is executed against (docs/spec/l1.md, section 4).
/// @param preRoot state root before the chunk
/// @param domain EIP-712 domain separator that the chunk's signatures are bound to
/// @param batch number of the batch that holds the chunk
/// @param timestamp ledger time of that batch, seconds
/// @param inbox true: the data is a run of inbox items, (length uint16, item)*; false: a posted chunk
struct Context {
    bytes32 preRoot;
    bytes32 domain;
    uint64 batch;
    uint64 timestamp;
    bool inbox;
}

/// @notice Re-executes one chunk with the same checks in the same order as core/stf does.
interface IFraudVerifier {
    /// @notice The state root that the rules give after `data` is executed on `ctx.preRoot`.
    /// @dev Total over `data`: any bytes have exactly one outcome (bytes that cannot be decoded change nothing but what
    /// the rules say). Reverts if `witness` is wrong, short or long, or if gas runs out; a revert never means fraud.
    /// @param ctx what to execute against
    /// @param data the chunk's bytes, or the inbox items
    /// @param witness the leaves the chunk touches and one multiproof for them (docs/spec/tree.md)
    /// @return postRoot the state root afterwards
    function execute(Context calldata ctx, bytes calldata data, bytes calldata witness)
        external
        view
        returns (bytes32 postRoot);
}
