/* Inner parts of the strict zstd decoder (zframe.h): backward bit streams, FSE tables, Huffman literals.
 * Used by zframe*.c only. */
#ifndef PR_CODEC_ZFRAME_PARTS_H
#define PR_CODEC_ZFRAME_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/be.h"

/* ---- Backward bit stream (RFC 8878 section 4): written forward, read from its last bit. ---- */

struct pr_zbits {
	const uint8_t *bytes;
	size_t len;
	size_t left;  /* bits not yet read, all below the end mark */
	bool overrun; /* a read asked for more than was left; such reads see zeros */
};

/* Returns false if the stream has no end mark, that is if it is empty or its last byte is 0. */
static inline bool pr_zbits_init(struct pr_zbits *b, const uint8_t *bytes, size_t len)
{
	if (len == 0 || bytes[len - 1] == 0) return false;
	b->bytes = bytes;
	b->len = len;
	b->left = 8 * len - 8 + (size_t)(31 - __builtin_clz(bytes[len - 1]));
	b->overrun = false;
	return true;
}

/* The count bits that start at bit lo of the stream, little-endian; lo + count <= 8 * len, count <= 32. */
static inline uint32_t pr_zbits_at(const uint8_t *bytes, size_t len, size_t lo, unsigned count)
{
	uint64_t v = 0;
	size_t at = lo >> 3;
	if (len - at >= 8) {
		v = __builtin_bswap64(pr_be64(bytes + at));
	} else {
		for (size_t i = 0; at + i < len; i++) v |= (uint64_t)bytes[at + i] << (8 * i);
	}
	return (uint32_t)(v >> (lo & 7) & (((uint64_t)1 << count) - 1));
}

/* The next count bits (0..32) without reading them, zeros below the start. */
static inline uint32_t pr_zbits_peek(const struct pr_zbits *b, unsigned count)
{
	if (count <= b->left) return count ? pr_zbits_at(b->bytes, b->len, b->left - count, count) : 0;
	if (b->left == 0) return 0;
	unsigned have = (unsigned)b->left;
	return pr_zbits_at(b->bytes, b->len, 0, have) << (count - have);
}

static inline void pr_zbits_skip(struct pr_zbits *b, unsigned count)
{
	if (count > b->left) b->overrun = true;
	b->left -= count > b->left ? b->left : count;
}

static inline uint32_t pr_zbits_read(struct pr_zbits *b, unsigned count)
{
	uint32_t v = pr_zbits_peek(b, count);
	pr_zbits_skip(b, count);
	return v;
}

/* True when the stream was used exactly. */
static inline bool pr_zbits_done(const struct pr_zbits *b) { return b->left == 0 && !b->overrun; }

/* ---- FSE tables (RFC 8878 section 4.1). ---- */

#define PR_ZFSE_LOG_MAX 9
#define PR_ZFSE_LOG_MIN 5
#define PR_ZFSE_SYMBOLS_MAX 53

struct pr_zfse_cell {
	uint32_t base;      /* the value of the symbol, to which its extra bits are added */
	uint16_t next;      /* the first next state, to which the state bits are added */
	uint8_t extra_bits; /* 0..31 */
	uint8_t state_bits; /* 0..9 */
};

struct pr_zfse_table {
	unsigned log; /* 0 for a table of one symbol */
	struct pr_zfse_cell cells[1 << PR_ZFSE_LOG_MAX];
};

/* An alphabet: what each symbol stands for, the bounds on a table, and the predefined distribution. */
struct pr_zfse_kind {
	const uint32_t *base;
	const uint8_t *extra_bits;
	unsigned symbols;
	unsigned log_max;
	const int8_t *default_counts; /* NULL: no predefined table */
	unsigned default_symbols;
	unsigned default_log;
};

extern const struct pr_zfse_kind pr_zfse_literal_length;
extern const struct pr_zfse_kind pr_zfse_offset;
extern const struct pr_zfse_kind pr_zfse_match_length;
extern const struct pr_zfse_kind pr_zfse_weight;

/* Reads a table description from the front of src; *used = its bytes.  False if it is malformed, longer than
 * src, or outside the bounds of the kind. */
bool pr_zfse_read(struct pr_zfse_table *table, size_t *used, const struct pr_zfse_kind *kind, const uint8_t *src,
		  size_t len);
/* The predefined table of the kind, which must have one. */
void pr_zfse_predefined(struct pr_zfse_table *table, const struct pr_zfse_kind *kind);
/* The table of a single symbol; false if the symbol is outside the alphabet. */
bool pr_zfse_single(struct pr_zfse_table *table, const struct pr_zfse_kind *kind, unsigned symbol);

/* ---- Huffman literals (RFC 8878 section 4.2). ---- */

/* Decodes a tree and one or four streams from all of src into exactly out_len bytes (1..8192). */
bool pr_zhuf_decode(uint8_t *out, size_t out_len, bool four_streams, const uint8_t *src, size_t len);

#endif
