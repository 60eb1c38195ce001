#include "sequencer/methods.h"

#include <string.h>

#include "core/codec/wire.h"
#include "core/crypto/sha256.h"
#include "core/rpc/entry_json.h"
#include "core/rpc/object_json.h"
#include "core/rt/spool.h"
#include "sequencer/store.h"

const char *seq_batch_status(const struct seq_methods *m, uint64_t batch)
{
	static const struct seq_feed_mark none;
	const struct seq_feed_mark       *mark = m->feed_opt ? seq_feed_mark(m->feed_opt) : &none;
	struct seq_posted                 posted;

	if (batch == 0 || batch > mark->posted) return "soft";
	if (batch <= mark->settled) return "settled";
	if (!seq_store_posted(m->eng->store, batch, &posted)) return "posted";
	return posted.block <= mark->tags.finalized ? "finalized" : posted.block <= mark->tags.safe ? "safe" : "posted";
}

static bool stream_pending(void *ctx, uint32_t id, uint64_t *used, uint8_t tip32[32])
{
	const struct seq_engine *eng = ctx;
	if (seq_stream_pending(&eng->streams, &eng->state, id) == 0) return false;
	*used = eng->streams.slots[id].used;
	memcpy(tip32, eng->streams.slots[id].tip32, 32);
	return true;
}

/* The batch that holds a record: a sealed one, or the one that is open. */
static uint64_t batch_of(const struct seq_engine *eng, uint64_t sequence)
{
	struct seq_batch batch;
	if (seq_store_batch_of(eng->store, sequence, &batch)) return batch.number;
	return eng->block.open && sequence >= eng->block.info.first_sequence ? eng->block.info.number : 0;
}

static void record_write(struct pr_json_out *o, const uint8_t *record, size_t len)
{
	struct pr_entry e;
	uint8_t         hash32[32];
	if (record[0] == SEQ_RECORD_ENTRY && len > SEQ_ENTRY_HEAD_BYTES && pr_wire_decode(&e, record + SEQ_ENTRY_HEAD_BYTES, len - SEQ_ENTRY_HEAD_BYTES)) {
		pr_sha256(hash32, record + SEQ_ENTRY_HEAD_BYTES, len - SEQ_ENTRY_HEAD_BYTES);
		pr_json_out_kv_string(o, "record", "entry");
		pr_json_out_kv_hex(o, "hash", hash32, 32);
		pr_json_out_kv_bool(o, "folded", record[1] == SEQ_ORIGIN_FOLD);
		pr_json_out_key(o, "entry");
		pr_entry_to_json(o, &e);
	} else if (record[0] == SEQ_RECORD_DROPPED && len > 2 && record[1] < PR_STATUS_COUNT && pr_wire_decode(&e, record + 2, len - 2)) {
		pr_sha256(hash32, record + 2, len - 2);
		pr_json_out_kv_string(o, "record", "dropped");
		pr_json_out_kv_string(o, "reason", pr_status_names[record[1]]);
		pr_json_out_kv_hex(o, "hash", hash32, 32);
		pr_json_out_key(o, "entry");
		pr_entry_to_json(o, &e);
	} else if (record[0] == SEQ_RECORD_TICKS) {
		pr_json_out_kv_string(o, "record", "ticks");
		pr_json_out_kv_u64(o, "ticks", (len - 1) / SEQ_TICK_BYTES);
	} else {
		pr_json_out_kv_string(o, "record", record[0] == SEQ_RECORD_BEGIN ? "begin" : record[0] == SEQ_RECORD_CHUNK ? "chunk" : record[0] == SEQ_RECORD_SEAL ? "seal" : record[0] == SEQ_RECORD_GENESIS ? "genesis" : "rebase");
	}
}

/* A durable record of the log, borrowed until the next one; false: the call has failed. */
static bool record_get(const struct seq_engine *eng, struct pr_rpc_call *call, uint64_t sequence, const uint8_t **record, size_t *len)
{
	if (seq_log_read(eng->log, sequence, record, len) == PR_OK && *len > 0) return true;
	pr_rpc_fail(call, PR_RPC_INTERNAL, "log_unreadable", NULL, "the log cannot be read");
	return false;
}

