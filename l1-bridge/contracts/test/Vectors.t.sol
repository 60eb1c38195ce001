// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deployment} from "../script/Deployment.sol";
import {STATUS_OVERFLOW} from "../src/Protocol.sol";
import {Context} from "../src/interfaces/IFraudVerifier.sol";
import {Base} from "./Base.sol";
import {IVerifierHarness} from "./support/IVerifierHarness.sol";

interface Cheats {
    function split(string calldata text, string calldata by) external pure returns (string[] memory);
    function parseBytes(string calldata text) external pure returns (bytes memory);
    function pauseGasMetering() external;
}

/// @notice The contract against the C transition: chunks with witness, root and statuses, one a line, as printed by
/// tests/vectors (name|inbox|preRoot|domain|batch|timestamp|data|witness|postRoot|statuses, all but the name in hex).
contract VectorsTest is Base {
    uint256 private constant VECTORS_MIN = 1000;
    /// @dev From so many chunks on, every status must occur.
    uint256 private constant LINES_FOR_ALL = 10_000;

    Cheats private constant CHEATS = Cheats(address(vm));

    IVerifierHarness private verifier;
    string private path;

    event log_named_uint(string name, uint256 value);

    function setUp() public {
        address decoder = Deployment.create("ZstdDecoder.sol:ZstdDecoder", "");
        verifier = IVerifierHarness(Deployment.create("VerifierHarness.sol:VerifierHarness", abi.encode(decoder)));
        path = vm.envOr("PR_VECTORS", "../../build/vectors/chunks.txt");
    }

    function testDiff_execute_vectorsOfC_succeeds() public {
        // The file may hold more than a test's gas would do for.
        CHEATS.pauseGasMetering();
        uint256 mark;
        assembly {
            mark := mload(0x40)
        }
        uint256 lines = 0;
        uint256 entries = 0;
        uint256 undecodable = 0;
        uint256[64] memory seen;
        assembly {
            mark := mload(0x40)
        }
        for (string memory line = vm.readLine(path); bytes(line).length != 0; line = vm.readLine(path)) {
            lines++;
            bytes memory statuses = _check(line, lines);
            if (statuses.length == 0) undecodable++;
            entries += statuses.length;
            for (uint256 i = 0; i < statuses.length; i++) {
                seen[uint8(statuses[i])]++;
            }
            // Give the memory back, which would otherwise become ever dearer.
            assembly {
                mstore(0x40, mark)
            }
        }
        check(lines >= VECTORS_MIN, "too few vectors");
        check(undecodable > 0 && undecodable < lines, "chunks of both sorts");
        check(seen[0] > entries / 4, "too few entries applied");
        emit log_named_uint("chunks", lines);
        emit log_named_uint("  undecodable", undecodable);
        emit log_named_uint("entries", entries);
        for (uint256 i = 0; i <= STATUS_OVERFLOW; i++) {
            check(lines < LINES_FOR_ALL || seen[i] > 0, string.concat("no entry with status ", vm.toString(i)));
            emit log_named_uint(string.concat("  status ", vm.toString(i)), seen[i]);
        }
    }

    /// @dev The rows of tests/scenarios: what users of named systems expect, entry by entry.
    function testDiff_execute_scenariosOfC_succeeds() public {
        path = vm.envOr("PR_SCENARIOS", "../../build/vectors/scenarios.txt");
        CHEATS.pauseGasMetering();
        uint256 mark;
        assembly {
            mark := mload(0x40)
        }
        uint256 lines = 0;
        uint256 applied = 0;
        assembly {
            mark := mload(0x40)
        }
        for (string memory line = vm.readLine(path); bytes(line).length != 0; line = vm.readLine(path)) {
            lines++;
            bytes memory statuses = _check(line, lines);
            check(statuses.length == 1, "an entry a chunk");
            if (statuses[0] == 0) applied++;
            assembly {
                mstore(0x40, mark)
            }
        }
        check(lines >= VECTORS_MIN && applied > lines / 2 && applied < lines, "too few entries of scenarios");
        emit log_named_uint("entries of scenarios", lines);
        emit log_named_uint("  applied", applied);
    }

    function _bytes(string memory hexDigits) private pure returns (bytes memory) {
        return CHEATS.parseBytes(string.concat("0x", hexDigits));
    }

    /// @dev Damaged vectors (tests/vectors/mutants.c), if PR_MUTANTS names a file of them: the same root, or a revert where C
    /// calls the witness wrong.
    function testDiff_execute_mutantsOfC_agrees() public {
        path = vm.envOr("PR_MUTANTS", "");
        if (bytes(path).length == 0) vm.skip(true);
        CHEATS.pauseGasMetering();
        uint256 mark;
        assembly {
            mark := mload(0x40)
        }
        uint256 lines = 0;
        uint256[3] memory sorts;
        assembly {
            mark := mload(0x40)
        }
        for (string memory line = vm.readLine(path); bytes(line).length != 0; line = vm.readLine(path)) {
            sorts[_checkMutant(line, ++lines)]++;
            assembly {
                mstore(0x40, mark)
            }
        }
        check(sorts[0] > 0 && sorts[1] > 0 && sorts[2] > 0, "mutants of all sorts");
        emit log_named_uint("mutants with another root", sorts[0]);
        emit log_named_uint("  undecodable", sorts[1]);
        emit log_named_uint("  refused", sorts[2]);
    }

    /// @return sort 0 another root, 1 the root before, 2 refused
    function _checkMutant(string memory line, uint256 number) private returns (uint256 sort) {
        string[] memory field = CHEATS.split(line, "|");
        check(field.length == 10, "fields of a line");
        Context memory ctx = _context(field);
        bytes32 want = bytes32(_bytes(field[8]));
        bytes1 first = bytes(field[0])[0];
        sort = first == "r" ? 0 : first == "n" ? 1 : 2;
        try verifier.execute(ctx, _bytes(field[6]), _bytes(field[7])) returns (bytes32 postRoot) {
            if (sort != 2 && postRoot == want) return sort;
            emit log_named_uint("line", number);
            eq(postRoot, want, field[0]);
        } catch (bytes memory reason) {
            if (sort == 2) return sort;
            emit log_named_uint("line", number);
            revert NotEqualBytes(field[0], reason, "");
        }
    }

    function _context(string[] memory field) private pure returns (Context memory) {
        return Context({
            preRoot: bytes32(_bytes(field[2])),
            domain: bytes32(_bytes(field[3])),
            batch: uint64(bytes8(_bytes(field[4]))),
            timestamp: uint64(bytes8(_bytes(field[5]))),
            inbox: bytes(field[1])[0] == "1"
        });
    }

    function _check(string memory line, uint256 number) private returns (bytes memory statuses) {
        string[] memory field = CHEATS.split(line, "|");
        check(field.length == 10, "fields of a line");
        Context memory ctx = _context(field);
        bytes memory data = _bytes(field[6]);
        bytes memory witness = _bytes(field[7]);
        bytes32 want = bytes32(_bytes(field[8]));
        statuses = _bytes(field[9]);
        try verifier.statusesOf(ctx, data, witness) returns (bytes32 postRoot, bytes memory got) {
            if (postRoot == want && keccak256(got) == keccak256(statuses)) return statuses;
            emit log_named_uint("line", number);
            eq(got, statuses, field[0]);
            eq(postRoot, want, field[0]);
        } catch (bytes memory reason) {
            emit log_named_uint("line", number);
            revert NotEqualBytes(field[0], reason, "");
        }
    }
}
