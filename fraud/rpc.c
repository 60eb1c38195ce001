#include "fraud/rpc.h"

#include <string.h>

#include "core/rt/metrics.h"

#define PENDING_LIMIT_MAX 256
#define CLAIMS_LIMIT_MAX 256

PR_METRIC_GAUGE(frd_batches, "pr_verifier_batches", "batches executed from L1 data");
PR_METRIC_GAUGE(frd_claims, "pr_verifier_claims", "claims seen on L1");
PR_METRIC_GAUGE(frd_final, "pr_verifier_final_batch", "last final batch");
PR_METRIC_GAUGE(frd_start, "pr_verifier_start_batch", "batch of the checkpoint that the program started from, 0: the genesis");
PR_METRIC_GAUGE(frd_l1_block, "pr_verifier_l1_block", "last L1 block followed");
PR_METRIC_GAUGE(frd_proofs, "pr_verifier_proofs_built", "fraud proofs built");
PR_METRIC_GAUGE(frd_proof_ms, "pr_verifier_last_proof_ms", "milliseconds that the last proof took");

static const char *claim_state_name(enum frd_claim_state state)
{
	switch (state) {
	case FRD_CLAIM_OPEN: return "open";
	case FRD_CLAIM_STRUCK: return "struck";
	case FRD_CLAIM_FINAL: return "final";
	case FRD_CLAIM_RECLAIMED: return "reclaimed";
	}
	PR_CHECK(false);
	return "";
}

static void put_claim(struct pr_json_out *o, const struct frd_book *book, uint64_t id)
{
	const struct frd_claim *c = &book->claims[id];
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "id", id);
	pr_json_out_kv_u64(o, "batch", c->batch);
	pr_json_out_kv_u64(o, "parent", c->parent);
	pr_json_out_kv_hex(o, "claimant", c->claimant20, 20);
	pr_json_out_kv_u64(o, "time", c->time);
	pr_json_out_kv_string(o, "state", claim_state_name(c->state));
	pr_json_out_key(o, "right");
	if (c->judged) pr_json_out_bool(o, c->good);
	else pr_json_out_null(o);
	pr_json_out_kv_hex(o, "root", frd_claim_last_root(book, id), 32);
	pr_json_out_close(o, '}');
}

static bool param_u64(struct pr_rpc_call *call, unsigned index, const char *name, uint64_t *out)
{
	if (pr_json_u64(out, pr_rpc_doc(call), pr_rpc_param(call, index))) return true;
	pr_rpc_fail_param(call, name, "an integer");
	return false;
}

static void on_status(void *ctx, struct pr_rpc_call *call)
{
	struct frd_rpc     *r    = ctx;
	struct frd_node    *node = r->node;
	struct pr_json_out *o    = pr_rpc_out(call);
	uint64_t            struck = 0, wrong = 0;

	for (uint64_t i = 1; i < node->book.claim_count; i++) {
		struck += node->book.claims[i].state == FRD_CLAIM_STRUCK;
		wrong += node->book.claims[i].judged && !node->book.claims[i].good;
	}
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "l1Block", node->l1_block);
	pr_json_out_kv_u64(o, "l1Time", node->l1_time);
	pr_json_out_kv_u64(o, "l1Safe", node->tags.now.safe);
	pr_json_out_kv_u64(o, "l1Finalized", node->tags.now.finalized);
	pr_json_out_kv_u64(o, "batches", node->book.batch_count - 1);
	pr_json_out_kv_u64(o, "items", node->book.item_count);
	pr_json_out_kv_u64(o, "claims", node->book.claim_count - 1);
	pr_json_out_kv_u64(o, "wrongClaims", wrong);
	pr_json_out_kv_u64(o, "struckClaims", struck);
	pr_json_out_kv_u64(o, "finalBatch", node->book.final_batch);
	pr_json_out_kv_hex(o, "root", node->book.batches[node->head_batch].roots[node->book.batches[node->head_batch].chunk_count - 1], 32);
	if (r->act_opt) {
		pr_json_out_kv_u64(o, "proofs", r->act_opt->proofs);
		pr_json_out_kv_u64(o, "lastProofMs", r->act_opt->last_proof_ms);
	}
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void on_batch(void *ctx, struct pr_rpc_call *call)
{
	struct frd_rpc *r = ctx;
	uint64_t        n;

	if (!param_u64(call, 0, "number", &n)) return;
	if (n == 0 || n >= r->node->book.batch_count) {
		pr_rpc_fail(call, PR_RPC_NOT_FOUND, "batch", "number", "no such batch on L1");
		return;
	}
	const struct frd_book  *book = &r->node->book;
	const struct frd_batch *b    = &book->batches[n];
	struct pr_json_out     *o    = pr_rpc_out(call);
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "number", n);
	pr_json_out_kv_hex(o, "hash", b->hash32, 32);
	pr_json_out_kv_hex(o, "parent", b->header.parent, 32);
	pr_json_out_kv_u64(o, "timestamp", b->header.timestamp);
	pr_json_out_kv_u64(o, "inboxFrom", b->header.inbox_from);
	pr_json_out_kv_u64(o, "inboxTo", b->header.inbox_to);
	pr_json_out_kv_u64(o, "postedChunks", b->header.posted);
	pr_json_out_kv_u64(o, "chunks", b->chunk_count);
	pr_json_out_kv_u64(o, "l1Block", b->block);
	pr_json_out_kv_hex(o, "l1Transaction", b->tx32, 32);
	if (b->roots) pr_json_out_kv_hex(o, "root", b->roots[b->chunk_count - 1], 32);
	pr_json_out_kv_string(o, "status", frd_node_batch_status(r->node, n));
	pr_json_out_key(o, "claims");
	pr_json_out_open(o, '[');
	for (uint64_t i = 1, listed = 0; i < book->claim_count && listed < CLAIMS_LIMIT_MAX; i++) {
		if (book->claims[i].batch != n) continue;
		put_claim(o, book, i);
		listed++;
	}
	pr_json_out_close(o, ']');
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

