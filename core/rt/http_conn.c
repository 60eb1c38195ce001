/* One connection: collecting requests, deadlines, errors. */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/rt/clock.h"
#include "core/rt/http_conn.h"

#define LINGER_MS 1000
#define INPUT_BYTES_MAX (128u << 10)   /* what may wait behind the request that is being handled */
#define OUTPUT_BYTES_HIGH (256u << 10) /* more than this unsent: the next pipelined request waits */
#define REFUSALS_MAX 64u               /* connections over the limit that are told so; beyond, they are just closed */

void http_conn_timer(struct http_conn *conn, uint32_t ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = (long)(ms % 1000) * 1000 };
	event_del(conn->timer);
	if (ms) event_add(conn->timer, &t);
}

void http_conn_free(struct http_conn *conn)
{
	struct pr_http_server *server = conn->server;

	if (conn->stream) http_stream_lost(conn->stream);
	if (conn->exchange) {
		conn->exchange->conn = NULL;
		/* A request that no handler has seen ends here. */
		if (conn->state != HTTP_HANDLING) http_exchange_free(conn->exchange);
	}
	if (conn->prev) conn->prev->next = conn->next;
	else server->conns = conn->next;
	if (conn->next) conn->next->prev = conn->prev;
	server->conn_count--;
	server->unsent -= conn->unsent;
	event_free(conn->timer);
	bufferevent_free(conn->bev);
	free(conn);
}

/* Answers a malformed request; nothing after it is read. */
static void refuse(struct http_conn *conn, enum pr_http_fault fault)
{
	pr_metric_add(&pr_http_refused_total, 1);
	http_write_answer(conn, NULL, pr_http_fault_status(fault), "text/plain", pr_http_fault_text(fault), strlen(pr_http_fault_text(fault)), false);
}

