#include <string.h>

#include "tests/support/zcraft.h"
#include "core/codec/zframe_parts.h"

#define WEIGHT_LOG 6

static uint32_t below(zcraft_rand rand, size_t n) { return (uint32_t)(rand() % n); }

/* The content that a frame stands for, and the offset history, kept while sequences are invented. */
struct model {
	uint8_t *out;
	size_t len;
	uint32_t repeat[3];
};

/* The offset of a value (RFC 8878 section 3.1.1.5) and the history after it; 0 if there is none. */
static uint32_t model_offset(uint32_t repeat[3], uint32_t value, bool no_literals)
{
	uint32_t slot = value + no_literals, offset, old[3];
	memcpy(old, repeat, sizeof old);
	if (value > 3) offset = value - 3;
	else offset = slot == 4 ? old[0] - 1 : old[slot - 1];
	if (value <= 3 && slot == 1) return offset;
	repeat[0] = offset;
	repeat[1] = old[0];
	repeat[2] = value <= 3 && slot == 2 ? old[2] : old[1];
	return offset;
}

static bool model_apply(struct model *m, const struct zcraft_sequence *s, const uint8_t *literals, size_t limit)
{
	uint32_t repeat[3];
	memcpy(repeat, m->repeat, sizeof repeat);
	uint32_t offset = model_offset(repeat, s->value, s->literals == 0);
	if (m->len + s->literals + s->match > limit || offset == 0 || offset > m->len + s->literals) return false;
	memcpy(m->repeat, repeat, sizeof repeat);
	memcpy(m->out + m->len, literals, s->literals);
	m->len += s->literals;
	for (uint32_t i = 0; i < s->match; i++, m->len++) m->out[m->len] = m->out[m->len - offset];
	return true;
}

/* ---- Random frames. ---- */

/* A described table over `chosen` symbols picked with a leaning to small codes. */
static void table_random(zcraft_rand rand, struct zcraft_table *t, const struct pr_zfse_kind *kind, unsigned usable)
{
	memset(t, 0, sizeof *t);
	uint32_t dice = below(rand, 100);
	if (dice < 25 && kind->default_counts) return;
	if (dice < 35) {
		t->mode = 1;
		t->single = (uint8_t)below(rand, usable);
		return;
	}
	t->mode = 2;
	t->log = 5 + below(rand, kind->log_max - 4);
	unsigned reach = below(rand, 4) ? usable : kind->symbols, chosen = 1 + below(rand, reach);
	int left = 1 << t->log, normal = -1;
	for (unsigned i = 0; i < chosen && left > 0; i++) {
		unsigned s = below(rand, reach);
		if (t->counts[s] != 0) continue;
		t->counts[s] = below(rand, 4) ? 1 : -1;
		if (t->counts[s] > 0) normal = (int)s;
		left--;
	}
	while (left > 0) {
		unsigned s = below(rand, reach);
		int share = 1 + (int)below(rand, (size_t)left);
		if (normal >= 0 && t->counts[s] <= 0) s = (unsigned)normal;
		if (t->counts[s] < 0) continue;
		t->counts[s] = (int16_t)(t->counts[s] + share);
		normal = (int)s;
		left -= share;
	}
	for (unsigned s = 0; s < kind->symbols; s++) {
		if (t->counts[s] != 0) t->symbols = s + 1;
	}
}

/* A value that the table can express. */
static uint32_t value_random(zcraft_rand rand, const struct zcraft_table *t, const struct pr_zfse_kind *kind)
{
	unsigned s = t->single;
	for (int tries = 0; t->mode != 1 && tries < 200; tries++) {
		s = below(rand, t->mode == 0 ? kind->default_symbols : t->symbols);
		if (t->mode == 0 || t->counts[s] != 0) break;
	}
	if (kind->extra_bits[s] == 0) return kind->base[s];
	return kind->base[s] + (uint32_t)(rand() & ((1u << kind->extra_bits[s]) - 1));
}

