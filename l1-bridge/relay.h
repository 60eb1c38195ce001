/* Pays withdrawals out on L1 for people who hold no gas there, with proofs from a verifying node.
 *
 * Anybody can make a withdrawal that cannot be paid (to a contract that refuses coin) or that is not worth its gas, so the pending ones are gone
 * through page by page and none holds up those behind it; gas per withdrawal is bounded; what failed is tried again now and then, some times. What the
 * relay does not pay its owner can: the proof is public. */
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
	uint64_t amount_min, gas_max;
	uint64_t from;     /* where the next page begins */
	bool retry;        /* on this pass failed ones are tried again */
	uint64_t retry_ms; /* when the next such pass may begin */
};

/* amount_min, in nano: smaller ones are left to their owners; gas_max: limit of each transaction. */
PR_MUST_USE enum pr_err brg_relay_open(struct brg_relay *r, const struct pr_chain *chain, struct pr_txmgr *txmgr, const char *url, uint64_t amount_min,
                                       uint64_t gas_max);
void brg_relay_close(struct brg_relay *r);
/* Looks at one page and submits up to room withdrawals that are final and not paid.  PR_ERR_PEER, PR_ERR_NET, PR_ERR_TIMEOUT: the node, passes;
 * PR_ERR_IO, PR_ERR_CORRUPT: the transaction store. */
PR_MUST_USE enum pr_err brg_relay_step(struct brg_relay *r, uint32_t room, uint64_t now_ms);

#endif
