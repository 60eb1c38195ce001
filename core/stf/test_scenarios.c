/* Jobs with exact balances: royalties at any depth, carries, streams, refusals.  After every row the books must balance. */
#include "core/base/unit.h"
#include "tests/support/world.h"

#define MONEY 1000000000000u

static struct world w;

static void begin(uint32_t people) { world_init(&w, 4096, people, MONEY, unit_seed()); }
static void end(void)
{
	UNIT_CHECK(pr_state_conserved(&w.state, NULL));
	world_fini(&w);
}
static uint64_t balance(uint32_t person) { return world_account(&w, person)->balance; }
#define OK(x) UNIT_CHECK((x) == PR_STATUS_APPLIED)

/* Person p as the only member of the asset's pool. */
static void pool_of(uint32_t owner, uint32_t asset, uint32_t p) { OK(world_issue(&w, owner, asset, w.accounts[p], 1)); }

/* A million units of a stream in a thousand folded entries of a thousand each; the chain is walked once. */
static void use_a_million(uint32_t stream, void (*between)(int i))
{
	static uint8_t  at[1001][32]; /* at[i]: after i thousand units */
	struct pr_entry e = world_tick(&w, stream, 1000);
	memcpy(at[1000], w.chains[stream].seed, 32);
	for (int i = 1000; i > 0; i--) pr_sha256_chain(at[i - 1], at[i], 1000);
	for (int i = 0; i < 1000; i++) {
		memcpy(e.f[PR_STREAM_TICK_PREIMAGE].bytes, at[i + 1], 32);
		OK(world_apply(&w, &e));
		if (between) between(i);
	}
}

static void test_dataset_gets_five_percent_of_every_use(void)
{
	begin(4); /* 0 payer, 1 owner of D, 2 owner of M */
	uint32_t d = world_register(&w, 1, true, PR_MODE_RELATIVE, 50000, 0), m = world_register(&w, 2, false, PR_MODE_NONE, 0, 100);
	OK(world_edge(&w, 2, m, d, PR_MODE_RELATIVE, 50000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, m));
	pool_of(1, d, 1);
	pool_of(2, m, 2);
	uint32_t s = world_stream(&w, 0, m, 1000000, 100000000, 5000, NULL);
	use_a_million(s, NULL);
	OK(world_settle(&w, m, d));
	OK(world_claim(&w, d, w.accounts[1]));
	OK(world_claim(&w, m, w.accounts[2]));
	UNIT_CHECK(balance(1) == MONEY + 5000000);
	UNIT_CHECK(balance(2) == MONEY + 95000000);
	UNIT_CHECK(balance(0) == MONEY - 100000000);
	OK(world_settle(&w, m, d));
	OK(world_claim(&w, d, w.accounts[1]));
	UNIT_CHECK(balance(1) == MONEY + 5000000);
	end();
}

static uint32_t tiny_m, tiny_d;
static void settle_now_and_then(int i)
{
	if (i % 7 == 0) OK(world_settle(&w, tiny_m, tiny_d)); /* settling often changes nothing in the end */
}

static void test_below_one_unit_per_call(void)
{
	begin(4);
	uint32_t d = world_register(&w, 1, true, PR_MODE_RELATIVE, 5000, 0), m = world_register(&w, 2, false, PR_MODE_NONE, 0, 3);
	OK(world_edge(&w, 2, m, d, PR_MODE_RELATIVE, 5000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, m));
	pool_of(1, d, 1);
	uint32_t s = world_stream(&w, 0, m, 1000000, 3000000, 5000, NULL);
	tiny_m = m;
	tiny_d = d;
	use_a_million(s, settle_now_and_then);
	OK(world_settle(&w, m, d));
	OK(world_claim(&w, d, w.accounts[1]));
	UNIT_CHECK(balance(1) == MONEY + 15000);
	OK(world_claim_owner(&w, m));
	UNIT_CHECK(balance(2) == MONEY + 2985000);
	end();
}

