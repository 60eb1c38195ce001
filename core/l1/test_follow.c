#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/follow.h"
#include "tests/support/anvil.h"
#include "tests/support/canned.h"

#define LOGS_MAX 4096
#define STEPS_MAX 2000

static struct anvil node;
static struct pr_ethrpc *rpc;
static struct pr_ethrpc_filter filter = { .addr_count = 1 };

/* What a consumer would keep: the logs told and not rolled back. */
struct seen_log {
	uint64_t block_number;
	uint8_t block_hash32[32], topic32[32];
	uint32_t log_index;
	size_t data_len;
	uint8_t data0;
};

struct consumer {
	struct seen_log logs[LOGS_MAX];
	size_t count;      /* told */
	size_t committed;  /* told up to the last block() */
	uint64_t block_number;
	unsigned rollbacks;
	uint64_t rolled_back_to;
	unsigned fail_block, fail_log; /* answer the n-th call with an error; 0: never */
};

static enum pr_err on_rollback(void *ctx, uint64_t number)
{
	struct consumer *c = ctx;
	UNIT_CHECK(number < c->block_number);
	c->count = c->committed;
	while (c->count > 0 && c->logs[c->count - 1].block_number > number) c->count--;
	c->committed = c->count;
	c->block_number = number;
	c->rollbacks++;
	c->rolled_back_to = number;
	return PR_OK;
}

static enum pr_err on_log(void *ctx, const struct pr_l1_log *log)
{
	struct consumer *c = ctx;
	if (c->fail_log > 0 && --c->fail_log == 0) {
		c->count = c->committed;
		return PR_ERR_FULL;
	}
	PR_CHECK(c->count < LOGS_MAX);
	UNIT_CHECK(log->block_number > c->block_number);
	struct seen_log *s = &c->logs[c->count++];
	memset(s, 0, sizeof *s);
	s->block_number = log->block_number;
	memcpy(s->block_hash32, log->block_hash32, 32);
	memcpy(s->topic32, log->topics[0], 32);
	s->log_index = log->log_index;
	s->data_len = log->data_len;
	s->data0 = log->data_len > 0 ? log->data[0] : 0;
	return PR_OK;
}

static enum pr_err on_block(void *ctx, const struct pr_l1_block *block)
{
	struct consumer *c = ctx;
	if (c->fail_block > 0 && --c->fail_block == 0) {
		c->count = c->committed;
		return PR_ERR_IO;
	}
	UNIT_CHECK(block->number > c->block_number);
	for (size_t i = c->committed; i < c->count; i++) UNIT_CHECK(c->logs[i].block_number == block->number);
	c->block_number = block->number;
	c->committed = c->count;
	return PR_OK;
}

static struct pr_follow *open_follow(struct consumer *c, enum pr_l1_tag target, uint64_t depth, uint64_t range_blocks)
{
	struct pr_follow_options options = { .filter = filter, .start_block = 1, .target = target, .depth = depth,
		                             .range_blocks = range_blocks };
	struct pr_follow_events events = { on_rollback, on_log, on_block, c };
	struct pr_follow *f;
	PR_CHECK(pr_follow_open(&f, rpc, &options, &events) == PR_OK);
	return f;
}

/* Steps until idle; returns how many steps that took. */
static unsigned catch_up(struct pr_follow *f)
{
	bool idle = false;
	unsigned steps = 0;
	while (!idle && steps < STEPS_MAX) {
		UNIT_CHECK(pr_follow_step(f, &idle) == PR_OK);
		steps++;
	}
	UNIT_CHECK(idle);
	return steps;
}

static uint64_t head_number(void)
{
	uint64_t number;
	PR_CHECK(pr_ethrpc_block_number(rpc, &number) == PR_OK);
	return number;
}

/* The consumer has exactly the logs that the chain has up to `to`. */
static void check_equals_chain(const struct consumer *c, uint64_t to)
{
	static struct consumer truth;
	memset(&truth, 0, sizeof truth);
	if (to >= 1) PR_CHECK(pr_ethrpc_logs(rpc, &filter, 1, to, on_log, &truth) == PR_OK);
	UNIT_CHECK(c->block_number == to);
	UNIT_CHECK(c->count == truth.count);
	UNIT_CHECK(memcmp(c->logs, truth.logs, truth.count * sizeof truth.logs[0]) == 0);
}

static void mine_with_logs(unsigned logs)
{
	static uint64_t serial;
	static const char *const data[] = { "", "11", "2222", "333333" };
	for (unsigned i = 0; i < logs; i++) {
		serial++;
		anvil_call_probe(rpc, 1, 0, serial, data[serial % 4]);
	}
	anvil_mine(rpc, 1);
}

