/* Accessors of a parsed document (json.h).  Strings and numbers were validated by the parser. */
#include <string.h>

#include "core/rt/json.h"

static const struct pr_json_node *node_of(const struct pr_json *doc, uint32_t at, enum pr_json_type type)
{
	if (at >= doc->node_count || doc->nodes[at].type != type) return NULL;
	return &doc->nodes[at];
}

enum pr_json_type pr_json_type(const struct pr_json *doc, uint32_t at)
{
	return at < doc->node_count ? (enum pr_json_type)doc->nodes[at].type : PR_JSON_ABSENT;
}

static bool is_container(const struct pr_json *doc, uint32_t at)
{
	enum pr_json_type type = pr_json_type(doc, at);
	return type == PR_JSON_OBJECT || type == PR_JSON_ARRAY;
}

uint32_t pr_json_count(const struct pr_json *doc, uint32_t at) { return is_container(doc, at) ? doc->nodes[at].extra : 0; }

uint32_t pr_json_first(const struct pr_json *doc, uint32_t container)
{
	return pr_json_count(doc, container) ? container + 1 : PR_JSON_NONE;
}

uint32_t pr_json_next(const struct pr_json *doc, uint32_t at) { return at < doc->node_count ? doc->nodes[at].next : PR_JSON_NONE; }

uint32_t pr_json_value(const struct pr_json *doc, uint32_t key)
{
	return node_of(doc, key, PR_JSON_STRING) && key + 1 < doc->node_count ? key + 1 : PR_JSON_NONE;
}

uint32_t pr_json_get(const struct pr_json *doc, uint32_t object, const char *key)
{
	if (!node_of(doc, object, PR_JSON_OBJECT)) return PR_JSON_NONE;
	for (uint32_t i = pr_json_first(doc, object); i != PR_JSON_NONE; i = pr_json_next(doc, i))
		if (pr_json_string_eq(doc, i, key)) return i + 1;
	return PR_JSON_NONE;
}

uint32_t pr_json_at(const struct pr_json *doc, uint32_t array, uint32_t index)
{
	if (!node_of(doc, array, PR_JSON_ARRAY)) return PR_JSON_NONE;
	uint32_t i = pr_json_first(doc, array);
	while (i != PR_JSON_NONE && index--) i = pr_json_next(doc, i);
	return i;
}

bool pr_json_bool(bool *out, const struct pr_json *doc, uint32_t at)
{
	enum pr_json_type type = pr_json_type(doc, at);
	if (type != PR_JSON_TRUE && type != PR_JSON_FALSE) return false;
	*out = type == PR_JSON_TRUE;
	return true;
}

/* Digits only, no leading zero, at most 2^64 - 1. */
static bool decimal(uint64_t *out, const char *s, size_t len)
{
	uint64_t v = 0;
	if (len == 0 || len > 20 || (s[0] == '0' && len > 1)) return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') return false;
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (unsigned)(s[i] - '0'), &v)) return false;
	}
	*out = v;
	return true;
}

bool pr_json_u64(uint64_t *out, const struct pr_json *doc, uint32_t at)
{
	const struct pr_json_node *node = node_of(doc, at, PR_JSON_NUMBER);
	return node && decimal(out, doc->text + node->start, node->len);
}

bool pr_json_u64_string(uint64_t *out, const struct pr_json *doc, uint32_t at)
{
	const struct pr_json_node *node = node_of(doc, at, PR_JSON_STRING);
	return node && decimal(out, doc->text + node->start, node->len);
}

bool pr_json_string_borrow(const char **out, size_t *len, const struct pr_json *doc, uint32_t at)
{
	const struct pr_json_node *node = node_of(doc, at, PR_JSON_STRING);
	if (!node || memchr(doc->text + node->start, '\\', node->len)) return false;
	*out = doc->text + node->start;
	*len = node->len;
	return true;
}

static unsigned hex_value(char c)
{
	if (c >= '0' && c <= '9') return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
	if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
	return 16;
}