/* D -> B -> M; a payment to M; what D, B and M get. */
static void lineage(uint8_t d_mode, uint32_t d_ppm, uint8_t b_mode, uint32_t b_ppm, uint64_t d_gets, uint64_t b_gets, uint64_t m_gets)
{
	begin(4); /* 0 payer, 1 D, 2 B, 3 M: every pool is empty, so the owner is credited */
	uint32_t d = world_register(&w, 1, true, d_mode, d_ppm, 0);
	uint32_t b = world_register(&w, 2, false, b_mode, b_ppm, 0), m = world_register(&w, 3, false, PR_MODE_NONE, 0, 1);
	OK(world_edge(&w, 2, b, d, d_mode, d_ppm));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, b));
	OK(world_edge(&w, 3, m, b, b_mode, b_ppm));
	if (d_mode == PR_MODE_ABSOLUTE) {
		UNIT_CHECK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 3, m) == PR_STATUS_PARENTS_OPEN);
		OK(world_inherit(&w, m, b, d));
		UNIT_CHECK(world_inherit(&w, m, b, d) == PR_STATUS_INHERIT);
	}
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 3, m));
	OK(world_pay(&w, 0, m, 1000000));
	OK(world_settle(&w, b, d)); /* the root first: nothing yet */
	OK(world_settle(&w, m, b));
	if (d_mode == PR_MODE_ABSOLUTE) OK(world_settle(&w, m, d));
	OK(world_settle(&w, b, d));
	OK(world_claim_owner(&w, d));
	OK(world_claim_owner(&w, b));
	OK(world_claim_owner(&w, m));
	UNIT_CHECK(balance(1) == MONEY + d_gets);
	UNIT_CHECK(balance(2) == MONEY + b_gets);
	UNIT_CHECK(balance(3) == MONEY + m_gets);
	end();
}

static void test_provenance_absolute_and_relative(void) { lineage(PR_MODE_ABSOLUTE, 5000, PR_MODE_RELATIVE, 100000, 5000, 100000, 895000); }
static void test_provenance_relative_on_relative(void) { lineage(PR_MODE_RELATIVE, 5000, PR_MODE_RELATIVE, 100000, 500, 99500, 900000); }
static void test_derivatives_absolute(void) { lineage(PR_MODE_ABSOLUTE, 50000, PR_MODE_ABSOLUTE, 100000, 50000, 100000, 850000); }
static void test_derivatives_relative(void) { lineage(PR_MODE_RELATIVE, 50000, PR_MODE_RELATIVE, 100000, 5000, 95000, 900000); }

static void test_diamond_pays_each_absolute_ancestor_once(void)
{
	begin(5); /* 0 payer; 1..4 own A, B, C, D */
	uint32_t a = world_register(&w, 1, true, PR_MODE_ABSOLUTE, 50000, 0);
	uint32_t b = world_register(&w, 2, false, PR_MODE_ABSOLUTE, 100000, 0), c = world_register(&w, 3, false, PR_MODE_ABSOLUTE, 100000, 0);
	uint32_t d = world_register(&w, 4, false, PR_MODE_NONE, 0, 0);
	OK(world_edge(&w, 2, b, a, PR_MODE_ABSOLUTE, 50000));
	OK(world_edge(&w, 3, c, a, PR_MODE_ABSOLUTE, 50000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, b));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 3, c));
	OK(world_edge(&w, 4, d, b, PR_MODE_ABSOLUTE, 100000));
	OK(world_edge(&w, 4, d, c, PR_MODE_ABSOLUTE, 100000));
	OK(world_inherit(&w, d, b, a));
	UNIT_CHECK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 4, d) == PR_STATUS_PARENTS_OPEN);
	OK(world_inherit(&w, d, c, a));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 4, d));
	OK(world_pay(&w, 0, d, 1000000));
	OK(world_settle(&w, d, a));
	OK(world_settle(&w, d, b));
	OK(world_settle(&w, d, c));
	for (uint32_t x = 0; x < 4; x++) OK(world_claim_owner(&w, (uint32_t[]){ a, b, c, d }[x]));
	UNIT_CHECK(balance(1) == MONEY + 50000);
	UNIT_CHECK(balance(2) == MONEY + 100000);
	UNIT_CHECK(balance(3) == MONEY + 100000);
	UNIT_CHECK(balance(4) == MONEY + 750000);
	end();
}

