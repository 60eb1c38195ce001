// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_SYSTEM_BATCH,
    AT_SYSTEM_INBOX_NEXT,
    AT_SYSTEM_TIME,
    KIND_INFO,
    PAYLOAD_BYTES_MAX,
    STATUS_MALFORMED,
    fillTypehashes
} from "./Protocol.sol";
import {Context, IFraudVerifier} from "./interfaces/IFraudVerifier.sol";
import {IZstdDecoder} from "./interfaces/IZstdDecoder.sol";
import {Chunk, Entries} from "./verifier/Chunk.sol";
import {LEAF_FORM, LEAF_ROOM, LEAF_STRIDE} from "./verifier/Leaf.sol";
import {Ledger} from "./verifier/Ledger.sol";
import {Row} from "./verifier/Row.sol";
import {State} from "./verifier/State.sol";
import {Step} from "./verifier/Step.sol";
import {Tree, Witness} from "./verifier/Tree.sol";
import {Wire} from "./verifier/Wire.sol";

/// @notice Re-executes one chunk on the leaves of a witness (docs/spec/chunk.md): decode, execute, climb to the root
/// before and the root after in one pass.
/// @dev The order of work does not matter to the answer: nothing is returned unless the witness's leaves give
/// `ctx.preRoot`. Until that is known its values are only data: no read or write leaves the leaf they came in.
contract FraudVerifier is IFraudVerifier {
    IZstdDecoder public immutable DECODER;

    /// @notice The leaves and siblings of the witness do not give the root before the chunk.
    error WitnessRoot(bytes32 got, bytes32 want);
    /// @notice The inbox items do not end where the data ends, or one is empty.
    error ItemsCutOff(uint256 pos);
    /// @notice The decoder's address holds no code.
    error DecoderMissing(address decoder);

    constructor(IZstdDecoder decoder) {
        if (address(decoder).code.length == 0) revert DecoderMissing(address(decoder));
        assert(PAYLOAD_BYTES_MAX <= LEAF_ROOM && LEAF_STRIDE == LEAF_FORM + LEAF_ROOM);
        DECODER = decoder;
    }

    /// @inheritdoc IFraudVerifier
    function execute(Context calldata ctx, bytes calldata data, bytes calldata witness)
        external
        view
        returns (bytes32 postRoot)
    {
        (postRoot,) = _execute(ctx, data, witness);
    }

    /// @return postRoot the root after the chunk
    /// @return statuses one byte per entry; none if the chunk is undecodable
    function _execute(Context calldata ctx, bytes calldata data, bytes calldata witness)
        internal
        view
        returns (bytes32 postRoot, bytes memory statuses)
    {
        State memory s;
        s.domain = ctx.domain;
        s.time = ctx.timestamp;
        s.inbox = ctx.inbox;
        s.kinds = KIND_INFO;
        Entries memory entries;
        if (!ctx.inbox) {
            bool ok;
            (ok, entries) = Chunk.decode(s.kinds, DECODER, data);
            if (!ok) return (ctx.preRoot, statuses);
        }
        fillTypehashes(s.typehashes);
        Witness memory w = Tree.open(s, witness);
        s.system.set(AT_SYSTEM_BATCH, ctx.batch);
        s.system.set(AT_SYSTEM_TIME, ctx.timestamp);
        statuses = ctx.inbox ? _runItems(s, data) : _runEntries(s, entries);
        bytes32 preRoot;
        (preRoot, postRoot) = Tree.roots(s, w);
        if (preRoot != ctx.preRoot) revert WitnessRoot(preRoot, ctx.preRoot);
    }

    function _runEntries(State memory s, Entries memory entries) private view returns (bytes memory statuses) {
        Chunk.resolve(s, entries);
        uint256 count = entries.count;
        statuses = new bytes(count);
        for (uint256 i = 0; i < count; i++) {
            _note(statuses, i, Step.run(s, Chunk.rowAt(entries, i)));
        }
    }

    /// @dev Items are (length uint16, item)*; each is judged in wire form and moves system.inbox_next.
    function _runItems(State memory s, bytes calldata data) private view returns (bytes memory statuses) {
        uint256 pos = 0;
        uint256 count = 0;
        // Never more items than half the bytes.
        statuses = new bytes(data.length / 2);
        while (pos < data.length) {
            if (data.length - pos < 2) revert ItemsCutOff(pos);
            uint256 size = uint16(bytes2(data[pos:pos + 2]));
            pos += 2;
            if (size == 0 || data.length - pos < size) revert ItemsCutOff(pos);
            (bool ok, Row row) = Wire.decode(s, data[pos:pos + size]);
            _note(statuses, count, ok ? Step.run(s, row) : STATUS_MALFORMED);
            Ledger.put(s.system, AT_SYSTEM_INBOX_NEXT, 1);
            pos += size;
            count++;
        }
        assembly ("memory-safe") {
            mstore(statuses, count)
        }
    }

    function _note(bytes memory statuses, uint256 index, uint256 status) private pure {
        assembly ("memory-safe") {
            mstore8(add(add(statuses, 32), index), status)
        }
    }
}
