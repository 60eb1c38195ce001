#include "core/rt/json.h"

#include "core/base/unit.h"

#define NODES 4096

static struct pr_json_node nodes[NODES];
static struct pr_json doc;

static enum pr_json_err parse(const char *text) { return pr_json_parse(&doc, text, strlen(text), nodes, NODES); }

static void test_valid(void)
{
	static const char *const rows[] = {
		"null", "true", "false", "0", "-0", "1", "-1", "10", "0.5", "-0.5e10", "1E+2", "1e-2", "123456789012345678901234567890",
		"\"\"", "\"a\"", " \t\r\n{} \n", "[]", "[ ]", "{ }", "[1,2]", "[[],{}]", "{\"a\":{\"b\":[1,{\"c\":null}]}}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"\\ud83d\\ude00\"", "\"\xc3\xa9\"", "\"\xe2\x82\xac\"", "\"\xf0\x9f\x98\x80\"",
		"\"\xf4\x8f\xbf\xbf\"", "\"\xed\x9f\xbf\"", "\"\xee\x80\x80\"", "\"\x7f\"", "{\"\":0}", "{\"a\":1,\"A\":2}", "\"\\u0000\"",
		"{\"a\" : 1 , \"b\" : [ 1 , 2 ] }",
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		UNIT_CHECK_ROW(rows[i], parse(rows[i]) == PR_JSON_OK);
		UNIT_CHECK_ROW(rows[i], pr_json_type(&doc, 0) != PR_JSON_ABSENT);
	}
}

