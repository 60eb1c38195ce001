#include "core/l1/tags.h"

#include <string.h>

#include "core/rt/log.h"

void pr_tags_init(struct pr_tags *tags, uint64_t safe_depth, uint64_t finalized_depth)
{
	*tags = (struct pr_tags){ .safe_depth = safe_depth, .finalized_depth = finalized_depth, .looked_at = UINT64_MAX };
}

static enum pr_err height(uint64_t *number, struct pr_tags *tags, struct pr_ethrpc *rpc, enum pr_l1_tag tag, uint64_t depth)
{
	struct pr_l1_block block;
	enum pr_err        err = pr_ethrpc_block(rpc, &block, pr_l1_at(depth ? PR_L1_LATEST : tag));

	*number = 0;
	if (depth) {
		if (err == PR_OK && block.number > depth) *number = block.number - depth;
		return err;
	}
	/* An error object is the node's answer: it does not know the tag, or has no such block yet. */
	if (err == PR_ERR_NOT_FOUND || (err == PR_ERR_PEER && pr_ethrpc_error(rpc)->code < 0)) {
		if (!tags->told) PR_LOG_WARN("the L1 node names no %s block: until it does, batches stay \"posted\"", tag == PR_L1_SAFE ? "safe" : "finalized");
		tags->told = true;
		return PR_OK;
	}
	PR_FORWARD(err);
	*number = block.number;
	return PR_OK;
}

enum pr_err pr_tags_look(struct pr_tags *tags, struct pr_ethrpc *rpc, uint64_t position)
{
	struct pr_l1_tags named;

	if (tags->looked_at == position) return PR_OK;
	PR_FORWARD(height(&named.safe, tags, rpc, PR_L1_SAFE, tags->safe_depth));
	PR_FORWARD(height(&named.finalized, tags, rpc, PR_L1_FINALIZED, tags->finalized_depth));
	tags->named     = named;
	tags->looked_at = position;
	return PR_OK;
}

static uint64_t lower(uint64_t a, uint64_t b) { return a < b ? a : b; }
static uint64_t higher(uint64_t a, uint64_t b) { return a > b ? a : b; }

bool pr_tags_settle(struct pr_tags *tags, uint64_t position)
{
	struct pr_l1_tags before = tags->now;
	/* A node that lags behind the one that answered before takes nothing back. */
	tags->now.finalized = higher(before.finalized, lower(tags->named.finalized, position));
	tags->now.safe      = higher(higher(before.safe, lower(tags->named.safe, position)), tags->now.finalized);
	return before.safe != tags->now.safe || before.finalized != tags->now.finalized;
}

void pr_tags_rollback(struct pr_tags *tags, uint64_t number)
{
	tags->now       = (struct pr_l1_tags){ lower(tags->now.safe, number), lower(tags->now.finalized, number) };
	tags->named     = (struct pr_l1_tags){ 0, 0 };
	tags->looked_at = UINT64_MAX;
}
