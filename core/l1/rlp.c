#include "core/l1/rlp.h"

#include <string.h>

/* A header is the base plus the length if that is at most 55, else base + 55 + (bytes of the length), then the length. */
#define STRING_BASE 0x80
#define LIST_BASE 0xc0
#define SHORT_MAX 55
#define HEADER_BYTES_MAX 9

static size_t header(uint8_t out[HEADER_BYTES_MAX], uint8_t base, size_t len)
{
	if (len <= SHORT_MAX) {
		out[0] = (uint8_t)(base + len);
		return 1;
	}
	unsigned width = 8 - (unsigned)__builtin_clzll(len) / 8;
	out[0] = (uint8_t)(base + SHORT_MAX + width);
	for (unsigned i = 0; i < width; i++) out[1 + i] = (uint8_t)(len >> 8 * (width - 1 - i));
	return 1 + width;
}

static void put(struct pr_rlp *w, const uint8_t *bytes, size_t len)
{
	PR_CHECK(w->len <= w->room);
	if (w->full || len > w->room - w->len) {
		w->full = true;
		return;
	}
	if (len > 0) memcpy(w->buf + w->len, bytes, len);
	w->len += len;
}

void pr_rlp_bytes(struct pr_rlp *w, const uint8_t *bytes, size_t len)
{
	uint8_t head[HEADER_BYTES_MAX];
	if (len != 1 || bytes[0] >= STRING_BASE) put(w, head, header(head, STRING_BASE, len));
	put(w, bytes, len);
}

void pr_rlp_uint_be(struct pr_rlp *w, const uint8_t *be, size_t len)
{
	while (len > 0 && be[0] == 0) {
		be++;
		len--;
	}
	pr_rlp_bytes(w, be, len);
}

void pr_rlp_uint(struct pr_rlp *w, pr_u128 value)
{
	uint8_t be[16];
	pr_be128_put(be, value);
	pr_rlp_uint_be(w, be, sizeof be);
}

size_t pr_rlp_list_begin(const struct pr_rlp *w) { return w->len; }

void pr_rlp_list_end(struct pr_rlp *w, size_t mark)
{
	uint8_t head[HEADER_BYTES_MAX];
	PR_CHECK(mark <= w->len);
	size_t body = w->len - mark, n = header(head, LIST_BASE, body);
	if (w->full || n > w->room - w->len) {
		w->full = true;
		return;
	}
	memmove(w->buf + mark + n, w->buf + mark, body);
	memcpy(w->buf + mark, head, n);
	w->len += n;
}

bool pr_rlp_next(struct pr_cursor *c, struct pr_rlp_item *item)
{
	uint8_t first = pr_cur_u8(c);
	const uint8_t *self = pr_cur_ok(c) ? c->pos - 1 : NULL;
	memset(item, 0, sizeof *item);
	if (!self) return false;
	if (first < STRING_BASE) {
		item->body = pr_cur(self, 1);
		return true;
	}
	item->is_list = first >= LIST_BASE;
	size_t len = (size_t)(first - (item->is_list ? LIST_BASE : STRING_BASE));
	if (len > SHORT_MAX) {
		size_t width = len - SHORT_MAX;
		len = 0;
		for (size_t i = 0; i < width; i++) {
			uint8_t b = pr_cur_u8(c);
			if (i == 0 && b == 0) pr_cur_fail(c);
			len = len << 8 | b;
		}
		if (len <= SHORT_MAX) pr_cur_fail(c);
	}
	const uint8_t *body = pr_cur_bytes(c, len);
	if (!body) return false;
	if (!item->is_list && len == 1 && body[0] < STRING_BASE) {
		pr_cur_fail(c);
		return false;
	}
	item->body = pr_cur(body, len);
	return true;
}

bool pr_rlp_next_fixed(struct pr_cursor *c, uint8_t *out, size_t len)
{
	struct pr_rlp_item item;
	memset(out, 0, len);
	if (!pr_rlp_next(c, &item)) return false;
	if (item.is_list || item.body.left != len) {
		pr_cur_fail(c);
		return false;
	}
	pr_cur_copy(&item.body, out, len);
	return true;
}

bool pr_rlp_next_uint(struct pr_cursor *c, pr_u128 *value)
{
	struct pr_rlp_item item;
	*value = 0;
	if (!pr_rlp_next(c, &item)) return false;
	if (item.is_list || item.body.left > 16 || (item.body.left > 0 && item.body.pos[0] == 0)) {
		pr_cur_fail(c);
		return false;
	}
	while (item.body.left > 0) *value = *value << 8 | pr_cur_u8(&item.body);
	return true;
}
