#include "core/rt/json.h"

#include <string.h>

#define FLAG_ESCAPED 1u /* a string with backslashes */
#define HASH_START 2166136261u /* FNV-1a: it only narrows the search, bytes are compared too */
#define HASH_STEP 16777619u

struct parser {
	struct pr_json *doc;
	const unsigned char *text, *pos, *end;
	enum pr_json_err err;
};

struct level {
	uint32_t node;     /* the open container */
	uint32_t previous; /* its last child so far (for objects: key), or PR_JSON_NONE */
	bool object;
};

/* 1: ends the fast run over a string: quote, backslash, control byte or the start of a multi-byte sequence. */
static const uint8_t special[256] = {
	[0 ... 0x1f] = 1, ['"'] = 1, ['\\'] = 1, [0x80 ... 0xff] = 1
};

const char *pr_json_err_name(enum pr_json_err err)
{
	switch (err) {
	case PR_JSON_OK: return "ok";
	case PR_JSON_ERR_SYNTAX: return "syntax";
	case PR_JSON_ERR_DEPTH: return "depth";
	case PR_JSON_ERR_NODES: return "too-many-values";
	case PR_JSON_ERR_KEYS: return "too-many-keys";
	case PR_JSON_ERR_DUPLICATE: return "duplicate-key";
	case PR_JSON_ERR_UTF8: return "utf8";
	case PR_JSON_ERR_NUMBER: return "number";
	case PR_JSON_ERR_LENGTH: return "length";
	case PR_JSON_ERR_COUNT: break;
	}
	return "unknown";
}

static bool fail(struct parser *p, enum pr_json_err err)
{
	p->err = err;
	return false;
}

static void skip_blanks(struct parser *p)
{
	while (p->pos < p->end && (*p->pos == ' ' || *p->pos == '\n' || *p->pos == '\t' || *p->pos == '\r')) p->pos++;
}

/* The length of the well-formed UTF-8 sequence (RFC 3629: no overlongs, no surrogates, at most U+10FFFF) of two or
 * more bytes at s; 0 if there is none. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
	unsigned char a = s[0], low = 0x80, high = 0xbf;
	size_t n = a >= 0xc2 && a <= 0xdf ? 2 : a >= 0xe0 && a <= 0xef ? 3 : a >= 0xf0 && a <= 0xf4 ? 4 : 0;
	if (n == 0 || left < n) return 0;
	if (a == 0xe0) low = 0xa0;
	if (a == 0xed) high = 0x9f;
	if (a == 0xf0) low = 0x90;
	if (a == 0xf4) high = 0x8f;
	if (s[1] < low || s[1] > high) return 0;
	for (size_t i = 2; i < n; i++)
		if (s[i] < 0x80 || s[i] > 0xbf) return 0;
	return n;
}

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

static int hex4(const unsigned char *s, const unsigned char *end)
{
	int v = 0;
	if (end - s < 4) return -1;
	for (int i = 0; i < 4; i++) {
		int d = hex_digit(s[i]);
		if (d < 0) return -1;
		v = v << 4 | d;
	}
	return v;
}

static size_t utf8_put(unsigned char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (unsigned char)(0x80 | (c & 0x3f));
	out[0] = (unsigned char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

/* Decodes the escape at s (after the backslash) into out; returns the bytes of input used, 0 on error with *err. */
static size_t unescape(unsigned char out[4], size_t *out_len, enum pr_json_err *err, const unsigned char *s, const unsigned char *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	*err = PR_JSON_ERR_SYNTAX;
	if (s == end) return 0;
	if (*s != 'u') {
		const char *at = *s ? strchr(from, *s) : NULL;
		if (!at) return 0;
		out[0] = (unsigned char)to[at - from];
		*out_len = 1;
		return 1;
	}
	int high = hex4(s + 1, end);
	if (high < 0) return 0;
	if (high < 0xd800 || high > 0xdfff) {
		*out_len = utf8_put(out, (uint32_t)high);
		return 5;
	}
	*err = PR_JSON_ERR_UTF8; /* a surrogate: only as a pair, high first */
	if (high > 0xdbff || end - s < 11 || s[5] != '\\' || s[6] != 'u') return 0;
	int low = hex4(s + 7, end);
	if (low < 0xdc00 || low > 0xdfff) return 0;
	*out_len = utf8_put(out, 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
	return 11;
}

static uint32_t hash_add(uint32_t h, const unsigned char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) h = (h ^ s[i]) * HASH_STEP;
	return h;
}

static struct pr_json_node *node_add(struct parser *p, enum pr_json_type type, const unsigned char *start)
{
	struct pr_json *doc = p->doc;
	if (doc->node_count == doc->node_count_max) {
		fail(p, PR_JSON_ERR_NODES);
		return NULL;
	}
	struct pr_json_node *node = &doc->nodes[doc->node_count++];
	node->start = (uint32_t)(start - p->text);
	node->len = 0;
	node->next = PR_JSON_NONE;
	node->extra = 0;
	node->type = (uint8_t)type;
	node->flags = 0;
	return node;
}

