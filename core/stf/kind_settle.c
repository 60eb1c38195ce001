#include "core/stf/kinds.h"

/* Moves what an edge is owed since it was last settled. */
enum pr_status pr_kind_settle(struct pr_apply *a)
{
	uint32_t        child_id = pr_arg_id(a, PR_SETTLE_CHILD), beneficiary = pr_arg_id(a, PR_SETTLE_BENEFICIARY);
	struct pr_edge *edge     = pr_set_edge(a, pr_arg_id(a, PR_SETTLE_EDGE));

	if (!edge) return PR_STATUS_EDGE;
	if (edge->child != child_id || edge->beneficiary != beneficiary) return PR_STATUS_MISMATCH;
	uint64_t paid = pr_ledger_edge_settle(edge, pr_set_asset(a, child_id));
	return pr_ledger_pay_out(a, beneficiary, paid) ? PR_STATUS_APPLIED : PR_STATUS_OVERFLOW;
}
