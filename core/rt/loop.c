#include "core/rt/loop.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct post {
	void (*fn)(void *arg);
	void *arg;
};

/* Posts wait in `waiting`; the loop swaps it with `running`, so the lock is held for a few instructions only. */
struct pr_loop {
	struct event_base *base;
	struct event *wake;
	int wake_fd;
	bool stop; /* under lock */
	pthread_mutex_t lock;
	struct post *waiting, *running;
	uint32_t waiting_count, waiting_cap, running_cap;
};

struct pr_timer {
	struct event *event;
	void (*fn)(void *arg);
	void *arg;
};

static void ring(struct pr_loop *loop)
{
	uint64_t one = 1;
	ssize_t n = write(loop->wake_fd, &one, sizeof one);
	PR_CHECK(n == sizeof one); /* an eventfd only refuses at 2^64 - 1 unread rings */
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct pr_loop *loop = arg;
	uint64_t rings;
	ssize_t ignored = read(fd, &rings, sizeof rings);
	(void)ignored;

	pthread_mutex_lock(&loop->lock);
	struct post *posts = loop->waiting;
	uint32_t count = loop->waiting_count, cap = loop->waiting_cap;
	loop->waiting = loop->running;
	loop->waiting_cap = loop->running_cap;
	loop->waiting_count = 0;
	loop->running = posts;
	loop->running_cap = cap;
	bool stop = loop->stop;
	pthread_mutex_unlock(&loop->lock);

	for (uint32_t i = 0; i < count; i++) posts[i].fn(posts[i].arg);
	if (stop) event_base_loopbreak(loop->base);
}

struct pr_loop *pr_loop_open(void)
{
	struct pr_loop *loop = calloc(1, sizeof *loop);
	PR_CHECK(loop);
	pthread_mutex_init(&loop->lock, NULL);
	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	/* Environment variables (EVENT_NO...) must not choose how we run. */
	struct event_config *config = event_config_new();
	PR_CHECK(config);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop->wake_fd >= 0 && loop->base) loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
	if (!loop->wake || event_add(loop->wake, NULL) != 0) {
		pr_loop_close(loop);
		return NULL;
	}
	return loop;
}

void pr_loop_close(struct pr_loop *loop)
{
	if (!loop) return;
	if (loop->wake) event_free(loop->wake);
	if (loop->base) event_base_free(loop->base);
	if (loop->wake_fd >= 0) close(loop->wake_fd);
	pthread_mutex_destroy(&loop->lock);
	free(loop->waiting);
	free(loop->running);
	free(loop);
}

struct event_base *pr_loop_base(struct pr_loop *loop) { return loop->base; }

void pr_loop_run(struct pr_loop *loop)
{
	event_base_dispatch(loop->base);
	pthread_mutex_lock(&loop->lock);
	loop->stop = false;
	pthread_mutex_unlock(&loop->lock);
}

void pr_loop_stop(struct pr_loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	loop->stop = true;
	pthread_mutex_unlock(&loop->lock);
	ring(loop);
}

enum pr_err pr_loop_post(struct pr_loop *loop, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&loop->lock);
	uint32_t at = loop->waiting_count;
	if (at == PR_LOOP_POSTS_MAX) {
		pthread_mutex_unlock(&loop->lock);
		return PR_ERR_FULL;
	}
	if (at == loop->waiting_cap) {
		loop->waiting_cap = at ? 2 * at : 64;
		loop->waiting = realloc(loop->waiting, loop->waiting_cap * sizeof *loop->waiting);
		PR_CHECK(loop->waiting);
	}
	loop->waiting[at] = (struct post){ fn, arg };
	loop->waiting_count = at + 1;
	pthread_mutex_unlock(&loop->lock);
	if (at == 0) ring(loop);
	return PR_OK;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct pr_timer *timer = arg;
	timer->fn(timer->arg);
}

struct pr_timer *pr_timer_open(struct pr_loop *loop, uint32_t period_ms, void (*fn)(void *arg), void *arg)
{
	PR_CHECK(period_ms > 0);
	struct pr_timer *timer = calloc(1, sizeof *timer);
	PR_CHECK(timer);
	timer->fn = fn;
	timer->arg = arg;
	timer->event = event_new(loop->base, -1, EV_PERSIST, on_timer, timer);
	struct timeval period = { .tv_sec = period_ms / 1000, .tv_usec = (suseconds_t)(period_ms % 1000) * 1000 };
	if (!timer->event || event_add(timer->event, &period) != 0) {
		pr_timer_close(timer);
		return NULL;
	}
	return timer;
}

void pr_timer_close(struct pr_timer *timer)
{
	if (!timer) return;
	if (timer->event) event_free(timer->event);
	free(timer);
}
