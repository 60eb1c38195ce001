#include "core/stf/kinds.h"

#include "core/codec/eip712.h"
#include "core/stf/signed.h"

/* Takes what a payer's cumulative voucher promises beyond what was taken before. */
enum pr_status pr_kind_stream_voucher(struct pr_apply *a)
{
	uint32_t          stream_id = pr_arg_id(a, PR_STREAM_VOUCHER_STREAM), asset_id = pr_arg_id(a, PR_STREAM_VOUCHER_ASSET);
	uint32_t          payer_id  = pr_arg_id(a, PR_STREAM_VOUCHER_PAYER);
	uint64_t          cumulative = pr_arg(a, PR_STREAM_VOUCHER_CUMULATIVE);
	struct pr_stream *stream     = pr_set_stream(a, stream_id);
	uint8_t           digest32[32];

	if (!stream) return PR_STATUS_STREAM;
	if (stream->kind != PR_STREAM_VOUCHER) return PR_STATUS_STREAM_KIND;
	if (stream->asset != asset_id || stream->payer != payer_id) return PR_STATUS_MISMATCH;
	if (stream->expiry < a->ctx->time) return PR_STATUS_STREAM_EXPIRED;
	struct pr_asset *asset = pr_set_asset(a, asset_id);
	if (asset->status != PR_ASSET_ACTIVE) return PR_STATUS_ASSET_STATUS;
	if (cumulative <= stream->used) return PR_STATUS_VOUCHER_OLD;
	uint64_t amount = cumulative - stream->used;
	if (amount > stream->escrow) return PR_STATUS_ESCROW;
	const struct pr_account *payer = pr_set_account(a, payer_id);
	pr_eip712_voucher_digest(digest32, a->ctx->domain32, payer->addr, stream_id, stream->serial, cumulative);
	if (!pr_signed_by(a, digest32, payer->addr)) return PR_STATUS_SIGNATURE;
	pr_ledger_escrow_take(stream, amount);
	stream->used = cumulative;
	return pr_ledger_earn(pr_set_system(a), asset, amount) ? PR_STATUS_APPLIED : PR_STATUS_OVERFLOW;
}
