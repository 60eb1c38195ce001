#include "core/codec/list.h"

#include <string.h>

#include "core/crypto/keccak.h"

static void list_node(uint8_t out32[32], const uint8_t l32[32], const uint8_t r32[32])
{
	uint8_t bytes[65] = { 0x01 };
	memcpy(bytes + 1, l32, 32);
	memcpy(bytes + 33, r32, 32);
	pr_keccak256(out32, bytes, sizeof bytes);
}

/* Fills level 0 with leaves; absent ones are zero. */
static void list_leaves(uint8_t (*level)[32], const uint8_t (*values)[32], uint32_t count)
{
	uint8_t bytes[33] = { 0x00 };
	PR_CHECK(count <= PR_BATCH_CHUNKS_MAX);
	memset(level, 0, PR_BATCH_CHUNKS_MAX * 32);
	for (uint32_t i = 0; i < count; i++) {
		memcpy(bytes + 1, values[i], 32);
		pr_keccak256(level[i], bytes, sizeof bytes);
	}
}

PR_STATIC_ASSERT(1u << PR_LIST_DEPTH == PR_BATCH_CHUNKS_MAX, "a list holds a batch's chunks");

/* Climbs to the root; where index is followed, its siblings go to path_opt. */
static void list_climb(uint8_t root32[32], uint8_t (*path_opt)[32], const uint8_t (*values)[32], uint32_t count, uint32_t index)
{
	uint8_t level[PR_BATCH_CHUNKS_MAX][32];

	list_leaves(level, values, count);
	for (uint32_t depth = 0, width = PR_BATCH_CHUNKS_MAX; depth < PR_LIST_DEPTH; depth++, width /= 2, index /= 2) {
		if (path_opt) memcpy(path_opt[depth], level[index ^ 1], 32);
		for (uint32_t i = 0; i < width / 2; i++) list_node(level[i], level[2 * i], level[2 * i + 1]);
	}
	memcpy(root32, level[0], 32);
}

void pr_list_root(uint8_t root32[32], const uint8_t (*values)[32], uint32_t count) { list_climb(root32, NULL, values, count, 0); }

void pr_list_path(uint8_t path[PR_LIST_DEPTH][32], const uint8_t (*values)[32], uint32_t count, uint32_t index)
{
	uint8_t root32[32];
	PR_CHECK(index < count);
	list_climb(root32, path, values, count, index);
}

static void put_word(uint8_t *out, uint64_t value)
{
	memset(out, 0, 24);
	pr_be64_put(out + 24, value);
}

void pr_batch_header_abi(uint8_t out[PR_BATCH_HEADER_ABI_BYTES], const struct pr_batch_header *h)
{
	memcpy(out, h->parent, 32);
	put_word(out + 32, h->number);
	put_word(out + 64, h->timestamp);
	put_word(out + 96, h->inbox_from);
	put_word(out + 128, h->inbox_to);
	put_word(out + 160, h->posted);
	memcpy(out + 192, h->chunks_root, 32);
}

void pr_batch_header_hash(uint8_t hash32[32], const struct pr_batch_header *h)
{
	uint8_t abi[PR_BATCH_HEADER_ABI_BYTES];
	pr_batch_header_abi(abi, h);
	pr_keccak256(hash32, abi, sizeof abi);
}

void pr_batch_genesis_hash(uint8_t hash32[32], const uint8_t genesis_root32[32], uint64_t l1_chain_id, const uint8_t rollup20[20])
{
	uint8_t abi[96] = { 0 };
	memcpy(abi, genesis_root32, 32);
	put_word(abi + 32, l1_chain_id);
	memcpy(abi + 76, rollup20, 20);
	pr_keccak256(hash32, abi, sizeof abi);
}

uint32_t pr_batch_inbox_chunks(const struct pr_batch_header *h)
{
	uint64_t items = h->inbox_to - h->inbox_from;
	return (uint32_t)((items + PR_INBOX_CHUNK_ITEMS - 1) / PR_INBOX_CHUNK_ITEMS);
}

uint32_t pr_batch_chunk_count(const struct pr_batch_header *h) { return pr_batch_inbox_chunks(h) + h->posted; }

void pr_inbox_link(uint8_t link32[32], const uint8_t prev32[32], const uint8_t *item, uint32_t len)
{
	uint8_t bytes[64];
	memcpy(bytes, prev32, 32);
	pr_keccak256(bytes + 32, item, len);
	pr_keccak256(link32, bytes, sizeof bytes);
}

bool pr_run_next(const uint8_t **item, uint32_t *len, size_t *pos, const uint8_t *run, size_t total)
{
	if (*pos >= total || total - *pos < 2) return false;
	uint32_t n = pr_be16(run + *pos);
	if (n == 0 || n > PR_CHUNK_BYTES_MAX || n > total - *pos - 2) return false;
	*item = run + *pos + 2;
	*len  = n;
	*pos += 2 + n;
	return true;
}
