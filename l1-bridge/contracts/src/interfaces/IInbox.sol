// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice Everything that reaches the ledger through L1, in order: deposits, forced entries, parameter changes
/// (docs/spec/l1.md, section 2). Items are numbered from 0 and linked by hash; none is ever removed or changed.
interface IInbox {
    /// @notice Item `index` was appended.
    /// @param index number of the item
    /// @param time block timestamp of its arrival, seconds
    /// @param item the wire entry: kind (1 byte) and its fixed fields
    event ItemAdded(uint64 indexed index, uint64 time, bytes item);

    /// @notice The governor proposed a parameter change.
    /// @param id number of the proposal, from 0
    /// @param index which parameter
    /// @param value its new value
    /// @param enqueueFrom time from which anyone may append it, seconds
    event ParamProposed(uint64 indexed id, uint8 index, uint64 value, uint64 enqueueFrom);

    /// @notice Only the Vault appends deposits.
    error NotVault(address caller);
    /// @notice Only the governor proposes parameter changes.
    error NotGovernor(address caller);
    /// @notice No such kind may be forced, or its size is another.
    error ItemMalformed(uint8 kind, uint256 size);
    /// @notice Forcing an item costs exactly `want` wei.
    error WrongFee(uint256 got, uint256 want);
    /// @notice There is no such parameter or the value is outside its bounds.
    error ParamOutOfBounds(uint8 index, uint64 value);
    /// @notice Proposals are appended in the order in which they were made; `next` is the one that is due.
    error ParamOutOfOrder(uint256 id, uint64 next);
    /// @notice There is no proposal `id`.
    error ParamUnknown(uint256 id);
    /// @notice The proposal's delay is not over yet.
    error ParamTooEarly(uint256 id, uint64 enqueueFrom);
    /// @notice There is no item `index`.
    error ItemUnknown(uint64 index);
    /// @notice A constructor argument is out of range.
    error ConfigInvalid(string what);

    /// @notice Appends a deposit. Only the Vault.
    /// @param account L1 address whose ledger account is credited
    /// @param amount nano
    /// @return index number of the item
    function enqueueDeposit(address account, uint64 amount) external returns (uint64 index);

    /// @notice Appends any forcible entry for anyone, against exactly `forceFeeWei`, which is burned. Only kind and size
    /// are checked: an entry that breaks a rule is refused on the ledger.
    /// @param item the wire entry
    /// @return index number of the item
    function force(bytes calldata item) external payable returns (uint64 index);

    /// @notice Proposes a parameter change, within the bounds of protocol.csv. Only the governor.
    /// @param index which parameter
    /// @param value its new value
    /// @return id number of the proposal
    function proposeParam(uint8 index, uint64 value) external returns (uint64 id);

    /// @notice Appends proposal `id` once its delay is over. Anyone; each once, in order.
    /// @param id number of the proposal
    /// @return index number of the item
    function enqueueParam(uint256 id) external returns (uint64 index);

    /// @notice The link after the first `n` items: keccak(linkAfter(n-1), keccak(item n-1)), zero for n = 0.
    function linkAfter(uint64 n) external view returns (bytes32);

    /// @notice When item `index` arrived, seconds.
    function timeOf(uint64 index) external view returns (uint64);

    /// @notice How many items there are.
    function count() external view returns (uint64);

    /// @notice The proposal `id`.
    /// @return index which parameter
    /// @return value its new value
    /// @return enqueueFrom time from which anyone may append it, seconds
    function proposal(uint256 id) external view returns (uint8 index, uint64 value, uint64 enqueueFrom);

    /// @notice How many proposals were made, and how many of them were appended.
    function proposals() external view returns (uint64 made, uint64 enqueued);

    /// @notice The only contract that appends deposits.
    function vault() external view returns (address);

    /// @notice Who proposes parameter changes.
    function governor() external view returns (address);

    /// @notice Seconds between a proposal and its earliest appending.
    function governorDelaySeconds() external view returns (uint64);

    /// @notice Price of a forced item, wei.
    function forceFeeWei() external view returns (uint256);
}
