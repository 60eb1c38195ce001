#include "core/stf/kinds.h"

/* Moves an amount from one account to another (or to itself). */
enum pr_status pr_kind_transfer(struct pr_apply *a)
{
	struct pr_account *from   = pr_set_account(a, pr_arg_id(a, PR_TRANSFER_FROM));
	struct pr_account *to     = pr_set_account(a, pr_arg_id(a, PR_TRANSFER_TO));
	uint64_t           amount = pr_arg(a, PR_TRANSFER_AMOUNT);

	if (amount == 0) return PR_STATUS_AMOUNT_ZERO;
	if (from->balance < amount) return PR_STATUS_BALANCE;
	pr_ledger_debit(from, amount);
	pr_ledger_credit(to, amount);
	return PR_STATUS_APPLIED;
}
