#include "core/base/unit.h"
#include "core/l1/rlp.h"
#include "tests/support/hex.h"

static void test_encodes_the_examples_of_the_specification(void)
{
	uint8_t buf[128];
	static const char lorem[] = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
	struct pr_rlp w = pr_rlp(buf, sizeof buf);
	pr_rlp_bytes(&w, (const uint8_t *)"dog", 3);
	UNIT_CHECK(hex_is(buf, w.len, "83646f67"));
	w = pr_rlp(buf, sizeof buf);
	size_t mark = pr_rlp_list_begin(&w);
	pr_rlp_bytes(&w, (const uint8_t *)"cat", 3);
	pr_rlp_bytes(&w, (const uint8_t *)"dog", 3);
	pr_rlp_list_end(&w, mark);
	UNIT_CHECK(hex_is(buf, w.len, "c88363617483646f67"));
	static const struct {
		uint64_t value;
		const char *hex;
	} numbers[] = { { 0, "80" }, { 15, "0f" }, { 127, "7f" }, { 128, "8180" }, { 1024, "820400" },
		        { UINT64_MAX, "88ffffffffffffffff" } };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		w = pr_rlp(buf, sizeof buf);
		pr_rlp_uint(&w, numbers[i].value);
		UNIT_CHECK_ROW(numbers[i].hex, hex_is(buf, w.len, numbers[i].hex));
	}
	/* [ [], [[]], [ [], [[]] ] ] */
	w = pr_rlp(buf, sizeof buf);
	size_t a = pr_rlp_list_begin(&w);
	pr_rlp_list_end(&w, pr_rlp_list_begin(&w));
	size_t b = pr_rlp_list_begin(&w);
	pr_rlp_list_end(&w, pr_rlp_list_begin(&w));
	pr_rlp_list_end(&w, b);
	b = pr_rlp_list_begin(&w);
	pr_rlp_list_end(&w, pr_rlp_list_begin(&w));
	size_t c = pr_rlp_list_begin(&w);
	pr_rlp_list_end(&w, pr_rlp_list_begin(&w));
	pr_rlp_list_end(&w, c);
	pr_rlp_list_end(&w, b);
	pr_rlp_list_end(&w, a);
	UNIT_CHECK(hex_is(buf, w.len, "c7c0c1c0c3c0c1c0"));
	w = pr_rlp(buf, sizeof buf);
	pr_rlp_bytes(&w, (const uint8_t *)lorem, 56);
	UNIT_CHECK(w.len == 58 && buf[0] == 0xb8 && buf[1] == 56 && memcmp(buf + 2, lorem, 56) == 0);
	/* cast to-rlp '["0x",["0x01","0x80",["0x"]],"0x0400"]' */
	w = pr_rlp(buf, sizeof buf);
	a = pr_rlp_list_begin(&w);
	pr_rlp_bytes(&w, NULL, 0);
	b = pr_rlp_list_begin(&w);
	pr_rlp_uint(&w, 1);
	pr_rlp_uint(&w, 0x80);
	c = pr_rlp_list_begin(&w);
	pr_rlp_bytes(&w, NULL, 0);
	pr_rlp_list_end(&w, c);
	pr_rlp_list_end(&w, b);
	pr_rlp_uint(&w, 0x400);
	pr_rlp_list_end(&w, a);
	UNIT_CHECK(hex_is(buf, w.len, "ca80c5018180c180820400"));
}

static void test_nothing_is_written_past_the_room(void)
{
	for (size_t room = 0; room <= 70; room++) {
		uint8_t buf[80], bytes[60];
		memset(buf, 0xee, sizeof buf);
		memset(bytes, 0x11, sizeof bytes);
		struct pr_rlp w = pr_rlp(buf, room);
		size_t mark = pr_rlp_list_begin(&w);
		pr_rlp_bytes(&w, bytes, sizeof bytes);
		pr_rlp_uint(&w, 300);
		pr_rlp_list_end(&w, mark);
		UNIT_CHECK(pr_rlp_ok(&w) == (room >= 2 + 62 + 3));
		for (size_t i = room; i < sizeof buf; i++) UNIT_CHECK(buf[i] == 0xee);
	}
}

static void test_reading_is_strict(void)
{
	static const struct {
		const char *name, *hex;
		bool ok;
	} rows[] = {
		{ "byte", "7f", true },
		{ "wrapped byte", "817f", false },
		{ "wrapped high byte", "8180", true },
		{ "empty", "80", true },
		{ "cut string", "83646f", false },
		{ "long form for a short length", "b803646f67", false },
		{ "length with a leading zero", "b90038", false },
		{ "length that overflows", "bfffffffffffffffff", false },
		{ "list with a cut item inside is one item", "c183", true },
		{ "nothing", "", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[64];
		size_t n = hex_bytes(bytes, sizeof bytes, rows[i].hex);
		struct pr_cursor c = pr_cur(bytes, n);
		struct pr_rlp_item item;
		bool ok = pr_rlp_next(&c, &item);
		UNIT_CHECK_ROW(rows[i].name, ok == rows[i].ok);
		UNIT_CHECK_ROW(rows[i].name, !ok || pr_cur_done(&c));
	}
	uint8_t zero_led[] = { 0x82, 0x00, 0x01 };
	struct pr_cursor c = pr_cur(zero_led, 3);
	pr_u128 v;
	UNIT_CHECK(!pr_rlp_next_uint(&c, &v) && v == 0);
	c = pr_cur((const uint8_t *)"\x00", 1);
	UNIT_CHECK(!pr_rlp_next_uint(&c, &v));
	c = pr_cur((const uint8_t *)"\x83""dog", 4);
	uint8_t three[3], four[4];
	UNIT_CHECK(!pr_rlp_next_fixed(&c, four, 4));
	c = pr_cur((const uint8_t *)"\x83""dog", 4);
	UNIT_CHECK(pr_rlp_next_fixed(&c, three, 3) && memcmp(three, "dog", 3) == 0);
}

static void test_round_trip(void)
{
	for (unsigned round = 0; round < 500; round++) {
		uint8_t buf[1200], bytes[1100];
		size_t len = unit_rand() % sizeof bytes;
		for (size_t i = 0; i < len; i++) bytes[i] = (uint8_t)(unit_rand() >> 40);
		pr_u128 number = (pr_u128)unit_rand() << 64 | unit_rand();
		number >>= unit_rand() % 128;
		struct pr_rlp w = pr_rlp(buf, sizeof buf);
		size_t mark = pr_rlp_list_begin(&w);
		pr_rlp_bytes(&w, bytes, len);
		pr_rlp_uint(&w, number);
		pr_rlp_list_end(&w, mark);
		UNIT_CHECK(pr_rlp_ok(&w));
		struct pr_cursor c = pr_cur(buf, w.len);
		struct pr_rlp_item list, item;
		pr_u128 got;
		UNIT_CHECK(pr_rlp_next(&c, &list) && list.is_list && pr_cur_done(&c));
		UNIT_CHECK(pr_rlp_next(&list.body, &item) && !item.is_list && item.body.left == len);
		UNIT_CHECK(len == 0 || memcmp(item.body.pos, bytes, len) == 0);
		UNIT_CHECK(pr_rlp_next_uint(&list.body, &got) && got == number && pr_cur_done(&list.body));
	}
}

int main(void)
{
	UNIT_RUN(test_encodes_the_examples_of_the_specification);
	UNIT_RUN(test_nothing_is_written_past_the_room);
	UNIT_RUN(test_reading_is_strict);
	UNIT_RUN(test_round_trip);
	return UNIT_END();
}
