#include <string.h>

#include "core/codec/zframe_parts.h"

#define DEPTH_MAX 11u
#define WEIGHTS_MAX 255u /* the weight of the last symbol is implied */

struct code {
	uint8_t symbol;
	uint8_t bits;
};

struct tree {
	unsigned depth;
	struct code codes[1u << DEPTH_MAX]; /* indexed by the next `depth` bits of a stream */
};

/* Weights as one stream of two interleaved FSE states (RFC 8878 section 4.2.1.2).  It ends when a state update
 * needs a bit and none is left; the other state then gives the last weight.  Returns the count, 0 if malformed. */
static unsigned weights_read_fse(uint8_t weights[WEIGHTS_MAX], const uint8_t *src, size_t len)
{
	struct pr_zfse_table table;
	struct pr_zbits bits;
	size_t used;
	if (!pr_zfse_read(&table, &used, &pr_zfse_weight, src, len)) return 0;
	if (!pr_zbits_init(&bits, src + used, len - used)) return 0;

	uint32_t state = pr_zbits_read(&bits, table.log), other = pr_zbits_read(&bits, table.log);
	if (bits.overrun) return 0;
	for (unsigned n = 0; n < WEIGHTS_MAX - 1;) {
		struct pr_zfse_cell c = table.cells[state];
		weights[n++] = (uint8_t)c.base;
		if (c.state_bits > bits.left) {
			if (bits.left > 0) return 0;
			weights[n++] = (uint8_t)table.cells[other].base;
			return n;
		}
		state = other;
		other = c.next + pr_zbits_read(&bits, c.state_bits);
	}
	return 0;
}

/* Fills the code table from the weights of all symbols but the last. */
static bool tree_build(struct tree *t, uint8_t weights[WEIGHTS_MAX + 1], unsigned n)
{
	uint32_t total = 0, next[DEPTH_MAX + 1] = { 0 };
	unsigned count[DEPTH_MAX + 1] = { 0 };

	for (unsigned i = 0; i < n; i++) {
		if (weights[i] > DEPTH_MAX) return false;
		count[weights[i]]++;
		total += 1u << weights[i] >> 1;
	}
	if (total == 0 || total >= 1u << DEPTH_MAX) return false;
	t->depth = 32 - (unsigned)__builtin_clz(total);
	uint32_t rest = (1u << t->depth) - total;
	if ((rest & (rest - 1)) != 0) return false;
	weights[n] = (uint8_t)(32 - __builtin_clz(rest));
	count[weights[n]]++;
	if (count[1] < 2) return false;

	for (unsigned w = 1; w < DEPTH_MAX; w++) next[w + 1] = next[w] + (count[w] << (w - 1));
	for (unsigned s = 0; s <= n; s++) {
		unsigned w = weights[s];
		if (w == 0) continue;
		struct code c = { .symbol = (uint8_t)s, .bits = (uint8_t)(t->depth + 1 - w) };
		for (uint32_t i = 0; i < 1u << (w - 1); i++) t->codes[next[w] + i] = c;
		next[w] += 1u << (w - 1);
	}
	return true;
}

/* Reads the tree description at the front of src; returns its bytes, 0 if malformed. */
static size_t tree_read(struct tree *t, const uint8_t *src, size_t len)
{
	uint8_t weights[WEIGHTS_MAX + 1];
	unsigned n;
	size_t used;

	if (len == 0) return 0;
	if (src[0] < 128) {
		used = 1 + (size_t)src[0];
		n = used <= len ? weights_read_fse(weights, src + 1, src[0]) : 0;
	} else {
		n = src[0] - 127u;
		used = 1 + (n + 1) / 2;
		if (used > len) return 0;
		for (unsigned i = 0; i < n; i++) weights[i] = i & 1 ? src[1 + i / 2] & 15 : src[1 + i / 2] >> 4;
	}
	return n > 0 && tree_build(t, weights, n) ? used : 0;
}

static bool stream_decode(uint8_t *out, size_t out_len, const struct tree *t, const uint8_t *src, size_t len)
{
	struct pr_zbits bits;
	if (!pr_zbits_init(&bits, src, len)) return false;
	for (size_t i = 0; i < out_len; i++) {
		struct code c = t->codes[pr_zbits_peek(&bits, t->depth)];
		pr_zbits_skip(&bits, c.bits);
		out[i] = c.symbol;
	}
	return pr_zbits_done(&bits);
}

bool pr_zhuf_decode(uint8_t *out, size_t out_len, bool four_streams, const uint8_t *src, size_t len)
{
	struct tree tree;
	size_t used = tree_read(&tree, src, len);
	if (used == 0 || out_len < (four_streams ? 6 : 1)) return false;
	src += used;
	len -= used;
	if (!four_streams) return stream_decode(out, out_len, &tree, src, len);

	/* The sizes of the first three streams, little-endian; the fourth takes the rest. */
	if (len < 6) return false;
	const uint8_t *sizes = src;
	size_t part = (out_len + 3) / 4;
	src += 6;
	len -= 6;
	for (int i = 0; i < 3; i++) {
		size_t n = sizes[2 * i] | (size_t)sizes[2 * i + 1] << 8;
		if (n > len || !stream_decode(out, part, &tree, src, n)) return false;
		out += part;
		src += n;
		len -= n;
	}
	return stream_decode(out, out_len - 3 * part, &tree, src, len);
}
