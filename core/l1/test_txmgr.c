#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/abi.h"
#include "core/l1/txmgr.h"
#include "core/rt/log.h"
#include "tests/support/anvil.h"

#define GWEI ((pr_u128)1000000000)
#define BUMP_MS 10000
#define REBROADCAST_MS 3000

static struct anvil node;
static struct pr_ethrpc *rpc;
static struct pr_txmgr *mgr;
static struct pr_txmgr_options options;
static char dir[64];
static uint8_t key32[32], me20[20], probe20[20];
static uint64_t now_ms = 1000, next_id = 1, base_count;
static unsigned points, die_at; /* the process kills itself at the die_at-th point; 0: never */

static void point(void)
{
	if (die_at > 0 && ++points == die_at) kill(getpid(), SIGKILL);
}

static enum pr_err sign(void *ctx, uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32], const struct pr_tx *tx)
{
	(void)ctx;
	point();
	return pr_tx_sign(raw, room, raw_len, hash32, tx, key32);
}

static void changed(void *ctx, const struct pr_txmgr_status *status)
{
	(void)ctx;
	(void)status;
	point();
}

static void open_mgr(void) { PR_CHECK(pr_txmgr_open(&mgr, rpc, &options) == PR_OK); }

static void remove_store(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	PR_CHECK(system(command) == 0);
}

/* A new store, and the probe's count as the zero to count from. */
static void fresh(void)
{
	if (mgr) pr_txmgr_close(mgr);
	remove_store();
	options = (struct pr_txmgr_options){ .dir = dir, .chain_id = ANVIL_CHAIN_ID, .sign = sign, .changed_opt = changed,
		                             .confirmations = 2, .in_flight_max = 4, .bump_after_ms = BUMP_MS,
		                             .rebroadcast_ms = REBROADCAST_MS, .max_fee_cap = 1000 * GWEI, .gas_margin_percent = 20 };
	memcpy(options.addr20, me20, 20);
	open_mgr();
	base_count = anvil_probe_count(rpc);
}

static void reopen(void)
{
	pr_txmgr_close(mgr);
	open_mgr();
}

static uint64_t landed(void) { return anvil_probe_count(rpc) - base_count; }

static void step(void)
{
	now_ms += 1;
	UNIT_CHECK(pr_txmgr_step(mgr, now_ms) == PR_OK);
}

/* Steps, a block after each, until nothing is live. */
static void settle(void)
{
	for (unsigned i = 0; i < 60 && pr_txmgr_live(mgr) > 0; i++) {
		step();
		anvil_mine(rpc, 1);
	}
	UNIT_CHECK(pr_txmgr_live(mgr) == 0);
}

static struct pr_txmgr_status status_of(uint64_t id)
{
	struct pr_txmgr_status status;
	UNIT_CHECK(pr_txmgr_status(mgr, &status, id) == PR_OK);
	return status;
}

/* A call of the probe: word's first byte, its number, then data. */
static struct pr_txmgr_intent probe_intent(uint8_t first, const uint8_t *data, size_t len)
{
	static uint8_t buf[1024];
	struct pr_txmgr_intent intent = { .id = next_id++, .tag = "probe", .data = buf, .data_len = 32 + len };
	memset(buf, 0, 32);
	buf[0] = first;
	pr_be64_put(buf + 24, intent.id);
	if (len > 0) memcpy(buf + 32, data, len);
	memcpy(intent.to20, probe20, 20);
	return intent;
}

static uint64_t submit(uint8_t first)
{
	struct pr_txmgr_intent intent = probe_intent(first, NULL, 0);
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK);
	return intent.id;
}

static size_t error_data(uint8_t *data, size_t room, const char *text)
{
	struct pr_abi w;
	pr_abi_call(&w, data, room, "Error(string)", 1);
	pr_abi_bytes(&w, (const uint8_t *)text, strlen(text));
	PR_CHECK(pr_abi_done(&w));
	return w.len;
}

