// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A batch as its hash commits to it (docs/spec/l1.md, section 3).
/// @param parent hash of batch number-1
/// @param number from 1; batch 0 is the genesis
/// @param timestamp ledger time, seconds
/// @param inboxFrom first inbox item that the batch executes
/// @param inboxTo first inbox item that it does not execute
/// @param posted how many chunks were posted with it
/// @param chunksRoot hash list over the keccak of each posted chunk
struct BatchHeader {
    bytes32 parent;
    uint64 number;
    uint64 timestamp;
    uint64 inboxFrom;
    uint64 inboxTo;
    uint32 posted;
    bytes32 chunksRoot;
}

/// @notice Shows that one chunk of a claim has another root than the rules give (docs/spec/l1.md, section 4).
/// @param header the claimed batch
/// @param claimId the claim
/// @param chunkIndex the first wrong chunk, inbox chunks counted first
/// @param preRoot claimed root before the chunk
/// @param prePath its path in the claim's roots; empty for chunk 0, whose pre-root is the parent claim's last root
/// @param claimedRoot claimed root after the chunk
/// @param claimedPath its path in the claim's roots
/// @param data the posted chunk, or the items of an inbox chunk as (length uint16, item)*
/// @param chunkPath path of keccak(data) in the batch's chunks; empty for an inbox chunk
/// @param witness the leaves the chunk touches and their multiproof
struct Proof {
    BatchHeader header;
    uint64 claimId;
    uint32 chunkIndex;
    bytes32 preRoot;
    bytes32[] prePath;
    bytes32 claimedRoot;
    bytes32[] claimedPath;
    bytes data;
    bytes32[] chunkPath;
    bytes witness;
}

/// @notice Where a claim stands. Only an open claim changes, once.
///
///            strike            finalize
///   Struck <-------- Open ----------------> Final
///                      | reclaim (its parent was struck or reclaimed)
///                      v
///                  Reclaimed
enum ClaimState {
    None,
    Open,
    Struck,
    Final,
    Reclaimed
}

/// @notice What is kept of a claim.
/// @param batch the claimed batch
/// @param parent the claim on batch-1 that it continues
/// @param time when it was made, seconds
/// @param state where it stands
/// @param claimant who made it
/// @param line the claim whose bond stands for it: itself or an earlier one of its claimant
/// @param rootsRoot hash list over the claimed roots
/// @param lastRoot the last of the claimed roots
struct Claim {
    uint64 batch;
    uint64 parent;
    uint64 time;
    ClaimState state;
    address claimant;
    uint64 line;
    bytes32 rootsRoot;
    bytes32 lastRoot;
}

/// @notice Constructor arguments of the Rollup; encoded as if they were listed one by one.
/// @param governor proposes the operator's successor
/// @param operator posts batches
/// @param inbox items from L1
/// @param vault custody
/// @param verifier re-executes chunks
/// @param l2ChainId chain id that ledger signatures are bound to
/// @param genesisRoot state root of batch 0
/// @param windowSeconds how long a claim can be struck before it may become final
/// @param bondWei what stands for a line of claims until it is final
/// @param forceDeadlineSeconds age at which an inbox item is overdue
/// @param governorDelaySeconds time between a proposal and its effect
struct RollupConfig {
    address governor;
    address operator;
    address inbox;
    address vault;
    address verifier;
    uint64 l2ChainId;
    bytes32 genesisRoot;
    uint64 windowSeconds;
    uint256 bondWei;
    uint64 forceDeadlineSeconds;
    uint64 governorDelaySeconds;
}

/// @notice Batches, claims, bonds and finality. Order is final and claims are disputable: a batch is never removed, and
/// a claim that one transaction shows to be wrong is struck.
interface IRollup {
    /// @notice A batch was appended. The event carries its data, whoever posted it.
    /// @param number its number
    /// @param hash its hash
    /// @param header what the hash commits to
    /// @param chunks its posted chunks, (length uint16, bytes)*
    event BatchPosted(uint64 indexed number, bytes32 indexed hash, BatchHeader header, bytes chunks);
    /// @notice Claim `id` says that the chunks of `batch` lead to `roots`, continuing claim `parent`.
    event ClaimMade(
        uint64 indexed id,
        uint64 indexed batch,
        uint64 indexed parent,
        address claimant,
        bytes32 rootsRoot,
        bytes32[] roots
    );
    /// @notice Claim `id` is final: `root` is the state root after `batch`, for good.
    event ClaimFinal(uint64 indexed id, uint64 indexed batch, bytes32 root);
    /// @notice Claim `id` was shown to be wrong at `chunkIndex`.
    event ClaimStruck(uint64 indexed id, uint64 indexed batch, uint32 chunkIndex, address prover);
    /// @notice The bond that claim `line` brought is settled: `to` was credited `amount` wei, half of it if it is the prover.
    event BondSettled(uint64 indexed line, address indexed to, uint256 amount);
    /// @notice Claim `id` fell with its parent.
    event ClaimReclaimed(uint64 indexed id, uint64 indexed batch, address claimant);
    /// @notice `who` was paid `amount` wei of credit.
    event Collected(address indexed who, uint256 amount);
    /// @notice The governor proposed `successor` as operator (zero: withdrew the proposal), from `enactFrom` on.
    event OperatorProposed(address indexed successor, uint64 enactFrom);
    /// @notice `operator` now posts batches.
    event OperatorChanged(address indexed operator);

