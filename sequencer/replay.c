#include <stdlib.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/rt/clock.h"
#include "core/rt/log.h"
#include "core/rt/map.h"
#include "core/rt/spool.h"
#include "sequencer/rebase.h"
#include "sequencer/store.h"

/* A record of the log that cannot be what this program wrote in this state. */
static enum pr_err bad_record(const struct seq_engine *eng, const char *what)
{
	PR_LOG_ERROR("log_corrupt sequence=%llu what=\"%s\"", (unsigned long long)eng->replay_sequence, what);
	return PR_ERR_CORRUPT;
}

/* The signer of an entry in the log was checked before it was written there. */
static const uint8_t *trusted_signer(const struct seq_engine *eng, const struct pr_entry *e)
{
	unsigned field = e->kind == PR_KIND_STREAM_VOUCHER ? (unsigned)PR_STREAM_VOUCHER_PAYER : (unsigned)PR_TRANSFER_FROM;
	if (!pr_kind_infos[e->kind].is_signed && e->kind != PR_KIND_STREAM_VOUCHER) return NULL;
	const struct pr_object *o = &pr_state_leaf(&eng->state, (uint32_t)e->f[field].num)->o;
	return o->type == PR_OBJECT_ACCOUNT ? o->u.account.addr : NULL;
}

/* A begin whose first entry did not reach the disk: the batch holds nothing, and another begin of the same number follows. */
static void empty_batch_forget(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	if (b->open && b->record.inbox_chunks == 0 && b->info.entries == 0 && eng->streams.pending_streams == 0) b->open = false;
	if (!b->open && eng->streams.pending_streams == 0) b->epoch_ms = 0;
}

static enum pr_err replay_begin(struct seq_engine *eng, const uint8_t *p, size_t len)
{
	const struct seq_block *b = &eng->block;
	empty_batch_forget(eng);
	if (len < 24 || b->open || pr_be64(p) != b->sealed + 1 || pr_be64(p + 8) < b->last_time || pr_be64(p + 16) != seq_system(eng)->inbox_next)
		return bad_record(eng, "begin of a batch that does not follow");
	const uint8_t *item;
	uint32_t       item_len, count = 0;
	size_t         pos = 0;
	while (pr_run_next(&item, &item_len, &pos, p + 24, len - 24)) count++;
	if (pos != len - 24 || count > PR_BATCH_ITEMS_MAX) return bad_record(eng, "inbox items");
	if (seq_items_name_pending(eng, p + 24, len - 24)) return bad_record(eng, "inbox items over pending ticks of what they name");
	seq_block_begin(eng, pr_be64(p), pr_be64(p + 8), p + 24, len - 24);
	return PR_OK;
}

static enum pr_err replay_entry(struct seq_engine *eng, const uint8_t *p, size_t len)
{
	struct pr_entry     e;
	struct pr_chunk_sum sum = eng->block.sum;
	uint64_t            sequence;
	if (len < 5 || p[0] > SEQ_ORIGIN_FOLD || !pr_wire_decode(&e, p + 5, len - 5)) return bad_record(eng, "entry");
	if (!eng->block.open || !pr_chunk_sum_add(&sum, &e)) return bad_record(eng, "entry beyond its chunk");
	if (seq_block_execute(eng, &e, trusted_signer(eng, &e), (enum seq_origin)p[0], &sequence) != PR_STATUS_APPLIED)
		return bad_record(eng, "entry refused on replay");
	return pr_be32(p + 1) == eng->created ? PR_OK : bad_record(eng, "entry made another object on replay");
}

static enum pr_err replay_ticks(struct seq_engine *eng, const uint8_t *p, size_t len)
{
	struct seq_tick_result result;
	uint32_t               count = (uint32_t)(len / SEQ_TICK_BYTES);
	uint8_t               *accepted = malloc(len + 1);
	PR_CHECK(accepted);
	seq_streams_apply(&eng->streams, &result, eng->block.ctx.time, p, count, accepted);
	free(accepted);
	if (!eng->block.open || len % SEQ_TICK_BYTES != 0 || result.accepted != count) return bad_record(eng, "ticks refused on replay");
	return PR_OK;
}

