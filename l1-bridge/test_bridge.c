/* The bridge against real contracts: the feed holds each event once, each batch lands once, through kills, reorganisations and refusals. */
#include "l1-bridge/test_kit.h"

static void test_killed_at_any_moment(void)
{
	unsigned kills = 0;

	kit_bridge(2, 2, kit_no_sets);
	for (int round = 0; round < 60; round++) {
		for (uint64_t i = unit_rand() % 3; i > 0; i--) kit_deposit(1 + unit_rand() % 1000);
		for (uint64_t i = unit_rand() % 3; i > 0; i--) kit_post(kit_l1_time());
		usleep((useconds_t)(unit_rand() % 40000));
		if (unit_rand() % 4) anvil_mine(kit.rpc, 1 + (unsigned)(unit_rand() % 2));
		if (unit_rand() % 3) continue;
		UNIT_CHECK(child_kill(kit.bridge, SIGKILL) == -SIGKILL);
		kills++;
		kit_bridge(2, 2, kit_no_sets);
	}
	kit_settle();
	kit_check(0);
	UNIT_CHECK(kills > 0 && kit.posts > 20 && kit.deposits > 20);
	UNIT_CHECK(!child_said(kit.log, " failed reason="));
	child_await(kit.log, "ready l1_block=");
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

#define REORG_MAX 6u

/* Behind latest the bridge watches its transactions as deep as the feed stands, whatever tx.confirmations says. */
static void test_a_reorganisation_within_the_depth_is_survived(void)
{
	for (unsigned confirmations = 1; confirmations <= 3; confirmations += 2) {
		kit_bridge(8, confirmations, kit_no_sets);
		for (int round = 0; round < 4; round++) {
			uint64_t nonce = kit_operator_nonce(), time = kit_l1_time();
			/* The time of the chain that replaces this one may be behind; the batches are older than anything that goes. */
			anvil_mine(kit.rpc, REORG_MAX);
			for (int i = 0; i < 3; i++) kit_post(time);
			kit_deposit(5);
			anvil_mine(kit.rpc, 1);
			for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; kit_operator_nonce() != nonce + 3; usleep(20000)) {
				PR_CHECK(pr_clock_ms() < until);
				anvil_mine(kit.rpc, 1);
			}
			anvil_mine(kit.rpc, 1);
			usleep((useconds_t)(unit_rand() % 60000));
			kit_reorg(3 + (unsigned)(unit_rand() % (REORG_MAX - 2)));
			/* The depositor's wallet sends a deposit that is gone again. */
			const uint8_t *out;
			size_t         len;
			uint8_t        call[4];
			pr_abi_selector(call, "count()");
			struct pr_ethrpc_msg msg = { .to20_opt = kit.contracts.inbox20, .data = call, .data_len = 4 };
			PR_CHECK(pr_ethrpc_call(kit.rpc, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)) == PR_OK && len == 32);
			for (uint64_t there = pr_be64(out + 24), all = kit.deposits; there < all; there++) {
				kit_deposit(5);
				kit.deposits--;
			}
			kit_settle();
		}
		kit_check(0);
		UNIT_CHECK(!child_said(kit.log, "reorganised below"));
		UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	}
}

