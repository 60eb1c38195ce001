#include "core/l1/txmgr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/l1/txmgr_store.h"
#include "core/rt/log.h"

/* Nodes ask for a tip of some kind; this much is always affordable. */
#define PRIORITY_FEE_MIN 1000000u

/* Far above any fee ever paid; keeps sums of fees far from overflow. */
#define FEE_CAP_MAX ((pr_u128)1 << 100)

struct live {
	struct pr_txmgr_record rec;
	/* Not stored: after a restart an intent is broadcast at once and its timers start again. */
	bool broadcast;         /* handed to the node since the last change of attempt */
	uint64_t broadcast_ms;
	uint64_t bump_ms;       /* when the current attempt began; 0: not yet in this run */
	bool capped;            /* the base fee is above what the latest attempt offers, and the cap lets no more be offered */
	uint64_t foreign_block; /* since when the nonce is seen used by another transaction; 0: it is not */
	bool waits;             /* pending, and not sent in the current step */
};

struct pr_txmgr {
	struct pr_ethrpc *rpc;
	struct pr_kv *kv;
	struct pr_txmgr_options options;
	struct live live[PR_TXMGR_LIVE_MAX]; /* in order of submission */
	uint32_t live_count;
	uint64_t next_order;
	bool chain_checked;
	/* As of the current step. */
	uint64_t now_ms, latest_block, latest_nonce;
	bool have_fees;
	struct pr_l1_fees fees;
	uint8_t raw[PR_TX_BYTES_MAX];
};

const char *pr_txmgr_state_name(enum pr_txmgr_state state)
{
	switch (state) {
	case PR_TXMGR_PENDING: return "pending";
	case PR_TXMGR_SENT: return "sent";
	case PR_TXMGR_MINED: return "mined";
	case PR_TXMGR_DONE: return "done";
	case PR_TXMGR_FAILED: return "failed";
	}
	return "unknown";
}

static int compare_order(const void *a, const void *b)
{
	uint64_t x = ((const struct live *)a)->rec.order, y = ((const struct live *)b)->rec.order;
	return x < y ? -1 : x > y;
}

static enum pr_err load_live(struct pr_txmgr *m)
{
	uint64_t ids[PR_TXMGR_LIVE_MAX];
	size_t count;
	PR_FORWARD(pr_txmgr_store_live(m->kv, ids, PR_TXMGR_LIVE_MAX, &count));
	for (size_t i = 0; i < count; i++) {
		struct pr_txmgr_record *rec = &m->live[m->live_count].rec;
		enum pr_err err = pr_txmgr_store_get(m->kv, rec, ids[i]);
		if (err != PR_OK) return err == PR_ERR_NOT_FOUND ? PR_ERR_CORRUPT : err;
		if (rec->status.state == PR_TXMGR_DONE || rec->status.state == PR_TXMGR_FAILED) return PR_ERR_CORRUPT;
		if (rec->order >= m->next_order) m->next_order = rec->order + 1;
		m->live_count++;
	}
	qsort(m->live, m->live_count, sizeof m->live[0], compare_order);
	return PR_OK;
}

enum pr_err pr_txmgr_open(struct pr_txmgr **out, struct pr_ethrpc *rpc, const struct pr_txmgr_options *options)
{
	*out = NULL;
	if (options->confirmations == 0 || options->in_flight_max == 0 || options->max_fee_cap == 0) return PR_ERR_INVALID;
	if (options->gas_margin_percent > 1000 || options->max_fee_cap > FEE_CAP_MAX) return PR_ERR_INVALID;
	PR_CHECK(rpc && options->sign && options->dir);
	struct pr_txmgr *m = calloc(1, sizeof *m);
	PR_CHECK(m);
	m->rpc = rpc;
	m->options = *options;
	enum pr_err err = pr_txmgr_store_open(&m->kv, options->dir, options->chain_id, options->addr20);
	if (err == PR_OK) err = load_live(m);
	if (err != PR_OK) {
		pr_txmgr_close(m);
		return err;
	}
	*out = m;
	return PR_OK;
}

