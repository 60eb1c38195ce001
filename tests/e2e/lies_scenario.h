/* What happens in the batches: every kind of entry takes effect, and some are refused. */
#ifndef TESTS_E2E_LIES_SCENARIO_H
#define TESTS_E2E_LIES_SCENARIO_H

#include "tests/e2e/lies_batch.h"

#define LIES_PEOPLE 8u
#define LIES_MONEY 100000000u /* nano per deposit */
#define LIES_FEE_PPM 2500u

/* Entries that single lies are about. */
static struct {
	struct lies_at forged, high_s, overdraft, link; /* refused, and rightly */
	struct lies_at swap;                            /* this one and the next, by different people, do not commute */
	struct lies_at forced;                          /* an inbox item by a user */
	struct lies_at full;                            /* the first entry of a chunk that has no room left */
	uint32_t undecodable_batch;                     /* its first chunk is no chunk */
	uint32_t top, mid, leaf;                        /* assets; leaf feeds mid and by inheritance top, mid feeds top */
	uint32_t stream, voucher;
} lies_marks;

static inline struct pr_entry lies_deposit(uint32_t person, uint64_t amount)
{
	struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
	memcpy(e.f[PR_DEPOSIT_TO].bytes, lies.world.addrs[person], 20);
	e.f[PR_DEPOSIT_AMOUNT].num = amount;
	return e;
}

static inline struct pr_entry lies_transfer(uint32_t from, uint32_t to, uint64_t amount)
{
	struct pr_entry e = world_from(&lies.world, PR_KIND_TRANSFER, from);
	e.f[PR_TRANSFER_TO].num     = lies.world.accounts[to];
	e.f[PR_TRANSFER_AMOUNT].num = amount;
	world_sign(&lies.world, &e, from);
	return e;
}

static inline void lies_must(enum pr_status status, enum pr_status want) { PR_CHECK(status == want); }

static inline void lies_voucher(struct world *w, uint32_t stream, uint32_t payer, uint64_t cumulative)
{
	struct pr_entry e = { .kind = PR_KIND_STREAM_VOUCHER };
	e.f[PR_STREAM_VOUCHER_STREAM].num     = stream;
	e.f[PR_STREAM_VOUCHER_ASSET].num      = pr_state_leaf(&w->state, stream)->o.u.stream.asset;
	e.f[PR_STREAM_VOUCHER_PAYER].num      = w->accounts[payer];
	e.f[PR_STREAM_VOUCHER_CUMULATIVE].num = cumulative;
	lies_must(world_signed(w, &e, payer), PR_STATUS_APPLIED);
}

static inline uint32_t lies_voucher_stream(struct world *w, uint32_t payer, uint32_t asset)
{
	struct pr_entry e  = world_from(w, PR_KIND_STREAM_OPEN, payer);
	uint32_t        id = world_next_id(w);
	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_VOUCHER;
	e.f[PR_STREAM_OPEN_ESCROW].num = 50000;
	e.f[PR_STREAM_OPEN_EXPIRY].num = w->ctx.time + 100000;
	lies_must(world_signed(w, &e, payer), PR_STATUS_APPLIED);
	return id;
}

