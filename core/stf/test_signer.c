/* An entry has one outcome, whether pr_step recovers its signer or is told who that is. */
#include "core/base/unit.h"
#include "core/crypto/sig.h"
#include "tests/support/dice.h"

static struct world w;

static void discard(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	(void)ctx;
	(void)id;
	(void)leaf;
}

static void test_told_or_recovered(void)
{
	unsigned compared[PR_STATUS_COUNT] = { 0 };
	world_init(&w, 4096, 6, 1000000000, unit_seed());
	struct pr_view dry = w.view;
	dry.store          = discard;
	for (unsigned i = 0; i < 6000; i++) {
		struct pr_entry e = dice_entry(&w, dice_kind(&w));
		uint8_t         digest32[32], signer20[20];
		bool            need;
		if (pr_step_digest(&w.view, w.ctx.domain32, &e, digest32, &need) == PR_STATUS_APPLIED && need) {
			(void)!pr_sig_recover_var(signer20, digest32, e.sig64);
			enum pr_status told = pr_step(&dry, &w.ctx, &e, signer20), recovered = pr_step(&dry, &w.ctx, &e, NULL);
			UNIT_CHECK_ROW(pr_kind_infos[e.kind].name, told == recovered);
			compared[recovered]++;
		}
		(void)world_apply(&w, &e);
	}
	UNIT_CHECK(compared[PR_STATUS_APPLIED] > 500 && compared[PR_STATUS_SIGNATURE] > 20 && compared[PR_STATUS_NONCE] > 5 && compared[PR_STATUS_BALANCE] > 5);
	world_fini(&w);
}

int main(void)
{
	UNIT_RUN(test_told_or_recovered);
	return UNIT_END();
}
