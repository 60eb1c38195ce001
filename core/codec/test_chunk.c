#include "core/codec/chunk.h"

#include "core/base/unit.h"
#include "core/codec/zframe.h"
#include "tests/support/any_entry.h"
#include "tests/support/hex.h"
#include "tests/support/plain_chunk.h"

static struct pr_chunk chunk, back;
static struct plain_chunk second;
static uint8_t plain[PR_CHUNK_PLAIN_MAX + 1], raw[PR_CHUNK_RAW_MAX + 1], plain_again[PR_CHUNK_PLAIN_MAX], raw_again[PR_CHUNK_RAW_MAX];
static uint32_t plain_len, raw_len;

/* Two encodings of what was decoded are equal to the sections it came from. */
static bool encodes_back(const struct pr_chunk *c, const uint8_t *p, uint32_t p_len, const uint8_t *r, uint32_t r_len)
{
	uint32_t p_again, r_again;
	return pr_chunk_encode(plain_again, &p_again, raw_again, &r_again, c) && p_again == p_len && r_again == r_len &&
	       memcmp(plain_again, p, p_len) == 0 && memcmp(raw_again, r, r_len) == 0;
}

/* Fills chunk with at most limit entries of posted kinds until the sums refuse one; returns the sums. */
static struct pr_chunk_sum fill(uint64_t *seed, uint32_t limit, uint32_t id_count, uint32_t spread)
{
	struct pr_chunk_sum sum;
	chunk.count = 0;
	pr_chunk_sum_init(&sum);
	while (chunk.count < limit) {
		struct pr_entry e = any_entry(seed, any_posted_kind(seed), id_count, spread);
		if (e.kind == PR_KIND_STREAM_TICK) e.f[PR_STREAM_TICK_COUNT].num %= 300;
		struct pr_chunk_sum before = sum;
		if (!pr_chunk_sum_add(&sum, &e)) {
			UNIT_CHECK(memcmp(&before, &sum, sizeof sum) == 0);
			break;
		}
		chunk.entries[chunk.count++] = e;
	}
	return sum;
}

static void test_random_round_trips(void)
{
	static const uint32_t spreads[] = { 1, 3, 1000, 130003, 16777213 };
	uint64_t seed = unit_rand() | 1;
	for (unsigned n = 0; n < 1500; n++) {
		uint32_t id_count = 1 + (uint32_t)(unit_rand() % 120), limit = n % 3 ? 200 : 1 + (uint32_t)(unit_rand() % 6);
		struct pr_chunk_sum sum = fill(&seed, limit, id_count, spreads[n % 5]);
		uint32_t ids[PR_CHUNK_LEAVES_MAX];

		UNIT_CHECK(chunk.count > 0 && sum.entries == chunk.count);
		UNIT_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
		UNIT_CHECK(raw_len == sum.raw_bytes && plain_len <= sum.plain_bytes_max);
		plain_chunk_write(&second, chunk.entries, chunk.count);
		UNIT_CHECK(plain_chunk_fits(&second, chunk.entries, chunk.count));
		UNIT_CHECK(plain_len == second.plain_len && memcmp(plain, second.plain, plain_len) == 0);
		UNIT_CHECK(raw_len == second.raw_len && memcmp(raw, second.raw, raw_len) == 0);
		UNIT_CHECK(pr_chunk_decode_sections(&back, plain, plain_len, raw, raw_len));
		UNIT_CHECK(back.count == chunk.count && memcmp(back.entries, chunk.entries, chunk.count * sizeof chunk.entries[0]) == 0);
		UNIT_CHECK(encodes_back(&back, plain, plain_len, raw, raw_len));
		UNIT_CHECK(pr_chunk_ids(ids, &back) == second.id_count && sum.ids == second.id_count);
		UNIT_CHECK(memcmp(ids, second.ids, 4 * second.id_count) == 0 && memcmp(sum.id_table, ids, 4 * sum.ids) == 0);
	}
}

