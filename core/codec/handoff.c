#include "core/codec/handoff.h"

#include <string.h>

#include "core/crypto/sha256.h"

size_t pr_sealed_batch_bytes(const struct pr_sealed_batch *b)
{
	size_t n = 72 + (size_t)b->inbox_chunks * 32;
	for (uint32_t i = 0; i < b->posted; i++) n += 40 + b->chunks[i].bytes_len;
	return n;
}

void pr_sealed_batch_encode(uint8_t *out, const struct pr_sealed_batch *b)
{
	PR_CHECK(b->inbox_chunks + b->posted <= PR_BATCH_CHUNKS_MAX);
	pr_be64_put(out, b->number);
	pr_be64_put(out + 8, b->timestamp);
	pr_be64_put(out + 16, b->inbox_from);
	pr_be64_put(out + 24, b->inbox_to);
	memcpy(out + 32, b->parent32, 32);
	pr_be32_put(out + 64, b->inbox_chunks);
	pr_be32_put(out + 68, b->posted);
	out += 72;
	memcpy(out, b->inbox_roots, (size_t)b->inbox_chunks * 32);
	out += (size_t)b->inbox_chunks * 32;
	for (uint32_t i = 0; i < b->posted; i++) {
		const struct pr_sealed_chunk *c = &b->chunks[i];
		memcpy(out, c->root32, 32);
		pr_be32_put(out + 32, c->entry_count);
		pr_be32_put(out + 36, c->bytes_len);
		memcpy(out + 40, c->bytes, c->bytes_len);
		out += 40 + c->bytes_len;
	}
}

bool pr_sealed_batch_decode(struct pr_sealed_batch *b, const uint8_t *record, size_t len)
{
	struct pr_cursor c = pr_cur(record, len);
	b->number = pr_cur_u64(&c);
	b->timestamp = pr_cur_u64(&c);
	b->inbox_from = pr_cur_u64(&c);
	b->inbox_to = pr_cur_u64(&c);
	pr_cur_copy(&c, b->parent32, 32);
	b->inbox_chunks = pr_cur_u32(&c);
	b->posted = pr_cur_u32(&c);
	if (b->inbox_chunks > PR_BATCH_CHUNKS_MAX || b->posted > PR_BATCH_CHUNKS_MAX - b->inbox_chunks) return false;
	for (uint32_t i = 0; i < b->inbox_chunks; i++) pr_cur_copy(&c, b->inbox_roots[i], 32);
	for (uint32_t i = 0; i < b->posted; i++) {
		struct pr_sealed_chunk *k = &b->chunks[i];
		pr_cur_copy(&c, k->root32, 32);
		k->entry_count = pr_cur_u32(&c);
		k->bytes_len = pr_cur_u32(&c);
		k->bytes = pr_cur_bytes(&c, k->bytes_len);
	}
	return pr_cur_done(&c);
}

bool pr_sealed_batch_names_parent(const struct pr_sealed_batch *b)
{
	static const uint8_t zero32[32];
	return memcmp(b->parent32, zero32, 32) != 0;
}

void pr_post_head_encode(uint8_t out[PR_POST_HEAD_BYTES], const struct pr_post *p)
{
	pr_be64_put(out, p->number);
	pr_be64_put(out + 8, p->timestamp);
	pr_be64_put(out + 16, p->inbox_to);
	pr_be32_put(out + 24, p->posted);
	memcpy(out + 28, p->parent32, 32);
	memcpy(out + 60, p->hash32, 32);
}

bool pr_post_decode(struct pr_post *p, const uint8_t *record, size_t len)
{
	struct pr_cursor c = pr_cur(record, len);
	p->number = pr_cur_u64(&c);
	p->timestamp = pr_cur_u64(&c);
	p->inbox_to = pr_cur_u64(&c);
	p->posted = pr_cur_u32(&c);
	pr_cur_copy(&c, p->parent32, 32);
	pr_cur_copy(&c, p->hash32, 32);
	if (!pr_cur_ok(&c) || c.left > PR_BATCH_DATA_MAX) return false;
	p->run_len = (uint32_t)c.left;
	p->run = pr_cur_bytes(&c, c.left);
	return pr_cur_done(&c);
}

