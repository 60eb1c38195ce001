#include "core/tree/state.h"

#include <string.h>

#include "core/crypto/sha256.h"
#include "core/tree/state_parts.h"

#define ALIGN 64u
#define AHEAD 8u         /* leaves or nodes for which memory is asked in advance */
#define SCAN_RATIO 512u  /* scanning this many flags costs about as much as sorting one id */

static const struct pr_leaf empty_leaf;

static size_t aligned(size_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

static bool is_capacity(uint32_t capacity)
{
	return capacity >= 2 && capacity <= PR_OBJECTS_MAX && (capacity & (capacity - 1)) == 0;
}

unsigned pr_depth_for(uint32_t count)
{
	unsigned d = 0;
	while (((uint64_t)1 << d) < count) d++;
	return d;
}

size_t pr_state_bytes(uint32_t capacity)
{
	PR_CHECK(is_capacity(capacity));
	size_t n = aligned(capacity * sizeof(struct pr_leaf)) + aligned(capacity * sizeof(struct pr_index_node)) +
	           aligned(capacity * sizeof(uint32_t)) + aligned(capacity);
	for (uint32_t width = capacity; width > 0; width /= 2) n += aligned((size_t)width * 32);
	return n;
}

void pr_state_init(struct pr_state *s, void *mem, uint32_t capacity, uint64_t salt)
{
	uint8_t *p = mem;

	PR_CHECK(is_capacity(capacity) && (uintptr_t)mem % ALIGN == 0);
	pr_tree_zero_init();
	memset(s, 0, sizeof *s);
	s->capacity = capacity;
	s->depth    = pr_depth_for(capacity);
	s->leaves   = (void *)p;
	p += aligned(capacity * sizeof(struct pr_leaf));
	for (unsigned k = 0; k <= s->depth; k++) {
		s->nodes[k] = (void *)p;
		p += aligned((size_t)(capacity >> k) * 32);
	}
	s->index = (void *)p;
	p += aligned(capacity * sizeof(struct pr_index_node));
	s->dirty = (void *)p;
	p += aligned(capacity * sizeof(uint32_t));
	s->is_dirty = p;
	p += aligned(capacity);
	PR_CHECK((size_t)(p - (uint8_t *)mem) == pr_state_bytes(capacity));
	s->index_root = PR_INDEX_NONE;
	s->index_salt = salt;
	memcpy(s->root, pr_tree_zero(PR_TREE_DEPTH), 32);
}

void pr_state_genesis(struct pr_state *s, const uint64_t *params, uint32_t withdraw_multiple)
{
	struct pr_leaf leaf = { .o.type = PR_OBJECT_SYSTEM };

	PR_CHECK(s->used == 0 && withdraw_multiple > 0);
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++)
		PR_CHECK(params[i] >= pr_param_infos[i].min && params[i] <= pr_param_infos[i].max);
	leaf.o.u.system.next_id           = 1;
	leaf.o.u.system.withdraw_multiple = withdraw_multiple;
	leaf.o.u.system.fee_ppm           = (uint32_t)params[PR_PARAM_FEE_PPM];
	leaf.o.u.system.edge_ppm_max      = (uint32_t)params[PR_PARAM_EDGE_PPM_MAX];
	leaf.o.u.system.edges_ppm_max     = (uint32_t)params[PR_PARAM_EDGES_PPM_MAX];
	leaf.o.u.system.stream_grace_s    = (uint32_t)params[PR_PARAM_STREAM_GRACE_S];
	pr_state_put(s, 0, &leaf);
}

const struct pr_leaf *pr_state_leaf(const struct pr_state *s, uint32_t id)
{
	return id < s->used ? &s->leaves[id] : &empty_leaf;
}

bool pr_state_find(const struct pr_state *s, const uint8_t key32[32], uint32_t *id)
{
	bool found = pr_index_find(s, key32, id);
	PR_CHECK(*id != PR_INDEX_NONE); /* the system object's key is the smallest */
	return found;
}

