/* Whatever the strict reader accepts, the writer gives back byte for byte. */
#include <string.h>

#include "core/base/fuzz.h"
#include "core/l1/rlp.h"

#define DEPTH_MAX 64

static bool copy_items(struct pr_rlp *w, struct pr_cursor *c, unsigned depth)
{
	while (pr_cur_ok(c) && c->left > 0) {
		struct pr_rlp_item item;
		if (!pr_rlp_next(c, &item)) return false;
		if (!item.is_list) {
			pr_rlp_bytes(w, item.body.pos, item.body.left);
			continue;
		}
		size_t mark = pr_rlp_list_begin(w);
		if (depth >= DEPTH_MAX || !copy_items(w, &item.body, depth + 1)) return false;
		pr_rlp_list_end(w, mark);
	}
	return pr_cur_done(c);
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	static uint8_t out[1u << 20];
	struct pr_cursor c = pr_cur(data, size);
	struct pr_rlp w = pr_rlp(out, sizeof out);
	if (!copy_items(&w, &c, 0)) return;
	PR_CHECK(pr_rlp_ok(&w) && w.len == size);
	PR_CHECK(memcmp(out, data, size) == 0);

	/* Integers: those accepted have one encoding as well. */
	c = pr_cur(data, size);
	pr_u128 value;
	if (!pr_rlp_next_uint(&c, &value)) return;
	w = pr_rlp(out, sizeof out);
	pr_rlp_uint(&w, value);
	PR_CHECK(w.len == size - c.left && memcmp(out, data, w.len) == 0);
}
