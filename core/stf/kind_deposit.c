#include "core/stf/kinds.h"

#include <string.h>

/* Money from L1: credits the account of an address, making it if there is none. */
enum pr_status pr_kind_deposit(struct pr_apply *a)
{
	const uint8_t *to     = pr_arg_bytes(a, PR_DEPOSIT_TO);
	uint64_t       amount = pr_arg(a, PR_DEPOSIT_AMOUNT);
	uint8_t        key32[32];
	uint32_t       id;

	if (amount == 0) return PR_STATUS_AMOUNT_ZERO;
	if (pr_address_is_zero(to)) return PR_STATUS_ADDRESS_ZERO;
	if (!pr_ledger_issue(pr_set_system(a), amount)) return PR_STATUS_SUPPLY;
	pr_key_account(key32, to);
	if (pr_set_find(a, key32, &id)) {
		pr_ledger_credit(pr_set_account(a, id), amount);
		return PR_STATUS_APPLIED;
	}
	struct pr_object *o = pr_set_create(a, PR_OBJECT_ACCOUNT, key32, id, NULL);
	if (!o) return PR_STATUS_STATE_FULL;
	memcpy(o->u.account.addr, to, 20);
	pr_ledger_credit(&o->u.account, amount);
	return PR_STATUS_APPLIED;
}
