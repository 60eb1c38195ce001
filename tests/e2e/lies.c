/* Every lie loses: an operator posts batches with every kind of entry, then claims on them what false executions give; a watcher that is told
 * nothing must strike each false claim with one transaction, and no other claim.
 *
 *     lies L1-URL WATCHER-URL CHAIN-FILE WATCHER-ADDRESS CLAIMER-ADDRESS
 *
 * Started by lies.sh beside a fresh chain, a claimer of right roots and the watcher.  The operator is the development chain's first account. */
#include "tests/e2e/lies_play.h"
#include "tests/e2e/lies_tell.h"

#define UNANSWERED_MAX 3u /* lies that stand: the rest need not be told */
#define STRIKE_GAS_MAX 8000000u
#define STRIKE_BYTES_MAX 131072u

static uint8_t watcher20[20];
static struct {
	uint64_t gas_max, gas_sum, ms_max, ms_sum, bytes_max;
} strikes;

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
	bool ok = t->struck == 1 && t->chunk == lie->at.chunk && memcmp(t->prover20, watcher20, 20) == 0 &&
	          pr_ethrpc_receipt(test.eth, &receipt, t->tx32) == PR_OK && receipt.success && receipt.gas_used <= STRIKE_GAS_MAX &&
	          pr_ethrpc_tx(test.eth, &tx, t->tx32) == PR_OK && tx.input_len <= STRIKE_BYTES_MAX;
	check(ok, lie->name);
	if (receipt.gas_used > strikes.gas_max) strikes.gas_max = receipt.gas_used;
	if (tx.input_len > strikes.bytes_max) strikes.bytes_max = tx.input_len;
	if (!alone) return;
	if (ms > strikes.ms_max) strikes.ms_max = ms;
	strikes.gas_sum += receipt.gas_used;
	strikes.ms_sum += ms;
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
	uint64_t nonce = 0, struck = 0;
	char what[96];

	for (uint64_t start = pr_clock_ms(); status("struckClaims") < lies_told || status("l1Block") < test.seen_block; usleep(POLL_US))
		if (pr_clock_ms() - start > WAIT_MS) die("the watcher does not see its strikes");
	listen();
	for (uint64_t id = 1; id <= test.told_count; id++) struck += test.told[id].struck;
	check(struck == lies_told, "as many strikes on L1 as lies");
	need(pr_ethrpc_nonce(test.eth, &nonce, watcher20, pr_l1_at(PR_L1_PENDING)), "the watcher's nonce");
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
	pr_abi_addr(&w, watcher20);
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

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: lies L1-URL WATCHER-URL CHAIN-FILE WATCHER-ADDRESS CLAIMER-ADDRESS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	connect_all("lies", argv[1], argv[2], argv[3], argv[5]);
	hex(watcher20, 20, argv[4]);
	post_batches();
	wait_honest();
	lies_invent();
	if (tell_one_by_one() && tell_at_once()) {
		judge_end(2u * lie_count);
		judge_money(2u * lie_count);
	}
	printf("%u lies about %u batches; proofs %" PRIu64 " ms on average, %" PRIu64 " ms at most; strikes %" PRIu64 " gas on average, %" PRIu64 " gas and %" PRIu64
	       " bytes at most\n",
	       lie_count, lies.batch_count - 1, strikes.ms_sum / lie_count, strikes.ms_max, strikes.gas_sum / lie_count, strikes.gas_max, strikes.bytes_max);
	printf("lies: %u passed, %u failed, 0 skipped\n", test.passed, test.failed);
	disconnect_all();
	return test.failed ? 1 : 0;
}
