/* The listener, routes, and the server's life. */
#include "core/rt/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/rt/http_conn.h"
#include "core/rt/log.h"

PR_METRIC_COUNTER(pr_http_connections_total, "pr_http_connections_total", "connections accepted");
PR_METRIC_COUNTER(pr_http_connections_refused_total, "pr_http_connections_refused_total", "connections over the limit");
PR_METRIC_COUNTER(pr_http_requests_total, "pr_http_requests_total", "requests handed to a handler");
PR_METRIC_COUNTER(pr_http_refused_total, "pr_http_refused_total", "malformed or oversized requests");
PR_METRIC_COUNTER(pr_http_deadline_total, "pr_http_deadline_total", "requests that took too long to arrive");
PR_METRIC_COUNTER(pr_http_shed_total, "pr_http_shed_total", "connections closed to make room because their clients let the server wait");
PR_METRIC_COUNTER(pr_http_stream_dropped_total, "pr_http_stream_dropped_total", "streams whose reader fell behind");
PR_METRIC_HISTOGRAM(pr_http_request_us, "pr_http_request_us", "first byte of a request to its answer, microseconds");

static void server_release(struct pr_http_server *server)
{
	if (server->closed && server->exchange_count == 0 && server->conn_count == 0) free(server);
}

void http_exchange_free(struct pr_http_exchange *x)
{
	struct pr_http_server *server = x->server;
	free(x->head);
	free(x->body);
	free(x);
	server->exchange_count--;
	server_release(server);
}

static bool path_matches(const char *route, struct pr_http_text path)
{
	size_t n = strlen(route);
	if (n > 0 && route[n - 1] == '*') return path.len >= n - 1 && memcmp(path.at, route, n - 1) == 0;
	return path.len == n && memcmp(path.at, route, n) == 0;
}

/* An answer to a browser that asks first what it may send. */
static void preflight(struct pr_http_exchange *x)
{
	pr_http_reply_header(x, "Access-Control-Allow-Methods", "GET, POST");
	pr_http_reply_header(x, "Access-Control-Allow-Headers", "*, Authorization");
	pr_http_reply_header(x, "Access-Control-Max-Age", "600");
	pr_http_reply(x, 200, "text/plain", "", 0);
}

static void not_allowed(struct pr_http_exchange *x, unsigned methods)
{
	const bool get = methods & PR_HTTP_GET, post = methods & PR_HTTP_POST;
	pr_http_reply_header(x, "Allow", get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : post ? "POST" : "");
	pr_http_reply_text(x, 405, "method not allowed");
}

void http_server_route(struct pr_http_server *server, struct pr_http_exchange *x)
{
	const struct pr_http_options *o      = &server->options;
	unsigned                      method = x->request.method == PR_HTTP_HEAD ? PR_HTTP_GET : x->request.method;
	unsigned                      known  = 0;

	for (size_t i = 0; i < o->route_count; i++) {
		if (!path_matches(o->routes[i].path, x->request.path)) continue;
		known |= o->routes[i].methods;
		if (o->routes[i].methods & method) {
			o->routes[i].handler(o->routes[i].ctx, x, &x->request);
			return;
		}
	}
	if (known && x->request.method == PR_HTTP_OPTIONS && o->cors_origin_opt) preflight(x);
	else if (known) not_allowed(x, known);
	else pr_http_reply_text(x, 404, "no such path");
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr, int len, void *arg)
{
	(void)listener;
	(void)addr;
	(void)len;
	http_conn_open(arg, fd);
}

