#include "core/stf/kinds.h"

/* Adds units of an asset's pool to a holder, who is first paid what the units held so far have earned. */
enum pr_status pr_kind_share_issue(struct pr_apply *a)
{
	uint32_t asset_id = pr_arg_id(a, PR_SHARE_ISSUE_ASSET), holder = pr_arg_id(a, PR_SHARE_ISSUE_HOLDER);
	uint64_t units    = pr_arg(a, PR_SHARE_ISSUE_UNITS);
	uint8_t  key32[32];
	uint32_t id;

	if (units == 0 || units > UINT32_MAX) return PR_STATUS_UNITS_RANGE;
	struct pr_asset *asset = pr_set_asset(a, asset_id);
	if (!asset) return PR_STATUS_ASSET;
	if (asset->owner != pr_arg_id(a, PR_SHARE_ISSUE_FROM)) return PR_STATUS_OWNER;
	if (asset->status == PR_ASSET_RETIRED) return PR_STATUS_ASSET_STATUS;
	if (holder == asset_id) return PR_STATUS_EDGE_SELF;
	if (asset->units + units > UINT32_MAX) return PR_STATUS_UNITS_RANGE;
	pr_key_share(key32, asset_id, holder);
	struct pr_share *share;
	if (pr_set_find(a, key32, &id)) {
		share = pr_set_share(a, id);
		if (!pr_ledger_pay_out(a, holder, pr_ledger_share_settle(share, asset))) return PR_STATUS_OVERFLOW;
	} else {
		struct pr_object *o = pr_set_create(a, PR_OBJECT_SHARE, key32, id, NULL);
		if (!o) return PR_STATUS_STATE_FULL;
		share = &o->u.share;
		share->asset      = asset_id;
		share->holder     = holder;
		share->checkpoint = asset->acc;
		share->carry      = PR_NEW_SHARE_CARRY;
	}
	share->units += (uint32_t)units;
	asset->units += (uint32_t)units;
	return PR_STATUS_APPLIED;
}
