#include "core/tree/state.h"

static uint64_t saturated(pr_u128 x) { return x > UINT64_MAX ? UINT64_MAX : (uint64_t)x; }

bool pr_state_conserved(const struct pr_state *s, struct pr_state_sums *sums_opt)
{
	struct pr_state_sums sums     = { 0 };
	pr_u128              balances = 0, escrows = 0, held = 0;

	for (uint32_t id = 0; id < s->used; id++) {
		const struct pr_object *o = &s->leaves[id].o;
		switch ((enum pr_object_type)o->type) {
		case PR_OBJECT_SYSTEM:
			sums.supply = o->u.system.supply;
			sums.fees   = o->u.system.fees;
			break;
		case PR_OBJECT_ACCOUNT:
			sums.accounts++;
			balances += o->u.account.balance;
			break;
		case PR_OBJECT_ASSET:
			sums.assets++;
			held += o->u.asset.held;
			break;
		case PR_OBJECT_EDGE: sums.edges++; break;
		case PR_OBJECT_SHARE: sums.shares++; break;
		case PR_OBJECT_STREAM:
			sums.streams++;
			escrows += o->u.stream.escrow;
			break;
		case PR_OBJECT_WITHDRAWAL: sums.withdrawals++; break;
		case PR_OBJECT_EMPTY:
		case PR_OBJECT_FREE:
		case PR_OBJECT_COUNT: break;
		}
	}
	sums.balances = saturated(balances);
	sums.escrows  = saturated(escrows);
	sums.held     = saturated(held);
	if (sums_opt) *sums_opt = sums;
	return balances + escrows + held + sums.fees == sums.supply;
}
