#include "core/rt/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

/* The linker collects the entries of all object files into one array and names its ends. */
extern struct pr_metric *const __start_pr_metrics[] __attribute__((weak, visibility("hidden")));
extern struct pr_metric *const __stop_pr_metrics[] __attribute__((weak, visibility("hidden")));

void pr_metric_observe(struct pr_metric *m, uint64_t v)
{
	PR_CHECK(m->type == PR_METRIC_TYPE_HISTOGRAM);
	unsigned bucket = v <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(v - 1);
	if (bucket >= PR_METRIC_BUCKETS) bucket = PR_METRIC_BUCKETS - 1;
	atomic_fetch_add_explicit(&m->buckets[bucket], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->value, v, memory_order_relaxed);
}

struct text {
	char *buf;
	size_t len, cap;
	bool failed;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
	if (t->failed) return;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(t->buf + t->len, t->cap - t->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= t->cap - t->len) t->failed = true;
	else t->len += (size_t)n;
}

static void put_histogram(struct text *t, const struct pr_metric *m)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < PR_METRIC_BUCKETS; i++) {
		sum += atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
		if (i + 1 < PR_METRIC_BUCKETS) put(t, "%s_bucket{le=\"%" PRIu64 "\"} %" PRIu64 "\n", m->name, (uint64_t)1 << i, sum);
	}
	put(t, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %" PRIu64 "\n%s_count %" PRIu64 "\n", m->name, sum, m->name, pr_metric_value(m),
	    m->name, sum);
}

size_t pr_metrics_render(char *out, size_t cap)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	PR_CHECK(cap > 0);
	struct text t = { .buf = out, .cap = cap };
	size_t family_len = 0;
	const char *family = "";
	out[0] = 0;
	for (struct pr_metric *const *p = __start_pr_metrics; p < __stop_pr_metrics; p++) {
		const struct pr_metric *m = *p;
		size_t len = strcspn(m->name, "{");
		if (len != family_len || memcmp(m->name, family, len) != 0) {
			family = m->name;
			family_len = len;
			put(&t, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int)len, family, m->help, (int)len, family, types[m->type]);
		}
		if (m->type == PR_METRIC_TYPE_HISTOGRAM) put_histogram(&t, m);
		else put(&t, "%s %" PRIu64 "\n", m->name, pr_metric_value(m));
	}
	if (t.failed) {
		out[0] = 0;
		return 0;
	}
	return t.len;
}
