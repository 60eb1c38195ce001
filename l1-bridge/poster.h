/* Lands the batcher's batches on L1, each once and in order.
 *
 * L1 itself takes a batch only on its parent, so no order of submission and no crash can post twice; this sees to it that each arrives.  What is posted
 * next is the newest record of the number after L1's last batch, if that batch is its parent, and the records that follow it.  If L1's last batch is
 * another (somebody appended overdue items), nothing is posted until the sequencer has sealed on top of that one (docs/decisions/0005); what was in
 * flight is refused by L1.
 *
 * A batch that L1 refuses because items of the inbox are overdue (the operator was away for longer than the deadline) cannot be posted at all: then this
 * appends them, as anybody could, and the sequencer re-bases on that.
 *
 * A batch is attempted (core/l1/attempts.h) under the number of its record in the post spool. */
#ifndef BRG_POSTER_H
#define BRG_POSTER_H

#include "core/l1/attempts.h"
#include "core/rpc/chain.h"
#include "core/rt/spool.h"
#include "l1-bridge/feed.h"

struct brg_poster {
	const struct pr_chain *chain;
	struct pr_txmgr *txmgr;
	struct pr_ethrpc *eth;
	struct pr_spool_reader *reader, *newest;
	const char *dir;
	uint64_t last_record, last_number; /* the newest record of the post spool; 0: none yet */
	uint64_t l1_time;      /* of a recent block of L1 */
	struct pr_attempts attempts;
	bool waiting;          /* L1's last batch is not the parent of ours: the sequencer must re-base */
};

/* Marks of the bridge's intents (core/l1/attempts.h); a batch's number is that of its record in the post spool. */
#define BRG_INTENT_POST 'P'
#define BRG_INTENT_APPEND 'A' /* numbered as the attempt at a batch that was refused */
#define BRG_INTENT_WITHDRAW 'W'

/* txmgr and eth are borrowed, dir is kept. */
void brg_poster_init(struct brg_poster *p, const struct pr_chain *chain, struct pr_txmgr *txmgr, struct pr_ethrpc *eth, const char *dir);
void brg_poster_close(struct brg_poster *p);
/* Submits what may be submitted; ahead: batches at most that are not in a block of L1 yet.  Errors of the node pass; PR_ERR_CORRUPT and PR_ERR_IO are those of the spool and
 * the store. */
PR_MUST_USE enum pr_err brg_poster_step(struct brg_poster *p, const struct brg_feed *feed, uint64_t ahead, uint64_t now_ms);

#endif
