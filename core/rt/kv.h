/* A durable ordered map from byte strings to byte strings: LevelDB behind our errors.
 *
 * One process opens it at a time.  Reads and writes may come from several threads; an iterator or a batch belongs to
 * one thread. */
#ifndef PR_RT_KV_H
#define PR_RT_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define PR_KV_KEY_BYTES_MAX 1024

struct pr_kv;
struct pr_kv_batch;

/* Opens, making it if missing, with paranoid checks.  cache_bytes: block cache; write_buffer_bytes: memtable.
 * PR_ERR_CORRUPT, PR_ERR_IO (also: held by another process).  On error *out = NULL. */
PR_MUST_USE enum pr_err pr_kv_open(struct pr_kv **out, const char *dir, size_t cache_bytes, size_t write_buffer_bytes);
void pr_kv_close(struct pr_kv *kv);

/* *value = a new allocation (pr_kv_free it).  PR_ERR_NOT_FOUND.  On error *value = NULL, *value_len = 0. */
PR_MUST_USE enum pr_err pr_kv_get(struct pr_kv *kv, uint8_t **value, size_t *value_len, const void *key, size_t key_len);
void pr_kv_free(uint8_t *value);

/* Copies a value that must be exactly len bytes.  PR_ERR_NOT_FOUND; PR_ERR_CORRUPT if its length differs.  out is
 * untouched on error. */
PR_MUST_USE enum pr_err pr_kv_get_exact(struct pr_kv *kv, void *out, size_t len, const void *key, size_t key_len);

/* A batch is applied whole or not at all, and can be used again after pr_kv_write (which clears it). */
struct pr_kv_batch *pr_kv_batch_open(void);
void pr_kv_batch_close(struct pr_kv_batch *batch);
void pr_kv_batch_put(struct pr_kv_batch *batch, const void *key, size_t key_len, const void *value, size_t value_len);
void pr_kv_batch_delete(struct pr_kv_batch *batch, const void *key, size_t key_len);
size_t pr_kv_batch_count(const struct pr_kv_batch *batch);
void pr_kv_batch_clear(struct pr_kv_batch *batch);

/* Applies the batch; sync: durable before return.  The batch is cleared on success only. */
PR_MUST_USE enum pr_err pr_kv_write(struct pr_kv *kv, struct pr_kv_batch *batch, bool sync);

/* One key at a time, for small uses. */
PR_MUST_USE enum pr_err pr_kv_put(struct pr_kv *kv, const void *key, size_t key_len, const void *value, size_t value_len, bool sync);

/* Calls visit for every key that starts with prefix and is at or after `from` (prefix itself if from_len = 0), in key
 * order, over one consistent snapshot, until visit returns false.  Pointers are borrowed for the call. */
typedef bool (*pr_kv_visit)(void *ctx, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len);
PR_MUST_USE enum pr_err pr_kv_each(struct pr_kv *kv, const void *prefix, size_t prefix_len, const void *from, size_t from_len,
				   pr_kv_visit visit, void *ctx);

#endif
