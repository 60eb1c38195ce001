/* The bridge behind a bad L1 node: answers that fail, are cut, lag or leave logs out, another chain, fees above the cap.  Nothing is fed or posted twice or
 * out of order, it says what is wrong, and it goes on by itself. */
#include "l1-bridge/test_kit.h"
#include "core/rt/httpc.h"
#include "tests/support/canned.h"

#define LAG_BLOCKS 3u

enum fault { NONE, NODE_ERROR, TOO_MANY, NOT_JSON, CUT, CLOSED, ANY, LAG, NO_LOGS, OTHER_CHAIN };

/* Between the bridge and the real node. */
static struct {
	struct canned server;
	struct pr_httpc *http;
	_Atomic enum fault fault;
	_Atomic unsigned faults, logs_asked, emptied;
	uint64_t dice;
} proxy;

static unsigned long id_of(const char *body)
{
	const char *id = strstr(body, "\"id\":");
	return id ? strtoul(id + 5, NULL, 10) : 0;
}

static unsigned forward(const char *body, size_t len, char *reply)
{
	struct pr_httpc_response response;
	if (pr_httpc_post(proxy.http, &response, "application/json", body, len, 20000) != PR_OK || response.body_len >= CANNED_BYTES_MAX) return 0;
	memcpy(reply, response.body, response.body_len);
	reply[response.body_len] = 0;
	return response.status;
}

static unsigned number(const char *text) { return (unsigned)strtoul(text, NULL, 16); }

/* As a node that is some blocks behind: what is newest is older, and what is newer is not there. */
static unsigned lag(const char *body, char *reply)
{
	static char changed[CANNED_BYTES_MAX];
	unsigned    len = (unsigned)snprintf(changed, sizeof changed, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"method\":\"eth_blockNumber\",\"params\":[]}", id_of(body));

	if (forward(changed, len, reply) != 200) return 0;
	unsigned    head   = number(strstr(reply, "\"result\":\"") + 10) - LAG_BLOCKS;
	const char *latest = strstr(body, "\"latest\""), *at = strstr(body, "\"params\":[\"0x");
	if (strstr(body, "eth_getBlockByNumber") && at && number(at + 11) > head) {
		snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":null}", id_of(body));
		return 200;
	}
	if (!latest || strstr(body, "eth_feeHistory")) return forward(body, strlen(body), reply);
	len = (unsigned)snprintf(changed, sizeof changed, "%.*s\"0x%x\"%s", (int)(latest - body), body, head, latest + 8);
	return forward(changed, len, reply);
}

static unsigned answer(void *ctx, const char *body, char *reply)
{
	enum fault fault = proxy.fault;

	(void)ctx;
	if (fault == ANY) {
		proxy.dice = proxy.dice * 6364136223846793005u + 1442695040888963407u;
		unsigned roll = (unsigned)(proxy.dice >> 58);
		fault = roll < 5 ? (enum fault)(NODE_ERROR + roll) : NONE;
	}
	bool logs = strstr(body, "eth_getLogs") != NULL;
	proxy.logs_asked += logs;
	if (fault == LAG) return lag(body, reply);
	if (fault == OTHER_CHAIN && strstr(body, "eth_chainId")) {
		snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":\"0x4d2\"}", id_of(body));
		return 200;
	}
	proxy.faults += fault != NONE;
	if (fault == TOO_MANY) return strcpy(reply, "slow down"), 429;
	if (fault == NOT_JSON) return strcpy(reply, "<html><h1>Bad gateway</h1></html>"), 502;
	if (fault == CLOSED) return 0;
	if (fault == NODE_ERROR) {
		snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"error\":{\"code\":-32000,\"message\":\"header not found\"}}", id_of(body));
		return 200;
	}
	/* What is cut or emptied was done all the same: a transaction is in the pool. */
	unsigned status = forward(body, strlen(body), reply);
	if (fault == CUT) reply[strlen(reply) / 2] = 0;
	if (fault == NO_LOGS && logs && strstr(reply, "\"topics\"")) {
		proxy.emptied++;
		snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":[]}", id_of(body));
	}
	return status;
}

static void start(const char *set)
{
	char url[128];
	snprintf(url, sizeof url, "l1.url=%s", proxy.server.url);
	kit_bridge(0, 1, (const char *const[]){ url, set, NULL });
}

static void await_count(_Atomic unsigned *count, unsigned least)
{
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; *count < least; usleep(2000)) PR_CHECK(pr_clock_ms() < until && child_runs(kit.bridge));
}

