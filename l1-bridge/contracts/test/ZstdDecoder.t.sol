// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.31;

import {ZstdDecoder} from "../src/ZstdDecoder.sol";
import {Base} from "./Base.sol";
import {FRAME_GAS_MAX} from "./support/Limits.sol";

/// @notice ZstdDecoder against the C decoder, by the frames that build/tests/vectors/zframe_vectors prints.
contract ZstdDecoderTest is Base {
    uint256 private constant GROUP_HOSTILE = 3;
    uint256 private constant VECTORS_MIN = 2000;

    ZstdDecoder private decoder;
    string private path;

    event log_named_uint(string name, uint256 value);

    function setUp() public {
        decoder = new ZstdDecoder();
        path = vm.envOr("PR_ZFRAME_VECTORS", "../../build/vectors/zframe.txt");
    }

    modifier withVectors() {
        check(vm.exists(path), "no vectors: make build/vectors/zframe.txt");
        _;
    }

    struct Vector {
        uint256 group;
        bool ok;
        bytes32 hash;
        bytes frame;
    }

    /// @dev The next line of the file; false at its end. The frame replaces the line's bytes in memory.
    function nextVector(Vector memory v) private view returns (bool) {
        string memory line = vm.readLine(path);
        if (bytes(line).length == 0) return false;
        bytes memory data = vm.parseBytes(line);
        check(data.length >= 34, "line too short");
        v.group = uint8(data[0]);
        v.ok = data[1] != 0;
        assembly {
            let length := mload(data)
            mstore(add(v, 0x40), mload(add(data, 34)))
            mstore(add(v, 0x60), add(data, 34))
            mstore(add(data, 34), sub(length, 34))
        }
        return true;
    }

    function call(bytes memory frame, uint256 gasLimit)
        private
        view
        returns (bool success, bool ok, bytes memory content, uint256 used)
    {
        bytes memory data = abi.encodeCall(ZstdDecoder.decode, (frame));
        bytes memory answer;
        used = gasleft();
        (success, answer) = address(decoder).staticcall{gas: gasLimit}(data);
        used -= gasleft();
        if (success) (ok, content) = abi.decode(answer, (bool, bytes));
    }

    function freePointer() private pure returns (uint256 mark) {
        assembly {
            mark := mload(0x40)
        }
    }

    function releaseTo(uint256 mark) private pure {
        assembly {
            mstore(0x40, mark)
        }
    }

    function test_decode_vectorsOfC_succeeds() public withVectors {
        Vector memory v;
        uint256[5] memory counts;
        uint256[5] memory accepted;
        uint256[5] memory worst;
        uint256 mark = freePointer();
        uint256 line = 0;
        for (; nextVector(v); line++) {
            (bool success, bool ok, bytes memory content, uint256 used) = call(v.frame, gasleft());
            check(success, "a frame made the call fail");
            if (ok != v.ok || keccak256(content) != v.hash) {
                emit log_named_uint("line", line + 1);
                revert AssertionFailed(string.concat("other verdict or content than C in line ", vm.toString(line + 1)));
            }
            counts[v.group]++;
            if (ok) accepted[v.group]++;
            if (used > worst[v.group]) worst[v.group] = used;
            releaseTo(mark);
        }
        check(line >= VECTORS_MIN, "too few vectors");
        for (uint256 g = 0; g < 5; g++) {
            check(counts[g] > 0 && accepted[g] > 0, "a group is missing");
            le(worst[g], FRAME_GAS_MAX, "gas");
        }
        check(accepted[2] < counts[2], "no mutant was refused");
        emit log_named_uint("frames of libzstd", counts[0]);
        emit log_named_uint("  accepted", accepted[0]);
        emit log_named_uint("  greatest gas", worst[0]);
        emit log_named_uint("crafted frames", counts[1]);
        emit log_named_uint("  accepted", accepted[1]);
        emit log_named_uint("  greatest gas", worst[1]);
        emit log_named_uint("mutants", counts[2]);
        emit log_named_uint("  accepted", accepted[2]);
        emit log_named_uint("  greatest gas", worst[2]);
    }

    function test_decode_hostileFrameGas_succeeds() public withVectors {
        Vector memory v;
        uint256 worst = 0;
        uint256 count = 0;
        uint256 mark = freePointer();
        while (nextVector(v) && v.group == GROUP_HOSTILE) {
            (bool success, bool ok, bytes memory content, uint256 used) = call(v.frame, gasleft());
            check(success && ok && content.length == 8192, "hostile frame is valid and full");
            emit log_named_uint("gas of a hostile frame of 8,192 bytes", used);
            if (used > worst) worst = used;
            count++;
            releaseTo(mark);
        }
        check(count >= 10, "hostile frames missing");
        emit log_named_uint("dearest", worst);
        le(worst, FRAME_GAS_MAX, "gas");
    }

    /// @dev A call starved of gas fails; it never answers "outside the profile".
    function test_decode_starved_reverts() public view withVectors {
        Vector memory v;
        check(nextVector(v) && v.group == GROUP_HOSTILE, "hostile frame");
        (,,, uint256 used) = call(v.frame, gasleft());
        for (uint256 i = 1; i < 40; i++) {
            (bool success,,,) = call(v.frame, used * i / 41);
            check(!success, "an answer without the gas for it");
        }
    }

    function test_decode_rawFrame_succeeds() public view {
        bytes memory frame = hex"28b52ffd2005290000" hex"68656c6c6f";
        (bool ok, bytes memory content) = decoder.decode(frame);
        check(ok, "accepted");
        eq(content, "hello", "content");
        for (uint256 n = 0; n < frame.length; n++) {
            bytes memory cut = new bytes(n);
            for (uint256 i = 0; i < n; i++) {
                cut[i] = frame[i];
            }
            (ok, content) = decoder.decode(cut);
            check(!ok && content.length == 0, "cut frame refused");
        }
        (ok, content) = decoder.decode(bytes.concat(frame, hex"00"));
        check(!ok && content.length == 0, "longer frame refused");
    }

    function test_decode_rleLiterals_succeeds() public view {
        (bool ok, bytes memory content) = decoder.decode(hex"28b52ffd20051d0000" hex"297800");
        check(ok, "accepted");
        eq(content, "xxxxx", "content");
    }

    /// @dev Whatever follows the header, the call answers, within the bound.
    function testFuzz_decode_anyBlock_succeeds(bytes calldata block_, uint16 size, uint8 first) public view {
        uint256 length = block_.length > 8192 ? 8192 : block_.length;
        uint256 content = bound(size, length < 256 ? 256 : length, 8192);
        uint256 head = length << 3 | 5;
        bytes memory frame = bytes.concat(
            hex"28b52ffd60",
            bytes1(uint8(content - 256)),
            bytes1(uint8((content - 256) >> 8)),
            bytes1(uint8(head)),
            bytes1(uint8(head >> 8)),
            bytes1(uint8(head >> 16)),
            block_[:length]
        );
        if (length > 0) frame[10] = bytes1(first);
        (bool success, bool ok, bytes memory out, uint256 used) = call(frame, gasleft());
        check(success, "answered");
        eq(out.length, ok ? content : 0, "length");
        le(used, FRAME_GAS_MAX, "gas");
    }

    function test_code_size_succeeds() public {
        emit log_named_uint("runtime bytes", address(decoder).code.length);
        le(address(decoder).code.length, 24_576, "EIP-170");
    }
}
