#include "sequencer/admit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/crypto/sha256.h"
#include "core/rpc/entry_json.h"
#include "core/rt/metrics.h"
#include "sequencer/store.h"

PR_METRIC_COUNTER(seq_submitted_total, "seq_submitted_total", "Entries submitted.");
PR_METRIC_COUNTER(seq_submit_applied_total, "seq_submit_applied_total", "Entries submitted and applied.");
PR_METRIC_COUNTER(seq_submit_repeated_total, "seq_submit_repeated_total", "Entries that had been applied before.");
PR_METRIC_COUNTER(seq_submit_refused_total, "seq_submit_refused_total", "Entries refused.");

#define NO_SIGNATURE UINT32_MAX

struct candidate {
	struct pr_entry       entry;
	bool                  parsed;
	uint32_t              job_index; /* in the job; NO_SIGNATURE: none was recovered, pr_step looks where it needs one */
	struct pr_entry_wrong wrong;
};

/* One request between parsing and answer.  sig arrays have room for count. */
struct admission {
	struct seq_sigjob   job; /* first: done() gets its address */
	struct seq_admit   *admit;
	struct pr_rpc_call *call;
	uint32_t            count;
	struct candidate   *all;
};

static void admission_free(struct admission *a)
{
	free(a->job.digests);
	free(a->job.sigs);
	free(a->job.signers);
	free(a->all);
	free(a);
}

static struct admission *admission_make(struct seq_admit *admit, struct pr_rpc_call *call, uint32_t count)
{
	struct admission *a = calloc(1, sizeof *a);
	if (!a) return NULL;
	a->admit       = admit;
	a->call        = call;
	a->count       = count;
	a->all         = calloc(count, sizeof *a->all);
	a->job.digests = calloc(count, 32);
	a->job.sigs    = calloc(count, 64);
	a->job.signers = calloc(count, 20);
	if (a->all && a->job.digests && a->job.sigs && a->job.signers) return a;
	admission_free(a);
	return NULL;
}

/* existing: the object that was there first, or 0. */
static void error_write(struct pr_json_out *o, enum pr_rpc_code code, const char *status, const char *field_opt, const char *message, uint32_t existing)
{
	pr_json_out_kv_string(o, "status", status);
	pr_json_out_key(o, "error");
	pr_json_out_open(o, '{');
	pr_json_out_key(o, "code");
	pr_json_out_i64(o, code);
	pr_json_out_kv_string(o, "message", message);
	pr_json_out_key(o, "data");
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "status", status);
	if (field_opt && field_opt[0]) pr_json_out_kv_string(o, "field", field_opt);
	if (existing) pr_json_out_kv_u64(o, "existing", existing);
	pr_json_out_close(o, '}');
	pr_json_out_close(o, '}');
	pr_metric_add(&seq_submit_refused_total, 1);
}

static void receipt_write(struct pr_json_out *o, const struct seq_receipt *receipt, bool repeated)
{
	pr_json_out_kv_string(o, "status", pr_status_names[PR_STATUS_APPLIED]);
	pr_json_out_kv_u64(o, "sequence", receipt->sequence);
	pr_json_out_kv_u64(o, "batch", receipt->batch);
	if (receipt->created) pr_json_out_kv_u64(o, "id", receipt->created);
	if (repeated) pr_json_out_kv_bool(o, "repeated", true);
	pr_metric_add(repeated ? &seq_submit_repeated_total : &seq_submit_applied_total, 1);
}

/* Moving nothing costs its sender nothing and everybody else room in a batch: the sequencer does not take it (the ledger would). */
static bool moves_nothing(struct seq_engine *eng, const struct pr_entry *e)
{
	uint64_t amount;
	if (e->kind != PR_KIND_SETTLE && e->kind != PR_KIND_CLAIM && e->kind != PR_KIND_CLAIM_OWNER) return false;
	return pr_earn_amount(eng->earner, &amount, &eng->state, e) && amount == 0;
}

