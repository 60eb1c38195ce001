#include "fraud/act.h"

#include <string.h>

#include "core/rt/clock.h"
#include "core/rt/log.h"

/* Marks of intents (core/l1/attempts.h), numbered by batch or claim. */
#define INTENT_CLAIM 'C'
#define INTENT_STRIKE 'S'
#define INTENT_FINALIZE 'F'

static uint8_t calldata[FRD_PROOF_BYTES_MAX];

bool frd_act_explain(uint64_t intent, const char **what, uint64_t *number)
{
	uint8_t mark = pr_attempt_mark(intent);
	*what   = mark == INTENT_CLAIM ? "claim" : mark == INTENT_STRIKE ? "strike" : mark == INTENT_FINALIZE ? "finalize" : NULL;
	*number = pr_attempt_number(intent);
	return *what != NULL;
}

/* Whether to submit that now, and as which attempt.  The claim that a number names may be another one after a reorganisation of L1, and an attempt may fail
 * because the node that judged it lagged: so nothing is given up before L1 shows it done. */
static enum pr_err due(struct frd_act *act, bool *yes, struct pr_attempt *next, uint8_t mark, uint64_t number)
{
	PR_FORWARD(pr_attempts_next(&act->attempts, next, act->txmgr, mark, number, act->node->l1_block, pr_clock_ms()));
	*yes = next->verdict == PR_ATTEMPT_SUBMIT;
	return PR_OK;
}

static enum pr_err submit(struct frd_act *act, const struct pr_attempt *next, const char *tag, pr_u128 value, size_t len)
{
	struct pr_txmgr_intent intent = { .id = next->id, .tag = tag, .value = value, .data = calldata, .data_len = len };
	PR_CHECK(len > 0);
	memcpy(intent.to20, act->node->chain->rollup20, 20);
	return pr_txmgr_submit(act->txmgr, &intent);
}

static enum pr_err strike(struct frd_act *act)
{
	struct frd_node  *node   = act->node;
	struct frd_prover prover = { &node->book, &node->archive, &node->base, node->base_batch, node->chain->domain32 };
	struct pr_attempt next;
	size_t            len;
	bool              yes;

	for (uint64_t id = 1; id < node->book.claim_count; id++) {
		if (!frd_book_to_strike(&node->book, id)) continue;
		PR_FORWARD(due(act, &yes, &next, INTENT_STRIKE, id));
		if (!yes) continue;
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
		PR_FORWARD(submit(act, &next, "strike", 0, len));
	}
	return PR_OK;
}

/* What the claim brings.  One bond stands for a line of claims (docs/spec/l1.md section 4), so our own open claim is continued without another one; should
 * that attempt fail, as when the parent became final meanwhile, the next one brings a bond. */
static pr_u128 bond_of(const struct frd_act *act, uint64_t parent, uint32_t attempt)
{
	const struct frd_claim *p = &act->node->book.claims[parent];
	bool                    continues = p->state == FRD_CLAIM_OPEN && memcmp(p->claimant20, act->addr20, 20) == 0;

	return continues && attempt % 2 == 0 ? 0 : act->rollup.bond_wei;
}

/* Claims the lowest batch that has no right claim yet; the next one follows when this is on L1. */
static enum pr_err claim(struct frd_act *act)
{
	const struct frd_book *book = &act->node->book;
	struct pr_attempt      next;
	uint64_t               parent = 0;
	bool                   yes, found = true;

	for (uint64_t n = book->final_batch + 1; n < book->batch_count; n++) {
		const struct frd_batch *b = &book->batches[n];
		parent = n == book->final_batch + 1 ? book->batches[book->final_batch].final_claim : parent;
		uint64_t own = frd_book_good_claim(book, n, &found);
		if (found) {
			parent = own;
			continue;
		}
		if (!b->roots) return PR_OK;
		PR_FORWARD(due(act, &yes, &next, INTENT_CLAIM, n));
		if (!yes) return PR_OK;
		size_t len = pr_call_claim(calldata, sizeof calldata, &b->header, parent, frd_claim_last_root(book, parent), b->roots[0], b->chunk_count);
		return submit(act, &next, "claim", bond_of(act, parent, next.attempt), len);
	}
	return PR_OK;
}

static enum pr_err finalize(struct frd_act *act)
{
	const struct frd_book *book = &act->node->book;
	struct pr_attempt      next;
	bool                   yes;

	for (uint64_t id = 1; id < book->claim_count; id++) {
		const struct frd_claim *c = &book->claims[id];
		if (c->state != FRD_CLAIM_OPEN || !c->judged || !c->good || c->batch != book->final_batch + 1) continue;
		if (book->claims[c->parent].state != FRD_CLAIM_FINAL || c->time + act->rollup.window_s > act->node->l1_time) continue;
		PR_FORWARD(due(act, &yes, &next, INTENT_FINALIZE, id));
		if (yes) PR_FORWARD(submit(act, &next, "finalize", 0, pr_call_id(calldata, sizeof calldata, "finalize(uint64)", id)));
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
