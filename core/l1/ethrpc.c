#include "core/l1/ethrpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/l1/abi.h"
#include "core/l1/ethrpc_impl.h"
#include "core/rt/log.h"

#define DEADLINE_MS_DEFAULT 10000
#define RESPONSE_BYTES_DEFAULT (32u << 20)
#define REQUEST_BYTES_MAX (1u << 20)
#define NODES_MAX (1u << 20)
#define FEE_HISTORY_BLOCKS 5

enum pr_err pr_ethrpc_open(struct pr_ethrpc **out, const struct pr_ethrpc_options *options)
{
	struct pr_httpc_options http = {
		.url = options->url,
		.header_opt = options->header_opt,
		.ca_file_opt = options->ca_file_opt,
		.response_bytes_max = options->response_bytes_max ? options->response_bytes_max : RESPONSE_BYTES_DEFAULT,
	};
	*out = NULL;
	struct pr_ethrpc *rpc = calloc(1, sizeof *rpc);
	struct pr_json_node *nodes = malloc(NODES_MAX * sizeof *nodes);
	PR_CHECK(rpc && nodes);
	rpc->nodes = nodes;
	rpc->deadline_ms = options->deadline_ms ? options->deadline_ms : DEADLINE_MS_DEFAULT;
	pr_json_out_init_growing(&rpc->request, REQUEST_BYTES_MAX);
	enum pr_err err = pr_httpc_open(&rpc->http, &http);
	if (err != PR_OK) {
		PR_LOG_ERROR("l1_node url=%s error=%s", options->url, pr_err_name(err));
		pr_ethrpc_close(rpc);
		return err;
	}
	*out = rpc;
	return PR_OK;
}

void pr_ethrpc_close(struct pr_ethrpc *rpc)
{
	if (!rpc) return;
	if (rpc->http) pr_httpc_close(rpc->http);
	pr_json_out_fini(&rpc->request);
	free(rpc->nodes);
	free(rpc);
}

const struct pr_ethrpc_error *pr_ethrpc_error(const struct pr_ethrpc *rpc) { return &rpc->error; }

enum pr_err pr_ethrpc_malformed(struct pr_ethrpc *rpc, const char *what)
{
	memset(&rpc->error, 0, sizeof rpc->error);
	snprintf(rpc->error.message, sizeof rpc->error.message, "malformed answer: %s", what);
	return PR_ERR_PEER;
}

void pr_ethrpc_begin(struct pr_ethrpc *rpc, const char *method)
{
	struct pr_json_out *o = &rpc->request;
	memset(&rpc->error, 0, sizeof rpc->error);
	rpc->result = PR_JSON_NONE;
	pr_json_out_reset(o);
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "jsonrpc", "2.0");
	pr_json_out_kv_u64(o, "id", ++rpc->id);
	pr_json_out_kv_string(o, "method", method);
	pr_json_out_key(o, "params");
	pr_json_out_open(o, '[');
}

/* The code of an error object: an integer, usually negative, of at most 15 digits. */
static int64_t read_code(const struct pr_json *doc, uint32_t at)
{
	const char *text;
	size_t len;
	char copy[17];
	if (pr_json_type(doc, at) != PR_JSON_NUMBER || !pr_json_raw(&text, &len, doc, at) || len >= sizeof copy) return -1;
	memcpy(copy, text, len);
	copy[len] = 0;
	int64_t code = strtoll(copy, NULL, 10);
	return code != 0 ? code : -1;
}

static void read_error(struct pr_ethrpc *rpc, uint32_t object)
{
	struct pr_ethrpc_error *error = &rpc->error;
	uint32_t message = pr_json_get(&rpc->doc, object, "message");
	size_t len = 0;
	error->code = read_code(&rpc->doc, pr_json_get(&rpc->doc, object, "code"));
	const char *text;
	if (!pr_json_string(error->message, &len, sizeof error->message - 1, &rpc->doc, message) &&
	    pr_json_raw(&text, &len, &rpc->doc, message)) {
		/* Too long: the beginning of its source text will do. */
		if (len > sizeof error->message - 1) len = sizeof error->message - 1;
		memcpy(error->message, text, len);
	}
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)error->message[i] < 0x20 || (uint8_t)error->message[i] >= 0x7f) error->message[i] = '.';
	error->message[len] = 0;
	if (!pr_json_hex_var(error->data, &error->data_len, sizeof error->data, &rpc->doc,
	                     pr_json_get(&rpc->doc, object, "data")))
		error->data_len = 0;
}