static void get_entry(void *ctx, struct pr_rpc_call *call)
{
	const struct seq_methods *m   = ctx;
	const struct seq_engine  *eng = m->eng;
	const struct pr_json     *doc = pr_rpc_doc(call);
	struct seq_receipt        receipt = { 0 };
	uint8_t                   hash32[32];
	const uint8_t            *record;
	size_t                    len;

	if (pr_json_hex(hash32, 32, doc, pr_rpc_param(call, 0))) {
		if (!seq_store_receipt(eng->store, hash32, &receipt)) receipt.sequence = 0;
	} else if (!pr_json_u64(&receipt.sequence, doc, pr_rpc_param(call, 0))) {
		pr_rpc_fail_param(call, "entry", "a 32-byte hash or a log sequence");
		return;
	}
	/* What is not durable yet does not exist for those who ask. */
	if (receipt.sequence == 0 || receipt.sequence > seq_log_durable(eng->log)) {
		pr_rpc_fail(call, PR_RPC_NOT_FOUND, "not_found", NULL, "no such entry");
		return;
	}
	if (!record_get(eng, call, receipt.sequence, &record, &len)) return;
	uint64_t            batch = batch_of(eng, receipt.sequence);
	bool                is_void = false;
	if (batch == 0 && record[0] == SEQ_RECORD_ENTRY && len > SEQ_ENTRY_HEAD_BYTES) {
		/* A re-base took this record out of the order; the entry may stand elsewhere. */
		pr_sha256(hash32, record + SEQ_ENTRY_HEAD_BYTES, len - SEQ_ENTRY_HEAD_BYTES);
		struct seq_receipt now;
		is_void = !seq_store_receipt(eng->store, hash32, &now) || now.sequence > seq_log_durable(eng->log);
		if (!is_void) {
			receipt = now;
			if (!record_get(eng, call, receipt.sequence, &record, &len)) return;
			batch = batch_of(eng, receipt.sequence);
		}
	}
	struct pr_json_out *o     = pr_rpc_out(call);
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "sequence", receipt.sequence);
	pr_json_out_kv_u64(o, "batch", batch);
	pr_json_out_kv_string(o, "status", record[0] == SEQ_RECORD_DROPPED ? "dropped" : is_void ? "void" : seq_batch_status(m, batch));
	if (receipt.created) pr_json_out_kv_u64(o, "id", receipt.created);
	record_write(o, record, len);
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_batch(void *ctx, struct pr_rpc_call *call)
{
	const struct seq_methods *m      = ctx;
	uint64_t                  number = m->eng->block.sealed;
	struct seq_batch          b;
	struct seq_posted         posted;
	if (pr_rpc_param(call, 0) != PR_JSON_NONE && !pr_json_u64(&number, pr_rpc_doc(call), pr_rpc_param(call, 0))) {
		pr_rpc_fail_param(call, "number", "a batch number");
		return;
	}
	if (number == 0 || !seq_store_batch(m->eng->store, number, &b)) {
		pr_rpc_fail(call, PR_RPC_NOT_FOUND, "not_found", NULL, "no such batch is sealed");
		return;
	}
	struct pr_json_out *o = pr_rpc_out(call);
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "number", b.number);
	pr_json_out_kv_string(o, "status", seq_batch_status(m, b.number));
	pr_json_out_kv_u64(o, "time", b.time);
	pr_json_out_kv_hex(o, "root", b.root32, 32);
	pr_json_out_kv_u64(o, "inboxFrom", b.inbox_from);
	pr_json_out_kv_u64(o, "inboxTo", b.inbox_to);
	pr_json_out_kv_u64(o, "inboxChunks", b.inbox_chunks);
	pr_json_out_kv_u64(o, "postedChunks", b.posted_chunks);
	pr_json_out_kv_u64(o, "entries", b.entries);
	pr_json_out_kv_u64(o, "firstSequence", b.first_sequence);
	pr_json_out_kv_u64(o, "lastSequence", b.last_sequence);
	if (seq_store_posted(m->eng->store, number, &posted)) {
		pr_json_out_key(o, "l1");
		pr_json_out_open(o, '{');
		pr_json_out_kv_hex(o, "hash", posted.hash32, 32);
		pr_json_out_kv_hex(o, "tx", posted.tx32, 32);
		pr_json_out_kv_u64(o, "block", posted.block);
		pr_json_out_kv_u64(o, "time", posted.block_time);
		pr_json_out_close(o, '}');
	}
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void get_health(void *ctx, struct pr_rpc_call *call)
{
	static const struct seq_feed_mark none;
	const struct seq_methods         *m    = ctx;
	const struct seq_engine          *eng  = m->eng;
	const struct seq_feed_mark       *mark = m->feed_opt ? seq_feed_mark(m->feed_opt) : &none;
	struct pr_json_out               *o    = pr_rpc_out(call);
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "state", eng->halted ? eng->halted : "ready");
	pr_json_out_kv_u64(o, "sealed", eng->block.sealed);
	pr_json_out_kv_u64(o, "posted", mark->posted);
	pr_json_out_kv_u64(o, "settled", mark->settled);
	pr_json_out_kv_u64(o, "l1Safe", mark->tags.safe);
	pr_json_out_kv_u64(o, "l1Finalized", mark->tags.finalized);
	pr_json_out_kv_u64(o, "durable", seq_log_durable(eng->log));
	pr_json_out_kv_bool(o, "batchOpen", eng->block.open);
	pr_json_out_kv_u64(o, "itemsWaiting", eng->items.count);
	pr_json_out_kv_u64(o, "pendingStreams", eng->streams.pending_streams);
	pr_json_out_kv_u64(o, "pendingLinks", eng->streams.pending_links);
	pr_json_out_close(o, '}');
	pr_rpc_done(call);
}

