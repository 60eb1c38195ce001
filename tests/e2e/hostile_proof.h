/* The right witness and proof of any chunk of the operator's batches, as a challenger would build it, and where the parts of a witness lie. */
#ifndef TESTS_E2E_HOSTILE_PROOF_H
#define TESTS_E2E_HOSTILE_PROOF_H

#include "core/l1/contracts.h"
#include "tests/e2e/lies_batch.h"

#define HOSTILE_DATA_MAX (PR_CHUNK_BYTES_MAX + 64u)
#define HOSTILE_WITNESS_MAX (PR_WITNESS_BYTES_MAX + 1024u)

struct hostile_proof {
	struct pr_fraud_proof p; /* points into what follows */
	struct lies_at at;
	bool inbox, decodable;
	uint8_t pre_path[PR_LIST_DEPTH][32], claimed_path[PR_LIST_DEPTH][32], chunk_path[PR_LIST_DEPTH][32];
	uint8_t data[HOSTILE_DATA_MAX], witness[HOSTILE_WITNESS_MAX];
	struct pr_touch touch;
};

static inline size_t hostile_items(uint8_t *out, const struct lies_chunk *c)
{
	size_t pos = 0;
	for (uint32_t i = 0; i < c->list.count; i++) {
		uint8_t item[PR_WIRE_BYTES_MAX];
		uint32_t len = (uint32_t)pr_wire_encode(item, &c->list.entries[i]);
		PR_CHECK(pos + 2 + len <= HOSTILE_DATA_MAX);
		pr_be16_put(out + pos, (uint16_t)len);
		memcpy(out + pos + 2, item, len);
		pos += 2 + len;
	}
	return pos;
}

static inline void hostile_run(const struct pr_view *view, const struct lies_batch *b, uint32_t index)
{
	static struct pr_chunk   scratch;
	const struct lies_chunk *c   = &b->chunks[index];
	struct pr_step_ctx       ctx = lies_ctx(b, c->inbox);
	uint8_t                  item[PR_WIRE_BYTES_MAX];

	if (!c->inbox) {
		(void)pr_chunk_execute(view, &ctx, c->bytes, c->len, &scratch, NULL);
		return;
	}
	pr_chunk_begin(view, &ctx);
	for (uint32_t i = 0; i < c->list.count; i++) (void)pr_item_execute(view, &ctx, item, pr_wire_encode(item, &c->list.entries[i]));
}

/* Brings the world to just before the chunk. */
static inline void hostile_go(struct lies_at at, uint8_t root32[32])
{
	const struct lies_batch *b = &lies.batches[at.batch];
	lies_rewind(b);
	for (uint32_t c = 0; c < at.chunk; c++) hostile_run(&lies.world.view, b, c);
	pr_state_root(&lies.world.state, root32);
}

/* Writes the witness of what touch names, against the state before the chunk. */
static inline size_t hostile_witness(uint8_t *out, struct lies_at at, const struct pr_touch *touch)
{
	uint8_t root32[32];
	hostile_go(at, root32);
	size_t len = pr_witness_encode(out, HOSTILE_WITNESS_MAX, &lies.world.state, touch);
	PR_CHECK(len > 0);
	return len;
}

static inline void hostile_touch(struct pr_touch *touch, struct lies_at at, uint8_t pre_root32[32])
{
	struct pr_recorder recorder;
	struct pr_view     view;

	hostile_go(at, pre_root32);
	pr_recorder_init(&recorder, lies.world.view);
	view = pr_recorder_view(&recorder);
	hostile_run(&view, &lies.batches[at.batch], at.chunk);
	PR_CHECK(!recorder.full);
	*touch = recorder.touch;
}

/* The proof that a challenger would send about a chunk of the claim, which has these roots. */
static inline void hostile_right(struct hostile_proof *h, uint64_t claim, struct lies_at at, const uint8_t (*roots)[32])
{
	static uint8_t           hashes[LIES_CHUNKS_MAX][32];
	const struct lies_batch *b     = &lies.batches[at.batch];
	const struct lies_chunk *c     = &b->chunks[at.chunk];
	uint32_t                 inbox = pr_batch_inbox_chunks(&b->header);

	*h = (struct hostile_proof){ .p = { .header = b->header, .claim_id = claim, .chunk_index = at.chunk }, .at = at, .inbox = c->inbox };
	h->decodable = c->inbox || c->decodable;
	hostile_touch(&h->touch, at, h->p.pre_root32);
	h->p.witness     = h->witness;
	h->p.witness_len = hostile_witness(h->witness, at, &h->touch);
	h->p.data        = h->data;
	h->p.data_len    = c->inbox ? hostile_items(h->data, c) : c->len;
	if (!c->inbox) memcpy(h->data, c->bytes, c->len);
	memcpy(h->p.claimed_root32, roots[at.chunk], 32);
	if (at.chunk > 0) {
		pr_list_path(h->pre_path, roots, b->chunk_count, at.chunk - 1);
		h->p.pre_path_opt = (const uint8_t (*)[32])h->pre_path;
	}
	pr_list_path(h->claimed_path, roots, b->chunk_count, at.chunk);
	h->p.claimed_path = (const uint8_t (*)[32])h->claimed_path;
	if (c->inbox) return;
	for (uint32_t i = 0; i < b->header.posted; i++) pr_keccak256(hashes[i], b->chunks[inbox + i].bytes, b->chunks[inbox + i].len);
	pr_list_path(h->chunk_path, (const uint8_t (*)[32])hashes, b->header.posted, at.chunk - inbox);
	h->p.chunk_path_opt = (const uint8_t (*)[32])h->chunk_path;
}

/* Where the leaves of a right witness end: leaf i is [ends[i], ends[i + 1]), the sibling count is at ends[count], the siblings follow. */
struct hostile_places {
	uint32_t count, siblings;
	size_t ends[PR_WITNESS_LEAVES_MAX + 1];
};
static inline struct hostile_places hostile_places(const uint8_t *witness)
{
	static const size_t   link_bytes[3] = { 0, 32, 64 };
	struct hostile_places at            = { .count = pr_be16(witness + 1), .ends = { 3 } };
	for (uint32_t i = 0; i < at.count; i++) {
		size_t payload = at.ends[i] + 5 + link_bytes[witness[at.ends[i] + 4]];
		at.ends[i + 1] = payload + pr_payload_bytes(witness[payload]);
	}
	at.siblings = pr_be16(witness + at.ends[at.count]);
	return at;
}

#endif
