/* Prints frames with the verdict of the C decoder, one a line, for ZstdDecoder.t.sol:
 *
 *     0x ‖ group (1 byte) ‖ ok (1 byte) ‖ keccak-256 of the content (32 bytes, of nothing if refused) ‖ frame
 *
 * Groups: 0 made by libzstd, 1 crafted at random, 2 mutants of both, 3 hostile (dear to decode),
 * 4 named cases, one for each rule of the profile.
 * Files named on the command line (the fuzzer's corpus) are printed as mutants.  The choice of random frames
 * follows from PR_SEED (default 1); PR_VECTORS is their number (default 2400). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "core/codec/zframe.h"
#include "core/crypto/keccak.h"
#include "tests/support/zcraft.c"
#include "tests/support/zcraft_cases.c"
#include "tests/support/zcraft_gen.c"

enum group { GROUP_LIBZSTD, GROUP_CRAFTED, GROUP_MUTANT, GROUP_HOSTILE, GROUP_CASE };

#define VECTORS_DEFAULT 2400
#define MUTANTS_EACH 4

/* xorshift64*, as in core/base/unit.h. */
static uint64_t random_next(void)
{
	static uint64_t state;
	const char *seed = getenv("PR_SEED");
	if (state == 0) state = (seed ? strtoull(seed, NULL, 0) : 1) * 0x9E3779B97F4A7C15u | 1;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545F4914F6CDD1Du;
}

static uint8_t content[ZCRAFT_CONTENT_MAX], frame[ZCRAFT_FRAME_MAX + 8];

static void print(enum group group, const uint8_t *bytes, size_t len)
{
	static uint8_t decoded[PR_ZFRAME_CONTENT_MAX];
	uint8_t hash32[32];
	size_t n;
	bool ok = pr_zframe_decode(decoded, sizeof decoded, &n, bytes, len);
	pr_keccak256(hash32, decoded, n);
	printf("0x%02x%02x", (unsigned)group, ok);
	for (size_t i = 0; i < 32; i++) printf("%02x", hash32[i]);
	for (size_t i = 0; i < len; i++) printf("%02x", bytes[i]);
	putchar('\n');
}

static void print_case(const char *name, const uint8_t *bytes, size_t len, bool ok)
{
	(void)name;
	(void)ok; /* the line carries the decoder's own verdict; test_zframe.c holds it against this one */
	print(GROUP_CASE, bytes, len);
}

/* Mostly small, since a small frame exercises the same rules in less time. */
static size_t pick_len(void)
{
	size_t max = random_next() % 16 ? 700 : ZCRAFT_CONTENT_MAX;
	return 1 + (size_t)(random_next() % max);
}

static size_t make(enum group group)
{
	size_t frame_len = 0, len = pick_len();
	if (group == GROUP_LIBZSTD) {
		zcraft_sample(random_next, (unsigned)(random_next() % ZCRAFT_SAMPLE_COUNT), content, len);
		return ZSTD_compress(frame, sizeof frame, content, len, (int)(random_next() % 23) - 3);
	}
	while (frame_len == 0) zcraft_random(random_next, frame, &frame_len, content, &len);
	return frame_len;
}

static bool print_file(const char *path)
{
	static uint8_t bytes[ZCRAFT_FRAME_MAX];
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return false;
	}
	print(GROUP_MUTANT, bytes, fread(bytes, 1, sizeof bytes, f));
	fclose(f);
	return true;
}

int main(int argc, char **argv)
{
	const char *wanted = getenv("PR_VECTORS");
	unsigned long count = wanted ? strtoul(wanted, NULL, 10) : VECTORS_DEFAULT;
	size_t len, frame_len;

	for (unsigned v = 0; v < ZCRAFT_HOSTILE_COUNT; v++) {
		zcraft_hostile(v, frame, &frame_len, content, &len);
		print(GROUP_HOSTILE, frame, frame_len);
	}
	zcraft_cases(print_case);
	for (int i = 1; i < argc; i++) {
		if (!print_file(argv[i])) return 1;
	}
	for (unsigned long i = 0; i < count; i += 1 + MUTANTS_EACH) {
		static uint8_t mutant[ZCRAFT_FRAME_MAX + 8];
		enum group group = i / (1 + MUTANTS_EACH) & 1 ? GROUP_LIBZSTD : GROUP_CRAFTED;
		frame_len = make(group);
		print(group, frame, frame_len);
		for (int m = 0; m < MUTANTS_EACH; m++) {
			memcpy(mutant, frame, frame_len);
			len = frame_len;
			zcraft_mutate(random_next, mutant, &len);
			print(GROUP_MUTANT, mutant, len);
		}
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
