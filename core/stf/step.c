#include "core/stf/step.h"

#include <string.h>

#include "core/codec/eip712.h"
#include "core/crypto/sig.h"
#include "core/stf/kinds.h"
#include "core/stf/signed.h"

bool pr_signed_by(const struct pr_apply *a, const uint8_t digest32[32], const uint8_t addr20[20])
{
	uint8_t        recovered20[20];
	const uint8_t *signer20 = a->signer20_opt;

	if (!signer20) {
		if (!pr_sig_recover_var(recovered20, digest32, a->e->sig64)) return false;
		signer20 = recovered20;
	}
	return !pr_address_is_zero(signer20) && memcmp(signer20, addr20, 20) == 0;
}

/* The address of a named id, for the digest: 1 account, 2 asset, 0 neither. */
static int named_address(void *ctx, uint32_t id, uint8_t addr20[20])
{
	const struct pr_leaf *leaf = pr_set_leaf(ctx, id);
	if (leaf->o.type == PR_OBJECT_ACCOUNT) {
		memcpy(addr20, leaf->o.u.account.addr, 20);
		return 1;
	}
	return leaf->o.type == PR_OBJECT_ASSET ? 2 : 0;
}

/* Named accounts and parties, where no digest is made: that judges them in the same order. */
static enum pr_status named_check(struct pr_apply *a, const struct pr_kind_info *info)
{
	uint8_t addr20[20];
	for (unsigned i = 0; i < info->field_count; i++) {
		enum pr_field_type type = info->fields[i].type;
		if (type != PR_FIELD_ACCT && type != PR_FIELD_PARTY) continue;
		int found = named_address(a, pr_arg_id(a, i), addr20);
		if (type == PR_FIELD_ACCT && found != 1) return PR_STATUS_RECIPIENT;
		if (type == PR_FIELD_PARTY && found == 0) return PR_STATUS_BENEFICIARY;
	}
	return PR_STATUS_APPLIED;
}

/* Position of from, nonce and deadline in every signed kind (tools/gen.mjs puts them first). */
#define SIGNED_FROM 0
#define SIGNED_NONCE 1
#define SIGNED_DEADLINE 2
PR_STATIC_ASSERT((int)PR_TRANSFER_FROM == SIGNED_FROM && (int)PR_TRANSFER_NONCE == SIGNED_NONCE &&
                         (int)PR_TRANSFER_DEADLINE == SIGNED_DEADLINE,
                 "signed header");

static enum pr_status signed_check(struct pr_apply *a)
{
	const struct pr_account *from = pr_set_account(a, pr_arg_id(a, SIGNED_FROM));
	uint64_t                 deadline = pr_arg(a, SIGNED_DEADLINE);
	uint8_t                  digest32[32] = { 0 };

	if (!from) return PR_STATUS_SENDER;
	if (deadline != 0 && deadline < a->ctx->time) return PR_STATUS_EXPIRED;
	if (pr_arg(a, SIGNED_NONCE) != from->nonce) return PR_STATUS_NONCE;
	enum pr_status status = a->signer20_opt ? named_check(a, pr_kind_info(a->e->kind)) : pr_eip712_digest(digest32, a->ctx->domain32, a->e, named_address, a);
	if (status != PR_STATUS_APPLIED) return status;
	return pr_signed_by(a, digest32, from->addr) ? PR_STATUS_APPLIED : PR_STATUS_SIGNATURE;
}

static void apply_init(struct pr_apply *a, const struct pr_view *view, const struct pr_step_ctx *ctx, const struct pr_entry *e)
{
	a->view         = view;
	a->ctx          = ctx;
	a->e            = e;
	a->signer20_opt = NULL;
	a->count        = 0;
}

enum pr_status pr_step(const struct pr_view *view, const struct pr_step_ctx *ctx, const struct pr_entry *e, const uint8_t *signer20_opt)
{
	const struct pr_kind_info *info = pr_kind_info(e->kind);
	struct pr_apply            a;

	PR_CHECK(info && pr_kind_fns[e->kind]);
	apply_init(&a, view, ctx, e);
	a.signer20_opt = signer20_opt;
	enum pr_status status = info->is_signed ? signed_check(&a) : named_check(&a, info);
	if (status != PR_STATUS_APPLIED) return status;
	status = pr_kind_fns[e->kind](&a);
	if (status != PR_STATUS_APPLIED) return status;
	if (info->is_signed) {
		struct pr_account *from = pr_set_account(&a, pr_arg_id(&a, SIGNED_FROM));
		PR_CHECK(from && from->nonce < UINT64_MAX);
		from->nonce++;
	}
	pr_set_commit(&a);
	return PR_STATUS_APPLIED;
}

enum pr_status pr_step_digest(const struct pr_view *view, const uint8_t domain32[32], const struct pr_entry *e, uint8_t digest32[32],
                              bool *need_sig)
{
	const struct pr_kind_info *info = pr_kind_info(e->kind);
	struct pr_apply            a;

	PR_CHECK(info);
	apply_init(&a, view, NULL, e);
	*need_sig = info->is_signed || e->kind == PR_KIND_STREAM_VOUCHER;
	if (info->is_signed) return pr_eip712_digest(digest32, domain32, e, named_address, &a);
	if (e->kind != PR_KIND_STREAM_VOUCHER) return PR_STATUS_APPLIED;
	uint32_t                 stream_id = pr_arg_id(&a, PR_STREAM_VOUCHER_STREAM);
	const struct pr_stream  *stream    = pr_set_stream(&a, stream_id);
	const struct pr_account *payer     = pr_set_account(&a, pr_arg_id(&a, PR_STREAM_VOUCHER_PAYER));
	if (!payer) return PR_STATUS_RECIPIENT;
	if (!stream) return PR_STATUS_STREAM;
	pr_eip712_voucher_digest(digest32, domain32, payer->addr, stream_id, stream->serial, pr_arg(&a, PR_STREAM_VOUCHER_CUMULATIVE));
	return PR_STATUS_APPLIED;
}
