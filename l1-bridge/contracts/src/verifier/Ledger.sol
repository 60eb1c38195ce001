// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_BALANCE,
    AT_ASSET_ABS_PPM,
    AT_ASSET_ACC,
    AT_ASSET_ACC_REM,
    AT_ASSET_DIRECT_REV,
    AT_ASSET_HELD,
    AT_ASSET_OWNER_DUE,
    AT_ASSET_POOL_CARRY,
    AT_ASSET_REL_PPM,
    AT_ASSET_TOTAL_REV,
    AT_ASSET_UNITS,
    AT_EDGE_CARRY,
    AT_EDGE_MODE,
    AT_EDGE_PPM,
    AT_EDGE_SETTLED_REV,
    AT_SHARE_CARRY,
    AT_SHARE_CHECKPOINT,
    AT_SHARE_UNITS,
    AT_SYSTEM_FEES,
    AT_SYSTEM_FEE_CARRY,
    AT_SYSTEM_FEE_PPM,
    AT_SYSTEM_SUPPLY,
    MODE_ABSOLUTE,
    MODE_RELATIVE,
    OBJECT_ACCOUNT,
    PPM
} from "../Protocol.sol";
import {Leaf} from "./Leaf.sol";
import {Slots, State} from "./State.sol";

/// @notice Where money moves (docs/spec/state.md, sections 4 and 5): no other file adds to or takes from a balance, an
/// escrow, a pool or the supply.
/// @dev A function that can refuse (false: OVERFLOW) judges before it writes. A kind calls it before it writes anything
/// else, so a refused entry changes nothing and nothing needs to be undone. Amounts come from the state that they are
/// taken out of; one that passes what holds it means a state that no entries lead to, and reverts.
library Ledger {
    uint256 internal constant U32_MAX = type(uint32).max;
    uint256 internal constant U64_MAX = type(uint64).max;
    uint256 internal constant U128_MAX = type(uint128).max;

    /// @notice Adds to a field of 64 bits.
    function put(Leaf leaf, uint256 pos, uint256 amount) internal pure {
        unchecked {
            uint256 sum = leaf.get(pos) + amount;
            if (sum > U64_MAX) revert Slots.StateInconsistent();
            leaf.set(pos, sum);
        }
    }

    /// @notice Takes from a field of 64 bits.
    function take(Leaf leaf, uint256 pos, uint256 amount) internal pure {
        unchecked {
            uint256 held = leaf.get(pos);
            if (amount > held) revert Slots.StateInconsistent();
            leaf.set(pos, held - amount);
        }
    }

    function credit(Leaf account, uint256 amount) internal pure {
        put(account, AT_ACCOUNT_BALANCE, amount);
    }

    function debit(Leaf account, uint256 amount) internal pure {
        take(account, AT_ACCOUNT_BALANCE, amount);
    }

    /// @notice Whether the supply can rise by `amount`.
    function canIssue(State memory s, uint256 amount) internal pure returns (bool) {
        unchecked {
            return s.system.get(AT_SYSTEM_SUPPLY) + amount <= U64_MAX;
        }
    }

    function issue(State memory s, uint256 amount) internal pure {
        put(s.system, AT_SYSTEM_SUPPLY, amount);
    }

    function retire(State memory s, uint256 amount) internal pure {
        take(s.system, AT_SYSTEM_SUPPLY, amount);
    }

    /// @notice A payment by use: `fee_take`, then direct revenue of the rest. False: OVERFLOW, nothing written.
    function earn(State memory s, Leaf asset, uint256 amount) internal pure returns (bool) {
        unchecked {
            Leaf system = s.system;
            uint256 n = amount * system.get(AT_SYSTEM_FEE_PPM) + system.get(AT_SYSTEM_FEE_CARRY);
            uint256 fee = n / PPM;
            if (fee > amount) revert Slots.StateInconsistent();
            if (!revenueAdd(asset, amount - fee, true)) return false;
            system.set(AT_SYSTEM_FEE_CARRY, n % PPM);
            put(system, AT_SYSTEM_FEES, fee);
            return true;
        }
    }

    /// @notice Revenue of an asset: the edges' part stays pending, the pool's part is accumulated. False: OVERFLOW,
    /// nothing written.
    function revenueAdd(Leaf asset, uint256 net, bool direct) internal pure returns (bool) {
        unchecked {
            uint256 rates = asset.get(AT_ASSET_REL_PPM) + (direct ? asset.get(AT_ASSET_ABS_PPM) : 0);
            if (rates > PPM) revert Slots.StateInconsistent();
            uint256 total = asset.get(AT_ASSET_TOTAL_REV) + net;
            if (total > U128_MAX) return false;
            uint256 directTotal = 0;
            if (direct) {
                directTotal = asset.get(AT_ASSET_DIRECT_REV) + net;
                if (directTotal > U128_MAX) return false;
            }
            uint256 n = net * (PPM - rates) + asset.get(AT_ASSET_POOL_CARRY);
            uint256 units = asset.get(AT_ASSET_UNITS);
            if (units == 0) {
                put(asset, AT_ASSET_OWNER_DUE, n / PPM);
            } else {
                uint256 m = ((n / PPM) << 64) + asset.get(AT_ASSET_ACC_REM);
                uint256 acc = asset.get(AT_ASSET_ACC) + m / units;
                if (acc > U128_MAX) return false;
                asset.set(AT_ASSET_ACC, acc);
                asset.set(AT_ASSET_ACC_REM, m % units);
            }
            asset.set(AT_ASSET_POOL_CARRY, n % PPM);
            put(asset, AT_ASSET_HELD, net);
            asset.set(AT_ASSET_TOTAL_REV, total);
            if (direct) asset.set(AT_ASSET_DIRECT_REV, directTotal);
            return true;
        }
    }

    /// @notice What a share has earned since its checkpoint: what is paid, and the carry. Nothing is written.
    function shareDue(Leaf share, Leaf asset) internal pure returns (uint256 paid, uint256 carry) {
        unchecked {
            uint256 acc = asset.get(AT_ASSET_ACC);
            uint256 checkpoint = share.get(AT_SHARE_CHECKPOINT);
            if (checkpoint > acc) revert Slots.StateInconsistent();
            uint256 g = share.get(AT_SHARE_UNITS) * (acc - checkpoint) + share.get(AT_SHARE_CARRY);
            return (g >> 64, g & U64_MAX);
        }
    }

    /// @notice `share_settle`, to the holder. False: OVERFLOW, nothing written.
    function shareSettle(Leaf share, Leaf asset, Leaf holder) internal pure returns (bool) {
        (uint256 paid, uint256 carry) = shareDue(share, asset);
        uint256 acc = asset.get(AT_ASSET_ACC);
        if (!payOut(holder, paid)) return false;
        take(asset, AT_ASSET_HELD, paid);
        share.set(AT_SHARE_CARRY, carry);
        share.set(AT_SHARE_CHECKPOINT, acc);
        return true;
    }

    /// @notice Pays an edge's beneficiary what the child owes it. False: OVERFLOW, nothing written.
    function edgeSettle(Leaf edge, Leaf child, Leaf beneficiary) internal pure returns (bool) {
        unchecked {
            uint256 mode = edge.get(AT_EDGE_MODE);
            uint256 revenue = mode == MODE_RELATIVE
                ? child.get(AT_ASSET_TOTAL_REV)
                : mode == MODE_ABSOLUTE ? child.get(AT_ASSET_DIRECT_REV) : 0;
            uint256 settled = edge.get(AT_EDGE_SETTLED_REV);
            if (settled > revenue) revert Slots.StateInconsistent();
            uint256 n = (revenue - settled) * edge.get(AT_EDGE_PPM) + edge.get(AT_EDGE_CARRY);
            uint256 paid = n / PPM;
            if (!payOut(beneficiary, paid)) return false;
            take(child, AT_ASSET_HELD, paid);
            edge.set(AT_EDGE_CARRY, n % PPM);
            edge.set(AT_EDGE_SETTLED_REV, revenue);
            return true;
        }
    }

    /// @notice Pays an asset's owner what it earned while its pool was empty.
    function ownerSettle(Leaf asset, Leaf owner) internal pure {
        uint256 due = asset.get(AT_ASSET_OWNER_DUE);
        take(asset, AT_ASSET_HELD, due);
        asset.set(AT_ASSET_OWNER_DUE, 0);
        credit(owner, due);
    }

    /// @notice Money on its way out of an asset, to a party. False: OVERFLOW, nothing written.
    function payOut(Leaf party, uint256 amount) internal pure returns (bool) {
        // Also keeps the products of revenueAdd within a word.
        if (amount > U64_MAX) revert Slots.StateInconsistent();
        if (party.typeOf() != OBJECT_ACCOUNT) return revenueAdd(party, amount, false);
        credit(party, amount);
        return true;
    }
}
