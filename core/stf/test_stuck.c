/* What cannot go on does not keep money: drafts that can never open, caps that were lowered, parents that retired in between. */
#include "core/base/unit.h"
#include "tests/support/world.h"

#define MONEY 10000000u
#define OK(status) UNIT_CHECK((status) == PR_STATUS_APPLIED)

static struct world w;

static uint64_t balance(uint32_t person) { return world_account(&w, person)->balance; }

static void end(void)
{
	UNIT_CHECK(pr_state_conserved(&w.state, NULL));
	world_fini(&w);
}

static enum pr_status parameter(uint8_t index, uint64_t value)
{
	struct pr_entry e = { .kind = PR_KIND_PARAM };
	e.f[PR_PARAM_INDEX].num = index;
	e.f[PR_PARAM_VALUE].num = value;
	w.ctx.inbox             = true;
	enum pr_status status   = world_apply(&w, &e);
	w.ctx.inbox             = false;
	return status;
}

/* The child owes its parent half and an ancestor of that parent 60 %: RATE_SUM for good.  What the draft earned as a member of another's pool leaves. */
static void test_a_draft_that_can_never_open_locks_no_money(void)
{
	world_init(&w, 64, 4, MONEY, 1); /* 0 payer; 1 owns the ancestor, 2 the parent, 3 the draft */
	uint32_t ancestor = world_register(&w, 1, true, PR_MODE_ABSOLUTE, 600000, 0);
	uint32_t parent = world_register(&w, 2, false, PR_MODE_RELATIVE, 500000, 0), draft = world_register(&w, 3, false, PR_MODE_NONE, 0, 0);
	OK(world_edge(&w, 2, parent, ancestor, PR_MODE_ABSOLUTE, 600000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, parent));
	OK(world_edge(&w, 3, draft, parent, PR_MODE_RELATIVE, 500000));
	UNIT_CHECK(world_inherit(&w, draft, parent, ancestor) == PR_STATUS_RATE_SUM);
	UNIT_CHECK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 3, draft) == PR_STATUS_PARENTS_OPEN);
	UNIT_CHECK(world_pay(&w, 0, draft, 1000) == PR_STATUS_ASSET_STATUS);

	OK(world_issue(&w, 1, ancestor, draft, 1));
	OK(world_pay(&w, 0, ancestor, 100000));
	OK(world_claim(&w, ancestor, draft));
	OK(world_settle(&w, draft, parent));
	OK(world_claim_owner(&w, draft));
	OK(world_claim_owner(&w, parent));
	UNIT_CHECK(balance(3) == MONEY + 50000 && balance(2) == MONEY + 50000);
	OK(world_asset_act(&w, PR_KIND_ASSET_RETIRE, 3, draft));
	UNIT_CHECK(world_asset(&w, draft)->held == 0);
	end();
}

/* Caps that the governor lowers are for what is made afterwards: what is open earns, settles and pays as before. */
static void test_lowered_caps_leave_open_assets_alone(void)
{
	world_init(&w, 64, 3, MONEY, 2);
	uint32_t parent = world_register(&w, 1, true, PR_MODE_RELATIVE, 900000, 0), child = world_register(&w, 2, false, PR_MODE_NONE, 0, 0);
	OK(world_edge(&w, 2, child, parent, PR_MODE_RELATIVE, 900000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, child));
	OK(world_pay(&w, 0, child, 1000));
	OK(parameter(PR_PARAM_EDGE_PPM_MAX, 1000));
	OK(parameter(PR_PARAM_EDGES_PPM_MAX, 1000));
	OK(world_pay(&w, 0, child, 1000));
	OK(world_settle(&w, child, parent));
	OK(world_claim_owner(&w, child));
	OK(world_claim_owner(&w, parent));
	UNIT_CHECK(balance(1) == MONEY + 1800 && balance(2) == MONEY + 200);
	end();
}

/* A parent that retires after a draft took its edge takes nothing back: the draft inherits, opens and pays it. */
static void test_a_parent_retired_in_between_still_lets_the_draft_open(void)
{
	world_init(&w, 64, 4, MONEY, 3);
	uint32_t ancestor = world_register(&w, 1, true, PR_MODE_ABSOLUTE, 100000, 0);
	uint32_t parent = world_register(&w, 2, false, PR_MODE_RELATIVE, 200000, 0), child = world_register(&w, 3, false, PR_MODE_NONE, 0, 0);
	OK(world_edge(&w, 2, parent, ancestor, PR_MODE_ABSOLUTE, 100000));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 2, parent));
	OK(world_edge(&w, 3, child, parent, PR_MODE_RELATIVE, 200000));
	OK(world_asset_act(&w, PR_KIND_ASSET_RETIRE, 2, parent));
	OK(world_asset_act(&w, PR_KIND_ASSET_RETIRE, 1, ancestor));
	OK(world_inherit(&w, child, parent, ancestor));
	OK(world_asset_act(&w, PR_KIND_ASSET_OPEN, 3, child));
	OK(world_pay(&w, 0, child, 1000));
	OK(world_settle(&w, child, parent));
	OK(world_settle(&w, child, ancestor));
	for (uint32_t i = 0; i < 3; i++) OK(world_claim_owner(&w, (uint32_t[]){ ancestor, parent, child }[i]));
	UNIT_CHECK(balance(1) == MONEY + 100 && balance(2) == MONEY + 200 && balance(3) == MONEY + 700);
	end();
}

int main(void)
{
	UNIT_RUN(test_a_draft_that_can_never_open_locks_no_money);
	UNIT_RUN(test_lowered_caps_leave_open_assets_alone);
	UNIT_RUN(test_a_parent_retired_in_between_still_lets_the_draft_open);
	return UNIT_END();
}
