#include "l1-bridge/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/keccak.h"
#include "core/rt/file.h"
#include "core/rt/log.h"

#define STEPS_MAX 32

/* Counts an event; false if it is not the next of its kind: one is missing, or the node told one twice. */
static bool count_event(struct brg_fed *fed, const struct pr_l1_event *e)
{
	switch (e->type) {
	case PR_L1_ITEM: return e->number == fed->items++;
	case PR_L1_BATCH:
		if (e->number != fed->batches++ || memcmp(e->header.parent, fed->last_hash32, 32) != 0) return false;
		if (e->header.inbox_to < fed->taken || e->header.inbox_to > fed->items) return false;
		fed->taken = e->header.inbox_to;
		memcpy(fed->last_hash32, e->hash32, 32);
		return true;
	case PR_L1_CLAIM: return e->number == fed->claims++;
	case PR_L1_CLAIM_STRUCK:
	case PR_L1_CLAIM_FINAL:
	case PR_L1_CLAIM_RECLAIMED: return e->number < fed->claims;
	case PR_L1_WITHDRAWN: return true;
	case PR_L1_EVENT_COUNT: break;
	}
	return false;
}

static void link_event(struct brg_links *links, const struct pr_l1_event *e)
{
	if (e->type == PR_L1_ITEM) brg_links_add(links, e->data, e->data_len);
	if (e->type == PR_L1_BATCH) brg_links_drop(links, e->header.inbox_to);
}

static void digest_event(uint8_t digest32[32], const struct pr_l1_event *e)
{
	uint8_t          head[PR_L1_EVENT_HEAD_BYTES_MAX];
	struct pr_keccak hash;
	pr_keccak_init(&hash);
	pr_keccak_update(&hash, head, pr_l1_event_head_encode(head, e));
	pr_keccak_update(&hash, e->data, e->data_len);
	pr_keccak_final(&hash, digest32);
}

static enum pr_err on_stored(void *ctx, const struct pr_l1_event *event, uint64_t seq)
{
	struct brg_feed *feed = ctx;
	uint8_t          position32[32];

	if (event->block < feed->event_block || !count_event(&feed->fed, event)) {
		PR_LOG_ERROR("the feed is not in order at record=%" PRIu64 ": it belongs to another chain or bridge", seq);
		return PR_ERR_CORRUPT;
	}
	feed->event_block = event->block;
	link_event(&feed->links, event);
	if (event->block <= pr_follow_position(pr_watch_follow(feed->watch), position32)) return PR_OK;
	if (feed->again_count == feed->again_cap) {
		feed->again_cap = feed->again_cap ? 2 * feed->again_cap : 64;
		feed->again     = realloc(feed->again, feed->again_cap * sizeof *feed->again);
		PR_CHECK(feed->again);
	}
	digest_event(feed->again[feed->again_count++], event);
	return PR_OK;
}

/* Reads what is stored: what was fed, and what L1 will tell again. */
static enum pr_err load_stored(struct brg_feed *feed)
{
	feed->fed = (struct brg_fed){ .batches = 1, .claims = 1 };
	brg_links_fini(&feed->links);
	brg_links_init(&feed->links);
	memcpy(feed->fed.last_hash32, feed->genesis_hash32, 32);
	feed->event_block = feed->again_count = feed->again_next = 0;
	return pr_eventlog_each(&feed->log, on_stored, feed);
}

static enum pr_err went_back(struct brg_feed *feed, uint64_t number)
{
	PR_LOG_ERROR("L1 reorganised below what was fed: blocks above %" PRIu64 " went, fed up to %" PRIu64 "; raise l1.depth or use safe or finalized", number,
	             feed->event_block);
	feed->reorganised = true;
	return PR_ERR_CORRUPT;
}

static enum pr_err on_rollback(void *ctx, uint64_t number)
{
	struct brg_feed *feed = ctx;
	if (feed->event_block > number) return went_back(feed, number);
	feed->block = number;
	pr_tags_rollback(&feed->tags, number);
	return PR_OK;
}

/* Compares a block with what is stored: *skip of its events are. */
static enum pr_err compare_stored(struct brg_feed *feed, uint32_t *skip, const struct pr_l1_block *block, const struct pr_l1_event *events, uint32_t count)
{
	uint8_t digest32[32];

	for (*skip = 0; *skip < count && feed->again_next < feed->again_count; ++*skip) {
		digest_event(digest32, &events[*skip]);
		if (memcmp(digest32, feed->again[feed->again_next++], 32) != 0) return went_back(feed, block->number - 1);
	}
	return feed->again_next < feed->again_count && block->number >= feed->event_block ? went_back(feed, block->number - 1) : PR_OK;
}

