#include "core/rt/http_parse.h"

#include <string.h>
#include <strings.h>

static const struct {
	unsigned status;
	const char *text;
} faults[PR_HTTP_FAULT_COUNT] = {
	[PR_HTTP_FAULT_NONE]              = { 0, "none" },
	[PR_HTTP_FAULT_BARE_LF]           = { 400, "line ends without CR" },
	[PR_HTTP_FAULT_BARE_CR]           = { 400, "CR without LF" },
	[PR_HTTP_FAULT_CONTROL_BYTE]      = { 400, "control byte in the head" },
	[PR_HTTP_FAULT_REQUEST_LINE]      = { 400, "malformed request line" },
	[PR_HTTP_FAULT_METHOD]            = { 400, "malformed method" },
	[PR_HTTP_FAULT_TARGET]            = { 400, "malformed request target" },
	[PR_HTTP_FAULT_TARGET_LONG]       = { 414, "request target too long" },
	[PR_HTTP_FAULT_VERSION]           = { 400, "malformed HTTP version" },
	[PR_HTTP_FAULT_VERSION_UNKNOWN]   = { 505, "HTTP version not supported" },
	[PR_HTTP_FAULT_HEAD_LONG]         = { 431, "request head too large" },
	[PR_HTTP_FAULT_HEADERS_MANY]      = { 431, "too many headers" },
	[PR_HTTP_FAULT_HEADER_NAME]       = { 400, "malformed header name" },
	[PR_HTTP_FAULT_HEADER_VALUE]      = { 400, "malformed header value" },
	[PR_HTTP_FAULT_FOLD]              = { 400, "folded header" },
	[PR_HTTP_FAULT_HOST_MISSING]      = { 400, "missing Host" },
	[PR_HTTP_FAULT_HOST_REPEATED]     = { 400, "repeated Host" },
	[PR_HTTP_FAULT_HOST_VALUE]        = { 400, "malformed Host" },
	[PR_HTTP_FAULT_LENGTH_REPEATED]   = { 400, "repeated Content-Length" },
	[PR_HTTP_FAULT_LENGTH_VALUE]      = { 400, "malformed Content-Length" },
	[PR_HTTP_FAULT_LENGTH_AND_CODING] = { 400, "Content-Length with Transfer-Encoding" },
	[PR_HTTP_FAULT_LENGTH_MISSING]    = { 411, "length required" },
	[PR_HTTP_FAULT_CODING]            = { 400, "unknown Transfer-Encoding" },
	[PR_HTTP_FAULT_CODING_VERSION]    = { 400, "Transfer-Encoding in HTTP/1.0" },
	[PR_HTTP_FAULT_EXPECT]            = { 417, "unknown expectation" },
	[PR_HTTP_FAULT_BODY_LONG]         = { 413, "body too large" },
	[PR_HTTP_FAULT_CHUNK_SIZE]        = { 400, "malformed chunk size" },
	[PR_HTTP_FAULT_CHUNK_END]         = { 400, "malformed chunk end" },
	[PR_HTTP_FAULT_TRAILER]           = { 400, "trailer fields" },
	[PR_HTTP_FAULT_DEADLINE]          = { 408, "request took too long" },
	[PR_HTTP_FAULT_CONNECTIONS]       = { 503, "too many connections" },
};

unsigned    pr_http_fault_status(enum pr_http_fault fault) { return faults[fault].status; }
const char *pr_http_fault_text(enum pr_http_fault fault) { return faults[fault].text; }

size_t pr_http_head_scan(enum pr_http_fault *fault, size_t *scanned, const char *bytes, size_t len)
{
	*fault = PR_HTTP_FAULT_NONE;
	if (len > 0 && (bytes[0] == '\r' || bytes[0] == '\n')) {
		*fault = PR_HTTP_FAULT_REQUEST_LINE;
		return 0;
	}
	for (size_t i = *scanned; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (i >= PR_HTTP_HEAD_BYTES_MAX) {
			*fault = memchr(bytes, '\n', i) ? PR_HTTP_FAULT_HEAD_LONG : PR_HTTP_FAULT_TARGET_LONG;
			return 0;
		}
		if (c == '\n') {
			if (i == 0 || bytes[i - 1] != '\r') {
				*fault = PR_HTTP_FAULT_BARE_LF;
				return 0;
			}
			if (i >= 3 && bytes[i - 2] == '\n') return i + 1;
		} else if (i > 0 && bytes[i - 1] == '\r') {
			*fault = PR_HTTP_FAULT_BARE_CR;
			return 0;
		} else if ((c < 0x20 && c != '\r' && c != '\t') || c == 0x7f) {
			*fault = PR_HTTP_FAULT_CONTROL_BYTE;
			return 0;
		}
		*scanned = i + 1;
	}
	return 0;
}

