/* Wire form of entries: what decodes is written back byte for byte, and a kind's own length decodes unless an id is out of range. */
#include <string.h>

#include "core/base/be.h"
#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/codec/wire.h"

/* Some id of an entry of the right length is OBJECTS_MAX or more. */
static bool id_too_large(const uint8_t *wire)
{
	const struct pr_kind_info *info = pr_kind_info(wire[0]);
	size_t                     at   = 1;
	for (unsigned i = 0; i < info->field_count; i++) {
		enum pr_field_type type = info->fields[i].type;
		if (pr_field_is_id(type) && pr_be32(wire + at) >= PR_OBJECTS_MAX) return true;
		at += pr_field_is_id(type) ? 4u : type == PR_FIELD_U8 ? 1u : type == PR_FIELD_VAR ? 8u : type == PR_FIELD_B20 ? 20u : type == PR_FIELD_SIG64 ? 64u : 32u;
	}
	return false;
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	struct pr_entry e, zero;
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t length = pr_wire_length(data, size);

	memset(&zero, 0, sizeof zero);
	if (!pr_wire_decode(&e, data, size)) {
		PR_CHECK(size == 0 || length != size || id_too_large(data));
		PR_CHECK(memcmp(&e, &zero, sizeof e) == 0);
		return;
	}
	PR_CHECK(length == size && e.kind == data[0]);
	PR_CHECK(pr_wire_encode(wire, &e) == size && memcmp(wire, data, size) == 0);
}
