/* What a verifying node says of batches while L1 goes on: posted, safe and finalized by L1's own tags, settled by a final claim; after a rollback and after a
 * start; behind a target and with depths of its own; and on a disk that fails.  L1 is a real node; contracts that only tell of events stand where the chain file names ours. */
#include "core/base/unit.h"
#include "core/l1/abi.h"
#include "core/rt/file.h"
#include "core/rt/log.h"
#include "fraud/rpc.h"
#include "fraud/test_kit.h"
#include "tests/support/anvil.h"
#include "tests/support/faults.h"

#define EPOCH "4" /* slots: the safe block is as far behind the latest, the finalized one twice */
#define NODES 4096u

/* Emits the event of its calldata: the count of topics (2 to 4), four words for them, the data. */
#define TELLER_CODE                                                                     \
	"60a0" "36" "03" "80" "60a0" "6000" "37"                /* data */               \
	"6000" "35" "6002" "14" "602d" "57"                     /* two topics */         \
	"6000" "35" "6003" "14" "6039" "57"                     /* three */              \
	"6080" "35" "6060" "35" "6040" "35" "6020" "35" "84" "6000" "a4" "00"            \
	"5b" "6040" "35" "6020" "35" "82" "6000" "a2" "00"      /* 0x2d */               \
	"5b" "6060" "35" "6040" "35" "6020" "35" "83" "6000" "a3" "00" /* 0x39 */

static struct anvil      anvil;
static struct pr_ethrpc *rpc;
static struct kit        kit;
static struct frd_node   node;
static uint64_t          items_told, batch_blocks[KIT_BATCHES_MAX];
static char              dir[256];

/* ---- L1 ---- */

static void hex_of(char *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) (void)sprintf(out + 2 * i, "%02x", bytes[i]);
}

/* Has the contract at that address tell of an event, in a block of its own; which. */
static uint64_t tell(const uint8_t at20[20], const char *signature, size_t topics, const uint8_t words[3][32], const struct pr_abi *data)
{
	static uint8_t call[5 * 32 + sizeof kit.run + 4096];
	static char    params[2 * sizeof call + 512];
	char           to[41] = { 0 };
	const char    *result;
	size_t         len;

	memset(call, 0, 5 * 32);
	call[31] = (uint8_t)topics;
	pr_abi_topic(call + 32, signature);
	memcpy(call + 64, words, (topics - 1) * 32);
	memcpy(call + 160, data->buf, data->len);
	hex_of(to, at20, 20);
	int n = snprintf(params, sizeof params, "[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"gas\":\"0xe00000\",\"data\":\"0x", anvil_addrs[1], to);
	hex_of(params + n, call, 160 + data->len);
	memcpy(params + (size_t)n + 2 * (160 + data->len), "\"}]", 4);
	PR_CHECK(pr_ethrpc_request(rpc, &result, &len, "eth_sendTransaction", params) == PR_OK && len == 68);
	struct pr_l1_receipt receipt;
	uint8_t              tx32[32];
	char                 digits[67] = { 0 };
	memcpy(digits, result + 1, 66);
	PR_CHECK(hex_bytes(tx32, 32, digits) == 32);
	uint64_t deadline = pr_clock_ms() + ANVIL_START_MS_MAX;
	while (pr_ethrpc_receipt(rpc, &receipt, tx32) != PR_OK) {
		PR_CHECK(pr_clock_ms() < deadline);
		usleep(2000);
	}
	PR_CHECK(receipt.success);
	return receipt.block_number;
}

static void word_of(uint8_t word32[32], uint64_t number)
{
	memset(word32, 0, 32);
	pr_be64_put(word32 + 24, number);
}

static uint64_t number_of(enum pr_l1_tag tag)
{
	struct pr_l1_block block;
	PR_CHECK(pr_ethrpc_block(rpc, &block, pr_l1_at(tag)) == PR_OK);
	return block.number;
}

