// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    AT_ACCOUNT_BALANCE,
    AT_ASSET_STATUS,
    OBJECT_ASSET,
    PAY_AMOUNT,
    PAY_ASSET,
    PAY_FROM,
    PAY_SCOPE,
    SCOPES,
    STATUS_AMOUNT_ZERO,
    STATUS_APPLIED,
    STATUS_ASSET,
    STATUS_ASSET_STATUS,
    STATUS_BALANCE,
    STATUS_ENUM_RANGE,
    STATUS_OVERFLOW
} from "../../Protocol.sol";
import {Leaf} from "../Leaf.sol";
import {Ledger} from "../Ledger.sol";
import {Row} from "../Row.sol";
import {State} from "../State.sol";

/// @notice PAY (docs/spec/entries.md): a single payment for use, of the payer's choice, to an asset.
library Pay {
    function run(State memory s, Row row) internal pure returns (uint256 status) {
        Leaf from = row.leaf(PAY_FROM);
        uint256 amount = row.num(PAY_AMOUNT);
        if (amount == 0) return STATUS_AMOUNT_ZERO;
        if (row.num(PAY_SCOPE) >= SCOPES) return STATUS_ENUM_RANGE;
        Leaf asset = row.leaf(PAY_ASSET);
        if (asset.typeOf() != OBJECT_ASSET) return STATUS_ASSET;
        if (asset.get(AT_ASSET_STATUS) != ASSET_ACTIVE) return STATUS_ASSET_STATUS;
        if (from.get(AT_ACCOUNT_BALANCE) < amount) return STATUS_BALANCE;
        if (!Ledger.earn(s, asset, amount)) return STATUS_OVERFLOW;
        Ledger.debit(from, amount);
        return STATUS_APPLIED;
    }
}
