/* The cache: what the log says, in LevelDB, so that a start does not read the whole log.  It may be deleted at any time.
 *
 *   "M"            version, domain, next log sequence, batch, state root, sequence from which ticks may be pending (0: none are)
 *                  what the rows below amount to
 *   "L" id 4       a leaf (pr_leaf_row_encode)
 *   "R" hash 32    receipt of an applied entry
 *   "N" number 8   a sealed batch
 *   "F"            how far the bridge's feed was read, and what L1 says of our batches
 *   "P" number 8   where a batch was posted
 *
 * Rows L, R, N and M are written together, of the moment at which an epoch ended (no batch open).  They are made in slices while work goes on: a leaf that
 * changes before its row was made has it made first.  When all are there and the log is durable up to there they are written
 * by a thread of its own and without sync: what a crash takes is replayed.  F and P follow the feed. */
#ifndef SEQ_STORE_H
#define SEQ_STORE_H

#include "sequencer/engine.h"

struct seq_store;

struct seq_feed_mark {
	uint64_t next;              /* feed sequence from which reading must go on after a start */
	uint64_t posted, settled;   /* batches up to these are on L1 / have a final claim */
	uint8_t  posted_hash32[32]; /* of the last posted one; zero if none */
	struct pr_l1_tags tags;     /* as the bridge last told; not stored */
};

struct seq_posted {
	uint64_t block, block_time;
	uint8_t  tx32[32], hash32[32];
};

PR_MUST_USE enum pr_err seq_store_open(struct seq_store **out, struct seq_engine *eng, const char *dir);
void                    seq_store_close(struct seq_store *store);

/* Puts the cached leaves into the empty state.  *loaded: *from_sequence is where replay goes on, and eng->block.sealed and .last_time are set; ticks that the state
 * does not have may stand in the records from *carried on, before that one (0: none do).
 * Not loaded: there is no sound cache (what there was is deleted) and the state may hold rubbish: reset it.  An error, as of seq_store_wipe, ends the start. */
PR_MUST_USE enum pr_err seq_store_load(struct seq_store *store, bool *loaded, uint64_t *from_sequence, uint64_t *carried);

/* Deletes the cache, for L1 has another order than it, and makes it anew.  On error (as of pr_kv_open) there is none. */
PR_MUST_USE enum pr_err seq_store_wipe(struct seq_store *store);

/* A leaf is about to change; it changed; a batch was sealed. */
void seq_store_keep(struct seq_store *store, uint32_t id);
void seq_store_changed(struct seq_store *store, uint32_t id);
void seq_store_sealed(struct seq_store *store, const struct seq_batch *info);
/* No batch is open: rows of this moment are to be made, unless earlier ones are not written yet.  carried: as of seq_store_load. */
void seq_store_clean(struct seq_store *store, uint64_t carried);
/* Rows are to be made.  step: makes about so many of them, and has them written after the last; false if there were none. */
bool seq_store_makes(const struct seq_store *store);
bool seq_store_step(struct seq_store *store, uint32_t rows);

/* False if unknown. */
PR_MUST_USE bool seq_store_batch(const struct seq_store *store, uint64_t number, struct seq_batch *out);
PR_MUST_USE bool seq_store_receipt(const struct seq_store *store, const uint8_t hash32[32], struct seq_receipt *out);
/* The batch whose log records include this sequence; false if none is sealed. */
PR_MUST_USE bool seq_store_batch_of(const struct seq_store *store, uint64_t sequence, struct seq_batch *out);

void             seq_store_feed_save(struct seq_store *store, const struct seq_feed_mark *mark);
void             seq_store_feed_load(const struct seq_store *store, struct seq_feed_mark *mark); /* zero if there is none */
void             seq_store_posted_save(struct seq_store *store, uint64_t number, const struct seq_posted *posted);
PR_MUST_USE bool seq_store_posted(const struct seq_store *store, uint64_t number, struct seq_posted *posted);

#endif
