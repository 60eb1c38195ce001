#include <string.h>

#include "tests/support/zcraft.h"

#include "core/codec/zframe.h"

/* ---- The frame around a block. ---- */

static void cases_of_headers(zcraft_visit visit)
{
	static const struct {
		const char *name, *head;
		size_t head_len, block_len;
		bool ok;
	} rows[] = {
		{ "one-byte size", "\x28\xB5\x2F\xFD\x20\x05\x29\0\0", 9, 5, true },
		{ "two-byte size", "\x28\xB5\x2F\xFD\x60\0\0\x01\x08\0", 10, 256, true },
		{ "largest content", "\x28\xB5\x2F\xFD\x60\0\x1F\x01\0\x01", 10, 8192, true },
		{ "one byte too large", "\x28\xB5\x2F\xFD\x60\x01\x1F\x09\0\x01", 10, 8193, false },
		{ "magic", "\x29\xB5\x2F\xFD\x20\x05\x29\0\0", 9, 5, false },
		{ "legacy magic", "\x27\xB5\x2F\xFD\x20\x05\x29\0\0", 9, 5, false },
		{ "skippable frame", "\x50\x2A\x4D\x18\x05\0\0\0", 8, 5, false },
		{ "dictionary id", "\x28\xB5\x2F\xFD\x21\0\x05\x29\0\0", 10, 5, false },
		{ "checksum", "\x28\xB5\x2F\xFD\x24\x05\x29\0\0", 9, 9, false },
		{ "reserved bit", "\x28\xB5\x2F\xFD\x28\x05\x29\0\0", 9, 5, false },
		{ "unused bit", "\x28\xB5\x2F\xFD\x30\x05\x29\0\0", 9, 5, false },
		{ "window instead of size", "\x28\xB5\x2F\xFD\0\x08\x29\0\0", 9, 5, false },
		{ "window and size", "\x28\xB5\x2F\xFD\x40\x08\x05\0\x29\0\0", 11, 5, false },
		{ "four-byte size", "\x28\xB5\x2F\xFD\xA0\x05\0\0\0\x29\0\0", 12, 5, false },
		{ "eight-byte size", "\x28\xB5\x2F\xFD\xE0\x05\0\0\0\0\0\0\0\x29\0\0", 16, 5, false },
		{ "content of no bytes", "\x28\xB5\x2F\xFD\x20\0\x01\0\0", 9, 0, false },
		{ "not the last block", "\x28\xB5\x2F\xFD\x20\x05\x28\0\0", 9, 5, false },
		{ "RLE block", "\x28\xB5\x2F\xFD\x20\x05\x2B\0\0", 9, 1, false },
		{ "RLE block of a full size", "\x28\xB5\x2F\xFD\x20\x05\x2B\0\0", 9, 5, false },
		{ "reserved block type", "\x28\xB5\x2F\xFD\x20\x05\x2F\0\0", 9, 5, false },
		{ "raw block under the size", "\x28\xB5\x2F\xFD\x20\x06\x29\0\0", 9, 5, false },
		{ "raw block over the size", "\x28\xB5\x2F\xFD\x20\x04\x29\0\0", 9, 5, false },
		{ "byte missing", "\x28\xB5\x2F\xFD\x20\x05\x29\0\0", 9, 4, false },
		{ "byte after the frame", "\x28\xB5\x2F\xFD\x20\x05\x29\0\0", 9, 6, false },
		{ "headers only", "\x28\xB5\x2F\xFD\x20\x05\x29\0\0", 9, 0, false },
		{ "two blocks", "\x28\xB5\x2F\xFD\x20\x02\x08\0\0x\x09\0\0x", 14, 0, false },
		{ "compressed block of no bytes", "\x28\xB5\x2F\xFD\x60\0\0\x05\0\0", 10, 0, false },
		{ "no sequences", "\x28\xB5\x2F\xFD\x20\x05\x1D\0\0\x29x\0", 12, 0, true },
		{ "no sequences and a byte more", "\x28\xB5\x2F\xFD\x20\x05\x25\0\0\x29x\0\0", 13, 0, false },
		{ "no sequences section", "\x28\xB5\x2F\xFD\x20\x05\x15\0\0\x29x", 11, 0, false },
		{ "no byte for an RLE literal", "\x28\xB5\x2F\xFD\x20\x05\x0D\0\0\x29", 10, 0, false },
		{ "long count cut short", "\x28\xB5\x2F\xFD\x20\x05\x1D\0\0\x29x\x80", 12, 0, false },
		{ "very long count", "\x28\xB5\x2F\xFD\x20\x06\x2D\0\0\x29x\xFF\0\0", 14, 0, false },
		{ "count and no modes", "\x28\xB5\x2F\xFD\x20\x05\x1D\0\0\x11x\x01", 12, 0, false },
		{ "modes and no stream", "\x28\xB5\x2F\xFD\x20\x05\x25\0\0\x11x\x01\0", 13, 0, false },
	};
	static uint8_t frame[ZCRAFT_FRAME_MAX];
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		memset(frame, 'x', sizeof frame);
		memcpy(frame, rows[r].head, rows[r].head_len);
		visit(rows[r].name, frame, rows[r].head_len + rows[r].block_len, rows[r].ok);
	}
}

