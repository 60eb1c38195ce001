/* The bridge's feed: inbox items to execute, and what became of our batches on L1.
 *
 * The feed carries confirmed events only (docs/decisions/0001), so nothing is ever taken back.  A batch on L1 must be the one that was sealed
 * here under its number: its header and, entry by entry, its chunks are compared with the sealed spool.  Any other (a batch that anyone appended for
 * overdue items, another holder of the operator's key, a lost log) is taken as it is: seq_rebase_ask, and the engine must be opened again.  A feed
 * that contradicts what it said before, or leaves batches out, halts the engine as "diverged". */
#ifndef SEQ_FEED_H
#define SEQ_FEED_H

#include "sequencer/engine.h"
#include "sequencer/store.h"

struct seq_feed;

/* dir: the feed spool; it may come into being later.  NULL: no memory. */
struct seq_feed *seq_feed_open(struct seq_engine *eng, const char *dir);
void             seq_feed_close(struct seq_feed *feed);
/* Reads what has come, a bounded amount; from a timer. */
void seq_feed_poll(struct seq_feed *feed);
const struct seq_feed_mark *seq_feed_mark(const struct seq_feed *feed);

#endif