/* People, assets and what binds them. */
static inline void lies_scene_assets(struct world *w)
{
	struct pr_entry e = world_from(w, PR_KIND_ACCOUNT_OPEN, 0);
	memset(e.f[PR_ACCOUNT_OPEN_TO].bytes, 0x5a, 20);
	e.f[PR_ACCOUNT_OPEN_AMOUNT].num = 1000;
	lies_must(world_signed(w, &e, 0), PR_STATUS_APPLIED);
	e = lies_transfer(1, 2, 12345);
	lies_must(world_apply(w, &e), PR_STATUS_APPLIED);
	e = world_from(w, PR_KIND_WITHDRAW, 3);
	memcpy(e.f[PR_WITHDRAW_TO].bytes, w->addrs[3], 20);
	e.f[PR_WITHDRAW_AMOUNT].num = 777;
	lies_must(world_signed(w, &e, 3), PR_STATUS_APPLIED);
	lies_cut();
	lies_marks.top = world_register(w, 0, true, PR_MODE_ABSOLUTE, 20000, 5);
	lies_marks.mid = world_register(w, 1, false, PR_MODE_RELATIVE, 30001, 7);
	lies_must(world_edge(w, 1, lies_marks.mid, lies_marks.top, PR_MODE_ABSOLUTE, 20000), PR_STATUS_APPLIED);
	lies_must(world_asset_act(w, PR_KIND_ASSET_OPEN, 1, lies_marks.mid), PR_STATUS_APPLIED);
	lies_marks.leaf = world_register(w, 2, false, PR_MODE_NONE, 0, 11);
	lies_must(world_edge(w, 2, lies_marks.leaf, lies_marks.mid, PR_MODE_RELATIVE, 30001), PR_STATUS_APPLIED);
	lies_must(world_edge(w, 2, lies_marks.leaf, w->accounts[5], PR_MODE_RELATIVE, 12347), PR_STATUS_APPLIED);
	lies_must(world_inherit(w, lies_marks.leaf, lies_marks.mid, lies_marks.top), PR_STATUS_APPLIED);
	lies_must(world_asset_act(w, PR_KIND_ASSET_OPEN, 2, lies_marks.leaf), PR_STATUS_APPLIED);
	e = world_from(w, PR_KIND_ASSET_PRICE, 0);
	e.f[PR_ASSET_PRICE_ASSET].num = lies_marks.top;
	e.f[PR_ASSET_PRICE_PRICE].num = 6;
	lies_must(world_signed(w, &e, 0), PR_STATUS_APPLIED);
}

/* Units, payments, settling: remainders everywhere, by odd numbers. */
static inline void lies_scene_money(struct world *w)
{
	struct pr_entry e;
	lies_must(world_issue(w, 2, lies_marks.leaf, w->accounts[4], 3), PR_STATUS_APPLIED);
	lies_must(world_issue(w, 2, lies_marks.leaf, w->accounts[5], 4), PR_STATUS_APPLIED);
	lies_must(world_pay(w, 6, lies_marks.leaf, 100003), PR_STATUS_APPLIED);
	lies_marks.swap = lies.last;
	lies_must(world_issue(w, 2, lies_marks.leaf, w->accounts[6], 6), PR_STATUS_APPLIED);
	lies_must(world_pay(w, 7, lies_marks.leaf, 55555), PR_STATUS_APPLIED);
	e = world_from(w, PR_KIND_SHARE_TRANSFER, 4);
	e.f[PR_SHARE_TRANSFER_ASSET].num = lies_marks.leaf;
	e.f[PR_SHARE_TRANSFER_TO].num    = w->accounts[7];
	e.f[PR_SHARE_TRANSFER_UNITS].num = 1;
	lies_must(world_signed(w, &e, 4), PR_STATUS_APPLIED);
	lies_must(world_settle(w, lies_marks.leaf, lies_marks.mid), PR_STATUS_APPLIED);
	lies_must(world_settle(w, lies_marks.leaf, lies_marks.top), PR_STATUS_APPLIED);
	lies_must(world_pay(w, 7, lies_marks.mid, 9999), PR_STATUS_APPLIED);
	lies_must(world_claim(w, lies_marks.leaf, w->accounts[5]), PR_STATUS_APPLIED);
	lies_must(world_claim_owner(w, lies_marks.mid), PR_STATUS_APPLIED);
}

