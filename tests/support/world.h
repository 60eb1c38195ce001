/* A small ledger for tests: a state, people with keys, and entries that are signed as a wallet would sign them.
 *
 * Header only.  People are numbered from 0 and get accounts with money by deposits; everything random comes from world.rand. */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "core/codec/chunk.h"
#include "core/codec/eip712.h"
#include "core/codec/wire.h"
#include "core/crypto/crypto.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"
#include "core/rt/zpack.h"
#include "core/stf/step.h"
#include "core/tree/witness.h"

#define WORLD_PEOPLE_MAX 64
#define WORLD_STREAMS_MAX 4096

/* What a payer knows of a stream that the ledger does not: the chain behind the tip. */
struct world_chain {
	uint8_t seed[32];
	uint64_t length; /* tip = sha256^length(seed) at opening */
};

struct world {
	struct pr_state state;
	void *mem;
	struct pr_view view;
	struct pr_step_ctx ctx;
	uint32_t people;
	uint8_t keys[WORLD_PEOPLE_MAX][32], addrs[WORLD_PEOPLE_MAX][20];
	uint32_t accounts[WORLD_PEOPLE_MAX]; /* object ids */
	struct world_chain chains[WORLD_STREAMS_MAX]; /* by stream id */
	uint64_t rand, contents;
	void (*tap)(struct world *w, const struct pr_entry *e); /* sees every entry of world_apply first; NULL: nobody */
};

static inline uint64_t world_rand(struct world *w)
{
	w->rand ^= w->rand >> 12;
	w->rand ^= w->rand << 25;
	w->rand ^= w->rand >> 27;
	return w->rand * 0x2545F4914F6CDD1Du;
}
static inline uint64_t world_below(struct world *w, uint64_t n) { return n ? world_rand(w) % n : 0; }

static inline const struct pr_system *world_system(const struct world *w) { return &pr_state_leaf(&w->state, 0)->o.u.system; }
static inline const struct pr_account *world_account(const struct world *w, uint32_t person)
{
	return &pr_state_leaf(&w->state, w->accounts[person])->o.u.account;
}
static inline const struct pr_asset *world_asset(const struct world *w, uint32_t id) { return &pr_state_leaf(&w->state, id)->o.u.asset; }

/* The id that the next created object will get. */
static inline uint32_t world_next_id(const struct world *w)
{
	const struct pr_system *s = world_system(w);
	return s->free_head ? s->free_head : s->next_id;
}

static inline enum pr_status world_apply(struct world *w, const struct pr_entry *e)
{
	if (w->tap) w->tap(w, e);
	return pr_step(&w->view, &w->ctx, e, NULL);
}

static inline enum pr_status world_deposit(struct world *w, const uint8_t addr20[20], uint64_t amount)
{
	struct pr_entry    e   = { .kind = PR_KIND_DEPOSIT };
	struct pr_step_ctx ctx = w->ctx;
	ctx.inbox = true;
	memcpy(e.f[PR_DEPOSIT_TO].bytes, addr20, 20);
	e.f[PR_DEPOSIT_AMOUNT].num = amount;
	return pr_step(&w->view, &ctx, &e, NULL);
}

/* Genesis with these parameters, and this many people with keys, nobody with an account yet. */
static inline void world_genesis(struct world *w, uint32_t capacity, uint32_t people, const uint64_t *params, uint32_t withdraw_multiple, uint64_t seed)
{
	memset(w, 0, sizeof *w);
	pr_crypto_init();
	w->rand = seed * 0x9E3779B97F4A7C15u | 1;
	w->mem  = aligned_alloc(64, (pr_state_bytes(capacity) + 63) / 64 * 64);
	PR_CHECK(w->mem && people <= WORLD_PEOPLE_MAX);
	memset(w->mem, 0, pr_state_bytes(capacity));
	pr_state_init(&w->state, w->mem, capacity, 7);
	pr_state_genesis(&w->state, params, withdraw_multiple);
	w->view      = pr_state_view(&w->state);
	w->ctx.batch = 1;
	w->people    = people;
	for (uint32_t p = 0; p < people; p++) {
		uint8_t key_seed[16] = "world-key-";
		key_seed[10] = (uint8_t)p;
		pr_sha256(w->keys[p], key_seed, sizeof key_seed);
		PR_CHECK(pr_sig_address(w->addrs[p], w->keys[p]));
	}
}