/* Weights of a random complete code; at least two symbols, no code longer than 11 bits. */
static void weights_random(zcraft_rand rand, struct zcraft_block *b)
{
	uint8_t leaves[256] = { 0 };
	unsigned n = 1, limit = 1 + below(rand, 11), depth = 0;
	unsigned want = 2 + below(rand, below(rand, 3) ? 30 : 255);
	for (int tries = 0; tries < 4000 && n < want; tries++) {
		unsigned i = below(rand, n);
		if (leaves[i] >= limit) continue;
		leaves[i]++;
		leaves[n++] = leaves[i];
		if (leaves[i] > depth) depth = leaves[i];
	}
	unsigned spread = n + below(rand, 257 - n), at = 0;
	memset(b->weights, 0, sizeof b->weights);
	for (unsigned i = 0; i < n; i++, at++) {
		while (at + (n - i) < spread && below(rand, spread) >= n) at++;
		b->weights[at] = (uint8_t)(depth + 1 - leaves[i]);
	}
	b->weight_count = at;

	struct zcraft_table *t = &b->weight_table;
	memset(t, 0, sizeof *t);
	if (b->weight_count <= 129 && below(rand, 2)) return;
	t->mode = 2;
	t->log = 5 + below(rand, 2);
	t->symbols = 12;
	int left = 1 << t->log;
	unsigned most = 0, seen[12] = { 0 };
	for (unsigned s = 0; s + 1 < b->weight_count; s++) seen[b->weights[s]]++;
	for (unsigned w = 0; w < 12; w++) {
		if (seen[w] > seen[most]) most = w;
	}
	for (unsigned w = 0; w < 12; w++) {
		if (seen[w] == 0) continue;
		int share = 1 + (int)((unsigned)(left > 12 ? 1u << t->log : 0) * seen[w] / (2 * b->weight_count));
		t->counts[w] = (int16_t)(share == 1 && w != most && below(rand, 2) ? -1 : share);
		left -= share;
	}
	t->counts[most] = (int16_t)(t->counts[most] + left);
	for (unsigned w = 0; w < 12; w++) {
		if (t->counts[w] != 0) t->symbols = w + 1;
	}
}

static void literals_random(zcraft_rand rand, struct zcraft_block *b, uint8_t *literals, size_t n)
{
	uint32_t dice = below(rand, 10);
	b->literals_type = dice < 2 ? 0 : dice < 3 ? 1 : 2;
	b->literals_format = below(rand, 4);
	if (b->literals_type == 2) weights_random(rand, b);
	uint8_t only = (uint8_t)rand();
	for (size_t i = 0; i < n;) {
		uint8_t v = b->literals_type == 1 ? only : (uint8_t)below(rand, b->literals_type == 2 ? b->weight_count : 256);
		if (b->literals_type == 2) {
			/* Short codes more often, as in a real text, so that the block is not longer than the content. */
			if (b->weights[v] == 0 || below(rand, 64) >= (1u << b->weights[v])) {
				if (b->weights[v] == 0 || below(rand, 20)) continue;
			}
		}
		literals[i++] = v;
	}
}

bool zcraft_random(zcraft_rand rand, uint8_t *frame, size_t *frame_len, uint8_t *content, size_t *content_len)
{
	static uint8_t literals[ZCRAFT_CONTENT_MAX], block[ZCRAFT_FRAME_MAX - 16];
	static struct zcraft_sequence sequences[ZCRAFT_SEQUENCES_MAX];
	struct zcraft_block b;
	struct model m = { content, 0, { 1, 4, 8 } };
	size_t used = 0, want = below(rand, 3) ? below(rand, 40) : below(rand, 256), limit = 1 + below(rand, below(rand, 4) ? 1200 : 8192);

	memset(&b, 0, sizeof b);
	*frame_len = *content_len = 0;
	literals_random(rand, &b, literals, limit);
	table_random(rand, &b.lengths, &pr_zfse_literal_length, 18);
	table_random(rand, &b.offsets, &pr_zfse_offset, 10);
	table_random(rand, &b.matches, &pr_zfse_match_length, 38);
	for (int tries = 0; tries < 2000 && b.sequence_count < want; tries++) {
		struct zcraft_sequence s = {
			.literals = value_random(rand, &b.lengths, &pr_zfse_literal_length),
			.match = value_random(rand, &b.matches, &pr_zfse_match_length),
			.value = value_random(rand, &b.offsets, &pr_zfse_offset),
		};
		if (used + s.literals > limit || !model_apply(&m, &s, literals + used, limit)) continue;
		used += s.literals;
		sequences[b.sequence_count++] = s;
	}
	size_t tail = below(rand, limit - m.len + 1);
	if (b.literals_type == 2 && used + tail < 6) tail = 6;
	if (used + tail > limit) return false;
	memcpy(content + m.len, literals + used, tail);
	m.len += tail;
	used += tail;
	if (b.literals_type < 2) {
		while (used >> (b.literals_format == 1 ? 12 : b.literals_format == 3 ? 20 : 5)) b.literals_format = b.literals_format == 1 ? 3 : 1;
	} else if (b.literals_format < 2 && used >= 900) {
		b.literals_format = 2 + below(rand, 2);
	}
	b.literals = literals;
	b.literal_count = used;
	b.sequences = sequences;
	b.long_count = b.sequence_count > 0 && below(rand, 8) == 0;
	size_t n = zcraft_block_put(block, sizeof block, &b);
	if (n == 0 || m.len == 0) return false;
	*frame_len = zcraft_frame_put(frame, m.len, 2, block, n);
	*content_len = m.len;
	return n <= m.len;
}

