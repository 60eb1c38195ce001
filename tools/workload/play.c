#include "tools/workload/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "core/rt/clock.h"

#define PAY_EVERY 40u
#define TRANSFER_EVERY 100u
#define BODY_TICKS 1489u /* 64 KB of 44-byte records */

/* One direction of one gateway's use of one model. */
struct meter {
	uint64_t tokens; /* used so far and not yet paid singly */
	uint64_t ticks;  /* units revealed */
	uint64_t units;  /* units the whole trace will need */
	uint32_t stream;
	uint8_t (*chain)[32]; /* chain[i]: the preimage of unit i; chain[0] is the tip */
};

struct player {
	struct wl_market *m;
	struct wl_play *p;
	struct meter *meters; /* [payer][model][direction] */
	uint8_t *body;
	uint32_t records;
};

static struct meter *meter_at(struct player *pl, uint32_t payer, uint32_t model, uint32_t direction)
{
	return &pl->meters[(payer * pl->m->in->collections.count + model) * 2 + direction];
}

/* Who pays for call number i, and for which model: a few models are popular. */
static uint32_t payer_of(uint32_t i) { return i % WL_PAYERS; }
static uint32_t model_of(const struct wl_input *in, uint32_t i)
{
	uint64_t x = (i + 1) * 0x9E3779B97F4A7C15u;
	uint32_t a = (uint32_t)(x >> 33) % in->collections.count, b = (uint32_t)(x >> 13) % in->collections.count;
	return a < b ? a : b;
}
static bool paid_singly(uint32_t i) { return i % PAY_EVERY == PAY_EVERY - 1; }

static uint64_t price_of(uint32_t direction) { return (direction ? WL_PRICE_OUT : WL_PRICE_IN) / 1000; }

static void open_stream(struct player *pl, uint32_t payer, uint32_t model, uint32_t direction, uint64_t expiry)
{
	struct meter   *meter = meter_at(pl, payer, model, direction);
	struct pr_entry e     = { .kind = PR_KIND_STREAM_OPEN };
	uint64_t        seed[3] = { payer, model, direction };

	meter->chain = malloc((meter->units + 1) * 32);
	PR_CHECK(meter->chain);
	pr_sha256(meter->chain[meter->units], seed, sizeof seed);
	for (uint64_t i = meter->units; i > 0; i--) pr_sha256_32(meter->chain[i - 1], meter->chain[i]);
	e.f[PR_STREAM_OPEN_ASSET].num  = pl->m->models[model].id;
	e.f[PR_STREAM_OPEN_SCOPE].num  = 1 + direction;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = price_of(direction) * WL_TICK_TOKENS;
	e.f[PR_STREAM_OPEN_ESCROW].num = price_of(direction) * WL_TICK_TOKENS * meter->units;
	e.f[PR_STREAM_OPEN_EXPIRY].num = expiry;
	memcpy(e.f[PR_STREAM_OPEN_TIP].bytes, meter->chain[0], 32);
	wl_submit(pl->m->c, &e, &pl->m->payers[payer], &meter->stream);
	pl->p->streams++;
}

static void open_streams(struct player *pl, uint64_t expiry)
{
	const struct wl_input *in = pl->m->in;
	for (uint32_t i = 0; i < in->call_count; i++) {
		if (paid_singly(i)) continue;
		meter_at(pl, payer_of(i), model_of(in, i), 0)->tokens += in->calls[i].context;
		meter_at(pl, payer_of(i), model_of(in, i), 1)->tokens += in->calls[i].generated;
	}
	for (uint32_t payer = 0; payer < WL_PAYERS; payer++)
		for (uint32_t model = 0; model < in->collections.count; model++)
			for (uint32_t d = 0; d < 2; d++) {
				struct meter *meter = meter_at(pl, payer, model, d);
				meter->units  = meter->tokens / WL_TICK_TOKENS;
				meter->tokens = 0;
				if (meter->units > 0) open_stream(pl, payer, model, d, expiry);
			}
	wl_flush(pl->m->c);
}

