#include "sequencer/sigpool.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/crypto/sig.h"
#include "core/rt/daemon.h"
#include "core/rt/metrics.h"

PR_METRIC_COUNTER(seq_signatures_total, "seq_signatures_total", "Signatures looked at.");
PR_METRIC_COUNTER(seq_sigpool_refused_total, "seq_sigpool_refused_total", "Requests refused because the queue for signatures is full.");

#define THREADS_MAX 64u

#define FIRST_SLICES_IN_A_ROW 3u

struct queue {
	struct seq_sigjob *first, **end;
};

struct seq_sigpool {
	struct pr_loop *loop;
	pthread_t       threads[THREADS_MAX];
	uint32_t        thread_count, waiting, waiting_max;
	struct queue    fresh, begun; /* jobs of which nothing, or a part, was looked at */
	uint32_t        in_a_row;     /* slices of fresh ones while begun ones waited */
	bool            stopping;
	pthread_mutex_t mutex;
	pthread_cond_t  wake;
};

static void queue_put(struct queue *q, struct seq_sigjob *job)
{
	job->next = NULL;
	*q->end   = job;
	q->end    = &job->next;
}

static struct seq_sigjob *queue_take(struct queue *q)
{
	struct seq_sigjob *job = q->first;
	q->first = job->next;
	if (!q->first) q->end = &q->first;
	return job;
}

static void on_done(void *arg)
{
	struct seq_sigjob *job = arg;
	job->done(job);
}

/* The job whose slice is next; the one before, if it has more, waits again. */
static struct seq_sigjob *job_take(struct seq_sigpool *pool, struct seq_sigjob *before_opt)
{
	struct seq_sigjob *job = NULL;
	PR_CHECK(pthread_mutex_lock(&pool->mutex) == 0);
	if (before_opt) {
		queue_put(&pool->begun, before_opt);
		pool->waiting++;
	}
	while (!pool->fresh.first && !pool->begun.first && !pool->stopping) PR_CHECK(pthread_cond_wait(&pool->wake, &pool->mutex) == 0);
	if (!pool->stopping) {
		bool fresh     = pool->fresh.first && !(pool->begun.first && pool->in_a_row == FIRST_SLICES_IN_A_ROW);
		pool->in_a_row = fresh && pool->begun.first ? pool->in_a_row + 1 : 0;
		job            = queue_take(fresh ? &pool->fresh : &pool->begun);
		pool->waiting--;
	}
	PR_CHECK(pthread_mutex_unlock(&pool->mutex) == 0);
	return job;
}

static void *worker_main(void *arg)
{
	struct seq_sigpool *pool = arg;
	struct seq_sigjob  *more = NULL;
	for (struct seq_sigjob *job; (job = job_take(pool, more));) {
		uint32_t from = job->looked_at, left = job->count - from, end = from + (left < SEQ_SIG_SLICE ? left : SEQ_SIG_SLICE);
		/* A signature that does not recover leaves a zero address, which signs nothing. */
		for (uint32_t i = from; i < end; i++) (void)!pr_sig_recover_var(job->signers[i], job->digests[i], job->sigs[i]);
		job->looked_at = end;
		pr_metric_add(&seq_signatures_total, end - from);
		more = end < job->count ? job : NULL;
		if (!more) PR_CHECK(pr_loop_post(pool->loop, on_done, job) == PR_OK);
	}
	return NULL;
}

struct seq_sigpool *seq_sigpool_open(struct pr_loop *loop, uint32_t threads, uint32_t jobs_max)
{
	struct seq_sigpool *pool = calloc(1, sizeof *pool);
	if (!pool) return NULL;
	PR_CHECK(threads >= 1 && threads <= THREADS_MAX && jobs_max < PR_LOOP_POSTS_MAX / 2);
	pool->loop        = loop;
	pool->waiting_max = jobs_max;
	pool->fresh.end   = &pool->fresh.first;
	pool->begun.end   = &pool->begun.first;
	PR_CHECK(pthread_mutex_init(&pool->mutex, NULL) == 0 && pthread_cond_init(&pool->wake, NULL) == 0);
	while (pool->thread_count < threads) {
		pool->threads[pool->thread_count] = pr_thread_start("sig", worker_main, pool);
		pool->thread_count++;
	}
	return pool;
}

void seq_sigpool_close(struct seq_sigpool *pool)
{
	if (!pool) return;
	PR_CHECK(pthread_mutex_lock(&pool->mutex) == 0);
	pool->stopping = true;
	PR_CHECK(pthread_cond_broadcast(&pool->wake) == 0);
	PR_CHECK(pthread_mutex_unlock(&pool->mutex) == 0);
	for (uint32_t i = 0; i < pool->thread_count; i++) PR_CHECK(pthread_join(pool->threads[i], NULL) == 0);
	(void)pthread_mutex_destroy(&pool->mutex);
	(void)pthread_cond_destroy(&pool->wake);
	free(pool);
}

bool seq_sigpool_put(struct seq_sigpool *pool, struct seq_sigjob *job)
{
	PR_CHECK(pthread_mutex_lock(&pool->mutex) == 0);
	bool room = pool->waiting < pool->waiting_max;
	if (room) {
		job->looked_at = 0;
		queue_put(&pool->fresh, job);
		pool->waiting++;
		PR_CHECK(pthread_cond_signal(&pool->wake) == 0);
	}
	PR_CHECK(pthread_mutex_unlock(&pool->mutex) == 0);
	if (!room) pr_metric_add(&seq_sigpool_refused_total, 1);
	return room;
}