static enum pr_err read_answer(struct pr_ethrpc *rpc, const struct pr_httpc_response *response)
{
	uint64_t id = 0;
	enum pr_json_err json = pr_json_parse(&rpc->doc, response->body, response->body_len, rpc->nodes, NODES_MAX);
	if (json == PR_JSON_ERR_NODES) return PR_ERR_FULL;
	uint32_t error = pr_json_get(&rpc->doc, 0, "error");
	if (pr_json_type(&rpc->doc, error) == PR_JSON_OBJECT) {
		read_error(rpc, error);
		return PR_ERR_PEER;
	}
	if (response->status != 200) {
		rpc->error.code = response->status;
		snprintf(rpc->error.message, sizeof rpc->error.message, "HTTP status %u", response->status);
		return PR_ERR_PEER;
	}
	if (json != PR_JSON_OK) return pr_ethrpc_malformed(rpc, pr_json_err_name(json));
	if (!pr_json_u64(&id, &rpc->doc, pr_json_get(&rpc->doc, 0, "id")) || id != rpc->id)
		return pr_ethrpc_malformed(rpc, "another id");
	rpc->result = pr_json_get(&rpc->doc, 0, "result");
	return rpc->result == PR_JSON_NONE ? pr_ethrpc_malformed(rpc, "no result") : PR_OK;
}

enum pr_err pr_ethrpc_finish(struct pr_ethrpc *rpc)
{
	struct pr_json_out *o = &rpc->request;
	struct pr_httpc_response response;
	pr_json_out_close(o, ']');
	pr_json_out_close(o, '}');
	if (!pr_json_out_ok(o)) return PR_ERR_FULL;
	enum pr_err err = PR_ERR_NET;
	for (unsigned tries = 0; tries < 2 && err == PR_ERR_NET; tries++)
		err = pr_httpc_post(rpc->http, &response, "application/json", o->buf, o->len, rpc->deadline_ms);
	if (err == PR_ERR_PEER) return pr_ethrpc_malformed(rpc, "HTTP");
	return err == PR_OK ? read_answer(rpc, &response) : err;
}

bool pr_ethrpc_reverted(const struct pr_ethrpc *rpc)
{
	/* geth answers 3 for a revert; for other failures of the EVM there is only the text, which others copied. */
	static const char *const texts[] = { "revert", "out of gas", "invalid opcode", "InvalidFEOpcode",
		                             "gas required exceeds allowance", "stack underflow", "OutOfGas" };
	const struct pr_ethrpc_error *error = &rpc->error;
	if (error->code == 3 || error->data_len > 0) return true;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcasestr(error->message, texts[i])) return true;
	return false;
}

