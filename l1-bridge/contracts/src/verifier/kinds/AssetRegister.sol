// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ASSET_ACTIVE,
    ASSET_DRAFT,
    ASSET_KINDS,
    ASSET_REGISTER_ACTIVE,
    ASSET_REGISTER_ASK_MODE,
    ASSET_REGISTER_ASK_PPM,
    ASSET_REGISTER_CONTENT,
    ASSET_REGISTER_FROM,
    ASSET_REGISTER_KIND,
    ASSET_REGISTER_METADATA,
    ASSET_REGISTER_PRICE0,
    ASSET_REGISTER_PRICE1,
    ASSET_REGISTER_PRICE2,
    ASSET_REGISTER_PRICE3,
    AT_ASSET_ABOUT,
    AT_ASSET_ASK_MODE,
    AT_ASSET_ASK_PPM,
    AT_ASSET_KIND,
    AT_ASSET_OWNER,
    AT_ASSET_PRICE0,
    AT_ASSET_PRICE1,
    AT_ASSET_PRICE2,
    AT_ASSET_PRICE3,
    AT_ASSET_STATUS,
    AT_SYSTEM_EDGE_PPM_MAX,
    MODE_ABSOLUTE,
    MODE_NONE,
    OBJECT_ASSET,
    STATUS_APPLIED,
    STATUS_ASSET_EXISTS,
    STATUS_ENUM_RANGE,
    STATUS_RATE_RANGE,
    STATUS_STATE_FULL
} from "../../Protocol.sol";
import {Keys} from "../Keys.sol";
import {Leaf} from "../Leaf.sol";
import {Row} from "../Row.sol";
import {Slots, State} from "../State.sol";

/// @notice ASSET_REGISTER (docs/spec/entries.md): registers something that earns.
library AssetRegister {
    function run(State memory s, Row row) internal view returns (uint256 status) {
        uint256 active = row.num(ASSET_REGISTER_ACTIVE);
        uint256 mode = row.num(ASSET_REGISTER_ASK_MODE);
        uint256 ppm = row.num(ASSET_REGISTER_ASK_PPM);
        uint256 content = row.num(ASSET_REGISTER_CONTENT);
        if (row.num(ASSET_REGISTER_KIND) >= ASSET_KINDS || active > 1 || mode > MODE_ABSOLUTE) {
            return STATUS_ENUM_RANGE;
        }
        if ((mode == MODE_NONE && ppm != 0) || ppm > s.system.get(AT_SYSTEM_EDGE_PPM_MAX)) return STATUS_RATE_RANGE;
        bytes32 key = Keys.asset(content);
        (bool found, Leaf before) = Slots.find(s, key);
        if (found) return STATUS_ASSET_EXISTS;
        if (!Slots.hasRoom(s)) return STATUS_STATE_FULL;
        Leaf asset = Slots.createKeyed(s, OBJECT_ASSET, key, before);
        asset.set(AT_ASSET_OWNER, row.id(ASSET_REGISTER_FROM));
        asset.set(AT_ASSET_KIND, row.num(ASSET_REGISTER_KIND));
        asset.set(AT_ASSET_STATUS, active != 0 ? ASSET_ACTIVE : ASSET_DRAFT);
        asset.set(AT_ASSET_ABOUT, Keys.hashPair(content, row.num(ASSET_REGISTER_METADATA)));
        asset.set(AT_ASSET_PRICE0, row.num(ASSET_REGISTER_PRICE0));
        asset.set(AT_ASSET_PRICE1, row.num(ASSET_REGISTER_PRICE1));
        asset.set(AT_ASSET_PRICE2, row.num(ASSET_REGISTER_PRICE2));
        asset.set(AT_ASSET_PRICE3, row.num(ASSET_REGISTER_PRICE3));
        asset.set(AT_ASSET_ASK_MODE, mode);
        asset.set(AT_ASSET_ASK_PPM, ppm);
        return STATUS_APPLIED;
    }
}
