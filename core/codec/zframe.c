#include "core/codec/zframe.h"

#include <string.h>

#include "core/base/cursor.h"
#include "core/codec/zframe_parts.h"

#define MAGIC_BYTES 4
#define SINGLE_SEGMENT 0x20u
#define ONE_BYTE_MAX 255u /* contents up to this many bytes give their size in one byte, else minus 256 in two */
#define TWO_BYTES_BASE 256u
PR_STATIC_ASSERT(PR_ZFRAME_CONTENT_MAX < TWO_BYTES_BASE + 0x10000u, "two bytes hold every content size");
#define SIZE_FIELD_TWO 0x40u

static const uint8_t magic[MAGIC_BYTES] = { 0x28, 0xB5, 0x2F, 0xFD };

enum block_type { BLOCK_RAW = 0, BLOCK_COMPRESSED = 2 };
enum literals_type { LITERALS_RAW = 0, LITERALS_RLE = 1, LITERALS_HUFFMAN = 2 };
enum table_mode { TABLE_PREDEFINED = 0, TABLE_SINGLE = 1, TABLE_FSE = 2 };

/* The next n bytes (at most 5) as a little-endian number. */
static uint64_t read_le(struct pr_cursor *c, size_t n)
{
	const uint8_t *p = pr_cur_bytes(c, n);
	uint64_t v = 0;
	for (size_t i = 0; p && i < n; i++) v |= (uint64_t)p[i] << (8 * i);
	return v;
}

/* ---- Literals section. ---- */

/* Decodes the section at the front of the block into lits; *count = their number, at most max. */
static bool literals_read(struct pr_cursor *c, uint8_t *lits, size_t *count, size_t max)
{
	if (c->left == 0) return false;
	unsigned type = c->pos[0] & 3, format = c->pos[0] >> 2 & 3;

	if (type == LITERALS_HUFFMAN) {
		unsigned width = format < 2 ? 10 : format == 2 ? 14 : 18;
		uint64_t header = read_le(c, format < 2 ? 3 : format + 2u), mask = (1u << width) - 1;
		size_t n = header >> 4 & mask, src_len = header >> (4 + width) & mask;
		const uint8_t *src = pr_cur_bytes(c, src_len);
		*count = n;
		return src && n <= max && pr_zhuf_decode(lits, n, format != 0, src, src_len);
	}

	size_t n = format == 1 ? read_le(c, 2) >> 4 : format == 3 ? read_le(c, 3) >> 4 : read_le(c, 1) >> 3;
	if (type > LITERALS_RLE || n > max) return false;
	const uint8_t *src = pr_cur_bytes(c, type == LITERALS_RAW ? n : 1);
	if (!src) return false;
	if (type == LITERALS_RAW) memcpy(lits, src, n);
	else memset(lits, src[0], n);
	*count = n;
	return true;
}

/* ---- Sequences section. ---- */

struct content {
	uint8_t *out;
	size_t len, pos; /* pos <= len */
	const uint8_t *lits;
	size_t lits_left;
	size_t repeat[3]; /* the latest offsets, newest first */
};

static bool table_read(struct pr_cursor *c, struct pr_zfse_table *t, const struct pr_zfse_kind *kind, unsigned mode)
{
	size_t used;
	switch (mode) {
	case TABLE_PREDEFINED:
		pr_zfse_predefined(t, kind);
		return true;
	case TABLE_SINGLE:
		return c->left > 0 && pr_zfse_single(t, kind, pr_cur_u8(c));
	case TABLE_FSE:
		return pr_zfse_read(t, &used, kind, c->pos, c->left) && pr_cur_bytes(c, used);
	default: /* the fourth mode, repeat, has nothing to repeat in a first block */
		return false;
	}
}

/* The offset meant by an offset value, and the history after it (RFC 8878 section 3.1.1.5); 0 if invalid. */
static size_t offset_resolve(size_t repeat[3], size_t value, bool no_literals)
{
	size_t offset;
	if (value > 3) {
		offset = value - 3;
	} else {
		size_t index = value - 1 + no_literals;
		if (index == 0) return repeat[0];
		offset = index == 3 ? repeat[0] - 1 : repeat[index];
		if (index == 1) {
			repeat[1] = repeat[0];
			repeat[0] = offset;
			return offset;
		}
	}
	repeat[2] = repeat[1];
	repeat[1] = repeat[0];
	repeat[0] = offset;
	return offset;
}

/* Appends count literals, then a match of match_len bytes that starts offset bytes back. */
static bool sequence_apply(struct content *o, size_t count, size_t match_len, size_t offset)
{
	if (count > o->lits_left || count + match_len > o->len - o->pos) return false;
	memcpy(o->out + o->pos, o->lits, count);
	o->pos += count;
	o->lits += count;
	o->lits_left -= count;
	if (offset == 0 || offset > o->pos) return false;
	uint8_t *to = o->out + o->pos;
	for (size_t i = 0; i < match_len; i++) to[i] = *(to + i - offset); /* source and target may overlap */
	o->pos += match_len;
	return true;
}

