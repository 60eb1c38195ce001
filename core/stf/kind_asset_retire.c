#include "core/stf/kinds.h"

/* Ends new use and new children; past earnings, edges on others and claims go on. */
enum pr_status pr_kind_asset_retire(struct pr_apply *a)
{
	struct pr_asset *asset = pr_set_asset(a, pr_arg_id(a, PR_ASSET_RETIRE_ASSET));

	if (!asset) return PR_STATUS_ASSET;
	if (asset->owner != pr_arg_id(a, PR_ASSET_RETIRE_FROM)) return PR_STATUS_OWNER;
	if (asset->status == PR_ASSET_RETIRED) return PR_STATUS_ASSET_STATUS;
	asset->status = PR_ASSET_RETIRED;
	return PR_STATUS_APPLIED;
}