/* Genesis with default parameters and this many people, each with money. */
static inline void world_init(struct world *w, uint32_t capacity, uint32_t people, uint64_t money, uint64_t seed)
{
	uint64_t params[PR_PARAM_COUNT];

	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) params[i] = pr_param_infos[i].def;
	world_genesis(w, capacity, people, params, 1, seed);
	for (unsigned i = 0; i < 32; i++) w->ctx.domain32[i] = (uint8_t)(i + 1);
	w->ctx.time = 1000;
	for (uint32_t p = 0; p < people; p++) {
		w->accounts[p] = world_next_id(w);
		PR_CHECK(world_deposit(w, w->addrs[p], money) == PR_STATUS_APPLIED);
	}
}

static inline void world_fini(struct world *w) { free(w->mem); }

/* The person whose account has this id; -1 if nobody's. */
static inline int world_person(const struct world *w, uint32_t account)
{
	for (uint32_t p = 0; p < w->people; p++)
		if (w->accounts[p] == account) return (int)p;
	return -1;
}

/* Signs as the person; leaves the signature zero where the entry allows no digest. */
static inline void world_sign(struct world *w, struct pr_entry *e, uint32_t person)
{
	/* Not through w->view: a wallet's look is no part of a recorded execution. */
	struct pr_view look = pr_state_view(&w->state);
	uint8_t        digest32[32];
	bool           need;
	memset(e->sig64, 0, 64);
	if (pr_step_digest(&look, w->ctx.domain32, e, digest32, &need) == PR_STATUS_APPLIED && need)
		PR_CHECK(pr_sig_sign(e->sig64, digest32, w->keys[person]));
}

/* A signed entry's beginning: kind, from, the account's next nonce. */
static inline struct pr_entry world_from(struct world *w, uint8_t kind, uint32_t person)
{
	struct pr_entry e = { .kind = kind };
	e.f[0].num = w->accounts[person];
	e.f[1].num = world_account(w, person)->nonce;
	return e;
}

static inline enum pr_status world_signed(struct world *w, struct pr_entry *e, uint32_t person)
{
	world_sign(w, e, person);
	return world_apply(w, e);
}

/* An asset of the person, active or draft; its id. */
static inline uint32_t world_register(struct world *w, uint32_t person, bool active, uint8_t ask_mode, uint32_t ask_ppm, uint64_t price)
{
	struct pr_entry e  = world_from(w, PR_KIND_ASSET_REGISTER, person);
	uint32_t        id = world_next_id(w);
	uint64_t        n  = ++w->contents;
	e.f[PR_ASSET_REGISTER_ACTIVE].num = active;
	pr_sha256(e.f[PR_ASSET_REGISTER_CONTENT].bytes, &n, sizeof n);
	e.f[PR_ASSET_REGISTER_PRICE0].num = e.f[PR_ASSET_REGISTER_PRICE1].num = e.f[PR_ASSET_REGISTER_PRICE2].num = price;
	e.f[PR_ASSET_REGISTER_ASK_MODE].num = ask_mode;
	e.f[PR_ASSET_REGISTER_ASK_PPM].num  = ask_ppm;
	PR_CHECK(world_signed(w, &e, person) == PR_STATUS_APPLIED);
	return id;
}

static inline enum pr_status world_edge(struct world *w, uint32_t person, uint32_t child, uint32_t beneficiary, uint8_t mode, uint32_t ppm)
{
	struct pr_entry e = world_from(w, PR_KIND_EDGE_ADD, person);
	e.f[PR_EDGE_ADD_CHILD].num       = child;
	e.f[PR_EDGE_ADD_BENEFICIARY].num = beneficiary;
	e.f[PR_EDGE_ADD_MODE].num        = mode;
	e.f[PR_EDGE_ADD_PPM].num         = ppm;
	return world_signed(w, &e, person);
}

/* The id of the edge child -> beneficiary; 0 if there is none. */
static inline uint32_t world_edge_id(const struct world *w, uint32_t child, uint32_t beneficiary)
{
	uint8_t  key32[32];
	uint32_t id;
	pr_key_edge(key32, child, beneficiary);
	return pr_state_find(&w->state, key32, &id) ? id : 0;
}

static inline uint32_t world_share_id(const struct world *w, uint32_t asset, uint32_t holder)
{
	uint8_t  key32[32];
	uint32_t id;
	pr_key_share(key32, asset, holder);
	return pr_state_find(&w->state, key32, &id) ? id : 0;
}

static inline enum pr_status world_inherit(struct world *w, uint32_t child, uint32_t parent, uint32_t ancestor)
{
	struct pr_entry e = { .kind = PR_KIND_EDGE_INHERIT };
	e.f[PR_EDGE_INHERIT_CHILD].num         = child;
	e.f[PR_EDGE_INHERIT_PARENT_EDGE].num   = world_edge_id(w, child, parent);
	e.f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num = world_edge_id(w, parent, ancestor);
	return world_apply(w, &e);
}