static void test_intents_land_once_in_order(void)
{
	fresh();
	uint64_t ids[6], nonce;
	PR_CHECK(pr_ethrpc_nonce(rpc, &nonce, me20, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	for (unsigned i = 0; i < 6; i++) ids[i] = submit(0);
	step();
	for (unsigned i = 0; i < 6; i++) {
		struct pr_txmgr_status s = status_of(ids[i]);
		UNIT_CHECK(s.state == (i < 4 ? PR_TXMGR_SENT : PR_TXMGR_PENDING));
		UNIT_CHECK(i >= 4 || (s.nonce == nonce + i && s.attempts == 1));
	}
	anvil_mine(rpc, 1);
	step();
	struct pr_txmgr_status s = status_of(ids[0]);
	UNIT_CHECK(s.state == PR_TXMGR_MINED && s.gas_used > 21000 && s.gas_price > 0);
	UNIT_CHECK(status_of(ids[5]).state == PR_TXMGR_SENT);
	settle();
	for (unsigned i = 0; i < 6; i++) {
		s = status_of(ids[i]);
		UNIT_CHECK(s.state == PR_TXMGR_DONE && s.nonce == nonce + i && s.reason[0] == 0);
	}
	UNIT_CHECK(landed() == 6);
}

static void test_submitting_again_changes_nothing(void)
{
	fresh();
	struct pr_txmgr_intent intent = probe_intent(0, NULL, 0), other;
	struct pr_txmgr_status s;
	UNIT_CHECK(pr_txmgr_status(mgr, &s, intent.id) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK && pr_txmgr_submit(mgr, &intent) == PR_OK);
	UNIT_CHECK(pr_txmgr_live(mgr) == 1);
	other = intent;
	other.value = 1;
	UNIT_CHECK(pr_txmgr_submit(mgr, &other) == PR_ERR_EXISTS);
	settle();
	reopen();
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK && pr_txmgr_live(mgr) == 0);
	UNIT_CHECK(pr_txmgr_submit(mgr, &other) == PR_ERR_EXISTS);
	UNIT_CHECK(status_of(intent.id).state == PR_TXMGR_DONE && landed() == 1);
	intent.id = next_id++;
	intent.gas_limit = 21000; /* less than its calldata costs */
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_ERR_INVALID);
	intent.gas_limit = 0;
	intent.tag = "a tag that is longer than thirty-one bytes";
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_ERR_INVALID);
}

static void test_too_many_live_intents_are_refused(void)
{
	fresh();
	for (unsigned i = 0; i < PR_TXMGR_LIVE_MAX; i++) submit(0);
	struct pr_txmgr_intent intent = probe_intent(0, NULL, 0);
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_ERR_FULL);
	reopen();
	UNIT_CHECK(pr_txmgr_live(mgr) == PR_TXMGR_LIVE_MAX);
}

static void test_an_unmined_transaction_is_replaced_at_a_higher_fee(void)
{
	fresh();
	uint64_t id = submit(0);
	struct pr_l1_tx tx;
	step();
	struct pr_txmgr_status first = status_of(id);
	now_ms += BUMP_MS - 10;
	step();
	UNIT_CHECK(status_of(id).attempts == 1);
	now_ms += 10;
	step();
	struct pr_txmgr_status second = status_of(id);
	UNIT_CHECK(second.attempts == 2 && second.nonce == first.nonce && second.reason[0] == 0);
	UNIT_CHECK(memcmp(first.hash32, second.hash32, 32) != 0);
	UNIT_CHECK(pr_ethrpc_tx(rpc, &tx, first.hash32) == PR_ERR_NOT_FOUND); /* the pool took the replacement */
	UNIT_CHECK(pr_ethrpc_tx(rpc, &tx, second.hash32) == PR_OK);
	settle();
	UNIT_CHECK(memcmp(status_of(id).hash32, second.hash32, 32) == 0 && landed() == 1);
}

