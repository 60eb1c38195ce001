#include "core/rt/metrics.h"

#include <pthread.h>

#include "core/base/check.h"
#include "core/base/unit.h"

PR_METRIC_COUNTER(test_plain_total, "test_plain_total", "plain");
PR_METRIC_COUNTER(test_code_200, "test_code_total{code=\"200\"}", "by code");
PR_METRIC_COUNTER(test_code_400, "test_code_total{code=\"400\"}", "by code");
PR_METRIC_GAUGE(test_level, "test_level_bytes", "level");
PR_METRIC_HISTOGRAM(test_time_us, "test_time_us", "time");

static char text[1 << 16];

static unsigned occurrences(const char *what)
{
	unsigned n = 0;
	for (const char *at = text; (at = strstr(at, what)); at++) n++;
	return n;
}

static void test_render(void)
{
	pr_metric_add(&test_plain_total, 3);
	pr_metric_add(&test_plain_total, 4);
	pr_metric_add(&test_code_400, 1);
	pr_metric_set(&test_level, 10);
	pr_metric_add(&test_level, 5);
	pr_metric_sub(&test_level, 1);
	UNIT_CHECK(pr_metrics_render(text, sizeof text) == strlen(text));
	UNIT_CHECK(strstr(text, "# HELP test_plain_total plain\n# TYPE test_plain_total counter\ntest_plain_total 7\n"));
	UNIT_CHECK(strstr(text, "# TYPE test_level_bytes gauge\ntest_level_bytes 14\n"));
	UNIT_CHECK(strstr(text, "test_code_total{code=\"200\"} 0\n") && strstr(text, "test_code_total{code=\"400\"} 1\n"));
	UNIT_CHECK(occurrences("# TYPE test_code_total counter\n") == 1 && occurrences("# HELP test_code_total by code\n") == 1);
	UNIT_CHECK(occurrences("# TYPE test_time_us histogram\n") == 1);
}

/* Bucket i counts what is at most 2^i, and all lower buckets with it. */
static void test_histogram(void)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 4, 5, 1024, 1025, 1ull << 31, (1ull << 31) + 1, UINT64_MAX };
	char line[96];
	uint64_t sum = 0;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		pr_metric_observe(&test_time_us, values[i]);
		sum += values[i];
	}
	UNIT_CHECK(pr_metrics_render(text, sizeof text) > 0);
	for (unsigned b = 0; b < PR_METRIC_BUCKETS - 1; b++) {
		unsigned want = 0;
		for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) want += values[i] <= 1ull << b;
		snprintf(line, sizeof line, "test_time_us_bucket{le=\"%llu\"} %u\n", 1ull << b, want);
		UNIT_CHECK_ROW(line, strstr(text, line) != NULL);
	}
	snprintf(line, sizeof line, "test_time_us_sum %llu\ntest_time_us_count 11\n", (unsigned long long)sum);
	UNIT_CHECK(strstr(text, "test_time_us_bucket{le=\"+Inf\"} 11\n") && strstr(text, line));
}

static void test_too_little_room(void)
{
	size_t len = pr_metrics_render(text, sizeof text);
	for (size_t cap = 1; cap <= len; cap += 7) {
		memset(text, 'x', len + 1);
		UNIT_CHECK(pr_metrics_render(text, cap) == 0 && text[0] == 0 && text[cap] == 'x');
	}
	UNIT_CHECK(pr_metrics_render(text, len) == 0 && pr_metrics_render(text, len + 1) == len);
}

static void *adder(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		pr_metric_add(&test_code_200, 1);
		pr_metric_observe(&test_time_us, 3);
	}
	return arg;
}

static void test_threads(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++) PR_CHECK(pthread_create(&threads[i], NULL, adder, NULL) == 0);
	for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
	UNIT_CHECK(pr_metric_value(&test_code_200) == 80000 && pr_metrics_render(text, sizeof text) > 0 && strstr(text, "test_time_us_count 80011\n"));
}

int main(void)
{
	UNIT_RUN(test_render);
	UNIT_RUN(test_histogram);
	UNIT_RUN(test_too_little_room);
	UNIT_RUN(test_threads);
	return UNIT_END();
}