/* RFC 9110 token characters. */
static bool is_token(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool text_is(struct pr_http_text t, const char *word) { return t.len == strlen(word) && strncasecmp(t.at, word, t.len) == 0; }

static enum pr_http_fault parse_target(struct pr_http_request *r, const char *at, size_t len)
{
	if (len > PR_HTTP_TARGET_BYTES_MAX) return PR_HTTP_FAULT_TARGET_LONG;
	if (len == 0 || at[0] != '/') return PR_HTTP_FAULT_TARGET;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)at[i] <= ' ' || (unsigned char)at[i] >= 0x7f || at[i] == '#') return PR_HTTP_FAULT_TARGET;
	const char *mark = memchr(at, '?', len);
	r->path          = (struct pr_http_text){ at, mark ? (size_t)(mark - at) : len };
	r->query         = mark ? (struct pr_http_text){ mark + 1, len - r->path.len - 1 } : (struct pr_http_text){ at + len, 0 };
	return PR_HTTP_FAULT_NONE;
}

static enum pr_http_fault parse_request_line(struct pr_http_request *r, const char *line, size_t len)
{
	size_t m = 0;
	while (m < len && is_token(line[m])) m++;
	if (m == 0 || m > 24) return PR_HTTP_FAULT_METHOD;
	if (m == len || line[m] != ' ') return PR_HTTP_FAULT_REQUEST_LINE;
	struct pr_http_text method = { line, m };
	static const struct {
		const char *name;
		enum pr_http_method method;
	} methods[] = { { "GET", PR_HTTP_GET }, { "HEAD", PR_HTTP_HEAD }, { "POST", PR_HTTP_POST }, { "OPTIONS", PR_HTTP_OPTIONS } };
	r->method = PR_HTTP_OTHER;
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (method.len == strlen(methods[i].name) && memcmp(method.at, methods[i].name, method.len) == 0) r->method = methods[i].method;
	const char *target = line + m + 1;
	const char *space  = memchr(target, ' ', len - m - 1);
	if (!space) return PR_HTTP_FAULT_REQUEST_LINE;
	enum pr_http_fault fault = parse_target(r, target, (size_t)(space - target));
	if (fault != PR_HTTP_FAULT_NONE) return fault;
	const char *version = space + 1;
	size_t      n       = len - (size_t)(version - line);
	if (n != 8 || memcmp(version, "HTTP/", 5) != 0 || version[5] < '0' || version[5] > '9' || version[6] != '.' || version[7] < '0' || version[7] > '9')
		return PR_HTTP_FAULT_VERSION;
	if (version[5] != '1' || version[7] > '1') return PR_HTTP_FAULT_VERSION_UNKNOWN;
	r->version_1_0 = version[7] == '0';
	return PR_HTTP_FAULT_NONE;
}

static enum pr_http_fault parse_header(struct pr_http_request *r, const char *line, size_t len)
{
	size_t n = 0;
	if (line[0] == ' ' || line[0] == '\t') return PR_HTTP_FAULT_FOLD;
	while (n < len && is_token(line[n])) n++;
	if (n == 0 || n == len || line[n] != ':') return PR_HTTP_FAULT_HEADER_NAME;
	if (r->header_count == PR_HTTP_HEADERS_MAX) return PR_HTTP_FAULT_HEADERS_MANY;
	size_t from = n + 1, end = len;
	while (from < end && (line[from] == ' ' || line[from] == '\t')) from++;
	while (end > from && (line[end - 1] == ' ' || line[end - 1] == '\t')) end--;
	r->headers[r->header_count++] = (struct pr_http_header){ { line, n }, { line + from, end - from } };
	return PR_HTTP_FAULT_NONE;
}

/* Digits only, at most 2^64 - 1; leading zeros have one meaning and are allowed. */
static bool parse_decimal(uint64_t *out, const char *s, size_t len)
{
	uint64_t v = 0;
	if (len == 0) return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') return false;
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (unsigned)(s[i] - '0'), &v)) return false;
	}
	*out = v;
	return true;
}