/* The object that stands in the way of an entry that was refused because it exists; 0 for other refusals. */
static uint32_t existing_of(const struct seq_engine *eng, const struct pr_entry *e, enum pr_status status)
{
	uint8_t  key32[32];
	uint32_t id;
	if (status == PR_STATUS_ASSET_EXISTS) pr_key_asset(key32, e->f[PR_ASSET_REGISTER_CONTENT].bytes);
	else if (status == PR_STATUS_ACCOUNT_EXISTS) pr_key_account(key32, e->f[PR_ACCOUNT_OPEN_TO].bytes);
	else if (status == PR_STATUS_EDGE_EXISTS) pr_key_edge(key32, (uint32_t)e->f[PR_EDGE_ADD_CHILD].num, (uint32_t)e->f[PR_EDGE_ADD_BENEFICIARY].num);
	else return 0;
	return pr_state_find(&eng->state, key32, &id) ? id : 0;
}

/* The signer that the pool found, if what it looked at is still what must be signed: a voucher's digest holds the serial of its stream. */
static const uint8_t *signer_of(const struct admission *a, const struct candidate *c)
{
	struct seq_engine *eng = a->admit->eng;
	uint8_t            digest32[32];
	bool               need;
	if (c->job_index == NO_SIGNATURE) return NULL;
	if (c->entry.kind == PR_KIND_STREAM_VOUCHER &&
	    (pr_step_digest(&eng->view, eng->options.chain->domain32, &c->entry, digest32, &need) != PR_STATUS_APPLIED ||
	     memcmp(digest32, a->job.digests[c->job_index], 32) != 0))
		return NULL;
	return a->job.signers[c->job_index];
}

/* Applies one candidate and writes its outcome.  True if the answer must wait for the log. */
static bool candidate_apply(struct admission *a, struct candidate *c, struct pr_json_out *o)
{
	struct seq_engine *eng = a->admit->eng;
	struct seq_receipt receipt = { 0 };
	uint8_t            wire[PR_WIRE_BYTES_MAX], hash32[32];

	if (!c->parsed) {
		error_write(o, PR_RPC_PARAMS, "malformed", c->wrong.field, c->wrong.message, 0);
		return false;
	}
	pr_sha256(hash32, wire, pr_wire_encode(wire, &c->entry));
	pr_json_out_kv_hex(o, "hash", hash32, 32);
	if (pr_kind_infos[c->entry.kind].place == PR_PLACE_INBOX) {
		error_write(o, PR_RPC_INPUT, "inbox_only", "kind", "entries of this kind come through the inbox on L1 only", 0);
		return false;
	}
	if (eng->halted) {
		error_write(o, PR_RPC_UNAVAILABLE, eng->halted, NULL, "the sequencer has stopped taking entries", 0);
		return false;
	}
	const char    *refusal = "nothing_due";
	enum pr_status refused = PR_STATUS_APPLIED;
	if (!moves_nothing(eng, &c->entry)) {
		refused = seq_submit(eng, &c->entry, signer_of(a, c), &receipt);
		if (refused == PR_STATUS_APPLIED) {
			receipt_write(o, &receipt, false);
			return true;
		}
		refusal = pr_status_names[refused];
	}
	if (seq_store_receipt(eng->store, hash32, &receipt) && receipt.dropped == PR_STATUS_APPLIED) {
		receipt_write(o, &receipt, true);
		return true;
	}
	char message[96];
	(void)snprintf(message, sizeof message, "refused: %s", refusal);
	error_write(o, PR_RPC_INPUT, refusal, NULL, message, existing_of(eng, &c->entry, refused));
	return false;
}

static void on_durable(void *ctx, enum pr_err err)
{
	struct admission *a = ctx;
	if (err == PR_OK) pr_rpc_done(a->call);
	else pr_rpc_fail(a->call, PR_RPC_INTERNAL, "log_failed", NULL, "the entries could not be made durable");
	admission_free(a);
}