/* ---- Blocks. ---- */

#define SOUND_LEN 110

/* A block in the profile: 40 literals in one Huffman stream, 2 sequences. */
static struct zcraft_block sound_block(void)
{
	static const struct zcraft_sequence sequences[2] = { { 20, 30, 4 }, { 5, 40, 13 } };
	static uint8_t literals[40];
	struct zcraft_block b = { .literals_type = 2, .literals = literals, .literal_count = 40, .sequences = sequences, .sequence_count = 2 };
	for (unsigned i = 0; i < sizeof literals; i++) literals[i] = (uint8_t)(i % 3);
	memcpy(b.weights, "\2\1\1", 3);
	b.weight_count = 3;
	return b;
}

static void visit_block(zcraft_visit visit, const char *name, const struct zcraft_block *b, size_t content_len, bool ok)
{
	static uint8_t block[ZCRAFT_CONTENT_MAX], frame[ZCRAFT_FRAME_MAX];
	size_t len = zcraft_block_put(block, sizeof block, b);
	PR_CHECK(len > 0);
	visit(name, frame, zcraft_frame_put(frame, content_len, 2, block, len), ok);
}

static void cases_of_blocks(zcraft_visit visit)
{
	struct zcraft_block b = sound_block();
	visit_block(visit, "sound block", &b, SOUND_LEN, true);
	visit_block(visit, "content a byte too short", &b, SOUND_LEN + 1, false);
	visit_block(visit, "content a byte too long", &b, SOUND_LEN - 1, false);
	b.long_count = true;
	visit_block(visit, "count not in its shortest form", &b, SOUND_LEN, true);
	b = sound_block();
	b.modes_reserved = 1;
	visit_block(visit, "reserved bit 0", &b, SOUND_LEN, false);
	b.modes_reserved = 2;
	visit_block(visit, "reserved bit 1", &b, SOUND_LEN, false);
	b = sound_block();
	b.literals_type = 3;
	visit_block(visit, "treeless literals", &b, SOUND_LEN, false);
	for (unsigned slack = 1; slack < 17; slack++) {
		b = sound_block();
		b.sequence_slack = slack;
		visit_block(visit, "bits left in the sequence stream", &b, SOUND_LEN, false);
		b = sound_block();
		b.huffman_slack = slack;
		visit_block(visit, "bits left in a Huffman stream", &b, SOUND_LEN, false);
	}

	struct zcraft_sequence first = { 3, 60, 4 };
	for (size_t n = 3; n < 9; n++) { /* four streams: at least six literals */
		b = sound_block();
		b.sequences = &first;
		b.sequence_count = 1;
		b.literal_count = n;
		for (b.literals_format = 0; b.literals_format < 4; b.literals_format++)
			visit_block(visit, "few literals", &b, 60 + n, b.literals_format == 0 || n >= 6);
	}

	static struct zcraft_sequence many[PR_ZFRAME_SEQUENCES_MAX + 1];
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) many[i] = (struct zcraft_sequence){ i ? 0 : 1, 5, i & 1 ? 1 : 4 };
	b = sound_block();
	b.sequences = many;
	for (b.sequence_count = 255; b.sequence_count <= 257; b.sequence_count++)
		visit_block(visit, "count of sequences", &b, 40 + 5 * b.sequence_count, b.sequence_count <= PR_ZFRAME_SEQUENCES_MAX);

	b = (struct zcraft_block){ .literals_type = 1, .literals = (const uint8_t *)"x", .literals_format = 1, .literal_count = 50 };
	visit_block(visit, "no sequences, one byte", &b, 50, true);
	b.long_count = true;
	visit_block(visit, "no sequences, two bytes", &b, 50, false);
}

