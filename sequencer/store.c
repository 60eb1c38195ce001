#include "sequencer/store.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cursor.h"
#include "core/rt/daemon.h"
#include "core/rt/file.h"
#include "core/rt/kv.h"
#include "core/rt/log.h"
#include "core/rt/map.h"
#include "core/rt/metrics.h"
#include "sequencer/rows.h"

PR_METRIC_COUNTER(seq_cache_writes_total, "seq_cache_writes_total", "Batches of rows written to the cache.");
PR_METRIC_COUNTER(seq_cache_failures_total, "seq_cache_failures_total", "Rows that the cache refused; the log is not concerned.");

#define CACHE_VERSION 3u
#define BLOCK_CACHE_BYTES (8u << 20)
#define WRITE_BUFFER_BYTES (16u << 20)
#define META_BYTES 89u
#define BATCH_ROW_BYTES 137u
#define RECEIPT_ROW_BYTES 21u
#define FEED_ROW_BYTES 56u
#define POSTED_ROW_BYTES 80u

PR_STATIC_ASSERT(5 + PR_LEAF_ROW_BYTES_MAX <= SEQ_ROW_BYTES_MAX && 9 + BATCH_ROW_BYTES <= SEQ_ROW_BYTES_MAX, "rows");

#define LEAF_CHANGED 1u /* since the rows of the write under way were settled */
#define LEAF_WANTED 2u  /* its row is to be made for that one */

struct seq_store {
	struct seq_engine  *eng;
	char                dir[PR_PATH_BYTES_MAX];
	struct pr_kv       *kv;
	uint32_t           *changed; /* ids, each once */
	uint8_t            *flags;   /* by id: LEAF_ */
	uint32_t            changed_count;
	struct seq_batch   *unsaved; /* in order; the first was sealed after the last one in the cache */
	size_t              unsaved_count, unsaved_cap;
	uint64_t            saved; /* number of the last batch in the cache */
	/* The write under way: its rows are made, then they wait for the log, then the thread has them. */
	struct seq_rows     rows;
	struct pr_kv_batch *job;
	uint64_t            job_batch;
	uint32_t           *job_ids; /* leaves */
	uint32_t            job_leaves, job_leaf, job_receipts, job_receipt;
	bool                making;
	bool                busy, handed, stopping;
	enum pr_err         job_err;
	pthread_t           thread;
	pthread_mutex_t     mutex;
	pthread_cond_t      wake;
};

static enum pr_err dir_wipe(const char *dir)
{
	char path[PR_PATH_BYTES_MAX];
	DIR *d = opendir(dir);
	if (!d) return PR_OK;
	for (struct dirent *entry; (entry = readdir(d));)
		if (entry->d_name[0] != '.' && pr_path_join(path, dir, entry->d_name) == PR_OK) (void)unlink(path);
	(void)closedir(d);
	return PR_OK;
}

static void job_done(struct seq_store *store)
{
	if (store->job_err == PR_OK) {
		size_t gone = 0;
		pr_metric_add(&seq_cache_writes_total, 1);
		while (gone < store->unsaved_count && store->unsaved[gone].number <= store->job_batch) gone++;
		store->unsaved_count -= gone;
		memmove(store->unsaved, store->unsaved + gone, store->unsaved_count * sizeof *store->unsaved);
		store->saved = store->job_batch;
		seq_receipts_drop(&store->eng->receipts, store->job_batch);
	} else {
		/* Rows are missing now: what stays in the cache is old but whole, and a start replays from there.  Nothing is written over it. */
		pr_metric_add(&seq_cache_failures_total, 1);
		PR_LOG_ERROR("cache_failed error=%s", pr_err_name(store->job_err));
		return; /* stays busy: no further write would be complete */
	}
	store->busy = false;
}

/* In the thread of the cache, if there is one. */
static void job_write(struct seq_store *store)
{
	seq_rows_into(&store->rows, store->job);
	seq_rows_clear(&store->rows);
	store->job_err = pr_kv_write(store->kv, store->job, false);
}

static void on_job_done(void *arg) { job_done(arg); }

