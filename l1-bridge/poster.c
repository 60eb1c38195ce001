#include "l1-bridge/poster.h"

#include <inttypes.h>
#include <string.h>

#include "core/l1/contracts.h"
#include "core/rt/log.h"

#define RETRY_MS_MIN 1000u
#define RETRY_DOUBLINGS_MAX 6u

void brg_poster_init(struct brg_poster *p, const struct pr_chain *chain, struct pr_txmgr *txmgr, struct pr_ethrpc *eth, const char *dir)
{
	*p = (struct brg_poster){ .chain = chain, .txmgr = txmgr, .eth = eth, .dir = dir };
}

void brg_poster_close(struct brg_poster *p)
{
	pr_spool_reader_close(p->reader);
	p->reader = NULL;
}

/* The batch of that number; PR_ERR_NOT_FOUND: not packed (yet).  post->run is borrowed until the next call. */
static enum pr_err read_post(struct brg_poster *p, struct pr_post *post, uint64_t number)
{
	const uint8_t *payload;
	uint64_t       seq;
	size_t         len;

	if (!p->reader || pr_spool_reader_next(p->reader) != number) {
		brg_poster_close(p);
		enum pr_err err = pr_spool_reader_open(&p->reader, p->dir, number);
		if (err != PR_OK) return err == PR_ERR_INVALID ? PR_ERR_NOT_FOUND : err;
	}
	PR_FORWARD(pr_spool_read(p->reader, &seq, &payload, &len));
	if (pr_post_decode(post, payload, len) && post->number == number) return PR_OK;
	PR_LOG_ERROR("post record=%" PRIu64 " is not that batch", number);
	return PR_ERR_CORRUPT;
}

static void diverge(struct brg_poster *p, uint64_t number, const char *what)
{
	PR_LOG_ERROR("diverged: %s batch=%" PRIu64 "; nothing more is posted", what, number);
	p->diverged = true;
}

/* The last batch that L1 has must be ours, if we have one of that number. */
static enum pr_err compare_last(struct brg_poster *p, const struct brg_fed *fed)
{
	struct pr_post post;
	uint64_t       last = fed->batches - 1;

	if (last <= p->compared) return PR_OK;
	enum pr_err err = read_post(p, &post, last);
	if (err == PR_ERR_NOT_FOUND) return PR_OK;
	PR_FORWARD(err);
	if (memcmp(post.hash32, fed->last_hash32, 32) == 0) p->compared = last;
	else diverge(p, last, "L1 holds another");
	return PR_OK;
}

enum attempt { ON_ITS_WAY, LANDED, SUBMIT, PAUSE };

/* What is to be done about a batch that the feed does not hold, and under which attempt. */
static enum pr_err next_attempt(struct brg_poster *p, enum attempt *what, uint32_t *attempt, const struct brg_feed *feed, uint64_t number, uint64_t now_ms)
{
	struct pr_txmgr_status status;
	bool                   failed = false;

	*attempt = number == p->retry_number ? p->retry_attempt : 0;
	for (;; ++*attempt) {
		enum pr_err err = pr_txmgr_status(p->txmgr, &status, brg_intent(BRG_INTENT_POST, *attempt, number));
		*what           = SUBMIT;
		if (err == PR_ERR_NOT_FOUND) break;
		PR_FORWARD(err);
		bool lost = status.state == PR_TXMGR_DONE && feed->block >= status.block_number;
		*what     = status.state == PR_TXMGR_DONE || status.state == PR_TXMGR_MINED ? LANDED : ON_ITS_WAY;
		if (status.state != PR_TXMGR_FAILED && !lost) return PR_OK;
		*what = PAUSE;
		if (*attempt + 1 == BRG_ATTEMPTS_MAX) return PR_OK;
		failed = !lost;
	}
	if (failed && (number != p->retry_number || *attempt != p->retry_attempt)) {
		uint32_t doublings = *attempt < RETRY_DOUBLINGS_MAX ? *attempt - 1 : RETRY_DOUBLINGS_MAX;
		p->retry_number    = number;
		p->retry_attempt   = *attempt;
		p->retry_ms        = now_ms + ((uint64_t)RETRY_MS_MIN << doublings);
	}
	if (number == p->retry_number && *attempt == p->retry_attempt && now_ms < p->retry_ms) *what = PAUSE;
	return PR_OK;
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

static enum pr_err submit(struct brg_poster *p, const struct pr_post *post, uint32_t attempt)
{
	static uint8_t         calldata[PR_BATCH_DATA_MAX + 1024];
	struct pr_txmgr_intent intent = { .id = brg_intent(BRG_INTENT_POST, attempt, post->number), .tag = "post", .data = calldata };

	memcpy(intent.to20, p->chain->rollup20, 20);
	intent.data_len = pr_call_post(calldata, sizeof calldata, post);
	PR_CHECK(intent.data_len > 0);
	return pr_txmgr_submit(p->txmgr, &intent);
}

enum pr_err brg_poster_step(struct brg_poster *p, const struct brg_feed *feed, uint64_t ahead, uint64_t now_ms)
{
	const struct brg_fed *fed = &feed->fed;
	struct pr_post        post;
	enum attempt          what;
	uint32_t              attempt, waiting = 0;
	bool                  time;

	if (p->diverged || !brg_feed_sure(feed)) return PR_OK;
	PR_FORWARD(compare_last(p, fed));
	for (uint64_t number = fed->batches; waiting < ahead && !p->diverged; number++) {
		PR_FORWARD(next_attempt(p, &what, &attempt, feed, number, now_ms));
		waiting += what != LANDED;
		if (what == ON_ITS_WAY || what == LANDED) continue;
		if (what == PAUSE) break;
		enum pr_err err = read_post(p, &post, number);
		if (err == PR_ERR_NOT_FOUND) break;
		PR_FORWARD(err);
		if (number == fed->batches && memcmp(post.parent32, fed->last_hash32, 32) != 0) {
			diverge(p, number, "L1's last batch is not the parent of our");
			break;
		}
		PR_FORWARD(time_has_come(p, &time, &post));
		if (!time) break;
		err = submit(p, &post, attempt);
		if (err == PR_ERR_FULL) break;
		PR_FORWARD(err);
	}
	return PR_OK;
}
