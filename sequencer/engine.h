/* The ledger as the sequencer holds it: state, hot streams, the batch being filled, the log.  One thread owns all of it.
 *
 *     admit ---> seq_submit ----+                       +--> seq_block_execute --> pr_step, log E
 *     ticks ---> seq_ticks -----+--> seal.c: make room -+--> seq_block_chunk_end   log C
 *     feed  ---> items waiting -+        fold.c         +--> seq_block_seal        log S, sealed record
 *     timer ---> drain.c -------+                       +--> seq_block_begin       log B, inbox items
 *
 * Time.  All batches of an *epoch* have one timestamp: that of the clock, but not before the L1 time of the inbox items at its beginning.  What was accepted under a time is folded
 * under it or an earlier one, because only expiry depends on time.  An epoch ends with a drain (age, bounds of pending ticks): drain.h.
 *
 * Replay drives the same seq_block_* functions and seq_streams_apply from the log records; it takes no decision (docs/decisions/0001).
 *
 * When L1 holds another batch than the one sealed here, the engine is closed and opened again on L1's order: rebase.h. */
#ifndef SEQ_ENGINE_H
#define SEQ_ENGINE_H

#include "core/codec/handoff.h"
#include "core/rpc/chain.h"
#include "core/rpc/earn.h"
#include "core/rpc/lists.h"
#include "core/rt/file.h"
#include "core/stf/step.h"
#include "sequencer/drain.h"
#include "sequencer/log.h"
#include "sequencer/receipts.h"
#include "sequencer/streams.h"

struct seq_engine_options {
	const char     *data_dir; /* holds log/, sealed/, cache/ */
	const struct pr_chain *chain;
	uint32_t        capacity;          /* of the state; PR_OBJECTS_MAX but in tests that stay small */
	uint64_t        log_segment_bytes;
	uint64_t        pending_links_max; /* drain above this: in slices, but at once from twice as much on */
	uint32_t        pending_streams_max;
	uint64_t        age_ms;            /* of an epoch */
	struct pr_loop *loop_opt;          /* NULL: no threads, a drain goes at once unless it is driven by hand; for tests */
	uint64_t (*now_s)(void);           /* the clock of ledger time */
};

/* Log records: type byte, then what stands here. */
enum seq_record {
	SEQ_RECORD_GENESIS = 'G', /* version 1, domain 32, genesis root 32: the first record */
	SEQ_RECORD_BEGIN = 'B',   /* number 8, time 8, inbox_from 8, then items as (length 2, item) */
	SEQ_RECORD_ENTRY = 'E',   /* origin 1, id made by it 4 (0: none), wire form */
	SEQ_RECORD_TICKS = 'T',   /* accepted ticks */
	SEQ_RECORD_CHUNK = 'C',   /* root after the chunk 32 */
	SEQ_RECORD_SEAL = 'S',    /* number 8, root 32 */
	SEQ_RECORD_REBASE = 'R',  /* rebase.h: records are void, a batch of L1 stands in their place */
	SEQ_RECORD_DROPPED = 'D', /* status 1, wire form: an entry that was accepted before a re-base and could not be applied again */
	SEQ_RECORD_ALIAS = 'A',   /* hash 32, sequence 8, batch 8, created 4, status 1: what became of the entry that was accepted under this hash, if ids in it changed */
	SEQ_RECORD_REBASED = 'Z'  /* the re-base is complete */
};
#define SEQ_ENTRY_HEAD_BYTES 6u /* of an entry's record, before its wire form */
enum seq_origin { SEQ_ORIGIN_CLIENT = 0, SEQ_ORIGIN_FOLD = 1 };

/* What is known of a sealed batch. */
struct seq_batch {
	uint64_t number, time, inbox_from, inbox_to, entries, first_sequence, last_sequence;
	uint32_t inbox_chunks, posted_chunks;
	uint8_t  root32[32];
	uint64_t sealed_next; /* of the sealed spool, after this batch: its own record is the one before, unless it is foreign */
	bool     foreign;     /* sealed elsewhere, taken from L1 */
	uint8_t  hash32[32];  /* foreign: on L1 */
};