void pr_state_put(struct pr_state *s, uint32_t id, const struct pr_leaf *leaf)
{
	/* The transition writes back whatever it read: an EMPTY slot, inside or beyond the capacity, stays one. */
	if (leaf->o.type == PR_OBJECT_EMPTY && pr_state_leaf(s, id)->o.type == PR_OBJECT_EMPTY) return;
	PR_CHECK(id < s->capacity && leaf->o.type < PR_OBJECT_COUNT);

	struct pr_leaf *old       = &s->leaves[id];
	bool            was_keyed = pr_object_is_keyed(old->o.type);
	if (was_keyed) PR_CHECK(leaf->o.type == old->o.type && memcmp(leaf->link.key, old->link.key, 32) == 0);
	if (old != leaf) *old = *leaf;
	if (!was_keyed && pr_object_is_keyed(leaf->o.type)) pr_index_insert(s, id);
	if (id >= s->used) s->used = id + 1;
	if (!s->is_dirty[id]) {
		s->is_dirty[id]            = 1;
		s->dirty[s->dirty_count++] = id;
	}
}

static bool is_zero32(const uint8_t h32[32])
{
	uint64_t w[4];
	memcpy(w, h32, 32);
	return (w[0] | w[1] | w[2] | w[3]) == 0;
}

bool pr_state_restore(struct pr_state *s, uint32_t id, const struct pr_leaf *leaf)
{
	uint32_t other;

	if (id >= s->capacity || leaf->o.type == PR_OBJECT_EMPTY || leaf->o.type >= PR_OBJECT_COUNT) return false;
	if ((id == 0) != (leaf->o.type == PR_OBJECT_SYSTEM)) return false;
	if (id == 0) {
		if (!is_zero32(leaf->link.key) || s->used > 1) return false;
	} else {
		if (s->used == 0 || pr_state_leaf(s, id)->o.type != PR_OBJECT_EMPTY) return false;
		if (pr_object_is_keyed(leaf->o.type) ? pr_state_find(s, leaf->link.key, &other) : !is_zero32(leaf->link.key) || !is_zero32(leaf->link.next)) return false;
	}
	pr_state_put(s, id, leaf);
	return true;
}

void pr_state_copy(struct pr_state *to, const struct pr_state *from)
{
	PR_CHECK(to->capacity == from->capacity && to->used <= 1 && from->dirty_count == 0);
	memcpy(to->leaves, from->leaves, from->used * sizeof *from->leaves);
	memcpy(to->index, from->index, from->used * sizeof *from->index);
	for (unsigned k = 0; k <= from->depth && from->used > 0; k++) memcpy(to->nodes[k], from->nodes[k], ((size_t)(from->used - 1) / ((size_t)1 << k) + 1) * 32);
	memcpy(to->root, from->root, 32);
	if (to->dirty_count > 0) to->is_dirty[0] = 0;
	to->dirty_count = 0;
	to->used        = from->used;
	to->index_root  = from->index_root;
	to->index_salt  = from->index_salt;
}

static void view_load(void *ctx, uint32_t id, struct pr_leaf *out) { *out = *pr_state_leaf(ctx, id); }
static bool view_find(void *ctx, const uint8_t key32[32], uint32_t *id) { return pr_state_find(ctx, key32, id); }
static void view_store(void *ctx, uint32_t id, const struct pr_leaf *leaf) { pr_state_put(ctx, id, leaf); }

struct pr_view pr_state_view(struct pr_state *s)
{
	struct pr_view v = { s, view_load, view_find, view_store };
	return v;
}

const uint32_t *pr_state_dirty(const struct pr_state *s, uint32_t *count)
{
	*count = s->dirty_count;
	return s->dirty;
}

static void sift_down(uint32_t *a, uint32_t i, uint32_t n)
{
	uint32_t v = a[i];
	for (uint32_t c; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && a[c + 1] > a[c]) c++;
		if (a[c] <= v) break;
		a[i] = a[c];
	}
	a[i] = v;
}

/* Heapsort: in place, and no order of ids makes it slow. */
static void sort_ids(uint32_t *a, uint32_t n)
{
	for (uint32_t i = n / 2; i-- > 0;) sift_down(a, i, n);
	for (uint32_t end = n; end-- > 1;) {
		uint32_t top = a[0];
		a[0]   = a[end];
		a[end] = top;
		sift_down(a, 0, end);
	}
}

