/* The key index: a treap over object ids (core/base/treap.h) in the order of their keys.  Keys live in the leaves, their first bytes in the index
 * as well; nothing is ever removed. */
#include <string.h>

#include "core/base/treap.h"
#include "core/tree/state_parts.h"

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

	while (*slot != PR_INDEX_NONE && pr_treap_above(s->index_salt, *slot, id)) {
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
