/* Random entries over a world: mostly sensible, often wrong in one place, so that every status comes up.  Header only. */
#ifndef TESTS_SUPPORT_DICE_H
#define TESTS_SUPPORT_DICE_H

#include "tests/support/world.h"

/* A random object of a type; any id now and then, and where there is none. */
static inline uint32_t dice_object(struct world *w, uint8_t type)
{
	uint32_t used = world_system(w)->next_id;
	if (world_below(w, 300) == 0) return (uint32_t)(PR_OBJECTS_MAX + world_below(w, 2) * (UINT32_MAX - PR_OBJECTS_MAX));
	if (world_below(w, 24) == 0) return (uint32_t)world_below(w, used + 2);
	uint32_t at = (uint32_t)world_below(w, used);
	for (uint32_t i = 0; i < used; i++, at = at + 1 < used ? at + 1 : 0)
		if (pr_state_leaf(&w->state, at)->o.type == type) return at;
	return (uint32_t)world_below(w, used);
}

/* An asset that may be used, mostly. */
static inline uint32_t dice_active(struct world *w)
{
	uint32_t id = 0;
	for (int i = 0; i < 6; i++) {
		id = dice_object(w, PR_OBJECT_ASSET);
		const struct pr_object *o = &pr_state_leaf(&w->state, id)->o;
		if (o->type == PR_OBJECT_ASSET && o->u.asset.status == PR_ASSET_ACTIVE) break;
	}
	return id;
}

static inline uint32_t dice_party(struct world *w) { return dice_object(w, world_below(w, 3) ? PR_OBJECT_ACCOUNT : PR_OBJECT_ASSET); }

/* An amount around a limit: mostly a fraction of it, sometimes exactly, one above, zero, one, the maximum. */
static inline uint64_t dice_amount(struct world *w, uint64_t limit)
{
	switch (world_below(w, 16)) {
	case 0: return 0;
	case 1: return 1;
	case 2: return limit;
	case 3: return limit + 1;
	case 4: return UINT64_MAX - world_below(w, 2);
	default: return limit ? 1 + world_below(w, limit < 1000000 ? limit : limit >> world_below(w, 24)) : 1;
	}
}

static inline uint64_t dice_ppm(struct world *w) { return world_below(w, 8) ? world_below(w, 300000) : dice_amount(w, 1000000); }

static inline void dice_bytes(struct world *w, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) out[i] = (uint8_t)world_rand(w);
}

/* A person who owns the asset, mostly. */
static inline uint32_t dice_owner(struct world *w, uint32_t asset)
{
	const struct pr_object *o = &pr_state_leaf(&w->state, asset)->o;
	int p = o->type == PR_OBJECT_ASSET ? world_person(w, o->u.asset.owner) : -1;
	return p < 0 || world_below(w, 16) == 0 ? (uint32_t)world_below(w, w->people) : (uint32_t)p;
}

static inline uint32_t dice_payer(struct world *w, uint32_t stream)
{
	const struct pr_object *o = &pr_state_leaf(&w->state, stream)->o;
	int p = o->type == PR_OBJECT_STREAM ? world_person(w, o->u.stream.payer) : -1;
	return p < 0 || world_below(w, 16) == 0 ? (uint32_t)world_below(w, w->people) : (uint32_t)p;
}