static void *cache_main(void *arg)
{
	struct seq_store *store = arg;
	pr_thread_gives_way(); /* LevelDB's own thread, which the first write starts, too */
	PR_CHECK(pthread_mutex_lock(&store->mutex) == 0);
	for (;;) {
		while (!store->handed && !store->stopping) PR_CHECK(pthread_cond_wait(&store->wake, &store->mutex) == 0);
		if (!store->handed) break;
		store->handed = false;
		PR_CHECK(pthread_mutex_unlock(&store->mutex) == 0);
		job_write(store);
		PR_CHECK(pr_loop_post(store->eng->options.loop_opt, on_job_done, store) == PR_OK);
		PR_CHECK(pthread_mutex_lock(&store->mutex) == 0);
	}
	PR_CHECK(pthread_mutex_unlock(&store->mutex) == 0);
	return NULL;
}

enum pr_err seq_store_open(struct seq_store **out, struct seq_engine *eng, const char *dir)
{
	struct seq_store *store = calloc(1, sizeof *store);
	*out = NULL;
	if (!store) return PR_ERR_FULL;
	store->eng = eng;
	PR_CHECK(snprintf(store->dir, sizeof store->dir, "%s", dir) < (int)sizeof store->dir);
	store->changed    = pr_map_reserve(eng->options.capacity * sizeof(uint32_t));
	store->job_ids    = pr_map_reserve(eng->options.capacity * sizeof(uint32_t));
	store->flags      = pr_map_reserve(eng->options.capacity);
	enum pr_err err   = store->changed && store->job_ids && store->flags ? pr_kv_open(&store->kv, dir, BLOCK_CACHE_BYTES, WRITE_BUFFER_BYTES) : PR_ERR_FULL;
	if (err == PR_ERR_CORRUPT) {
		PR_LOG_WARN("cache_corrupt dir=%s deleted=true", dir);
		(void)dir_wipe(dir);
		err = pr_kv_open(&store->kv, dir, BLOCK_CACHE_BYTES, WRITE_BUFFER_BYTES);
	}
	if (err != PR_OK) {
		pr_map_release(store->changed, eng->options.capacity * sizeof(uint32_t));
		pr_map_release(store->job_ids, eng->options.capacity * sizeof(uint32_t));
		pr_map_release(store->flags, eng->options.capacity);
		free(store);
		return err;
	}
	store->job = pr_kv_batch_open();
	PR_CHECK(store->job && pthread_mutex_init(&store->mutex, NULL) == 0 && pthread_cond_init(&store->wake, NULL) == 0);
	if (eng->options.loop_opt) store->thread = pr_thread_start("cache", cache_main, store);
	*out = store;
	return PR_OK;
}

void seq_store_close(struct seq_store *store)
{
	if (!store) return;
	if (store->eng->options.loop_opt) {
		PR_CHECK(pthread_mutex_lock(&store->mutex) == 0);
		store->stopping = true;
		PR_CHECK(pthread_cond_signal(&store->wake) == 0);
		PR_CHECK(pthread_mutex_unlock(&store->mutex) == 0);
		PR_CHECK(pthread_join(store->thread, NULL) == 0);
	}
	pr_kv_batch_close(store->job);
	seq_rows_fini(&store->rows);
	pr_kv_close(store->kv);
	pr_map_release(store->changed, store->eng->options.capacity * sizeof(uint32_t));
	pr_map_release(store->job_ids, store->eng->options.capacity * sizeof(uint32_t));
	pr_map_release(store->flags, store->eng->options.capacity);
	(void)pthread_mutex_destroy(&store->mutex);
	(void)pthread_cond_destroy(&store->wake);
	free(store->unsaved);
	free(store);
}

/* ---- Rows ---- */

static void meta_encode(uint8_t row[META_BYTES], const struct seq_engine *eng, uint64_t next_sequence, uint64_t carried)
{
	row[0] = CACHE_VERSION;
	memcpy(row + 1, eng->options.chain->domain32, 32);
	pr_be64_put(row + 33, next_sequence);
	pr_be64_put(row + 41, eng->block.sealed);
	memcpy(row + 49, eng->block.info.root32, 32);
	pr_be64_put(row + 81, carried);
}

static void batch_encode(uint8_t row[BATCH_ROW_BYTES], const struct seq_batch *b)
{
	const uint64_t words[7] = { b->time, b->inbox_from, b->inbox_to, b->entries, b->first_sequence, b->last_sequence,
		                    (uint64_t)b->inbox_chunks << 32 | b->posted_chunks };
	for (unsigned i = 0; i < 7; i++) pr_be64_put(row + 8 * i, words[i]);
	memcpy(row + 56, b->root32, 32);
	pr_be64_put(row + 88, b->number);
	pr_be64_put(row + 96, b->sealed_next);
	row[104] = b->foreign;
	memcpy(row + 105, b->hash32, 32);
}