/* The roots that the rules give for a batch, with what a claim on it needs. */
static void on_roots(void *ctx, struct pr_rpc_call *call)
{
	const struct frd_book *book = &((struct frd_rpc *)ctx)->node->book;
	uint64_t               n, parent;
	bool                   found;

	if (!param_u64(call, 0, "number", &n)) return;
	if (n == 0 || n >= book->batch_count || !book->batches[n].roots || !book->batches[n - 1].roots) {
		pr_rpc_fail(call, PR_RPC_NOT_FOUND, "batch", "number", "no such batch on L1");
		return;
	}
	const struct frd_batch *b = &book->batches[n], *before = b - 1;
	struct pr_json_out     *o = pr_rpc_out(call);
	parent = frd_book_good_claim(book, n - 1, &found);
	pr_json_out_open(o, '{');
	pr_json_out_key(o, "header");
	pr_json_out_open(o, '{');
	pr_json_out_kv_hex(o, "parent", b->header.parent, 32);
	pr_json_out_kv_u64(o, "number", n);
	pr_json_out_kv_u64(o, "timestamp", b->header.timestamp);
	pr_json_out_kv_u64(o, "inboxFrom", b->header.inbox_from);
	pr_json_out_kv_u64(o, "inboxTo", b->header.inbox_to);
	pr_json_out_kv_u64(o, "posted", b->header.posted);
	pr_json_out_kv_hex(o, "chunksRoot", b->header.chunks_root, 32);
	pr_json_out_close(o, '}');
	pr_json_out_key(o, "parentClaim");
	if (found) pr_json_out_u64(o, parent);
	else pr_json_out_null(o);
	pr_json_out_kv_hex(o, "preRoot", before->roots[before->chunk_count - 1], 32);
	pr_json_out_key(o, "roots");
	pr_json_out_open(o, '[');
	for (uint32_t i = 0; i < b->chunk_count; i++) pr_json_out_hex(o, b->roots[i], 32);
	pr_json_out_close(o, ']');
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void on_claims(void *ctx, struct pr_rpc_call *call)
{
	const struct frd_book *book = &((struct frd_rpc *)ctx)->node->book;
	uint64_t               from;

	if (!param_u64(call, 0, "from", &from)) return;
	struct pr_json_out *o = pr_rpc_out(call);
	pr_json_out_open(o, '[');
	for (uint64_t i = from ? from : 1, listed = 0; i < book->claim_count && listed < CLAIMS_LIMIT_MAX; i++, listed++) put_claim(o, book, i);
	pr_json_out_close(o, ']');
	pr_rpc_done(call);
}

/* A withdrawal that the last final state holds, with its proof. */
static void put_withdrawal(struct pr_json_out *o, struct frd_node *node, uint32_t id)
{
	const struct pr_withdrawal *w = &pr_state_leaf(&node->base, id)->o.u.withdrawal;
	uint8_t                     path[PR_TREE_DEPTH][32];
	unsigned                    depth = pr_state_path(&node->base, id, path);

	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "id", id);
	pr_json_out_kv_hex(o, "to", w->to, 20);
	pr_json_out_kv_u64_string(o, "amount", w->amount);
	pr_json_out_kv_u64(o, "batch", node->base_batch);
	pr_json_out_kv_bool(o, "paid", frd_node_withdrawn(node, id));
	pr_json_out_key(o, "siblings");
	pr_json_out_open(o, '[');
	for (unsigned i = 0; i < depth; i++) pr_json_out_hex(o, path[i], 32);
	pr_json_out_close(o, ']');
	pr_json_out_close(o, '}');
}

static bool is_withdrawal(const struct pr_state *state, uint32_t id) { return pr_state_leaf(state, id)->o.type == PR_OBJECT_WITHDRAWAL; }

