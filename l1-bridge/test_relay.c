/* The relay against the real Vault: withdrawals of a final root are paid once each, and those that cannot be paid hold up nobody. */
#include "l1-bridge/test_kit.h"
#include "tests/support/canned.h"
#include "tests/support/world.h"

#define BAD 70u  /* to a contract that refuses coin: more than a page of them, before the good ones */
#define GREEDY 2u /* to a contract that burns what gas it gets */
#define GOOD 5u
#define ALL (BAD + GREEDY + GOOD)
#define AMOUNT 1000u

static struct world     world;
static _Atomic unsigned rounds; /* pages that began at 0 */
static uint8_t          to[ALL][20];
static uint32_t         ids[ALL];

static void make_withdrawals(void)
{
	world_init(&world, 1024, 2, 1000000000000u, 1);
	for (uint32_t i = 0; i < ALL; i++) {
		struct pr_entry e = world_from(&world, PR_KIND_WITHDRAW, 0);
		memset(to[i], i < BAD ? 0xbd : i < BAD + GREEDY ? 0x9e : 0x60, 20);
		if (i >= BAD + GREEDY) to[i][19] = (uint8_t)i;
		memcpy(e.f[PR_WITHDRAW_TO].bytes, to[i], 20);
		e.f[PR_WITHDRAW_AMOUNT].num = i == ALL - 1 ? AMOUNT / 10 : AMOUNT;
		ids[i]                      = world_next_id(&world);
		PR_CHECK(world_signed(&world, &e, 0) == PR_STATUS_APPLIED);
	}
}