static void batch_decode(struct seq_batch *b, const uint8_t row[BATCH_ROW_BYTES])
{
	b->time           = pr_be64(row);
	b->inbox_from     = pr_be64(row + 8);
	b->inbox_to       = pr_be64(row + 16);
	b->entries        = pr_be64(row + 24);
	b->first_sequence = pr_be64(row + 32);
	b->last_sequence  = pr_be64(row + 40);
	b->inbox_chunks   = pr_be32(row + 48);
	b->posted_chunks  = pr_be32(row + 52);
	memcpy(b->root32, row + 56, 32);
	b->number      = pr_be64(row + 88);
	b->sealed_next = pr_be64(row + 96);
	b->foreign     = row[104] != 0;
	memcpy(b->hash32, row + 105, 32);
}

static void key_number(uint8_t key[9], uint8_t kind, uint64_t number)
{
	key[0] = kind;
	pr_be64_put(key + 1, number);
}

static void leaf_row_put(struct seq_store *store, uint32_t id)
{
	const struct pr_leaf *leaf = pr_state_leaf(&store->eng->state, id);
	uint8_t               key[5] = { 'L' }, row[PR_LEAF_ROW_BYTES_MAX];
	pr_be32_put(key + 1, id);
	seq_rows_put(&store->rows, key, sizeof key, row, pr_leaf_row_encode(row, leaf));
}

static void receipt_row_put(struct seq_store *store, const struct seq_receipt *r)
{
	uint8_t key[33] = { 'R' }, row[RECEIPT_ROW_BYTES];
	memcpy(key + 1, r->hash32, 32);
	pr_be64_put(row, r->sequence);
	pr_be64_put(row + 8, r->batch);
	pr_be32_put(row + 16, r->created);
	row[20] = r->dropped;
	seq_rows_put(&store->rows, key, 33, row, RECEIPT_ROW_BYTES);
}

static void job_hand_over(void *ctx, enum pr_err err)
{
	struct seq_store *store = ctx;
	if (err != PR_OK) return; /* the log failed: the process ends */
	if (!store->eng->options.loop_opt) {
		job_write(store);
		job_done(store);
		return;
	}
	PR_CHECK(pthread_mutex_lock(&store->mutex) == 0);
	store->handed = true;
	PR_CHECK(pthread_cond_signal(&store->wake) == 0);
	PR_CHECK(pthread_mutex_unlock(&store->mutex) == 0);
}

void seq_store_keep(struct seq_store *store, uint32_t id)
{
	if (id >= store->eng->options.capacity || !(store->flags[id] & LEAF_WANTED)) return;
	leaf_row_put(store, id);
	store->flags[id] &= (uint8_t)~LEAF_WANTED;
}

void seq_store_changed(struct seq_store *store, uint32_t id)
{
	if (store->flags[id] & LEAF_CHANGED) return;
	store->flags[id] |= LEAF_CHANGED;
	store->changed[store->changed_count++] = id;
}

void seq_store_sealed(struct seq_store *store, const struct seq_batch *info)
{
	if (store->unsaved_count == store->unsaved_cap) {
		store->unsaved_cap = store->unsaved_cap ? 2 * store->unsaved_cap : 64;
		store->unsaved     = realloc(store->unsaved, store->unsaved_cap * sizeof *store->unsaved);
		PR_CHECK(store->unsaved);
	}
	store->unsaved[store->unsaved_count++] = *info;
}

