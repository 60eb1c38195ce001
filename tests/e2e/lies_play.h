/* How tests of claims begin: batches with every kind of entry on L1, an honest claim on each, and what L1 tells of claims. */
#ifndef TESTS_E2E_LIES_PLAY_H
#define TESTS_E2E_LIES_PLAY_H

#include "tests/e2e/lies_l1.h"

static inline void begin(void)
{
	struct pr_l1_block block;
	need(pr_ethrpc_block(test.eth, &block, pr_l1_at(PR_L1_LATEST)), "the latest block");
	lies_batch_begin(block.timestamp_s);
}

static inline void post(void)
{
	static uint8_t data[PR_BATCH_DATA_MAX + 1024];
	uint8_t wire[PR_WIRE_BYTES_MAX], link32[32] = { 0 };
	const struct lies_batch *b = lies_batch_end();
	struct pr_post p = { .number = b->header.number, .timestamp = b->header.timestamp, .inbox_to = b->header.inbox_to, .posted = b->header.posted,
		             .run = b->run, .run_len = b->run_len };
	memcpy(p.parent32, b->header.parent, 32);
	memcpy(p.hash32, b->hash32, 32);
	for (uint32_t i = 0; i < b->header.inbox_to; i++) pr_inbox_link(link32, link32, wire, (uint32_t)pr_wire_encode(wire, &lies.items[i]));
	send(test.chain.rollup20, 0, data, pr_call_post(data, sizeof data, &p, link32), "a batch");
}

static inline void post_batches(void)
{
	struct world *w = &lies.world;
	struct pr_entry e;
	uint32_t id;

	for (uint32_t p = 0; p < LIES_PEOPLE; p++) deposit(p, LIES_MONEY + p);
	parameter(PR_PARAM_FEE_PPM, LIES_FEE_PPM);
	deposit(3, 4242);
	begin();
	for (uint32_t p = 0; p < LIES_PEOPLE; p++) {
		uint8_t key32[32];
		pr_key_account(key32, w->addrs[p]);
		PR_CHECK(pr_state_find(&w->state, key32, &id));
		w->accounts[p] = id;
	}
	lies_scene_assets(w);
	lies_cut();
	lies_scene_money(w);
	lies_cut();
	lies_scene_streams(w);
	post();

	begin();
	lies_marks.undecodable_batch = lies.batch_count;
	lies_put_undecodable();
	lies_scene_refused(w);
	lies_put_undecodable();
	lies_scene_full(w);
	post();

	e = lies_transfer(6, 7, 3131);
	force(&e);
	e = lies_transfer(6, 5, 17); /* with a nonce that is used by then */
	force(&e);
	deposit(0, 99);
	begin();
	lies_marks.forced = (struct lies_at){ lies.batch_count, 0, 0 };
	lies_scene_random(w, 4, 48);
	post();
}

/* Takes what L1 says of claims. */
static inline enum pr_err on_log(void *ctx, const struct pr_l1_log *log)
{
	struct pr_l1_event event;
	(void)ctx;
	if (pr_contracts_event(&event, &test.contracts, log) != PR_OK) return PR_OK;
	if (event.type != PR_L1_CLAIM && event.type != PR_L1_CLAIM_STRUCK && event.type != PR_L1_CLAIM_FINAL) return PR_OK;
	PR_CHECK(event.number >= 1 && event.number < CLAIMS_MAX);
	struct told *t = &test.told[event.number];
	if (event.type == PR_L1_CLAIM) {
		t->batch = event.a;
		memcpy(t->claimant20, event.addr20, 20);
		if (event.number > test.told_count) test.told_count = event.number;
	} else if (event.type == PR_L1_CLAIM_STRUCK) {
		t->struck++;
		t->chunk = (uint32_t)event.b;
		memcpy(t->prover20, event.addr20, 20);
		memcpy(t->tx32, log->tx_hash32, 32);
	} else {
		t->final = true;
	}
	return PR_OK;
}

