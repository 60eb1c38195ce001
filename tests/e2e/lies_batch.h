/* Batches as an operator makes them, over a world of tests/support/world.h, with all that is needed to execute them again from before.
 *
 * While a batch is open, every entry of world_apply (so of world_pay, world_register and so on) goes into its present chunk. */
#ifndef TESTS_E2E_LIES_BATCH_H
#define TESTS_E2E_LIES_BATCH_H

#include "core/codec/list.h"
#include "core/codec/zframe.h"
#include "core/crypto/keccak.h"
#include "tests/support/dice.h"

#define LIES_CAPACITY 1024u
#define LIES_BATCHES_MAX 8u
#define LIES_CHUNKS_MAX 12u
#define LIES_ITEMS_MAX 64u

/* Where an entry stands. */
struct lies_at {
	uint32_t batch, chunk, entry;
};

struct lies_chunk {
	bool inbox, decodable;
	struct pr_chunk list; /* the entries, of an inbox chunk too */
	uint8_t statuses[PR_CHUNK_ENTRIES_MAX];
	uint8_t bytes[PR_CHUNK_BYTES_MAX]; /* of a posted chunk */
	uint32_t len;
};

struct lies_batch {
	struct pr_batch_header header;
	uint8_t hash32[32];
	struct pr_state before; /* the state that it begins with, and its memory */
	uint8_t *before_mem;
	uint32_t chunk_count;
	struct lies_chunk chunks[LIES_CHUNKS_MAX];
	uint8_t roots[LIES_CHUNKS_MAX][32]; /* as the rules give them */
	uint8_t run[PR_BATCH_DATA_MAX];
	uint32_t run_len;
};

struct lies {
	struct world world;
	struct pr_entry items[LIES_ITEMS_MAX]; /* as they stand in the Inbox */
	uint32_t item_count, items_taken;
	struct lies_batch batches[LIES_BATCHES_MAX]; /* [0] is the genesis */
	uint32_t batch_count;
	struct pr_chunk_sum sum; /* of the present chunk */
	struct lies_at last;     /* the last entry put */
};
static struct lies lies; /* the one operator's book of the process */

static inline struct lies_batch *lies_open_batch(void) { return &lies.batches[lies.batch_count]; }
static inline struct lies_chunk *lies_open_chunk(void) { return &lies_open_batch()->chunks[lies_open_batch()->chunk_count]; }

static inline struct pr_step_ctx lies_ctx(const struct lies_batch *b, bool inbox)
{
	struct pr_step_ctx ctx = lies.world.ctx;
	ctx.batch = b->header.number;
	ctx.time  = b->header.timestamp;
	ctx.inbox = inbox;
	return ctx;
}

static inline void lies_item_taken(void)
{
	struct pr_leaf system;
	lies.world.view.load(lies.world.view.ctx, 0, &system);
	system.o.u.system.inbox_next++;
	lies.world.view.store(lies.world.view.ctx, 0, &system);
}

static inline void lies_genesis(const uint64_t *params, uint32_t withdraw_multiple, const uint8_t domain32[32], uint32_t people)
{
	world_genesis(&lies.world, LIES_CAPACITY, people, params, withdraw_multiple, 11);
	memcpy(lies.world.ctx.domain32, domain32, 32);
	pr_state_root(&lies.world.state, lies.batches[0].roots[0]);
	lies.batches[0].chunk_count = 1;
	lies.batch_count            = 1;
}

static inline void lies_chunk_begin(void)
{
	struct pr_step_ctx ctx = lies_ctx(lies_open_batch(), false);
	PR_CHECK(lies_open_batch()->chunk_count < LIES_CHUNKS_MAX);
	lies_open_chunk()->decodable = true;
	pr_chunk_sum_init(&lies.sum);
	pr_chunk_begin(&lies.world.view, &ctx);
}

static inline void lies_chunk_end(void)
{
	static uint8_t     plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_ZFRAME_BYTES_MAX];
	struct lies_chunk *c = lies_open_chunk();
	uint32_t           plain_len, raw_len;
	size_t             frame_len;

	PR_CHECK(c->list.count > 0 && pr_chunk_encode(plain, &plain_len, raw, &raw_len, &c->list));
	PR_CHECK(pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
	c->len = pr_chunk_assemble(c->bytes, raw, raw_len, frame, (uint32_t)frame_len);
	pr_state_root(&lies.world.state, lies_open_batch()->roots[lies_open_batch()->chunk_count]);
	lies_open_batch()->chunk_count++;
}