/* Rows of batches and what the rows amount to are made at once, those of leaves and receipts are only settled. */
void seq_store_clean(struct seq_store *store, uint64_t carried)
{
	struct seq_engine *eng = store->eng;
	uint8_t            key[9], row[BATCH_ROW_BYTES], meta[META_BYTES];

	PR_CHECK(!eng->block.open && (carried || eng->streams.pending_streams == 0));
	if (store->busy || store->unsaved_count == 0 || eng->rebasing) return;
	store->busy = store->making = true;
	uint32_t *ids      = store->job_ids;
	store->job_ids     = store->changed;
	store->job_leaves  = store->changed_count;
	store->changed     = ids;
	store->job_leaf    = store->job_receipt = store->changed_count = 0;
	store->job_receipts = eng->receipts.count;
	for (uint32_t i = 0; i < store->job_leaves; i++) store->flags[store->job_ids[i]] = LEAF_WANTED;
	for (size_t i = 0; i < store->unsaved_count; i++) {
		key_number(key, 'N', store->unsaved[i].number);
		batch_encode(row, &store->unsaved[i]);
		seq_rows_put(&store->rows, key, 9, row, BATCH_ROW_BYTES);
	}
	meta_encode(meta, eng, eng->block.info.last_sequence + 1, carried);
	seq_rows_put(&store->rows, "M", 1, meta, META_BYTES);
	store->job_batch = eng->block.sealed;
}

bool seq_store_makes(const struct seq_store *store) { return store->making; }

bool seq_store_step(struct seq_store *store, uint32_t rows)
{
	if (!store->making) return false;
	for (; rows > 0 && store->job_leaf < store->job_leaves; rows--) seq_store_keep(store, store->job_ids[store->job_leaf++]);
	for (; rows > 0 && store->job_receipt < store->job_receipts; rows--) receipt_row_put(store, &store->eng->receipts.all[store->job_receipt++]);
	if (store->job_leaf < store->job_leaves || store->job_receipt < store->job_receipts) return true;
	store->making = false;
	seq_log_wait(store->eng->log, job_hand_over, store);
	return true;
}

/* ---- Loading ---- */

struct loading {
	struct pr_state *state;
	bool             bad;
};

static bool leaf_row_load(void *ctx, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len)
{
	struct loading *l = ctx;
	struct pr_leaf  leaf;
	l->bad = key_len != 5 || !pr_leaf_row_decode(&leaf, value, value_len) || !pr_state_restore(l->state, pr_be32(key + 1), &leaf);
	return !l->bad;
}

static bool meta_sound(const struct seq_store *store, const uint8_t meta[META_BYTES])
{
	const struct seq_engine *eng = store->eng;
	return meta[0] == CACHE_VERSION && memcmp(meta + 1, eng->options.chain->domain32, 32) == 0 && pr_be64(meta + 33) <= seq_log_next(eng->log) &&
	       pr_be64(meta + 81) <= pr_be64(meta + 33);
}

enum pr_err seq_store_wipe(struct seq_store *store)
{
	store->saved = 0;
	pr_kv_close(store->kv);
	(void)dir_wipe(store->dir);
	return pr_kv_open(&store->kv, store->dir, BLOCK_CACHE_BYTES, WRITE_BUFFER_BYTES);
}

enum pr_err seq_store_load(struct seq_store *store, bool *loaded, uint64_t *from_sequence, uint64_t *carried)
{
	struct seq_engine *eng = store->eng;
	struct loading     loading = { &eng->state, false };
	uint8_t            meta[META_BYTES], root32[32];

	*loaded         = false;
	enum pr_err err = pr_kv_get_exact(store->kv, meta, sizeof meta, "M", 1);
	if (err == PR_OK && meta_sound(store, meta)) {
		err = pr_kv_each(store->kv, "L", 1, NULL, 0, leaf_row_load, &loading);
		if (err == PR_OK && !loading.bad) {
			pr_state_root(&eng->state, root32);
			store->saved = pr_be64(meta + 41);
			struct seq_batch last;
			if (memcmp(root32, meta + 49, 32) == 0 && seq_store_batch(store, store->saved, &last) &&
			    last.sealed_next <= seq_log_sealed_next(eng->log)) {
				*from_sequence         = pr_be64(meta + 33);
				*carried               = pr_be64(meta + 81);
				eng->block.sealed      = store->saved;
				eng->block.last_time   = last.time;
				eng->block.info        = last;
				eng->block.sealed_next = last.sealed_next;
				if (last.foreign) memcpy(eng->block.parent32, last.hash32, 32);
				*loaded = true;
				return PR_OK;
			}
		}
	} else if (err == PR_ERR_NOT_FOUND) {
		return PR_OK;
	}
	PR_LOG_WARN("cache_unsound error=%s deleted=true", pr_err_name(err));
	return seq_store_wipe(store);
}

/* ---- Reading ---- */