/* A batch of the kit, with the items that it takes. */
static void tell_batch(void)
{
	static uint8_t buf[sizeof kit.run + 4096];
	uint8_t        topics[3][32], words[PR_BATCH_HEADER_ABI_BYTES];
	struct pr_abi  w;

	if (kit.batch_count == 1) kit_first_batch(&kit);
	else kit_next_batch(&kit);
	for (; items_told < kit.item_count; items_told++) {
		pr_abi_args(&w, buf, sizeof buf, 2);
		pr_abi_u128(&w, 1);
		pr_abi_bytes(&w, kit.items[items_told], kit.item_lens[items_told]);
		PR_CHECK(pr_abi_done(&w));
		word_of(topics[0], items_told);
		(void)tell(kit.chain.inbox20, "ItemAdded(uint64,uint64,bytes)", 2, (const uint8_t (*)[32])topics, &w);
	}
	const struct kit_batch *b = &kit.batches[kit.batch_count - 1];
	pr_batch_header_abi(words, &b->header);
	pr_abi_args(&w, buf, sizeof buf, 8);
	for (unsigned i = 0; i < 7; i++) pr_abi_word(&w, words + 32 * i);
	pr_abi_bytes(&w, kit.run, kit.run_len);
	PR_CHECK(pr_abi_done(&w));
	word_of(topics[0], b->header.number);
	memcpy(topics[1], b->hash32, 32);
	static const char posted[] = "BatchPosted(uint64,bytes32,(bytes32,uint64,uint64,uint64,uint64,uint32,bytes32),bytes)";
	batch_blocks[b->header.number] = tell(kit.chain.rollup20, posted, 3, (const uint8_t (*)[32])topics, &w);
}

/* A right claim on a batch, which continues the one of the same number before it, and that it is final. */
static void tell_final(uint64_t batch)
{
	uint8_t                 buf[4096], topics[3][32];
	const struct kit_batch *b = &kit.batches[batch];
	struct pr_abi           w;

	word_of(topics[0], batch);
	word_of(topics[1], batch);
	word_of(topics[2], batch - 1);
	pr_abi_args(&w, buf, sizeof buf, 3);
	pr_abi_addr(&w, kit.w.addrs[0]);
	pr_abi_word(&w, b->hash32);
	pr_abi_words(&w, b->roots[0], b->chunk_count);
	PR_CHECK(pr_abi_done(&w));
	(void)tell(kit.chain.rollup20, "ClaimMade(uint64,uint64,uint64,address,bytes32,bytes32[])", 4, (const uint8_t (*)[32])topics, &w);
	pr_abi_args(&w, buf, sizeof buf, 1);
	pr_abi_word(&w, b->roots[b->chunk_count - 1]);
	PR_CHECK(pr_abi_done(&w));
	(void)tell(kit.chain.rollup20, "ClaimFinal(uint64,uint64,bytes32)", 3, (const uint8_t (*)[32])topics, &w);
}

/* A chain with nothing on it, and a kit. */
static void l1_begin(uint64_t seed)
{
	char rollup[41] = { 0 }, inbox[41] = { 0 }, archive[256];

	anvil_start(&anvil, "--slots-in-an-epoch", EPOCH, NULL);
	rpc = anvil_client(&anvil);
	(void)snprintf(archive, sizeof archive, "kit%llu", (unsigned long long)seed);
	kit_open(&kit, tempdir_name(dir, archive), seed);
	memset(kit.chain.inbox20, 0x1b, 20);
	memset(kit.chain.vault20, 0x2b, 20);
	kit.chain.deploy_block = 1;
	hex_of(rollup, kit.chain.rollup20, 20);
	hex_of(inbox, kit.chain.inbox20, 20);
	anvil_do(rpc, "anvil_setCode", "[\"0x%s\",\"0x%s\"]", rollup, TELLER_CODE);
	anvil_do(rpc, "anvil_setCode", "[\"0x%s\",\"0x%s\"]", inbox, TELLER_CODE);
	(void)snprintf(archive, sizeof archive, "node%llu", (unsigned long long)seed);
	tempdir_name(dir, archive);
	items_told = 0;
}

static void l1_end(void)
{
	kit_pause(&kit);
	kit_fini(&kit);
	pr_ethrpc_close(rpc);
	anvil_stop(&anvil);
}

/* ---- The node ---- */

static unsigned unfinished; /* archives that ended in a block that was not finished */

