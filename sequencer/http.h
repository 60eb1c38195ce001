/* The sequencer's HTTP routes.
 *
 *   POST /            JSON-RPC (methods.h)
 *   POST /v1/ticks    application/octet-stream: packed 44-byte ticks (streams.h); the answer comes when the accepted ones are durable
 *   GET  /v1/feed     Server-Sent Events of the log from ?from= or Last-Event-ID (sse.h)
 *   GET  /livez /readyz /metrics */
#ifndef SEQ_HTTP_H
#define SEQ_HTTP_H

#include "core/rt/http.h"
#include "sequencer/config.h"
#include "sequencer/methods.h"

struct seq_http;

PR_MUST_USE enum pr_err seq_http_open(struct seq_http **out, struct pr_loop *loop, const struct seq_config *config, struct seq_methods *methods);
/* Closes the connections; exchanges that wait for the engine stay valid. */
void seq_http_stop(struct seq_http *http);
/* After the engine was closed. */
void     seq_http_close(struct seq_http *http);
uint16_t seq_http_port(const struct seq_http *http);

#endif