/* A batch on L1 that was not sealed here.  Borrowed bytes. */
struct seq_foreign {
	struct pr_batch_header header;
	uint8_t                hash32[32];
	const uint8_t         *items; /* (length 2, item)*, those that the header names */
	size_t                 items_len;
	const uint8_t         *run;   /* posted chunks */
	size_t                 run_len;
};

/* The batch being filled, or, when not open, the one that the next entry would open. */
struct seq_block {
	bool                   open;    /* its B record is in the log */
	struct pr_step_ctx     ctx;     /* batch number and time */
	uint64_t               sealed;  /* number of the last sealed batch */
	uint64_t               last_time;
	uint64_t               next_time; /* of the next batch while ticks are pending, if that is later than last_time: those ticks were judged by it */
	uint64_t               sealed_next; /* record of the sealed spool that the next own batch becomes */
	uint8_t                parent32[32]; /* of the last batch if that is foreign; else zero */
	uint64_t               epoch_ms; /* monotonic time at which the epoch began; 0: nothing open, nothing pending */
	struct seq_batch       info;
	struct pr_chunk_sum    sum;     /* of the open chunk */
	uint32_t               bytes_bound; /* of the closed chunks as posted */
	struct pr_sealed_batch record;  /* chunks closed so far, the open one at [posted]; its bytes are offsets until the seal */
	uint8_t               *wire;    /* wire forms of all entries */
	size_t                 wire_len, wire_cap;
	uint64_t               chunk_start; /* where the open chunk begins in wire */
};

/* Inbox items that L1 holds and no batch has taken. */
#define SEQ_ITEMS_MAX (2 * PR_BATCH_ITEMS_MAX)
struct seq_items {
	uint32_t first, count; /* ring */
	struct {
		uint64_t index, time, feed_sequence;
		uint16_t len;
		uint8_t  bytes[PR_WIRE_BYTES_MAX];
	} ring[SEQ_ITEMS_MAX];
};

/* Bytes of one body of ticks. */
#define SEQ_TICK_BODY_MAX (256u << 10)

struct seq_store;

struct seq_engine {
	struct seq_engine_options options;
	char                      log_dir[PR_PATH_BYTES_MAX], sealed_dir[PR_PATH_BYTES_MAX];
	struct pr_state           state;
	void                     *state_mem;
	struct pr_view            inner, view; /* of the state; of the state with its followers */
	struct pr_lists           lists;
	struct pr_earner         *earner;
	struct seq_streams        streams;
	struct seq_block          block;
	struct seq_items          items;
	struct seq_drain          drain;
	struct seq_receipts       receipts; /* of entries whose batch is not in the cache yet */
	struct seq_log           *log;
	struct seq_store         *store;
	bool                      replaying;
	bool                      rebasing;
	uint64_t                  rebase_time; /* while rebasing: the clock */
	uint64_t                  replay_sequence; /* of the record being replayed */
	uint32_t                  created;   /* id made by the last entry executed, 0 if none */
	bool                      log_failed; /* memory is ahead of the disk: the process must end */
	const char               *halted;    /* why nothing is accepted any more; NULL: it runs */
	bool                      reopen;    /* halted for a re-base: close it and open it again */
	uint32_t                 *fold_ids;  /* scratch */
	uint8_t (*fold_links)[32];           /* scratch: every PR_CHUNK_LINKS_MAX-th link of a stream's pending run */
	uint64_t                  fold_links_max;
	uint8_t                   tick_scratch[SEQ_TICK_BODY_MAX + 1];
};

/* Opens the log, loads the cache if it is sound, replays the rest.  On error the reason is logged and *out = NULL. */
PR_MUST_USE enum pr_err seq_engine_open(struct seq_engine **out, const struct seq_engine_options *options);
void                    seq_engine_close(struct seq_engine *eng);
/* Stops accepting; the first reason stays. */
void seq_halt(struct seq_engine *eng, const char *reason);

