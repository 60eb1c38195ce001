#include "core/rt/kv.h"

#include <leveldb/c.h>
#include <stdlib.h>
#include <string.h>

#include "core/rt/log.h"

struct pr_kv {
	leveldb_t *db;
	leveldb_options_t *options;
	leveldb_cache_t *cache;
	leveldb_filterpolicy_t *filter;
	leveldb_readoptions_t *read;
	leveldb_writeoptions_t *write_sync, *write_async;
};

struct pr_kv_batch {
	leveldb_writebatch_t *batch;
	size_t count;
};

/* Turns LevelDB's error string, which it frees, into ours.  leveldb::Status::ToString starts with the kind. */
static enum pr_err take(char *error, const char *what)
{
	if (!error) return PR_OK;
	enum pr_err err = strncmp(error, "Corruption", 10) == 0 ? PR_ERR_CORRUPT : PR_ERR_IO;
	PR_LOG_ERROR("kv_failed op=%s error=\"%s\"", what, error);
	leveldb_free(error);
	return err;
}

enum pr_err pr_kv_open(struct pr_kv **out, const char *dir, size_t cache_bytes, size_t write_buffer_bytes)
{
	*out = NULL;
	struct pr_kv *kv = calloc(1, sizeof *kv);
	PR_CHECK(kv);
	kv->cache = leveldb_cache_create_lru(cache_bytes);
	kv->filter = leveldb_filterpolicy_create_bloom(10);
	kv->options = leveldb_options_create();
	leveldb_options_set_create_if_missing(kv->options, 1);
	leveldb_options_set_paranoid_checks(kv->options, 1);
	leveldb_options_set_write_buffer_size(kv->options, write_buffer_bytes);
	leveldb_options_set_cache(kv->options, kv->cache);
	leveldb_options_set_filter_policy(kv->options, kv->filter);
	kv->read = leveldb_readoptions_create();
	leveldb_readoptions_set_verify_checksums(kv->read, 1);
	kv->write_sync = leveldb_writeoptions_create();
	leveldb_writeoptions_set_sync(kv->write_sync, 1);
	kv->write_async = leveldb_writeoptions_create();

	char *error = NULL;
	kv->db = leveldb_open(kv->options, dir, &error);
	enum pr_err err = take(error, "open");
	if (err != PR_OK) {
		pr_kv_close(kv);
		return err;
	}
	*out = kv;
	return PR_OK;
}

void pr_kv_close(struct pr_kv *kv)
{
	if (!kv) return;
	if (kv->db) leveldb_close(kv->db);
	leveldb_writeoptions_destroy(kv->write_async);
	leveldb_writeoptions_destroy(kv->write_sync);
	leveldb_readoptions_destroy(kv->read);
	leveldb_options_destroy(kv->options);
	leveldb_filterpolicy_destroy(kv->filter);
	leveldb_cache_destroy(kv->cache);
	free(kv);
}

enum pr_err pr_kv_get(struct pr_kv *kv, uint8_t **value, size_t *value_len, const void *key, size_t key_len)
{
	char *error = NULL;
	*value = NULL;
	*value_len = 0;
	char *bytes = leveldb_get(kv->db, kv->read, key, key_len, value_len, &error);
	if (error) {
		*value_len = 0;
		return take(error, "get");
	}
	if (!bytes) return PR_ERR_NOT_FOUND;
	*value = (uint8_t *)bytes;
	return PR_OK;
}

void pr_kv_free(uint8_t *value)
{
	if (value) leveldb_free(value);
}

enum pr_err pr_kv_get_exact(struct pr_kv *kv, void *out, size_t len, const void *key, size_t key_len)
{
	uint8_t *value;
	size_t value_len;
	PR_FORWARD(pr_kv_get(kv, &value, &value_len, key, key_len));
	enum pr_err err = value_len == len ? PR_OK : PR_ERR_CORRUPT;
	if (err == PR_OK) memcpy(out, value, len);
	pr_kv_free(value);
	return err;
}

struct pr_kv_batch *pr_kv_batch_open(void)
{
	struct pr_kv_batch *batch = calloc(1, sizeof *batch);
	PR_CHECK(batch);
	batch->batch = leveldb_writebatch_create();
	return batch;
}

void pr_kv_batch_close(struct pr_kv_batch *batch)
{
	if (!batch) return;
	leveldb_writebatch_destroy(batch->batch);
	free(batch);
}

void pr_kv_batch_put(struct pr_kv_batch *batch, const void *key, size_t key_len, const void *value, size_t value_len)
{
	PR_CHECK(key_len <= PR_KV_KEY_BYTES_MAX);
	leveldb_writebatch_put(batch->batch, key, key_len, value, value_len);
	batch->count++;
}

void pr_kv_batch_delete(struct pr_kv_batch *batch, const void *key, size_t key_len)
{
	PR_CHECK(key_len <= PR_KV_KEY_BYTES_MAX);
	leveldb_writebatch_delete(batch->batch, key, key_len);
	batch->count++;
}

size_t pr_kv_batch_count(const struct pr_kv_batch *batch) { return batch->count; }

void pr_kv_batch_clear(struct pr_kv_batch *batch)
{
	leveldb_writebatch_clear(batch->batch);
	batch->count = 0;
}

enum pr_err pr_kv_write(struct pr_kv *kv, struct pr_kv_batch *batch, bool sync)
{
	char *error = NULL;
	leveldb_write(kv->db, sync ? kv->write_sync : kv->write_async, batch->batch, &error);
	PR_FORWARD(take(error, "write"));
	pr_kv_batch_clear(batch);
	return PR_OK;
}

enum pr_err pr_kv_put(struct pr_kv *kv, const void *key, size_t key_len, const void *value, size_t value_len, bool sync)
{
	PR_CHECK(key_len <= PR_KV_KEY_BYTES_MAX);
	char *error = NULL;
	leveldb_put(kv->db, sync ? kv->write_sync : kv->write_async, key, key_len, value, value_len, &error);
	return take(error, "put");
}

enum pr_err pr_kv_each(struct pr_kv *kv, const void *prefix, size_t prefix_len, const void *from, size_t from_len, pr_kv_visit visit,
		       void *ctx)
{
	PR_CHECK(from_len == 0 || (from_len >= prefix_len && memcmp(from, prefix, prefix_len) == 0));
	leveldb_iterator_t *it = leveldb_create_iterator(kv->db, kv->read);
	if (from_len) leveldb_iter_seek(it, from, from_len);
	else leveldb_iter_seek(it, prefix_len ? prefix : "", prefix_len);
	for (; leveldb_iter_valid(it); leveldb_iter_next(it)) {
		size_t key_len, value_len;
		const char *key = leveldb_iter_key(it, &key_len);
		if (key_len < prefix_len || (prefix_len && memcmp(key, prefix, prefix_len) != 0)) break;
		const char *value = leveldb_iter_value(it, &value_len);
		if (!visit(ctx, (const uint8_t *)key, key_len, (const uint8_t *)value, value_len)) break;
	}
	char *error = NULL;
	leveldb_iter_get_error(it, &error);
	leveldb_iter_destroy(it);
	return take(error, "iterate");
}
