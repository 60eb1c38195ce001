/* Wire form of entries: what decodes is written back byte for byte, and only a kind's own length decodes. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/codec/wire.h"

static void fuzz_one(const uint8_t *data, size_t size)
{
	struct pr_entry e, zero;
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t length = pr_wire_length(data, size);

	memset(&zero, 0, sizeof zero);
	if (!pr_wire_decode(&e, data, size)) {
		PR_CHECK(size == 0 || length != size);
		PR_CHECK(memcmp(&e, &zero, sizeof e) == 0);
		return;
	}
	PR_CHECK(length == size && e.kind == data[0]);
	PR_CHECK(pr_wire_encode(wire, &e) == size && memcmp(wire, data, size) == 0);
}
