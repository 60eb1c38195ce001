/* Every lie loses: an operator posts batches with every kind of entry, then claims on them what false executions give; a watcher that is told
 * nothing must strike each false claim with one transaction, and no other claim.
 *
 *     lies L1-URL WATCHER-URL CHAIN-FILE WATCHER-ADDRESS CLAIMER-ADDRESS
 *
 * Started by lies.sh beside a fresh chain, a claimer of right roots and the watcher.  The operator is the development chain's first account. */
#include "tests/e2e/lies_l1.h"

static void begin(void)
{
	struct pr_l1_block block;
	need(pr_ethrpc_block(test.eth, &block, pr_l1_at(PR_L1_LATEST)), "the latest block");
	lies_batch_begin(block.timestamp_s);
}

static void post(void)
{
	static uint8_t data[PR_BATCH_DATA_MAX + 1024];
	const struct lies_batch *b = lies_batch_end();
	struct pr_post p = { .number = b->header.number, .timestamp = b->header.timestamp, .inbox_to = b->header.inbox_to, .posted = b->header.posted,
		             .run = b->run, .run_len = b->run_len };
	memcpy(p.parent32, b->header.parent, 32);
	memcpy(p.hash32, b->hash32, 32);
	send(test.chain.rollup20, 0, data, pr_call_post(data, sizeof data, &p), "a batch");
}

static void post_batches(void)
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
static enum pr_err on_log(void *ctx, const struct pr_l1_log *log)
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

static void listen(void)
{
	struct pr_ethrpc_filter filter;
	uint64_t now;
	pr_contracts_filter(&filter, &test.contracts);
	need(pr_ethrpc_block_number(test.eth, &now), "the block number");
	if (now <= test.seen_block) return;
	need(pr_ethrpc_logs(test.eth, &filter, test.seen_block + 1, now, on_log, NULL), "the logs");
	test.seen_block = now;
}

/* The watcher must know all batches with our roots, and the claimer must have claimed them. */
static void wait_honest(void)
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
			if (pr_clock_ms() - start > WAIT_MS) die("the watcher does not know a batch");
		uint32_t list = pr_json_get(&doc, 0, "roots"), i = pr_json_first(&doc, list), c = 0;
		for (; i != PR_JSON_NONE && c < b->chunk_count; i = pr_json_next(&doc, i), c++)
			if (!pr_json_hex(root32, 32, &doc, i) || memcmp(root32, b->roots[c], 32) != 0) break;
		(void)snprintf(what, sizeof what, "the watcher has the operator's roots of batch %" PRIu64, n);
		check(i == PR_JSON_NONE && c == b->chunk_count, what);
	}
}

/* Makes the false claim; its id. */
static uint64_t claim(const struct lie *lie)
{
	static uint8_t data[LIES_CHUNKS_MAX * 32 + 1024];
	const struct lies_batch *b = &lies.batches[lie->at.batch], *parent = b - 1;
	size_t len = pr_call_claim(data, sizeof data, &b->header, test.honest[lie->at.batch - 1], parent->roots[parent->chunk_count - 1], lie->roots[0], b->chunk_count);
	listen();
	uint64_t before = test.told_count;
	send(test.chain.rollup20, test.rollup.bond_wei, data, len, lie->name);
	listen();
	PR_CHECK(test.told_count == before + 1 && memcmp(test.told[test.told_count].claimant20, test.addr20, 20) == 0);
	return test.told_count;
}

static bool wait_struck(uint64_t id)
{
	for (uint64_t start = pr_clock_ms(); pr_clock_ms() - start < WAIT_MS; usleep(POLL_US)) {
		listen();
		if (test.told[id].struck > 0) return true;
	}
	return false;
}

