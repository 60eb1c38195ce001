#include "core/rpc/earn.h"

#include <stdlib.h>
#include <string.h>

#include "core/stf/step.h"

#define LEAVES_MAX 4096u
#define SLOTS 8192u /* a power of two, twice the leaves */
#define VISITS_MAX 1024u

/* A state with changes beside it: leaves that were stored are kept here, the state stays as it is. */
struct overlay {
	const struct pr_state *state;
	bool                   full;
	uint32_t               count;
	uint32_t               slots[SLOTS]; /* index into ids and leaves, plus one */
	uint32_t               ids[LEAVES_MAX];
	struct pr_leaf         leaves[LEAVES_MAX];
};

struct visit {
	uint32_t party;
	uint32_t edge, share, owned; /* where the walk over its sources stands */
};

struct pr_earner {
	struct overlay      plan_overlay, single_overlay;
	uint32_t            visited_count, stack_count;
	uint32_t            visited[VISITS_MAX];
	struct visit        stack[VISITS_MAX];
	struct pr_earn_plan plan;
};

struct pr_earner *pr_earner_open(void) { return calloc(1, sizeof(struct pr_earner)); }
void              pr_earner_close(struct pr_earner *earner) { free(earner); }

static void overlay_reset(struct overlay *o, const struct pr_state *state)
{
	o->state = state;
	o->full  = false;
	o->count = 0;
	memset(o->slots, 0, sizeof o->slots);
}

static uint32_t *overlay_slot(struct overlay *o, uint32_t id)
{
	uint32_t at = (id * 0x9E3779B1u) >> 19 & (SLOTS - 1);
	while (o->slots[at] && o->ids[o->slots[at] - 1] != id) at = (at + 1) & (SLOTS - 1);
	return &o->slots[at];
}

static const struct pr_leaf *overlay_leaf(struct overlay *o, uint32_t id)
{
	uint32_t slot = *overlay_slot(o, id);
	return slot ? &o->leaves[slot - 1] : pr_state_leaf(o->state, id);
}

static void overlay_load(void *ctx, uint32_t id, struct pr_leaf *out) { *out = *overlay_leaf(ctx, id); }

static bool overlay_find(void *ctx, const uint8_t key32[32], uint32_t *id)
{
	struct overlay *o = ctx;
	return pr_state_find(o->state, key32, id); /* settle and claim create nothing, so the keys are those of the state */
}

static void overlay_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct overlay *o    = ctx;
	uint32_t       *slot = overlay_slot(o, id);
	if (!*slot) {
		if (o->count == LEAVES_MAX) {
			o->full = true;
			return;
		}
		o->ids[o->count] = id;
		*slot            = ++o->count;
	}
	o->leaves[*slot - 1] = *leaf;
}

/* Executes an entry on the overlay; *amount is what left its asset.  False: it was refused. */
static bool overlay_run(struct overlay *o, uint64_t *amount, const struct pr_entry *e, uint32_t asset)
{
	struct pr_view     view = { o, overlay_load, overlay_find, overlay_store };
	struct pr_step_ctx ctx  = { 0 };
	/* An asset that pays itself keeps what it holds: the amount is then seen in its revenue. */
	const struct pr_object before = overlay_leaf(o, asset)->o;
	*amount = 0;
	if (before.type != PR_OBJECT_ASSET || pr_step(&view, &ctx, e, NULL) != PR_STATUS_APPLIED) return false;
	const struct pr_asset *was = &before.u.asset, *is = &overlay_leaf(o, asset)->o.u.asset;
	uint64_t               back = (uint64_t)(is->total_rev - was->total_rev);
	*amount = was->held + back - is->held;
	return true;
}

static uint32_t asset_of(const struct pr_entry *e)
{
	switch (e->kind) {
	case PR_KIND_SETTLE: return (uint32_t)e->f[PR_SETTLE_CHILD].num;
	case PR_KIND_CLAIM: return (uint32_t)e->f[PR_CLAIM_ASSET].num;
	case PR_KIND_CLAIM_OWNER: return (uint32_t)e->f[PR_CLAIM_OWNER_ASSET].num;
	default: return 0;
	}
}

bool pr_earn_amount(struct pr_earner *earner, uint64_t *amount, const struct pr_state *state, const struct pr_entry *e)
{
	overlay_reset(&earner->single_overlay, state);
	return overlay_run(&earner->single_overlay, amount, e, asset_of(e));
}

