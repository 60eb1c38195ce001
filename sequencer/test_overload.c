/* More than the sequencer can take: the queue for signatures and the backlog of the log are filled to their bounds.  What is refused is told so by name
 * and has no effect at all; what was taken is answered when there is room again, and is there after kill -9.
 *
 * The signer's recovery and the log's sync are held here: this program's own functions of these names stand before those of the libraries. */
#include <dlfcn.h>
#include <secp256k1_recovery.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/support/rawsock.h" /* first: it has arguments of names that are globals there */
#include "sequencer/test_server.h"

#define WAIT_MS 30000u
#define BODY_TICKS (SEQ_TICK_BODY_MAX / SEQ_TICK_BYTES)
#define BODIES_MAX (SEQ_LOG_BACKLOG_MAX / SEQ_TICK_BODY_MAX + 8u)
#define CHAIN_LENGTH (BODIES_MAX * BODY_TICKS)

/* Shared with the server: what it must wait for, and how many threads do. */
struct gate {
	_Atomic bool shut;
	_Atomic int  waiting;
};
static struct {
	struct gate recover, sync;
} *gates;

static void pass(struct gate *gate)
{
	if (!atomic_load(&gate->shut)) return;
	atomic_fetch_add(&gate->waiting, 1);
	while (atomic_load(&gate->shut)) nap();
	atomic_fetch_sub(&gate->waiting, 1);
}

static void shut(struct gate *gate) { atomic_store(&gate->shut, true); }
static void open_again(struct gate *gate) { atomic_store(&gate->shut, false); }

int fdatasync(int fd)
{
	if (gates) pass(&gates->sync);
	return (int)syscall(SYS_fdatasync, fd);
}

int secp256k1_ecdsa_recover(const secp256k1_context *ctx, secp256k1_pubkey *key, const secp256k1_ecdsa_recoverable_signature *sig, const unsigned char *hash32)
{
	int (*recover)(const secp256k1_context *, secp256k1_pubkey *, const secp256k1_ecdsa_recoverable_signature *, const unsigned char *);
	if (gates) pass(&gates->recover);
	*(void **)&recover = dlsym(RTLD_NEXT, "secp256k1_ecdsa_recover");
	return recover(ctx, key, sig, hash32);
}

static bool waits(struct gate *gate)
{
	uint64_t deadline = pr_clock_ms() + WAIT_MS;
	while (atomic_load(&gate->waiting) == 0 && pr_clock_ms() < deadline) nap();
	return atomic_load(&gate->waiting) > 0;
}

/* ---- Requests whose answers are read later ---- */

static int request(const char *target, const char *type, const void *body, size_t len)
{
	char head[256];
	int  fd = rawsock_connect((uint16_t)port);
	(void)snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", target, type, len);
	UNIT_CHECK(rawsock_text(fd, head) && rawsock_send(fd, body, len));
	return fd;
}

static bool is_answered(int fd) { return rawsock_readable(fd, 0); }

/* The status, 0 if there is no answer; its head and body are in answer, a body of 200 in doc.  Closes. */
static unsigned answer_read(int fd)
{
	struct rawsock_reply r      = rawsock_read(fd, NULL, 0);
	unsigned             status = rawsock_status(&r);
	UNIT_CHECK(r.len < sizeof answer);
	(void)snprintf(answer, sizeof answer, "%s", r.bytes);
	const char *body = strstr(answer, "\r\n\r\n");
	if (status == 200) UNIT_CHECK(body && pr_json_parse(&doc, body + 4, strlen(body + 4), nodes, NODES) == PR_JSON_OK);
	rawsock_free(&r);
	(void)close(fd);
	return status;
}

/* ---- Tests ---- */

static void restart(void)
{
	server_kill(SIGKILL);
	server_start();
}

/* One request with the thread, one in the queue: of those after them each is refused, and none of its entries has an effect. */
static void test_signature_queue_full(void)
{
	char     text[4096];
	int      fds[USERS];
	unsigned refused = 0, taken = 0;

	shut(&gates->recover);
	for (unsigned user = 0; user < USERS; user++) {
		size_t len = transfers(text, sizeof text, user);
		fds[user]  = request("/", "application/json", text, len);
		if (user == 0) UNIT_CHECK(waits(&gates->recover));
	}
	uint64_t deadline = pr_clock_ms() + WAIT_MS;
	while (refused < USERS - 2 && pr_clock_ms() < deadline) {
		for (unsigned user = 1; user < USERS; user++) {
			if (fds[user] < 0 || !is_answered(fds[user])) continue;
			UNIT_CHECK(answer_read(fds[user]) == 200 && error_is(PR_JSON_NONE, -32005, "busy"));
			fds[user] = -1;
			refused++;
		}
		nap();
	}
	UNIT_CHECK(refused == USERS - 2 && !is_answered(fds[0]));
	check_books(); /* and others are served meanwhile */
	open_again(&gates->recover);
	for (unsigned user = 0; user < USERS; user++) {
		if (fds[user] < 0) continue;
		UNIT_CHECK(answer_read(fds[user]) == 200 && all_applied());
		note_transfers(user);
		taken++;
	}
	UNIT_CHECK(taken == 2 && metrics_say("\nseq_sigpool_refused_total 2\n"));
	check_books();
	for (unsigned user = 0; user < USERS; user++) {
		(void)transfers(text, sizeof text, user);
		(void)post(text);
		UNIT_CHECK(all_applied());
		note_transfers(user);
	}
	check_books();
	restart();
	check_books();
}

