#include "core/rt/clock.h"

#include <time.h>

#include "core/base/check.h"

static struct timespec now(clockid_t id)
{
	struct timespec t;
	PR_CHECK(clock_gettime(id, &t) == 0);
	return t;
}

uint64_t pr_clock_ns(void)
{
	struct timespec t = now(CLOCK_MONOTONIC);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t pr_clock_us(void) { return pr_clock_ns() / 1000; }
uint64_t pr_clock_ms(void) { return pr_clock_ns() / 1000000; }
uint64_t pr_time_unix_s(void) { return (uint64_t)now(CLOCK_REALTIME).tv_sec; }

uint64_t pr_time_unix_ms(void)
{
	struct timespec t = now(CLOCK_REALTIME);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t pr_clock_thread_us(void)
{
	struct timespec t = now(CLOCK_THREAD_CPUTIME_ID);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}
