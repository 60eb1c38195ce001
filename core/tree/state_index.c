/* The key index: a treap over object ids (Aragon and Seidel, "Randomized Search Trees", 1989).
 *
 * In key order it is a search tree, in priority order a heap.  Priorities come from the id and a secret salt, so whoever chooses the keys
 * cannot choose the shape, and the expected depth is logarithmic for every order of insertion.  Keys live in the leaves, their first bytes in the
 * index as well; nothing is ever removed. */
#include <string.h>

#include "core/tree/state_parts.h"

/* splitmix64 (Steele, Lea, Flood 2014) over the salted id; ties are broken by id. */
static uint64_t priority(const struct pr_state *s, uint32_t id)
{
	uint64_t z = s->index_salt + (uint64_t)(id + 1u) * 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static bool is_above(const struct pr_state *s, uint32_t a, uint32_t b)
{
	uint64_t pa = priority(s, a), pb = priority(s, b);
	return pa != pb ? pa > pb : a < b;
}

static int key_order(const struct pr_state *s, const uint8_t key32[32], uint64_t prefix, uint32_t id)
{
	uint64_t other = s->index[id].prefix;
	return prefix != other ? (prefix < other ? -1 : 1) : memcmp(key32 + 8, s->leaves[id].link.key + 8, 24);
}

void pr_index_insert(struct pr_state *s, uint32_t id)
{
	const uint8_t *key32  = s->leaves[id].link.key;
	uint64_t       prefix = pr_be64(key32);
	uint32_t      *slot   = &s->index_root;
	uint32_t      *ends[2];

	while (*slot != PR_INDEX_NONE && is_above(s, *slot, id)) {
		int order = key_order(s, key32, prefix, *slot);
		PR_CHECK(order != 0);
		slot = &s->index[*slot].child[order > 0];
	}

	/* The subtree found is split at the key: what is smaller becomes the left child, what is larger the right. */
	uint32_t cur = *slot;
	*slot               = id;
	s->index[id].prefix = prefix;
	ends[0] = &s->index[id].child[0];
	ends[1] = &s->index[id].child[1];
	while (cur != PR_INDEX_NONE) {
		int order = key_order(s, key32, prefix, cur);
		PR_CHECK(order != 0);
		int side    = order > 0 ? 0 : 1;
		*ends[side] = cur;
		ends[side]  = &s->index[cur].child[!side];
		cur         = *ends[side];
	}
	*ends[0] = PR_INDEX_NONE;
	*ends[1] = PR_INDEX_NONE;
}

bool pr_index_find(const struct pr_state *s, const uint8_t key32[32], uint32_t *id)
{
	uint64_t prefix = pr_be64(key32);
	uint32_t cur    = s->index_root;

	*id = PR_INDEX_NONE;
	while (cur != PR_INDEX_NONE) {
		int order = key_order(s, key32, prefix, cur);
		if (order >= 0) *id = cur;
		if (order == 0) return true;
		cur = s->index[cur].child[order > 0];
	}
	return false;
}
