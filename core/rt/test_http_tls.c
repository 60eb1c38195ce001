/* The life of connections under TLS, where bytes may wait inside the library when the socket is silent. */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "core/base/unit.h"
#include "core/rt/clock.h"
#include "core/rt/http.h"
#include "core/rt/log.h"
#include "tests/support/rawsock.h"
#include "tests/support/tempdir.h"

#define H "Host: h\r\n"
#define BIG_BYTES 200000u

static struct pr_loop *loop;
static SSL_CTX *client_ctx;
static uint16_t port;
static atomic_uint closed_count;

static void on_echo(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx;
	pr_http_reply(x, 200, "text/plain", r->body, r->body_len);
}

static void on_count(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	char text[32];
	(void)ctx;
	snprintf(text, sizeof text, "%zu", r->body_len);
	pr_http_reply_text(x, 200, text);
}

static void on_big(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	static char big[BIG_BYTES];
	(void)ctx, (void)r;
	memset(big, 'b', sizeof big);
	pr_http_reply(x, 200, "text/plain", big, sizeof big);
}

static void answer_late(void *x)
{
	const struct pr_http_request *r = pr_http_exchange_request(x);
	pr_http_reply(x, 200, "text/plain", r->body, r->body_len);
}

static void on_late(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	PR_CHECK(pr_loop_post(loop, answer_late, x) == PR_OK);
}

/* Answers after a while, in which the bytes behind the request pile up. */
static struct pr_timer *hold_timer;

static void answer_held(void *x)
{
	pr_timer_close(hold_timer);
	answer_late(x);
}

static void on_hold(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	hold_timer = pr_timer_open(loop, 20, answer_held, x);
	PR_CHECK(hold_timer);
}

static void on_closed(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&closed_count, 1);
}

/* Three events and, without "?open", the end. */
static void on_stream(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	bool open = r->query.len > 0;
	(void)ctx;
	struct pr_http_stream *stream = pr_http_stream_open(x, "text/event-stream", on_closed, NULL);
	if (!stream) return;
	for (int i = 0; i < 3; i++) UNIT_CHECK(pr_http_stream_send(stream, "data: x\n\n", 9) == PR_OK);
	if (!open) pr_http_stream_close(stream);
}

static const struct pr_http_route routes[] = {
	{ PR_HTTP_GET | PR_HTTP_POST, "/echo", on_echo, NULL }, { PR_HTTP_GET | PR_HTTP_POST, "/late", on_late, NULL },
	{ PR_HTTP_GET, "/big", on_big, NULL },                  { PR_HTTP_GET, "/stream", on_stream, NULL },
	{ PR_HTTP_POST, "/count", on_count, NULL },
	{ PR_HTTP_POST, "/hold", on_hold, NULL },
};