void pr_ethrpc_revert_text(char *text, size_t room, const uint8_t *data, size_t len)
{
	const uint8_t *bytes;
	size_t n;
	uint64_t code;
	PR_CHECK(room > 0);
	text[0] = 0;
	if (len < 4) return;
	uint32_t selector = pr_be32(data);
	if (selector == 0x08c379a0 && pr_abi_get_bytes(&bytes, &n, data + 4, len - 4, 0)) {
		if (n > room - 1) n = room - 1;
		for (size_t i = 0; i < n; i++) text[i] = (char)(bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.');
		text[n] = 0;
	} else if (selector == 0x4e487b71 && pr_abi_get_u64(&code, data + 4, len - 4, 0)) {
		snprintf(text, room, "panic 0x%02llx", (unsigned long long)code);
	} else {
		snprintf(text, room, "error 0x%08x", selector);
	}
}

void pr_ethrpc_put_at(struct pr_ethrpc *rpc, struct pr_l1_at at)
{
	const char *tag = NULL;
	switch (at.tag) {
	case PR_L1_NUMBER: break;
	case PR_L1_LATEST: tag = "latest"; break;
	case PR_L1_SAFE: tag = "safe"; break;
	case PR_L1_FINALIZED: tag = "finalized"; break;
	case PR_L1_PENDING: tag = "pending"; break;
	}
	if (tag) pr_json_out_string(&rpc->request, tag);
	else pr_json_out_quantity(&rpc->request, at.number);
}

static void put_u128(struct pr_json_out *o, pr_u128 value)
{
	uint8_t be32[32] = { 0 };
	pr_be128_put(be32 + 16, value);
	pr_json_out_quantity32(o, be32);
}

static enum pr_err result_u64(struct pr_ethrpc *rpc, uint64_t *value)
{
	*value = 0;
	PR_FORWARD(pr_ethrpc_finish(rpc));
	return pr_json_quantity(value, &rpc->doc, rpc->result) ? PR_OK : pr_ethrpc_malformed(rpc, "no quantity");
}

/* Names what was wrong if a reader refused the result. */
static enum pr_err checked(struct pr_ethrpc *rpc, enum pr_err err, const char *what)
{
	return err == PR_ERR_PEER ? pr_ethrpc_malformed(rpc, what) : err;
}

enum pr_err pr_ethrpc_chain_id(struct pr_ethrpc *rpc, uint64_t *chain_id)
{
	pr_ethrpc_begin(rpc, "eth_chainId");
	return result_u64(rpc, chain_id);
}

enum pr_err pr_ethrpc_block_number(struct pr_ethrpc *rpc, uint64_t *number)
{
	pr_ethrpc_begin(rpc, "eth_blockNumber");
	return result_u64(rpc, number);
}

enum pr_err pr_ethrpc_block(struct pr_ethrpc *rpc, struct pr_l1_block *block, struct pr_l1_at at)
{
	memset(block, 0, sizeof *block);
	pr_ethrpc_begin(rpc, "eth_getBlockByNumber");
	pr_ethrpc_put_at(rpc, at);
	pr_json_out_bool(&rpc->request, false);
	enum pr_err err = pr_ethrpc_finish(rpc);
	/* geth's way to say that nothing is safe or finalized yet ("finalized block not found"). */
	if (err == PR_ERR_PEER && at.tag != PR_L1_NUMBER && strcasestr(rpc->error.message, "block not found")) return PR_ERR_NOT_FOUND;
	PR_FORWARD(err);
	PR_FORWARD(checked(rpc, pr_l1_block_read(block, &rpc->doc, rpc->result), "block"));
	if (at.tag == PR_L1_NUMBER && block->number != at.number) return pr_ethrpc_malformed(rpc, "another block");
	return PR_OK;
}

enum pr_err pr_ethrpc_receipt(struct pr_ethrpc *rpc, struct pr_l1_receipt *receipt, const uint8_t hash32[32])
{
	memset(receipt, 0, sizeof *receipt);
	pr_ethrpc_begin(rpc, "eth_getTransactionReceipt");
	pr_json_out_hex(&rpc->request, hash32, 32);
	PR_FORWARD(pr_ethrpc_finish(rpc));
	PR_FORWARD(checked(rpc, pr_l1_receipt_read(receipt, &rpc->doc, rpc->result), "receipt"));
	return memcmp(receipt->tx_hash32, hash32, 32) == 0 ? PR_OK : pr_ethrpc_malformed(rpc, "another receipt");
}

enum pr_err pr_ethrpc_tx(struct pr_ethrpc *rpc, struct pr_l1_tx *tx, const uint8_t hash32[32])
{
	memset(tx, 0, sizeof *tx);
	pr_ethrpc_begin(rpc, "eth_getTransactionByHash");
	pr_json_out_hex(&rpc->request, hash32, 32);
	PR_FORWARD(pr_ethrpc_finish(rpc));
	PR_FORWARD(checked(rpc, pr_l1_tx_read(tx, rpc->data, sizeof rpc->data, &rpc->doc, rpc->result), "transaction"));
	return memcmp(tx->hash32, hash32, 32) == 0 ? PR_OK : pr_ethrpc_malformed(rpc, "another transaction");
}

enum pr_err pr_ethrpc_nonce(struct pr_ethrpc *rpc, uint64_t *nonce, const uint8_t addr20[20], struct pr_l1_at at)
{
	pr_ethrpc_begin(rpc, "eth_getTransactionCount");
	pr_json_out_hex(&rpc->request, addr20, 20);
	pr_ethrpc_put_at(rpc, at);
	return result_u64(rpc, nonce);
}

enum pr_err pr_ethrpc_balance(struct pr_ethrpc *rpc, pr_u128 *wei, const uint8_t addr20[20], struct pr_l1_at at)
{
	*wei = 0;
	pr_ethrpc_begin(rpc, "eth_getBalance");
	pr_json_out_hex(&rpc->request, addr20, 20);
	pr_ethrpc_put_at(rpc, at);
	PR_FORWARD(pr_ethrpc_finish(rpc));
	return pr_l1_u128_read(wei, &rpc->doc, rpc->result) ? PR_OK : pr_ethrpc_malformed(rpc, "balance");
}

enum pr_err pr_ethrpc_fees(struct pr_ethrpc *rpc, struct pr_l1_fees *fees)
{
	struct pr_json_out *o = &rpc->request;
	memset(fees, 0, sizeof *fees);
	pr_ethrpc_begin(rpc, "eth_feeHistory");
	pr_json_out_quantity(o, FEE_HISTORY_BLOCKS);
	pr_json_out_string(o, "latest");
	pr_json_out_open(o, '[');
	pr_json_out_u64(o, 50);
	pr_json_out_close(o, ']');
	PR_FORWARD(pr_ethrpc_finish(rpc));
	return checked(rpc, pr_l1_fees_read(fees, &rpc->doc, rpc->result), "fee history");
}

static void put_msg(struct pr_ethrpc *rpc, const struct pr_ethrpc_msg *msg)
{
	struct pr_json_out *o = &rpc->request;
	pr_json_out_open(o, '{');
	if (msg->from20_opt) pr_json_out_kv_hex(o, "from", msg->from20_opt, 20);
	if (msg->to20_opt) pr_json_out_kv_hex(o, "to", msg->to20_opt, 20);
	if (msg->gas) pr_json_out_kv_quantity(o, "gas", msg->gas);
	if (msg->value) {
		pr_json_out_key(o, "value");
		put_u128(o, msg->value);
	}
	pr_json_out_kv_hex(o, "data", msg->data, msg->data_len);
	pr_json_out_close(o, '}');
}

enum pr_err pr_ethrpc_call(struct pr_ethrpc *rpc, const uint8_t **out, size_t *out_len, const struct pr_ethrpc_msg *msg,
                           struct pr_l1_at at)
{
	*out = NULL;
	*out_len = 0;
	pr_ethrpc_begin(rpc, "eth_call");
	put_msg(rpc, msg);
	pr_ethrpc_put_at(rpc, at);
	PR_FORWARD(pr_ethrpc_finish(rpc));
	if (!pr_json_hex_var(rpc->data, out_len, sizeof rpc->data, &rpc->doc, rpc->result)) {
		*out_len = 0;
		return pr_ethrpc_malformed(rpc, "call result");
	}
	*out = rpc->data;
	return PR_OK;
}

enum pr_err pr_ethrpc_estimate_gas(struct pr_ethrpc *rpc, uint64_t *gas, const struct pr_ethrpc_msg *msg, struct pr_l1_at at)
{
	pr_ethrpc_begin(rpc, "eth_estimateGas");
	put_msg(rpc, msg);
	pr_ethrpc_put_at(rpc, at);
	return result_u64(rpc, gas);
}

enum pr_err pr_ethrpc_send_raw(struct pr_ethrpc *rpc, uint8_t hash32[32], const uint8_t *raw, size_t len)
{
	memset(hash32, 0, 32);
	pr_ethrpc_begin(rpc, "eth_sendRawTransaction");
	pr_json_out_hex(&rpc->request, raw, len);
	PR_FORWARD(pr_ethrpc_finish(rpc));
	return pr_json_hex(hash32, 32, &rpc->doc, rpc->result) ? PR_OK : pr_ethrpc_malformed(rpc, "transaction hash");
}

enum pr_err pr_ethrpc_request(struct pr_ethrpc *rpc, const char **result, size_t *result_len, const char *method,
                              const char *params)
{
	size_t len = strlen(params);
	*result = NULL;
	*result_len = 0;
	PR_CHECK(len >= 2 && params[0] == '[' && params[len - 1] == ']');
	pr_ethrpc_begin(rpc, method);
	if (len > 2) pr_json_out_raw(&rpc->request, params + 1, len - 2);
	PR_FORWARD(pr_ethrpc_finish(rpc));
	PR_CHECK(pr_json_raw(result, result_len, &rpc->doc, rpc->result));
	return PR_OK;
}
