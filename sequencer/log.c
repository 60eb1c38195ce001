#include "sequencer/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/be.h"
#include "core/rt/clock.h"
#include "core/rt/daemon.h"
#include "core/rt/log.h"
#include "core/rt/metrics.h"
#include "core/rt/spool.h"

PR_METRIC_COUNTER(seq_log_records_total, "seq_log_records_total", "Records made durable.");
PR_METRIC_COUNTER(seq_log_bytes_total, "seq_log_bytes_total", "Bytes of records made durable.");
PR_METRIC_COUNTER(seq_log_groups_total, "seq_log_groups_total", "Groups of records made durable, one sync each.");
PR_METRIC_HISTOGRAM(seq_log_group_us, "seq_log_group_us", "Microseconds to make a group durable.");

struct sealed {
	struct sealed *next;
	uint8_t       *record;
	size_t         len;
	uint64_t       sequence;
};

struct waiter {
	seq_log_waiter *fn;
	void           *ctx;
};

struct group {
	uint8_t       *bytes; /* length 4, record, ... */
	size_t         len, cap;
	uint64_t       last; /* sequence of the last record in it */
	struct sealed *sealed_first, **sealed_end;
	struct waiter *waiters;
	size_t         waiter_count, waiter_cap;
};

struct seq_log {
	struct seq_log_options options;
	struct pr_spool       *spool, *sealed;
	uint64_t               next, durable, sealed_next;
	enum pr_err            err;
	struct group           groups[2];
	struct group          *open, *flight;
	bool                   busy; /* flight is the writer's */
	size_t                 begun_at;
	pthread_t              thread;
	pthread_mutex_t        mutex;
	pthread_cond_t         wake;
	bool                   handed, stopping, written; /* written: the flight was, and is not released yet */
	bool                   held;
	struct sealed         *held_first, **held_end;
	pthread_cond_t         done;
	enum pr_err            flight_err;
	struct pr_spool_reader *reader; /* of seq_log_read */
};

static void group_reset(struct group *g)
{
	g->len          = 0;
	g->waiter_count = 0;
	g->sealed_first = NULL;
	g->sealed_end   = &g->sealed_first;
}

static void sealed_free(struct sealed *first)
{
	for (struct sealed *next; first; first = next) {
		next = first->next;
		free(first->record);
		free(first);
	}
}

static uint8_t *group_room(struct group *g, size_t n)
{
	if (g->cap - g->len < n) {
		size_t cap = g->cap ? g->cap : 1u << 20;
		while (cap - g->len < n) cap *= 2;
		g->bytes = realloc(g->bytes, cap);
		PR_CHECK(g->bytes);
		g->cap = cap;
	}
	return g->bytes + g->len;
}

/* The writer's work on a group; the sealed batches last, because they may be acted upon as soon as they are visible. */
static enum pr_err group_write(struct seq_log *log, struct group *g)
{
	uint64_t start = pr_clock_us(), records = 0;
	for (size_t at = 0; at < g->len;) {
		uint32_t len = pr_be32(g->bytes + at);
		PR_FORWARD(pr_spool_append(log->spool, NULL, g->bytes + at + 4, len));
		at += 4 + len;
		records++;
	}
	PR_FORWARD(pr_spool_sync(log->spool));
	for (struct sealed *s = g->sealed_first; s; s = s->next) {
		PR_CHECK(pr_spool_next(log->sealed) == s->sequence);
		PR_FORWARD(pr_spool_append(log->sealed, NULL, s->record, s->len));
	}
	PR_FORWARD(pr_spool_sync(log->sealed));
	pr_metric_add(&seq_log_records_total, records);
	pr_metric_add(&seq_log_bytes_total, g->len);
	pr_metric_add(&seq_log_groups_total, 1);
	pr_metric_observe(&seq_log_group_us, pr_clock_us() - start);
	return PR_OK;
}

/* Releases a group that was written (or failed), in the loop's thread. */
static void group_release(struct seq_log *log, struct group *g, enum pr_err err)
{
	if (err == PR_OK) {
		if (g->len) log->durable = g->last;
	} else if (log->err == PR_OK) {
		log->err = err;
		PR_LOG_ERROR("log_failed error=%s", pr_err_name(err));
		if (log->options.failed) log->options.failed(log->options.ctx, err);
	}
	sealed_free(g->sealed_first);
	for (size_t i = 0; i < g->waiter_count; i++) g->waiters[i].fn(g->waiters[i].ctx, err);
	group_reset(g);
}