/* A string after its opening quote.  with_hash: only keys need one. */
static bool parse_string(struct parser *p, bool with_hash)
{
	const unsigned char *start = p->pos, *run = p->pos;
	struct pr_json_node *node = node_add(p, PR_JSON_STRING, start);
	if (!node) return false;
	uint32_t hash = HASH_START;
	for (;;) {
		while (p->pos < p->end && !special[*p->pos]) p->pos++;
		if (p->pos == p->end || *p->pos < 0x20) return fail(p, PR_JSON_ERR_SYNTAX);
		if (*p->pos >= 0x80) {
			size_t n = utf8_len(p->pos, (size_t)(p->end - p->pos));
			if (!n) return fail(p, PR_JSON_ERR_UTF8);
			p->pos += n;
			continue;
		}
		if (with_hash) hash = hash_add(hash, run, (size_t)(p->pos - run));
		if (*p->pos == '"') break;
		unsigned char bytes[4];
		size_t len;
		size_t used = unescape(bytes, &len, &p->err, p->pos + 1, p->end);
		if (!used) return false;
		p->err = PR_JSON_OK;
		if (with_hash) hash = hash_add(hash, bytes, len);
		node->flags = FLAG_ESCAPED;
		p->pos += 1 + used;
		run = p->pos;
	}
	node->len = (uint32_t)(p->pos - start);
	node->extra = hash;
	p->pos++;
	return true;
}

static bool is_digit(const struct parser *p) { return p->pos < p->end && *p->pos >= '0' && *p->pos <= '9'; }

static bool digits(struct parser *p)
{
	if (!is_digit(p)) return fail(p, PR_JSON_ERR_NUMBER);
	while (is_digit(p)) p->pos++;
	return true;
}

static bool parse_number(struct parser *p)
{
	const unsigned char *start = p->pos;
	struct pr_json_node *node = node_add(p, PR_JSON_NUMBER, start);
	if (!node) return false;
	if (*p->pos == '-') p->pos++;
	bool zero = p->pos < p->end && *p->pos == '0';
	const unsigned char *first = p->pos;
	if (!digits(p)) return false;
	if (zero && p->pos - first > 1) return fail(p, PR_JSON_ERR_NUMBER);
	if (p->pos < p->end && *p->pos == '.') {
		p->pos++;
		if (!digits(p)) return false;
	}
	if (p->pos < p->end && (*p->pos == 'e' || *p->pos == 'E')) {
		p->pos++;
		if (p->pos < p->end && (*p->pos == '+' || *p->pos == '-')) p->pos++;
		if (!digits(p)) return false;
	}
	node->len = (uint32_t)(p->pos - start);
	return true;
}

static bool parse_word(struct parser *p, enum pr_json_type type, const char *word, size_t len)
{
	if ((size_t)(p->end - p->pos) < len || memcmp(p->pos, word, len) != 0) return fail(p, PR_JSON_ERR_SYNTAX);
	struct pr_json_node *node = node_add(p, type, p->pos);
	if (!node) return false;
	node->len = (uint32_t)len;
	p->pos += len;
	return true;
}

static bool parse_scalar(struct parser *p)
{
	switch (*p->pos) {
	case '"':
		p->pos++;
		return parse_string(p, false);
	case 't': return parse_word(p, PR_JSON_TRUE, "true", 4);
	case 'f': return parse_word(p, PR_JSON_FALSE, "false", 5);
	case 'n': return parse_word(p, PR_JSON_NULL, "null", 4);
	case '-':
	case '0' ... '9': return parse_number(p);
	case '+':
	case '.': return fail(p, PR_JSON_ERR_NUMBER);
	default: return fail(p, PR_JSON_ERR_SYNTAX);
	}
}

/* Two valid escaped strings, compared after unescaping, without a buffer. */
static bool same_unescaped(const unsigned char *a, const unsigned char *a_end, const unsigned char *b, const unsigned char *b_end)
{
	unsigned char x[4], y[4];
	size_t x_len = 0, y_len = 0, x_at = 0, y_at = 0;
	enum pr_json_err ignored;
	for (;;) {
		if (x_at == x_len) {
			if (a == a_end) return y_at == y_len && b == b_end;
			x_at = 0;
			x_len = 1;
			if (*a == '\\') a += 1 + unescape(x, &x_len, &ignored, a + 1, a_end);
			else x[0] = *a++;
		}
		if (y_at == y_len) {
			if (b == b_end) return false;
			y_at = 0;
			y_len = 1;
			if (*b == '\\') b += 1 + unescape(y, &y_len, &ignored, b + 1, b_end);
			else y[0] = *b++;
		}
		if (x[x_at++] != y[y_at++]) return false;
	}
}

static bool same_string(const struct parser *p, const struct pr_json_node *a, const struct pr_json_node *b)
{
	const unsigned char *s = p->text + a->start, *t = p->text + b->start;
	if (!((a->flags | b->flags) & FLAG_ESCAPED)) return a->len == b->len && memcmp(s, t, a->len) == 0;
	return same_unescaped(s, s + a->len, t, t + b->len);
}

