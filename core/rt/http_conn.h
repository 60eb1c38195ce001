/* Private to the HTTP server: its structs, and what its files ask of one another. */
#ifndef PR_RT_HTTP_CONN_H
#define PR_RT_HTTP_CONN_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "core/rt/http.h"

enum http_state {
	HTTP_IDLE,      /* no byte of a request yet */
	HTTP_READING,   /* part of a request is here */
	HTTP_HANDLING,  /* a handler has it */
	HTTP_STREAMING, /* an answer that goes on */
	HTTP_CLOSING    /* the last answer drains, then the connection closes */
};

struct http_conn {
	struct pr_http_server *server;
	struct http_conn *prev, *next;
	struct bufferevent *bev;
	struct event *timer; /* idle, request, write deadline or heartbeat, by state */
	enum http_state state;
	bool in_read;
	bool no_more; /* the client has sent all it will send; it may still wait for answers */
	size_t scanned;
	uint64_t started_us;
	uint64_t waits_us; /* since when it is the client's turn: to send a request or the rest of it, to take an answer */
	size_t unsent;     /* bytes of output, as counted in the server's sum */
	struct pr_http_exchange *exchange; /* from a parsed head to its answer */
	struct pr_http_stream *stream;
	struct pr_http_chunks chunks;
};

struct pr_http_exchange {
	struct http_conn *conn; /* NULL once the client is gone */
	struct pr_http_server *server;
	struct pr_http_request request;
	char *head;
	uint8_t *body;
	size_t body_len, body_cap;
	char headers[512];
	size_t headers_len;
};

struct pr_http_stream {
	struct pr_http_server *server;
	struct pr_http_stream *prev, *next;
	struct http_conn *conn; /* NULL once the client is gone */
	bool chunked;           /* else the end of the connection is the end of the stream (HTTP/1.0) */
	bool events;            /* text/event-stream: quiet times are filled with comments */
	bool dropped;           /* fell behind: nothing may follow what was left out */
	uint64_t queued;        /* bytes handed to the connection so far */
	uint64_t taken_before;  /* of these the client had taken so many at the last heartbeat */
	void (*closed)(void *ctx);
	void *ctx;
	struct event *notice; /* calls closed from the loop */
};

struct pr_http_server {
	struct pr_loop *loop;
	struct pr_http_options options;
	struct evconnlistener *listener;
	SSL_CTX *tls;
	struct http_conn *conns; /* newest first */
	struct pr_http_stream *streams;
	struct event *pause;     /* accepting goes on when it fires */
	uint32_t conn_count;
	uint64_t unsent;         /* bytes of output of all connections */
	uint16_t port;
	uint32_t exchange_count; /* not yet ended: the server's memory stays until they are */
	bool closed;
};

/* http_tls.c: PR_OK with *ctx NULL if the options name no certificate. */
enum pr_err http_tls_open(SSL_CTX **ctx, const struct pr_http_options *options);
/* http_conn.c */
void http_conn_open(struct pr_http_server *server, evutil_socket_t fd);
void http_conn_free(struct http_conn *conn);
void http_conn_timer(struct http_conn *conn, uint32_t ms); /* 0: off */
/* Takes and hands on what is complete; the connection may be gone after it. */
void http_conn_read(struct http_conn *conn);
/* All output was sent. */
void http_conn_drained(struct http_conn *conn);
/* http.c */
void http_server_route(struct pr_http_server *server, struct pr_http_exchange *exchange);
void http_exchange_free(struct pr_http_exchange *exchange);
/* http_reply.c */
void http_write_answer(struct http_conn *conn, const struct pr_http_exchange *exchange_opt, unsigned status, const char *content_type, const void *body,
                       size_t len, bool keep_alive);
void http_stream_lost(struct pr_http_stream *stream);
/* A comment line to a quiet client; gives up one that has taken nothing since the last call. */
void http_stream_beat(struct pr_http_stream *stream);
/* Tells the application and frees. */
void http_stream_end(struct pr_http_stream *stream);

#endif