void pr_txmgr_close(struct pr_txmgr *mgr)
{
	if (!mgr) return;
	if (mgr->kv) pr_kv_close(mgr->kv);
	free(mgr);
}

uint32_t pr_txmgr_live(const struct pr_txmgr *mgr)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < mgr->live_count; i++) count += mgr->live[i].rec.status.state < PR_TXMGR_DONE;
	return count;
}

static void tell(struct pr_txmgr *m, const struct live *e)
{
	const struct pr_txmgr_status *s = &e->rec.status;
	PR_LOG_INFO("l1-intent id=%llu tag=%s state=%s nonce=%llu attempts=%u block=%llu reason=\"%s\"", (unsigned long long)s->id,
	            s->tag, pr_txmgr_state_name(s->state), (unsigned long long)s->nonce, s->attempts,
	            (unsigned long long)s->block_number, s->reason);
	if (m->options.changed_opt) m->options.changed_opt(m->options.ctx, s);
}

/* Stores an intent as it is now, then tells. */
static enum pr_err save(struct pr_txmgr *m, struct live *e)
{
	PR_FORWARD(pr_txmgr_store_put(m->kv, &e->rec));
	tell(m, e);
	return PR_OK;
}

/* A text longer than the field is cut. */
static void set_reason(struct live *e, const char *reason)
{
	size_t len = strnlen(reason, PR_TXMGR_REASON_BYTES - 1);
	memset(e->rec.status.reason, 0, PR_TXMGR_REASON_BYTES);
	memcpy(e->rec.status.reason, reason, len);
}

/* Sets what an intent waits for; told when it changes, stored with the next change of state. */
static void wait_for(struct pr_txmgr *m, struct live *e, const char *what)
{
	char *reason = e->rec.status.reason;
	if (strncmp(reason, what, PR_TXMGR_REASON_BYTES - 1) == 0) return;
	set_reason(e, what);
	tell(m, e);
}

enum pr_err pr_txmgr_submit(struct pr_txmgr *mgr, const struct pr_txmgr_intent *intent)
{
	struct pr_txmgr_record known;
	uint8_t content32[32];
	if (strlen(intent->tag) > PR_TXMGR_TAG_BYTES_MAX) return PR_ERR_INVALID;
	if (intent->data_len > PR_TX_BYTES_MAX - PR_TX_OVERHEAD_BYTES || intent->gas_limit > PR_TX_GAS_MAX) return PR_ERR_INVALID;
	struct pr_tx_gas gas = pr_tx_gas_of(intent->data, intent->data_len, false);
	if (intent->gas_limit != 0 && (intent->gas_limit < gas.intrinsic || intent->gas_limit < gas.floor)) return PR_ERR_INVALID;
	pr_txmgr_content(content32, intent);
	enum pr_err err = pr_txmgr_store_get(mgr->kv, &known, intent->id);
	if (err == PR_OK) return memcmp(known.content32, content32, 32) == 0 ? PR_OK : PR_ERR_EXISTS;
	if (err != PR_ERR_NOT_FOUND) return err;
	if (mgr->live_count == PR_TXMGR_LIVE_MAX) return PR_ERR_FULL;
	struct live *e = &mgr->live[mgr->live_count];
	memset(e, 0, sizeof *e);
	e->rec.status.id = intent->id;
	memcpy(e->rec.status.tag, intent->tag, strlen(intent->tag));
	e->rec.order = mgr->next_order;
	memcpy(e->rec.content32, content32, 32);
	PR_FORWARD(pr_txmgr_store_new(mgr->kv, &e->rec, intent));
	mgr->next_order++;
	mgr->live_count++;
	tell(mgr, e);
	return PR_OK;
}

enum pr_err pr_txmgr_status(struct pr_txmgr *mgr, struct pr_txmgr_status *status, uint64_t id)
{
	struct pr_txmgr_record record;
	memset(status, 0, sizeof *status);
	for (uint32_t i = 0; i < mgr->live_count; i++) {
		if (mgr->live[i].rec.status.id != id) continue;
		*status = mgr->live[i].rec.status;
		return PR_OK;
	}
	PR_FORWARD(pr_txmgr_store_get(mgr->kv, &record, id));
	*status = record.status;
	return PR_OK;
}