static void test_fees_stop_at_the_cap(void)
{
	struct pr_l1_fees fees;
	fresh();
	PR_CHECK(pr_ethrpc_fees(rpc, &fees) == PR_OK);
	options.max_fee_cap = fees.base_fee * 5 / 2; /* room for one bump by an eighth of twice the base fee */
	reopen();
	uint64_t id = submit(0);
	for (unsigned i = 0; i < 8; i++) {
		step();
		now_ms += BUMP_MS;
	}
	UNIT_CHECK(status_of(id).attempts == 2);
	settle();
	UNIT_CHECK(status_of(id).state == PR_TXMGR_DONE && status_of(id).gas_price <= options.max_fee_cap && landed() == 1);
}

static void next_base_fee(pr_u128 wei)
{
	anvil_do(rpc, "anvil_setNextBlockBaseFeePerGas", "[\"0x%llx\"]", (unsigned long long)wei);
	anvil_mine(rpc, 1);
}

static void test_a_base_fee_above_the_cap_is_waited_for_by_name(void)
{
	static const char *const capped = "the base fee is above the fee cap";
	fresh();
	options.max_fee_cap = 10 * GWEI;
	reopen();
	next_base_fee(2 * GWEI);
	uint64_t sent = submit(0);
	step();
	UNIT_CHECK(status_of(sent).state == PR_TXMGR_SENT && status_of(sent).reason[0] == 0);
	/* One is on its way, in a pool that mines at its price only; one is not sent yet. */
	anvil_do(rpc, "anvil_dropAllTransactions", "[]");
	next_base_fee(50 * GWEI);
	uint64_t later = submit(0);
	for (unsigned i = 0; i < 12; i++) {
		now_ms += BUMP_MS;
		step();
	}
	UNIT_CHECK(status_of(sent).state == PR_TXMGR_SENT && status_of(sent).reason[0] != 0);
	UNIT_CHECK(status_of(later).state == PR_TXMGR_PENDING && strcmp(status_of(later).reason, capped) == 0 && status_of(later).nonce == 0);
	next_base_fee(2 * GWEI);
	now_ms += BUMP_MS;
	settle();
	UNIT_CHECK(status_of(sent).state == PR_TXMGR_DONE && status_of(later).state == PR_TXMGR_DONE && landed() == 2);
	UNIT_CHECK(status_of(sent).gas_price <= options.max_fee_cap && status_of(later).gas_price <= options.max_fee_cap);
	next_base_fee(GWEI);
}

static void test_a_dropped_transaction_is_handed_over_again(void)
{
	fresh();
	uint64_t id = submit(0);
	char hash[65];
	struct pr_l1_tx tx;
	step();
	struct pr_txmgr_status s = status_of(id);
	for (unsigned i = 0; i < 32; i++) snprintf(hash + 2 * i, 3, "%02x", s.hash32[i]);
	anvil_do(rpc, "anvil_dropTransaction", "[\"0x%s\"]", hash);
	UNIT_CHECK(pr_ethrpc_tx(rpc, &tx, s.hash32) == PR_ERR_NOT_FOUND);
	step();
	UNIT_CHECK(pr_ethrpc_tx(rpc, &tx, s.hash32) == PR_ERR_NOT_FOUND);
	now_ms += REBROADCAST_MS;
	step();
	UNIT_CHECK(pr_ethrpc_tx(rpc, &tx, s.hash32) == PR_OK);
	settle();
	UNIT_CHECK(status_of(id).attempts == 1 && landed() == 1);
}

