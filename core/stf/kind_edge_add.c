#include "core/stf/kinds.h"

/* Gives a parent asset or an account a rate of a draft's revenue.  A parent's own absolute ancestors must then be inherited before the draft opens. */
enum pr_status pr_kind_edge_add(struct pr_apply *a)
{
	uint32_t         from = pr_arg_id(a, PR_EDGE_ADD_FROM), child_id = pr_arg_id(a, PR_EDGE_ADD_CHILD);
	uint32_t         beneficiary = pr_arg_id(a, PR_EDGE_ADD_BENEFICIARY);
	uint64_t         mode = pr_arg(a, PR_EDGE_ADD_MODE), ppm = pr_arg(a, PR_EDGE_ADD_PPM);
	struct pr_system *sys   = pr_set_system(a);
	struct pr_asset *child  = pr_set_asset(a, child_id);
	struct pr_asset *parent = pr_set_asset(a, beneficiary);
	uint8_t          key32[32];
	uint32_t         pred;

	if (!child) return PR_STATUS_ASSET;
	if (child->owner != from) return PR_STATUS_OWNER;
	if (child->status != PR_ASSET_DRAFT) return PR_STATUS_ASSET_STATUS;
	if (child_id == beneficiary) return PR_STATUS_EDGE_SELF;
	if (parent) {
		if (parent->status != PR_ASSET_ACTIVE) return PR_STATUS_PARENT_STATUS;
		if (mode != parent->ask_mode || ppm != parent->ask_ppm) return PR_STATUS_RATE_RANGE;
	} else {
		if (mode != PR_MODE_RELATIVE && mode != PR_MODE_ABSOLUTE) return PR_STATUS_ENUM_RANGE;
		if (ppm == 0 || ppm > sys->edge_ppm_max) return PR_STATUS_RATE_RANGE;
	}
	if ((uint64_t)child->rel_ppm + child->abs_ppm + ppm > sys->edges_ppm_max) return PR_STATUS_RATE_SUM;
	if (child->abs_count == PR_COUNT16_MAX || child->parents_open == PR_COUNT16_MAX) return PR_STATUS_OVERFLOW;
	pr_key_edge(key32, child_id, beneficiary);
	if (pr_set_find(a, key32, &pred)) return PR_STATUS_EDGE_EXISTS;
	struct pr_object *o = pr_set_create(a, PR_OBJECT_EDGE, key32, pred, NULL);
	if (!o) return PR_STATUS_STATE_FULL;
	struct pr_edge *edge = &o->u.edge;
	edge->child       = child_id;
	edge->beneficiary = beneficiary;
	edge->mode        = (uint8_t)mode;
	edge->ppm         = (uint32_t)ppm;
	edge->ordinal     = PR_ORDINAL_NONE;
	if (mode == PR_MODE_RELATIVE) {
		edge->settled_rev = child->total_rev;
		child->rel_ppm += (uint32_t)ppm;
	} else if (mode == PR_MODE_ABSOLUTE) {
		edge->settled_rev = child->direct_rev;
		child->abs_ppm += (uint32_t)ppm;
		if (parent) edge->ordinal = child->abs_count++;
	}
	if (parent && parent->abs_count > 0) {
		edge->inherit_all = parent->abs_count;
		child->parents_open++;
	}
	return PR_STATUS_APPLIED;
}
