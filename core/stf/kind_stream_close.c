#include "core/stf/kinds.h"

/* Ends a stream and gives the rest of its escrow back: by the payee at any time, by the payer after expiry and grace. */
enum pr_status pr_kind_stream_close(struct pr_apply *a)
{
	uint32_t          from = pr_arg_id(a, PR_STREAM_CLOSE_FROM), stream_id = pr_arg_id(a, PR_STREAM_CLOSE_STREAM);
	uint32_t          asset_id = pr_arg_id(a, PR_STREAM_CLOSE_ASSET), payer_id = pr_arg_id(a, PR_STREAM_CLOSE_PAYER);
	struct pr_stream *stream = pr_set_stream(a, stream_id);

	if (!stream || stream->serial != pr_arg(a, PR_STREAM_CLOSE_SERIAL)) return PR_STATUS_STREAM;
	if (stream->asset != asset_id || stream->payer != payer_id) return PR_STATUS_MISMATCH;
	if (pr_set_asset(a, asset_id)->owner != from) {
		if (from != payer_id) return PR_STATUS_OWNER;
		if (a->ctx->time < (pr_u128)stream->expiry + pr_set_system(a)->stream_grace_s) return PR_STATUS_NOT_YET;
	}
	uint64_t rest = stream->escrow;
	pr_ledger_escrow_take(stream, rest);
	pr_ledger_credit(pr_set_account(a, payer_id), rest);
	pr_set_release(a, stream_id);
	return PR_STATUS_APPLIED;
}