static void cases_of_sequences(zcraft_visit visit)
{
	static const struct {
		const char *name;
		struct zcraft_sequence first, second;
		bool ok;
	} rows[] = {
		{ "offset to the start", { 20, 30, 23 }, { 5, 40, 13 }, true },
		{ "offset beyond the start", { 20, 30, 24 }, { 5, 40, 13 }, false },
		{ "offset far beyond the start", { 20, 30, 60000 }, { 5, 40, 13 }, false },
		{ "repeat offset 8 beyond the start", { 7, 30, 3 }, { 5, 40, 13 }, false },
		{ "repeat offset 8", { 8, 30, 3 }, { 5, 40, 13 }, true },
		{ "repeat 1 minus 1 is 0", { 20, 30, 4 }, { 0, 40, 3 }, false },
		{ "repeat 1 minus 1 is 1", { 20, 30, 5 }, { 0, 40, 3 }, true },
		{ "repeat 1 minus 1 is 0 at the start", { 0, 30, 3 }, { 5, 40, 3 }, false },
		{ "repeat 2 at the start", { 0, 30, 1 }, { 5, 40, 4 }, false },
		{ "repeat 3 at the start", { 0, 30, 2 }, { 5, 40, 4 }, false },
		{ "offset 1 at the start", { 0, 30, 4 }, { 5, 40, 4 }, false },
		{ "second offset to the start", { 20, 30, 4 }, { 5, 40, 58 }, true },
		{ "second offset beyond the start", { 20, 30, 4 }, { 5, 40, 59 }, false },
		{ "all literals used", { 20, 30, 4 }, { 20, 40, 13 }, true },
		{ "more literals than there are", { 20, 30, 4 }, { 21, 40, 13 }, false },
		{ "many more literals than there are", { 20, 30, 4 }, { 70000, 40, 13 }, false },
		{ "match longer than the content", { 20, 30, 4 }, { 5, 61, 13 }, false },
		{ "match much longer than the content", { 20, 70000, 4 }, { 5, 40, 13 }, false },
	};
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		struct zcraft_sequence s[2] = { rows[r].first, rows[r].second };
		struct zcraft_block b = sound_block();
		b.sequences = s;
		visit_block(visit, rows[r].name, &b, SOUND_LEN, rows[r].ok);
	}
}

/* Single-symbol tables, then bytes of theirs or of the modes replaced. */
static void cases_of_single_tables(zcraft_visit visit)
{
	static const struct {
		const char *name;
		unsigned place;
		uint8_t value;
		bool ok;
	} rows[] = {
		{ "single symbols", 1, 0x54, true },          { "literal length symbol 36", 2, 36, false },
		{ "literal length symbol 35", 2, 35, false }, { "offset symbol 32", 3, 32, false },
		{ "offset symbol 31", 3, 31, false },         { "match length symbol 53", 4, 53, false },
		{ "match length symbol 52", 4, 52, false },   { "literal length table repeated", 1, 0xD4, false },
		{ "offset table repeated", 1, 0x74, false },  { "match length table repeated", 1, 0x5C, false },
		{ "all tables repeated", 1, 0xFC, false },    { "stream ends in 0", 5, 0, false },
	};
	static const struct zcraft_sequence s[2] = { { 20, 30, 4 }, { 20, 30, 5 } };
	struct zcraft_block b = sound_block();
	uint8_t block[1000], frame[1000];
	b.sequences = s;
	b.lengths.mode = b.offsets.mode = b.matches.mode = 1;
	b.lengths.single = 18; /* 20 and 21 */
	b.offsets.single = 2;  /* 4 to 7 */
	b.matches.single = 27; /* 30 */
	size_t len = zcraft_block_put(block, sizeof block, &b), place = 0;
	while (memcmp(block + place, "\x02\x54\x12\x02\x1B", 5) != 0) place++;
	PR_CHECK(place + 6 == len); /* the stream has six bits and the mark */
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		size_t n = zcraft_frame_put(frame, 100, 2, block, len);
		frame[n - len + place + rows[r].place] = rows[r].value;
		visit(rows[r].name, frame, n, rows[r].ok);
	}
}

