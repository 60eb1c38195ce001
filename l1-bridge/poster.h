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
 * A batch is submitted under an id of its record in the post spool and the attempt.  A new attempt follows one that failed, after a growing pause, and one that landed but is not in
 * the chain that the feed has read since: a reorganisation deeper than tx.confirmations took it. */
#ifndef BRG_POSTER_H
#define BRG_POSTER_H

#include "core/l1/txmgr.h"
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
	uint64_t retry_ms;     /* no further attempt at a failed batch before this */
	uint64_t retry_record; /* the batch that attempts were last counted for, and how many there were */
	uint32_t retry_attempt;
	bool waiting;          /* L1's last batch is not the parent of ours: the sequencer must re-base */
};

/* Intent ids: a mark, the attempt (16 bits), the record of the batch in the post spool or the number of the withdrawal (40 bits). */
#define BRG_INTENT_POST ((uint64_t)'P' << 56)
#define BRG_INTENT_APPEND ((uint64_t)'A' << 56) /* numbered as the attempt at a batch that was refused */
#define BRG_INTENT_WITHDRAW ((uint64_t)'W' << 56)
#define BRG_INTENT_MARK ((uint64_t)0xff << 56)
#define BRG_INTENT_NUMBER_BITS 40
#define BRG_INTENT_NUMBER (((uint64_t)1 << BRG_INTENT_NUMBER_BITS) - 1)
#define BRG_ATTEMPTS_MAX 65536u

static inline uint64_t brg_intent(uint64_t mark, uint32_t attempt, uint64_t number)
{
	PR_CHECK(attempt < BRG_ATTEMPTS_MAX && number <= BRG_INTENT_NUMBER);
	return mark | (uint64_t)attempt << BRG_INTENT_NUMBER_BITS | number;
}

/* txmgr and eth are borrowed, dir is kept. */
void brg_poster_init(struct brg_poster *p, const struct pr_chain *chain, struct pr_txmgr *txmgr, struct pr_ethrpc *eth, const char *dir);
void brg_poster_close(struct brg_poster *p);
/* Submits what may be submitted; ahead: batches at most that are not in a block of L1 yet.  Errors of the node pass; PR_ERR_CORRUPT and PR_ERR_IO are those of the spool and
 * the store. */
PR_MUST_USE enum pr_err brg_poster_step(struct brg_poster *p, const struct brg_feed *feed, uint64_t ahead, uint64_t now_ms);

#endif
