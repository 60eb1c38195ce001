#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/abi.h"
#include "core/l1/ethrpc.h"
#include "core/l1/tx.h"
#include "tests/support/anvil.h"
#include "tests/support/canned.h"

/* --- against answers of our own --- */

struct script {
	const char *result; /* put behind "result": or, if it starts with '!', sent as it is */
	unsigned status;
	unsigned drop; /* connections to close before answering */
};

static unsigned scripted(void *ctx, const char *body, char *reply)
{
	struct script *script = ctx;
	const char *id = strstr(body, "\"id\":");
	if (script->drop > 0) {
		script->drop--;
		return 0;
	}
	if (script->result[0] == '!') snprintf(reply, CANNED_BYTES_MAX, "%s", script->result + 1);
	else snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":%s}", strtoul(id + 5, NULL, 10),
	              script->result);
	return script->status ? script->status : 200;
}

static void test_answers_are_checked(void)
{
	static const struct {
		const char *name, *answer;
		unsigned status;
		enum pr_err want;
		int64_t code;
		const char *message;
	} rows[] = {
		{ "good", "\"0x7a69\"", 200, PR_OK, 0, "" },
		{ "number instead of quantity", "31337", 200, PR_ERR_PEER, 0, "malformed" },
		{ "leading zero", "\"0x07a69\"", 200, PR_ERR_PEER, 0, "malformed" },
		{ "over 64 bits", "\"0x10000000000000000\"", 200, PR_ERR_PEER, 0, "malformed" },
		{ "null", "null", 200, PR_ERR_PEER, 0, "malformed" },
		{ "other id", "!{\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":\"0x1\"}", 200, PR_ERR_PEER, 0,
		  "malformed answer: another id" },
		{ "no result", "!{\"jsonrpc\":\"2.0\"}", 200, PR_ERR_PEER, 0, "malformed" },
		{ "not JSON", "!<html>", 200, PR_ERR_PEER, 0, "malformed" },
		{ "nothing", "!", 200, PR_ERR_PEER, 0, "malformed" },
		{ "HTTP 429", "!slow down", 429, PR_ERR_PEER, 429, "HTTP status 429" },
		{ "error", "!{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"no\\n\\\"way\\\"\"}}", 200,
		  PR_ERR_PEER, -32000, "no.\"way\"" },
		{ "error with HTTP status", "!{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32005,\"message\":\"limit\"}}", 400,
		  PR_ERR_PEER, -32005, "limit" },
		{ "error without code", "!{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"message\":\"x\"}}", 200, PR_ERR_PEER, -1, "x" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct script script = { rows[i].answer, rows[i].status, 0 };
		struct canned server;
		canned_start(&server, scripted, &script);
		struct pr_ethrpc_options options = { .url = server.url, .deadline_ms = 5000 };
		struct pr_ethrpc *rpc;
		uint64_t id;
		UNIT_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
		UNIT_CHECK_ROW(rows[i].name, pr_ethrpc_chain_id(rpc, &id) == rows[i].want);
		UNIT_CHECK_ROW(rows[i].name, id == (rows[i].want == PR_OK ? 31337 : 0));
		UNIT_CHECK_ROW(rows[i].name, pr_ethrpc_error(rpc)->code == rows[i].code);
		UNIT_CHECK_ROW(rows[i].name, strncmp(pr_ethrpc_error(rpc)->message, rows[i].message, strlen(rows[i].message)) == 0);
		pr_ethrpc_close(rpc);
		canned_stop(&server);
	}
}

static void test_a_broken_connection_is_tried_once_more(void)
{
	for (unsigned drop = 0; drop <= 2; drop++) {
		struct script script = { "\"0x1\"", 200, drop };
		struct canned server;
		canned_start(&server, scripted, &script);
		struct pr_ethrpc_options options = { .url = server.url, .deadline_ms = 5000 };
		struct pr_ethrpc *rpc;
		uint64_t number;
		UNIT_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
		UNIT_CHECK(pr_ethrpc_block_number(rpc, &number) == (drop < 2 ? PR_OK : PR_ERR_NET));
		pr_ethrpc_close(rpc);
		canned_stop(&server);
	}
}

static void test_no_finalized_block_yet(void)
{
	struct script script = {
		"!{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"finalized block not found\"}}", 200, 0
	};
	struct canned server;
	struct pr_ethrpc *client;
	struct pr_l1_block block;
	canned_start(&server, scripted, &script);
	struct pr_ethrpc_options options = { .url = server.url, .deadline_ms = 5000 };
	UNIT_CHECK(pr_ethrpc_open(&client, &options) == PR_OK);
	UNIT_CHECK(pr_ethrpc_block(client, &block, pr_l1_at(PR_L1_FINALIZED)) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_ethrpc_block(client, &block, pr_l1_number(7)) == PR_ERR_PEER);
	script.result = "null";
	UNIT_CHECK(pr_ethrpc_block(client, &block, pr_l1_number(7)) == PR_ERR_NOT_FOUND);
	pr_ethrpc_close(client);
	canned_stop(&server);
}

#define LOG_ADDR "00000000000000000000000000000000000c0de0"
#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* A node that refuses more than three blocks at a time and has one log in every block. */
static unsigned narrow_node(void *ctx, const char *body, char *reply)
{
	unsigned *queries = ctx;
	unsigned long from = strtoul(strstr(body, "\"fromBlock\":\"") + 13, NULL, 16);
	unsigned long to = strtoul(strstr(body, "\"toBlock\":\"") + 11, NULL, 16);
	unsigned long id = strtoul(strstr(body, "\"id\":") + 5, NULL, 10);
	++*queries;
	if (to - from >= 3) {
		snprintf(reply, CANNED_BYTES_MAX,
		         "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"error\":{\"code\":-32005,\"message\":\"too many\"}}", id);
		return 200;
	}
	int at = snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":[", id);
	for (unsigned long n = from; n <= to; n++)
		at += snprintf(reply + at, CANNED_BYTES_MAX - (size_t)at,
		               "%s{\"address\":\"0x" LOG_ADDR "\",\"topics\":[\"0x" HASH_A "\"],\"data\":\"0x0102\",\"blockNumber\":\"0x%lx\","
		               "\"transactionHash\":\"0x" HASH_A "\",\"transactionIndex\":\"0x0\",\"blockHash\":\"0x" HASH_A
		               "\",\"logIndex\":\"0x0\",\"removed\":false}",
		               n > from ? "," : "", n);
	snprintf(reply + at, CANNED_BYTES_MAX - (size_t)at, "]}");
	return 200;
}

