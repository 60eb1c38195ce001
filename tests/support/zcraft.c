#include "tests/support/zcraft.h"

#include <string.h>

#include "core/codec/zframe_parts.h"

/* ---- Bits. ---- */

struct bits {
	uint8_t *out;
	size_t cap, count; /* count of bits written */
	bool full;
};

static void bits_put(struct bits *b, uint32_t value, unsigned count)
{
	for (unsigned i = 0; i < count; i++, b->count++) {
		size_t at = b->count >> 3;
		if (at >= b->cap) {
			b->full = true;
			return;
		}
		if ((b->count & 7) == 0) b->out[at] = 0;
		if (value >> i & 1) b->out[at] |= (uint8_t)(1 << (b->count & 7));
	}
}

/* A backward stream as the list of fields in the order in which a decoder reads them. */
struct fields {
	size_t count;
	bool bad;
	struct {
		uint32_t value;
		unsigned bits;
	} at[8200];
};

static void field_add(struct fields *f, uint32_t value, unsigned bits)
{
	if (f->count == sizeof f->at / sizeof f->at[0]) {
		f->bad = true;
		return;
	}
	f->at[f->count].value = value;
	f->at[f->count++].bits = bits;
}

/* Writes the stream with `slack` bits in front that nobody reads; returns its bytes, 0 on failure. */
static size_t fields_put(uint8_t *out, size_t cap, const struct fields *f, unsigned slack)
{
	struct bits b = { .out = out, .cap = cap };
	bits_put(&b, 0, slack);
	for (size_t i = f->count; i-- > 0;) bits_put(&b, f->at[i].value, f->at[i].bits);
	bits_put(&b, 1, 1);
	return b.full || f->bad ? 0 : (b.count + 7) / 8;
}

static unsigned log2_of(uint32_t v) { return 31 - (unsigned)__builtin_clz(v); }

/* ---- FSE. ---- */

/* Writes a table description (RFC 8878 section 4.1.1); returns its bytes. */
static size_t counts_put(uint8_t *out, size_t cap, const struct zcraft_table *t)
{
	struct bits b = { .out = out, .cap = cap };
	int left = 1 << t->log;
	bits_put(&b, t->log - 5, 4);
	for (unsigned s = 0; left > 0 && s < t->symbols;) {
		uint32_t v = (uint32_t)(t->counts[s] + 1);
		unsigned n = log2_of((uint32_t)left + 1) + 1;
		uint32_t few = (1u << n) - 2 - (uint32_t)left;
		if (v < few) bits_put(&b, v, n - 1);
		else bits_put(&b, v < 1u << (n - 1) ? v : v + few, n);
		left -= t->counts[s] < 0 ? 1 : t->counts[s];
		if (t->counts[s++] != 0) continue;
		unsigned zeros = 0;
		while (s < t->symbols && t->counts[s] == 0) {
			s++;
			if (++zeros == 3) {
				bits_put(&b, 3, 2);
				zeros = 0;
			}
		}
		bits_put(&b, zeros, 2);
	}
	return b.full ? 0 : (b.count + 7) / 8;
}

/* The decoding table of a description, by way of its bytes. */
static bool table_make(struct pr_zfse_table *t, const struct zcraft_table *from, const struct pr_zfse_kind *kind)
{
	uint8_t bytes[128];
	size_t used;
	if (from->mode == 0) pr_zfse_predefined(t, kind);
	else if (from->mode == 1) return pr_zfse_single(t, kind, from->single);
	else return pr_zfse_read(t, &used, kind, bytes, counts_put(bytes, sizeof bytes, from));
	return true;
}

/* A state of the symbol with this base value from which `next` can be reached; next < 0: any, with at least
 * min_bits state bits.  -1 if there is none. */
static int state_before(const struct pr_zfse_table *t, uint32_t base, int next, unsigned min_bits)
{
	for (int i = 0; i < 1 << t->log; i++) {
		const struct pr_zfse_cell *c = &t->cells[i];
		if (c->base != base) continue;
		if (next < 0 && c->state_bits >= min_bits) return i;
		if (next >= c->next && next < c->next + (1 << c->state_bits)) return i;
	}
	return -1;
}

static unsigned code_of(const struct pr_zfse_kind *kind, uint32_t value)
{
	unsigned code = 0;
	while (code + 1 < kind->symbols && kind->base[code + 1] <= value) code++;
	return code;
}

/* ---- Huffman. ---- */

