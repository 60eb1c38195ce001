/* The second half of a re-base (rebase.h): entries, ticks and inbox items of void records, executed again in their old order. */
#ifndef SEQ_REEXECUTE_H
#define SEQ_REEXECUTE_H

#include "sequencer/rebase.h"

/* base: ids below were in use before the foreign batch; kept: the ticks that were pending then.  What is refused is logged as dropped.  PR_ERR_CORRUPT: the log. */
PR_MUST_USE enum pr_err seq_reexecute(struct seq_engine *eng, const struct seq_voids *voids, const struct seq_rebase *r, uint32_t base,
                                      const struct seq_ticks_kept *kept);

#endif
