#include "sequencer/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/rt/clock.h"
#include "core/rt/log.h"
#include "core/rt/metrics.h"
#include "sequencer/sse.h"

PR_METRIC_COUNTER(seq_busy_total, "seq_busy_total", "Requests answered 503 because the log is behind.");
PR_METRIC_HISTOGRAM(seq_ticks_us, "seq_ticks_us", "Microseconds from a body of ticks to its answer.");

#define METRICS_BYTES_MAX (256u << 10)
#define ROUTES 6

struct seq_http {
	struct pr_http_server *server;
	struct pr_rpc         *rpc;
	struct seq_sse        *sse;
	struct seq_engine     *eng;
	struct pr_http_route   routes[ROUTES];
	char                   metrics[METRICS_BYTES_MAX];
};

/* A body of ticks that waits for the log. */
struct tick_answer {
	struct pr_http_exchange *exchange;
	uint64_t                 start_us;
	struct seq_tick_result   result;
};

static void ticks_reply(struct tick_answer *t)
{
	char                          text[8192];
	struct pr_json_out            o;
	const struct seq_tick_result *r = &t->result;
	pr_json_out_init(&o, text, sizeof text);
	pr_json_out_open(&o, '{');
	pr_json_out_kv_u64(&o, "accepted", r->accepted);
	pr_json_out_kv_u64_string(&o, "units", r->units);
	pr_json_out_kv_u64(&o, "duplicates", r->duplicates);
	pr_json_out_kv_u64(&o, "refusedCount", r->refused);
	pr_json_out_key(&o, "refused");
	pr_json_out_open(&o, '[');
	for (uint32_t i = 0; i < r->refused && i < SEQ_REFUSED_MAX; i++) {
		pr_json_out_open(&o, '{');
		pr_json_out_kv_u64(&o, "position", r->refusals[i].position);
		pr_json_out_kv_string(&o, "status", seq_tick_status_name(r->refusals[i].status));
		pr_json_out_close(&o, '}');
	}
	pr_json_out_close(&o, ']');
	pr_json_out_close(&o, '}');
	PR_CHECK(pr_json_out_ok(&o));
	pr_metric_observe(&seq_ticks_us, pr_clock_us() - t->start_us);
	pr_http_reply_json(t->exchange, 200, text, o.len);
	free(t);
}

static void on_ticks_durable(void *ctx, enum pr_err err)
{
	struct tick_answer *t = ctx;
	if (err == PR_OK) {
		ticks_reply(t);
		return;
	}
	pr_http_reply_text(t->exchange, 500, "the ticks could not be made durable");
	free(t);
}

static void busy(struct pr_http_exchange *exchange)
{
	pr_metric_add(&seq_busy_total, 1);
	pr_http_reply_header(exchange, "Retry-After", "1");
	pr_http_reply_text(exchange, 503, "busy: the log is behind");
}

static void ticks_route(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	struct seq_http             *http = ctx;
	struct seq_engine           *eng  = http->eng;
	static const char            octets[] = "application/octet-stream";
	const struct pr_http_header *type = pr_http_header_find(request, "content-type");
	if (!type || type->value.len != sizeof octets - 1 || strncasecmp(type->value.at, octets, sizeof octets - 1) != 0) {
		pr_http_reply_text(exchange, 415, "Content-Type must be application/octet-stream");
		return;
	}
	if (request->body_len == 0 || request->body_len % SEQ_TICK_BYTES != 0) {
		pr_http_reply_text(exchange, 400, "the body must be whole ticks of 44 bytes");
		return;
	}
	if (eng->halted) {
		pr_http_reply_text(exchange, 503, eng->halted);
		return;
	}
	struct tick_answer *t = seq_log_is_full(eng->log) ? NULL : malloc(sizeof *t);
	if (!t) {
		busy(exchange);
		return;
	}
	t->exchange = exchange;
	t->start_us = pr_clock_us();
	seq_ticks(eng, &t->result, request->body, (uint32_t)(request->body_len / SEQ_TICK_BYTES));
	if (t->result.accepted + t->result.duplicates == 0) {
		ticks_reply(t);
		return;
	}
	seq_log_wait(eng->log, on_ticks_durable, t);
	seq_log_kick(eng->log);
}

static void feed_route(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	seq_sse_add(((struct seq_http *)ctx)->sse, exchange, request);
}

static void livez(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	(void)ctx;
	(void)request;
	pr_http_reply_text(exchange, 200, "alive");
}

static void readyz(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	const struct seq_engine *eng = ((struct seq_http *)ctx)->eng;
	(void)request;
	if (eng->halted) pr_http_reply_text(exchange, 503, eng->halted);
	else pr_http_reply_text(exchange, 200, "ready");
}

static void metrics(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	struct seq_http *http = ctx;
	(void)request;
	size_t len = pr_metrics_render(http->metrics, sizeof http->metrics);
	pr_http_reply(exchange, len ? 200 : 500, PR_METRICS_CONTENT_TYPE, http->metrics, len);
}

enum pr_err seq_http_open(struct seq_http **out, struct pr_loop *loop, const struct seq_config *config, struct seq_methods *methods)
{
	struct seq_http *http = calloc(1, sizeof *http);
	*out = NULL;
	if (!http) return PR_ERR_FULL;
	http->eng = methods->eng;
	http->rpc = pr_rpc_open(methods->table, methods->count);
	http->sse = seq_sse_open(loop, methods->eng);
	if (!http->rpc || !http->sse) {
		seq_http_close(http);
		return PR_ERR_FULL;
	}
	const struct pr_http_route routes[ROUTES] = {
		{ PR_HTTP_POST, "/", pr_rpc_http, http->rpc },   { PR_HTTP_POST, "/v1/ticks", ticks_route, http },
		{ PR_HTTP_GET, "/v1/feed", feed_route, http },   { PR_HTTP_GET, "/livez", livez, http },
		{ PR_HTTP_GET, "/readyz", readyz, http },        { PR_HTTP_GET, "/metrics", metrics, http },
	};
	memcpy(http->routes, routes, sizeof routes);
	const struct pr_http_options options = {
		.bind = config->bind, .port = (uint16_t)config->port, .routes = http->routes, .route_count = ROUTES,
		.connections_max = (uint32_t)config->connections_max, .body_bytes_max = SEQ_TICK_BODY_MAX,
		.cors_origin_opt = config->cors_origin[0] ? config->cors_origin : NULL,
		.tls_certificate_opt = config->tls_certificate[0] ? config->tls_certificate : NULL,
		.tls_key_opt = config->tls_key[0] ? config->tls_key : NULL,
	};
	enum pr_err err = pr_http_server_open(&http->server, loop, &options);
	if (err != PR_OK) {
		seq_http_close(http);
		return err;
	}
	*out = http;
	return PR_OK;
}

void seq_http_stop(struct seq_http *http)
{
	if (http->server) pr_http_server_close(http->server);
	http->server = NULL;
	seq_sse_close(http->sse);
	http->sse = NULL;
}

void seq_http_close(struct seq_http *http)
{
	if (!http) return;
	seq_http_stop(http);
	pr_rpc_close(http->rpc);
	free(http);
}

uint16_t seq_http_port(const struct seq_http *http) { return pr_http_server_port(http->server); }
