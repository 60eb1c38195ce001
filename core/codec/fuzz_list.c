/* Runs of (length uint16, bytes): the items stand one behind the other inside the run, written again they are what was read of it, and what
 * follows is the end or malformed. */
#include <string.h>

#include "core/base/be.h"
#include "core/base/fuzz.h"
#include "core/codec/list.h"

static void fuzz_one(const uint8_t *data, size_t size)
{
	const uint8_t *item;
	uint32_t len;
	size_t pos = 0, before = 0;

	for (; pr_run_next(&item, &len, &pos, data, size); before = pos) {
		uint8_t head[2];
		PR_CHECK(len >= 1 && len <= PR_CHUNK_BYTES_MAX && item == data + before + 2);
		PR_CHECK(pos == before + 2 + len && pos <= size);
		pr_be16_put(head, (uint16_t)len);
		PR_CHECK(memcmp(head, data + before, 2) == 0);
	}
	PR_CHECK(pos == before);
	if (pos == size || size - pos < 2) return;
	uint32_t announced = pr_be16(data + pos);
	PR_CHECK(announced == 0 || announced > PR_CHUNK_BYTES_MAX || announced > size - pos - 2);
}