static enum pr_err replay_chunk(struct seq_engine *eng, const uint8_t *p, size_t len)
{
	const struct seq_block *b = &eng->block;
	if (len != 32 || !b->open || b->sum.entries == 0 || b->record.inbox_chunks + b->record.posted >= PR_BATCH_CHUNKS_MAX)
		return bad_record(eng, "end of a chunk");
	seq_block_chunk_end(eng);
	if (memcmp(p, b->record.chunks[b->record.posted - 1].root32, 32) != 0) return bad_record(eng, "root after a chunk differs");
	return PR_OK;
}

static enum pr_err replay_seal(struct seq_engine *eng, const uint8_t *p, size_t len)
{
	const struct seq_block *b = &eng->block;
	if (len != 40 || !b->open || pr_be64(p) != b->info.number || b->sum.entries > 0 || b->record.inbox_chunks + b->record.posted == 0)
		return bad_record(eng, "seal");
	seq_block_seal(eng);
	return memcmp(p + 8, b->info.root32, 32) == 0 ? PR_OK : bad_record(eng, "root after a batch differs");
}

static enum pr_err replay_rebase(struct seq_engine *eng, const uint8_t *record, size_t len)
{
	struct seq_rebase r;
	if (!seq_rebase_decode(&r, record, len) || !seq_rebase_follows(eng, &r)) return bad_record(eng, "re-base");
	seq_rebase_apply(eng, &r, NULL);
	return PR_OK;
}

static enum pr_err replay_dropped(struct seq_engine *eng, const uint8_t *p, size_t len)
{
	if (len < 2 || p[0] == PR_STATUS_APPLIED || p[0] >= PR_STATUS_COUNT) return bad_record(eng, "dropped entry");
	(void)seq_rebase_dropped(eng, eng->replay_sequence, p[0], p + 1, len - 1);
	return PR_OK;
}

static enum pr_err replay_alias(struct seq_engine *eng, const uint8_t *record, size_t len)
{
	struct seq_receipt receipt;
	if (!seq_alias_decode(&receipt, record, len)) return bad_record(eng, "other hash of an entry");
	seq_receipts_put(&eng->receipts, &receipt);
	return PR_OK;
}

static enum pr_err replay_record(struct seq_engine *eng, const uint8_t *record, size_t len)
{
	if (len == 0) return bad_record(eng, "empty");
	switch (record[0]) {
	case SEQ_RECORD_BEGIN: return replay_begin(eng, record + 1, len - 1);
	case SEQ_RECORD_ENTRY: return replay_entry(eng, record + 1, len - 1);
	case SEQ_RECORD_TICKS: return replay_ticks(eng, record + 1, len - 1);
	case SEQ_RECORD_CHUNK: return replay_chunk(eng, record + 1, len - 1);
	case SEQ_RECORD_SEAL: return replay_seal(eng, record + 1, len - 1);
	case SEQ_RECORD_REBASE: return replay_rebase(eng, record, len);
	case SEQ_RECORD_DROPPED: return replay_dropped(eng, record + 1, len - 1);
	case SEQ_RECORD_ALIAS: return replay_alias(eng, record, len);
	case SEQ_RECORD_REBASED: return len == 1 ? PR_OK : bad_record(eng, "end of a re-base");
	default: return bad_record(eng, "unknown type");
	}
}

enum pr_err seq_replay(struct seq_engine *eng, uint64_t from_sequence, const struct seq_voids *voids)
{
	struct pr_spool_reader *reader;
	const uint8_t          *record;
	size_t                  len;
	uint64_t                start = pr_clock_ms(), count = 0;