    /// @notice Only the operator posts batches.
    error NotOperator(address caller);
    /// @notice Only the governor proposes a successor.
    error NotGovernor(address caller);
    /// @notice The batch was made for another parent: there are two posters, or L1 was reorganised.
    error ParentMismatch(bytes32 got, bytes32 latest);
    /// @notice The batch is older than its parent.
    error TimestampBackwards(uint64 timestamp, uint64 parentTimestamp);
    /// @notice The batch is from the future.
    error TimestampAhead(uint64 timestamp, uint256 blockTimestamp);
    /// @notice The batch is older than inbox item `index`, which it takes.
    error TimestampBeforeItem(uint64 timestamp, uint64 index);
    /// @notice The batch ends before the inbox item it begins with.
    error InboxBackwards(uint64 inboxTo, uint64 inboxFrom);
    /// @notice The batch wants more inbox items than there are.
    error InboxAhead(uint64 inboxTo, uint64 count);
    /// @notice The first `inboxTo` inbox items are others than the batch was made for: L1 was reorganised.
    error InboxDiffers(uint64 inboxTo, bytes32 got, bytes32 link);
    /// @notice A batch takes BATCH_ITEMS_MAX inbox items at most.
    error TooManyItems(uint64 items);
    /// @notice Inbox item `index` is overdue and the batch leaves it behind.
    error InboxOverdue(uint64 index);
    /// @notice Inbox item `index` is not overdue, or does not exist.
    error InboxNotOverdue(uint64 index);
    /// @notice A batch has from 1 to BATCH_CHUNKS_MAX chunks.
    error ChunkCountInvalid(uint256 chunks);
    /// @notice A batch's posted data is at most BATCH_DATA_MAX bytes.
    error BatchTooLarge(uint256 size);
    /// @notice The chunk at byte `offset` is empty, too long or cut off.
    error ChunksMalformed(uint256 offset);

    /// @notice There is no batch with such a header.
    error HeaderUnknown(uint64 number, bytes32 hash);
    /// @notice A claim costs exactly the bond, or nothing if it continues the last claim of a line of the same claimant.
    error WrongBond(uint256 got, uint256 want);
    /// @notice A claim has one root per chunk.
    error RootCountWrong(uint256 got, uint256 want);
    /// @notice The parent claim is on another batch than the one before.
    error ParentClaimOnOtherBatch(uint64 parentClaim, uint64 parentBatch);
    /// @notice The parent claim is neither open nor final.
    error ParentClaimFallen(uint64 parentClaim, ClaimState state);
    /// @notice The same claim stands already.
    error ClaimExists(uint64 batch, uint64 parentClaim, bytes32 rootsRoot);
    /// @notice A claim of this batch is final.
    error BatchAlreadyFinal(uint64 batch);
    /// @notice An earlier claim of the same line was struck, and this one fell with it.
    error ClaimFallen(uint64 id);
    /// @notice The claim does not exist or is no longer open.
    error ClaimNotOpen(uint64 id, ClaimState state);
    /// @notice The parent claim is not final yet.
    error ParentClaimNotFinal(uint64 parentClaim, ClaimState state);
    /// @notice The claim can still be struck until `finalFrom`.
    error WindowOpen(uint64 id, uint256 finalFrom);
    /// @notice The parent claim stands, so the bond stays.
    error ParentClaimStands(uint64 parentClaim, ClaimState state);
    /// @notice Nothing is credited to the caller.
    error NothingToCollect(address who);