static inline void dice_asset_entry(struct world *w, struct pr_entry *e, uint32_t *person)
{
	uint32_t asset = dice_object(w, PR_OBJECT_ASSET);
	for (int i = 0; i < 8 && (e->kind == PR_KIND_EDGE_ADD || e->kind == PR_KIND_ASSET_OPEN); i++) {
		const struct pr_object *o = &pr_state_leaf(&w->state, asset)->o;
		if (o->type == PR_OBJECT_ASSET && o->u.asset.status == PR_ASSET_DRAFT) break;
		asset = dice_object(w, PR_OBJECT_ASSET);
	}
	*person        = dice_owner(w, asset);
	*e             = world_from(w, e->kind, *person);
	switch (e->kind) {
	case PR_KIND_ASSET_REGISTER:
		e->f[PR_ASSET_REGISTER_KIND].num   = world_below(w, 16) ? world_below(w, PR_ASSET_KINDS) : 5;
		e->f[PR_ASSET_REGISTER_ACTIVE].num = world_below(w, 20) ? world_below(w, 2) : 2;
		w->contents += world_below(w, 12) != 0;
		pr_sha256(e->f[PR_ASSET_REGISTER_CONTENT].bytes, &w->contents, sizeof w->contents);
		dice_bytes(w, e->f[PR_ASSET_REGISTER_METADATA].bytes, 32);
		e->f[PR_ASSET_REGISTER_PRICE0].num   = 1 + world_below(w, 50);
		e->f[PR_ASSET_REGISTER_PRICE1].num   = world_below(w, 50);
		e->f[PR_ASSET_REGISTER_PRICE2].num   = world_rand(w) >> world_below(w, 64);
		e->f[PR_ASSET_REGISTER_ASK_MODE].num = world_below(w, 20) ? 1 + world_below(w, 2) : world_below(w, 5);
		e->f[PR_ASSET_REGISTER_ASK_PPM].num  = dice_ppm(w);
		break;
	case PR_KIND_EDGE_ADD: {
		uint32_t beneficiary = world_below(w, 2) ? dice_active(w) : dice_party(w);
		const struct pr_object *o = &pr_state_leaf(&w->state, beneficiary)->o;
		e->f[PR_EDGE_ADD_CHILD].num       = asset;
		e->f[PR_EDGE_ADD_BENEFICIARY].num = beneficiary;
		e->f[PR_EDGE_ADD_MODE].num = world_below(w, 12) == 0 ? world_below(w, 4) : o->type == PR_OBJECT_ASSET ? o->u.asset.ask_mode : 1 + world_below(w, 2);
		e->f[PR_EDGE_ADD_PPM].num  = world_below(w, 12) == 0 ? dice_ppm(w) : o->type == PR_OBJECT_ASSET ? o->u.asset.ask_ppm : 1 + world_below(w, 200000);
		break;
	}
	case PR_KIND_ASSET_OPEN:
	case PR_KIND_ASSET_RETIRE: e->f[PR_ASSET_OPEN_ASSET].num = asset; break;
	case PR_KIND_ASSET_PRICE:
		e->f[PR_ASSET_PRICE_ASSET].num = asset;
		e->f[PR_ASSET_PRICE_SCOPE].num = world_below(w, 10) ? world_below(w, PR_SCOPES) : 4 + world_below(w, 250);
		e->f[PR_ASSET_PRICE_PRICE].num = world_below(w, 60);
		break;
	case PR_KIND_SHARE_ISSUE:
		e->f[PR_SHARE_ISSUE_ASSET].num  = asset;
		e->f[PR_SHARE_ISSUE_HOLDER].num = world_below(w, 20) ? dice_party(w) : asset;
		e->f[PR_SHARE_ISSUE_UNITS].num  = world_below(w, 8) ? 1 + world_below(w, 1000) : dice_amount(w, UINT32_MAX);
		break;
	default: PR_CHECK(false);
	}
}

