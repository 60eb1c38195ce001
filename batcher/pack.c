#include "batcher/pack.h"

#include <string.h>

#include "core/base/err.h"
#include "core/codec/wire.h"
#include "core/crypto/keccak.h"
#include "core/rt/zpack.h"

/* The entries of a sealed chunk. */
static bool read_entries(struct pr_chunk *chunk, const struct pr_sealed_chunk *sealed)
{
	size_t pos = 0;

	chunk->count = 0;
	if (sealed->entry_count == 0 || sealed->entry_count > PR_CHUNK_ENTRIES_MAX) return false;
	while (pos < sealed->bytes_len) {
		size_t len = pr_wire_length(sealed->bytes + pos, sealed->bytes_len - pos);
		if (len == 0 || len > sealed->bytes_len - pos || chunk->count == PR_CHUNK_ENTRIES_MAX) return false;
		if (!pr_wire_decode(&chunk->entries[chunk->count++], sealed->bytes + pos, len)) return false;
		pos += len;
	}
	return chunk->count == sealed->entry_count;
}

/* True if two lists of entries are the same in wire form. */
static bool same_entries(const struct pr_chunk *a, const struct pr_chunk *b)
{
	uint8_t wire_a[PR_WIRE_BYTES_MAX], wire_b[PR_WIRE_BYTES_MAX];

	if (a->count != b->count) return false;
	for (uint32_t i = 0; i < a->count; i++) {
		size_t len = pr_wire_encode(wire_a, &a->entries[i]);
		if (pr_wire_encode(wire_b, &b->entries[i]) != len || memcmp(wire_a, wire_b, len) != 0) return false;
	}
	return true;
}

/* Packs one chunk into p->bytes; *len its length. */
static enum pr_err pack_chunk(struct bat_pack *p, const struct pr_sealed_chunk *sealed, uint32_t *len)
{
	uint32_t plain_len, raw_len;
	size_t   frame_len;

	if (!read_entries(&p->chunk, sealed)) return PR_ERR_CORRUPT;
	if (!pr_chunk_encode(p->plain, &plain_len, p->raw, &raw_len, &p->chunk)) return PR_ERR_CORRUPT;
	PR_FORWARD(pr_zpack(p->frame, sizeof p->frame, &frame_len, p->plain, plain_len));
	*len = pr_chunk_assemble(p->bytes, p->raw, raw_len, p->frame, (uint32_t)frame_len);
	if (!pr_chunk_decode(&p->check, p->bytes, *len) || !same_entries(&p->chunk, &p->check)) return PR_ERR_CORRUPT;
	p->stats.entries += p->chunk.count;
	p->stats.wire_bytes += sealed->bytes_len;
	p->stats.section_bytes += plain_len + raw_len;
	p->stats.frames_raw += frame_len > plain_len;
	return PR_OK;
}

enum pr_err bat_pack_batch(struct pr_post *post, struct bat_pack *p, const struct pr_sealed_batch *batch, const uint8_t parent32[32])
{
	struct pr_batch_header header = { .number = batch->number,
		                          .timestamp = batch->timestamp,
		                          .inbox_from = batch->inbox_from,
		                          .inbox_to = batch->inbox_to,
		                          .posted = batch->posted };
	uint32_t run_len = 0, len;

	memset(&p->stats, 0, sizeof p->stats);
	for (uint32_t i = 0; i < batch->posted; i++) {
		PR_FORWARD(pack_chunk(p, &batch->chunks[i], &len));
		if (len + 2 > sizeof p->run - run_len) return PR_ERR_FULL;
		pr_be16_put(p->run + run_len, (uint16_t)len);
		memcpy(p->run + run_len + 2, p->bytes, len);
		run_len += len + 2;
		pr_keccak256(p->hashes[i], p->bytes, len);
	}
	memcpy(header.parent, parent32, 32);
	pr_list_root(header.chunks_root, (const uint8_t (*)[32])p->hashes, batch->posted);
	memset(post, 0, sizeof *post);
	post->number    = batch->number;
	post->timestamp = batch->timestamp;
	post->inbox_to  = batch->inbox_to;
	post->posted    = batch->posted;
	post->run       = p->run;
	post->run_len   = run_len;
	memcpy(post->parent32, parent32, 32);
	pr_batch_header_hash(post->hash32, &header);
	p->stats.posted_bytes = run_len;
	return PR_OK;
}