static enum pr_err node_open(enum pr_l1_tag target, uint64_t safe_depth, uint64_t finalized_depth)
{
	UNIT_CHECK(frd_node_open(&node, &kit.chain, dir, KIT_CAPACITY, 0, false) == PR_OK);
	return frd_node_follow(&node, rpc, target, 0, safe_depth, finalized_depth);
}

/* As the program does. */
static void node_begin(enum pr_l1_tag target, uint64_t safe_depth, uint64_t finalized_depth)
{
	enum pr_err err = node_open(target, safe_depth, finalized_depth);
	if (node.rolled_back) {
		unfinished++;
		frd_node_close(&node);
		err = node_open(target, safe_depth, finalized_depth);
	}
	UNIT_CHECK(err == PR_OK);
}

/* Until nothing is new on L1, and once more: the tags are asked for before the blocks, so those of the last block come with the next look. */
static void step(void)
{
	for (unsigned looks = 0; looks < 2; looks++) {
		bool idle = false;
		while (!idle)
			if (frd_node_step(&node, 16, &idle) != PR_OK) break;
		UNIT_CHECK(idle);
	}
}

static struct pr_json      doc;
static struct pr_json_node nodes[NODES];
static char                answer[65536];

static void deliver(void *ctx, const char *response, size_t len)
{
	(void)ctx;
	PR_CHECK(len < sizeof answer);
	memcpy(answer, response, len);
	UNIT_CHECK(pr_json_parse(&doc, answer, len, nodes, NODES) == PR_JSON_OK);
}

/* The result of a method with one number. */
static uint32_t ask(const char *method, uint64_t number)
{
	static struct frd_rpc server;
	char                  text[256], params[32] = "";
	struct pr_loop       *loop = pr_loop_open();

	if (number) (void)snprintf(params, sizeof params, "%llu", (unsigned long long)number);
	int n = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method, params);
	UNIT_CHECK(loop && frd_rpc_open(&server, loop, &node, NULL, "127.0.0.1", 0) == PR_OK);
	pr_rpc_serve(server.rpc, text, (size_t)n, deliver, NULL);
	frd_rpc_close(&server);
	pr_loop_close(loop);
	return pr_json_get(&doc, 0, "result");
}

static bool status_is(uint64_t batch, const char *status) { return pr_json_string_eq(&doc, pr_json_get(&doc, ask("penny_getBatch", batch), "status"), status); }

static const char *by_height(uint64_t block, uint64_t safe, uint64_t finalized)
{
	return block <= finalized ? "finalized" : block <= safe ? "safe" : "posted";
}

/* All batches that are not settled stand as these heights say. */
static void check_heights(uint64_t safe, uint64_t finalized)
{
	uint64_t l1_safe = 0, l1_finalized = 0;
	uint32_t result = ask("penny_nodeStatus", 0);
	UNIT_CHECK(pr_json_u64(&l1_safe, &doc, pr_json_get(&doc, result, "l1Safe")) && l1_safe == safe);
	UNIT_CHECK(pr_json_u64(&l1_finalized, &doc, pr_json_get(&doc, result, "l1Finalized")) && l1_finalized == finalized);
	for (uint64_t n = node.book.final_batch + 1; n < node.book.batch_count; n++) UNIT_CHECK(status_is(n, by_height(batch_blocks[n], safe, finalized)));
}

static void check_tags(void) { check_heights(number_of(PR_L1_SAFE), number_of(PR_L1_FINALIZED)); }

/* ---- Tests ---- */

static void test_a_batch_is_posted_then_safe_then_finalized_then_settled(void)
{
	static const char *const statuses[] = { "posted", "safe", "finalized" };
	unsigned                 seen = 0;

	l1_begin(1);
	node_begin(PR_L1_LATEST, 0, 0);
	anvil_mine(rpc, 12);
	tell_batch();
	tell_batch();
	for (unsigned block = 0; block < 14; block++) {
		step();
		UNIT_CHECK(node.book.batch_count >= 3);
		check_tags();
		if (seen < 3 && status_is(1, statuses[seen])) seen++;
		if (block == 5) tell_batch(); /* the first is safe, or more, before the third is posted */
		else anvil_mine(rpc, 1);
	}
	UNIT_CHECK(seen == 3 && status_is(1, "finalized") && node.book.batch_count == 4);
	tell_final(1);
	step();
	UNIT_CHECK(status_is(1, "settled") && !status_is(2, "settled"));
	check_tags();
	frd_node_close(&node);
	l1_end();
}

