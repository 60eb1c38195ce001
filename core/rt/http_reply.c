/* Answers and streams. */
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rt/clock.h"
#include "core/rt/http_conn.h"

static const char *reason(unsigned status)
{
	switch (status) {
	case 200: return "OK";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 402: return "Payment Required";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 408: return "Request Timeout";
	case 411: return "Length Required";
	case 413: return "Content Too Large";
	case 414: return "URI Too Long";
	case 415: return "Unsupported Media Type";
	case 417: return "Expectation Failed";
	case 429: return "Too Many Requests";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	case 503: return "Service Unavailable";
	case 505: return "HTTP Version Not Supported";
	default: return "Status";
	}
}

static void write_head(struct http_conn *conn, const struct pr_http_exchange *x, unsigned status, const char *content_type, const char *framing)
{
	struct evbuffer *out  = bufferevent_get_output(conn->bev);
	const char      *cors = conn->server->options.cors_origin_opt;

	evbuffer_add_printf(out, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\n%s", status, reason(status), content_type, framing);
	if (cors) evbuffer_add_printf(out, "Access-Control-Allow-Origin: %s\r\nAccess-Control-Expose-Headers: *\r\n", cors);
	if (x) evbuffer_add(out, x->headers, x->headers_len);
	evbuffer_add(out, "\r\n", 2);
}

void http_write_answer(struct http_conn *conn, const struct pr_http_exchange *x, unsigned status, const char *content_type, const void *body, size_t len,
                       bool keep_alive)
{
	char       framing[96], length[48] = "";
	const bool bodiless = status == 204 || status == 304; /* RFC 9110: and then no length either */

	if (!bodiless) snprintf(length, sizeof length, "Content-Length: %zu\r\n", len);
	snprintf(framing, sizeof framing, "%s%s", length, keep_alive ? "" : "Connection: close\r\n");
	/* The state first: writing may find the peer gone. */
	conn->state    = keep_alive ? HTTP_IDLE : HTTP_CLOSING;
	conn->waits_us = pr_clock_us();
	http_conn_timer(conn, conn->server->options.write_deadline_ms);
	write_head(conn, x, status, content_type, framing);
	if (len && !bodiless && !(x && x->request.method == PR_HTTP_HEAD)) bufferevent_write(conn->bev, body, len);
	bufferevent_enable(conn->bev, EV_WRITE | EV_READ);
}

void pr_http_reply_header(struct pr_http_exchange *x, const char *name, const char *value)
{
	for (const char *p = name; *p; p++) PR_CHECK(*p > ' ' && *p != ':');
	for (const char *p = value; *p; p++) PR_CHECK((unsigned char)*p >= ' ');
	size_t left = sizeof x->headers - x->headers_len;
	int    n    = snprintf(x->headers + x->headers_len, left, "%s: %s\r\n", name, value);
	PR_CHECK(n > 0 && (size_t)n < left);
	x->headers_len += (size_t)n;
}

void pr_http_reply(struct pr_http_exchange *x, unsigned status, const char *content_type, const void *body, size_t len)
{
	struct http_conn *conn = x->conn;

	if (conn) {
		pr_metric_observe(&pr_http_request_us, pr_clock_us() - conn->started_us);
		conn->exchange = NULL;
		http_write_answer(conn, x, status, content_type, body, len, x->request.keep_alive && !conn->server->closed);
	}
	http_exchange_free(x);
	if (conn && conn->state == HTTP_IDLE) http_conn_read(conn);
}

void pr_http_reply_json(struct pr_http_exchange *x, unsigned status, const char *json, size_t len)
{
	pr_http_reply(x, status, "application/json", json, len);
}

void pr_http_reply_text(struct pr_http_exchange *x, unsigned status, const char *text)
{
	char   line[512];
	size_t len = strlen(text);
	PR_CHECK(len < sizeof line);
	memcpy(line, text, len);
	line[len] = '\n';
	pr_http_reply(x, status, "text/plain", line, len + 1);
}

const struct pr_http_request *pr_http_exchange_request(const struct pr_http_exchange *x) { return &x->request; }

bool pr_http_exchange_alive(const struct pr_http_exchange *x) { return x->conn != NULL; }

void http_stream_end(struct pr_http_stream *stream)
{
	if (stream->conn) {
		stream->conn->stream = NULL;
		http_conn_free(stream->conn);
		stream->conn = NULL;
	}
	if (stream->closed) stream->closed(stream->ctx);
	if (stream->prev) stream->prev->next = stream->next;
	else stream->server->streams = stream->next;
	if (stream->next) stream->next->prev = stream->prev;
	event_free(stream->notice);
	free(stream);
}

static void on_notice(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	http_stream_end(arg);
}

void http_stream_lost(struct pr_http_stream *stream)
{
	stream->conn = NULL;
	event_active(stream->notice, EV_TIMEOUT, 0);
}

static void drop(struct pr_http_stream *stream)
{
	if (stream->dropped) return;
	stream->dropped = true;
	pr_metric_add(&pr_http_stream_dropped_total, 1);
	event_active(stream->notice, EV_TIMEOUT, 0);
}

void http_stream_beat(struct pr_http_stream *stream)
{
	size_t   pending = pr_http_stream_pending(stream);
	uint64_t taken   = stream->queued - pending;

	if (pending > 0 && taken <= stream->taken_before) drop(stream);
	else if (pending == 0 && stream->events) (void)pr_http_stream_send(stream, ":\n\n", 3);
	stream->taken_before = taken;
}

/* Without a body: the answer to HEAD, and the end of the connection. */
static void stream_head_only(struct http_conn *conn, struct pr_http_exchange *x, const char *content_type)
{
	conn->exchange = NULL;
	conn->state    = HTTP_CLOSING;
	conn->waits_us = pr_clock_us();
	http_conn_timer(conn, conn->server->options.write_deadline_ms);
	write_head(conn, x, 200, content_type, "Cache-Control: no-store\r\nConnection: close\r\n");
	http_exchange_free(x);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

struct pr_http_stream *pr_http_stream_open(struct pr_http_exchange *x, const char *content_type, void (*closed)(void *ctx), void *ctx)
{
	struct http_conn *conn = x->conn;

	if (!conn) {
		http_exchange_free(x);
		return NULL;
	}
	if (x->request.method == PR_HTTP_HEAD) {
		stream_head_only(conn, x, content_type);
		return NULL;
	}
	struct pr_http_stream *stream = calloc(1, sizeof *stream);
	PR_CHECK(stream);
	stream->server  = conn->server;
	stream->conn    = conn;
	stream->chunked = !x->request.version_1_0;
	stream->events  = strcmp(content_type, "text/event-stream") == 0;
	stream->closed  = closed;
	stream->ctx     = ctx;
	stream->notice  = evtimer_new(pr_loop_base(conn->server->loop), on_notice, stream);
	PR_CHECK(stream->notice);
	stream->next = conn->server->streams;
	if (stream->next) stream->next->prev = stream;
	conn->server->streams = stream;
	conn->exchange        = NULL;
	conn->stream          = stream;
	conn->state           = HTTP_STREAMING;
	write_head(conn, x, 200, content_type,
	           stream->chunked ? "Transfer-Encoding: chunked\r\nCache-Control: no-store\r\nConnection: close\r\n"
	                           : "Cache-Control: no-store\r\nConnection: close\r\n");
	stream->queued = pr_http_stream_pending(stream);
	http_exchange_free(x);
	http_conn_timer(conn, conn->server->options.stream_heartbeat_ms);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	return stream;
}

size_t pr_http_stream_pending(const struct pr_http_stream *stream)
{
	return stream->conn ? evbuffer_get_length(bufferevent_get_output(stream->conn->bev)) : 0;
}

enum pr_err pr_http_stream_send(struct pr_http_stream *stream, const void *bytes, size_t len)
{
	char size[24];

	if (stream->dropped) return PR_ERR_FULL;
	if (!stream->conn) return PR_ERR_NET;
	if (len == 0) return PR_OK;
	size_t pending = pr_http_stream_pending(stream);
	if (len > stream->server->options.stream_bytes_max || pending > stream->server->options.stream_bytes_max - len) {
		drop(stream);
		return PR_ERR_FULL;
	}
	struct bufferevent *bev = stream->conn->bev;
	if (stream->chunked) bufferevent_write(bev, size, (size_t)snprintf(size, sizeof size, "%zx\r\n", len));
	bufferevent_write(bev, bytes, len);
	if (stream->chunked) bufferevent_write(bev, "\r\n", 2);
	stream->queued += pr_http_stream_pending(stream) - pending;
	return PR_OK;
}

void pr_http_stream_close(struct pr_http_stream *stream)
{
	struct http_conn *conn = stream->conn;

	stream->closed = NULL;
	if (!conn) return; /* the notice is on its way and releases the memory */
	if (!stream->dropped) {
		stream->conn = NULL;
		conn->stream = NULL;
		conn->state  = HTTP_CLOSING;
		conn->waits_us = pr_clock_us();
		http_conn_timer(conn, conn->server->options.write_deadline_ms);
		if (stream->chunked) bufferevent_write(conn->bev, "0\r\n\r\n", 5);
		else if (evbuffer_get_length(bufferevent_get_output(conn->bev)) == 0) http_conn_drained(conn);
	}
	http_stream_end(stream);
}