struct seen {
	uint64_t next;
	unsigned count;
	enum pr_err answer;
};

static enum pr_err see_log(void *ctx, const struct pr_l1_log *log)
{
	struct seen *seen = ctx;
	UNIT_CHECK(log->block_number == seen->next++);
	UNIT_CHECK(log->data_len == 2 && log->data[0] == 1 && log->data[1] == 2);
	seen->count++;
	return seen->answer;
}

static void test_a_refused_range_is_halved(void)
{
	unsigned queries = 0;
	struct canned server;
	struct pr_ethrpc_filter filter = { .addr_count = 1 };
	struct pr_ethrpc *rpc;
	canned_start(&server, narrow_node, &queries);
	struct pr_ethrpc_options options = { .url = server.url, .deadline_ms = 5000 };
	hex_bytes(filter.addrs[0], 20, LOG_ADDR);
	UNIT_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
	struct seen seen = { 100, 0, PR_OK };
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 100, 119, see_log, &seen) == PR_OK);
	UNIT_CHECK(seen.count == 20);
	UNIT_CHECK(queries == 3 + 10); /* 20, 10 and 5 refused, then ten times 2 */
	seen = (struct seen){ 100, 0, PR_ERR_FULL };
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 100, 102, see_log, &seen) == PR_ERR_FULL);
	UNIT_CHECK(seen.count == 1); /* the callback's error is not a reason to ask again */
	/* What was not asked for is refused. */
	filter.addrs[0][0] ^= 1;
	seen = (struct seen){ 100, 0, PR_OK };
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 100, 101, see_log, &seen) == PR_ERR_PEER && seen.count == 0);
	filter.addrs[0][0] ^= 1;
	filter.topic_count = 1;
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 100, 101, see_log, &seen) == PR_ERR_PEER && seen.count == 0);
	memset(filter.topics[0], 0xaa, 32);
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 100, 101, see_log, &seen) == PR_OK && seen.count == 2);
	pr_ethrpc_close(rpc);
	canned_stop(&server);
}

static void test_revert_text(void)
{
	uint8_t data[256];
	char text[64];
	struct pr_abi w;
	pr_abi_call(&w, data, sizeof data, "Error(string)", 1);
	pr_abi_bytes(&w, (const uint8_t *)"not yet\n", 8);
	UNIT_CHECK(pr_abi_done(&w));
	pr_ethrpc_revert_text(text, sizeof text, data, w.len);
	UNIT_CHECK(strcmp(text, "not yet.") == 0);
	pr_ethrpc_revert_text(text, 4, data, w.len);
	UNIT_CHECK(strcmp(text, "not") == 0);
	pr_ethrpc_revert_text(text, sizeof text, data, 40); /* cut: only the selector is sure */
	UNIT_CHECK(strcmp(text, "error 0x08c379a0") == 0);
	pr_abi_call(&w, data, sizeof data, "Panic(uint256)", 1);
	pr_abi_u128(&w, 0x11);
	UNIT_CHECK(pr_abi_done(&w));
	pr_ethrpc_revert_text(text, sizeof text, data, w.len);
	UNIT_CHECK(strcmp(text, "panic 0x11") == 0);
	pr_ethrpc_revert_text(text, sizeof text, data, 3);
	UNIT_CHECK(text[0] == 0);
}