static void test_statuses_after_a_start(void)
{
	l1_begin(2);
	tell_batch();
	tell_batch();
	tell_final(1);
	anvil_mine(rpc, 20);
	node_begin(PR_L1_LATEST, 0, 0);
	step();
	check_tags();
	UNIT_CHECK(status_is(1, "settled") && status_is(2, "finalized"));
	frd_node_close(&node);
	/* What L1's tags are is asked anew: until then less is said, never more. */
	node_begin(PR_L1_LATEST, 0, 0);
	UNIT_CHECK(status_is(1, "settled") && status_is(2, "posted"));
	step();
	check_tags();
	UNIT_CHECK(status_is(1, "settled") && status_is(2, "finalized"));
	frd_node_close(&node);
	l1_end();
}

static void test_a_rollback_takes_back_what_was_safe(void)
{
	l1_begin(3);
	anvil_mine(rpc, 12);
	tell_batch();
	anvil_mine(rpc, 9);
	node_begin(PR_L1_LATEST, 0, 0);
	step();
	check_tags();
	uint64_t safe = node.tags.now.safe;
	UNIT_CHECK(status_is(1, "finalized") && safe == number_of(PR_L1_LATEST) - 4);
	/* Blocks above the batch go, safe ones among them; others come, of which the last one differs. */
	anvil_do(rpc, "anvil_reorg", "[7,[[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"value\":\"0x1\",\"gas\":\"0x5208\"},0]]]", anvil_addrs[0], anvil_addrs[1]);
	step();
	check_tags();
	UNIT_CHECK(!node.rolled_back && status_is(1, "finalized"));
	anvil_mine(rpc, 3);
	step();
	check_tags();
	UNIT_CHECK(node.tags.now.safe == safe + 3);
	/* The batch itself goes: the node starts over from L1, where it is not. */
	uint64_t gone = number_of(PR_L1_LATEST) - batch_blocks[1] + 1;
	anvil_do(rpc, "anvil_reorg", "[%llu,[[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"value\":\"0x1\",\"gas\":\"0x5208\"},0]]]", (unsigned long long)gone, anvil_addrs[0],
	         anvil_addrs[1]);
	bool idle = false;
	while (!node.rolled_back && !idle) (void)!frd_node_step(&node, 16, &idle);
	UNIT_CHECK(node.rolled_back);
	frd_node_close(&node);
	node_begin(PR_L1_LATEST, 0, 0);
	step();
	UNIT_CHECK(node.book.batch_count == 1 && node.book.item_count == items_told);
	frd_node_close(&node);
	l1_end();
}

/* The events of a block are in the archive, the position after it is not, and before the next start L1 takes the block back: nothing of it counts. */
static void test_an_unfinished_block_that_l1_takes_back(void)
{
	char   path[512], *position;
	size_t len;

	l1_begin(7);
	anvil_mine(rpc, 12);
	tell_batch();
	node_begin(PR_L1_LATEST, 0, 0);
	step();
	frd_node_close(&node);
	(void)snprintf(path, sizeof path, "%s/archive/position", dir);
	PR_CHECK(pr_file_read_all(&position, &len, path, 65536) == PR_OK);
	tell_batch();
	node_begin(PR_L1_LATEST, 0, 0);
	step();
	UNIT_CHECK(node.book.batch_count == 3);
	frd_node_close(&node);
	PR_CHECK(pr_file_write_atomic(path, position, len) == PR_OK);
	free(position);
	anvil_do(rpc, "anvil_rollback", "[%llu]", (unsigned long long)(number_of(PR_L1_LATEST) - batch_blocks[2] + 1));
	anvil_mine(rpc, 20);
	unfinished = 0;
	node_begin(PR_L1_LATEST, 0, 0);
	UNIT_CHECK(unfinished == 1 && node.book.batch_count == 2);
	step();
	UNIT_CHECK(node.book.batch_count == 2 && !node.rolled_back);
	frd_node_close(&node);
	node_begin(PR_L1_LATEST, 0, 0);
	UNIT_CHECK(unfinished == 1 && node.book.batch_count == 2);
	frd_node_close(&node);
	l1_end();
}