/* Judges a strike: in the right chunk, by the watcher, within the bounds of a proof. */
static void judge(const struct lie *lie, uint64_t id, bool alone)
{
	const struct told *t = &test.told[id];
	struct pr_l1_receipt receipt = { .success = false };
	struct pr_l1_tx tx = { .mined = false };
	uint64_t ms = alone ? status("lastProofMs") : 0;
	bool ok = t->struck == 1 && t->chunk == lie->at.chunk && memcmp(t->prover20, test.watcher20, 20) == 0 &&
	          pr_ethrpc_receipt(test.eth, &receipt, t->tx32) == PR_OK && receipt.success && receipt.gas_used <= STRIKE_GAS_MAX &&
	          pr_ethrpc_tx(test.eth, &tx, t->tx32) == PR_OK && tx.input_len <= STRIKE_BYTES_MAX;
	check(ok, lie->name);
	if (receipt.gas_used > test.gas_max) test.gas_max = receipt.gas_used;
	if (tx.input_len > test.bytes_max) test.bytes_max = tx.input_len;
	if (!alone) return;
	if (ms > test.ms_max) test.ms_max = ms;
	test.gas_sum += receipt.gas_used;
	test.ms_sum += ms;
	printf("%-72s batch %u chunk %2u  proof %3" PRIu64 " ms  strike %7" PRIu64 " gas %6zu bytes\n", lie->name, lie->at.batch, lie->at.chunk, ms,
	       receipt.gas_used, tx.input_len);
}

/* Tells each lie when the one before is struck; false if too many stand. */
static bool tell_one_by_one(void)
{
	uint32_t unanswered = 0;
	for (uint32_t i = 0; i < lie_count && unanswered < UNANSWERED_MAX; i++) {
		uint64_t id = claim(&lie_list[i]);
		unanswered += !wait_struck(id);
		judge(&lie_list[i], id, true);
	}
	return unanswered < UNANSWERED_MAX;
}

/* The same lies once more, all before any is answered. */
static bool tell_at_once(void)
{
	static uint64_t ids[LIES_MAX];
	uint64_t start = pr_clock_ms();
	uint32_t struck = 0;
	for (uint32_t i = 0; i < lie_count; i++) ids[i] = claim(&lie_list[i]);
	while (struck < lie_count && wait_struck(ids[struck])) struck++;
	printf("%u lies at once: struck %" PRIu64 " ms after the first claim\n", struck, pr_clock_ms() - start);
	for (uint32_t i = 0; i < lie_count; i++) judge(&lie_list[i], ids[i], false);
	return struck == lie_count;
}

/* What must hold at the end: nothing was struck but lies, once each, and nothing was sent in vain. */
static void judge_end(uint64_t lies_told)
{
	uint64_t nonce = 0, strikes = 0;
	char what[96];

	for (uint64_t start = pr_clock_ms(); status("struckClaims") < lies_told || status("l1Block") < test.seen_block; usleep(POLL_US))
		if (pr_clock_ms() - start > WAIT_MS) die("the watcher does not see its strikes");
	listen();
	for (uint64_t id = 1; id <= test.told_count; id++) strikes += test.told[id].struck;
	check(strikes == lies_told, "as many strikes on L1 as lies");
	need(pr_ethrpc_nonce(test.eth, &nonce, test.watcher20, pr_l1_at(PR_L1_PENDING)), "the watcher's nonce");
	check(nonce == lies_told, "one transaction of the watcher per lie");
	need(pr_ethrpc_nonce(test.eth, &nonce, test.claimer20, pr_l1_at(PR_L1_PENDING)), "the claimer's nonce");
	check(nonce == lies.batch_count - 1, "one transaction of the claimer per batch");
	check(status("wrongClaims") == lies_told && status("claims") == lies_told + lies.batch_count - 1, "the watcher holds the lies for wrong, and nothing else");
	for (uint32_t n = 1; n < lies.batch_count; n++) {
		uint64_t id = test.honest[n];
		struct pr_json doc;
		bool right = false;
		(void)snprintf(what, sizeof what, "the honest claim of batch %u stands", n);
		if (!ask(&doc, "penny_getClaims", &id)) die("no claims");
		uint32_t at = pr_json_first(&doc, 0);
		check(test.told[id].struck == 0 && pr_json_string_eq(&doc, pr_json_get(&doc, at, "state"), "open") &&
		              pr_json_bool(&right, &doc, pr_json_get(&doc, at, "right")) && right,
		      what);
	}
}