static enum pr_err need_fees(struct pr_txmgr *m)
{
	if (m->have_fees) return PR_OK;
	PR_FORWARD(pr_ethrpc_fees(m->rpc, &m->fees));
	if (m->fees.priority_fee < PRIORITY_FEE_MIN) m->fees.priority_fee = PRIORITY_FEE_MIN;
	m->have_fees = true;
	return PR_OK;
}

static pr_u128 least(pr_u128 a, pr_u128 b) { return a < b ? a : b; }
static pr_u128 most(pr_u128 a, pr_u128 b) { return a > b ? a : b; }

/* The smallest fee a node takes as a replacement: 12.5 % more (nodes ask for 10). */
static pr_u128 bumped(pr_u128 fee) { return fee + fee / 8 + (fee % 8 != 0) + (fee == 0); }

/* The fees of a new attempt: room for the base fee to double (six full blocks), under the cap, and enough to replace the
 * previous attempt if there is one.  Returns false if the cap does not allow that. */
static bool choose_fees(const struct pr_txmgr *m, struct pr_txmgr_attempt *next, const struct pr_txmgr_attempt *previous_opt)
{
	pr_u128 cap = m->options.max_fee_cap, priority = m->fees.priority_fee, floor_fee = 0;
	if (previous_opt) {
		if (previous_opt->max_fee >= cap) return false;
		priority = most(priority, bumped(previous_opt->max_priority_fee));
		floor_fee = bumped(previous_opt->max_fee);
	}
	if (floor_fee > cap) return false;
	if (m->fees.base_fee > cap / 2) next->max_fee = cap;
	else next->max_fee = least(cap, most(floor_fee, 2 * m->fees.base_fee + least(priority, cap)));
	next->max_priority_fee = least(priority, next->max_fee);
	return !previous_opt || next->max_priority_fee >= bumped(previous_opt->max_priority_fee);
}

#define CAPPED "the base fee is above the fee cap"

/* Makes the bytes of one attempt again (or for the first time) in m->raw. */
static enum pr_err sign_attempt(struct pr_txmgr *m, size_t *raw_len, uint8_t hash32[32], const struct live *e,
                                const struct pr_txmgr_body *body, const struct pr_txmgr_attempt *attempt)
{
	struct pr_tx tx = {
		.chain_id = m->options.chain_id,
		.nonce = e->rec.status.nonce,
		.gas_limit = attempt->gas_limit,
		.max_fee = attempt->max_fee,
		.max_priority_fee = attempt->max_priority_fee,
		.value = body->value,
		.data = body->data,
		.data_len = body->data_len,
	};
	memcpy(tx.to20, body->to20, 20);
	return m->options.sign(m->options.ctx, m->raw, sizeof m->raw, raw_len, hash32, &tx);
}

/* What a node says when it has the transaction already or has seen its nonce used: receipts will tell. */
static bool is_harmless(const char *message)
{
	return strcasestr(message, "already known") || strcasestr(message, "already imported") ||
	       strcasestr(message, "known transaction") || strcasestr(message, "nonce too low");
}

/* Hands the latest attempt over to the node.  A refusal is only noted: the attempt is stored, so it may be in the pool of another
 * node, and the next rebroadcast or bump tries again. */
static enum pr_err broadcast(struct pr_txmgr *m, struct live *e)
{
	struct pr_txmgr_body body;
	uint8_t hash32[32];
	size_t raw_len;
	PR_CHECK(e->rec.status.attempts > 0);
	const struct pr_txmgr_attempt *attempt = &e->rec.attempts[e->rec.status.attempts - 1];
	PR_FORWARD(pr_txmgr_store_body(m->kv, &body, e->rec.status.id));
	enum pr_err err = sign_attempt(m, &raw_len, hash32, e, &body, attempt);
	pr_txmgr_body_free(&body);
	PR_FORWARD(err);
	/* The signer broke its promise, or has another key: nothing it signs is what was stored. */
	if (memcmp(hash32, attempt->hash32, 32) != 0) return PR_ERR_CORRUPT;
	err = pr_ethrpc_send_raw(m->rpc, hash32, m->raw, raw_len);
	const struct pr_ethrpc_error *error = pr_ethrpc_error(m->rpc);
	if (err != PR_OK && (err != PR_ERR_PEER || error->code == 0)) return err;
	if (err == PR_OK || is_harmless(error->message)) wait_for(m, e, e->capped ? CAPPED : "");
	else wait_for(m, e, error->message);
	e->broadcast = true;
	e->broadcast_ms = m->now_ms;
	if (e->bump_ms == 0) e->bump_ms = m->now_ms;
	return PR_OK;
}

