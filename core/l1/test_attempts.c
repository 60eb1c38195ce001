#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/attempts.h"
#include "core/rt/log.h"
#include "tests/support/anvil.h"
#include "tests/support/tempdir.h"

#define MARK 'T'
#define COUNTS 0x00 /* what the probe counts, and what it reverts */
#define REVERTS 0xff

static struct anvil node;
static struct pr_ethrpc *rpc;
static struct pr_txmgr *mgr;
static struct pr_attempts attempts;
static uint8_t key32[32], probe20[20];
static uint64_t now_ms = 1000, number = 1;

static enum pr_err sign(void *ctx, uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32], const struct pr_tx *tx)
{
	(void)ctx;
	return pr_tx_sign(raw, room, raw_len, hash32, tx, key32);
}

static struct pr_attempt ask(uint64_t thing, uint64_t seen)
{
	struct pr_attempt next;
	PR_CHECK(pr_attempts_next(&attempts, &next, mgr, MARK, thing, seen, now_ms) == PR_OK);
	return next;
}

static void submit(const struct pr_attempt *next, uint8_t first)
{
	uint8_t                data[32] = { first };
	struct pr_txmgr_intent intent = { .id = next->id, .tag = "test", .data = data, .data_len = 32 };
	memcpy(intent.to20, probe20, 20);
	UNIT_CHECK(next->verdict == PR_ATTEMPT_SUBMIT && pr_txmgr_submit(mgr, &intent) == PR_OK);
}

static void step(void) { UNIT_CHECK(pr_txmgr_step(mgr, now_ms) == PR_OK); }

/* Lands an attempt; the block it is in. */
static uint64_t land(const struct pr_attempt *next)
{
	struct pr_txmgr_status s;
	submit(next, COUNTS);
	for (unsigned i = 0; i < 4; i++) {
		step();
		anvil_mine(rpc, 1);
	}
	PR_CHECK(pr_txmgr_status(mgr, &s, next->id) == PR_OK);
	UNIT_CHECK(s.state == PR_TXMGR_DONE);
	return s.block_number;
}

static void test_an_attempt_that_failed_is_followed_after_a_growing_pause(void)
{
	uint64_t          thing = number++, pause = PR_ATTEMPT_PAUSE_MS;
	struct pr_attempt next = ask(thing, 0);

	for (uint32_t failures = 1; failures <= 9; failures++) {
		UNIT_CHECK(next.attempt == failures - 1 && next.id == pr_attempt_id(MARK, next.attempt, thing));
		submit(&next, REVERTS);
		UNIT_CHECK(ask(thing, 0).verdict == PR_ATTEMPT_ON_ITS_WAY);
		step();
		next = ask(thing, 0);
		UNIT_CHECK(next.verdict == PR_ATTEMPT_PAUSE && next.failed && next.failure.id == pr_attempt_id(MARK, failures - 1, thing));
		now_ms += pause - 1;
		UNIT_CHECK(ask(thing, 0).verdict == PR_ATTEMPT_PAUSE);
		now_ms += 1;
		next = ask(thing, 0);
		if (failures < 7) pause *= 2;
	}
	UNIT_CHECK(pause == 64 * PR_ATTEMPT_PAUSE_MS);
	uint64_t block = land(&next);
	UNIT_CHECK(ask(thing, block - 1).verdict == PR_ATTEMPT_LANDED);
}

static void test_an_attempt_that_landed_and_did_not_do_it_is_followed(void)
{
	uint64_t          thing = number++;
	struct pr_attempt next = ask(thing, 0);
	uint64_t          block = land(&next);

	/* Read up to a block before it, L1 cannot show it yet; read up to its block, it should. */
	UNIT_CHECK(ask(thing, block - 1).verdict == PR_ATTEMPT_LANDED);
	next = ask(thing, block);
	UNIT_CHECK(next.verdict == PR_ATTEMPT_SUBMIT && next.attempt == 1 && !next.failed);
	block = land(&next);
	UNIT_CHECK(ask(thing, block - 1).verdict == PR_ATTEMPT_LANDED && ask(thing, block).attempt == 2);
}

