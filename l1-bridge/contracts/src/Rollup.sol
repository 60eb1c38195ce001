// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Context, IFraudVerifier} from "./interfaces/IFraudVerifier.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {BatchHeader, Claim, ClaimState, IRollup, Proof, RollupConfig} from "./interfaces/IRollup.sol";
import {IVault} from "./interfaces/IVault.sol";
import {HashList} from "./lib/HashList.sol";
import {BATCH_CHUNKS_MAX, BATCH_DATA_MAX, BATCH_ITEMS_MAX, CHUNK_BYTES_MAX, INBOX_CHUNK_ITEMS} from "./Protocol.sol";

/// @title Batches, claims and finality; see IRollup.
contract Rollup is IRollup {
    /// @dev What the next batch is checked against.
    struct Tip {
        uint64 number;
        uint64 timestamp;
        uint64 inboxTo;
    }

    struct Successor {
        address who;
        uint64 enactFrom;
    }

    /// @dev What one bond stands for: a chain of claims of one claimant.
    struct Line {
        uint64 last; // the newest claim that none of the line's strikes brought down; 0: the bond is settled
        address prover; // who struck the claim after `last`, and is paid when all up to `last` is final
    }

    /// @dev Where burned coin goes: nobody has the key of this address.
    address payable private constant BURNED = payable(address(0xdead));
    /// @dev Longer spans are mistakes in units, and shorter sums cannot overflow.
    uint64 private constant SECONDS_MAX = 10 * 365 days;
    // forge-lint: disable-next-line(unsafe-typecast) -- protocol constants
    uint64 private constant ITEMS_MAX = uint64(BATCH_ITEMS_MAX);
    // forge-lint: disable-next-line(unsafe-typecast) -- protocol constants
    uint64 private constant CHUNK_ITEMS = uint64(INBOX_CHUNK_ITEMS);
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    bytes32 public immutable domain;

    address private immutable GOVERNOR;
    IInbox private immutable INBOX;
    address private immutable VAULT;
    IFraudVerifier private immutable VERIFIER;
    uint64 private immutable L2_CHAIN_ID;
    bytes32 private immutable GENESIS_ROOT;
    uint64 private immutable WINDOW_SECONDS;
    uint96 private immutable BOND_WEI;
    uint64 private immutable FORCE_DEADLINE_SECONDS;
    uint64 private immutable GOVERNOR_DELAY_SECONDS;
    /// @dev The first operator; `operator` is the present one.
    address private immutable FIRST_OPERATOR;

    address public operator;
    Successor public successor;

    Tip public latest;
    mapping(uint64 number => bytes32) public batchHash;

    uint64 public claimCount;
    uint64 public finalBatch;
    mapping(uint64 id => Claim) private _claims;
    /// @dev By the claim that the bond was paid with.
    mapping(uint64 line => Line) private _lines;
    /// @dev Claims that stand, by (batch, parent claim, rootsRoot).
    mapping(bytes32 key => bool) private _standing;
    mapping(uint64 batch => bytes32) public finalRoot;
    mapping(address who => uint256) public credit;

    constructor(RollupConfig memory c) {
        if (c.operator == address(0)) revert ConfigInvalid("operator");
        if (c.genesisRoot == 0) revert ConfigInvalid("genesisRoot");
        if (c.windowSeconds == 0 || c.windowSeconds > SECONDS_MAX) revert ConfigInvalid("windowSeconds");
        if (c.forceDeadlineSeconds == 0 || c.forceDeadlineSeconds > SECONDS_MAX) {
            revert ConfigInvalid("forceDeadlineSeconds");
        }
        // Whoever dislikes a change must be able to leave first: be forced in, wait for finality, withdraw.
        if (c.governorDelaySeconds < c.windowSeconds + c.forceDeadlineSeconds || c.governorDelaySeconds > SECONDS_MAX) {
            revert ConfigInvalid("governorDelaySeconds");
        }
        if (c.bondWei == 0 || c.bondWei > type(uint96).max) revert ConfigInvalid("bondWei");
        if (c.verifier.code.length == 0) revert ConfigInvalid("verifier");
        // The contracts are deployed to predicted addresses; a wrong prediction ends here and not in lost deposits.
        if (c.inbox.code.length == 0 || IInbox(c.inbox).vault() != c.vault) revert ConfigInvalid("inbox");
        if (IInbox(c.inbox).governor() != c.governor) revert ConfigInvalid("governor");
        if (IInbox(c.inbox).governorDelaySeconds() != c.governorDelaySeconds) {
            revert ConfigInvalid("governorDelaySeconds");
        }
        if (c.vault.code.length == 0 || IVault(c.vault).rollup() != address(this) || IVault(c.vault).inbox() != c.inbox)
        {
            revert ConfigInvalid("vault");
        }

        GOVERNOR = c.governor;
        FIRST_OPERATOR = c.operator;
        INBOX = IInbox(c.inbox);
        VAULT = c.vault;
        VERIFIER = IFraudVerifier(c.verifier);
        L2_CHAIN_ID = c.l2ChainId;
        GENESIS_ROOT = c.genesisRoot;
        WINDOW_SECONDS = c.windowSeconds;
        BOND_WEI = uint96(c.bondWei);
        FORCE_DEADLINE_SECONDS = c.forceDeadlineSeconds;
        GOVERNOR_DELAY_SECONDS = c.governorDelaySeconds;
        domain = keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Pennyroyal"), keccak256("1"), uint256(c.l2ChainId), address(this))
        );

        operator = c.operator;
        emit OperatorChanged(c.operator);
        batchHash[0] = keccak256(abi.encode(c.genesisRoot, block.chainid, address(this)));
        _claims[0].state = ClaimState.Final;
        _claims[0].lastRoot = c.genesisRoot;
        finalRoot[0] = c.genesisRoot;
    }

    /// @inheritdoc IRollup
    function config() external view returns (RollupConfig memory) {
        return RollupConfig({
            governor: GOVERNOR,
            operator: FIRST_OPERATOR,
            inbox: address(INBOX),
            vault: VAULT,
            verifier: address(VERIFIER),
            l2ChainId: L2_CHAIN_ID,
            genesisRoot: GENESIS_ROOT,
            windowSeconds: WINDOW_SECONDS,
            bondWei: BOND_WEI,
            forceDeadlineSeconds: FORCE_DEADLINE_SECONDS,
            governorDelaySeconds: GOVERNOR_DELAY_SECONDS
        });
    }

    // ---- Batches

    /// @inheritdoc IRollup
    function post(bytes32 parent, uint64 timestamp, uint64 inboxTo, bytes32 inboxLink, bytes calldata chunks) external {
        if (msg.sender != operator) revert NotOperator(msg.sender);
        Tip memory tip = latest;
        bytes32 tipHash = batchHash[tip.number];
        if (parent != tipHash) revert ParentMismatch(parent, tipHash);
        if (timestamp < tip.timestamp) revert TimestampBackwards(timestamp, tip.timestamp);
        if (timestamp > block.timestamp) revert TimestampAhead(timestamp, block.timestamp);
        if (inboxTo < tip.inboxTo) revert InboxBackwards(inboxTo, tip.inboxTo);
        uint64 items = INBOX.count();
        if (inboxTo > items) revert InboxAhead(inboxTo, items);
        // A header only counts items: what the operator executed is told by their link.
        bytes32 link = INBOX.linkAfter(inboxTo);
        if (inboxLink != link) revert InboxDiffers(inboxTo, inboxLink, link);
        uint64 taken = inboxTo - tip.inboxTo;
        if (taken > ITEMS_MAX) revert TooManyItems(taken);
        // Ledger time that stood still would keep escrows from expiring: a forced entry brings its own time.
        if (taken > 0 && timestamp < INBOX.timeOf(inboxTo - 1)) revert TimestampBeforeItem(timestamp, inboxTo - 1);
        if (taken < ITEMS_MAX && inboxTo < items && _isOverdue(inboxTo)) revert InboxOverdue(inboxTo);
        if (chunks.length > BATCH_DATA_MAX) revert BatchTooLarge(chunks.length);
        (uint32 posted, bytes32 chunksRoot) = _hashChunks(chunks);
        _append(tip, BatchHeader(parent, tip.number + 1, timestamp, tip.inboxTo, inboxTo, posted, chunksRoot), chunks);
    }

    /// @inheritdoc IRollup
    function appendOverdue() external {
        Tip memory tip = latest;
        uint64 items = INBOX.count();
        if (tip.inboxTo >= items || !_isOverdue(tip.inboxTo)) revert InboxNotOverdue(tip.inboxTo);
        uint64 inboxTo = items - tip.inboxTo > ITEMS_MAX ? tip.inboxTo + ITEMS_MAX : items;
        (uint32 posted, bytes32 chunksRoot) = _hashChunks(msg.data[0:0]);
        _append(
            tip,
            BatchHeader(
                batchHash[tip.number], tip.number + 1, uint64(block.timestamp), tip.inboxTo, inboxTo, posted, chunksRoot
            ),
            msg.data[0:0]
        );
    }

    function _append(Tip memory tip, BatchHeader memory header, bytes calldata chunks) private {
        uint256 total = _inboxChunks(header) + header.posted;
        if (total == 0 || total > BATCH_CHUNKS_MAX) revert ChunkCountInvalid(total);
        bytes32 hash = keccak256(abi.encode(header));
        batchHash[header.number] = hash;
        tip.number = header.number;
        tip.timestamp = header.timestamp;
        tip.inboxTo = header.inboxTo;
        latest = tip;
        emit BatchPosted(header.number, hash, header, chunks);
    }

    /// @dev Number and hash list of the chunks in a run of (length uint16, bytes).
    function _hashChunks(bytes calldata chunks) private pure returns (uint32 posted, bytes32 chunksRoot) {
        bytes32[] memory hashes = new bytes32[](BATCH_CHUNKS_MAX);
        uint256 n = 0;
        uint256 pos = 0;
        while (pos < chunks.length) {
            if (n == BATCH_CHUNKS_MAX) revert ChunkCountInvalid(n + 1);
            if (chunks.length - pos < 2) revert ChunksMalformed(pos);
            uint256 size = uint16(bytes2(chunks[pos:pos + 2]));
            if (size == 0 || size > CHUNK_BYTES_MAX || size > chunks.length - pos - 2) revert ChunksMalformed(pos);
            hashes[n++] = keccak256(chunks[pos + 2:pos + 2 + size]);
            pos += 2 + size;
        }
        assembly ("memory-safe") {
            mstore(hashes, n)
        }
        // forge-lint: disable-next-line(unsafe-typecast) -- at most BATCH_CHUNKS_MAX
        return (uint32(n), HashList.root(hashes));
    }

    /// @dev Item `index` exists and has waited for the deadline.
    function _isOverdue(uint64 index) private view returns (bool) {
        return uint256(INBOX.timeOf(index)) + FORCE_DEADLINE_SECONDS <= block.timestamp;
    }

    function _inboxChunks(BatchHeader memory header) private pure returns (uint256) {
        return (uint256(header.inboxTo - header.inboxFrom) + INBOX_CHUNK_ITEMS - 1) / INBOX_CHUNK_ITEMS;
    }

    // ---- Claims

    /// @inheritdoc IRollup
    function claim(BatchHeader calldata header, uint64 parentClaim, bytes32 preRoot, bytes32[] calldata roots)
        external
        payable
        returns (uint64 id)
    {
        uint64 line = _lineContinued(parentClaim);
        uint64 batch = header.number;
        uint256 chunks = _checkHeader(header);
        if (roots.length != chunks) revert RootCountWrong(roots.length, chunks);
        if (batch <= finalBatch) revert BatchAlreadyFinal(batch);
        Claim storage parent = _claims[parentClaim];
        ClaimState state = parent.state;
        if (state != ClaimState.Open && state != ClaimState.Final) revert ParentClaimFallen(parentClaim, state);
        if (parent.batch != batch - 1) revert ParentClaimOnOtherBatch(parentClaim, parent.batch);
        // Ids follow the order on L1: after a reorganisation the same one may be of another claim, even a wrong one.
        if (parent.lastRoot != preRoot) revert PreRootWrong(preRoot);

        bytes32 rootsRoot = HashList.root(roots);
        bytes32 key = _standingKey(batch, parentClaim, rootsRoot);
        if (_standing[key]) revert ClaimExists(batch, parentClaim, rootsRoot);
        _standing[key] = true;
        id = ++claimCount;
        if (line == 0) line = id;
        _lines[line].last = id;
        _claims[id] = Claim({
            batch: batch,
            parent: parentClaim,
            time: uint64(block.timestamp),
            state: ClaimState.Open,
            claimant: msg.sender,
            line: line,
            rootsRoot: rootsRoot,
            lastRoot: roots[chunks - 1]
        });
        emit ClaimMade(id, batch, parentClaim, msg.sender, rootsRoot, roots);
    }

    /// @dev The line that a new claim continues: none (0) if it brings a bond, its parent's if that one is the caller's,
    /// open and the last of a line whose bond nobody waits for.
    function _lineContinued(uint64 parentClaim) private view returns (uint64 line) {
        if (msg.value == BOND_WEI) return 0;
        Claim storage parent = _claims[parentClaim];
        line = parent.line;
        bool continues = msg.value == 0 && parent.state == ClaimState.Open && parent.claimant == msg.sender
            && _lines[line].last == parentClaim && _lines[line].prover == address(0);
        if (!continues) revert WrongBond(msg.value, BOND_WEI);
    }

    /// @dev The bond of a line goes to where it belongs now: half of it to whoever struck its first wrong claim and the
    /// rest to nobody, or all of it back to the claimant. Once per line.
    function _settle(uint64 line, address prover, address claimant) private {
        delete _lines[line];
        uint256 amount = prover == address(0) ? BOND_WEI : BOND_WEI / 2;
        address to = prover == address(0) ? claimant : prover;
        credit[to] += amount;
        emit BondSettled(line, to, amount);
        if (amount != BOND_WEI) Address.sendValue(BURNED, BOND_WEI - amount);
    }

    /// @inheritdoc IRollup
    function finalize(uint64 id) external {
        Claim storage c = _openClaim(id);
        ClaimState parentState = _claims[c.parent].state;
        if (parentState != ClaimState.Final) revert ParentClaimNotFinal(c.parent, parentState);
        // The parent is final, so its batch is at most the last final one.
        if (c.batch <= finalBatch) revert BatchAlreadyFinal(c.batch);
        uint256 finalFrom = uint256(c.time) + WINDOW_SECONDS;
        if (block.timestamp < finalFrom) revert WindowOpen(id, finalFrom);
        c.state = ClaimState.Final;
        finalBatch = c.batch;
        finalRoot[c.batch] = c.lastRoot;
        emit ClaimFinal(id, c.batch, c.lastRoot);
        Line memory line = _lines[c.line];
        if (line.last == id) _settle(c.line, line.prover, c.claimant);
    }

    /// @inheritdoc IRollup
    function reclaim(uint64 id) external {
        Claim storage c = _openClaim(id);
        ClaimState parentState = _claims[c.parent].state;
        if (parentState != ClaimState.Struck && parentState != ClaimState.Reclaimed) {
            revert ParentClaimStands(c.parent, parentState);
        }
        c.state = ClaimState.Reclaimed;
        emit ClaimReclaimed(id, c.batch, c.claimant);
        // A line falls as a whole with what its first claim continued.
        if (c.line == id) _settle(id, _lines[id].prover, c.claimant);
    }

    /// @inheritdoc IRollup
    function strike(Proof calldata proof) external {
        uint64 id = proof.claimId;
        Claim storage c = _openClaim(id);
        Line memory line = _lines[c.line];
        // What comes after a struck claim of its line has fallen with it, and the bond is not its own.
        if (c.batch > _claims[line.last].batch) revert ClaimFallen(id);
        if (proof.header.number != c.batch) revert HeaderOfOtherBatch(proof.header.number, c.batch);
        uint256 chunks = _checkHeader(proof.header);
        if (proof.chunkIndex >= chunks) revert ChunkOutOfRange(proof.chunkIndex, chunks);
        _checkRoots(c, proof);
        bool inbox = _checkData(proof);
        // A revert in the verifier (a bad witness, too little gas) reverts the strike: only a root that was computed
        // to the end can convict.
        bytes32 root = VERIFIER.execute(
            Context(proof.preRoot, domain, proof.header.number, proof.header.timestamp, inbox),
            proof.data,
            proof.witness
        );
        if (root == proof.claimedRoot) revert ClaimHolds(id, proof.chunkIndex, root);

        c.state = ClaimState.Struck;
        delete _standing[_standingKey(c.batch, c.parent, c.rootsRoot)];
        emit ClaimStruck(id, c.batch, proof.chunkIndex, msg.sender);
        // The bond pays for the first wrong claim of the line: the claims before this one may still be struck.
        if (id == c.line || _claims[c.parent].state == ClaimState.Final) _settle(c.line, msg.sender, c.claimant);
        else _lines[c.line] = Line(c.parent, msg.sender);
    }

    /// @inheritdoc IRollup
    function collect() external {
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingToCollect(msg.sender);
        credit[msg.sender] = 0;
        emit Collected(msg.sender, amount);
        Address.sendValue(payable(msg.sender), amount);
    }

    /// @inheritdoc IRollup
    function claimOf(uint64 id) external view returns (Claim memory) {
        return _claims[id];
    }

    /// @inheritdoc IRollup
    function lineOf(uint64 line) external view returns (uint64 last, address prover) {
        return (_lines[line].last, _lines[line].prover);
    }

    /// @dev Makes sure that `header` is the header of a posted batch; returns its number of chunks.
    function _checkHeader(BatchHeader calldata header) private view returns (uint256 chunks) {
        bytes32 hash = keccak256(abi.encode(header));
        if (hash != batchHash[header.number]) revert HeaderUnknown(header.number, hash);
        return _inboxChunks(header) + header.posted;
    }

    function _openClaim(uint64 id) private view returns (Claim storage c) {
        c = _claims[id];
        if (c.state != ClaimState.Open) revert ClaimNotOpen(id, c.state);
    }

    /// @dev Both roots of a proof are the ones the claim names.
    function _checkRoots(Claim storage c, Proof calldata proof) private view {
        bytes32 rootsRoot = c.rootsRoot;
        bool preRootHolds = proof.chunkIndex == 0
            ? proof.prePath.length == 0 && proof.preRoot == _claims[c.parent].lastRoot
            : HashList.contains(rootsRoot, proof.preRoot, proof.chunkIndex - 1, proof.prePath);
        if (!preRootHolds) revert PreRootWrong(proof.preRoot);
        if (!HashList.contains(rootsRoot, proof.claimedRoot, proof.chunkIndex, proof.claimedPath)) {
            revert ClaimedRootWrong(proof.claimedRoot);
        }
    }

    /// @dev The data of a proof is the chunk it names; returns whether that is an inbox chunk.
    function _checkData(Proof calldata proof) private view returns (bool inbox) {
        uint256 inboxChunks = _inboxChunks(proof.header);
        inbox = proof.chunkIndex < inboxChunks;
        if (inbox) {
            // forge-lint: disable-next-line(unsafe-typecast) -- below inboxTo, as the chunk exists
            uint64 first = proof.header.inboxFrom + uint64(proof.chunkIndex * INBOX_CHUNK_ITEMS);
            uint64 left = proof.header.inboxTo - first;
            uint64 items = left < CHUNK_ITEMS ? left : CHUNK_ITEMS;
            if (proof.chunkPath.length != 0 || !_areItems(proof.data, first, items)) {
                revert ItemsWrong(first, first + items);
            }
        } else {
            bytes32 hash = keccak256(proof.data);
            uint256 index = proof.chunkIndex - inboxChunks;
            if (!HashList.contains(proof.header.chunksRoot, hash, index, proof.chunkPath)) revert ChunkWrong(hash);
        }
    }

    /// @dev Whether `data` is exactly inbox items first .. first+items-1 as (length uint16, item)*.
    function _areItems(bytes calldata data, uint64 first, uint64 items) private view returns (bool) {
        bytes32 link = INBOX.linkAfter(first);
        uint256 pos = 0;
        for (uint64 i = 0; i < items; i++) {
            if (data.length - pos < 2) return false;
            uint256 size = uint16(bytes2(data[pos:pos + 2]));
            if (data.length - pos - 2 < size) return false;
            link = keccak256(abi.encodePacked(link, keccak256(data[pos + 2:pos + 2 + size])));
            pos += 2 + size;
        }
        return pos == data.length && link == INBOX.linkAfter(first + items);
    }

    function _standingKey(uint64 batch, uint64 parentClaim, bytes32 rootsRoot) private pure returns (bytes32) {
        return keccak256(abi.encode(batch, parentClaim, rootsRoot));
    }

    // ---- The operator's office

    /// @inheritdoc IRollup
    function proposeOperator(address who) external {
        if (msg.sender != GOVERNOR) revert NotGovernor(msg.sender);
        uint64 enactFrom = uint64(block.timestamp) + GOVERNOR_DELAY_SECONDS;
        successor = Successor(who, enactFrom);
        emit OperatorProposed(who, enactFrom);
    }

    /// @inheritdoc IRollup
    function enactOperator() external {
        Successor memory s = successor;
        if (s.who == address(0)) revert NoSuccessor();
        if (block.timestamp < s.enactFrom) revert SuccessorTooEarly(s.enactFrom);
        delete successor;
        operator = s.who;
        emit OperatorChanged(s.who);
    }
}
