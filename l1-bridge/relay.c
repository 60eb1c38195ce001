#include "l1-bridge/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/l1/contracts.h"
#include "l1-bridge/poster.h"

#define NODES_MAX 32768u
#define DEADLINE_MS 5000u

enum pr_err brg_relay_open(struct brg_relay *r, const struct pr_chain *chain, struct pr_txmgr *txmgr, const char *url)
{
	struct pr_httpc_options options = { .url = url };
	*r = (struct brg_relay){ .chain = chain, .txmgr = txmgr, .nodes = malloc(NODES_MAX * sizeof *r->nodes) };
	if (!r->nodes) return PR_ERR_FULL;
	return pr_httpc_open(&r->http, &options);
}

void brg_relay_close(struct brg_relay *r)
{
	pr_httpc_close(r->http);
	free(r->nodes);
}

static enum pr_err submit(struct brg_relay *r, const struct pr_json *doc, uint32_t at)
{
	uint8_t  to20[20], siblings[PR_TREE_DEPTH][32], calldata[2048];
	uint64_t id, amount, batch;
	uint32_t count = 0, list = pr_json_get(doc, at, "siblings");

	if (!pr_json_u64(&id, doc, pr_json_get(doc, at, "id")) || id >= PR_OBJECTS_MAX || !pr_json_hex(to20, 20, doc, pr_json_get(doc, at, "to")) ||
	    !pr_json_u64_string(&amount, doc, pr_json_get(doc, at, "amount")) || !pr_json_u64(&batch, doc, pr_json_get(doc, at, "batch")) ||
	    pr_json_count(doc, list) > PR_TREE_DEPTH)
		return PR_ERR_PEER;
	for (uint32_t s = pr_json_first(doc, list); s != PR_JSON_NONE; s = pr_json_next(doc, s))
		if (!pr_json_hex(siblings[count++], 32, doc, s)) return PR_ERR_PEER;
	struct pr_txmgr_status status;
	if (pr_txmgr_status(r->txmgr, &status, BRG_INTENT_WITHDRAW | id) == PR_OK) return PR_OK;
	struct pr_txmgr_intent intent = { .id = BRG_INTENT_WITHDRAW | id, .tag = "withdraw", .data = calldata };
	memcpy(intent.to20, r->chain->vault20, 20);
	intent.data_len = pr_call_withdraw(calldata, sizeof calldata, batch, (uint32_t)id, to20, amount, (const uint8_t (*)[32])siblings, count);
	return intent.data_len ? pr_txmgr_submit(r->txmgr, &intent) : PR_ERR_PEER;
}

enum pr_err brg_relay_step(struct brg_relay *r, uint32_t room)
{
	struct pr_httpc_response response;
	struct pr_json           doc;
	char                     body[128];

	if (room == 0) return PR_OK;
	int n = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_pendingWithdrawals\",\"params\":[0,%u]}", room);
	PR_FORWARD(pr_httpc_post(r->http, &response, "application/json", body, (size_t)n, DEADLINE_MS));
	if (response.status != 200 || pr_json_parse(&doc, response.body, response.body_len, r->nodes, NODES_MAX) != PR_JSON_OK) return PR_ERR_PEER;
	uint32_t result = pr_json_get(&doc, 0, "result");
	if (pr_json_type(&doc, result) != PR_JSON_ARRAY) return PR_ERR_PEER;
	for (uint32_t at = pr_json_first(&doc, result); at != PR_JSON_NONE; at = pr_json_next(&doc, at)) {
		enum pr_err err = submit(r, &doc, at);
		if (err == PR_ERR_FULL) return PR_OK;
		PR_FORWARD(err);
	}
	return PR_OK;
}