static void test_a_certain_revert_is_reported_not_paid(void)
{
	uint8_t data[128];
	uint64_t before, after;
	fresh();
	struct pr_txmgr_intent intent = probe_intent(0xff, data, error_data(data, sizeof data, "refused"));
	PR_CHECK(pr_ethrpc_nonce(rpc, &before, me20, pr_l1_at(PR_L1_PENDING)) == PR_OK);
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK);
	uint64_t good = submit(0);
	step();
	struct pr_txmgr_status s = status_of(intent.id);
	static const uint8_t zero32[32];
	UNIT_CHECK(s.state == PR_TXMGR_FAILED && s.attempts == 0 && memcmp(s.hash32, zero32, 32) == 0);
	UNIT_CHECK(strcmp(s.reason, "refused") == 0 && s.revert_len > 4 && pr_be32(s.revert) == 0x08c379a0);
	settle();
	PR_CHECK(pr_ethrpc_nonce(rpc, &after, me20, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	UNIT_CHECK(after == before + 1 && status_of(good).state == PR_TXMGR_DONE);
	reopen();
	s = status_of(intent.id);
	UNIT_CHECK(s.state == PR_TXMGR_FAILED && strcmp(s.reason, "refused") == 0);
}

static void test_a_revert_behind_something_in_flight_waits(void)
{
	uint8_t data[128];
	fresh();
	submit(0);
	struct pr_txmgr_intent intent = probe_intent(0xff, data, error_data(data, sizeof data, "too early"));
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK);
	step();
	struct pr_txmgr_status s = status_of(intent.id);
	UNIT_CHECK(s.state == PR_TXMGR_PENDING && s.reason[0] != 0);
	anvil_mine(rpc, 1);
	step();
	UNIT_CHECK(status_of(intent.id).state == PR_TXMGR_FAILED);
	settle();
}

/* The state changes between simulation and block: someone else pays more and comes first. */
static void test_a_revert_on_chain_is_reported_with_its_reason(void)
{
	uint8_t data[128];
	fresh();
	anvil_do(rpc, "anvil_setStorageAt", "[\"0x%s\",\"0x0\",\"0x%064x\"]", ANVIL_PROBE, 0);
	anvil_mine(rpc, 1);
	struct pr_txmgr_intent intent = probe_intent(0xfe, data, error_data(data, sizeof data, "came second"));
	intent.gas_limit = 200000;
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK);
	step();
	UNIT_CHECK(status_of(intent.id).state == PR_TXMGR_SENT);
	anvil_do(rpc, "eth_sendTransaction",
	         "[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"gas\":\"0x30d40\",\"maxFeePerGas\":\"0x174876e800\","
	         "\"maxPriorityFeePerGas\":\"0x12a05f2000\",\"data\":\"0x%064x\"}]",
	         anvil_addrs[1], ANVIL_PROBE, 1);
	settle();
	struct pr_txmgr_status s = status_of(intent.id);
	UNIT_CHECK(s.state == PR_TXMGR_FAILED && s.block_number > 0 && s.gas_used > 21000);
	UNIT_CHECK(strncmp(s.reason, "reverted on chain", 17) == 0);
	UNIT_CHECK(anvil_probe_count(rpc) == 1);
}

static void test_a_reorganised_transaction_is_sent_again(void)
{
	fresh();
	options.confirmations = 4;
	reopen();
	uint64_t id = submit(0);
	step();
	anvil_mine(rpc, 1);
	step();
	anvil_mine(rpc, 1);
	step();
	struct pr_txmgr_status mined = status_of(id);
	UNIT_CHECK(mined.state == PR_TXMGR_MINED && landed() == 1);
	anvil_do(rpc, "anvil_reorg", "[3,[]]");
	UNIT_CHECK(landed() == 0);
	step();
	UNIT_CHECK(status_of(id).state == PR_TXMGR_SENT);
	settle();
	struct pr_txmgr_status done = status_of(id);
	UNIT_CHECK(done.state == PR_TXMGR_DONE && done.block_number > mined.block_number && landed() == 1);
	UNIT_CHECK(done.nonce == mined.nonce);
}

