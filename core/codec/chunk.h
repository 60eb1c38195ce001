/* Posted chunks (docs/spec/chunk.md section 1): entries <-> plain and raw sections <-> chunk bytes.
 *
 * An entry list has exactly one plain and one raw section, and decode accepts nothing else: encode(decode(c)) = c for the sections of every
 * chunk that decodes.  Compression of the plain section into its frame is core/rt/zpack.h; the strict decoding is core/codec/zframe.h. */
#ifndef PR_CODEC_CHUNK_H
#define PR_CODEC_CHUNK_H

#include "core/base/check.h"
#include "core/types/entry.h"

/* The entries of one chunk, in order.  About 66 KiB: callers keep it static or on the heap. */
struct pr_chunk {
	uint32_t count;
	struct pr_entry entries[PR_CHUNK_ENTRIES_MAX];
};

/* Running sums while a chunk is filled, all bounds of docs/spec/chunk.md; begin with pr_chunk_sum_init. */
struct pr_chunk_sum {
	uint32_t entries, implicit, ids, links, gas, plain_bytes_max, raw_bytes;
	uint32_t id_table[PR_CHUNK_LEAVES_MAX]; /* distinct ids named so far, ascending */
};

void pr_chunk_sum_init(struct pr_chunk_sum *s);
/* Adds e if the chunk stays within every bound; false (and s unchanged) if e must open the next chunk.  An entry alone in a chunk
 * always fits unless it names id 0 or an id >= PR_OBJECTS_MAX, is inbox only, or is a tick of more than PR_CHUNK_LINKS_MAX
 * (those are never posted).  plain_bytes_max is an upper bound of the plain section's length (id deltas counted at their longest). */
PR_MUST_USE bool pr_chunk_sum_add(struct pr_chunk_sum *s, const struct pr_entry *e);

/* The sections of a chunk.  plain needs PR_CHUNK_PLAIN_MAX and raw PR_CHUNK_RAW_MAX bytes.  False if the entries pass a bound (a caller's
 * mistake if they were added with pr_chunk_sum_add). */
PR_MUST_USE bool pr_chunk_encode(uint8_t *plain, uint32_t *plain_len, uint8_t *raw, uint32_t *raw_len, const struct pr_chunk *chunk);

/* Assembles chunk bytes from a raw section and a frame; returns the length (at most PR_CHUNK_BYTES_MAX; the caller gives that much room). */
uint32_t pr_chunk_assemble(uint8_t *out, const uint8_t *raw, uint32_t raw_len, const uint8_t *frame, uint32_t frame_len);

/* Decodes the sections.  False if they are not the sections of a chunk; then chunk->count is 0. */
PR_MUST_USE bool pr_chunk_decode_sections(struct pr_chunk *chunk, const uint8_t *plain, uint32_t plain_len, const uint8_t *raw,
                                          uint32_t raw_len);

/* Decodes a chunk as posted: header, strict frame, sections, bounds.  False = undecodable = a no-op (chunk->count is 0). */
PR_MUST_USE bool pr_chunk_decode(struct pr_chunk *chunk, const uint8_t *bytes, size_t len);

/* The ids that the entries of a chunk name, ascending, distinct; returns their count (at most PR_CHUNK_LEAVES_MAX). */
uint32_t pr_chunk_ids(uint32_t ids[PR_CHUNK_LEAVES_MAX], const struct pr_chunk *chunk);

#endif
