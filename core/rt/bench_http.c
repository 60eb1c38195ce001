/* Cost of a request in the server's thread: CPU time, with a client on another thread that keeps 32 requests under way
 * on one connection and checks every answer's length. */
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "core/rt/clock.h"
#include "core/rt/http.h"
#include "core/rt/log.h"
#include "tests/support/rawsock.h"

#define WINDOW 32u

static uint64_t body_bytes;

static void on_post(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx;
	body_bytes += r->body_len;
	pr_http_reply(x, 200, "text/plain", "ok", 2);
}

static const struct pr_http_route routes[] = { { PR_HTTP_GET | PR_HTTP_POST, "/", on_post, NULL } };

static void *loop_main(void *loop)
{
	pr_loop_run(loop);
	return NULL;
}

static uint64_t cpu_ns(pthread_t thread)
{
	clockid_t id;
	struct timespec t;
	PR_CHECK(pthread_getcpuclockid(thread, &id) == 0 && clock_gettime(id, &t) == 0);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void run(uint16_t port, pthread_t server, size_t body, unsigned requests)
{
	static char request[1 << 17], answers[1 << 16];
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
	int n = body ? snprintf(request, sizeof request, "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", body)
		     : snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	size_t len = (size_t)n + body, pending = 0;
	memset(request + n, 'x', body);
	body_bytes = 0;
	int fd = rawsock_connect(port);
	uint64_t start = pr_clock_ns(), cpu = cpu_ns(server);
	for (unsigned sent = 0, done = 0; done < requests;) {
		for (; sent < requests && sent - done < WINDOW; sent++) PR_CHECK(rawsock_send(fd, request, len));
		ssize_t got = recv(fd, answers, sizeof answers, 0);
		PR_CHECK(got > 0);
		pending += (size_t)got;
		done += (unsigned)(pending / (sizeof answer - 1));
		pending %= sizeof answer - 1;
	}
	uint64_t wall = pr_clock_ns() - start;
	cpu = cpu_ns(server) - cpu;
	PR_CHECK(body_bytes == (uint64_t)body * requests && pending == 0);
	printf("body %6zu: %6u requests, server %6.2f us CPU each, %8.0f requests/s, %7.1f MB/s\n", body, requests, (double)cpu / requests / 1e3,
	       requests / ((double)wall / 1e9), (double)body_bytes / ((double)wall / 1e3));
	close(fd);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	struct pr_loop *loop = pr_loop_open();
	struct pr_http_server *server;
	const struct pr_http_options options = { .bind = "127.0.0.1", .routes = routes, .route_count = 1 };
	PR_CHECK(loop && pr_http_server_open(&server, loop, &options) == PR_OK);
	pthread_t thread;
	PR_CHECK(pthread_create(&thread, NULL, loop_main, loop) == 0);
	printf("http: %u under way on one connection, compiler %s\n", WINDOW, __VERSION__);
	for (int round = 0; round < 2; round++) {
		run(pr_http_server_port(server), thread, 0, 100000);
		run(pr_http_server_port(server), thread, 500, 100000);
		run(pr_http_server_port(server), thread, 65516, 10000);
	}
	pr_loop_stop(loop);
	pthread_join(thread, NULL);
	pr_http_server_close(server);
	pr_loop_close(loop);
	return 0;
}
