#include "fraud/act.h"

#include <string.h>

#include "core/rt/clock.h"
#include "core/rt/log.h"

#define INTENT_CLAIM ((uint64_t)'C' << 56)    /* | batch */
#define INTENT_EXTEND ((uint64_t)'E' << 56)   /* | batch: a claim without a bond of its own */
#define INTENT_STRIKE ((uint64_t)'S' << 56)   /* | claim */
#define INTENT_FINALIZE ((uint64_t)'F' << 56) /* | claim */
#define NUMBER_MASK (((uint64_t)1 << 56) - 1)

static uint8_t calldata[FRD_PROOF_BYTES_MAX];

bool frd_act_explain(uint64_t intent, const char **what, uint64_t *number)
{
	uint64_t kind = intent & ~NUMBER_MASK;
	*what   = kind == INTENT_CLAIM || kind == INTENT_EXTEND ? "claim" : kind == INTENT_STRIKE ? "strike" : kind == INTENT_FINALIZE ? "finalize" : NULL;
	*number = intent & NUMBER_MASK;
	return *what != NULL;
}

static bool submitted(struct frd_act *act, uint64_t id)
{
	struct pr_txmgr_status status;
	return pr_txmgr_status(act->txmgr, &status, id) == PR_OK;
}

static enum pr_err submit(struct frd_act *act, uint64_t id, const char *tag, pr_u128 value, size_t len)
{
	struct pr_txmgr_intent intent = { .id = id, .tag = tag, .value = value, .data = calldata, .data_len = len };
	PR_CHECK(len > 0);
	memcpy(intent.to20, act->node->chain->rollup20, 20);
	return pr_txmgr_submit(act->txmgr, &intent);
}

static enum pr_err strike(struct frd_act *act)
{
	struct frd_node  *node   = act->node;
	struct frd_prover prover = { &node->book, &node->archive, &node->base, node->base_batch, node->chain->domain32 };
	size_t            len;

	for (uint64_t id = 1; id < node->book.claim_count; id++) {
		if (!frd_book_to_strike(&node->book, id) || submitted(act, INTENT_STRIKE | id)) continue;
		uint64_t    start = pr_clock_ms();
		enum pr_err err   = frd_prove(calldata, &len, &prover, id);
		act->last_proof_ms = pr_clock_ms() - start;
		if (err != PR_OK) {
			PR_LOG_ERROR("no proof claim=%llu err=%s", (unsigned long long)id, pr_err_name(err));
			continue;
		}
		act->proofs++;
		PR_LOG_WARN("false claim=%llu batch=%llu: striking with a proof of bytes=%zu built in ms=%llu", (unsigned long long)id,
		            (unsigned long long)node->book.claims[id].batch, len, (unsigned long long)act->last_proof_ms);
		PR_FORWARD(submit(act, INTENT_STRIKE | id, "strike", 0, len));
	}
	return PR_OK;
}

/* What the claim on batch n is to be submitted as.  One bond stands for a line of claims (docs/spec/l1.md section 4), so our own open claim is continued
 * without another one; should L1 refuse that, as when the parent became final meanwhile, a bond is paid. */
static bool next_intent(struct frd_act *act, uint64_t n, uint64_t parent, uint64_t *id, pr_u128 *value)
{
	const struct frd_claim *p = &act->node->book.claims[parent];
	struct pr_txmgr_status  status;

	*id    = INTENT_EXTEND | n;
	*value = 0;
	if (pr_txmgr_status(act->txmgr, &status, *id) != PR_OK) {
		if (p->state == FRD_CLAIM_OPEN && memcmp(p->claimant20, act->addr20, 20) == 0) return true;
	} else if (status.state != PR_TXMGR_FAILED) {
		return false;
	}
	*id    = INTENT_CLAIM | n;
	*value = act->rollup.bond_wei;
	return !submitted(act, *id);
}

/* Claims the lowest batch that has no right claim yet; the next one follows when this is on L1. */
static enum pr_err claim(struct frd_act *act)
{
	const struct frd_book *book = &act->node->book;
	uint64_t               parent = 0, id;
	pr_u128                value;
	bool                   found = true;

	for (uint64_t n = book->final_batch + 1; n < book->batch_count; n++) {
		const struct frd_batch *b = &book->batches[n];
		parent = n == book->final_batch + 1 ? book->batches[book->final_batch].final_claim : parent;
		uint64_t own = frd_book_good_claim(book, n, &found);
		if (found) {
			parent = own;
			continue;
		}
		if (!b->roots || !next_intent(act, n, parent, &id, &value)) return PR_OK;
		size_t len = pr_call_claim(calldata, sizeof calldata, &b->header, parent, frd_claim_last_root(book, parent), b->roots[0], b->chunk_count);
		return submit(act, id, "claim", value, len);
	}
	return PR_OK;
}

static enum pr_err finalize(struct frd_act *act)
{
	const struct frd_book *book = &act->node->book;

	for (uint64_t id = 1; id < book->claim_count; id++) {
		const struct frd_claim *c = &book->claims[id];
		if (c->state != FRD_CLAIM_OPEN || !c->judged || !c->good || c->batch != book->final_batch + 1) continue;
		if (book->claims[c->parent].state != FRD_CLAIM_FINAL || c->time + act->rollup.window_s > act->node->l1_time) continue;
		if (submitted(act, INTENT_FINALIZE | id)) continue;
		PR_FORWARD(submit(act, INTENT_FINALIZE | id, "finalize", 0, pr_call_id(calldata, sizeof calldata, "finalize(uint64)", id)));
	}
	return PR_OK;
}

enum pr_err frd_act_step(struct frd_act *act)
{
	enum pr_err err = act->options.strike ? strike(act) : PR_OK;
	if (err == PR_OK && act->options.claim) err = claim(act);
	if (err == PR_OK && act->options.finalize) err = finalize(act);
	/* As many transactions as may be are on their way: the rest waits for the next step, and no proof is built in vain. */
	return err == PR_ERR_FULL ? PR_OK : err;
}