/* Links the child that was added at index `child` under the open container. */
static bool link_child(struct parser *p, struct level *level, uint32_t child)
{
	struct pr_json_node *nodes = p->doc->nodes;
	struct pr_json_node *container = &nodes[level->node];
	if (level->object) {
		if (container->extra == PR_JSON_KEYS_MAX) return fail(p, PR_JSON_ERR_KEYS);
		const struct pr_json_node *key = &nodes[child];
		for (uint32_t i = container->extra ? level->node + 1 : PR_JSON_NONE; i != PR_JSON_NONE; i = nodes[i].next)
			if (nodes[i].extra == key->extra && same_string(p, &nodes[i], key)) return fail(p, PR_JSON_ERR_DUPLICATE);
	}
	if (level->previous != PR_JSON_NONE) nodes[level->previous].next = child;
	level->previous = child;
	container->extra++;
	return true;
}

static bool parse_key(struct parser *p, struct level *level)
{
	if (p->pos == p->end || *p->pos != '"') return fail(p, PR_JSON_ERR_SYNTAX);
	p->pos++;
	uint32_t key = p->doc->node_count;
	if (!parse_string(p, true) || !link_child(p, level, key)) return false;
	skip_blanks(p);
	if (p->pos == p->end || *p->pos != ':') return fail(p, PR_JSON_ERR_SYNTAX);
	p->pos++;
	skip_blanks(p);
	return true;
}

/* After a value: closes what ends here, or goes to the next element.  *depth = 0 when the root is complete. */
static bool after_value(struct parser *p, struct level *levels, unsigned *depth)
{
	while (*depth) {
		struct level *level = &levels[*depth - 1];
		skip_blanks(p);
		if (p->pos == p->end) return fail(p, PR_JSON_ERR_SYNTAX);
		unsigned char c = *p->pos++;
		if (c == ',') {
			skip_blanks(p);
			return level->object ? parse_key(p, level) : true;
		}
		if (c != (level->object ? '}' : ']')) {
			p->pos--;
			return fail(p, PR_JSON_ERR_SYNTAX);
		}
		struct pr_json_node *node = &p->doc->nodes[level->node];
		node->len = (uint32_t)(p->pos - p->text) - node->start;
		--*depth;
	}
	return true;
}

/* Opens a container.  *empty: it was closed at once, and is a complete value. */
static bool open_container(struct parser *p, struct level *levels, unsigned *depth, bool *empty)
{
	bool object = *p->pos == '{';
	if (*depth == PR_JSON_DEPTH_MAX) return fail(p, PR_JSON_ERR_DEPTH);
	uint32_t at = p->doc->node_count;
	struct pr_json_node *node = node_add(p, object ? PR_JSON_OBJECT : PR_JSON_ARRAY, p->pos);
	if (!node) return false;
	p->pos++;
	skip_blanks(p);
	*empty = p->pos < p->end && *p->pos == (object ? '}' : ']');
	if (*empty) {
		p->pos++;
		node->len = (uint32_t)(p->pos - p->text) - node->start;
		return true;
	}
	levels[*depth] = (struct level){ at, PR_JSON_NONE, object };
	++*depth;
	return object ? parse_key(p, &levels[*depth - 1]) : true;
}

static bool parse_document(struct parser *p)
{
	struct level levels[PR_JSON_DEPTH_MAX];
	unsigned depth = 0;
	skip_blanks(p);
	do {
		if (p->pos == p->end) return fail(p, PR_JSON_ERR_SYNTAX);
		uint32_t at = p->doc->node_count;
		struct level *parent = depth ? &levels[depth - 1] : NULL;
		bool complete = true;
		if (*p->pos == '{' || *p->pos == '[') {
			if (!open_container(p, levels, &depth, &complete)) return false;
		} else if (!parse_scalar(p)) {
			return false;
		}
		if (parent && !parent->object && !link_child(p, parent, at)) return false;
		if (complete && !after_value(p, levels, &depth)) return false;
	} while (depth);
	skip_blanks(p);
	return p->pos == p->end ? true : fail(p, PR_JSON_ERR_SYNTAX);
}

enum pr_json_err pr_json_parse(struct pr_json *doc, const char *text, size_t text_len, struct pr_json_node *nodes, uint32_t node_count_max)
{
	*doc = (struct pr_json){ .text = text, .text_len = text_len, .nodes = nodes, .node_count_max = node_count_max };
	if (text_len > PR_JSON_TEXT_BYTES_MAX) return PR_JSON_ERR_LENGTH;
	const unsigned char *bytes = (const unsigned char *)text;
	struct parser p = { .doc = doc, .text = bytes, .pos = bytes, .end = bytes + text_len };
	if (parse_document(&p)) return PR_JSON_OK;
	doc->error_at = (size_t)(p.pos - bytes);
	doc->node_count = 0;
	return p.err;
}