/* Adds an attempt: signed, stored, and only then handed over. */
static enum pr_err send_attempt(struct pr_txmgr *m, struct live *e, const struct pr_txmgr_body *body,
                                struct pr_txmgr_attempt attempt)
{
	size_t raw_len;
	PR_CHECK(e->rec.status.attempts < PR_TXMGR_ATTEMPTS_MAX);
	PR_FORWARD(sign_attempt(m, &raw_len, attempt.hash32, e, body, &attempt));
	struct pr_txmgr_record before = e->rec;
	e->rec.attempts[e->rec.status.attempts++] = attempt;
	e->rec.status.state = PR_TXMGR_SENT;
	memcpy(e->rec.status.hash32, attempt.hash32, 32);
	e->rec.status.reason[0] = 0;
	enum pr_err err = pr_txmgr_store_put(m->kv, &e->rec);
	if (err != PR_OK) {
		e->rec = before;
		return err;
	}
	e->broadcast = false;
	e->capped = false;
	e->bump_ms = m->now_ms;
	tell(m, e);
	return broadcast(m, e);
}

static enum pr_err bump(struct pr_txmgr *m, struct live *e)
{
	const struct pr_txmgr_attempt *previous = &e->rec.attempts[e->rec.status.attempts - 1];
	struct pr_txmgr_attempt next = *previous;
	struct pr_txmgr_body body;
	PR_FORWARD(need_fees(m));
	e->bump_ms = m->now_ms;
	/* At the cap, or replaced often enough: the latest attempt has to do. */
	if (e->rec.status.attempts == PR_TXMGR_ATTEMPTS_MAX || !choose_fees(m, &next, previous)) {
		e->capped = m->fees.base_fee > previous->max_fee;
		return broadcast(m, e);
	}
	PR_FORWARD(pr_txmgr_store_body(m->kv, &body, e->rec.status.id));
	enum pr_err err = send_attempt(m, e, &body, next);
	pr_txmgr_body_free(&body);
	return err;
}

/* Looks for the receipt of any transaction of this intent, latest first. */
static enum pr_err find_receipt(struct pr_txmgr *m, const struct live *e, struct pr_l1_receipt *receipt, bool *found)
{
	*found = false;
	for (uint32_t i = e->rec.status.attempts; i > 0; i--) {
		enum pr_err err = pr_ethrpc_receipt(m->rpc, receipt, e->rec.attempts[i - 1].hash32);
		*found = err == PR_OK;
		if (err != PR_ERR_NOT_FOUND) return err;
	}
	return PR_OK;
}

/* Best effort: why a mined transaction reverted, by calling it again on the state before its block. */
static void explain_revert(struct pr_txmgr *m, struct live *e)
{
	struct pr_txmgr_status *s = &e->rec.status;
	struct pr_txmgr_body body;
	const uint8_t *out;
	size_t out_len;
	snprintf(s->reason, sizeof s->reason, "reverted on chain");
	if (s->block_number == 0 || pr_txmgr_store_body(m->kv, &body, s->id) != PR_OK) return;
	struct pr_ethrpc_msg msg = { m->options.addr20, body.to20, body.value, 0, body.data, body.data_len };
	enum pr_err err = pr_ethrpc_call(m->rpc, &out, &out_len, &msg, pr_l1_number(s->block_number - 1));
	pr_txmgr_body_free(&body);
	const struct pr_ethrpc_error *error = pr_ethrpc_error(m->rpc);
	if (err != PR_ERR_PEER || error->data_len == 0) return;
	char text[PR_TXMGR_REASON_BYTES / 2];
	pr_ethrpc_revert_text(text, sizeof text, error->data, error->data_len);
	snprintf(s->reason, sizeof s->reason, "reverted on chain: %s", text);
	s->revert_len = (uint32_t)(error->data_len < sizeof s->revert ? error->data_len : sizeof s->revert);
	memcpy(s->revert, error->data, s->revert_len);
}

