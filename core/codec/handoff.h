/* Records that processes hand to one another through spools (core/rt/spool.h): what the payload bytes mean.
 *
 *   sealed batch   sequencer -> batcher      the entries of a batch by chunk, and the roots the sequencer computed
 *   post           batcher   -> l1-bridge    the bytes to post
 *   L1 event       l1-bridge -> sequencer    what L1 says: items, batches, claims, withdrawals (also fraud/'s archive)
 *   L1 tags        l1-bridge -> sequencer    a small file beside the events, replaced whole: up to where L1 calls them safe and finalized
 *
 * Encodings are big-endian; every decoder consumes the whole record or fails. */
#ifndef PR_CODEC_HANDOFF_H
#define PR_CODEC_HANDOFF_H

#include "core/base/check.h"
#include "core/base/cursor.h"
#include "core/codec/list.h"

/* One posted chunk of a sealed batch: wire entries one after the other, and the root after the chunk. */
struct pr_sealed_chunk {
	uint8_t root32[32];
	uint32_t entry_count;
	uint32_t bytes_len;
	const uint8_t *bytes; /* borrowed */
};

/* Layout: number 8, timestamp 8, inbox_from 8, inbox_to 8, parent 32, inbox chunk count 4, posted chunk count 4, roots of the inbox chunks 32 each,
 * then per posted chunk: root 32, entry count 4, byte length 4, bytes.
 *
 * A parent of zeros says: the batch of the record before (or, in the first record, the genesis), whose number is one less.  Any other parent is the
 * hash of a batch that stands on L1 and was sealed elsewhere (docs/decisions/0005): the record follows that one, and every record before it with this
 * number or a higher one is void.  The number of a record in its spool is the same in the sealed spool and in the post spool. */
struct pr_sealed_batch {
	uint64_t number, timestamp, inbox_from, inbox_to;
	uint8_t parent32[32];
	uint32_t inbox_chunks, posted;
	uint8_t inbox_roots[PR_BATCH_CHUNKS_MAX][32];
	struct pr_sealed_chunk chunks[PR_BATCH_CHUNKS_MAX];
};

/* Bytes that the encoding takes. */
size_t pr_sealed_batch_bytes(const struct pr_sealed_batch *b);
/* Writes pr_sealed_batch_bytes(b) bytes. */
void pr_sealed_batch_encode(uint8_t *out, const struct pr_sealed_batch *b);
/* Chunks point into record. */
PR_MUST_USE bool pr_sealed_batch_decode(struct pr_sealed_batch *b, const uint8_t *record, size_t len);
/* The record names its parent. */
bool pr_sealed_batch_names_parent(const struct pr_sealed_batch *b);

/* What becomes of one sealed batch.  The newest record of a number is the one that counts, and the numbers rise by one up to the next record that the
 * sealed batches made void.
 *
 * Layout: number 8, timestamp 8, inbox_to 8, posted 4, parent 32, hash 32, then the run of (length 2, chunk) that goes to Rollup.post. */
struct pr_post {
	uint64_t number, timestamp, inbox_to;
	uint32_t posted;
	uint8_t parent32[32], hash32[32];
	const uint8_t *run; /* borrowed */
	uint32_t run_len;
};
#define PR_POST_HEAD_BYTES 92u
/* Writes the head only; the run follows it in the record. */
void pr_post_head_encode(uint8_t out[PR_POST_HEAD_BYTES], const struct pr_post *p);
PR_MUST_USE bool pr_post_decode(struct pr_post *p, const uint8_t *record, size_t len);

enum pr_l1_event_type {
	PR_L1_ITEM = 1,      /* 0 is not an event (core/l1/eventlog.h); number = index, a = time of arrival, data = the item */
	PR_L1_BATCH,         /* number, hash32, header, data = the run of posted chunks */
	PR_L1_CLAIM,         /* number = claim id, a = batch, b = parent claim, addr20 = claimant, hash32 = rootsRoot, data = roots (32 each) */
	PR_L1_CLAIM_STRUCK,  /* number = claim id, a = batch, b = chunk index, addr20 = prover */
	PR_L1_CLAIM_FINAL,   /* number = claim id, a = batch, hash32 = root */
	PR_L1_WITHDRAWN,     /* number = withdrawal id, a = amount, addr20 = recipient */
	PR_L1_CLAIM_RECLAIMED, /* number = claim id, a = batch, addr20 = claimant */
	PR_L1_EVENT_COUNT
};

/* Layout: type 1, L1 block number 8, L1 block time 8, tx hash 32, number 8, a 8, b 8, addr20 20, hash32 32, header (PR_BATCH_HEADER_ABI_BYTES, PR_L1_BATCH only), data. */
struct pr_l1_event {
	enum pr_l1_event_type type;
	uint64_t block, block_time;
	uint8_t tx32[32];
	uint64_t number, a, b;
	uint8_t addr20[20], hash32[32];
	struct pr_batch_header header;
	const uint8_t *data; /* borrowed */
	uint32_t data_len;
};
#define PR_L1_EVENT_HEAD_BYTES_MAX (125u + PR_BATCH_HEADER_ABI_BYTES)
/* Writes everything but data, which follows; returns the length. */
size_t pr_l1_event_head_encode(uint8_t out[PR_L1_EVENT_HEAD_BYTES_MAX], const struct pr_l1_event *e);
PR_MUST_USE bool pr_l1_event_decode(struct pr_l1_event *e, const uint8_t *record, size_t len);

/* Up to these L1 blocks, of those that were fed, L1 itself calls its chain safe and finalized.  Layout: safe 8, finalized 8, the first 8 bytes of the
 * SHA-256 of these. */
struct pr_l1_tags {
	uint64_t safe, finalized; /* finalized <= safe; 0: none */
};
#define PR_L1_TAGS_FILE "tags"
#define PR_L1_TAGS_BYTES 24u
void pr_l1_tags_encode(uint8_t out[PR_L1_TAGS_BYTES], const struct pr_l1_tags *tags);
/* False, and both 0, if the bytes are damaged. */
PR_MUST_USE bool pr_l1_tags_decode(struct pr_l1_tags *tags, const uint8_t *bytes, size_t len);

/* Reads the seven ABI words of a header; false if a value does not fit its field. */
PR_MUST_USE bool pr_batch_header_from_abi(struct pr_batch_header *h, const uint8_t *words, size_t len);

#endif