/* The head, once it is complete.  False: wait for more, or refused. */
static bool take_head(struct http_conn *conn, struct evbuffer *in)
{
	size_t             len = evbuffer_get_length(in);
	enum pr_http_fault fault;

	if (len == 0) return false;
	if (conn->state == HTTP_IDLE) {
		conn->state      = HTTP_READING;
		conn->scanned    = 0;
		conn->started_us = conn->waits_us = pr_clock_us();
		http_conn_timer(conn, conn->server->options.request_deadline_ms);
	}
	size_t      look  = len < PR_HTTP_HEAD_BYTES_MAX + 1 ? len : PR_HTTP_HEAD_BYTES_MAX + 1;
	const char *bytes = (const char *)evbuffer_pullup(in, (ev_ssize_t)look);
	size_t      head  = pr_http_head_scan(&fault, &conn->scanned, bytes, look);
	if (fault != PR_HTTP_FAULT_NONE) {
		refuse(conn, fault);
		return false;
	}
	if (head == 0) return false;
	struct pr_http_exchange *x = calloc(1, sizeof *x);
	PR_CHECK(x && (x->head = malloc(head)));
	memcpy(x->head, bytes, head);
	evbuffer_drain(in, head);
	x->conn   = conn;
	x->server = conn->server;
	x->server->exchange_count++;
	conn->exchange = x;
	memset(&conn->chunks, 0, sizeof conn->chunks);
	fault = pr_http_head_parse(&x->request, x->head, head, conn->server->options.body_bytes_max);
	if (fault != PR_HTTP_FAULT_NONE) {
		refuse(conn, fault);
		return false;
	}
	x->body_cap = x->request.chunked ? conn->server->options.body_bytes_max : (size_t)x->request.content_length;
	x->body     = malloc(x->body_cap + 1);
	PR_CHECK(x->body);
	if (x->request.expect_continue && x->body_cap) bufferevent_write(conn->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	return true;
}

/* The body as far as it is here.  True when it is complete. */
static bool take_body(struct http_conn *conn, struct evbuffer *in)
{
	struct pr_http_exchange *x = conn->exchange;
	enum pr_http_fault       fault;

	if (!x->request.chunked) {
		int n = evbuffer_remove(in, x->body + x->body_len, x->body_cap - x->body_len);
		if (n > 0) x->body_len += (size_t)n;
		return x->body_len == x->body_cap;
	}
	while (!conn->chunks.done && evbuffer_get_length(in) > 0) {
		size_t      len   = evbuffer_get_contiguous_space(in);
		const char *bytes = (const char *)evbuffer_pullup(in, (ev_ssize_t)len);
		size_t      used  = pr_http_chunks_feed(&conn->chunks, &fault, x->body, &x->body_len, x->body_cap, bytes, len);
		evbuffer_drain(in, used);
		if (fault != PR_HTTP_FAULT_NONE) {
			refuse(conn, fault);
			return false;
		}
	}
	return conn->chunks.done;
}

static size_t unsent(const struct http_conn *conn) { return evbuffer_get_length(bufferevent_get_output(conn->bev)); }

static void on_output(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_conn *conn = arg;
	(void)info;
	conn->server->unsent += evbuffer_get_length(out) - conn->unsent;
	conn->unsent = evbuffer_get_length(out);
}

/* The connection whose client has let the server wait for longest is closed; for_output: only one with more unsent than its share, which
 * somebody has when the sum is too large.  Those that a handler has, and streams, stay.  False: there is none. */
static bool shed(struct pr_http_server *server, bool for_output)
{
	const size_t share = for_output ? server->options.unsent_bytes_max / (server->options.connections_max + REFUSALS_MAX) : 0;
	struct http_conn *longest = NULL;
	for (struct http_conn *c = server->conns; c; c = c->next) {
		if (c->in_read || c->state == HTTP_HANDLING || c->state == HTTP_STREAMING || (for_output && c->unsent <= share)) continue;
		if (!longest || c->waits_us < longest->waits_us) longest = c;
	}
	if (!longest) return false;
	pr_metric_add(&pr_http_shed_total, 1);
	http_conn_free(longest);
	return true;
}

/* After the last answer: it drains, then the connection goes. */
static void finish(struct http_conn *conn)
{
	if (unsent(conn) == 0) {
		http_conn_free(conn);
		return;
	}
	conn->state = HTTP_CLOSING;
	http_conn_timer(conn, conn->server->options.write_deadline_ms);
}

void http_conn_read(struct http_conn *conn)
{
	struct evbuffer *in = bufferevent_get_input(conn->bev);

	if (conn->in_read) return;
	conn->in_read = true;
	while (conn->state == HTTP_IDLE || conn->state == HTTP_READING) {
		if (conn->state == HTTP_IDLE && unsent(conn) > OUTPUT_BYTES_HIGH) break;
		if (!conn->exchange && !take_head(conn, in)) break;
		if (!take_body(conn, in)) break;
		struct pr_http_exchange *x = conn->exchange;
		x->request.body     = x->body;
		x->request.body_len = x->body_len;
		conn->state         = HTTP_HANDLING;
		http_conn_timer(conn, 0);
		while (conn->server->unsent > conn->server->options.unsent_bytes_max && shed(conn->server, true)) {}
		pr_metric_add(&pr_http_requests_total, 1);
		http_server_route(conn->server, x);
	}
	conn->in_read = false;
	/* A request still incomplete will stay so; complete ones held back by unsent answers come first. */
	bool held_back = conn->state == HTTP_IDLE && unsent(conn) > OUTPUT_BYTES_HIGH && evbuffer_get_length(in) > 0;
	if (conn->no_more && !held_back && (conn->state == HTTP_IDLE || conn->state == HTTP_READING)) finish(conn);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn = arg;
	(void)bev;
	if (conn->state == HTTP_STREAMING || conn->state == HTTP_CLOSING) evbuffer_drain(bufferevent_get_input(conn->bev), evbuffer_get_length(bufferevent_get_input(conn->bev)));
	else http_conn_read(conn);
}

void http_conn_drained(struct http_conn *conn)
{
	if (conn->state == HTTP_CLOSING && conn->no_more) {
		http_conn_free(conn);
	} else if (conn->state == HTTP_CLOSING) {
		/* Say that this was all, and read on a little: closing with unread bytes would reset the connection and might take
		 * the answer away before the client has read it. */
		shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
		bufferevent_enable(conn->bev, EV_READ);
		http_conn_timer(conn, LINGER_MS);
	} else if (conn->state == HTTP_IDLE) {
		http_conn_timer(conn, conn->server->options.idle_timeout_ms);
		http_conn_read(conn);
	}
}

/* Everything was handed to the system. */
static void on_drained(struct bufferevent *bev, void *arg)
{
	(void)bev;
	/* Under TLS libevent tells of it later, when there may be more to send again. */
	if (unsent(arg) == 0) http_conn_drained(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct http_conn *conn = arg;
	(void)bev;
	if (what & BEV_EVENT_ERROR) {
		http_conn_free(conn);
	} else if (what & BEV_EVENT_EOF) {
		/* Half closed: the answers to what was sent are still wanted.  A stream's client has left. */
		conn->no_more = true;
		if (conn->state == HTTP_STREAMING) http_conn_free(conn);
		else if (conn->state == HTTP_CLOSING) finish(conn);
		else if (conn->state != HTTP_HANDLING) http_conn_read(conn);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *conn = arg;
	(void)fd;
	(void)what;
	switch (conn->state) {
	case HTTP_READING:
		pr_metric_add(&pr_http_deadline_total, 1);
		refuse(conn, PR_HTTP_FAULT_DEADLINE);
		return;
	case HTTP_STREAMING:
		http_stream_beat(conn->stream);
		http_conn_timer(conn, conn->server->options.stream_heartbeat_ms);
		return;
	case HTTP_IDLE:
	case HTTP_HANDLING:
	case HTTP_CLOSING: http_conn_free(conn); return;
	}
}

static struct bufferevent *bufferevent_make(struct pr_http_server *server, evutil_socket_t fd)
{
	struct event_base *base = pr_loop_base(server->loop);
	if (!server->tls) return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	SSL *ssl = SSL_new(server->tls);
	PR_CHECK(ssl);
	struct bufferevent *bev = bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev) bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

void http_conn_open(struct pr_http_server *server, evutil_socket_t fd)
{
	int one = 1;

	pr_metric_add(&pr_http_connections_total, 1);
	if (server->conn_count >= server->options.connections_max) (void)shed(server, false);
	if (server->conn_count >= server->options.connections_max + REFUSALS_MAX) {
		pr_metric_add(&pr_http_connections_refused_total, 1);
		evutil_closesocket(fd);
		return;
	}
	struct http_conn *conn = calloc(1, sizeof *conn);
	PR_CHECK(conn);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	conn->server = server;
	conn->bev    = bufferevent_make(server, fd);
	conn->timer  = evtimer_new(pr_loop_base(server->loop), on_timer, conn);
	PR_CHECK(conn->bev && conn->timer);
	conn->waits_us = pr_clock_us();
	PR_CHECK(evbuffer_add_cb(bufferevent_get_output(conn->bev), on_output, conn));
	conn->next = server->conns;
	if (conn->next) conn->next->prev = conn;
	server->conns = conn;
	server->conn_count++;
	bufferevent_setcb(conn->bev, on_read, on_drained, on_event, conn);
	bufferevent_setwatermark(conn->bev, EV_READ, 0, INPUT_BYTES_MAX);
	bufferevent_set_max_single_read(conn->bev, 1 << 18);
	bufferevent_set_max_single_write(conn->bev, 1 << 18);
	if (server->conn_count > server->options.connections_max) {
		pr_metric_add(&pr_http_connections_refused_total, 1);
		refuse(conn, PR_HTTP_FAULT_CONNECTIONS);
		return;
	}
	http_conn_timer(conn, server->options.idle_timeout_ms);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}