static void on_pending(void *ctx, struct pr_rpc_call *call)
{
	struct frd_node *node = ((struct frd_rpc *)ctx)->node;
	uint64_t         from, limit;

	if (!param_u64(call, 0, "from", &from) || !param_u64(call, 1, "limit", &limit)) return;
	if (limit > PENDING_LIMIT_MAX) limit = PENDING_LIMIT_MAX;
	struct pr_json_out *o = pr_rpc_out(call);
	pr_json_out_open(o, '[');
	for (uint64_t id = from; id < node->base.used && limit > 0; id++) {
		if (!is_withdrawal(&node->base, (uint32_t)id) || frd_node_withdrawn(node, (uint32_t)id)) continue;
		put_withdrawal(o, node, (uint32_t)id);
		limit--;
	}
	pr_json_out_close(o, ']');
	pr_rpc_done(call);
}

static void on_withdrawal(void *ctx, struct pr_rpc_call *call)
{
	struct frd_node *node = ((struct frd_rpc *)ctx)->node;
	uint64_t         id;

	if (!param_u64(call, 0, "id", &id)) return;
	if (id < node->base.used && is_withdrawal(&node->base, (uint32_t)id)) {
		put_withdrawal(pr_rpc_out(call), node, (uint32_t)id);
		pr_rpc_done(call);
	} else if (id < node->head.used && is_withdrawal(&node->head, (uint32_t)id)) {
		pr_rpc_fail(call, PR_RPC_NOT_FOUND, "not_final", "id", "the withdrawal is in a batch that is not final yet");
	} else {
		pr_rpc_fail(call, PR_RPC_NOT_FOUND, "withdrawal", "id", "no such withdrawal in the batches on L1");
	}
}

static void on_post(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	struct frd_rpc *r = ctx;
	pthread_mutex_lock(&r->node->lock);
	pr_rpc_http(r->rpc, exchange, request);
	pthread_mutex_unlock(&r->node->lock);
}

static void on_live(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	(void)ctx;
	(void)request;
	pr_http_reply_text(exchange, 200, "alive");
}

static void on_ready(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	struct frd_node *node = ((struct frd_rpc *)ctx)->node;
	(void)request;
	pthread_mutex_lock(&node->lock);
	bool ready = node->l1_block > 0;
	pthread_mutex_unlock(&node->lock);
	pr_http_reply_text(exchange, ready ? 200 : 503, ready ? "ready" : "waiting for L1");
}

static void on_metrics(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	struct frd_rpc *r = ctx;
	static char     text[65536];
	(void)request;
	pthread_mutex_lock(&r->node->lock);
	pr_metric_set(&frd_batches, r->node->head_batch);
	pr_metric_set(&frd_claims, r->node->book.claim_count - 1);
	pr_metric_set(&frd_final, r->node->book.final_batch);
	pr_metric_set(&frd_start, r->node->start_batch);
	pr_metric_set(&frd_l1_block, r->node->l1_block);
	if (r->act_opt) {
		pr_metric_set(&frd_proofs, r->act_opt->proofs);
		pr_metric_set(&frd_proof_ms, r->act_opt->last_proof_ms);
	}
	pthread_mutex_unlock(&r->node->lock);
	size_t len = pr_metrics_render(text, sizeof text);
	pr_http_reply(exchange, 200, PR_METRICS_CONTENT_TYPE, text, len);
}

enum pr_err frd_rpc_open(struct frd_rpc *r, struct pr_loop *loop, struct frd_node *node, const struct frd_act *act_opt, const char *bind, uint16_t port)
{
	const struct pr_rpc_method own[6] = {
		{ "penny_nodeStatus", "", on_status, r },
		{ "penny_getBatch", "number", on_batch, r },
		{ "penny_getClaims", "from", on_claims, r },
		{ "penny_getRoots", "number", on_roots, r },
		{ "penny_pendingWithdrawals", "from limit", on_pending, r },
		{ "penny_getWithdrawal", "id", on_withdrawal, r },
	};

	memset(r, 0, sizeof *r);
	r->node    = node;
	r->act_opt = act_opt;
	r->read    = (struct pr_read){ .chain = node->chain, .state = &node->head, .lists = &node->lists, .earner = pr_earner_open(), .role = "verifier" };
	pr_read_methods(r->methods, &r->read);
	memcpy(r->methods + PR_READ_METHODS, own, sizeof own);
	if (!(r->rpc = pr_rpc_open(r->methods, PR_READ_METHODS + 6))) return PR_ERR_FULL;
	r->routes[0] = (struct pr_http_route){ PR_HTTP_POST, "/", on_post, r };
	r->routes[1] = (struct pr_http_route){ PR_HTTP_GET, "/livez", on_live, r };
	r->routes[2] = (struct pr_http_route){ PR_HTTP_GET, "/readyz", on_ready, r };
	r->routes[3] = (struct pr_http_route){ PR_HTTP_GET, "/metrics", on_metrics, r };
	struct pr_http_options options = { .bind = bind, .port = port, .routes = r->routes, .route_count = 4 };
	return pr_http_server_open(&r->server, loop, &options);
}

void frd_rpc_close(struct frd_rpc *r)
{
	pr_http_server_close(r->server);
	pr_rpc_close(r->rpc);
	pr_earner_close(r->read.earner);
}
