/* A JSON-RPC server on loopback whose answers a test chooses: for what a real node never says.
 *
 * One thread, one connection at a time.  The answer function gets each request's body and writes an HTTP status and a body.
 *
 * A test that forks (tests/support/child.h) gets its child at a moment when the thread only waits: the locks of a sanitizer's runtime, unlike malloc's, stay
 * locked in a child if a thread held one. */
#ifndef PR_TESTS_SUPPORT_CANNED_H
#define PR_TESTS_SUPPORT_CANNED_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"

#define CANNED_BYTES_MAX (1u << 20)

/* Held by the thread but while it waits for bytes or a client. */
static pthread_mutex_t canned_busy = PTHREAD_MUTEX_INITIALIZER;

static inline void canned_rest(void) { PR_CHECK(pthread_mutex_unlock(&canned_busy) == 0); }
static inline void canned_work(void) { PR_CHECK(pthread_mutex_lock(&canned_busy) == 0); }

/* Returns the HTTP status; 0 closes the connection without an answer.  reply has room for CANNED_BYTES_MAX. */
typedef unsigned (*canned_fn)(void *ctx, const char *body, char *reply);

struct canned {
	int listener;
	pthread_t thread;
	sem_t runs;
	char url[64];
	canned_fn fn;
	void *ctx;
	unsigned requests;
};

/* Reads one request's body into buf; false if the client left. */
static inline bool canned_read(int fd, char *buf)
{
	size_t len = 0;
	for (;;) {
		canned_rest();
		ssize_t n = recv(fd, buf + len, CANNED_BYTES_MAX - 1 - len, 0);
		canned_work();
		if (n <= 0) return false;
		len += (size_t)n;
		buf[len] = 0;
		char *end = strstr(buf, "\r\n\r\n"), *field = strcasestr(buf, "content-length:");
		if (!end) continue;
		size_t body = field && field < end ? strtoul(field + 15, NULL, 10) : 0;
		size_t head = (size_t)(end + 4 - buf);
		if (len < head + body) continue;
		memmove(buf, buf + head, body);
		buf[body] = 0;
		return true;
	}
}

static inline void canned_serve(struct canned *c, int fd)
{
	char *body = malloc(CANNED_BYTES_MAX), *reply = malloc(CANNED_BYTES_MAX), *all = malloc(CANNED_BYTES_MAX + 128);
	PR_CHECK(body && reply && all);
	while (canned_read(fd, body)) {
		c->requests++;
		unsigned status = c->fn(c->ctx, body, reply);
		if (status == 0) break;
		/* In one piece: two would wait for the client's delayed acknowledgement. */
		int n = snprintf(all, CANNED_BYTES_MAX + 128, "HTTP/1.1 %u X\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(reply), reply);
		if (send(fd, all, (size_t)n, MSG_NOSIGNAL) != n) break;
	}
	free(body);
	free(reply);
	free(all);
}

static inline void *canned_run(void *arg)
{
	struct canned *c = arg;

	canned_work();
	PR_CHECK(sem_post(&c->runs) == 0);
	for (;;) {
		canned_rest();
		int fd = accept(c->listener, NULL, NULL);
		canned_work();
		if (fd < 0) break;
		canned_serve(c, fd);
		close(fd);
	}
	canned_rest();
	return NULL;
}

static inline void canned_start(struct canned *c, canned_fn fn, void *ctx)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof addr;
	memset(c, 0, sizeof *c);
	c->fn = fn;
	c->ctx = ctx;
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	PR_CHECK(c->listener >= 0 && bind(c->listener, (struct sockaddr *)&addr, sizeof addr) == 0);
	PR_CHECK(listen(c->listener, 8) == 0 && getsockname(c->listener, (struct sockaddr *)&addr, &len) == 0);
	snprintf(c->url, sizeof c->url, "http://127.0.0.1:%u", ntohs(addr.sin_port));
	static bool forks_safely;
	if (!forks_safely) PR_CHECK(pthread_atfork(canned_work, canned_rest, canned_rest) == 0);
	forks_safely = true;
	PR_CHECK(sem_init(&c->runs, 0, 0) == 0 && pthread_create(&c->thread, NULL, canned_run, c) == 0);
	while (sem_wait(&c->runs) != 0) PR_CHECK(errno == EINTR);
}

/* Close the clients first. */
static inline void canned_stop(struct canned *c)
{
	shutdown(c->listener, SHUT_RDWR);
	pthread_join(c->thread, NULL);
	sem_destroy(&c->runs);
	close(c->listener);
}

#endif
