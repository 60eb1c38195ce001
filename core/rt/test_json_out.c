#include "core/rt/json_out.h"

#include "core/base/unit.h"
#include "core/rt/json.h"

static bool is(const struct pr_json_out *o, const char *want)
{
	return pr_json_out_ok(o) && o->len == strlen(want) && memcmp(o->buf, want, o->len) == 0;
}

static void document(struct pr_json_out *o)
{
	static const uint8_t bytes[3] = { 0, 0xab, 0xff };
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "a", UINT64_MAX);
	pr_json_out_kv_u64_string(o, "b", UINT64_MAX);
	pr_json_out_key(o, "c");
	pr_json_out_open(o, '[');
	pr_json_out_i64(o, INT64_MIN);
	pr_json_out_bool(o, false);
	pr_json_out_null(o);
	pr_json_out_open(o, '{');
	pr_json_out_close(o, '}');
	pr_json_out_open(o, '[');
	pr_json_out_close(o, ']');
	pr_json_out_raw(o, "{\"r\":1}", 7);
	pr_json_out_close(o, ']');
	pr_json_out_kv_bool(o, "d", true);
	pr_json_out_kv_hex(o, "e", bytes, 3);
	pr_json_out_kv_hex(o, "f", bytes, 0);
	pr_json_out_kv_quantity(o, "g", 0);
	pr_json_out_kv_quantity(o, "h", 0x1f);
	pr_json_out_kv_string(o, "i", "x\"y\\z");
	pr_json_out_close(o, '}');
}

static const char document_text[] =
	"{\"a\":18446744073709551615,\"b\":\"18446744073709551615\",\"c\":[-9223372036854775808,false,null,{},[],{\"r\":1}],\"d\":true,"
	"\"e\":\"0x00abff\",\"f\":\"0x\",\"g\":\"0x0\",\"h\":\"0x1f\",\"i\":\"x\\\"y\\\\z\"}";

static void test_document(void)
{
	char buf[512];
	struct pr_json_out o;
	pr_json_out_init(&o, buf, sizeof buf);
	document(&o);
	UNIT_CHECK(is(&o, document_text));
	pr_json_out_reset(&o);
	UNIT_CHECK(pr_json_out_ok(&o) && o.len == 0);
	document(&o);
	UNIT_CHECK(is(&o, document_text));

	pr_json_out_init_growing(&o, sizeof document_text - 1);
	document(&o);
	UNIT_CHECK(is(&o, document_text));
	pr_json_out_fini(&o);
	UNIT_CHECK(o.buf == NULL);
}

/* With less room than needed: no byte beyond the bound is written, and the failure sticks. */
static void test_every_shorter_room_fails(void)
{
	for (size_t cap = 0; cap < sizeof document_text - 1; cap++) {
		char buf[sizeof document_text];
		struct pr_json_out o;
		memset(buf, 0x55, sizeof buf);
		pr_json_out_init(&o, buf, cap);
		document(&o);
		UNIT_CHECK(!pr_json_out_ok(&o) && o.len <= cap);
		for (size_t i = cap; i < sizeof buf; i++) UNIT_CHECK(buf[i] == 0x55);
		pr_json_out_init_growing(&o, cap);
		document(&o);
		UNIT_CHECK(!pr_json_out_ok(&o) && o.cap <= cap);
		pr_json_out_fini(&o);
	}
}

static void test_incomplete_is_not_ok(void)
{
	char buf[64];
	struct pr_json_out o;
	pr_json_out_init(&o, buf, sizeof buf);
	pr_json_out_open(&o, '{');
	UNIT_CHECK(!pr_json_out_ok(&o));
	pr_json_out_key(&o, "k");
	UNIT_CHECK(!pr_json_out_ok(&o));
	pr_json_out_null(&o);
	UNIT_CHECK(!pr_json_out_ok(&o));
	pr_json_out_close(&o, '}');
	UNIT_CHECK(is(&o, "{\"k\":null}"));
}

static void test_nothing_at_all(void)
{
	struct pr_json_out o;
	pr_json_out_init_growing(&o, 100);
	pr_json_out_string_n(&o, NULL, 0);
	UNIT_CHECK(is(&o, "\"\""));
	pr_json_out_reset(&o);
	pr_json_out_hex(&o, NULL, 0);
	UNIT_CHECK(is(&o, "\"0x\""));
	pr_json_out_fini(&o);
}

/* A level begins empty, whatever stood at its depth before. */
static void test_commas(void)
{
	char buf[64];
	struct pr_json_out o;
	pr_json_out_init(&o, buf, sizeof buf);
	pr_json_out_open(&o, '[');
	for (uint64_t i = 1; i <= 2; i++) {
		pr_json_out_open(&o, '[');
		pr_json_out_u64(&o, i);
		pr_json_out_close(&o, ']');
		pr_json_out_open(&o, '{');
		pr_json_out_kv_u64(&o, "a", i);
		pr_json_out_kv_u64(&o, "b", i);
		pr_json_out_close(&o, '}');
	}
	pr_json_out_close(&o, ']');
	UNIT_CHECK(is(&o, "[[1],{\"a\":1,\"b\":1},[2],{\"a\":2,\"b\":2}]"));
}

