/* Executing what L1 holds: batches of the book on a state, chunk by chunk, with the same transition as the sequencer. */
#ifndef FRD_REPLAY_H
#define FRD_REPLAY_H

#include "core/rpc/lists.h"
#include "core/stf/step.h"
#include "core/tree/state.h"
#include "fraud/book.h"

/* One batch to execute: its header and bytes, and where the items come from. */
struct frd_run {
	const struct frd_book *book;
	uint64_t batch;
	const uint8_t *bytes; /* the run of posted chunks */
	uint32_t len;
	const uint8_t *domain32;
};

/* The context of a chunk of the batch. */
struct pr_step_ctx frd_run_ctx(const struct frd_run *run, uint32_t chunk);

/* The data that decides a chunk: a posted chunk's bytes, or the items of an inbox chunk as (length uint16, bytes)* in items (room for
 * FRD_ITEMS_BYTES_MAX).  False if there is no such chunk. */
#define FRD_ITEMS_BYTES_MAX (PR_INBOX_CHUNK_ITEMS * (2u + PR_WIRE_BYTES_MAX))
PR_MUST_USE bool frd_run_chunk(const struct frd_run *run, uint32_t chunk, const uint8_t **data, size_t *len, uint8_t *items);

/* Executes one chunk through a view. */
void frd_run_execute(const struct frd_run *run, uint32_t chunk, const struct pr_view *view, struct pr_chunk *scratch);

/* Executes chunks 0 .. count-1 on a state; roots_opt gets the root after each, lists_opt is kept current.  The state is clean afterwards. */
void frd_replay(const struct frd_run *run, uint32_t count, struct pr_state *state, struct pr_lists *lists_opt, uint8_t (*roots_opt)[32],
                struct pr_chunk *scratch);

#endif
