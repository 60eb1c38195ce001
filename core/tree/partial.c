/* A witness opened for stateless execution (docs/spec/chunk.md section 4). */
#include <string.h>

#include "core/base/cursor.h"
#include "core/crypto/sha256.h"
#include "core/tree/witness.h"

enum { LINK_NONE = 0, LINK_HASH = 1, LINK_OPEN = 2 };

static bool parse_leaf(struct pr_partial *p, struct pr_cursor *c, uint32_t i)
{
	struct pr_leaf *leaf = &p->leaves[i];

	memset(leaf, 0, sizeof *leaf);
	memset(p->link_hash[i], 0, 32);
	p->ids[i]       = pr_cur_u32(c);
	p->link_form[i] = pr_cur_u8(c);
	if (i == 0 ? p->ids[i] != 0 : p->ids[i] <= p->ids[i - 1]) return false;
	if ((uint64_t)p->ids[i] >> p->depth != 0) return false;
	if (p->link_form[i] == LINK_HASH) {
		pr_cur_copy(c, p->link_hash[i], 32);
	} else if (p->link_form[i] == LINK_OPEN) {
		pr_cur_copy(c, leaf->link.key, 32);
		pr_cur_copy(c, leaf->link.next, 32);
	} else if (p->link_form[i] != LINK_NONE) {
		return false;
	}
	uint32_t       len     = c->left > 0 ? pr_payload_bytes(c->pos[0]) : 0;
	const uint8_t *payload = pr_cur_bytes(c, len);
	if (len == 0 || !payload || !pr_object_decode(&leaf->o, payload, len)) return false;
	if ((i == 0) != (leaf->o.type == PR_OBJECT_SYSTEM)) return false;
	return pr_object_is_keyed(leaf->o.type) == (p->link_form[i] != LINK_NONE);
}

static void leaf_hash(uint8_t hash32[32], const struct pr_partial *p, uint32_t i)
{
	uint8_t payload[PR_PAYLOAD_BYTES_MAX];

	if (p->link_form[i] == LINK_HASH)
		pr_leaf_hash_parts(hash32, p->link_hash[i], payload, pr_object_encode(payload, &p->leaves[i].o));
	else
		pr_leaf_hash(hash32, &p->leaves[i]);
}

/* Climbs from the leaves to the root.  Returns false if the siblings do not suffice or are too many. */
static bool climb(uint8_t root32[32], const struct pr_partial *p)
{
	uint32_t at[PR_WITNESS_LEAVES_MAX], count = p->count, used = 0;
	uint8_t  hash[PR_WITNESS_LEAVES_MAX][32];

	for (uint32_t i = 0; i < count; i++) {
		at[i] = p->ids[i];
		leaf_hash(hash[i], p, i);
	}
	for (unsigned k = 0; k < p->depth; k++) {
		uint32_t parents = 0;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t       index = at[i];
			const uint8_t *self = hash[i], *other;
			if (i + 1 < count && at[i + 1] == (index ^ 1u)) {
				other = hash[++i];
			} else {
				if (used == p->sibling_count) return false;
				other = p->siblings + (size_t)32 * used++;
			}
			bool is_right = index & 1u;
			pr_sha256_node(hash[parents], PR_TAG_NODE, is_right ? other : self, is_right ? self : other);
			at[parents++] = index / 2;
		}
		count = parents;
	}
	PR_CHECK(count == 1 && at[0] == 0);
	memcpy(root32, hash[0], 32);
	for (unsigned k = p->depth; k < PR_TREE_DEPTH; k++) pr_sha256_node(root32, PR_TAG_NODE, root32, pr_tree_zero(k));
	return used == p->sibling_count;
}

bool pr_partial_open(struct pr_partial *p, const uint8_t *witness, size_t len, const uint8_t pre_root32[32])
{
	struct pr_cursor c = pr_cur(witness, len);
	uint8_t          root32[32];

	pr_tree_zero_init();
	p->missing  = false;
	p->stop_opt = NULL;
	p->depth   = pr_cur_u8(&c);
	p->count   = pr_cur_u16(&c);
	if (!pr_cur_ok(&c) || p->depth > PR_TREE_DEPTH || p->count == 0 || p->count > PR_WITNESS_LEAVES_MAX) return false;
	for (uint32_t i = 0; i < p->count; i++)
		if (!parse_leaf(p, &c, i)) return false;
	p->sibling_count = pr_cur_u16(&c);
	p->siblings      = pr_cur_bytes(&c, (size_t)32 * p->sibling_count);
	return pr_cur_done(&c) && climb(root32, p) && memcmp(root32, pre_root32, 32) == 0;
}

void pr_partial_root(struct pr_partial *p, uint8_t root32[32])
{
	PR_CHECK(climb(root32, p)); /* the shape was checked at open and does not change */
}

/* The position of an id, or -1. */
static int position(const struct pr_partial *p, uint32_t id)
{
	uint32_t low = 0, high = p->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (p->ids[middle] < id) low = middle + 1;
		else high = middle;
	}
	return low < p->count && p->ids[low] == id ? (int)low : -1;
}

static void note_missing(struct pr_partial *p)
{
	p->missing = true;
	if (p->stop_opt) longjmp(*p->stop_opt, 1);
}

static void partial_load(void *ctx, uint32_t id, struct pr_leaf *out)
{
	struct pr_partial *p  = ctx;
	int                at = position(p, id);

	if (at < 0) {
		note_missing(p);
		memset(out, 0, sizeof *out);
		return;
	}
	*out = p->leaves[at];
}

static bool partial_find(void *ctx, const uint8_t key32[32], uint32_t *id)
{
	static const uint8_t zero32[32];
	struct pr_partial   *p     = ctx;
	bool                 below = false;

	*id = 0;
	for (uint32_t i = 0; i < p->count; i++) {
		const struct pr_link *link = &p->leaves[i].link;
		if (p->link_form[i] != LINK_OPEN) continue;
		int order = memcmp(link->key, key32, 32);
		if (order == 0) {
			*id = p->ids[i];
			return true;
		}
		if (order < 0 && (memcmp(key32, link->next, 32) < 0 || memcmp(link->next, zero32, 32) == 0)) {
			*id   = p->ids[i];
			below = true;
		}
	}
	if (!below) note_missing(p);
	return false;
}

static void partial_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct pr_partial *p  = ctx;
	int                at = position(p, id);

	/* Once something was missing the leaves stay as they are: what follows is run on made-up loads and finds, and says nothing. */
	if (at < 0) note_missing(p);
	if (p->missing) return;

	uint8_t was = p->leaves[at].o.type;
	if (pr_object_is_keyed(was)) {
		PR_CHECK(leaf->o.type == was && memcmp(leaf->link.key, p->leaves[at].link.key, 32) == 0);
		/* The link of a leaf that was not opened was not read, so it cannot have been changed. */
		if (p->link_form[at] == LINK_HASH) PR_CHECK(memcmp(leaf->link.next, p->leaves[at].link.next, 32) == 0);
	} else if (pr_object_is_keyed(leaf->o.type)) {
		p->link_form[at] = LINK_OPEN;
	}
	p->leaves[at] = *leaf;
}

struct pr_view pr_partial_view(struct pr_partial *p)
{
	struct pr_view v = { p, partial_load, partial_find, partial_store };
	return v;
}
