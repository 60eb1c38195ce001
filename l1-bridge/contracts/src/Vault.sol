// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {IInbox} from "./interfaces/IInbox.sol";
import {BatchHeader, IRollup} from "./interfaces/IRollup.sol";
import {Gap, IVault} from "./interfaces/IVault.sol";
import {
    KIND_DEPOSIT,
    OBJECT_ACCOUNT,
    OBJECT_WITHDRAWAL,
    TAG_KEY,
    TAG_LEAF,
    TAG_LINK,
    TAG_NODE,
    TREE_DEPTH
} from "./Protocol.sol";

/// @title Custody of the bridged token; see IVault.
contract Vault is IVault, ReentrancyGuardTransient {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;

    /// @dev A nano is 10^-9 token.
    uint8 private constant NANO_DECIMALS = 9;
    uint8 private constant NATIVE_DECIMALS = 18;
    /// @dev Beyond this 2^64 nano could pass 2^256 base units.
    uint8 private constant DECIMALS_MAX = 36;

    address public immutable token;
    address public immutable inbox;
    address public immutable rollup;
    uint256 public immutable baseUnitsPerNano;
    uint256 public immutable nanoPerBaseUnit;

    uint64 public custody;
    BitMaps.BitMap private _withdrawn;
    BitMaps.BitMap private _refunded;

    /// @param token_ the bridged ERC-20, or zero for the chain's native coin
    /// @param inbox_ where deposits are appended
    /// @param rollup_ whose final roots count
    constructor(address token_, address inbox_, address rollup_) {
        if (inbox_ == address(0)) revert ConfigInvalid("inbox");
        if (rollup_ == address(0)) revert ConfigInvalid("rollup");
        uint8 decimals = NATIVE_DECIMALS;
        if (token_ != address(0)) {
            if (token_.code.length == 0) revert ConfigInvalid("token");
            decimals = IERC20Metadata(token_).decimals();
            if (decimals > DECIMALS_MAX) revert ConfigInvalid("decimals");
        }
        token = token_;
        inbox = inbox_;
        rollup = rollup_;
        baseUnitsPerNano = decimals > NANO_DECIMALS ? 10 ** (decimals - NANO_DECIMALS) : 1;
        nanoPerBaseUnit = decimals < NANO_DECIMALS ? 10 ** (NANO_DECIMALS - decimals) : 1;
    }

    /// @inheritdoc IVault
    function deposit(address account, uint256 baseUnits) external payable nonReentrant returns (uint64 item) {
        if (account == address(0)) revert ZeroAccount();
        uint256 amount = toNano(baseUnits);
        if (amount > type(uint64).max - custody) revert TotalTooLarge(custody, amount);
        // forge-lint: disable-next-line(unsafe-typecast) -- just compared
        uint64 nano = uint64(amount);
        custody += nano;
        _take(baseUnits);
        item = IInbox(inbox).enqueueDeposit(account, nano);
        emit Deposited(msg.sender, account, nano, item);
    }

    /// @inheritdoc IVault
    function withdraw(uint64 batch, uint32 id, address to, uint64 amount, bytes32[] calldata siblings)
        external
        nonReentrant
    {
        bytes32 root = _finalRoot(batch);
        if (_withdrawn.get(id)) revert AlreadyWithdrawn(id);
        // Withdrawals carry no key, so the leaf's link hash is zero.
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constants
        bytes memory object = abi.encodePacked(uint8(TAG_LEAF), bytes32(0), uint8(OBJECT_WITHDRAWAL), to, amount);
        _prove(root, id, sha256(object), siblings);

        _withdrawn.set(id);
        emit Withdrawn(id, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IVault
    function refund(
        BatchHeader calldata header,
        uint64 item,
        address account,
        uint64 amount,
        Gap calldata gap,
        bytes32[] calldata siblings
    ) external nonReentrant {
        bytes32 root = _finalRoot(header.number);
        bytes32 hash = IRollup(rollup).batchHash(header.number);
        if (keccak256(abi.encode(header)) != hash || item >= header.inboxTo) revert NotConsumed(item);
        if (_refunded.get(item)) revert AlreadyRefunded(item);
        // Only this contract appends deposits.
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constant
        bytes32 deposited = keccak256(abi.encodePacked(uint8(KIND_DEPOSIT), account, amount));
        bytes32 link = keccak256(abi.encodePacked(IInbox(inbox).linkAfter(item), deposited));
        if (link != IInbox(inbox).linkAfter(item + 1)) revert NotThatDeposit(item);
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constants
        bytes32 key = sha256(abi.encodePacked(uint8(TAG_KEY), uint8(OBJECT_ACCOUNT), account));
        if (gap.key >= key || (gap.next != 0 && gap.next <= key)) revert NoGap(account);
        // Only objects with a key have a link hash that is not zero, and each of those is in the list of keys.
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constant
        bytes32 linkHash = sha256(abi.encodePacked(uint8(TAG_LINK), gap.key, gap.next));
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constant
        _prove(root, gap.id, sha256(abi.encodePacked(uint8(TAG_LEAF), linkHash, gap.payload)), siblings);

        _refunded.set(item);
        emit Refunded(item, account, amount);
        _pay(account, amount);
    }

    /// @inheritdoc IVault
    function refunded(uint64 item) external view returns (bool) {
        return _refunded.get(item);
    }

    /// @inheritdoc IVault
    function withdrawn(uint32 id) external view returns (bool) {
        return _withdrawn.get(id);
    }

    /// @inheritdoc IVault
    function toNano(uint256 baseUnits) public view returns (uint256 amount) {
        if (baseUnits == 0 || baseUnits % baseUnitsPerNano != 0) revert NotWholeNano(baseUnits);
        uint256 scaled = baseUnits / baseUnitsPerNano;
        // Beyond 128 bits the amount is too large whatever the scale, and the product could wrap.
        if (scaled > type(uint128).max) revert TotalTooLarge(custody, scaled);
        return scaled * nanoPerBaseUnit;
    }

    /// @inheritdoc IVault
    function toBaseUnits(uint64 amount) public view returns (uint256 baseUnits) {
        if (amount % nanoPerBaseUnit != 0) revert NotWholeBaseUnits(amount);
        return uint256(amount) / nanoPerBaseUnit * baseUnitsPerNano;
    }

    /// @dev Moves `baseUnits` from the caller into custody and makes sure that they arrived, neither more nor less.
    function _take(uint256 baseUnits) private {
        if (token == address(0)) {
            if (msg.value != baseUnits) revert WrongValue(msg.value, baseUnits);
            return;
        }
        if (msg.value != 0) revert WrongValue(msg.value, 0);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), baseUnits);
        uint256 held = IERC20(token).balanceOf(address(this));
        uint256 got = held > before ? held - before : 0;
        if (got != baseUnits) revert WrongAmountReceived(got, baseUnits);
    }

    /// @dev `amount` nano leave custody for `to`.
    function _pay(address to, uint64 amount) private {
        uint256 baseUnits = toBaseUnits(amount);
        custody -= amount;
        if (token == address(0)) Address.sendValue(payable(to), baseUnits);
        else IERC20(token).safeTransfer(to, baseUnits);
    }

    function _finalRoot(uint64 batch) private view returns (bytes32 root) {
        root = IRollup(rollup).finalRoot(batch);
        if (root == 0) revert NotFinal(batch);
    }

    /// @dev Makes sure that leaf `id` under the state root is `h` (docs/spec/l1.md, section 6). Above the given siblings the
    /// tree is empty to the right.
    function _prove(bytes32 root, uint32 id, bytes32 h, bytes32[] calldata siblings) private pure {
        uint256 depth = siblings.length;
        if (depth > TREE_DEPTH || uint256(id) >> depth != 0) revert ProofMalformed(id, depth);
        bytes32 empty = 0;
        for (uint256 level = 0; level < TREE_DEPTH; level++) {
            if (level >= depth) h = _node(h, empty);
            else if ((id >> level) & 1 == 0) h = _node(h, siblings[level]);
            else h = _node(siblings[level], h);
            empty = _node(empty, empty);
        }
        if (h != root) revert ProofInvalid(h, root);
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constant
        return sha256(abi.encodePacked(uint8(TAG_NODE), left, right));
    }
}
