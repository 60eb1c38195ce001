/* The verifier's own copy of all that L1 said, in order: a spool of pr_l1_event records and the follower's position.
 *
 * L1 may prune; the archive may not.  Each L1 block is stored whole (its events, then the position after it), so a crash between the two makes the
 * last events be told again, which the book ignores. */
#ifndef FRD_ARCHIVE_H
#define FRD_ARCHIVE_H

#include "core/codec/handoff.h"
#include "core/l1/follow.h"
#include "core/rt/spool.h"

struct frd_archive {
	char dir[1024];
	struct pr_spool *spool;         /* NULL when read only */
	struct pr_spool_reader *random; /* for reading single records */
};

/* read_only: beside a running node, for inspection; add, commit and forget are then a mistake. */
PR_MUST_USE enum pr_err frd_archive_open(struct frd_archive *a, const char *dir, bool read_only);
void frd_archive_close(struct frd_archive *a);

/* Calls fn for every stored event in order; stops at the first error and returns it. */
typedef enum pr_err frd_archive_fn(void *ctx, const struct pr_l1_event *event, uint64_t seq);
PR_MUST_USE enum pr_err frd_archive_each(struct frd_archive *a, frd_archive_fn *fn, void *ctx);

/* Appends an event; *seq is its record.  Not durable before frd_archive_commit. */
PR_MUST_USE enum pr_err frd_archive_add(struct frd_archive *a, const struct pr_l1_event *event, uint64_t *seq);
/* Makes the events durable, then the follower's position. */
PR_MUST_USE enum pr_err frd_archive_commit(struct frd_archive *a, const struct pr_follow *follow);
/* The saved position; PR_ERR_NOT_FOUND if none. */
PR_MUST_USE enum pr_err frd_archive_position(struct frd_archive *a, struct pr_follow *follow);

/* The run of posted chunks of a stored PR_L1_BATCH event; free it. */
PR_MUST_USE enum pr_err frd_archive_run(struct frd_archive *a, uint64_t seq, uint8_t **bytes, uint32_t *len);

/* Throws everything away: L1 took back what was told. The archive is closed. */
PR_MUST_USE enum pr_err frd_archive_forget(struct frd_archive *a);

#endif
