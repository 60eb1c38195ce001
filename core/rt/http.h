/* An HTTP/1.1 server on a pr_loop.
 *
 * Life of a connection:
 *
 *     idle --first byte--> reading --complete--> handling --reply--> (next pipelined request or idle)
 *       |idle timeout         |fault, deadline       |stream_open
 *     closed               error reply, close      streaming --client leaves, falls behind, or stream_close--> closed
 *
 * Requests on a connection are handled one at a time in order.  A malformed request gets its status (http_parse.h) and
 * the connection is closed; nothing after it is read.  Everything is bounded by the options.
 *
 * Where there is no room for a new connection, or too much is unsent, the connection gives way whose client has let the
 * server wait for longest: for a request, for the rest of one, or to take an answer.  So slow clients, however many, cannot
 * keep others out.  A request that a handler has, and a stream, is never given up for this.
 *
 * All calls happen in the loop's thread. */
#ifndef PR_RT_HTTP_H
#define PR_RT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/rt/http_parse.h"
#include "core/rt/loop.h"
#include "core/rt/metrics.h"

struct pr_http_server;
struct pr_http_exchange; /* one request waiting for its answer */
struct pr_http_stream;   /* an answer that goes on */

/* A handler must see to it that every exchange is ended exactly once, now or later, by pr_http_reply or
 * pr_http_stream_open, even if the client is gone or the server was closed.  request, with its body, stays valid until
 * then. */
typedef void (*pr_http_handler)(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request);

struct pr_http_route {
	unsigned methods; /* enum pr_http_method bits; GET brings HEAD with it */
	const char *path; /* exact, or a prefix when it ends in '*' */
	pr_http_handler handler;
	void *ctx;
};

struct pr_http_options {
	const char *bind;       /* numeric address, "127.0.0.1" or "::1" */
	uint16_t port;          /* 0: any free one (pr_http_server_port) */
	const struct pr_http_route *routes; /* first match wins; kept, not copied */
	size_t route_count;
	/* The rest may be 0 for the default in brackets. */
	uint32_t connections_max;       /* [1024] when full, the longest waiting one gives way; if there is none, the new one gets 503 */
	uint32_t body_bytes_max;        /* [128 KiB], at most 256 KiB */
	uint32_t request_deadline_ms;   /* [10000] from the first byte of a request to its last */
	uint32_t idle_timeout_ms;       /* [60000] without a request */
	uint32_t write_deadline_ms;     /* [30000] for a client to take its answer */
	uint32_t unsent_bytes_max;      /* [128 MiB] unsent answers of all connections, before one more request is handled */
	uint32_t stream_bytes_max;      /* [1 MiB] unsent bytes of a stream before the client is dropped */
	/* [15000] between comment lines on quiet text/event-stream answers; a stream's client that takes nothing of what is
	 * unsent for so long is dropped */
	uint32_t stream_heartbeat_ms;
	const char *cors_origin_opt;    /* "*" or an origin: answers preflights and adds Access-Control-Allow-Origin */
	const char *tls_certificate_opt; /* PEM chain; with it TLS 1.3 only */
	const char *tls_key_opt;         /* PEM key; checked as a secret (file.h) */
};

/* Listens.  Strings are kept, not copied.  PR_ERR_NET: the address cannot be bound; PR_ERR_INVALID: options;
 * PR_ERR_PERMISSION / PR_ERR_NOT_FOUND / PR_ERR_CONFIG: the TLS files.  On error *out = NULL. */
PR_MUST_USE enum pr_err pr_http_server_open(struct pr_http_server **out, struct pr_loop *loop, const struct pr_http_options *options);

/* Closes listener and connections; not from within a handler or a `closed` callback.  Stream `closed` callbacks run within; exchanges not yet ended stay valid and must
 * still be ended. */
void pr_http_server_close(struct pr_http_server *server);

uint16_t pr_http_server_port(const struct pr_http_server *server);
uint32_t pr_http_server_connections(const struct pr_http_server *server);
/* Bytes of answers and streams that their clients have not taken yet. */
uint64_t pr_http_server_unsent(const struct pr_http_server *server);

/* Adds a header to the answer to come (less than 512 bytes in all; excess or a control byte is a PR_CHECK). */
void pr_http_reply_header(struct pr_http_exchange *exchange, const char *name, const char *value);

/* Answers and ends the exchange; the body is copied.  If the client is gone this only releases memory. */
void pr_http_reply(struct pr_http_exchange *exchange, unsigned status, const char *content_type, const void *body, size_t len);

/* An answer with a JSON body / a text body "TEXT\n". */
void pr_http_reply_json(struct pr_http_exchange *exchange, unsigned status, const char *json, size_t len);
void pr_http_reply_text(struct pr_http_exchange *exchange, unsigned status, const char *text);

/* The request as the handler got it, valid until the exchange is ended. */
const struct pr_http_request *pr_http_exchange_request(const struct pr_http_exchange *exchange);

/* False once the client's connection has failed, so that costly work for the answer can be saved.  A client that closed in
 * good order may have closed its side only and still wait for the answer: that is noticed when the answer is written. */
bool pr_http_exchange_alive(const struct pr_http_exchange *exchange);

/* Ends the exchange and goes on as a stream of bytes (chunked; Server-Sent Events with "text/event-stream").
 * closed(ctx) is called once, from the loop and never from within another call on the stream, when the client left or
 * fell behind; the stream is invalid when it returns.  NULL if the client is gone already or asked with HEAD: closed is not called. */
struct pr_http_stream *pr_http_stream_open(struct pr_http_exchange *exchange, const char *content_type, void (*closed)(void *ctx),
					   void *ctx);

/* Queues bytes.  PR_ERR_FULL: the client fell behind and is being dropped (counted); PR_ERR_NET: it is gone.  After
 * either the stream stays valid, doing nothing, until `closed`. */
enum pr_err pr_http_stream_send(struct pr_http_stream *stream, const void *bytes, size_t len);

/* Unsent bytes: a source that can wait (a file, a log) sends more only below some level. */
size_t pr_http_stream_pending(const struct pr_http_stream *stream);

/* Ends the stream after what was queued; `closed` will not be called. */
void pr_http_stream_close(struct pr_http_stream *stream);

/* Process-wide counters, in /metrics. */
extern struct pr_metric pr_http_connections_total, pr_http_connections_refused_total, pr_http_requests_total,
	pr_http_refused_total, pr_http_deadline_total, pr_http_shed_total, pr_http_stream_dropped_total, pr_http_request_us;

#endif
