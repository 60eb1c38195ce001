// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Inbox} from "../src/Inbox.sol";
import {Rollup} from "../src/Rollup.sol";
import {Vault} from "../src/Vault.sol";
import {RollupConfig} from "../src/interfaces/IRollup.sol";

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
library Deployment {
    /// @notice A contract did not land where it was predicted: another transaction took the nonce.
    error AddressMissed(address got, address want);

    /// @param c the choices
    /// @param deployer who sends the three creations
    /// @param nonce the deployer's next nonce
    function deploy(DeployConfig memory c, address deployer, uint64 nonce)
        internal
        returns (Inbox inbox, Vault vault, Rollup rollup)
    {
        address inboxAt = createAddress(deployer, nonce);
        address vaultAt = createAddress(deployer, nonce + 1);
        address rollupAt = createAddress(deployer, nonce + 2);
        inbox = new Inbox(vaultAt, c.governor, c.governorDelaySeconds, c.forceFeeWei);
        vault = new Vault(c.token, inboxAt, rollupAt);
        rollup = new Rollup(
            RollupConfig({
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
            })
        );
        if (address(inbox) != inboxAt) revert AddressMissed(address(inbox), inboxAt);
        if (address(vault) != vaultAt) revert AddressMissed(address(vault), vaultAt);
        if (address(rollup) != rollupAt) revert AddressMissed(address(rollup), rollupAt);
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
