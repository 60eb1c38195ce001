/* A claim that is wrong on purpose, with a real bond: it shows that watchers are awake.  The bond is lost when they are. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define CALLDATA_BYTES (PR_BATCH_CHUNKS_MAX * 32u + 1024u)
#define WEI_PER_NANO 1000000000u

void cli_drill(struct cli *c)
{
	static uint8_t          roots[PR_BATCH_CHUNKS_MAX][32], pre_root32[32], data[CALLDATA_BYTES];
	struct cli_answer       a = { 0 };
	struct pr_batch_header  header = { .number = 0 };
	struct pr_contracts     contracts;
	struct pr_rollup_config rollup;
	struct pr_l1_receipt    receipt;
	uint64_t                batch, parent, posted, chunk = UINT64_MAX;
	uint32_t                count = 0;
	const char             *batch_text = cli_option(c, "batch"), *chunk_text = cli_option(c, "chunk");
	char                    bond[CLI_AMOUNT_BYTES], question[160];

	if (!batch_text || !cli_u64_parse(&batch, batch_text) || batch == 0) cli_usage(c, "--batch N says which batch to lie about");
	if (chunk_text && !cli_u64_parse(&chunk, chunk_text)) cli_usage(c, "--chunk %s is not a number", chunk_text);
	if (!cli_ask(c, &a, CLI_NODE, "penny_getRoots", "%" PRIu64, batch)) cli_die("the verifying node does not know batch %" PRIu64 ": it must be on L1", batch);
	uint32_t h = pr_json_get(&a.doc, a.at, "header"), list = pr_json_get(&a.doc, a.at, "roots");
	cli_bytes(header.parent, 32, &a, h, "parent");
	header.number     = cli_u64(&a, h, "number");
	header.timestamp  = cli_u64(&a, h, "timestamp");
	header.inbox_from = cli_u64(&a, h, "inboxFrom");
	header.inbox_to   = cli_u64(&a, h, "inboxTo");
	posted            = cli_u64(&a, h, "posted");
	header.posted     = (uint32_t)posted;
	cli_bytes(header.chunks_root, 32, &a, h, "chunksRoot");
	if (!pr_json_u64(&parent, &a.doc, pr_json_get(&a.doc, a.at, "parentClaim"))) cli_die("the batch before has no right claim yet: try again in a while");
	cli_bytes(pre_root32, 32, &a, a.at, "preRoot");
	for (uint32_t i = pr_json_first(&a.doc, list); i != PR_JSON_NONE; i = pr_json_next(&a.doc, i), count++)
		if (count == PR_BATCH_CHUNKS_MAX || !pr_json_hex(roots[count], 32, &a.doc, i)) cli_die("the node's roots are malformed");
	cli_answer_free(&a);
	if (count == 0) cli_die("the batch has no chunks");
	if (chunk == UINT64_MAX) chunk = count - 1;
	if (chunk >= count) cli_die("batch %" PRIu64 " has chunks 0 to %" PRIu32, batch, count - 1);
	/* A liar's later roots follow from the wrong one; here they only have to differ. */
	for (uint64_t i = chunk; i < count; i++) roots[i][31] ^= 1;

	cli_contracts(c, &contracts);
	if (pr_contracts_config(&rollup, cli_l1(c), &contracts) != PR_OK) cli_die("the Rollup's configuration cannot be read: %s", cli_l1_error(c));
	cli_amount_format(bond, rollup.bond_wei / WEI_PER_NANO > UINT64_MAX ? UINT64_MAX : (uint64_t)(rollup.bond_wei / WEI_PER_NANO));
	int n = snprintf(question, sizeof question, "This claims a wrong root on L1 and puts %s coins at stake; they are lost when a watcher strikes it.  Go on?", bond);
	PR_CHECK(n > 0 && (size_t)n < sizeof question);
	cli_confirm(c, question);
	size_t len = pr_call_claim(data, sizeof data, &header, parent, pre_root32, roots[0], count);
	cli_l1_send(c, &receipt, "false claim", contracts.rollup20, rollup.bond_wei, data, len);
	cli_put_u64(c, "batch", batch);
	cli_put_u64(c, "wrongFromChunk", chunk);
	cli_put_u64(c, "chunks", count);
	cli_put(c, "bond", "%s", bond);
	cli_put_hex(c, "transaction", receipt.tx_hash32, 32);
	cli_row(c, "`pennyroyal batch %" PRIu64 "` shows the claim; an awake watcher strikes it within its challenge window.", batch);
}