static void test_adapter_absolute_and_relative(void)
{
	begin(4);
	uint32_t g = world_register(&w, 1, true, PR_MODE_ABSOLUTE, 200000, 0), d = world_register(&w, 2, true, PR_MODE_RELATIVE, 100000, 0);
	uint32_t l = world_register(&w, 3, false, PR_MODE_NONE, 0, 0);
	OK(world_edge(&w, 3, l, g, PR_MODE_ABSOLUTE, 200000));
	OK(world_edge(&w, 3, l, d, PR_MODE_RELATIVE, 100000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 3, l));
	OK(world_pay(&w, 0, l, 1000));
	OK(world_settle(&w, l, g));
	OK(world_settle(&w, l, d));
	OK(world_claim_owner(&w, g));
	OK(world_claim_owner(&w, d));
	OK(world_claim_owner(&w, l));
	UNIT_CHECK(balance(1) == MONEY + 200 && balance(2) == MONEY + 100 && balance(3) == MONEY + 700);
	end();
}

static void test_three_equal_members_carry_one(void)
{
	begin(5); /* 0 payer, 1 owner, 2..4 members */
	uint32_t a = world_register(&w, 1, true, PR_MODE_NONE, 0, 0);
	for (uint32_t p = 2; p < 5; p++) pool_of(1, a, p);
	for (int i = 0; i < 10; i++) OK(world_pay(&w, 0, a, 100));
	for (uint32_t p = 2; p < 5; p++) {
		OK(world_claim(&w, a, w.accounts[p]));
		UNIT_CHECK(balance(p) == MONEY + 333);
	}
	UNIT_CHECK(world_asset(&w, a)->held == 1);
	for (int i = 0; i < 2; i++) OK(world_pay(&w, 0, a, 100));
	for (uint32_t p = 2; p < 5; p++) {
		OK(world_claim(&w, a, w.accounts[p]));
		UNIT_CHECK(balance(p) == MONEY + 400);
	}
	UNIT_CHECK(world_asset(&w, a)->held == 0);
	end();
}

/* Whatever the units: at every moment each member has got the whole part of its exact share of everything. */
static void test_members_get_the_whole_part_of_their_exact_share(void)
{
	static const uint64_t tables[][3] = { { 3, 3, 3 }, { 3, 0, 0 }, { 7, 14, 21 }, { 25, 75, 0 }, { 999983, 1999966, 3 }, { UINT32_MAX - 2, 1, 1 }, { 1431655765, 1431655765, 1431655765 } };
	for (size_t row = 0; row < sizeof tables / sizeof *tables; row++) {
		begin(5);
		uint32_t a    = world_register(&w, 1, true, PR_MODE_NONE, 0, 0);
		pr_u128  paid = 0;
		uint64_t all  = 0;
		for (uint32_t p = 0; p < 3; p++) {
			all += tables[row][p];
			if (tables[row][p]) OK(world_issue(&w, 1, a, w.accounts[2 + p], tables[row][p]));
		}
		for (int i = 0; i < 60; i++) {
			uint64_t amount = i % 3 ? 1 + world_below(&w, 1000) : all * (1 + world_below(&w, 2)) / 3;
			OK(world_pay(&w, 0, a, amount));
			paid += amount;
			for (uint32_t p = 0; p < 3; p++) {
				if (!tables[row][p] || (i % 4 && p == (uint32_t)i % 3)) continue;
				OK(world_claim(&w, a, w.accounts[2 + p]));
				UNIT_CHECK(balance(2 + p) - MONEY == (uint64_t)(paid * tables[row][p] / all));
			}
		}
		end();
	}
}