/* Behind safe the feed is further back than tx.confirmations: a batch that counted as landed and is gone is posted anew once the feed sees it missing. */
static void test_a_landed_batch_that_went_is_posted_again(void)
{
	char landed[64];

	kit_bridge(0, 1, kit_no_sets);
	kit_deposit(3);
	anvil_mine(kit.rpc, 1);
	kit_await_fed(0);
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	kit_bridge(0, 1, (const char *const[]){ "l1.target=safe", NULL });
	/* What was fed behind latest is not safe yet: until it is, nothing is known and nothing is posted. */
	child_await(kit.log, "waiting for block=");
	kit_mine_until("ready l1_block=");
	kit_post(kit_l1_time());
	snprintf(landed, sizeof landed, "post number=%" PRIu64 " landed", kit.posts);
	kit_await_sent();
	anvil_mine(kit.rpc, 1);
	child_await(kit.log, landed);
	kit_reorg(1);
	UNIT_CHECK(kit_operator_nonce() == kit.posts - 1);
	kit_settle();
	kit_check(0);
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

/* The feed cannot take back: the bridge ends with an error, whether it ran while L1 changed or not. */
static void test_a_reorganisation_of_what_was_fed_stops_it(void)
{
	for (int down = 0; down < 2; down++) {
		kit_bridge(0, 1, kit_no_sets);
		child_await(kit.log, "ready l1_block=");
		kit_deposit(7);
		anvil_mine(kit.rpc, 1);
		kit_await_fed(0);
		if (down) UNIT_CHECK(child_kill(kit.bridge, SIGKILL) == -SIGKILL);
		kit_reorg(1);
		kit.deposits--;
		anvil_mine(kit.rpc, 1);
		if (down) kit_bridge(0, 1, kit_no_sets);
		UNIT_CHECK(child_ended(kit.bridge) == 1 && child_said(kit.log, "L1 reorganised below what was fed"));
		/* The remedy of docs/operations.md: the feed is read from L1 again. */
		tempdir_remove(kit.feed_dir);
		kit_bridge(0, 1, kit_no_sets);
		kit_settle();
		kit_check(0);
		UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	}
}

/* A batch from the future waits for L1's time; it is not tried, and so does not fail. */
static void test_a_batch_ahead_of_l1_waits(void)
{
	uint64_t nonce = kit_operator_nonce();

	kit_bridge(0, 1, kit_no_sets);
	child_await(kit.log, "ready l1_block=");
	kit_post(kit_l1_time() + 5000);
	for (int i = 0; i < 5; i++) {
		anvil_mine(kit.rpc, 1);
		usleep(30000);
	}
	UNIT_CHECK(kit_operator_nonce() == nonce);
	anvil_do(kit.rpc, "evm_increaseTime", "[5000]");
	kit_settle();
	kit_check(0);
	UNIT_CHECK(!child_said(kit.log, " failed reason="));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

/* A refusal is not the end: the batch is tried again, and those behind it. */
static void test_a_refused_batch_is_tried_again(void)
{
	char code[65536];
	const char *text;
	size_t len;
	char params[128];

	kit_bridge(0, 1, kit_no_sets);
	snprintf(params, sizeof params, "[\"0x%s\",\"latest\"]", kit_hex(kit.contracts.rollup20, 20));
	PR_CHECK(pr_ethrpc_request(kit.rpc, &text, &len, "eth_getCode", params) == PR_OK && len < sizeof code);
	memcpy(code, text, len);
	code[len] = 0;
	child_await(kit.log, "ready l1_block=");
	anvil_do(kit.rpc, "anvil_setCode", "[\"0x%s\",\"0x60006000fd\"]", kit_hex(kit.contracts.rollup20, 20));
	for (int i = 0; i < 3; i++) kit_post(kit_l1_time());
	child_await(kit.log, " failed reason=");
	char *restore = malloc(len + 128);
	PR_CHECK(restore);
	snprintf(restore, len + 128, "[\"0x%s\",%s]", kit_hex(kit.contracts.rollup20, 20), code);
	PR_CHECK(pr_ethrpc_request(kit.rpc, &text, &len, "anvil_setCode", restore) == PR_OK);
	free(restore);
	kit_settle();
	kit_check(0);
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

/* L1 holds a batch that is not ours: nothing is posted on it, before and after a restart, until records follow that name it as their parent.  Then the
 * newest record of each number is posted and what was packed before is not. */
static void test_a_batch_of_another_is_waited_out(void)
{
	static struct pr_post post;
	static uint8_t        data[PR_BATCH_DATA_MAX / 8];
	uint8_t               ours32[3][32], theirs32[32], link32[32];
	uint64_t              first = kit.posts + 1;

	for (int i = 0; i < 3; i++) kit_post(kit_l1_time()); /* packed, while the bridge is away */
	memcpy(ours32, kit.hashes[first], sizeof ours32);
	kit_make_post(&post, first - 1, kit_l1_time());
	memcpy(theirs32, post.hash32, 32);
	kit_link(link32, post.inbox_to);
	kit_send(KIT_OPERATOR, kit.contracts.rollup20, 0, data, pr_call_post(data, sizeof data, &post, link32));
	anvil_mine(kit.rpc, 1);
	memcpy(kit.hashes[first], theirs32, 32);
	uint64_t nonce = kit_operator_nonce();
	for (int start = 0; start < 2; start++) {
		kit_bridge(0, 1, kit_no_sets);
		child_await(kit.log, "waiting for the sequencer to re-base");
		for (int i = 0; i < 5; i++) {
			anvil_mine(kit.rpc, 1);
			usleep(30000);
		}
		UNIT_CHECK(child_runs(kit.bridge) && kit_operator_nonce() == nonce);
		if (start == 0) UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	}
	kit.posts = first; /* the new order stands on theirs; its numbers were packed before with other contents */
	for (int i = 0; i < 4; i++) kit_post(kit_l1_time());
	kit_settle();
	kit_check(0);
	UNIT_CHECK(memcmp(ours32[1], kit.hashes[first + 1], 32) != 0 && kit_fed().batches == first + 4);
	child_await(kit.log, "stands on L1's last batch: going on");
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

static enum pr_err take_hash(void *ctx, const struct pr_l1_event *e, uint64_t seq)
{
	(void)ctx;
	(void)seq;
	if (e->type == PR_L1_BATCH) memcpy(kit.hashes[e->number], e->hash32, 32);
	return PR_OK;
}

/* The operator was away for longer than the inbox deadline: what was packed before cannot be posted.  The bridge appends what is overdue, once, and goes
 * on when records follow on that. */
static void test_overdue_items_are_appended(void)
{
	struct pr_eventlog log;
	uint64_t           first = kit.posts + 1;

	kit_deposit(9);
	anvil_mine(kit.rpc, 1);
	anvil_do(kit.rpc, "evm_increaseTime", "[100000001]");
	anvil_mine(kit.rpc, 1);
	for (int i = 0; i < 2; i++) kit_post(kit_l1_time());
	kit_bridge(0, 1, kit_no_sets);
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; kit_fed().batches < first; usleep(10000)) {
		PR_CHECK(pr_clock_ms() < until);
		anvil_mine(kit.rpc, 1);
	}
	PR_CHECK(pr_eventlog_open(&log, kit.feed_dir, true) == PR_OK && pr_eventlog_each(&log, take_hash, NULL) != PR_ERR_CORRUPT);
	pr_eventlog_close(&log);
	kit.posts = first;
	kit.taken = kit.deposits;
	for (int i = 0; i < 3; i++) kit_post(kit_l1_time());
	kit_settle();
	kit_check(0);
	UNIT_CHECK(child_said(kit.log, "post number=") && child_said(kit.log, " failed reason=") && child_said(kit.log, "append number="));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

static struct pr_l1_tags tags_told(void)
{
	struct pr_l1_tags tags = { 0, 0 };
	char              path[600], *bytes;
	size_t            len;

	snprintf(path, sizeof path, "%s/archive/%s", kit.feed_dir, PR_L1_TAGS_FILE);
	if (pr_file_read_all(&bytes, &len, path, PR_L1_TAGS_BYTES) != PR_OK) return tags;
	UNIT_CHECK(pr_l1_tags_decode(&tags, (const uint8_t *)bytes, len));
	free(bytes);
	return tags;
}

static bool told_as_l1_has_them(uint64_t depth)
{
	struct pr_l1_block safe, finalized, latest;
	struct pr_l1_tags  tags = { 0, 0 };

	PR_CHECK(pr_ethrpc_block(kit.rpc, &safe, pr_l1_at(PR_L1_SAFE)) == PR_OK && pr_ethrpc_block(kit.rpc, &finalized, pr_l1_at(PR_L1_FINALIZED)) == PR_OK);
	PR_CHECK(pr_ethrpc_block(kit.rpc, &latest, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	struct pr_l1_tags want = depth ? (struct pr_l1_tags){ latest.number - depth, latest.number - 2 * depth } : (struct pr_l1_tags){ safe.number, finalized.number };
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; pr_clock_ms() < until; usleep(5000)) {
		tags = tags_told();
		if (tags.safe == want.safe && tags.finalized == want.finalized) return true;
	}
	fprintf(stderr, "told %" PRIu64 " and %" PRIu64 ", L1 has %" PRIu64 " and %" PRIu64 "\n", tags.safe, tags.finalized, want.safe, want.finalized);
	return false;
}

static void test_tells_the_sequencer_what_is_safe_and_finalized(void)
{
	kit_bridge(0, 1, kit_no_sets);
	child_await(kit.log, "ready l1_block=");
	anvil_mine(kit.rpc, 70);
	UNIT_CHECK(told_as_l1_has_them(0));
	anvil_mine(kit.rpc, 3);
	UNIT_CHECK(told_as_l1_has_them(0));
	UNIT_CHECK(child_kill(kit.bridge, SIGKILL) == -SIGKILL);
	anvil_mine(kit.rpc, 3);
	kit_bridge(0, 1, kit_no_sets);
	UNIT_CHECK(told_as_l1_has_them(0));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	kit_bridge(0, 1, (const char *const[]){ "l1.safe_depth=2", "l1.finalized_depth=4", NULL });
	UNIT_CHECK(told_as_l1_has_them(2));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

static void test_another_key_is_refused(void)
{
	char    keystore[PR_KEYSTORE_FILE_BYTES_MAX];
	uint8_t key32[32];
	size_t  len;

	hex_bytes(key32, 32, anvil_keys[KIT_PERSON]);
	PR_CHECK(pr_keystore_encrypt(keystore, sizeof keystore, &len, key32, (const uint8_t *)"pw", 2, PR_KEYSTORE_LOG2_N_MIN) == PR_OK);
	PR_CHECK(pr_file_write_atomic(kit.key, keystore, len) == PR_OK);
	char set[400];
	snprintf(set, sizeof set, "data.dir=%s/other", kit.dir);
	kit_bridge(0, 1, (const char *const[]){ set, NULL });
	UNIT_CHECK(child_ended(kit.bridge) == 1 && child_said(kit.log, "another operator than this configuration"));
	/* Nor does a key take over the nonces of another. */
	kit_bridge(0, 1, kit_no_sets);
	UNIT_CHECK(child_ended(kit.bridge) == 1 && child_said(kit.log, "cannot start err=config"));
}

int main(void)
{
	if (!anvil_available()) {
		UNIT_SKIP("test_bridge", ANVIL_MISSING);
		return UNIT_END();
	}
	pr_crypto_init();
	kit_open();
	UNIT_RUN(test_killed_at_any_moment);
	UNIT_RUN(test_a_reorganisation_within_the_depth_is_survived);
	UNIT_RUN(test_a_landed_batch_that_went_is_posted_again);
	UNIT_RUN(test_a_reorganisation_of_what_was_fed_stops_it);
	UNIT_RUN(test_a_batch_ahead_of_l1_waits);
	UNIT_RUN(test_a_refused_batch_is_tried_again);
	UNIT_RUN(test_tells_the_sequencer_what_is_safe_and_finalized);
	UNIT_RUN(test_a_batch_of_another_is_waited_out);
	UNIT_RUN(test_overdue_items_are_appended);
	UNIT_RUN(test_another_key_is_refused);
	kit_close();
	return UNIT_END();
}
