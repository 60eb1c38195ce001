#include "tools/workload/lie.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/l1/contracts.h"
#include "core/l1/tx.h"
#include "core/rt/clock.h"

#define WAIT_MS 60000u

static void read_header(struct pr_batch_header *h, const struct pr_json *doc, uint32_t at)
{
	uint64_t posted;
	bool     ok = pr_json_hex(h->parent, 32, doc, pr_json_get(doc, at, "parent")) && pr_json_u64(&h->number, doc, pr_json_get(doc, at, "number")) &&
	          pr_json_u64(&h->timestamp, doc, pr_json_get(doc, at, "timestamp")) && pr_json_u64(&h->inbox_from, doc, pr_json_get(doc, at, "inboxFrom")) &&
	          pr_json_u64(&h->inbox_to, doc, pr_json_get(doc, at, "inboxTo")) && pr_json_u64(&posted, doc, pr_json_get(doc, at, "posted")) &&
	          pr_json_hex(h->chunks_root, 32, doc, pr_json_get(doc, at, "chunksRoot"));
	if (!ok) wl_die("the node knows no such batch yet");
	h->posted = (uint32_t)posted;
}

static void send(struct pr_ethrpc *eth, const struct pr_chain *chain, const uint8_t key32[32], const uint8_t addr20[20], pr_u128 value, const uint8_t *data,
                 size_t len)
{
	static uint8_t       raw[PR_TX_BYTES_MAX];
	struct pr_l1_fees    fees;
	struct pr_l1_receipt receipt;
	struct pr_tx         tx  = { .chain_id = chain->l1_chain_id, .value = value, .data = data, .data_len = len };
	struct pr_ethrpc_msg msg = { .from20_opt = addr20, .to20_opt = chain->rollup20, .value = value, .data = data, .data_len = len };
	uint8_t              hash32[32];
	size_t               raw_len;

	memcpy(tx.to20, chain->rollup20, 20);
	if (pr_ethrpc_nonce(eth, &tx.nonce, addr20, pr_l1_at(PR_L1_PENDING)) != PR_OK || pr_ethrpc_fees(eth, &fees) != PR_OK ||
	    pr_ethrpc_estimate_gas(eth, &tx.gas_limit, &msg, pr_l1_at(PR_L1_LATEST)) != PR_OK)
		wl_die("the claim would fail: %s", pr_ethrpc_error(eth)->message);
	tx.gas_limit += tx.gas_limit / 5;
	tx.max_priority_fee = fees.priority_fee;
	tx.max_fee          = 2 * fees.base_fee + fees.priority_fee;
	if (pr_tx_sign(raw, sizeof raw, &raw_len, hash32, &tx, key32) != PR_OK || pr_ethrpc_send_raw(eth, hash32, raw, raw_len) != PR_OK)
		wl_die("cannot send: %s", pr_ethrpc_error(eth)->message);
	for (uint64_t start = pr_clock_ms(); pr_clock_ms() - start < WAIT_MS; usleep(100000)) {
		if (pr_ethrpc_receipt(eth, &receipt, hash32) != PR_OK) continue;
		if (!receipt.success) wl_die("the claim reverted");
		return;
	}
	wl_die("the claim was not mined in time");
}

void wl_lie(struct wl_client *node, struct pr_ethrpc *eth, const struct pr_chain *chain, const uint8_t key32[32], const uint8_t addr20[20], uint64_t batch,
            uint32_t chunk)
{
	static uint8_t          roots[PR_BATCH_CHUNKS_MAX][32], calldata[PR_BATCH_CHUNKS_MAX * 32 + 1024];
	struct pr_batch_header  header;
	struct pr_rollup_config rollup;
	struct pr_contracts     c;
	struct pr_json          doc;
	char                    params[32];
	uint64_t                parent;
	uint32_t                count = 0;

	snprintf(params, sizeof params, "[%" PRIu64 "]", batch);
	uint32_t at = wl_call(node, &doc, "penny_getRoots", params), list = pr_json_get(&doc, at, "roots");
	read_header(&header, &doc, pr_json_get(&doc, at, "header"));
	if (!pr_json_u64(&parent, &doc, pr_json_get(&doc, at, "parentClaim"))) wl_die("the batch before has no right claim yet");
	for (uint32_t i = pr_json_first(&doc, list); i != PR_JSON_NONE && count < PR_BATCH_CHUNKS_MAX; i = pr_json_next(&doc, i))
		if (!pr_json_hex(roots[count++], 32, &doc, i)) wl_die("the node's roots are malformed");
	if (chunk >= count) chunk = count - 1;
	for (uint32_t i = chunk; i < count; i++) roots[i][31] ^= 1;
	memcpy(c.rollup20, chain->rollup20, 20);
	memcpy(c.inbox20, chain->inbox20, 20);
	memcpy(c.vault20, chain->vault20, 20);
	if (pr_contracts_config(&rollup, eth, &c) != PR_OK) wl_die("cannot read the Rollup's configuration");
	size_t len = pr_call_claim(calldata, sizeof calldata, &header, parent, roots[0], count);
	send(eth, chain, key32, addr20, rollup.bond_wei, calldata, len);
	printf("claimed batch %" PRIu64 " with a wrong root after chunk %u of %u\n", batch, chunk, count);
}
