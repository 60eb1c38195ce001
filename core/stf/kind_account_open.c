#include "core/stf/kinds.h"

#include <string.h>

/* Makes the account of an address that has none, with a first amount from the sender. */
enum pr_status pr_kind_account_open(struct pr_apply *a)
{
	struct pr_account *from   = pr_set_account(a, pr_arg_id(a, PR_ACCOUNT_OPEN_FROM));
	const uint8_t     *to     = pr_arg_bytes(a, PR_ACCOUNT_OPEN_TO);
	uint64_t           amount = pr_arg(a, PR_ACCOUNT_OPEN_AMOUNT);
	uint8_t            key32[32];
	uint32_t           pred;

	if (pr_address_is_zero(to)) return PR_STATUS_ADDRESS_ZERO;
	if (from->balance < amount) return PR_STATUS_BALANCE;
	pr_key_account(key32, to);
	if (pr_set_find(a, key32, &pred)) return PR_STATUS_ACCOUNT_EXISTS;
	struct pr_object *o = pr_set_create(a, PR_OBJECT_ACCOUNT, key32, pred, NULL);
	if (!o) return PR_STATUS_STATE_FULL;
	memcpy(o->u.account.addr, to, 20);
	pr_ledger_debit(from, amount);
	pr_ledger_credit(&o->u.account, amount);
	return PR_STATUS_APPLIED;
}
