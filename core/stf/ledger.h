/* Where money moves (docs/spec/state.md sections 4 and 5).
 *
 * No other file adds to or takes from a balance, an escrow, a pool or the supply.  Every function leaves balances + escrows + held + fees - supply as
 * it was, except credit, debit, escrow_add and escrow_take, which are used in pairs, and issue and retire, which move supply. */
#ifndef PR_STF_LEDGER_H
#define PR_STF_LEDGER_H

#include "core/stf/set.h"

/* amount <= balance must have been checked; a sum over 2^64-1 is impossible because every balance is part of the supply. */
void pr_ledger_debit(struct pr_account *from, uint64_t amount);
void pr_ledger_credit(struct pr_account *to, uint64_t amount);

/* New money from L1, money leaving to L1.  issue: false if the supply would pass 2^64-1 (nothing changed). */
PR_MUST_USE bool pr_ledger_issue(struct pr_system *sys, uint64_t amount);
void pr_ledger_retire(struct pr_system *sys, uint64_t amount);

void pr_ledger_escrow_add(struct pr_stream *stream, uint64_t amount);
void pr_ledger_escrow_take(struct pr_stream *stream, uint64_t amount);

/* Takes the protocol fee from amount, collects it, returns the net. */
uint64_t pr_ledger_fee_take(struct pr_system *sys, uint64_t amount);

/* Revenue of an asset: edges' part stays pending, the pool's part is accumulated.  False: an accumulator would overflow; the entry is then
 * refused with OVERFLOW (the caller's copies are spoiled). */
PR_MUST_USE bool pr_ledger_revenue_add(struct pr_asset *asset, uint64_t net, bool direct);

/* A payment by use: fee, then direct revenue. */
PR_MUST_USE bool pr_ledger_earn(struct pr_system *sys, struct pr_asset *asset, uint64_t amount);

/* What a share has earned since its checkpoint, taken out of the asset. */
uint64_t pr_ledger_share_settle(struct pr_share *share, struct pr_asset *asset);

/* What an edge is owed, taken out of the child. */
uint64_t pr_ledger_edge_settle(struct pr_edge *edge, struct pr_asset *child);

/* What an asset owes its owner for an empty pool, taken out of the asset. */
uint64_t pr_ledger_owner_settle(struct pr_asset *asset);

/* Money that was taken out of an asset to a party: an account's balance or another asset's revenue.  False: OVERFLOW. */
PR_MUST_USE bool pr_ledger_pay_out(struct pr_apply *a, uint32_t party, uint64_t amount);

#endif
