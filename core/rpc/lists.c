#include "core/rpc/lists.h"

#include <string.h>
#include <sys/random.h>

#include "core/base/treap.h"
#include "core/rt/map.h"

static unsigned side_of(enum pr_lists_kind list)
{
	return list == PR_LISTS_BENEFICIARY_EDGES || list == PR_LISTS_HOLDER_SHARES || list == PR_LISTS_PAYER_STREAMS;
}

bool pr_lists_open(struct pr_lists *x, uint32_t capacity)
{
	size_t bytes = (size_t)capacity * sizeof(uint32_t);
	bool   ok    = true;
	memset(x, 0, sizeof *x);
	x->capacity = capacity;
	for (unsigned i = 0; i < PR_LISTS_COUNT; i++) ok &= (x->roots[i] = pr_map_reserve(bytes)) != NULL;
	for (unsigned i = 0; i < 2; i++) ok &= (x->links[i] = pr_map_reserve(2 * bytes)) != NULL;
	PR_CHECK(getrandom(&x->salt, sizeof x->salt, 0) == sizeof x->salt);
	if (!ok) pr_lists_close(x);
	return ok;
}

void pr_lists_close(struct pr_lists *x)
{
	size_t bytes = (size_t)x->capacity * sizeof(uint32_t);
	for (unsigned i = 0; i < PR_LISTS_COUNT; i++) pr_map_release(x->roots[i], bytes);
	for (unsigned i = 0; i < 2; i++) pr_map_release(x->links[i], 2 * bytes);
	memset(x, 0, sizeof *x);
}

static void list_add(struct pr_lists *x, enum pr_lists_kind list, uint32_t of, uint32_t id)
{
	uint32_t(*links)[2] = x->links[side_of(list)];
	PR_CHECK(of < x->capacity && id < x->capacity && id != 0);
	uint32_t *slot = &x->roots[list][of];
	while (*slot && pr_treap_above(x->salt, *slot, id)) {
		PR_CHECK(*slot != id);
		slot = &links[*slot][id < *slot];
	}

	/* The subtree found is split at the id. */
	uint32_t at = *slot, *ends[2] = { &links[id][0], &links[id][1] };
	*slot = id;
	while (at) {
		PR_CHECK(at != id);
		unsigned side = at < id;
		*ends[side] = at;
		ends[side]  = &links[at][!side];
		at          = *ends[side];
	}
	*ends[0] = *ends[1] = 0;
}

static void list_remove(struct pr_lists *x, enum pr_lists_kind list, uint32_t of, uint32_t id)
{
	uint32_t(*links)[2] = x->links[side_of(list)];
	uint32_t *slot = &x->roots[list][of];
	while (*slot != id) {
		PR_CHECK(*slot != 0);
		slot = &links[*slot][id < *slot];
	}

	/* What hung on both sides is joined, the higher priorities above. */
	uint32_t high = links[id][0], low = links[id][1];
	while (high && low) {
		if (pr_treap_above(x->salt, high, low)) {
			*slot = high;
			slot  = &links[high][1];
			high  = *slot;
		} else {
			*slot = low;
			slot  = &links[low][0];
			low   = *slot;
		}
	}
	*slot = high ? high : low;
	links[id][0] = links[id][1] = 0;
}

/* The lists that an object hangs in; returns their count. */
static unsigned lists_of(enum pr_lists_kind lists[2], uint32_t of[2], const struct pr_object *o)
{
	switch ((enum pr_object_type)o->type) {
	case PR_OBJECT_EDGE:
		lists[0] = PR_LISTS_CHILD_EDGES, of[0] = o->u.edge.child;
		lists[1] = PR_LISTS_BENEFICIARY_EDGES, of[1] = o->u.edge.beneficiary;
		return 2;
	case PR_OBJECT_SHARE:
		lists[0] = PR_LISTS_ASSET_SHARES, of[0] = o->u.share.asset;
		lists[1] = PR_LISTS_HOLDER_SHARES, of[1] = o->u.share.holder;
		return 2;
	case PR_OBJECT_STREAM:
		lists[0] = PR_LISTS_ASSET_STREAMS, of[0] = o->u.stream.asset;
		lists[1] = PR_LISTS_PAYER_STREAMS, of[1] = o->u.stream.payer;
		return 2;
	case PR_OBJECT_ASSET:
		lists[0] = PR_LISTS_OWNER_ASSETS, of[0] = o->u.asset.owner;
		return 1;
	case PR_OBJECT_EMPTY:
	case PR_OBJECT_SYSTEM:
	case PR_OBJECT_ACCOUNT:
	case PR_OBJECT_WITHDRAWAL:
	case PR_OBJECT_FREE:
	case PR_OBJECT_COUNT:
		return 0;
	}
	return 0;
}

bool pr_lists_has(enum pr_lists_kind list, uint32_t of, const struct pr_object *object)
{
	enum pr_lists_kind in[2];
	uint32_t           by[2];
	for (unsigned i = lists_of(in, by, object); i-- > 0;)
		if (in[i] == list && by[i] == of) return true;
	return false;
}

void pr_lists_change(struct pr_lists *x, uint32_t id, const struct pr_object *before, const struct pr_object *after)
{
	enum pr_lists_kind was[2] = { 0 }, is[2] = { 0 };
	uint32_t           was_of[2] = { 0 }, is_of[2] = { 0 };
	unsigned           was_count = lists_of(was, was_of, before), is_count = lists_of(is, is_of, after);

	bool same = was_count == is_count;
	for (unsigned i = 0; same && i < is_count; i++) same = was[i] == is[i] && was_of[i] == is_of[i];
	if (same) return;
	for (unsigned i = 0; i < was_count; i++) list_remove(x, was[i], was_of[i], id);
	for (unsigned i = 0; i < is_count; i++) list_add(x, is[i], is_of[i], id);
}

void pr_lists_build(struct pr_lists *x, const struct pr_state *state)
{
	static const struct pr_object empty;
	for (uint32_t id = 1; id < state->used; id++) pr_lists_change(x, id, &empty, &pr_state_leaf(state, id)->o);
}

uint32_t pr_lists_first(const struct pr_lists *x, enum pr_lists_kind list, uint32_t of)
{
	return pr_lists_next(x, list, of, UINT32_MAX);
}

uint32_t pr_lists_next(const struct pr_lists *x, enum pr_lists_kind list, uint32_t of, uint32_t id)
{
	uint32_t found = 0;
	for (uint32_t at = of < x->capacity ? x->roots[list][of] : 0; at;) {
		bool below = at < id;
		if (below) found = at;
		at = x->links[side_of(list)][at][!below];
	}
	return found;
}