static void item_add(struct pr_earner *r, const struct pr_state *state, const struct pr_entry *e, uint32_t object, bool to_account)
{
	struct pr_earn_plan *plan = &r->plan;
	if (plan->count == PR_EARN_ITEMS_MAX) {
		plan->partial = true;
		return;
	}
	uint64_t after;
	if (!overlay_run(&r->plan_overlay, &after, e, asset_of(e)) || after == 0) return;
	struct pr_earn_item *item = &plan->items[plan->count++];
	*item = (struct pr_earn_item){ .entry = *e, .object = object, .asset = asset_of(e), .to_account = to_account, .after = after };
	(void)pr_earn_amount(r, &item->now, state, e);
	if (!to_account) return;
	plan->now += item->now;
	plan->after += after;
}

static void items_of_party(struct pr_earner *r, const struct pr_state *state, const struct pr_lists *x, uint32_t party)
{
	bool to_account = pr_state_leaf(state, party)->o.type == PR_OBJECT_ACCOUNT;
	for (uint32_t id = pr_lists_first(x, PR_LISTS_BENEFICIARY_EDGES, party); id; id = pr_lists_next(x, PR_LISTS_BENEFICIARY_EDGES, party, id)) {
		struct pr_entry e = { .kind = PR_KIND_SETTLE };
		e.f[PR_SETTLE_EDGE].num        = id;
		e.f[PR_SETTLE_CHILD].num       = pr_state_leaf(state, id)->o.u.edge.child;
		e.f[PR_SETTLE_BENEFICIARY].num = party;
		item_add(r, state, &e, id, to_account);
	}
	for (uint32_t id = pr_lists_first(x, PR_LISTS_HOLDER_SHARES, party); id; id = pr_lists_next(x, PR_LISTS_HOLDER_SHARES, party, id)) {
		struct pr_entry e = { .kind = PR_KIND_CLAIM };
		e.f[PR_CLAIM_SHARE].num  = id;
		e.f[PR_CLAIM_ASSET].num  = pr_state_leaf(state, id)->o.u.share.asset;
		e.f[PR_CLAIM_HOLDER].num = party;
		item_add(r, state, &e, id, to_account);
	}
	for (uint32_t id = pr_lists_first(x, PR_LISTS_OWNER_ASSETS, party); id; id = pr_lists_next(x, PR_LISTS_OWNER_ASSETS, party, id)) {
		struct pr_entry e = { .kind = PR_KIND_CLAIM_OWNER };
		e.f[PR_CLAIM_OWNER_ASSET].num = id;
		e.f[PR_CLAIM_OWNER_OWNER].num = party;
		item_add(r, state, &e, id, to_account);
	}
}

static void push(struct pr_earner *r, const struct pr_lists *x, uint32_t party)
{
	for (uint32_t i = 0; i < r->visited_count; i++)
		if (r->visited[i] == party) return;
	if (r->visited_count == VISITS_MAX) {
		r->plan.partial = true;
		return;
	}
	r->visited[r->visited_count++] = party;
	r->stack[r->stack_count++] = (struct visit){ party, pr_lists_first(x, PR_LISTS_BENEFICIARY_EDGES, party),
		                                     pr_lists_first(x, PR_LISTS_HOLDER_SHARES, party),
		                                     pr_lists_first(x, PR_LISTS_OWNER_ASSETS, party) };
}

const struct pr_earn_plan *pr_earn_plan(struct pr_earner *r, const struct pr_state *state, const struct pr_lists *x, uint32_t account)
{
	overlay_reset(&r->plan_overlay, state);
	r->visited_count = r->stack_count = 0;
	r->plan.count = 0;
	r->plan.partial = false;
	r->plan.now = r->plan.after = 0;
	push(r, x, account);
	/* Depth first, so that the sources of an asset are settled before what it pays on.  Cycles through shares are cut at the second visit. */
	while (r->stack_count) {
		struct visit *v = &r->stack[r->stack_count - 1];
		if (v->edge) {
			uint32_t edge = v->edge;
			v->edge = pr_lists_next(x, PR_LISTS_BENEFICIARY_EDGES, v->party, edge);
			push(r, x, pr_state_leaf(state, edge)->o.u.edge.child);
		} else if (v->share) {
			uint32_t share = v->share;
			v->share = pr_lists_next(x, PR_LISTS_HOLDER_SHARES, v->party, share);
			push(r, x, pr_state_leaf(state, share)->o.u.share.asset);
		} else if (v->owned) {
			uint32_t owned = v->owned;
			v->owned = pr_lists_next(x, PR_LISTS_OWNER_ASSETS, v->party, owned);
			push(r, x, owned);
		} else {
			r->stack_count--;
			items_of_party(r, state, x, v->party);
		}
	}
	if (r->plan_overlay.full) r->plan.partial = true;
	return &r->plan;
}
