/* A reader over bytes from outside.
 *
 * It never looks past its end.  After the first failure every read yields zero and pr_cur_ok stays false, so a
 * decoder reads in columns and tests once.  pr_cur_done is true only when nothing failed and all bytes were
 * used: trailing bytes are a refusal. */
#ifndef PR_BASE_CURSOR_H
#define PR_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/be.h"

struct pr_cursor {
	const uint8_t *pos; /* NULL after a failure */
	size_t left;        /* bytes not yet read; 0 after a failure */
};

static inline struct pr_cursor pr_cur(const uint8_t *bytes, size_t len)
{
	static const uint8_t empty[1];
	struct pr_cursor c = { bytes ? bytes : empty, bytes ? len : 0 };
	return c;
}

static inline bool pr_cur_ok(const struct pr_cursor *c) { return c->pos != NULL; }
static inline bool pr_cur_done(const struct pr_cursor *c) { return c->pos != NULL && c->left == 0; }

static inline void pr_cur_fail(struct pr_cursor *c)
{
	c->pos = NULL;
	c->left = 0;
}

/* The next n bytes, borrowed from the input; NULL (and failed) if fewer are left. */
static inline const uint8_t *pr_cur_bytes(struct pr_cursor *c, size_t n)
{
	const uint8_t *p = c->pos;
	if (!p || n > c->left) {
		pr_cur_fail(c);
		return NULL;
	}
	c->pos += n;
	c->left -= n;
	return p;
}

/* Copies the next n bytes to out; zeroes out on failure. */
static inline void pr_cur_copy(struct pr_cursor *c, uint8_t *out, size_t n)
{
	const uint8_t *p = pr_cur_bytes(c, n);
	if (p) memcpy(out, p, n);
	else memset(out, 0, n);
}

static inline uint8_t pr_cur_u8(struct pr_cursor *c)
{
	const uint8_t *p = pr_cur_bytes(c, 1);
	return p ? p[0] : 0;
}

static inline uint16_t pr_cur_u16(struct pr_cursor *c)
{
	const uint8_t *p = pr_cur_bytes(c, 2);
	return p ? pr_be16(p) : 0;
}

static inline uint32_t pr_cur_u32(struct pr_cursor *c)
{
	const uint8_t *p = pr_cur_bytes(c, 4);
	return p ? pr_be32(p) : 0;
}

static inline uint64_t pr_cur_u64(struct pr_cursor *c)
{
	const uint8_t *p = pr_cur_bytes(c, 8);
	return p ? pr_be64(p) : 0;
}

static inline pr_u128 pr_cur_u128(struct pr_cursor *c)
{
	const uint8_t *p = pr_cur_bytes(c, 16);
	return p ? pr_be128(p) : 0;
}

/* Unsigned LEB128 of at most 64 bits, shortest form only: a final byte of zero after the first, a value over
 * 64 bits or an eleventh byte is a failure, so that every value has one encoding. */
static inline uint64_t pr_cur_var(struct pr_cursor *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t b = pr_cur_u8(c);
		if (!pr_cur_ok(c)) return 0;
		if (shift == 63 && b > 1) break;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80) {
			if (b == 0 && shift > 0) break;
			return v;
		}
	}
	pr_cur_fail(c);
	return 0;
}

/* Writes v as shortest LEB128 to out (room for 10 bytes); returns the count of bytes written. */
static inline size_t pr_var_put(uint8_t *out, uint64_t v)
{
	size_t n = 0;
	while (v >= 0x80) {
		out[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (uint8_t)v;
	return n;
}

#endif