/* The system object; the last batch that is open or sealed. */
const struct pr_system *seq_system(const struct seq_engine *eng);

/* block.c: mechanics, logged unless replaying.  items: (length 2, item)* of count items. */
void           seq_block_begin(struct seq_engine *eng, uint64_t number, uint64_t time, const uint8_t *items, size_t items_len);
enum pr_status seq_block_execute(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt, enum seq_origin origin,
                                 uint64_t *sequence);
void           seq_block_chunk_end(struct seq_engine *eng);
void           seq_block_seal(struct seq_engine *eng);
/* Executes a batch of L1 as a verifier does; it is sealed by that.  Nothing is open or pending. */
void seq_block_foreign(struct seq_engine *eng, const struct seq_foreign *f);
/* Bound of the bytes that a chunk with these sums takes in the posted run. */
uint32_t seq_chunk_bytes_bound(const struct pr_chunk_sum *sum);

/* seal.c: when.  prepare: the batch that the next entry goes to has its number, time and inbox items.  room: there is room for e in the open
 * chunk, after ending a chunk or sealing where needed. */
void seq_seal_prepare(struct seq_engine *eng);
void seq_seal_room(struct seq_engine *eng, const struct pr_entry *e);
/* Tells the metrics what is pending. */
void seq_pending_report(const struct seq_engine *eng);
/* From a timer: begins a batch if inbox items wait, drains by age. */
void seq_seal_tick(struct seq_engine *eng, uint64_t now_ms);
/* The time of an epoch that begins now: the clock's, but not before the last batch's and that since which L1 holds any item of its first batch. */
uint64_t seq_epoch_time(const struct seq_engine *eng);
/* Inbox items that the next batch may take at this time: those at the front that L1 holds since then, as many as a batch takes. */
uint32_t seq_items_until(const struct seq_engine *eng, uint64_t time);
/* Begins the next batch, whose time is set, with so many of them. */
void seq_begin_with_items(struct seq_engine *eng, uint32_t count);
/* An inbox item that L1 holds since the time given, in order; false if SEQ_ITEMS_MAX are waiting. */
PR_MUST_USE bool seq_item_push(struct seq_engine *eng, uint64_t index, uint64_t time, uint64_t feed_sequence, const uint8_t *item, size_t len);

/* fold.c: pending ticks into entries. */
void seq_fold_asset(struct seq_engine *eng, uint32_t asset);
void seq_fold_stream(struct seq_engine *eng, uint32_t stream);
void seq_fold_all(struct seq_engine *eng);
/* Streams and assets with pending ticks that an inbox item names: folds them.  A changed parameter concerns all of them. */
void seq_fold_named(struct seq_engine *eng, const uint8_t *item, size_t len);
/* True if an item of this run, (length 2, item)*, names one. */
bool seq_items_name_pending(const struct seq_engine *eng, const uint8_t *items, size_t len);

/* submit.c: one entry from a client.  APPLIED: *receipt is filled in.  It is not durable yet: seq_log_wait.
 * signer20_opt as of pr_step.  e must not be inbox only. */
enum pr_status seq_submit(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt, struct seq_receipt *receipt);
/* A body of ticks; accepted ones are logged. */
void seq_ticks(struct seq_engine *eng, struct seq_tick_result *result, const uint8_t *ticks, uint32_t count);

/* replay.c: skips the records that voids names. */
struct seq_voids;
PR_MUST_USE enum pr_err seq_replay(struct seq_engine *eng, uint64_t from_sequence, const struct seq_voids *voids);
/* On a state from the cache: the ticks of the records from <= sequence < to that it does not have become pending again. */
PR_MUST_USE enum pr_err seq_replay_carried(struct seq_engine *eng, uint64_t from_sequence, uint64_t to_sequence);

#endif
