#include "l1-bridge/poster.h"

#include <inttypes.h>
#include <string.h>

#include "core/l1/abi.h"
#include "core/l1/contracts.h"
#include "core/rt/log.h"

void brg_poster_init(struct brg_poster *p, const struct pr_chain *chain, struct pr_txmgr *txmgr, struct pr_ethrpc *eth, const char *dir)
{
	*p = (struct brg_poster){ .chain = chain, .txmgr = txmgr, .eth = eth, .dir = dir };
}

void brg_poster_close(struct brg_poster *p)
{
	pr_spool_reader_close(p->reader);
	pr_spool_reader_close(p->newest);
	p->reader = p->newest = NULL;
}

/* Reads to the end of the post spool, from its last record on. */
static enum pr_err find_newest(struct brg_poster *p)
{
	struct pr_post post;
	const uint8_t *payload;
	uint64_t       seq;
	size_t         len;
	enum pr_err    err;

	if (!p->newest) {
		err = pr_spool_reader_open(&p->newest, p->dir, 0);
		if (err == PR_ERR_NOT_FOUND) return PR_OK;
		PR_FORWARD(err);
		uint64_t last = pr_spool_reader_durable(p->newest);
		pr_spool_reader_close(p->newest);
		PR_FORWARD(pr_spool_reader_open(&p->newest, p->dir, last));
	}
	while ((err = pr_spool_read(p->newest, &seq, &payload, &len)) == PR_OK) {
		if (!pr_post_decode(&post, payload, len)) {
			PR_LOG_ERROR("post record=%" PRIu64 " is no batch", seq);
			return PR_ERR_CORRUPT;
		}
		p->last_record = seq;
		p->last_number = post.number;
	}
	return err == PR_ERR_NOT_FOUND ? PR_OK : err;
}

/* The newest record of that batch.  Behind the last record that made others void, numbers rise by one; what stands before it is on L1 or void.
 * PR_ERR_NOT_FOUND: not packed (yet).  post->run is borrowed until the next call. */
static enum pr_err read_post(struct brg_poster *p, struct pr_post *post, uint64_t *record, uint64_t number)
{
	const uint8_t *payload;
	uint64_t       seq;
	size_t         len;

	if (number > p->last_number || p->last_number - number >= p->last_record) return PR_ERR_NOT_FOUND;
	*record = p->last_record - (p->last_number - number);
	if (!p->reader || pr_spool_reader_next(p->reader) != *record) {
		pr_spool_reader_close(p->reader);
		PR_FORWARD(pr_spool_reader_open(&p->reader, p->dir, *record));
	}
	PR_FORWARD(pr_spool_read(p->reader, &seq, &payload, &len));
	if (pr_post_decode(post, payload, len)) return post->number == number ? PR_OK : PR_ERR_NOT_FOUND;
	PR_LOG_ERROR("post record=%" PRIu64 " is no batch", *record);
	return PR_ERR_CORRUPT;
}

/* Appends what is overdue, if that is why an attempt failed. */
static enum pr_err append_overdue(struct brg_poster *p, const struct pr_txmgr_status *failed, uint32_t attempt, uint64_t record)
{
	uint8_t                overdue[4], call[4];
	struct pr_txmgr_intent intent = { .id = pr_attempt_id(BRG_INTENT_APPEND, attempt, record), .tag = "append", .data = call, .data_len = sizeof call };

	pr_abi_selector(overdue, "InboxOverdue(uint64)");
	if (failed->revert_len < 4 || memcmp(failed->revert, overdue, 4) != 0) return PR_OK;
	pr_abi_selector(call, "appendOverdue()");
	memcpy(intent.to20, p->chain->rollup20, 20);
	enum pr_err err = pr_txmgr_submit(p->txmgr, &intent);
	return err == PR_ERR_FULL ? PR_OK : err; /* the next attempt fails as well */
}

/* The contract takes a batch only when L1's time has reached its own. *yes: it has. */
static enum pr_err time_has_come(struct brg_poster *p, bool *yes, const struct pr_post *post)
{
	struct pr_l1_block block;
	if (post->timestamp > p->l1_time) {
		PR_FORWARD(pr_ethrpc_block(p->eth, &block, pr_l1_at(PR_L1_LATEST)));
		p->l1_time = block.timestamp_s;
	}
	*yes = post->timestamp <= p->l1_time;
	return PR_OK;
}

static enum pr_err submit(struct brg_poster *p, const struct brg_feed *feed, const struct pr_post *post, uint64_t id)
{
	static uint8_t         calldata[PR_BATCH_DATA_MAX + 1024];
	struct pr_txmgr_intent intent = { .id = id, .tag = "post", .data = calldata };
	uint8_t                link32[32];

	/* The sequencer took these items from this feed, in this order. */
	if (!brg_links_get(&feed->links, link32, post->inbox_to)) {
		PR_LOG_ERROR("batch=%" PRIu64 " takes items up to %" PRIu64 " that were not fed", post->number, post->inbox_to);
		return PR_ERR_CORRUPT;
	}
	memcpy(intent.to20, p->chain->rollup20, 20);
	intent.data_len = pr_call_post(calldata, sizeof calldata, post, link32);
	PR_CHECK(intent.data_len > 0);
	return pr_txmgr_submit(p->txmgr, &intent);
}

/* L1's last batch is the parent of ours or not; said once. */
static void wait_for_order(struct brg_poster *p, bool waiting, uint64_t number)
{
	if (waiting && !p->waiting) PR_LOG_WARN("L1's last batch is not the parent of batch=%" PRIu64 ": waiting for the sequencer to re-base", number);
	if (!waiting && p->waiting) PR_LOG_INFO("batch=%" PRIu64 " stands on L1's last batch: going on", number);
	p->waiting = waiting;
}

enum pr_err brg_poster_step(struct brg_poster *p, const struct brg_feed *feed, uint64_t ahead, uint64_t now_ms)
{
	const struct brg_fed *fed = &feed->fed;
	struct pr_post        post;
	struct pr_attempt     next;
	uint32_t              in_flight = 0;
	uint64_t              record;
	uint8_t               parent32[32];
	bool                  time;

	if (!brg_feed_sure(feed)) return PR_OK;
	PR_FORWARD(find_newest(p));
	memcpy(parent32, fed->last_hash32, 32);
	for (uint64_t number = fed->batches; in_flight < ahead; number++) {
		enum pr_err err = read_post(p, &post, &record, number);
		if (err == PR_ERR_NOT_FOUND) break;
		PR_FORWARD(err);
		bool follows = memcmp(post.parent32, parent32, 32) == 0;
		if (number == fed->batches) wait_for_order(p, !follows, number);
		if (!follows) break;
		memcpy(parent32, post.hash32, 32);
		PR_FORWARD(pr_attempts_next(&p->attempts, &next, p->txmgr, BRG_INTENT_POST, record, feed->block, now_ms));
		if (next.failed) PR_FORWARD(append_overdue(p, &next.failure, next.attempt - 1, record));
		in_flight += next.verdict != PR_ATTEMPT_LANDED;
		if (next.verdict == PR_ATTEMPT_ON_ITS_WAY || next.verdict == PR_ATTEMPT_LANDED) continue;
		if (next.verdict == PR_ATTEMPT_PAUSE) break;
		PR_FORWARD(time_has_come(p, &time, &post));
		if (!time) break;
		err = submit(p, feed, &post, next.id);
		if (err == PR_ERR_FULL) break;
		PR_FORWARD(err);
	}
	return PR_OK;
}
