#include <string.h>

#include "core/rt/clock.h"
#include "core/rt/metrics.h"
#include "sequencer/engine.h"

PR_METRIC_GAUGE(seq_pending_links, "seq_pending_links", "Links accepted and not folded.");
PR_METRIC_GAUGE(seq_pending_streams, "seq_pending_streams", "Streams with links not folded.");

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

uint32_t seq_items_until(const struct seq_engine *eng, uint64_t time)
{
	const struct seq_items *w     = &eng->items;
	uint32_t                count = 0;
	while (count < w->count && count < PR_BATCH_ITEMS_MAX && w->ring[(w->first + count) % SEQ_ITEMS_MAX].time <= time) count++;
	return count;
}

void seq_begin_with_items(struct seq_engine *eng, uint32_t count)
{
	struct seq_items *w = &eng->items;
	uint8_t           run[PR_BATCH_ITEMS_MAX * (2 + PR_WIRE_BYTES_MAX)];
	size_t            len = 0;

	PR_CHECK(count <= w->count && count <= PR_BATCH_ITEMS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (w->first + i) % SEQ_ITEMS_MAX;
		PR_CHECK(w->ring[at].index == seq_system(eng)->inbox_next + i);
		pr_be16_put(run + len, w->ring[at].len);
		memcpy(run + len + 2, w->ring[at].bytes, w->ring[at].len);
		len += 2u + w->ring[at].len;
		PR_CHECK(w->ring[at].time <= eng->block.ctx.time);
	}
	seq_block_begin(eng, eng->block.ctx.batch, eng->block.ctx.time, run, len);
	w->first = (w->first + count) % SEQ_ITEMS_MAX;
	w->count -= count;
}

uint64_t seq_epoch_time(const struct seq_engine *eng)
{
	const struct seq_items *w    = &eng->items;
	uint64_t                time = eng->rebasing ? eng->rebase_time : eng->options.now_s();
	if (time < eng->block.last_time) time = eng->block.last_time;
	if (time < eng->block.next_time) time = eng->block.next_time;
	for (uint32_t i = 0; i < w->count && i < PR_BATCH_ITEMS_MAX; i++) {
		uint64_t held_since = w->ring[(w->first + i) % SEQ_ITEMS_MAX].time;
		if (held_since > time) time = held_since;
	}
	return time;
}

void seq_seal_prepare(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	if (b->open) return;
	b->ctx.batch = b->sealed + 1;
	b->ctx.time  = b->next_time > b->last_time ? b->next_time : b->last_time;
	if (seq_drain_runs(&eng->drain) || eng->streams.pending_streams > 0) return;
	b->ctx.time    = seq_epoch_time(eng);
	uint32_t count = seq_items_until(eng, b->ctx.time);
	if (count) seq_begin_with_items(eng, count);
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

void seq_seal_tick(struct seq_engine *eng, uint64_t now_ms)
{
	struct seq_block *b = &eng->block;
	if (eng->halted) return;
	if (b->epoch_ms && (b->open || eng->streams.pending_streams) && now_ms - b->epoch_ms >= eng->options.age_ms) seq_drain_by_itself(eng);
	if (eng->options.loop_opt) seq_drain_go_on(eng);
	if (!b->open && eng->items.count && eng->streams.pending_streams == 0) {
		seq_seal_prepare(eng);
		seq_log_kick(eng->log);
	}
}
