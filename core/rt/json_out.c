#include "core/rt/json_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

void pr_json_out_init(struct pr_json_out *o, char *buf, size_t cap)
{
	*o = (struct pr_json_out){ .buf = buf, .cap = cap, .cap_max = cap };
}

void pr_json_out_init_growing(struct pr_json_out *o, size_t cap_max) { *o = (struct pr_json_out){ .cap_max = cap_max, .owned = true }; }

void pr_json_out_fini(struct pr_json_out *o)
{
	if (o->owned) free(o->buf);
	*o = (struct pr_json_out){ 0 };
}

void pr_json_out_reset(struct pr_json_out *o)
{
	o->len    = 0;
	o->failed = o->after_key = false;
	o->depth  = 0;
	o->object_bits = o->filled_bits = 0;
}

bool pr_json_out_ok(const struct pr_json_out *o) { return !o->failed && o->depth == 0 && !o->after_key; }

static bool grow(struct pr_json_out *o, size_t need)
{
	size_t cap = o->cap ? o->cap : 256;
	if (!o->owned || need > o->cap_max) return false;
	while (cap < need) cap *= 2;
	if (cap > o->cap_max) cap = o->cap_max;
	char *buf = realloc(o->buf, cap);
	if (!buf) return false;
	o->buf = buf;
	o->cap = cap;
	return true;
}

static void put(struct pr_json_out *o, const char *bytes, size_t len)
{
	if (o->failed || len == 0) return; /* no bytes may come as NULL */
	if (len > o->cap - o->len && (len > SIZE_MAX - o->len || !grow(o, o->len + len))) {
		o->failed = true;
		return;
	}
	memcpy(o->buf + o->len, bytes, len);
	o->len += len;
}

/* Comma, and the check that a value may stand here. */
static void begin_value(struct pr_json_out *o)
{
	uint32_t bit = o->depth ? 1u << (o->depth - 1) : 0;
	if (o->failed) return;
	if (o->after_key) {
		o->after_key = false;
		return;
	}
	PR_CHECK(!(o->object_bits & bit));
	if (o->filled_bits & bit) put(o, ",", 1);
	o->filled_bits |= bit;
}

void pr_json_out_open(struct pr_json_out *o, char bracket)
{
	PR_CHECK(bracket == '{' || bracket == '[');
	begin_value(o);
	put(o, &bracket, 1);
	if (o->failed) return;
	PR_CHECK(o->depth < PR_JSON_OUT_DEPTH_MAX);
	uint32_t bit = 1u << o->depth++;
	o->filled_bits &= ~bit;
	o->object_bits = bracket == '{' ? o->object_bits | bit : o->object_bits & ~bit;
}

void pr_json_out_close(struct pr_json_out *o, char bracket)
{
	if (o->failed) return;
	PR_CHECK(o->depth > 0 && !o->after_key);
	uint32_t bit = 1u << --o->depth;
	PR_CHECK(bracket == (o->object_bits & bit ? '}' : ']'));
	put(o, &bracket, 1);
}

void pr_json_out_key(struct pr_json_out *o, const char *key)
{
	if (o->failed) return;
	PR_CHECK(o->depth > 0 && !o->after_key);
	uint32_t bit = 1u << (o->depth - 1);
	PR_CHECK(o->object_bits & bit);
	if (o->filled_bits & bit) put(o, ",", 1);
	o->filled_bits |= bit;
	put(o, "\"", 1);
	put(o, key, strlen(key));
	put(o, "\":", 2);
	o->after_key = !o->failed;
}

/* Length of the valid UTF-8 sequence at s, 0 if there is none (RFC 3629: shortest form, no surrogates). */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
	if (s[0] < 0x80) return 1;
	size_t n = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;
	if (n == 0 || n > left) return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80) return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
	return n;
}

static void put_escaped(struct pr_json_out *o, const unsigned char *s, size_t len)
{
	for (size_t i = 0; i < len && !o->failed;) {
		size_t plain = i;
		while (plain < len && s[plain] >= 0x20 && s[plain] < 0x80 && s[plain] != '"' && s[plain] != '\\') plain++;
		put(o, (const char *)s + i, plain - i);
		if ((i = plain) == len) return;
		size_t n = utf8_sequence(s + i, len - i);
		if (n > 1) {
			put(o, (const char *)s + i, n);
		} else if (n == 0) {
			put(o, "\xef\xbf\xbd", 3);
			n = 1;
		} else if (s[i] == '"' || s[i] == '\\') {
			char pair[2] = { '\\', (char)s[i] };
			put(o, pair, 2);
		} else {
			char text[8];
			snprintf(text, sizeof text, "\\u%04x", s[i]);
			put(o, text, 6);
		}
		i += n;
	}
}