/* Replaces the last depth blocks.  A transfer goes into the first, or empty blocks would come out as they were. */
static void reorg(unsigned depth)
{
	anvil_do(rpc, "anvil_reorg", "[%u,[[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"value\":\"0x1\",\"gas\":\"0x5208\"},0]]]", depth,
	         anvil_addrs[2], anvil_addrs[2]);
}

static struct consumer *fresh(void)
{
	static struct consumer c;
	memset(&c, 0, sizeof c);
	return &c;
}

static void test_follows_to_its_depth(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 2, 0);
	uint8_t hash32[32];
	UNIT_CHECK(pr_follow_position(f, hash32) == 0);
	for (unsigned i = 0; i < 5; i++) mine_with_logs(i);
	catch_up(f);
	UNIT_CHECK(c->count > 0 && c->rollbacks == 0);
	check_equals_chain(c, head_number() - 2);
	UNIT_CHECK(pr_follow_position(f, hash32) == head_number() - 2);
	UNIT_CHECK(catch_up(f) == 1);
	mine_with_logs(3);
	catch_up(f);
	check_equals_chain(c, head_number() - 2);
	pr_follow_close(f);
}

static void test_a_reorganisation_rolls_back_to_the_fork(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	for (unsigned i = 0; i < 6; i++) mine_with_logs(2);
	catch_up(f);
	uint64_t head = head_number();
	check_equals_chain(c, head);
	reorg(3);
	catch_up(f);
	UNIT_CHECK(c->rollbacks == 1 && c->rolled_back_to == head - 3);
	check_equals_chain(c, head_number());
	mine_with_logs(1);
	catch_up(f);
	UNIT_CHECK(c->rollbacks == 1);
	check_equals_chain(c, head_number());
	pr_follow_close(f);
}

static void test_saved_state_notices_a_reorganisation_meanwhile(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	uint8_t state[PR_FOLLOW_STATE_BYTES_MAX], again[PR_FOLLOW_STATE_BYTES_MAX];
	for (unsigned i = 0; i < 4; i++) mine_with_logs(1);
	catch_up(f);
	uint64_t head = head_number();
	size_t len = pr_follow_save(f, state);
	pr_follow_close(f);
	reorg(2);
	mine_with_logs(2);
	f = open_follow(c, PR_L1_LATEST, 0, 0);
	UNIT_CHECK(pr_follow_restore(f, state, len) == PR_OK);
	UNIT_CHECK(pr_follow_save(f, again) == len && memcmp(state, again, len) == 0);
	catch_up(f);
	UNIT_CHECK(c->rollbacks == 1 && c->rolled_back_to == head - 2);
	check_equals_chain(c, head_number());
	pr_follow_close(f);
}

static void test_damaged_state_is_refused(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	uint8_t state[PR_FOLLOW_STATE_BYTES_MAX];
	catch_up(f);
	size_t len = pr_follow_save(f, state);
	pr_follow_close(f);
	UNIT_CHECK(len > 64);
	for (size_t i = 0; i < len; i += 7) {
		f = open_follow(c, PR_L1_LATEST, 0, 0);
		state[i] ^= 0x10;
		UNIT_CHECK(pr_follow_restore(f, state, len) == PR_ERR_CORRUPT);
		state[i] ^= 0x10;
		UNIT_CHECK(pr_follow_restore(f, state, i) == PR_ERR_CORRUPT);
		pr_follow_close(f);
	}
	struct pr_follow_options options = { .filter = filter, .start_block = 2, .target = PR_L1_LATEST };
	struct pr_follow_events events = { on_rollback, on_log, on_block, c };
	PR_CHECK(pr_follow_open(&f, rpc, &options, &events) == PR_OK);
	UNIT_CHECK(pr_follow_restore(f, state, len) == PR_ERR_CORRUPT);
	pr_follow_close(f);
}

static void test_a_shorter_chain_is_waited_for(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	for (unsigned i = 0; i < 4; i++) mine_with_logs(1);
	catch_up(f);
	uint64_t head = head_number();
	size_t told = c->count;
	anvil_do(rpc, "anvil_rollback", "[2]");
	UNIT_CHECK(catch_up(f) == 1);
	UNIT_CHECK(c->rollbacks == 0 && c->count == told && c->block_number == head);
	for (unsigned i = 0; i < 3; i++) mine_with_logs(2);
	catch_up(f);
	UNIT_CHECK(c->rollbacks == 1 && c->rolled_back_to == head - 2);
	check_equals_chain(c, head_number());
	pr_follow_close(f);
}