static inline void listen(void)
{
	struct pr_ethrpc_filter filter;
	uint64_t now;
	pr_contracts_filter(&filter, &test.contracts);
	need(pr_ethrpc_block_number(test.eth, &now), "the block number");
	if (now <= test.seen_block) return;
	need(pr_ethrpc_logs(test.eth, &filter, test.seen_block + 1, now, on_log, NULL), "the logs");
	test.seen_block = now;
}

/* The verifying node must know all batches with our roots, and the claimer must have claimed them. */
static inline void wait_honest(void)
{
	uint8_t root32[32];
	struct pr_json doc;
	char what[96];

	for (uint64_t start = pr_clock_ms(), n = 1; n < lies.batch_count; usleep(POLL_US)) {
		if (pr_clock_ms() - start > WAIT_MS) die("the honest claims do not come");
		listen();
		for (uint64_t id = 1; id <= test.told_count && n < lies.batch_count; id++)
			if (test.told[id].batch == n && memcmp(test.told[id].claimant20, test.claimer20, 20) == 0) test.honest[n++] = id;
	}
	for (uint64_t n = 1; n < lies.batch_count; n++) {
		const struct lies_batch *b = &lies.batches[n];
		uint64_t start = pr_clock_ms();
		while (!ask(&doc, "penny_getRoots", &n))
			if (pr_clock_ms() - start > WAIT_MS) die("the verifying node does not know a batch");
		uint32_t list = pr_json_get(&doc, 0, "roots"), i = pr_json_first(&doc, list), c = 0;
		for (; i != PR_JSON_NONE && c < b->chunk_count; i = pr_json_next(&doc, i), c++)
			if (!pr_json_hex(root32, 32, &doc, i) || memcmp(root32, b->roots[c], 32) != 0) break;
		(void)snprintf(what, sizeof what, "the verifying node has the operator's roots of batch %" PRIu64, n);
		check(i == PR_JSON_NONE && c == b->chunk_count, what);
	}
}

static inline void hex(uint8_t *out, size_t len, const char *text)
{
	if (strncmp(text, "0x", 2) == 0) text += 2;
	if (strlen(text) != 2 * len) die("an argument is malformed");
	for (size_t i = 0; i < len; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

/* Opens the chain and the verifying node, takes the first development account for the operator and makes the genesis. */
static inline void connect_all(const char *name, const char *l1_url, const char *node_url, const char *chain_file, const char *claimer)
{
	struct pr_ethrpc_options l1 = { .url = l1_url }, node = { .url = node_url };
	char message[PR_CONFIG_MESSAGE_BYTES];

	test.name = name;
	PR_CHECK(pr_ethrpc_open(&test.eth, &l1) == PR_OK && pr_ethrpc_open(&test.node, &node) == PR_OK);
	if (pr_chain_load(message, &test.chain, chain_file) != PR_OK) die(message);
	hex(test.claimer20, 20, claimer);
	hex(test.key32, 32, anvil_keys[0]);
	hex(test.addr20, 20, anvil_addrs[0]);
	memcpy(test.contracts.rollup20, test.chain.rollup20, 20);
	memcpy(test.contracts.inbox20, test.chain.inbox20, 20);
	memcpy(test.contracts.vault20, test.chain.vault20, 20);
	need(pr_contracts_config(&test.rollup, test.eth, &test.contracts), "the Rollup's configuration");
	lies_genesis(test.chain.params, test.chain.withdraw_multiple, test.chain.domain32, LIES_PEOPLE);
	PR_CHECK(memcmp(lies.batches[0].roots[0], test.rollup.genesis_root32, 32) == 0);
	pr_batch_genesis_hash(lies.batches[0].hash32, test.rollup.genesis_root32, test.chain.l1_chain_id, test.chain.rollup20);
}

/* What connect_all and the batches took. */
static inline void disconnect_all(void)
{
	pr_ethrpc_close(test.eth);
	pr_ethrpc_close(test.node);
	for (uint32_t b = 1; b < lies.batch_count; b++) free(lies.batches[b].before_mem);
	world_fini(&lies.world);
}

#endif