void pr_json_out_string_n(struct pr_json_out *o, const char *text, size_t len)
{
	begin_value(o);
	put(o, "\"", 1);
	put_escaped(o, (const unsigned char *)text, len);
	put(o, "\"", 1);
}

void pr_json_out_string(struct pr_json_out *o, const char *text) { pr_json_out_string_n(o, text, strlen(text)); }

static void put_word(struct pr_json_out *o, const char *word)
{
	begin_value(o);
	put(o, word, strlen(word));
}

void pr_json_out_u64(struct pr_json_out *o, uint64_t v)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRIu64, v);
	put_word(o, text);
}

void pr_json_out_i64(struct pr_json_out *o, int64_t v)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, v);
	put_word(o, text);
}

void pr_json_out_u64_string(struct pr_json_out *o, uint64_t v)
{
	char text[24];
	snprintf(text, sizeof text, "\"%" PRIu64 "\"", v);
	put_word(o, text);
}

void pr_json_out_bool(struct pr_json_out *o, bool v) { put_word(o, v ? "true" : "false"); }
void pr_json_out_null(struct pr_json_out *o) { put_word(o, "null"); }

static void put_hex(struct pr_json_out *o, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char              text[128];
	for (size_t i = 0; i < len && !o->failed;) {
		size_t n = 0;
		for (; i < len && n < sizeof text; i++) {
			text[n++] = digits[bytes[i] >> 4];
			text[n++] = digits[bytes[i] & 15];
		}
		put(o, text, n);
	}
}

void pr_json_out_hex(struct pr_json_out *o, const uint8_t *bytes, size_t len)
{
	begin_value(o);
	put(o, "\"0x", 3);
	put_hex(o, bytes, len);
	put(o, "\"", 1);
}

void pr_json_out_quantity(struct pr_json_out *o, uint64_t v)
{
	char text[24];
	snprintf(text, sizeof text, "\"0x%" PRIx64 "\"", v);
	put_word(o, text);
}

void pr_json_out_quantity32(struct pr_json_out *o, const uint8_t be32[32])
{
	static const char digits[] = "0123456789abcdef";
	char              text[72] = "\"0x";
	size_t            n = 3, nibble = 0;
	while (nibble < 63 && (be32[nibble / 2] >> (nibble % 2 ? 0 : 4) & 15) == 0) nibble++;
	for (; nibble < 64; nibble++) text[n++] = digits[be32[nibble / 2] >> (nibble % 2 ? 0 : 4) & 15];
	text[n++] = '"';
	text[n]   = 0;
	put_word(o, text);
}

void pr_json_out_raw(struct pr_json_out *o, const char *json, size_t len)
{
	begin_value(o);
	put(o, json, len);
}

void pr_json_out_kv_string(struct pr_json_out *o, const char *key, const char *text)
{
	pr_json_out_key(o, key);
	pr_json_out_string(o, text);
}

void pr_json_out_kv_u64(struct pr_json_out *o, const char *key, uint64_t v)
{
	pr_json_out_key(o, key);
	pr_json_out_u64(o, v);
}

void pr_json_out_kv_u64_string(struct pr_json_out *o, const char *key, uint64_t v)
{
	pr_json_out_key(o, key);
	pr_json_out_u64_string(o, v);
}

void pr_json_out_kv_bool(struct pr_json_out *o, const char *key, bool v)
{
	pr_json_out_key(o, key);
	pr_json_out_bool(o, v);
}

void pr_json_out_kv_hex(struct pr_json_out *o, const char *key, const uint8_t *bytes, size_t len)
{
	pr_json_out_key(o, key);
	pr_json_out_hex(o, bytes, len);
}

void pr_json_out_kv_quantity(struct pr_json_out *o, const char *key, uint64_t v)
{
	pr_json_out_key(o, key);
	pr_json_out_quantity(o, v);
}
