/* An archive as L1 would have told it, made without L1: batches of a small ledger with claims, right and wrong, written as events.  Header only. */
#ifndef FRD_TEST_KIT_H
#define FRD_TEST_KIT_H

#include "core/base/check.h"
#include "core/crypto/keccak.h"
#include "core/l1/eventlog.h"
#include "core/rpc/chain.h"
#include "tests/support/tempdir.h"
#include "tests/support/world.h"

#define KIT_CAPACITY 4096u
#define KIT_PEOPLE 6u
#ifndef KIT_BATCHES_MAX
#define KIT_BATCHES_MAX 64u
#endif
#define KIT_CHUNKS_MAX 8u

struct kit_batch {
	struct pr_batch_header header;
	uint8_t hash32[32], roots[KIT_CHUNKS_MAX][32];
	uint32_t chunk_count;
	uint64_t final_claim;
};

struct kit {
	struct world w; /* first: its tap finds the kit */
	struct pr_chain chain;
	struct pr_eventlog log;
	struct kit_batch batches[KIT_BATCHES_MAX]; /* [0]: the genesis */
	uint64_t batch_count, item_count, inbox_next, claim_count, block;
	uint8_t items[256][PR_WIRE_BYTES_MAX];
	uint32_t item_lens[256];
	struct pr_chunk chunk;
	struct pr_chunk_sum sum;
	uint8_t run[KIT_CHUNKS_MAX * 16384];
	uint32_t run_len;
	uint8_t chunk_hashes[KIT_CHUNKS_MAX][32];
	uint32_t assets[4], streams[32], stream_payers[32], stream_count;
};

static inline void kit_event(struct kit *k, struct pr_l1_event *e)
{
	uint64_t seq;
	e->block      = k->block;
	e->block_time = 100000 + k->block;
	memset(e->tx32, (int)k->block, 32);
	PR_CHECK(pr_eventlog_add(&k->log, e, &seq) == PR_OK);
}

static inline void kit_tap(struct world *w, const struct pr_entry *e)
{
	struct kit *k = (struct kit *)w;
	PR_CHECK(pr_chunk_sum_add(&k->sum, e));
	k->chunk.entries[k->chunk.count++] = *e;
}

/* A chain of its own for every rollup byte; the archive is written to dir. */
static inline void kit_open(struct kit *k, const char *dir, uint64_t seed)
{
	static const char text[] = "[chain]\nl2_chain_id = 7077\nl1_chain_id = 31337\nrollup = \"0x5FbDB2315678afecb367f032d93F642f64180aa3\"\n[params]\nfee_ppm = 1000\n";
	char message[PR_CONFIG_MESSAGE_BYTES];

	memset(k, 0, sizeof *k);
	PR_CHECK(pr_chain_load_text(message, &k->chain, "test", text, sizeof text - 1) == PR_OK);
	world_genesis(&k->w, KIT_CAPACITY, KIT_PEOPLE, k->chain.params, k->chain.withdraw_multiple, seed);
	memcpy(k->w.ctx.domain32, k->chain.domain32, 32);
	pr_state_root(&k->w.state, k->batches[0].roots[0]);
	pr_batch_genesis_hash(k->batches[0].hash32, k->batches[0].roots[0], k->chain.l1_chain_id, k->chain.rollup20);
	k->batch_count = 1;
	k->claim_count = 1;
	k->block       = 1;
	k->w.tap       = kit_tap;
	PR_CHECK(pr_eventlog_open(&k->log, dir, false) == PR_OK);
}

/* Makes what was told durable and lets the archive go, so that a node can open it; kit_again takes it back. */
static inline void kit_pause(struct kit *k)
{
	PR_CHECK(pr_spool_sync(k->log.spool) == PR_OK);
	pr_eventlog_close(&k->log);
}
static inline void kit_again(struct kit *k, const char *dir) { PR_CHECK(pr_eventlog_open(&k->log, dir, false) == PR_OK); }
static inline void kit_fini(struct kit *k) { world_fini(&k->w); }

/* Tells of a deposit in the inbox. */
static inline void kit_deposit(struct kit *k, uint32_t person, uint64_t amount)
{
	struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
	memcpy(e.f[PR_DEPOSIT_TO].bytes, k->w.addrs[person], 20);
	e.f[PR_DEPOSIT_AMOUNT].num = amount;
	uint8_t *item = k->items[k->item_count];
	uint32_t len = k->item_lens[k->item_count] = (uint32_t)pr_wire_encode(item, &e);
	struct pr_l1_event event = { .type = PR_L1_ITEM, .number = k->item_count++, .data = item, .data_len = len };
	kit_event(k, &event);
}

