/* Writes a verifying node's checkpoints beside its work.
 *
 * The owner of the base state offers it whenever it stands still at a final batch; while the saver is busy the owner must not change it (readers may
 * read).  A thread writes the file, so the owner never waits for a disk.  There are two files, the older one of which is replaced, so that the newest sound
 * checkpoint is never touched.  A failure is logged and counted; the next one that is due is tried. */
#ifndef FRD_SAVER_H
#define FRD_SAVER_H

#include <pthread.h>

#include "core/rt/file.h"
#include "fraud/checkpoint.h"

struct frd_saver {
	const struct pr_chain *chain;
	char paths[2][PR_PATH_BYTES_MAX];
	unsigned next;  /* which of them is replaced next */
	uint64_t every; /* batches from one checkpoint to the next; 0: none are written */
	uint64_t last;  /* batch of the last one that was loaded, written or tried */
	bool busy;
	/* With the thread while busy. */
	pthread_t thread;
	struct frd_checkpoint at;
	const struct pr_state *state;
	uint64_t began_ms;
	enum pr_err err;
	_Atomic bool finished, stop;
};

/* The files are DIR/checkpoint.0 and .1.  PR_ERR_INVALID: dir is too long. */
PR_MUST_USE enum pr_err frd_saver_init(struct frd_saver *saver, const struct pr_chain *chain, const char *dir, uint64_t every);
/* The file that a start should try first; the other one is !first. */
unsigned frd_saver_newest(const struct frd_saver *saver);
/* The node started from this file, which is after this batch. */
void frd_saver_started(struct frd_saver *saver, unsigned file, uint64_t batch);
/* Takes note of a write that has ended; true if one is under way. */
bool frd_saver_busy(struct frd_saver *saver);
/* Begins a checkpoint of the state, which is that after the last batch in the history, if one is due and its claim is right.  Not while busy. */
void frd_saver_offer(struct frd_saver *saver, const struct frd_book *book, const struct frd_history *history, const struct pr_state *state);
/* Breaks off what is under way: both files stay. */
void frd_saver_close(struct frd_saver *saver);

#endif
