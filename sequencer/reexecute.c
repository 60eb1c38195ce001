#include "sequencer/reexecute.h"

#include <inttypes.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/crypto/sha256.h"
#include "core/rt/log.h"
#include "core/rt/map.h"
#include "core/rt/metrics.h"
#include "core/rt/spool.h"
#include "sequencer/store.h"

PR_METRIC_COUNTER(seq_rebases_total, "seq_rebases_total", "Batches of L1 that were taken in place of our own.");
PR_METRIC_COUNTER(seq_rebase_entries_total, "seq_rebase_entries_total", "Entries applied again in a re-base.");
PR_METRIC_COUNTER(seq_rebase_entries_dropped_total, "seq_rebase_entries_dropped_total", "Accepted entries that could not be applied again.");
PR_METRIC_COUNTER(seq_rebase_ticks_total, "seq_rebase_ticks_total", "Ticks applied again in a re-base.");
PR_METRIC_COUNTER(seq_rebase_ticks_dropped_total, "seq_rebase_ticks_dropped_total", "Accepted ticks that could not be applied again.");

#define TICKS_AT_ONCE 4u      /* so few that no hashing is wasted beyond SEQ_TICK_WASTE_MAX: each of them is looked at */
#define TICK_LINES_MAX 100u   /* in the log, for one re-base */
#define ID_LOST UINT32_MAX

struct run {
	struct seq_engine *eng;
	uint32_t          *ids;  /* by old id: the new one of an object that a void entry made; 0: not such an object */
	uint32_t           base; /* ids below existed before */
	struct seq_receipt last; /* what became of the last entry */
	uint64_t           applied, there, dropped, ticks, ticks_dropped;
};

static enum pr_err bad_record(uint64_t sequence, const char *what)
{
	PR_LOG_ERROR("log_corrupt sequence=%" PRIu64 " what=\"%s\"", sequence, what);
	return PR_ERR_CORRUPT;
}

static void drop(struct run *run, enum pr_status status, const uint8_t *wire, size_t len)
{
	const uint8_t      head[2]   = { SEQ_RECORD_DROPPED, (uint8_t)status };
	const struct iovec pieces[2] = { { (void *)(uintptr_t)head, 2 }, { (void *)(uintptr_t)wire, len } };
	run->last = *seq_rebase_dropped(run->eng, seq_log_put(run->eng->log, pieces, 2), (uint8_t)status, wire, len);
	run->dropped++;
	pr_metric_add(&seq_rebase_entries_dropped_total, 1);
}

/* The last entry was accepted under another hash. */
static void alias(struct run *run, const uint8_t hash32[32])
{
	uint8_t            record[SEQ_ALIAS_BYTES] = { SEQ_RECORD_ALIAS };
	struct seq_receipt receipt = run->last;
	const struct iovec piece   = { record, sizeof record };
	memcpy(receipt.hash32, hash32, 32);
	seq_alias_encode(record, &receipt);
	(void)seq_log_put(run->eng->log, &piece, 1);
	seq_receipts_put(&run->eng->receipts, &receipt);
}

static uint32_t new_id(const struct run *run, uint32_t id)
{
	if (id >= run->eng->options.capacity || run->ids[id] == ID_LOST) return 0;
	return run->ids[id] ? run->ids[id] : id;
}

/* Gives an entry the ids that its objects have now; 0 for one that is not there any more.  A signature is over the addresses of accounts, so an id
 * whose maker is not known may stand where an account is meant, and only there. */
static void entry_translate(const struct run *run, struct pr_entry *e)
{
	const struct pr_kind_info *info = &pr_kind_infos[e->kind];
	for (unsigned i = 0; i < info->field_count; i++) {
		if (!pr_field_is_id(info->fields[i].type)) continue;
		uint32_t old = (uint32_t)e->f[i].num, id = new_id(run, old);
		bool     known = old < run->base || (id && run->ids[old]);
		if (!known && id && pr_state_leaf(&run->eng->state, id)->o.type != PR_OBJECT_ACCOUNT) id = 0;
		e->f[i].num = id;
	}
}

