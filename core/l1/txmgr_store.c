#include "core/l1/txmgr_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cursor.h"
#include "core/crypto/sha256.h"
#include "core/rt/log.h"

#define VERSION 1
#define CACHE_BYTES (1u << 20)
#define WRITE_BUFFER_BYTES (1u << 20)
#define META_BYTES (1 + 8 + 20)
#define BODY_HEADER_BYTES (20 + 16 + 8)
#define ID_KEY_BYTES 9
#define ATTEMPT_BYTES (16 + 16 + 8 + 32)

/* Fixed part, three counted texts, attempts. */
PR_STATIC_ASSERT(1 + 1 + 8 * 4 + 16 + 32 * 3 + 8 + 3 * 2 + PR_TXMGR_TAG_BYTES_MAX + 2 * PR_TXMGR_REASON_BYTES + 4 +
                         PR_TXMGR_ATTEMPTS_MAX * ATTEMPT_BYTES <= PR_TXMGR_RECORD_BYTES_MAX,
                 "a record fits");

static void id_key(uint8_t key[ID_KEY_BYTES], char kind, uint64_t id)
{
	key[0] = (uint8_t)kind;
	pr_be64_put(key + 1, id);
}

enum pr_err pr_txmgr_store_open(struct pr_kv **kv, const char *dir, uint64_t chain_id, const uint8_t addr20[20])
{
	uint8_t want[META_BYTES], got[META_BYTES];
	want[0] = VERSION;
	pr_be64_put(want + 1, chain_id);
	memcpy(want + 9, addr20, 20);
	PR_FORWARD(pr_kv_open(kv, dir, CACHE_BYTES, WRITE_BUFFER_BYTES));
	enum pr_err err = pr_kv_get_exact(*kv, got, META_BYTES, "m", 1);
	if (err == PR_ERR_NOT_FOUND) err = pr_kv_put(*kv, "m", 1, want, META_BYTES, true);
	else if (err == PR_OK && memcmp(want, got, META_BYTES) != 0) {
		PR_LOG_ERROR("transactions path=%s reason=\"they are of another key or another chain\"", dir);
		err = PR_ERR_CONFIG;
	}
	if (err != PR_OK) {
		pr_kv_close(*kv);
		*kv = NULL;
	}
	return err;
}

static void body_header(uint8_t out[BODY_HEADER_BYTES], const struct pr_txmgr_intent *intent)
{
	memcpy(out, intent->to20, 20);
	pr_be128_put(out + 20, intent->value);
	pr_be64_put(out + 36, intent->gas_limit);
}

void pr_txmgr_content(uint8_t content32[32], const struct pr_txmgr_intent *intent)
{
	uint8_t header[BODY_HEADER_BYTES];
	struct pr_sha256 h;
	body_header(header, intent);
	pr_sha256_init(&h);
	pr_sha256_update(&h, header, sizeof header);
	pr_sha256_update(&h, intent->data, intent->data_len);
	pr_sha256_final(&h, content32);
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t len)
{
	memcpy(p, bytes, len);
	return p + len;
}

static uint8_t *put_u64(uint8_t *p, uint64_t v)
{
	pr_be64_put(p, v);
	return p + 8;
}

static uint8_t *put_u128(uint8_t *p, pr_u128 v)
{
	pr_be128_put(p, v);
	return p + 16;
}

static uint8_t *put_text(uint8_t *p, const void *bytes, size_t len)
{
	pr_be16_put(p, (uint16_t)len);
	return put_bytes(p + 2, bytes, len);
}

