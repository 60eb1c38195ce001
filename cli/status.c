#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

void cli_status(struct cli *c)
{
	static const char *const sums[] = { "supply", "balances", "escrows", "held", "fees" };
	static const char *const counts[] = { "accounts", "assets", "edges", "shares", "streams", "withdrawals" };
	struct cli_answer a = { 0 };
	uint8_t           root32[32];
	char              state[64];

	cli_call(c, &a, CLI_RPC, "penny_chainInfo", "-");
	cli_put_u64(c, "l2ChainId", cli_u64(&a, a.at, "l2ChainId"));
	cli_put_u64(c, "l1ChainId", cli_u64(&a, a.at, "l1ChainId"));
	cli_put_raw(c, "chain", &a.doc, a.at);
	cli_call(c, &a, CLI_RPC, "penny_getHealth", "-");
	cli_text(state, sizeof state, &a, a.at, "state");
	cli_put(c, "sequencer", "%s", state);
	cli_put_u64(c, "sealed", cli_u64(&a, a.at, "sealed"));
	cli_put_u64(c, "posted", cli_u64(&a, a.at, "posted"));
	cli_put_u64(c, "settled", cli_u64(&a, a.at, "settled"));
	cli_put_u64(c, "pendingStreams", cli_u64(&a, a.at, "pendingStreams"));
	cli_call(c, &a, CLI_RPC, "penny_getState", "-");
	for (unsigned i = 0; i < sizeof sums / sizeof *sums; i++) cli_put_amount(c, sums[i], cli_u64(&a, a.at, sums[i]));
	bool conserved = cli_bool(&a, a.at, "conserved");
	cli_put_bool(c, "conserved", conserved);
	for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) cli_put_u64(c, counts[i], cli_u64(&a, a.at, counts[i]));
	if (cli_reachable(c, CLI_NODE)) {
		cli_call(c, &a, CLI_NODE, "penny_nodeStatus", "-");
		cli_bytes(root32, 32, &a, a.at, "root");
		cli_put_u64(c, "verifiedBatches", cli_u64(&a, a.at, "batches"));
		cli_put_u64(c, "finalBatch", cli_u64(&a, a.at, "finalBatch"));
		cli_put_u64(c, "claims", cli_u64(&a, a.at, "claims"));
		cli_put_u64(c, "struckClaims", cli_u64(&a, a.at, "struckClaims"));
		cli_put_u64(c, "l1Block", cli_u64(&a, a.at, "l1Block"));
		cli_put_hex(c, "verifiedRoot", root32, 32);
	} else {
		cli_note("no verifying node answers: --node URL names one");
	}
	cli_answer_free(&a);
	if (!conserved) {
		cli_finish(c);
		cli_die("the sums do not agree: money was made or lost.  Do not use this ledger");
	}
}

void cli_batch(struct cli *c)
{
	struct cli_answer a = { 0 };
	uint64_t          number = cli_arg_u64(c, 0, "a batch number");
	if (number == 0) cli_usage(c, "batches are numbered from 1");
	uint8_t           root32[32], verified32[32];
	char              text[32];
	bool              sealed = cli_ask(c, &a, CLI_RPC, "penny_getBatch", "%" PRIu64, number), known = false;

	if (sealed) {
		cli_put_u64(c, "number", number);
		cli_text(text, sizeof text, &a, a.at, "status");
		cli_put(c, "status", "%s", text);
		cli_put_time(c, "time", cli_u64(&a, a.at, "time"));
		cli_put_u64(c, "entries", cli_u64(&a, a.at, "entries"));
		cli_put_u64(c, "postedChunks", cli_u64(&a, a.at, "postedChunks"));
		cli_put_u64(c, "inboxFrom", cli_u64(&a, a.at, "inboxFrom"));
		cli_put_u64(c, "inboxTo", cli_u64(&a, a.at, "inboxTo"));
		cli_bytes(root32, 32, &a, a.at, "root");
		cli_put_hex(c, "root", root32, 32);
		cli_put_raw(c, "sequencer", &a.doc, a.at);
	}
	if (cli_reachable(c, CLI_NODE)) known = cli_ask(c, &a, CLI_NODE, "penny_getBatch", "%" PRIu64, number);
	if (!sealed && !known) cli_die("there is no batch %" PRIu64 ": it is not sealed yet", number);
	if (known) {
		uint32_t claims = pr_json_get(&a.doc, a.at, "claims");
		if (!sealed) cli_put_u64(c, "number", number);
		cli_bytes(verified32, 32, &a, a.at, "root");
		cli_put_hex(c, "verifiedRoot", verified32, 32);
		if (sealed) cli_put_bool(c, "rootsAgree", memcmp(root32, verified32, 32) == 0);
		cli_put_u64(c, "l1Block", cli_u64(&a, a.at, "l1Block"));
		cli_put_raw(c, "node", &a.doc, a.at);
		for (uint32_t i = pr_json_first(&a.doc, claims); i != PR_JSON_NONE; i = pr_json_next(&a.doc, i)) {
			bool right, judged = pr_json_bool(&right, &a.doc, pr_json_get(&a.doc, i, "right"));
			cli_text(text, sizeof text, &a, i, "state");
			cli_row(c, "%-18s %" PRIu64 ": %s, %s", "claim", cli_u64(&a, i, "id"), text, !judged ? "not judged" : right ? "right" : "wrong");
		}
	} else {
		cli_note("the verifying node does not know this batch yet");
	}
	cli_answer_free(&a);
	if (sealed && known && memcmp(root32, verified32, 32) != 0) {
		cli_finish(c);
		cli_die("sequencer and verifying node disagree about this batch");
	}
}
