#include "sequencer/rebase.h"

#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "core/rt/log.h"
#include "core/rt/spool.h"
#include "sequencer/reexecute.h"
#include "sequencer/store.h"

#define HEAD_BYTES (1u + 24u + 32u + PR_BATCH_HEADER_ABI_BYTES + 4u)

bool seq_rebase_decode(struct seq_rebase *r, const uint8_t *record, size_t len)
{
	struct pr_cursor c = pr_cur(record, len);
	memset(r, 0, sizeof *r);
	bool typed     = pr_cur_u8(&c) == SEQ_RECORD_REBASE;
	r->void_from   = pr_cur_u64(&c);
	r->source_to   = pr_cur_u64(&c);
	r->sealed_next = pr_cur_u64(&c);
	pr_cur_copy(&c, r->foreign.hash32, 32);
	const uint8_t *words = pr_cur_bytes(&c, PR_BATCH_HEADER_ABI_BYTES);
	r->foreign.items_len = pr_cur_u32(&c);
	r->foreign.items     = pr_cur_bytes(&c, r->foreign.items_len);
	if (!typed || !pr_cur_ok(&c) || !pr_batch_header_from_abi(&r->foreign.header, words, PR_BATCH_HEADER_ABI_BYTES)) return false;
	r->foreign.run_len = c.left;
	r->foreign.run     = pr_cur_bytes(&c, c.left);
	return pr_cur_done(&c) && r->void_from >= 2 && r->void_from <= r->source_to;
}

static void rebase_put(struct seq_engine *eng, const struct seq_rebase *r)
{
	uint8_t head[HEAD_BYTES] = { SEQ_RECORD_REBASE };
	pr_be64_put(head + 1, r->void_from);
	pr_be64_put(head + 9, r->source_to);
	pr_be64_put(head + 17, r->sealed_next);
	memcpy(head + 25, r->foreign.hash32, 32);
	pr_batch_header_abi(head + 57, &r->foreign.header);
	pr_be32_put(head + HEAD_BYTES - 4, (uint32_t)r->foreign.items_len);
	const struct iovec pieces[3] = { { head, sizeof head }, { (void *)(uintptr_t)r->foreign.items, r->foreign.items_len },
		                         { (void *)(uintptr_t)r->foreign.run, r->foreign.run_len } };
	(void)seq_log_put(eng->log, pieces, 3);
}

bool seq_rebase_follows(const struct seq_engine *eng, const struct seq_rebase *r)
{
	const struct pr_batch_header *h = &r->foreign.header;
	return !eng->block.open && h->number == eng->block.sealed + 1 && h->timestamp >= eng->block.last_time && h->inbox_from == seq_system(eng)->inbox_next;
}

void seq_rebase_ask(struct seq_engine *eng, const struct seq_foreign *f)
{
	struct seq_batch  before = { .last_sequence = 1 }; /* the genesis record */
	struct seq_rebase r      = { .source_to = seq_log_next(eng->log), .foreign = *f };
	uint64_t          number = f->header.number;

	PR_CHECK(!eng->halted && number >= 1 && number <= eng->block.sealed + 1);
	PR_CHECK(number == 1 || seq_store_batch(eng->store, number - 1, &before));
	r.void_from = before.last_sequence + 1;
	PR_LOG_WARN("rebase_asked batch=%llu void_from=%llu sealed=%llu", (unsigned long long)number, (unsigned long long)r.void_from,
	            (unsigned long long)eng->block.sealed);
	rebase_put(eng, &r);
	seq_log_kick(eng->log);
	eng->reopen = true;
	eng->halted = "rebasing";
}

/* ---- What is void ---- */

void seq_voids_free(struct seq_voids *voids)
{
	free(voids->all);
	memset(voids, 0, sizeof *voids);
}

static void void_add(struct seq_voids *voids, uint64_t from, uint64_t to)
{
	voids->all = realloc(voids->all, (voids->count + 1) * sizeof *voids->all);
	PR_CHECK(voids->all);
	voids->all[voids->count++] = (struct seq_void){ from, to };
	if (from < voids->lowest) voids->lowest = from;
}

enum pr_err seq_voids_find(struct seq_voids *voids, const char *log_dir, uint64_t from_sequence)
{
	struct pr_spool_reader *reader;
	struct seq_rebase       r = { 0 };
	const uint8_t          *record;
	uint64_t                sequence;
	size_t                  len;
	enum pr_err             err;

	seq_voids_free(voids);
	voids->lowest = UINT64_MAX;
	PR_FORWARD(pr_spool_reader_open(&reader, log_dir, from_sequence));
	while ((err = pr_spool_read(reader, &sequence, &record, &len)) == PR_OK) {
		if (len == 0) continue;
		if (record[0] == SEQ_RECORD_REBASED) voids->asked = 0;
		if (record[0] != SEQ_RECORD_REBASE) continue;
		if (!seq_rebase_decode(&r, record, len) || r.void_from > sequence) {
			PR_LOG_ERROR("log_corrupt sequence=%llu what=\"re-base\"", (unsigned long long)sequence);
			err = PR_ERR_CORRUPT;
			break;
		}
		void_add(voids, r.void_from, sequence);
		voids->asked = sequence;
	}
	pr_spool_reader_close(reader);
	if (err != PR_ERR_NOT_FOUND) return err;
	if (voids->asked) void_add(voids, r.void_from, UINT64_MAX);
	return PR_OK;
}