static bool sequences_run(struct content *o, size_t count, struct pr_cursor *c)
{
	struct pr_zfse_table lengths, offsets, matches;
	struct pr_zbits bits;
	unsigned modes = pr_cur_u8(c);

	if (!pr_cur_ok(c) || (modes & 3) != 0) return false;
	if (!table_read(c, &lengths, &pr_zfse_literal_length, modes >> 6)) return false;
	if (!table_read(c, &offsets, &pr_zfse_offset, modes >> 4 & 3)) return false;
	if (!table_read(c, &matches, &pr_zfse_match_length, modes >> 2 & 3)) return false;
	if (!pr_zbits_init(&bits, c->pos, c->left)) return false;

	uint32_t length_state = pr_zbits_read(&bits, lengths.log);
	uint32_t offset_state = pr_zbits_read(&bits, offsets.log);
	uint32_t match_state = pr_zbits_read(&bits, matches.log);
	for (;;) {
		const struct pr_zfse_cell *l = &lengths.cells[length_state];
		const struct pr_zfse_cell *f = &offsets.cells[offset_state];
		const struct pr_zfse_cell *m = &matches.cells[match_state];
		size_t value = (size_t)f->base + pr_zbits_read(&bits, f->extra_bits);
		size_t match_len = m->base + pr_zbits_read(&bits, m->extra_bits);
		size_t lits = l->base + pr_zbits_read(&bits, l->extra_bits);
		size_t offset = offset_resolve(o->repeat, value, lits == 0);
		if (!sequence_apply(o, lits, match_len, offset)) return false;
		if (--count == 0) return pr_zbits_done(&bits);
		length_state = l->next + pr_zbits_read(&bits, l->state_bits);
		match_state = m->next + pr_zbits_read(&bits, m->state_bits);
		offset_state = f->next + pr_zbits_read(&bits, f->state_bits);
	}
}

static bool sequence_count_read(struct pr_cursor *c, size_t *count)
{
	size_t n = pr_cur_u8(c);
	*count = n;
	if (!pr_cur_ok(c)) return false;
	if (n == 0) return c->left == 0;
	if (n >= 128) *count = ((n - 128) << 8) + pr_cur_u8(c); /* 255 opens a longer form, over the bound anyhow */
	return pr_cur_ok(c) && *count > 0 && *count <= PR_ZFRAME_SEQUENCES_MAX;
}

static bool block_decode(uint8_t *out, size_t len, struct pr_cursor *c)
{
	uint8_t lits[PR_ZFRAME_CONTENT_MAX];
	size_t lits_count, count;

	if (!literals_read(c, lits, &lits_count, len)) return false;
	if (!sequence_count_read(c, &count) || 3 * count + lits_count > len) return false;
	struct content o = { .out = out, .len = len, .lits = lits, .lits_left = lits_count, .repeat = { 1, 4, 8 } };
	if (count > 0 && !sequences_run(&o, count, c)) return false;
	if (o.lits_left != len - o.pos) return false;
	memcpy(out + o.pos, o.lits, o.lits_left);
	return true;
}

/* ---- Frame. ---- */

static bool content_len_read(struct pr_cursor *c, size_t *len)
{
	unsigned descriptor = pr_cur_u8(c);
	if (descriptor == SINGLE_SEGMENT) *len = read_le(c, 1);
	else if (descriptor == (SINGLE_SEGMENT | SIZE_FIELD_TWO)) *len = TWO_BYTES_BASE + read_le(c, 2);
	else return false;
	return pr_cur_ok(c) && *len > 0 && *len <= PR_ZFRAME_CONTENT_MAX;
}

bool pr_zframe_decode(uint8_t *out, size_t out_cap, size_t *out_len, const uint8_t *frame, size_t frame_len)
{
	struct pr_cursor c = pr_cur(frame, frame_len);
	size_t len;

	PR_CHECK(out && out_cap >= PR_ZFRAME_CONTENT_MAX);
	*out_len = 0;
	const uint8_t *start = pr_cur_bytes(&c, MAGIC_BYTES);
	if (!start || memcmp(start, magic, MAGIC_BYTES) != 0 || !content_len_read(&c, &len)) return false;

	uint64_t header = read_le(&c, 3);
	uint64_t type = header >> 1 & 3;
	if (!pr_cur_ok(&c) || (header & 1) == 0 || header >> 3 != c.left || c.left > len) return false;
	if (type == BLOCK_RAW) {
		if (c.left != len) return false;
		memcpy(out, c.pos, len);
	} else if (type != BLOCK_COMPRESSED || !block_decode(out, len, &c)) {
		return false;
	}
	*out_len = len;
	return true;
}

size_t pr_zframe_header_put(uint8_t *out, size_t content_len)
{
	uint8_t *p = out;
	PR_CHECK(content_len > 0 && content_len <= PR_ZFRAME_CONTENT_MAX);
	memcpy(p, magic, MAGIC_BYTES);
	p += MAGIC_BYTES;
	if (content_len <= ONE_BYTE_MAX) {
		*p++ = SINGLE_SEGMENT;
		*p++ = (uint8_t)content_len;
	} else {
		*p++ = SINGLE_SEGMENT | SIZE_FIELD_TWO;
		*p++ = (uint8_t)(content_len - TWO_BYTES_BASE);
		*p++ = (uint8_t)((content_len - TWO_BYTES_BASE) >> 8);
	}
	uint32_t header = (uint32_t)content_len << 3 | (uint32_t)BLOCK_RAW << 1 | 1;
	*p++ = (uint8_t)header;
	*p++ = (uint8_t)(header >> 8);
	*p++ = (uint8_t)(header >> 16);
	return (size_t)(p - out);
}