/* A receipt was found: mined here, or done once it is deep enough. */
static enum pr_err take_receipt(struct pr_txmgr *m, struct live *e, const struct pr_l1_receipt *receipt)
{
	struct pr_txmgr_status *s = &e->rec.status;
	bool moved = s->state != PR_TXMGR_MINED || memcmp(e->rec.block_hash32, receipt->block_hash32, 32) != 0;
	s->block_number = receipt->block_number;
	s->gas_used = receipt->gas_used;
	s->gas_price = receipt->gas_price;
	memcpy(s->hash32, receipt->tx_hash32, 32);
	memcpy(e->rec.block_hash32, receipt->block_hash32, 32);
	e->foreign_block = 0;
	bool deep = m->latest_block >= receipt->block_number &&
	            m->latest_block - receipt->block_number >= m->options.confirmations - 1;
	if (!deep) {
		s->state = PR_TXMGR_MINED;
		s->reason[0] = 0;
		return moved ? save(m, e) : PR_OK;
	}
	s->state = receipt->success ? PR_TXMGR_DONE : PR_TXMGR_FAILED;
	s->reason[0] = 0;
	if (!receipt->success) explain_revert(m, e);
	return save(m, e);
}

/* The chain has used the nonce, and not by a transaction of ours.  Another nonce is taken only once that is final for us;
 * until then a reorganisation could still bring ours in. */
static enum pr_err foreign_nonce(struct pr_txmgr *m, struct live *e)
{
	struct pr_txmgr_status *s = &e->rec.status;
	if (e->foreign_block == 0) e->foreign_block = m->latest_block;
	if (m->latest_block < e->foreign_block) e->foreign_block = m->latest_block;
	if (m->latest_block - e->foreign_block < m->options.confirmations) {
		wait_for(m, e, "nonce used by another transaction");
		return PR_OK;
	}
	PR_LOG_WARN("l1-nonce-foreign id=%llu nonce=%llu", (unsigned long long)s->id, (unsigned long long)s->nonce);
	s->state = PR_TXMGR_PENDING;
	s->attempts = 0;
	s->nonce = 0;
	memset(s->hash32, 0, 32);
	e->foreign_block = 0;
	e->broadcast = false;
	e->bump_ms = 0;
	return save(m, e);
}

/* A mined transaction that is not in the chain any more goes back to sent. */
static enum pr_err unmine(struct pr_txmgr *m, struct live *e)
{
	struct pr_txmgr_status *s = &e->rec.status;
	PR_LOG_WARN("l1-reorganised id=%llu block=%llu", (unsigned long long)s->id, (unsigned long long)s->block_number);
	s->state = PR_TXMGR_SENT;
	s->block_number = 0;
	s->gas_used = 0;
	s->gas_price = 0;
	memset(e->rec.block_hash32, 0, 32);
	memcpy(s->hash32, e->rec.attempts[s->attempts - 1].hash32, 32);
	e->broadcast = false;
	e->bump_ms = 0;
	return save(m, e);
}

static enum pr_err track(struct pr_txmgr *m, struct live *e)
{
	struct pr_l1_receipt receipt;
	bool found = false, used = m->latest_nonce > e->rec.status.nonce;
	if (e->rec.status.state == PR_TXMGR_MINED || used) PR_FORWARD(find_receipt(m, e, &receipt, &found));
	if (found) return take_receipt(m, e, &receipt);
	if (e->rec.status.state == PR_TXMGR_MINED) PR_FORWARD(unmine(m, e));
	if (used) return foreign_nonce(m, e);
	e->foreign_block = 0;
	if (!e->broadcast) return broadcast(m, e);
	if (m->now_ms - e->bump_ms >= m->options.bump_after_ms) return bump(m, e);
	if (m->now_ms - e->broadcast_ms >= m->options.rebroadcast_ms) return broadcast(m, e);
	return PR_OK;
}

