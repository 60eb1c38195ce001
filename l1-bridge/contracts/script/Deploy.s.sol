// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IInbox} from "../src/interfaces/IInbox.sol";
import {IRollup} from "../src/interfaces/IRollup.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {DeployConfig, Deployment} from "./Deployment.sol";
import {Genesis} from "./Genesis.sol";

/// @notice The cheat codes that the deployment uses.
interface Vm {
    function envAddress(string calldata name) external view returns (address);
    function envOr(string calldata name, address fallbackValue) external view returns (address);
    function envOr(string calldata name, uint256 fallbackValue) external view returns (uint256);
    function envString(string calldata name) external view returns (string memory);
    function envUint(string calldata name) external view returns (uint256);
    function getNonce(address who) external view returns (uint64);
    function startBroadcast(address sender) external;
    function stopBroadcast() external;
    function toString(address value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function toString(uint256 value) external pure returns (string memory);
    function writeFile(string calldata path, string calldata text) external;
}

/// @notice Deploys the contracts and writes the chain file that every program reads.
/// @dev bin/forge build && bin/forge script script/Deploy.s.sol --rpc-url URL --broadcast --slow, with the sender by
/// --private-key, --keystore or --unlocked --sender, and these variables:
///
///   PR_OPERATOR PR_GOVERNOR            addresses
///   PR_TOKEN                           bridged ERC-20; without it the native coin
///   PR_L2_CHAIN_ID                     chain id of ledger signatures
///   PR_WINDOW_S PR_FORCE_DEADLINE_S    challenge window; age at which an inbox item is overdue
///   PR_GOVERNOR_DELAY_S                without it the least that is allowed: the sum of the two
///   PR_BOND_WEI PR_FORCE_FEE_WEI       price of a claim until it is final; price of a forced item
///   PR_FEE_PPM PR_EDGE_PPM_MAX PR_EDGES_PPM_MAX PR_STREAM_GRACE_S   genesis values (docs/spec/protocol.csv)
///   PR_VERIFIER                        an IFraudVerifier that is there already; without it one is created
///   PR_CHAIN_FILE                      where the chain file goes, below ../../build or ../../run
///
/// The chain file is written before the transactions are sent: it counts only if forge exits with 0.
contract Deploy {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Forge looks for this to know that the contract is a script.
    bool public constant IS_SCRIPT = true;

    /// @notice A variable is larger than what it sets.
    error VariableTooLarge(string name, uint256 value);

    function run() external {
        uint256[] memory params = new uint256[](4);
        params[0] = VM.envUint("PR_FEE_PPM");
        params[1] = VM.envUint("PR_EDGE_PPM_MAX");
        params[2] = VM.envUint("PR_EDGES_PPM_MAX");
        params[3] = VM.envUint("PR_STREAM_GRACE_S");
        DeployConfig memory c = _configFromEnv();
        uint256 withdrawMultiple = _nanoPerBaseUnit(c.token);
        c.genesisRoot = Genesis.root(params, withdrawMultiple);
        // The first transaction lands in the next block at the earliest.
        uint256 deployBlock = block.number + 1;

        VM.startBroadcast(msg.sender);
        if (c.verifier == address(0)) c.verifier = _createVerifier();
        (IInbox inbox, IVault vault, IRollup rollup) = Deployment.deploy(c, msg.sender, VM.getNonce(msg.sender));
        VM.stopBroadcast();
        assert(vault.nanoPerBaseUnit() == withdrawMultiple);
        _writeChainFile(c, params, withdrawMultiple, deployBlock, [address(rollup), address(inbox), address(vault)]);
    }

    function _configFromEnv() private view returns (DeployConfig memory c) {
        c.token = VM.envOr("PR_TOKEN", address(0));
        c.governor = VM.envAddress("PR_GOVERNOR");
        c.operator = VM.envAddress("PR_OPERATOR");
        c.verifier = VM.envOr("PR_VERIFIER", address(0));
        c.l2ChainId = _uint64("PR_L2_CHAIN_ID", VM.envUint("PR_L2_CHAIN_ID"));
        c.windowSeconds = _uint64("PR_WINDOW_S", VM.envUint("PR_WINDOW_S"));
        c.bondWei = VM.envUint("PR_BOND_WEI");
        c.forceDeadlineSeconds = _uint64("PR_FORCE_DEADLINE_S", VM.envUint("PR_FORCE_DEADLINE_S"));
        uint256 least = uint256(c.windowSeconds) + c.forceDeadlineSeconds;
        c.governorDelaySeconds = _uint64("PR_GOVERNOR_DELAY_S", VM.envOr("PR_GOVERNOR_DELAY_S", least));
        c.forceFeeWei = VM.envUint("PR_FORCE_FEE_WEI");
    }

    /// @dev What the Vault will say once it is there.
    function _nanoPerBaseUnit(address token) private view returns (uint256) {
        uint8 decimals = token == address(0) ? 18 : IERC20Metadata(token).decimals();
        return decimals < 9 ? 10 ** (9 - decimals) : 1;
    }

    function _createVerifier() private returns (address) {
        address decoder = Deployment.create("ZstdDecoder.sol:ZstdDecoder", "");
        return Deployment.create("FraudVerifier.sol:FraudVerifier", abi.encode(decoder));
    }

    function _writeChainFile(
        DeployConfig memory c,
        uint256[] memory params,
        uint256 withdrawMultiple,
        uint256 deployBlock,
        address[3] memory contracts
    ) private {
        string memory text =
            "# Written by l1-bridge/contracts/script/Deploy.s.sol: what every program of this deployment agrees on.\n";
        text = string.concat(text, "[chain]\n", _number("l1_chain_id", block.chainid));
        text = string.concat(text, _number("l2_chain_id", c.l2ChainId));
        text = string.concat(text, _address("rollup", contracts[0]));
        text = string.concat(text, _address("inbox", contracts[1]));
        text = string.concat(text, _address("vault", contracts[2]));
        text = string.concat(text, _address("verifier", c.verifier));
        text = string.concat(text, _address("token", c.token));
        text = string.concat(text, _number("deploy_block", deployBlock));
        text = string.concat(text, _number("window_s", c.windowSeconds));
        text = string.concat(text, _number("withdraw_multiple", withdrawMultiple));
        text = string.concat(text, 'genesis_root = "', VM.toString(c.genesisRoot), '"\n\n[params]\n');
        text = string.concat(text, _number("fee_ppm", params[0]), _number("edge_ppm_max", params[1]));
        text = string.concat(text, _number("edges_ppm_max", params[2]), _number("stream_grace_s", params[3]));
        VM.writeFile(VM.envString("PR_CHAIN_FILE"), text);
    }

    function _number(string memory key, uint256 value) private pure returns (string memory) {
        return string.concat(key, " = ", VM.toString(value), "\n");
    }

    function _address(string memory key, address value) private pure returns (string memory) {
        return string.concat(key, ' = "', VM.toString(value), '"\n');
    }

    function _uint64(string memory name, uint256 value) private pure returns (uint64) {
        if (value > type(uint64).max) revert VariableTooLarge(name, value);
        // forge-lint: disable-next-line(unsafe-typecast) -- just compared
        return uint64(value);
    }
}
