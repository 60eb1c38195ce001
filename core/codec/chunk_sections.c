#include <string.h>

#include "core/base/cursor.h"
#include "core/codec/chunk_parts.h"

/* Both directions walk the columns in the same order: kinds ascending, a kind's fields in order, entries in order. */

struct writer {
	uint8_t *plain, *raw;
	uint32_t plain_len, raw_len;
	const uint32_t *ids;
	uint32_t id_count;
};

static void write_value(struct writer *w, enum pr_field_type type, const struct pr_entry *e, const union pr_value *v)
{
	switch (type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX: w->plain[w->plain_len++] = (uint8_t)pr_id_search(w->ids, w->id_count, (uint32_t)v->num); return;
	case PR_FIELD_U8: w->plain[w->plain_len++] = (uint8_t)v->num; return;
	case PR_FIELD_VAR: w->plain_len += (uint32_t)pr_var_put(w->plain + w->plain_len, v->num); return;
	case PR_FIELD_B20:
		memcpy(w->plain + w->plain_len, v->bytes, 20);
		w->plain_len += 20;
		return;
	case PR_FIELD_B32:
		memcpy(w->plain + w->plain_len, v->bytes, 32);
		w->plain_len += 32;
		return;
	case PR_FIELD_RND32:
		memcpy(w->raw + w->raw_len, v->bytes, 32);
		w->raw_len += 32;
		return;
	case PR_FIELD_SIG64:
		memcpy(w->raw + w->raw_len, e->sig64, 64);
		w->raw_len += 64;
		return;
	}
}

/* What the table of ids holds for its i-th id. */
static uint32_t id_delta(const struct pr_chunk_sum *s, uint32_t i)
{
	return i == 0 ? s->id_table[0] : s->id_table[i] - s->id_table[i - 1] - 1;
}

/* The exact length of the plain section. */
static uint32_t plain_bytes(const struct pr_chunk_sum *s)
{
	uint32_t n = s->plain_bytes_max - s->ids * PR_ID_VAR_BYTES_MAX;
	for (uint32_t i = 0; i < s->ids; i++) n += pr_var_bytes(id_delta(s, i));
	return n;
}

bool pr_chunk_encode(uint8_t *plain, uint32_t *plain_len, uint8_t *raw, uint32_t *raw_len, const struct pr_chunk *chunk)
{
	struct pr_chunk_sum sum;
	struct writer       w = { .plain = plain, .raw = raw };

	*plain_len = *raw_len = 0;
	pr_chunk_sum_init(&sum);
	if (chunk->count == 0 || chunk->count > PR_CHUNK_ENTRIES_MAX) return false;
	for (uint32_t i = 0; i < chunk->count; i++)
		if (!pr_chunk_sum_entry(&sum, &chunk->entries[i])) return false;
	if (plain_bytes(&sum) > PR_CHUNK_PLAIN_MAX) return false;
	w.ids      = sum.id_table;
	w.id_count = sum.ids;
	plain[w.plain_len++] = (uint8_t)sum.ids;
	plain[w.plain_len++] = (uint8_t)chunk->count;
	for (uint32_t i = 0; i < chunk->count; i++) plain[w.plain_len++] = chunk->entries[i].kind;
	for (uint32_t i = 0; i < sum.ids; i++) w.plain_len += (uint32_t)pr_var_put(plain + w.plain_len, id_delta(&sum, i));
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++) {
		const struct pr_kind_info *info = pr_kind_info(kind);
		for (unsigned f = 0; f < info->field_count; f++)
			for (uint32_t i = 0; i < chunk->count; i++)
				if (chunk->entries[i].kind == kind) write_value(&w, info->fields[f].type, &chunk->entries[i], &chunk->entries[i].f[f]);
	}
	*plain_len = w.plain_len;
	*raw_len   = w.raw_len;
	return true;
}

struct reader {
	struct pr_cursor plain, raw;
	uint32_t ids[PR_CHUNK_LEAVES_MAX];
	uint32_t id_count;
	uint8_t named[PR_CHUNK_LEAVES_MAX];
};

