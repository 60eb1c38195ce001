#include "core/rpc/lists.h"

#include <string.h>

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
	for (unsigned i = 0; i < PR_LISTS_COUNT; i++) ok &= (x->heads[i] = pr_map_reserve(bytes)) != NULL;
	for (unsigned i = 0; i < 2; i++) {
		ok &= (x->next[i] = pr_map_reserve(bytes)) != NULL;
		ok &= (x->prev[i] = pr_map_reserve(bytes)) != NULL;
	}
	if (!ok) pr_lists_close(x);
	return ok;
}

void pr_lists_close(struct pr_lists *x)
{
	size_t bytes = (size_t)x->capacity * sizeof(uint32_t);
	for (unsigned i = 0; i < PR_LISTS_COUNT; i++) pr_map_release(x->heads[i], bytes);
	for (unsigned i = 0; i < 2; i++) {
		pr_map_release(x->next[i], bytes);
		pr_map_release(x->prev[i], bytes);
	}
	memset(x, 0, sizeof *x);
}

static void list_add(struct pr_lists *x, enum pr_lists_kind list, uint32_t of, uint32_t id)
{
	unsigned side = side_of(list);
	PR_CHECK(of < x->capacity && id < x->capacity && id != 0);
	uint32_t head = x->heads[list][of];
	x->next[side][id] = head;
	x->prev[side][id] = 0;
	if (head) x->prev[side][head] = id;
	x->heads[list][of] = id;
}

static void list_remove(struct pr_lists *x, enum pr_lists_kind list, uint32_t of, uint32_t id)
{
	unsigned side = side_of(list);
	uint32_t next = x->next[side][id], prev = x->prev[side][id];
	if (prev) x->next[side][prev] = next;
	else {
		PR_CHECK(x->heads[list][of] == id);
		x->heads[list][of] = next;
	}
	if (next) x->prev[side][next] = prev;
	x->next[side][id] = x->prev[side][id] = 0;
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
	return of < x->capacity ? x->heads[list][of] : 0;
}

uint32_t pr_lists_next(const struct pr_lists *x, enum pr_lists_kind list, uint32_t id)
{
	return id < x->capacity ? x->next[side_of(list)][id] : 0;
}