static void test_weights_change_between_payments(void)
{
	begin(4); /* units 1:2, seven payments of 1; then the first has 5; seven more: 7, 6, 1 carried */
	uint32_t a = world_register(&w, 1, true, PR_MODE_NONE, 0, 0);
	OK(world_issue(&w, 1, a, w.accounts[2], 1));
	OK(world_issue(&w, 1, a, w.accounts[3], 2));
	for (int i = 0; i < 7; i++) OK(world_pay(&w, 0, a, 1));
	OK(world_issue(&w, 1, a, w.accounts[2], 4));
	for (int i = 0; i < 7; i++) OK(world_pay(&w, 0, a, 1));
	OK(world_claim(&w, a, w.accounts[2]));
	OK(world_claim(&w, a, w.accounts[3]));
	UNIT_CHECK(balance(2) == MONEY + 7 && balance(3) == MONEY + 6 && world_asset(&w, a)->held == 1);
	end();
}

static void test_empty_pool_credits_the_owner_and_the_first_member_gets_none_of_it(void)
{
	begin(3);
	uint32_t a = world_register(&w, 1, true, PR_MODE_NONE, 0, 0);
	OK(world_pay(&w, 0, a, 1000));
	pool_of(1, a, 2);
	OK(world_claim(&w, a, w.accounts[2]));
	OK(world_claim_owner(&w, a));
	UNIT_CHECK(balance(1) == MONEY + 1000 && balance(2) == MONEY);
	end();
}

static void test_edges_that_sum_to_the_whole(void)
{
	begin(5); /* 333/333/334 per mille: parts sum to the whole at every moment, never one unit more or less */
	uint32_t a = world_register(&w, 1, false, PR_MODE_NONE, 0, 0);
	for (uint32_t p = 2; p < 5; p++) OK(world_edge(&w, 1, a, w.accounts[p], PR_MODE_RELATIVE, p == 4 ? 334000 : 333000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 1, a));
	for (uint64_t paid = 0; paid < 1000; paid++) {
		OK(world_pay(&w, 0, a, 1));
		for (uint32_t p = 2; p < 5; p++) OK(world_settle(&w, a, w.accounts[p]));
		uint64_t out = balance(2) + balance(3) + balance(4) - 3 * MONEY;
		UNIT_CHECK(out + world_asset(&w, a)->held == paid + 1 && world_asset(&w, a)->held <= 2);
	}
	UNIT_CHECK(balance(2) == MONEY + 333 && balance(3) == MONEY + 333 && balance(4) == MONEY + 334);
	end();
}

static void test_overdraft_refuses_the_third_tick_alone(void)
{
	begin(3);
	uint32_t a = world_register(&w, 1, true, PR_MODE_NONE, 0, 100), s = world_stream(&w, 0, a, 10, 250, 5000, NULL);
	struct pr_entry e;
	for (int i = 0; i < 2; i++) {
		e = world_tick(&w, s, 1);
		OK(world_apply(&w, &e));
	}
	e = world_tick(&w, s, 1);
	UNIT_CHECK(world_apply(&w, &e) == PR_STATUS_ESCROW);
	UNIT_CHECK(pr_state_leaf(&w.state, s)->o.u.stream.escrow == 50 && world_asset(&w, a)->owner_due == 200);
	end();
}