/* ---- Hostile frames. ---- */

/* All symbols present and none of them "less than one", so that every cell is built the long way. */
static void table_full(struct zcraft_table *t, unsigned log, unsigned symbols)
{
	memset(t, 0, sizeof *t);
	t->mode = 2;
	t->log = log;
	t->symbols = symbols;
	for (unsigned s = 0; s < symbols; s++) t->counts[s] = (int16_t)(((1u << log) / symbols) + (s < (1u << log) % symbols));
}

/* 256 symbols, 11 bits at most, FSE weights: 3 codes of 7 bits, 249 of 8, one of 9, one of 10, two of 11. */
static void weights_full(struct zcraft_block *b)
{
	static const int16_t counts[WEIGHT_LOG * 2] = { 0, 1, 1, 1, 59, 2 };
	for (unsigned s = 0; s < 256; s++) b->weights[s] = s < 3 ? 5 : s < 252 ? 4 : s == 252 ? 3 : s == 253 ? 2 : 1;
	b->weight_count = 256;
	b->weight_table.mode = 2;
	b->weight_table.log = WEIGHT_LOG;
	b->weight_table.symbols = 6;
	memcpy(b->weight_table.counts, counts, 6 * sizeof counts[0]);
}

void zcraft_hostile(unsigned variant, uint8_t *frame, size_t *frame_len, uint8_t *content, size_t *content_len)
{
	/* Literals before a match, its length, its offset value: of the first sequence, and of the others. */
	static const struct {
		struct zcraft_sequence first, rest;
		unsigned count, format;
	} shape[ZCRAFT_HOSTILE_COUNT] = {
		{ { 600, 3, 503 }, { 0, 3, 3 }, 256, 2 },   /* repeat offset 1 minus 1, again and again */
		{ { 29, 3, 13 }, { 29, 3, 3 }, 256, 2 },    /* literals and the third offset */
		{ { 29, 3, 4 }, { 29, 3, 4 }, 256, 2 },     /* offset 1: overlapping */
		{ { 28, 4, 4 }, { 28, 4, 4 }, 256, 2 },
		{ { 27, 5, 4 }, { 27, 5, 4 }, 256, 2 },
		{ { 24, 8, 4 }, { 24, 8, 4 }, 256, 2 },
		{ { 15, 17, 4 }, { 15, 17, 4 }, 256, 2 },
		{ { 1, 3, 4 }, { 1, 3, 4 }, 256, 2 },       /* most literals at the end */
		{ { 29, 3, 13 }, { 29, 3, 5 }, 256, 2 },
		{ { 0, 0, 0 }, { 0, 0, 0 }, 0, 2 },         /* literals only, four streams */
		{ { 28, 4, 4 }, { 28, 4, 4 }, 256, 3 },
		{ { 28, 4, 4 }, { 28, 4, 2 }, 256, 2 },
	};
	static uint8_t literals[ZCRAFT_CONTENT_MAX], block[ZCRAFT_CONTENT_MAX];
	static struct zcraft_sequence sequences[256];
	static struct zcraft_block b;
	struct model m = { content, 0, { 1, 4, 8 } };
	size_t used = 0, n = shape[variant].count;

	memset(&b, 0, sizeof b);
	b.literals_type = 2;
	b.literals_format = shape[variant].format;
	weights_full(&b);
	table_full(&b.lengths, 9, 36);
	table_full(&b.offsets, 8, 32);
	table_full(&b.matches, 9, 53);
	size_t matched = 0;
	for (size_t i = 0; i < n; i++) {
		sequences[i] = i ? shape[variant].rest : shape[variant].first;
		matched += sequences[i].match;
	}
	b.literal_count = ZCRAFT_CONTENT_MAX - matched;
	/* Mostly 8-bit codes; 7-bit ones (symbols 0 to 2) in each second place pay for the tables' bytes. */
	for (size_t i = 0; i < b.literal_count; i++) literals[i] = (uint8_t)(i & 1 ? i / 2 % 3 : i % 97 == 0 ? 255 : 3 + i % 249);
	for (size_t i = 0; i < n; i++) {
		PR_CHECK(model_apply(&m, &sequences[i], literals + used, ZCRAFT_CONTENT_MAX));
		used += sequences[i].literals;
	}
	memcpy(content + m.len, literals + used, b.literal_count - used);
	b.literals = literals;
	b.sequences = sequences;
	b.sequence_count = n;
	size_t len = zcraft_block_put(block, sizeof block, &b);
	PR_CHECK(len > 0 && m.len + b.literal_count - used == ZCRAFT_CONTENT_MAX);
	*frame_len = zcraft_frame_put(frame, ZCRAFT_CONTENT_MAX, 2, block, len);
	*content_len = ZCRAFT_CONTENT_MAX;
}

