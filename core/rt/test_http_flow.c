/* The life of connections: deadlines, pipelining, late answers, streams, limits. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "core/base/unit.h"
#include "core/rt/clock.h"
#include "core/rt/http.h"
#include "core/rt/log.h"
#include "tests/support/rawsock.h"

#define H "Host: h\r\n"
#define BIG_BYTES 65536u
#define UNSENT_BYTES_MAX 400000u

static struct pr_loop *loop;
static uint16_t port;       /* generous limits */
static uint16_t short_port; /* short deadlines, two connections */
static uint16_t tight_port; /* long deadlines, four connections */
static struct pr_http_server *the_server; /* at port; asked for counts only */

/* What the parked requests and the streams are doing; touched by the loop's thread, watched by the test. */
static struct pr_http_exchange *parked;
static struct pr_http_stream *stream;
static atomic_uint parked_count, stream_count, closed_count, sends_refused, sends_done;

/* Waits until *count reaches want, by round trips through the loop; false after RAWSOCK_WAIT_MS. */
static void set_flag(void *flag) { atomic_store((atomic_bool *)flag, true); }

static void round_trip(void)
{
	atomic_bool seen = false;
	PR_CHECK(pr_loop_post(loop, set_flag, &seen) == PR_OK);
	uint64_t end = pr_clock_ms() + RAWSOCK_WAIT_MS;
	while (!atomic_load(&seen) && pr_clock_ms() < end) sched_yield();
	PR_CHECK(atomic_load(&seen));
}

static bool reaches(atomic_uint *count, unsigned want)
{
	uint64_t end = pr_clock_ms() + RAWSOCK_WAIT_MS;
	while (atomic_load(count) < want && pr_clock_ms() < end) round_trip();
	return atomic_load(count) == want;
}

static void on_echo(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx;
	pr_http_reply_header(x, "X-Test", "1");
	pr_http_reply(x, 200, "text/plain", r->body, r->body_len);
}

static _Atomic uint64_t most_unsent; /* that a request for much found at the server at port */
static void on_big(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	static char big[BIG_BYTES];
	(void)ctx, (void)r;
	if (pr_http_server_unsent(the_server) > atomic_load(&most_unsent)) atomic_store(&most_unsent, pr_http_server_unsent(the_server));
	memset(big, 'b', sizeof big);
	pr_http_reply(x, 200, "text/plain", big, sizeof big);
}

static void on_empty(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	pr_http_reply(x, 204, "text/plain", "x", 1);
}

/* Answers from another thread, by a post, with the body that was kept until then. */
static void answer_late(void *x)
{
	const struct pr_http_request *r = pr_http_exchange_request(x);
	pr_http_reply(x, 200, "text/plain", r->body, r->body_len);
}

static void *late_main(void *x)
{
	PR_CHECK(pr_loop_post(loop, answer_late, x) == PR_OK);
	return NULL;
}

static void on_late(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	pthread_t thread;
	(void)ctx, (void)r;
	PR_CHECK(pthread_create(&thread, NULL, late_main, x) == 0);
	pthread_detach(thread);
}

static void on_park(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	parked = x;
	atomic_fetch_add(&parked_count, 1);
}

static void unpark(void *arg)
{
	(void)arg;
	pr_http_reply_text(parked, 200, "unparked");
	parked = NULL;
}

static void look(void *alive) { atomic_store((atomic_bool *)alive, pr_http_exchange_alive(parked)); }

static bool parked_alive(void)
{
	atomic_bool alive = false;
	PR_CHECK(pr_loop_post(loop, look, &alive) == PR_OK);
	round_trip();
	return atomic_load(&alive);
}

static void on_closed(void *ctx)
{
	PR_CHECK(ctx == &stream);
	stream = NULL;
	atomic_fetch_add(&closed_count, 1);
}

static void on_stream(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	stream = pr_http_stream_open(x, "text/event-stream", on_closed, &stream);
	atomic_fetch_add(&stream_count, 1);
}

