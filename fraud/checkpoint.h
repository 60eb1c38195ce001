/* A verifying node's base state on disk, so that a start need not execute the archive from the genesis.
 *
 * Nothing in the file is believed.  A checkpoint is of a batch whose claim is final on L1 and was found right, chunk by chunk, by the node that wrote it; it is
 * taken if the leaves in it hash to the root of the final claim that the archive holds for that batch, and if it was made of the very items, batches
 * and roots that the archive holds up to there.  Otherwise it is refused by name, and the node executes from the genesis.
 *
 * Why a final batch: only a claim on a later one can still become final (Rollup.finalize), so every lie that matters is in a batch after the checkpoint, and
 * its proof is built from a state at or after it.  A reorganisation that takes the finality back voids it in the archive: the checkpoint is refused, and the one
 * before it, which is kept too, is taken in its place.
 *
 *   file:  head | rows | checksum
 *   head:  magic 8, version 4, protocol 32, domain 32, L1 chain id 8, Rollup 20, batch 8, its hash on L1 32, history 32, root 32, count of rows 4,
 *          CRC-32C of the head so far 4
 *   row:   object id 4, length 2, pr_leaf_row_encode
 *   checksum: CRC-32C of everything before it 4 */
#ifndef FRD_CHECKPOINT_H
#define FRD_CHECKPOINT_H

#include <stdatomic.h>

#include "core/crypto/sha256.h"
#include "core/rpc/chain.h"
#include "fraud/book.h"

/* What made a state: a digest over the genesis and, batch by batch, its hash, its inbox items and the roots of its final claim. */
struct frd_history {
	struct pr_sha256 hash;
	uint64_t batch; /* the last one in it */
};
void frd_history_begin(struct frd_history *history, const struct frd_book *book);
/* Adds the next batch, which must have a final claim. */
void frd_history_add(struct frd_history *history, const struct frd_book *book);

/* Where a checkpoint stands. */
struct frd_checkpoint {
	uint64_t batch;
	uint8_t hash32[32], history32[32], root32[32];
};
/* True if a checkpoint may be made after the last batch in the history: its final claim is right. */
PR_MUST_USE bool frd_checkpoint_at(struct frd_checkpoint *at, const struct frd_book *book, const struct frd_history *history);

/* Replaces path by a checkpoint of a clean state, atomically and durably; reads the state only.  PR_ERR_TIMEOUT: *stop was set meanwhile, and path is
 * what it was.  PR_ERR_IO, PR_ERR_FULL. */
PR_MUST_USE enum pr_err frd_checkpoint_write(const char *path, const struct pr_chain *chain, const struct frd_checkpoint *at, const struct pr_state *state,
                                             const _Atomic bool *stop);

/* The batch that the head of a file names, 0 if it has no head: which file to try first.  Says nothing of its soundness. */
uint64_t frd_checkpoint_peek(const char *path);

/* Loads path into a state that holds the genesis; the history is that of the book up to the checkpoint's batch, and the book has the roots of all batches up to it.
 * PR_ERR_NOT_FOUND; PR_ERR_CORRUPT, *why says what is wrong: the state may hold rubbish then, the book is as it was. */
PR_MUST_USE enum pr_err frd_checkpoint_load(struct frd_checkpoint *at, struct frd_history *history, const char **why, const char *path,
                                            const struct pr_chain *chain, struct frd_book *book, struct pr_state *state);

#endif