static inline void dice_stream_entry(struct world *w, struct pr_entry *e, uint32_t *person)
{
	uint32_t                stream = dice_object(w, PR_OBJECT_STREAM);
	const struct pr_object *o      = &pr_state_leaf(&w->state, stream)->o;
	struct pr_stream        none   = { 0 };
	const struct pr_stream *s      = o->type == PR_OBJECT_STREAM ? &o->u.stream : &none;
	uint64_t                count  = world_below(w, 6) ? 1 + world_below(w, 12) : world_below(w, 300);

	*person = dice_payer(w, stream);
	switch (e->kind) {
	case PR_KIND_STREAM_TICK:
		e->f[PR_STREAM_TICK_STREAM].num = stream;
		e->f[PR_STREAM_TICK_ASSET].num  = world_below(w, 20) ? s->asset : dice_object(w, PR_OBJECT_ASSET);
		e->f[PR_STREAM_TICK_COUNT].num  = count;
		if (s->kind == PR_STREAM_CHAIN && stream < WORLD_STREAMS_MAX && s->used + count <= w->chains[stream].length && world_below(w, 12))
			*e = world_tick(w, stream, count);
		else dice_bytes(w, e->f[PR_STREAM_TICK_PREIMAGE].bytes, 32);
		return;
	case PR_KIND_STREAM_VOUCHER:
		e->f[PR_STREAM_VOUCHER_STREAM].num     = stream;
		e->f[PR_STREAM_VOUCHER_ASSET].num      = world_below(w, 20) ? s->asset : dice_object(w, PR_OBJECT_ASSET);
		e->f[PR_STREAM_VOUCHER_PAYER].num      = world_below(w, 20) ? s->payer : dice_object(w, PR_OBJECT_ACCOUNT);
		e->f[PR_STREAM_VOUCHER_CUMULATIVE].num = s->used + dice_amount(w, s->escrow);
		return;
	case PR_KIND_STREAM_TOPUP:
		*e = world_from(w, e->kind, *person);
		e->f[PR_STREAM_TOPUP_STREAM].num = stream;
		e->f[PR_STREAM_TOPUP_SERIAL].num = s->serial + (world_below(w, 20) == 0);
		e->f[PR_STREAM_TOPUP_AMOUNT].num = dice_amount(w, 5000);
		e->f[PR_STREAM_TOPUP_EXPIRY].num = world_below(w, 10) ? s->expiry + world_below(w, 40) : s->expiry - 1;
		return;
	default:
		*person = world_below(w, 2) ? *person : dice_owner(w, s->asset);
		*e      = world_from(w, e->kind, *person);
		e->f[PR_STREAM_CLOSE_STREAM].num = stream;
		e->f[PR_STREAM_CLOSE_SERIAL].num = s->serial + (world_below(w, 20) == 0);
		e->f[PR_STREAM_CLOSE_ASSET].num  = world_below(w, 20) ? s->asset : dice_object(w, PR_OBJECT_ASSET);
		e->f[PR_STREAM_CLOSE_PAYER].num  = world_below(w, 20) ? s->payer : dice_object(w, PR_OBJECT_ACCOUNT);
	}
}

static inline void dice_stream_open(struct world *w, struct pr_entry *e, uint32_t person)
{
	uint32_t                asset = dice_active(w), id = world_next_id(w);
	const struct pr_object *o     = &pr_state_leaf(&w->state, asset)->o;
	uint64_t                scope = world_below(w, 20) ? 0 : world_below(w, 6), n = world_rand(w);
	bool                    chain = world_below(w, 4) != 0;

	*e = world_from(w, e->kind, person);
	e->f[PR_STREAM_OPEN_ASSET].num  = asset;
	e->f[PR_STREAM_OPEN_SCOPE].num  = scope;
	e->f[PR_STREAM_OPEN_KIND].num   = world_below(w, 30) == 0 ? world_below(w, 4) : chain ? PR_STREAM_CHAIN : PR_STREAM_VOUCHER;
	e->f[PR_STREAM_OPEN_PRICE].num  = !chain ? world_below(w, 20) == 0 : o->type == PR_OBJECT_ASSET && world_below(w, 20) ? o->u.asset.price0 : 7;
	e->f[PR_STREAM_OPEN_ESCROW].num = world_below(w, 8) ? 1 + world_below(w, 20000) : dice_amount(w, world_account(w, person)->balance);
	e->f[PR_STREAM_OPEN_EXPIRY].num = w->ctx.time + world_below(w, 6000);
	if (!chain && world_below(w, 20)) return;
	if (id < WORLD_STREAMS_MAX) {
		pr_sha256(w->chains[id].seed, &n, sizeof n);
		w->chains[id].length = 1 + world_below(w, 600);
		pr_sha256_chain(e->f[PR_STREAM_OPEN_TIP].bytes, w->chains[id].seed, w->chains[id].length);
	}
}

