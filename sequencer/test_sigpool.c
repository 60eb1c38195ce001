/* The order in which jobs of signatures are looked at. */
#include <stdlib.h>
#include <string.h>

#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/crypto/sig.h"
#include "sequencer/sigpool.h"

#define LARGE 1024u
#define LARGES 6u
#define SMALLS 16u

static struct pr_loop     *loop;
static struct seq_sigpool *pool;
static uint8_t             digest32[32], signer20[20], sig64[64];

struct job {
	struct seq_sigjob sig; /* first: done() gets its address */
	unsigned          rounds, more; /* how often it was done; how often it shall be put again */
	uint32_t          at;           /* as how many-eth it was done */
};

static uint32_t done_count, expected;

static void on_done(struct seq_sigjob *sig)
{
	struct job *job = (struct job *)sig;
	job->rounds++;
	job->at = ++done_count;
	for (uint32_t i = 0; i < sig->count; i++) UNIT_CHECK(memcmp(sig->signers[i], i % 3 == 2 ? (const uint8_t[20]){ 0 } : signer20, 20) == 0);
	if (job->more) {
		job->more--;
		UNIT_CHECK(seq_sigpool_put(pool, sig));
	}
	if (done_count == expected) pr_loop_stop(loop);
}

/* Every third signature is none. */
static void job_init(struct job *job, uint32_t count)
{
	*job = (struct job){ .sig = { .count = count, .done = on_done } };
	job->sig.digests = calloc(count, 32);
	job->sig.sigs    = calloc(count, 64);
	job->sig.signers = calloc(count, 20);
	PR_CHECK(job->sig.digests && job->sig.sigs && job->sig.signers);
	for (uint32_t i = 0; i < count; i++) {
		memcpy(job->sig.digests[i], digest32, 32);
		if (i % 3 != 2) memcpy(job->sig.sigs[i], sig64, 64);
	}
}

static void job_fini(struct job *job)
{
	free(job->sig.digests);
	free(job->sig.sigs);
	free(job->sig.signers);
}

static void run(uint32_t count)
{
	done_count = 0;
	expected   = count;
	pr_loop_run(loop);
	UNIT_CHECK(done_count == count);
}

/* The flood came first; the one signature of somebody else is looked at before any of its requests is through. */
static void test_one_signature_does_not_wait_for_many(void)
{
	struct job large[LARGES], small;
	for (unsigned i = 0; i < LARGES; i++) {
		job_init(&large[i], LARGE);
		UNIT_CHECK(seq_sigpool_put(pool, &large[i].sig));
	}
	job_init(&small, 1);
	UNIT_CHECK(seq_sigpool_put(pool, &small.sig));
	run(LARGES + 1);
	UNIT_CHECK(small.at == 1);
	for (unsigned i = 0; i < LARGES; i++) job_fini(&large[i]);
	job_fini(&small);
}

/* A large request gets through although small ones never stop coming. */
static void test_many_signatures_are_not_starved(void)
{
	struct job large, small[SMALLS];
	job_init(&large, LARGE / 4);
	UNIT_CHECK(seq_sigpool_put(pool, &large.sig));
	for (unsigned i = 0; i < SMALLS; i++) {
		job_init(&small[i], 2);
		small[i].more = 99;
		UNIT_CHECK(seq_sigpool_put(pool, &small[i].sig));
	}
	run(1 + SMALLS * 100);
	UNIT_CHECK(large.rounds == 1 && large.at < 1 + SMALLS * 100);
	/* Of four slices one is the large one's: it is through after about three small requests for each of its slices. */
	UNIT_CHECK(large.at < 1 + 4 * LARGE / 4 / SEQ_SIG_SLICE + SMALLS * 4);
	for (unsigned i = 0; i < SMALLS; i++) job_fini(&small[i]);
	job_fini(&large);
}

static void test_a_full_queue_refuses(void)
{
	struct job jobs[9], large;
	unsigned   taken = 0;
	job_init(&large, LARGE);
	UNIT_CHECK(seq_sigpool_put(pool, &large.sig));
	for (unsigned i = 0; i < 9; i++) job_init(&jobs[i], LARGE);
	while (taken < 9 && seq_sigpool_put(pool, &jobs[taken].sig)) taken++;
	UNIT_CHECK(taken == 7 || taken == 8); /* one may be under way */
	run(1 + taken);
	for (unsigned i = 0; i < 9; i++) job_fini(&jobs[i]);
	job_fini(&large);
}

int main(void)
{
	uint8_t key32[32] = { [31] = 7 };
	pr_crypto_init();
	memset(digest32, 0x5a, sizeof digest32);
	PR_CHECK(pr_sig_sign(sig64, digest32, key32) && pr_sig_address(signer20, key32));
	PR_CHECK((loop = pr_loop_open()) && (pool = seq_sigpool_open(loop, 1, 1024)));
	UNIT_RUN(test_one_signature_does_not_wait_for_many);
	UNIT_RUN(test_many_signatures_are_not_starved);
	seq_sigpool_close(pool);
	PR_CHECK((pool = seq_sigpool_open(loop, 1, 8)));
	UNIT_RUN(test_a_full_queue_refuses);
	seq_sigpool_close(pool);
	pr_loop_close(loop);
	return UNIT_END();
}
