#include "l1-bridge/feed.h"

#include <inttypes.h>
#include <string.h>

#include "core/rt/log.h"

#define STEPS_MAX 32

/* Counts an event; false if it was fed before. */
static bool is_news(struct brg_feed *feed, const struct pr_l1_event *e)
{
	switch (e->type) {
	case PR_L1_ITEM:
		if (e->number < feed->items) return false;
		feed->items = e->number + 1;
		return true;
	case PR_L1_BATCH:
		if (e->number < feed->batches) return false;
		feed->batches = e->number + 1;
		memcpy(feed->last_hash32, e->hash32, 32);
		return true;
	case PR_L1_CLAIM:
		if (e->number < feed->claims) return false;
		feed->claims = e->number + 1;
		return true;
	case PR_L1_CLAIM_STRUCK:
	case PR_L1_CLAIM_FINAL:
	case PR_L1_WITHDRAWN: return e->block > feed->event_block; /* told again only together with their whole block */
	case PR_L1_EVENT_COUNT: break;
	}
	return false;
}

static enum pr_err on_stored(void *ctx, const struct pr_l1_event *event, uint64_t seq)
{
	struct brg_feed *feed = ctx;
	(void)seq;
	(void)is_news(feed, event);
	feed->event_block = event->block;
	return PR_OK;
}

static enum pr_err on_rollback(void *ctx, uint64_t number)
{
	struct brg_feed *feed = ctx;
	if (feed->event_block <= number) return PR_OK;
	PR_LOG_ERROR("L1 reorganised below what was fed: blocks above %" PRIu64 " went, fed up to %" PRIu64 "; raise l1.depth or use safe or finalized", number,
	             feed->event_block);
	feed->reorganised = true;
	return PR_ERR_CORRUPT;
}

static enum pr_err on_block(void *ctx, const struct pr_l1_block *block, const struct pr_l1_event *events, uint32_t count)
{
	struct brg_feed *feed = ctx;
	uint64_t         seq;

	for (uint32_t i = 0; i < count; i++)
		if (is_news(feed, &events[i])) PR_FORWARD(pr_eventlog_add(&feed->log, &events[i], &seq));
	PR_FORWARD(pr_eventlog_commit(&feed->log, pr_watch_follow(feed->watch)));
	if (count) feed->event_block = events[count - 1].block;
	feed->block = block->number;
	return PR_OK;
}

enum pr_err brg_feed_open(struct brg_feed *feed, const struct pr_chain *chain, const char *dir, struct pr_ethrpc *rpc, enum pr_l1_tag target,
                          uint64_t depth)
{
	struct pr_watch_events events = { on_block, on_rollback, feed };
	struct pr_contracts    c;

	memset(feed, 0, sizeof *feed);
	feed->batches = feed->claims = 1;
	memcpy(c.rollup20, chain->rollup20, 20);
	memcpy(c.inbox20, chain->inbox20, 20);
	memcpy(c.vault20, chain->vault20, 20);
	pr_batch_genesis_hash(feed->last_hash32, chain->genesis_root32, chain->l1_chain_id, chain->rollup20);
	PR_FORWARD(pr_eventlog_open(&feed->log, dir, false));
	PR_FORWARD(pr_eventlog_each(&feed->log, on_stored, feed));
	PR_FORWARD(pr_watch_open(&feed->watch, rpc, &c, chain->deploy_block, target, depth, &events));
	enum pr_err err = pr_eventlog_position(&feed->log, pr_watch_follow(feed->watch));
	return err == PR_ERR_NOT_FOUND ? PR_OK : err;
}

void brg_feed_close(struct brg_feed *feed)
{
	pr_watch_close(feed->watch);
	pr_eventlog_close(&feed->log);
}

enum pr_err brg_feed_step(struct brg_feed *feed)
{
	bool idle = false;
	for (int i = 0; i < STEPS_MAX && !idle; i++) PR_FORWARD(pr_follow_step(pr_watch_follow(feed->watch), &idle));
	return PR_OK;
}
