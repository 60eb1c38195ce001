/* Lands the batcher's batches on L1, each once and in order. */
#ifndef BRG_POSTER_H
#define BRG_POSTER_H

#include "core/l1/txmgr.h"
#include "core/rpc/chain.h"
#include "core/rt/spool.h"
#include "l1-bridge/feed.h"

struct brg_poster {
	const struct pr_chain *chain;
	struct pr_txmgr *txmgr;
	struct pr_spool_reader *reader;
	const char *dir;
	uint64_t next;  /* batch to submit next */
	bool failed;    /* an intent failed: what L1 lacks is submitted again under new ids */
	bool diverged;  /* L1 holds another batch of a number that we packed */
};

/* Intent ids: a mark, for posts the attempt (bits 48 to 55), and the number of the batch or withdrawal. */
#define BRG_INTENT_POST ((uint64_t)'P' << 56)
#define BRG_INTENT_WITHDRAW ((uint64_t)'W' << 56)
#define BRG_INTENT_NUMBER (((uint64_t)1 << 48) - 1)
#define BRG_INTENT_MARK ((uint64_t)0xff << 56)
#define BRG_ATTEMPTS_MAX 256u

void brg_poster_init(struct brg_poster *p, const struct pr_chain *chain, struct pr_txmgr *txmgr, const char *dir);
void brg_poster_close(struct brg_poster *p);
/* Submits what may be submitted; ahead: batches in flight at most. Errors are those of the spool and the store. */
PR_MUST_USE enum pr_err brg_poster_step(struct brg_poster *p, const struct brg_feed *feed, uint64_t ahead);

#endif
