/* The feed: what L1 said about our contracts, confirmed, each event once, for the sequencer. */
#ifndef BRG_FEED_H
#define BRG_FEED_H

#include "core/l1/eventlog.h"
#include "core/l1/watch.h"
#include "core/rpc/chain.h"

struct brg_feed {
	struct pr_eventlog log;
	struct pr_watch *watch;
	/* what was fed: next item, next batch, next claim; the hash of the last batch */
	uint64_t items, batches, claims, event_block, block;
	uint8_t last_hash32[32];
	bool reorganised; /* L1 took back what was fed: someone must look */
};

/* dir/archive becomes the spool.  PR_ERR_CORRUPT: it does not fit the chain. */
PR_MUST_USE enum pr_err brg_feed_open(struct brg_feed *feed, const struct pr_chain *chain, const char *dir, struct pr_ethrpc *rpc,
                                      enum pr_l1_tag target, uint64_t depth);
void brg_feed_close(struct brg_feed *feed);

/* Reads what is new.  PR_ERR_CORRUPT with feed->reorganised: stop. */
PR_MUST_USE enum pr_err brg_feed_step(struct brg_feed *feed);

#endif
