/* The sections of a chunk written a second time, word for word after docs/spec/chunk.md section 1 and without any bound: what the codec is
 * compared with, and how lists that pass a bound are written down.  Header only. */
#ifndef TESTS_SUPPORT_PLAIN_CHUNK_H
#define TESTS_SUPPORT_PLAIN_CHUNK_H

#include <stdlib.h>
#include <string.h>

#include "core/types/entry.h"

#define PLAIN_ENTRIES_MAX 200u

struct plain_chunk {
	uint8_t plain[64u * 1024], raw[32u * 1024];
	uint32_t plain_len, raw_len;
	uint32_t ids[PLAIN_ENTRIES_MAX * PR_ENTRY_FIELDS_MAX];
	uint32_t id_count;
};

static inline int plain_id_order(const void *a, const void *b)
{
	uint32_t x, y;
	memcpy(&x, a, 4);
	memcpy(&y, b, 4);
	return x < y ? -1 : x > y;
}

static inline void plain_collect_ids(struct plain_chunk *c, const struct pr_entry *entries, uint32_t count)
{
	uint32_t n = 0, kept = 0;
	for (uint32_t i = 0; i < count; i++)
		for (unsigned f = 0; f < pr_kind_infos[entries[i].kind].field_count; f++)
			if (pr_field_is_id(pr_kind_infos[entries[i].kind].fields[f].type)) c->ids[n++] = (uint32_t)entries[i].f[f].num;
	qsort(c->ids, n, sizeof c->ids[0], plain_id_order);
	for (uint32_t i = 0; i < n; i++)
		if (kept == 0 || c->ids[kept - 1] != c->ids[i]) c->ids[kept++] = c->ids[i];
	c->id_count = kept;
}

static inline void plain_put(struct plain_chunk *c, uint8_t byte) { c->plain[c->plain_len++] = byte; }

static inline void plain_put_var(struct plain_chunk *c, uint64_t v)
{
	for (; v > 127; v /= 128) plain_put(c, (uint8_t)(128 + v % 128));
	plain_put(c, (uint8_t)v);
}

static inline void plain_put_field(struct plain_chunk *c, enum pr_field_type type, const struct pr_entry *e, unsigned f)
{
	if (pr_field_is_id(type)) {
		uint32_t index = 0;
		while (c->ids[index] != e->f[f].num) index++;
		plain_put(c, (uint8_t)index);
	} else if (type == PR_FIELD_VAR) {
		plain_put_var(c, e->f[f].num);
	} else if (type == PR_FIELD_U8) {
		plain_put(c, (uint8_t)e->f[f].num);
	} else if (type == PR_FIELD_RND32 || type == PR_FIELD_SIG64) {
		for (unsigned i = 0; i < (type == PR_FIELD_SIG64 ? 64u : 32u); i++)
			c->raw[c->raw_len++] = type == PR_FIELD_SIG64 ? e->sig64[i] : e->f[f].bytes[i];
	} else {
		for (unsigned i = 0; i < (type == PR_FIELD_B20 ? 20u : 32u); i++) plain_put(c, e->f[f].bytes[i]);
	}
}

/* count is at most PLAIN_ENTRIES_MAX; every kind must exist. */
static inline void plain_chunk_write(struct plain_chunk *c, const struct pr_entry *entries, uint32_t count)
{
	c->plain_len = c->raw_len = 0;
	plain_collect_ids(c, entries, count);
	plain_put(c, (uint8_t)c->id_count);
	plain_put(c, (uint8_t)count);
	for (uint32_t i = 0; i < count; i++) plain_put(c, entries[i].kind);
	for (uint32_t i = 0; i < c->id_count; i++) plain_put_var(c, i == 0 ? c->ids[0] : c->ids[i] - c->ids[i - 1] - 1);
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++)
		for (unsigned f = 0; f < pr_kind_infos[kind].field_count; f++)
			for (uint32_t i = 0; i < count; i++)
				if (entries[i].kind == kind) plain_put_field(c, pr_kind_infos[kind].fields[f].type, &entries[i], f);
}

/* True if the list that was written to c keeps every bound of docs/spec/chunk.md. */
static inline bool plain_chunk_fits(const struct plain_chunk *c, const struct pr_entry *entries, uint32_t count)
{
	unsigned __int128 links = 0;
	uint64_t gas = 0, leaves = 1 + c->id_count;
	for (uint32_t i = 0; i < count; i++) {
		const struct pr_kind_info *info = &pr_kind_infos[entries[i].kind];
		if (info->place == PR_PLACE_INBOX) return false;
		gas += info->gas;
		leaves += info->implicit_leaves;
		if (entries[i].kind == PR_KIND_STREAM_TICK) links += entries[i].f[PR_STREAM_TICK_COUNT].num;
	}
	if (c->id_count > 0 && (c->ids[0] == 0 || c->ids[c->id_count - 1] >= PR_OBJECTS_MAX)) return false;
	return count >= 1 && count <= PR_CHUNK_ENTRIES_MAX && leaves <= PR_CHUNK_LEAVES_MAX && gas <= PR_CHUNK_GAS_MAX &&
	       links <= PR_CHUNK_LINKS_MAX && c->plain_len <= PR_CHUNK_PLAIN_MAX && c->raw_len <= PR_CHUNK_RAW_MAX;
}

#endif
