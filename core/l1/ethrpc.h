/* JSON-RPC to an Ethereum node: blocking calls with a deadline, every answer checked field by field.
 *
 * All calls return PR_OK, PR_ERR_NET, PR_ERR_TIMEOUT, PR_ERR_FULL (the answer is above the bound) or PR_ERR_PEER: the node
 * answered with an error, which pr_ethrpc_error then holds, or with something malformed (its code is then 0).  A call whose
 * connection broke is repeated once: every method used here may be repeated.  A client belongs to one thread. */
#ifndef PR_L1_ETHRPC_H
#define PR_L1_ETHRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/l1/ethtypes.h"

struct pr_ethrpc;

struct pr_ethrpc_options {
	const char *url;             /* http:// or https:// */
	const char *header_opt;      /* one header line, for a provider's key */
	const char *ca_file_opt;
	uint32_t deadline_ms;        /* per call; 0: 10000 */
	uint32_t response_bytes_max; /* 0: 32 MiB */
};

/* No connection is made yet.  Strings are copied.  Errors as pr_httpc_open. */
PR_MUST_USE enum pr_err pr_ethrpc_open(struct pr_ethrpc **out, const struct pr_ethrpc_options *options);
void pr_ethrpc_close(struct pr_ethrpc *rpc);

#define PR_ETHRPC_MESSAGE_BYTES 256
#define PR_ETHRPC_REVERT_BYTES_MAX 1024

/* The error object of the last call; all zero if it had none. */
struct pr_ethrpc_error {
	int64_t code;                            /* JSON-RPC code, or the HTTP status if that was not 200 */
	char message[PR_ETHRPC_MESSAGE_BYTES];   /* cut to fit, control bytes as '.' */
	uint8_t data[PR_ETHRPC_REVERT_BYTES_MAX]; /* revert data, if the node gave it and it fits */
	size_t data_len;
};
const struct pr_ethrpc_error *pr_ethrpc_error(const struct pr_ethrpc *rpc);
/* True if the last error says that the call itself fails in the EVM (reverted, out of gas, invalid opcode), as opposed to
 * a node that could not say. */
bool pr_ethrpc_reverted(const struct pr_ethrpc *rpc);
/* Solidity's Error(string) or Panic(uint256) in data, or its selector, as text for people; "" if there is none. */
void pr_ethrpc_revert_text(char *text, size_t room, const uint8_t *data, size_t len);

PR_MUST_USE enum pr_err pr_ethrpc_chain_id(struct pr_ethrpc *rpc, uint64_t *chain_id);
PR_MUST_USE enum pr_err pr_ethrpc_block_number(struct pr_ethrpc *rpc, uint64_t *number);
/* PR_ERR_NOT_FOUND: no such block (yet). */
PR_MUST_USE enum pr_err pr_ethrpc_block(struct pr_ethrpc *rpc, struct pr_l1_block *block, struct pr_l1_at at);
/* PR_ERR_NOT_FOUND: not mined, as far as this node knows. */
PR_MUST_USE enum pr_err pr_ethrpc_receipt(struct pr_ethrpc *rpc, struct pr_l1_receipt *receipt, const uint8_t hash32[32]);
/* tx->input is borrowed until the next call.  PR_ERR_NOT_FOUND: unknown to this node. */
PR_MUST_USE enum pr_err pr_ethrpc_tx(struct pr_ethrpc *rpc, struct pr_l1_tx *tx, const uint8_t hash32[32]);
PR_MUST_USE enum pr_err pr_ethrpc_nonce(struct pr_ethrpc *rpc, uint64_t *nonce, const uint8_t addr20[20], struct pr_l1_at at);
PR_MUST_USE enum pr_err pr_ethrpc_balance(struct pr_ethrpc *rpc, pr_u128 *wei, const uint8_t addr20[20], struct pr_l1_at at);
/* The base fee of the next block and a fair priority fee (eth_feeHistory over 5 blocks). */
PR_MUST_USE enum pr_err pr_ethrpc_fees(struct pr_ethrpc *rpc, struct pr_l1_fees *fees);

/* A message call.  Optional fields: from20_opt, gas (0: the node's choice). */
struct pr_ethrpc_msg {
	const uint8_t *from20_opt, *to20_opt; /* without to20 it makes a contract */
	pr_u128 value;
	uint64_t gas;
	const uint8_t *data;
	size_t data_len;
};
/* *out is borrowed until the next call.  A revert is PR_ERR_PEER with pr_ethrpc_reverted. */
PR_MUST_USE enum pr_err pr_ethrpc_call(struct pr_ethrpc *rpc, const uint8_t **out, size_t *out_len,
                                       const struct pr_ethrpc_msg *msg, struct pr_l1_at at);
PR_MUST_USE enum pr_err pr_ethrpc_estimate_gas(struct pr_ethrpc *rpc, uint64_t *gas, const struct pr_ethrpc_msg *msg,
                                               struct pr_l1_at at);
/* Hands over a signed transaction.  hash32 is what the node calls it. */
PR_MUST_USE enum pr_err pr_ethrpc_send_raw(struct pr_ethrpc *rpc, uint8_t hash32[32], const uint8_t *raw, size_t len);

#define PR_ETHRPC_ADDRS_MAX 8
#define PR_ETHRPC_TOPICS_MAX 32

/* Logs of any of the addresses (at least one) whose first topic is any of the topics (none: all). */
struct pr_ethrpc_filter {
	uint8_t addrs[PR_ETHRPC_ADDRS_MAX][20];
	uint32_t addr_count;
	uint8_t topics[PR_ETHRPC_TOPICS_MAX][32];
	uint32_t topic_count;
};
/* Called for each log in order of (block, index); the log and its data are borrowed for the call.  An error ends the query
 * and is returned.  It must not use the same client. */
typedef enum pr_err (*pr_ethrpc_log_fn)(void *ctx, const struct pr_l1_log *log);

/* The logs of the blocks from..to.  A range the node refuses or that exceeds the bound is halved until it goes through; the
 * error of a single block is returned.  Logs out of order, out of the range or not matching the filter are PR_ERR_PEER. */
PR_MUST_USE enum pr_err pr_ethrpc_logs(struct pr_ethrpc *rpc, const struct pr_ethrpc_filter *filter, uint64_t from,
                                       uint64_t to, pr_ethrpc_log_fn fn, void *ctx);
/* The logs of one block named by its hash: exact even while the chain reorganises.  PR_ERR_PEER if the node does not know
 * the block (any more). */
PR_MUST_USE enum pr_err pr_ethrpc_logs_of_block(struct pr_ethrpc *rpc, const struct pr_ethrpc_filter *filter,
                                                const struct pr_l1_block *block, pr_ethrpc_log_fn fn, void *ctx);

/* Any other method: params is a JSON array; the result is borrowed until the next call. */
PR_MUST_USE enum pr_err pr_ethrpc_request(struct pr_ethrpc *rpc, const char **result, size_t *result_len,
                                          const char *method, const char *params);

#endif
