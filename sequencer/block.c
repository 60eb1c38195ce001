#include <stdlib.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/crypto/sha256.h"
#include "core/rt/clock.h"
#include "core/rt/log.h"
#include "core/rt/metrics.h"
#include "sequencer/engine.h"
#include "sequencer/store.h"

PR_METRIC_COUNTER(seq_entries_total, "seq_entries_total", "Entries applied, folded ticks included.");
PR_METRIC_COUNTER(seq_items_total, "seq_items_total", "Inbox items executed.");
PR_METRIC_COUNTER(seq_chunks_total, "seq_chunks_total", "Chunks ended.");
PR_METRIC_COUNTER(seq_batches_total, "seq_batches_total", "Batches sealed.");
PR_METRIC_GAUGE(seq_batch_number, "seq_batch_number", "Number of the last sealed batch.");

static void log_put(struct seq_engine *eng, const void *head, size_t head_len, const void *body, size_t body_len)
{
	const struct iovec pieces[2] = { { (void *)(uintptr_t)head, head_len }, { (void *)(uintptr_t)body, body_len } };
	if (!eng->replaying) (void)seq_log_put(eng->log, pieces, 2);
}

/* The sequence of the record that is being written or replayed. */
static uint64_t next_sequence(const struct seq_engine *eng)
{
	return eng->replaying ? eng->replay_sequence : seq_log_next(eng->log);
}

/* What frames, lengths and headers add to the sections: format 1, raw length 2, frame header 10, length in the run 2. */
#define CHUNK_FRAMING 15u

uint32_t seq_chunk_bytes_bound(const struct pr_chunk_sum *sum)
{
	return sum->entries ? sum->plain_bytes_max + sum->raw_bytes + CHUNK_FRAMING : 0;
}

/* The receipt of what was just applied. */
static void receipt_put(struct seq_engine *eng, uint64_t sequence, const uint8_t *wire, size_t len)
{
	struct seq_receipt receipt = { .sequence = sequence, .batch = eng->block.ctx.batch, .created = eng->created };
	pr_sha256(receipt.hash32, wire, len);
	seq_receipts_put(&eng->receipts, &receipt);
}

/* Roots of the inbox chunks go to the record as they come. */
static void items_execute(struct seq_engine *eng, const uint8_t *items, size_t len)
{
	struct seq_block *b = &eng->block;
	const uint8_t    *item;
	uint32_t          item_len, in_chunk = 0;
	size_t            pos = 0;

	b->ctx.inbox = true;
	while (pr_run_next(&item, &item_len, &pos, items, len)) {
		if (in_chunk == 0) pr_chunk_begin(&eng->view, &b->ctx);
		eng->created          = 0;
		enum pr_status status = pr_item_execute(&eng->view, &b->ctx, item, item_len);
		if (status == PR_STATUS_APPLIED) receipt_put(eng, b->info.first_sequence, item, item_len);
		if (status != PR_STATUS_APPLIED) PR_LOG_INFO("item_refused index=%llu status=%s", (unsigned long long)b->info.inbox_to, pr_status_names[status]);
		b->info.inbox_to++;
		pr_metric_add(&seq_items_total, 1);
		if (++in_chunk < PR_INBOX_CHUNK_ITEMS && pos < len) continue;
		PR_CHECK(b->record.inbox_chunks < PR_BATCH_CHUNKS_MAX);
		pr_state_root(&eng->state, b->record.inbox_roots[b->record.inbox_chunks++]);
		in_chunk = 0;
	}
	PR_CHECK(pos == len && b->info.inbox_to == seq_system(eng)->inbox_next);
	b->ctx.inbox = false;
}

