#include "sequencer/sse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/crypto/sha256.h"
#include "core/rpc/entry_json.h"
#include "core/rt/log.h"
#include "core/rt/metrics.h"
#include "core/rt/spool.h"
#include "sequencer/rebase.h"

PR_METRIC_GAUGE(seq_sse_clients, "seq_sse_clients", "Clients of /v1/feed.");
PR_METRIC_COUNTER(seq_sse_refused_total, "seq_sse_refused_total", "Clients of /v1/feed refused because there are too many.");

#define PERIOD_MS 20u
#define WINDOW_BYTES (256u << 10)
#define RECORDS_PER_TURN 512u

struct client {
	struct client          *next, **link;
	struct seq_sse         *sse;
	struct pr_http_stream  *stream;
	struct pr_spool_reader *reader;
};

struct seq_sse {
	struct seq_engine *eng;
	struct pr_timer   *timer;
	struct client     *first;
	uint32_t           count;
	char               text[4096];
};

static void client_free(struct client *c)
{
	*c->link = c->next;
	if (c->next) c->next->link = c->link;
	c->sse->count--;
	pr_metric_set(&seq_sse_clients, c->sse->count);
	pr_spool_reader_close(c->reader);
	free(c);
}

static void on_closed(void *ctx) { client_free(ctx); }

/* The data of a record as JSON; NULL if the record is not for clients. */
static const char *record_json(struct pr_json_out *o, uint64_t sequence, const uint8_t *record, size_t len)
{
	struct pr_entry   e;
	struct seq_rebase r;
	uint8_t           hash32[32];
	const char       *event = NULL;
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "sequence", sequence);
	if (record[0] == SEQ_RECORD_ENTRY && len > SEQ_ENTRY_HEAD_BYTES && pr_wire_decode(&e, record + SEQ_ENTRY_HEAD_BYTES, len - SEQ_ENTRY_HEAD_BYTES)) {
		event = "entry";
		pr_sha256(hash32, record + SEQ_ENTRY_HEAD_BYTES, len - SEQ_ENTRY_HEAD_BYTES);
		pr_json_out_kv_hex(o, "hash", hash32, 32);
		pr_json_out_kv_bool(o, "folded", record[1] == SEQ_ORIGIN_FOLD);
		pr_json_out_key(o, "entry");
		pr_entry_to_json(o, &e);
	} else if (record[0] == SEQ_RECORD_DROPPED && len > 2 && record[1] < PR_STATUS_COUNT) {
		event = "dropped";
		pr_sha256(hash32, record + 2, len - 2);
		pr_json_out_kv_hex(o, "hash", hash32, 32);
		pr_json_out_kv_string(o, "reason", pr_status_names[record[1]]);
	} else if (record[0] == SEQ_RECORD_REBASE && seq_rebase_decode(&r, record, len) && r.sealed_next) {
		event = "rebase";
		pr_json_out_kv_u64(o, "batch", r.foreign.header.number);
		pr_json_out_kv_u64(o, "voidFrom", r.void_from);
	} else if (record[0] == SEQ_RECORD_TICKS) {
		event = "ticks";
		pr_json_out_kv_u64(o, "ticks", (len - 1) / SEQ_TICK_BYTES);
	} else if (record[0] == SEQ_RECORD_BEGIN && len >= 25) {
		event = "begin";
		pr_json_out_kv_u64(o, "batch", pr_be64(record + 1));
		pr_json_out_kv_u64(o, "time", pr_be64(record + 9));
		pr_json_out_kv_u64(o, "inboxFrom", pr_be64(record + 17));
	} else if (record[0] == SEQ_RECORD_SEAL && len == 41) {
		event = "seal";
		pr_json_out_kv_u64(o, "batch", pr_be64(record + 1));
		pr_json_out_kv_hex(o, "root", record + 9, 32);
	}
	pr_json_out_close(o, '}');
	return pr_json_out_ok(o) ? event : NULL;
}