static void on_written(void *arg)
{
	struct seq_log *log = arg;
	PR_CHECK(pthread_mutex_lock(&log->mutex) == 0);
	bool written = log->written; /* not so: seq_log_flush was here before */
	log->written = false;
	PR_CHECK(pthread_mutex_unlock(&log->mutex) == 0);
	if (!written) return;
	log->busy = false;
	group_release(log, log->flight, log->flight_err);
	seq_log_kick(log);
}

static void *writer_main(void *arg)
{
	struct seq_log *log = arg;
	PR_CHECK(pthread_mutex_lock(&log->mutex) == 0);
	for (;;) {
		while (!log->handed && !log->stopping) PR_CHECK(pthread_cond_wait(&log->wake, &log->mutex) == 0);
		if (!log->handed) break;
		log->handed = false;
		PR_CHECK(pthread_mutex_unlock(&log->mutex) == 0);
		log->flight_err = group_write(log, log->flight);
		PR_CHECK(pthread_mutex_lock(&log->mutex) == 0);
		log->written = true;
		PR_CHECK(pthread_cond_signal(&log->done) == 0);
		PR_CHECK(pr_loop_post(log->options.loop_opt, on_written, log) == PR_OK);
	}
	PR_CHECK(pthread_mutex_unlock(&log->mutex) == 0);
	return NULL;
}

enum pr_err seq_log_open(struct seq_log **out, const struct seq_log_options *options)
{
	struct seq_log *log = calloc(1, sizeof *log);
	*out = NULL;
	if (!log) return PR_ERR_FULL;
	log->options = *options;
	enum pr_err err = pr_spool_open(&log->spool, options->dir, options->segment_bytes, 1);
	if (err == PR_OK) err = pr_spool_open(&log->sealed, options->sealed_dir, options->segment_bytes, 1);
	if (err != PR_OK) {
		(void)pr_spool_close(log->spool);
		free(log);
		return err;
	}
	log->next        = pr_spool_next(log->spool);
	log->durable     = pr_spool_durable(log->spool);
	log->sealed_next = pr_spool_next(log->sealed);
	group_reset(&log->groups[0]);
	group_reset(&log->groups[1]);
	log->open   = &log->groups[0];
	log->flight = &log->groups[1];
	PR_CHECK(pthread_mutex_init(&log->mutex, NULL) == 0 && pthread_cond_init(&log->wake, NULL) == 0 && pthread_cond_init(&log->done, NULL) == 0);
	log->held_end = &log->held_first;
	if (options->loop_opt) log->thread = pr_thread_start("log", writer_main, log);
	*out = log;
	return PR_OK;
}

enum pr_err seq_log_read(struct seq_log *log, uint64_t sequence, const uint8_t **record, size_t *len)
{
	uint64_t at;
	if (sequence == 0 || sequence > log->durable) return PR_ERR_NOT_FOUND;
	if (!log->reader) PR_FORWARD(pr_spool_reader_open(&log->reader, log->options.dir, sequence));
	PR_FORWARD(pr_spool_reader_seek(log->reader, sequence));
	return pr_spool_read(log->reader, &at, record, len);
}

void seq_log_close(struct seq_log *log)
{
	if (!log) return;
	if (log->options.loop_opt) {
		PR_CHECK(pthread_mutex_lock(&log->mutex) == 0);
		log->stopping = true;
		PR_CHECK(pthread_cond_signal(&log->wake) == 0);
		PR_CHECK(pthread_mutex_unlock(&log->mutex) == 0);
		PR_CHECK(pthread_join(log->thread, NULL) == 0);
		/* The writer finished its group; its post to the loop will not run any more. */
		if (log->busy) {
			log->busy = false;
			group_release(log, log->flight, log->flight_err);
		}
		log->options.loop_opt = NULL;
	}
	seq_log_kick(log);
	pr_spool_reader_close(log->reader);
	(void)pr_spool_close(log->spool);
	(void)pr_spool_close(log->sealed);
	sealed_free(log->held_first);
	for (unsigned i = 0; i < 2; i++) {
		free(log->groups[i].bytes);
		free(log->groups[i].waiters);
	}
	(void)pthread_mutex_destroy(&log->mutex);
	(void)pthread_cond_destroy(&log->wake);
	(void)pthread_cond_destroy(&log->done);
	free(log);
}

