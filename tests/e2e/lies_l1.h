/* What tests of claims do on L1 and ask of a verifying node: transactions of the operator, items of the Inbox, answers, counts. */
#ifndef TESTS_E2E_LIES_L1_H
#define TESTS_E2E_LIES_L1_H

#include <inttypes.h>

#include "core/l1/abi.h"
#include "core/l1/contracts.h"
#include "core/l1/tx.h"
#include "core/rpc/chain.h"
#include "tests/e2e/lies_scenario.h"
#include "tests/support/anvil.h"

#define WAIT_MS 30000u
#define POLL_US 5000u
#define CLAIMS_MAX 1024u /* that a test makes */
#define FORCE_FEE_WEI 1000u
#define WEI_PER_NANO 1000000000u

/* A claim as L1 tells. */
struct told {
	uint64_t batch;
	uint8_t claimant20[20], prover20[20], tx32[32];
	uint32_t struck, chunk;
	bool final;
};

static struct {
	const char *name;
	struct pr_ethrpc *eth, *node;
	struct pr_chain chain;
	struct pr_contracts contracts;
	struct pr_rollup_config rollup;
	uint8_t key32[32], addr20[20], claimer20[20];
	struct told told[CLAIMS_MAX];
	uint64_t told_count, seen_block; /* claims are told[1 .. told_count] */
	uint64_t honest[LIES_BATCHES_MAX];
	uint32_t passed, failed;
} test;

static inline void die(const char *what)
{
	const struct pr_ethrpc_error *e = pr_ethrpc_error(test.eth);
	char text[256];
	pr_ethrpc_revert_text(text, sizeof text, e->data, e->data_len);
	fprintf(stderr, "%s: %s: %s %s; the verifying node: %s\n", test.name, what, e->message, text, pr_ethrpc_error(test.node)->message);
	exit(1);
}
static inline void need(enum pr_err err, const char *what)
{
	if (err != PR_OK) die(what);
}

static inline void check(bool ok, const char *what)
{
	if (ok) {
		test.passed++;
		return;
	}
	test.failed++;
	printf("FAILED: %s\n", what);
}

static inline struct pr_json parse(const char *text, size_t len)
{
	static struct pr_json_node nodes[16384];
	struct pr_json doc;
	if (pr_json_parse(&doc, text, len, nodes, 16384) != PR_JSON_OK) die("an answer is not JSON");
	return doc;
}

/* Asks the verifying node; false if it has no answer. */
static inline bool ask(struct pr_json *doc, const char *method, uint64_t *number_opt)
{
	const char *text;
	size_t len;
	char params[32] = "[]";
	if (number_opt) (void)snprintf(params, sizeof params, "[%" PRIu64 "]", *number_opt);
	if (pr_ethrpc_request(test.node, &text, &len, method, params) != PR_OK) return false;
	*doc = parse(text, len);
	return true;
}

static inline uint64_t status(const char *field)
{
	struct pr_json doc;
	uint64_t value;
	if (!ask(&doc, "penny_nodeStatus", NULL) || !pr_json_u64(&value, &doc, pr_json_get(&doc, 0, field))) die("no status");
	return value;
}

/* Sends one transaction of the operator and waits until it is mined. */
static inline void send(const uint8_t to20[20], pr_u128 value, const uint8_t *data, size_t len, const char *what)
{
	static uint8_t raw[PR_TX_BYTES_MAX];
	struct pr_l1_fees fees;
	struct pr_l1_receipt receipt;
	struct pr_tx tx = { .chain_id = test.chain.l1_chain_id, .value = value, .data = data, .data_len = len };
	struct pr_ethrpc_msg msg = { .from20_opt = test.addr20, .to20_opt = to20, .value = value, .data = data, .data_len = len };
	uint8_t hash32[32];
	size_t raw_len;

	PR_CHECK(len > 0);
	memcpy(tx.to20, to20, 20);
	need(pr_ethrpc_nonce(test.eth, &tx.nonce, test.addr20, pr_l1_at(PR_L1_PENDING)), what);
	need(pr_ethrpc_fees(test.eth, &fees), what);
	need(pr_ethrpc_estimate_gas(test.eth, &tx.gas_limit, &msg, pr_l1_at(PR_L1_LATEST)), what);
	tx.gas_limit += tx.gas_limit / 5;
	tx.max_priority_fee = fees.priority_fee;
	tx.max_fee = 2 * fees.base_fee + fees.priority_fee;
	need(pr_tx_sign(raw, sizeof raw, &raw_len, hash32, &tx, test.key32), what);
	need(pr_ethrpc_send_raw(test.eth, hash32, raw, raw_len), what);
	for (uint64_t start = pr_clock_ms(); pr_clock_ms() - start < WAIT_MS; usleep(POLL_US)) {
		if (pr_ethrpc_receipt(test.eth, &receipt, hash32) != PR_OK) continue;
		if (!receipt.success) die(what);
		return;
	}
	die(what);
}

static inline void put_item(const struct pr_entry *e)
{
	PR_CHECK(lies.item_count < LIES_ITEMS_MAX);
	lies.items[lies.item_count++] = *e;
}

static inline void deposit(uint32_t person, uint64_t nano)
{
	uint8_t data[128];
	pr_u128 wei = (pr_u128)nano * WEI_PER_NANO;
	struct pr_entry e = lies_deposit(person, nano);
	send(test.chain.vault20, wei, data, pr_call_deposit(data, sizeof data, lies.world.addrs[person], wei), "a deposit");
	put_item(&e);
}

static inline void force(const struct pr_entry *e)
{
	uint8_t data[512], item[PR_WIRE_BYTES_MAX];
	size_t len = pr_wire_encode(item, e);
	send(test.chain.inbox20, FORCE_FEE_WEI, data, pr_call_force(data, sizeof data, item, len), "a forced entry");
	put_item(e);
}

/* The governor's parameter, enqueued after its delay, which passes at once here. */
static inline void parameter(uint64_t index, uint64_t value)
{
	uint8_t data[128];
	struct pr_abi w;
	struct pr_entry e = { .kind = PR_KIND_PARAM };
	pr_abi_call(&w, data, sizeof data, "proposeParam(uint8,uint64)", 2);
	pr_abi_u128(&w, index);
	pr_abi_u128(&w, value);
	PR_CHECK(pr_abi_done(&w));
	send(test.chain.inbox20, 0, data, w.len, "the proposal of a parameter");
	anvil_do(test.eth, "evm_increaseTime", "[%" PRIu64 "]", test.rollup.window_s + test.rollup.force_deadline_s + 1);
	anvil_mine(test.eth, 1);
	pr_abi_call(&w, data, sizeof data, "enqueueParam(uint256)", 1);
	pr_abi_u128(&w, 0);
	PR_CHECK(pr_abi_done(&w));
	send(test.chain.inbox20, 0, data, w.len, "the parameter");
	e.f[PR_PARAM_INDEX].num = index;
	e.f[PR_PARAM_VALUE].num = value;
	put_item(&e);
}

#endif