size_t pr_txmgr_record_encode(uint8_t out[PR_TXMGR_RECORD_BYTES_MAX], const struct pr_txmgr_record *record)
{
	const struct pr_txmgr_status *s = &record->status;
	uint8_t *p = out;
	PR_CHECK(s->attempts <= PR_TXMGR_ATTEMPTS_MAX && s->revert_len <= PR_TXMGR_REASON_BYTES);
	*p++ = VERSION;
	*p++ = (uint8_t)s->state;
	p = put_u64(p, s->id);
	p = put_u64(p, record->order);
	p = put_u64(p, s->nonce);
	p = put_u64(p, s->block_number);
	p = put_u64(p, s->gas_used);
	p = put_u128(p, s->gas_price);
	p = put_bytes(p, s->hash32, 32);
	p = put_bytes(p, record->content32, 32);
	p = put_bytes(p, record->block_hash32, 32);
	p = put_text(p, s->tag, strlen(s->tag));
	p = put_text(p, s->reason, strlen(s->reason));
	p = put_text(p, s->revert, s->revert_len);
	pr_be32_put(p, s->attempts);
	p += 4;
	for (uint32_t i = 0; i < s->attempts; i++) {
		const struct pr_txmgr_attempt *a = &record->attempts[i];
		p = put_u128(p, a->max_fee);
		p = put_u128(p, a->max_priority_fee);
		p = put_u64(p, a->gas_limit);
		p = put_bytes(p, a->hash32, 32);
	}
	return (size_t)(p - out);
}

/* A counted text of at most max bytes, copied; returns its length. */
static size_t get_text(struct pr_cursor *c, void *out, size_t max)
{
	size_t len = pr_cur_u16(c);
	if (len > max) pr_cur_fail(c);
	const uint8_t *p = pr_cur_bytes(c, len);
	if (!p) return 0;
	memcpy(out, p, len);
	return len;
}

enum pr_err pr_txmgr_record_decode(struct pr_txmgr_record *record, const uint8_t *bytes, size_t len)
{
	struct pr_cursor c = pr_cur(bytes, len);
	struct pr_txmgr_status *s = &record->status;
	memset(record, 0, sizeof *record);
	uint8_t version = pr_cur_u8(&c), state = pr_cur_u8(&c);
	if (version != VERSION || state > PR_TXMGR_FAILED) return PR_ERR_CORRUPT;
	s->state = (enum pr_txmgr_state)state;
	s->id = pr_cur_u64(&c);
	record->order = pr_cur_u64(&c);
	s->nonce = pr_cur_u64(&c);
	s->block_number = pr_cur_u64(&c);
	s->gas_used = pr_cur_u64(&c);
	s->gas_price = pr_cur_u128(&c);
	pr_cur_copy(&c, s->hash32, 32);
	pr_cur_copy(&c, record->content32, 32);
	pr_cur_copy(&c, record->block_hash32, 32);
	(void)get_text(&c, s->tag, PR_TXMGR_TAG_BYTES_MAX);
	(void)get_text(&c, s->reason, PR_TXMGR_REASON_BYTES - 1);
	s->revert_len = (uint32_t)get_text(&c, s->revert, PR_TXMGR_REASON_BYTES);
	s->attempts = pr_cur_u32(&c);
	if (s->attempts > PR_TXMGR_ATTEMPTS_MAX) return PR_ERR_CORRUPT;
	for (uint32_t i = 0; i < s->attempts; i++) {
		struct pr_txmgr_attempt *a = &record->attempts[i];
		a->max_fee = pr_cur_u128(&c);
		a->max_priority_fee = pr_cur_u128(&c);
		a->gas_limit = pr_cur_u64(&c);
		pr_cur_copy(&c, a->hash32, 32);
	}
	return pr_cur_done(&c) ? PR_OK : PR_ERR_CORRUPT;
}

static void batch_record(struct pr_kv_batch *batch, const struct pr_txmgr_record *record)
{
	uint8_t key[ID_KEY_BYTES], bytes[PR_TXMGR_RECORD_BYTES_MAX];
	id_key(key, 's', record->status.id);
	pr_kv_batch_put(batch, key, sizeof key, bytes, pr_txmgr_record_encode(bytes, record));
}

