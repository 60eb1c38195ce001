/* Private to the ethrpc files: how one call is made.
 *
 *     pr_ethrpc_begin(rpc, "eth_getBalance");
 *     pr_json_out_hex(&rpc->request, addr20, 20);          the parameters, in order
 *     PR_FORWARD(pr_ethrpc_finish(rpc));                   rpc->result is then a node of rpc->doc */
#ifndef PR_L1_ETHRPC_IMPL_H
#define PR_L1_ETHRPC_IMPL_H

#include "core/l1/ethrpc.h"
#include "core/rt/httpc.h"
#include "core/rt/json.h"
#include "core/rt/json_out.h"

struct pr_ethrpc {
	struct pr_httpc *http;
	uint32_t deadline_ms;
	uint64_t id;
	struct pr_json_out request;
	struct pr_json_node *nodes;
	struct pr_json doc;
	uint32_t result;
	struct pr_ethrpc_error error;
	uint8_t data[PR_L1_DATA_BYTES_MAX]; /* the decoded bytes of the last answer */
};

void pr_ethrpc_begin(struct pr_ethrpc *rpc, const char *method);
PR_MUST_USE enum pr_err pr_ethrpc_finish(struct pr_ethrpc *rpc);
/* Adds a block parameter. */
void pr_ethrpc_put_at(struct pr_ethrpc *rpc, struct pr_l1_at at);
/* Records why an answer is refused and returns PR_ERR_PEER. */
enum pr_err pr_ethrpc_malformed(struct pr_ethrpc *rpc, const char *what);

#endif