/* Another program uses the account's key: the nonce is lost, the intent is not. */
static void test_a_nonce_used_elsewhere(void)
{
	fresh();
	uint64_t id = submit(0);
	uint8_t raw[512], hash32[32], node32[32];
	size_t len;
	step();
	struct pr_txmgr_status s = status_of(id);
	struct pr_tx tx = { .chain_id = ANVIL_CHAIN_ID, .nonce = s.nonce, .gas_limit = 30000, .max_fee = 900 * GWEI,
		            .max_priority_fee = 800 * GWEI };
	memset(tx.to20, 0x77, 20);
	PR_CHECK(pr_tx_sign(raw, sizeof raw, &len, hash32, &tx, key32) == PR_OK);
	PR_CHECK(pr_ethrpc_send_raw(rpc, node32, raw, len) == PR_OK);
	anvil_mine(rpc, 1);
	step();
	UNIT_CHECK(status_of(id).state == PR_TXMGR_SENT && status_of(id).reason[0] != 0 && landed() == 0);
	anvil_mine(rpc, 1);
	step();
	UNIT_CHECK(status_of(id).nonce == s.nonce); /* not final yet */
	anvil_mine(rpc, 1);
	step();
	UNIT_CHECK(status_of(id).state == PR_TXMGR_SENT && status_of(id).nonce == s.nonce + 1 && status_of(id).attempts == 1);
	settle();
	UNIT_CHECK(status_of(id).state == PR_TXMGR_DONE && landed() == 1);
}

static void test_lack_of_funds_is_waited_for(void)
{
	fresh();
	struct pr_txmgr_intent intent = { .id = next_id++, .tag = "rich", .value = (pr_u128)1 << 90, .data = NULL };
	memset(intent.to20, 0x55, 20);
	UNIT_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK);
	step();
	struct pr_txmgr_status s = status_of(intent.id);
	UNIT_CHECK(s.state == PR_TXMGR_PENDING && s.reason[0] != 0);
	anvil_do(rpc, "anvil_setBalance", "[\"0x%s\",\"0x80000000000000000000000\"]", anvil_addrs[0]);
	settle();
	UNIT_CHECK(status_of(intent.id).state == PR_TXMGR_DONE);
}

/* A claim for whose bond there is not enough must not keep a strike from being sent. */
static void test_intents_of_another_tag_pass_one_that_waits(void)
{
	fresh();
	struct pr_txmgr_intent rich = { .id = next_id++, .tag = "rich", .value = (pr_u128)1 << 100, .data = NULL }, poor = rich;
	memset(rich.to20, 0x55, 20);
	memset(poor.to20, 0x55, 20);
	poor.id    = next_id++;
	poor.value = 1;
	UNIT_CHECK(pr_txmgr_submit(mgr, &rich) == PR_OK && pr_txmgr_submit(mgr, &poor) == PR_OK);
	uint64_t other = submit(0);
	for (unsigned i = 0; i < 6; i++) {
		step();
		anvil_mine(rpc, 1);
	}
	UNIT_CHECK(status_of(rich.id).state == PR_TXMGR_PENDING && status_of(poor.id).state == PR_TXMGR_PENDING);
	UNIT_CHECK(status_of(other).state == PR_TXMGR_DONE && landed() == 1);
}

static void test_another_chain_is_refused(void)
{
	fresh();
	remove_store();
	pr_txmgr_close(mgr);
	options.chain_id = 1;
	open_mgr();
	submit(0);
	UNIT_CHECK(pr_txmgr_step(mgr, ++now_ms) == PR_ERR_CONFIG);
}

static void test_reopening_at_every_state(void)
{
	fresh();
	uint64_t a = submit(0), b = submit(0);
	for (unsigned i = 0; i < 12 && pr_txmgr_live(mgr) > 0; i++) {
		reopen();
		step();
		reopen();
		anvil_mine(rpc, 1);
	}
	UNIT_CHECK(status_of(a).state == PR_TXMGR_DONE && status_of(b).state == PR_TXMGR_DONE && landed() == 2);
}

#define KILL_INTENTS 3
#define KILL_CHILDREN_MAX 200

