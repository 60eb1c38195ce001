#include "l1-bridge/relay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/l1/contracts.h"
#include "l1-bridge/poster.h"

#define NODES_MAX 32768u
#define DEADLINE_MS 5000u
#define PAGE 64u
#define ATTEMPTS_MAX 8u
#define RETRY_MS 60000u

enum pr_err brg_relay_open(struct brg_relay *r, const struct pr_chain *chain, struct pr_txmgr *txmgr, const char *url, uint64_t amount_min,
                           uint64_t gas_max)
{
	struct pr_httpc_options options = { .url = url };
	*r = (struct brg_relay){ .chain = chain, .txmgr = txmgr, .amount_min = amount_min, .gas_max = gas_max, .nodes = malloc(NODES_MAX * sizeof *r->nodes) };
	if (!r->nodes) return PR_ERR_FULL;
	return pr_httpc_open(&r->http, &options);
}

void brg_relay_close(struct brg_relay *r)
{
	pr_httpc_close(r->http);
	free(r->nodes);
}

struct withdrawal {
	uint64_t id, amount, batch;
	uint8_t to20[20], siblings[PR_TREE_DEPTH][32];
	uint32_t sibling_count;
};

static bool read_withdrawal(struct withdrawal *w, const struct pr_json *doc, uint32_t at)
{
	uint32_t list = pr_json_get(doc, at, "siblings");

	if (!pr_json_u64(&w->id, doc, pr_json_get(doc, at, "id")) || w->id >= PR_OBJECTS_MAX || !pr_json_hex(w->to20, 20, doc, pr_json_get(doc, at, "to")) ||
	    !pr_json_u64_string(&w->amount, doc, pr_json_get(doc, at, "amount")) || !pr_json_u64(&w->batch, doc, pr_json_get(doc, at, "batch")) ||
	    pr_json_type(doc, list) != PR_JSON_ARRAY || pr_json_count(doc, list) > PR_TREE_DEPTH)
		return false;
	w->sibling_count = 0;
	for (uint32_t s = pr_json_first(doc, list); s != PR_JSON_NONE; s = pr_json_next(doc, s))
		if (!pr_json_hex(w->siblings[w->sibling_count++], 32, doc, s)) return false;
	return true;
}

/* *attempt: under which to submit it; *wanted: it is not on its way, nor paid, nor waiting for another pass. */
static enum pr_err next_attempt(const struct brg_relay *r, bool *wanted, uint32_t *attempt, uint64_t id)
{
	struct pr_txmgr_status status;

	*wanted = false;
	for (*attempt = 0; *attempt < ATTEMPTS_MAX; ++*attempt) {
		enum pr_err err = pr_txmgr_status(r->txmgr, &status, pr_attempt_id(BRG_INTENT_WITHDRAW, *attempt, id));
		*wanted         = err == PR_ERR_NOT_FOUND && (*attempt == 0 || r->retry);
		if (err == PR_ERR_NOT_FOUND) return PR_OK;
		PR_FORWARD(err);
		if (status.state != PR_TXMGR_FAILED) return PR_OK;
	}
	return PR_OK;
}

static enum pr_err submit(struct brg_relay *r, const struct withdrawal *w, uint32_t attempt)
{
	uint8_t                calldata[2048];
	struct pr_txmgr_intent intent = { .id = pr_attempt_id(BRG_INTENT_WITHDRAW, attempt, w->id), .tag = "withdraw", .data = calldata, .gas_limit = r->gas_max };

	memcpy(intent.to20, r->chain->vault20, 20);
	intent.data_len = pr_call_withdraw(calldata, sizeof calldata, w->batch, (uint32_t)w->id, w->to20, w->amount, (const uint8_t (*)[32])w->siblings,
	                                   w->sibling_count);
	PR_CHECK(intent.data_len > 0);
	return pr_txmgr_submit(r->txmgr, &intent);
}

/* The page that begins at r->from; at: its array in doc. */
static enum pr_err fetch_page(struct brg_relay *r, struct pr_json *doc, uint32_t *at)
{
	struct pr_httpc_response response;
	char                     body[160];

	int n = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_pendingWithdrawals\",\"params\":[%" PRIu64 ",%u]}", r->from, PAGE);
	enum pr_err err = pr_httpc_post(r->http, &response, "application/json", body, (size_t)n, DEADLINE_MS);
	if (err == PR_ERR_FULL) return PR_ERR_PEER; /* too long an answer */
	PR_FORWARD(err);
	if (response.status != 200 || pr_json_parse(doc, response.body, response.body_len, r->nodes, NODES_MAX) != PR_JSON_OK) return PR_ERR_PEER;
	*at = pr_json_get(doc, 0, "result");
	return pr_json_type(doc, *at) == PR_JSON_ARRAY ? PR_OK : PR_ERR_PEER;
}

enum pr_err brg_relay_step(struct brg_relay *r, uint32_t room, uint64_t now_ms)
{
	struct withdrawal w;
	struct pr_json    doc;
	uint32_t          result, attempt, seen = 0;
	bool              wanted;

	if (room == 0) return PR_OK;
	if (r->from == 0) {
		r->retry = now_ms >= r->retry_ms;
		if (r->retry) r->retry_ms = now_ms + RETRY_MS;
	}
	PR_FORWARD(fetch_page(r, &doc, &result));
	for (uint32_t at = pr_json_first(&doc, result); at != PR_JSON_NONE; at = pr_json_next(&doc, at), seen++) {
		if (!read_withdrawal(&w, &doc, at) || w.id < r->from) return PR_ERR_PEER;
		if (w.amount >= r->amount_min) {
			PR_FORWARD(next_attempt(r, &wanted, &attempt, w.id));
			if (wanted && room == 0) return PR_OK;
			if (wanted) {
				enum pr_err err = submit(r, &w, attempt);
				if (err == PR_ERR_FULL) return PR_OK;
				PR_FORWARD(err);
				room--;
			}
		}
		r->from = w.id + 1;
	}
	if (seen < PAGE) r->from = 0;
	return PR_OK;
}
