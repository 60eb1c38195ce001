/* Follows the three contracts: events with the time of their block, block by block (core/l1/follow.h does the work). */
#ifndef PR_L1_WATCH_H
#define PR_L1_WATCH_H

#include "core/l1/contracts.h"
#include "core/l1/follow.h"

struct pr_watch;

struct pr_watch_events {
	/* All events of the blocks up to this one that were not told yet, in order; their data is borrowed for the call.  Save state here. */
	enum pr_err (*block)(void *ctx, const struct pr_l1_block *block, const struct pr_l1_event *events, uint32_t count);
	/* Blocks above number no longer count. */
	enum pr_err (*rollback)(void *ctx, uint64_t number);
	void *ctx;
};

/* rpc is borrowed.  Errors as pr_follow_open. */
PR_MUST_USE enum pr_err pr_watch_open(struct pr_watch **out, struct pr_ethrpc *rpc, const struct pr_contracts *contracts, uint64_t start_block,
                                      enum pr_l1_tag target, uint64_t depth, const struct pr_watch_events *events);
void pr_watch_close(struct pr_watch *watch);

/* For saving and restoring the position, and for pr_follow_step. */
struct pr_follow *pr_watch_follow(struct pr_watch *watch);

/* "latest", "safe" or "finalized"; false for another word. */
bool pr_watch_target(enum pr_l1_tag *target, const char *word);

#endif