static void send_16k(void *arg)
{
	static char event[16384];
	(void)arg;
	memset(event, 'e', sizeof event);
	if (!stream) return;
	enum pr_err err = pr_http_stream_send(stream, event, sizeof event);
	if (err == PR_OK) atomic_fetch_add(&sends_done, 1);
	else if (err == PR_ERR_FULL) atomic_fetch_add(&sends_refused, 1);
	if (err == PR_ERR_FULL) UNIT_CHECK(pr_http_stream_send(stream, "x", 1) == PR_ERR_FULL); /* nothing may follow a gap */
}

/* Sends only while little is unsent. */
static atomic_uint fills;
static void fill(void *arg)
{
	if (stream && pr_http_stream_pending(stream) < 100000) send_16k(arg);
	else atomic_fetch_add(&fills, 1);
}

static void send_text(void *text)
{
	UNIT_CHECK(stream && pr_http_stream_send(stream, text, strlen(text)) == PR_OK);
}

static void close_stream(void *arg)
{
	(void)arg;
	pr_http_stream_close(stream);
	stream = NULL;
}

static const struct pr_http_route routes[] = {
	{ PR_HTTP_GET | PR_HTTP_POST, "/echo", on_echo, NULL }, { PR_HTTP_GET, "/big", on_big, NULL },
	{ PR_HTTP_GET | PR_HTTP_POST, "/late", on_late, NULL }, { PR_HTTP_GET, "/park", on_park, NULL },
	{ PR_HTTP_GET, "/stream", on_stream, NULL },            { PR_HTTP_GET, "/empty", on_empty, NULL },
};

/* A request that trickles in, a byte whenever nothing was answered for 10 ms, is cut off by its deadline. */
static void trickle(const char *name, const char *head, const char *filler)
{
	uint64_t start = pr_clock_ms();
	int fd = rawsock_connect(short_port);
	rawsock_text(fd, head);
	for (size_t i = 0; !rawsock_readable(fd, 10) && pr_clock_ms() - start < RAWSOCK_WAIT_MS; i++)
		rawsock_send(fd, &filler[i % strlen(filler)], 1);
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	uint64_t took = pr_clock_ms() - start;
	UNIT_CHECK_ROW(name, strstr(r.bytes, "HTTP/1.1 408 ") && r.ended && took >= 190 && took < 5000);
	rawsock_free(&r);
	close(fd);
}