static inline void dice_unsigned_entry(struct world *w, struct pr_entry *e)
{
	const struct pr_object *o;
	uint32_t                id;
	bool                    lie = world_below(w, 20) == 0;

	switch (e->kind) {
	case PR_KIND_EDGE_INHERIT:
		id = dice_object(w, PR_OBJECT_EDGE);
		o  = &pr_state_leaf(&w->state, id)->o;
		e->f[PR_EDGE_INHERIT_CHILD].num         = o->type == PR_OBJECT_EDGE && !lie ? o->u.edge.child : dice_object(w, PR_OBJECT_ASSET);
		e->f[PR_EDGE_INHERIT_PARENT_EDGE].num   = id;
		e->f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num = dice_object(w, PR_OBJECT_EDGE);
		if (o->type != PR_OBJECT_EDGE || lie) return;
		bool other = world_below(w, 8) == 0; /* an edge of the parent that is not the next one */
		for (uint32_t i = 1; i < world_system(w)->next_id; i++) {
			const struct pr_object *a = &pr_state_leaf(&w->state, i)->o;
			if (a->type == PR_OBJECT_EDGE && a->u.edge.child == o->u.edge.beneficiary && (a->u.edge.ordinal == o->u.edge.inherited) != other)
				e->f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num = i;
		}
		return;
	case PR_KIND_SETTLE:
		id = dice_object(w, PR_OBJECT_EDGE);
		o  = &pr_state_leaf(&w->state, id)->o;
		e->f[PR_SETTLE_EDGE].num        = id;
		e->f[PR_SETTLE_CHILD].num       = o->type == PR_OBJECT_EDGE && !lie ? o->u.edge.child : dice_object(w, PR_OBJECT_ASSET);
		e->f[PR_SETTLE_BENEFICIARY].num = o->type == PR_OBJECT_EDGE && world_below(w, 20) ? o->u.edge.beneficiary : dice_party(w);
		return;
	case PR_KIND_CLAIM:
		id = dice_object(w, PR_OBJECT_SHARE);
		o  = &pr_state_leaf(&w->state, id)->o;
		e->f[PR_CLAIM_SHARE].num  = id;
		e->f[PR_CLAIM_ASSET].num  = o->type == PR_OBJECT_SHARE && !lie ? o->u.share.asset : dice_object(w, PR_OBJECT_ASSET);
		e->f[PR_CLAIM_HOLDER].num = o->type == PR_OBJECT_SHARE && world_below(w, 20) ? o->u.share.holder : dice_party(w);
		return;
	default:
		id = dice_object(w, PR_OBJECT_ASSET);
		o  = &pr_state_leaf(&w->state, id)->o;
		e->f[PR_CLAIM_OWNER_ASSET].num = id;
		e->f[PR_CLAIM_OWNER_OWNER].num = o->type == PR_OBJECT_ASSET && !lie ? o->u.asset.owner : dice_object(w, PR_OBJECT_ACCOUNT);
	}
}

