/* Framing: what the server refuses, with which status, and that nothing behind a refused request is executed. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "core/base/unit.h"
#include "core/rt/http.h"
#include "core/rt/log.h"
#include "tests/support/rawsock.h"

#define BODY_MAX 4096u
#define SECOND "GET /second HTTP/1.1\r\nHost: h\r\n\r\n"
#define H "Host: h\r\n"

static atomic_uint first_count, second_count;

static void on_echo(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx;
	atomic_fetch_add(&first_count, 1);
	pr_http_reply(x, 200, "text/plain", r->body, r->body_len);
}

static void on_second(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	atomic_fetch_add(&second_count, 1);
	pr_http_reply_text(x, 200, "second");
}

static const struct pr_http_route routes[] = {
	{ PR_HTTP_GET | PR_HTTP_POST, "/echo", on_echo, NULL },
	{ PR_HTTP_GET, "/second", on_second, NULL },
	{ PR_HTTP_POST, "/rpc/*", on_echo, NULL },
};

struct row {
	const char *name, *bytes;
	size_t len;
	unsigned status;
};
#define ROW(name, bytes, status) { name, bytes, sizeof(bytes) - 1, status }

/* Each of these is answered once and the connection closed, whatever follows. */
static const struct row hostile[] = {
	ROW("two equal lengths", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
	ROW("two conflicting lengths", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello", 400),
	ROW("length list", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n\r\nhello", 400),
	ROW("length plus sign", "POST /echo HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nhello", 400),
	ROW("length minus sign", "POST /echo HTTP/1.1\r\n" H "Content-Length: -5\r\n\r\nhello", 400),
	ROW("length hex", "POST /echo HTTP/1.1\r\n" H "Content-Length: 0x5\r\n\r\nhello", 400),
	ROW("length inner space", "POST /echo HTTP/1.1\r\n" H "Content-Length: 1 0\r\n\r\nhello", 400),
	ROW("length trailing letter", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5a\r\n\r\nhello", 400),
	ROW("length decimal point", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5.0\r\n\r\nhello", 400),
	ROW("length empty", "POST /echo HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 400),
	ROW("length over 64 bits", "POST /echo HTTP/1.1\r\n" H "Content-Length: 18446744073709551621\r\n\r\nhello", 400),
	ROW("length and chunked", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
	ROW("chunked and length", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
	ROW("length on GET conflicting", "GET /echo HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 34\r\n\r\n", 400),
	ROW("no length on POST", "POST /echo HTTP/1.1\r\n" H "\r\n", 411),
	ROW("coding gzip", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n", 400),
	ROW("coding gzip, chunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
	ROW("coding chunked twice", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
	ROW("coding header twice", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
	ROW("coding identity", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", 400),
	ROW("coding xchunked", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
	ROW("coding with vertical tab", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400),
	ROW("coding in HTTP/1.0", "POST /echo HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
	ROW("chunk size 0x", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk size sign", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk size space", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk extension", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk extension on the last", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0;a\r\n\r\n", 400),
	ROW("chunk size empty", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk size of 9 digits", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n000000005\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk size wraps", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff1\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk bare LF after size", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk data too long", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk data too short", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n6\r\nhello\r\n0\r\n\r\n", 400),
	ROW("chunk bare LF after data", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n", 400),
	ROW("chunk trailer", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", 400),
	ROW("chunks over the bound", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1001\r\n", 413),
	ROW("chunk far over the bound", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
	ROW("body over the bound", "POST /echo HTTP/1.1\r\n" H "Content-Length: 4097\r\n\r\n", 413),
	ROW("body of 2^64 - 1", "POST /echo HTTP/1.1\r\n" H "Content-Length: 18446744073709551615\r\n\r\n", 413),
	ROW("bare LF everywhere", "GET /echo HTTP/1.1\nHost: h\n\n", 400),
	ROW("bare LF in a header", "GET /echo HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400),
	ROW("bare LF at the end", "GET /echo HTTP/1.1\r\n" H "\n", 400),
	ROW("bare CR in a header", "GET /echo HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400),
	ROW("bare CR in the request line", "GET /echo\r HTTP/1.1\r\n" H "\r\n", 400),
	ROW("CR CR LF", "GET /echo HTTP/1.1\r\r\n" H "\r\n", 400),
	ROW("space before colon", "GET /echo HTTP/1.1\r\nHost : h\r\n\r\n", 400),
	ROW("space before colon of length", "POST /echo HTTP/1.1\r\n" H "Content-Length : 5\r\n\r\nhello", 400),
	ROW("tab before colon", "GET /echo HTTP/1.1\r\n" H "X\t: y\r\n\r\n", 400),
	ROW("folded header", "GET /echo HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", 400),
	ROW("folded header with tab", "GET /echo HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n", 400),
	ROW("first header indented", "GET /echo HTTP/1.1\r\n Host: h\r\n\r\n", 400),
	ROW("header without colon", "GET /echo HTTP/1.1\r\n" H "nonsense\r\n\r\n", 400),
	ROW("header without name", "GET /echo HTTP/1.1\r\n" H ": x\r\n\r\n", 400),
	ROW("header name with a bracket", "GET /echo HTTP/1.1\r\n" H "X[]: y\r\n\r\n", 400),
	ROW("NUL in a header", "GET /echo HTTP/1.1\r\n" H "X: a\0b\r\n\r\n", 400),
	ROW("NUL in the target", "GET /ec\0ho HTTP/1.1\r\n" H "\r\n", 400),
	ROW("control byte in a header", "GET /echo HTTP/1.1\r\n" H "X: \x01\r\n\r\n", 400),
	ROW("DEL in a header", "GET /echo HTTP/1.1\r\n" H "X: \x7f\r\n\r\n", 400),
	ROW("no Host", "GET /echo HTTP/1.1\r\n\r\n", 400),
	ROW("two Hosts", "GET /echo HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400),
	ROW("two Hosts of HTTP/1.0", "GET /echo HTTP/1.0\r\nHost: h\r\nHost: g\r\n\r\n", 400),
	ROW("empty Host", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n", 400),
	ROW("Host with a space", "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
	ROW("Host with a path", "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
	ROW("Host with a user", "GET /echo HTTP/1.1\r\nHost: u@h\r\n\r\n", 400),
	ROW("method with a bracket", "G(T /echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("method missing", " /echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("method too long", "ABCDEFGHIJKLMNOPQRSTUVWXYZ /echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("two spaces", "GET  /echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("space after the version", "GET /echo HTTP/1.1 \r\n" H "\r\n", 400),
	ROW("tab for space", "GET\t/echo\tHTTP/1.1\r\n" H "\r\n", 400),
	ROW("HTTP/0.9", "GET /echo\r\n\r\n", 400),
	ROW("HTTP/2.0", "GET /echo HTTP/2.0\r\n" H "\r\n", 505),
	ROW("HTTP/1.2", "GET /echo HTTP/1.2\r\n" H "\r\n", 505),
	ROW("HTTP/1.10", "GET /echo HTTP/1.10\r\n" H "\r\n", 400),
	ROW("http/1.1", "GET /echo http/1.1\r\n" H "\r\n", 400),
	ROW("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
	ROW("TLS hello", "\x16\x03\x01\x02\x01\x01", 400),
	ROW("absolute target", "GET http://h/echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("target without slash", "GET echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("target with a fragment", "GET /echo#a HTTP/1.1\r\n" H "\r\n", 400),
	ROW("target of high bytes", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", 400),
	ROW("CONNECT", "CONNECT h:80 HTTP/1.1\r\n" H "\r\n", 400),
	ROW("empty line first", "\r\nGET /echo HTTP/1.1\r\n" H "\r\n", 400),
	ROW("unknown expectation", "POST /echo HTTP/1.1\r\n" H "Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello", 417),
};

/* Each of these is executed, with this body, and the second request after it too. */
static const struct {
	const char *name, *bytes, *body;
} good[] = {
	{ "plain", "GET /echo HTTP/1.1\r\n" H "\r\n", "" },
	{ "query", "GET /echo?a=1&b=%20 HTTP/1.1\r\n" H "\r\n", "" },
	{ "length", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", "hello" },
	{ "length with zeros", "POST /echo HTTP/1.1\r\n" H "Content-Length: 005\r\n\r\nhello", "hello" },
	{ "length 0", "POST /echo HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", "" },
	{ "blanks around values", "POST /echo HTTP/1.1\r\nHost:h \t\r\ncontent-LENGTH: \t 5 \r\n\r\nhello", "hello" },
	{ "chunks", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n00000003\r\nllo\r\n0\r\n\r\n", "hello" },
	{ "chunks in capitals", "POST /echo HTTP/1.1\r\n" H "transfer-encoding: Chunked\r\n\r\nA\r\nhellohello\r\n0\r\n\r\n", "hellohello" },
	{ "no chunk", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "" },
	{ "body that looks like a request", "POST /echo HTTP/1.1\r\n" H "Content-Length: 33\r\n\r\n" SECOND, SECOND },
	{ "prefix route", "POST /rpc/any/thing HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nab", "ab" },
};

static uint16_t port;

static void test_hostile_framing(void)
{
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		const struct row *row = &hostile[i];
		atomic_store(&first_count, 0);
		atomic_store(&second_count, 0);
		int fd = rawsock_connect(port);
		rawsock_send(fd, row->bytes, row->len);
		rawsock_text(fd, SECOND);
		struct rawsock_reply r = rawsock_read(fd, NULL, 0);
		UNIT_CHECK_ROW(row->name, rawsock_status(&r) == row->status);
		UNIT_CHECK_ROW(row->name, r.ended && !r.reset && rawsock_count(&r, "HTTP/1.1 ") == 1);
		UNIT_CHECK_ROW(row->name, strstr(r.bytes, "\r\nConnection: close\r\n"));
		UNIT_CHECK_ROW(row->name, atomic_load(&first_count) == 0 && atomic_load(&second_count) == 0);
		rawsock_free(&r);
		close(fd);
	}
}

/* The same requests, byte by byte: the answer does not depend on how they are cut. */
static void test_hostile_framing_in_pieces(void)
{
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i += 3) {
		const struct row *row = &hostile[i];
		int fd = rawsock_connect(port);
		for (size_t k = 0; k < row->len && rawsock_send(fd, row->bytes + k, 1); k++) (void)rawsock_readable(fd, 0);
		struct rawsock_reply r = rawsock_read(fd, NULL, 0);
		UNIT_CHECK_ROW(row->name, rawsock_status(&r) == row->status && rawsock_count(&r, "HTTP/1.1 ") == 1);
		rawsock_free(&r);
		close(fd);
	}
}

static void test_good_framing(void)
{
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char want[256];
		atomic_store(&first_count, 0);
		atomic_store(&second_count, 0);
		int fd = rawsock_connect(port);
		for (const char *p = good[i].bytes; *p; p++) rawsock_send(fd, p, 1);
		rawsock_text(fd, SECOND);
		struct rawsock_reply r = rawsock_read(fd, "second\n", 0);
		snprintf(want, sizeof want, "Content-Length: %zu\r\n\r\n%sHTTP/1.1 200", strlen(good[i].body), good[i].body);
		UNIT_CHECK_ROW(good[i].name, rawsock_status(&r) == 200 && strstr(r.bytes, want));
		UNIT_CHECK_ROW(good[i].name, atomic_load(&first_count) == 1 && atomic_load(&second_count) == 1);
		rawsock_free(&r);
		close(fd);
	}
}

/* Sends head, then filler up to total bytes, then the end; expects the status. */
static void expect_long(const char *name, const char *head, size_t total, const char *end, unsigned status)
{
	char filler[1024];
	memset(filler, 'a', sizeof filler);
	int fd = rawsock_connect(port);
	bool open = rawsock_text(fd, head);
	for (size_t sent = strlen(head); open && sent < total; sent += sizeof filler)
		open = rawsock_send(fd, filler, total - sent < sizeof filler ? total - sent : sizeof filler);
	if (open) rawsock_text(fd, end);
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK_ROW(name, rawsock_status(&r) == status && r.ended);
	rawsock_free(&r);
	close(fd);
}

static void test_long_heads(void)
{
	const char close_end[] = " HTTP/1.1\r\n" H "Connection: close\r\n\r\n";
	expect_long("long target that fits", "GET /echo?", 4000, close_end, 200);
	expect_long("target over its bound", "GET /", 4200, close_end, 414);
	expect_long("request line without end", "GET /", 20000, "", 414);
	expect_long("long header that fits", "GET /echo HTTP/1.1\r\n" H "Connection: close\r\nX: ", 8000, "\r\n\r\n", 200);
	expect_long("header without end", "GET /echo HTTP/1.1\r\n" H "X: ", 20000, "", 431);

	char many[64 * 8 + 64];
	for (unsigned count = 62; count <= 63; count++) {
		size_t len = (size_t)sprintf(many, "GET /echo HTTP/1.1\r\n" H "Connection: close\r\n");
		for (unsigned i = 0; i < count; i++) len += (size_t)sprintf(many + len, "A: b\r\n");
		sprintf(many + len, "\r\n");
		expect_long("headers", many, 0, "", count == 62 ? 200 : 431);
	}
}

static void test_methods_and_paths(void)
{
	static const struct row rows[] = {
		ROW("no such path", "GET /nothing HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 404),
		ROW("prefix of a path", "GET /ech HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 404),
		ROW("path beyond a path", "GET /echo/ HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 404),
		ROW("wrong method", "POST /second HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 0\r\n\r\n", 405),
		ROW("unknown method", "BREW /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 405),
		ROW("method in small letters", "get /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 405),
		ROW("OPTIONS without CORS", "OPTIONS /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 405),
		ROW("HEAD", "HEAD /second HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 200),
		ROW("HTTP/1.0 closes by itself", "GET /second HTTP/1.0\r\n\r\n", 200),
		ROW("close in a list", "GET /second HTTP/1.1\r\n" H "Connection: foo, Close\r\n\r\n", 200),
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int fd = rawsock_connect(port);
		rawsock_text(fd, rows[i].bytes);
		struct rawsock_reply r = rawsock_read(fd, NULL, 0);
		UNIT_CHECK_ROW(rows[i].name, rawsock_status(&r) == rows[i].status && r.ended && !r.reset);
		if (rows[i].status == 405) UNIT_CHECK_ROW(rows[i].name, strstr(r.bytes, "\r\nAllow: GET, HEAD"));
		if (strncmp(rows[i].bytes, "HEAD", 4) == 0) UNIT_CHECK(strstr(r.bytes, "Content-Length: 7\r\n") && strcmp(r.bytes + r.len - 4, "\r\n\r\n") == 0);
		rawsock_free(&r);
		close(fd);
	}
	/* These leave the connection usable. */
	int fd = rawsock_connect(port);
	rawsock_text(fd, "GET /nothing HTTP/1.1\r\n" H "\r\nBREW /echo HTTP/1.1\r\n" H "\r\nGET /second HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" SECOND);
	struct rawsock_reply r = rawsock_read(fd, "second\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nsecond", 0);
	UNIT_CHECK(rawsock_count(&r, "HTTP/1.1 ") == 4 && rawsock_count(&r, "second\n") == 2 && !r.ended);
	rawsock_free(&r);
	close(fd);
}

static void test_expect_continue(void)
{
	int fd = rawsock_connect(port);
	rawsock_text(fd, "POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	struct rawsock_reply r = rawsock_read(fd, "\r\n\r\n", 0);
	UNIT_CHECK(strcmp(r.bytes, "HTTP/1.1 100 Continue\r\n\r\n") == 0);
	rawsock_free(&r);
	rawsock_text(fd, "hello");
	r = rawsock_read(fd, "hello", 0);
	UNIT_CHECK(rawsock_status(&r) == 200);
	rawsock_free(&r);
	close(fd);
}

static void test_query_values(void)
{
	static const char head[] = "GET /p?a=1&b=x%20y+z&c=%zz&d=&big=18446744073709551615&over=18446744073709551616&n=%00&a=2 HTTP/1.1\r\n" H "\r\n";
	struct pr_http_request q;
	char out[8];
	uint64_t v = 7;
	UNIT_CHECK(pr_http_head_parse(&q, head, sizeof head - 1, 0) == PR_HTTP_FAULT_NONE);
	UNIT_CHECK(q.path.len == 2 && memcmp(q.path.at, "/p", 2) == 0);
	UNIT_CHECK(pr_http_query_get(out, sizeof out, &q, "b") && strcmp(out, "x y z") == 0);
	UNIT_CHECK(!pr_http_query_get(out, 5, &q, "b") && out[0] == 0);
	UNIT_CHECK(!pr_http_query_get(out, sizeof out, &q, "c") && !pr_http_query_get(out, sizeof out, &q, "n"));
	UNIT_CHECK(pr_http_query_get(out, sizeof out, &q, "d") && out[0] == 0);
	UNIT_CHECK(!pr_http_query_get(out, sizeof out, &q, "e") && !pr_http_query_get(out, sizeof out, &q, ""));
	UNIT_CHECK(pr_http_query_u64(&v, &q, "a") && v == 1);
	UNIT_CHECK(pr_http_query_u64(&v, &q, "big") && v == UINT64_MAX);
	UNIT_CHECK(!pr_http_query_u64(&v, &q, "over") && !pr_http_query_u64(&v, &q, "b") && !pr_http_query_u64(&v, &q, "d") && v == UINT64_MAX);
	UNIT_CHECK(pr_http_header_find(&q, "hOST") && !pr_http_header_find(&q, "hos"));
}

static void *loop_main(void *loop)
{
	pr_loop_run(loop);
	return NULL;
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	struct pr_loop *loop = pr_loop_open();
	struct pr_http_server *server;
	const struct pr_http_options options = { .bind = "127.0.0.1", .routes = routes, .route_count = sizeof routes / sizeof *routes, .body_bytes_max = BODY_MAX };
	PR_CHECK(loop && pr_http_server_open(&server, loop, &options) == PR_OK);
	port = pr_http_server_port(server);
	pthread_t thread;
	PR_CHECK(pthread_create(&thread, NULL, loop_main, loop) == 0);

	UNIT_RUN(test_hostile_framing);
	UNIT_RUN(test_hostile_framing_in_pieces);
	UNIT_RUN(test_good_framing);
	UNIT_RUN(test_long_heads);
	UNIT_RUN(test_methods_and_paths);
	UNIT_RUN(test_expect_continue);
	UNIT_RUN(test_query_values);

	pr_loop_stop(loop);
	pthread_join(thread, NULL);
	pr_http_server_close(server);
	pr_loop_close(loop);
	return UNIT_END();
}
