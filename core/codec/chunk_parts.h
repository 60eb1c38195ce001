/* What the writing and the reading of a chunk's sections share. */
#ifndef PR_CODEC_CHUNK_PARTS_H
#define PR_CODEC_CHUNK_PARTS_H

#include "core/codec/chunk.h"

/* Fields of the raw section; all others stand in the plain section. */
static inline bool pr_field_is_raw(enum pr_field_type t) { return t == PR_FIELD_RND32 || t == PR_FIELD_SIG64; }

/* Index of id in an ascending table, or where it would be inserted. */
static inline uint32_t pr_id_search(const uint32_t *ids, uint32_t count, uint32_t id)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		if (ids[mid] < id) low = mid + 1;
		else high = mid;
	}
	return low;
}

/* Bytes of v as a var. */
static inline uint32_t pr_var_bytes(uint64_t v)
{
	uint32_t n = 1;
	while (v >>= 7) n++;
	return n;
}

/* Bytes allowed for each id of the table in pr_chunk_sum.plain_bytes_max. */
#define PR_ID_VAR_BYTES_MAX 4u
PR_STATIC_ASSERT(PR_OBJECTS_MAX <= 1u << 28, "the var of an id fits four bytes");

/* pr_chunk_sum_add without the bound on plain_bytes_max; on false *s is spoiled. */
bool pr_chunk_sum_entry(struct pr_chunk_sum *s, const struct pr_entry *e);

/* Adds id to an ascending table of distinct ids; false if it is full. */
bool pr_id_insert(uint32_t *ids, uint32_t *count, uint32_t room, uint32_t id);

#endif