bool seq_voids_have(const struct seq_voids *voids, uint64_t sequence)
{
	for (size_t i = 0; i < voids->count; i++)
		if (sequence >= voids->all[i].from && sequence < voids->all[i].to) return true;
	return false;
}

/* ---- What replay does too ---- */

/* The pending links of a stream as ticks, none of which jumps too far. */
static void ticks_keep(struct seq_ticks_kept *kept, uint32_t id, uint64_t used, const struct seq_stream *slot)
{
	size_t  count = (size_t)((slot->used - used + SEQ_TICK_GAP_MAX - 1) / SEQ_TICK_GAP_MAX);
	uint8_t link32[32];

	if (kept->cap - kept->count < count) {
		kept->cap   = 2 * kept->cap + count;
		kept->bytes = realloc(kept->bytes, kept->cap * SEQ_TICK_BYTES);
		PR_CHECK(kept->bytes);
	}
	uint64_t at = slot->used;
	memcpy(link32, slot->tip32, 32);
	for (size_t i = count; i-- > 0;) {
		uint8_t *tick = kept->bytes + (kept->count + i) * SEQ_TICK_BYTES;
		pr_be32_put(tick, id);
		pr_be64_put(tick + 4, at);
		memcpy(tick + 12, link32, 32);
		uint64_t before = used + i * SEQ_TICK_GAP_MAX; /* the tick before this one, or what the state has */
		uint8_t  newer32[32];
		memcpy(newer32, link32, 32);
		pr_sha256_chain(link32, newer32, at - before);
		at = before;
	}
	kept->count += count;
}

void seq_rebase_apply(struct seq_engine *eng, const struct seq_rebase *r, struct seq_ticks_kept *kept_opt)
{
	uint32_t count = seq_streams_pending_between(&eng->streams, eng->fold_ids, 0, UINT32_MAX);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t id = eng->fold_ids[i];
		if (kept_opt) ticks_keep(kept_opt, id, pr_state_leaf(&eng->state, id)->o.u.stream.used, &eng->streams.slots[id]);
		seq_stream_lift(&eng->streams, &eng->state, id);
	}
	eng->block.epoch_ms    = 0;
	eng->block.sealed_next = r->sealed_next;
	seq_block_foreign(eng, &r->foreign);
}

const struct seq_receipt *seq_rebase_dropped(struct seq_engine *eng, uint64_t sequence, uint8_t status, const uint8_t *wire, size_t len)
{
	struct seq_receipt receipt = { .sequence = sequence, .batch = eng->block.sealed + 1, .dropped = status };
	pr_sha256(receipt.hash32, wire, len);
	seq_receipts_put(&eng->receipts, &receipt);
	return &eng->receipts.all[eng->receipts.count - 1];
}

void seq_alias_encode(uint8_t record[SEQ_ALIAS_BYTES], const struct seq_receipt *receipt)
{
	record[0] = SEQ_RECORD_ALIAS;
	memcpy(record + 1, receipt->hash32, 32);
	pr_be64_put(record + 33, receipt->sequence);
	pr_be64_put(record + 41, receipt->batch);
	pr_be32_put(record + 49, receipt->created);
	record[53] = receipt->dropped;
}

bool seq_alias_decode(struct seq_receipt *receipt, const uint8_t *record, size_t len)
{
	memset(receipt, 0, sizeof *receipt);
	if (len != SEQ_ALIAS_BYTES || record[0] != SEQ_RECORD_ALIAS || record[53] >= PR_STATUS_COUNT) return false;
	memcpy(receipt->hash32, record + 1, 32);
	receipt->sequence = pr_be64(record + 33);
	receipt->batch    = pr_be64(record + 41);
	receipt->created  = pr_be32(record + 49);
	receipt->dropped  = record[53];
	return true;
}

enum pr_err seq_rebase_run(struct seq_engine *eng, const struct seq_voids *voids)
{
	static const uint8_t    done[1] = { SEQ_RECORD_REBASED };
	const struct iovec      piece   = { (void *)(uintptr_t)done, sizeof done };
	struct pr_spool_reader *reader;
	struct seq_rebase       r;
	struct seq_ticks_kept   kept = { 0 };
	const uint8_t          *record;
	uint64_t                sequence;
	size_t                  len;

	PR_FORWARD(pr_spool_reader_open(&reader, eng->log_dir, voids->asked));
	enum pr_err err = pr_spool_read(reader, &sequence, &record, &len);
	if (err == PR_OK && (!seq_rebase_decode(&r, record, len) || !seq_rebase_follows(eng, &r))) err = PR_ERR_CORRUPT;
	if (err == PR_OK) {
		eng->rebasing    = true;
		eng->rebase_time = r.foreign.header.timestamp;
		r.sealed_next    = seq_log_sealed_next(eng->log);
		seq_log_hold(eng->log);
		uint32_t base = eng->state.used;
		rebase_put(eng, &r);
		seq_rebase_apply(eng, &r, &kept);
		err = seq_reexecute(eng, voids, &r, base, &kept);
	}
	free(kept.bytes);
	pr_spool_reader_close(reader);
	PR_FORWARD(err);
	(void)seq_log_put(eng->log, &piece, 1);
	seq_log_release(eng->log);
	eng->rebasing = false;
	seq_log_flush(eng->log);
	return eng->log_failed ? PR_ERR_IO : PR_OK;
}