/* The sums are those of the table, added up again. */
static void test_sums(void)
{
	uint64_t seed = unit_rand() | 1;
	for (unsigned n = 0; n < 300; n++) {
		struct pr_chunk_sum sum = fill(&seed, 200, 30, 77);
		uint32_t implicit = 0, gas = 0, links = 0;
		for (uint32_t i = 0; i < chunk.count; i++) {
			implicit += pr_kind_info(chunk.entries[i].kind)->implicit_leaves;
			gas += pr_kind_info(chunk.entries[i].kind)->gas;
			if (chunk.entries[i].kind == PR_KIND_STREAM_TICK) links += (uint32_t)chunk.entries[i].f[PR_STREAM_TICK_COUNT].num;
		}
		UNIT_CHECK(sum.implicit == implicit && sum.gas == gas && sum.links == links);
	}
}

/* Written by a script in JavaScript with each column spelled out: tick(300, 5, 200), transfer(from 5, nonce 127, deadline 128, to 2^24-1,
 * amount 2^64-1), claim_owner(5, 300), transfer(from 300, nonce 0, deadline 0, to 5, amount 16384). */
static void test_known_bytes(void)
{
	static const char want[] = "03041002150205a602d2fdff0700017f008001000200ffffffffffffffffff018080010100c8010001";
	struct pr_entry *e = chunk.entries;

	memset(&chunk, 0, sizeof chunk);
	chunk.count = 4;
	e[0].kind = PR_KIND_STREAM_TICK;
	e[0].f[PR_STREAM_TICK_STREAM].num = 300;
	e[0].f[PR_STREAM_TICK_ASSET].num = 5;
	e[0].f[PR_STREAM_TICK_COUNT].num = 200;
	memset(e[0].f[PR_STREAM_TICK_PREIMAGE].bytes, 0x70, 32);
	e[1].kind = PR_KIND_TRANSFER;
	e[1].f[PR_TRANSFER_FROM].num = 5;
	e[1].f[PR_TRANSFER_NONCE].num = 127;
	e[1].f[PR_TRANSFER_DEADLINE].num = 128;
	e[1].f[PR_TRANSFER_TO].num = 16777215;
	e[1].f[PR_TRANSFER_AMOUNT].num = UINT64_MAX;
	memset(e[1].sig64, 0x51, 64);
	e[2].kind = PR_KIND_CLAIM_OWNER;
	e[2].f[PR_CLAIM_OWNER_ASSET].num = 5;
	e[2].f[PR_CLAIM_OWNER_OWNER].num = 300;
	e[3].kind = PR_KIND_TRANSFER;
	e[3].f[PR_TRANSFER_FROM].num = 300;
	e[3].f[PR_TRANSFER_TO].num = 5;
	e[3].f[PR_TRANSFER_AMOUNT].num = 16384;
	memset(e[3].sig64, 0x52, 64);
	UNIT_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
	UNIT_CHECK(hex_is(plain, plain_len, want));
	UNIT_CHECK(raw_len == 160 && raw[0] == 0x51 && raw[63] == 0x51 && raw[64] == 0x52 && raw[127] == 0x52 && raw[128] == 0x70 && raw[159] == 0x70);
	UNIT_CHECK(pr_chunk_decode_sections(&back, plain, plain_len, raw, raw_len));
	UNIT_CHECK(back.count == 4 && memcmp(back.entries, chunk.entries, 4 * sizeof e[0]) == 0);
}

