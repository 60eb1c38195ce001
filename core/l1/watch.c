#include "core/l1/watch.h"

#include <stdlib.h>
#include <string.h>

#include "core/rt/log.h"

struct pr_watch {
	struct pr_follow *follow;
	struct pr_contracts contracts;
	struct pr_watch_events told;
	struct pr_l1_event *events; /* of blocks whose time is not known yet; data is ours */
	uint32_t count, cap;
};

static void forget(struct pr_watch *w)
{
	for (uint32_t i = 0; i < w->count; i++) free((void *)(uintptr_t)w->events[i].data);
	w->count = 0;
}

static enum pr_err on_rollback(void *ctx, uint64_t number)
{
	struct pr_watch *w = ctx;
	forget(w);
	return w->told.rollback(w->told.ctx, number);
}

static enum pr_err on_log(void *ctx, const struct pr_l1_log *log)
{
	struct pr_watch   *w = ctx;
	struct pr_l1_event event;
	enum pr_err        err = pr_contracts_event(&event, &w->contracts, log);

	if (err == PR_ERR_NOT_FOUND) return PR_OK;
	PR_FORWARD(err);
	if (w->count == w->cap) {
		w->cap    = w->cap ? w->cap * 2 : 64;
		w->events = realloc(w->events, w->cap * sizeof *w->events);
		PR_CHECK(w->events);
	}
	uint8_t *data = malloc(event.data_len + 1u);
	PR_CHECK(data);
	if (event.data_len) memcpy(data, event.data, event.data_len);
	event.data             = data;
	w->events[w->count++] = event;
	return PR_OK;
}

static enum pr_err on_block(void *ctx, const struct pr_l1_block *block)
{
	struct pr_watch *w = ctx;
	for (uint32_t i = 0; i < w->count; i++) w->events[i].block_time = block->timestamp_s;
	enum pr_err err = w->told.block(w->told.ctx, block, w->events, w->count);
	forget(w);
	return err;
}

enum pr_err pr_watch_open(struct pr_watch **out, struct pr_ethrpc *rpc, const struct pr_contracts *contracts, uint64_t start_block,
                          enum pr_l1_tag target, uint64_t depth, const struct pr_watch_events *events)
{
	struct pr_follow_options options = { .start_block = start_block, .target = target, .depth = depth };
	struct pr_watch         *w       = calloc(1, sizeof *w);

	*out = NULL;
	if (!w) return PR_ERR_FULL;
	if (start_block == 0) PR_LOG_ERROR("the chain file names no deploy_block to read L1 from");
	w->contracts                 = *contracts;
	w->told                      = *events;
	struct pr_follow_events down = { on_rollback, on_log, on_block, w };
	pr_contracts_filter(&options.filter, contracts);
	enum pr_err err = pr_follow_open(&w->follow, rpc, &options, &down);
	if (err != PR_OK) {
		free(w);
		return err;
	}
	*out = w;
	return PR_OK;
}

void pr_watch_close(struct pr_watch *w)
{
	if (!w) return;
	pr_follow_close(w->follow);
	forget(w);
	free(w->events);
	free(w);
}

struct pr_follow *pr_watch_follow(struct pr_watch *w) { return w->follow; }

bool pr_watch_target(enum pr_l1_tag *target, const char *word)
{
	static const struct {
		const char *word;
		enum pr_l1_tag tag;
	} known[] = { { "latest", PR_L1_LATEST }, { "safe", PR_L1_SAFE }, { "finalized", PR_L1_FINALIZED } };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(known[i].word, word) != 0) continue;
		*target = known[i].tag;
		return true;
	}
	return false;
}