static enum pr_err fail_unsent(struct pr_txmgr *m, struct live *e, const char *reason)
{
	e->rec.status.state = PR_TXMGR_FAILED;
	set_reason(e, reason);
	return save(m, e);
}

/* The simulation reverted and nothing in flight can change that: the intent is reported instead of paid for. */
static enum pr_err fail_reverted(struct pr_txmgr *m, struct live *e)
{
	const struct pr_ethrpc_error *error = pr_ethrpc_error(m->rpc);
	struct pr_txmgr_status *s = &e->rec.status;
	char text[PR_TXMGR_REASON_BYTES];
	pr_ethrpc_revert_text(text, sizeof text, error->data, error->data_len);
	s->revert_len = (uint32_t)(error->data_len < sizeof s->revert ? error->data_len : sizeof s->revert);
	memcpy(s->revert, error->data, s->revert_len);
	return fail_unsent(m, e, text[0] ? text : error->message);
}

/* Gas for an intent, found by simulating it.  *verdict: PENDING it must wait, SENT it may be sent, FAILED it was failed. */
static enum pr_err simulate(struct pr_txmgr *m, struct live *e, const struct pr_txmgr_body *body, uint32_t in_flight,
                            uint64_t *gas_limit, enum pr_txmgr_state *verdict)
{
	struct pr_ethrpc_msg msg = { m->options.addr20, body->to20, body->value, body->gas_limit, body->data, body->data_len };
	struct pr_l1_at at = pr_l1_at(in_flight > 0 ? PR_L1_PENDING : PR_L1_LATEST);
	struct pr_tx_gas least_gas = pr_tx_gas_of(body->data, body->data_len, false);
	const uint8_t *out;
	size_t out_len;
	uint64_t gas = body->gas_limit;
	enum pr_err err = gas ? pr_ethrpc_call(m->rpc, &out, &out_len, &msg, at) : pr_ethrpc_estimate_gas(m->rpc, &gas, &msg, at);
	*verdict = PR_TXMGR_PENDING;
	if (err == PR_ERR_PEER && pr_ethrpc_error(m->rpc)->code != 0) {
		if (pr_ethrpc_reverted(m->rpc) && in_flight == 0) {
			*verdict = PR_TXMGR_FAILED;
			return fail_reverted(m, e);
		}
		wait_for(m, e, pr_ethrpc_error(m->rpc)->message);
		return PR_OK;
	}
	PR_FORWARD(err);
	if (gas > PR_TX_GAS_MAX) {
		*verdict = PR_TXMGR_FAILED;
		return fail_unsent(m, e, "needs more gas than a transaction may use");
	}
	if (body->gas_limit == 0) {
		if (gas < least_gas.floor) gas = least_gas.floor;
		gas += gas * m->options.gas_margin_percent / 100;
		if (gas > PR_TX_GAS_MAX) gas = PR_TX_GAS_MAX;
	}
	*gas_limit = gas;
	*verdict = PR_TXMGR_SENT;
	return PR_OK;
}

/* The next free nonce: above what the chain has used and above every nonce given out. */
static uint64_t next_nonce(const struct pr_txmgr *m)
{
	uint64_t nonce = m->latest_nonce;
	for (uint32_t i = 0; i < m->live_count; i++) {
		const struct pr_txmgr_status *s = &m->live[i].rec.status;
		if ((s->state == PR_TXMGR_SENT || s->state == PR_TXMGR_MINED) && s->nonce >= nonce) nonce = s->nonce + 1;
	}
	return nonce;
}

/* A nonce is not spent on a transaction the account cannot pay for: no node would take it.  *poor: it cannot. */
static enum pr_err can_pay(struct pr_txmgr *m, pr_u128 value, const struct pr_txmgr_attempt *attempt, bool *poor)
{
	pr_u128 balance;
	PR_FORWARD(pr_ethrpc_balance(m->rpc, &balance, m->options.addr20, pr_l1_at(PR_L1_LATEST)));
	*poor = balance < value || balance - value < attempt->max_fee * attempt->gas_limit;
	return PR_OK;
}