static void test_each_thing_has_a_pause_of_its_own_that_a_restart_begins_anew(void)
{
	uint64_t          one = number++, other = number++;
	struct pr_attempt next = ask(one, 0);

	submit(&next, REVERTS);
	next = ask(other, 0);
	submit(&next, REVERTS);
	step();
	UNIT_CHECK(ask(one, 0).verdict == PR_ATTEMPT_PAUSE);
	now_ms += PR_ATTEMPT_PAUSE_MS / 2;
	UNIT_CHECK(ask(other, 0).verdict == PR_ATTEMPT_PAUSE && ask(one, 0).verdict == PR_ATTEMPT_PAUSE);
	now_ms += PR_ATTEMPT_PAUSE_MS / 2;
	UNIT_CHECK(ask(other, 0).verdict == PR_ATTEMPT_PAUSE && ask(one, 0).verdict == PR_ATTEMPT_SUBMIT);
	memset(&attempts, 0, sizeof attempts);
	next = ask(one, 0);
	UNIT_CHECK(next.verdict == PR_ATTEMPT_PAUSE && next.attempt == 1);
	now_ms += PR_ATTEMPT_PAUSE_MS;
	UNIT_CHECK(ask(one, 0).verdict == PR_ATTEMPT_SUBMIT);
}

static void test_more_failures_than_are_kept_get_their_turn(void)
{
	enum { THINGS = PR_ATTEMPTS_KEPT + 30 };
	uint64_t first = number;
	unsigned again = 0;

	number += THINGS;
	for (unsigned i = 0; i < THINGS; i++) {
		struct pr_attempt next = ask(first + i, 0);
		submit(&next, REVERTS);
	}
	step();
	for (unsigned round = 0; round < 4; round++, now_ms += PR_ATTEMPT_PAUSE_MS) {
		for (unsigned i = 0; i < THINGS; i++) {
			struct pr_attempt next = ask(first + i, 0);
			if (next.verdict != PR_ATTEMPT_SUBMIT) continue;
			again += next.attempt == 1;
			land(&next);
		}
	}
	UNIT_CHECK(again == THINGS);
}

int main(void)
{
	if (!anvil_available()) {
		UNIT_SKIP("test_attempts", ANVIL_MISSING);
		return UNIT_END();
	}
	struct pr_txmgr_options options = { .dir = tempdir_make(), .chain_id = ANVIL_CHAIN_ID, .sign = sign, .confirmations = 2, .in_flight_max = 4,
		.bump_after_ms = 1000000, .rebroadcast_ms = 1000000, .max_fee_cap = (pr_u128)1 << 60, .gas_margin_percent = 20 };
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	anvil_start(&node, "--no-mining", NULL);
	rpc = anvil_client(&node);
	anvil_put_probe(rpc);
	hex_bytes(probe20, 20, ANVIL_PROBE);
	hex_bytes(key32, 32, anvil_keys[0]);
	hex_bytes(options.addr20, 20, anvil_addrs[0]);
	PR_CHECK(pr_txmgr_open(&mgr, rpc, &options) == PR_OK);
	UNIT_RUN(test_an_attempt_that_failed_is_followed_after_a_growing_pause);
	UNIT_RUN(test_an_attempt_that_landed_and_did_not_do_it_is_followed);
	UNIT_RUN(test_each_thing_has_a_pause_of_its_own_that_a_restart_begins_anew);
	UNIT_RUN(test_more_failures_than_are_kept_get_their_turn);
	pr_txmgr_close(mgr);
	tempdir_remove(options.dir);
	pr_ethrpc_close(rpc);
	anvil_stop(&node);
	return UNIT_END();
}