/* An owner's act on an asset: ASSET_OPEN or ASSET_RETIRE. */
static inline enum pr_status world_asset_act(struct world *w, uint8_t kind, uint32_t person, uint32_t asset)
{
	struct pr_entry e = world_from(w, kind, person);
	e.f[PR_ASSET_OPEN_ASSET].num = asset;
	return world_signed(w, &e, person);
}

static inline enum pr_status world_issue(struct world *w, uint32_t person, uint32_t asset, uint32_t holder, uint64_t units)
{
	struct pr_entry e = world_from(w, PR_KIND_SHARE_ISSUE, person);
	e.f[PR_SHARE_ISSUE_ASSET].num  = asset;
	e.f[PR_SHARE_ISSUE_HOLDER].num = holder;
	e.f[PR_SHARE_ISSUE_UNITS].num  = units;
	return world_signed(w, &e, person);
}

static inline enum pr_status world_pay(struct world *w, uint32_t person, uint32_t asset, uint64_t amount)
{
	struct pr_entry e = world_from(w, PR_KIND_PAY, person);
	e.f[PR_PAY_ASSET].num  = asset;
	e.f[PR_PAY_AMOUNT].num = amount;
	return world_signed(w, &e, person);
}

static inline enum pr_status world_settle(struct world *w, uint32_t child, uint32_t beneficiary)
{
	struct pr_entry e = { .kind = PR_KIND_SETTLE };
	e.f[PR_SETTLE_EDGE].num        = world_edge_id(w, child, beneficiary);
	e.f[PR_SETTLE_CHILD].num       = child;
	e.f[PR_SETTLE_BENEFICIARY].num = beneficiary;
	return world_apply(w, &e);
}

static inline enum pr_status world_claim(struct world *w, uint32_t asset, uint32_t holder)
{
	struct pr_entry e = { .kind = PR_KIND_CLAIM };
	e.f[PR_CLAIM_SHARE].num  = world_share_id(w, asset, holder);
	e.f[PR_CLAIM_ASSET].num  = asset;
	e.f[PR_CLAIM_HOLDER].num = holder;
	return world_apply(w, &e);
}

static inline enum pr_status world_claim_owner(struct world *w, uint32_t asset)
{
	struct pr_entry e = { .kind = PR_KIND_CLAIM_OWNER };
	e.f[PR_CLAIM_OWNER_ASSET].num = asset;
	e.f[PR_CLAIM_OWNER_OWNER].num = world_asset(w, asset)->owner;
	return world_apply(w, &e);
}

/* Opens a hash-chain stream of that many units and remembers its chain; the id, 0 if refused (status in *status_opt). */
static inline uint32_t world_stream(struct world *w, uint32_t person, uint32_t asset, uint64_t length, uint64_t escrow, uint64_t expiry,
                                    enum pr_status *status_opt)
{
	struct pr_entry e  = world_from(w, PR_KIND_STREAM_OPEN, person);
	uint32_t        id = world_next_id(w);
	uint64_t        n  = world_rand(w);
	PR_CHECK(id < WORLD_STREAMS_MAX);
	pr_sha256(w->chains[id].seed, &n, sizeof n);
	w->chains[id].length = length;
	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = world_asset(w, asset)->price0;
	e.f[PR_STREAM_OPEN_ESCROW].num = escrow;
	e.f[PR_STREAM_OPEN_EXPIRY].num = expiry;
	pr_sha256_chain(e.f[PR_STREAM_OPEN_TIP].bytes, w->chains[id].seed, length);
	enum pr_status status = world_signed(w, &e, person);
	if (status_opt) *status_opt = status;
	return status == PR_STATUS_APPLIED ? id : 0;
}

/* A tick of count units on a stream of world_stream. */
static inline struct pr_entry world_tick(const struct world *w, uint32_t stream, uint64_t count)
{
	const struct pr_stream *s = &pr_state_leaf(&w->state, stream)->o.u.stream;
	struct pr_entry         e = { .kind = PR_KIND_STREAM_TICK };
	uint64_t                left = w->chains[stream].length - s->used;
	e.f[PR_STREAM_TICK_STREAM].num = stream;
	e.f[PR_STREAM_TICK_ASSET].num  = s->asset;
	e.f[PR_STREAM_TICK_COUNT].num  = count;
	if (count <= left) pr_sha256_chain(e.f[PR_STREAM_TICK_PREIMAGE].bytes, w->chains[stream].seed, left - count);
	return e;
}

#endif