/* Out of descriptors, most likely: trying again at once would spin. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct pr_http_server *server = arg;
	const struct timeval   soon   = { .tv_usec = 100000 };
	PR_LOG_WARN("http cannot accept error=\"%s\"", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(listener);
	event_add(server->pause, &soon);
}

static void on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	evconnlistener_enable(((struct pr_http_server *)arg)->listener);
}

static uint32_t or_default(uint32_t value, uint32_t fallback) { return value ? value : fallback; }

static enum pr_err listen_on(struct pr_http_server *server)
{
	struct sockaddr_in  v4 = { .sin_family = AF_INET, .sin_port = htons(server->options.port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(server->options.port) };
	struct sockaddr    *addr;
	socklen_t           len;
	const unsigned      flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;

	if (inet_pton(AF_INET, server->options.bind, &v4.sin_addr) == 1) addr = (struct sockaddr *)&v4, len = sizeof v4;
	else if (inet_pton(AF_INET6, server->options.bind, &v6.sin6_addr) == 1) addr = (struct sockaddr *)&v6, len = sizeof v6;
	else {
		PR_LOG_ERROR("http bind=%s reason=\"not a numeric address\"", server->options.bind);
		return PR_ERR_INVALID;
	}
	server->listener = evconnlistener_new_bind(pr_loop_base(server->loop), on_accept, server, flags, 512, addr, (int)len);
	if (!server->listener) {
		PR_LOG_ERROR("http cannot listen bind=%s port=%u", server->options.bind, server->options.port);
		return PR_ERR_NET;
	}
	evconnlistener_set_error_cb(server->listener, on_accept_error);
	struct sockaddr_storage got;
	len = sizeof got;
	if (getsockname(evconnlistener_get_fd(server->listener), (struct sockaddr *)&got, &len) != 0) return PR_ERR_NET;
	server->port = ntohs(got.ss_family == AF_INET ? ((struct sockaddr_in *)&got)->sin_port : ((struct sockaddr_in6 *)&got)->sin6_port);
	return PR_OK;
}

enum pr_err pr_http_server_open(struct pr_http_server **out, struct pr_loop *loop, const struct pr_http_options *options)
{
	*out = NULL;
	if (options->body_bytes_max > PR_HTTP_BODY_BYTES_MAX || !options->bind) return PR_ERR_INVALID;
	struct pr_http_server *server = calloc(1, sizeof *server);
	if (!server) return PR_ERR_FULL;
	server->loop    = loop;
	server->options = *options;
	struct pr_http_options *o = &server->options;
	o->connections_max     = or_default(o->connections_max, 1024);
	o->body_bytes_max      = or_default(o->body_bytes_max, PR_HTTP_BODY_BYTES_DEFAULT);
	o->request_deadline_ms = or_default(o->request_deadline_ms, 10000);
	o->idle_timeout_ms     = or_default(o->idle_timeout_ms, 60000);
	o->write_deadline_ms   = or_default(o->write_deadline_ms, 30000);
	o->unsent_bytes_max    = or_default(o->unsent_bytes_max, 128u << 20);
	o->stream_bytes_max    = or_default(o->stream_bytes_max, 1 << 20);
	o->stream_heartbeat_ms = or_default(o->stream_heartbeat_ms, 15000);
	enum pr_err err = http_tls_open(&server->tls, options);
	if (err == PR_OK && !(server->pause = evtimer_new(pr_loop_base(loop), on_pause_over, server))) err = PR_ERR_FULL;
	if (err == PR_OK) err = listen_on(server);
	if (err != PR_OK) {
		if (server->pause) event_free(server->pause);
		if (server->listener) evconnlistener_free(server->listener);
		if (server->tls) SSL_CTX_free(server->tls);
		free(server);
		return err;
	}
	*out = server;
	return PR_OK;
}

void pr_http_server_close(struct pr_http_server *server)
{
	if (!server) return;
	evconnlistener_free(server->listener);
	server->listener = NULL;
	event_free(server->pause);
	server->pause = NULL;
	while (server->conns) http_conn_free(server->conns);
	while (server->streams) http_stream_end(server->streams);
	if (server->tls) SSL_CTX_free(server->tls);
	server->tls    = NULL;
	server->closed = true;
	server_release(server);
}

uint16_t pr_http_server_port(const struct pr_http_server *server) { return server->port; }
uint32_t pr_http_server_connections(const struct pr_http_server *server) { return server->conn_count; }
uint64_t pr_http_server_unsent(const struct pr_http_server *server) { return server->unsent; }
