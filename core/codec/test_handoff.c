#include "core/codec/handoff.h"

#include "core/base/unit.h"

static void fill(uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) out[i] = (uint8_t)unit_rand();
}

static struct pr_batch_header random_header(void)
{
	struct pr_batch_header h = { .number = unit_rand(), .timestamp = unit_rand(), .inbox_from = unit_rand(), .inbox_to = unit_rand(),
		                     .posted = (uint32_t)unit_rand() };
	fill(h.parent, 32);
	fill(h.chunks_root, 32);
	return h;
}

static void test_sealed_batch_round_trip_and_every_other_length(void)
{
	static struct pr_sealed_batch a, b;
	static uint8_t                record[65536], wire[4][900], again[65536];

	a.number       = 7;
	a.timestamp    = 1000;
	a.inbox_from   = 3;
	a.inbox_to     = 12;
	a.inbox_chunks = 2;
	a.posted       = 4;
	fill(a.inbox_roots[0], 64);
	for (uint32_t i = 0; i < a.posted; i++) {
		fill(a.chunks[i].root32, 32);
		fill(wire[i], sizeof wire[i]);
		a.chunks[i].entry_count = i + 1;
		a.chunks[i].bytes       = wire[i];
		a.chunks[i].bytes_len   = 100 * (i + 1);
	}
	size_t len = pr_sealed_batch_bytes(&a);
	pr_sealed_batch_encode(record, &a);
	UNIT_CHECK(pr_sealed_batch_decode(&b, record, len) && !pr_sealed_batch_names_parent(&b));
	UNIT_CHECK(pr_sealed_batch_bytes(&b) == len && b.number == 7 && b.posted == 4 && memcmp(b.chunks[3].bytes, wire[3], 400) == 0);
	pr_sealed_batch_encode(again, &b);
	UNIT_CHECK(memcmp(record, again, len) == 0);
	a.parent32[31] = 1;
	pr_sealed_batch_encode(again, &a);
	UNIT_CHECK(pr_sealed_batch_decode(&b, again, len) && pr_sealed_batch_names_parent(&b) && memcmp(b.parent32, a.parent32, 32) == 0);
	for (size_t n = 0; n < len; n++) UNIT_CHECK(!pr_sealed_batch_decode(&b, record, n));
	UNIT_CHECK(!pr_sealed_batch_decode(&b, record, len + 1));
	pr_be32_put(record + 68, PR_BATCH_CHUNKS_MAX); /* with two inbox chunks: too many */
	UNIT_CHECK(!pr_sealed_batch_decode(&b, record, len));
}

static void test_post_round_trip_and_bounds(void)
{
	static uint8_t record[PR_POST_HEAD_BYTES + PR_BATCH_DATA_MAX + 1];
	struct pr_post a = { .number = 9, .timestamp = 5, .inbox_to = 2, .posted = 3 }, b;

	fill(a.parent32, 32);
	fill(a.hash32, 32);
	pr_post_head_encode(record, &a);
	fill(record + PR_POST_HEAD_BYTES, PR_BATCH_DATA_MAX);
	UNIT_CHECK(pr_post_decode(&b, record, PR_POST_HEAD_BYTES + PR_BATCH_DATA_MAX));
	UNIT_CHECK(b.number == 9 && b.posted == 3 && b.run_len == PR_BATCH_DATA_MAX && memcmp(b.hash32, a.hash32, 32) == 0 && b.run == record + PR_POST_HEAD_BYTES);
	UNIT_CHECK(pr_post_decode(&b, record, PR_POST_HEAD_BYTES) && b.run_len == 0);
	UNIT_CHECK(!pr_post_decode(&b, record, PR_POST_HEAD_BYTES - 1));
	UNIT_CHECK(!pr_post_decode(&b, record, sizeof record));
}

static void test_l1_event_round_trip_for_every_type(void)
{
	uint8_t record[PR_L1_EVENT_HEAD_BYTES_MAX + 40], again[PR_L1_EVENT_HEAD_BYTES_MAX];

	for (unsigned t = PR_L1_ITEM; t < PR_L1_EVENT_COUNT; t++) {
		struct pr_l1_event a = { .type = (enum pr_l1_event_type)t, .block = unit_rand(), .block_time = unit_rand(), .number = unit_rand(), .a = unit_rand(), .b = unit_rand() }, b;
		if (t == PR_L1_BATCH) a.header = random_header();
		fill(a.tx32, 32);
		fill(a.addr20, 20);
		fill(a.hash32, 32);
		size_t head = pr_l1_event_head_encode(record, &a);
		fill(record + head, 40);
		UNIT_CHECK(pr_l1_event_decode(&b, record, head + 40) && b.data_len == 40 && b.data == record + head);
		UNIT_CHECK(pr_l1_event_head_encode(again, &b) == head && memcmp(again, record, head) == 0);
		for (size_t n = 0; n < head; n++) UNIT_CHECK(!pr_l1_event_decode(&b, record, n));
	}
	memset(record, 0, sizeof record);
	struct pr_l1_event e;
	UNIT_CHECK(!pr_l1_event_decode(&e, record, sizeof record)); /* type 0 */
	record[0] = PR_L1_EVENT_COUNT;
	UNIT_CHECK(!pr_l1_event_decode(&e, record, sizeof record));
}

static void test_header_words_that_do_not_fit_are_refused(void)
{
	uint8_t                words[PR_BATCH_HEADER_ABI_BYTES];
	struct pr_batch_header a = random_header(), b;

	pr_batch_header_abi(words, &a);
	UNIT_CHECK(pr_batch_header_from_abi(&b, words, sizeof words) && memcmp(&a.chunks_root, &b.chunks_root, 32) == 0 && a.posted == b.posted && a.inbox_to == b.inbox_to);
	for (unsigned word = 1; word <= 5; word++) {
		words[32 * word + 23 + (word == 5 ? 4 : 0)] = 1;
		UNIT_CHECK(!pr_batch_header_from_abi(&b, words, sizeof words));
		words[32 * word + 23 + (word == 5 ? 4 : 0)] = 0;
	}
	UNIT_CHECK(pr_batch_header_from_abi(&b, words, sizeof words));
	UNIT_CHECK(!pr_batch_header_from_abi(&b, words, sizeof words - 1));
}

static void test_tags_round_trip_and_damage_is_seen(void)
{
	uint8_t           bytes[PR_L1_TAGS_BYTES];
	struct pr_l1_tags in = { 0x0102030405060708u, 0x0102030405060707u }, out;

	pr_l1_tags_encode(bytes, &in);
	UNIT_CHECK(pr_l1_tags_decode(&out, bytes, sizeof bytes) && out.safe == in.safe && out.finalized == in.finalized);
	for (unsigned bit = 0; bit < 8 * PR_L1_TAGS_BYTES; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		UNIT_CHECK(!pr_l1_tags_decode(&out, bytes, sizeof bytes) && out.safe == 0 && out.finalized == 0);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	UNIT_CHECK(!pr_l1_tags_decode(&out, bytes, sizeof bytes - 1));
}

int main(void)
{
	UNIT_RUN(test_sealed_batch_round_trip_and_every_other_length);
	UNIT_RUN(test_post_round_trip_and_bounds);
	UNIT_RUN(test_l1_event_round_trip_for_every_type);
	UNIT_RUN(test_header_words_that_do_not_fit_are_refused);
	UNIT_RUN(test_tags_round_trip_and_damage_is_seen);
	return UNIT_END();
}