static void test_stream_closes_by_payee_at_once_and_by_payer_after_grace(void)
{
	begin(3);
	uint32_t        a = world_register(&w, 1, true, PR_MODE_NONE, 0, 10000), s = world_stream(&w, 0, a, 100, 1000000, 2000, NULL);
	struct pr_entry e = world_tick(&w, s, 30), close;
	OK(world_apply(&w, &e));
	e = world_tick(&w, s, 20);
	OK(world_apply(&w, &e));
	for (uint32_t who = 0; who < 3; who++) {
		close = world_from(&w, PR_KIND_STREAM_CLOSE, who);
		close.f[PR_STREAM_CLOSE_STREAM].num = s;
		close.f[PR_STREAM_CLOSE_SERIAL].num = pr_state_leaf(&w.state, s)->o.u.stream.serial;
		close.f[PR_STREAM_CLOSE_ASSET].num  = a;
		close.f[PR_STREAM_CLOSE_PAYER].num  = w.accounts[0];
		if (who == 0) UNIT_CHECK(world_signed(&w, &close, 0) == PR_STATUS_NOT_YET);
		if (who == 2) UNIT_CHECK(world_signed(&w, &close, 2) == PR_STATUS_OWNER);
	}
	w.ctx.time = 2060;
	close      = world_from(&w, PR_KIND_STREAM_CLOSE, 0);
	close.f[PR_STREAM_CLOSE_STREAM].num = s;
	close.f[PR_STREAM_CLOSE_SERIAL].num = pr_state_leaf(&w.state, s)->o.u.stream.serial;
	close.f[PR_STREAM_CLOSE_ASSET].num  = a;
	close.f[PR_STREAM_CLOSE_PAYER].num  = w.accounts[0];
	OK(world_signed(&w, &close, 0));
	UNIT_CHECK(balance(0) == MONEY - 500000 && world_next_id(&w) == s); /* the slot is free again */
	OK(world_claim_owner(&w, a));
	UNIT_CHECK(balance(1) == MONEY + 500000);
	end();
}

static void test_retired_asset_takes_no_use_but_pays_out(void)
{
	begin(3);
	uint32_t a = world_register(&w, 1, true, PR_MODE_RELATIVE, 1000, 5), child = world_register(&w, 1, false, PR_MODE_NONE, 0, 0);
	OK(world_pay(&w, 0, a, 77));
	OK(world_asset_act(&w, PR_KIND_ASSET_RETIRE, 1, a));
	UNIT_CHECK(world_pay(&w, 0, a, 77) == PR_STATUS_ASSET_STATUS);
	UNIT_CHECK(world_edge(&w, 1, child, a, PR_MODE_RELATIVE, 1000) == PR_STATUS_PARENT_STATUS);
	UNIT_CHECK(world_asset_act(&w, PR_KIND_ASSET_RETIRE, 1, a) == PR_STATUS_ASSET_STATUS);
	OK(world_claim_owner(&w, a));
	UNIT_CHECK(balance(1) == MONEY + 77);
	end();
}

static void test_cycles_are_impossible(void)
{
	begin(2);
	uint32_t a = world_register(&w, 0, false, PR_MODE_RELATIVE, 1000, 0), b = world_register(&w, 0, false, PR_MODE_RELATIVE, 1000, 0);
	UNIT_CHECK(world_edge(&w, 0, a, a, PR_MODE_RELATIVE, 1000) == PR_STATUS_EDGE_SELF);
	UNIT_CHECK(world_edge(&w, 0, a, b, PR_MODE_RELATIVE, 1000) == PR_STATUS_PARENT_STATUS);
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 0, b));
	OK(world_edge(&w, 0, a, b, PR_MODE_RELATIVE, 1000));
	UNIT_CHECK(world_edge(&w, 0, b, a, PR_MODE_RELATIVE, 1000) == PR_STATUS_ASSET_STATUS);
	end();
}

static void test_paying_oneself_changes_only_counters_and_fees(void)
{
	begin(2);
	struct pr_entry e = { .kind = PR_KIND_PARAM }, t;
	e.f[PR_PARAM_VALUE].num = 25000;
	OK(world_apply(&w, &e));
	uint32_t a = world_register(&w, 0, true, PR_MODE_NONE, 0, 0);
	t = world_from(&w, PR_KIND_TRANSFER, 0);
	t.f[PR_TRANSFER_TO].num     = w.accounts[0];
	t.f[PR_TRANSFER_AMOUNT].num = 5;
	OK(world_signed(&w, &t, 0));
	UNIT_CHECK(balance(0) == MONEY && world_account(&w, 0)->nonce == 2);
	OK(world_pay(&w, 0, a, 1000000));
	OK(world_claim_owner(&w, a));
	UNIT_CHECK(balance(0) == MONEY - 25000 && world_system(&w)->fees == 25000);
	end();
}