static void admission_apply(struct admission *a)
{
	struct pr_json_out *o    = pr_rpc_out(a->call);
	bool                wait = false;
	pr_json_out_open(o, '[');
	for (uint32_t i = 0; i < a->count; i++) {
		pr_json_out_open(o, '{');
		wait |= candidate_apply(a, &a->all[i], o);
		pr_json_out_close(o, '}');
	}
	pr_json_out_close(o, ']');
	if (wait) {
		seq_log_wait(a->admit->eng->log, on_durable, a);
		seq_log_kick(a->admit->eng->log);
		return;
	}
	pr_rpc_done(a->call);
	admission_free(a);
}

static void on_recovered(struct seq_sigjob *job) { admission_apply((struct admission *)job); }

/* Puts the signature of a candidate into the job, unless what the state says makes it pointless now. */
static void signature_prepare(struct admission *a, struct candidate *c)
{
	struct seq_engine *eng = a->admit->eng;
	struct seq_sigjob *job = &a->job;
	bool               need;
	if (pr_kind_infos[c->entry.kind].is_signed) {
		/* A nonce that was used is refused before its signature is looked at. */
		const struct pr_object *from = &pr_state_leaf(&eng->state, (uint32_t)c->entry.f[PR_TRANSFER_FROM].num)->o;
		if (from->type != PR_OBJECT_ACCOUNT || c->entry.f[PR_TRANSFER_NONCE].num < from->u.account.nonce) return;
	}
	/* An object that an earlier entry of the same request makes is not there yet: pr_step will then recover the signer itself. */
	if (pr_step_digest(&eng->view, eng->options.chain->domain32, &c->entry, job->digests[job->count], &need) != PR_STATUS_APPLIED || !need) return;
	memcpy(job->sigs[job->count], c->entry.sig64, 64);
	c->job_index = job->count++;
}

void seq_admit_submit(void *ctx, struct pr_rpc_call *call)
{
	struct seq_admit     *admit = ctx;
	const struct pr_json *doc   = pr_rpc_doc(call);
	uint32_t              at    = pr_rpc_params(call), count = pr_json_count(doc, at);

	if (pr_json_type(doc, at) != PR_JSON_ARRAY || count == 0) {
		pr_rpc_fail_param(call, "params", "an array of entries");
		return;
	}
	if (count > SEQ_SUBMIT_MAX) {
		pr_rpc_fail(call, PR_RPC_LIMIT, "too_many_entries", "params", "at most 256 entries in one call");
		return;
	}
	if (admit->eng->halted) {
		pr_rpc_fail(call, PR_RPC_UNAVAILABLE, admit->eng->halted, NULL, "the sequencer has stopped taking entries");
		return;
	}
	struct admission *a = seq_log_is_full(admit->eng->log) ? NULL : admission_make(admit, call, count);
	if (!a) {
		pr_rpc_fail(call, PR_RPC_LIMIT, "busy", NULL, "the sequencer is behind; try again in a second");
		return;
	}
	pr_metric_add(&seq_submitted_total, count);
	uint32_t element = pr_json_first(doc, at);
	for (uint32_t i = 0; i < count; i++, element = pr_json_next(doc, element)) {
		struct candidate *c = &a->all[i];
		c->job_index = NO_SIGNATURE;
		c->parsed    = pr_entry_from_json(&c->entry, &c->wrong, doc, element, false);
		if (c->parsed) signature_prepare(a, c);
	}
	if (a->job.count == 0) {
		admission_apply(a);
		return;
	}
	a->job.done = on_recovered;
	if (seq_sigpool_put(admit->pool, &a->job)) return;
	pr_rpc_fail(call, PR_RPC_LIMIT, "busy", NULL, "too many signatures are waiting; try again in a second");
	admission_free(a);
}
