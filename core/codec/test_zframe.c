#include "core/codec/zframe.h"

#include <zstd.h>

#include "core/base/unit.h"
#include "tests/support/zcraft.c"
#include "tests/support/zcraft_cases.c"
#include "tests/support/zcraft_gen.c"

static uint8_t content[ZCRAFT_CONTENT_MAX], decoded[ZCRAFT_CONTENT_MAX], frame[ZCRAFT_FRAME_MAX];

static bool decodes(const uint8_t *bytes, size_t len, size_t *out_len)
{
	return pr_zframe_decode(decoded, sizeof decoded, out_len, bytes, len);
}

static bool decodes_to(const uint8_t *bytes, size_t len, const uint8_t *want, size_t want_len)
{
	size_t n;
	return decodes(bytes, len, &n) && n == want_len && memcmp(decoded, want, n) == 0;
}

static bool refused(const uint8_t *bytes, size_t len)
{
	size_t n = 1;
	return !decodes(bytes, len, &n) && n == 0;
}

/* libzstd agrees with what is in decoded[0..n). */
static bool libzstd_agrees(const uint8_t *bytes, size_t len, size_t n)
{
	static uint8_t other[ZCRAFT_CONTENT_MAX];
	size_t got = ZSTD_decompress(other, sizeof other, bytes, len);
	return !ZSTD_isError(got) && got == n && memcmp(other, decoded, n) == 0;
}

/* The number of sequences of a compressed frame that libzstd made. */
static size_t sequence_count(const uint8_t *f)
{
	const uint8_t *p = f + (f[4] & 0x40 ? 10 : 9);
	unsigned type = p[0] & 3, format = p[0] >> 2 & 3;
	uint64_t head = 0;
	for (int i = 0; i < 5; i++) head |= (uint64_t)p[i] << (8 * i);
	if (type == 2) {
		unsigned width = format < 2 ? 10 : format == 2 ? 14 : 18;
		p += (format < 2 ? 3 : format + 2u) + (head >> (4 + width) & ((1u << width) - 1));
	} else {
		size_t h = format == 1 ? 2 : format == 3 ? 3 : 1;
		size_t n = h == 1 ? (head & 0xff) >> 3 : h == 2 ? (head & 0xffff) >> 4 : (head & 0xffffff) >> 4;
		p += h + (type == 0 ? n : 1);
	}
	return p[0] < 128 ? p[0] : ((size_t)(p[0] - 128) << 8) + p[1];
}

/* Every frame of libzstd's one-call compression is in the profile, unless it has too many sequences. */
static void test_libzstd_frames_round_trip(void)
{
	static const int levels[] = { -5, 1, 3, 6, 9, 12, 16, 19, 22 };
	unsigned accepted = 0;
	for (unsigned round = 0; round < 900; round++) {
		size_t len = 1 + (size_t)(unit_rand() % (round % 3 ? 900 : ZCRAFT_CONTENT_MAX)), n;
		zcraft_sample(unit_rand, round % ZCRAFT_SAMPLE_COUNT, content, len);
		size_t packed = ZSTD_compress(frame, sizeof frame, content, len, levels[unit_rand() % (sizeof levels / sizeof levels[0])]);
		bool raw = (frame[len < 256 ? 6 : 7] >> 1 & 3) == 0;
		if (!raw && sequence_count(frame) > PR_ZFRAME_SEQUENCES_MAX) {
			UNIT_CHECK(!decodes(frame, packed, &n));
			continue;
		}
		UNIT_CHECK(decodes_to(frame, packed, content, len));
		accepted++;
	}
	UNIT_CHECK(accepted > 600);
}

static void test_raw_frame_of_every_size(void)
{
	zcraft_sample(unit_rand, 0, content, sizeof content);
	for (size_t len = 1; len <= PR_ZFRAME_CONTENT_MAX; len += len < 300 ? 1 : 877) {
		size_t header = pr_zframe_header_put(frame, len);
		UNIT_CHECK(header <= PR_ZFRAME_HEADER_MAX);
		memcpy(frame + header, content, len);
		UNIT_CHECK(decodes_to(frame, header + len, content, len));
		UNIT_CHECK(libzstd_agrees(frame, header + len, len));
		UNIT_CHECK(refused(frame, header + len - 1));
		UNIT_CHECK(refused(frame, header + len + 1));
	}
}

static void test_crafted_frames_decode_to_their_content(void)
{
	unsigned made = 0, in_profile = 0;
	for (unsigned round = 0; round < 4000; round++) {
		size_t frame_len, len;
		bool valid = zcraft_random(unit_rand, frame, &frame_len, content, &len);
		if (frame_len == 0) continue;
		made++;
		if (!valid) {
			UNIT_CHECK(refused(frame, frame_len));
			continue;
		}
		in_profile++;
		UNIT_CHECK(decodes_to(frame, frame_len, content, len));
		UNIT_CHECK(libzstd_agrees(frame, frame_len, len));
	}
	UNIT_CHECK(made > 1500 && in_profile > 1000);
}

