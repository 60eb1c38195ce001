// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AT_ACCOUNT_NONCE,
    KIND_ACCOUNT_OPEN,
    KIND_ASSET_OPEN,
    KIND_ASSET_PRICE,
    KIND_ASSET_REGISTER,
    KIND_ASSET_RETIRE,
    KIND_CLAIM,
    KIND_CLAIM_OWNER,
    KIND_DEPOSIT,
    KIND_EDGE_ADD,
    KIND_EDGE_INHERIT,
    KIND_PARAM,
    KIND_PAY,
    KIND_SETTLE,
    KIND_SHARE_ISSUE,
    KIND_SHARE_TRANSFER,
    KIND_STREAM_CLOSE,
    KIND_STREAM_OPEN,
    KIND_STREAM_TICK,
    KIND_STREAM_TOPUP,
    KIND_STREAM_VOUCHER,
    KIND_TRANSFER,
    KIND_WITHDRAW,
    STATUS_APPLIED
} from "../Protocol.sol";
import {Digest} from "./Digest.sol";
import {Leaf} from "./Leaf.sol";
import {Ledger} from "./Ledger.sol";
import {KindInfo, Row} from "./Row.sol";
import {Slots, State} from "./State.sol";
import {AccountOpen} from "./kinds/AccountOpen.sol";
import {AssetOpen} from "./kinds/AssetOpen.sol";
import {AssetPrice} from "./kinds/AssetPrice.sol";
import {AssetRegister} from "./kinds/AssetRegister.sol";
import {AssetRetire} from "./kinds/AssetRetire.sol";
import {Claim} from "./kinds/Claim.sol";
import {ClaimOwner} from "./kinds/ClaimOwner.sol";
import {Deposit} from "./kinds/Deposit.sol";
import {EdgeAdd} from "./kinds/EdgeAdd.sol";
import {EdgeInherit} from "./kinds/EdgeInherit.sol";
import {Param} from "./kinds/Param.sol";
import {Pay} from "./kinds/Pay.sol";
import {Settle} from "./kinds/Settle.sol";
import {ShareIssue} from "./kinds/ShareIssue.sol";
import {ShareTransfer} from "./kinds/ShareTransfer.sol";
import {StreamClose} from "./kinds/StreamClose.sol";
import {StreamOpen} from "./kinds/StreamOpen.sol";
import {StreamTick} from "./kinds/StreamTick.sol";
import {StreamTopup} from "./kinds/StreamTopup.sol";
import {StreamVoucher} from "./kinds/StreamVoucher.sol";
import {Transfer} from "./kinds/Transfer.sol";
import {Withdraw} from "./kinds/Withdraw.sol";

/// @notice One entry: what stands before every kind, then the kind's own checks and effects. A status other than APPLIED
/// leaves the state as it was.
library Step {
    using KindInfo for bytes;
    using KindInfo for uint256;

    function run(State memory s, Row row) internal view returns (uint256 status) {
        uint256 info = s.kinds.ofKind(row.kind());
        bool isSigned = info.isSigned();
        status = isSigned ? Digest.judgeSigned(s, row, info) : Digest.judgeNamed(row, info);
        if (status != STATUS_APPLIED) return status;
        status = _dispatch(s, row, row.kind());
        if (status == STATUS_APPLIED && isSigned) Ledger.put(row.leaf(Digest.FROM), AT_ACCOUNT_NONCE, 1);
    }

    function _dispatch(State memory s, Row row, uint256 kind) private view returns (uint256) {
        if (kind < KIND_SHARE_TRANSFER) {
            if (kind == KIND_DEPOSIT) return Deposit.run(s, row);
            if (kind == KIND_TRANSFER) return Transfer.run(s, row);
            if (kind == KIND_ACCOUNT_OPEN) return AccountOpen.run(s, row);
            if (kind == KIND_WITHDRAW) return Withdraw.run(s, row);
            if (kind == KIND_ASSET_REGISTER) return AssetRegister.run(s, row);
            if (kind == KIND_EDGE_ADD) return EdgeAdd.run(s, row);
            if (kind == KIND_EDGE_INHERIT) return EdgeInherit.run(s, row);
            if (kind == KIND_ASSET_OPEN) return AssetOpen.run(s, row);
            if (kind == KIND_ASSET_PRICE) return AssetPrice.run(s, row);
            if (kind == KIND_ASSET_RETIRE) return AssetRetire.run(s, row);
            if (kind == KIND_SHARE_ISSUE) return ShareIssue.run(s, row);
        } else {
            if (kind == KIND_SHARE_TRANSFER) return ShareTransfer.run(s, row);
            if (kind == KIND_PAY) return Pay.run(s, row);
            if (kind == KIND_STREAM_OPEN) return StreamOpen.run(s, row);
            if (kind == KIND_STREAM_TOPUP) return StreamTopup.run(s, row);
            if (kind == KIND_STREAM_TICK) return StreamTick.run(s, row);
            if (kind == KIND_STREAM_VOUCHER) return StreamVoucher.run(s, row);
            if (kind == KIND_STREAM_CLOSE) return StreamClose.run(s, row);
            if (kind == KIND_SETTLE) return Settle.run(s, row);
            if (kind == KIND_CLAIM) return Claim.run(s, row);
            if (kind == KIND_CLAIM_OWNER) return ClaimOwner.run(s, row);
            if (kind == KIND_PARAM) return Param.run(s, row);
        }
        revert Slots.StateInconsistent();
    }
}