/* Opens the node and follows L1 to its end, starting over where it asks for that, as the program does. */
static enum pr_err follow_to_the_end(void)
{
	for (;;) {
		bool        idle = false;
		enum pr_err err  = PR_OK;
		node_begin(PR_L1_LATEST, 0, 0);
		while (err == PR_OK && !idle) err = frd_node_step(&node, 16, &idle);
		if (!node.rolled_back) return err;
		frd_node_close(&node);
	}
}

/* The archive cannot be written: the node says so, and a start on what is there reads the rest from L1 again. */
static void test_a_disk_that_fails(void)
{
	static const char archive[] = "/node6/archive/";
	l1_begin(6);
	unfinished = 0;
	for (unsigned call = FAULT_SYNC; call <= FAULT_WRITE; call++)
		for (unsigned round = 0; round < 3; round++) {
			tell_batch();
			UNIT_CHECK(follow_to_the_end() == PR_OK); /* so that the spool is there: only what is written to it fails */
			frd_node_close(&node);
			for (unsigned i = 0; i < 3; i++) tell_batch();
			node_begin(PR_L1_LATEST, 0, 0);
			fault_set((enum fault_call)call, archive, 1);
			enum pr_err err = PR_OK;
			for (bool idle = false; err == PR_OK && !idle;) err = frd_node_step(&node, 1, &idle);
			UNIT_CHECK(err == PR_ERR_IO && atomic_load(&fault->failed) == 1);
			fault_clear();
			frd_node_close(&node);
		}
	UNIT_CHECK(unfinished > 0 && follow_to_the_end() == PR_OK);
	step();
	check_tags();
	UNIT_CHECK(node.book.batch_count == kit.batch_count && node.head_batch + 1 == kit.batch_count);
	frd_node_close(&node);
	l1_end();
}

/* What is not safe is not believed, then: a batch that is seen is safe at least. */
static void test_behind_a_target(void)
{
	l1_begin(4);
	anvil_mine(rpc, 12);
	tell_batch();
	node_begin(PR_L1_SAFE, 0, 0);
	for (unsigned block = 0; block < 12; block++) {
		step();
		bool told = batch_blocks[1] <= number_of(PR_L1_SAFE);
		UNIT_CHECK((node.book.batch_count == 2) == told);
		if (told) UNIT_CHECK(status_is(1, by_height(batch_blocks[1], number_of(PR_L1_SAFE), number_of(PR_L1_FINALIZED))) && !status_is(1, "posted"));
		anvil_mine(rpc, 1);
	}
	UNIT_CHECK(status_is(1, "finalized"));
	frd_node_close(&node);
	l1_end();
}

static void test_depths_in_place_of_tags(void)
{
	l1_begin(5);
	anvil_mine(rpc, 12);
	tell_batch();
	node_begin(PR_L1_LATEST, 1, 3);
	for (unsigned block = 0; block < 5; block++) {
		step();
		check_heights(number_of(PR_L1_LATEST) - 1, number_of(PR_L1_LATEST) - 3);
		anvil_mine(rpc, 1);
	}
	UNIT_CHECK(status_is(1, "finalized"));
	frd_node_close(&node);
	l1_end();
}

int main(void)
{
	if (!anvil_available()) {
		UNIT_SKIP("test_status", ANVIL_MISSING);
		return UNIT_END();
	}
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	tempdir_make();
	fault_open();
	UNIT_RUN(test_a_batch_is_posted_then_safe_then_finalized_then_settled);
	UNIT_RUN(test_statuses_after_a_start);
	UNIT_RUN(test_a_rollback_takes_back_what_was_safe);
	UNIT_RUN(test_an_unfinished_block_that_l1_takes_back);
	UNIT_RUN(test_a_disk_that_fails);
	UNIT_RUN(test_behind_a_target);
	UNIT_RUN(test_depths_in_place_of_tags);
	tempdir_remove(tempdir_path);
	return UNIT_END();
}
