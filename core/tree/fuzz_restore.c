/* Rows of leaves from a disk, (id 4, length 2, row)*: what decodes encodes to the same bytes, what is refused changes nothing, and no rows stop the program. */
#include <stdlib.h>

#include "core/base/cursor.h"
#include "core/base/fuzz.h"
#include "core/tree/state.h"

#define CAPACITY 64u

static void fuzz_one(const uint8_t *data, size_t size)
{
	static void    *mem;
	struct pr_state s;
	struct pr_leaf  leaf;
	uint8_t         row[PR_LEAF_ROW_BYTES_MAX], before32[32], after32[32];

	if (!mem) mem = aligned_alloc(64, pr_state_bytes(CAPACITY));
	PR_CHECK(mem);
	memset(mem, 0, pr_state_bytes(CAPACITY));
	pr_state_init(&s, mem, CAPACITY, 1);
	for (struct pr_cursor c = pr_cur(data, size); c.left > 0;) {
		uint32_t       id  = pr_cur_u32(&c);
		uint16_t       len = pr_cur_u16(&c);
		const uint8_t *bytes = pr_cur_bytes(&c, len);
		if (!bytes || !pr_leaf_row_decode(&leaf, bytes, len)) continue;
		PR_CHECK(pr_leaf_row_encode(row, &leaf) == len && memcmp(row, bytes, len) == 0);
		pr_state_root(&s, before32);
		if (pr_state_restore(&s, id, &leaf)) {
			uint32_t found;
			PR_CHECK(!pr_object_is_keyed(leaf.o.type) || (pr_state_find(&s, leaf.link.key, &found) && found == id));
			PR_CHECK(pr_leaf_row_encode(row, pr_state_leaf(&s, id)) == len && memcmp(row, bytes, len) == 0);
		} else {
			pr_state_root(&s, after32);
			PR_CHECK(memcmp(before32, after32, 32) == 0);
		}
	}
	pr_state_root(&s, after32);
}
