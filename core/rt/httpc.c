#include "core/rt/httpc.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/rt/clock.h"

struct pr_httpc {
	char host[256], port[8], path[PR_HTTPC_URL_BYTES_MAX], header[1024];
	bool tls;
	size_t response_max;
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	char *buf; /* bytes received and not yet used */
	size_t len, cap;
};

/* Printable ASCII without blanks, and starting like a path. */
static bool target_ok(const char *target)
{
	for (const char *p = target; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '#') return false;
	return target[0] == '/';
}

/* The host, in brackets if it is an IPv6 address; *p goes behind it. */
static bool parse_host(struct pr_httpc *c, const char **p)
{
	const bool brackets = **p == '[';
	*p += brackets;
	size_t len = brackets ? strspn(*p, "0123456789abcdefABCDEF:.") : strcspn(*p, ":/?#@[]");
	if (len == 0 || len >= sizeof c->host) return false;
	memcpy(c->host, *p, len);
	*p += len;
	if (brackets && *(*p)++ != ']') return false;
	return !strpbrk(c->host, " \t\r\n\"<>\\");
}

static enum pr_err parse_url(struct pr_httpc *c, const char *url)
{
	const char *p = url;
	if (strlen(url) >= PR_HTTPC_URL_BYTES_MAX) return PR_ERR_INVALID;
	if (strncmp(p, "http://", 7) == 0) p += 7;
	else if (strncmp(p, "https://", 8) == 0) c->tls = true, p += 8;
	else return PR_ERR_INVALID;
	if (!parse_host(c, &p)) return PR_ERR_INVALID;
	snprintf(c->port, sizeof c->port, "%s", c->tls ? "443" : "80");
	if (*p == ':') {
		size_t n = strspn(++p, "0123456789");
		if (n == 0 || n > 5) return PR_ERR_INVALID;
		memcpy(c->port, p, n);
		c->port[n] = 0;
		unsigned long port = strtoul(c->port, NULL, 10);
		if (port == 0 || port > 65535) return PR_ERR_INVALID;
		p += n;
	}
	if (*p != 0 && !target_ok(p)) return PR_ERR_INVALID;
	snprintf(c->path, sizeof c->path, "%s", *p ? p : "/");
	return PR_OK;
}

/* The system's bundle by the names that distributions give it; the environment, which OpenSSL's own default would ask,
 * has no say. */
static enum pr_err load_anchors(struct pr_httpc *c, const char *file_opt)
{
	static const char *const files[] = { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
	if (file_opt) return SSL_CTX_load_verify_locations(c->ctx, file_opt, NULL) == 1 ? PR_OK : PR_ERR_CONFIG;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (access(files[i], R_OK) == 0) return SSL_CTX_load_verify_locations(c->ctx, files[i], NULL) == 1 ? PR_OK : PR_ERR_CONFIG;
	return PR_ERR_CONFIG;
}

enum pr_err pr_httpc_open(struct pr_httpc **out, const struct pr_httpc_options *options)
{
	*out = NULL;
	struct pr_httpc *c = calloc(1, sizeof *c);
	if (!c) return PR_ERR_FULL;
	c->fd           = -1;
	c->response_max = options->response_bytes_max ? options->response_bytes_max : PR_HTTPC_RESPONSE_BYTES_DEFAULT;
	enum pr_err err = parse_url(c, options->url);
	if (err == PR_OK && options->header_opt) {
		if (strlen(options->header_opt) >= sizeof c->header || strpbrk(options->header_opt, "\r\n") || !strchr(options->header_opt, ':')) err = PR_ERR_INVALID;
		else snprintf(c->header, sizeof c->header, "%s", options->header_opt);
	}
	if (err == PR_OK && c->tls) {
		c->ctx = SSL_CTX_new(TLS_client_method());
		if (!c->ctx) err = PR_ERR_FULL;
		else {
			SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION);
			SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
			err = load_anchors(c, options->ca_file_opt);
		}
	}
	if (err != PR_OK) {
		pr_httpc_close(c);
		return err;
	}
	*out = c;
	return PR_OK;
}

