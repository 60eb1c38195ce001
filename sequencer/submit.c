#include <string.h>

#include "core/crypto/sha256.h"
#include "core/rt/metrics.h"
#include "sequencer/engine.h"

PR_METRIC_COUNTER(seq_ticks_total, "seq_ticks_total", "Ticks accepted.");
PR_METRIC_COUNTER(seq_tick_units_total, "seq_tick_units_total", "Units (links) of accepted ticks.");
PR_METRIC_COUNTER(seq_tick_duplicates_total, "seq_tick_duplicates_total", "Ticks answered as duplicates.");
PR_METRIC_COUNTER(seq_tick_refused_total, "seq_tick_refused_total", "Ticks refused.");

static void discard(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	(void)ctx;
	(void)id;
	(void)leaf;
}

/* Whether an entry that would cause folding would be applied, so that refused ones cost no space in the batch. */
static enum pr_status judge(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt)
{
	struct pr_view dry = eng->view;
	dry.store          = discard;
	return pr_step(&dry, &eng->block.ctx, e, signer20_opt);
}

/* A tick entry goes on from the stream's newest link, which the state does not have yet. */
static enum pr_status tick_judge(struct seq_engine *eng, const struct pr_entry *e)
{
	uint32_t id    = (uint32_t)e->f[PR_STREAM_TICK_STREAM].num;
	uint64_t count = e->f[PR_STREAM_TICK_COUNT].num;
	uint8_t  tip32[32];
	if (count == 0 || count > PR_CHUNK_LINKS_MAX) return PR_STATUS_COUNT_RANGE;
	if (seq_stream_pending(&eng->streams, &eng->state, id) == 0) return PR_STATUS_APPLIED;
	pr_sha256_chain(tip32, e->f[PR_STREAM_TICK_PREIMAGE].bytes, count);
	if (memcmp(tip32, eng->streams.slots[id].tip32, 32) != 0) return PR_STATUS_LINK;
	return count > eng->streams.slots[id].units_left ? PR_STATUS_ESCROW : PR_STATUS_APPLIED;
}

/* An asset whose sums came near their end stopped taking ticks (seq_streams_change); those it took before are folded before anything else goes into it. */
static void fold_where_full(struct seq_engine *eng, const struct pr_entry *e)
{
	for (unsigned i = 0; i < pr_kind_infos[e->kind].field_count; i++) {
		if (!pr_field_is_id(pr_kind_infos[e->kind].fields[i].type)) continue;
		const struct seq_asset *asset = &eng->streams.assets[e->f[i].num];
		if (asset->first && !asset->open) seq_fold_asset(eng, (uint32_t)e->f[i].num);
	}
}

/* Folds first what an entry depends on. */
static enum pr_status fold_before(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt)
{
	uint32_t       asset = 0, stream = 0;
	enum pr_status status = PR_STATUS_APPLIED;
	switch (e->kind) {
	case PR_KIND_SHARE_ISSUE: asset = (uint32_t)e->f[PR_SHARE_ISSUE_ASSET].num; break;
	case PR_KIND_SHARE_TRANSFER: asset = (uint32_t)e->f[PR_SHARE_TRANSFER_ASSET].num; break;
	case PR_KIND_ASSET_RETIRE: asset = (uint32_t)e->f[PR_ASSET_RETIRE_ASSET].num; break;
	case PR_KIND_STREAM_CLOSE: stream = (uint32_t)e->f[PR_STREAM_CLOSE_STREAM].num; break;
	case PR_KIND_STREAM_TICK: stream = (uint32_t)e->f[PR_STREAM_TICK_STREAM].num; break;
	default: return PR_STATUS_APPLIED;
	}
	bool pending = stream ? seq_stream_pending(&eng->streams, &eng->state, stream) > 0
	                      : asset && asset < eng->streams.capacity && eng->streams.assets[asset].first != 0;
	if (!pending) return PR_STATUS_APPLIED;
	status = e->kind == PR_KIND_STREAM_TICK ? tick_judge(eng, e) : judge(eng, e, signer20_opt);
	if (status != PR_STATUS_APPLIED) return status;
	if (stream) seq_fold_stream(eng, stream);
	else seq_fold_asset(eng, asset);
	return PR_STATUS_APPLIED;
}

