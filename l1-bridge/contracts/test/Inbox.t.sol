// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deployment} from "../script/Deployment.sol";
import {IInbox} from "../src/interfaces/IInbox.sol";
import {
    KIND_COUNT,
    KIND_DEPOSIT,
    KIND_PARAM,
    KIND_PLACE,
    KIND_WIRE_BYTES,
    PARAM_COUNT,
    PARAM_FEE_PPM_MAX
} from "../src/Protocol.sol";
import {Base} from "./Base.sol";

contract InboxTest is Base {
    uint64 internal constant DELAY = 3 days;
    uint256 internal constant FEE = 123;
    uint64 internal constant START = 1_800_000_000;

    address internal vault = person("vault");
    address internal governor = person("governor");
    address internal alice = person("alice");
    IInbox internal inbox;

    function setUp() public {
        vm.warp(START);
        inbox = IInbox(this.create(vault, DELAY));
        vm.deal(alice, 1 ether);
    }

    function create(address vault_, uint64 delay) external returns (address) {
        return Deployment.create("Inbox.sol:Inbox", abi.encode(vault_, governor, delay, FEE));
    }

    function wireBytes(uint256 kind) internal pure returns (uint256) {
        bytes memory sizes = KIND_WIRE_BYTES;
        return uint256(uint8(sizes[2 * kind])) * 256 + uint8(sizes[2 * kind + 1]);
    }

    function entry(uint256 kind, uint256 size) internal pure returns (bytes memory out) {
        out = new bytes(size);
        if (size > 0) out[0] = bytes1(uint8(kind));
        for (uint256 i = 1; i < size; i++) {
            out[i] = bytes1(uint8(i * 7));
        }
    }

    function forceAs(address who, bytes memory item) internal returns (uint64) {
        vm.prank(who);
        return inbox.force{value: FEE}(item);
    }

    function expectMalformed(bytes memory item) internal {
        uint8 kind = item.length == 0 ? 0 : uint8(item[0]);
        vm.expectRevert(abi.encodeWithSelector(IInbox.ItemMalformed.selector, kind, item.length));
        forceAs(alice, item);
    }

    // ---- constructor

    function test_constructor_keepsItsArguments_succeeds() public view {
        eq(inbox.vault(), vault, "vault");
        eq(inbox.governor(), governor, "governor");
        eq(uint256(inbox.governorDelaySeconds()), DELAY, "delay");
        eq(inbox.forceFeeWei(), FEE, "fee");
        eq(uint256(inbox.count()), 0, "count");
        eq(inbox.linkAfter(0), bytes32(0), "link before the first item");
    }

    function test_constructor_noVault_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.ConfigInvalid.selector, "vault"));
        this.create(address(0), DELAY);
    }

    function test_constructor_delayTooLong_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.ConfigInvalid.selector, "governorDelaySeconds"));
        this.create(vault, 10 * 365 days + 1);
    }

    // ---- enqueueDeposit

    function test_enqueueDeposit_succeeds() public {
        bytes memory item = abi.encodePacked(uint8(KIND_DEPOSIT), alice, uint64(77));
        eq(item.length, wireBytes(KIND_DEPOSIT), "wire size of a deposit");
        vm.expectEmit(true, true, true, true, address(inbox));
        emit IInbox.ItemAdded(0, START, item);
        vm.prank(vault);
        eq(uint256(inbox.enqueueDeposit(alice, 77)), 0, "index");
        eq(inbox.linkAfter(1), keccak256(bytes.concat(bytes32(0), keccak256(item))), "link");
    }

    function test_enqueueDeposit_byOther_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotVault.selector, alice));
        vm.prank(alice);
        inbox.enqueueDeposit(alice, 77);
    }

    // ---- force

    function test_force_everyForcibleKind_succeeds() public {
        bytes32 link = 0;
        uint64 n = 0;
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            if (KIND_PLACE[kind] != 0) continue;
            bytes memory item = entry(kind, wireBytes(kind));
            vm.warp(START + n);
            vm.expectEmit(true, true, true, true, address(inbox));
            emit IInbox.ItemAdded(n, START + n, item);
            eq(uint256(forceAs(alice, item)), n, "index");
            link = keccak256(bytes.concat(link, keccak256(item)));
            n++;
            eq(inbox.linkAfter(n), link, "link");
            eq(uint256(inbox.timeOf(n - 1)), START + n - 1, "time");
            eq(uint256(inbox.count()), n, "count");
        }
        check(n > 0, "some kind is forcible");
        eq(address(0xdead).balance, n * FEE, "fees are burned");
        eq(address(inbox).balance, 0, "nothing stays");
    }

    function test_force_kindThatIsNotForcible_reverts() public {
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            if (KIND_PLACE[kind] != 0) expectMalformed(entry(kind, wireBytes(kind)));
        }
        check(KIND_PLACE[KIND_DEPOSIT] != 0, "deposits cannot be forced");
        check(KIND_PLACE[KIND_PARAM] != 0, "parameters cannot be forced");
    }

    function test_force_unknownKind_reverts() public {
        expectMalformed("");
        expectMalformed(entry(0, 9));
        expectMalformed(entry(KIND_COUNT, 9));
        expectMalformed(entry(255, 9));
    }

    function test_force_otherSize_reverts() public {
        for (uint256 kind = 1; kind < KIND_COUNT; kind++) {
            expectMalformed(entry(kind, wireBytes(kind) - 1));
            expectMalformed(entry(kind, wireBytes(kind) + 1));
        }
    }

    function testFuzz_force_anythingElse_reverts(bytes memory item) public {
        uint256 kind = item.length == 0 ? 0 : uint8(item[0]);
        vm.assume(kind == 0 || kind >= KIND_COUNT || KIND_PLACE[kind] != 0 || item.length != wireBytes(kind));
        expectMalformed(item);
    }

    function test_force_otherFee_reverts() public {
        bytes memory item = entry(21, wireBytes(21));
        uint256[3] memory fees = [uint256(0), FEE - 1, FEE + 1];
        for (uint256 i = 0; i < fees.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.WrongFee.selector, fees[i], FEE));
            vm.prank(alice);
            inbox.force{value: fees[i]}(item);
        }
    }

    // ---- views

    function test_linkAfter_beyondTheEnd_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.ItemUnknown.selector, 0));
        inbox.linkAfter(1);
    }

    function test_timeOf_beyondTheEnd_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.ItemUnknown.selector, 0));
        inbox.timeOf(0);
    }

    // ---- proposeParam, enqueueParam

    function propose(uint8 index, uint64 value) internal returns (uint64) {
        vm.prank(governor);
        return inbox.proposeParam(index, value);
    }

    function test_proposeParam_succeeds() public {
        vm.expectEmit(true, true, true, true, address(inbox));
        emit IInbox.ParamProposed(0, 0, 1000, START + DELAY);
        eq(uint256(propose(0, 1000)), 0, "id");
        (uint8 index, uint64 value, uint64 from) = inbox.proposal(0);
        eq(uint256(index), 0, "index");
        eq(uint256(value), 1000, "value");
        eq(uint256(from), START + DELAY, "from");
        eq(uint256(inbox.count()), 0, "nothing is appended yet");
    }

    function test_proposeParam_byOther_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotGovernor.selector, alice));
        vm.prank(alice);
        inbox.proposeParam(0, 0);
    }

    /// @dev Bounds as docs/spec/protocol.csv states them: index, min, max.
    function test_proposeParam_bounds_succeeds() public {
        uint64[3][4] memory rows = [
            [uint64(0), 0, 50_000],
            [uint64(1), 1000, 1_000_000],
            [uint64(2), 1000, 1_000_000],
            [uint64(3), 1, 2_592_000]
        ];
        eq(rows.length, PARAM_COUNT, "a row per parameter");
        for (uint256 i = 0; i < rows.length; i++) {
            uint8 index = uint8(rows[i][0]);
            propose(index, rows[i][1]);
            propose(index, rows[i][2]);
            if (rows[i][1] > 0) expectOutOfBounds(index, rows[i][1] - 1);
            expectOutOfBounds(index, rows[i][2] + 1);
            expectOutOfBounds(index, type(uint64).max);
        }
    }

    function test_proposeParam_unknown_reverts() public {
        expectOutOfBounds(uint8(PARAM_COUNT), 1);
        expectOutOfBounds(255, 0);
    }

    function expectOutOfBounds(uint8 index, uint64 value) internal {
        vm.expectRevert(abi.encodeWithSelector(IInbox.ParamOutOfBounds.selector, index, value));
        propose(index, value);
    }

    function test_enqueueParam_succeeds() public {
        propose(0, uint64(PARAM_FEE_PPM_MAX));
        vm.warp(START + DELAY);
        bytes memory item = abi.encodePacked(uint8(KIND_PARAM), uint8(0), uint64(PARAM_FEE_PPM_MAX));
        eq(item.length, wireBytes(KIND_PARAM), "wire size of a parameter change");
        vm.expectEmit(true, true, true, true, address(inbox));
        emit IInbox.ItemAdded(0, START + DELAY, item);
        vm.prank(alice);
        eq(uint256(inbox.enqueueParam(0)), 0, "item");
        (uint64 made, uint64 enqueued) = inbox.proposals();
        eq(uint256(made), 1, "made");
        eq(uint256(enqueued), 1, "enqueued");
    }

    function test_enqueueParam_early_reverts() public {
        propose(0, 1);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IInbox.ParamTooEarly.selector, 0, START + DELAY));
        inbox.enqueueParam(0);
    }

    function test_enqueueParam_twice_reverts() public {
        propose(0, 1);
        vm.warp(START + DELAY);
        inbox.enqueueParam(0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.ParamOutOfOrder.selector, 0, 1));
        inbox.enqueueParam(0);
    }

    function test_enqueueParam_outOfOrder_reverts() public {
        propose(0, 1);
        propose(0, 2);
        vm.warp(START + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IInbox.ParamOutOfOrder.selector, 1, 0));
        inbox.enqueueParam(1);
        inbox.enqueueParam(0);
        inbox.enqueueParam(1);
    }

    function test_enqueueParam_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.ParamUnknown.selector, 0));
        inbox.enqueueParam(0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.ParamUnknown.selector, 3));
        inbox.proposal(3);
    }
}