/* Small sections written out by hand; raw is empty unless said.  claim_owner (0x15) has columns asset, owner. */
static void test_refused_sections(void)
{
	static const struct {
		const char *name, *plain;
		uint32_t raw_len;
		bool ok;
	} rows[] = {
		{ "good: one id twice", "0101150500" "00", 0, true },
		{ "good: two ids", "0201150500" "0001", 0, true },
		{ "good: ids in the other order", "0201150500" "0100", 0, true },
		{ "good: the last id", "010115ffffff07" "0000", 0, true },
		{ "empty", "", 0, false },
		{ "ids alone", "01", 0, false },
		{ "no entries", "0000", 0, false },
		{ "no entries, an id", "010005", 0, false },
		{ "an id that nobody names", "0201150500" "0000", 0, false },
		{ "an id that nobody names, first", "0201150500" "0101", 0, false },
		{ "index past the table", "0101150500" "01", 0, false },
		{ "index 255", "01011505" "00ff", 0, false },
		{ "no table but an index", "000115" "0000", 0, false },
		{ "id 0", "01011500" "0000", 0, false },
		{ "id at OBJECTS_MAX", "01011580808008" "0000", 0, false },
		{ "second id at OBJECTS_MAX", "02011505faffff07" "0001", 0, false },
		{ "good: second id below OBJECTS_MAX", "02011505f9ffff07" "0001", 0, true },
		{ "id past 32 bits", "0101158580808010" "0000", 0, false },
		{ "second id wraps 64 bits", "02011505fbffffffffffffffff01" "0001", 0, false },
		{ "id not shortest", "0101158500" "0000", 0, false },
		{ "kind 0", "01010005" "0000", 0, false },
		{ "unknown kind", "01011705" "0000", 0, false },
		{ "kind 255", "0101ff05" "0000", 0, false },
		{ "a deposit", "000101" "1111111111111111111111111111111111111111" "01", 0, false },
		{ "a parameter", "000116" "0001", 0, false },
		{ "trailing byte", "0101150500" "0000", 0, false },
		{ "trailing raw", "01011505" "0000", 1, false },
		{ "one column short", "01011505" "00", 0, false },
		{ "good: tick", "01011005" "0000" "01", 32, true },
		{ "good: tick of no links", "01011005" "0000" "00", 32, true },
		{ "good: tick of all links", "01011005" "0000" "8010", 32, true },
		{ "tick of too many links", "01011005" "0000" "8110", 32, false },
		{ "tick of 2^64-1 links", "01011005" "0000" "ffffffffffffffffff01", 32, false },
		{ "count past 64 bits", "01011005" "0000" "ffffffffffffffffff02", 32, false },
		{ "count of eleven bytes", "01011005" "0000" "8080808080808080808001", 32, false },
		{ "count not shortest", "01011005" "0000" "8100", 32, false },
		{ "tick without its preimage", "01011005" "0000" "01", 0, false },
		{ "preimage cut short", "01011005" "0000" "01", 31, false },
		{ "preimage and a byte", "01011005" "0000" "01", 33, false },
		{ "two ticks, links over", "0102101005" "0000" "0000" "8010" "01", 64, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(raw, 0x33, sizeof raw);
		plain_len  = (uint32_t)hex_bytes(plain, sizeof plain, rows[i].plain);
		back.count = 99;
		UNIT_CHECK_ROW(rows[i].name, pr_chunk_decode_sections(&back, plain, plain_len, raw, rows[i].raw_len) == rows[i].ok);
		UNIT_CHECK_ROW(rows[i].name, rows[i].ok ? encodes_back(&back, plain, plain_len, raw, rows[i].raw_len) : back.count == 0);
	}
}

/* A mutation is refused, or it is another list and has that list's only encoding. */
static void judge_mutation(const uint8_t *p, uint32_t p_len, const uint8_t *r, uint32_t r_len, uint32_t *accepted)
{
	back.count = 99;
	if (!pr_chunk_decode_sections(&back, p, p_len, r, r_len)) {
		UNIT_CHECK(back.count == 0);
		return;
	}
	++*accepted;
	UNIT_CHECK(encodes_back(&back, p, p_len, r, r_len));
}

static void mutate_bytes(uint8_t *bytes, uint32_t len, uint32_t *accepted)
{
	for (uint32_t at = 0; at < len; at++) {
		uint8_t was = bytes[at];
		for (unsigned bit = 0; bit < 12; bit++) {
			bytes[at] = (uint8_t)(bit < 8 ? was ^ 1u << bit : bit == 8 ? 0 : bit == 9 ? 0xff : bit == 10 ? was + 1u : was - 1u);
			judge_mutation(plain, plain_len, raw, raw_len, accepted);
		}
		bytes[at] = was;
	}
}

static void test_every_mutation(void)
{
	uint64_t seed = unit_rand() | 1;
	uint32_t accepted = 0, shorter = 0;
	for (unsigned n = 0; n < 60; n++) {
		(void)fill(&seed, 1 + n % 8, 2 + n % 5, n % 2 ? 1 : 99991);
		UNIT_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
		mutate_bytes(plain, plain_len, &accepted);
		mutate_bytes(raw, raw_len, &accepted);
		for (uint32_t len = 0; len < plain_len; len++) judge_mutation(plain, len, raw, raw_len, &shorter);
		for (uint32_t len = 0; len < raw_len; len++) judge_mutation(plain, plain_len, raw, len, &shorter);
		plain[plain_len] = (uint8_t)n;
		raw[raw_len]     = (uint8_t)n;
		judge_mutation(plain, plain_len + 1, raw, raw_len, &shorter);
		judge_mutation(plain, plain_len, raw, raw_len + 1, &shorter);
		for (uint32_t at = 0; at + 1 < plain_len; at++) { /* neighbours change places */
			uint8_t was = plain[at];
			plain[at]     = plain[at + 1];
			plain[at + 1] = was;
			judge_mutation(plain, plain_len, raw, raw_len, &accepted);
			plain[at + 1] = plain[at];
			plain[at]     = was;
		}
	}
	UNIT_CHECK(accepted > 1000); /* or the property was tested on nothing */
	UNIT_CHECK(shorter == 0);
}

/* The whole chunk as posted, in a raw frame. */
static void test_posted_bytes(void)
{
	static uint8_t bytes[PR_CHUNK_BYTES_MAX + 1], frame[PR_ZFRAME_BYTES_MAX], spoilt[PR_CHUNK_BYTES_MAX + 1];
	uint64_t seed = unit_rand() | 1;
	for (unsigned n = 0; n < 100; n++) {
		(void)fill(&seed, 1 + n, 40, 5);
		UNIT_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
		size_t head = pr_zframe_header_put(frame, plain_len);
		memcpy(frame + head, plain, plain_len);
		uint32_t len = pr_chunk_assemble(bytes, raw, raw_len, frame, (uint32_t)head + plain_len);
		UNIT_CHECK(len == 3 + raw_len + head + plain_len && bytes[0] == PR_CHUNK_FORMAT && pr_be16(bytes + 1) == raw_len);
		UNIT_CHECK(pr_chunk_decode(&back, bytes, len));
		UNIT_CHECK(back.count == chunk.count && memcmp(back.entries, chunk.entries, chunk.count * sizeof chunk.entries[0]) == 0);
		for (uint32_t cut = 0; cut < len; cut += 1 + len / 64) UNIT_CHECK(!pr_chunk_decode(&back, bytes, cut) && back.count == 0);
		bytes[len] = 0;
		UNIT_CHECK(!pr_chunk_decode(&back, bytes, len + 1) && back.count == 0);
		for (unsigned format = 0; format < 256; format++) {
			memcpy(spoilt, bytes, len);
			spoilt[0] = (uint8_t)format;
			UNIT_CHECK(pr_chunk_decode(&back, spoilt, len) == (format == PR_CHUNK_FORMAT));
		}
		memcpy(spoilt, bytes, len);
		static const uint16_t wrong[] = { 0, 1, PR_CHUNK_RAW_MAX + 1, UINT16_MAX };
		for (unsigned i = 0; i < 4; i++) {
			pr_be16_put(spoilt + 1, wrong[i]);
			UNIT_CHECK(pr_chunk_decode(&back, spoilt, len) == (wrong[i] == raw_len));
		}
		pr_be16_put(spoilt + 1, (uint16_t)(raw_len + 1));
		UNIT_CHECK(!pr_chunk_decode(&back, spoilt, len) && back.count == 0);
	}
	UNIT_CHECK(!pr_chunk_decode(&back, NULL, 0) && back.count == 0);
	memset(bytes, 0, sizeof bytes);
	bytes[0] = PR_CHUNK_FORMAT;
	UNIT_CHECK(!pr_chunk_decode(&back, bytes, sizeof bytes) && back.count == 0);
}

int main(void)
{
	UNIT_RUN(test_random_round_trips);
	UNIT_RUN(test_sums);
	UNIT_RUN(test_known_bytes);
	UNIT_RUN(test_refused_sections);
	UNIT_RUN(test_every_mutation);
	UNIT_RUN(test_posted_bytes);
	return UNIT_END();
}
