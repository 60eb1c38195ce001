/* Generated from docs/spec/protocol.csv by tools/gen.mjs: do not edit. */
#include "core/types/protocol_gen.h"

#include <string.h>

const struct pr_kind_info pr_kind_infos[PR_KIND_COUNT] = {
	[PR_KIND_DEPOSIT] = { "deposit", 0, PR_PLACE_INBOX, 2, 20000, 29, 2,
		{ { "to", PR_FIELD_B20 }, { "amount", PR_FIELD_VAR } },
		NULL },
	[PR_KIND_TRANSFER] = { "transfer", 1, PR_PLACE_ANY, 0, 9000, 97, 6,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "to", PR_FIELD_ACCT }, { "amount", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"Transfer(address from,address to,uint64 amount,uint64 nonce,uint64 deadline)" },
	[PR_KIND_ACCOUNT_OPEN] = { "account_open", 1, PR_PLACE_ANY, 2, 24000, 113, 6,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "to", PR_FIELD_B20 }, { "amount", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"AccountOpen(address from,address to,uint64 amount,uint64 nonce,uint64 deadline)" },
	[PR_KIND_WITHDRAW] = { "withdraw", 1, PR_PLACE_ANY, 1, 9500, 113, 6,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "to", PR_FIELD_B20 }, { "amount", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"Withdraw(address from,address to,uint64 amount,uint64 nonce,uint64 deadline)" },
	[PR_KIND_ASSET_REGISTER] = { "asset_register", 1, PR_PLACE_ANY, 2, 28500, 192, 14,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "kind", PR_FIELD_U8 }, { "active", PR_FIELD_U8 }, { "content", PR_FIELD_B32 }, { "metadata", PR_FIELD_B32 }, { "price0", PR_FIELD_VAR }, { "price1", PR_FIELD_VAR }, { "price2", PR_FIELD_VAR }, { "price3", PR_FIELD_VAR }, { "ask_mode", PR_FIELD_U8 }, { "ask_ppm", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"AssetRegister(address from,uint8 kind,uint8 active,bytes32 content,bytes32 metadata,uint64 price0,uint64 price1,uint64 price2,uint64 price3,uint8 ask_mode,uint64 ask_ppm,uint64 nonce,uint64 deadline)" },
	[PR_KIND_EDGE_ADD] = { "edge_add", 1, PR_PLACE_ANY, 2, 28000, 102, 8,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "child", PR_FIELD_OBJ }, { "beneficiary", PR_FIELD_PARTY }, { "mode", PR_FIELD_U8 }, { "ppm", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"EdgeAdd(address from,uint32 child,address beneficiary,uint32 beneficiaryAsset,uint8 mode,uint64 ppm,uint64 nonce,uint64 deadline)" },
	[PR_KIND_EDGE_INHERIT] = { "edge_inherit", 0, PR_PLACE_ANY, 2, 21000, 13, 3,
		{ { "child", PR_FIELD_OBJ }, { "parent_edge", PR_FIELD_OBJ }, { "ancestor_edge", PR_FIELD_OBJ } },
		NULL },
	[PR_KIND_ASSET_OPEN] = { "asset_open", 1, PR_PLACE_ANY, 0, 8000, 89, 5,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "sig", PR_FIELD_SIG64 } },
		"AssetOpen(address from,uint32 asset,uint64 nonce,uint64 deadline)" },
	[PR_KIND_ASSET_PRICE] = { "asset_price", 1, PR_PLACE_ANY, 0, 9500, 98, 7,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "scope", PR_FIELD_U8 }, { "price", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"AssetPrice(address from,uint32 asset,uint8 scope,uint64 price,uint64 nonce,uint64 deadline)" },
	[PR_KIND_ASSET_RETIRE] = { "asset_retire", 1, PR_PLACE_ANY, 0, 8000, 89, 5,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "sig", PR_FIELD_SIG64 } },
		"AssetRetire(address from,uint32 asset,uint64 nonce,uint64 deadline)" },
	[PR_KIND_SHARE_ISSUE] = { "share_issue", 1, PR_PLACE_ANY, 2, 27000, 101, 7,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "holder", PR_FIELD_PARTY }, { "units", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"ShareIssue(address from,uint32 asset,address holder,uint32 holderAsset,uint64 units,uint64 nonce,uint64 deadline)" },
	[PR_KIND_SHARE_TRANSFER] = { "share_transfer", 1, PR_PLACE_ANY, 3, 32000, 101, 7,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "to", PR_FIELD_PARTY }, { "units", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"ShareTransfer(address from,uint32 asset,address to,uint32 toAsset,uint64 units,uint64 nonce,uint64 deadline)" },
	[PR_KIND_PAY] = { "pay", 1, PR_PLACE_ANY, 0, 10500, 98, 7,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "scope", PR_FIELD_U8 }, { "amount", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"Pay(address from,uint32 asset,uint8 scope,uint64 amount,uint64 nonce,uint64 deadline)" },
	[PR_KIND_STREAM_OPEN] = { "stream_open", 1, PR_PLACE_ANY, 1, 14000, 147, 11,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "asset", PR_FIELD_OBJ }, { "scope", PR_FIELD_U8 }, { "kind", PR_FIELD_U8 }, { "price", PR_FIELD_VAR }, { "escrow", PR_FIELD_VAR }, { "expiry", PR_FIELD_VAR }, { "tip", PR_FIELD_RND32 }, { "sig", PR_FIELD_SIG64 } },
		"StreamOpen(address from,uint32 asset,uint8 scope,uint8 kind,uint64 price,uint64 escrow,uint64 expiry,bytes32 tip,uint64 nonce,uint64 deadline)" },
	[PR_KIND_STREAM_TOPUP] = { "stream_topup", 1, PR_PLACE_ANY, 0, 10500, 113, 8,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "stream", PR_FIELD_OBJ }, { "serial", PR_FIELD_VAR }, { "amount", PR_FIELD_VAR }, { "expiry", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		"StreamTopup(address from,uint32 stream,uint64 serial,uint64 amount,uint64 expiry,uint64 nonce,uint64 deadline)" },
	[PR_KIND_STREAM_TICK] = { "stream_tick", 0, PR_PLACE_ANY, 0, 6500, 49, 4,
		{ { "stream", PR_FIELD_OBJ }, { "asset", PR_FIELD_OBJ }, { "count", PR_FIELD_VAR }, { "preimage", PR_FIELD_RND32 } },
		NULL },
	[PR_KIND_STREAM_VOUCHER] = { "stream_voucher", 0, PR_PLACE_ANY, 0, 11000, 85, 5,
		{ { "stream", PR_FIELD_OBJ }, { "asset", PR_FIELD_OBJ }, { "payer", PR_FIELD_ACCT }, { "cumulative", PR_FIELD_VAR }, { "sig", PR_FIELD_SIG64 } },
		NULL },
	[PR_KIND_STREAM_CLOSE] = { "stream_close", 1, PR_PLACE_ANY, 0, 11000, 105, 8,
		{ { "from", PR_FIELD_ACCT }, { "nonce", PR_FIELD_VAR }, { "deadline", PR_FIELD_VAR }, { "stream", PR_FIELD_OBJ }, { "serial", PR_FIELD_VAR }, { "asset", PR_FIELD_AUX }, { "payer", PR_FIELD_AUX }, { "sig", PR_FIELD_SIG64 } },
		"StreamClose(address from,uint32 stream,uint64 serial,uint64 nonce,uint64 deadline)" },
	[PR_KIND_SETTLE] = { "settle", 0, PR_PLACE_ANY, 0, 6500, 13, 3,
		{ { "edge", PR_FIELD_OBJ }, { "child", PR_FIELD_OBJ }, { "beneficiary", PR_FIELD_PARTY } },
		NULL },
	[PR_KIND_CLAIM] = { "claim", 0, PR_PLACE_ANY, 0, 6500, 13, 3,
		{ { "share", PR_FIELD_OBJ }, { "asset", PR_FIELD_OBJ }, { "holder", PR_FIELD_PARTY } },
		NULL },
	[PR_KIND_CLAIM_OWNER] = { "claim_owner", 0, PR_PLACE_ANY, 0, 3500, 9, 2,
		{ { "asset", PR_FIELD_OBJ }, { "owner", PR_FIELD_ACCT } },
		NULL },
	[PR_KIND_PARAM] = { "param", 0, PR_PLACE_INBOX, 0, 4000, 10, 2,
		{ { "index", PR_FIELD_U8 }, { "value", PR_FIELD_VAR } },
		NULL },
};

