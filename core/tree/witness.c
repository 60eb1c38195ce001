/* Recording what an execution touches, and writing the witness for it (docs/spec/chunk.md section 4). */
#include "core/tree/witness.h"

#include <string.h>

#include "core/tree/state_parts.h"

bool pr_touch_add(struct pr_touch *t, uint32_t id, bool link_open)
{
	uint32_t at = t->count;

	PR_CHECK(t->count <= PR_WITNESS_LEAVES_MAX);
	while (at > 0 && t->ids[at - 1] >= id) at--;
	if (at < t->count && t->ids[at] == id) {
		t->link_open[at] |= link_open;
		return true;
	}
	if (t->count == PR_WITNESS_LEAVES_MAX) return false;
	memmove(t->ids + at + 1, t->ids + at, (t->count - at) * sizeof t->ids[0]);
	memmove(t->link_open + at + 1, t->link_open + at, t->count - at);
	t->ids[at]       = id;
	t->link_open[at] = link_open;
	t->count++;
	return true;
}

static void note(struct pr_recorder *r, uint32_t id, bool link_open)
{
	if (!pr_touch_add(&r->touch, id, link_open)) r->full = true;
}

static void recorder_load(void *ctx, uint32_t id, struct pr_leaf *out)
{
	struct pr_recorder *r = ctx;
	note(r, id, false);
	r->inner.load(r->inner.ctx, id, out);
}

static bool recorder_find(void *ctx, const uint8_t key32[32], uint32_t *id)
{
	struct pr_recorder *r     = ctx;
	bool                found = r->inner.find(r->inner.ctx, key32, id);
	note(r, *id, true);
	return found;
}

static void recorder_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct pr_recorder *r = ctx;
	note(r, id, false);
	r->inner.store(r->inner.ctx, id, leaf);
}

void pr_recorder_init(struct pr_recorder *r, struct pr_view inner)
{
	r->inner       = inner;
	r->touch.count = 0;
	r->full        = false;
	note(r, 0, false); /* every chunk sets the system's clock */
}

struct pr_view pr_recorder_view(struct pr_recorder *r)
{
	struct pr_view v = { r, recorder_load, recorder_find, recorder_store };
	return v;
}

/* A writer that goes dead when its room is used up. */
struct writer {
	uint8_t *pos; /* NULL: dead */
	size_t left;
};

static uint8_t *take(struct writer *w, size_t n)
{
	uint8_t *p = w->pos;
	if (!p || n > w->left) {
		w->pos = NULL;
		return NULL;
	}
	w->pos += n;
	w->left -= n;
	return p;
}

static void put(struct writer *w, const void *bytes, size_t n)
{
	uint8_t *p = take(w, n);
	if (p) memcpy(p, bytes, n);
}

static void put_leaf(struct writer *w, uint32_t id, const struct pr_leaf *leaf, bool link_open)
{
	uint8_t  head[5], link32[32], payload[PR_PAYLOAD_BYTES_MAX];
	uint32_t len = pr_object_encode(payload, &leaf->o);

	pr_be32_put(head, id);
	head[4] = !pr_object_is_keyed(leaf->o.type) ? 0 : link_open ? 2 : 1;
	put(w, head, sizeof head);
	if (head[4] == 1) {
		pr_link_hash(link32, &leaf->link);
		put(w, link32, 32);
	} else if (head[4] == 2) {
		put(w, leaf->link.key, 32);
		put(w, leaf->link.next, 32);
	}
	put(w, payload, len);
}

/* The siblings that the nodes of the touched leaves lack, level by level; at holds the ids and is used up. Returns their count. */
static uint32_t put_siblings(struct writer *w, const struct pr_state *pre, uint32_t *at, uint32_t count, unsigned depth)
{
	uint32_t siblings = 0;

	for (unsigned k = 0; k < depth; k++) {
		uint32_t parents = 0;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t index = at[i];
			if (i + 1 < count && at[i + 1] == (index ^ 1u)) {
				i++;
			} else {
				put(w, pr_state_node(pre, k, index ^ 1u), 32);
				siblings++;
			}
			at[parents++] = index / 2;
		}
		count = parents;
	}
	PR_CHECK(count == 1 && at[0] == 0);
	return siblings;
}

size_t pr_witness_encode(uint8_t *out, size_t cap, const struct pr_state *pre, const struct pr_touch *touch)
{
	struct pr_touch t = *touch;
	struct writer   w = { out, cap };

	PR_CHECK(pre->dirty_count == 0);
	if (!pr_touch_add(&t, 0, false)) return 0;

	uint32_t highest = t.ids[t.count - 1];
	unsigned depth   = pr_depth_for(highest >= pre->used ? highest + 1 : pre->used);
	uint8_t  head[3] = { (uint8_t)depth };
	PR_CHECK(highest < PR_OBJECTS_MAX);
	pr_be16_put(head + 1, (uint16_t)t.count);
	put(&w, head, sizeof head);
	for (uint32_t i = 0; i < t.count; i++) put_leaf(&w, t.ids[i], pr_state_leaf(pre, t.ids[i]), t.link_open[i]);

	uint8_t *sibling_count = take(&w, 2);
	uint32_t siblings      = put_siblings(&w, pre, t.ids, t.count, depth);
	if (!w.pos) return 0;
	pr_be16_put(sibling_count, (uint16_t)siblings);
	return (size_t)(w.pos - out);
}
