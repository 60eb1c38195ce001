/* The last ids are for inbox items: a state that somebody filled is left by force. */
#include "core/base/unit.h"
#include "tests/support/world.h"

#define CAPACITY 64u

static struct world w;
static uint32_t     stored_high; /* the id beyond the small state that was stored last */

static void high_load(void *ctx, uint32_t id, struct pr_leaf *out)
{
	if (id < CAPACITY) w.view.load(ctx, id, out);
	else memset(out, 0, sizeof *out);
}
static bool high_find(void *ctx, const uint8_t key32[32], uint32_t *id) { return w.view.find(ctx, key32, id); }
static void high_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	if (id < CAPACITY) w.view.store(ctx, id, leaf);
	else stored_high = id;
}

/* A withdrawal by person 0 where next_id and free_head stand so. */
static enum pr_status withdraw(uint32_t next_id, uint32_t free_head, bool inbox)
{
	struct pr_view     view = { w.view.ctx, high_load, high_find, high_store };
	struct pr_step_ctx ctx  = w.ctx;
	struct pr_leaf     sys  = *pr_state_leaf(&w.state, 0);
	struct pr_entry    e    = { .kind = PR_KIND_WITHDRAW };

	sys.o.u.system.next_id   = next_id;
	sys.o.u.system.free_head = free_head;
	w.view.store(w.view.ctx, 0, &sys);
	ctx.inbox                          = inbox;
	e.f[PR_WITHDRAW_FROM].num          = w.accounts[0];
	e.f[PR_WITHDRAW_NONCE].num         = world_account(&w, 0)->nonce;
	e.f[PR_WITHDRAW_TO].bytes[0]       = 9;
	e.f[PR_WITHDRAW_AMOUNT].num        = 1;
	stored_high                        = 0;
	return pr_step(&view, &ctx, &e, w.addrs[0]);
}

static void test_the_reserve_is_for_the_inbox(void)
{
	static const struct {
		uint32_t       next_id;
		enum pr_status posted, inbox;
	} rows[] = {
		{ PR_OBJECTS_MAX - PR_OBJECTS_RESERVE - 1, PR_STATUS_APPLIED, PR_STATUS_APPLIED },
		{ PR_OBJECTS_MAX - PR_OBJECTS_RESERVE, PR_STATUS_STATE_FULL, PR_STATUS_APPLIED },
		{ PR_OBJECTS_MAX - 1, PR_STATUS_STATE_FULL, PR_STATUS_APPLIED },
		{ PR_OBJECTS_MAX, PR_STATUS_STATE_FULL, PR_STATUS_STATE_FULL },
	};
	world_init(&w, CAPACITY, 1, 1000, 1);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (unsigned inbox = 0; inbox < 2; inbox++) {
			enum pr_status want = inbox ? rows[i].inbox : rows[i].posted;
			UNIT_CHECK(withdraw(rows[i].next_id, 0, inbox) == want);
			UNIT_CHECK(stored_high == (want == PR_STATUS_APPLIED ? rows[i].next_id : 0));
		}
	}
	world_fini(&w);
}

static void test_a_freed_slot_is_for_everybody(void)
{
	struct pr_leaf freed = { .o.type = PR_OBJECT_FREE };
	world_init(&w, CAPACITY, 1, 1000, 1);
	for (unsigned inbox = 0; inbox < 2; inbox++) {
		w.view.store(w.view.ctx, 7, &freed);
		UNIT_CHECK(withdraw(PR_OBJECTS_MAX, 7, inbox) == PR_STATUS_APPLIED && stored_high == 0);
		UNIT_CHECK(pr_state_leaf(&w.state, 7)->o.type == PR_OBJECT_WITHDRAWAL);
	}
	world_fini(&w);
}

int main(void)
{
	UNIT_RUN(test_the_reserve_is_for_the_inbox);
	UNIT_RUN(test_a_freed_slot_is_for_everybody);
	return UNIT_END();
}