static void read_value(struct reader *r, enum pr_field_type type, struct pr_entry *e, union pr_value *v)
{
	uint8_t index;
	switch (type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX:
		index = pr_cur_u8(&r->plain);
		if (index >= r->id_count) {
			pr_cur_fail(&r->plain);
			return;
		}
		v->num          = r->ids[index];
		r->named[index] = 1;
		return;
	case PR_FIELD_U8: v->num = pr_cur_u8(&r->plain); return;
	case PR_FIELD_VAR: v->num = pr_cur_var(&r->plain); return;
	case PR_FIELD_B20: pr_cur_copy(&r->plain, v->bytes, 20); return;
	case PR_FIELD_B32: pr_cur_copy(&r->plain, v->bytes, 32); return;
	case PR_FIELD_RND32: pr_cur_copy(&r->raw, v->bytes, 32); return;
	case PR_FIELD_SIG64: pr_cur_copy(&r->raw, e->sig64, 64); return;
	}
}

static bool read_ids(struct reader *r)
{
	uint64_t id = 0;
	for (uint32_t i = 0; i < r->id_count; i++) {
		uint64_t delta = pr_cur_var(&r->plain);
		if (!pr_cur_ok(&r->plain) || delta >= PR_OBJECTS_MAX) return false;
		id = i == 0 ? delta : id + delta + 1;
		if (id == 0 || id >= PR_OBJECTS_MAX) return false;
		r->ids[i] = (uint32_t)id;
	}
	return true;
}

/* Leaves, gas and links within the bounds (the other bounds follow from the sections' lengths). */
static bool weights_hold(const struct pr_chunk *chunk, uint32_t id_count)
{
	uint32_t leaves = id_count + 1, gas = 0;
	uint64_t links = 0;
	for (uint32_t i = 0; i < chunk->count; i++) {
		const struct pr_entry     *e    = &chunk->entries[i];
		const struct pr_kind_info *info = pr_kind_info(e->kind);
		leaves += info->implicit_leaves;
		gas += info->gas;
		if (e->kind != PR_KIND_STREAM_TICK) continue;
		if (e->f[PR_STREAM_TICK_COUNT].num > PR_CHUNK_LINKS_MAX) return false;
		links += e->f[PR_STREAM_TICK_COUNT].num;
	}
	return leaves <= PR_CHUNK_LEAVES_MAX && gas <= PR_CHUNK_GAS_MAX && links <= PR_CHUNK_LINKS_MAX;
}

static bool read_sections(struct pr_chunk *chunk, struct reader *r)
{
	uint32_t count;

	r->id_count = pr_cur_u8(&r->plain);
	count       = pr_cur_u8(&r->plain);
	if (!pr_cur_ok(&r->plain) || r->id_count > PR_CHUNK_LEAVES_MAX - 1 || count == 0 || count > PR_CHUNK_ENTRIES_MAX) return false;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t                    kind = pr_cur_u8(&r->plain);
		const struct pr_kind_info *info = pr_kind_info(kind);
		if (!info || info->place == PR_PLACE_INBOX) return false;
		memset(&chunk->entries[i], 0, sizeof chunk->entries[i]);
		chunk->entries[i].kind = kind;
	}
	if (!read_ids(r)) return false;
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++) {
		const struct pr_kind_info *info = pr_kind_info(kind);
		for (unsigned f = 0; f < info->field_count; f++)
			for (uint32_t i = 0; i < count; i++)
				if (chunk->entries[i].kind == kind) read_value(r, info->fields[f].type, &chunk->entries[i], &chunk->entries[i].f[f]);
	}
	if (!pr_cur_done(&r->plain) || !pr_cur_done(&r->raw)) return false;
	for (uint32_t i = 0; i < r->id_count; i++)
		if (!r->named[i]) return false;
	chunk->count = count;
	return true;
}

bool pr_chunk_decode_sections(struct pr_chunk *chunk, const uint8_t *plain, uint32_t plain_len, const uint8_t *raw, uint32_t raw_len)
{
	struct reader r = { .plain = pr_cur(plain, plain_len), .raw = pr_cur(raw, raw_len) };

	chunk->count = 0;
	if (plain_len > PR_CHUNK_PLAIN_MAX || raw_len > PR_CHUNK_RAW_MAX) return false;
	if (!read_sections(chunk, &r) || !weights_hold(chunk, r.id_count)) {
		chunk->count = 0;
		return false;
	}
	return true;
}
