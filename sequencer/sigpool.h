/* Threads that recover signers.  One job carries all signatures of a request, so that a body is one hand-over.
 *
 * Jobs are looked at in slices of SEQ_SIG_SLICE signatures, the first slice of each before the further ones of others (three to one, so that
 * these go on too): a request of a few signatures does not wait for those of many, however many are under way.  Jobs end in any order. */
#ifndef SEQ_SIGPOOL_H
#define SEQ_SIGPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/rt/loop.h"

#define SEQ_SIG_SLICE 8u

struct seq_sigpool;

struct seq_sigjob {
	struct seq_sigjob *next; /* the pool's */
	uint32_t           looked_at; /* the pool's; 0 when it is put */
	uint32_t           count;
	uint8_t (*digests)[32];
	uint8_t (*sigs)[64];
	uint8_t (*signers)[20]; /* out: zero where nothing is recovered */
	void (*done)(struct seq_sigjob *job); /* in the loop's thread */
};

/* NULL: no memory.  threads: 1 to 64; jobs_max: waiting ones. */
struct seq_sigpool *seq_sigpool_open(struct pr_loop *loop, uint32_t threads, uint32_t jobs_max);
/* Jobs under way are finished; their done and those of waiting jobs do not run. */
void seq_sigpool_close(struct seq_sigpool *pool);
/* False: jobs_max are waiting, nothing was queued.  The job is the pool's until done. */
PR_MUST_USE bool seq_sigpool_put(struct seq_sigpool *pool, struct seq_sigjob *job);

#endif
