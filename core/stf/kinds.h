/* The closed table of entry kinds: one function per kind, each in its own kind_X.c.
 *
 * A function finds the checks of docs/spec/entries.md section 2 done (sender, deadline, nonce, named accounts and parties, signature) and judges the
 * rest.  It works on copies: whatever it returns but PR_STATUS_APPLIED leaves the state as it was. */
#ifndef PR_STF_KINDS_H
#define PR_STF_KINDS_H

#include "core/stf/ledger.h"

/* Counters of 16 bits stop one short of the value that stands for "no ordinal". */
#define PR_COUNT16_MAX 65534u
#define PR_ORDINAL_NONE 65535u

static inline bool pr_address_is_zero(const uint8_t addr20[20])
{
	uint8_t any = 0;
	for (unsigned i = 0; i < 20; i++) any |= addr20[i];
	return any == 0;
}

typedef enum pr_status pr_kind_fn(struct pr_apply *a);

extern pr_kind_fn *const pr_kind_fns[PR_KIND_COUNT]; /* [0] is NULL */

pr_kind_fn pr_kind_deposit, pr_kind_transfer, pr_kind_account_open, pr_kind_withdraw, pr_kind_asset_register, pr_kind_edge_add,
	pr_kind_edge_inherit, pr_kind_asset_open, pr_kind_asset_price, pr_kind_asset_retire, pr_kind_share_issue, pr_kind_share_transfer,
	pr_kind_pay, pr_kind_stream_open, pr_kind_stream_topup, pr_kind_stream_tick, pr_kind_stream_voucher, pr_kind_stream_close,
	pr_kind_settle, pr_kind_claim, pr_kind_claim_owner, pr_kind_param;

#endif
