#include "l1-bridge/poster.h"

#include <inttypes.h>
#include <string.h>

#include "core/rt/log.h"

void brg_poster_init(struct brg_poster *p, const struct pr_chain *chain, struct pr_txmgr *txmgr, const char *dir)
{
	*p = (struct brg_poster){ .chain = chain, .txmgr = txmgr, .dir = dir };
}

void brg_poster_close(struct brg_poster *p) { pr_spool_reader_close(p->reader); }

static enum pr_err submit(struct brg_poster *p, const struct pr_post *post)
{
	static uint8_t         calldata[PR_BATCH_DATA_MAX + 1024];
	struct pr_txmgr_intent intent = { .tag = "post", .data = calldata };
	struct pr_txmgr_status status;
	enum pr_err            known = PR_OK;

	/* The first attempt that has not failed: it is new, or on its way. */
	for (uint64_t attempt = 0; attempt < BRG_ATTEMPTS_MAX; attempt++) {
		intent.id = BRG_INTENT_POST | attempt << 48 | post->number;
		known     = pr_txmgr_status(p->txmgr, &status, intent.id);
		if (known != PR_OK || status.state != PR_TXMGR_FAILED) break;
	}
	if (known == PR_OK && status.state != PR_TXMGR_FAILED) return PR_OK;

	memcpy(intent.to20, p->chain->rollup20, 20);
	intent.data_len = pr_call_post(calldata, sizeof calldata, post);
	PR_CHECK(intent.data_len > 0);
	return pr_txmgr_submit(p->txmgr, &intent);
}

enum pr_err brg_poster_step(struct brg_poster *p, const struct brg_feed *feed, uint64_t ahead)
{
	const uint8_t *payload;
	struct pr_post post;
	uint64_t       seq;
	size_t         len;
	enum pr_err    err;

	if (p->diverged) return PR_OK;
	if (p->failed) {
		pr_spool_reader_close(p->reader);
		p->reader = NULL;
		p->failed = false;
	}
	/* Batches that the feed holds are on L1 for good; posting goes on after them. */
	if (!p->reader) {
		p->next = feed->batches;
		err     = pr_spool_reader_open(&p->reader, p->dir, p->next > 1 ? p->next - 1 : 1);
		if (err == PR_ERR_NOT_FOUND || err == PR_ERR_INVALID) return PR_OK; /* not packed yet */
		PR_FORWARD(err);
	}
	while (p->next < feed->batches + ahead) {
		err = pr_spool_read(p->reader, &seq, &payload, &len);
		if (err == PR_ERR_NOT_FOUND) return PR_OK;
		PR_FORWARD(err);
		if (!pr_post_decode(&post, payload, len) || post.number != seq) return PR_ERR_CORRUPT;
		if (seq < p->next) {
			/* The last one that L1 has: it must be ours. */
			if (seq + 1 == feed->batches && memcmp(post.hash32, feed->last_hash32, 32) != 0) {
				PR_LOG_ERROR("diverged: L1 holds another batch=%" PRIu64 "; nothing more is posted", seq);
				p->diverged = true;
				return PR_OK;
			}
			continue;
		}
		err = submit(p, &post);
		if (err == PR_ERR_FULL) {
			pr_spool_reader_close(p->reader);
			p->reader = NULL;
			return PR_OK;
		}
		PR_FORWARD(err);
		p->next = seq + 1;
	}
	return PR_OK;
}