static void block_reset(struct seq_engine *eng, uint64_t number, uint64_t time)
{
	struct seq_block *b = &eng->block;

	PR_CHECK(!b->open && number == b->sealed + 1 && time >= b->last_time);
	b->ctx.batch  = number;
	b->ctx.time   = time;
	b->last_time  = time;
	b->next_time  = 0;
	b->bytes_bound = 0;
	b->wire_len   = 0;
	b->chunk_start = 0;
	b->record.posted = b->record.inbox_chunks = 0;
	pr_chunk_sum_init(&b->sum);
	memset(&b->info, 0, sizeof b->info);
	b->info.number     = number;
	b->info.time       = time;
	b->info.inbox_from = b->info.inbox_to = seq_system(eng)->inbox_next;
	b->info.first_sequence = next_sequence(eng);
}

void seq_block_begin(struct seq_engine *eng, uint64_t number, uint64_t time, const uint8_t *items, size_t items_len)
{
	struct seq_block *b = &eng->block;
	uint8_t           head[25];

	block_reset(eng, number, time);
	PR_CHECK(!seq_items_name_pending(eng, items, items_len));
	b->open = true;
	if (b->epoch_ms == 0) b->epoch_ms = pr_clock_ms();
	head[0] = SEQ_RECORD_BEGIN;
	pr_be64_put(head + 1, number);
	pr_be64_put(head + 9, time);
	pr_be64_put(head + 17, b->info.inbox_from);
	log_put(eng, head, sizeof head, items, items_len);
	items_execute(eng, items, items_len);
}

static void wire_append(struct seq_block *b, const uint8_t *wire, size_t len)
{
	if (b->wire_cap - b->wire_len < len) {
		b->wire_cap = b->wire_cap ? 2 * b->wire_cap : 1u << 18;
		b->wire     = realloc(b->wire, b->wire_cap);
		PR_CHECK(b->wire);
	}
	memcpy(b->wire + b->wire_len, wire, len);
	b->wire_len += len;
}

enum pr_status seq_block_execute(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt, enum seq_origin origin,
                                 uint64_t *sequence)
{
	struct seq_block *b = &eng->block;
	uint8_t           wire[PR_WIRE_BYTES_MAX];

	eng->created          = 0;
	enum pr_status status = pr_step(&eng->view, &b->ctx, e, signer20_opt);
	if (status != PR_STATUS_APPLIED) return status;
	if (!b->open) seq_block_begin(eng, b->ctx.batch, b->ctx.time, NULL, 0);
	/* No rule reads system.batch or system.time, so setting them after the chunk's first entry gives what setting them before it gives,
	 * and a refused entry leaves nothing behind. */
	if (b->sum.entries == 0) pr_chunk_begin(&eng->view, &b->ctx);
	PR_CHECK(pr_chunk_sum_add(&b->sum, e));
	size_t len = pr_wire_encode(wire, e);
	wire_append(b, wire, len);
	b->info.entries++;
	*sequence = next_sequence(eng);
	uint8_t head[SEQ_ENTRY_HEAD_BYTES] = { SEQ_RECORD_ENTRY, (uint8_t)origin };
	pr_be32_put(head + 2, eng->created);
	log_put(eng, head, sizeof head, wire, len);
	if (origin == SEQ_ORIGIN_CLIENT) receipt_put(eng, *sequence, wire, len);
	pr_metric_add(&seq_entries_total, 1);
	return PR_STATUS_APPLIED;
}

void seq_block_chunk_end(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	uint8_t           head[1] = { SEQ_RECORD_CHUNK };

	PR_CHECK(b->open && b->sum.entries > 0 && b->record.inbox_chunks + b->record.posted < PR_BATCH_CHUNKS_MAX);
	struct pr_sealed_chunk *chunk = &b->record.chunks[b->record.posted++];
	pr_state_root(&eng->state, chunk->root32);
	chunk->entry_count = b->sum.entries;
	chunk->bytes_len   = (uint32_t)(b->wire_len - b->chunk_start);
	b->chunk_start     = b->wire_len;
	b->bytes_bound += seq_chunk_bytes_bound(&b->sum);
	PR_CHECK(b->bytes_bound <= PR_BATCH_DATA_MAX);
	pr_chunk_sum_init(&b->sum);
	log_put(eng, head, 1, chunk->root32, 32);
	pr_metric_add(&seq_chunks_total, 1);
}

