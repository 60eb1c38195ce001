#include "sequencer/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/rt/clock.h"
#include "core/rt/log.h"
#include "core/rt/map.h"
#include "core/rt/spool.h"
#include "sequencer/rebase.h"
#include "sequencer/store.h"

#define RECORD_VERSION 2u
#define GENESIS_BYTES 66u

const struct pr_system *seq_system(const struct seq_engine *eng)
{
	const struct pr_leaf *leaf = pr_state_leaf(&eng->state, 0);
	PR_CHECK(leaf->o.type == PR_OBJECT_SYSTEM);
	return &leaf->o.u.system;
}

void seq_halt(struct seq_engine *eng, const char *reason)
{
	if (eng->halted) return;
	eng->halted = reason;
	PR_LOG_ERROR("halted reason=%s", reason);
}

/* ---- The state and those who follow its changes ---- */

static void view_load(void *ctx, uint32_t id, struct pr_leaf *out)
{
	struct seq_engine *eng = ctx;
	eng->inner.load(eng->inner.ctx, id, out);
}

static bool view_find(void *ctx, const uint8_t key32[32], uint32_t *id)
{
	struct seq_engine *eng = ctx;
	return eng->inner.find(eng->inner.ctx, key32, id);
}

static void view_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct seq_engine     *eng    = ctx;
	const struct pr_object before = pr_state_leaf(&eng->state, id)->o;
	seq_store_keep(eng->store, id);
	eng->inner.store(eng->inner.ctx, id, leaf);
	const struct pr_object *after = &pr_state_leaf(&eng->state, id)->o;
	if (before.type == PR_OBJECT_EMPTY && after->type == PR_OBJECT_EMPTY) return;
	bool was_slot = before.type == PR_OBJECT_EMPTY || before.type == PR_OBJECT_FREE;
	if (was_slot && after->type != PR_OBJECT_EMPTY && after->type != PR_OBJECT_FREE) eng->created = id;
	pr_lists_change(&eng->lists, id, &before, after);
	seq_streams_change(&eng->streams, id, &before, after, pr_state_leaf(&eng->state, 0)->o.u.system.supply);
	seq_store_changed(eng->store, id);
}

/* Lists and hot streams of a state that was loaded whole. */
static void followers_build(struct seq_engine *eng)
{
	static const struct pr_object empty;
	pr_lists_build(&eng->lists, &eng->state);
	for (uint32_t id = 1; id < eng->state.used; id++)
		seq_streams_change(&eng->streams, id, &empty, &pr_state_leaf(&eng->state, id)->o, seq_system(eng)->supply);
}

static void state_reset(struct seq_engine *eng)
{
	uint64_t salt;
	pr_map_clear(eng->state_mem, pr_state_bytes(eng->options.capacity));
	PR_CHECK(getrandom(&salt, sizeof salt, 0) == sizeof salt);
	pr_state_init(&eng->state, eng->state_mem, eng->options.capacity, salt);
	eng->inner = pr_state_view(&eng->state);
	eng->view  = (struct pr_view){ eng, view_load, view_find, view_store };
}

/* ---- The first record: which chain this log belongs to ---- */

static enum pr_err genesis_record(struct seq_engine *eng, const uint8_t root32[32])
{
	uint8_t                 want[GENESIS_BYTES] = { SEQ_RECORD_GENESIS, RECORD_VERSION };
	struct pr_spool_reader *reader;
	const uint8_t          *record;
	size_t                  len;
	uint64_t                sequence;

	memcpy(want + 2, eng->options.chain->domain32, 32);
	memcpy(want + 34, root32, 32);
	if (seq_log_next(eng->log) == 1) {
		const struct iovec piece = { want, sizeof want };
		(void)seq_log_put(eng->log, &piece, 1);
		seq_log_kick(eng->log);
		return PR_OK;
	}
	PR_FORWARD(pr_spool_reader_open(&reader, eng->log_dir, 1));
	enum pr_err err = pr_spool_read(reader, &sequence, &record, &len);
	if (err == PR_OK && (len != sizeof want || memcmp(record, want, sizeof want) != 0)) {
		PR_LOG_ERROR("log_of_another_chain dir=%s", eng->log_dir);
		err = PR_ERR_CONFIG;
	}
	pr_spool_reader_close(reader);
	return err;
}

/* Before any batch. */
static void block_reset(struct seq_engine *eng)
{
	struct seq_block *b = &eng->block;
	b->sealed = b->last_time = 0;
	b->sealed_next = 1;
	memset(&b->info, 0, sizeof b->info);
	memset(b->parent32, 0, 32);
}

/* Genesis, cache and log, in this order, into an engine whose log and store are open. */
static enum pr_err recover(struct seq_engine *eng, struct seq_voids *voids)
{
	char     message[PR_CONFIG_MESSAGE_BYTES];
	uint8_t  root32[32];
	uint64_t from = 2, carried = 0;

