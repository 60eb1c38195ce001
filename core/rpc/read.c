#include "core/rpc/read.h"

#include <string.h>

#include "core/rpc/object_json.h"
#include "core/rpc/read_parts.h"
#include "core/rt/clock.h"

#define SUMS_ALWAYS_BELOW 65536u /* objects; larger states are summed at most once in SUMS_EVERY_MS */
#define SUMS_EVERY_MS 1000u

void pr_read_missing(struct pr_rpc_call *call, const char *what) { pr_rpc_fail(call, PR_RPC_NOT_FOUND, "not_found", NULL, what); }

bool pr_read_account(uint32_t *id, const struct pr_read *r, struct pr_rpc_call *call, unsigned param)
{
	uint8_t  addr20[20], key32[32];
	uint64_t v;
	if (pr_json_u64(&v, pr_rpc_doc(call), pr_rpc_param(call, param)) && v <= UINT32_MAX) {
		*id = pr_read_object(r, (uint32_t)v)->type == PR_OBJECT_ACCOUNT ? (uint32_t)v : 0;
		return true;
	}
	if (!pr_json_hex(addr20, 20, pr_rpc_doc(call), pr_rpc_param(call, param))) {
		pr_rpc_fail_param(call, "account", "an account id or a 0x address");
		return false;
	}
	pr_key_account(key32, addr20);
	if (!pr_state_find(r->state, key32, id)) *id = 0;
	return true;
}