static size_t weights_put(uint8_t *out, size_t cap, const struct zcraft_block *b)
{
	unsigned n = b->weight_count - 1;
	if (b->weight_table.mode != 2) {
		size_t len = 1 + (n + 1) / 2;
		if (n < 1 || n > 128 || cap < len) return 0;
		memset(out, 0, len);
		out[0] = (uint8_t)(127 + n);
		for (unsigned i = 0; i < n; i++) out[1 + i / 2] |= (uint8_t)(i & 1 ? b->weights[i] : b->weights[i] << 4);
		return len;
	}
	struct pr_zfse_table t;
	static struct fields f;
	int states[256];
	if (n < 2 || cap < 2 || !table_make(&t, &b->weight_table, &pr_zfse_weight)) return 0;
	for (unsigned i = n; i-- > 0;) {
		states[i] = state_before(&t, b->weights[i], i + 2 < n ? states[i + 2] : -1, i + 2 == n ? 1 : 0);
		if (states[i] < 0) return 0;
	}
	f.count = 0;
	f.bad = false;
	field_add(&f, (uint32_t)states[0], t.log);
	field_add(&f, (uint32_t)states[1], t.log);
	for (unsigned i = 0; i + 2 < n; i++) {
		const struct pr_zfse_cell *c = &t.cells[states[i]];
		field_add(&f, (uint32_t)states[i + 2] - c->next, c->state_bits);
	}
	size_t len = 1 + counts_put(out + 1, cap - 1, &b->weight_table);
	len += fields_put(out + len, cap - len, &f, 0);
	out[0] = (uint8_t)(len - 1);
	return len - 1 < 128 ? len : 0;
}

static size_t huffman_put(uint8_t *out, size_t cap, const struct zcraft_block *b)
{
	uint32_t code[256] = { 0 }, next[16] = { 0 };
	unsigned depth = 0;
	uint32_t total = 0;
	static struct fields f;

	for (unsigned s = 0; s < b->weight_count; s++) total += 1u << b->weights[s] >> 1;
	depth = log2_of(total);
	for (unsigned w = 1; w < 15; w++) {
		next[w + 1] = next[w];
		for (unsigned s = 0; s < b->weight_count; s++) {
			if (b->weights[s] != w) continue;
			code[s] = next[w + 1] >> (w - 1);
			next[w + 1] += 1u << (w - 1);
		}
	}
	size_t len = b->literals_type == 2 ? weights_put(out, cap, b) : 0;
	if ((b->literals_type == 2 && len == 0) || cap < len + 6) return 0;

	bool four = b->literals_format != 0;
	size_t part = four ? (b->literal_count + 3) / 4 : b->literal_count, sizes = len, from = 0;
	if (four) len += 6;
	for (int i = 0; i < (four ? 4 : 1); i++) {
		size_t to = i == 3 || !four || from + part > b->literal_count ? b->literal_count : from + part;
		f.count = 0;
		f.bad = false;
		for (; from < to; from++) {
			unsigned w = b->weights[b->literals[from]];
			if (w == 0) return 0;
			field_add(&f, code[b->literals[from]], depth + 1 - w);
		}
		size_t n = fields_put(out + len, cap - len, &f, b->huffman_slack);
		if (n == 0 || n > 0xffff) return 0;
		if (four && i < 3) {
			out[sizes + 2 * (size_t)i] = (uint8_t)n;
			out[sizes + 2 * (size_t)i + 1] = (uint8_t)(n >> 8);
		}
		len += n;
	}
	return len;
}

/* ---- Block and frame. ---- */

static void le_put(uint8_t *out, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(v >> (8 * i));
}

static size_t literals_put(uint8_t *out, size_t cap, const struct zcraft_block *b)
{
	uint64_t n = b->literal_count, head = b->literals_type | (uint64_t)b->literals_format << 2;
	if (cap < 8) return 0;
	if (b->literals_type >= 2) {
		static const uint8_t head_len[4] = { 3, 3, 4, 5 }, width[4] = { 10, 10, 14, 18 };
		unsigned w = width[b->literals_format];
		size_t h = head_len[b->literals_format], len = huffman_put(out + h, cap - h, b);
		if (len == 0 || len >> w || n >> w) return 0;
		le_put(out, head | n << 4 | (uint64_t)len << (4 + w), h);
		return h + len;
	}
	size_t h = b->literals_format == 1 ? 2 : b->literals_format == 3 ? 3 : 1;
	unsigned shift = h == 1 ? 3 : 4;
	size_t data = b->literals_type == 0 ? b->literal_count : 1;
	if (n >> (8 * h - shift) || cap < h + data) return 0;
	le_put(out, (h == 1 ? b->literals_type : head) | n << shift, h);
	if (data > 0) memcpy(out + h, b->literals, data);
	return h + data;
}

