#include "core/stf/kinds.h"

#include <string.h>

#include "core/crypto/sha256.h"

/* Takes count units from a hash-chain stream: the preimage must lead to the tip in count links (PayWord: Rivest and Shamir, 1996). */
enum pr_status pr_kind_stream_tick(struct pr_apply *a)
{
	uint32_t          asset_id = pr_arg_id(a, PR_STREAM_TICK_ASSET);
	uint64_t          count    = pr_arg(a, PR_STREAM_TICK_COUNT);
	struct pr_stream *stream   = pr_set_stream(a, pr_arg_id(a, PR_STREAM_TICK_STREAM));
	uint8_t           tip32[32];

	if (count == 0 || count > (a->ctx->inbox ? PR_INBOX_LINKS_MAX : PR_CHUNK_LINKS_MAX)) return PR_STATUS_COUNT_RANGE;
	if (!stream) return PR_STATUS_STREAM;
	if (stream->kind != PR_STREAM_CHAIN) return PR_STATUS_STREAM_KIND;
	if (stream->asset != asset_id) return PR_STATUS_MISMATCH;
	if (stream->expiry < a->ctx->time) return PR_STATUS_STREAM_EXPIRED;
	struct pr_asset *asset = pr_set_asset(a, asset_id);
	if (asset->status != PR_ASSET_ACTIVE) return PR_STATUS_ASSET_STATUS;
	pr_u128 amount = (pr_u128)count * stream->price;
	if (amount > stream->escrow) return PR_STATUS_ESCROW;
	if (count > UINT64_MAX - stream->used) return PR_STATUS_OVERFLOW;
	pr_sha256_chain(tip32, pr_arg_bytes(a, PR_STREAM_TICK_PREIMAGE), count);
	if (memcmp(tip32, stream->tip, 32) != 0) return PR_STATUS_LINK;
	pr_ledger_escrow_take(stream, (uint64_t)amount);
	stream->used += count;
	memcpy(stream->tip, pr_arg_bytes(a, PR_STREAM_TICK_PREIMAGE), 32);
	return pr_ledger_earn(pr_set_system(a), asset, (uint64_t)amount) ? PR_STATUS_APPLIED : PR_STATUS_OVERFLOW;
}
