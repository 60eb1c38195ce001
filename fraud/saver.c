#include "fraud/saver.h"

#include <inttypes.h>
#include <string.h>

#include "core/rt/clock.h"
#include "core/rt/daemon.h"
#include "core/rt/log.h"
#include "core/rt/metrics.h"

PR_METRIC_GAUGE(frd_checkpoint_batch, "pr_verifier_checkpoint_batch", "batch of the checkpoint on disk, 0 if there is none");
PR_METRIC_GAUGE(frd_checkpoint_ms, "pr_verifier_checkpoint_ms", "milliseconds that writing it took, beside the work");
PR_METRIC_COUNTER(frd_checkpoint_failures, "pr_verifier_checkpoint_failures_total", "checkpoints that could not be written");

enum pr_err frd_saver_init(struct frd_saver *saver, const struct pr_chain *chain, const char *dir, uint64_t every)
{
	memset(saver, 0, sizeof *saver);
	PR_FORWARD(pr_path_join(saver->paths[0], dir, "checkpoint.0"));
	PR_FORWARD(pr_path_join(saver->paths[1], dir, "checkpoint.1"));
	saver->chain = chain;
	saver->every = every;
	return PR_OK;
}

unsigned frd_saver_newest(const struct frd_saver *saver)
{
	return frd_checkpoint_peek(saver->paths[1]) > frd_checkpoint_peek(saver->paths[0]);
}

void frd_saver_started(struct frd_saver *saver, unsigned file, uint64_t batch)
{
	saver->next = !file;
	saver->last = batch;
	pr_metric_set(&frd_checkpoint_batch, batch);
}

static void *saver_main(void *arg)
{
	struct frd_saver *saver = arg;
	pr_thread_gives_way();
	saver->err = frd_checkpoint_write(saver->paths[saver->next], saver->chain, &saver->at, saver->state, &saver->stop);
	atomic_store(&saver->finished, true);
	return NULL;
}

/* The thread has ended or is about to. */
static void collect(struct frd_saver *saver)
{
	PR_CHECK(pthread_join(saver->thread, NULL) == 0);
	saver->busy = false;
	if (saver->err == PR_OK) {
		uint64_t ms = pr_clock_ms() - saver->began_ms;
		saver->next = !saver->next;
		pr_metric_set(&frd_checkpoint_batch, saver->at.batch);
		pr_metric_set(&frd_checkpoint_ms, ms);
		PR_LOG_INFO("checkpoint written batch=%" PRIu64 " objects=%u ms=%" PRIu64, saver->at.batch, saver->state->used, ms);
	} else if (saver->err != PR_ERR_TIMEOUT) {
		pr_metric_add(&frd_checkpoint_failures, 1);
		PR_LOG_WARN("checkpoint not written batch=%" PRIu64 " err=%s: those before stay", saver->at.batch, pr_err_name(saver->err));
	}
}

bool frd_saver_busy(struct frd_saver *saver)
{
	if (saver->busy && atomic_load(&saver->finished)) collect(saver);
	return saver->busy;
}

void frd_saver_offer(struct frd_saver *saver, const struct frd_book *book, const struct frd_history *history, const struct pr_state *state)
{
	PR_CHECK(!saver->busy);
	if (saver->every == 0 || history->batch < saver->last + saver->every) return;
	saver->last = history->batch;
	if (!frd_checkpoint_at(&saver->at, book, history)) {
		PR_LOG_WARN("no checkpoint batch=%" PRIu64 ": the claim that is final on L1 is not right", history->batch);
		return;
	}
	saver->state    = state;
	saver->began_ms = pr_clock_ms();
	saver->busy     = true;
	atomic_store(&saver->finished, false);
	saver->thread = pr_thread_start("checkpoint", saver_main, saver);
}

void frd_saver_close(struct frd_saver *saver)
{
	atomic_store(&saver->stop, true);
	if (saver->busy) collect(saver);
}
