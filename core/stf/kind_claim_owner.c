#include "core/stf/kinds.h"

/* Pays an owner what an asset earned while its pool was empty. */
enum pr_status pr_kind_claim_owner(struct pr_apply *a)
{
	struct pr_asset *asset = pr_set_asset(a, pr_arg_id(a, PR_CLAIM_OWNER_ASSET));
	uint32_t         owner = pr_arg_id(a, PR_CLAIM_OWNER_OWNER);

	if (!asset) return PR_STATUS_ASSET;
	if (asset->owner != owner) return PR_STATUS_MISMATCH;
	pr_ledger_credit(pr_set_account(a, owner), pr_ledger_owner_settle(asset));
	return PR_STATUS_APPLIED;
}