/* True if the stream can take more. */
static bool record_send(struct client *c, uint64_t sequence, const uint8_t *record, size_t len)
{
	char               json[3072];
	struct pr_json_out o;
	if (len == 0) return true;
	pr_json_out_init(&o, json, sizeof json);
	const char *event = record_json(&o, sequence, record, len);
	if (!event) return true;
	int n = snprintf(c->sse->text, sizeof c->sse->text, "id: %llu\nevent: %s\ndata: %.*s\n\n", (unsigned long long)sequence, event, (int)o.len, json);
	PR_CHECK(n > 0 && (size_t)n < sizeof c->sse->text);
	return pr_http_stream_send(c->stream, c->sse->text, (size_t)n) == PR_OK;
}

static void client_pump(struct client *c)
{
	const uint8_t *record;
	size_t         len;
	uint64_t       sequence;
	for (unsigned i = 0; i < RECORDS_PER_TURN && pr_http_stream_pending(c->stream) < WINDOW_BYTES; i++) {
		enum pr_err err = pr_spool_read(c->reader, &sequence, &record, &len);
		if (err == PR_ERR_NOT_FOUND) return;
		if (err != PR_OK) {
			PR_LOG_ERROR("sse_read error=%s", pr_err_name(err));
			pr_http_stream_close(c->stream);
			client_free(c);
			return;
		}
		if (!record_send(c, sequence, record, len)) return; /* on_closed follows */
	}
}

static void on_timer(void *arg)
{
	struct seq_sse *sse = arg;
	for (struct client *c = sse->first, *next; c; c = next) {
		next = c->next;
		client_pump(c);
	}
}

struct seq_sse *seq_sse_open(struct pr_loop *loop, struct seq_engine *eng)
{
	struct seq_sse *sse = calloc(1, sizeof *sse);
	if (!sse) return NULL;
	sse->eng   = eng;
	sse->timer = pr_timer_open(loop, PERIOD_MS, on_timer, sse);
	if (sse->timer) return sse;
	free(sse);
	return NULL;
}

void seq_sse_close(struct seq_sse *sse)
{
	if (!sse) return;
	pr_timer_close(sse->timer);
	PR_CHECK(sse->count == 0);
	free(sse);
}

/* Where a client begins: behind Last-Event-ID, or at ?from=, or with the next record. */
static bool position(uint64_t *from, const struct seq_sse *sse, const struct pr_http_request *request)
{
	const struct pr_http_header *last = pr_http_header_find(request, "last-event-id");
	*from = seq_log_durable(sse->eng->log) + 1;
	if (last) {
		uint64_t v = 0;
		if (last->value.len == 0 || last->value.len > 19) return false;
		for (size_t i = 0; i < last->value.len; i++) {
			if (last->value.at[i] < '0' || last->value.at[i] > '9') return false;
			v = 10 * v + (uint64_t)(last->value.at[i] - '0');
		}
		*from = v + 1;
	} else if (request->query.len && !pr_http_query_u64(from, request, "from")) {
		return false;
	}
	return true;
}

void seq_sse_add(struct seq_sse *sse, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	uint64_t from;
	if (!position(&from, sse, request)) {
		pr_http_reply_text(exchange, 400, "from or Last-Event-ID is not a sequence");
		return;
	}
	struct client *c = sse->count < SEQ_SSE_CLIENTS_MAX ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		pr_metric_add(&seq_sse_refused_total, 1);
		pr_http_reply_header(exchange, "Retry-After", "5");
		pr_http_reply_text(exchange, 503, "too many clients of the feed");
		return;
	}
	if (pr_spool_reader_open(&c->reader, sse->eng->log_dir, from) != PR_OK) {
		free(c);
		pr_http_reply_text(exchange, 404, "the log does not have this sequence");
		return;
	}
	c->sse    = sse;
	c->stream = pr_http_stream_open(exchange, "text/event-stream", on_closed, c);
	if (!c->stream) {
		pr_spool_reader_close(c->reader);
		free(c);
		return;
	}
	c->next    = sse->first;
	c->link    = &sse->first;
	sse->first = c;
	if (c->next) c->next->link = &c->next;
	sse->count++;
	pr_metric_set(&seq_sse_clients, sse->count);
	client_pump(c);
}