/* Half of every bond is the watcher's; and after the window the right claims become final, which anyone may do. */
static void judge_money(uint64_t lies_told)
{
	uint8_t data[64];
	const uint8_t *out;
	size_t len;
	struct pr_abi w;
	struct pr_ethrpc_msg msg = { .to20_opt = test.chain.rollup20, .data = data };
	pr_u128 credit = 0;

	pr_abi_call(&w, data, sizeof data, "credit(address)", 1);
	pr_abi_addr(&w, test.watcher20);
	PR_CHECK(pr_abi_done(&w));
	msg.data_len = w.len;
	need(pr_ethrpc_call(test.eth, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)), "the watcher's credit");
	check(pr_abi_get_u128(&credit, out, len, 0) && credit == test.rollup.bond_wei / 2 * lies_told, "half of each bond is credited to the watcher");
	anvil_do(test.eth, "evm_increaseTime", "[%" PRIu64 "]", test.rollup.window_s + 1);
	anvil_mine(test.eth, 1);
	for (uint32_t n = 1; n < lies.batch_count; n++)
		send(test.chain.rollup20, 0, data, pr_call_id(data, sizeof data, "finalize(uint64)", test.honest[n]), "finalising a right claim");
	listen();
	uint32_t final = 0;
	for (uint64_t id = 1; id <= test.told_count; id++) final += test.told[id].final;
	check(final == lies.batch_count - 1 && test.told[test.honest[lies.batch_count - 1]].final, "the right claims are final, and no other");
}

static void hex(uint8_t *out, size_t len, const char *text)
{
	if (strncmp(text, "0x", 2) == 0) text += 2;
	if (strlen(text) != 2 * len) die("an argument is malformed");
	for (size_t i = 0; i < len; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

static void connect_all(char **argv)
{
	struct pr_ethrpc_options l1 = { .url = argv[1] }, node = { .url = argv[2] };
	char message[PR_CONFIG_MESSAGE_BYTES];

	PR_CHECK(pr_ethrpc_open(&test.eth, &l1) == PR_OK && pr_ethrpc_open(&test.node, &node) == PR_OK);
	if (pr_chain_load(message, &test.chain, argv[3]) != PR_OK) die(message);
	hex(test.watcher20, 20, argv[4]);
	hex(test.claimer20, 20, argv[5]);
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

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: lies L1-URL WATCHER-URL CHAIN-FILE WATCHER-ADDRESS CLAIMER-ADDRESS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	connect_all(argv);
	post_batches();
	wait_honest();
	lies_invent();
	if (tell_one_by_one() && tell_at_once()) {
		judge_end(2u * lie_count);
		judge_money(2u * lie_count);
	}
	printf("%u lies about %u batches; proofs %" PRIu64 " ms on average, %" PRIu64 " ms at most; strikes %" PRIu64 " gas on average, %" PRIu64 " gas and %" PRIu64
	       " bytes at most\n",
	       lie_count, lies.batch_count - 1, test.ms_sum / lie_count, test.ms_max, test.gas_sum / lie_count, test.gas_max, test.bytes_max);
	printf("lies: %u passed, %u failed, 0 skipped\n", test.passed, test.failed);
	pr_ethrpc_close(test.eth);
	pr_ethrpc_close(test.node);
	for (uint32_t b = 1; b < lies.batch_count; b++) free(lies.batches[b].before_mem);
	world_fini(&lies.world);
	return test.failed ? 1 : 0;
}
