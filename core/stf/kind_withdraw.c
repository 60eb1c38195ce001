#include "core/stf/kinds.h"

#include <string.h>

/* Takes money out of the ledger into a withdrawal object, whose id is the nullifier on L1. */
enum pr_status pr_kind_withdraw(struct pr_apply *a)
{
	struct pr_system  *sys    = pr_set_system(a);
	struct pr_account *from   = pr_set_account(a, pr_arg_id(a, PR_WITHDRAW_FROM));
	const uint8_t     *to     = pr_arg_bytes(a, PR_WITHDRAW_TO);
	uint64_t           amount = pr_arg(a, PR_WITHDRAW_AMOUNT);

	if (amount == 0) return PR_STATUS_AMOUNT_ZERO;
	if (pr_address_is_zero(to)) return PR_STATUS_ADDRESS_ZERO;
	if (amount % sys->withdraw_multiple != 0) return PR_STATUS_WITHDRAW_MULTIPLE;
	if (from->balance < amount) return PR_STATUS_BALANCE;
	struct pr_object *o = pr_set_create(a, PR_OBJECT_WITHDRAWAL, NULL, 0, NULL);
	if (!o) return PR_STATUS_STATE_FULL;
	memcpy(o->u.withdrawal.to, to, 20);
	o->u.withdrawal.amount = amount;
	pr_ledger_debit(from, amount);
	pr_ledger_retire(sys, amount);
	return PR_STATUS_APPLIED;
}
