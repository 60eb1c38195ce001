/* Zstd frames for tests of the strict decoder: an encoder for shapes that libzstd never emits, random and
 * hostile frames made with it, sample contents, and mutation.  It writes single-segment frames of one block and
 * knows no profile, so that it can also break it.
 *
 * A test program includes the zcraft*.c files it needs in its one source file (zcraft.c first), since test
 * programs are built from one file.  What the frames mean is checked against libzstd and against the content that
 * the generator writes itself. */
#ifndef PR_TESTS_ZCRAFT_H
#define PR_TESTS_ZCRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZCRAFT_FRAME_MAX 20000u
#define ZCRAFT_CONTENT_MAX 8192u
#define ZCRAFT_SEQUENCES_MAX 512u

/* A table as a frame gives it. */
struct zcraft_table {
	unsigned mode; /* 0 predefined, 1 single symbol, 2 described, 3 repeat */
	uint8_t single;
	unsigned log, symbols;
	int16_t counts[64];
};

struct zcraft_sequence {
	uint32_t literals, match, value; /* value: 1..3 repeat offsets, else offset + 3 */
};

struct zcraft_block {
	unsigned literals_type; /* 0 raw, 1 RLE, 2 Huffman, 3 treeless */
	unsigned literals_format; /* size format, 0..3; must be wide enough (raw and RLE: 2 is as 0) */
	const uint8_t *literals;
	size_t literal_count;
	uint8_t weights[256]; /* of all symbols, the implied last one included */
	unsigned weight_count;
	struct zcraft_table weight_table; /* mode 2: FSE weights; else direct */
	unsigned huffman_slack; /* unread bits left in each Huffman stream: a fault */

	struct zcraft_table lengths, offsets, matches;
	const struct zcraft_sequence *sequences;
	size_t sequence_count;
	bool long_count; /* two bytes where one would do */
	unsigned modes_reserved; /* the two reserved bits */
	unsigned sequence_slack; /* unread bits left in the sequence stream: a fault */
};

/* The block's bytes; 0 if a table cannot express a value or something overflows. */
size_t zcraft_block_put(uint8_t *out, size_t cap, const struct zcraft_block *block);
/* Frame around a block of the given type (0 raw, 1 RLE, 2 compressed), size fields in their shortest form. */
size_t zcraft_frame_put(uint8_t *out, size_t content_len, unsigned type, const uint8_t *block, size_t block_len);

typedef uint64_t (*zcraft_rand)(void);

/* A random frame with random tables and its content.  True if it is within the profile (a block that came out
 * longer than its content is not); frame_len is 0 if the attempt failed. */
bool zcraft_random(zcraft_rand rand, uint8_t *frame, size_t *frame_len, uint8_t *content, size_t *content_len);

/* Frames of 8,192 content bytes made to cost proof gas: maximal tables, 256 sequences. */
#define ZCRAFT_HOSTILE_COUNT 12u
void zcraft_hostile(unsigned variant, uint8_t *frame, size_t *frame_len, uint8_t *content, size_t *content_len);

/* Calls visit with a frame for each rule of the profile, kept and broken; ok: within the profile. */
typedef void (*zcraft_visit)(const char *name, const uint8_t *frame, size_t frame_len, bool ok);
void zcraft_cases(zcraft_visit visit);

/* Ordinary content of len bytes, of one of ZCRAFT_SAMPLE_COUNT kinds. */
#define ZCRAFT_SAMPLE_COUNT 9u
void zcraft_sample(zcraft_rand rand, unsigned kind, uint8_t *out, size_t len);

/* Damages a frame: bits, bytes, sizes; a change of length may be told to the headers. */
void zcraft_mutate(zcraft_rand rand, uint8_t *frame, size_t *frame_len);

#endif