static void test_invalid(void)
{
	static const struct {
		const char *text;
		enum pr_json_err want;
	} rows[] = {
		{ "", PR_JSON_ERR_SYNTAX }, { " ", PR_JSON_ERR_SYNTAX }, { "nul", PR_JSON_ERR_SYNTAX }, { "nulll", PR_JSON_ERR_SYNTAX },
		{ "True", PR_JSON_ERR_SYNTAX }, { "NaN", PR_JSON_ERR_SYNTAX }, { "Infinity", PR_JSON_ERR_SYNTAX }, { "-", PR_JSON_ERR_NUMBER },
		{ "-a", PR_JSON_ERR_NUMBER }, { "01", PR_JSON_ERR_NUMBER }, { "-01", PR_JSON_ERR_NUMBER }, { "00", PR_JSON_ERR_NUMBER },
		{ "+1", PR_JSON_ERR_NUMBER }, { ".5", PR_JSON_ERR_NUMBER }, { "1.", PR_JSON_ERR_NUMBER }, { "1.e1", PR_JSON_ERR_NUMBER },
		{ "1e", PR_JSON_ERR_NUMBER }, { "1e+", PR_JSON_ERR_NUMBER }, { "0x10", PR_JSON_ERR_SYNTAX }, { "1 2", PR_JSON_ERR_SYNTAX },
		{ "[", PR_JSON_ERR_SYNTAX }, { "]", PR_JSON_ERR_SYNTAX }, { "[1", PR_JSON_ERR_SYNTAX }, { "[1,", PR_JSON_ERR_SYNTAX },
		{ "[1,]", PR_JSON_ERR_SYNTAX }, { "[,1]", PR_JSON_ERR_SYNTAX }, { "[1 2]", PR_JSON_ERR_SYNTAX }, { "[1}", PR_JSON_ERR_SYNTAX },
		{ "{", PR_JSON_ERR_SYNTAX }, { "{\"a\"", PR_JSON_ERR_SYNTAX }, { "{\"a\":", PR_JSON_ERR_SYNTAX }, { "{\"a\":}", PR_JSON_ERR_SYNTAX },
		{ "{\"a\":1", PR_JSON_ERR_SYNTAX }, { "{\"a\":1,}", PR_JSON_ERR_SYNTAX }, { "{a:1}", PR_JSON_ERR_SYNTAX }, { "{1:1}", PR_JSON_ERR_SYNTAX },
		{ "{\"a\":1]", PR_JSON_ERR_SYNTAX }, { "{\"a\",1}", PR_JSON_ERR_SYNTAX }, { "{\"a\":1}x", PR_JSON_ERR_SYNTAX }, { "{}{}", PR_JSON_ERR_SYNTAX },
		{ "\"", PR_JSON_ERR_SYNTAX }, { "\"a", PR_JSON_ERR_SYNTAX }, { "\"\\", PR_JSON_ERR_SYNTAX }, { "\"\\x\"", PR_JSON_ERR_SYNTAX },
		{ "\"\\u12\"", PR_JSON_ERR_SYNTAX }, { "\"\\u12g4\"", PR_JSON_ERR_SYNTAX }, { "\"\n\"", PR_JSON_ERR_SYNTAX }, { "\"\x1f\"", PR_JSON_ERR_SYNTAX },
		{ "\"\t\"", PR_JSON_ERR_SYNTAX }, { "\"\x1fn\"", PR_JSON_ERR_SYNTAX }, { "'a'", PR_JSON_ERR_SYNTAX }, { "/**/1", PR_JSON_ERR_SYNTAX }, { "1//", PR_JSON_ERR_SYNTAX },
		{ "\xef\xbb\xbf{}", PR_JSON_ERR_SYNTAX }, { "\v1", PR_JSON_ERR_SYNTAX }, { "\xc2\xa0" "1", PR_JSON_ERR_SYNTAX },
		{ "\"\\ud800\"", PR_JSON_ERR_UTF8 }, { "\"\\udc00\"", PR_JSON_ERR_UTF8 }, { "\"\\ud800\\ud800\"", PR_JSON_ERR_UTF8 },
		{ "\"\\ud800x\"", PR_JSON_ERR_UTF8 }, { "\"\\ude00\\ud83d\"", PR_JSON_ERR_UTF8 }, { "\"\\ud83d\\u0041\"", PR_JSON_ERR_UTF8 }, { "\"\\ud83d\\ue000\"", PR_JSON_ERR_UTF8 },
		{ "\"\x80\"", PR_JSON_ERR_UTF8 }, { "\"\xc0\x80\"", PR_JSON_ERR_UTF8 }, { "\"\xc1\xbf\"", PR_JSON_ERR_UTF8 }, { "\"\xc3\"", PR_JSON_ERR_UTF8 },
		{ "\"\xe0\x80\x80\"", PR_JSON_ERR_UTF8 }, { "\"\xe0\x9f\xbf\"", PR_JSON_ERR_UTF8 }, { "\"\xed\xa0\x80\"", PR_JSON_ERR_UTF8 },
		{ "\"\xf0\x80\x80\x80\"", PR_JSON_ERR_UTF8 }, { "\"\xf4\x90\x80\x80\"", PR_JSON_ERR_UTF8 }, { "\"\xf5\x80\x80\x80\"", PR_JSON_ERR_UTF8 },
		{ "\"\xff\"", PR_JSON_ERR_UTF8 }, { "\"\xe2\x82\"", PR_JSON_ERR_UTF8 }, { "\"\xe2\x82", PR_JSON_ERR_UTF8 },
		{ "{\"a\":1,\"a\":2}", PR_JSON_ERR_DUPLICATE }, { "{\"a\":1,\"\\u0061\":2}", PR_JSON_ERR_DUPLICATE },
		{ "{\"\xc3\xa9\":1,\"\\u00e9\":2}", PR_JSON_ERR_DUPLICATE }, { "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", PR_JSON_ERR_DUPLICATE },
		{ "{\"\":1,\"\":2}", PR_JSON_ERR_DUPLICATE }, { "[{\"x\":{\"k\":1,\"l\":2,\"k\":3}}]", PR_JSON_ERR_DUPLICATE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		UNIT_CHECK_ROW(rows[i].text, parse(rows[i].text) == rows[i].want);
		UNIT_CHECK_ROW(rows[i].text, pr_json_type(&doc, 0) == PR_JSON_ABSENT && pr_json_count(&doc, 0) == 0 && doc.error_at <= strlen(rows[i].text));
	}
	/* A zero byte is a byte like any other, not an end. */
	UNIT_CHECK(pr_json_parse(&doc, "1\0", 2, nodes, NODES) == PR_JSON_ERR_SYNTAX);
	UNIT_CHECK(pr_json_parse(&doc, "\"\0\"", 3, nodes, NODES) == PR_JSON_ERR_SYNTAX);
	UNIT_CHECK(pr_json_parse(&doc, "\"\\\0\"", 4, nodes, NODES) == PR_JSON_ERR_SYNTAX);
}

/* Every prefix of a document is refused, never accepted and never read past its end (under the sanitizer). */
static void test_prefixes(void)
{
	static const char text[] = "{\"a\\u00e9\":[1,-2.5e3,true,false,null,{\"b\":\"\\ud83d\\ude00\"}],\"c\":\"\xe2\x82\xac\"}";
	for (size_t n = 0; n < sizeof text - 1; n++) {
		char *copy = malloc(n + 1);
		memcpy(copy, text, n);
		char *exact = realloc(copy, n ? n : 1);
		UNIT_CHECK(pr_json_parse(&doc, exact, n, nodes, NODES) != PR_JSON_OK);
		free(exact);
	}
	UNIT_CHECK(parse(text) == PR_JSON_OK);
}

static void test_bounds(void)
{
	char text[8192];
	for (unsigned depth = PR_JSON_DEPTH_MAX; depth <= PR_JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		text[2 * depth] = 0;
		UNIT_CHECK(parse(text) == (depth > PR_JSON_DEPTH_MAX ? PR_JSON_ERR_DEPTH : PR_JSON_OK));
		size_t at = 0;
		for (unsigned i = 0; i < depth; i++) at += (size_t)sprintf(text + at, "{\"a\":");
		text[at++] = '1';
		memset(text + at, '}', depth);
		text[at + depth] = 0;
		UNIT_CHECK(parse(text) == (depth > PR_JSON_DEPTH_MAX ? PR_JSON_ERR_DEPTH : PR_JSON_OK));
	}
	for (unsigned keys = PR_JSON_KEYS_MAX; keys <= PR_JSON_KEYS_MAX + 1; keys++) {
		size_t at = 0;
		for (unsigned i = 0; i < keys; i++) at += (size_t)sprintf(text + at, "%c\"k%u\":%u", i ? ',' : '{', i, i);
		strcpy(text + at, "}");
		UNIT_CHECK(parse(text) == (keys > PR_JSON_KEYS_MAX ? PR_JSON_ERR_KEYS : PR_JSON_OK));
		if (keys == PR_JSON_KEYS_MAX) UNIT_CHECK(pr_json_count(&doc, 0) == keys);
	}
	for (uint32_t room = 0; room < 7; room++) /* seven nodes: array, 1, object, key, value, string, null */
		UNIT_CHECK(pr_json_parse(&doc, "[1,{\"a\":2},\"\",null]", 19, nodes, room) == PR_JSON_ERR_NODES);
	UNIT_CHECK(pr_json_parse(&doc, "[1,{\"a\":2},\"\",null]", 19, nodes, 7) == PR_JSON_OK && doc.node_count == 7);
	UNIT_CHECK(pr_json_parse(&doc, "", (size_t)PR_JSON_TEXT_BYTES_MAX + 1, nodes, NODES) == PR_JSON_ERR_LENGTH);
}

static void test_numbers(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t want;
	} rows[] = {
		{ "0", true, 0 }, { "7", true, 7 }, { "9007199254740993", true, 9007199254740993u }, { "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 }, { "18446744073709551625", false, 0 }, { "99999999999999999999", false, 0 },
		{ "184467440737095516150", false, 0 }, { "-0", false, 0 }, { "-1", false, 0 }, { "1.0", false, 0 }, { "1e3", false, 0 }, { "0.0", false, 0 },
		{ "\"1\"", false, 0 }, { "true", false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t v = 77;
		UNIT_CHECK_ROW(rows[i].text, parse(rows[i].text) == PR_JSON_OK);
		UNIT_CHECK_ROW(rows[i].text, pr_json_u64(&v, &doc, 0) == rows[i].ok && v == (rows[i].ok ? rows[i].want : 77));
	}
	static const struct {
		const char *text;
		bool ok;
		uint64_t want;
	} strings[] = {
		{ "\"0\"", true, 0 }, { "\"18446744073709551615\"", true, UINT64_MAX }, { "\"18446744073709551616\"", false, 0 }, { "\"\"", false, 0 },
		{ "\"01\"", false, 0 }, { "\"-1\"", false, 0 }, { "\"+1\"", false, 0 }, { "\" 1\"", false, 0 }, { "\"1 \"", false, 0 }, { "\"0x1\"", false, 0 },
		{ "\"1e1\"", false, 0 }, { "\"\\u0031\"", false, 0 }, { "1", false, 0 },
	};
	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
		uint64_t v = 77;
		UNIT_CHECK_ROW(strings[i].text, parse(strings[i].text) == PR_JSON_OK);
		UNIT_CHECK_ROW(strings[i].text, pr_json_u64_string(&v, &doc, 0) == strings[i].ok && v == (strings[i].ok ? strings[i].want : 77));
	}
}

static void test_hex(void)
{
	uint8_t b[32] = { 9 };
	size_t len = 99;
	uint64_t v = 77;
	UNIT_CHECK(parse("[\"0x00fF\",\"0x\",\"0x0\",\"00ff\",\"0x0g\",\"0X00\",\"0x\\u0030\\u0030\",5]") == PR_JSON_OK);
	UNIT_CHECK(pr_json_hex(b, 2, &doc, pr_json_at(&doc, 0, 0)) && b[0] == 0 && b[1] == 0xff);
	UNIT_CHECK(!pr_json_hex(b, 1, &doc, pr_json_at(&doc, 0, 0)) && !pr_json_hex(b, 3, &doc, pr_json_at(&doc, 0, 0)));
	UNIT_CHECK(pr_json_hex_var(b, &len, 32, &doc, pr_json_at(&doc, 0, 0)) && len == 2);
	UNIT_CHECK(!pr_json_hex_var(b, &len, 1, &doc, pr_json_at(&doc, 0, 0)) && len == 2);
	UNIT_CHECK(pr_json_hex_var(b, &len, 0, &doc, pr_json_at(&doc, 0, 1)) && len == 0);
	for (uint32_t i = 2; i < 8; i++) UNIT_CHECK(!pr_json_hex_var(b, &len, 32, &doc, pr_json_at(&doc, 0, i)));

	static const struct {
		const char *text;
		bool ok, ok32;
		uint64_t want;
	} rows[] = {
		{ "\"0x0\"", true, true, 0 }, { "\"0x1f\"", true, true, 31 }, { "\"0xffffffffffffffff\"", true, true, UINT64_MAX },
		{ "\"0x10000000000000000\"", false, true, 0 }, { "\"0x\"", false, false, 0 }, { "\"0x00\"", false, false, 0 }, { "\"0x01\"", false, false, 0 },
		{ "\"1\"", false, false, 0 }, { "\"0xg\"", false, false, 0 }, { "1", false, false, 0 },
		{ "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"", false, true, 0 },
		{ "\"0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"", false, false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		v = 77;
		UNIT_CHECK_ROW(rows[i].text, parse(rows[i].text) == PR_JSON_OK);
		UNIT_CHECK_ROW(rows[i].text, pr_json_quantity(&v, &doc, 0) == rows[i].ok && v == (rows[i].ok ? rows[i].want : 77));
		UNIT_CHECK_ROW(rows[i].text, pr_json_quantity32(b, &doc, 0) == rows[i].ok32);
	}
	UNIT_CHECK(parse("\"0x1234567890abcdef0\"") == PR_JSON_OK && pr_json_quantity32(b, &doc, 0));
	UNIT_CHECK(b[31] == 0xf0 && b[30] == 0xde && b[23] == 0x01 && b[22] == 0);
}

static void test_strings(void)
{
	char out[16];
	const char *at;
	size_t len = 99;
	UNIT_CHECK(parse("\"a\\n\\u20ac\\ud83d\\ude00\\/\"") == PR_JSON_OK);
	UNIT_CHECK(pr_json_string(out, &len, sizeof out, &doc, 0) && len == 10 && memcmp(out, "a\n\xe2\x82\xac\xf0\x9f\x98\x80/", 10) == 0);
	UNIT_CHECK(pr_json_string(out, &len, 10, &doc, 0));
	len = 99;
	UNIT_CHECK(!pr_json_string(out, &len, 9, &doc, 0) && len == 99);
	UNIT_CHECK(!pr_json_string_borrow(&at, &len, &doc, 0));
	UNIT_CHECK(pr_json_string_eq(&doc, 0, "a\n\xe2\x82\xac\xf0\x9f\x98\x80/") && !pr_json_string_eq(&doc, 0, "a\n") && !pr_json_string_eq(&doc, 0, ""));
	UNIT_CHECK(parse("\"plain\"") == PR_JSON_OK && pr_json_string_borrow(&at, &len, &doc, 0) && len == 5 && memcmp(at, "plain", 5) == 0);
	UNIT_CHECK(pr_json_string_eq(&doc, 0, "plain") && !pr_json_string_eq(&doc, 0, "plai") && !pr_json_string_eq(&doc, 0, "plainer"));
	UNIT_CHECK(parse("\"a\\u0000b\"") == PR_JSON_OK && !pr_json_string_eq(&doc, 0, "a"));
	UNIT_CHECK(pr_json_string(out, &len, sizeof out, &doc, 0) && len == 3 && out[1] == 0);
}

static void test_access(void)
{
	bool b = false;
	uint64_t v = 0, sum = 0;
	size_t len = 0;
	const char *raw;
	UNIT_CHECK(parse("{\"id\": 7 ,\"list\":[10,[],20,{\"x\":1},30],\"\\u0061b\":true,\"s\":\"q\\\"\"}") == PR_JSON_OK);
	UNIT_CHECK(pr_json_count(&doc, 0) == 4 && pr_json_u64(&v, &doc, pr_json_get(&doc, 0, "id")) && v == 7);
	UNIT_CHECK(pr_json_bool(&b, &doc, pr_json_get(&doc, 0, "ab")) && b);
	UNIT_CHECK(pr_json_get(&doc, 0, "q\"") == PR_JSON_NONE && pr_json_get(&doc, 0, "i") == PR_JSON_NONE);
	uint32_t list = pr_json_get(&doc, 0, "list");
	UNIT_CHECK(pr_json_type(&doc, list) == PR_JSON_ARRAY && pr_json_count(&doc, list) == 5);
	for (uint32_t i = pr_json_first(&doc, list); i != PR_JSON_NONE; i = pr_json_next(&doc, i))
		if (pr_json_u64(&v, &doc, i)) sum += v;
	UNIT_CHECK(sum == 60);
	UNIT_CHECK(pr_json_u64(&v, &doc, pr_json_at(&doc, list, 4)) && v == 30 && pr_json_at(&doc, list, 5) == PR_JSON_NONE);
	UNIT_CHECK(pr_json_u64(&v, &doc, pr_json_get(&doc, pr_json_at(&doc, list, 3), "x")) && v == 1);
	unsigned keys = 0;
	for (uint32_t i = pr_json_first(&doc, 0); i != PR_JSON_NONE; i = pr_json_next(&doc, i), keys++)
		UNIT_CHECK(pr_json_type(&doc, i) == PR_JSON_STRING && pr_json_value(&doc, i) != PR_JSON_NONE);
	UNIT_CHECK(keys == 4);
	UNIT_CHECK(pr_json_raw(&raw, &len, &doc, pr_json_get(&doc, 0, "s")) && len == 5 && memcmp(raw, "\"q\\\"\"", 5) == 0);
	UNIT_CHECK(pr_json_raw(&raw, &len, &doc, pr_json_get(&doc, 0, "id")) && len == 1 && *raw == '7');
	UNIT_CHECK(pr_json_raw(&raw, &len, &doc, list) && len == 21 && memcmp(raw, "[10,[],20,{\"x\":1},30]", 21) == 0);

	/* Absent and other types answer absent, all the way down. */
	const uint32_t wrong[] = { PR_JSON_NONE, PR_JSON_NONE - 1, doc.node_count, pr_json_get(&doc, 0, "none"), pr_json_get(&doc, list, "x") };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		uint32_t w = wrong[i];
		char out[4];
		uint8_t bytes[32];
		UNIT_CHECK(pr_json_type(&doc, w) == PR_JSON_ABSENT && pr_json_count(&doc, w) == 0 && pr_json_get(&doc, w, "a") == PR_JSON_NONE);
		UNIT_CHECK(pr_json_first(&doc, w) == PR_JSON_NONE && pr_json_next(&doc, w) == PR_JSON_NONE && pr_json_value(&doc, w) == PR_JSON_NONE);
		UNIT_CHECK(pr_json_at(&doc, w, 0) == PR_JSON_NONE && !pr_json_bool(&b, &doc, w) && !pr_json_u64(&v, &doc, w));
		UNIT_CHECK(!pr_json_u64_string(&v, &doc, w) && !pr_json_string_eq(&doc, w, "") && !pr_json_string(out, &len, 4, &doc, w));
		UNIT_CHECK(!pr_json_hex(bytes, 0, &doc, w) && !pr_json_quantity(&v, &doc, w) && !pr_json_quantity32(bytes, &doc, w) && !pr_json_raw(&raw, &len, &doc, w));
	}
	UNIT_CHECK(!pr_json_bool(&b, &doc, 0) && pr_json_get(&doc, list, "x") == PR_JSON_NONE && pr_json_at(&doc, 0, 0) == PR_JSON_NONE);
}

static void test_error_names(void)
{
	for (int i = 0; i < PR_JSON_ERR_COUNT; i++) UNIT_CHECK(strcmp(pr_json_err_name((enum pr_json_err)i), "unknown") != 0);
}

int main(void)
{
	UNIT_RUN(test_valid);
	UNIT_RUN(test_invalid);
	UNIT_RUN(test_prefixes);
	UNIT_RUN(test_bounds);
	UNIT_RUN(test_numbers);
	UNIT_RUN(test_hex);
	UNIT_RUN(test_strings);
	UNIT_RUN(test_access);
	UNIT_RUN(test_error_names);
	return UNIT_END();
}