static enum pr_status refused_id(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt)
{
	enum pr_status status = judge(eng, e, signer20_opt);
	return status == PR_STATUS_APPLIED ? PR_STATUS_MALFORMED : status;
}

enum pr_status seq_submit(struct seq_engine *eng, const struct pr_entry *e, const uint8_t *signer20_opt, struct seq_receipt *receipt)
{
	PR_CHECK(!eng->halted && pr_kind_infos[e->kind].place != PR_PLACE_INBOX);
	/* An id of 0 or beyond the bound is never posted; such an entry would be refused by its kind, but must not reach a chunk's sums. */
	for (unsigned i = 0; i < pr_kind_infos[e->kind].field_count; i++)
		if (pr_field_is_id(pr_kind_infos[e->kind].fields[i].type) && (e->f[i].num == 0 || e->f[i].num >= eng->options.capacity))
			return refused_id(eng, e, signer20_opt);
	if (e->kind == PR_KIND_STREAM_TICK && (e->f[PR_STREAM_TICK_COUNT].num == 0 || e->f[PR_STREAM_TICK_COUNT].num > PR_CHUNK_LINKS_MAX))
		return PR_STATUS_COUNT_RANGE;
	seq_seal_prepare(eng);
	fold_where_full(eng, e);
	enum pr_status status = fold_before(eng, e, signer20_opt);
	if (status != PR_STATUS_APPLIED) return status;
	seq_seal_prepare(eng);
	seq_seal_room(eng, e);
	status = seq_block_execute(eng, e, signer20_opt, SEQ_ORIGIN_CLIENT, &receipt->sequence);
	if (status != PR_STATUS_APPLIED) return status;
	*receipt = eng->receipts.all[eng->receipts.count - 1];
	return PR_STATUS_APPLIED;
}

void seq_ticks(struct seq_engine *eng, struct seq_tick_result *result, const uint8_t *ticks, uint32_t count)
{
	PR_CHECK(!eng->halted);
	seq_seal_prepare(eng);
	uint8_t *record = seq_log_begin(eng->log, 1 + (size_t)count * SEQ_TICK_BYTES);
	record[0] = SEQ_RECORD_TICKS;
	uint64_t time = seq_drain_runs(&eng->drain) ? eng->drain.time : eng->block.ctx.time;
	seq_streams_apply(&eng->streams, result, time, ticks, count, record + 1);
	pr_metric_add(&seq_tick_duplicates_total, result->duplicates);
	pr_metric_add(&seq_tick_refused_total, result->refused);
	if (result->accepted == 0) return;
	size_t len = 1 + (size_t)result->accepted * SEQ_TICK_BYTES;
	if (eng->block.open) {
		(void)seq_log_end(eng->log, len);
	} else {
		/* The batch's begin must stand before its first ticks. */
		struct iovec piece = { eng->tick_scratch, len };
		PR_CHECK(len <= SEQ_TICK_BODY_MAX + 1);
		memcpy(eng->tick_scratch, record, len);
		seq_block_begin(eng, eng->block.ctx.batch, eng->block.ctx.time, NULL, 0);
		(void)seq_log_put(eng->log, &piece, 1);
	}
	pr_metric_add(&seq_ticks_total, result->accepted);
	pr_metric_add(&seq_tick_units_total, result->units);
	const struct seq_engine_options *o = &eng->options;
	uint64_t                         pending_links = eng->streams.pending_links, pending_streams = eng->streams.pending_streams;
	if (pending_links >= 2 * o->pending_links_max || pending_streams >= 2 * (uint64_t)o->pending_streams_max) seq_drain(eng);
	else if (pending_links >= o->pending_links_max || pending_streams >= o->pending_streams_max) seq_drain_by_itself(eng);
	seq_pending_report(eng);
}
