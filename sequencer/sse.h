/* The log as Server-Sent Events: every record once, in order, by its sequence; a client resumes with Last-Event-ID or ?from=.
 *
 *   id: 17
 *   event: entry | ticks | begin | seal
 *   data: {"sequence": 17, ...}
 *
 * Each client reads the log at its own pace through a reader of its own; nothing is queued beyond a window, so a slow one costs no memory. */
#ifndef SEQ_SSE_H
#define SEQ_SSE_H

#include "core/rt/http.h"
#include "sequencer/engine.h"

#define SEQ_SSE_CLIENTS_MAX 64u

struct seq_sse;

/* NULL: no memory. */
struct seq_sse *seq_sse_open(struct pr_loop *loop, struct seq_engine *eng);
/* After the server was closed. */
void seq_sse_close(struct seq_sse *sse);
/* Answers a GET and goes on as a stream. */
void seq_sse_add(struct seq_sse *sse, struct pr_http_exchange *exchange, const struct pr_http_request *request);

#endif