	PR_FORWARD(pr_spool_reader_open(&reader, eng->log_dir, from_sequence));
	eng->replaying  = true;
	enum pr_err err = PR_OK;
	while (err == PR_OK) {
		err = pr_spool_read(reader, &eng->replay_sequence, &record, &len);
		if (err == PR_OK && !seq_voids_have(voids, eng->replay_sequence)) err = replay_record(eng, record, len);
		count += err == PR_OK;
	}
	eng->replaying = false;
	pr_spool_reader_close(reader);
	if (err != PR_ERR_NOT_FOUND) return err;
	empty_batch_forget(eng);
	if (eng->replay_sequence + 1 != seq_log_next(eng->log) && count) return bad_record(eng, "records missing at the end");
	PR_LOG_INFO("replayed records=%llu from=%llu ms=%llu sealed=%llu pending_streams=%u", (unsigned long long)count,
	            (unsigned long long)from_sequence, (unsigned long long)(pr_clock_ms() - start), (unsigned long long)eng->block.sealed,
	            eng->streams.pending_streams);
	return PR_OK;
}

/* ---- Ticks that stand in the log before a state from the cache and are pending on it ---- */

struct carry {
	struct seq_engine *eng;
	uint64_t          *closed_at; /* by stream id: sequence of the last record that closed a stream there; 0: none */
};

/* A tick of a stream that was closed since was folded then; another stream may have the id now. */
static enum pr_err carry_record(struct carry *c, uint64_t sequence, const uint8_t *record, size_t len, bool closes)
{
	struct seq_engine *eng = c->eng;
	struct pr_entry    e;
	eng->replay_sequence = sequence;
	if (len == 0) return bad_record(eng, "empty");
	if (closes) {
		if (record[0] != SEQ_RECORD_ENTRY) return PR_OK;
		if (len < SEQ_ENTRY_HEAD_BYTES || !pr_wire_decode(&e, record + SEQ_ENTRY_HEAD_BYTES, len - SEQ_ENTRY_HEAD_BYTES)) return bad_record(eng, "entry");
		if (e.kind != PR_KIND_STREAM_CLOSE) return PR_OK;
		uint64_t id = e.f[PR_STREAM_CLOSE_STREAM].num;
		if (id >= eng->options.capacity) return bad_record(eng, "id of an entry");
		c->closed_at[id] = sequence;
		return PR_OK;
	}
	if (record[0] != SEQ_RECORD_TICKS) return PR_OK;
	if ((len - 1) % SEQ_TICK_BYTES != 0) return bad_record(eng, "ticks");
	for (size_t at = 1; at < len; at += SEQ_TICK_BYTES) {
		uint32_t id = pr_be32(record + at);
		if (id >= eng->options.capacity) return bad_record(eng, "ticks");
		if (c->closed_at[id] > sequence) continue;
		if (!seq_stream_carry(&eng->streams, record + at)) return bad_record(eng, "ticks that do not go on from the cache");
	}
	return PR_OK;
}

static enum pr_err carry_pass(struct carry *c, uint64_t from_sequence, uint64_t to_sequence, bool closes)
{
	struct pr_spool_reader *reader;
	const uint8_t          *record;
	uint64_t                sequence;
	size_t                  len;
	PR_FORWARD(pr_spool_reader_open(&reader, c->eng->log_dir, from_sequence));
	enum pr_err err = PR_OK;
	while (err == PR_OK && pr_spool_reader_next(reader) < to_sequence) {
		err = pr_spool_read(reader, &sequence, &record, &len);
		if (err == PR_OK) err = carry_record(c, sequence, record, len, closes);
	}
	pr_spool_reader_close(reader);
	return err;
}

enum pr_err seq_replay_carried(struct seq_engine *eng, uint64_t from_sequence, uint64_t to_sequence)
{
	const size_t bytes = eng->options.capacity * sizeof(uint64_t);
	struct carry c     = { eng, pr_map_reserve(bytes) };
	if (!c.closed_at) return PR_ERR_FULL;
	enum pr_err err = carry_pass(&c, from_sequence, to_sequence, true);
	if (err == PR_OK) err = carry_pass(&c, from_sequence, to_sequence, false);
	pr_map_release(c.closed_at, bytes);
	return err;
}