/* The chunk so far becomes bytes and a root. */
static inline void kit_chunk_end(struct kit *k)
{
	static uint8_t    plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX];
	struct kit_batch *b = &k->batches[k->batch_count];
	uint32_t          plain_len, raw_len;
	size_t            frame_len;
	uint8_t          *out = k->run + k->run_len + 2;

	PR_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &k->chunk) && pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
	uint32_t len = (uint32_t)(raw_len + frame_len + 16);
	PR_CHECK(b->chunk_count < KIT_CHUNKS_MAX && k->run_len + 2 + len < sizeof k->run);
	len = pr_chunk_assemble(out, raw, raw_len, frame, (uint32_t)frame_len);
	pr_be16_put(k->run + k->run_len, (uint16_t)len);
	k->run_len += 2 + len;
	pr_keccak256(k->chunk_hashes[b->header.posted++], out, len);
	pr_state_root(&k->w.state, b->roots[b->chunk_count++]);
	k->chunk.count = 0;
	pr_chunk_sum_init(&k->sum);
}

/* A batch begins: it takes all items that wait.  world_* calls then fill chunks, each begun by kit_chunk_begin and ended by kit_chunk_end. */
static inline void kit_batch_begin(struct kit *k)
{
	struct kit_batch  *b   = &k->batches[k->batch_count];
	struct pr_step_ctx ctx;

	PR_CHECK(k->batch_count < KIT_BATCHES_MAX);
	k->block++;
	k->w.ctx.batch = k->batch_count;
	k->w.ctx.time  = 1000 + 10 * k->batch_count;
	b->header = (struct pr_batch_header){ .number = k->batch_count, .timestamp = k->w.ctx.time, .inbox_from = k->inbox_next, .inbox_to = k->item_count };
	memcpy(b->header.parent, b[-1].hash32, 32);
	k->run_len = 0;
	PR_CHECK(k->item_count - k->inbox_next <= PR_INBOX_CHUNK_ITEMS);
	if (k->item_count > k->inbox_next) {
		ctx       = k->w.ctx;
		ctx.inbox = true;
		pr_chunk_begin(&k->w.view, &ctx);
		for (; k->inbox_next < k->item_count; k->inbox_next++)
			PR_CHECK(pr_item_execute(&k->w.view, &ctx, k->items[k->inbox_next], k->item_lens[k->inbox_next]) == PR_STATUS_APPLIED);
		pr_state_root(&k->w.state, b->roots[b->chunk_count++]);
	}
}

static inline void kit_chunk_begin(struct kit *k)
{
	pr_chunk_sum_init(&k->sum);
	k->chunk.count = 0;
	pr_chunk_begin(&k->w.view, &k->w.ctx);
}

/* Tells of the batch. */
static inline void kit_batch_end(struct kit *k)
{
	struct kit_batch *b = &k->batches[k->batch_count];
	pr_list_root(b->header.chunks_root, (const uint8_t (*)[32])k->chunk_hashes, b->header.posted);
	pr_batch_header_hash(b->hash32, &b->header);
	struct pr_l1_event e = { .type = PR_L1_BATCH, .number = k->batch_count++, .header = b->header, .data = k->run, .data_len = k->run_len };
	memcpy(e.hash32, b->hash32, 32);
	kit_event(k, &e);
}

/* Tells of a claim on a batch; wrong_chunk: from there on its roots are lies; UINT32_MAX: it is right.  Its id. */
static inline uint64_t kit_claim(struct kit *k, uint64_t batch, uint64_t parent, uint32_t wrong_chunk)
{
	struct kit_batch *b = &k->batches[batch];
	uint8_t           roots[KIT_CHUNKS_MAX][32];
	memcpy(roots, b->roots, sizeof roots);
	for (uint32_t i = wrong_chunk; i < b->chunk_count; i++) roots[i][31] ^= 1;
	k->block++;
	struct pr_l1_event e = { .type = PR_L1_CLAIM, .number = k->claim_count++, .a = batch, .b = parent, .data = roots[0], .data_len = 32 * b->chunk_count };
	kit_event(k, &e);
	return e.number;
}

static inline void kit_verdict(struct kit *k, enum pr_l1_event_type type, uint64_t claim, uint64_t batch)
{
	struct pr_l1_event e = { .type = type, .number = claim, .a = batch };
	k->block++;
	if (type == PR_L1_CLAIM_FINAL) k->batches[batch].final_claim = claim;
	kit_event(k, &e);
}

/* ---- A ledger with something of everything ---- */

static inline void kit_stream(struct kit *k, uint32_t payer)
{
	uint32_t id = world_stream(&k->w, payer, k->assets[world_below(&k->w, 4)], 200, 100000, 1000000, NULL);
	PR_CHECK(id != 0 && k->stream_count < 32);
	k->stream_payers[k->stream_count] = payer;
	k->streams[k->stream_count++]     = id;
}

