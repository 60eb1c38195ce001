/* The clocks.  Deadlines and latencies use the monotonic one, ledger time and logs the wall clock, bounds on work the thread's.
 * They never fail and may be called from any thread. */
#ifndef PR_RT_CLOCK_H
#define PR_RT_CLOCK_H

#include <stdint.h>

/* Monotonic time since an arbitrary start, in milliseconds / microseconds / nanoseconds. */
uint64_t pr_clock_ms(void);
uint64_t pr_clock_us(void);
uint64_t pr_clock_ns(void);

/* Wall-clock time since 1970-01-01 UTC, in seconds / milliseconds. */
uint64_t pr_time_unix_s(void);
uint64_t pr_time_unix_ms(void);

/* What the calling thread has spent on a processor, in microseconds. */
uint64_t pr_clock_thread_us(void);

#endif