static uint32_t stream;

static size_t ticks(uint8_t *body, unsigned number_of)
{
	for (uint64_t i = 0; i < BODY_TICKS; i++) kit_tick(body + i * SEQ_TICK_BYTES, stream, 1, CHAIN_LENGTH, number_of * (uint64_t)BODY_TICKS + i + 1);
	return (size_t)BODY_TICKS * SEQ_TICK_BYTES;
}

static bool ticks_taken(unsigned status) { return status == 200 && number(0, "accepted") == BODY_TICKS && number(0, "duplicates") == 0; }

/* The disk stands still: bodies are taken until the bound, and none is answered; then all kinds of requests are refused, and have no effect. */
static void test_log_backlog_full(void)
{
	static uint8_t body[SEQ_TICK_BODY_MAX];
	static int     fds[BODIES_MAX];
	char           text[4096];
	unsigned       count = 0;
	size_t         len   = 0;
	bool           full  = false;

	shut(&gates->sync);
	while (!full && count < BODIES_MAX) {
		len          = ticks(body, count);
		fds[count]   = request("/v1/ticks", "application/octet-stream", body, len);
		uint64_t end = pr_clock_ms() + WAIT_MS;
		while (!(full = is_answered(fds[count])) && stream_used(stream) < (count + 1) * (uint64_t)BODY_TICKS && pr_clock_ms() < end) nap();
		if (!full) count++;
	}
	UNIT_CHECK(full && count * len > SEQ_LOG_BACKLOG_MAX && (count - 2) * len <= SEQ_LOG_BACKLOG_MAX);
	UNIT_CHECK(answer_read(fds[count]) == 503 && strstr(answer, "\r\nRetry-After: 1\r\n") && strstr(answer, "busy: the log is behind"));
	(void)transfers(text, sizeof text, 2);
	UNIT_CHECK(error_is(post(text), -32005, "busy"));
	UNIT_CHECK(stream_used(stream) == count * (uint64_t)BODY_TICKS && waits(&gates->sync) && metrics_say("\nseq_busy_total 1\n"));
	check_books();
	for (unsigned i = 0; i < count; i++) UNIT_CHECK(!is_answered(fds[i]));
	open_again(&gates->sync);
	for (unsigned i = 0; i < count; i++) UNIT_CHECK(ticks_taken(answer_read(fds[i])));
	UNIT_CHECK(ticks_taken(offer("/v1/ticks", "application/octet-stream", body, len)));
	count++;
	(void)post(text);
	UNIT_CHECK(all_applied());
	note_transfers(2);
	restart();
	UNIT_CHECK(stream_used(stream) == count * (uint64_t)BODY_TICKS);
	check_books();
}

/* Killed while the disk stands still: what was not answered may be lost or not, and what was is there. */
static void test_killed_while_the_log_is_behind(void)
{
	static uint8_t body[SEQ_TICK_BODY_MAX];
	uint64_t       answered = stream_used(stream), sent = answered;
	unsigned       first = (unsigned)(answered / BODY_TICKS);
	int            fds[3];
	size_t         len = 0;

	shut(&gates->sync);
	for (unsigned i = 0; i < 3; i++) {
		len    = ticks(body, first + i);
		fds[i] = request("/v1/ticks", "application/octet-stream", body, len);
		sent += BODY_TICKS;
		uint64_t end = pr_clock_ms() + WAIT_MS;
		while (stream_used(stream) < sent && pr_clock_ms() < end) nap();
		UNIT_CHECK(!is_answered(fds[i]));
	}
	server_kill(SIGKILL);
	open_again(&gates->sync);
	for (unsigned i = 0; i < 3; i++) (void)close(fds[i]);
	server_start();
	uint64_t used = stream_used(stream), again = 0;
	UNIT_CHECK(used >= answered && used <= sent);
	for (unsigned i = 0; i < 3; i++) {
		len = ticks(body, first + i);
		UNIT_CHECK(offer("/v1/ticks", "application/octet-stream", body, len) == 200);
		UNIT_CHECK(number(0, "accepted") + number(0, "duplicates") == BODY_TICKS);
		again += number(0, "accepted");
	}
	UNIT_CHECK(again == sent - used && stream_used(stream) == sent);
	check_books();
}

int main(void)
{
	gates = mmap(NULL, sizeof *gates, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (gates == MAP_FAILED || !server_prepare()) return 1;
	settings[0] = "sig.threads=1";
	settings[1] = "sig.queue_max=1";
	settings[2] = "batch.age_ms=3600000";
	server_start();
	books_begin();
	UNIT_RUN(test_signature_queue_full);
	uint32_t asset = asset_register(0);
	stream = stream_open(1, asset, 1, CHAIN_LENGTH);
	balances[1] -= 3ull * CHAIN_LENGTH;
	UNIT_RUN(test_log_backlog_full);
	UNIT_RUN(test_killed_while_the_log_is_behind);
	server_kill(SIGTERM);
	server_clear();
	return UNIT_END();
}