static inline void kit_stream_close(struct kit *k, uint32_t index)
{
	uint32_t                id = k->streams[index];
	const struct pr_stream *s  = &pr_state_leaf(&k->w.state, id)->o.u.stream;
	struct pr_entry         e  = world_from(&k->w, PR_KIND_STREAM_CLOSE, (uint32_t)world_person(&k->w, world_asset(&k->w, s->asset)->owner));
	e.f[PR_STREAM_CLOSE_STREAM].num = id;
	e.f[PR_STREAM_CLOSE_SERIAL].num = s->serial;
	e.f[PR_STREAM_CLOSE_ASSET].num  = s->asset;
	e.f[PR_STREAM_CLOSE_PAYER].num  = s->payer;
	PR_CHECK(world_signed(&k->w, &e, (uint32_t)world_person(&k->w, world_asset(&k->w, s->asset)->owner)) == PR_STATUS_APPLIED);
	k->stream_count--;
	k->streams[index]       = k->streams[k->stream_count];
	k->stream_payers[index] = k->stream_payers[k->stream_count];
}

static inline void kit_withdraw(struct kit *k, uint32_t person, uint64_t amount)
{
	struct pr_entry e = world_from(&k->w, PR_KIND_WITHDRAW, person);
	memcpy(e.f[PR_WITHDRAW_TO].bytes, k->w.addrs[person], 20);
	e.f[PR_WITHDRAW_AMOUNT].num = amount;
	PR_CHECK(world_signed(&k->w, &e, person) == PR_STATUS_APPLIED);
}

/* Batch 1: everybody gets money; assets, edges, shares, streams. */
static inline void kit_first_batch(struct kit *k)
{
	for (uint32_t p = 0; p < KIT_PEOPLE; p++) kit_deposit(k, p, 1000000000);
	kit_batch_begin(k);
	for (uint32_t p = 0; p < KIT_PEOPLE; p++) {
		uint8_t key32[32];
		pr_key_account(key32, k->w.addrs[p]);
		PR_CHECK(pr_state_find(&k->w.state, key32, &k->w.accounts[p]));
	}
	kit_chunk_begin(k);
	for (uint32_t a = 0; a < 4; a++) k->assets[a] = world_register(&k->w, a, a < 2, PR_MODE_RELATIVE, 100000, 3);
	for (uint32_t a = 2; a < 4; a++) {
		PR_CHECK(world_edge(&k->w, a, k->assets[a], k->assets[a - 2], PR_MODE_RELATIVE, 100000) == PR_STATUS_APPLIED);
		PR_CHECK(world_asset_act(&k->w, PR_KIND_ASSET_OPEN, a, k->assets[a]) == PR_STATUS_APPLIED);
	}
	for (uint32_t p = 0; p < 4; p++) PR_CHECK(world_issue(&k->w, 0, k->assets[0], k->w.accounts[p], 10 + p) == PR_STATUS_APPLIED);
	kit_chunk_end(k);
	kit_chunk_begin(k);
	for (uint32_t p = 0; p < KIT_PEOPLE; p++) kit_stream(k, p);
	kit_chunk_end(k);
	kit_batch_end(k);
}

/* Any later batch: ticks, payments, settling, a withdrawal, streams that close and ids that are used again. */
static inline void kit_next_batch(struct kit *k)
{
	struct world *w = &k->w;
	if (k->batch_count % 3 == 0) kit_deposit(k, (uint32_t)world_below(w, KIT_PEOPLE), 5000 + world_below(w, 5000));
	kit_batch_begin(k);
	for (unsigned chunk = 0; chunk < 2; chunk++) {
		kit_chunk_begin(k);
		for (unsigned i = 0; i < 3; i++) {
			struct pr_entry tick = world_tick(w, k->streams[world_below(w, k->stream_count)], 1 + world_below(w, 3));
			(void)world_apply(w, &tick);
			PR_CHECK(world_pay(w, (uint32_t)world_below(w, KIT_PEOPLE), k->assets[world_below(w, 4)], 1000 + world_below(w, 9000)) == PR_STATUS_APPLIED);
		}
		if (chunk == 0) {
			kit_stream_close(k, (uint32_t)world_below(w, k->stream_count));
			kit_stream_close(k, (uint32_t)world_below(w, k->stream_count));
			kit_withdraw(k, (uint32_t)world_below(w, KIT_PEOPLE), 100 + world_below(w, 900));
			kit_stream(k, (uint32_t)world_below(w, KIT_PEOPLE));
		} else {
			kit_stream(k, (uint32_t)world_below(w, KIT_PEOPLE));
			(void)world_settle(w, k->assets[2], k->assets[0]);
		}
		kit_chunk_end(k);
	}
	kit_batch_end(k);
}

#endif