	if (pr_chain_genesis(message, eng->options.chain, &eng->state, root32) != PR_OK) {
		PR_LOG_ERROR("genesis %s", message);
		return PR_ERR_CONFIG;
	}
	bool fresh = seq_log_next(eng->log) == 1;
	PR_FORWARD(genesis_record(eng, root32));
	state_reset(eng);
	bool cached;
	PR_FORWARD(seq_store_load(eng->store, &cached, &from, &carried));
	if (!fresh) PR_FORWARD(seq_voids_find(voids, eng->log_dir, from));
	if (!fresh && cached && voids->lowest < from) {
		PR_LOG_WARN("cache_of_a_void_order deleted=true");
		PR_FORWARD(seq_store_wipe(eng->store));
		cached = false;
		from   = 2;
		PR_FORWARD(seq_voids_find(voids, eng->log_dir, from));
	}
	if (!cached) {
		state_reset(eng);
		block_reset(eng);
		PR_FORWARD(pr_chain_genesis(message, eng->options.chain, &eng->state, root32));
		seq_store_changed(eng->store, 0);
	}
	followers_build(eng);
	eng->block.ctx.time = eng->block.last_time;
	if (fresh) return PR_OK;
	if (cached && carried) PR_FORWARD(seq_replay_carried(eng, carried, from));
	PR_FORWARD(seq_replay(eng, from, voids));
	if (voids->asked) PR_FORWARD(seq_rebase_run(eng, voids));
	if (eng->streams.pending_streams && !eng->block.epoch_ms) eng->block.epoch_ms = pr_clock_ms(); /* carried by the cache */
	if (!eng->block.open && eng->streams.pending_streams == 0) {
		seq_store_clean(eng->store, 0);
		seq_drain_go_on(eng);
	}
	seq_log_kick(eng->log);
	return PR_OK;
}

static enum pr_err state_recover(struct seq_engine *eng)
{
	struct seq_voids voids = { 0 };
	enum pr_err      err   = recover(eng, &voids);
	seq_voids_free(&voids);
	return err;
}

static enum pr_err memory_open(struct seq_engine *eng)
{
	const struct seq_engine_options *o    = &eng->options;
	uint64_t                         room = 2 * o->pending_links_max + (uint64_t)PR_BATCH_DATA_MAX * SEQ_TICK_GAP_MAX;
	eng->state_mem      = pr_map_reserve(pr_state_bytes(o->capacity));
	eng->fold_links_max = room / PR_CHUNK_LINKS_MAX + 2;
	eng->fold_links     = pr_map_reserve(eng->fold_links_max * 32);
	eng->fold_ids       = pr_map_reserve(o->capacity * sizeof(uint32_t));
	eng->earner         = pr_earner_open();
	eng->drain.ids      = pr_map_reserve(o->capacity * sizeof(uint32_t));
	eng->drain.scratch  = pr_map_reserve(o->capacity * sizeof(uint32_t));
	if (!eng->state_mem || !eng->fold_links || !eng->fold_ids || !eng->drain.ids || !eng->drain.scratch || !eng->earner || !pr_lists_open(&eng->lists, o->capacity) ||
	    !seq_streams_open(&eng->streams, o->capacity)) {
		PR_LOG_ERROR("memory_refused capacity=%u", o->capacity);
		return PR_ERR_FULL;
	}
	seq_receipts_init(&eng->receipts);
	pr_chunk_sum_init(&eng->block.sum);
	memcpy(eng->block.ctx.domain32, o->chain->domain32, 32);
	state_reset(eng);
	return PR_OK;
}

static void on_log_failed(void *ctx, enum pr_err err)
{
	(void)err;
	((struct seq_engine *)ctx)->log_failed = true;
	seq_halt(ctx, "log_failed");
}

static enum pr_err engine_start(struct seq_engine *eng)
{
	char                   cache_dir[PR_PATH_BYTES_MAX];
	struct seq_log_options log = { eng->log_dir, eng->sealed_dir, eng->options.log_segment_bytes, eng->options.loop_opt, on_log_failed, eng };
	PR_FORWARD(pr_path_join(eng->log_dir, eng->options.data_dir, "log"));
	PR_FORWARD(pr_path_join(eng->sealed_dir, eng->options.data_dir, "sealed"));
	PR_FORWARD(pr_path_join(cache_dir, eng->options.data_dir, "cache"));
	PR_FORWARD(memory_open(eng));
	PR_FORWARD(pr_dir_make(eng->options.data_dir));
	PR_FORWARD(seq_log_open(&eng->log, &log));
	PR_FORWARD(seq_store_open(&eng->store, eng, cache_dir));
	return state_recover(eng);
}

enum pr_err seq_engine_open(struct seq_engine **out, const struct seq_engine_options *options)
{
	struct seq_engine *eng = calloc(1, sizeof *eng);
	*out = NULL;
	if (!eng) return PR_ERR_FULL;
	eng->options    = *options;
	enum pr_err err = engine_start(eng);
	if (err != PR_OK) {
		PR_LOG_ERROR("engine_open dir=%s error=%s", options->data_dir, pr_err_name(err));
		seq_engine_close(eng);
		return err;
	}
	*out = eng;
	return PR_OK;
}

void seq_engine_close(struct seq_engine *eng)
{
	if (!eng) return;
	seq_log_close(eng->log);
	seq_store_close(eng->store);
	seq_streams_close(&eng->streams);
	pr_lists_close(&eng->lists);
	pr_earner_close(eng->earner);
	seq_receipts_fini(&eng->receipts);
	pr_map_release(eng->state_mem, pr_state_bytes(eng->options.capacity));
	pr_map_release(eng->fold_ids, eng->options.capacity * sizeof(uint32_t));
	pr_map_release(eng->drain.ids, eng->options.capacity * sizeof(uint32_t));
	pr_map_release(eng->drain.scratch, eng->options.capacity * sizeof(uint32_t));
	pr_map_release(eng->fold_links, eng->fold_links_max * 32);
	free(eng->block.wire);
	free(eng);
}
