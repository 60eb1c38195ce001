// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader} from "./IRollup.sol";

/// @notice The object of a state that comes right before a key that nobody has: what proves that nobody has it.
/// @param id its leaf index
/// @param key its key, below the missing one
/// @param next the key after it, above the missing one; zero at the end
/// @param payload its type byte and fields
struct Gap {
    uint32 id;
    bytes32 key;
    bytes32 next;
    bytes payload;
}

/// @notice Custody of the one bridged token (docs/spec/l1.md, section 6). Nothing leaves but withdrawals and refused
/// deposits, each proved against a final root and each once; no role can move anything.
interface IVault {
    /// @notice `amount` nano entered custody and inbox item `item` credits it.
    event Deposited(address indexed from, address indexed account, uint64 amount, uint64 indexed item);
    /// @notice Withdrawal object `id` was paid.
    event Withdrawn(uint32 indexed id, address indexed to, uint64 amount);
    /// @notice The deposit of inbox item `item`, which the ledger refused, was paid back to `account`.
    event Refunded(uint64 indexed item, address indexed account, uint64 amount);

    /// @notice A deposit needs an account to credit.
    error ZeroAccount();
    /// @notice The amount is zero or does not map to whole nano.
    error NotWholeNano(uint256 baseUnits);
    /// @notice Custody would exceed 2^64-1 nano.
    error TotalTooLarge(uint64 custody, uint256 amount);
    /// @notice The coin sent is not what the deposit says.
    error WrongValue(uint256 got, uint256 want);
    /// @notice The token delivered another amount than was asked for (fee on transfer, rebase).
    error WrongAmountReceived(uint256 got, uint256 want);
    /// @notice No claim of this batch is final.
    error NotFinal(uint64 batch);
    /// @notice `id` was paid before.
    error AlreadyWithdrawn(uint32 id);
    /// @notice More than 32 siblings, or `id` does not lie under that many levels.
    error ProofMalformed(uint32 id, uint256 siblings);
    /// @notice The proof leads to another root.
    error ProofInvalid(bytes32 got, bytes32 want);
    /// @notice No such batch, or it comes before inbox item `item`.
    error NotConsumed(uint64 item);
    /// @notice Inbox item `item` is another one.
    error NotThatDeposit(uint64 item);
    /// @notice The account is not between the keys that are shown, so it may exist.
    error NoGap(address account);
    /// @notice The deposit of `item` was paid back before.
    error AlreadyRefunded(uint64 item);
    /// @notice The amount does not map to whole base units; the ledger never makes such a withdrawal.
    error NotWholeBaseUnits(uint64 amount);
    /// @notice A constructor argument is out of range.
    error ConfigInvalid(string what);

    /// @notice Takes `baseUnits` from the caller and credits `account` on the ledger.
    /// @dev Native coin: send exactly `baseUnits` as value. ERC-20: approve first, send no value.
    /// @param account L1 address whose ledger account is credited
    /// @param baseUnits amount in the token's own smallest units; must be whole nano
    /// @return item number of the inbox item
    function deposit(address account, uint256 baseUnits) external payable returns (uint64 item);

    /// @notice Pays withdrawal object `id` to its recipient. Anyone may call for anyone.
    /// @param batch a final batch whose root holds the object
    /// @param id leaf index of the withdrawal object
    /// @param to its recipient
    /// @param amount its amount, nano
    /// @param siblings the leaf's siblings, lowest first; levels above them have default right siblings
    function withdraw(uint64 batch, uint32 id, address to, uint64 amount, bytes32[] calldata siblings) external;

    /// @notice Pays a refused deposit back to the address that it was for. Anyone may call for anyone. Accounts are never
    /// deleted: an address without one in a final state that has consumed the deposit never got it.
    /// @param header a final batch that comes after the item
    /// @param item the deposit's inbox item
    /// @param account the address that it was for
    /// @param amount its amount, nano
    /// @param gap the object before the place where the account would be in the batch's final state
    /// @param siblings the gap's siblings, as in withdraw
    function refund(
        BatchHeader calldata header,
        uint64 item,
        address account,
        uint64 amount,
        Gap calldata gap,
        bytes32[] calldata siblings
    ) external;

    /// @notice Whether the deposit of inbox item `item` was paid back.
    function refunded(uint64 item) external view returns (bool);

    /// @notice Whether withdrawal `id` was paid.
    function withdrawn(uint32 id) external view returns (bool);

    /// @notice Nano deposited and neither withdrawn nor paid back.
    function custody() external view returns (uint64);

    /// @notice `baseUnits` in nano. Reverts with `NotWholeNano` unless that is a whole number and at least 1.
    function toNano(uint256 baseUnits) external view returns (uint256 amount);

    /// @notice `amount` nano in base units. Reverts with `NotWholeBaseUnits` unless that is a whole number.
    function toBaseUnits(uint64 amount) external view returns (uint256 baseUnits);

    /// @notice The bridged ERC-20, or zero for the chain's native coin.
    function token() external view returns (address);

    /// @notice Base units in one nano, or 1.
    function baseUnitsPerNano() external view returns (uint256);

    /// @notice Nano in one base unit, or 1.
    function nanoPerBaseUnit() external view returns (uint256);

    /// @notice Where deposits are appended.
    function inbox() external view returns (address);

    /// @notice Whose final roots withdrawals are proved against.
    function rollup() external view returns (address);
}
