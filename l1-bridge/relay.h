/* Pays withdrawals out on L1 for people who hold no gas there, with proofs from a verifying node. */
#ifndef BRG_RELAY_H
#define BRG_RELAY_H

#include "core/l1/txmgr.h"
#include "core/rpc/chain.h"
#include "core/rt/httpc.h"
#include "core/rt/json.h"

struct brg_relay {
	const struct pr_chain *chain;
	struct pr_txmgr *txmgr;
	struct pr_httpc *http;
	struct pr_json_node *nodes;
};

PR_MUST_USE enum pr_err brg_relay_open(struct brg_relay *r, const struct pr_chain *chain, struct pr_txmgr *txmgr, const char *url);
void brg_relay_close(struct brg_relay *r);
/* Submits up to room withdrawals that are final and not paid.  An error of the node or its answer is returned and passes. */
PR_MUST_USE enum pr_err brg_relay_step(struct brg_relay *r, uint32_t room);

#endif