const char *const pr_status_names[PR_STATUS_COUNT] = {
	"applied",
	"malformed",
	"sender",
	"expired",
	"nonce",
	"recipient",
	"beneficiary",
	"signature",
	"amount_zero",
	"balance",
	"account_exists",
	"address_zero",
	"state_full",
	"supply",
	"withdraw_multiple",
	"asset",
	"asset_exists",
	"asset_status",
	"owner",
	"enum_range",
	"rate_range",
	"rate_sum",
	"edge_self",
	"edge_exists",
	"edge",
	"mismatch",
	"parent_status",
	"inherit",
	"parents_open",
	"units_range",
	"share",
	"units_short",
	"stream",
	"stream_kind",
	"stream_expired",
	"price",
	"escrow",
	"link",
	"count_range",
	"voucher_old",
	"not_yet",
	"param_range",
	"expiry_range",
	"overflow",
};

const char *const pr_object_names[PR_OBJECT_COUNT] = {
	"empty",
	"system",
	"account",
	"asset",
	"edge",
	"share",
	"stream",
	"withdrawal",
	"free",
};

const struct pr_param_info pr_param_infos[PR_PARAM_COUNT] = {
	{ "fee_ppm", 0, 0, 50000 },
	{ "edge_ppm_max", 1000000, 1000, 1000000 },
	{ "edges_ppm_max", 1000000, 1000, 1000000 },
	{ "stream_grace_s", 60, 1, 2592000 },
};

