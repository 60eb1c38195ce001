/* Counters, gauges and histograms, defined statically and rendered in Prometheus' text format 0.0.4.
 *
 *     PR_METRIC_COUNTER(seq_ticks_total, "seq_ticks_total", "Ticks accepted.");
 *     pr_metric_add(&seq_ticks_total, n);
 *
 * A name may carry labels ("x_total{code=\"400\"}"); metrics of one family stand together in one file.  Updates are
 * relaxed atomics and may come from any thread.  Values are unsigned integers: put the unit in the name (_us, _bytes). */
#ifndef PR_RT_METRICS_H
#define PR_RT_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Bucket i counts values of at most 2^i; the last one all the rest. */
#define PR_METRIC_BUCKETS 33

enum pr_metric_type { PR_METRIC_TYPE_COUNTER, PR_METRIC_TYPE_GAUGE, PR_METRIC_TYPE_HISTOGRAM };

struct pr_metric {
	const char *name;
	const char *help;
	enum pr_metric_type type;
	_Atomic uint64_t value;    /* histogram: sum of values */
	_Atomic uint64_t *buckets; /* histogram only */
};

#define PR_METRIC_DEFINE(variable, name_, help_, type_, buckets_)                                     \
	struct pr_metric variable = { .name = name_, .help = help_, .type = type_, .buckets = buckets_ }; \
	__attribute__((used, section("pr_metrics"))) static struct pr_metric *const variable##_entry = &variable

#define PR_METRIC_COUNTER(variable, name, help) PR_METRIC_DEFINE(variable, name, help, PR_METRIC_TYPE_COUNTER, NULL)
#define PR_METRIC_GAUGE(variable, name, help) PR_METRIC_DEFINE(variable, name, help, PR_METRIC_TYPE_GAUGE, NULL)
#define PR_METRIC_HISTOGRAM(variable, name, help)                    \
	static _Atomic uint64_t variable##_buckets[PR_METRIC_BUCKETS]; \
	PR_METRIC_DEFINE(variable, name, help, PR_METRIC_TYPE_HISTOGRAM, variable##_buckets)

static inline void pr_metric_add(struct pr_metric *m, uint64_t n)
{
	atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

/* Gauges. */
static inline void pr_metric_set(struct pr_metric *m, uint64_t v) { atomic_store_explicit(&m->value, v, memory_order_relaxed); }
static inline void pr_metric_sub(struct pr_metric *m, uint64_t n) { atomic_fetch_sub_explicit(&m->value, n, memory_order_relaxed); }

/* Histograms. */
void pr_metric_observe(struct pr_metric *m, uint64_t v);

static inline uint64_t pr_metric_value(const struct pr_metric *m)
{
	return atomic_load_explicit(&((struct pr_metric *)m)->value, memory_order_relaxed);
}

/* Writes all metrics of the program, terminated.  Returns the length, or 0 (out = "") if it does not fit in cap. */
size_t pr_metrics_render(char *out, size_t cap);

#define PR_METRICS_CONTENT_TYPE "text/plain; version=0.0.4"

#endif
