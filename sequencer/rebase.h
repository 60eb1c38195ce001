/* L1 holds another batch than the one sealed here: the sequencer takes L1's and puts its own entries on top (docs/decisions/0005).
 *
 *   feed sees batch n of L1, which is not ours
 *      |  seq_rebase_ask: record R = the batch as L1 has it, "void from the first record after batch n-1"; the engine halts
 *      v
 *   the engine is closed and opened again: the log is replayed without what is void, so the state is that after batch n-1
 *      |  seq_rebase_run: R again, and with it
 *      |    pending ticks are lifted off, batch n of L1 is executed as a verifier does, the ticks are put back
 *      |    the void records' entries, ticks and inbox items in their old order, as if they came now; who is refused: record D
 *      |  record Z; only now the batches sealed on the way become visible to the batcher
 *      v
 *   business as usual
 *
 * The log is only ever appended to.  Killed before Z, the next start does it over: the newest R without a Z voids what the attempt before it wrote.
 * Sequences are never used twice, so what a client holds of the old order still names its record.
 *
 * A client's entry names objects by id, and an id may be another one in the new order.  An entry is executed with the ids that its objects have now;
 * where a signature is over the number itself (assets, streams), it is refused by that signature and never means another object. */
#ifndef SEQ_REBASE_H
#define SEQ_REBASE_H

#include "sequencer/engine.h"

/* Record R: void_from 8, source_to 8, sealed_next 8, hash 32, header (ABI), length of the items 4, items, posted chunks. */
struct seq_rebase {
	uint64_t           void_from;   /* records from this one on, up to R itself, are void */
	uint64_t           source_to;   /* those below this one are to be executed again */
	uint64_t           sealed_next; /* of the sealed spool, for the next own batch; 0: asked for, not done */
	struct seq_foreign foreign;
};

/* Borrows from record. */
PR_MUST_USE bool seq_rebase_decode(struct seq_rebase *r, const uint8_t *record, size_t len);
/* The foreign batch is the next one on this state. */
bool seq_rebase_follows(const struct seq_engine *eng, const struct seq_rebase *r);

/* What is void in a log. */
struct seq_voids {
	struct seq_void {
		uint64_t from, to; /* from <= sequence < to; to: the record R */
	} *all;
	size_t   count;
	uint64_t lowest; /* from of all; UINT64_MAX: nothing is void */
	uint64_t asked;  /* the R that has no Z; 0: none.  Everything from its void_from on is void then */
};

/* Reads the log from a sequence on.  voids is overwritten (what it held is freed). */
PR_MUST_USE enum pr_err seq_voids_find(struct seq_voids *voids, const char *log_dir, uint64_t from_sequence);
void                    seq_voids_free(struct seq_voids *voids);
bool                    seq_voids_have(const struct seq_voids *voids, uint64_t sequence);

/* Puts R for a batch that L1 holds and halts as "rebasing": close the engine and open it again.  f->header.number is at most one above the last
 * sealed batch. */
void seq_rebase_ask(struct seq_engine *eng, const struct seq_foreign *f);

/* From seq_engine_open: the state is that before voids->asked. */
PR_MUST_USE enum pr_err seq_rebase_run(struct seq_engine *eng, const struct seq_voids *voids);

/* Ticks in packed form. */
struct seq_ticks_kept {
	uint8_t *bytes;
	size_t   count, cap;
};
/* For replay too: lifts pending ticks (into kept_opt, as ticks that can be applied again) and executes the foreign batch. */
void seq_rebase_apply(struct seq_engine *eng, const struct seq_rebase *r, struct seq_ticks_kept *kept_opt);
/* Puts the receipt of an entry that was dropped in this record; borrowed until the next one. */
const struct seq_receipt *seq_rebase_dropped(struct seq_engine *eng, uint64_t sequence, uint8_t status, const uint8_t *wire, size_t len);

/* Record A. */
#define SEQ_ALIAS_BYTES 54u
void             seq_alias_encode(uint8_t record[SEQ_ALIAS_BYTES], const struct seq_receipt *receipt);
PR_MUST_USE bool seq_alias_decode(struct seq_receipt *receipt, const uint8_t *record, size_t len);

#endif
