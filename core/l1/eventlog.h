/* A program's own copy of what L1 said, in order: a spool of pr_l1_event records and the follower's position.  A verifying node archives with it
 * (L1 may prune; the archive may not); the bridge feeds the sequencer with it.
 *
 * What L1 took back stays in the spool, void: a record of a rollback says that what stands before it from higher blocks does not count.
 *
 * A block is stored whole (its events, then the position after it), so a crash between the two makes the last events be told again: readers know
 * events by their natural numbers and ignore what they have seen. */
#ifndef PR_L1_EVENTLOG_H
#define PR_L1_EVENTLOG_H

#include "core/codec/handoff.h"
#include "core/l1/follow.h"
#include "core/rt/spool.h"

struct pr_eventlog {
	char dir[1024];
	struct pr_spool *spool;         /* NULL when read only */
	struct pr_spool_reader *random; /* for reading single records */
};

/* read_only: beside a running node, for inspection; add, commit and rollback are then a mistake. */
PR_MUST_USE enum pr_err pr_eventlog_open(struct pr_eventlog *a, const char *dir, bool read_only);
void pr_eventlog_close(struct pr_eventlog *a);

/* Calls fn for every stored event that counts, in order; stops at the first error and returns it. */
typedef enum pr_err pr_eventlog_fn(void *ctx, const struct pr_l1_event *event, uint64_t seq);
PR_MUST_USE enum pr_err pr_eventlog_each(struct pr_eventlog *a, pr_eventlog_fn *fn, void *ctx);

/* Appends an event; *seq is its record.  Not durable before pr_eventlog_sync. */
PR_MUST_USE enum pr_err pr_eventlog_add(struct pr_eventlog *a, const struct pr_l1_event *event, uint64_t *seq);
/* Makes the events durable; they can be read from then on. */
PR_MUST_USE enum pr_err pr_eventlog_sync(struct pr_eventlog *a);
/* Makes the events durable, then the follower's position. */
PR_MUST_USE enum pr_err pr_eventlog_commit(struct pr_eventlog *a, const struct pr_follow *follow);
/* The saved position; PR_ERR_NOT_FOUND if none. */
PR_MUST_USE enum pr_err pr_eventlog_position(struct pr_eventlog *a, struct pr_follow *follow);

/* The run of posted chunks of a stored PR_L1_BATCH event; free it. */
PR_MUST_USE enum pr_err pr_eventlog_run(struct pr_eventlog *a, uint64_t seq, uint8_t **bytes, uint32_t *len);

/* Events of blocks above number count no more; durable at once. */
PR_MUST_USE enum pr_err pr_eventlog_rollback(struct pr_eventlog *a, uint64_t number);

#endif
