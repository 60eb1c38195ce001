#include <string.h>

#include "core/codec/list.h"
#include "core/codec/wire.h"
#include "core/crypto/sha256.h"
#include "core/rt/metrics.h"
#include "sequencer/engine.h"

PR_METRIC_COUNTER(seq_folded_entries_total, "seq_folded_entries_total", "Tick entries made by folding.");
PR_METRIC_COUNTER(seq_folded_links_total, "seq_folded_links_total", "Links in them.");

#define STRIDE PR_CHUNK_LINKS_MAX

/* Every STRIDE-th link that follows the newest preimage: any link of the run is then less than a stride of hashing away. */
static void links_fill(struct seq_engine *eng, const uint8_t newest32[32], uint64_t count)
{
	PR_CHECK(count / STRIDE < eng->fold_links_max);
	memcpy(eng->fold_links[0], newest32, 32);
	for (uint64_t i = 1; i <= count / STRIDE; i++) pr_sha256_chain(eng->fold_links[i], eng->fold_links[i - 1], STRIDE);
}

static uint64_t links_in_chunk(const struct seq_engine *eng)
{
	return STRIDE - eng->block.sum.links;
}

void seq_fold_stream(struct seq_engine *eng, uint32_t stream)
{
	const struct seq_stream *slot = &eng->streams.slots[stream];
	uint64_t                 left = seq_stream_pending(&eng->streams, &eng->state, stream), sequence;
	struct pr_entry          e    = { .kind = PR_KIND_STREAM_TICK };

	if (left == 0) return;
	links_fill(eng, slot->tip32, left);
	e.f[PR_STREAM_TICK_STREAM].num = stream;
	e.f[PR_STREAM_TICK_ASSET].num  = slot->asset;
	while (left > 0) {
		seq_seal_prepare(eng);
		uint64_t room  = links_in_chunk(eng) ? links_in_chunk(eng) : STRIDE;
		uint64_t count = left < room ? left : room;
		e.f[PR_STREAM_TICK_COUNT].num = count;
		uint32_t entries_before = eng->block.sum.entries;
		seq_seal_room(eng, &e);
		if (eng->block.sum.entries < entries_before) { /* a chunk was begun: all of its links are free */
			count = left < STRIDE ? left : STRIDE;
			e.f[PR_STREAM_TICK_COUNT].num = count;
			seq_seal_room(eng, &e);
		}
		left -= count;
		pr_sha256_chain(e.f[PR_STREAM_TICK_PREIMAGE].bytes, eng->fold_links[left / STRIDE], left % STRIDE);
		/* Everything that could refuse it was judged when the ticks were accepted, at the same ledger time. */
		PR_CHECK(seq_block_execute(eng, &e, NULL, SEQ_ORIGIN_FOLD, &sequence) == PR_STATUS_APPLIED);
		pr_metric_add(&seq_folded_entries_total, 1);
		pr_metric_add(&seq_folded_links_total, count);
	}
}

void seq_fold_asset(struct seq_engine *eng, uint32_t asset)
{
	uint32_t count = seq_streams_pending_ids(&eng->streams, eng->fold_ids, asset);
	for (uint32_t i = 0; i < count; i++) seq_fold_stream(eng, eng->fold_ids[i]);
}

void seq_fold_all(struct seq_engine *eng)
{
	uint32_t count = seq_streams_pending_between(&eng->streams, eng->fold_ids, 0, UINT32_MAX);
	PR_CHECK(count == eng->streams.pending_streams);
	seq_streams_group(&eng->streams, eng->fold_ids, eng->drain.scratch, count);
	for (uint32_t i = 0; i < count; i++) seq_fold_stream(eng, eng->fold_ids[i]);
	PR_CHECK(eng->streams.pending_streams == 0);
}

static bool stream_is_pending(const struct seq_engine *eng, uint64_t id)
{
	return id < eng->streams.capacity && seq_stream_pending(&eng->streams, &eng->state, (uint32_t)id) > 0;
}

static bool asset_is_pending(const struct seq_engine *eng, uint64_t id) { return id < eng->streams.capacity && eng->streams.assets[id].first != 0; }

/* The entry of an item if anything is pending and it could be executed. */
static bool item_decode(const struct seq_engine *eng, struct pr_entry *e, const uint8_t *item, size_t len)
{
	return eng->streams.pending_streams > 0 && pr_wire_decode(e, item, len);
}

void seq_fold_named(struct seq_engine *eng, const uint8_t *item, size_t len)
{
	struct pr_entry e;
	if (!item_decode(eng, &e, item, len)) return;
	if (e.kind == PR_KIND_PARAM) seq_fold_all(eng);
	for (unsigned i = 0; i < pr_kind_infos[e.kind].field_count; i++) {
		if (!pr_field_is_id(pr_kind_infos[e.kind].fields[i].type)) continue;
		if (asset_is_pending(eng, e.f[i].num)) seq_fold_asset(eng, (uint32_t)e.f[i].num);
		if (stream_is_pending(eng, e.f[i].num)) seq_fold_stream(eng, (uint32_t)e.f[i].num);
	}
}

bool seq_items_name_pending(const struct seq_engine *eng, const uint8_t *items, size_t len)
{
	struct pr_entry e;
	const uint8_t  *item;
	uint32_t        item_len;
	size_t          pos = 0;

	while (pr_run_next(&item, &item_len, &pos, items, len)) {
		if (!item_decode(eng, &e, item, item_len)) continue;
		if (e.kind == PR_KIND_PARAM) return true;
		for (unsigned i = 0; i < pr_kind_infos[e.kind].field_count; i++)
			if (pr_field_is_id(pr_kind_infos[e.kind].fields[i].type) && (asset_is_pending(eng, e.f[i].num) || stream_is_pending(eng, e.f[i].num)))
				return true;
	}
	return false;
}
