#include "core/stf/kinds.h"

/* A single payment for use: an amount of the payer's choice to an asset, for a scope. */
enum pr_status pr_kind_pay(struct pr_apply *a)
{
	struct pr_account *from   = pr_set_account(a, pr_arg_id(a, PR_PAY_FROM));
	uint64_t           amount = pr_arg(a, PR_PAY_AMOUNT);

	if (amount == 0) return PR_STATUS_AMOUNT_ZERO;
	if (pr_arg(a, PR_PAY_SCOPE) >= PR_SCOPES) return PR_STATUS_ENUM_RANGE;
	struct pr_asset *asset = pr_set_asset(a, pr_arg_id(a, PR_PAY_ASSET));
	if (!asset) return PR_STATUS_ASSET;
	if (asset->status != PR_ASSET_ACTIVE) return PR_STATUS_ASSET_STATUS;
	if (from->balance < amount) return PR_STATUS_BALANCE;
	pr_ledger_debit(from, amount);
	return pr_ledger_earn(pr_set_system(a), asset, amount) ? PR_STATUS_APPLIED : PR_STATUS_OVERFLOW;
}
