/* us per signature operation; every recovered address is compared with the signer's. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/be.h"
#include "core/base/check.h"
#include "core/crypto/crypto.h"
#include "core/crypto/keccak.h"
#include "core/crypto/sig.h"

#define COUNT 1000
#define REPEATS 5

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint8_t digests[COUNT][32], keys[COUNT][32], sigs[COUNT][64], addrs[COUNT][20];

static void run_sign(void)
{
	for (unsigned i = 0; i < COUNT; i++) PR_CHECK(pr_sig_sign(sigs[i], digests[i], keys[i]));
}

static void run_recover(void)
{
	for (unsigned i = 0; i < COUNT; i++) {
		uint8_t got20[20];
		PR_CHECK(pr_sig_recover_var(got20, digests[i], sigs[i]));
		PR_CHECK(memcmp(got20, addrs[i], 20) == 0);
	}
}

static void run_keccak(void)
{
	uint8_t out32[32];
	for (unsigned i = 0; i < COUNT; i++) {
		pr_keccak256(out32, sigs[i], 64);
		PR_CHECK(memcmp(out32, sigs[i], 32) != 0);
	}
}

static double best_us(void (*run)(void))
{
	double best = 1e18;
	for (unsigned i = 0; i < REPEATS; i++) {
		double start = now_us();
		run();
		double took = (now_us() - start) / COUNT;
		if (took < best) best = took;
	}
	return best;
}

int main(void)
{
	pr_crypto_init();
	for (uint32_t i = 0; i < COUNT; i++) {
		uint8_t seed[8] = { 0 };
		pr_be32_put(seed, i);
		pr_keccak256(digests[i], seed, 8);
		seed[7] = 1;
		pr_keccak256(keys[i], seed, 8);
		PR_CHECK(pr_sig_address(addrs[i], keys[i]));
	}
	printf("sign %.1f us\n", best_us(run_sign));
	printf("recover to address %.1f us\n", best_us(run_recover));
	printf("keccak-256 of 64 bytes %.3f us\n", best_us(run_keccak));
	printf("%d calls, best of %d, gcc %s; every address checked\n", COUNT, REPEATS, __VERSION__);
	return 0;
}
