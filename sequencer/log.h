/* The sequencer's log: the record of truth, made durable in groups by a thread of its own.
 *
 *     loop thread:   put put put | wait(reply) | kick        the open group grows while the other one is being written
 *     writer thread:              append all, one sync, then the sealed batches of the group, one sync
 *     loop thread:                                            waiters of the group run: replies are released
 *
 * Whatever arrived during the last sync is the next group.  A sealed batch becomes visible to the batcher after its seal record is durable,
 * never before.  Sequences are those of the spool: record n of the log is the n-th put.  After a failure nothing is written any more and
 * waiters hear of it.  All calls happen in the loop's thread. */
#ifndef SEQ_LOG_H
#define SEQ_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/base/err.h"
#include "core/rt/loop.h"

#define SEQ_LOG_BACKLOG_MAX (32u << 20) /* bytes of the open group above which seq_log_is_full */

struct seq_log;

struct seq_log_options {
	const char     *dir, *sealed_dir;
	uint64_t        segment_bytes;
	struct pr_loop *loop_opt; /* NULL: no thread, seq_log_kick writes and releases before it returns */
	void (*failed)(void *ctx, enum pr_err err); /* once, when a write or sync failed */
	void *ctx;
};

/* Opens and recovers both spools.  Errors as of pr_spool_open. */
PR_MUST_USE enum pr_err seq_log_open(struct seq_log **out, const struct seq_log_options *options);
/* Writes what is queued, releases its waiters and closes. */
void seq_log_close(struct seq_log *log);

/* The sequence that the next put will have; the highest durable one; the sequence of the next record of the sealed spool. */
uint64_t seq_log_next(const struct seq_log *log);
uint64_t seq_log_durable(const struct seq_log *log);
uint64_t seq_log_sealed_next(const struct seq_log *log);

/* A durable record, borrowed until the next call.  PR_ERR_NOT_FOUND: not durable (yet); else as of pr_spool_reader_seek. */
PR_MUST_USE enum pr_err seq_log_read(struct seq_log *log, uint64_t sequence, const uint8_t **record, size_t *len);

/* Adds a record; returns its sequence. */
uint64_t seq_log_put(struct seq_log *log, const struct iovec *pieces, size_t count);
/* The same in place: up to room bytes may be written at the address returned, then len of them are the record (0: none). */
uint8_t *seq_log_begin(struct seq_log *log, size_t room);
uint64_t seq_log_end(struct seq_log *log, size_t len);
/* Adds a sealed batch (takes over the allocation) as that record of the sealed spool; one that the spool has already is dropped. */
void seq_log_seal(struct seq_log *log, uint64_t sequence, uint8_t *record, size_t len);
/* Between hold and release sealed batches are kept back; release makes them part of the open group.  Closing while held drops them. */
void seq_log_hold(struct seq_log *log);
void seq_log_release(struct seq_log *log);

/* fn(ctx, PR_OK) runs when everything put so far is durable; with an error if it will not be. */
typedef void seq_log_waiter(void *ctx, enum pr_err err);
void seq_log_wait(struct seq_log *log, seq_log_waiter *fn, void *ctx);
/* Hands the open group to the writer if that is idle. */
void seq_log_kick(struct seq_log *log);
/* Returns when everything put is durable, or the log has failed; its waiters have run.  For a start, while nobody else is served. */
void seq_log_flush(struct seq_log *log);
/* True: the disk is behind; refuse work. */
bool seq_log_is_full(const struct seq_log *log);

#endif