/* A process of its own: submits, then steps and mines until all have landed.  Its time passes fast, so bumps occur. */
static void child_run(uint64_t first_id)
{
	uint8_t data[32] = { 0 };
	rpc = anvil_client(&node);
	open_mgr();
	for (uint64_t i = 0; i < KILL_INTENTS; i++) {
		pr_be64_put(data + 24, first_id + i);
		struct pr_txmgr_intent intent = { .id = first_id + i, .tag = "kill", .data = data, .data_len = 32 };
		memcpy(intent.to20, probe20, 20);
		PR_CHECK(pr_txmgr_submit(mgr, &intent) == PR_OK);
		point();
	}
	for (unsigned i = 0; i < 60 && pr_txmgr_live(mgr) > 0; i++) {
		now_ms += BUMP_MS / 2;
		PR_CHECK(pr_txmgr_step(mgr, now_ms) == PR_OK);
		point();
		if (i % 4 == 3) anvil_mine(rpc, 1);
	}
	_exit(pr_txmgr_live(mgr) == 0 ? 0 : 1);
}

/* Children die at their first point, their second, and so on, each going on from what the last one left. */
static void test_kill_at_any_point_lands_each_intent_once(void)
{
	fresh();
	uint64_t first_id = next_id;
	next_id += KILL_INTENTS;
	pr_txmgr_close(mgr);
	mgr = NULL;
	unsigned killed = 0;
	int status = -1;
	for (unsigned k = 1; k < KILL_CHILDREN_MAX; k++) {
		pid_t pid = fork();
		PR_CHECK(pid >= 0);
		if (pid == 0) {
			points = 0;
			die_at = 1 + k % 23;
			child_run(first_id);
		}
		PR_CHECK(waitpid(pid, &status, 0) == pid);
		if (WIFEXITED(status)) break;
		killed++;
	}
	UNIT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	UNIT_CHECK(killed >= 10);
	open_mgr();
	for (uint64_t i = 0; i < KILL_INTENTS; i++) UNIT_CHECK(status_of(first_id + i).state == PR_TXMGR_DONE);
	UNIT_CHECK(landed() == KILL_INTENTS);
}

int main(void)
{
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	if (!anvil_available()) {
		UNIT_SKIP("all", ANVIL_MISSING);
		return UNIT_END();
	}
	hex_bytes(key32, 32, anvil_keys[0]);
	hex_bytes(me20, 20, anvil_addrs[0]);
	hex_bytes(probe20, 20, ANVIL_PROBE);
	snprintf(dir, sizeof dir, "/tmp/pr_test_txmgr.%ld", (long)getpid());
	anvil_start(&node, "--no-mining", NULL);
	rpc = anvil_client(&node);
	anvil_put_probe(rpc);
	UNIT_RUN(test_intents_land_once_in_order);
	UNIT_RUN(test_submitting_again_changes_nothing);
	UNIT_RUN(test_too_many_live_intents_are_refused);
	UNIT_RUN(test_an_unmined_transaction_is_replaced_at_a_higher_fee);
	UNIT_RUN(test_fees_stop_at_the_cap);
	UNIT_RUN(test_a_base_fee_above_the_cap_is_waited_for_by_name);
	UNIT_RUN(test_a_dropped_transaction_is_handed_over_again);
	UNIT_RUN(test_a_certain_revert_is_reported_not_paid);
	UNIT_RUN(test_a_revert_behind_something_in_flight_waits);
	UNIT_RUN(test_a_revert_on_chain_is_reported_with_its_reason);
	UNIT_RUN(test_a_reorganised_transaction_is_sent_again);
	UNIT_RUN(test_a_nonce_used_elsewhere);
	UNIT_RUN(test_lack_of_funds_is_waited_for);
	UNIT_RUN(test_intents_of_another_tag_pass_one_that_waits);
	UNIT_RUN(test_reopening_at_every_state);
	UNIT_RUN(test_kill_at_any_point_lands_each_intent_once);
	UNIT_RUN(test_another_chain_is_refused);
	pr_txmgr_close(mgr);
	remove_store();
	pr_ethrpc_close(rpc);
	anvil_stop(&node);
	return UNIT_END();
}