static enum pr_err entry_again(struct run *run, uint64_t sequence, const uint8_t *p, size_t len)
{
	struct pr_entry    e;
	struct seq_receipt receipt = { 0 };
	uint8_t            hash32[32];

	if (len < 5 || !pr_wire_decode(&e, p + 5, len - 5)) return bad_record(sequence, "entry");
	if (p[0] != SEQ_ORIGIN_CLIENT) return PR_OK; /* folded from ticks, which are executed again themselves */
	uint32_t made = pr_be32(p + 1);
	if (made >= run->eng->options.capacity) return bad_record(sequence, "id of an entry");
	entry_translate(run, &e);
	enum pr_status status = seq_submit(run->eng, &e, NULL, &receipt);
	if (made) run->ids[made] = status == PR_STATUS_APPLIED ? receipt.created : ID_LOST;
	pr_sha256(hash32, p + 5, len - 5);
	if (status == PR_STATUS_APPLIED) {
		run->applied++;
		run->last = receipt;
		pr_metric_add(&seq_rebase_entries_total, 1);
		if (memcmp(hash32, receipt.hash32, 32) != 0) alias(run, hash32);
		return PR_OK;
	}
	if (seq_store_receipt(run->eng->store, hash32, &receipt) && receipt.dropped == PR_STATUS_APPLIED) {
		run->there++; /* L1's batch holds it */
		run->last = receipt;
		return PR_OK;
	}
	PR_LOG_WARN("rebase_dropped sequence=%" PRIu64 " kind=%s status=%s", sequence, pr_kind_infos[e.kind].name, pr_status_names[status]);
	drop(run, status, p + 5, len - 5);
	return PR_OK;
}

static void ticks_apply(struct run *run, const uint8_t *ticks, size_t count, bool translate)
{
	static struct seq_tick_result result;
	uint8_t                       some[TICKS_AT_ONCE * SEQ_TICK_BYTES];

	for (size_t i = 0; i < count; i += TICKS_AT_ONCE) {
		uint32_t n = count - i < TICKS_AT_ONCE ? (uint32_t)(count - i) : TICKS_AT_ONCE;
		memcpy(some, ticks + i * SEQ_TICK_BYTES, n * SEQ_TICK_BYTES);
		for (uint32_t k = 0; translate && k < n; k++) pr_be32_put(some + k * SEQ_TICK_BYTES, new_id(run, pr_be32(some + k * SEQ_TICK_BYTES)));
		seq_ticks(run->eng, &result, some, n);
		for (uint32_t k = 0; k < result.refused; k++) {
			const uint8_t *tick = some + result.refusals[k].position * SEQ_TICK_BYTES;
			if (run->ticks_dropped + k < TICK_LINES_MAX)
				PR_LOG_WARN("rebase_tick_dropped stream=%u units=%" PRIu64 " status=%s", pr_be32(tick), pr_be64(tick + 4),
				            seq_tick_status_name(result.refusals[k].status));
		}
		run->ticks += result.accepted;
		run->ticks_dropped += result.refused;
		pr_metric_add(&seq_rebase_ticks_total, result.accepted);
		pr_metric_add(&seq_rebase_ticks_dropped_total, result.refused);
	}
}

/* A batch began here: time went on to this, and items came in.  L1's batch may have taken some of them. */
static enum pr_err begin_again(struct run *run, uint64_t sequence, const uint8_t *p, size_t len)
{
	struct seq_engine *eng = run->eng;
	const uint8_t     *item;
	uint32_t           item_len;
	size_t             pos = 0;

