#include "core/stf/kinds.h"

/* Adds to a stream's escrow or to its life, or both. */
enum pr_status pr_kind_stream_topup(struct pr_apply *a)
{
	uint32_t          from   = pr_arg_id(a, PR_STREAM_TOPUP_FROM);
	struct pr_stream *stream = pr_set_stream(a, pr_arg_id(a, PR_STREAM_TOPUP_STREAM));
	uint64_t          amount = pr_arg(a, PR_STREAM_TOPUP_AMOUNT), expiry = pr_arg(a, PR_STREAM_TOPUP_EXPIRY);

	if (!stream || stream->serial != pr_arg(a, PR_STREAM_TOPUP_SERIAL) || stream->payer != from) return PR_STATUS_STREAM;
	if (expiry < stream->expiry) return PR_STATUS_EXPIRY_RANGE;
	if (amount == 0 && expiry == stream->expiry) return PR_STATUS_AMOUNT_ZERO;
	if (stream->expiry < a->ctx->time) return PR_STATUS_STREAM_EXPIRED;
	struct pr_account *payer = pr_set_account(a, from);
	if (payer->balance < amount) return PR_STATUS_BALANCE;
	pr_ledger_debit(payer, amount);
	pr_ledger_escrow_add(stream, amount);
	stream->expiry = expiry;
	return PR_STATUS_APPLIED;
}
