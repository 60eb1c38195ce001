/* Follows the logs of some contracts through reorganisations of L1.
 *
 * The follower keeps the last PR_FOLLOW_WINDOW checkpoints (number and hash of a block up to which everything was told).  Each
 * step takes at most one range of blocks:
 *
 *      step:  newest checkpoint still canonical? --no--> newest one that is: rollback(its number)
 *               | yes
 *             next range -> logs, each checked against the hash of its block -> log(), log(), block() ...
 *
 * The client must lead to one node: behind a balancer a node that lags could answer a range with the logs it has so far.
 *
 * Far from the target a step takes up to range_blocks blocks at once (checked before and after); the last
 * PR_FOLLOW_SINGLE blocks are taken one by one, their logs asked for by block hash. */
#ifndef PR_L1_FOLLOW_H
#define PR_L1_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/l1/ethrpc.h"

#define PR_FOLLOW_WINDOW 128
#define PR_FOLLOW_SINGLE 64
#define PR_FOLLOW_STATE_BYTES_MAX (32 + PR_FOLLOW_WINDOW * 40)
/* Logs of one step held in memory while they are checked. */
#define PR_FOLLOW_BUFFER_BYTES_MAX (64u << 20)

struct pr_follow;

/* What happened, in this order for each step.  An error is returned by the step, which told everything up to the last
 * block() that returned PR_OK; the rest is told again.  The callbacks may use the client. */
struct pr_follow_events {
	/* Blocks above number no longer count: what was told of them is undone.  number is one given to block() before, or the
	 * start block minus 1 (UINT64_MAX does not occur: the start block is at least 1). */
	enum pr_err (*rollback)(void *ctx, uint64_t number);
	enum pr_err (*log)(void *ctx, const struct pr_l1_log *log);
	/* All logs up to and including this block have been told.  Called for each block with logs and for the last of each
	 * range; the moment to save state. */
	enum pr_err (*block)(void *ctx, const struct pr_l1_block *block);
	void *ctx;
};

struct pr_follow_options {
	struct pr_ethrpc_filter filter;
	uint64_t start_block;  /* the first block of interest, at least 1 */
	enum pr_l1_tag target; /* PR_L1_LATEST, PR_L1_SAFE or PR_L1_FINALIZED */
	uint64_t depth;        /* stay this many blocks behind the target */
	uint64_t range_blocks; /* 0: 1000 */
};

/* The client is borrowed for the follower's life.  PR_ERR_INVALID: the options. */
PR_MUST_USE enum pr_err pr_follow_open(struct pr_follow **out, struct pr_ethrpc *rpc, const struct pr_follow_options *options,
                                       const struct pr_follow_events *events);
void pr_follow_close(struct pr_follow *follow);

/* One range or one rollback.  *idle: nothing more to do until the chain grows.
 * PR_ERR_CORRUPT: no checkpoint is canonical any more (a reorganisation deeper than the window, or another chain): someone
 * must look.  PR_ERR_FULL: the logs of one block exceed the buffer.  Other errors pass: call again later. */
PR_MUST_USE enum pr_err pr_follow_step(struct pr_follow *follow, bool *idle);

/* The last block told; start_block - 1 and a zero hash before the first. */
uint64_t pr_follow_position(const struct pr_follow *follow, uint8_t hash32[32]);

/* Takes back what was told above a block, because the node is suspected to have left something out: the next step goes on from the newest checkpoint
 * at or below number, or from the start if there is none any more.  No rollback() is told: these blocks may still count. */
void pr_follow_rewind(struct pr_follow *follow, uint64_t number);

/* The state as bytes, for the caller to store together with what it derived (in block()).  Returns the length. */
size_t pr_follow_save(const struct pr_follow *follow, uint8_t state[PR_FOLLOW_STATE_BYTES_MAX]);
/* Goes on from a saved state, before the first step.  PR_ERR_CORRUPT: damaged, or saved with another start block. */
PR_MUST_USE enum pr_err pr_follow_restore(struct pr_follow *follow, const uint8_t *state, size_t len);

#endif
