#include "core/rt/zpack.h"

#include "core/base/unit.h"
#include "core/codec/zframe.h"
#include "tests/support/zcraft.c"
#include "tests/support/zcraft_gen.c"

static uint8_t content[PR_ZFRAME_CONTENT_MAX], decoded[PR_ZFRAME_CONTENT_MAX], frame[PR_ZFRAME_BYTES_MAX];

static bool is_raw(const uint8_t *f, size_t content_len) { return (f[content_len < 256 ? 6 : 7] >> 1 & 3) == 0; }

static void test_every_content_round_trips(void)
{
	for (unsigned round = 0; round < 60; round++) {
		static uint8_t again[PR_ZFRAME_BYTES_MAX];
		size_t len = round < 20 ? 1 + round : 1 + (size_t)(unit_rand() % PR_ZFRAME_CONTENT_MAX), n, m, packed;
		zcraft_sample(unit_rand, round % ZCRAFT_SAMPLE_COUNT, content, len);
		UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, len) == PR_OK);
		UNIT_CHECK(packed <= len + PR_ZFRAME_HEADER_MAX);
		UNIT_CHECK(pr_zframe_decode(decoded, sizeof decoded, &n, frame, packed) && n == len);
		UNIT_CHECK(memcmp(decoded, content, len) == 0);
		UNIT_CHECK(pr_zpack(again, sizeof again, &m, content, len) == PR_OK);
		UNIT_CHECK(m == packed && memcmp(again, frame, m) == 0);
	}
}

static void test_incompressible_content_is_raw(void)
{
	size_t packed;
	zcraft_sample(unit_rand, 0, content, sizeof content);
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, sizeof content) == PR_OK);
	UNIT_CHECK(packed == PR_ZFRAME_BYTES_MAX && is_raw(frame, sizeof content));
	/* 1 % of zeros at the end is a saving of under 2 %. */
	memset(content + sizeof content - 82, 0, 82);
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, sizeof content) == PR_OK);
	UNIT_CHECK(packed == PR_ZFRAME_BYTES_MAX && is_raw(frame, sizeof content));
	memset(content + sizeof content - 400, 0, 400);
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, sizeof content) == PR_OK);
	UNIT_CHECK(packed < sizeof content - 200 && !is_raw(frame, sizeof content));
}

/* Columns of many entries: the first way has too many sequences, a later one has not. */
static void test_fewer_sequences_are_tried(void)
{
	size_t packed;
	zcraft_sample(unit_rand, 8, content, sizeof content);
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, sizeof content) == PR_OK);
	UNIT_CHECK(packed < sizeof content * 6 / 10 && !is_raw(frame, sizeof content));
}

/* A long text of few words: every way makes more sequences than the profile allows. */
static void test_too_many_sequences_is_raw(void)
{
	size_t packed;
	zcraft_sample(unit_rand, 1, content, sizeof content);
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, sizeof content) == PR_OK);
	UNIT_CHECK(packed == PR_ZFRAME_BYTES_MAX && is_raw(frame, sizeof content));
}

static void test_bounds(void)
{
	size_t packed = 9;
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, 0) == PR_ERR_INVALID && packed == 0);
	UNIT_CHECK(pr_zpack(frame, sizeof frame, &packed, content, sizeof content + 1) == PR_ERR_INVALID && packed == 0);
	UNIT_CHECK(pr_zpack(frame, sizeof frame - 1, &packed, content, 10) == PR_ERR_INVALID && packed == 0);
}

int main(void)
{
	UNIT_RUN(test_every_content_round_trips);
	UNIT_RUN(test_incompressible_content_is_raw);
	UNIT_RUN(test_fewer_sequences_are_tried);
	UNIT_RUN(test_too_many_sequences_is_raw);
	UNIT_RUN(test_bounds);
	return UNIT_END();
}
