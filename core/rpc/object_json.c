#include "core/rpc/object_json.h"

#include "core/base/check.h"

void pr_json_out_u128_string(struct pr_json_out *o, pr_u128 v)
{
	char   digits[41];
	size_t at = sizeof digits;
	digits[--at] = 0;
	do {
		digits[--at] = (char)('0' + (unsigned)(v % 10));
		v /= 10;
	} while (v);
	pr_json_out_string(o, digits + at);
}

static void kv_u128(struct pr_json_out *o, const char *key, pr_u128 v)
{
	pr_json_out_key(o, key);
	pr_json_out_u128_string(o, v);
}

static void system_write(struct pr_json_out *o, const struct pr_system *s)
{
	pr_json_out_kv_u64(o, "nextId", s->next_id);
	pr_json_out_kv_u64(o, "freeHead", s->free_head);
	pr_json_out_kv_u64(o, "batch", s->batch);
	pr_json_out_kv_u64(o, "time", s->time);
	pr_json_out_kv_u64(o, "inboxNext", s->inbox_next);
	pr_json_out_kv_u64_string(o, "supply", s->supply);
	pr_json_out_kv_u64_string(o, "fees", s->fees);
	pr_json_out_kv_u64(o, "feeCarry", s->fee_carry);
	pr_json_out_kv_u64(o, "withdrawMultiple", s->withdraw_multiple);
	pr_json_out_kv_u64(o, "fee_ppm", s->fee_ppm);
	pr_json_out_kv_u64(o, "edge_ppm_max", s->edge_ppm_max);
	pr_json_out_kv_u64(o, "edges_ppm_max", s->edges_ppm_max);
	pr_json_out_kv_u64(o, "stream_grace_s", s->stream_grace_s);
}

static void asset_write(struct pr_json_out *o, const struct pr_asset *a)
{
	static const char *const kinds[PR_ASSET_KINDS] = { "dataset", "model", "adapter", "service", "agent" };
	static const char *const statuses[]            = { "draft", "active", "retired" };
	static const char *const modes[]               = { "none", "relative", "absolute" };
	pr_json_out_kv_u64(o, "owner", a->owner);
	pr_json_out_kv_string(o, "kind", a->kind < PR_ASSET_KINDS ? kinds[a->kind] : "unknown");
	pr_json_out_kv_string(o, "status", a->status < 3 ? statuses[a->status] : "unknown");
	pr_json_out_kv_hex(o, "about", a->about, 32);
	pr_json_out_key(o, "prices");
	pr_json_out_open(o, '[');
	pr_json_out_u64_string(o, a->price0);
	pr_json_out_u64_string(o, a->price1);
	pr_json_out_u64_string(o, a->price2);
	pr_json_out_u64_string(o, a->price3);
	pr_json_out_close(o, ']');
	pr_json_out_kv_string(o, "askMode", a->ask_mode < 3 ? modes[a->ask_mode] : "unknown");
	pr_json_out_kv_u64(o, "askPpm", a->ask_ppm);
	pr_json_out_kv_u64(o, "relPpm", a->rel_ppm);
	pr_json_out_kv_u64(o, "absPpm", a->abs_ppm);
	pr_json_out_kv_u64(o, "absCount", a->abs_count);
	pr_json_out_kv_u64(o, "parentsOpen", a->parents_open);
	pr_json_out_kv_u64(o, "units", a->units);
	kv_u128(o, "acc", a->acc);
	pr_json_out_kv_u64(o, "accRem", a->acc_rem);
	pr_json_out_kv_u64(o, "poolCarry", a->pool_carry);
	pr_json_out_kv_u64_string(o, "held", a->held);
	pr_json_out_kv_u64_string(o, "ownerDue", a->owner_due);
	kv_u128(o, "directRevenue", a->direct_rev);
	kv_u128(o, "totalRevenue", a->total_rev);
}

static void edge_write(struct pr_json_out *o, const struct pr_edge *e)
{
	static const char *const modes[] = { "none", "relative", "absolute" };
	pr_json_out_kv_u64(o, "child", e->child);
	pr_json_out_kv_u64(o, "beneficiary", e->beneficiary);
	pr_json_out_kv_string(o, "mode", e->mode < 3 ? modes[e->mode] : "unknown");
	pr_json_out_kv_u64(o, "ppm", e->ppm);
	pr_json_out_kv_u64(o, "ordinal", e->ordinal);
	pr_json_out_kv_u64(o, "inherited", e->inherited);
	pr_json_out_kv_u64(o, "inheritAll", e->inherit_all);
	kv_u128(o, "settledRevenue", e->settled_rev);
	pr_json_out_kv_u64(o, "carry", e->carry);
}

static void stream_write(struct pr_json_out *o, const struct pr_stream *s)
{
	pr_json_out_kv_u64(o, "payer", s->payer);
	pr_json_out_kv_u64(o, "asset", s->asset);
	pr_json_out_kv_u64(o, "scope", s->scope);
	pr_json_out_kv_string(o, "kind", s->kind == PR_STREAM_CHAIN ? "chain" : "voucher");
	pr_json_out_kv_u64_string(o, "price", s->price);
	pr_json_out_kv_u64_string(o, "escrow", s->escrow);
	pr_json_out_kv_hex(o, "tip", s->tip, 32);
	pr_json_out_kv_u64_string(o, "used", s->used);
	pr_json_out_kv_u64(o, "expiry", s->expiry);
	pr_json_out_kv_u64(o, "serial", s->serial);
}

void pr_object_to_json_open(struct pr_json_out *o, uint32_t id, const struct pr_object *object)
{
	PR_CHECK(object->type < PR_OBJECT_COUNT);
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "id", id);
	pr_json_out_kv_string(o, "type", pr_object_names[object->type]);
	switch ((enum pr_object_type)object->type) {
	case PR_OBJECT_SYSTEM:
		system_write(o, &object->u.system);
		return;
	case PR_OBJECT_ACCOUNT:
		pr_json_out_kv_hex(o, "address", object->u.account.addr, 20);
		pr_json_out_kv_u64_string(o, "balance", object->u.account.balance);
		pr_json_out_kv_u64(o, "nonce", object->u.account.nonce);
		return;
	case PR_OBJECT_ASSET:
		asset_write(o, &object->u.asset);
		return;
	case PR_OBJECT_EDGE:
		edge_write(o, &object->u.edge);
		return;
	case PR_OBJECT_SHARE:
		pr_json_out_kv_u64(o, "asset", object->u.share.asset);
		pr_json_out_kv_u64(o, "holder", object->u.share.holder);
		pr_json_out_kv_u64(o, "units", object->u.share.units);
		kv_u128(o, "checkpoint", object->u.share.checkpoint);
		pr_json_out_kv_u64_string(o, "carry", object->u.share.carry);
		return;
	case PR_OBJECT_STREAM:
		stream_write(o, &object->u.stream);
		return;
	case PR_OBJECT_WITHDRAWAL:
		pr_json_out_kv_hex(o, "to", object->u.withdrawal.to, 20);
		pr_json_out_kv_u64_string(o, "amount", object->u.withdrawal.amount);
		return;
	case PR_OBJECT_FREE:
		pr_json_out_kv_u64(o, "next", object->u.free.next);
		return;
	case PR_OBJECT_EMPTY:
	case PR_OBJECT_COUNT:
		return;
	}
}