/* penny_pendingWithdrawals of a node that never notices that any was paid. */
static unsigned answer(void *ctx, const char *body, char *reply)
{
	const char        *params = strstr(body, "\"params\":[");
	unsigned long long from, limit;
	size_t             at = 0;

	(void)ctx;
	if (!params || !strstr(body, "penny_pendingWithdrawals") || sscanf(params + 10, "%llu,%llu]", &from, &limit) != 2) return 400;
	rounds += from == 0;
	at += (size_t)sprintf(reply + at, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[");
	for (uint32_t i = 0; i < ALL && limit > 0; i++) {
		uint8_t path[PR_TREE_DEPTH][32];
		if (ids[i] < from) continue;
		unsigned depth = pr_state_path(&world.state, ids[i], path);
		at += (size_t)sprintf(reply + at, "%s{\"id\":%u,\"to\":\"0x%s\",\"amount\":\"%u\",\"batch\":1,\"paid\":false,\"siblings\":[", reply[at - 1] == '[' ? "" : ",", ids[i],
		                      kit_hex(to[i], 20), i == ALL - 1 ? AMOUNT / 10 : AMOUNT);
		for (unsigned d = 0; d < depth; d++) at += (size_t)sprintf(reply + at, "%s\"0x%s\"", d ? "," : "", kit_hex(path[d], 32));
		at += (size_t)sprintf(reply + at, "]}");
		limit--;
	}
	sprintf(reply + at, "]}");
	return 200;
}

static uint64_t balance(uint32_t i)
{
	pr_u128 wei;
	PR_CHECK(pr_ethrpc_balance(kit.rpc, &wei, to[i], pr_l1_at(PR_L1_LATEST)) == PR_OK && wei % KIT_GWEI == 0);
	return (uint64_t)(wei / KIT_GWEI);
}

/* Batch 1 with a final claim whose last root holds the withdrawals. */
static void make_final(void)
{
	uint8_t root32[32], roots[8 * 32], data[4096];
	size_t  len;

	kit_bridge(0, 1, kit_no_sets);
	kit_deposit(ALL * AMOUNT);
	kit_post(kit_l1_time());
	kit_settle();
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	pr_state_root(&world.state, root32);
	for (uint32_t i = 0; i < kit.headers[1].posted; i++) memcpy(roots + 32 * (size_t)i, root32, 32);
	len = pr_call_claim(data, sizeof data, &kit.headers[1], 0, kit.chain.genesis_root32, roots, kit.headers[1].posted);
	kit_send(KIT_PERSON, kit.contracts.rollup20, KIT_BOND_WEI, data, len);
	anvil_mine(kit.rpc, 1);
	anvil_do(kit.rpc, "evm_increaseTime", "[%u]", KIT_WINDOW_S + 1);
	anvil_mine(kit.rpc, 1);
	len = pr_call_id(data, sizeof data, "finalize(uint64)", 1);
	kit_send(KIT_PERSON, kit.contracts.rollup20, 0, data, len);
	anvil_mine(kit.rpc, 1);
	/* revert(0, 0) / a loop without end */
	anvil_do(kit.rpc, "anvil_setCode", "[\"0x%s\",\"0x60006000fd\"]", kit_hex(to[0], 20));
	anvil_do(kit.rpc, "anvil_setCode", "[\"0x%s\",\"0x5b600056\"]", kit_hex(to[BAD], 20));
}

static void start(const char *url, unsigned amount_min)
{
	char relay[128], least[64];
	snprintf(relay, sizeof relay, "relay.url=%s", url);
	snprintf(least, sizeof least, "relay.amount_min=%u", amount_min);
	kit_bridge(0, 1, (const char *const[]){ "relay.enabled=true", relay, least, NULL });
}

/* Mines while the relay goes through all pages three times more. */
static void three_rounds(void)
{
	unsigned until = rounds + 3;
	for (uint64_t deadline = pr_clock_ms() + CHILD_WAIT_MS_MAX; rounds < until; usleep(10000)) {
		PR_CHECK(pr_clock_ms() < deadline && child_runs(kit.bridge));
		anvil_mine(kit.rpc, 1);
	}
}

/* Mines until the feed tells of so many payments. */
static void await_paid(uint64_t count)
{
	for (uint64_t deadline = pr_clock_ms() + CHILD_WAIT_MS_MAX; kit_fed().withdrawn < count; usleep(20000)) {
		PR_CHECK(pr_clock_ms() < deadline && child_runs(kit.bridge));
		anvil_mine(kit.rpc, 1);
	}
}

static void test_good_ones_are_paid_once_past_bad_ones(void)
{
	struct canned node;
	uint64_t      nonce = kit_operator_nonce();

	canned_start(&node, answer, NULL);
	start(node.url, AMOUNT);
	await_paid(GOOD - 1);
	three_rounds();
	for (uint32_t i = BAD + GREEDY; i < ALL - 1; i++) UNIT_CHECK(balance(i) == AMOUNT);
	UNIT_CHECK(balance(0) == 0 && balance(BAD) == 0);
	UNIT_CHECK(balance(ALL - 1) == 0); /* below relay.amount_min */
	/* What would revert was found out beforehand and cost nothing. */
	UNIT_CHECK(kit_operator_nonce() == nonce + GOOD - 1);

	/* Restarts, orderly or not, pay nobody twice; a smaller bound lets the small one through. */
	for (int i = 0; i < 3; i++) {
		UNIT_CHECK(child_kill(kit.bridge, i % 2 ? SIGTERM : SIGKILL) == (i % 2 ? 0 : -SIGKILL));
		start(node.url, 0);
		three_rounds();
	}
	await_paid(GOOD);
	three_rounds();
	for (uint32_t i = BAD + GREEDY; i < ALL; i++) UNIT_CHECK(balance(i) == (i == ALL - 1 ? AMOUNT / 10 : AMOUNT));
	UNIT_CHECK(kit_operator_nonce() == nonce + GOOD);
	struct kit_fed fed = kit_fed();
	UNIT_CHECK(fed.withdrawn == GOOD && fed.in_order);
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	canned_stop(&node);
}

static unsigned nonsense(void *ctx, const char *body, char *reply)
{
	static const char *const replies[] = { "", "[]", "{}", "{\"result\":7}", "{\"result\":[7]}", "{\"result\":[{\"id\":1}]}",
		                               "{\"result\":[{\"id\":4294967296,\"to\":\"0x00\",\"amount\":\"1\",\"batch\":1,\"siblings\":[]}]}" };
	(void)ctx;
	(void)body;
	strcpy(reply, replies[rounds++ % 7]);
	return rounds % 9 ? 200 : 500;
}

/* A node that talks nonsense stops neither feed nor posting. */
static void test_a_bad_node_harms_only_the_relay(void)
{
	struct canned node;
	uint64_t      nonce = kit_operator_nonce();

	canned_start(&node, nonsense, NULL);
	start(node.url, 0);
	kit_deposit(3);
	kit_post(kit_l1_time());
	kit_settle();
	three_rounds();
	UNIT_CHECK(kit_operator_nonce() == nonce + 1 && child_said(kit.log, "trying again"));
	UNIT_CHECK(child_kill(kit.bridge, SIGTERM) == 0);
	canned_stop(&node);
}

int main(void)
{
	if (!anvil_available()) {
		UNIT_SKIP("test_relay", ANVIL_MISSING);
		return UNIT_END();
	}
	make_withdrawals();
	kit_open();
	make_final();
	UNIT_RUN(test_good_ones_are_paid_once_past_bad_ones);
	UNIT_RUN(test_a_bad_node_harms_only_the_relay);
	kit_close();
	world_fini(&world);
	return UNIT_END();
}