static void test_replays_and_foreign_signatures_are_refused(void)
{
	begin(3);
	struct pr_entry e = world_from(&w, PR_KIND_TRANSFER, 0), f;
	e.f[PR_TRANSFER_TO].num     = w.accounts[1];
	e.f[PR_TRANSFER_AMOUNT].num = 9;
	world_sign(&w, &e, 0);
	f = e;
	f.f[PR_TRANSFER_AMOUNT].num = 10;
	UNIT_CHECK(world_apply(&w, &f) == PR_STATUS_SIGNATURE);
	f = e;
	memcpy(f.sig64, e.sig64 + 32, 32); /* r and s exchanged */
	UNIT_CHECK(world_apply(&w, &f) == PR_STATUS_SIGNATURE);
	world_sign(&w, &f, 1);
	UNIT_CHECK(world_apply(&w, &f) == PR_STATUS_SIGNATURE);
	struct pr_step_ctx other = w.ctx;
	other.domain32[0] ^= 1; /* another chain id or rollup */
	UNIT_CHECK(pr_step(&w.view, &other, &e, NULL) == PR_STATUS_SIGNATURE);
	OK(world_apply(&w, &e));
	UNIT_CHECK(world_apply(&w, &e) == PR_STATUS_NONCE);
	e = world_from(&w, PR_KIND_TRANSFER, 0);
	e.f[PR_TRANSFER_TO].num       = w.accounts[1];
	e.f[PR_TRANSFER_AMOUNT].num   = 9;
	e.f[PR_TRANSFER_DEADLINE].num = 999;
	UNIT_CHECK(world_signed(&w, &e, 0) == PR_STATUS_EXPIRED);
	e.f[PR_TRANSFER_DEADLINE].num = 1000;
	OK(world_signed(&w, &e, 0));
	UNIT_CHECK(balance(1) == MONEY + 18);
	end();
}

static void test_duplicates_zeros_and_maxima_are_refused_by_name(void)
{
	begin(2);
	uint8_t         zero20[20] = { 0 }, new20[20] = { 9 };
	struct pr_entry e = world_from(&w, PR_KIND_ASSET_REGISTER, 0);
	e.f[PR_ASSET_REGISTER_CONTENT].bytes[0] = 1;
	OK(world_signed(&w, &e, 0));
	e.f[1].num++;
	UNIT_CHECK(world_signed(&w, &e, 0) == PR_STATUS_ASSET_EXISTS);
	UNIT_CHECK(world_deposit(&w, new20, 0) == PR_STATUS_AMOUNT_ZERO);
	UNIT_CHECK(world_deposit(&w, zero20, 1) == PR_STATUS_ADDRESS_ZERO);
	UNIT_CHECK(world_deposit(&w, new20, UINT64_MAX - 2 * MONEY + 1) == PR_STATUS_SUPPLY);
	OK(world_deposit(&w, new20, UINT64_MAX - 2 * MONEY));
	UNIT_CHECK(world_deposit(&w, new20, 1) == PR_STATUS_SUPPLY);
	e = world_from(&w, PR_KIND_TRANSFER, 0);
	e.f[PR_TRANSFER_TO].num     = 4000000000u;
	e.f[PR_TRANSFER_AMOUNT].num = 1;
	UNIT_CHECK(world_signed(&w, &e, 0) == PR_STATUS_RECIPIENT);
	e.f[PR_TRANSFER_TO].num     = w.accounts[1];
	e.f[PR_TRANSFER_AMOUNT].num = UINT64_MAX;
	UNIT_CHECK(world_signed(&w, &e, 0) == PR_STATUS_BALANCE);
	e.f[PR_TRANSFER_AMOUNT].num = 0;
	UNIT_CHECK(world_signed(&w, &e, 0) == PR_STATUS_AMOUNT_ZERO);
	e.f[PR_TRANSFER_AMOUNT].num = MONEY;
	OK(world_signed(&w, &e, 0));
	end();
}

