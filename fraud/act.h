/* What a verifying node does on L1: strikes wrong claims, makes right ones, finalises.
 *
 * Every act is attempted under a number of its own (core/l1/attempts.h), so that a restart neither forgets nor repeats one. */
#ifndef FRD_ACT_H
#define FRD_ACT_H

#include "core/l1/attempts.h"
#include "fraud/node.h"

struct frd_act_options {
	bool strike, claim, finalize;
};

struct frd_act {
	struct frd_node *node;
	struct pr_txmgr *txmgr;
	struct pr_rollup_config rollup;
	struct pr_attempts attempts;
	uint8_t addr20[20]; /* whose transactions these are */
	struct frd_act_options options;
	uint64_t last_proof_ms; /* duration of the last proof */
	uint64_t proofs;
};

/* Submits what is due.  Errors of single proofs are logged and tried again; the returned error is that of the store. */
PR_MUST_USE enum pr_err frd_act_step(struct frd_act *act);

/* "strike", "claim", "finalize" and the number that an intent id names; false for another id. */
bool frd_act_explain(uint64_t intent, const char **what, uint64_t *number);

#endif
