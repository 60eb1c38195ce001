#include <string.h>

#include "core/rt/clock.h"
#include "core/rt/metrics.h"
#include "sequencer/engine.h"
#include "sequencer/store.h"

PR_METRIC_COUNTER(seq_drains_total, "seq_drains_total", "Ends of an epoch: all ticks folded, batch sealed.");
PR_METRIC_GAUGE(seq_pending_links, "seq_pending_links", "Links accepted and not folded.");
PR_METRIC_GAUGE(seq_pending_streams, "seq_pending_streams", "Streams with links not folded.");
PR_METRIC_HISTOGRAM(seq_drain_us, "seq_drain_us", "Microseconds that a drain held the loop.");

bool seq_item_push(struct seq_engine *eng, uint64_t index, uint64_t time, uint64_t feed_sequence, const uint8_t *item, size_t len)
{
	struct seq_items *w = &eng->items;
	PR_CHECK(index == seq_system(eng)->inbox_next + w->count && len <= PR_WIRE_BYTES_MAX);
	if (w->count == SEQ_ITEMS_MAX) return false;
	uint32_t at = (w->first + w->count++) % SEQ_ITEMS_MAX;
	w->ring[at].index         = index;
	w->ring[at].time          = time;
	w->ring[at].feed_sequence = feed_sequence;
	w->ring[at].len           = (uint16_t)len;
	memcpy(w->ring[at].bytes, item, len);
	return true;
}

/* Begins a batch with the items that wait, as many as a batch takes. */
static void begin_with_items(struct seq_engine *eng)
{
	struct seq_items *w = &eng->items;
	uint8_t           run[PR_BATCH_ITEMS_MAX * (2 + PR_WIRE_BYTES_MAX)];
	size_t            len   = 0;
	uint32_t          count = w->count < PR_BATCH_ITEMS_MAX ? w->count : PR_BATCH_ITEMS_MAX;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (w->first + i) % SEQ_ITEMS_MAX;
		PR_CHECK(w->ring[at].index == seq_system(eng)->inbox_next + i);
		pr_be16_put(run + len, w->ring[at].len);
		memcpy(run + len + 2, w->ring[at].bytes, w->ring[at].len);
		len += 2u + w->ring[at].len;
		if (w->ring[at].time > eng->block.ctx.time) eng->block.ctx.time = w->ring[at].time;
	}
	seq_block_begin(eng, eng->block.ctx.batch, eng->block.ctx.time, run, len);
	w->first = (w->first + count) % SEQ_ITEMS_MAX;
	w->count -= count;
}

void seq_seal_prepare(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	if (b->open) return;
	b->ctx.batch = b->sealed + 1;
	b->ctx.time  = b->last_time;
	if (eng->streams.pending_streams > 0) return;
	uint64_t now = eng->rebasing ? eng->rebase_time : eng->options.now_s();
	if (now > b->last_time) b->ctx.time = now;
	if (eng->items.count) begin_with_items(eng);
}

static bool fits_open_chunk(const struct seq_block *b, const struct pr_entry *e)
{
	struct pr_chunk_sum sum = b->sum;
	return pr_chunk_sum_add(&sum, e) && b->record.inbox_chunks + b->record.posted < PR_BATCH_CHUNKS_MAX && b->bytes_bound + seq_chunk_bytes_bound(&sum) <= PR_BATCH_DATA_MAX;
}

static bool fits_next_chunk(const struct seq_block *b, const struct pr_entry *e)
{
	struct pr_chunk_sum sum;
	pr_chunk_sum_init(&sum);
	return pr_chunk_sum_add(&sum, e) && b->record.inbox_chunks + b->record.posted + 1 < PR_BATCH_CHUNKS_MAX &&
	       b->bytes_bound + seq_chunk_bytes_bound(&b->sum) + seq_chunk_bytes_bound(&sum) <= PR_BATCH_DATA_MAX;
}

void seq_seal_room(struct seq_engine *eng, const struct pr_entry *e)
{
	struct seq_block *b = &eng->block;
	if (!b->open || fits_open_chunk(b, e)) return;
	if (b->sum.entries > 0 && fits_next_chunk(b, e)) {
		seq_block_chunk_end(eng);
		return;
	}
	/* An entry alone fits a batch that has no posted chunk, whatever its items: they take at most half of the chunks. */
	PR_CHECK(b->sum.entries > 0 || b->record.posted > 0);
	seq_block_seal(eng);
	seq_seal_prepare(eng);
	PR_CHECK(!b->open || fits_open_chunk(b, e));
}

void seq_pending_report(const struct seq_engine *eng)
{
	pr_metric_set(&seq_pending_links, eng->streams.pending_links);
	pr_metric_set(&seq_pending_streams, eng->streams.pending_streams);
}

void seq_drain(struct seq_engine *eng)
{
	struct seq_block *b     = &eng->block;
	uint64_t          start = pr_clock_us();
	if (!b->open && eng->streams.pending_streams == 0) return;
	seq_fold_all(eng);
	if (b->open) seq_block_seal(eng);
	PR_CHECK(eng->streams.pending_links == 0);
	b->epoch_ms = 0;
	seq_store_clean(eng->store);
	seq_log_kick(eng->log);
	seq_pending_report(eng);
	pr_metric_add(&seq_drains_total, 1);
	pr_metric_observe(&seq_drain_us, pr_clock_us() - start);
}

void seq_seal_tick(struct seq_engine *eng, uint64_t now_ms)
{
	struct seq_block *b = &eng->block;
	if (eng->halted) return;
	if (b->epoch_ms && (b->open || eng->streams.pending_streams) && now_ms - b->epoch_ms >= eng->options.age_ms) seq_drain(eng);
	if (!b->open && eng->items.count && eng->streams.pending_streams == 0) {
		seq_seal_prepare(eng);
		seq_log_kick(eng->log);
	}
}
