/* The feed: what L1 said about our contracts, confirmed, each event once and in L1's order, for the sequencer.
 *
 * Events are stored before the follower's position, so after a restart L1 tells the last of them again.  They are compared with what is stored, and
 * news begins where that ends.  Items, batches and claims are numbered: where one is missing the node left it out, nothing of that block is fed, and
 * the blocks since the last event are read again, as often as it takes.  (Strikes, final claims and payments have no numbers of their own: a node that
 * leaves one of those out is believed.)  Feeding cannot be undone: if L1 replaced a block that was fed, the bridge stops and says so. */
#ifndef BRG_FEED_H
#define BRG_FEED_H

#include "core/l1/eventlog.h"
#include "core/l1/tags.h"
#include "core/l1/watch.h"
#include "core/rpc/chain.h"
#include "l1-bridge/links.h"

/* What was fed: next item, next batch, next claim; the last batch's hash and the first item that it left. */
struct brg_fed {
	uint64_t items, batches, claims, taken;
	uint8_t last_hash32[32];
};

struct brg_feed {
	struct pr_eventlog log;
	struct pr_watch *watch;
	struct pr_ethrpc *rpc;
	struct pr_tags tags; /* kept in dir/archive too, for the sequencer */
	struct brg_fed fed;
	struct brg_links links; /* behind the last batch of fed */
	uint64_t block;       /* the last block told; 0 before the first of this run */
	uint64_t event_block; /* the last one with events */
	/* Digests of the events that are stored and that L1 will tell again first. */
	uint8_t (*again)[32];
	uint64_t again_count, again_next, again_cap;
	uint8_t genesis_hash32[32]; /* parent of batch 1 */
	bool gap;                   /* the node told an event without the one before it */
	bool reorganised;           /* L1 took back what was fed: someone must look */
};

/* dir/archive becomes the spool; depths as in core/l1/tags.h.  PR_ERR_CONFIG: the chain file has no genesis root; PR_ERR_CORRUPT: the spool does not fit the chain. */
PR_MUST_USE enum pr_err brg_feed_open(struct brg_feed *feed, const struct pr_chain *chain, const char *dir, struct pr_ethrpc *rpc,
                                      enum pr_l1_tag target, uint64_t depth, uint64_t safe_depth, uint64_t finalized_depth);
void brg_feed_close(struct brg_feed *feed);
/* False while what is stored was not told again: what L1 holds is not known yet. */
bool brg_feed_sure(const struct brg_feed *feed);

/* Reads what is new.  PR_ERR_CORRUPT with feed->reorganised: stop.  PR_ERR_PEER: the node left something out, nothing of that block was fed. */
PR_MUST_USE enum pr_err brg_feed_step(struct brg_feed *feed);

#endif
