/* The unit-test runner: a program is a list of named cases; each prints one line only when it fails.
 *
 *     static void test_round_trip(void) { UNIT_CHECK(f(g(x)) == x); }
 *     int main(int argc, char **argv) { UNIT_RUN(test_round_trip); return UNIT_END(); }
 *
 * The last line, "NAME: N passed, M failed, K skipped", is added up by tests/run.  Random tests draw from
 * unit_rand, which is seeded from PR_SEED (default 1) and printed on failure. */
#ifndef PR_BASE_UNIT_H
#define PR_BASE_UNIT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int unit_passed, unit_failed, unit_skipped, unit_case_failures;
static uint64_t unit_state;

static inline uint64_t unit_seed(void)
{
	const char *s = getenv("PR_SEED");
	return s ? strtoull(s, NULL, 0) : 1;
}

/* xorshift64*: deterministic, good enough to choose test inputs. */
static inline uint64_t unit_rand(void)
{
	if (!unit_state) unit_state = unit_seed() * 0x9E3779B97F4A7C15u | 1;
	unit_state ^= unit_state >> 12;
	unit_state ^= unit_state << 25;
	unit_state ^= unit_state >> 27;
	return unit_state * 0x2545F4914F6CDD1Du;
}

static inline void unit_check(int ok, const char *file, int line, const char *text)
{
	if (ok) return;
	if (unit_case_failures++ < 10) fprintf(stderr, "%s:%d: %s (PR_SEED=%llu)\n", file, line, text, (unsigned long long)unit_seed());
}

static inline void unit_end_case(const char *name)
{
	if (unit_case_failures) {
		unit_failed++;
		fprintf(stderr, "FAILED %s\n", name);
	} else {
		unit_passed++;
	}
	unit_case_failures = 0;
}

#define UNIT_CHECK(x) unit_check(!!(x), __FILE__, __LINE__, #x)
/* Like UNIT_CHECK, naming the row of a table that failed. */
#define UNIT_CHECK_ROW(name, x) unit_check(!!(x), __FILE__, __LINE__, (name))
#define UNIT_RUN(f) (f(), unit_end_case(#f))
#define UNIT_SKIP(name, why) (unit_skipped++, (void)fprintf(stderr, "skipped %s: %s\n", name, why))
#define UNIT_END() \
	(printf("%s: %d passed, %d failed, %d skipped\n", __FILE__, unit_passed, unit_failed, unit_skipped), unit_failed ? 1 : 0)

#endif
