/* The client against our own server, plain and over TLS, and against a peer that answers canned bytes. */
#include "core/rt/httpc.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/base/unit.h"
#include "core/rt/clock.h"
#include "core/rt/http.h"
#include "core/rt/log.h"
#include "tests/support/rawsock.h"
#include "tests/support/tempdir.h"

static struct pr_httpc *client_open(const char *scheme, const char *host, uint16_t port, const char *path, const char *ca_opt, uint32_t max)
{
	char url[128];
	snprintf(url, sizeof url, "%s://%s:%u%s", scheme, host, port, path);
	const struct pr_httpc_options options = { .url = url, .ca_file_opt = ca_opt, .response_bytes_max = max };
	struct pr_httpc *c;
	UNIT_CHECK_ROW(url, pr_httpc_open(&c, &options) == PR_OK);
	PR_CHECK(c);
	return c;
}

static void test_urls(void)
{
	static const struct {
		const char *url, *header;
		enum pr_err want;
	} rows[] = {
		{ "http://h", NULL, PR_OK },
		{ "http://h:1/a?b=c@d", "Authorization: Bearer x", PR_OK },
		{ "http://[::1]:8545/", NULL, PR_OK },
		{ "https://h", NULL, PR_OK },
		{ "ftp://h/", NULL, PR_ERR_INVALID },
		{ "h:80", NULL, PR_ERR_INVALID },
		{ "http://", NULL, PR_ERR_INVALID },
		{ "http://:80/", NULL, PR_ERR_INVALID },
		{ "http://u@h/", NULL, PR_ERR_INVALID },
		{ "http://u:pw@h/", NULL, PR_ERR_INVALID },
		{ "http://u:12@h/", NULL, PR_ERR_INVALID },
		{ "http://h:/", NULL, PR_ERR_INVALID },
		{ "http://h:0/", NULL, PR_ERR_INVALID },
		{ "http://h:65536/", NULL, PR_ERR_INVALID },
		{ "http://h:80x/", NULL, PR_ERR_INVALID },
		{ "http://h/a b", NULL, PR_ERR_INVALID },
		{ "http://h/a\r\nX: y", NULL, PR_ERR_INVALID },
		{ "http://h h/", NULL, PR_ERR_INVALID },
		{ "http://h/#x", NULL, PR_ERR_INVALID },
		{ "http://[::1/", NULL, PR_ERR_INVALID },
		{ "http://[h]/", NULL, PR_ERR_INVALID },
		{ "http://h/", "no colon", PR_ERR_INVALID },
		{ "http://h/", "X: a\r\nY: b", PR_ERR_INVALID },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pr_httpc_options options = { .url = rows[i].url, .header_opt = rows[i].header };
		struct pr_httpc *c;
		UNIT_CHECK_ROW(rows[i].url, pr_httpc_open(&c, &options) == rows[i].want && (c != NULL) == (rows[i].want == PR_OK));
		pr_httpc_close(c);
	}
	const struct pr_httpc_options no_anchors = { .url = "https://h/", .ca_file_opt = "/nonexistent" };
	struct pr_httpc *c;
	UNIT_CHECK(pr_httpc_open(&c, &no_anchors) == PR_ERR_CONFIG && !c);
}

/* A peer that reads one request head and answers these bytes; then it closes, or, if hold is set, waits for the client to. */
struct canned {
	const char *bytes;
	size_t len;
	bool hold;
	int listener;
	uint16_t port;
	pthread_t thread;
	char request[4096];
};

static void *canned_main(void *arg)
{
	struct canned *p = arg;
	int fd = accept(p->listener, NULL, NULL);
	PR_CHECK(fd >= 0);
	struct rawsock_reply r = rawsock_read(fd, "\r\n\r\n", 0);
	snprintf(p->request, sizeof p->request, "%s", r.bytes);
	rawsock_free(&r);
	rawsock_send(fd, p->bytes, p->len);
	if (p->hold) {
		r = rawsock_read(fd, NULL, 0);
		rawsock_free(&r);
	}
	close(fd);
	return NULL;
}

static void canned_start(struct canned *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	PR_CHECK(bind(p->listener, (struct sockaddr *)&at, len) == 0 && listen(p->listener, 4) == 0);
	PR_CHECK(getsockname(p->listener, (struct sockaddr *)&at, &len) == 0);
	p->port = ntohs(at.sin_port);
	PR_CHECK(pthread_create(&p->thread, NULL, canned_main, p) == 0);
}

static void canned_stop(struct canned *p)
{
	pthread_join(p->thread, NULL);
	close(p->listener);
}

