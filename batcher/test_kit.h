/* Sealed batches of random entries for the batcher's tests.  Header only. */
#ifndef BAT_TEST_KIT_H
#define BAT_TEST_KIT_H

#include "batcher/pack.h"
#include "core/base/unit.h"
#include "core/crypto/keccak.h"
#include "tests/support/dice.h"

#define KIT_CHUNK_BYTES (PR_CHUNK_ENTRIES_MAX * PR_WIRE_BYTES_MAX)

/* A batch and the bytes that its chunks point to. */
struct kit_batch {
	struct pr_sealed_batch sealed;
	uint8_t bytes[PR_BATCH_CHUNKS_MAX][KIT_CHUNK_BYTES];
};

/* Fills chunk with at most count random entries, as many as fit. */
static inline void kit_chunk(struct world *w, struct pr_sealed_chunk *chunk, uint8_t *bytes, uint32_t count)
{
	struct pr_chunk_sum sum;
	pr_chunk_sum_init(&sum);
	memset(chunk, 0, sizeof *chunk);
	chunk->bytes = bytes;
	while (chunk->entry_count < count) {
		struct pr_entry e = dice_entry(w, dice_kind(w));
		if (!pr_chunk_sum_add(&sum, &e)) {
			if (chunk->entry_count == 0) continue; /* never posted: drawn again */
			break;
		}
		chunk->bytes_len += (uint32_t)pr_wire_encode(bytes + chunk->bytes_len, &e);
		chunk->entry_count++;
		(void)world_apply(w, &e);
	}
	dice_bytes(w, chunk->root32, 32);
}

static inline void kit_batch(struct world *w, struct kit_batch *b, uint64_t number, uint32_t posted)
{
	memset(&b->sealed, 0, sizeof b->sealed);
	b->sealed.number    = number;
	b->sealed.timestamp = 1000 + number;
	b->sealed.inbox_from = b->sealed.inbox_to = 3 * number;
	if (posted == 0) {
		b->sealed.inbox_to++;
		b->sealed.inbox_chunks = 1;
	}
	b->sealed.posted = posted;
	for (uint32_t i = 0; i < posted; i++) kit_chunk(w, &b->sealed.chunks[i], b->bytes[i], 1 + (uint32_t)world_below(w, 60));
}

/* True if the post carries exactly the entries, the numbers and the parent, and its hash is that of its header. */
static inline bool kit_same(const struct pr_post *post, const struct pr_sealed_batch *b, const uint8_t parent32[32])
{
	static struct pr_chunk chunk;
	static uint8_t         hashes[PR_BATCH_CHUNKS_MAX][32];
	struct pr_batch_header header = { .number = b->number, .timestamp = b->timestamp, .inbox_from = b->inbox_from, .inbox_to = b->inbox_to,
		                          .posted = b->posted };
	uint8_t        hash32[32], wire[PR_WIRE_BYTES_MAX];
	const uint8_t *bytes;
	uint32_t       len, n = 0;
	size_t         pos = 0;

	if (post->number != b->number || post->timestamp != b->timestamp || post->inbox_to != b->inbox_to || post->posted != b->posted) return false;
	while (pr_run_next(&bytes, &len, &pos, post->run, post->run_len)) {
		size_t at = 0;
		if (n == b->posted || !pr_chunk_decode(&chunk, bytes, len) || chunk.count != b->chunks[n].entry_count) return false;
		for (uint32_t i = 0; i < chunk.count; i++) {
			size_t l = pr_wire_encode(wire, &chunk.entries[i]);
			if (l > b->chunks[n].bytes_len - at || memcmp(wire, b->chunks[n].bytes + at, l) != 0) return false;
			at += l;
		}
		if (at != b->chunks[n].bytes_len) return false;
		pr_keccak256(hashes[n++], bytes, len);
	}
	if (pos != post->run_len || n != b->posted || memcmp(post->parent32, parent32, 32) != 0) return false;
	memcpy(header.parent, parent32, 32);
	pr_list_root(header.chunks_root, (const uint8_t (*)[32])hashes, n);
	pr_batch_header_hash(hash32, &header);
	return memcmp(hash32, post->hash32, 32) == 0;
}

#endif