static void on_sealed(void *ctx, enum pr_err err)
{
	struct pr_rpc_call *call = ctx;
	if (err == PR_OK) pr_rpc_done(call);
	else pr_rpc_fail(call, PR_RPC_INTERNAL, "log_failed", NULL, "the seal could not be made durable");
}

static void seal(void *ctx, struct pr_rpc_call *call)
{
	struct seq_engine *eng = ((struct seq_methods *)ctx)->eng;
	if (eng->halted) {
		pr_rpc_fail(call, PR_RPC_UNAVAILABLE, eng->halted, NULL, "the sequencer has stopped");
		return;
	}
	/* Items that wait get a batch of their own, so that after this call nothing waits. */
	seq_drain(eng);
	seq_seal_prepare(eng);
	seq_drain(eng);
	pr_json_out_u64(pr_rpc_out(call), eng->block.sealed);
	seq_log_wait(eng->log, on_sealed, call);
	seq_log_kick(eng->log);
}

void seq_methods_init(struct seq_methods *m, struct seq_engine *eng, struct seq_sigpool *pool, struct seq_feed *feed_opt, bool admin)
{
	memset(m, 0, sizeof *m);
	m->eng      = eng;
	m->feed_opt = feed_opt;
	m->admit    = (struct seq_admit){ eng, pool };
	m->read     = (struct pr_read){ .chain = eng->options.chain, .state = &eng->state, .lists = &eng->lists, .earner = eng->earner,
		                        .role = "sequencer", .stream_pending_opt = stream_pending, .pending_ctx = eng };
	pr_read_methods(m->table, &m->read);
	m->count            = PR_READ_METHODS;
	m->table[m->count++] = (struct pr_rpc_method){ "penny_submit", "*", seq_admit_submit, &m->admit };
	m->table[m->count++] = (struct pr_rpc_method){ "penny_getEntry", "entry", get_entry, m };
	m->table[m->count++] = (struct pr_rpc_method){ "penny_getBatch", "number?", get_batch, m };
	m->table[m->count++] = (struct pr_rpc_method){ "penny_getHealth", "", get_health, m };
	if (admin) m->table[m->count++] = (struct pr_rpc_method){ "penny_seal", "", seal, m };
}
