#include "core/stf/kinds.h"

/* Moves units between holders; both are first paid what their units have earned. */
enum pr_status pr_kind_share_transfer(struct pr_apply *a)
{
	uint32_t from = pr_arg_id(a, PR_SHARE_TRANSFER_FROM), to = pr_arg_id(a, PR_SHARE_TRANSFER_TO);
	uint32_t asset_id = pr_arg_id(a, PR_SHARE_TRANSFER_ASSET);
	uint64_t units    = pr_arg(a, PR_SHARE_TRANSFER_UNITS);
	uint8_t  key32[32];
	uint32_t id;

	if (units == 0 || units > UINT32_MAX) return PR_STATUS_UNITS_RANGE;
	struct pr_asset *asset = pr_set_asset(a, asset_id);
	if (!asset) return PR_STATUS_ASSET;
	if (to == asset_id) return PR_STATUS_EDGE_SELF;
	pr_key_share(key32, asset_id, from);
	if (!pr_set_find(a, key32, &id)) return PR_STATUS_SHARE;
	struct pr_share *source = pr_set_share(a, id);
	if (source->units < units) return PR_STATUS_UNITS_SHORT;
	pr_key_share(key32, asset_id, to);
	struct pr_share *target;
	if (pr_set_find(a, key32, &id)) {
		target = pr_set_share(a, id);
	} else {
		struct pr_object *o = pr_set_create(a, PR_OBJECT_SHARE, key32, id, NULL);
		if (!o) return PR_STATUS_STATE_FULL;
		target = &o->u.share;
		target->asset      = asset_id;
		target->holder     = to;
		target->checkpoint = asset->acc;
		target->carry      = PR_NEW_SHARE_CARRY;
	}
	if (!pr_ledger_pay_out(a, from, pr_ledger_share_settle(source, asset))) return PR_STATUS_OVERFLOW;
	if (!pr_ledger_pay_out(a, to, pr_ledger_share_settle(target, asset))) return PR_STATUS_OVERFLOW;
	source->units -= (uint32_t)units;
	target->units += (uint32_t)units;
	return PR_STATUS_APPLIED;
}