/* Also beyond the window: then from the start. */
static void test_after_a_rewind_everything_above_is_told_again(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	uint8_t hash32[32];
	for (unsigned i = 0; i < 6; i++) mine_with_logs(i % 3);
	catch_up(f);
	uint64_t head = head_number();
	pr_follow_rewind(f, head);
	UNIT_CHECK(pr_follow_position(f, hash32) == head && catch_up(f) == 1);
	/* The consumer forgets as after a rollback, which nobody tells it. */
	PR_CHECK(on_rollback(c, head - 3) == PR_OK);
	pr_follow_rewind(f, head - 3);
	UNIT_CHECK(pr_follow_position(f, hash32) == head - 3);
	catch_up(f);
	check_equals_chain(c, head);
	c = fresh();
	pr_follow_rewind(f, 0);
	UNIT_CHECK(pr_follow_position(f, hash32) == 0);
	catch_up(f);
	check_equals_chain(c, head);
	UNIT_CHECK(c->rollbacks == 0);
	pr_follow_close(f);
}

static void test_an_error_of_the_consumer_stops_the_step_and_is_told_again(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	bool idle;
	catch_up(f);
	mine_with_logs(3);
	c->fail_log = 2;
	UNIT_CHECK(pr_follow_step(f, &idle) == PR_ERR_FULL);
	c->fail_block = 1;
	UNIT_CHECK(pr_follow_step(f, &idle) == PR_ERR_IO);
	UNIT_CHECK(c->block_number == head_number() - 1);
	catch_up(f);
	check_equals_chain(c, head_number());
	pr_follow_close(f);
}

static void test_follows_the_finalized_tag(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_FINALIZED, 0, 0);
	struct pr_l1_block finalized;
	catch_up(f);
	PR_CHECK(pr_ethrpc_block(rpc, &finalized, pr_l1_at(PR_L1_FINALIZED)) == PR_OK);
	UNIT_CHECK(finalized.number < head_number());
	check_equals_chain(c, finalized.number);
	pr_follow_close(f);
}

static void test_random_chains(void)
{
	struct consumer *c = fresh();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 0);
	for (unsigned round = 0; round < 40; round++) {
		bool idle;
		unsigned roll = (unsigned)(unit_rand() % 4);
		if (roll == 0) reorg(1 + (unsigned)(unit_rand() % 5));
		else mine_with_logs(roll - 1);
		for (unsigned steps = (unsigned)(unit_rand() % 4); steps > 0; steps--) UNIT_CHECK(pr_follow_step(f, &idle) == PR_OK);
		if (round % 8 == 7) {
			catch_up(f);
			check_equals_chain(c, head_number());
		}
	}
	UNIT_CHECK(c->rollbacks > 0);
	pr_follow_close(f);
}

static void test_catches_up_in_ranges_and_gives_up_on_another_chain(void)
{
	struct consumer *c = fresh();
	for (unsigned i = 0; i < 6; i++) {
		mine_with_logs(2);
		anvil_mine(rpc, 40);
	}
	uint64_t head = head_number();
	struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 50);
	unsigned steps = catch_up(f);
	UNIT_CHECK(steps >= (head - PR_FOLLOW_SINGLE) / 50 + PR_FOLLOW_SINGLE && steps < head);
	check_equals_chain(c, head);
	/* A reorganisation within what was taken in ranges goes back to the checkpoint below. */
	reorg(100);
	catch_up(f);
	UNIT_CHECK(c->rollbacks == 1 && c->rolled_back_to <= head - 100 && c->rolled_back_to + 50 > head - 100);
	check_equals_chain(c, head_number());
	/* Fill the window, then replace all of it. */
	anvil_mine(rpc, PR_FOLLOW_SINGLE);
	catch_up(f);
	anvil_mine(rpc, PR_FOLLOW_SINGLE);
	catch_up(f);
	reorg(PR_FOLLOW_WINDOW + 20);
	bool idle;
	UNIT_CHECK(pr_follow_step(f, &idle) == PR_ERR_CORRUPT);
	pr_follow_close(f);
}

/* --- a chain of our own that reorganises between any two requests --- */

#define FORK_BLOCK 3
#define FORK_HEAD 70

/* Fork 0 until the switch-th request, then fork 1; they part at FORK_BLOCK.  Every third block of fork 0 and every second of
 * fork 1 has a log. */
struct forks {
	unsigned switch_at, requests;
};

static unsigned long fork_hash(unsigned fork, unsigned long n) { return (n >= FORK_BLOCK && fork ? 0xb000000 : 0xa000000) + n; }

static int put_fork_log(char *out, size_t room, unsigned fork, unsigned long n, bool first)
{
	if (n % (n >= FORK_BLOCK && fork ? 2 : 3) != 0) return 0;
	return snprintf(out, room, "%s{\"address\":\"0x%s\",\"topics\":[\"0x%064lx\"],\"data\":\"0x%02x\",\"blockNumber\":\"0x%lx\","
	                "\"transactionHash\":\"0x%064lx\",\"transactionIndex\":\"0x0\",\"blockHash\":\"0x%064lx\",\"logIndex\":\"0x0\"}",
	                first ? "" : ",", ANVIL_PROBE, n, fork, n, fork_hash(fork, n), fork_hash(fork, n));
}