bool seq_store_batch(const struct seq_store *store, uint64_t number, struct seq_batch *out)
{
	uint8_t key[9], row[BATCH_ROW_BYTES];
	if (store->unsaved_count && number >= store->unsaved[0].number) {
		if (number - store->unsaved[0].number >= store->unsaved_count) return false;
		*out = store->unsaved[number - store->unsaved[0].number];
		return true;
	}
	key_number(key, 'N', number);
	if (pr_kv_get_exact(store->kv, row, sizeof row, key, sizeof key) != PR_OK) return false;
	batch_decode(out, row);
	return true;
}

bool seq_store_receipt(const struct seq_store *store, const uint8_t hash32[32], struct seq_receipt *out)
{
	uint8_t                   key[33] = { 'R' }, row[RECEIPT_ROW_BYTES];
	const struct seq_receipt *recent  = seq_receipts_find(&store->eng->receipts, hash32);
	if (recent) {
		*out = *recent;
		return true;
	}
	memcpy(key + 1, hash32, 32);
	if (pr_kv_get_exact(store->kv, row, sizeof row, key, sizeof key) != PR_OK) return false;
	memcpy(out->hash32, hash32, 32);
	out->sequence = pr_be64(row);
	out->batch    = pr_be64(row + 8);
	out->created  = pr_be32(row + 16);
	out->dropped  = row[20] < PR_STATUS_COUNT ? row[20] : PR_STATUS_MALFORMED;
	return true;
}

bool seq_store_batch_of(const struct seq_store *store, uint64_t sequence, struct seq_batch *out)
{
	uint64_t low = 1, high = store->eng->block.sealed;
	while (low <= high && high > 0) {
		uint64_t middle = low + (high - low) / 2;
		if (!seq_store_batch(store, middle, out)) return false;
		if (sequence < out->first_sequence) high = middle - 1;
		else if (sequence > out->last_sequence) low = middle + 1;
		else return true;
	}
	return false;
}

/* ---- What the feed says ---- */

static void row_put(struct seq_store *store, const void *key, size_t key_len, const void *row, size_t len)
{
	enum pr_err err = pr_kv_put(store->kv, key, key_len, row, len, false);
	if (err == PR_OK) return;
	pr_metric_add(&seq_cache_failures_total, 1);
	PR_LOG_WARN("cache_feed_row error=%s", pr_err_name(err));
}

void seq_store_feed_save(struct seq_store *store, const struct seq_feed_mark *mark)
{
	uint8_t row[FEED_ROW_BYTES];
	pr_be64_put(row, mark->next);
	pr_be64_put(row + 8, mark->posted);
	pr_be64_put(row + 16, mark->settled);
	memcpy(row + 24, mark->posted_hash32, 32);
	row_put(store, "F", 1, row, sizeof row);
}

void seq_store_feed_load(const struct seq_store *store, struct seq_feed_mark *mark)
{
	uint8_t row[FEED_ROW_BYTES];
	memset(mark, 0, sizeof *mark);
	if (pr_kv_get_exact(store->kv, row, sizeof row, "F", 1) != PR_OK) return;
	mark->next    = pr_be64(row);
	mark->posted  = pr_be64(row + 8);
	mark->settled = pr_be64(row + 16);
	memcpy(mark->posted_hash32, row + 24, 32);
}

void seq_store_posted_save(struct seq_store *store, uint64_t number, const struct seq_posted *posted)
{
	uint8_t key[9], row[POSTED_ROW_BYTES];
	key_number(key, 'P', number);
	pr_be64_put(row, posted->block);
	pr_be64_put(row + 8, posted->block_time);
	memcpy(row + 16, posted->tx32, 32);
	memcpy(row + 48, posted->hash32, 32);
	row_put(store, key, sizeof key, row, sizeof row);
}

bool seq_store_posted(const struct seq_store *store, uint64_t number, struct seq_posted *posted)
{
	uint8_t key[9], row[POSTED_ROW_BYTES];
	key_number(key, 'P', number);
	if (pr_kv_get_exact(store->kv, row, sizeof row, key, sizeof key) != PR_OK) return false;
	posted->block      = pr_be64(row);
	posted->block_time = pr_be64(row + 8);
	memcpy(posted->tx32, row + 16, 32);
	memcpy(posted->hash32, row + 48, 32);
	return true;
}