static void test_withdrawal_object_and_supply(void)
{
	begin(2);
	struct pr_entry e  = world_from(&w, PR_KIND_WITHDRAW, 0);
	uint32_t        id = world_next_id(&w);
	memcpy(e.f[PR_WITHDRAW_TO].bytes, w.addrs[0], 20);
	e.f[PR_WITHDRAW_AMOUNT].num = MONEY;
	OK(world_signed(&w, &e, 0));
	const struct pr_object *o = &pr_state_leaf(&w.state, id)->o;
	UNIT_CHECK(o->type == PR_OBJECT_WITHDRAWAL && o->u.withdrawal.amount == MONEY && memcmp(o->u.withdrawal.to, w.addrs[0], 20) == 0);
	UNIT_CHECK(world_system(&w)->supply == MONEY);
	end();
}

static void test_voucher_takes_the_difference_once(void)
{
	begin(2);
	uint32_t        a = world_register(&w, 1, true, PR_MODE_NONE, 0, 5), s = world_next_id(&w);
	struct pr_entry e = world_from(&w, PR_KIND_STREAM_OPEN, 0);
	e.f[PR_STREAM_OPEN_ASSET].num  = a;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_VOUCHER;
	e.f[PR_STREAM_OPEN_ESCROW].num = 100;
	e.f[PR_STREAM_OPEN_EXPIRY].num = 2000;
	OK(world_signed(&w, &e, 0));
	struct pr_entry v = { .kind = PR_KIND_STREAM_VOUCHER };
	v.f[PR_STREAM_VOUCHER_STREAM].num = s;
	v.f[PR_STREAM_VOUCHER_ASSET].num  = a;
	v.f[PR_STREAM_VOUCHER_PAYER].num  = w.accounts[0];
	v.f[PR_STREAM_VOUCHER_CUMULATIVE].num = 60;
	UNIT_CHECK(world_signed(&w, &v, 1) == PR_STATUS_SIGNATURE);
	OK(world_signed(&w, &v, 0));
	UNIT_CHECK(world_signed(&w, &v, 0) == PR_STATUS_VOUCHER_OLD);
	v.f[PR_STREAM_VOUCHER_CUMULATIVE].num = 101;
	UNIT_CHECK(world_signed(&w, &v, 0) == PR_STATUS_ESCROW);
	v.f[PR_STREAM_VOUCHER_CUMULATIVE].num = 100;
	OK(world_signed(&w, &v, 0));
	UNIT_CHECK(world_asset(&w, a)->owner_due == 100);
	end();
}

int main(void)
{
	UNIT_RUN(test_dataset_gets_five_percent_of_every_use);
	UNIT_RUN(test_below_one_unit_per_call);
	UNIT_RUN(test_provenance_absolute_and_relative);
	UNIT_RUN(test_provenance_relative_on_relative);
	UNIT_RUN(test_derivatives_absolute);
	UNIT_RUN(test_derivatives_relative);
	UNIT_RUN(test_diamond_pays_each_absolute_ancestor_once);
	UNIT_RUN(test_adapter_absolute_and_relative);
	UNIT_RUN(test_three_equal_members_carry_one);
	UNIT_RUN(test_members_get_the_whole_part_of_their_exact_share);
	UNIT_RUN(test_weights_change_between_payments);
	UNIT_RUN(test_empty_pool_credits_the_owner_and_the_first_member_gets_none_of_it);
	UNIT_RUN(test_edges_that_sum_to_the_whole);
	UNIT_RUN(test_overdraft_refuses_the_third_tick_alone);
	UNIT_RUN(test_stream_closes_by_payee_at_once_and_by_payer_after_grace);
	UNIT_RUN(test_retired_asset_takes_no_use_but_pays_out);
	UNIT_RUN(test_cycles_are_impossible);
	UNIT_RUN(test_paying_oneself_changes_only_counters_and_fees);
	UNIT_RUN(test_replays_and_foreign_signatures_are_refused);
	UNIT_RUN(test_duplicates_zeros_and_maxima_are_refused_by_name);
	UNIT_RUN(test_withdrawal_object_and_supply);
	UNIT_RUN(test_voucher_takes_the_difference_once);
	return UNIT_END();
}
