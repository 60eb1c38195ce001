// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {IRollup, RollupConfig} from "../src/interfaces/IRollup.sol";
import {IVault} from "../src/interfaces/IVault.sol";

/// @notice The cheat code that reads an artifact.
interface Artifacts {
    function getCode(string calldata artifact) external view returns (bytes memory);
}

/// @notice What a deployment chooses.
struct DeployConfig {
    address token;
    address governor;
    address operator;
    address verifier;
    uint64 l2ChainId;
    bytes32 genesisRoot;
    uint64 windowSeconds;
    uint256 bondWei;
    uint64 forceDeadlineSeconds;
    uint64 governorDelaySeconds;
    uint256 forceFeeWei;
}

/// @notice Creates Inbox, Vault and Rollup, which name one another, by predicting their addresses.
/// @dev Creation code comes from the artifacts, so forge must have built them; `new` would compile every contract again
/// inside each script and test.
library Deployment {
    Artifacts private constant ARTIFACTS = Artifacts(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice A contract could not be created and gave no reason.
    error CreateFailed(string artifact);
    /// @notice A contract did not land where it was predicted: another transaction took the nonce.
    error AddressMissed(address got, address want);

    /// @param c the choices
    /// @param deployer who sends the three creations
    /// @param nonce the deployer's next nonce
    function deploy(DeployConfig memory c, address deployer, uint64 nonce)
        internal
        returns (IInbox inbox, IVault vault, IRollup rollup)
    {
        address inboxAt = createAddress(deployer, nonce);
        address vaultAt = createAddress(deployer, nonce + 1);
        address rollupAt = createAddress(deployer, nonce + 2);
        inbox =
            IInbox(create("Inbox.sol:Inbox", abi.encode(vaultAt, c.governor, c.governorDelaySeconds, c.forceFeeWei)));
        vault = IVault(create("Vault.sol:Vault", abi.encode(c.token, inboxAt, rollupAt)));
        RollupConfig memory rollupConfig = RollupConfig({
            governor: c.governor,
            operator: c.operator,
            inbox: inboxAt,
            vault: vaultAt,
            verifier: c.verifier,
            l2ChainId: c.l2ChainId,
            genesisRoot: c.genesisRoot,
            windowSeconds: c.windowSeconds,
            bondWei: c.bondWei,
            forceDeadlineSeconds: c.forceDeadlineSeconds,
            governorDelaySeconds: c.governorDelaySeconds
        });
        rollup = IRollup(create("Rollup.sol:Rollup", abi.encode(rollupConfig)));
        if (address(inbox) != inboxAt) revert AddressMissed(address(inbox), inboxAt);
        if (address(vault) != vaultAt) revert AddressMissed(address(vault), vaultAt);
        if (address(rollup) != rollupAt) revert AddressMissed(address(rollup), rollupAt);
    }

    /// @notice Creates the contract of an artifact ("File.sol:Name"); what its constructor reverts with is passed on.
    function create(string memory artifact, bytes memory arguments) internal returns (address at_) {
        bytes memory code = bytes.concat(ARTIFACTS.getCode(artifact), arguments);
        assembly ("memory-safe") {
            at_ := create(0, add(code, 32), mload(code))
            if and(iszero(at_), gt(returndatasize(), 0)) {
                let p := mload(0x40)
                returndatacopy(p, 0, returndatasize())
                revert(p, returndatasize())
            }
        }
        if (at_ == address(0)) revert CreateFailed(artifact);
    }

    /// @notice Address of what `deployer` creates with `nonce`: the last 20 bytes of keccak(rlp(deployer, nonce)).
    function createAddress(address deployer, uint64 nonce) internal pure returns (address) {
        bytes memory number = nonce == 0 ? bytes(hex"80") : _bigEndian(nonce);
        if (nonce > 0x7f) number = abi.encodePacked(bytes1(uint8(0x80 + number.length)), number);
        bytes memory list = abi.encodePacked(bytes1(0x94), deployer, number);
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(uint8(0xc0 + list.length)), list)))));
    }

    /// @dev The bytes of n without leading zeros.
    function _bigEndian(uint64 n) private pure returns (bytes memory out) {
        uint256 size = 0;
        for (uint64 rest = n; rest != 0; rest >>= 8) {
            size++;
        }
        out = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            // forge-lint: disable-next-line(unsafe-typecast) -- one byte of the number is meant
            out[i] = bytes1(uint8(n >> (8 * (size - 1 - i))));
        }
    }
}