uint64_t seq_log_next(const struct seq_log *log) { return log->next; }
uint64_t seq_log_durable(const struct seq_log *log) { return log->durable; }
uint64_t seq_log_sealed_next(const struct seq_log *log) { return log->sealed_next; }
bool     seq_log_is_full(const struct seq_log *log) { return log->err != PR_OK || log->open->len > SEQ_LOG_BACKLOG_MAX; }

uint8_t *seq_log_begin(struct seq_log *log, size_t room)
{
	log->begun_at = log->open->len;
	return group_room(log->open, 4 + room) + 4;
}

uint64_t seq_log_end(struct seq_log *log, size_t len)
{
	struct group *g = log->open;
	PR_CHECK(g->len == log->begun_at && g->cap - g->len >= 4 + len);
	if (len == 0) return 0;
	pr_be32_put(g->bytes + g->len, (uint32_t)len);
	g->len += 4 + len;
	g->last = log->next++;
	return g->last;
}

uint64_t seq_log_put(struct seq_log *log, const struct iovec *pieces, size_t count)
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++) len += pieces[i].iov_len;
	uint8_t *p = seq_log_begin(log, len);
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].iov_len) memcpy(p, pieces[i].iov_base, pieces[i].iov_len);
		p += pieces[i].iov_len;
	}
	return seq_log_end(log, len);
}

void seq_log_seal(struct seq_log *log, uint64_t sequence, uint8_t *record, size_t len)
{
	if (sequence < log->sealed_next) {
		free(record);
		return;
	}
	PR_CHECK(sequence == log->sealed_next);
	struct sealed   *s   = malloc(sizeof *s);
	struct sealed ***end = log->held ? &log->held_end : &log->open->sealed_end;
	PR_CHECK(s);
	*s   = (struct sealed){ NULL, record, len, sequence };
	**end = s;
	*end  = &s->next;
	log->sealed_next++;
}

void seq_log_hold(struct seq_log *log) { log->held = true; }

void seq_log_release(struct seq_log *log)
{
	log->held = false;
	if (!log->held_first) return;
	*log->open->sealed_end = log->held_first;
	log->open->sealed_end  = log->held_end;
	log->held_first = NULL;
	log->held_end   = &log->held_first;
}

void seq_log_wait(struct seq_log *log, seq_log_waiter *fn, void *ctx)
{
	struct group *g = log->open;
	if (g->waiter_count == g->waiter_cap) {
		g->waiter_cap = g->waiter_cap ? 2 * g->waiter_cap : 64;
		g->waiters    = realloc(g->waiters, g->waiter_cap * sizeof *g->waiters);
		PR_CHECK(g->waiters);
	}
	g->waiters[g->waiter_count++] = (struct waiter){ fn, ctx };
}

void seq_log_kick(struct seq_log *log)
{
	struct group *g = log->open;
	if (log->busy || (g->len == 0 && g->waiter_count == 0 && !g->sealed_first)) return;
	log->open   = log->flight;
	log->flight = g;
	if (log->err != PR_OK || !log->options.loop_opt) {
		group_release(log, g, log->err != PR_OK ? log->err : group_write(log, g));
		return;
	}
	log->busy = true;
	PR_CHECK(pthread_mutex_lock(&log->mutex) == 0);
	log->handed = true;
	PR_CHECK(pthread_cond_signal(&log->wake) == 0);
	PR_CHECK(pthread_mutex_unlock(&log->mutex) == 0);
}

void seq_log_flush(struct seq_log *log)
{
	seq_log_kick(log);
	while (log->busy) {
		PR_CHECK(pthread_mutex_lock(&log->mutex) == 0);
		while (!log->written) PR_CHECK(pthread_cond_wait(&log->done, &log->mutex) == 0);
		PR_CHECK(pthread_mutex_unlock(&log->mutex) == 0);
		on_written(log);
	}
}