/* Direct weights and one stream of two literals; the last weight is the decoder's to find. */
static void cases_of_trees(zcraft_visit visit)
{
	static const struct {
		const char *name, *weights; /* without the last */
		unsigned count;
		const char *stream;
		unsigned stream_len;
		bool ok;
	} rows[] = {
		{ "two symbols", "\1", 1, "\x05", 1, true },
		{ "two bits left over", "\1", 1, "\x11", 1, false },
		{ "one bit short", "\1", 1, "\x03", 1, false },
		{ "stream of a mark only", "\1", 1, "\x01", 1, false },
		{ "last byte zero", "\1", 1, "\x05\0", 2, false },
		{ "no weight at all", "\0", 1, "\x05", 1, false },
		{ "no two codes of full depth", "\2", 1, "\x05", 1, false },
		{ "rest is no power of two", "\3\1", 2, "\x05", 1, false },
		{ "depth 11", "\1\1\2\3\4\5\6\7\10\11\12", 11, "\x07", 1, true },
		{ "depth 12", "\1\1\2\3\4\5\6\7\10\11\12\13", 12, "\x07", 1, false },
		{ "weight 12", "\14\1\1\2\3\4\5\6\7\10\11\12", 12, "\x07", 1, false },
		{ "weight 15", "\17\1\1", 3, "\x07", 1, false },
		{ "no stream", "\1", 1, "", 0, false },
	};
	static const struct zcraft_sequence only = { 2, 100, 4 };
	static const struct zcraft_block rest = { .sequences = &only, .sequence_count = 1, .literal_count = 2 };
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		uint8_t block[500] = { 0 }, frame[600], *tree = block + 3;
		unsigned n = rows[r].count, len = 1 + (n + 1) / 2;
		tree[0] = (uint8_t)(127 + n);
		for (unsigned i = 0; i < n; i++) tree[1 + i / 2] |= (uint8_t)((uint8_t)rows[r].weights[i] << (i & 1 ? 0 : 4));
		memcpy(tree + len, rows[r].stream, rows[r].stream_len);
		len += rows[r].stream_len;
		le_put(block, 2u | 2u << 4 | len << 14, 3);
		size_t total = 3 + len + sequences_put(tree + len, sizeof block - 3 - len, &rest);
		visit(rows[r].name, frame, zcraft_frame_put(frame, 102, 2, block, total), rows[r].ok);
	}
}

/* Trees of 256 symbols by FSE weights, and one weight too many. */
static void cases_of_large_trees(zcraft_visit visit)
{
	static uint8_t literals[600];
	struct zcraft_block b = { .literals_type = 2, .literals_format = 1, .literals = literals, .literal_count = sizeof literals };
	for (size_t i = 0; i < sizeof literals; i++) literals[i] = (uint8_t)(i % 5);
	b.weight_count = 256;
	memset(b.weights, 1, 256);
	b.weight_table.mode = 2;
	b.weight_table.log = 5;
	b.weight_table.symbols = 2;
	b.weight_table.counts[0] = 1;
	b.weight_table.counts[1] = 31;
	visit_block(visit, "256 symbols", &b, sizeof literals, false); /* codes of 8 bits: the block is longer than the content */
	for (size_t i = 0; i < 256; i++) b.weights[i] = i == 0 ? 8 : i < 128 || i == 255 ? 1 : 0;
	for (size_t i = 0; i < sizeof literals; i++) literals[i] = 0;
	b.weight_table.counts[0] = 15;
	b.weight_table.counts[1] = 16;
	b.weight_table.counts[8] = 1;
	b.weight_table.symbols = 9;
	visit_block(visit, "256 symbols, the first of one bit", &b, sizeof literals, true);
	b.weight_table.symbols = 2;
	b.weight_table.counts[0] = 1;
	b.weight_table.counts[1] = 31;
	b.weight_table.counts[8] = 0;
	for (size_t i = 0; i < 256; i++) b.weights[i] = 1;
	static uint8_t block[ZCRAFT_CONTENT_MAX], frame[ZCRAFT_FRAME_MAX];
	/* All weights 1 in a short stream that never runs dry: states of no bits repeat for ever. */
	b.weight_table.counts[0] = 0;
	b.weight_table.counts[1] = 32;
	uint8_t *tree = block + 3;
	size_t len = 1 + counts_put(tree + 1, 100, &b.weight_table);
	memcpy(tree + len, "\x00\x04", 2); /* ten bits: the first states */
	len += 2;
	tree[0] = (uint8_t)(len - 1);
	memcpy(tree + len, "\x55\x55", 2);
	len += 2;
	le_put(block, 2u | 14u << 4 | (uint32_t)len << 14, 3);
	block[3 + len] = 0;
	visit("weights without end", frame, zcraft_frame_put(frame, 14, 2, block, 4 + len), false);
}

void zcraft_cases(zcraft_visit visit)
{
	cases_of_headers(visit);
	cases_of_blocks(visit);
	cases_of_sequences(visit);
	cases_of_single_tables(visit);
	cases_of_trees(visit);
	cases_of_large_trees(visit);
}