static enum pr_err on_block(void *ctx, const struct pr_l1_block *block, const struct pr_l1_event *events, uint32_t count)
{
	struct brg_feed *feed = ctx;
	struct brg_fed   fed  = feed->fed;
	uint32_t         skip;
	uint64_t         seq;

	PR_FORWARD(compare_stored(feed, &skip, block, events, count));
	for (uint32_t i = skip; i < count; i++) {
		if (count_event(&fed, &events[i])) continue;
		PR_LOG_WARN("the L1 node left out or repeated an event in block=%" PRIu64 " type=%d number=%" PRIu64, block->number, (int)events[i].type,
		            events[i].number);
		feed->again_next -= skip;
		feed->gap = true;
		return PR_ERR_PEER;
	}
	for (uint32_t i = skip; i < count; i++) {
		PR_FORWARD(pr_eventlog_add(&feed->log, &events[i], &seq));
		feed->event_block = block->number;
	}
	PR_FORWARD(pr_eventlog_commit(&feed->log, pr_watch_follow(feed->watch)));
	for (uint32_t i = skip; i < count; i++) link_event(&feed->links, &events[i]);
	feed->fed   = fed;
	feed->block = block->number;
	return PR_OK;
}

enum pr_err brg_feed_open(struct brg_feed *feed, const struct pr_chain *chain, const char *dir, struct pr_ethrpc *rpc, enum pr_l1_tag target,
                          uint64_t depth, uint64_t safe_depth, uint64_t finalized_depth)
{
	struct pr_watch_events events = { on_block, on_rollback, feed };
	struct pr_contracts    c;

	memset(feed, 0, sizeof *feed);
	if (!chain->genesis_root_given) {
		PR_LOG_ERROR("the chain file names no genesis_root: batch 1 could have no parent");
		return PR_ERR_CONFIG;
	}
	feed->rpc = rpc;
	pr_tags_init(&feed->tags, safe_depth, finalized_depth);
	memcpy(c.rollup20, chain->rollup20, 20);
	memcpy(c.inbox20, chain->inbox20, 20);
	memcpy(c.vault20, chain->vault20, 20);
	pr_batch_genesis_hash(feed->genesis_hash32, chain->genesis_root32, chain->l1_chain_id, chain->rollup20);
	PR_FORWARD(pr_eventlog_open(&feed->log, dir, false));
	PR_FORWARD(pr_watch_open(&feed->watch, rpc, &c, chain->deploy_block, target, depth, &events));
	enum pr_err err = pr_eventlog_position(&feed->log, pr_watch_follow(feed->watch));
	if (err != PR_OK && err != PR_ERR_NOT_FOUND) return err;
	return load_stored(feed);
}

void brg_feed_close(struct brg_feed *feed)
{
	pr_watch_close(feed->watch);
	pr_eventlog_close(&feed->log);
	free(feed->again);
	feed->again = NULL;
	brg_links_fini(&feed->links);
}

bool brg_feed_sure(const struct brg_feed *feed) { return feed->again_next == feed->again_count; }

/* The missing event may be in any block since the last one with events: they are read again, and compared where they are stored already. */
static enum pr_err mend_gap(struct brg_feed *feed)
{
	struct pr_follow *follow = pr_watch_follow(feed->watch);
	uint8_t           hash32[32];
	uint64_t          before = pr_follow_position(follow, hash32);

	feed->gap = false;
	pr_follow_rewind(follow, feed->event_block);
	uint64_t after = pr_follow_position(follow, hash32);
	return after == before || after >= feed->event_block ? PR_OK : load_stored(feed);
}

/* Tells the sequencer. */
static enum pr_err save_tags(const struct brg_feed *feed)
{
	uint8_t bytes[PR_L1_TAGS_BYTES];
	char    path[PR_PATH_BYTES_MAX];

	PR_FORWARD(pr_path_join(path, feed->log.dir, PR_L1_TAGS_FILE));
	pr_l1_tags_encode(bytes, &feed->tags.now);
	return pr_file_write_atomic(path, bytes, sizeof bytes);
}

enum pr_err brg_feed_step(struct brg_feed *feed)
{
	struct pr_follow *follow = pr_watch_follow(feed->watch);
	uint8_t           hash32[32];
	bool              idle = false;

	PR_FORWARD(pr_tags_look(&feed->tags, feed->rpc, pr_follow_position(follow, hash32)));
	for (int i = 0; i < STEPS_MAX && !idle; i++) {
		enum pr_err err = pr_follow_step(follow, &idle);
		if (feed->gap) PR_FORWARD(mend_gap(feed));
		PR_FORWARD(err);
	}
	return pr_tags_settle(&feed->tags, pr_follow_position(follow, hash32)) ? save_tags(feed) : PR_OK;
}
