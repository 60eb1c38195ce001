/* Request framing: the verdict does not depend on how the bytes are cut, an accepted head keeps its promises, and
 * writing it out again gives the same request. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/rt/http_parse.h"

#define BODY_MAX 4096u

/* The whole bytes at once, and step by step: the same end of head or the same fault. */
static size_t scan(enum pr_http_fault *fault, const char *bytes, size_t len, size_t step)
{
	size_t scanned = 0;
	for (size_t have = step < len ? step : len;; have = len - have < step ? len : have + step) {
		size_t head = pr_http_head_scan(fault, &scanned, bytes, have);
		PR_CHECK(head <= have && scanned <= have && (head == 0 || *fault == PR_HTTP_FAULT_NONE));
		if (head || *fault != PR_HTTP_FAULT_NONE || have == len) return head;
	}
}

static bool inside(struct pr_http_text t, const char *bytes, size_t len) { return t.at >= bytes && t.len <= len && (size_t)(t.at - bytes) <= len - t.len; }

static unsigned count_headers(const struct pr_http_request *r, const char *name)
{
	struct pr_http_request rest = *r;
	unsigned n = 0;
	const struct pr_http_header *h;
	while ((h = pr_http_header_find(&rest, name))) {
		n++;
		size_t at = (size_t)(h - rest.headers);
		rest.header_count -= (uint32_t)at + 1;
		memmove(rest.headers, h + 1, rest.header_count * sizeof *h);
	}
	return n;
}

static void check_promises(const struct pr_http_request *r, const char *head, size_t len)
{
	unsigned lengths = count_headers(r, "content-length"), codings = count_headers(r, "transfer-encoding"), hosts = count_headers(r, "host");
	PR_CHECK(lengths + codings <= 1 && r->chunked == (codings == 1) && (lengths || r->content_length == 0));
	PR_CHECK(hosts == 1 || (hosts == 0 && r->version_1_0));
	PR_CHECK(r->content_length <= BODY_MAX && r->header_count <= PR_HTTP_HEADERS_MAX);
	PR_CHECK(r->path.len > 0 && r->path.at[0] == '/' && !memchr(r->path.at, '?', r->path.len));
	PR_CHECK(inside(r->path, head, len) && inside(r->query, head, len));
	for (uint32_t i = 0; i < r->header_count; i++) {
		const struct pr_http_header *h = &r->headers[i];
		PR_CHECK(inside(h->name, head, len) && inside(h->value, head, len) && h->name.len > 0 && h->value.at[h->value.len] != ':');
		PR_CHECK(!memchr(h->value.at, '\n', h->value.len) && !memchr(h->value.at, '\r', h->value.len) && !memchr(h->value.at, 0, h->value.len));
	}
}

static size_t add(char *out, size_t at, struct pr_http_text t)
{
	memcpy(out + at, t.at, t.len);
	return at + t.len;
}

static void check_again(const struct pr_http_request *r, const char *head, size_t head_len)
{
	static char out[2 * PR_HTTP_HEAD_BYTES_MAX];
	struct pr_http_request again;
	size_t len = add(out, 0, (struct pr_http_text){ head, (size_t)((const char *)memchr(head, '\r', head_len) - head) });
	for (uint32_t i = 0; i < r->header_count; i++) {
		len = add(out, len, (struct pr_http_text){ "\r\n", 2 });
		len = add(out, len, r->headers[i].name);
		len = add(out, len, (struct pr_http_text){ ":", 1 });
		len = add(out, len, r->headers[i].value);
	}
	len = add(out, len, (struct pr_http_text){ "\r\n\r\n", 4 });
	PR_CHECK(pr_http_head_parse(&again, out, len, BODY_MAX) == PR_HTTP_FAULT_NONE);
	PR_CHECK(again.method == r->method && again.header_count == r->header_count && again.content_length == r->content_length);
	PR_CHECK(again.chunked == r->chunked && again.keep_alive == r->keep_alive && again.expect_continue == r->expect_continue);
	PR_CHECK(again.path.len == r->path.len && again.query.len == r->query.len);
}

struct decoded {
	uint8_t out[BODY_MAX];
	size_t len, used;
	enum pr_http_fault fault;
	bool done;
};

static void decode(struct decoded *d, const char *bytes, size_t len, size_t step)
{
	struct pr_http_chunks chunks = { 0 };
	memset(d, 0, sizeof *d);
	while (!d->done && d->fault == PR_HTTP_FAULT_NONE && d->used < len) {
		size_t n = len - d->used < step ? len - d->used : step;
		size_t used = pr_http_chunks_feed(&chunks, &d->fault, d->out, &d->len, sizeof d->out, bytes + d->used, n);
		PR_CHECK(used <= n && d->len <= sizeof d->out && (used == n || chunks.done || d->fault != PR_HTTP_FAULT_NONE));
		d->used += used;
		d->done = chunks.done;
	}
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	size_t len = size, step = size % 32 + 1;
	/* A copy of exact size: reading beyond it is seen by the address sanitizer. */
	char *bytes = malloc(len ? len : 1);
	PR_CHECK(bytes);
	memcpy(bytes, data, len);

	enum pr_http_fault fault, fault_by_steps;
	size_t head = scan(&fault, bytes, len, len + 1);
	PR_CHECK(scan(&fault_by_steps, bytes, len, step) == head && fault_by_steps == fault);
	PR_CHECK((pr_http_fault_status(fault) == 0) == (fault == PR_HTTP_FAULT_NONE));
	if (head) {
		static struct pr_http_request request;
		char value[64];
		uint64_t number;
		fault = pr_http_head_parse(&request, bytes, head, BODY_MAX);
		if (fault == PR_HTTP_FAULT_NONE) {
			check_promises(&request, bytes, head);
			check_again(&request, bytes, head);
			if (pr_http_query_get(value, sizeof value, &request, "a")) PR_CHECK(strlen(value) < sizeof value);
			(void)pr_http_query_u64(&number, &request, "a");
		}
	}

	static struct decoded whole, pieces;
	decode(&whole, bytes + head, len - head, len + 1);
	decode(&pieces, bytes + head, len - head, step);
	PR_CHECK(whole.fault == pieces.fault && whole.done == pieces.done && whole.used == pieces.used);
	PR_CHECK(whole.len == pieces.len && memcmp(whole.out, pieces.out, whole.len) == 0);
	free(bytes);
}