static size_t table_put(uint8_t *out, size_t cap, const struct zcraft_table *t)
{
	if (t->mode == 2) return counts_put(out, cap, t);
	if (t->mode == 1) out[0] = t->single;
	return t->mode == 1;
}

/* One state per sequence for a table, found from the last sequence backwards. */
static bool states_find(int *states, const struct pr_zfse_table *t, const struct pr_zfse_kind *kind,
			const uint32_t *values, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		uint32_t base = kind->base[code_of(kind, values[i])];
		states[i] = state_before(t, base, i + 1 < count ? states[i + 1] : -1, 0);
		if (states[i] < 0) return false;
	}
	return true;
}

static size_t sequences_put(uint8_t *out, size_t cap, const struct zcraft_block *b)
{
	static const struct pr_zfse_kind *const kinds[3] = { &pr_zfse_literal_length, &pr_zfse_offset,
							     &pr_zfse_match_length };
	const struct zcraft_table *const given[3] = { &b->lengths, &b->offsets, &b->matches };
	static struct pr_zfse_table t[3];
	static int states[3][ZCRAFT_SEQUENCES_MAX];
	static uint32_t values[3][ZCRAFT_SEQUENCES_MAX];
	static struct fields f;
	size_t n = b->sequence_count, len = 0;

	if (cap < 400 || n > ZCRAFT_SEQUENCES_MAX) return 0;
	if (b->long_count || n > 127) {
		out[len++] = (uint8_t)(128 + (n >> 8));
		out[len++] = (uint8_t)n;
	} else {
		out[len++] = (uint8_t)n;
	}
	if (n == 0) return len;
	out[len++] = (uint8_t)(b->lengths.mode << 6 | b->offsets.mode << 4 | b->matches.mode << 2 | b->modes_reserved);
	for (size_t i = 0; i < n; i++) {
		values[0][i] = b->sequences[i].literals;
		values[1][i] = b->sequences[i].value;
		values[2][i] = b->sequences[i].match;
	}
	f.count = 0;
	f.bad = false;
	for (int k = 0; k < 3; k++) {
		len += table_put(out + len, cap - len, given[k]);
		if (!table_make(&t[k], given[k], kinds[k]) || !states_find(states[k], &t[k], kinds[k], values[k], n)) return 0;
		field_add(&f, (uint32_t)states[k][0], t[k].log);
	}
	static const int extra_order[3] = { 1, 2, 0 }, state_order[3] = { 0, 2, 1 };
	for (size_t i = 0; i < n; i++) {
		for (int j = 0; j < 3; j++) {
			int k = extra_order[j];
			const struct pr_zfse_cell *c = &t[k].cells[states[k][i]];
			field_add(&f, values[k][i] - c->base, c->extra_bits);
		}
		for (int j = 0; j < 3 && i + 1 < n; j++) {
			int k = state_order[j];
			const struct pr_zfse_cell *c = &t[k].cells[states[k][i]];
			field_add(&f, (uint32_t)states[k][i + 1] - c->next, c->state_bits);
		}
	}
	size_t stream = fields_put(out + len, cap - len, &f, b->sequence_slack);
	return stream ? len + stream : 0;
}

size_t zcraft_block_put(uint8_t *out, size_t cap, const struct zcraft_block *block)
{
	size_t a = literals_put(out, cap, block);
	size_t b = a ? sequences_put(out + a, cap - a, block) : 0;
	return b ? a + b : 0;
}

size_t zcraft_frame_put(uint8_t *out, size_t content_len, unsigned type, const uint8_t *block, size_t block_len)
{
	size_t n = 5, data = type == 1 ? 1 : block_len;
	memcpy(out, "\x28\xB5\x2F\xFD\x20", 5);
	if (content_len < 256) {
		out[n++] = (uint8_t)content_len;
	} else {
		out[4] = 0x60;
		le_put(out + n, content_len - 256, 2);
		n += 2;
	}
	le_put(out + n, block_len << 3 | type << 1 | 1, 3);
	memcpy(out + n + 3, block, data);
	return n + 3 + data;
}