static void certificate_make(const char *cert_path, const char *key_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	PR_CHECK(key && cert && X509_set_version(cert, 2) == 1);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	PR_CHECK(X509_sign(cert, key, EVP_sha256()) > 0);
	FILE *f = fopen(cert_path, "w");
	PR_CHECK(f && PEM_write_X509(f, cert) == 1 && fclose(f) == 0);
	int fd = open(key_path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	PR_CHECK(fd >= 0 && (f = fdopen(fd, "w")) && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(f) == 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static SSL *secure_connect(void)
{
	const struct timeval wait = { .tv_sec = RAWSOCK_WAIT_MS / 1000 };
	int fd = rawsock_connect(port);
	SSL *ssl = SSL_new(client_ctx);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	PR_CHECK(ssl && SSL_set_fd(ssl, fd) == 1);
	UNIT_CHECK(SSL_connect(ssl) == 1);
	return ssl;
}

static void secure_close(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);
	SSL_free(ssl);
	close(fd);
}

static void secure_text(SSL *ssl, const char *text) { UNIT_CHECK(SSL_write(ssl, text, (int)strlen(text)) == (int)strlen(text)); }

/* Reads until `stop` is there, the peer closes or the wait is over; free it. */
static char *secure_read(SSL *ssl, const char *stop_opt)
{
	size_t len = 0, cap = 1 << 21;
	char *bytes = malloc(cap);
	PR_CHECK(bytes);
	bytes[0] = 0;
	while (!(stop_opt && strstr(bytes, stop_opt)) && len + 20000 < cap) {
		int n = SSL_read(ssl, bytes + len, 16384);
		if (n <= 0) break;
		len += (size_t)n;
		bytes[len] = 0;
	}
	return bytes;
}

static unsigned occurrences(const char *text, const char *what)
{
	unsigned n = 0;
	for (const char *at = text; (at = strstr(at, what)); at++) n++;
	return n;
}

/* Many requests in few records: those behind one that waits for its answer are already decrypted. */
static void test_pipelined_requests(void)
{
	char all[8192];
	size_t len = 0;
	SSL *ssl = secure_connect();
	for (int i = 0; i < 60; i++)
		len += (size_t)snprintf(all + len, sizeof all - len, "POST %s HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n#%03d", i % 3 == 0 ? "/late" : "/echo", i);
	snprintf(all + len, sizeof all - len, "GET /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	secure_text(ssl, all);
	char *bytes = secure_read(ssl, NULL), *at = bytes;
	UNIT_CHECK(occurrences(bytes, "HTTP/1.1 200") == 61);
	for (int i = 0; i < 60 && at; i++) {
		at = strchr(at, '#');
		UNIT_CHECK(at && atoi(++at) == i);
	}
	free(bytes);
	secure_close(ssl);
}

static void test_bodies_in_small_records(void)
{
	SSL *ssl = secure_connect();
	secure_text(ssl, "POST /late HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\n");
	for (int i = 0; i < 1000; i++) UNIT_CHECK(SSL_write(ssl, "z", 1) == 1);
	secure_text(ssl, "GET /big HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
	char *bytes = secure_read(ssl, NULL);
	unsigned z = 0, b = 0;
	for (const char *at = bytes; *at; at++) z += *at == 'z', b += *at == 'b';
	UNIT_CHECK(occurrences(bytes, "HTTP/1.1 200") == 2 && z == 1000 && b >= BIG_BYTES);
	free(bytes);
	secure_close(ssl);
}

/* Bodies around the bound of what the server reads ahead: what the library holds back is not forgotten. */
static void test_large_bodies(void)
{
	static char body[PR_HTTP_BODY_BYTES_MAX];
	memset(body, 'y', sizeof body);
	for (size_t len = 120000; len <= sizeof body; len += 3517) {
		char head[128];
		SSL *ssl = secure_connect();
		snprintf(head, sizeof head, "POST /count HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: %zu\r\n\r\n", len);
		secure_text(ssl, head);
		UNIT_CHECK(SSL_write(ssl, body, (int)len) == (int)len);
		char *bytes = secure_read(ssl, NULL);
		UNIT_CHECK_ROW(head, strncmp(bytes, "HTTP/1.1 200 ", 13) == 0);
		free(bytes);
		secure_close(ssl);
	}
}

/* More requests than the server reads ahead. */
static void test_many_pipelined_requests(void)
{
	static char all[400000];
	for (unsigned pad = 0; pad < 20; pad++) {
		size_t len = 0;
		unsigned count = 0;
		SSL *ssl = secure_connect();
		while (len < 120000 + pad * 1777) {
			len += (size_t)snprintf(all + len, sizeof all - len, "POST %s HTTP/1.1\r\n" H "Content-Length: 500\r\n\r\n%0500u", count == 0 ? "/hold" : count % 20 ? "/count" : "/late", count);
			count++;
		}
		len += (size_t)snprintf(all + len, sizeof all - len, "GET /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
		UNIT_CHECK(SSL_write(ssl, all, (int)len) == (int)len);
		char *bytes = secure_read(ssl, NULL);
		UNIT_CHECK(occurrences(bytes, "HTTP/1.1 200") == count + 1);
		free(bytes);
		secure_close(ssl);
	}
}

static void test_a_malformed_request(void)
{
	SSL *ssl = secure_connect();
	secure_text(ssl, "GET /echo HTTP/1.1\nHost: h\n\nGET /echo HTTP/1.1\r\n" H "\r\n");
	char *bytes = secure_read(ssl, NULL);
	UNIT_CHECK(strncmp(bytes, "HTTP/1.1 400 ", 13) == 0 && occurrences(bytes, "HTTP/1.1") == 1);
	free(bytes);
	secure_close(ssl);
}

static void test_streams(void)
{
	SSL *ssl = secure_connect();
	secure_text(ssl, "GET /stream HTTP/1.1\r\n" H "\r\n");
	char *bytes = secure_read(ssl, NULL);
	UNIT_CHECK(occurrences(bytes, "data: x\n\n") == 3 && strlen(bytes) > 5 && strcmp(bytes + strlen(bytes) - 5, "0\r\n\r\n") == 0);
	free(bytes);
	secure_close(ssl);
	UNIT_CHECK(atomic_load(&closed_count) == 0);

	ssl = secure_connect();
	secure_text(ssl, "GET /stream?open HTTP/1.1\r\n" H "\r\n");
	bytes = secure_read(ssl, ":\n\n"); /* the heartbeat */
	UNIT_CHECK(occurrences(bytes, "data: x\n\n") == 3 && strstr(bytes, ":\n\n"));
	free(bytes);
	SSL_shutdown(ssl);
	secure_close(ssl);
	uint64_t end = pr_clock_ms() + RAWSOCK_WAIT_MS;
	while (atomic_load(&closed_count) == 0 && pr_clock_ms() < end) sched_yield();
	UNIT_CHECK(atomic_load(&closed_count) == 1);
}

/* A handshake that never comes, or stops half way, is an idle connection. */
static void test_silent_handshakes(void)
{
	uint64_t start = pr_clock_ms();
	int silent = rawsock_connect(port), halfway = rawsock_connect(port);
	rawsock_send(halfway, "\x16\x03\x01\x02\x00\x01\x00", 7);
	struct rawsock_reply r = rawsock_read(silent, NULL, 0);
	UNIT_CHECK(r.ended && r.len == 0);
	rawsock_free(&r);
	r = rawsock_read(halfway, NULL, 0);
	UNIT_CHECK(r.ended && pr_clock_ms() - start < RAWSOCK_WAIT_MS - 1000);
	rawsock_free(&r);
	close(silent);
	close(halfway);
}

/* A request that arrives too slowly is refused although each record is whole. */
static void test_slow_requests(void)
{
	SSL *ssl = secure_connect();
	secure_text(ssl, "GET /echo HTTP/1.1\r\n" H);
	char *bytes = secure_read(ssl, NULL);
	UNIT_CHECK(strncmp(bytes, "HTTP/1.1 408 ", 13) == 0);
	free(bytes);
	secure_close(ssl);
}

static void *loop_main(void *arg)
{
	pr_loop_run(arg);
	return NULL;
}

int main(void)
{
	char cert[256], key[256];
	pthread_t thread;
	struct pr_http_server *server;
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	const char *dir = tempdir_make();
	certificate_make(tempdir_name(cert, "cert.pem"), tempdir_name(key, "key.pem"));
	const struct pr_http_options options = { .bind = "127.0.0.1", .routes = routes, .route_count = sizeof routes / sizeof *routes, .tls_certificate_opt = cert,
						 .tls_key_opt = key, .body_bytes_max = PR_HTTP_BODY_BYTES_MAX, .idle_timeout_ms = 500, .request_deadline_ms = 300, .stream_heartbeat_ms = 100 };
	PR_CHECK((loop = pr_loop_open()) && pr_http_server_open(&server, loop, &options) == PR_OK);
	PR_CHECK((client_ctx = SSL_CTX_new(TLS_client_method())) && pthread_create(&thread, NULL, loop_main, loop) == 0);
	port = pr_http_server_port(server);
	UNIT_RUN(test_pipelined_requests);
	UNIT_RUN(test_bodies_in_small_records);
	UNIT_RUN(test_large_bodies);
	UNIT_RUN(test_many_pipelined_requests);
	UNIT_RUN(test_a_malformed_request);
	UNIT_RUN(test_streams);
	UNIT_RUN(test_silent_handshakes);
	UNIT_RUN(test_slow_requests);
	pr_loop_stop(loop);
	pthread_join(thread, NULL);
	pr_http_server_close(server);
	pr_loop_close(loop);
	SSL_CTX_free(client_ctx);
	tempdir_remove(dir);
	return UNIT_END();
}