/* A random entry of a kind, signed by whom it needs (or not). */
static inline struct pr_entry dice_entry(struct world *w, uint8_t kind)
{
	struct pr_entry e      = { .kind = kind };
	uint32_t        person = (uint32_t)world_below(w, w->people);

	switch (kind) {
	case PR_KIND_DEPOSIT:
		if (world_below(w, 8)) memcpy(e.f[PR_DEPOSIT_TO].bytes, w->addrs[person], 20);
		else if (world_below(w, 4)) dice_bytes(w, e.f[PR_DEPOSIT_TO].bytes, 20);
		e.f[PR_DEPOSIT_AMOUNT].num = dice_amount(w, 1000000000);
		return e;
	case PR_KIND_PARAM:
		e.f[PR_PARAM_INDEX].num = world_below(w, PR_PARAM_COUNT + 1);
		e.f[PR_PARAM_VALUE].num = world_below(w, 2) ? world_below(w, 50001) : 1000 + world_below(w, 1000000);
		return e;
	case PR_KIND_TRANSFER:
		e = world_from(w, kind, person);
		e.f[PR_TRANSFER_TO].num     = dice_object(w, PR_OBJECT_ACCOUNT);
		e.f[PR_TRANSFER_AMOUNT].num = dice_amount(w, world_account(w, person)->balance);
		break;
	case PR_KIND_ACCOUNT_OPEN:
	case PR_KIND_WITHDRAW:
		e = world_from(w, kind, person);
		if (world_below(w, 8)) dice_bytes(w, e.f[PR_WITHDRAW_TO].bytes, 20);
		else if (world_below(w, 2)) memcpy(e.f[PR_WITHDRAW_TO].bytes, w->addrs[person], 20);
		e.f[PR_WITHDRAW_AMOUNT].num = dice_amount(w, world_account(w, person)->balance);
		break;
	case PR_KIND_ASSET_REGISTER:
	case PR_KIND_EDGE_ADD:
	case PR_KIND_ASSET_OPEN:
	case PR_KIND_ASSET_PRICE:
	case PR_KIND_ASSET_RETIRE:
	case PR_KIND_SHARE_ISSUE:
		dice_asset_entry(w, &e, &person);
		if (kind == PR_KIND_ASSET_RETIRE && world_below(w, 12)) return dice_entry(w, PR_KIND_PAY);
		break;
	case PR_KIND_SHARE_TRANSFER: {
		uint32_t                id = dice_object(w, PR_OBJECT_SHARE);
		const struct pr_object *o  = &pr_state_leaf(&w->state, id)->o;
		int                     p  = o->type == PR_OBJECT_SHARE ? world_person(w, o->u.share.holder) : -1;
		person = p < 0 ? person : (uint32_t)p;
		e      = world_from(w, kind, person);
		e.f[PR_SHARE_TRANSFER_ASSET].num = o->type == PR_OBJECT_SHARE ? o->u.share.asset : dice_object(w, PR_OBJECT_ASSET);
		e.f[PR_SHARE_TRANSFER_TO].num    = dice_party(w);
		e.f[PR_SHARE_TRANSFER_UNITS].num = dice_amount(w, o->type == PR_OBJECT_SHARE ? o->u.share.units : 5);
		break;
	}
	case PR_KIND_PAY:
		e = world_from(w, kind, person);
		e.f[PR_PAY_ASSET].num  = dice_active(w);
		e.f[PR_PAY_SCOPE].num  = world_below(w, 20) ? 0 : world_below(w, 6);
		e.f[PR_PAY_AMOUNT].num = world_below(w, 3) ? 1 + world_below(w, 5000) : dice_amount(w, world_account(w, person)->balance);
		break;
	case PR_KIND_STREAM_OPEN: dice_stream_open(w, &e, person); break;
	case PR_KIND_STREAM_TICK:
	case PR_KIND_STREAM_VOUCHER:
	case PR_KIND_STREAM_TOPUP:
	case PR_KIND_STREAM_CLOSE: dice_stream_entry(w, &e, &person); break;
	default: dice_unsigned_entry(w, &e); break;
	}
	if (pr_kind_infos[kind].is_signed) {
		if (world_below(w, 24) == 0) e.f[1].num += world_below(w, 3) - 1; /* nonce */
		if (world_below(w, 10) == 0) e.f[2].num = w->ctx.time + world_below(w, 3) - 1;
		if (world_below(w, 40) == 0) e.f[0].num = dice_object(w, PR_OBJECT_ASSET);
	}
	world_sign(w, &e, world_below(w, 24) ? person : (uint32_t)world_below(w, w->people));
	if (world_below(w, 40) == 0) e.sig64[world_below(w, 64)] ^= (uint8_t)(1u << world_below(w, 8));
	return e;
}

/* Kinds that may stand in a posted chunk, drawn so that money moves often. */
static inline uint8_t dice_kind(struct world *w)
{
	for (;;) {
		uint8_t kind = (uint8_t)(1 + world_below(w, PR_KIND_COUNT - 1));
		if (pr_kind_infos[kind].place == PR_PLACE_ANY) return kind;
	}
}

#endif
