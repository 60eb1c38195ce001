#include "core/stf/ledger.h"

void pr_ledger_debit(struct pr_account *from, uint64_t amount)
{
	PR_CHECK(amount <= from->balance);
	from->balance -= amount;
}

void pr_ledger_credit(struct pr_account *to, uint64_t amount)
{
	PR_CHECK(amount <= UINT64_MAX - to->balance);
	to->balance += amount;
}

bool pr_ledger_issue(struct pr_system *sys, uint64_t amount)
{
	if (amount > UINT64_MAX - sys->supply) return false;
	sys->supply += amount;
	return true;
}

void pr_ledger_retire(struct pr_system *sys, uint64_t amount)
{
	PR_CHECK(amount <= sys->supply);
	sys->supply -= amount;
}

void pr_ledger_escrow_add(struct pr_stream *stream, uint64_t amount)
{
	PR_CHECK(amount <= UINT64_MAX - stream->escrow);
	stream->escrow += amount;
}

void pr_ledger_escrow_take(struct pr_stream *stream, uint64_t amount)
{
	PR_CHECK(amount <= stream->escrow);
	stream->escrow -= amount;
}

uint64_t pr_ledger_fee_take(struct pr_system *sys, uint64_t amount)
{
	pr_u128  n   = (pr_u128)amount * sys->fee_ppm + sys->fee_carry;
	uint64_t fee = (uint64_t)(n / PR_PPM);

	/* The carry can round the fee up to the whole of a tiny amount, never beyond: fee_ppm is at most 5 %, so fee <= amount for amount >= 1. */
	PR_CHECK(fee <= amount);
	sys->fee_carry = (uint32_t)(n % PR_PPM);
	sys->fees += fee;
	return amount - fee;
}

static bool add_u128(pr_u128 *sum, pr_u128 x)
{
	if (x > ~(pr_u128)0 - *sum) return false;
	*sum += x;
	return true;
}

bool pr_ledger_revenue_add(struct pr_asset *asset, uint64_t net, bool direct)
{
	uint32_t rates = asset->rel_ppm + (direct ? asset->abs_ppm : 0);
	PR_CHECK(rates <= PR_PPM);
	pr_u128  n    = (pr_u128)net * (PR_PPM - rates) + asset->pool_carry;
	uint64_t pool = (uint64_t)(n / PR_PPM);

	if (!add_u128(&asset->total_rev, net)) return false;
	if (direct && !add_u128(&asset->direct_rev, net)) return false;
	asset->pool_carry = (uint32_t)(n % PR_PPM);
	asset->held += net;
	if (asset->units == 0) {
		asset->owner_due += pool;
		return true;
	}
	pr_u128 m = ((pr_u128)pool << 64) + asset->acc_rem;
	asset->acc_rem = (uint32_t)(m % asset->units);
	return add_u128(&asset->acc, m / asset->units);
}

bool pr_ledger_earn(struct pr_system *sys, struct pr_asset *asset, uint64_t amount)
{
	return pr_ledger_revenue_add(asset, pr_ledger_fee_take(sys, amount), true);
}

static void held_take(struct pr_asset *asset, pr_u128 amount)
{
	PR_CHECK(amount <= asset->held);
	asset->held -= (uint64_t)amount;
}

uint64_t pr_ledger_share_settle(struct pr_share *share, struct pr_asset *asset)
{
	/* units * delta + carry has up to 160 bits: the two halves of delta are multiplied apart. */
	pr_u128 delta = asset->acc - share->checkpoint;
	pr_u128 low   = (pr_u128)share->units * (uint64_t)delta + share->carry;
	pr_u128 paid  = (pr_u128)share->units * (uint64_t)(delta >> 64) + (low >> 64);

	held_take(asset, paid);
	share->carry      = (uint64_t)low;
	share->checkpoint = asset->acc;
	return (uint64_t)paid;
}

uint64_t pr_ledger_edge_settle(struct pr_edge *edge, struct pr_asset *child)
{
	pr_u128 revenue = edge->mode == PR_MODE_RELATIVE ? child->total_rev : edge->mode == PR_MODE_ABSOLUTE ? child->direct_rev : 0;
	/* What is due lies in child->held, so the product has at most 64 + 20 bits. */
	pr_u128 n = (revenue - edge->settled_rev) * edge->ppm + edge->carry;

	held_take(child, n / PR_PPM);
	edge->carry       = (uint32_t)(n % PR_PPM);
	edge->settled_rev = revenue;
	return (uint64_t)(n / PR_PPM);
}

uint64_t pr_ledger_owner_settle(struct pr_asset *asset)
{
	uint64_t due = asset->owner_due;
	held_take(asset, due);
	asset->owner_due = 0;
	return due;
}

bool pr_ledger_pay_out(struct pr_apply *a, uint32_t party, uint64_t amount)
{
	struct pr_account *account = pr_set_account(a, party);
	if (account) {
		pr_ledger_credit(account, amount);
		return true;
	}
	struct pr_asset *asset = pr_set_asset(a, party);
	PR_CHECK(asset);
	return pr_ledger_revenue_add(asset, amount, false);
}