static void test_canned_answers(void)
{
	static const struct {
		const char *bytes;
		enum pr_err want;
		unsigned status;
		const char *body;
		bool hold;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", PR_OK, 200, "hello", true },
		{ "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello", PR_OK, 200, "hello", true },
		{ "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", PR_OK, 200, "", true },
		{ "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno", PR_OK, 500, "no", true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", PR_OK, 200, "hello", true },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", PR_OK, 200, "x", true },
		{ "HTTP/1.1 204 No\r\n\r\n", PR_OK, 204, "", true },
		{ "HTTP/1.0 200 OK\r\n\r\nuntil the end", PR_OK, 200, "until the end", false },
		{ "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", PR_OK, 200, "until the end", false },
		{ "", PR_ERR_NET, 0, NULL, false },
		{ "HTTP/1.1 200 OK\r\nContent-Le", PR_ERR_NET, 0, NULL, false },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", PR_ERR_NET, 0, NULL, false },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", PR_ERR_NET, 0, NULL, false },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nX: a\nContent-Length: 5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 5\r\n\r\nhello", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 101 Switching\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", PR_ERR_PEER, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", PR_ERR_FULL, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", PR_ERR_FULL, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", PR_ERR_TIMEOUT, 0, NULL, true },
		{ "HTTP/1.1 200 OK\r\n", PR_ERR_TIMEOUT, 0, NULL, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct canned peer = { .bytes = rows[i].bytes, .len = strlen(rows[i].bytes), .hold = rows[i].hold };
		struct pr_httpc_response r;
		canned_start(&peer);
		struct pr_httpc *c = client_open("http", "127.0.0.1", peer.port, "/x", NULL, 100);
		enum pr_err err = pr_httpc_request(c, &r, "GET", "/x?y=1", NULL, NULL, 0, rows[i].want == PR_ERR_TIMEOUT ? 100 : RAWSOCK_WAIT_MS);
		UNIT_CHECK_ROW(rows[i].bytes, err == rows[i].want && r.status == rows[i].status);
		if (err == PR_OK) UNIT_CHECK_ROW(rows[i].bytes, rows[i].body && r.body_len == strlen(rows[i].body) && strcmp(r.body, rows[i].body) == 0);
		else UNIT_CHECK(!r.body && r.body_len == 0);
		pr_httpc_close(c);
		canned_stop(&peer);
		char want[128];
		snprintf(want, sizeof want, "GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", peer.port);
		UNIT_CHECK(strcmp(peer.request, want) == 0);
	}
}

static void test_what_cannot_be_sent(void)
{
	static char long_target[9000];
	struct pr_httpc_response r;
	struct pr_httpc *c = client_open("http", "127.0.0.1", 1, "/", NULL, 0);
	memset(long_target, 'a', sizeof long_target - 1);
	long_target[0] = '/';
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", long_target, NULL, NULL, 0, 1000) == PR_ERR_INVALID);
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", "/a b", NULL, NULL, 0, 1000) == PR_ERR_INVALID);
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", "/a\r\nX: y", NULL, NULL, 0, 1000) == PR_ERR_INVALID);
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", "a", NULL, NULL, 0, 1000) == PR_ERR_INVALID);
	UNIT_CHECK(pr_httpc_request(c, &r, "GE T", "/", NULL, NULL, 0, 1000) == PR_ERR_INVALID);
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", "/", NULL, NULL, 0, 1000) == PR_ERR_NET); /* nobody listens on port 1 */
	pr_httpc_close(c);
}

static struct pr_loop *loop;

static void on_echo(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx;
	pr_http_reply(x, 200, "application/json", r->body, r->body_len);
}

/* Several times the request: an answer over many records and buffers. */
static void on_many(void *ctx, struct pr_http_exchange *x, const struct pr_http_request *r)
{
	(void)ctx, (void)r;
	char *big = malloc(5000000);
	for (size_t i = 0; i < 5000000; i++) big[i] = (char)('a' + i % 23);
	pr_http_reply(x, 200, "text/plain", big, 5000000);
	free(big);
}

static const struct pr_http_route routes[] = { { PR_HTTP_GET | PR_HTTP_POST, "/echo", on_echo, NULL }, { PR_HTTP_GET, "/many", on_many, NULL } };