/* ---- Ordinary contents. ---- */

/* A chunk's columns: kinds, delta-coded ids, indices, prices of a list, small fees. */
static void sample_columns(zcraft_rand rand, uint8_t *out, size_t len)
{
	static const uint16_t prices[5] = { 100, 250, 1000, 5000, 20000 };
	size_t column = len / 5 + 1;
	for (size_t i = 0; i < len; i++) {
		uint32_t skew = below(rand, 1 + below(rand, 40));
		switch (i / column) {
		case 0: out[i] = (uint8_t)(1 + (skew > 30)); break;
		case 1: out[i] = (uint8_t)(1 + skew * 3); break;
		case 2: out[i] = (uint8_t)skew; break;
		case 3: out[i] = (uint8_t)(prices[skew % 5] >> (i & 1 ? 8 : 0)); break;
		default: out[i] = (uint8_t)(prices[skew % 5] / 100); break;
		}
	}
}

void zcraft_sample(zcraft_rand rand, unsigned kind, uint8_t *out, size_t len)
{
	static const char text[] = "the quick brown fox pays a royalty of nine nano to the author of every dog and jumps over ";
	size_t period = 1 + below(rand, 90), at = 0;
	for (size_t i = 0; i < len; i++) {
		switch (kind) {
		case 0: out[i] = (uint8_t)rand(); break;
		case 1: out[i] = (uint8_t)text[(at = below(rand, 9) ? at + 1 : below(rand, sizeof text)) % (sizeof text - 1)]; break;
		case 2: out[i] = i && below(rand, 30) ? out[i - 1] : (uint8_t)rand(); break;
		case 3: out[i] = i >= period && below(rand, 25) ? out[i - period] : (uint8_t)rand(); break;
		case 4: out[i] = (uint8_t)below(rand, 1 + below(rand, 255)); break;
		case 5: out[i] = (uint8_t)below(rand, 2 + period / 8); break;
		case 6: out[i] = (uint8_t)(i % 9 == 0 ? i / 9 : i % 9 < 3 ? below(rand, 3) : below(rand, 200)); break;
		case 7: out[i] = (uint8_t)period; break;
		default: sample_columns(rand, out, len); return;
		}
	}
}

/* ---- Damage. ---- */

/* Changes the length by one byte somewhere in the block and tells the block header. */
static void mutate_length(zcraft_rand rand, uint8_t *frame, size_t *frame_len, size_t header)
{
	size_t at = header + below(rand, *frame_len - header);
	if (below(rand, 2) && *frame_len < ZCRAFT_FRAME_MAX) {
		memmove(frame + at + 1, frame + at, *frame_len - at);
		frame[at] = (uint8_t)rand();
		++*frame_len;
	} else {
		memmove(frame + at, frame + at + 1, *frame_len - at - 1);
		--*frame_len;
	}
	uint32_t old = frame[header - 3] & 7u, size = (uint32_t)(*frame_len - header) << 3 | old;
	for (int i = 0; i < 3; i++) frame[header - 3 + (size_t)i] = (uint8_t)(size >> (8 * i));
}

void zcraft_mutate(zcraft_rand rand, uint8_t *frame, size_t *frame_len)
{
	for (uint32_t rounds = 1 + below(rand, 3) * below(rand, 2); rounds > 0; rounds--) {
		size_t n = *frame_len, header = n > 4 && frame[4] & 0x40 ? 10 : 9;
		if (n <= header + 1) return;
		size_t front = header + below(rand, n - header < 48 ? n - header : 48);
		switch (below(rand, 9)) {
		case 0: frame[below(rand, n)] ^= (uint8_t)(1u << below(rand, 8)); break;
		case 1: frame[below(rand, header)] ^= (uint8_t)(1u << below(rand, 8)); break;
		case 2: frame[front] = (uint8_t)rand(); break;
		case 3: frame[front] ^= (uint8_t)(1u << below(rand, 8)); break;
		case 4: frame[header] ^= (uint8_t)(1u << below(rand, 8)); break;
		case 5: frame[n - 1 - below(rand, n - header < 8 ? n - header : 8)] ^= (uint8_t)(1u << below(rand, 8)); break;
		case 6: frame[5] = (uint8_t)(frame[5] + below(rand, 5) - 2); break;
		case 7: mutate_length(rand, frame, frame_len, header); break;
		default: frame[header + below(rand, n - header)] ^= (uint8_t)(1u << below(rand, 8)); break;
		}
	}
}
