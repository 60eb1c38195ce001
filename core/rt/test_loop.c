#include "core/rt/loop.h"

#include <pthread.h>

#include "core/base/unit.h"
#include "core/rt/clock.h"

#define THREADS 4
#define POSTS 2000u

static struct pr_loop *loop;
static pthread_t loop_thread;
static unsigned counts[THREADS], ran;
static bool disorder;

static void stop(void *arg)
{
	(void)arg;
	pr_loop_stop(loop);
}

static void count(void *arg)
{
	*(unsigned *)arg += 1;
}

static void test_posts_run_in_order(void)
{
	ran = 0;
	for (int i = 0; i < 100; i++) UNIT_CHECK(pr_loop_post(loop, count, &ran) == PR_OK);
	UNIT_CHECK(ran == 0);
	UNIT_CHECK(pr_loop_post(loop, stop, NULL) == PR_OK);
	UNIT_CHECK(pr_loop_post(loop, count, &ran) == PR_OK); /* handed over with the same ring, after the stop was asked */
	pr_loop_run(loop);
	UNIT_CHECK(ran == 101);
}

static void test_stop_before_run(void)
{
	pr_loop_stop(loop);
	pr_loop_run(loop); /* returns at once */
	pr_loop_stop(loop);
	pr_loop_stop(loop);
	pr_loop_run(loop);
	ran = 0;
	UNIT_CHECK(pr_loop_post(loop, count, &ran) == PR_OK && pr_loop_post(loop, stop, NULL) == PR_OK);
	pr_loop_run(loop); /* an old stop does not end it before its work */
	UNIT_CHECK(ran == 1);
}

struct ticket {
	unsigned thread, number;
};

static void check_ticket(void *arg)
{
	struct ticket *t = arg;
	if (counts[t->thread]++ != t->number || !pthread_equal(pthread_self(), loop_thread)) disorder = true;
	free(t);
	if (++ran == THREADS * POSTS) pr_loop_stop(loop);
}

static void *poster(void *arg)
{
	unsigned thread = (unsigned)(uintptr_t)arg;
	for (unsigned i = 0; i < POSTS; i++) {
		struct ticket *t = malloc(sizeof *t);
		*t = (struct ticket){ thread, i };
		PR_CHECK(t && pr_loop_post(loop, check_ticket, t) == PR_OK);
	}
	return NULL;
}

static void test_posts_of_many_threads(void)
{
	pthread_t threads[THREADS];
	ran = 0;
	loop_thread = pthread_self();
	for (uintptr_t i = 0; i < THREADS; i++) PR_CHECK(pthread_create(&threads[i], NULL, poster, (void *)i) == 0);
	pr_loop_run(loop);
	for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
	UNIT_CHECK(ran == THREADS * POSTS && !disorder);
}

static void test_too_many_posts(void)
{
	ran = 0;
	for (unsigned i = 0; i < PR_LOOP_POSTS_MAX; i++) UNIT_CHECK(pr_loop_post(loop, count, &ran) == PR_OK);
	UNIT_CHECK(pr_loop_post(loop, count, &ran) == PR_ERR_FULL);
	pr_loop_stop(loop);
	pr_loop_run(loop);
	UNIT_CHECK(ran == PR_LOOP_POSTS_MAX);
	UNIT_CHECK(pr_loop_post(loop, stop, NULL) == PR_OK); /* there is room again */
	pr_loop_run(loop);
}

/* A post that posts: the second runs in a later round, the loop does not starve or recurse. */
static unsigned depth, depth_max;

static void again(void *arg)
{
	(void)arg;
	if (++depth > depth_max) depth_max = depth;
	if (++ran < 1000) PR_CHECK(pr_loop_post(loop, again, NULL) == PR_OK);
	else pr_loop_stop(loop);
	depth--;
}

static void test_posts_from_posts(void)
{
	ran = 0;
	UNIT_CHECK(pr_loop_post(loop, again, NULL) == PR_OK);
	pr_loop_run(loop);
	UNIT_CHECK(ran == 1000 && depth_max == 1);
}

static struct pr_timer *fast, *slow;

static void on_fast(void *arg)
{
	(void)arg;
	if (++counts[0] == 5) {
		pr_timer_close(fast); /* from within its own call */
		fast = NULL;
	}
}

static void on_slow(void *arg)
{
	(void)arg;
	if (++counts[1] == 2) pr_loop_stop(loop);
}

static void test_timers(void)
{
	counts[0] = counts[1] = 0;
	uint64_t start = pr_clock_ms();
	fast = pr_timer_open(loop, 1, on_fast, NULL);
	slow = pr_timer_open(loop, 40, on_slow, NULL);
	UNIT_CHECK(fast && slow);
	pr_loop_run(loop);
	UNIT_CHECK(counts[0] == 5 && counts[1] == 2 && !fast);
	UNIT_CHECK(pr_clock_ms() - start >= 70); /* libevent counts with a coarse clock */
	pr_timer_close(slow);
	pr_timer_close(NULL);
}

static void test_close_drops_posts(void)
{
	struct pr_loop *other = pr_loop_open();
	ran = 0;
	UNIT_CHECK(other && pr_loop_post(other, count, &ran) == PR_OK);
	pr_loop_close(other);
	pr_loop_close(NULL);
	UNIT_CHECK(ran == 0);
}

int main(void)
{
	loop = pr_loop_open();
	PR_CHECK(loop);
	UNIT_RUN(test_posts_run_in_order);
	UNIT_RUN(test_stop_before_run);
	UNIT_RUN(test_posts_of_many_threads);
	UNIT_RUN(test_too_many_posts);
	UNIT_RUN(test_posts_from_posts);
	UNIT_RUN(test_timers);
	UNIT_RUN(test_close_drops_posts);
	pr_loop_close(loop);
	return UNIT_END();
}