static void drop(struct pr_httpc *c)
{
	if (c->ssl) SSL_free(c->ssl);
	if (c->fd >= 0) close(c->fd);
	c->ssl = NULL;
	c->fd  = -1;
	c->len = 0;
}

void pr_httpc_close(struct pr_httpc *c)
{
	if (!c) return;
	drop(c);
	if (c->ctx) SSL_CTX_free(c->ctx);
	free(c->buf);
	free(c);
}

/* Waits until the socket allows what is wanted. */
static enum pr_err wait_for(const struct pr_httpc *c, short events, uint64_t deadline)
{
	for (;;) {
		uint64_t now = pr_clock_ms();
		if (now >= deadline) return PR_ERR_TIMEOUT;
		struct pollfd p = { .fd = c->fd, .events = events };
		int           n = poll(&p, 1, (int)(deadline - now > 60000 ? 60000 : deadline - now));
		if (n > 0) return PR_OK;
		if (n < 0 && errno != EINTR) return PR_ERR_NET;
	}
}

static enum pr_err ssl_wait(const struct pr_httpc *c, int result, uint64_t deadline)
{
	switch (SSL_get_error(c->ssl, result)) {
	case SSL_ERROR_WANT_READ: return wait_for(c, POLLIN, deadline);
	case SSL_ERROR_WANT_WRITE: return wait_for(c, POLLOUT, deadline);
	default: ERR_clear_error(); return PR_ERR_NET;
	}
}

/* OpenSSL's socket, but for its write(2), which would raise SIGPIPE when the peer has broken off. */
static BIO_METHOD *quiet_socket;

static int quiet_write(BIO *bio, const char *bytes, int len)
{
	int fd = -1;
	BIO_get_fd(bio, &fd);
	int n = (int)send(fd, bytes, (size_t)len, MSG_NOSIGNAL);
	BIO_clear_retry_flags(bio);
	if (n <= 0 && BIO_sock_should_retry(n)) BIO_set_retry_write(bio);
	return n;
}

static void quiet_socket_make(void)
{
	const BIO_METHOD *socket_method = BIO_s_socket();
	quiet_socket                    = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
	PR_CHECK(quiet_socket && BIO_meth_set_write(quiet_socket, quiet_write) && BIO_meth_set_read(quiet_socket, BIO_meth_get_read(socket_method)) &&
	         BIO_meth_set_ctrl(quiet_socket, BIO_meth_get_ctrl(socket_method)) && BIO_meth_set_create(quiet_socket, BIO_meth_get_create(socket_method)) &&
	         BIO_meth_set_destroy(quiet_socket, BIO_meth_get_destroy(socket_method)));
}

static enum pr_err start_tls(struct pr_httpc *c, uint64_t deadline)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int result;
	pthread_once(&once, quiet_socket_make);
	BIO *bio = BIO_new(quiet_socket);
	if (!bio) return PR_ERR_NET;
	BIO_set_fd(bio, c->fd, BIO_NOCLOSE);
	if (!(c->ssl = SSL_new(c->ctx))) {
		BIO_free(bio);
		return PR_ERR_NET;
	}
	SSL_set_bio(c->ssl, bio, bio); /* is the session's from here on */
	/* An address is checked as an address, and is not a server name (RFC 6066). */
	if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), c->host) != 1 &&
	    (SSL_set_tlsext_host_name(c->ssl, c->host) != 1 || SSL_set1_host(c->ssl, c->host) != 1))
		return PR_ERR_NET;
	while ((result = SSL_connect(c->ssl)) != 1) PR_FORWARD(ssl_wait(c, result, deadline));
	return PR_OK;
}

static enum pr_err connect_to(struct pr_httpc *c, uint64_t deadline)
{
	struct addrinfo  hints = { .ai_socktype = SOCK_STREAM }, *list;
	enum pr_err      err = PR_ERR_NET;
	int              one = 1;

