#include "core/stf/kinds.h"

/* Opens a draft for use and for children, once it carries all it must. */
enum pr_status pr_kind_asset_open(struct pr_apply *a)
{
	struct pr_asset *asset = pr_set_asset(a, pr_arg_id(a, PR_ASSET_OPEN_ASSET));

	if (!asset) return PR_STATUS_ASSET;
	if (asset->owner != pr_arg_id(a, PR_ASSET_OPEN_FROM)) return PR_STATUS_OWNER;
	if (asset->status != PR_ASSET_DRAFT) return PR_STATUS_ASSET_STATUS;
	if (asset->parents_open != 0) return PR_STATUS_PARENTS_OPEN;
	asset->status = PR_ASSET_ACTIVE;
	return PR_STATUS_APPLIED;
}