/* Sends a pending intent if it can be sent now; else e->waits. */
static enum pr_err start(struct pr_txmgr *m, struct live *e, uint32_t in_flight)
{
	struct pr_txmgr_attempt attempt = { 0 };
	struct pr_txmgr_body body;
	enum pr_txmgr_state verdict;
	e->waits = true;
	PR_FORWARD(need_fees(m));
	/* What is offered now would not be mined, and the nonce would be bound to it. */
	if (m->fees.base_fee > m->options.max_fee_cap) {
		wait_for(m, e, CAPPED);
		return PR_OK;
	}
	PR_FORWARD(pr_txmgr_store_body(m->kv, &body, e->rec.status.id));
	enum pr_err err = simulate(m, e, &body, in_flight, &attempt.gas_limit, &verdict);
	e->waits = verdict == PR_TXMGR_PENDING;
	if (err == PR_OK && verdict == PR_TXMGR_SENT) {
		PR_CHECK(choose_fees(m, &attempt, NULL));
		err = can_pay(m, body.value, &attempt, &e->waits);
		if (err == PR_OK && e->waits) wait_for(m, e, "insufficient funds");
	}
	if (err == PR_OK && verdict == PR_TXMGR_SENT && !e->waits) {
		e->rec.status.nonce = next_nonce(m);
		err = send_attempt(m, e, &body, attempt);
	}
	pr_txmgr_body_free(&body);
	return err;
}

/* Drops what ended from memory; the store keeps it. */
static void compact(struct pr_txmgr *m)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < m->live_count; i++) {
		if (m->live[i].rec.status.state >= PR_TXMGR_DONE) continue;
		if (kept != i) m->live[kept] = m->live[i];
		kept++;
	}
	m->live_count = kept;
}

static enum pr_err look(struct pr_txmgr *m)
{
	struct pr_l1_block block;
	if (!m->chain_checked) {
		uint64_t chain_id;
		PR_FORWARD(pr_ethrpc_chain_id(m->rpc, &chain_id));
		if (chain_id != m->options.chain_id) return PR_ERR_CONFIG;
		m->chain_checked = true;
	}
	/* The nonce first: a transaction it counts is in a block not above the one read after it. */
	PR_FORWARD(pr_ethrpc_nonce(m->rpc, &m->latest_nonce, m->options.addr20, pr_l1_at(PR_L1_LATEST)));
	PR_FORWARD(pr_ethrpc_block(m->rpc, &block, pr_l1_at(PR_L1_LATEST)));
	m->latest_block = block.number;
	m->have_fees = false;
	return PR_OK;
}

/* An intent of its tag that was submitted before it waits. */
static bool is_behind(const struct pr_txmgr *m, uint32_t i)
{
	for (uint32_t before = 0; before < i; before++)
		if (m->live[before].waits && strcmp(m->live[before].rec.status.tag, m->live[i].rec.status.tag) == 0) return true;
	return false;
}

static enum pr_err run(struct pr_txmgr *m)
{
	uint32_t in_flight = 0;
	PR_FORWARD(look(m));
	for (uint32_t i = 0; i < m->live_count; i++) {
		struct live *e = &m->live[i];
		if (e->rec.status.state == PR_TXMGR_SENT || e->rec.status.state == PR_TXMGR_MINED) PR_FORWARD(track(m, e));
		in_flight += e->rec.status.state == PR_TXMGR_SENT;
	}
	for (uint32_t i = 0; i < m->live_count && in_flight < m->options.in_flight_max; i++) {
		struct live *e = &m->live[i];
		e->waits = false;
		if (e->rec.status.state != PR_TXMGR_PENDING || is_behind(m, i)) continue;
		PR_FORWARD(start(m, e, in_flight));
		in_flight += e->rec.status.state == PR_TXMGR_SENT;
	}
	return PR_OK;
}

enum pr_err pr_txmgr_step(struct pr_txmgr *mgr, uint64_t now_ms)
{
	if (mgr->live_count == 0) return PR_OK;
	mgr->now_ms = now_ms;
	enum pr_err err = run(mgr);
	compact(mgr);
	return err;
}
