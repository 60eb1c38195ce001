#include "core/stf/kinds.h"

/* Carries the next absolute ancestor of a parent down to the child, once per ancestor however many parents lead to it. */
enum pr_status pr_kind_edge_inherit(struct pr_apply *a)
{
	uint32_t         child_id = pr_arg_id(a, PR_EDGE_INHERIT_CHILD);
	struct pr_asset *child    = pr_set_asset(a, child_id);
	struct pr_edge  *to_parent   = pr_set_edge(a, pr_arg_id(a, PR_EDGE_INHERIT_PARENT_EDGE));
	struct pr_edge  *to_ancestor = pr_set_edge(a, pr_arg_id(a, PR_EDGE_INHERIT_ANCESTOR_EDGE));
	uint8_t          key32[32];
	uint32_t         pred;

	if (!child) return PR_STATUS_ASSET;
	if (child->status != PR_ASSET_DRAFT) return PR_STATUS_ASSET_STATUS;
	if (!to_parent || !to_ancestor) return PR_STATUS_EDGE;
	if (to_parent->child != child_id || to_ancestor->child != to_parent->beneficiary) return PR_STATUS_MISMATCH;
	if (to_parent->inherited == to_parent->inherit_all || to_ancestor->ordinal != to_parent->inherited) return PR_STATUS_INHERIT;
	pr_key_edge(key32, child_id, to_ancestor->beneficiary);
	if (!pr_set_find(a, key32, &pred)) {
		if ((uint64_t)child->rel_ppm + child->abs_ppm + to_ancestor->ppm > pr_set_system(a)->edges_ppm_max) return PR_STATUS_RATE_SUM;
		if (child->abs_count == PR_COUNT16_MAX) return PR_STATUS_OVERFLOW;
		struct pr_object *o = pr_set_create(a, PR_OBJECT_EDGE, key32, pred, NULL);
		if (!o) return PR_STATUS_STATE_FULL;
		struct pr_edge *edge = &o->u.edge;
		edge->child       = child_id;
		edge->beneficiary = to_ancestor->beneficiary;
		edge->mode        = PR_MODE_ABSOLUTE;
		edge->ppm         = to_ancestor->ppm;
		edge->ordinal     = child->abs_count++;
		edge->settled_rev = child->direct_rev;
		child->abs_ppm += to_ancestor->ppm;
	}
	to_parent->inherited++;
	if (to_parent->inherited == to_parent->inherit_all) child->parents_open--;
	return PR_STATUS_APPLIED;
}
