// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IInbox} from "./interfaces/IInbox.sol";
import {Params} from "./lib/Params.sol";
import {KIND_COUNT, KIND_DEPOSIT, KIND_PARAM, KIND_PLACE, KIND_WIRE_BYTES} from "./Protocol.sol";

/// @title The queue from L1; see IInbox.
contract Inbox is IInbox {
    struct Item {
        bytes32 link;
        uint64 time;
    }

    struct Proposal {
        uint8 index;
        uint64 value;
        uint64 enqueueFrom;
    }

    /// @dev Where burned coin goes: nobody has the key of this address.
    address payable private constant BURNED = payable(address(0xdead));
    /// @dev Value of KIND_PLACE for kinds that anyone may force, as protocol.csv marks them.
    bytes1 private constant PLACE_ANY = 0;

    address public immutable vault;
    address public immutable governor;
    uint64 public immutable governorDelaySeconds;
    uint256 public immutable forceFeeWei;

    Item[] private _items;
    Proposal[] private _proposals;
    uint64 private _proposalsEnqueued;

    /// @param vault_ the only contract that appends deposits
    /// @param governor_ who proposes parameter changes
    /// @param governorDelaySeconds_ seconds between a proposal and its earliest appending
    /// @param forceFeeWei_ price of a forced item, burned
    constructor(address vault_, address governor_, uint64 governorDelaySeconds_, uint256 forceFeeWei_) {
        if (vault_ == address(0)) revert ConfigInvalid("vault");
        // A delay that could push a time over 64 bits is a mistake in units.
        if (governorDelaySeconds_ > 10 * 365 days) revert ConfigInvalid("governorDelaySeconds");
        vault = vault_;
        governor = governor_;
        governorDelaySeconds = governorDelaySeconds_;
        forceFeeWei = forceFeeWei_;
    }

    /// @inheritdoc IInbox
    function enqueueDeposit(address account, uint64 amount) external returns (uint64 index) {
        if (msg.sender != vault) revert NotVault(msg.sender);
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constant
        return _append(abi.encodePacked(uint8(KIND_DEPOSIT), account, amount));
    }

    /// @inheritdoc IInbox
    function force(bytes calldata item) external payable returns (uint64 index) {
        if (msg.value != forceFeeWei) revert WrongFee(msg.value, forceFeeWei);
        uint8 kind = item.length == 0 ? 0 : uint8(item[0]);
        if (kind == 0 || kind >= KIND_COUNT) revert ItemMalformed(kind, item.length);
        bytes memory sizes = KIND_WIRE_BYTES;
        uint256 size = (uint256(uint8(sizes[2 * kind])) << 8) | uint8(sizes[2 * kind + 1]);
        if (KIND_PLACE[kind] != PLACE_ANY || item.length != size) {
            revert ItemMalformed(kind, item.length);
        }
        index = _append(item);
        Address.sendValue(BURNED, msg.value);
    }

    /// @inheritdoc IInbox
    function proposeParam(uint8 index, uint64 value) external returns (uint64 id) {
        if (msg.sender != governor) revert NotGovernor(msg.sender);
        if (!Params.isWithin(index, value)) revert ParamOutOfBounds(index, value);
        uint64 enqueueFrom = uint64(block.timestamp) + governorDelaySeconds;
        id = uint64(_proposals.length);
        _proposals.push(Proposal(index, value, enqueueFrom));
        emit ParamProposed(id, index, value, enqueueFrom);
    }

    /// @inheritdoc IInbox
    function enqueueParam(uint256 id) external returns (uint64 index) {
        if (id >= _proposals.length) revert ParamUnknown(id);
        // In order, so that nobody can bring back an old value by appending it after the one that replaced it.
        if (id != _proposalsEnqueued) revert ParamOutOfOrder(id, _proposalsEnqueued);
        Proposal memory p = _proposals[id];
        if (block.timestamp < p.enqueueFrom) revert ParamTooEarly(id, p.enqueueFrom);
        _proposalsEnqueued++;
        // forge-lint: disable-next-line(unsafe-typecast) -- protocol constant
        return _append(abi.encodePacked(uint8(KIND_PARAM), p.index, p.value));
    }

    /// @inheritdoc IInbox
    function linkAfter(uint64 n) external view returns (bytes32) {
        if (n == 0) return 0;
        if (n > _items.length) revert ItemUnknown(n - 1);
        return _items[n - 1].link;
    }

    /// @inheritdoc IInbox
    function timeOf(uint64 index) external view returns (uint64) {
        if (index >= _items.length) revert ItemUnknown(index);
        return _items[index].time;
    }

    /// @inheritdoc IInbox
    function count() external view returns (uint64) {
        return uint64(_items.length);
    }

    /// @inheritdoc IInbox
    function proposal(uint256 id) external view returns (uint8 index, uint64 value, uint64 enqueueFrom) {
        if (id >= _proposals.length) revert ParamUnknown(id);
        Proposal memory p = _proposals[id];
        return (p.index, p.value, p.enqueueFrom);
    }

    /// @inheritdoc IInbox
    function proposals() external view returns (uint64 made, uint64 enqueued) {
        return (uint64(_proposals.length), _proposalsEnqueued);
    }

    function _append(bytes memory item) private returns (uint64 index) {
        index = uint64(_items.length);
        bytes32 before = index == 0 ? bytes32(0) : _items[index - 1].link;
        uint64 time = uint64(block.timestamp);
        _items.push(Item(keccak256(abi.encodePacked(before, keccak256(item))), time));
        emit ItemAdded(index, time, item);
    }
}