static unsigned long number_after(const char *body, const char *what)
{
	const char *at = strstr(body, what);
	return at ? strtoul(at + strlen(what), NULL, 16) : 0;
}

static int put_fork_logs(char *out, size_t room, unsigned fork, const char *body)
{
	unsigned long from = number_after(body, "\"fromBlock\":\""), to = number_after(body, "\"toBlock\":\"");
	const char *hash = strstr(body, "\"blockHash\":\"");
	if (hash) {
		/* The last digits of a hash are its block's number. */
		unsigned long value = strtoul(hash + 13 + 2 + 48, NULL, 16);
		from = to = value & 0xffffff;
		if (fork_hash(fork, from) != value) return snprintf(out, room, "\"error\":{\"code\":-32000,\"message\":\"unknown block\"}");
	}
	int at = snprintf(out, room, "\"result\":[");
	int empty = at;
	for (unsigned long n = from; n <= to; n++) at += put_fork_log(out + at, room - (size_t)at, fork, n, at == empty);
	return at + snprintf(out + at, room - (size_t)at, "]");
}

static unsigned forked_node(void *ctx, const char *body, char *reply)
{
	struct forks *f = ctx;
	unsigned fork = f->requests++ >= f->switch_at;
	unsigned long id = strtoul(strstr(body, "\"id\":") + 5, NULL, 10);
	int at = snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,", id);
	if (strstr(body, "eth_getLogs")) {
		at += put_fork_logs(reply + at, CANNED_BYTES_MAX - (size_t)at, fork, body);
	} else {
		unsigned long n = strstr(body, "latest") ? FORK_HEAD : number_after(body, "\"params\":[\"");
		at += snprintf(reply + at, CANNED_BYTES_MAX - (size_t)at,
		               "\"result\":{\"number\":\"0x%lx\",\"timestamp\":\"0x1\",\"gasLimit\":\"0x1\",\"baseFeePerGas\":\"0x1\","
		               "\"hash\":\"0x%064lx\",\"parentHash\":\"0x%064lx\"}",
		               n, fork_hash(fork, n), fork_hash(fork, n - 1));
	}
	snprintf(reply + at, CANNED_BYTES_MAX - (size_t)at, "}");
	return 200;
}

static void test_a_reorganisation_between_any_two_requests(void)
{
	struct pr_ethrpc *real = rpc;
	for (unsigned switch_at = 1; switch_at < 260; switch_at += switch_at < 45 ? 1 : 9) {
		struct forks forks = { switch_at, 0 };
		struct canned server;
		struct consumer *c = fresh();
		canned_start(&server, forked_node, &forks);
		struct pr_ethrpc_options options = { .url = server.url, .deadline_ms = 5000 };
		PR_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
		struct pr_follow *f = open_follow(c, PR_L1_LATEST, 0, 4);
		bool idle = false;
		for (unsigned steps = 0; !(idle && forks.requests > switch_at) && steps < STEPS_MAX; steps++) {
			enum pr_err err = pr_follow_step(f, &idle);
			UNIT_CHECK(err == PR_OK || err == PR_ERR_PEER); /* a block that is gone when its logs are asked for */
		}
		check_equals_chain(c, FORK_HEAD);
		pr_follow_close(f);
		pr_ethrpc_close(rpc);
		canned_stop(&server);
	}
	rpc = real;
}

int main(void)
{
	pr_crypto_init();
	hex_bytes(filter.addrs[0], 20, ANVIL_PROBE);
	UNIT_RUN(test_a_reorganisation_between_any_two_requests);
	if (!anvil_available()) {
		UNIT_SKIP("tests against a node", ANVIL_MISSING);
		return UNIT_END();
	}
	anvil_start(&node, "--no-mining", "--slots-in-an-epoch", "1", NULL);
	rpc = anvil_client(&node);
	anvil_put_probe(rpc);
	UNIT_RUN(test_follows_to_its_depth);
	UNIT_RUN(test_a_reorganisation_rolls_back_to_the_fork);
	UNIT_RUN(test_saved_state_notices_a_reorganisation_meanwhile);
	UNIT_RUN(test_damaged_state_is_refused);
	UNIT_RUN(test_a_shorter_chain_is_waited_for);
	UNIT_RUN(test_after_a_rewind_everything_above_is_told_again);
	UNIT_RUN(test_an_error_of_the_consumer_stops_the_step_and_is_told_again);
	UNIT_RUN(test_follows_the_finalized_tag);
	UNIT_RUN(test_random_chains);
	UNIT_RUN(test_catches_up_in_ranges_and_gives_up_on_another_chain);
	pr_ethrpc_close(rpc);
	anvil_stop(&node);
	return UNIT_END();
}