static void exchange_all(struct pr_httpc *c)
{
	static char body[200000];
	struct pr_httpc_response r;
	uint64_t before = pr_metric_value(&pr_http_connections_total);
	for (size_t i = 0; i < sizeof body; i++) body[i] = (char)('A' + i % 25);
	for (size_t len = 1; len <= sizeof body; len = len * 3 + 1) {
		UNIT_CHECK(pr_httpc_post(c, &r, "application/json", body, len, RAWSOCK_WAIT_MS) == PR_OK);
		UNIT_CHECK(r.status == 200 && r.body_len == len && memcmp(r.body, body, len) == 0 && r.body[len] == 0);
	}
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", "/many", NULL, NULL, 0, RAWSOCK_WAIT_MS) == PR_OK);
	bool ok = r.body_len == 5000000;
	for (size_t i = 0; ok && i < r.body_len; i++) ok = r.body[i] == (char)('a' + i % 23);
	UNIT_CHECK(ok);
	UNIT_CHECK(pr_httpc_request(c, &r, "GET", "/none", NULL, NULL, 0, RAWSOCK_WAIT_MS) == PR_OK && r.status == 404);
	UNIT_CHECK(pr_metric_value(&pr_http_connections_total) - before == 1); /* one connection for all */
}

static void *loop_main(void *arg)
{
	pr_loop_run(arg);
	return NULL;
}

static struct pr_http_server *server_start(pthread_t *thread, uint16_t port, const char *cert_opt, const char *key_opt)
{
	struct pr_http_server *server;
	const struct pr_http_options options = { .bind = "127.0.0.1", .port = port, .routes = routes, .route_count = 2, .body_bytes_max = 256u << 10,
						 .tls_certificate_opt = cert_opt, .tls_key_opt = key_opt };
	PR_CHECK((loop = pr_loop_open()) && pr_http_server_open(&server, loop, &options) == PR_OK);
	PR_CHECK(pthread_create(thread, NULL, loop_main, loop) == 0);
	return server;
}

static void server_stop(struct pr_http_server *server, pthread_t thread)
{
	pr_loop_stop(loop);
	pthread_join(thread, NULL);
	pr_http_server_close(server);
	pr_loop_close(loop);
}

static void test_keep_alive_and_a_restarted_server(void)
{
	pthread_t thread;
	struct pr_httpc_response r;
	struct pr_http_server *server = server_start(&thread, 0, NULL, NULL);
	uint16_t port = pr_http_server_port(server);
	struct pr_httpc *c = client_open("http", "127.0.0.1", port, "/echo", NULL, 0);
	exchange_all(c);
	server_stop(server, thread);
	UNIT_CHECK(pr_httpc_post(c, &r, "text/plain", "x", 1, 1000) == PR_ERR_NET);
	server = server_start(&thread, port, NULL, NULL);
	UNIT_CHECK(pr_httpc_post(c, &r, "text/plain", "x", 1, RAWSOCK_WAIT_MS) == PR_OK);
	server_stop(server, thread);
	server = server_start(&thread, port, NULL, NULL); /* the kept connection is stale, and noticed in time */
	UNIT_CHECK(pr_httpc_post(c, &r, "text/plain", "y", 1, RAWSOCK_WAIT_MS) == PR_OK && r.body_len == 1 && r.body[0] == 'y');
	server_stop(server, thread);
	pr_httpc_close(c);
}

