#include "core/codec/chunk.h"

#include <string.h>

#include "core/base/cursor.h"
#include "core/codec/chunk_parts.h"
#include "core/codec/zframe.h"

bool pr_id_insert(uint32_t *ids, uint32_t *count, uint32_t room, uint32_t id)
{
	uint32_t at = pr_id_search(ids, *count, id);
	if (at < *count && ids[at] == id) return true;
	if (*count == room) return false;
	memmove(ids + at + 1, ids + at, (*count - at) * sizeof *ids);
	ids[at] = id;
	++*count;
	return true;
}

void pr_chunk_sum_init(struct pr_chunk_sum *s)
{
	memset(s, 0, sizeof *s);
	s->plain_bytes_max = 2;
}

static bool sum_field(struct pr_chunk_sum *s, enum pr_field_type type, uint64_t num)
{
	uint32_t ids = s->ids;
	switch (type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX:
		if (num == 0 || num >= PR_OBJECTS_MAX || !pr_id_insert(s->id_table, &s->ids, PR_CHUNK_LEAVES_MAX - 1, (uint32_t)num)) return false;
		s->plain_bytes_max += 1 + (s->ids - ids) * PR_ID_VAR_BYTES_MAX;
		return true;
	case PR_FIELD_U8: s->plain_bytes_max += 1; return num <= UINT8_MAX;
	case PR_FIELD_VAR: s->plain_bytes_max += pr_var_bytes(num); return true;
	case PR_FIELD_B20: s->plain_bytes_max += 20; return true;
	case PR_FIELD_B32: s->plain_bytes_max += 32; return true;
	case PR_FIELD_RND32: s->raw_bytes += 32; return true;
	case PR_FIELD_SIG64: s->raw_bytes += 64; return true;
	}
	return false;
}

bool pr_chunk_sum_entry(struct pr_chunk_sum *s, const struct pr_entry *e)
{
	const struct pr_kind_info *info = pr_kind_info(e->kind);

	if (!info || info->place == PR_PLACE_INBOX) return false;
	s->entries++;
	s->plain_bytes_max++;
	s->implicit += info->implicit_leaves;
	s->gas += info->gas;
	if (e->kind == PR_KIND_STREAM_TICK) {
		if (e->f[PR_STREAM_TICK_COUNT].num > PR_CHUNK_LINKS_MAX) return false;
		s->links += (uint32_t)e->f[PR_STREAM_TICK_COUNT].num;
	}
	for (unsigned i = 0; i < info->field_count; i++)
		if (!sum_field(s, info->fields[i].type, e->f[i].num)) return false;
	return s->entries <= PR_CHUNK_ENTRIES_MAX && s->ids + s->implicit + 1 <= PR_CHUNK_LEAVES_MAX && s->links <= PR_CHUNK_LINKS_MAX &&
	       s->gas <= PR_CHUNK_GAS_MAX && s->raw_bytes <= PR_CHUNK_RAW_MAX;
}

bool pr_chunk_sum_add(struct pr_chunk_sum *s, const struct pr_entry *e)
{
	struct pr_chunk_sum next = *s;

	if (!pr_chunk_sum_entry(&next, e) || next.plain_bytes_max > PR_CHUNK_PLAIN_MAX) return false;
	*s = next;
	return true;
}

uint32_t pr_chunk_assemble(uint8_t *out, const uint8_t *raw, uint32_t raw_len, const uint8_t *frame, uint32_t frame_len)
{
	PR_CHECK(raw_len <= PR_CHUNK_RAW_MAX && frame_len <= PR_CHUNK_BYTES_MAX - 3 - raw_len);
	out[0] = PR_CHUNK_FORMAT;
	pr_be16_put(out + 1, (uint16_t)raw_len);
	memcpy(out + 3, raw, raw_len);
	memcpy(out + 3 + raw_len, frame, frame_len);
	return 3 + raw_len + frame_len;
}

bool pr_chunk_decode(struct pr_chunk *chunk, const uint8_t *bytes, size_t len)
{
	uint8_t          plain[PR_ZFRAME_CONTENT_MAX];
	size_t           plain_len;
	struct pr_cursor c = pr_cur(bytes, len);

	chunk->count = 0;
	if (len > PR_CHUNK_BYTES_MAX) return false;
	uint8_t        format  = pr_cur_u8(&c);
	uint32_t       raw_len = pr_cur_u16(&c);
	const uint8_t *raw     = pr_cur_bytes(&c, raw_len);
	if (!pr_cur_ok(&c) || format != PR_CHUNK_FORMAT || raw_len > PR_CHUNK_RAW_MAX) return false;
	if (!pr_zframe_decode(plain, sizeof plain, &plain_len, c.pos, c.left)) return false;
	return pr_chunk_decode_sections(chunk, plain, (uint32_t)plain_len, raw, raw_len);
}

uint32_t pr_chunk_ids(uint32_t ids[PR_CHUNK_LEAVES_MAX], const struct pr_chunk *chunk)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < chunk->count; i++) {
		const struct pr_kind_info *info = pr_kind_info(chunk->entries[i].kind);
		for (unsigned j = 0; j < info->field_count; j++)
			if (pr_field_is_id(info->fields[j].type)) PR_CHECK(pr_id_insert(ids, &count, PR_CHUNK_LEAVES_MAX, (uint32_t)chunk->entries[i].f[j].num));
	}
	return count;
}
