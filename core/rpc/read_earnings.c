#include <string.h>

#include "core/codec/wire.h"
#include "core/rpc/read_parts.h"

static void item_write(struct pr_json_out *o, const struct pr_earn_item *item)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  len = pr_wire_encode(wire, &item->entry);
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "kind", pr_kind_infos[item->entry.kind].name);
	pr_json_out_kv_u64(o, "object", item->object);
	pr_json_out_kv_u64(o, "asset", item->asset);
	pr_json_out_kv_bool(o, "toAccount", item->to_account);
	pr_json_out_kv_u64_string(o, "now", item->now);
	pr_json_out_kv_u64_string(o, "afterSettling", item->after);
	pr_json_out_kv_hex(o, "entry", wire, len);
	pr_json_out_close(o, '}');
}

/* Sums of what each asset pays the account; quadratic in a bounded plan. */
static void by_asset_write(struct pr_json_out *o, const struct pr_earn_plan *plan)
{
	pr_json_out_key(o, "byAsset");
	pr_json_out_open(o, '[');
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct pr_earn_item *item = &plan->items[i];
		uint64_t                   now = 0, after = 0;
		bool                       seen = !item->to_account;
		for (uint32_t j = 0; j < i && !seen; j++) seen = plan->items[j].to_account && plan->items[j].asset == item->asset;
		if (seen) continue;
		for (uint32_t j = i; j < plan->count; j++) {
			if (!plan->items[j].to_account || plan->items[j].asset != item->asset) continue;
			now += plan->items[j].now;
			after += plan->items[j].after;
		}
		pr_json_out_open(o, '{');
		pr_json_out_kv_u64(o, "asset", item->asset);
		pr_json_out_kv_u64_string(o, "now", now);
		pr_json_out_kv_u64_string(o, "afterSettling", after);
		pr_json_out_close(o, '}');
	}
	pr_json_out_close(o, ']');
}

void pr_read_earnings(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read *r = ctx;
	struct pr_json_out   *o = pr_rpc_out(call);
	uint32_t              id;
	if (!pr_read_account(&id, r, call, 0)) return;
	if (id == 0) {
		pr_read_missing(call, "no such account");
		return;
	}
	const struct pr_account   *account = &pr_state_leaf(r->state, id)->o.u.account;
	const struct pr_earn_plan *plan    = pr_earn_plan(r->earner, r->state, r->lists, id);
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "account", id);
	pr_json_out_kv_hex(o, "address", account->addr, 20);
	pr_json_out_kv_u64_string(o, "balance", account->balance);
	pr_json_out_kv_u64_string(o, "pendingNow", plan->now);
	pr_json_out_kv_u64_string(o, "pendingAfterSettling", plan->after);
	pr_json_out_kv_bool(o, "partial", plan->partial);
	by_asset_write(o, plan);
	pr_json_out_key(o, "plan");
	pr_json_out_open(o, '[');
	for (uint32_t i = 0; i < plan->count; i++) item_write(o, &plan->items[i]);
	pr_json_out_close(o, ']');
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}
