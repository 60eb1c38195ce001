/* Strict HTTP/1.1 request framing (RFC 9112) as pure functions over bytes.
 *
 * Whatever two readers could frame differently is refused: bare LF or CR, space before a colon, folded lines, NUL,
 * duplicate or malformed Content-Length, Content-Length with Transfer-Encoding, codings other than exactly "chunked",
 * chunk extensions, trailers.  Only the origin form of a target ("/path?query") is accepted. */
#ifndef PR_RT_HTTP_PARSE_H
#define PR_RT_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PR_HTTP_HEAD_BYTES_MAX 8192   /* request line, headers and the empty line */
#define PR_HTTP_TARGET_BYTES_MAX 4096
#define PR_HTTP_HEADERS_MAX 64
#define PR_HTTP_BODY_BYTES_MAX (256u << 10)
#define PR_HTTP_BODY_BYTES_DEFAULT (128u << 10)

enum pr_http_method { PR_HTTP_GET = 1, PR_HTTP_HEAD = 2, PR_HTTP_POST = 4, PR_HTTP_OPTIONS = 8, PR_HTTP_OTHER = 16 };

/* Why a request is refused; each has one status and one short text. */
enum pr_http_fault {
	PR_HTTP_FAULT_NONE = 0,
	PR_HTTP_FAULT_BARE_LF,
	PR_HTTP_FAULT_BARE_CR,
	PR_HTTP_FAULT_CONTROL_BYTE,
	PR_HTTP_FAULT_REQUEST_LINE,
	PR_HTTP_FAULT_METHOD,
	PR_HTTP_FAULT_TARGET,
	PR_HTTP_FAULT_TARGET_LONG,
	PR_HTTP_FAULT_VERSION,
	PR_HTTP_FAULT_VERSION_UNKNOWN,
	PR_HTTP_FAULT_HEAD_LONG,
	PR_HTTP_FAULT_HEADERS_MANY,
	PR_HTTP_FAULT_HEADER_NAME,
	PR_HTTP_FAULT_HEADER_VALUE,
	PR_HTTP_FAULT_FOLD,
	PR_HTTP_FAULT_HOST_MISSING,
	PR_HTTP_FAULT_HOST_REPEATED,
	PR_HTTP_FAULT_HOST_VALUE,
	PR_HTTP_FAULT_LENGTH_REPEATED,
	PR_HTTP_FAULT_LENGTH_VALUE,
	PR_HTTP_FAULT_LENGTH_AND_CODING,
	PR_HTTP_FAULT_LENGTH_MISSING,
	PR_HTTP_FAULT_CODING,
	PR_HTTP_FAULT_CODING_VERSION,
	PR_HTTP_FAULT_EXPECT,
	PR_HTTP_FAULT_BODY_LONG,
	PR_HTTP_FAULT_CHUNK_SIZE,
	PR_HTTP_FAULT_CHUNK_END,
	PR_HTTP_FAULT_TRAILER,
	PR_HTTP_FAULT_DEADLINE,
	PR_HTTP_FAULT_CONNECTIONS,
	PR_HTTP_FAULT_COUNT
};

struct pr_http_text {
	const char *at;
	size_t len;
};

struct pr_http_header {
	struct pr_http_text name;  /* as sent; compare with pr_http_header_find */
	struct pr_http_text value; /* without surrounding blanks */
};

struct pr_http_request {
	enum pr_http_method method;
	struct pr_http_text path;  /* "/..." still percent-encoded, without query */
	struct pr_http_text query; /* after '?', without it; len 0 if none */
	bool version_1_0;
	bool keep_alive;      /* the client allows another request on the connection */
	bool chunked;         /* the body comes in chunks */
	bool expect_continue; /* the client waits for "100 Continue" */
	uint64_t content_length;
	uint32_t header_count;
	struct pr_http_header headers[PR_HTTP_HEADERS_MAX];
	const uint8_t *body; /* set by the server when the body is complete */
	size_t body_len;
};

/* Looks for the end of a request head in bytes that may still grow.  *scanned (0 at first) remembers how far earlier
 * calls came.  Leading empty lines are a fault.
 * Returns the length of the head including its empty line; 0 if more bytes are needed; or 0 with *fault set. */
size_t pr_http_head_scan(enum pr_http_fault *fault, size_t *scanned, const char *bytes, size_t len);

/* Parses a whole head as found by pr_http_head_scan.  All texts point into bytes.
 * body_bytes_max bounds content_length.  On a fault *request is unspecified. */
enum pr_http_fault pr_http_head_parse(struct pr_http_request *request, const char *bytes, size_t len, uint64_t body_bytes_max);

/* Decodes a chunked body step by step. */
struct pr_http_chunks {
	uint32_t state;
	uint32_t digits;
	uint64_t left; /* bytes of the current chunk still to come */
	bool done;     /* the last chunk and its empty line were read */
};

/* Takes up to len bytes of input, appends decoded bytes to out[*out_len .. out_cap) and returns how many bytes of
 * input were used.  It stops after the end of the body (done) or on a fault.  Start with a zeroed struct. */
size_t pr_http_chunks_feed(struct pr_http_chunks *chunks, enum pr_http_fault *fault, uint8_t *out, size_t *out_len,
			   size_t out_cap, const char *bytes, size_t len);

/* 400, 408, 413, ...; 0 for PR_HTTP_FAULT_NONE. */
unsigned pr_http_fault_status(enum pr_http_fault fault);
/* "duplicate Content-Length"; never NULL. */
const char *pr_http_fault_text(enum pr_http_fault fault);

/* The first header of this name (case does not matter); NULL if there is none. */
const struct pr_http_header *pr_http_header_find(const struct pr_http_request *request, const char *name);

/* Copies the percent-decoded value of a query parameter into out, terminated.  False, out = "", if it is absent, longer
 * than cap - 1, badly encoded or holds a zero byte. */
bool pr_http_query_get(char *out, size_t cap, const struct pr_http_request *request, const char *name);
/* The same as a decimal u64; false if absent or malformed (*out is untouched). */
bool pr_http_query_u64(uint64_t *out, const struct pr_http_request *request, const char *name);

#endif
