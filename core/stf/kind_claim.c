#include "core/stf/kinds.h"

/* Pays a share what it has earned. */
enum pr_status pr_kind_claim(struct pr_apply *a)
{
	uint32_t         asset_id = pr_arg_id(a, PR_CLAIM_ASSET), holder = pr_arg_id(a, PR_CLAIM_HOLDER);
	struct pr_share *share    = pr_set_share(a, pr_arg_id(a, PR_CLAIM_SHARE));

	if (!share) return PR_STATUS_SHARE;
	if (share->asset != asset_id || share->holder != holder) return PR_STATUS_MISMATCH;
	uint64_t paid = pr_ledger_share_settle(share, pr_set_asset(a, asset_id));
	return pr_ledger_pay_out(a, holder, paid) ? PR_STATUS_APPLIED : PR_STATUS_OVERFLOW;
}