/* --- against a real node --- */

static struct anvil node;
static struct pr_ethrpc *rpc;
static uint8_t key32[32], me20[20], other20[20], probe20[20];

static void test_blocks_and_accounts_of_a_node(void)
{
	struct pr_l1_block a, b;
	uint64_t v;
	pr_u128 wei;
	UNIT_CHECK(pr_ethrpc_chain_id(rpc, &v) == PR_OK && v == ANVIL_CHAIN_ID);
	UNIT_CHECK(pr_ethrpc_block(rpc, &a, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	anvil_mine(rpc, 2);
	UNIT_CHECK(pr_ethrpc_block_number(rpc, &v) == PR_OK && v == a.number + 2);
	UNIT_CHECK(pr_ethrpc_block(rpc, &b, pr_l1_number(a.number + 1)) == PR_OK);
	UNIT_CHECK(memcmp(b.parent32, a.hash32, 32) == 0 && b.timestamp_s >= a.timestamp_s && b.gas_limit > 0);
	UNIT_CHECK(pr_ethrpc_block(rpc, &b, pr_l1_number(a.number + 3)) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_ethrpc_block(rpc, &b, pr_l1_at(PR_L1_FINALIZED)) == PR_OK && b.number <= a.number);
	UNIT_CHECK(pr_ethrpc_balance(rpc, &wei, other20, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	UNIT_CHECK(wei == (pr_u128)10000 * 1000000000000000000u);
	UNIT_CHECK(pr_ethrpc_nonce(rpc, &v, me20, pr_l1_at(PR_L1_PENDING)) == PR_OK && v == 0);
	struct pr_l1_fees fees;
	UNIT_CHECK(pr_ethrpc_fees(rpc, &fees) == PR_OK && fees.base_fee > 0);
}

static void test_a_transaction_is_sent_mined_and_read_back(void)
{
	uint8_t raw[1024], hash32[32], node32[32], data[68] = { 1 };
	struct pr_l1_receipt receipt;
	struct pr_l1_tx got;
	size_t len;
	data[40] = 0x77;
	struct pr_tx tx = { .chain_id = ANVIL_CHAIN_ID, .gas_limit = 100000, .max_fee = 10000000000, .max_priority_fee = 1000000000,
		            .data = data, .data_len = sizeof data };
	memcpy(tx.to20, probe20, 20);
	UNIT_CHECK(pr_tx_sign(raw, sizeof raw, &len, hash32, &tx, key32) == PR_OK);
	UNIT_CHECK(pr_ethrpc_receipt(rpc, &receipt, hash32) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_ethrpc_tx(rpc, &got, hash32) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_ethrpc_send_raw(rpc, node32, raw, len) == PR_OK && memcmp(node32, hash32, 32) == 0);
	UNIT_CHECK(pr_ethrpc_tx(rpc, &got, hash32) == PR_OK && !got.mined);
	anvil_mine(rpc, 1);
	UNIT_CHECK(pr_ethrpc_receipt(rpc, &receipt, hash32) == PR_OK && receipt.success && !receipt.has_contract);
	UNIT_CHECK(receipt.gas_used > 21000 && receipt.gas_used < 100000 && receipt.gas_price > 0);
	UNIT_CHECK(pr_ethrpc_tx(rpc, &got, hash32) == PR_OK && got.mined && got.block_number == receipt.block_number);
	UNIT_CHECK(memcmp(got.from20, me20, 20) == 0 && memcmp(got.to20, probe20, 20) == 0 && !got.create && got.blob_count == 0);
	UNIT_CHECK(got.input_len == sizeof data && memcmp(got.input, data, sizeof data) == 0);
	UNIT_CHECK(pr_ethrpc_send_raw(rpc, node32, raw, len) == PR_ERR_PEER && pr_ethrpc_error(rpc)->code != 0);
	UNIT_CHECK(strcasestr(pr_ethrpc_error(rpc)->message, "nonce too low") != NULL);
}

static enum pr_err count_log(void *ctx, const struct pr_l1_log *log)
{
	unsigned *count = ctx;
	++*count;
	UNIT_CHECK(memcmp(log->addr20, probe20, 20) == 0 && log->topic_count == 1 && log->data_len == 36 && log->data[8] == 0x77);
	return PR_OK;
}

static void test_logs_of_a_node(void)
{
	struct pr_ethrpc_filter filter = { .addr_count = 1 };
	struct pr_l1_block head;
	unsigned count = 0;
	memcpy(filter.addrs[0], probe20, 20);
	UNIT_CHECK(pr_ethrpc_block(rpc, &head, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 1, head.number, count_log, &count) == PR_OK && count == 1);
	UNIT_CHECK(pr_ethrpc_logs_of_block(rpc, &filter, &head, count_log, &count) == PR_OK && count == 2);
	memset(filter.topics[0], 0xbb, 32);
	filter.topic_count = 1;
	UNIT_CHECK(pr_ethrpc_logs(rpc, &filter, 1, head.number, count_log, &count) == PR_OK && count == 2);
	memset(head.hash32, 0xcc, 32);
	UNIT_CHECK(pr_ethrpc_logs_of_block(rpc, &filter, &head, count_log, &count) == PR_ERR_PEER);
}

static void test_reverts_are_told_from_other_errors(void)
{
	uint8_t data[32 + 4 + 64 + 32];
	const uint8_t *out;
	size_t out_len;
	uint64_t gas;
	char text[64];
	struct pr_abi w;
	memset(data, 0xff, 32);
	pr_abi_call(&w, data + 32, sizeof data - 32, "Error(string)", 1);
	pr_abi_bytes(&w, (const uint8_t *)"refused", 7);
	UNIT_CHECK(pr_abi_done(&w));
	struct pr_ethrpc_msg msg = { .from20_opt = me20, .to20_opt = probe20, .data = data, .data_len = 32 + w.len };
	UNIT_CHECK(pr_ethrpc_call(rpc, &out, &out_len, &msg, pr_l1_at(PR_L1_LATEST)) == PR_ERR_PEER);
	UNIT_CHECK(pr_ethrpc_reverted(rpc));
	const struct pr_ethrpc_error *error = pr_ethrpc_error(rpc);
	UNIT_CHECK(error->data_len == w.len && memcmp(error->data, data + 32, w.len) == 0);
	pr_ethrpc_revert_text(text, sizeof text, error->data, error->data_len);
	UNIT_CHECK(strcmp(text, "refused") == 0);
	UNIT_CHECK(pr_ethrpc_estimate_gas(rpc, &gas, &msg, pr_l1_at(PR_L1_LATEST)) == PR_ERR_PEER && pr_ethrpc_reverted(rpc));
	msg.data_len = 0;
	UNIT_CHECK(pr_ethrpc_call(rpc, &out, &out_len, &msg, pr_l1_at(PR_L1_LATEST)) == PR_OK && out_len == 0);
	UNIT_CHECK(pr_ethrpc_estimate_gas(rpc, &gas, &msg, pr_l1_at(PR_L1_LATEST)) == PR_OK && gas >= 21000);
	msg.value = (pr_u128)1 << 100;
	UNIT_CHECK(pr_ethrpc_estimate_gas(rpc, &gas, &msg, pr_l1_at(PR_L1_LATEST)) == PR_ERR_PEER && !pr_ethrpc_reverted(rpc));
	const char *result;
	UNIT_CHECK(pr_ethrpc_request(rpc, &result, &out_len, "no_such_method", "[]") == PR_ERR_PEER && !pr_ethrpc_reverted(rpc));
	UNIT_CHECK(pr_ethrpc_error(rpc)->code == -32601 || pr_ethrpc_error(rpc)->code == -32602);
}

int main(void)
{
	pr_crypto_init();
	UNIT_RUN(test_answers_are_checked);
	UNIT_RUN(test_a_broken_connection_is_tried_once_more);
	UNIT_RUN(test_no_finalized_block_yet);
	UNIT_RUN(test_a_refused_range_is_halved);
	UNIT_RUN(test_revert_text);
	if (!anvil_available()) {
		UNIT_SKIP("tests against a node", ANVIL_MISSING);
		return UNIT_END();
	}
	hex_bytes(key32, 32, anvil_keys[0]);
	hex_bytes(me20, 20, anvil_addrs[0]);
	hex_bytes(other20, 20, anvil_addrs[1]);
	hex_bytes(probe20, 20, ANVIL_PROBE);
	anvil_start(&node, "--no-mining", NULL);
	rpc = anvil_client(&node);
	anvil_put_probe(rpc);
	UNIT_RUN(test_blocks_and_accounts_of_a_node);
	UNIT_RUN(test_a_transaction_is_sent_mined_and_read_back);
	UNIT_RUN(test_logs_of_a_node);
	UNIT_RUN(test_reverts_are_told_from_other_errors);
	pr_ethrpc_close(rpc);
	anvil_stop(&node);
	return UNIT_END();
}