/* A key and a certificate signed by itself for 127.0.0.1. */
static void certificate_make(const char *cert_path, const char *key_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	PR_CHECK(key && cert);
	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	X509_NAME *name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_EXTENSION *alt = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
	PR_CHECK(alt && X509_add_ext(cert, alt, -1) && X509_sign(cert, key, EVP_sha256()) > 0);
	X509_EXTENSION_free(alt);
	FILE *f = fopen(cert_path, "w");
	PR_CHECK(f && PEM_write_X509(f, cert) == 1 && fclose(f) == 0);
	umask(077);
	f = fopen(key_path, "w");
	PR_CHECK(f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(f) == 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* A handshake with at most this version: true if the server agrees. */
static bool handshake(uint16_t port, int version_max)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(ctx, version_max);
	SSL *ssl = SSL_new(ctx);
	int fd = rawsock_connect(port);
	SSL_set_fd(ssl, fd);
	bool ok = SSL_connect(ssl) == 1;
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return ok;
}

static void test_tls(void)
{
	char cert[256], key[256], other_cert[256], other_key[256];
	pthread_t thread;
	struct pr_httpc_response r;
	certificate_make(tempdir_name(cert, "cert.pem"), tempdir_name(key, "key.pem"));
	certificate_make(tempdir_name(other_cert, "other.pem"), tempdir_name(other_key, "other-key.pem"));

	struct pr_http_server *server = server_start(&thread, 0, cert, key);
	uint16_t port = pr_http_server_port(server);
	struct pr_httpc *c = client_open("https", "127.0.0.1", port, "/echo", cert, 0);
	exchange_all(c);
	pr_httpc_close(c);

	c = client_open("https", "127.0.0.1", port, "/echo", other_cert, 0); /* not the anchor we trust */
	UNIT_CHECK(pr_httpc_post(c, &r, "text/plain", "x", 1, RAWSOCK_WAIT_MS) == PR_ERR_NET);
	pr_httpc_close(c);
	c = client_open("https", "localhost", port, "/echo", cert, 0); /* trusted, but for another name */
	UNIT_CHECK(pr_httpc_post(c, &r, "text/plain", "x", 1, RAWSOCK_WAIT_MS) == PR_ERR_NET);
	pr_httpc_close(c);
	UNIT_CHECK(handshake(port, TLS1_3_VERSION) && !handshake(port, TLS1_2_VERSION));

	int fd = rawsock_connect(port); /* plain text at a TLS port */
	rawsock_text(fd, "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
	struct rawsock_reply raw = rawsock_read(fd, NULL, 0);
	UNIT_CHECK(raw.ended && !strstr(raw.bytes, "HTTP/1.1"));
	rawsock_free(&raw);
	close(fd);
	server_stop(server, thread);

	/* Files that are refused. */
	struct pr_http_options options = { .bind = "127.0.0.1", .routes = routes, .route_count = 2, .tls_certificate_opt = cert };
	PR_CHECK((loop = pr_loop_open()));
	UNIT_CHECK(pr_http_server_open(&server, loop, &options) == PR_ERR_CONFIG && !server);
	options.tls_key_opt = other_key;
	UNIT_CHECK(pr_http_server_open(&server, loop, &options) == PR_ERR_CONFIG);
	options.tls_key_opt = "/nonexistent/key.pem";
	UNIT_CHECK(pr_http_server_open(&server, loop, &options) == PR_ERR_NOT_FOUND);
	options.tls_key_opt = key;
	UNIT_CHECK(chmod(key, 0644) == 0 && pr_http_server_open(&server, loop, &options) == PR_ERR_PERMISSION);
	options = (struct pr_http_options){ .bind = "localhost", .routes = routes };
	UNIT_CHECK(pr_http_server_open(&server, loop, &options) == PR_ERR_INVALID);
	options = (struct pr_http_options){ .bind = "127.0.0.1", .body_bytes_max = PR_HTTP_BODY_BYTES_MAX + 1 };
	UNIT_CHECK(pr_http_server_open(&server, loop, &options) == PR_ERR_INVALID);
	pr_loop_close(loop);
}

/* A peer that says goodbye and then resets while we still write: an error, not the end of a program that does not ignore
 * SIGPIPE. */
static void test_a_peer_that_breaks_off_under_tls(void)
{
	static char body[8u << 20], bytes[1024];
	char cert[256], key[256];
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	certificate_make(tempdir_name(cert, "breaks.pem"), tempdir_name(key, "breaks-key.pem"));
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	PR_CHECK(bind(listener, (struct sockaddr *)&at, len) == 0 && listen(listener, 4) == 0 && getsockname(listener, (struct sockaddr *)&at, &len) == 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		struct pr_httpc_response r;
		signal(SIGPIPE, SIG_DFL);
		struct pr_httpc *c = client_open("https", "127.0.0.1", ntohs(at.sin_port), "/", cert, 0);
		_exit(pr_httpc_post(c, &r, "text/plain", body, sizeof body, RAWSOCK_WAIT_MS) == PR_ERR_NET ? 0 : 1);
	}
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	PR_CHECK(SSL_CTX_use_certificate_chain_file(ctx, cert) == 1 && SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1);
	SSL *ssl = SSL_new(ctx);
	int fd = accept(listener, NULL, NULL), status = 0;
	UNIT_CHECK(SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1 && SSL_read(ssl, bytes, sizeof bytes) > 0);
	PR_CHECK(rawsock_readable(fd, RAWSOCK_WAIT_MS));
	shutdown(fd, SHUT_WR);
	close(fd); /* with bytes unread: a reset */
	waitpid(child, &status, 0);
	UNIT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(listener);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	const char *dir = tempdir_make();
	UNIT_RUN(test_urls);
	UNIT_RUN(test_canned_answers);
	UNIT_RUN(test_what_cannot_be_sent);
	UNIT_RUN(test_keep_alive_and_a_restarted_server);
	UNIT_RUN(test_tls);
	UNIT_RUN(test_a_peer_that_breaks_off_under_tls);
	tempdir_remove(dir);
	return UNIT_END();
}