static void test_hostile_frames_decode(void)
{
	for (unsigned v = 0; v < ZCRAFT_HOSTILE_COUNT; v++) {
		size_t frame_len, len;
		zcraft_hostile(v, frame, &frame_len, content, &len);
		UNIT_CHECK(decodes_to(frame, frame_len, content, len));
		UNIT_CHECK(libzstd_agrees(frame, frame_len, len));
	}
}

/* Accepting implies that libzstd accepts, with the same bytes; nothing is written past the end. */
static void test_mutants_are_never_accepted_against_libzstd(void)
{
	static uint8_t mutant[ZCRAFT_FRAME_MAX + 8];
	unsigned accepted = 0, tried = 0;
	for (unsigned round = 0; round < 1200; round++) {
		size_t frame_len, len = 1 + (size_t)(unit_rand() % 700);
		if (round & 1) {
			zcraft_sample(unit_rand, (unsigned)(unit_rand() % ZCRAFT_SAMPLE_COUNT), content, len);
			frame_len = ZSTD_compress(frame, sizeof frame, content, len, (int)(unit_rand() % 20));
		} else if (!zcraft_random(unit_rand, frame, &frame_len, content, &len) || frame_len > 1500) {
			continue;
		}
		for (int i = 0; i < 30; i++) {
			size_t n, mutant_len = frame_len;
			memcpy(mutant, frame, frame_len);
			zcraft_mutate(unit_rand, mutant, &mutant_len);
			tried++;
			if (!decodes(mutant, mutant_len, &n)) {
				UNIT_CHECK(n == 0);
				continue;
			}
			accepted++;
			UNIT_CHECK(libzstd_agrees(mutant, mutant_len, n));
		}
	}
	UNIT_CHECK(tried > 20000 && accepted > tried / 20 && accepted < tried);
}

static void test_every_truncation_is_refused(void)
{
	size_t frame_len, len;
	zcraft_sample(unit_rand, 1, content, 600);
	frame_len = ZSTD_compress(frame, sizeof frame, content, 600, 19);
	UNIT_CHECK(decodes(frame, frame_len, &len));
	for (size_t n = 0; n < frame_len; n++) UNIT_CHECK(refused(frame, n));
	UNIT_CHECK(refused(NULL, 0));
}

/* ---- Named cases. ---- */

static void case_check(const char *name, const uint8_t *bytes, size_t len, bool ok)
{
	size_t n = 1;
	bool accepted = decodes(bytes, len, &n);
	UNIT_CHECK_ROW(name, accepted == ok && (accepted || n == 0));
	UNIT_CHECK_ROW(name, !accepted || libzstd_agrees(bytes, len, n));
}

static void test_named_cases(void) { zcraft_cases(case_check); }

/* A description over too large an alphabet, too exact, or cut short: as a frame it would be too long for some. */
static void test_tables_outside_the_profile(void)
{
	static const struct {
		const struct pr_zfse_kind *kind;
		unsigned log, symbols;
		bool ok;
	} rows[] = {
		{ &pr_zfse_literal_length, 9, 36, true }, { &pr_zfse_literal_length, 9, 37, false }, { &pr_zfse_literal_length, 10, 36, false },
		{ &pr_zfse_match_length, 9, 53, true },   { &pr_zfse_match_length, 9, 54, false },   { &pr_zfse_match_length, 10, 53, false },
		{ &pr_zfse_offset, 8, 32, true },         { &pr_zfse_offset, 8, 33, false },         { &pr_zfse_offset, 9, 32, false },
		{ &pr_zfse_weight, 6, 12, true },         { &pr_zfse_weight, 6, 13, false },         { &pr_zfse_weight, 7, 12, false },
	};
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		static struct pr_zfse_table table;
		struct zcraft_table t;
		uint8_t bytes[128];
		size_t used;
		table_full(&t, rows[r].log, rows[r].symbols);
		size_t n = counts_put(bytes, sizeof bytes, &t);
		UNIT_CHECK(pr_zfse_read(&table, &used, rows[r].kind, bytes, n) == rows[r].ok);
		UNIT_CHECK(!rows[r].ok || used == n);
		UNIT_CHECK(!pr_zfse_read(&table, &used, rows[r].kind, bytes, n - 1));
	}
}

int main(void)
{
	UNIT_RUN(test_libzstd_frames_round_trip);
	UNIT_RUN(test_raw_frame_of_every_size);
	UNIT_RUN(test_crafted_frames_decode_to_their_content);
	UNIT_RUN(test_hostile_frames_decode);
	UNIT_RUN(test_mutants_are_never_accepted_against_libzstd);
	UNIT_RUN(test_every_truncation_is_refused);
	UNIT_RUN(test_named_cases);
	UNIT_RUN(test_tables_outside_the_profile);
	return UNIT_END();
}
