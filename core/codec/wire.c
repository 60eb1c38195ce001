#include "core/codec/wire.h"

#include <string.h>

#include "core/base/cursor.h"

static size_t put_field(uint8_t *out, enum pr_field_type type, const union pr_value *v, const uint8_t sig64[64])
{
	switch (type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX:
		PR_CHECK(v->num <= UINT32_MAX);
		pr_be32_put(out, (uint32_t)v->num);
		return 4;
	case PR_FIELD_U8:
		PR_CHECK(v->num <= UINT8_MAX);
		*out = (uint8_t)v->num;
		return 1;
	case PR_FIELD_VAR: pr_be64_put(out, v->num); return 8;
	case PR_FIELD_B20: memcpy(out, v->bytes, 20); return 20;
	case PR_FIELD_B32:
	case PR_FIELD_RND32: memcpy(out, v->bytes, 32); return 32;
	case PR_FIELD_SIG64: memcpy(out, sig64, 64); return 64;
	}
	PR_CHECK(false);
	return 0;
}

static void get_field(struct pr_cursor *c, enum pr_field_type type, union pr_value *v, uint8_t sig64[64])
{
	switch (type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX:
		v->num = pr_cur_u32(c);
		if (v->num >= PR_OBJECTS_MAX) pr_cur_fail(c);
		return;
	case PR_FIELD_U8: v->num = pr_cur_u8(c); return;
	case PR_FIELD_VAR: v->num = pr_cur_u64(c); return;
	case PR_FIELD_B20: pr_cur_copy(c, v->bytes, 20); return;
	case PR_FIELD_B32:
	case PR_FIELD_RND32: pr_cur_copy(c, v->bytes, 32); return;
	case PR_FIELD_SIG64: pr_cur_copy(c, sig64, 64); return;
	}
}

size_t pr_wire_encode(uint8_t *out, const struct pr_entry *e)
{
	const struct pr_kind_info *info = pr_kind_info(e->kind);
	size_t                     n    = 1;

	PR_CHECK(info);
	out[0] = e->kind;
	for (unsigned i = 0; i < info->field_count; i++) n += put_field(out + n, info->fields[i].type, &e->f[i], e->sig64);
	PR_CHECK(n == info->wire_bytes);
	return n;
}

bool pr_wire_decode(struct pr_entry *e, const uint8_t *bytes, size_t len)
{
	const struct pr_kind_info *info = len > 0 ? pr_kind_info(bytes[0]) : NULL;
	struct pr_cursor           c    = pr_cur(bytes, len);

	memset(e, 0, sizeof *e);
	if (!info || len != info->wire_bytes) return false;
	e->kind = pr_cur_u8(&c);
	for (unsigned i = 0; i < info->field_count; i++) get_field(&c, info->fields[i].type, &e->f[i], e->sig64);
	if (pr_cur_done(&c)) return true;
	memset(e, 0, sizeof *e);
	return false;
}

size_t pr_wire_length(const uint8_t *bytes, size_t len)
{
	const struct pr_kind_info *info = len > 0 ? pr_kind_info(bytes[0]) : NULL;
	return info ? info->wire_bytes : 0;
}