/* Lists the flagged ids in ascending order; eight flags are looked at together. */
static uint32_t scan_flags(uint32_t *ids, const uint8_t *flags, uint32_t used)
{
	uint32_t n = 0;
	for (uint32_t base = 0; base < used; base += 8) {
		uint32_t end = used - base < 8 ? used : base + 8;
		if (end - base == 8 && pr_be64(flags + base) == 0) continue;
		for (uint32_t id = base; id < end; id++)
			if (flags[id]) ids[n++] = id;
	}
	return n;
}

static void hash_leaves(struct pr_state *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i + AHEAD < n) {
			const uint8_t *next = (const uint8_t *)&s->leaves[s->dirty[i + AHEAD]];
			for (size_t at = 0; at < sizeof(struct pr_leaf); at += 64) __builtin_prefetch(next + at);
			__builtin_prefetch(s->nodes[0][s->dirty[i + AHEAD]], 1);
		}
		pr_leaf_hash(s->nodes[0][s->dirty[i]], &s->leaves[s->dirty[i]]);
		s->is_dirty[s->dirty[i]] = 0;
	}
}

/* Memory that was never written is zero, which is no hash: above the leaves it means that the subtree is empty. */
static const uint8_t *node_or_zero(const uint8_t h32[32], unsigned level)
{
	return is_zero32(h32) ? pr_tree_zero(level) : h32;
}

/* From the ascending indices of changed nodes at a level, hashes their parents; dirty becomes the parents' indices. */
static uint32_t hash_level(struct pr_state *s, unsigned level, uint32_t n)
{
	uint8_t(*below)[32] = s->nodes[level];
	uint8_t(*above)[32] = s->nodes[level + 1];
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t parent = s->dirty[i] / 2;
		if (i + AHEAD < n) __builtin_prefetch(below[s->dirty[i + AHEAD] & ~1u]);
		if (count > 0 && s->dirty[count - 1] == parent) continue;
		pr_sha256_node(above[parent], PR_TAG_NODE, node_or_zero(below[2 * parent], level), node_or_zero(below[2 * parent + 1], level));
		s->dirty[count++] = parent;
	}
	return count;
}

void pr_state_root(struct pr_state *s, uint8_t root32[32])
{
	uint32_t n = s->dirty_count;

	if (n > 0) {
		if ((uint64_t)n * SCAN_RATIO >= s->used) PR_CHECK(scan_flags(s->dirty, s->is_dirty, s->used) == n);
		else sort_ids(s->dirty, n);
		hash_leaves(s, n);
		for (unsigned k = 0; k < s->depth; k++) n = hash_level(s, k, n);
		PR_CHECK(n == 1);
		memcpy(s->root, s->nodes[s->depth][0], 32);
		for (unsigned k = s->depth; k < PR_TREE_DEPTH; k++) pr_sha256_node(s->root, PR_TAG_NODE, s->root, pr_tree_zero(k));
		s->dirty_count = 0;
	}
	memcpy(root32, s->root, 32);
}

const uint8_t *pr_state_node(const struct pr_state *s, unsigned level, uint32_t index)
{
	PR_CHECK(s->dirty_count == 0 && level <= PR_TREE_DEPTH);
	if (level > s->depth || index >= s->capacity >> level) {
		PR_CHECK(index > 0);
		return pr_tree_zero(level);
	}
	/* What lies wholly past the used ids is not looked at, so that sparse memory stays untouched. */
	if ((uint64_t)index << level >= s->used) return pr_tree_zero(level);
	return node_or_zero(s->nodes[level][index], level);
}

unsigned pr_state_path(const struct pr_state *s, uint32_t id, uint8_t path[PR_TREE_DEPTH][32])
{
	unsigned depth = pr_depth_for(s->used);

	PR_CHECK(s->dirty_count == 0 && (uint64_t)id >> depth == 0);
	for (unsigned k = 0; k < depth; k++) memcpy(path[k], pr_state_node(s, k, (id >> k) ^ 1u), 32);
	return depth;
}
