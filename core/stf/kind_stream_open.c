#include "core/stf/kinds.h"

#include <string.h>

static const uint8_t zero32[32];

/* Locks an escrow that preimages or vouchers will release; the price is fixed from here on. */
enum pr_status pr_kind_stream_open(struct pr_apply *a)
{
	uint64_t scope = pr_arg(a, PR_STREAM_OPEN_SCOPE), kind = pr_arg(a, PR_STREAM_OPEN_KIND), price = pr_arg(a, PR_STREAM_OPEN_PRICE);
	uint64_t escrow = pr_arg(a, PR_STREAM_OPEN_ESCROW), expiry = pr_arg(a, PR_STREAM_OPEN_EXPIRY);
	const uint8_t *tip = pr_arg_bytes(a, PR_STREAM_OPEN_TIP);

	if (scope >= PR_SCOPES || (kind != PR_STREAM_CHAIN && kind != PR_STREAM_VOUCHER)) return PR_STATUS_ENUM_RANGE;
	if (escrow == 0) return PR_STATUS_AMOUNT_ZERO;
	if (expiry <= a->ctx->time) return PR_STATUS_EXPIRY_RANGE;
	const struct pr_asset *asset = pr_set_asset(a, pr_arg_id(a, PR_STREAM_OPEN_ASSET));
	if (!asset) return PR_STATUS_ASSET;
	if (asset->status != PR_ASSET_ACTIVE) return PR_STATUS_ASSET_STATUS;
	const uint64_t prices[PR_SCOPES] = { asset->price0, asset->price1, asset->price2, asset->price3 };
	if (kind == PR_STREAM_CHAIN ? price == 0 || price != prices[scope] : price != 0 || memcmp(tip, zero32, 32) != 0) return PR_STATUS_PRICE;
	struct pr_account *from = pr_set_account(a, pr_arg_id(a, PR_STREAM_OPEN_FROM));
	if (from->balance < escrow) return PR_STATUS_BALANCE;
	struct pr_object *o = pr_set_create(a, PR_OBJECT_STREAM, NULL, 0, NULL);
	if (!o) return PR_STATUS_STATE_FULL;
	struct pr_stream *stream = &o->u.stream;
	stream->payer  = pr_arg_id(a, PR_STREAM_OPEN_FROM);
	stream->asset  = pr_arg_id(a, PR_STREAM_OPEN_ASSET);
	stream->scope  = (uint8_t)scope;
	stream->kind   = (uint8_t)kind;
	stream->price  = price;
	stream->expiry = expiry;
	stream->serial = pr_arg(a, PR_STREAM_OPEN_NONCE);
	memcpy(stream->tip, tip, 32);
	pr_ledger_debit(from, escrow);
	pr_ledger_escrow_add(stream, escrow);
	return PR_STATUS_APPLIED;
}
