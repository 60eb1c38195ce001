#include "core/base/check.h"
#include "core/codec/zframe_parts.h"

/* RFC 8878 section 3.1.1.3.2.1.1: literal length, match length and offset codes. */
static const uint32_t ll_base[36] = {
	0,  1,  2,  3,  4,  5,  6,  7,  8,   9,   10,  11,   12,   13,   14,   15,    16,    18,
	20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
};
static const uint8_t ll_bits[36] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  1,  1,
	1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
};
static const uint32_t ml_base[53] = {
	3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,  17,  18,  19,   20,   21,   22,   23,    24,    25,   26,
	27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47,  51,  59,  67,   83,   99,   131,  259,   515,   1027, 2051,
	4099, 8195, 16387, 32771, 65539,
};
static const uint8_t ml_bits[53] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,
	0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
};
static const uint32_t of_base[32] = {
	1u << 0,  1u << 1,  1u << 2,  1u << 3,  1u << 4,  1u << 5,  1u << 6,  1u << 7,
	1u << 8,  1u << 9,  1u << 10, 1u << 11, 1u << 12, 1u << 13, 1u << 14, 1u << 15,
	1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 20, 1u << 21, 1u << 22, 1u << 23,
	1u << 24, 1u << 25, 1u << 26, 1u << 27, 1u << 28, 1u << 29, 1u << 30, 1u << 31,
};
static const uint8_t of_bits[32] = {
	0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};
static const uint32_t weight_base[12] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
static const uint8_t weight_bits[12] = { 0 };

/* RFC 8878 section 3.1.1.3.2.2: predefined distributions; -1 is "less than one". */
static const int8_t ll_counts[36] = {
	4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1,  1,  2,  2,
	2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
};
static const int8_t ml_counts[53] = {
	1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1,  1,  1,  1,  1,  1,  1,  1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
};
static const int8_t of_counts[29] = {
	1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
};

const struct pr_zfse_kind pr_zfse_literal_length = { ll_base, ll_bits, 36, 9, ll_counts, 36, 6 };
const struct pr_zfse_kind pr_zfse_offset = { of_base, of_bits, 32, 8, of_counts, 29, 5 };
const struct pr_zfse_kind pr_zfse_match_length = { ml_base, ml_bits, 53, 9, ml_counts, 53, 6 };
const struct pr_zfse_kind pr_zfse_weight = { weight_base, weight_bits, 12, 6, NULL, 0, 0 };

static unsigned log2_floor(uint32_t v) { return 31 - (unsigned)__builtin_clz(v); }

static struct pr_zfse_cell cell_of(const struct pr_zfse_kind *kind, unsigned symbol)
{
	struct pr_zfse_cell c = { .base = kind->base[symbol], .extra_bits = kind->extra_bits[symbol] };
	return c;
}

/* Lays out the states of a distribution whose counts (with -1 counting as 1) add up to 2^log. */
static void table_build(struct pr_zfse_table *table, const struct pr_zfse_kind *kind, const int16_t *counts,
			unsigned symbols, unsigned log)
{
	uint32_t size = 1u << log, high = size;
	uint8_t symbol_of[1 << PR_ZFSE_LOG_MAX];
	uint32_t next[PR_ZFSE_SYMBOLS_MAX];

	for (unsigned s = 0; s < symbols; s++) {
		next[s] = counts[s] < 0 ? 1 : (uint32_t)counts[s];
		if (counts[s] < 0) symbol_of[--high] = (uint8_t)s;
	}
	uint32_t at = 0, step = (size >> 1) + (size >> 3) + 3;
	for (unsigned s = 0; s < symbols; s++) {
		for (int i = 0; i < counts[s]; i++) {
			symbol_of[at] = (uint8_t)s;
			do at = (at + step) & (size - 1);
			while (at >= high);
		}
	}
	table->log = log;
	for (uint32_t i = 0; i < size; i++) {
		unsigned s = symbol_of[i];
		uint32_t x = next[s]++;
		struct pr_zfse_cell c = cell_of(kind, s);
		c.state_bits = (uint8_t)(log - log2_floor(x));
		c.next = (uint16_t)((x << c.state_bits) - size);
		table->cells[i] = c;
	}
}

/* Forward little-endian bits of a table description; reads past the end see zeros and are caught at the end,
 * because the caller compares the bits used with the bytes there are. */
static uint32_t forward_peek(const uint8_t *src, size_t len, size_t at, unsigned count)
{
	size_t total = 8 * len;
	if (at >= total) return 0;
	unsigned have = total - at < count ? (unsigned)(total - at) : count;
	return pr_zbits_at(src, len, at, have);
}

bool pr_zfse_read(struct pr_zfse_table *table, size_t *used, const struct pr_zfse_kind *kind, const uint8_t *src,
		  size_t len)
{
	int16_t counts[PR_ZFSE_SYMBOLS_MAX] = { 0 };
	unsigned log = forward_peek(src, len, 0, 4) + PR_ZFSE_LOG_MIN;
	size_t at = 4;
	unsigned symbols = 0;

	if (log > kind->log_max) return false;
	for (uint32_t left = 1u << log; left > 0;) {
		if (symbols >= kind->symbols) return false;
		/* A value from 0 to left + 1; small ones take one bit less. */
		unsigned bits = log2_floor(left + 1) + 1;
		uint32_t v = forward_peek(src, len, at, bits), low_mask = (1u << (bits - 1)) - 1;
		uint32_t short_values = (1u << bits) - 2 - left;
		if ((v & low_mask) < short_values) {
			v &= low_mask;
			at += bits - 1;
		} else {
			if (v > low_mask) v -= short_values;
			at += bits;
		}
		counts[symbols++] = (int16_t)((int)v - 1);
		left -= v == 0 ? 1 : v - 1;
		if (v != 1) continue;
		for (uint32_t zeros = 3; zeros == 3; symbols += zeros) {
			zeros = forward_peek(src, len, at, 2);
			at += 2;
		}
	}
	*used = (at + 7) >> 3;
	if (*used > len) return false;
	table_build(table, kind, counts, symbols, log);
	return true;
}

void pr_zfse_predefined(struct pr_zfse_table *table, const struct pr_zfse_kind *kind)
{
	int16_t counts[PR_ZFSE_SYMBOLS_MAX];
	PR_CHECK(kind->default_counts && kind->default_symbols <= PR_ZFSE_SYMBOLS_MAX);
	for (unsigned s = 0; s < kind->default_symbols; s++) counts[s] = kind->default_counts[s];
	table_build(table, kind, counts, kind->default_symbols, kind->default_log);
}

bool pr_zfse_single(struct pr_zfse_table *table, const struct pr_zfse_kind *kind, unsigned symbol)
{
	if (symbol >= kind->symbols) return false;
	table->log = 0;
	table->cells[0] = cell_of(kind, symbol);
	return true;
}
