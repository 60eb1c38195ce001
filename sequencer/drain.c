#include "sequencer/drain.h"

#include "core/rt/clock.h"
#include "core/rt/metrics.h"
#include "sequencer/engine.h"
#include "sequencer/store.h"

PR_METRIC_COUNTER(seq_drains_total, "seq_drains_total", "Ends of an epoch: all ticks folded, batch sealed.");
PR_METRIC_HISTOGRAM(seq_drain_us, "seq_drain_us", "Microseconds from the beginning of a drain to its last seal.");
PR_METRIC_HISTOGRAM(seq_drain_hold_us, "seq_drain_hold_us", "Microseconds that a drain, a slice of one, or rows for the cache held the loop.");

#define IDS_PER_STEP 262144u /* looked at for pending ones: 4,096 words */
#define STEP_STREAMS 64u
#define STEP_ROWS 256u

static bool nothing_to_end(const struct seq_engine *eng) { return !eng->block.open && eng->streams.pending_streams == 0; }

/* The batch is sealed: what is pending now was judged at `time`, which is after or at the sealed batch's. */
static void ended(struct seq_engine *eng, uint64_t time, uint64_t from_sequence, uint64_t start_ms, uint64_t start_us)
{
	struct seq_block *b     = &eng->block;
	bool              carry = eng->streams.pending_streams > 0;
	eng->drain.phase = SEQ_DRAIN_NONE;
	b->next_time     = carry ? time : 0;
	b->epoch_ms      = carry ? start_ms : 0;
	seq_store_clean(eng->store, carry ? from_sequence : 0);
	seq_pending_report(eng);
	pr_metric_add(&seq_drains_total, 1);
	pr_metric_observe(&seq_drain_us, pr_clock_us() - start_us);
}

void seq_drain(struct seq_engine *eng)
{
	uint64_t start = pr_clock_us();
	if (nothing_to_end(eng) && !seq_drain_runs(&eng->drain)) return;
	seq_fold_all(eng);
	if (eng->block.open) seq_block_seal(eng);
	PR_CHECK(eng->streams.pending_links == 0);
	ended(eng, 0, 0, 0, start);
	seq_drain_go_on(eng);
	seq_log_kick(eng->log);
	pr_metric_observe(&seq_drain_hold_us, pr_clock_us() - start);
}

void seq_drain_start(struct seq_engine *eng)
{
	struct seq_drain *d = &eng->drain;
	PR_CHECK(!eng->rebasing && !eng->halted);
	if (nothing_to_end(eng) || seq_drain_runs(d)) return;
	d->phase         = SEQ_DRAIN_IDS;
	d->count         = d->at = d->next_id = 0;
	d->time          = seq_epoch_time(eng);
	d->from_sequence = seq_log_next(eng->log);
	d->start_ms      = pr_clock_ms();
	d->start_us      = pr_clock_us();
	if (eng->options.loop_opt) seq_drain_go_on(eng);
}

void seq_drain_by_itself(struct seq_engine *eng)
{
	if (eng->options.loop_opt && !eng->rebasing) seq_drain_start(eng);
	else seq_drain(eng);
}

/* Items that L1 held when the drain began go into the first batch of the next epoch, over ticks that are pending by now. */
static void finish(struct seq_engine *eng)
{
	struct seq_drain *d     = &eng->drain;
	struct seq_block *b     = &eng->block;
	uint32_t          count = seq_items_until(eng, d->time);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (eng->items.first + i) % SEQ_ITEMS_MAX;
		seq_fold_named(eng, eng->items.ring[at].bytes, eng->items.ring[at].len);
	}
	if (b->open && b->info.entries == 0 && b->record.inbox_chunks == 0) seq_fold_all(eng); /* begun by ticks alone: a batch is never empty */
	if (b->open) seq_block_seal(eng);
	ended(eng, d->time, d->from_sequence, d->start_ms, d->start_us);
	if (count == 0) return;
	b->ctx.batch = b->sealed + 1;
	b->ctx.time  = d->time;
	seq_begin_with_items(eng, count);
}

static void step(struct seq_engine *eng, uint32_t work)
{
	struct seq_drain *d = &eng->drain;
	if (d->phase == SEQ_DRAIN_IDS) {
		d->count += seq_streams_pending_between(&eng->streams, d->ids + d->count, d->next_id, d->next_id + IDS_PER_STEP);
		d->next_id += IDS_PER_STEP;
		if (d->next_id < eng->streams.pending_end) return;
		seq_streams_group(&eng->streams, d->ids, d->scratch, d->count);
		d->phase = SEQ_DRAIN_FOLD;
	}
	for (; work > 0 && d->at < d->count; work--) seq_fold_stream(eng, d->ids[d->at++]);
	if (d->at == d->count) finish(eng);
}

bool seq_drain_step(struct seq_engine *eng, uint32_t work)
{
	if (eng->halted) return false;
	if (!seq_drain_runs(&eng->drain)) return seq_store_step(eng->store, work);
	step(eng, work);
	return true;
}

static void on_slice(void *arg)
{
	struct seq_engine *eng   = arg;
	uint64_t           start = pr_clock_us();
	bool               more;
	eng->drain.posted = false;
	do more = seq_drain_step(eng, seq_drain_runs(&eng->drain) ? STEP_STREAMS : STEP_ROWS);
	while (more && pr_clock_us() - start < SEQ_SLICE_US);
	seq_log_kick(eng->log);
	pr_metric_observe(&seq_drain_hold_us, pr_clock_us() - start);
	/* Behind a slow disk the timer goes on with it (seq_seal_tick). */
	if (!seq_log_is_full(eng->log)) seq_drain_go_on(eng);
}

void seq_drain_go_on(struct seq_engine *eng)
{
	if (!eng->options.loop_opt) {
		while (seq_drain_step(eng, STEP_ROWS)) continue;
	} else if (!eng->drain.posted && (seq_drain_runs(&eng->drain) || seq_store_makes(eng->store))) {
		/* A full queue of posts: the timer comes by. */
		eng->drain.posted = pr_loop_post(eng->options.loop_opt, on_slice, eng) == PR_OK;
	}
}