    /// @notice The proof's header is of another batch than the claim.
    error HeaderOfOtherBatch(uint64 got, uint64 want);
    /// @notice The batch has no such chunk.
    error ChunkOutOfRange(uint32 chunkIndex, uint256 chunks);
    /// @notice The pre-root is not what the claim, or its parent, says.
    error PreRootWrong(bytes32 preRoot);
    /// @notice The claim says another root after this chunk.
    error ClaimedRootWrong(bytes32 claimedRoot);
    /// @notice The data is not the chunk that was posted.
    error ChunkWrong(bytes32 chunkHash);
    /// @notice The data is not the run of items that the inbox linked.
    error ItemsWrong(uint64 first, uint64 end);
    /// @notice The rules give the claimed root: the claim is right.
    error ClaimHolds(uint64 id, uint32 chunkIndex, bytes32 root);

    /// @notice No successor is proposed.
    error NoSuccessor();
    /// @notice The proposal's delay is not over yet.
    error SuccessorTooEarly(uint64 enactFrom);
    /// @notice A constructor argument is out of range, or the contracts do not name one another.
    error ConfigInvalid(string what);

    /// @notice Appends a batch. Only the operator.
    /// @param parent hash of the latest batch
    /// @param timestamp ledger time: not before the parent's, not after this block's
    /// @param inboxTo first inbox item that the batch does not execute
    /// @param inboxLink the Inbox's link after item inboxTo-1: the batch is refused where the items are others
    /// @param chunks (length uint16, bytes)*
    function post(bytes32 parent, uint64 timestamp, uint64 inboxTo, bytes32 inboxLink, bytes calldata chunks) external;

    /// @notice Appends a batch of inbox items alone, at this block's time. Anyone, once the next item is overdue.
    function appendOverdue() external;

    /// @notice Claims the state roots after each chunk of a batch. Anyone. With exactly the bond it begins a line; without
    /// value it continues one: the parent claim must be open, the caller's, and the last of a line in which nothing was
    /// struck.
    /// @param header the batch
    /// @param parentClaim the claim on the batch before that this one continues; 0 is the genesis
    /// @param preRoot the parent claim's last root: should L1 be reorganised, a claim never continues another one than meant
    /// @param roots the state root after each chunk, inbox chunks first
    /// @return id the claim's number, from 1
    function claim(BatchHeader calldata header, uint64 parentClaim, bytes32 preRoot, bytes32[] calldata roots)
        external
        payable
        returns (uint64 id);

    /// @notice Strikes a wrong claim. Anyone, as long as the claim is open. Half of the bond goes to whoever strikes the
    /// first wrong claim of a line, once all claims of the line before it are final; the rest is burned.
    function strike(Proof calldata proof) external;

    /// @notice Makes a claim final: its parent is final and its window is over. Anyone. With the last claim of a line its
    /// bond is settled.
    function finalize(uint64 id) external;

    /// @notice Gives up a claim whose parent fell. Anyone. With the first claim of a line its bond is settled.
    function reclaim(uint64 id) external;

    /// @notice Pays what is credited to the caller.
    function collect() external;

    /// @notice Proposes the next operator; zero withdraws the proposal. Only the governor. The delay starts anew.
    function proposeOperator(address who) external;

    /// @notice Puts the proposed operator in office once the delay is over. Anyone.
    function enactOperator() external;

    /// @notice Hash of batch `number`, zero if there is none.
    function batchHash(uint64 number) external view returns (bytes32);

    /// @notice The latest batch.
    /// @return number its number
    /// @return timestamp its ledger time
    /// @return inboxTo first inbox item not executed
    function latest() external view returns (uint64 number, uint64 timestamp, uint64 inboxTo);

    /// @notice What is kept of claim `id`.
    function claimOf(uint64 id) external view returns (Claim memory);

    /// @notice The line that began with claim `line`.
    /// @return last its newest claim that stands as far as its own strikes go; 0 if its bond is settled
    /// @return prover who struck the claim after `last` and waits for the bond; zero: nobody
    function lineOf(uint64 line) external view returns (uint64 last, address prover);

    /// @notice How many claims were made, the genesis not counted: the highest id.
    function claimCount() external view returns (uint64);

    /// @notice State root after final batch `batch`, zero if it is not final.
    function finalRoot(uint64 batch) external view returns (bytes32);

    /// @notice The highest final batch.
    function finalBatch() external view returns (uint64);

    /// @notice Wei that `who` may collect.
    function credit(address who) external view returns (uint256);

    /// @notice Who posts batches.
    function operator() external view returns (address);

    /// @notice The proposed operator (zero: none) and the time from which it may take office.
    function successor() external view returns (address who, uint64 enactFrom);

    /// @notice EIP-712 domain separator of ledger signatures.
    function domain() external view returns (bytes32);

    /// @notice The constructor's arguments.
    function config() external view returns (RollupConfig memory);
}