/* A Host is a name, an address in brackets, and perhaps a port: no blanks, no path, no user. */
static bool host_ok(struct pr_http_text t)
{
	for (size_t i = 0; i < t.len; i++)
		if ((unsigned char)t.at[i] <= ' ' || (unsigned char)t.at[i] >= 0x7f || strchr("/?#@\\,\"<>", t.at[i])) return false;
	return t.len > 0;
}

/* A comma-separated Connection header names an option. */
static bool has_option(struct pr_http_text t, const char *word)
{
	for (size_t i = 0; i < t.len;) {
		size_t end = i;
		while (end < t.len && t.at[end] != ',') end++;
		struct pr_http_text item = { t.at + i, end - i };
		while (item.len && (item.at[0] == ' ' || item.at[0] == '\t')) item.at++, item.len--;
		while (item.len && (item.at[item.len - 1] == ' ' || item.at[item.len - 1] == '\t')) item.len--;
		if (text_is(item, word)) return true;
		i = end + 1;
	}
	return false;
}

/* What the headers say about framing. */
static enum pr_http_fault judge(struct pr_http_request *r, uint64_t body_bytes_max)
{
	unsigned hosts = 0, lengths = 0, codings = 0;

	r->keep_alive = !r->version_1_0;
	for (uint32_t i = 0; i < r->header_count; i++) {
		struct pr_http_text name = r->headers[i].name, value = r->headers[i].value;
		if (text_is(name, "host")) {
			if (hosts++) return PR_HTTP_FAULT_HOST_REPEATED;
			if (!host_ok(value)) return PR_HTTP_FAULT_HOST_VALUE;
		} else if (text_is(name, "content-length")) {
			if (lengths++) return PR_HTTP_FAULT_LENGTH_REPEATED;
			if (!parse_decimal(&r->content_length, value.at, value.len)) return PR_HTTP_FAULT_LENGTH_VALUE;
		} else if (text_is(name, "transfer-encoding")) {
			if (codings++ || !text_is(value, "chunked")) return PR_HTTP_FAULT_CODING;
		} else if (text_is(name, "connection")) {
			if (has_option(value, "close")) r->keep_alive = false;
			else if (r->version_1_0 && has_option(value, "keep-alive")) r->keep_alive = true;
		} else if (text_is(name, "expect")) {
			if (!text_is(value, "100-continue")) return PR_HTTP_FAULT_EXPECT;
			r->expect_continue = !r->version_1_0;
		}
	}
	if (hosts == 0 && !r->version_1_0) return PR_HTTP_FAULT_HOST_MISSING;
	if (codings && lengths) return PR_HTTP_FAULT_LENGTH_AND_CODING;
	if (codings && r->version_1_0) return PR_HTTP_FAULT_CODING_VERSION;
	r->chunked = codings > 0;
	if (r->method == PR_HTTP_POST && !codings && !lengths) return PR_HTTP_FAULT_LENGTH_MISSING;
	return r->content_length > body_bytes_max ? PR_HTTP_FAULT_BODY_LONG : PR_HTTP_FAULT_NONE;
}

enum pr_http_fault pr_http_head_parse(struct pr_http_request *request, const char *bytes, size_t len, uint64_t body_bytes_max)
{
	enum pr_http_fault fault;
	size_t             at = 0;

	memset(request, 0, sizeof *request);
	while (at + 2 < len) {
		const char *end = memchr(bytes + at, '\r', len - at);
		if (!end) return PR_HTTP_FAULT_REQUEST_LINE;
		size_t n = (size_t)(end - bytes) - at;
		fault    = at == 0 ? parse_request_line(request, bytes, n) : parse_header(request, bytes + at, n);
		if (fault != PR_HTTP_FAULT_NONE) return fault;
		at += n + 2;
	}
	return judge(request, body_bytes_max);
}

enum chunk_state { CHUNK_SIZE, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_DATA_CR, CHUNK_DATA_LF, CHUNK_LAST_CR, CHUNK_LAST_LF };

