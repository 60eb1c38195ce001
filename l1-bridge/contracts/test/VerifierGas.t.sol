// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deployment} from "../script/Deployment.sol";
import "../src/Protocol.sol";
import {Context} from "../src/interfaces/IFraudVerifier.sol";
import {Dearest} from "./support/Dearest.sol";
import {IVerifierHarness} from "./support/IVerifierHarness.sol";
import {FRAME_GAS_MAX} from "./support/Limits.sol";
import {Lists} from "./support/Lists.sol";
import {Struck} from "./support/Struck.sol";

/// @notice Gas and bytes of the transactions that strike a claim by the dearest chunks of every kind at the bounds of
/// protocol.csv, in a ledger of 2^24 slots; the weight of every kind; and the sum of all ceilings, which no proof passes
/// (docs/spec/chunk.md, section 5). All of it is kept in a snapshot, which `make gas-snapshot` renews.
/// @dev Frames here are raw blocks of whatever the entries need; FRAME_GAS_MAX is added for a hostile one.
contract VerifierGasTest is Dearest, Struck {
    uint256 private constant GAS_MAX = 8_000_000;
    uint256 private constant BYTES_MAX = 131_072;
    uint256 private constant TRANSACTION_GAS = 21_000;
    /// @dev Per byte of a chunk beyond the ones measured: calldata, and generously its copies and hash.
    uint256 private constant CHUNK_BYTE_GAS = 16 + 2;
    string private constant SNAPSHOT = "snapshots/proof-cost.txt";
    /// @dev Entries of the chunks whose difference is the marginal gas of a kind: half of them and all.
    uint256 private constant MARGINAL = 16;

    struct Cost {
        uint256 entries;
        uint256 applied;
        uint256 leaves;
        uint256 bytes_;
        uint256 gas_;
    }

    /// @dev Ways through a kind: taking effect, refused by the last check, and with what it looks for there already.
    enum Path {
        Applied,
        Refused,
        Existing
    }

    string private text;

    event log(string line);

    function setUp() public {
        decoder = Deployment.create("ZstdDecoder.sol:ZstdDecoder", "");
        verifier = IVerifierHarness(Deployment.create("VerifierHarness.sol:VerifierHarness", abi.encode(decoder)));
        deployRollup(decoder);
        domain = rollup.domain();
    }

    // ---- Cases. Each is called from outside, on a state of its own and with a memory of its own.

    /// @notice The transaction against the dearest chunk of a kind.
    function costOf(uint256 kind, bool inbox_, bool late_) external returns (Cost memory) {
        late = late_;
        uint256 n = inbox_ ? INBOX_CHUNK_ITEMS : most(kind);
        Entry[] memory list = build(kind, n, inbox_ ? INBOX_LINKS_MAX : CHUNK_LINKS_MAX / n, !inbox_);
        if (!inbox_) fitsNoMore(kind, list);
        if (late) refuseLate(kind);
        return measure(list, inbox_, false);
    }

    /// @notice A tick over all the links that a chunk may have, as many new accounts as the weights then admit among 128
    /// entries, and payments to as many assets as the leaves admit.
    function costOfMix() external returns (Cost memory) {
        begin();
        uint256 accounts = (CHUNK_GAS_MAX - weightOf(KIND_STREAM_TICK) - 127 * weightOf(KIND_PAY))
            / (weightOf(KIND_ACCOUNT_OPEN) - weightOf(KIND_PAY));
        if (accounts > 62) accounts = 62;
        signer = putAccount();
        putAssets(CHUNK_LEAVES_MAX - 3 - 2 * accounts, ASSET_ACTIVE);
        others.push(putStream(signer, assets[0], STREAM_CHAIN));
        Entry[] memory list = new Entry[](CHUNK_ENTRIES_MAX);
        list[0] = make(KIND_STREAM_TICK, 0, 1, CHUNK_LINKS_MAX);
        for (uint256 i = 1; i < list.length; i++) {
            list[i] = make(i <= accounts ? KIND_ACCOUNT_OPEN : KIND_PAY, i, 0, 0);
        }
        finish(false);
        for (uint256 i = 0; i < list.length; i++) {
            seal(list[i]);
        }
        return measure(list, false, false);
    }

    /// @notice Everything of a transaction that is not weighed but for the table of ids: 128 leaves of the largest type, all
    /// links open; every byte of the calldata at the price of one that is not zero; a chunk of the most bytes; one entry.
    function costOfCeilings() external returns (Cost memory) {
        begin();
        putAssets(CHUNK_LEAVES_MAX - 1, ASSET_ACTIVE);
        eq(payloadOf(objects[assets[0]]).length, PAYLOAD_BYTES_MAX, "an asset is the largest object");
        return measure(settlements(1, 1), false, true);
    }

    /// @notice Gas that the longest table of ids adds.
    function gasOfIds() external returns (uint256) {
        begin();
        putAssets(CHUNK_LEAVES_MAX - 1, ASSET_ACTIVE);
        return gasOfExecution(settlements(43, 43), false) - gasOfExecution(settlements(43, 1), false);
    }

    /// @dev `n` settlements that name 3 ids each, refused as none is an edge, of which `distinct` name others.
    function settlements(uint256 n, uint256 distinct) private view returns (Entry[] memory list) {
        list = new Entry[](n);
        for (uint256 i = 0; i < n; i++) {
            list[i].kind = KIND_SETTLE;
            for (uint256 f = 0; f < 3; f++) {
                list[i].f[f + 1] = assets[(3 * (i % distinct) + f) % assets.length];
            }
        }
    }

    /// @notice Marginal gas of an entry where a find passes every open link that a witness can have.
    function marginalOf(uint256 kind, Path path) external returns (uint256) {
        (late, existing) = (path == Path.Refused, path == Path.Existing);
        bool items = kind == KIND_DEPOSIT || kind == KIND_PARAM;
        Entry[] memory list = build(kind, MARGINAL, 1, true);
        if (path == Path.Refused) refuseLate(kind);
        Entry[] memory half = new Entry[](MARGINAL / 2);
        for (uint256 i = 0; i < half.length; i++) {
            half[i] = list[i];
        }
        return (gasOfExecution(list, items) - gasOfExecution(half, items)) / (MARGINAL - half.length);
    }

    /// @notice Gas of a chunk of one tick over that many links.
    function gasOfLinks(uint256 links) external returns (uint256) {
        return gasOfExecution(build(KIND_STREAM_TICK, 1, links, true), false);
    }

    // ---- Measuring.

    function dataOf(Entry[] memory list, bool inbox_) private pure returns (bytes memory data, bytes[] memory items) {
        if (!inbox_) return (chunk(list), items);
        items = new bytes[](list.length);
        for (uint256 i = 0; i < list.length; i++) {
            items[i] = wire(list[i]);
        }
        data = Lists.run(items);
    }

    /// @dev The context whose root is the one that the witness gives: it stands in the refusal of another.
    function contextOf(bytes memory data, bytes memory witness, bool inbox_) private view returns (Context memory ctx) {
        ctx = Context({preRoot: 0, domain: domain, batch: 1, timestamp: uint64(block.timestamp), inbox: inbox_});
        try verifier.execute(ctx, data, witness) {
            revert AssertionFailed("a root of zero");
        } catch (bytes memory reason) {
            check(reason.length == 68, "no root in the refusal");
            assembly {
                mstore(ctx, mload(add(reason, 36)))
            }
        }
    }

    function gasOfExecution(Entry[] memory list, bool inbox_) private returns (uint256) {
        (bytes memory data,) = dataOf(list, inbox_);
        bytes memory witness = fullWitness(opened, true);
        return gasOf(fraudVerifier, abi.encodeCall(verifier.execute, (contextOf(data, witness, inbox_), data, witness)));
    }

    function measure(Entry[] memory list, bool inbox_, bool ceilings) private returns (Cost memory c) {
        (bytes memory data, bytes[] memory items) = dataOf(list, inbox_);
        if (inbox_) postItems(items);
        else postChunk(data);
        bytes memory witness = fullWitness(opened, ceilings);
        Context memory ctx = contextOf(data, witness, inbox_);
        (, bytes memory statuses) = verifier.statusesOf(ctx, data, witness);
        for (uint256 i = 0; i < statuses.length; i++) {
            if (uint8(statuses[i]) == STATUS_APPLIED) c.applied++;
        }
        (c.entries, c.leaves) = (statuses.length, ids.length + 1);
        eq(c.entries, list.length, "entries executed");
        bytes memory input = strikeOf(data, witness, ctx.preRoot);
        price(c, input, inbox_ ? 0 : FRAME_GAS_MAX);
        if (!ceilings) return c;
        uint256 more = CHUNK_BYTES_MAX - data.length;
        c.bytes_ += more;
        c.gas_ += 16 * input.length - calldataGas(input) + CHUNK_BYTE_GAS * more;
    }

    /// @dev EIP-2028 and EIP-7623.
    function price(Cost memory c, bytes memory input, uint256 frameGas) private {
        uint256 ofData = calldataGas(input);
        c.bytes_ = input.length;
        c.gas_ = TRANSACTION_GAS + ofData + gasOf(address(rollup), input) + frameGas;
        uint256 floor = TRANSACTION_GAS + ofData / 4 * 10;
        if (c.gas_ < floor) c.gas_ = floor;
    }

    /// @dev One more entry of the kind passes a bound, even if it names nothing new.
    function fitsNoMore(uint256 kind, Entry[] memory list) private pure {
        (bytes memory plain, bytes memory raw) = sections(list);
        (uint256 n, uint256 implicit_, uint256 weight) = (list.length, implicitOf(kind), weightOf(kind));
        uint256 leaves = 1 + idsOf(list).length + n * implicit_;
        check(leaves <= CHUNK_LEAVES_MAX && n * weight <= CHUNK_GAS_MAX, "passes a bound");
        check(plain.length <= CHUNK_PLAIN_MAX && raw.length <= CHUNK_RAW_MAX, "passes a section's bound");
        check(
            n == CHUNK_ENTRIES_MAX || leaves + implicit_ > CHUNK_LEAVES_MAX
                || raw.length + raw.length / n > CHUNK_RAW_MAX || (n + 1) * weight > CHUNK_GAS_MAX,
            "one more fits"
        );
    }

    function infoOf(uint256 kind) private pure returns (uint256 info) {
        bytes memory table = KIND_INFO;
        assembly {
            info := mload(add(add(table, 32), shl(5, kind)))
        }
    }

    function implicitOf(uint256 kind) private pure returns (uint256) {
        return (infoOf(kind) >> 232) & 0xff;
    }

    function weightOf(uint256 kind) private pure returns (uint256) {
        return (infoOf(kind) >> 176) & 0xffffffff;
    }

    // ---- The snapshot.

    function nameOf(uint256 kind) private pure returns (string memory) {
        string[KIND_COUNT] memory names = [
            "",
            "DEPOSIT",
            "TRANSFER",
            "ACCOUNT_OPEN",
            "WITHDRAW",
            "ASSET_REGISTER",
            "EDGE_ADD",
            "EDGE_INHERIT",
            "ASSET_OPEN",
            "ASSET_PRICE",
            "ASSET_RETIRE",
            "SHARE_ISSUE",
            "SHARE_TRANSFER",
            "PAY",
            "STREAM_OPEN",
            "STREAM_TOPUP",
            "STREAM_TICK",
            "STREAM_VOUCHER",
            "STREAM_CLOSE",
            "SETTLE",
            "CLAIM",
            "CLAIM_OWNER",
            "PARAM"
        ];
        return names[kind];
    }

    /// @dev `value` at the right of a column.
    function cell(uint256 value) private pure returns (string memory out) {
        out = vm.toString(value);
        while (bytes(out).length < 10) out = string.concat(" ", out);
    }

    function line(string memory name, string memory how, string memory rest) private {
        while (bytes(name).length < 16) name = string.concat(name, " ");
        while (bytes(how).length < 15) how = string.concat(how, " ");
        name = string.concat(name, how, rest);
        emit log(name);
        text = string.concat(text, name, "\n");
    }

    function lineOf(string memory name, string memory how, Cost memory c) private {
        line(name, how, string.concat(cell(c.entries), cell(c.applied), cell(c.leaves), cell(c.bytes_), cell(c.gas_)));
        le(c.gas_, GAS_MAX, string.concat("gas of ", name));
        le(c.bytes_, BYTES_MAX, string.concat("bytes of ", name));
    }

    function lineOfCase(uint256 kind, bool inbox_, bool late_) private {
        uint256 id = vm.snapshotState();
        Cost memory c = this.costOf(kind, inbox_, late_);
        check(vm.revertToState(id), "state");
        check(late_ ? c.applied == 0 : c.applied * 2 >= c.entries - 2, string.concat("entries applied: ", nameOf(kind)));
        string memory how = inbox_ ? "inbox" : late_ ? "posted refused" : "posted";
        lineOf(nameOf(kind), how, c);
    }

    function weigh(uint256 kind) private {
        uint256 most_ = marginal(kind, Path.Applied);
        if (kind != KIND_DEPOSIT && kind != KIND_PARAM) most_ = larger(most_, marginal(kind, Path.Refused));
        if (kind == KIND_SHARE_ISSUE || kind == KIND_SHARE_TRANSFER) {
            most_ = larger(most_, marginal(kind, Path.Existing));
        }
        line(nameOf(kind), "weight", string.concat(cell(most_), cell(weightOf(kind))));
        le(most_, weightOf(kind), string.concat("weight of ", nameOf(kind)));
    }

    function marginal(uint256 kind, Path path) private returns (uint256 gas_) {
        uint256 id = vm.snapshotState();
        gas_ = this.marginalOf(kind, path);
        check(vm.revertToState(id), "state");
    }

    function larger(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    /// @dev The text that the snapshot is to have. A storage string may not survive a return to a state: lines are made
    /// after it.
    function compose() private {
        line("# chunk", "", "    entries   applied    leaves     bytes       gas");
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            if (kind != KIND_DEPOSIT && kind != KIND_PARAM) {
                lineOfCase(kind, false, false);
                lineOfCase(kind, false, true);
            }
            lineOfCase(kind, true, false);
        }
        uint256 id = vm.snapshotState();
        Cost memory c = this.costOfMix();
        check(vm.revertToState(id), "state");
        eq(c.applied, CHUNK_ENTRIES_MAX, "all of the mix applied");
        lineOf("mix", "posted", c);

        line("# kind", "", "   marginal    weight");
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            weigh(kind);
        }
        composeCeilings();
    }

    function composeCeilings() private {
        uint256 id = vm.snapshotState();
        uint256 links = this.gasOfLinks(CHUNK_LINKS_MAX);
        check(vm.revertToState(id), "state");
        id = vm.snapshotState();
        links -= this.gasOfLinks(1);
        check(vm.revertToState(id), "state");
        id = vm.snapshotState();
        Cost memory c = this.costOfCeilings();
        check(vm.revertToState(id), "state");
        id = vm.snapshotState();
        uint256 table = this.gasOfIds();
        check(vm.revertToState(id), "state");
        line("# ceiling", "", "      bytes       gas");
        line("leaves, calldata", "", string.concat(cell(c.bytes_), cell(c.gas_ - FRAME_GAS_MAX)));
        line("ids", "", string.concat(cell(0), cell(table)));
        line("frame", "", string.concat(cell(0), cell(FRAME_GAS_MAX)));
        line("links", "", string.concat(cell(0), cell(links)));
        line("weights", "", string.concat(cell(0), cell(CHUNK_GAS_MAX)));
        uint256 sum = c.gas_ + table + links + CHUNK_GAS_MAX;
        line("sum", "", string.concat(cell(c.bytes_), cell(sum)));
        le(sum, GAS_MAX, "sum of the ceilings");
        le(c.bytes_, BYTES_MAX, "bytes of the ceilings");
    }

    /// @dev Fails when a value is not the one that was committed: then look why, and renew it with `make gas-snapshot`.
    function test_proofCost_everyKind_asInSnapshot() public {
        compose();
        if (vm.envOr("PR_SNAPSHOT_RENEW", uint256(0)) != 0) vm.writeFile(SNAPSHOT, text);
        check(
            keccak256(bytes(vm.readFile(SNAPSHOT))) == keccak256(bytes(text)),
            "proof cost is not as in snapshots/proof-cost.txt; renew it with make gas-snapshot"
        );
    }
}