static inline void lies_tap(struct world *w, const struct pr_entry *e)
{
	(void)w;
	if (lies_open_chunk()->list.count == 0) lies_chunk_begin();
	if (!pr_chunk_sum_add(&lies.sum, e)) {
		lies_chunk_end();
		lies_chunk_begin();
		PR_CHECK(pr_chunk_sum_add(&lies.sum, e));
	}
	struct pr_chunk *list = &lies_open_chunk()->list;
	lies.last = (struct lies_at){ lies.batch_count, lies_open_batch()->chunk_count, list->count };
	list->entries[list->count++] = *e;
}

/* Ends the present chunk where it has an entry: the next entry opens another. */
static inline void lies_cut(void)
{
	if (lies_open_chunk()->list.count > 0) lies_chunk_end();
}

/* Posts bytes that are no chunk. */
static inline void lies_put_bytes(const uint8_t *bytes, uint32_t len)
{
	static struct pr_chunk scratch;
	lies_cut();
	struct lies_chunk *c = lies_open_chunk();
	PR_CHECK(len <= sizeof c->bytes && !pr_chunk_decode(&scratch, bytes, len));
	memcpy(c->bytes, bytes, len);
	c->len = len;
	pr_state_root(&lies.world.state, lies_open_batch()->roots[lies_open_batch()->chunk_count]);
	lies_open_batch()->chunk_count++;
}

static inline void lies_put_undecodable(void)
{
	uint8_t bytes[40];
	for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i == 0 ? PR_CHUNK_FORMAT : 255 - i);
	lies_put_bytes(bytes, sizeof bytes);
}

/* Opens a batch that takes every item there is, and executes them. */
static inline void lies_batch_begin(uint64_t timestamp)
{
	struct lies_batch       *b    = lies_open_batch();
	const struct lies_batch *prev = b - 1;
	struct world            *w    = &lies.world;
	size_t                   bytes = pr_state_bytes(LIES_CAPACITY);

	PR_CHECK(lies.batch_count < LIES_BATCHES_MAX && (b->before_mem = malloc(bytes)) != NULL);
	b->before = w->state;
	memcpy(b->before_mem, w->mem, bytes);
	memcpy(b->header.parent, prev->hash32, 32);
	b->header.number     = lies.batch_count;
	b->header.timestamp  = timestamp;
	b->header.inbox_from = prev->header.inbox_to;
	b->header.inbox_to   = lies.item_count;
	w->ctx.batch         = b->header.number;
	w->ctx.time          = timestamp;
	w->tap               = lies_tap;
	for (; lies.items_taken < lies.item_count; b->chunk_count++) {
		struct pr_step_ctx ctx = lies_ctx(b, true);
		struct lies_chunk *c   = lies_open_chunk();
		c->inbox = c->decodable = true;
		pr_chunk_begin(&w->view, &ctx);
		while (c->list.count < PR_INBOX_CHUNK_ITEMS && lies.items_taken < lies.item_count) {
			struct pr_entry *e = &c->list.entries[c->list.count++];
			*e = lies.items[lies.items_taken++];
			(void)pr_step(&w->view, &ctx, e, NULL);
			lies_item_taken();
		}
		pr_state_root(&w->state, b->roots[b->chunk_count]);
	}
}

/* Closes the batch: its run of chunks, header and hash. */
static inline const struct lies_batch *lies_batch_end(void)
{
	static uint8_t     hashes[LIES_CHUNKS_MAX][32];
	struct lies_batch *b = lies_open_batch();

	lies_cut();
	for (uint32_t i = 0; i < b->chunk_count; i++) {
		const struct lies_chunk *c = &b->chunks[i];
		if (c->inbox) continue;
		PR_CHECK(b->run_len + 2 + c->len <= sizeof b->run);
		pr_be16_put(b->run + b->run_len, (uint16_t)c->len);
		memcpy(b->run + b->run_len + 2, c->bytes, c->len);
		b->run_len += 2 + c->len;
		pr_keccak256(hashes[b->header.posted++], c->bytes, c->len);
	}
	pr_list_root(b->header.chunks_root, (const uint8_t (*)[32])hashes, b->header.posted);
	pr_batch_header_hash(b->hash32, &b->header);
	PR_CHECK(pr_batch_chunk_count(&b->header) == b->chunk_count);
	lies.world.tap = NULL;
	lies.batch_count++;
	return b;
}

/* The world as it was before the batch. */
static inline void lies_rewind(const struct lies_batch *b)
{
	memcpy(lies.world.mem, b->before_mem, pr_state_bytes(LIES_CAPACITY));
	lies.world.state = b->before;
}

#endif