size_t pr_l1_event_head_encode(uint8_t out[PR_L1_EVENT_HEAD_BYTES_MAX], const struct pr_l1_event *e)
{
	PR_CHECK(e->type >= PR_L1_ITEM && e->type < PR_L1_EVENT_COUNT);
	out[0] = (uint8_t)e->type;
	pr_be64_put(out + 1, e->block);
	pr_be64_put(out + 9, e->block_time);
	memcpy(out + 17, e->tx32, 32);
	pr_be64_put(out + 49, e->number);
	pr_be64_put(out + 57, e->a);
	pr_be64_put(out + 65, e->b);
	memcpy(out + 73, e->addr20, 20);
	memcpy(out + 93, e->hash32, 32);
	if (e->type != PR_L1_BATCH) return 125;
	pr_batch_header_abi(out + 125, &e->header);
	return PR_L1_EVENT_HEAD_BYTES_MAX;
}

bool pr_l1_event_decode(struct pr_l1_event *e, const uint8_t *record, size_t len)
{
	struct pr_cursor c = pr_cur(record, len);
	memset(e, 0, sizeof *e);
	uint8_t type = pr_cur_u8(&c);
	if (type < PR_L1_ITEM || type >= PR_L1_EVENT_COUNT) return false;
	e->type = (enum pr_l1_event_type)type;
	e->block = pr_cur_u64(&c);
	e->block_time = pr_cur_u64(&c);
	pr_cur_copy(&c, e->tx32, 32);
	e->number = pr_cur_u64(&c);
	e->a = pr_cur_u64(&c);
	e->b = pr_cur_u64(&c);
	pr_cur_copy(&c, e->addr20, 20);
	pr_cur_copy(&c, e->hash32, 32);
	if (e->type == PR_L1_BATCH) {
		const uint8_t *words = pr_cur_bytes(&c, PR_BATCH_HEADER_ABI_BYTES);
		if (!words || !pr_batch_header_from_abi(&e->header, words, PR_BATCH_HEADER_ABI_BYTES)) return false;
	}
	if (!pr_cur_ok(&c) || c.left > UINT32_MAX) return false;
	e->data_len = (uint32_t)c.left;
	e->data = pr_cur_bytes(&c, c.left);
	return pr_cur_done(&c);
}

void pr_l1_tags_encode(uint8_t out[PR_L1_TAGS_BYTES], const struct pr_l1_tags *tags)
{
	uint8_t hash32[32];
	PR_CHECK(tags->finalized <= tags->safe);
	pr_be64_put(out, tags->safe);
	pr_be64_put(out + 8, tags->finalized);
	pr_sha256(hash32, out, 16);
	memcpy(out + 16, hash32, 8);
}

bool pr_l1_tags_decode(struct pr_l1_tags *tags, const uint8_t *bytes, size_t len)
{
	uint8_t hash32[32];
	*tags = (struct pr_l1_tags){ 0, 0 };
	if (len != PR_L1_TAGS_BYTES) return false;
	pr_sha256(hash32, bytes, 16);
	if (memcmp(hash32, bytes + 16, 8) != 0 || pr_be64(bytes + 8) > pr_be64(bytes)) return false;
	*tags = (struct pr_l1_tags){ pr_be64(bytes), pr_be64(bytes + 8) };
	return true;
}

/* A word whose value fits in `bytes` bytes. */
static bool word_fits(const uint8_t *word, unsigned bytes)
{
	uint8_t high = 0;
	for (unsigned i = 0; i < 32 - bytes; i++) high |= word[i];
	return high == 0;
}

bool pr_batch_header_from_abi(struct pr_batch_header *h, const uint8_t *words, size_t len)
{
	memset(h, 0, sizeof *h);
	if (len != PR_BATCH_HEADER_ABI_BYTES) return false;
	for (unsigned i = 1; i <= 4; i++)
		if (!word_fits(words + 32 * i, 8)) return false;
	if (!word_fits(words + 160, 4)) return false;
	memcpy(h->parent, words, 32);
	h->number = pr_be64(words + 56);
	h->timestamp = pr_be64(words + 88);
	h->inbox_from = pr_be64(words + 120);
	h->inbox_to = pr_be64(words + 152);
	h->posted = pr_be32(words + 188);
	memcpy(h->chunks_root, words + 192, 32);
	return true;
}