uint32_t pr_payload_bytes(uint8_t type)
{
	static const uint8_t bytes[PR_OBJECT_COUNT] = { 1, 73, 37, 164, 40, 37, 83, 29, 5 };
	return type < PR_OBJECT_COUNT ? bytes[type] : 0;
}

int pr_object_is_keyed(uint8_t type)
{
	static const uint8_t keyed[PR_OBJECT_COUNT] = { 0, 1, 1, 1, 1, 1, 0, 0, 0 };
	return type < PR_OBJECT_COUNT && keyed[type];
}

uint32_t pr_object_encode(uint8_t *out, const struct pr_object *o)
{
	uint8_t *p = out;
	*p++ = o->type;
	switch ((enum pr_object_type)o->type) {
	case PR_OBJECT_EMPTY:
		break;
	case PR_OBJECT_SYSTEM:
		pr_be32_put(p, o->u.system.next_id);
		p += 4;
		pr_be32_put(p, o->u.system.free_head);
		p += 4;
		pr_be64_put(p, o->u.system.batch);
		p += 8;
		pr_be64_put(p, o->u.system.time);
		p += 8;
		pr_be64_put(p, o->u.system.inbox_next);
		p += 8;
		pr_be64_put(p, o->u.system.supply);
		p += 8;
		pr_be64_put(p, o->u.system.fees);
		p += 8;
		pr_be32_put(p, o->u.system.fee_carry);
		p += 4;
		pr_be32_put(p, o->u.system.withdraw_multiple);
		p += 4;
		pr_be32_put(p, o->u.system.fee_ppm);
		p += 4;
		pr_be32_put(p, o->u.system.edge_ppm_max);
		p += 4;
		pr_be32_put(p, o->u.system.edges_ppm_max);
		p += 4;
		pr_be32_put(p, o->u.system.stream_grace_s);
		p += 4;
		break;
	case PR_OBJECT_ACCOUNT:
		memcpy(p, o->u.account.addr, 20);
		p += 20;
		pr_be64_put(p, o->u.account.balance);
		p += 8;
		pr_be64_put(p, o->u.account.nonce);
		p += 8;
		break;
	case PR_OBJECT_ASSET:
		pr_be32_put(p, o->u.asset.owner);
		p += 4;
		*p++ = o->u.asset.kind;
		*p++ = o->u.asset.status;
		memcpy(p, o->u.asset.about, 32);
		p += 32;
		pr_be64_put(p, o->u.asset.price0);
		p += 8;
		pr_be64_put(p, o->u.asset.price1);
		p += 8;
		pr_be64_put(p, o->u.asset.price2);
		p += 8;
		pr_be64_put(p, o->u.asset.price3);
		p += 8;
		*p++ = o->u.asset.ask_mode;
		pr_be32_put(p, o->u.asset.ask_ppm);
		p += 4;
		pr_be32_put(p, o->u.asset.rel_ppm);
		p += 4;
		pr_be32_put(p, o->u.asset.abs_ppm);
		p += 4;
		pr_be16_put(p, o->u.asset.abs_count);
		p += 2;
		pr_be16_put(p, o->u.asset.parents_open);
		p += 2;
		pr_be32_put(p, o->u.asset.units);
		p += 4;
		pr_be128_put(p, o->u.asset.acc);
		p += 16;
		pr_be32_put(p, o->u.asset.acc_rem);
		p += 4;
		pr_be32_put(p, o->u.asset.pool_carry);
		p += 4;
		pr_be64_put(p, o->u.asset.held);
		p += 8;
		pr_be64_put(p, o->u.asset.owner_due);
		p += 8;
		pr_be128_put(p, o->u.asset.direct_rev);
		p += 16;
		pr_be128_put(p, o->u.asset.total_rev);
		p += 16;
		break;
	case PR_OBJECT_EDGE:
		pr_be32_put(p, o->u.edge.child);
		p += 4;
		pr_be32_put(p, o->u.edge.beneficiary);
		p += 4;
		*p++ = o->u.edge.mode;
		pr_be32_put(p, o->u.edge.ppm);
		p += 4;
		pr_be16_put(p, o->u.edge.ordinal);
		p += 2;
		pr_be16_put(p, o->u.edge.inherited);
		p += 2;
		pr_be16_put(p, o->u.edge.inherit_all);
		p += 2;
		pr_be128_put(p, o->u.edge.settled_rev);
		p += 16;
		pr_be32_put(p, o->u.edge.carry);
		p += 4;
		break;
	case PR_OBJECT_SHARE:
		pr_be32_put(p, o->u.share.asset);
		p += 4;
		pr_be32_put(p, o->u.share.holder);
		p += 4;
		pr_be32_put(p, o->u.share.units);
		p += 4;
		pr_be128_put(p, o->u.share.checkpoint);
		p += 16;
		pr_be64_put(p, o->u.share.carry);
		p += 8;
		break;
	case PR_OBJECT_STREAM:
		pr_be32_put(p, o->u.stream.payer);
		p += 4;
		pr_be32_put(p, o->u.stream.asset);
		p += 4;
		*p++ = o->u.stream.scope;
		*p++ = o->u.stream.kind;
		pr_be64_put(p, o->u.stream.price);
		p += 8;
		pr_be64_put(p, o->u.stream.escrow);
		p += 8;
		memcpy(p, o->u.stream.tip, 32);
		p += 32;
		pr_be64_put(p, o->u.stream.used);
		p += 8;
		pr_be64_put(p, o->u.stream.expiry);
		p += 8;
		pr_be64_put(p, o->u.stream.serial);
		p += 8;
		break;
	case PR_OBJECT_WITHDRAWAL:
		memcpy(p, o->u.withdrawal.to, 20);
		p += 20;
		pr_be64_put(p, o->u.withdrawal.amount);
		p += 8;
		break;
	case PR_OBJECT_FREE:
		pr_be32_put(p, o->u.free.next);
		p += 4;
		break;
	case PR_OBJECT_COUNT: break;
	}
	return (uint32_t)(p - out);
}