static void test_bad_answers_are_outlived(void)
{
	start(NULL);
	child_await(kit.log, "ready l1_block=");
	for (enum fault fault = NODE_ERROR; fault <= CLOSED; fault++) {
		uint64_t fed = kit_fed().items;
		proxy.faults = 0;
		proxy.fault  = fault;
		kit_deposit(5);
		kit_post(kit_l1_time());
		anvil_mine(kit.rpc, 1);
		await_count(&proxy.faults, 4);
		UNIT_CHECK(kit_fed().items == fed && kit_operator_nonce() == kit.posts - 1);
		proxy.fault = NONE;
		kit_settle();
		kit_check(0);
	}
	UNIT_CHECK(child_said(kit.log, "node=\"header not found\": trying again") && child_said(kit.log, "HTTP status 429") && child_said(kit.log, "HTTP status 502"));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

/* One answer in thirteen fails, in one way or another: everything still gets there, once. */
static void test_it_gets_there_while_answers_fail(void)
{
	proxy.fault = ANY;
	start(NULL);
	for (int i = 0; i < 12; i++) {
		kit_deposit(1 + unit_rand() % 100);
		kit_post(kit_l1_time());
		anvil_mine(kit.rpc, 1);
	}
	kit_settle();
	proxy.fault = NONE;
	kit_check(0);
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

/* The head goes back and comes again, as behind a balancer: nothing is taken back, nothing is posted twice. */
static void test_a_head_that_goes_back_is_waited_for(void)
{
	start(NULL);
	child_await(kit.log, "ready l1_block=");
	for (int round = 0; round < 6; round++) {
		proxy.fault = round % 2 ? NONE : LAG;
		kit_deposit(9);
		kit_post(kit_l1_time());
		kit_settle();
	}
	proxy.fault = NONE;
	kit_settle();
	kit_check(0);
	UNIT_CHECK(!child_said(kit.log, "reorganised below"));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

/* Logs that the node left out are missed at the next number and read again, from nearby or, when that is long ago, from the start. */
static void test_missing_logs_are_read_again(void)
{
	start(NULL);
	child_await(kit.log, "ready l1_block=");
	for (unsigned blocks = 1; blocks <= 2 * PR_FOLLOW_WINDOW; blocks += 2 * PR_FOLLOW_WINDOW - 1) {
		proxy.emptied = 0;
		proxy.fault   = NO_LOGS;
		kit_deposit(4);
		anvil_mine(kit.rpc, 1);
		await_count(&proxy.emptied, 1);
		proxy.logs_asked = 0;
		for (unsigned asked = 0; asked < blocks; asked += 16) {
			anvil_mine(kit.rpc, 16);
			await_count(&proxy.logs_asked, asked + 16);
		}
		proxy.fault = NONE;
		kit_deposit(6);
		kit_post(kit_l1_time());
		kit_settle();
		kit_check(0);
	}
	UNIT_CHECK(child_said(kit.log, "left out or repeated an event"));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

static void test_another_chain_is_refused_by_name(void)
{
	proxy.fault = OTHER_CHAIN;
	start(NULL);
	UNIT_CHECK(child_ended(kit.bridge) == 1 && child_said(kit.log, "L1 is chain 1234, the chain file says 31337"));
	proxy.fault = NONE;
}

static void test_a_fee_above_the_cap_is_waited_for(void)
{
	uint64_t nonce = kit_operator_nonce();

	start("tx.max_fee_gwei=10");
	child_await(kit.log, "ready l1_block=");
	anvil_do(kit.rpc, "anvil_setNextBlockBaseFeePerGas", "[\"0x%llx\"]", 60ull * KIT_GWEI);
	anvil_mine(kit.rpc, 1);
	kit_post(kit_l1_time());
	child_await(kit.log, "reason=\"the base fee is above the fee cap\"");
	UNIT_CHECK(kit_operator_nonce() == nonce);
	/* Empty blocks bring the fee down. */
	kit_settle();
	kit_check(0);
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
}

int main(void)
{
	if (!anvil_available()) {
		UNIT_SKIP("test_node", ANVIL_MISSING);
		return UNIT_END();
	}
	pr_crypto_init();
	kit_open();
	struct pr_httpc_options options = { .url = kit.node.url };
	PR_CHECK(pr_httpc_open(&proxy.http, &options) == PR_OK);
	proxy.dice = unit_rand();
	canned_start(&proxy.server, answer, NULL);
	UNIT_RUN(test_bad_answers_are_outlived);
	UNIT_RUN(test_it_gets_there_while_answers_fail);
	UNIT_RUN(test_a_head_that_goes_back_is_waited_for);
	UNIT_RUN(test_missing_logs_are_read_again);
	UNIT_RUN(test_another_chain_is_refused_by_name);
	UNIT_RUN(test_a_fee_above_the_cap_is_waited_for);
	canned_stop(&proxy.server);
	pr_httpc_close(proxy.http);
	kit_close();
	return UNIT_END();
}