enum pr_err pr_txmgr_store_new(struct pr_kv *kv, const struct pr_txmgr_record *record, const struct pr_txmgr_intent *intent)
{
	uint8_t key[ID_KEY_BYTES];
	size_t len = BODY_HEADER_BYTES + intent->data_len;
	uint8_t *body = malloc(len);
	struct pr_kv_batch *batch = pr_kv_batch_open();
	PR_CHECK(body && batch);
	body_header(body, intent);
	if (intent->data_len > 0) memcpy(body + BODY_HEADER_BYTES, intent->data, intent->data_len);
	id_key(key, 'b', intent->id);
	pr_kv_batch_put(batch, key, sizeof key, body, len);
	batch_record(batch, record);
	enum pr_err err = pr_kv_write(kv, batch, true);
	pr_kv_batch_close(batch);
	free(body);
	return err;
}

enum pr_err pr_txmgr_store_put(struct pr_kv *kv, const struct pr_txmgr_record *record)
{
	uint8_t key[ID_KEY_BYTES];
	struct pr_kv_batch *batch = pr_kv_batch_open();
	PR_CHECK(batch);
	batch_record(batch, record);
	if (record->status.state == PR_TXMGR_DONE || record->status.state == PR_TXMGR_FAILED) {
		id_key(key, 'b', record->status.id);
		pr_kv_batch_delete(batch, key, sizeof key);
	}
	enum pr_err err = pr_kv_write(kv, batch, true);
	pr_kv_batch_close(batch);
	return err;
}

enum pr_err pr_txmgr_store_get(struct pr_kv *kv, struct pr_txmgr_record *record, uint64_t id)
{
	uint8_t key[ID_KEY_BYTES], *value;
	size_t len;
	id_key(key, 's', id);
	PR_FORWARD(pr_kv_get(kv, &value, &len, key, sizeof key));
	enum pr_err err = pr_txmgr_record_decode(record, value, len);
	pr_kv_free(value);
	return err == PR_OK && record->status.id != id ? PR_ERR_CORRUPT : err;
}

enum pr_err pr_txmgr_store_body(struct pr_kv *kv, struct pr_txmgr_body *body, uint64_t id)
{
	uint8_t key[ID_KEY_BYTES];
	size_t len;
	memset(body, 0, sizeof *body);
	id_key(key, 'b', id);
	enum pr_err err = pr_kv_get(kv, &body->owned, &len, key, sizeof key);
	if (err == PR_ERR_NOT_FOUND || (err == PR_OK && len < BODY_HEADER_BYTES)) {
		pr_txmgr_body_free(body);
		return PR_ERR_CORRUPT;
	}
	PR_FORWARD(err);
	memcpy(body->to20, body->owned, 20);
	body->value = pr_be128(body->owned + 20);
	body->gas_limit = pr_be64(body->owned + 36);
	body->data = body->owned + BODY_HEADER_BYTES;
	body->data_len = len - BODY_HEADER_BYTES;
	return PR_OK;
}

void pr_txmgr_body_free(struct pr_txmgr_body *body)
{
	if (body->owned) pr_kv_free(body->owned);
	memset(body, 0, sizeof *body);
}

struct id_list {
	uint64_t *ids;
	size_t room, count;
	bool bad;
};

static bool visit_id(void *ctx, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len)
{
	struct id_list *list = ctx;
	(void)value;
	(void)value_len;
	list->bad = key_len != ID_KEY_BYTES || list->count == list->room;
	if (list->bad) return false;
	list->ids[list->count++] = pr_be64(key + 1);
	return true;
}

enum pr_err pr_txmgr_store_live(struct pr_kv *kv, uint64_t *ids, size_t room, size_t *count)
{
	struct id_list list = { ids, room, 0, false };
	*count = 0;
	PR_FORWARD(pr_kv_each(kv, "b", 1, NULL, 0, visit_id, &list));
	if (list.bad) return PR_ERR_CORRUPT;
	*count = list.count;
	return PR_OK;
}