	if (len < 24) return bad_record(sequence, "begin of a batch");
	uint64_t time = pr_be64(p + 8), index = pr_be64(p + 16);
	bool     first = true;
	if (time > eng->block.last_time) {
		seq_drain(eng);
		eng->rebase_time = time;
	}
	for (; pr_run_next(&item, &item_len, &pos, p + 24, len - 24); index++) {
		if (index < seq_system(eng)->inbox_next) continue;
		if (first) seq_drain(eng);
		first = false;
		if (index != seq_system(eng)->inbox_next + eng->items.count || item_len > PR_WIRE_BYTES_MAX || !seq_item_push(eng, index, 0, 0, item, item_len))
			return bad_record(sequence, "inbox items");
	}
	if (!first) seq_seal_prepare(eng);
	return PR_OK;
}

static enum pr_err record_again(struct run *run, uint64_t sequence, const uint8_t *record, size_t len)
{
	if (len == 0) return bad_record(sequence, "empty");
	switch (record[0]) {
	case SEQ_RECORD_BEGIN: return begin_again(run, sequence, record + 1, len - 1);
	case SEQ_RECORD_ENTRY: return entry_again(run, sequence, record + 1, len - 1);
	case SEQ_RECORD_TICKS: ticks_apply(run, record + 1, (len - 1) / SEQ_TICK_BYTES, true); return PR_OK;
	case SEQ_RECORD_DROPPED:
		if (len < 3 || record[1] == PR_STATUS_APPLIED || record[1] >= PR_STATUS_COUNT) return bad_record(sequence, "dropped entry");
		drop(run, (enum pr_status)record[1], record + 2, len - 2);
		return PR_OK;
	case SEQ_RECORD_ALIAS:
		if (len != SEQ_ALIAS_BYTES) return bad_record(sequence, "other hash of an entry");
		alias(run, record + 1);
		return PR_OK;
	default: return PR_OK; /* where chunks and batches end is decided anew */
	}
}

/* A re-base before this one made it void: its entries stand again further on. */
static bool void_before(const struct seq_voids *voids, uint64_t sequence, uint64_t source_to)
{
	for (size_t i = 0; i < voids->count; i++)
		if (voids->all[i].to < source_to && sequence >= voids->all[i].from && sequence < voids->all[i].to) return true;
	return false;
}

enum pr_err seq_reexecute(struct seq_engine *eng, const struct seq_voids *voids, const struct seq_rebase *r, uint32_t base,
                           const struct seq_ticks_kept *kept)
{
	struct run              run = { .eng = eng, .ids = pr_map_reserve(eng->options.capacity * sizeof *run.ids), .base = base };
	struct pr_spool_reader *reader;
	const uint8_t          *record;
	uint64_t                sequence;
	size_t                  len;

	if (!run.ids) return PR_ERR_FULL;
	ticks_apply(&run, kept->bytes, kept->count, false);
	enum pr_err err = pr_spool_reader_open(&reader, eng->log_dir, r->void_from);
	if (err == PR_OK) {
		while (err == PR_OK && pr_spool_reader_next(reader) < r->source_to) {
			err = pr_spool_read(reader, &sequence, &record, &len);
			if (err == PR_OK && !void_before(voids, sequence, r->source_to)) err = record_again(&run, sequence, record, len);
			if (seq_log_is_full(eng->log)) seq_log_flush(eng->log);
			if (eng->log_failed) err = PR_ERR_IO;
		}
		pr_spool_reader_close(reader);
	}
	pr_map_release(run.ids, eng->options.capacity * sizeof *run.ids);
	PR_FORWARD(err);
	pr_metric_add(&seq_rebases_total, 1);
	PR_LOG_WARN("rebased batch=%" PRIu64 " entries=%" PRIu64 " on_l1=%" PRIu64 " dropped=%" PRIu64 " ticks=%" PRIu64 " ticks_dropped=%" PRIu64 " sealed=%" PRIu64,
	            r->foreign.header.number, run.applied, run.there, run.dropped, run.ticks, run.ticks_dropped, eng->block.sealed);
	return PR_OK;
}
