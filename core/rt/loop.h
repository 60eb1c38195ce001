/* An event loop (libevent) with a door for other threads.
 *
 * One thread runs it; everything bound to the loop is touched in that thread only.  Other threads hand work over with
 * pr_loop_post. */
#ifndef PR_RT_LOOP_H
#define PR_RT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct event_base;
struct pr_loop;
struct pr_timer;

#define PR_LOOP_POSTS_MAX 65536

/* NULL if the system refuses. */
struct pr_loop *pr_loop_open(void);
/* Frees it; posts not yet run are dropped.  Timers must be closed before. */
void pr_loop_close(struct pr_loop *loop);

struct event_base *pr_loop_base(struct pr_loop *loop);

/* Runs until pr_loop_stop.  A stop before the run ends the next run at once. */
void pr_loop_run(struct pr_loop *loop);
/* Any thread; also safe from a signal-free callback of the loop itself. */
void pr_loop_stop(struct pr_loop *loop);

/* Any thread: fn(arg) runs once in the loop's thread, in order of posting.  PR_ERR_FULL if PR_LOOP_POSTS_MAX are
 * waiting: nothing was queued. */
PR_MUST_USE enum pr_err pr_loop_post(struct pr_loop *loop, void (*fn)(void *arg), void *arg);

/* Calls fn(arg) every period_ms (at least 1) until closed.  Loop thread only.  NULL if the system refuses. */
struct pr_timer *pr_timer_open(struct pr_loop *loop, uint32_t period_ms, void (*fn)(void *arg), void *arg);
void pr_timer_close(struct pr_timer *timer);

#endif
