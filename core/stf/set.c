#include "core/stf/set.h"

#include <string.h>

struct pr_leaf *pr_set_leaf(struct pr_apply *a, uint32_t id)
{
	for (uint32_t i = 0; i < a->count; i++)
		if (a->ids[i] == id) return &a->slots[i];
	PR_CHECK(a->count < PR_SET_SLOTS_MAX);
	a->ids[a->count] = id;
	a->view->load(a->view->ctx, id, &a->slots[a->count]);
	return &a->slots[a->count++];
}

void pr_set_commit(struct pr_apply *a)
{
	for (uint32_t i = 0; i < a->count; i++) a->view->store(a->view->ctx, a->ids[i], &a->slots[i]);
}

static struct pr_object *object_of(struct pr_apply *a, uint32_t id, uint8_t type)
{
	struct pr_object *o = &pr_set_leaf(a, id)->o;
	return o->type == type ? o : NULL;
}

struct pr_system *pr_set_system(struct pr_apply *a)
{
	struct pr_object *o = object_of(a, 0, PR_OBJECT_SYSTEM);
	PR_CHECK(o);
	return &o->u.system;
}

struct pr_account *pr_set_account(struct pr_apply *a, uint32_t id)
{
	struct pr_object *o = object_of(a, id, PR_OBJECT_ACCOUNT);
	return o ? &o->u.account : NULL;
}

struct pr_asset *pr_set_asset(struct pr_apply *a, uint32_t id)
{
	struct pr_object *o = object_of(a, id, PR_OBJECT_ASSET);
	return o ? &o->u.asset : NULL;
}

struct pr_edge *pr_set_edge(struct pr_apply *a, uint32_t id)
{
	struct pr_object *o = object_of(a, id, PR_OBJECT_EDGE);
	return o ? &o->u.edge : NULL;
}

struct pr_share *pr_set_share(struct pr_apply *a, uint32_t id)
{
	struct pr_object *o = object_of(a, id, PR_OBJECT_SHARE);
	return o ? &o->u.share : NULL;
}

struct pr_stream *pr_set_stream(struct pr_apply *a, uint32_t id)
{
	struct pr_object *o = object_of(a, id, PR_OBJECT_STREAM);
	return o ? &o->u.stream : NULL;
}

bool pr_set_find(struct pr_apply *a, const uint8_t key32[32], uint32_t *id)
{
	return a->view->find(a->view->ctx, key32, id);
}

struct pr_object *pr_set_create(struct pr_apply *a, uint8_t type, const uint8_t *key32_opt, uint32_t pred, uint32_t *id_opt)
{
	struct pr_system *sys = pr_set_system(a);
	uint32_t          id  = sys->free_head;
	struct pr_leaf   *leaf;

	PR_CHECK(pr_object_is_keyed(type) == (key32_opt != NULL));
	if (id != 0) {
		leaf = pr_set_leaf(a, id);
		PR_CHECK(leaf->o.type == PR_OBJECT_FREE);
		sys->free_head = leaf->o.u.free.next;
	} else {
		if (sys->next_id >= (a->ctx->inbox ? PR_OBJECTS_MAX : PR_OBJECTS_MAX - PR_OBJECTS_RESERVE)) return NULL;
		id   = sys->next_id++;
		leaf = pr_set_leaf(a, id);
		PR_CHECK(leaf->o.type == PR_OBJECT_EMPTY);
	}
	memset(leaf, 0, sizeof *leaf);
	leaf->o.type = type;
	if (key32_opt) {
		struct pr_leaf *before = pr_set_leaf(a, pred);
		PR_CHECK(memcmp(before->link.key, key32_opt, 32) < 0);
		memcpy(leaf->link.key, key32_opt, 32);
		memcpy(leaf->link.next, before->link.next, 32);
		memcpy(before->link.next, key32_opt, 32);
	}
	if (id_opt) *id_opt = id;
	return &leaf->o;
}

void pr_set_release(struct pr_apply *a, uint32_t id)
{
	struct pr_system *sys  = pr_set_system(a);
	struct pr_leaf   *leaf = pr_set_leaf(a, id);

	PR_CHECK(!pr_object_is_keyed(leaf->o.type) && id != 0);
	memset(leaf, 0, sizeof *leaf);
	leaf->o.type        = PR_OBJECT_FREE;
	leaf->o.u.free.next = sys->free_head;
	sys->free_head      = id;
}
