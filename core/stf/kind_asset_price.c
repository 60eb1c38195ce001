#include "core/stf/kinds.h"

/* Sets the price of a scope for streams opened from now on. */
enum pr_status pr_kind_asset_price(struct pr_apply *a)
{
	uint64_t scope = pr_arg(a, PR_ASSET_PRICE_SCOPE), price = pr_arg(a, PR_ASSET_PRICE_PRICE);

	if (scope >= PR_SCOPES) return PR_STATUS_ENUM_RANGE;
	struct pr_asset *asset = pr_set_asset(a, pr_arg_id(a, PR_ASSET_PRICE_ASSET));
	if (!asset) return PR_STATUS_ASSET;
	if (asset->owner != pr_arg_id(a, PR_ASSET_PRICE_FROM)) return PR_STATUS_OWNER;
	if (asset->status == PR_ASSET_RETIRED) return PR_STATUS_ASSET_STATUS;
	uint64_t *const prices[PR_SCOPES] = { &asset->price0, &asset->price1, &asset->price2, &asset->price3 };
	*prices[scope] = price;
	return PR_STATUS_APPLIED;
}