static void record_put(struct seq_engine *eng)
{
	struct seq_block       *b = &eng->block;
	struct pr_sealed_batch *r = &b->record;
	size_t                  at = 0;

	memcpy(r->parent32, b->parent32, 32);
	memset(b->parent32, 0, 32);
	r->number     = b->info.number;
	r->timestamp  = b->info.time;
	r->inbox_from = b->info.inbox_from;
	r->inbox_to   = b->info.inbox_to;
	for (uint32_t i = 0; i < r->posted; i++) {
		r->chunks[i].bytes = b->wire + at;
		at += r->chunks[i].bytes_len;
	}
	PR_CHECK(at == b->wire_len && r->inbox_chunks + r->posted > 0);
	size_t   len   = pr_sealed_batch_bytes(r);
	uint8_t *bytes = malloc(len);
	PR_CHECK(bytes);
	pr_sealed_batch_encode(bytes, r);
	seq_log_seal(eng->log, b->sealed_next++, bytes, len);
}

/* The batch in b->info is the last one now. */
static void sealed(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	b->sealed           = b->info.number;
	b->info.sealed_next = b->sealed_next;
	pr_metric_add(&seq_batches_total, 1);
	pr_metric_set(&seq_batch_number, b->sealed);
	seq_store_sealed(eng->store, &b->info);
}

void seq_block_seal(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	uint8_t           head[9] = { SEQ_RECORD_SEAL };

	PR_CHECK(b->open);
	if (b->sum.entries > 0) seq_block_chunk_end(eng);
	pr_state_root(&eng->state, b->info.root32);
	b->info.inbox_chunks  = b->record.inbox_chunks;
	b->info.posted_chunks = b->record.posted;
	b->info.last_sequence = next_sequence(eng);
	pr_be64_put(head + 1, b->info.number);
	log_put(eng, head, sizeof head, b->info.root32, 32);
	record_put(eng);
	b->open = false;
	sealed(eng);
	if (!eng->replaying)
		PR_LOG_INFO("sealed batch=%llu entries=%llu chunks=%u items=%llu bytes_bound=%u", (unsigned long long)b->sealed,
		            (unsigned long long)b->info.entries, b->record.inbox_chunks + b->record.posted,
		            (unsigned long long)(b->info.inbox_to - b->info.inbox_from), b->bytes_bound);
}

void seq_block_foreign(struct seq_engine *eng, const struct seq_foreign *f)
{
	static struct pr_chunk scratch;
	struct seq_block      *b = &eng->block;
	uint8_t                statuses[PR_CHUNK_ENTRIES_MAX], wire[PR_WIRE_BYTES_MAX];
	const uint8_t         *chunk;
	uint32_t               len;
	size_t                 pos = 0;

	block_reset(eng, f->header.number, f->header.timestamp);
	PR_CHECK(eng->streams.pending_streams == 0 && f->header.inbox_from == b->info.inbox_from);
	b->info.first_sequence = b->info.last_sequence = next_sequence(eng) - !eng->replaying; /* its record stands already */
	items_execute(eng, f->items, f->items_len);
	PR_CHECK(b->info.inbox_to == f->header.inbox_to);
	while (pr_run_next(&chunk, &len, &pos, f->run, f->run_len)) {
		b->info.posted_chunks++;
		if (!pr_chunk_execute(&eng->view, &b->ctx, chunk, len, &scratch, statuses)) continue;
		eng->created = 0; /* which of them made what is not asked */
		for (uint32_t i = 0; i < scratch.count; i++) {
			if (statuses[i] != PR_STATUS_APPLIED) continue;
			b->info.entries++;
			receipt_put(eng, b->info.first_sequence, wire, pr_wire_encode(wire, &scratch.entries[i]));
		}
	}
	b->info.inbox_chunks = b->record.inbox_chunks;
	b->info.foreign      = true;
	memcpy(b->info.hash32, f->hash32, 32);
	memcpy(b->parent32, f->hash32, 32);
	pr_state_root(&eng->state, b->info.root32);
	sealed(eng);
}