static void send_ticks(struct player *pl)
{
	if (pl->records == 0) return;
	uint64_t start = pr_clock_us();
	wl_ticks(pl->m->c, pl->body, pl->records);
	pl->p->tick_us += pr_clock_us() - start;
	pl->records = 0;
}

/* Meters tokens and reveals the preimage of the last whole unit. */
static void use(struct player *pl, struct meter *meter, uint32_t direction, uint32_t tokens)
{
	meter->tokens += tokens;
	uint64_t due = meter->tokens / WL_TICK_TOKENS;
	while (meter->ticks < due) {
		/* A jump over more links than one record may have is taken in steps. */
		uint64_t to = due - meter->ticks > 1000 ? meter->ticks + 1000 : due;
		uint8_t *r  = pl->body + (size_t)pl->records * 44;
		pr_be32_put(r, meter->stream);
		pr_be64_put(r + 4, to);
		memcpy(r + 12, meter->chain[to], 32);
		pl->p->ticks += to - meter->ticks;
		pl->p->paid += (to - meter->ticks) * price_of(direction) * WL_TICK_TOKENS;
		pl->p->tick_records++;
		meter->ticks = to;
		if (++pl->records == BODY_TICKS) send_ticks(pl);
	}
}

static void pay(struct player *pl, uint32_t payer, uint32_t model, uint64_t amount)
{
	struct pr_entry e = { .kind = PR_KIND_PAY };
	if (amount == 0) return;
	e.f[PR_PAY_ASSET].num  = pl->m->models[model].id;
	e.f[PR_PAY_AMOUNT].num = amount;
	wl_submit(pl->m->c, &e, &pl->m->payers[payer], NULL);
	pl->p->payments++;
	pl->p->paid += amount;
}

static void transfer(struct player *pl, uint32_t payer)
{
	struct pr_entry e = { .kind = PR_KIND_TRANSFER };
	e.f[PR_TRANSFER_TO].num     = pl->m->payers[(payer + 1) % WL_PAYERS].account;
	e.f[PR_TRANSFER_AMOUNT].num = 1000;
	wl_submit(pl->m->c, &e, &pl->m->payers[payer], NULL);
	pl->p->transfers++;
}

void wl_play(struct wl_play *p, struct wl_market *m, uint64_t expiry, bool progress)
{
	const struct wl_input *in = m->in;
	struct player          pl = { .m = m, .p = p };
	size_t                 meters = (size_t)WL_PAYERS * in->collections.count * 2;

	memset(p, 0, sizeof *p);
	pl.meters = calloc(meters, sizeof *pl.meters);
	pl.body   = malloc(BODY_TICKS * 44);
	PR_CHECK(pl.meters && pl.body);
	open_streams(&pl, expiry);
	for (uint32_t i = 0; i < in->call_count; i++) {
		const struct wl_call *call  = &in->calls[i];
		uint32_t              payer = payer_of(i), model = model_of(in, i);
		if (paid_singly(i)) {
			pay(&pl, payer, model, call->context * price_of(0) + call->generated * price_of(1));
		} else {
			use(&pl, meter_at(&pl, payer, model, 0), 0, call->context);
			use(&pl, meter_at(&pl, payer, model, 1), 1, call->generated);
		}
		if (i % TRANSFER_EVERY == 0) transfer(&pl, payer);
		p->inferences++;
		if (progress && i % (in->call_count / 8 + 1) == 0) {
			printf("    %3u %%  %llu inferences\n", (unsigned)((uint64_t)i * 100 / in->call_count), (unsigned long long)p->inferences);
			fflush(stdout);
		}
	}
	send_ticks(&pl);
	for (uint32_t payer = 0; payer < WL_PAYERS; payer++)
		for (uint32_t model = 0; model < in->collections.count; model++)
			for (uint32_t d = 0; d < 2; d++) {
				struct meter *meter = meter_at(&pl, payer, model, d);
				pay(&pl, payer, model, (meter->tokens - meter->ticks * WL_TICK_TOKENS) * price_of(d));
				free(meter->chain);
			}
	wl_flush(m->c);
	free(pl.meters);
	free(pl.body);
}
