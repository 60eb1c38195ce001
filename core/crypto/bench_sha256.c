/* ns per call of each fixed-size path, both implementations; every result enters a digest that both must share. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/check.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sha256_impl.h"

#define CALLS 200000
#define REPEATS 7

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint8_t data[1024][64];
static uint8_t sink32[32];

static void absorb(const uint8_t bytes32[32])
{
	for (unsigned i = 0; i < 32; i++) sink32[i] ^= bytes32[i];
}

static void run_links(const struct pr_sha256_impl *impl)
{
	uint8_t out32[32];
	for (unsigned i = 0; i < CALLS; i++) {
		impl->chain(out32, data[i % 1024], 1);
		absorb(out32);
	}
}

static void run_nodes(const struct pr_sha256_impl *impl)
{
	uint8_t out32[32];
	for (unsigned i = 0; i < CALLS; i++) {
		impl->node(out32, 1, data[i % 1024], data[i % 1024] + 32);
		absorb(out32);
	}
}

static void run_chain(const struct pr_sha256_impl *impl)
{
	uint8_t out32[32];
	impl->chain(out32, data[0], CALLS);
	absorb(out32);
}

static void run_chain_x2(const struct pr_sha256_impl *impl)
{
	uint8_t a32[32], b32[32];
	impl->chain_x2(a32, b32, data[0], data[1], CALLS / 2);
	absorb(a32);
	absorb(b32);
}

static void run_bulk(const struct pr_sha256_impl *impl)
{
	uint8_t out32[32];
	uint32_t state[8] = { 0 };
	for (unsigned i = 0; i < CALLS / 1024; i++) impl->compress(state, data[0], 1024);
	memcpy(out32, state, 32);
	absorb(out32);
}

static double best_ns(void (*run)(const struct pr_sha256_impl *), const struct pr_sha256_impl *impl)
{
	double best = 1e18;
	for (unsigned i = 0; i < REPEATS; i++) {
		double start = now_ns();
		run(impl);
		double took = (now_ns() - start) / CALLS;
		if (took < best) best = took;
	}
	return best;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(const struct pr_sha256_impl *);
	} rows[] = {
		{ "32-byte link", run_links }, { "65-byte node", run_nodes },        { "chained link", run_chain },
		{ "chained x2, per link", run_chain_x2 }, { "64-byte block in bulk", run_bulk },
	};
	uint8_t digests[2][32];
	const struct pr_sha256_impl *impls[2] = { &pr_sha256_portable, pr_sha256_chosen() };
	for (unsigned i = 0; i < sizeof data; i++) ((uint8_t *)data)[i] = (uint8_t)(i * 2654435761u >> 24);
	for (unsigned k = 0; k < 2; k++) {
		memset(sink32, 0, 32);
		for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
			printf("sha256 %-9s %-22s %6.1f ns\n", impls[k]->name, rows[i].name, best_ns(rows[i].run, impls[k]));
		memcpy(digests[k], sink32, 32);
	}
	PR_CHECK(memcmp(digests[0], digests[1], 32) == 0);
	printf("%d calls, best of %d, gcc %s; results of both implementations equal\n", CALLS, REPEATS, __VERSION__);
	return 0;
}