static void test_slow_requests_meet_the_deadline(void)
{
	uint64_t before = pr_metric_value(&pr_http_deadline_total);
	trickle("request line", "GET /", "a");
	trickle("headers", "GET /echo HTTP/1.1\r\n" H, "X: y\r\n");
	trickle("body", "POST /echo HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n", "b");
	trickle("chunks", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", "1\r\nc\r\n");
	trickle("after a good request", "GET /echo HTTP/1.1\r\n" H "\r\nGET /echo HTTP/1.1\r\n", "X: y\r\n");
	UNIT_CHECK(pr_metric_value(&pr_http_deadline_total) == before + 5);
}

static void test_idle_connections_are_closed(void)
{
	uint64_t start = pr_clock_ms();
	int fd = rawsock_connect(short_port);
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(r.ended && r.len == 0 && pr_clock_ms() - start >= 290);
	rawsock_free(&r);
	close(fd);
	fd = rawsock_connect(short_port); /* after an answer as well */
	rawsock_text(fd, "GET /echo HTTP/1.1\r\n" H "\r\n");
	r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(r.ended && rawsock_status(&r) == 200);
	rawsock_free(&r);
	close(fd);
}

static void test_pipelined_requests_are_answered_in_order(void)
{
	char request[128];
	int fd = rawsock_connect(port);
	for (int i = 0; i < 60; i++) {
		const char *path = i % 3 == 0 ? "/late" : "/echo";
		int n = snprintf(request, sizeof request, "POST %s HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n#%03d", path, i);
		rawsock_send(fd, request, (size_t)n);
	}
	rawsock_text(fd, "GET /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	const char *at = r.bytes;
	for (int i = 0; i < 60 && at; i++) {
		at = strchr(at, '#');
		UNIT_CHECK(at && atoi(++at) == i);
	}
	UNIT_CHECK(rawsock_count(&r, "HTTP/1.1 200") == 61 && r.ended && !r.reset);
	rawsock_free(&r);
	close(fd);
}

/* `printf ... | nc -N`: everything asked for is answered although the client has closed its side. */
static void test_half_closed_clients_get_their_answers(void)
{
	static const char *const requests[] = {
		"GET /echo HTTP/1.1\r\n" H "\r\n", "GET /late HTTP/1.1\r\n" H "\r\nGET /late HTTP/1.1\r\n" H "\r\n",
		"GET /big HTTP/1.1\r\n" H "\r\n", "GET /echo HTTP/1.1\r\n" H "\r\nGET /ec"
	};
	for (size_t i = 0; i < 4; i++) {
		int fd = rawsock_connect(port);
		rawsock_text(fd, requests[i]);
		shutdown(fd, SHUT_WR);
		struct rawsock_reply r = rawsock_read(fd, NULL, 0);
		UNIT_CHECK_ROW(requests[i], rawsock_count(&r, "HTTP/1.1 200") == (i == 1 ? 2 : 1) && r.ended && !r.reset);
		if (i == 2) UNIT_CHECK(r.len > BIG_BYTES);
		rawsock_free(&r);
		close(fd);
	}
	/* Many answers that are read slowly. */
	int fd = rawsock_connect_with(port, 4096);
	for (int i = 0; i < 40; i++) rawsock_text(fd, "GET /big HTTP/1.1\r\n" H "\r\n");
	shutdown(fd, SHUT_WR);
	round_trip();
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(rawsock_count(&r, "HTTP/1.1 200") == 40 && r.len > 40 * BIG_BYTES && r.ended && !r.reset);
	rawsock_free(&r);
	close(fd);
}

static void test_unsent_answers_hold_back_the_next_request(void)
{
	uint64_t before = pr_metric_value(&pr_http_requests_total);
	int fd = rawsock_connect_with(port, 4096);
	for (int i = 0; i < 400; i++) rawsock_text(fd, "GET /big HTTP/1.1\r\n" H "\r\n");
	for (int i = 0; i < 50; i++) round_trip();
	UNIT_CHECK(pr_metric_value(&pr_http_requests_total) - before < 200); /* 26 MB are not piled up */
	shutdown(fd, SHUT_WR);
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(rawsock_count(&r, "HTTP/1.1 200") == 400 && r.ended && !r.reset);
	UNIT_CHECK(pr_metric_value(&pr_http_requests_total) - before == 400);
	rawsock_free(&r);
	close(fd);
}

static void test_an_answer_to_a_client_that_left(void)
{
	for (unsigned i = 1; i <= 3; i++) {
		int fd = rawsock_connect(port);
		rawsock_text(fd, "GET /park HTTP/1.1\r\n" H "\r\n");
		UNIT_CHECK(reaches(&parked_count, i));
		const struct linger reset = { 1, 0 };
		if (i == 2) setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		if (i < 3) close(fd);
		for (int k = 0; i == 2 && k < 10000 && parked_alive(); k++) {}
		UNIT_CHECK(parked_alive() == (i != 2)); /* a reset is noticed at once */
		PR_CHECK(pr_loop_post(loop, unpark, NULL) == PR_OK);
		round_trip();
		if (i < 3) continue;
		struct rawsock_reply r = rawsock_read(fd, "unparked\n", 0);
		UNIT_CHECK(rawsock_status(&r) == 200 && !r.ended);
		rawsock_free(&r);
		close(fd);
	}
}

static void test_empty_answers_and_headers(void)
{
	int fd = rawsock_connect(port);
	rawsock_text(fd, "GET /empty HTTP/1.1\r\n" H "\r\nGET /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	char *body = strstr(r.bytes, "\r\n\r\n");
	UNIT_CHECK(rawsock_status(&r) == 204 && body && strncmp(body + 4, "HTTP/1.1 200", 12) == 0);
	if (body) *body = 0;
	UNIT_CHECK(!strstr(r.bytes, "Content-Length") && (!body || strstr(body + 4, "\r\nX-Test: 1\r\n")));
	rawsock_free(&r);
	close(fd);
}

static void test_browsers_may_ask_first(void)
{
	int fd = rawsock_connect(short_port); /* has a CORS origin */
	rawsock_text(fd, "OPTIONS /echo HTTP/1.1\r\n" H "Origin: http://a\r\nAccess-Control-Request-Method: POST\r\n\r\n");
	struct rawsock_reply r = rawsock_read(fd, "\r\n\r\n", 0);
	UNIT_CHECK(rawsock_status(&r) == 200 && strstr(r.bytes, "\r\nAccess-Control-Allow-Origin: *\r\n") && strstr(r.bytes, "Access-Control-Allow-Methods: GET, POST\r\n"));
	rawsock_free(&r);
	close(fd);
}

static int stream_connect(const char *request, int receive_bytes)
{
	unsigned before = atomic_load(&stream_count);
	int fd = rawsock_connect_with(port, receive_bytes);
	rawsock_text(fd, request);
	UNIT_CHECK(reaches(&stream_count, before + 1));
	return fd;
}

static void test_a_stream_delivers_and_ends(void)
{
	unsigned closed = atomic_load(&closed_count);
	int fd = stream_connect("GET /stream HTTP/1.1\r\n" H "\r\n", 0);
	PR_CHECK(pr_loop_post(loop, send_text, (void *)(uintptr_t)"data: one\n\n") == PR_OK);
	PR_CHECK(pr_loop_post(loop, send_text, (void *)(uintptr_t)"data: two\n\n") == PR_OK);
	PR_CHECK(pr_loop_post(loop, close_stream, NULL) == PR_OK);
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(rawsock_status(&r) == 200 && strstr(r.bytes, "Content-Type: text/event-stream\r\n") && strstr(r.bytes, "Transfer-Encoding: chunked\r\n"));
	UNIT_CHECK(strstr(r.bytes, "\r\n\r\nb\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\n0\r\n\r\n") && r.ended && !r.reset);
	rawsock_free(&r);
	close(fd);
	fd = stream_connect("GET /stream HTTP/1.0\r\n\r\n", 0); /* without chunks for HTTP/1.0 */
	PR_CHECK(pr_loop_post(loop, send_text, (void *)(uintptr_t)"data: one\n\n") == PR_OK);
	PR_CHECK(pr_loop_post(loop, close_stream, NULL) == PR_OK);
	r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(strstr(r.bytes, "\r\n\r\ndata: one\n\n") && !strstr(r.bytes, "chunked") && r.ended && !r.reset);
	rawsock_free(&r);
	close(fd);
	fd = stream_connect("HEAD /stream HTTP/1.1\r\n" H "\r\n", 0);
	r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(rawsock_status(&r) == 200 && strcmp(r.bytes + r.len - 4, "\r\n\r\n") == 0 && r.ended);
	rawsock_free(&r);
	close(fd);
	UNIT_CHECK(atomic_load(&closed_count) == closed); /* not called when the application ends the stream */
}

static void test_a_quiet_stream_has_a_heartbeat(void)
{
	unsigned closed = atomic_load(&closed_count);
	int fd = stream_connect("GET /stream HTTP/1.1\r\n" H "\r\n", 0);
	struct rawsock_reply r = rawsock_read(fd, "3\r\n:\n\n\r\n3\r\n:\n\n\r\n", 0);
	UNIT_CHECK(!r.ended);
	rawsock_free(&r);
	close(fd);
	UNIT_CHECK(reaches(&closed_count, closed + 1)); /* and the application hears that the client left */
}

static void test_a_slow_reader_is_dropped(void)
{
	uint64_t before = pr_metric_value(&pr_http_stream_dropped_total);
	unsigned closed = atomic_load(&closed_count);
	atomic_store(&sends_done, 0);
	int fd = stream_connect("GET /stream HTTP/1.1\r\n" H "\r\n", 4096);
	uint64_t end = pr_clock_ms() + RAWSOCK_WAIT_MS;
	while (atomic_load(&closed_count) == closed && pr_clock_ms() < end) {
		PR_CHECK(pr_loop_post(loop, send_16k, NULL) == PR_OK);
		round_trip();
	}
	/* The bound, and what the kernel took besides. */
	UNIT_CHECK(atomic_load(&sends_refused) == 1 && atomic_load(&sends_done) >= 16 && atomic_load(&sends_done) < 1000);
	UNIT_CHECK(reaches(&closed_count, closed + 1) && pr_metric_value(&pr_http_stream_dropped_total) == before + 1);
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(r.ended && !strstr(r.bytes, "\r\n0\r\n\r\n")); /* a cut stream does not look like a whole one */
	rawsock_free(&r);
	close(fd);
}

static void test_a_reader_that_takes_nothing_is_dropped(void)
{
	unsigned closed = atomic_load(&closed_count);
	int fd = stream_connect("GET /stream HTTP/1.1\r\n" H "\r\n", 4096);
	/* More than the kernel takes, less than the bound: it just lies there. */
	atomic_store(&fills, 0);
	atomic_store(&sends_refused, 0);
	for (int i = 0; i < 5000 && atomic_load(&fills) < 20; i++) {
		PR_CHECK(pr_loop_post(loop, fill, NULL) == PR_OK);
		round_trip();
	}
	UNIT_CHECK(reaches(&closed_count, closed + 1) && atomic_load(&sends_refused) == 0);
	close(fd);
}

/* What gives way is what has waited for its client for longest, not what was opened first. */
static void test_the_longest_waiting_connection_gives_way(void)
{
	uint64_t refused = pr_metric_value(&pr_http_connections_refused_total), shed = pr_metric_value(&pr_http_shed_total);
	int busy = rawsock_connect(short_port), idle = rawsock_connect(short_port);
	rawsock_text(busy, "GET /echo HTTP/1.1\r\n" H "\r\n");
	struct rawsock_reply r = rawsock_read(busy, "\r\n\r\n", 0);
	UNIT_CHECK(rawsock_status(&r) == 200);
	rawsock_free(&r);
	int third = rawsock_connect(short_port);
	r = rawsock_read(idle, NULL, 0);
	UNIT_CHECK(r.ended && r.len == 0);
	rawsock_free(&r);
	rawsock_text(third, "GET /echo HTTP/1.1\r\n" H "\r\n");
	r = rawsock_read(third, "\r\n\r\n", 0);
	UNIT_CHECK(rawsock_status(&r) == 200);
	rawsock_free(&r);
	rawsock_text(busy, "GET /echo HTTP/1.1\r\n" H "\r\n");
	r = rawsock_read(busy, "\r\n\r\n", 0);
	UNIT_CHECK(rawsock_status(&r) == 200);
	rawsock_free(&r);
	UNIT_CHECK(pr_metric_value(&pr_http_connections_refused_total) == refused && pr_metric_value(&pr_http_shed_total) == shed + 1);
	close(busy), close(idle), close(third);
}

/* Requests that trickle in fill the server again and again; everybody else is served at once. */
static void test_slow_requests_do_not_keep_others_out(void)
{
	static const char *const pieces[] = { "GET /ec", "POST /echo HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\nxy", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\r\n" };
	uint64_t refused = pr_metric_value(&pr_http_connections_refused_total), deadlines = pr_metric_value(&pr_http_deadline_total);
	int slow[24];
	for (unsigned i = 0; i < 24; i++) {
		slow[i] = rawsock_connect(tight_port);
		rawsock_text(slow[i], pieces[i % 3]);
		if (i % 3 != 2) continue;
		round_trip();
		int fd = rawsock_connect(tight_port);
		rawsock_text(fd, "GET /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
		struct rawsock_reply r = rawsock_read(fd, NULL, 0);
		UNIT_CHECK(rawsock_status(&r) == 200 && r.ended && !r.reset);
		rawsock_free(&r);
		close(fd);
	}
	UNIT_CHECK(pr_metric_value(&pr_http_connections_refused_total) == refused && pr_metric_value(&pr_http_deadline_total) == deadlines);
	for (unsigned i = 0; i < 24; i++) close(slow[i]);
}

/* Clients that ask for much and take nothing: what is kept for all of them is bounded, and others are served. */
static void test_unsent_answers_are_bounded_in_sum(void)
{
	uint64_t before = pr_metric_value(&pr_http_shed_total), end = pr_clock_ms() + RAWSOCK_WAIT_MS;
	int greedy[24];
	atomic_store(&most_unsent, 0);
	for (unsigned i = 0; i < 24; i++) {
		greedy[i] = rawsock_connect_with(port, 4096);
		for (unsigned k = 0; k < 100; k++) rawsock_text(greedy[i], "GET /big HTTP/1.1\r\n" H "\r\n");
	}
	/* The system takes some of each answer; what it does not take piles up until there is too much. */
	while (pr_metric_value(&pr_http_shed_total) < before + 5 && pr_clock_ms() < end) round_trip();
	UNIT_CHECK(pr_metric_value(&pr_http_shed_total) >= before + 5);
	UNIT_CHECK(atomic_load(&most_unsent) > UNSENT_BYTES_MAX / 2 && atomic_load(&most_unsent) <= UNSENT_BYTES_MAX);
	int fd = rawsock_connect(port);
	rawsock_text(fd, "GET /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	struct rawsock_reply r = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(rawsock_status(&r) == 200 && !r.reset);
	rawsock_free(&r);
	close(fd);
	for (unsigned i = 0; i < 24; i++) close(greedy[i]);
}

static atomic_bool held;
static void hold(void *arg)
{
	(void)arg;
	while (atomic_load(&held)) sched_yield();
}

/* Many who ask for much in the same moment do not take away a small answer that the system has not even been offered yet. */
static void test_a_small_answer_is_never_given_up(void)
{
	uint64_t before = pr_metric_value(&pr_http_shed_total);
	int greedy[20];
	atomic_store(&held, true);
	PR_CHECK(pr_loop_post(loop, hold, NULL) == PR_OK);
	int small = rawsock_connect(port);
	rawsock_text(small, "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nsmall");
	for (unsigned i = 0; i < 20; i++) {
		greedy[i] = rawsock_connect_with(port, 4096);
		rawsock_text(greedy[i], "GET /big HTTP/1.1\r\n" H "\r\n");
	}
	atomic_store(&held, false);
	struct rawsock_reply r = rawsock_read(small, "small", 0);
	UNIT_CHECK(rawsock_status(&r) == 200 && !r.ended);
	rawsock_free(&r);
	for (uint64_t end = pr_clock_ms() + RAWSOCK_WAIT_MS; pr_metric_value(&pr_http_shed_total) == before && pr_clock_ms() < end;) round_trip();
	UNIT_CHECK(pr_metric_value(&pr_http_shed_total) > before);
	close(small);
	for (unsigned i = 0; i < 20; i++) close(greedy[i]);
}

static void test_connection_limit(void)
{
	/* Two that handlers have: the third is told to come back. */
	uint64_t before = pr_metric_value(&pr_http_connections_refused_total);
	unsigned parks = atomic_load(&parked_count), streams = atomic_load(&stream_count), closed = atomic_load(&closed_count);
	int a = rawsock_connect(short_port);
	rawsock_text(a, "GET /park HTTP/1.1\r\n" H "\r\n");
	UNIT_CHECK(reaches(&parked_count, parks + 1));
	int b = rawsock_connect(short_port);
	rawsock_text(b, "GET /stream HTTP/1.1\r\n" H "\r\n");
	UNIT_CHECK(reaches(&stream_count, streams + 1));
	int c = rawsock_connect(short_port);
	struct rawsock_reply r = rawsock_read(c, NULL, 0);
	UNIT_CHECK(rawsock_status(&r) == 503 && r.ended);
	UNIT_CHECK(pr_metric_value(&pr_http_connections_refused_total) == before + 1);
	rawsock_free(&r);
	close(b), close(c);
	UNIT_CHECK(reaches(&closed_count, closed + 1));
	PR_CHECK(pr_loop_post(loop, unpark, NULL) == PR_OK);
	r = rawsock_read(a, "unparked\n", 0);
	UNIT_CHECK(rawsock_status(&r) == 200);
	rawsock_free(&r);
	close(a);
}

static void *loop_main(void *arg)
{
	pr_loop_run(arg);
	return NULL;
}

/* An exchange may outlive the server; a stream is told. */
static void test_closing_the_server(struct pr_http_server *server, pthread_t thread)
{
	unsigned parks = atomic_load(&parked_count), closed = atomic_load(&closed_count);
	int a = rawsock_connect(port), b = stream_connect("GET /stream HTTP/1.1\r\n" H "\r\n", 0);
	rawsock_text(a, "GET /park HTTP/1.1\r\n" H "\r\n");
	UNIT_CHECK(reaches(&parked_count, parks + 1));
	pr_loop_stop(loop);
	pthread_join(thread, NULL);
	UNIT_CHECK(pr_http_server_connections(server) >= 2 && pr_http_exchange_alive(parked));
	pr_http_server_close(server);
	UNIT_CHECK(atomic_load(&closed_count) == closed + 1);
	UNIT_CHECK(!pr_http_exchange_alive(parked));
	unpark(NULL);
	pr_loop_stop(loop);
	pr_loop_run(loop); /* libevent closes descriptors from the loop */
	struct rawsock_reply r = rawsock_read(a, NULL, 0);
	UNIT_CHECK(r.ended && r.len == 0);
	rawsock_free(&r);
	close(a), close(b);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	struct pr_http_server *server, *short_server, *tight_server;
	const struct pr_http_options options = { .bind = "127.0.0.1", .routes = routes, .route_count = sizeof routes / sizeof *routes,
						 .stream_bytes_max = 300000, .unsent_bytes_max = UNSENT_BYTES_MAX, .stream_heartbeat_ms = 200 };
	const struct pr_http_options short_options = { .bind = "127.0.0.1", .routes = routes, .route_count = sizeof routes / sizeof *routes, .connections_max = 2,
						       .request_deadline_ms = 200, .idle_timeout_ms = 300, .cors_origin_opt = "*" };
	const struct pr_http_options tight_options = { .bind = "127.0.0.1", .routes = routes, .route_count = sizeof routes / sizeof *routes, .connections_max = 4 };
	PR_CHECK((loop = pr_loop_open()) && pr_http_server_open(&server, loop, &options) == PR_OK);
	PR_CHECK(pr_http_server_open(&short_server, loop, &short_options) == PR_OK);
	PR_CHECK(pr_http_server_open(&tight_server, loop, &tight_options) == PR_OK);
	the_server = server;
	port = pr_http_server_port(server);
	tight_port = pr_http_server_port(tight_server);
	short_port = pr_http_server_port(short_server);
	pthread_t thread;
	PR_CHECK(pthread_create(&thread, NULL, loop_main, loop) == 0);

	UNIT_RUN(test_slow_requests_meet_the_deadline);
	UNIT_RUN(test_idle_connections_are_closed);
	UNIT_RUN(test_pipelined_requests_are_answered_in_order);
	UNIT_RUN(test_half_closed_clients_get_their_answers);
	UNIT_RUN(test_unsent_answers_hold_back_the_next_request);
	UNIT_RUN(test_an_answer_to_a_client_that_left);
	UNIT_RUN(test_empty_answers_and_headers);
	UNIT_RUN(test_browsers_may_ask_first);
	UNIT_RUN(test_a_stream_delivers_and_ends);
	UNIT_RUN(test_a_quiet_stream_has_a_heartbeat);
	UNIT_RUN(test_a_slow_reader_is_dropped);
	UNIT_RUN(test_a_reader_that_takes_nothing_is_dropped);
	UNIT_RUN(test_the_longest_waiting_connection_gives_way);
	UNIT_RUN(test_slow_requests_do_not_keep_others_out);
	UNIT_RUN(test_unsent_answers_are_bounded_in_sum);
	UNIT_RUN(test_a_small_answer_is_never_given_up);
	UNIT_RUN(test_connection_limit);
	test_closing_the_server(server, thread);
	unit_end_case("test_closing_the_server");

	pr_http_server_close(short_server);
	pr_http_server_close(tight_server);
	pr_loop_close(loop);
	return UNIT_END();
}
