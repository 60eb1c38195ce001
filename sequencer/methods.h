/* The sequencer's own JSON-RPC methods, beside the read methods of core/rpc.
 *
 *   penny_submit(entries...)      an array of entries; an outcome for each, when all of them are durable
 *   penny_getEntry(entry)         by hash or by log sequence
 *   penny_getBatch(number?)       the last sealed one if absent
 *   penny_getHealth()             what stands in /readyz, and queues
 *   penny_seal()                  ends the epoch now; only with admin.enabled */
#ifndef SEQ_METHODS_H
#define SEQ_METHODS_H

#include "core/rpc/read.h"
#include "sequencer/admit.h"
#include "sequencer/feed.h"

struct seq_methods {
	struct seq_engine   *eng;
	struct seq_feed     *feed_opt;
	struct seq_admit     admit;
	struct pr_read       read;
	struct pr_rpc_method table[PR_READ_METHODS + 5];
	size_t               count;
};

void seq_methods_init(struct seq_methods *m, struct seq_engine *eng, struct seq_sigpool *pool, struct seq_feed *feed_opt, bool admin);
/* "soft"; once on L1 "posted", then "safe" and "finalized" by L1's own tags; "settled" when a claim is final. */
const char *seq_batch_status(const struct seq_methods *m, uint64_t batch);

#endif
