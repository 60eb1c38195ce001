/* A reorganisation of L1, deeper than any transaction was watched for, takes a false claim and its strike, then right claims.  The numbers of claims are given
 * again: the watcher must strike the false claim that has the old one's number now, and the claimer must make its claims once more.  Both keep what is left of
 * their archives.
 *
 *     reorg L1-URL WATCHER-URL CHAIN-FILE WATCHER-ADDRESS CLAIMER-ADDRESS WATCHER-LOG
 *
 * Started by reorg.sh beside a fresh chain, a claimer of right roots and the watcher.  The operator, and liar, is the development chain's first account. */
#include "tests/e2e/lies_play.h"
#include "tests/support/child.h"

static uint8_t watcher20[20];

/* Claims a batch with a wrong root of one chunk; the claim's number. */
static uint64_t lie(uint32_t batch, uint32_t chunk)
{
	static uint8_t data[LIES_CHUNKS_MAX * 32 + 1024];
	const struct lies_batch *b = &lies.batches[batch], *parent = b - 1;
	uint8_t roots[LIES_CHUNKS_MAX][32];

	PR_CHECK(chunk < b->chunk_count);
	memcpy(roots, b->roots, sizeof roots);
	roots[chunk][31] ^= 1;
	listen();
	send(test.chain.rollup20, test.rollup.bond_wei, data,
	     pr_call_claim(data, sizeof data, &b->header, test.honest[batch - 1], parent->roots[parent->chunk_count - 1], roots[0], b->chunk_count), "a false claim");
	listen();
	PR_CHECK(memcmp(test.told[test.told_count].claimant20, test.addr20, 20) == 0);
	return test.told_count;
}

static void wait_told(bool (*so)(uint64_t id), uint64_t id, const char *what)
{
	uint64_t start = pr_clock_ms();
	while (listen(), !so(id) && pr_clock_ms() - start < WAIT_MS) usleep(POLL_US);
	check(so(id), what);
}
static bool is_struck(uint64_t id) { return test.told[id].struck == 1 && memcmp(test.told[id].prover20, watcher20, 20) == 0; }
static bool is_final(uint64_t id) { return test.told[id].final; }

/* All that L1 tells is heard again. */
static void forget(void)
{
	memset(test.told, 0, sizeof test.told);
	test.told_count = 0;
	test.seen_block = 0;
}

/* Takes the newest blocks from the chain, down to and without `block`, and makes more in their place than there were. */
static void reorganise(uint64_t block)
{
	uint64_t now;
	need(pr_ethrpc_block_number(test.eth, &now), "the block number");
	PR_CHECK(now >= block);
	anvil_do(test.eth, "anvil_rollback", "[%" PRIu64 "]", now - block + 1);
	anvil_mine(test.eth, (unsigned)(now - block + 4));
	forget();
}

static void test_a_claim_with_an_old_number_is_struck(const char *log)
{
	uint64_t at, id, again;
	char what[96];

	need(pr_ethrpc_block_number(test.eth, &at), "the block number");
	id = lie(1, 0);
	wait_told(is_struck, id, "a false claim is struck");
	anvil_mine(test.eth, 3); /* its strike is watched no more */
	for (uint64_t start = pr_clock_ms(); status("struckClaims") < 1; usleep(POLL_US))
		if (pr_clock_ms() - start > WAIT_MS) die("the watcher does not see its strike");
	reorganise(at + 1);
	again = lie(2, 1);
	check(again == id, "another false claim has its number after the reorganisation");
	wait_told(is_struck, again, "and is struck");
	check(test.told[again].batch == 2 && test.told[again].chunk == 1, "where it is wrong");
	(void)snprintf(what, sizeof what, "archive replayed batches=%u claims=%" PRIu64 " ", lies.batch_count - 1, test.honest[lies.batch_count - 1]);
	check(child_said(log, what), "the watcher kept the batches and claims below the reorganisation");
}

static void test_claims_are_made_again_and_become_final(uint64_t last_post)
{
	uint64_t last = lies.batch_count - 1;

	reorganise(last_post + 1);
	wait_honest();
	check(true, "the claimer's claims are there again");
	anvil_do(test.eth, "evm_increaseTime", "[%" PRIu64 "]", test.rollup.window_s + 1);
	anvil_mine(test.eth, 1);
	wait_told(is_final, test.honest[last], "and become final");
}

int main(int argc, char **argv)
{
	uint64_t last_post;

	if (argc != 7) {
		fprintf(stderr, "usage: reorg L1-URL WATCHER-URL CHAIN-FILE WATCHER-ADDRESS CLAIMER-ADDRESS WATCHER-LOG\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	connect_all("reorg", argv[1], argv[2], argv[3], argv[5]);
	hex(watcher20, 20, argv[4]);
	post_batches();
	need(pr_ethrpc_block_number(test.eth, &last_post), "the block number");
	wait_honest();
	test_a_claim_with_an_old_number_is_struck(argv[6]);
	test_claims_are_made_again_and_become_final(last_post);
	printf("reorg: %u passed, %u failed, 0 skipped\n", test.passed, test.failed);
	disconnect_all();
	return test.failed ? 1 : 0;
}
