#include "core/l1/attempts.h"

#define DOUBLINGS_MAX 6u

static struct pr_attempt_pause *find(struct pr_attempts *a, uint64_t id)
{
	for (uint32_t i = 0; i < PR_ATTEMPTS_KEPT; i++)
		if (a->kept[i].id == id) return &a->kept[i];
	return NULL;
}

/* A place for another thing: a free one, or that of one whose pause is over. */
static struct pr_attempt_pause *place(struct pr_attempts *a, uint64_t now_ms)
{
	struct pr_attempt_pause *p = find(a, 0);
	for (uint32_t i = 0; i < PR_ATTEMPTS_KEPT && !p; i++)
		if (a->kept[i].until_ms <= now_ms) p = &a->kept[i];
	return p;
}

enum pr_err pr_attempts_next(struct pr_attempts *a, struct pr_attempt *next, struct pr_txmgr *mgr, uint8_t mark, uint64_t number,
                             uint64_t seen, uint64_t now_ms)
{
	const uint64_t           first = pr_attempt_id(mark, 0, number);
	struct pr_attempt_pause *pause = find(a, first);
	struct pr_txmgr_status   status;

	PR_CHECK(mark != 0);
	*next = (struct pr_attempt){ .verdict = PR_ATTEMPT_PAUSE, .attempt = pause ? pause->attempt - 1 : 0 };
	for (;; next->attempt++) {
		if (next->attempt == PR_ATTEMPTS_MAX) return PR_OK;
		next->id        = pr_attempt_id(mark, next->attempt, number);
		enum pr_err err = pr_txmgr_status(mgr, &status, next->id);
		if (err == PR_ERR_NOT_FOUND) break;
		PR_FORWARD(err);
		bool mined = status.state == PR_TXMGR_DONE || status.state == PR_TXMGR_MINED;
		bool lost  = status.state == PR_TXMGR_DONE && seen >= status.block_number;
		next->failed = status.state == PR_TXMGR_FAILED;
		if (next->failed) next->failure = status;
		if (next->failed || lost) continue;
		if (pause) pause->id = 0;
		next->verdict = mined ? PR_ATTEMPT_LANDED : PR_ATTEMPT_ON_ITS_WAY;
		return PR_OK;
	}
	if (next->failed && (!pause || pause->attempt != next->attempt)) {
		uint32_t doublings = next->attempt - 1 < DOUBLINGS_MAX ? next->attempt - 1 : DOUBLINGS_MAX;
		if (!pause) pause = place(a, now_ms);
		if (!pause) return PR_OK;
		*pause = (struct pr_attempt_pause){ first, next->attempt, now_ms + ((uint64_t)PR_ATTEMPT_PAUSE_MS << doublings) };
	}
	if (!next->failed || now_ms >= pause->until_ms) next->verdict = PR_ATTEMPT_SUBMIT;
	return PR_OK;
}