int pr_object_decode(struct pr_object *o, const uint8_t *payload, uint32_t len)
{
	const uint8_t *p = payload + 1;
	memset(o, 0, sizeof *o);
	if (len == 0 || payload[0] >= PR_OBJECT_COUNT || len != pr_payload_bytes(payload[0])) return 0;
	o->type = payload[0];
	switch ((enum pr_object_type)o->type) {
	case PR_OBJECT_EMPTY:
		break;
	case PR_OBJECT_SYSTEM:
		o->u.system.next_id = pr_be32(p);
		p += 4;
		o->u.system.free_head = pr_be32(p);
		p += 4;
		o->u.system.batch = pr_be64(p);
		p += 8;
		o->u.system.time = pr_be64(p);
		p += 8;
		o->u.system.inbox_next = pr_be64(p);
		p += 8;
		o->u.system.supply = pr_be64(p);
		p += 8;
		o->u.system.fees = pr_be64(p);
		p += 8;
		o->u.system.fee_carry = pr_be32(p);
		p += 4;
		o->u.system.withdraw_multiple = pr_be32(p);
		p += 4;
		o->u.system.fee_ppm = pr_be32(p);
		p += 4;
		o->u.system.edge_ppm_max = pr_be32(p);
		p += 4;
		o->u.system.edges_ppm_max = pr_be32(p);
		p += 4;
		o->u.system.stream_grace_s = pr_be32(p);
		break;
	case PR_OBJECT_ACCOUNT:
		memcpy(o->u.account.addr, p, 20);
		p += 20;
		o->u.account.balance = pr_be64(p);
		p += 8;
		o->u.account.nonce = pr_be64(p);
		break;
	case PR_OBJECT_ASSET:
		o->u.asset.owner = pr_be32(p);
		p += 4;
		o->u.asset.kind = *p;
		p += 1;
		o->u.asset.status = *p;
		p += 1;
		memcpy(o->u.asset.about, p, 32);
		p += 32;
		o->u.asset.price0 = pr_be64(p);
		p += 8;
		o->u.asset.price1 = pr_be64(p);
		p += 8;
		o->u.asset.price2 = pr_be64(p);
		p += 8;
		o->u.asset.price3 = pr_be64(p);
		p += 8;
		o->u.asset.ask_mode = *p;
		p += 1;
		o->u.asset.ask_ppm = pr_be32(p);
		p += 4;
		o->u.asset.rel_ppm = pr_be32(p);
		p += 4;
		o->u.asset.abs_ppm = pr_be32(p);
		p += 4;
		o->u.asset.abs_count = pr_be16(p);
		p += 2;
		o->u.asset.parents_open = pr_be16(p);
		p += 2;
		o->u.asset.units = pr_be32(p);
		p += 4;
		o->u.asset.acc = pr_be128(p);
		p += 16;
		o->u.asset.acc_rem = pr_be32(p);
		p += 4;
		o->u.asset.pool_carry = pr_be32(p);
		p += 4;
		o->u.asset.held = pr_be64(p);
		p += 8;
		o->u.asset.owner_due = pr_be64(p);
		p += 8;
		o->u.asset.direct_rev = pr_be128(p);
		p += 16;
		o->u.asset.total_rev = pr_be128(p);
		break;
	case PR_OBJECT_EDGE:
		o->u.edge.child = pr_be32(p);
		p += 4;
		o->u.edge.beneficiary = pr_be32(p);
		p += 4;
		o->u.edge.mode = *p;
		p += 1;
		o->u.edge.ppm = pr_be32(p);
		p += 4;
		o->u.edge.ordinal = pr_be16(p);
		p += 2;
		o->u.edge.inherited = pr_be16(p);
		p += 2;
		o->u.edge.inherit_all = pr_be16(p);
		p += 2;
		o->u.edge.settled_rev = pr_be128(p);
		p += 16;
		o->u.edge.carry = pr_be32(p);
		break;
	case PR_OBJECT_SHARE:
		o->u.share.asset = pr_be32(p);
		p += 4;
		o->u.share.holder = pr_be32(p);
		p += 4;
		o->u.share.units = pr_be32(p);
		p += 4;
		o->u.share.checkpoint = pr_be128(p);
		p += 16;
		o->u.share.carry = pr_be64(p);
		break;
	case PR_OBJECT_STREAM:
		o->u.stream.payer = pr_be32(p);
		p += 4;
		o->u.stream.asset = pr_be32(p);
		p += 4;
		o->u.stream.scope = *p;
		p += 1;
		o->u.stream.kind = *p;
		p += 1;
		o->u.stream.price = pr_be64(p);
		p += 8;
		o->u.stream.escrow = pr_be64(p);
		p += 8;
		memcpy(o->u.stream.tip, p, 32);
		p += 32;
		o->u.stream.used = pr_be64(p);
		p += 8;
		o->u.stream.expiry = pr_be64(p);
		p += 8;
		o->u.stream.serial = pr_be64(p);
		break;
	case PR_OBJECT_WITHDRAWAL:
		memcpy(o->u.withdrawal.to, p, 20);
		p += 20;
		o->u.withdrawal.amount = pr_be64(p);
		break;
	case PR_OBJECT_FREE:
		o->u.free.next = pr_be32(p);
		break;
	case PR_OBJECT_COUNT: break;
	}
	return 1;
}