static void chain_info(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read   *r = ctx;
	const struct pr_chain  *c = r->chain;
	const struct pr_system *s = &pr_read_object(r, 0)->u.system;
	struct pr_json_out     *o = pr_rpc_out(call);
	uint8_t                 root32[32];

	pr_state_root(r->state, root32);
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "role", r->role);
	pr_json_out_kv_u64(o, "l2ChainId", c->l2_chain_id);
	pr_json_out_kv_u64(o, "l1ChainId", c->l1_chain_id);
	pr_json_out_kv_hex(o, "rollup", c->rollup20, 20);
	pr_json_out_kv_hex(o, "inbox", c->inbox20, 20);
	pr_json_out_kv_hex(o, "vault", c->vault20, 20);
	pr_json_out_kv_hex(o, "token", c->token20, 20);
	pr_json_out_kv_hex(o, "domain", c->domain32, 32);
	pr_json_out_kv_u64(o, "withdrawMultiple", c->withdraw_multiple);
	pr_json_out_kv_u64(o, "windowSeconds", c->window_s);
	pr_json_out_kv_u64(o, "batch", s->batch);
	pr_json_out_kv_u64(o, "time", s->time);
	pr_json_out_kv_u64(o, "inboxNext", s->inbox_next);
	pr_json_out_kv_u64(o, "nextId", s->next_id);
	pr_json_out_kv_hex(o, "root", root32, 32);
	pr_json_out_key(o, "params");
	pr_json_out_open(o, '{');
	const uint32_t params[PR_PARAM_COUNT] = { s->fee_ppm, s->edge_ppm_max, s->edges_ppm_max, s->stream_grace_s };
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) pr_json_out_kv_u64(o, pr_param_infos[i].name, params[i]);
	pr_json_out_close(o, '}');
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_account(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read *r = ctx;
	struct pr_json_out   *o = pr_rpc_out(call);
	uint32_t              id;
	if (!pr_read_account(&id, r, call, 0)) return;
	if (id == 0) {
		pr_read_missing(call, "no such account");
		return;
	}
	pr_object_to_json_open(o, id, pr_read_object(r, id));
	pr_read_list(o, "assets", r, PR_LISTS_OWNER_ASSETS, id, 0, false);
	pr_read_list(o, "streams", r, PR_LISTS_PAYER_STREAMS, id, 0, false);
	pr_read_list(o, "shares", r, PR_LISTS_HOLDER_SHARES, id, 0, false);
	pr_read_list(o, "edges", r, PR_LISTS_BENEFICIARY_EDGES, id, 0, false);
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_asset(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read *r = ctx;
	struct pr_json_out   *o = pr_rpc_out(call);
	uint8_t               content32[32], key32[32];
	uint64_t              number;
	uint32_t              id, after;
	if (pr_json_hex(content32, 32, pr_rpc_doc(call), pr_rpc_param(call, 0))) {
		pr_key_asset(key32, content32);
		if (!pr_state_find(r->state, key32, &id)) id = 0;
	} else if (pr_json_u64(&number, pr_rpc_doc(call), pr_rpc_param(call, 0)) && number <= UINT32_MAX) {
		id = (uint32_t)number;
	} else {
		pr_rpc_fail_param(call, "asset", "an asset id or a 32-byte content hash");
		return;
	}
	const struct pr_object *object = pr_read_object(r, id);
	if (object->type != PR_OBJECT_ASSET) {
		pr_read_missing(call, "no such asset");
		return;
	}
	if (!pr_read_after(&after, r, call, 1, PR_LISTS_ASSET_SHARES, id)) return;
	pr_object_to_json_open(o, id, object);
	pr_read_list(o, "edges", r, PR_LISTS_CHILD_EDGES, id, 0, true);
	pr_read_list(o, "children", r, PR_LISTS_BENEFICIARY_EDGES, id, 0, true);
	pr_read_list(o, "shares", r, PR_LISTS_ASSET_SHARES, id, after, true);
	pr_read_list(o, "holdings", r, PR_LISTS_HOLDER_SHARES, id, 0, true);
	pr_read_list(o, "streams", r, PR_LISTS_ASSET_STREAMS, id, 0, false);
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_stream(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read *r = ctx;
	struct pr_json_out   *o = pr_rpc_out(call);
	uint32_t              id;
	uint64_t              used;
	uint8_t               tip32[32];
	if (!pr_read_id(&id, call, 0, "stream")) return;
	const struct pr_object *object = pr_read_object(r, id);
	if (object->type != PR_OBJECT_STREAM) {
		pr_read_missing(call, "no such stream");
		return;
	}
	pr_object_to_json_open(o, id, object);
	if (r->stream_pending_opt && r->stream_pending_opt(r->pending_ctx, id, &used, tip32)) {
		pr_json_out_key(o, "pending");
		pr_json_out_open(o, '{');
		pr_json_out_kv_u64_string(o, "used", used);
		pr_json_out_kv_hex(o, "tip", tip32, 32);
		pr_json_out_kv_u64_string(o, "escrow", object->u.stream.escrow - (used - object->u.stream.used) * object->u.stream.price);
		pr_json_out_close(o, '}');
	}
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_object(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read *r = ctx;
	uint32_t              id;
	if (!pr_read_id(&id, call, 0, "id")) return;
	pr_object_to_json_open(pr_rpc_out(call), id, pr_read_object(r, id));
	pr_json_out_close(pr_rpc_out(call), '}');
	pr_rpc_done(call);
}

static void get_proof(void *ctx, struct pr_rpc_call *call)
{
	const struct pr_read   *r = ctx;
	const struct pr_system *s = &pr_read_object(r, 0)->u.system;
	struct pr_json_out     *o = pr_rpc_out(call);
	uint8_t                 root32[32], link32[32] = { 0 }, payload[PR_PAYLOAD_BYTES_MAX], path[PR_TREE_DEPTH][32];
	uint32_t                id;

	if (!pr_read_id(&id, call, 0, "id")) return;
	if (id >= r->state->used) {
		pr_read_missing(call, "no object was ever at this id");
		return;
	}
	const struct pr_leaf *leaf = pr_state_leaf(r->state, id);
	pr_state_root(r->state, root32);
	unsigned depth = pr_state_path(r->state, id, path);
	uint32_t len   = pr_object_encode(payload, &leaf->o);
	if (pr_object_is_keyed(leaf->o.type)) pr_link_hash(link32, &leaf->link);
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "id", id);
	pr_json_out_kv_u64(o, "batch", s->batch);
	pr_json_out_kv_u64(o, "time", s->time);
	pr_json_out_kv_hex(o, "root", root32, 32);
	pr_json_out_kv_hex(o, "payload", payload, len);
	pr_json_out_kv_hex(o, "linkHash", link32, 32);
	pr_json_out_key(o, "siblings");
	pr_json_out_open(o, '[');
	for (unsigned i = 0; i < depth; i++) pr_json_out_hex(o, path[i], 32);
	pr_json_out_close(o, ']');
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_state(void *ctx, struct pr_rpc_call *call)
{
	struct pr_read     *r = ctx;
	struct pr_json_out *o = pr_rpc_out(call);
	uint64_t            now = pr_clock_ms();

	if (r->sums_at_ms == 0 || r->state->used < SUMS_ALWAYS_BELOW || now - r->sums_at_ms >= SUMS_EVERY_MS) {
		r->conserved  = pr_state_conserved(r->state, &r->sums);
		r->sums_at_ms = now;
	}
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "batch", pr_read_object(r, 0)->u.system.batch);
	pr_json_out_kv_u64(o, "time", pr_read_object(r, 0)->u.system.time);
	pr_json_out_kv_bool(o, "conserved", r->conserved);
	pr_json_out_kv_u64_string(o, "supply", r->sums.supply);
	pr_json_out_kv_u64_string(o, "balances", r->sums.balances);
	pr_json_out_kv_u64_string(o, "escrows", r->sums.escrows);
	pr_json_out_kv_u64_string(o, "held", r->sums.held);
	pr_json_out_kv_u64_string(o, "fees", r->sums.fees);
	pr_json_out_kv_u64(o, "accounts", r->sums.accounts);
	pr_json_out_kv_u64(o, "assets", r->sums.assets);
	pr_json_out_kv_u64(o, "edges", r->sums.edges);
	pr_json_out_kv_u64(o, "shares", r->sums.shares);
	pr_json_out_kv_u64(o, "streams", r->sums.streams);
	pr_json_out_kv_u64(o, "withdrawals", r->sums.withdrawals);
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void eth_chain_id(void *ctx, struct pr_rpc_call *call)
{
	pr_json_out_quantity(pr_rpc_out(call), ((const struct pr_read *)ctx)->chain->l2_chain_id);
	pr_rpc_done(call);
}

static void methods(void *ctx, struct pr_rpc_call *call)
{
	(void)ctx;
	pr_rpc_list(pr_rpc_of(call), pr_rpc_out(call));
	pr_rpc_done(call);
}

void pr_read_methods(struct pr_rpc_method rows[PR_READ_METHODS], struct pr_read *read)
{
	const struct pr_rpc_method table[PR_READ_METHODS] = {
		{ "penny_chainInfo", "", chain_info, read },
		{ "penny_getAccount", "account", get_account, read },
		{ "penny_getAsset", "asset after?", get_asset, read },
		{ "penny_getList", "of list after?", pr_read_get_list, read },
		{ "penny_getEarnings", "account", pr_read_earnings, read },
		{ "penny_getStream", "stream", get_stream, read },
		{ "penny_getObject", "id", get_object, read },
		{ "penny_getProof", "id", get_proof, read },
		{ "penny_getState", "", get_state, read },
		{ "penny_digest", "entry", pr_read_digest, read },
		{ "eth_chainId", "", eth_chain_id, read },
		{ "penny_methods", "", methods, read },
	};
	memcpy(rows, table, sizeof table);
}
