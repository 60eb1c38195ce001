/* A durable append-only log of records in one directory: one writing process, any number of reading processes.
 *
 *   DIR/lock                     held by the writer
 *   DIR/durable                  one page, mapped by all: the durable watermark, a sequence number
 *   DIR/<first sequence>.seg     segments of equal size, zeroed in advance so that fdatasync moves data only
 *   DIR/spare                    the next segment, zeroed by a helper thread (spare.tmp while it is at work)
 *
 *   segment: [magic 8][first sequence 8][segment bytes 8][salt 8][crc32c 4] zeros to 64 | records | zeros
 *   record:  [length | group flag in bit 31: 4][crc32c 4][sequence 8][payload][zeros to a multiple of 8]
 *
 * All integers are big-endian.  The checksum covers salt, length, sequence and payload.  Sequences start at 1 and have
 * no gaps.  The group flag marks a record that was written when all records before it had been synced: it proves, at
 * recovery, that a bad record before it is loss and not a torn tail.  The salt keeps payloads from outside from
 * passing for records.
 *
 * Recovery (pr_spool_open): the records of the last segment are checked; what follows the last good one must be the
 * remains of the unsynced group (cut: zeroed) or zeros.  A bad record at or below the watermark, or one followed by a
 * record with the group flag, is PR_ERR_CORRUPT and nothing is changed.
 *
 * After the first failed write or sync the spool refuses everything with that same error: what reached the disk is
 * unknown until the next recovery. */
#ifndef PR_RT_SPOOL_H
#define PR_RT_SPOOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/base/err.h"

#define PR_SPOOL_SEGMENT_BYTES_MIN (64u << 10)
#define PR_SPOOL_SEGMENT_BYTES_MAX (1u << 30)
#define PR_SPOOL_SEGMENT_BYTES_DEFAULT (64u << 20)
#define PR_SPOOL_HEADER_BYTES 64
#define PR_SPOOL_RECORD_HEADER_BYTES 16
#define PR_SPOOL_PIECES_MAX 8

struct pr_spool;        /* the writer; one thread at a time */
struct pr_spool_reader; /* one thread at a time */

/* Opens the spool for writing, making it if missing, and recovers it.
 * segment_bytes: a multiple of 4096 within the bounds above; fixed when the spool is made: later another value only
 * applies to new segments.
 * first_sequence: the number of the first record of a new spool (at least 1); ignored if the spool has segments.
 * Errors: PR_ERR_EXISTS another writer has it; PR_ERR_CORRUPT; PR_ERR_IO; PR_ERR_FULL the disk is full;
 * PR_ERR_INVALID the arguments.  On error *out = NULL. */
PR_MUST_USE enum pr_err pr_spool_open(struct pr_spool **out, const char *dir, uint64_t segment_bytes, uint64_t first_sequence);

/* Syncs what was appended and closes; NULL is fine.  The error is that of the last sync. */
enum pr_err pr_spool_close(struct pr_spool *spool);

/* The sequence the next append will get; the highest durable sequence (0 or first - 1 if none); the lowest sequence
 * still stored (equals next if empty). */
uint64_t pr_spool_next(const struct pr_spool *spool);
uint64_t pr_spool_durable(const struct pr_spool *spool);
uint64_t pr_spool_oldest(const struct pr_spool *spool);

/* The largest payload a record may have with this segment size. */
size_t pr_spool_payload_max(const struct pr_spool *spool);

/* Appends one record (buffered, copied or written before return; not durable, not visible to readers) and sets
 * *sequence_opt.  PR_ERR_INVALID if it is larger than pr_spool_payload_max: nothing was appended and the spool goes
 * on.  Any other error ends the spool. */
PR_MUST_USE enum pr_err pr_spool_append(struct pr_spool *spool, uint64_t *sequence_opt, const void *payload, size_t len);

/* The same from up to PR_SPOOL_PIECES_MAX pieces, joined. */
PR_MUST_USE enum pr_err pr_spool_append_pieces(struct pr_spool *spool, uint64_t *sequence_opt, const struct iovec *pieces,
					       size_t piece_count);

/* Makes all appended records durable (one fdatasync), then publishes the watermark and wakes waiting readers.
 * Without new records it costs nothing. */
PR_MUST_USE enum pr_err pr_spool_sync(struct pr_spool *spool);

/* Removes whole segments that hold only records below `below`; the last segment stays. */
PR_MUST_USE enum pr_err pr_spool_prune(struct pr_spool *spool, uint64_t below);

/* Opens a reader whose first record is `sequence` (0: the oldest there is).  A reader needs no lock and may live in
 * any process.
 * PR_ERR_NOT_FOUND: there is no spool yet, or the record was pruned; PR_ERR_INVALID: sequence is beyond the next
 * record to come and its predecessor is not stored, so the caller's position belongs to another spool;
 * PR_ERR_NOT_FOUND too while the watermark is behind what is stored: after a power loss, until the writer has recovered;
 * PR_ERR_CORRUPT; PR_ERR_IO.  On error *out = NULL. */
PR_MUST_USE enum pr_err pr_spool_reader_open(struct pr_spool_reader **out, const char *dir, uint64_t sequence);
void pr_spool_reader_close(struct pr_spool_reader *reader);

/* Moves the reader: the next record is `sequence`.  A segment is searched from its beginning once; what was passed is remembered every 64 KiB (24 bytes each),
 * so that going about in it costs little.  PR_ERR_NOT_FOUND: it is not durable yet.  PR_ERR_CORRUPT: damaged, or pruned.  PR_ERR_IO. */
PR_MUST_USE enum pr_err pr_spool_reader_seek(struct pr_spool_reader *reader, uint64_t sequence);

/* The next durable record: *payload is borrowed until the next call on this reader.
 * PR_ERR_NOT_FOUND: none yet.  PR_ERR_CORRUPT: the record is damaged or its segment is gone.  PR_ERR_IO.
 * After an error other than PR_ERR_NOT_FOUND the position does not move and the call may be repeated. */
PR_MUST_USE enum pr_err pr_spool_read(struct pr_spool_reader *reader, uint64_t *sequence, const uint8_t **payload, size_t *len);

/* The sequence pr_spool_read returns next; the durable watermark as of now. */
uint64_t pr_spool_reader_next(const struct pr_spool_reader *reader);
uint64_t pr_spool_reader_durable(const struct pr_spool_reader *reader);

/* Sleeps until a record is ready (PR_OK) or timeout_ms passed (PR_ERR_TIMEOUT).  Works across processes (futex). */
PR_MUST_USE enum pr_err pr_spool_reader_wait(struct pr_spool_reader *reader, uint32_t timeout_ms);

/* A reader's durable position: one sequence in a small checked file, replaced atomically.
 * load: PR_ERR_NOT_FOUND if missing, PR_ERR_CORRUPT if damaged; *sequence is then 0. */
PR_MUST_USE enum pr_err pr_cursor_file_save(const char *path, uint64_t sequence);
PR_MUST_USE enum pr_err pr_cursor_file_load(uint64_t *sequence, const char *path);

#endif