static enum pr_http_fault chunk_size_byte(struct pr_http_chunks *c, char b)
{
	unsigned v = b >= '0' && b <= '9' ? (unsigned)(b - '0') : (b | 32) >= 'a' && (b | 32) <= 'f' ? (unsigned)((b | 32) - 'a' + 10) : 16;
	if (v < 16) {
		if (++c->digits > 8) return PR_HTTP_FAULT_CHUNK_SIZE;
		c->left = c->left << 4 | v;
		return PR_HTTP_FAULT_NONE;
	}
	if (b != '\r' || c->digits == 0) return PR_HTTP_FAULT_CHUNK_SIZE;
	c->state = CHUNK_SIZE_LF;
	return PR_HTTP_FAULT_NONE;
}

static enum pr_http_fault chunk_byte(struct pr_http_chunks *c, char b)
{
	switch ((enum chunk_state)c->state) {
	case CHUNK_SIZE: return chunk_size_byte(c, b);
	case CHUNK_SIZE_LF:
		if (b != '\n') return PR_HTTP_FAULT_CHUNK_SIZE;
		c->digits = 0;
		c->state  = c->left ? CHUNK_DATA : CHUNK_LAST_CR;
		return PR_HTTP_FAULT_NONE;
	case CHUNK_DATA_CR:
		c->state = CHUNK_DATA_LF;
		return b == '\r' ? PR_HTTP_FAULT_NONE : PR_HTTP_FAULT_CHUNK_END;
	case CHUNK_DATA_LF:
		c->state = CHUNK_SIZE;
		return b == '\n' ? PR_HTTP_FAULT_NONE : PR_HTTP_FAULT_CHUNK_END;
	case CHUNK_LAST_CR:
		c->state = CHUNK_LAST_LF;
		return b == '\r' ? PR_HTTP_FAULT_NONE : PR_HTTP_FAULT_TRAILER;
	case CHUNK_LAST_LF:
		c->done = b == '\n';
		return c->done ? PR_HTTP_FAULT_NONE : PR_HTTP_FAULT_CHUNK_END;
	case CHUNK_DATA: break;
	}
	return PR_HTTP_FAULT_CHUNK_SIZE;
}

size_t pr_http_chunks_feed(struct pr_http_chunks *c, enum pr_http_fault *fault, uint8_t *out, size_t *out_len, size_t out_cap, const char *bytes,
                           size_t len)
{
	size_t used = 0;

	*fault = PR_HTTP_FAULT_NONE;
	while (used < len && !c->done) {
		if (c->state == CHUNK_DATA) {
			size_t n = c->left < len - used ? (size_t)c->left : len - used;
			memcpy(out + *out_len, bytes + used, n);
			*out_len += n;
			used += n;
			c->left -= n;
			if (c->left == 0) c->state = CHUNK_DATA_CR;
			continue;
		}
		*fault = chunk_byte(c, bytes[used++]);
		/* A chunk is judged by its size line, so there is room for every byte that is copied above. */
		if (*fault == PR_HTTP_FAULT_NONE && c->state == CHUNK_DATA && c->left > out_cap - *out_len) *fault = PR_HTTP_FAULT_BODY_LONG;
		if (*fault != PR_HTTP_FAULT_NONE) return used;
	}
	return used;
}

const struct pr_http_header *pr_http_header_find(const struct pr_http_request *request, const char *name)
{
	for (uint32_t i = 0; i < request->header_count; i++)
		if (text_is(request->headers[i].name, name)) return &request->headers[i];
	return NULL;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bool decode_value(char *out, size_t cap, const char *s, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		char c = s[i] == '+' ? ' ' : s[i];
		if (s[i] == '%') {
			if (len - i < 3 || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0) return false;
			c = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
			i += 2;
		}
		if (c == 0 || n + 1 >= cap) return false;
		out[n++] = c;
	}
	out[n] = 0;
	return true;
}

bool pr_http_query_get(char *out, size_t cap, const struct pr_http_request *request, const char *name)
{
	const char *at = request->query.at, *end = at + request->query.len;
	size_t      want = strlen(name);

	out[0] = 0;
	while (at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		if (!stop) stop = end;
		if ((size_t)(stop - at) > want && memcmp(at, name, want) == 0 && at[want] == '=') {
			if (decode_value(out, cap, at + want + 1, (size_t)(stop - at) - want - 1)) return true;
			out[0] = 0;
			return false;
		}
		at = stop + 1;
	}
	return false;
}

bool pr_http_query_u64(uint64_t *out, const struct pr_http_request *request, const char *name)
{
	char text[24];
	if (!pr_http_query_get(text, sizeof text, request, name)) return false;
	return parse_decimal(out, text, strlen(text));
}