	if (getaddrinfo(c->host, c->port, &hints, &list) != 0) return PR_ERR_NET;
	for (struct addrinfo *a = list; a && err != PR_OK; a = a->ai_next) {
		int       failed = 0;
		socklen_t size   = sizeof failed;
		drop(c);
		if ((c->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0) continue;
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (connect(c->fd, a->ai_addr, a->ai_addrlen) == 0) err = PR_OK;
		else if (errno == EINPROGRESS && (err = wait_for(c, POLLOUT, deadline)) == PR_OK &&
		         (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0 || failed != 0))
			err = PR_ERR_NET;
	}
	freeaddrinfo(list);
	if (err == PR_OK && c->tls) err = start_tls(c, deadline);
	if (err != PR_OK) drop(c);
	return err;
}

static enum pr_err send_all(struct pr_httpc *c, const char *bytes, size_t len, uint64_t deadline)
{
	while (len > 0) {
		ssize_t n;
		if (c->ssl) {
			n = SSL_write(c->ssl, bytes, len > 1 << 20 ? 1 << 20 : (int)len);
			if (n <= 0) {
				PR_FORWARD(ssl_wait(c, (int)n, deadline));
				continue;
			}
		} else {
			n = send(c->fd, bytes, len, MSG_NOSIGNAL);
			if (n < 0 && errno == EINTR) continue;
			if (n < 0 && errno == EAGAIN) {
				PR_FORWARD(wait_for(c, POLLOUT, deadline));
				continue;
			}
			if (n <= 0) return PR_ERR_NET;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return PR_OK;
}

/* Receives some bytes more; PR_ERR_NET also at the end of the stream, with *end set. */
static enum pr_err receive(struct pr_httpc *c, uint64_t deadline, bool *end)
{
	*end = false;
	if (pr_clock_ms() >= deadline) return PR_ERR_TIMEOUT; /* also while bytes keep coming */
	if (c->len + 65536 > c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 131072;
		if (cap > c->response_max + PR_HTTPC_HEAD_BYTES_MAX + 262144) cap = c->response_max + PR_HTTPC_HEAD_BYTES_MAX + 262144;
		if (cap < c->len + 65536) return PR_ERR_FULL;
		char *buf = realloc(c->buf, cap + 1);
		if (!buf) return PR_ERR_FULL;
		c->buf = buf;
		c->cap = cap;
	}
	for (;;) {
		ssize_t n = c->ssl ? SSL_read(c->ssl, c->buf + c->len, 65536) : recv(c->fd, c->buf + c->len, 65536, 0);
		if (n > 0) {
			c->len += (size_t)n;
			return PR_OK;
		}
		if (c->ssl) {
			*end = SSL_get_error(c->ssl, (int)n) == SSL_ERROR_ZERO_RETURN;
			if (*end) return PR_ERR_NET;
			PR_FORWARD(ssl_wait(c, (int)n, deadline));
		} else if (n == 0) {
			*end = true;
			return PR_ERR_NET;
		} else if (errno == EAGAIN) {
			PR_FORWARD(wait_for(c, POLLIN, deadline));
		} else if (errno != EINTR) {
			return PR_ERR_NET;
		}
	}
}

/* The kept connection is usable if the peer has neither closed it nor said anything unasked. */
static bool still_open(const struct pr_httpc *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	return c->fd >= 0 && c->len == 0 && poll(&p, 1, 0) == 0;
}

struct head {
	unsigned status;
	size_t bytes;
	bool has_length, chunked, close;
	uint64_t length;
};

static bool header_line(struct head *h, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	if (!colon || colon == line) return false;
	for (const char *p = line; p < colon; p++)
		if (*p <= ' ') return false; /* folded, or a blank before the colon */
	size_t      name = (size_t)(colon - line), from = name + 1, end = len;
	while (from < end && (line[from] == ' ' || line[from] == '\t')) from++;
	while (end > from && (line[end - 1] == ' ' || line[end - 1] == '\t')) end--;
	const char *value = line + from;
	size_t      n     = end - from;
	if (name == 14 && strncasecmp(line, "content-length", 14) == 0) {
		if (h->has_length || n == 0 || n > 18) return false;
		h->has_length = true;
		for (size_t i = 0; i < n; i++) {
			if (value[i] < '0' || value[i] > '9') return false;
			h->length = h->length * 10 + (uint64_t)(value[i] - '0');
		}
	} else if (name == 17 && strncasecmp(line, "transfer-encoding", 17) == 0) {
		if (h->chunked || n != 7 || strncasecmp(value, "chunked", 7) != 0) return false;
		h->chunked = true;
	} else if (name == 10 && strncasecmp(line, "connection", 10) == 0) {
		h->close = n == 5 && strncasecmp(value, "close", 5) == 0;
	}
	return true;
}

static bool parse_head(struct head *h, const char *bytes, size_t len)
{
	const char *line = bytes, *end = bytes + len - 2;
	memset(h, 0, sizeof *h);
	h->bytes = len;
	if (len < 17 || strncmp(bytes, "HTTP/1.", 7) != 0 || (bytes[7] != '0' && bytes[7] != '1') || bytes[8] != ' ') return false;
	for (int i = 9; i < 12; i++) {
		if (bytes[i] < '0' || bytes[i] > '9') return false;
		h->status = h->status * 10 + (unsigned)(bytes[i] - '0');
	}
	if (bytes[12] != ' ' && bytes[12] != '\r') return false;
	h->close = bytes[7] == '0';
	for (bool first = true; line < end; first = false) {
		const char *stop = memchr(line, '\r', (size_t)(end - line));
		if (!stop || stop[1] != '\n') return false;
		size_t n = (size_t)(stop - line);
		if (memchr(line, '\n', n) || (!first && !header_line(h, line, n))) return false;
		line += n + 2;
	}
	return !(h->has_length && h->chunked) && h->status >= 100;
}

/* Reads until n bytes are in the buffer. */
static enum pr_err need(struct pr_httpc *c, size_t n, uint64_t deadline)
{
	bool end;
	while (c->len < n) PR_FORWARD(receive(c, deadline, &end));
	return PR_OK;
}

/* Decodes chunks in place behind the head; *body_len their sum. */
static enum pr_err read_chunks(struct pr_httpc *c, size_t at, size_t *body_len, uint64_t deadline)
{
	size_t out = at, in = at;
	for (;;) {
		uint64_t size = 0;
		unsigned digits = 0;
		for (;; in++, digits++) {
			PR_FORWARD(need(c, in + 2, deadline));
			char     ch = c->buf[in];
			unsigned v  = ch >= '0' && ch <= '9' ? (unsigned)(ch - '0') : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (unsigned)((ch | 32) - 'a' + 10) : 16;
			if (v > 15) break;
			if (digits == 8) return PR_ERR_PEER;
			size = size << 4 | v;
		}
		if (digits == 0 || c->buf[in] != '\r' || c->buf[in + 1] != '\n') return PR_ERR_PEER;
		in += 2;
		if (size > c->response_max - (out - at)) return PR_ERR_FULL;
		PR_FORWARD(need(c, in + size + 2, deadline));
		memmove(c->buf + out, c->buf + in, size);
		in += size;
		out += size;
		if (c->buf[in] != '\r' || c->buf[in + 1] != '\n') return PR_ERR_PEER;
		in += 2;
		if (size == 0) break;
	}
	if (in != c->len) return PR_ERR_PEER;
	*body_len = out - at;
	return PR_OK;
}

/* A head; interim ones (100 Continue, 103 Early Hints) are skipped. */
static enum pr_err read_head(struct pr_httpc *c, struct head *h, uint64_t deadline)
{
	for (unsigned heads = 0; heads < 8; heads++) {
		bool  end;
		char *stop;
		while (!(stop = c->len ? memmem(c->buf, c->len, "\r\n\r\n", 4) : NULL)) {
			if (c->len > PR_HTTPC_HEAD_BYTES_MAX) return PR_ERR_PEER;
			PR_FORWARD(receive(c, deadline, &end));
		}
		if (!parse_head(h, c->buf, (size_t)(stop - c->buf) + 4)) return PR_ERR_PEER;
		if (h->status >= 200) return PR_OK;
		if (h->status == 101) return PR_ERR_PEER;
		c->len -= h->bytes;
		memmove(c->buf, c->buf + h->bytes, c->len);
	}
	return PR_ERR_PEER;
}

static enum pr_err read_response(struct pr_httpc *c, struct pr_httpc_response *response, uint64_t deadline)
{
	struct head h;
	bool        end;

	PR_FORWARD(read_head(c, &h, deadline));
	size_t body = 0;
	if (h.chunked) {
		PR_FORWARD(read_chunks(c, h.bytes, &body, deadline));
	} else if (h.has_length) {
		if (h.length > c->response_max) return PR_ERR_FULL;
		PR_FORWARD(need(c, h.bytes + h.length, deadline));
		body = h.length;
		if (c->len != h.bytes + h.length) return PR_ERR_PEER;
	} else if (h.status == 204 || h.status == 304) {
		if (c->len != h.bytes) return PR_ERR_PEER;
	} else {
		enum pr_err err;
		while ((err = receive(c, deadline, &end)) == PR_OK)
			if (c->len - h.bytes > c->response_max) return PR_ERR_FULL;
		if (!end) return err;
		body    = c->len - h.bytes;
		h.close = true;
	}
	memmove(c->buf, c->buf + h.bytes, body);
	c->buf[body]     = 0;
	c->len           = 0;
	response->status = h.status;
	response->body   = c->buf;
	response->body_len = body;
	if (h.close) drop(c);
	return PR_OK;
}

/* The whole head into out[cap]; its length, 0 if it does not fit. */
static size_t write_head(char *out, size_t cap, const struct pr_httpc *c, const char *method, const char *target, const char *content_type_opt,
                         bool with_body, size_t len)
{
	char        type[256] = "", length[64] = "";
	const char *colon = strchr(c->host, ':') ? "[" : "";

	if (content_type_opt && (size_t)snprintf(type, sizeof type, "Content-Type: %s\r\n", content_type_opt) >= sizeof type) return 0;
	if (with_body) snprintf(length, sizeof length, "Content-Length: %zu\r\n", len);
	int n = snprintf(out, cap, "%s %s HTTP/1.1\r\nHost: %s%s%s:%s\r\n%s%s%s%s\r\n", method, target, colon, c->host, *colon ? "]" : "", c->port, c->header,
	                 c->header[0] ? "\r\n" : "", type, length);
	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

enum pr_err pr_httpc_request(struct pr_httpc *c, struct pr_httpc_response *response, const char *method, const char *target,
                             const char *content_type_opt, const void *body, size_t len, uint32_t deadline_ms)
{
	char     head[8192];
	uint64_t deadline = pr_clock_ms() + deadline_ms;
	bool     with_body = len > 0 || strcmp(method, "GET") != 0;

	memset(response, 0, sizeof *response);
	if (!target_ok(target) || strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(method) || !*method) return PR_ERR_INVALID;
	size_t n = write_head(head, sizeof head, c, method, target, content_type_opt, with_body, len);
	if (n == 0) return PR_ERR_INVALID;
	if (!still_open(c)) {
		drop(c);
		PR_FORWARD(connect_to(c, deadline));
	}
	enum pr_err err = send_all(c, head, n, deadline);
	if (err == PR_OK && with_body) err = send_all(c, body, len, deadline);
	if (err == PR_OK) err = read_response(c, response, deadline);
	if (err != PR_OK) {
		drop(c);
		memset(response, 0, sizeof *response);
	}
	return err;
}

enum pr_err pr_httpc_post(struct pr_httpc *c, struct pr_httpc_response *response, const char *content_type, const void *body, size_t len,
                          uint32_t deadline_ms)
{
	return pr_httpc_request(c, response, "POST", c->path, content_type, body, len, deadline_ms);
}