static void test_depth(void)
{
	char buf[256];
	struct pr_json_out o;
	pr_json_out_init(&o, buf, sizeof buf);
	for (int i = 0; i < PR_JSON_OUT_DEPTH_MAX; i++) pr_json_out_open(&o, '[');
	pr_json_out_u64(&o, 1);
	pr_json_out_u64(&o, 2);
	for (int i = 0; i < PR_JSON_OUT_DEPTH_MAX; i++) pr_json_out_close(&o, ']');
	UNIT_CHECK(pr_json_out_ok(&o) && o.len == 2 * PR_JSON_OUT_DEPTH_MAX + 3);
}

static void test_strings(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *want;
	} rows[] = {
		{ "", 0, "\"\"" }, { "plain", 5, "\"plain\"" }, { "\"\\/", 3, "\"\\\"\\\\/\"" }, { "\0\n\x1f", 3, "\"\\u0000\\u000a\\u001f\"" },
		{ "\x7f", 1, "\"\x7f\"" }, { "\xc3\xa9", 2, "\"\xc3\xa9\"" }, { "\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\"" },
		{ "a\xff" "b", 3, "\"a\xef\xbf\xbd" "b\"" }, { "\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" }, { "\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, { "\xc3", 1, "\"\xef\xbf\xbd\"" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char buf[64];
		struct pr_json_out o;
		pr_json_out_init(&o, buf, sizeof buf);
		pr_json_out_string_n(&o, rows[i].bytes, rows[i].len);
		UNIT_CHECK_ROW(rows[i].want, is(&o, rows[i].want));
	}
}

/* Random bytes come out as JSON the strict reader takes, and unchanged if they were UTF-8. */
static void test_random_bytes_are_readable(void)
{
	for (int round = 0; round < 2000; round++) {
		char bytes[24], buf[256], back[128];
		size_t len = (size_t)(unit_rand() % sizeof bytes), back_len;
		bool ascii = round % 2;
		for (size_t i = 0; i < len; i++) bytes[i] = (char)(unit_rand() & (ascii ? 0x7f : 0xff));
		struct pr_json_out o;
		struct pr_json doc;
		struct pr_json_node node;
		pr_json_out_init(&o, buf, sizeof buf);
		pr_json_out_string_n(&o, bytes, len);
		UNIT_CHECK(pr_json_out_ok(&o));
		UNIT_CHECK(pr_json_parse(&doc, buf, o.len, &node, 1) == PR_JSON_OK);
		UNIT_CHECK(pr_json_string(back, &back_len, sizeof back, &doc, 0));
		if (ascii) UNIT_CHECK(back_len == len && memcmp(back, bytes, len) == 0);
	}
}

static void test_quantities_round_trip(void)
{
	for (int round = 0; round < 500; round++) {
		uint8_t value[32] = { 0 }, back[32];
		unsigned bytes = (unsigned)(unit_rand() % 33);
		for (unsigned i = 0; i < bytes; i++) value[31 - i] = (uint8_t)unit_rand();
		char buf[80];
		struct pr_json_out o;
		struct pr_json doc;
		struct pr_json_node node;
		pr_json_out_init(&o, buf, sizeof buf);
		pr_json_out_quantity32(&o, value);
		UNIT_CHECK(pr_json_out_ok(&o) && pr_json_parse(&doc, buf, o.len, &node, 1) == PR_JSON_OK);
		UNIT_CHECK(pr_json_quantity32(back, &doc, 0) && memcmp(value, back, 32) == 0);
		uint64_t v = unit_rand() >> unit_rand() % 64, w;
		pr_json_out_reset(&o);
		pr_json_out_quantity(&o, v);
		UNIT_CHECK(pr_json_out_ok(&o) && pr_json_parse(&doc, buf, o.len, &node, 1) == PR_JSON_OK && pr_json_quantity(&w, &doc, 0) && v == w);
	}
}

static void test_long_hex(void)
{
	static uint8_t bytes[1000], back[1000];
	static char buf[2100];
	struct pr_json_out o;
	struct pr_json doc;
	struct pr_json_node node;
	for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)unit_rand();
	pr_json_out_init(&o, buf, sizeof buf);
	pr_json_out_hex(&o, bytes, sizeof bytes);
	UNIT_CHECK(pr_json_out_ok(&o) && pr_json_parse(&doc, buf, o.len, &node, 1) == PR_JSON_OK);
	UNIT_CHECK(pr_json_hex(back, sizeof back, &doc, 0) && memcmp(bytes, back, sizeof back) == 0);
}

int main(void)
{
	UNIT_RUN(test_document);
	UNIT_RUN(test_every_shorter_room_fails);
	UNIT_RUN(test_incomplete_is_not_ok);
	UNIT_RUN(test_nothing_at_all);
	UNIT_RUN(test_commas);
	UNIT_RUN(test_depth);
	UNIT_RUN(test_strings);
	UNIT_RUN(test_random_bytes_are_readable);
	UNIT_RUN(test_quantities_round_trip);
	UNIT_RUN(test_long_hex);
	return UNIT_END();
}
