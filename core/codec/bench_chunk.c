/* ns per entry to add up, encode and decode full chunks of random entries; every decoded chunk is compared with what was encoded. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/codec/chunk.h"
#include "tests/support/any_entry.h"

#define CHUNKS 64
#define ROUNDS 20
#define REPEATS 5

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct pr_chunk chunks[CHUNKS], back;
static uint8_t plain[CHUNKS][PR_CHUNK_PLAIN_MAX], raw[CHUNKS][PR_CHUNK_RAW_MAX];
static uint32_t plain_len[CHUNKS], raw_len[CHUNKS];
static uint32_t entries;

/* Fills the chunks with entries that pay_only or any kind allows. */
static void fill(bool pay_only)
{
	uint64_t seed = 1;
	entries = 0;
	for (unsigned i = 0; i < CHUNKS; i++) {
		struct pr_chunk_sum sum;
		pr_chunk_sum_init(&sum);
		chunks[i].count = 0;
		while (chunks[i].count < PR_CHUNK_ENTRIES_MAX) {
			unsigned kind = pay_only ? PR_KIND_PAY : any_posted_kind(&seed);
			struct pr_entry e = any_entry(&seed, kind, 60, 130003);
			if (kind == PR_KIND_STREAM_TICK) e.f[PR_STREAM_TICK_COUNT].num %= 100;
			if (!pr_chunk_sum_add(&sum, &e)) break;
			chunks[i].entries[chunks[i].count++] = e;
		}
		entries += chunks[i].count;
	}
}

static void run_sum(void)
{
	for (unsigned i = 0; i < CHUNKS; i++) {
		struct pr_chunk_sum sum;
		pr_chunk_sum_init(&sum);
		for (uint32_t j = 0; j < chunks[i].count; j++) PR_CHECK(pr_chunk_sum_add(&sum, &chunks[i].entries[j]));
		PR_CHECK(sum.entries == chunks[i].count);
	}
}

static void run_encode(void)
{
	for (unsigned i = 0; i < CHUNKS; i++) PR_CHECK(pr_chunk_encode(plain[i], &plain_len[i], raw[i], &raw_len[i], &chunks[i]));
}

static void run_decode(void)
{
	for (unsigned i = 0; i < CHUNKS; i++) {
		PR_CHECK(pr_chunk_decode_sections(&back, plain[i], plain_len[i], raw[i], raw_len[i]));
		PR_CHECK(back.count == chunks[i].count && memcmp(back.entries, chunks[i].entries, back.count * sizeof back.entries[0]) == 0);
	}
}

static double best_ns(void (*run)(void))
{
	double best = 1e18;
	for (unsigned i = 0; i < REPEATS; i++) {
		double start = now_ns();
		for (unsigned j = 0; j < ROUNDS; j++) run();
		double took = (now_ns() - start) / ((double)ROUNDS * entries);
		if (took < best) best = took;
	}
	return best;
}

int main(void)
{
	for (unsigned pay_only = 0; pay_only < 2; pay_only++) {
		fill(pay_only);
		printf("%s, %.0f entries per chunk: ", pay_only ? "payments" : "all kinds", (double)entries / CHUNKS);
		printf("sum %.0f", best_ns(run_sum));
		printf(", encode %.0f", best_ns(run_encode));
		printf(", decode and compare %.0f ns per entry\n", best_ns(run_decode));
	}
	printf("%d chunks, %d rounds, best of %d, gcc %s; every chunk checked\n", CHUNKS, ROUNDS, REPEATS, __VERSION__);
	return 0;
}