/* The next unescaped code unit sequence of a validated string: its bytes in out, *used bytes of input. */
static size_t next_bytes(unsigned char out[4], size_t *used, const char *s, size_t left)
{
	*used = 1;
	if (s[0] != '\\' || left < 2) {
		out[0] = (unsigned char)s[0];
		return 1;
	}
	*used = 2;
	switch (s[1]) {
	case 'b': out[0] = '\b'; return 1;
	case 'f': out[0] = '\f'; return 1;
	case 'n': out[0] = '\n'; return 1;
	case 'r': out[0] = '\r'; return 1;
	case 't': out[0] = '\t'; return 1;
	case 'u': break;
	default: out[0] = (unsigned char)s[1]; return 1;
	}
	uint32_t c = 0;
	for (size_t i = 2; i < 6; i++) c = c << 4 | hex_value(s[i]);
	*used = 6;
	if (c >= 0xd800 && c <= 0xdbff) {
		uint32_t low = 0;
		for (size_t i = 8; i < 12; i++) low = low << 4 | hex_value(s[i]);
		c = 0x10000u + ((c - 0xd800) << 10) + (low - 0xdc00);
		*used = 12;
	}
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (unsigned char)(0x80 | (c & 0x3f));
	out[0] = (unsigned char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

bool pr_json_string_eq(const struct pr_json *doc, uint32_t at, const char *text)
{
	const struct pr_json_node *node = node_of(doc, at, PR_JSON_STRING);
	unsigned char              bytes[4];
	size_t                     used, pos = 0, len = strlen(text);

	if (!node) return false;
	for (size_t i = 0; i < node->len; i += used) {
		size_t n = next_bytes(bytes, &used, doc->text + node->start + i, node->len - i);
		if (n > len - pos || memcmp(bytes, text + pos, n) != 0) return false;
		pos += n;
	}
	return pos == len;
}

bool pr_json_string(char *out, size_t *len, size_t cap, const struct pr_json *doc, uint32_t at)
{
	const struct pr_json_node *node = node_of(doc, at, PR_JSON_STRING);
	unsigned char              bytes[4];
	size_t                     used, total = 0;

	if (!node) return false;
	/* Twice: nothing is written unless all of it fits. */
	for (size_t i = 0; i < node->len; i += used) total += next_bytes(bytes, &used, doc->text + node->start + i, node->len - i);
	if (total > cap) return false;
	*len = 0;
	for (size_t i = 0; i < node->len; i += used) {
		size_t n = next_bytes(bytes, &used, doc->text + node->start + i, node->len - i);
		memcpy(out + *len, bytes, n);
		*len += n;
	}
	return true;
}

/* The digits after "0x" of a string node; NULL if it does not begin so. */
static const char *hex_digits(size_t *count, const struct pr_json *doc, uint32_t at)
{
	const struct pr_json_node *node = node_of(doc, at, PR_JSON_STRING);
	if (!node || node->len < 2 || doc->text[node->start] != '0' || doc->text[node->start + 1] != 'x') return NULL;
	*count = node->len - 2;
	for (size_t i = 0; i < *count; i++)
		if (hex_value(doc->text[node->start + 2 + i]) > 15) return NULL;
	return doc->text + node->start + 2;
}

bool pr_json_hex_var(uint8_t *out, size_t *len, size_t cap, const struct pr_json *doc, uint32_t at)
{
	size_t      count;
	const char *s = hex_digits(&count, doc, at);
	if (!s || count % 2 != 0 || count / 2 > cap) return false;
	for (size_t i = 0; i < count / 2; i++) out[i] = (uint8_t)(hex_value(s[2 * i]) << 4 | hex_value(s[2 * i + 1]));
	*len = count / 2;
	return true;
}

bool pr_json_hex(uint8_t *out, size_t len, const struct pr_json *doc, uint32_t at)
{
	size_t count, got;
	return hex_digits(&count, doc, at) && count == 2 * len && pr_json_hex_var(out, &got, len, doc, at);
}

bool pr_json_quantity32(uint8_t out32[32], const struct pr_json *doc, uint32_t at)
{
	size_t      count;
	const char *s = hex_digits(&count, doc, at);
	if (!s || count == 0 || count > 64 || (s[0] == '0' && count > 1)) return false;
	memset(out32, 0, 32);
	for (size_t i = 0; i < count; i++) {
		unsigned v = hex_value(s[count - 1 - i]);
		out32[31 - i / 2] |= (uint8_t)(i % 2 ? v << 4 : v);
	}
	return true;
}

bool pr_json_quantity(uint64_t *out, const struct pr_json *doc, uint32_t at)
{
	size_t      count;
	const char *s = hex_digits(&count, doc, at);
	uint64_t    v = 0;
	if (!s || count == 0 || count > 16 || (s[0] == '0' && count > 1)) return false;
	for (size_t i = 0; i < count; i++) v = v << 4 | hex_value(s[i]);
	*out = v;
	return true;
}

bool pr_json_raw(const char **out, size_t *len, const struct pr_json *doc, uint32_t at)
{
	if (at >= doc->node_count) return false;
	const struct pr_json_node *node = &doc->nodes[at];
	size_t                     quote = node->type == PR_JSON_STRING ? 1 : 0;
	*out = doc->text + node->start - quote;
	*len = node->len + 2 * quote;
	return true;
}