static inline void lies_scene_streams(struct world *w)
{
	struct pr_entry e;
	lies_marks.stream = world_stream(w, 7, lies_marks.leaf, 8192, 60003, w->ctx.time + 100000, NULL);
	PR_CHECK(lies_marks.stream != 0);
	e = world_tick(w, lies_marks.stream, 37);
	lies_must(world_apply(w, &e), PR_STATUS_APPLIED);
	e = world_from(w, PR_KIND_STREAM_TOPUP, 7);
	e.f[PR_STREAM_TOPUP_STREAM].num = lies_marks.stream;
	e.f[PR_STREAM_TOPUP_SERIAL].num = pr_state_leaf(&w->state, lies_marks.stream)->o.u.stream.serial;
	e.f[PR_STREAM_TOPUP_AMOUNT].num = 501;
	e.f[PR_STREAM_TOPUP_EXPIRY].num = pr_state_leaf(&w->state, lies_marks.stream)->o.u.stream.expiry;
	lies_must(world_signed(w, &e, 7), PR_STATUS_APPLIED);
	lies_marks.voucher = lies_voucher_stream(w, 6, lies_marks.mid);
	lies_voucher(w, lies_marks.voucher, 6, 4321);
	uint32_t closing = lies_voucher_stream(w, 5, lies_marks.mid);
	e = world_from(w, PR_KIND_STREAM_CLOSE, 1); /* the payee may at any time */
	e.f[PR_STREAM_CLOSE_STREAM].num = closing;
	e.f[PR_STREAM_CLOSE_SERIAL].num = pr_state_leaf(&w->state, closing)->o.u.stream.serial;
	e.f[PR_STREAM_CLOSE_ASSET].num  = lies_marks.mid;
	e.f[PR_STREAM_CLOSE_PAYER].num  = w->accounts[5];
	lies_must(world_signed(w, &e, 1), PR_STATUS_APPLIED);
	uint32_t old = world_register(w, 3, true, PR_MODE_NONE, 0, 1);
	lies_must(world_asset_act(w, PR_KIND_ASSET_RETIRE, 3, old), PR_STATUS_APPLIED);
}

/* s = n div 2 + 1, the first that is refused. */
static inline void lies_raise_s(uint8_t sig64[64])
{
	static const uint8_t high[32] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		                          0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa1 };
	uint8_t parity = sig64[32] & 0x80;
	memcpy(sig64 + 32, high, 32);
	sig64[32] |= parity;
}

/* Entries that the rules refuse, among some that they do not. */
static inline void lies_scene_refused(struct world *w)
{
	struct pr_entry e = lies_transfer(0, 1, 1001);
	lies_must(world_apply(w, &e), PR_STATUS_APPLIED);
	e = lies_transfer(2, 3, 5000000);
	world_sign(w, &e, 4);
	lies_must(world_apply(w, &e), PR_STATUS_SIGNATURE);
	lies_marks.forged = lies.last;
	e = lies_transfer(3, 4, 6000000);
	lies_raise_s(e.sig64);
	lies_must(world_apply(w, &e), PR_STATUS_SIGNATURE);
	lies_marks.high_s = lies.last;
	e = lies_transfer(4, 5, world_account(w, 4)->balance + 1);
	lies_must(world_apply(w, &e), PR_STATUS_BALANCE);
	lies_marks.overdraft = lies.last;
	e = world_tick(w, lies_marks.stream, 9);
	e.f[PR_STREAM_TICK_PREIMAGE].bytes[7] ^= 1;
	lies_must(world_apply(w, &e), PR_STATUS_LINK);
	lies_marks.link = lies.last;
	e = world_tick(w, lies_marks.stream, 9);
	lies_must(world_apply(w, &e), PR_STATUS_APPLIED);
}

/* A chunk with no room for another entry: ticks with as many links as a chunk may have, and payments by everybody. */
static inline void lies_scene_full(struct world *w)
{
	lies_cut();
	uint32_t chunk = lies_open_batch()->chunk_count;
	for (uint32_t i = 0; lies_open_batch()->chunk_count == chunk; i++) {
		struct pr_entry e = world_tick(w, lies_marks.stream, 100);
		if (i % 4 == 0 && i < 80) lies_must(world_apply(w, &e), PR_STATUS_APPLIED);
		else lies_must(world_pay(w, i % LIES_PEOPLE, i % 2 ? lies_marks.leaf : lies_marks.mid, 1000 + i), PR_STATUS_APPLIED);
	}
	lies_marks.full = (struct lies_at){ lies.batch_count, chunk, 0 };
}

/* Random entries, right and wrong. */
static inline void lies_scene_random(struct world *w, uint32_t chunks, uint32_t entries)
{
	for (uint32_t c = 0; c < chunks; c++) {
		lies_cut();
		for (uint32_t i = 0; i < entries;) {
			struct pr_chunk_sum alone;
			struct pr_entry     e = dice_entry(w, dice_kind(w));
			pr_chunk_sum_init(&alone);
			if (!pr_chunk_sum_add(&alone, &e)) continue; /* names id 0 or one out of range: never posted */
			(void)world_apply(w, &e);
			i++;
		}
	}
}

#endif
