/* How much of what was followed L1 holds for safe and for finalized.
 *
 * A program looks at the tags before it lets its follower step and settles them after: what the follower then holds was still L1's chain after the
 * safe and the finalized block were named, so every block of it up to their numbers is theirs.  Heights never pass what was followed, and fall only
 * with a rollback.  A node that does not name such a block is no error: nothing more is safe then. */
#ifndef PR_L1_TAGS_H
#define PR_L1_TAGS_H

#include "core/codec/handoff.h"
#include "core/l1/ethrpc.h"

struct pr_tags {
	uint64_t safe_depth, finalized_depth; /* blocks below the latest that count as safe, as finalized; 0: the node's own tag */
	struct pr_l1_tags now;                /* what holds for what was followed; restore before the first look */
	struct pr_l1_tags named;              /* by L1, at the last look */
	uint64_t looked_at;                   /* position of the follower then; UINT64_MAX before the first look */
	bool told;                            /* that the node names none: once in the log */
};

void pr_tags_init(struct pr_tags *tags, uint64_t safe_depth, uint64_t finalized_depth);

/* Before the follower steps.  position: the last block followed; nothing is asked while it stands still.  Errors: those of the node; tags are as before. */
PR_MUST_USE enum pr_err pr_tags_look(struct pr_tags *tags, struct pr_ethrpc *rpc, uint64_t position);
/* After it stepped without an error; true if tags->now changed. */
bool pr_tags_settle(struct pr_tags *tags, uint64_t position);
/* Blocks above number went. */
void pr_tags_rollback(struct pr_tags *tags, uint64_t number);

#endif
