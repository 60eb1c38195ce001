/* Plain loopback sockets for tests of servers: every wait ends after RAWSOCK_WAIT_MS. */
#ifndef PR_TEST_RAWSOCK_H
#define PR_TEST_RAWSOCK_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"

#define RAWSOCK_WAIT_MS 10000

static inline int rawsock_connect_with(uint16_t port, int receive_bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	PR_CHECK(fd >= 0);
	if (receive_bytes) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	PR_CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

static inline int rawsock_connect(uint16_t port) { return rawsock_connect_with(port, 0); }

/* Sends all; false if the peer closed meanwhile. */
static inline bool rawsock_send(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n <= 0) return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static inline bool rawsock_text(int fd, const char *text) { return rawsock_send(fd, text, strlen(text)); }

/* True once there is something to read, or the end. */
static inline bool rawsock_readable(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, wait_ms) == 1;
}

struct rawsock_reply {
	char *bytes; /* terminated; free with rawsock_free */
	size_t len;
	bool ended; /* the peer closed */
	bool reset; /* ... by a reset */
};

/* Reads to the end, or until `stop_opt` is among the bytes, or until stop_len bytes are there (0: no matter). */
static inline struct rawsock_reply rawsock_read(int fd, const char *stop_opt, size_t stop_len)
{
	struct rawsock_reply r = { .bytes = calloc(1, 1) };
	size_t cap = 1;
	while (!(stop_opt && strstr(r.bytes, stop_opt)) && !(stop_len && r.len >= stop_len)) {
		if (cap - r.len < 65537) {
			cap = cap * 2 + 131072;
			r.bytes = realloc(r.bytes, cap);
			PR_CHECK(r.bytes);
		}
		if (!rawsock_readable(fd, RAWSOCK_WAIT_MS)) break;
		ssize_t n = recv(fd, r.bytes + r.len, 65536, 0);
		if (n <= 0) {
			r.ended = true;
			r.reset = n < 0;
			break;
		}
		r.len += (size_t)n;
		r.bytes[r.len] = 0;
	}
	return r;
}

static inline void rawsock_free(struct rawsock_reply *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

static inline unsigned rawsock_status(const struct rawsock_reply *r)
{
	unsigned status = 0;
	return sscanf(r->bytes, "HTTP/1.1 %3u ", &status) == 1 ? status : 0;
}

static inline unsigned rawsock_count(const struct rawsock_reply *r, const char *text)
{
	unsigned n = 0;
	for (const char *p = r->bytes; (p = strstr(p, text)); p++) n++;
	return n;
}

#endif
