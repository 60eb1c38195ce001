/* What tests of the whole sequencer share: the program in a child process, its deposits, and a client of its RPC.  One server at a time. */
#ifndef SEQ_TEST_SERVER_H
#define SEQ_TEST_SERVER_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "core/rt/clock.h"
#include "core/rt/httpc.h"
#include "core/rt/json.h"
#include "core/rt/spool.h"
#include "sequencer/run.h"
#include "sequencer/test_kit.h"

#define USERS 4u
#define NODES 65536u

static char             work_dir[PR_PATH_BYTES_MAX] = "/tmp/pr_seq_XXXXXX"; /* chain.toml, feed/ */
static char             data_dir[PR_PATH_BYTES_MAX + 16]; /* the server's; work_dir/sequencer */
static struct pr_chain  chain;
static struct pr_spool *feed;
static pid_t            child;
static unsigned         port;
static struct pr_httpc *client;
static uint32_t         user_ids[USERS];
static uint64_t         nonces[USERS];
static struct pr_json   doc; /* of the last answer */
static struct pr_json_node nodes[NODES];
static char             answer[1u << 20];

/* ---- The process ---- */

static inline void nap(void)
{
	const struct timespec t = { 0, 5000000 };
	(void)nanosleep(&t, NULL);
}

/* The log of the server that was started last. */
static int  log_fd = -1;
static char server_log[1u << 20];

static inline const char *log_text(void)
{
	ssize_t n = pread(log_fd, server_log, sizeof server_log - 1, 0);
	PR_CHECK(n >= 0);
	server_log[n] = 0;
	return server_log;
}
static inline bool log_says(const char *text) { return strstr(log_text(), text) != NULL; }

/* True once the server listens, on a port that the system chose: the client is then of that one.  A re-base changes it. */
static inline bool listens(void)
{
	const char *last = NULL, *at;
	unsigned    now;
	char        url[64];
	for (at = log_text(); (at = strstr(at, " listening bind=")); at++) last = at;
	if (!last || !strchr(last, '\n') || !(at = strstr(last, " port=")) || sscanf(at, " port=%u", &now) != 1) return false;
	if (client && now == port) return true;
	port = now;
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
	const struct pr_httpc_options options = { .url = url };
	pr_httpc_close(client);
	PR_CHECK(pr_httpc_open(&client, &options) == PR_OK);
	return true;
}

static inline unsigned get(const char *target)
{
	struct pr_httpc_response r;
	return listens() && pr_httpc_request(client, &r, "GET", target, NULL, NULL, 0, 5000) == PR_OK ? r.status : 0;
}

/* Further "section.key=value" of the server, ended by NULL; later ones win. */
#define SETTINGS_MAX 16u
static const char *settings[SETTINGS_MAX + 1];

/* Starts the program in a child and returns; it may not live long. */
static inline void server_spawn(void)
{
	char set_file[PR_PATH_BYTES_MAX + 32], set_data[PR_PATH_BYTES_MAX + 32], set_feed[PR_PATH_BYTES_MAX + 32];
	(void)snprintf(set_file, sizeof set_file, "chain.file=%s/chain.toml", work_dir);
	(void)snprintf(set_data, sizeof set_data, "data.dir=%s", data_dir);
	(void)snprintf(set_feed, sizeof set_feed, "bridge.feed=%s/feed", work_dir);
	const char *argv[13 + 2 * SETTINGS_MAX] = { "pennyroyal-sequencer", "--exit-with-parent", "--set", "http.port=0", "--set", set_file, "--set", set_data,
		                                    "--set", set_feed, "--set", "admin.enabled=true" };
	int argc = 12;
	for (size_t i = 0; settings[i]; i++) {
		argv[argc++] = "--set";
		argv[argc++] = settings[i];
	}
	PR_CHECK(ftruncate(log_fd, 0) == 0);
	child = fork();
	PR_CHECK(child >= 0);
	if (child > 0) return;
	PR_CHECK(dup2(log_fd, STDERR_FILENO) >= 0);
	_exit(seq_run(argc, (char **)(uintptr_t)argv));
}

static inline void server_start(void)
{
	server_spawn();
	uint64_t deadline = pr_clock_ms() + 20000;
	while (get("/readyz") == 0 && pr_clock_ms() < deadline) nap();
	if (get("/livez") == 200) return;
	UNIT_CHECK(!"the server does not serve");
	fputs(log_text(), stderr);
}

/* Waits for the server's own end; its exit code, -1 if it was a signal that ended it or it did not end. */
static inline int server_end(uint64_t within_ms)
{
	int      status;
	pid_t    got;
	uint64_t deadline = pr_clock_ms() + within_ms;
	while ((got = waitpid(child, &status, WNOHANG)) == 0 && pr_clock_ms() < deadline) nap();
	if (got == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	PR_CHECK(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child);
	return -1;
}

static inline void server_kill(int how)
{
	int status;
	PR_CHECK(kill(child, how) == 0 && waitpid(child, &status, 0) == child);
	if (how == SIGTERM) UNIT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- Calls ---- */

/* Posts; the status, 0 if there is no answer.  An answer of 200 is in doc. */
static inline unsigned offer(const char *target, const char *type, const void *body, size_t len)
{
	struct pr_httpc_response r;
	answer[0] = 0;
	if (!listens() || pr_httpc_request(client, &r, "POST", target, type, body, len, 10000) != PR_OK || r.body_len >= sizeof answer) return 0;
	memcpy(answer, r.body, r.body_len + 1);
	if (r.status == 200) UNIT_CHECK(pr_json_parse(&doc, answer, r.body_len, nodes, NODES) == PR_JSON_OK);
	return r.status;
}

/* Posts a JSON text; the answer is in doc.  Returns the node of "result", PR_JSON_NONE if it is an error. */
static inline uint32_t post(const char *text)
{
	if (offer("/", "application/json", text, strlen(text)) == 200) return pr_json_get(&doc, 0, "result");
	UNIT_CHECK(!"no answer");
	return PR_JSON_NONE;
}

static inline uint32_t call(const char *method, const char *params)
{
	static char text[200000];
	(void)snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
	return post(text);
}

static inline uint64_t number(uint32_t at, const char *key)
{
	uint64_t v = UINT64_MAX;
	uint32_t n = pr_json_get(&doc, at, key);
	if (!pr_json_u64(&v, &doc, n)) (void)pr_json_u64_string(&v, &doc, n);
	return v;
}

static inline bool text_is(uint32_t at, const char *key, const char *want) { return pr_json_string_eq(&doc, pr_json_get(&doc, at, key), want); }

static inline void root_now(uint8_t root32[32])
{
	uint32_t r = call("penny_chainInfo", "[]");
	UNIT_CHECK(pr_json_hex(root32, 32, &doc, pr_json_get(&doc, r, "root")));
}

static inline int address_of(void *ctx, uint32_t id, uint8_t addr20[20])
{
	(void)ctx;
	for (unsigned i = 0; i < USERS; i++) {
		if (user_ids[i] != id) continue;
		kit_address(addr20, i);
		return 1;
	}
	return 2;
}

static inline void sign(struct pr_entry *e, unsigned user)
{
	uint8_t digest32[32], key32[32];
	e->f[PR_TRANSFER_FROM].num  = user_ids[user];
	e->f[PR_TRANSFER_NONCE].num = nonces[user];
	UNIT_CHECK(pr_eip712_digest(digest32, chain.domain32, e, address_of, NULL) == PR_STATUS_APPLIED);
	kit_key(key32, user);
	UNIT_CHECK(pr_sig_sign(e->sig64, digest32, key32));
}

static inline void hex_text(char *out, const struct pr_entry *e)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  len = pr_wire_encode(wire, e);
	(void)strcpy(out, "0x");
	for (size_t i = 0; i < len; i++) (void)sprintf(out + 2 + 2 * i, "%02x", wire[i]);
}

/* Submits one entry by its hex form; the node of its outcome. */
static inline uint32_t submit(const struct pr_entry *e)
{
	char hex[2 * PR_WIRE_BYTES_MAX + 3], params[2 * PR_WIRE_BYTES_MAX + 16];
	hex_text(hex, e);
	(void)snprintf(params, sizeof params, "[\"%s\"]", hex);
	return pr_json_at(&doc, call("penny_submit", params), 0);
}

static inline uint32_t submit_signed(struct pr_entry *e, unsigned user)
{
	sign(e, user);
	uint32_t r = submit(e);
	UNIT_CHECK(text_is(r, "status", "applied"));
	nonces[user]++;
	return r;
}

/* ---- The feed ---- */

static inline void feed_put(struct pr_l1_event *ev)
{
	uint8_t            head[PR_L1_EVENT_HEAD_BYTES_MAX];
	const struct iovec pieces[2] = { { head, pr_l1_event_head_encode(head, ev) }, { (void *)(uintptr_t)ev->data, ev->data_len } };
	UNIT_CHECK(pr_spool_append_pieces(feed, NULL, pieces, 2) == PR_OK && pr_spool_sync(feed) == PR_OK);
}

static inline void feed_deposit(uint64_t index, unsigned user, uint64_t amount)
{
	struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
	uint8_t         wire[PR_WIRE_BYTES_MAX];
	kit_address(e.f[PR_DEPOSIT_TO].bytes, user);
	e.f[PR_DEPOSIT_AMOUNT].num = amount;
	struct pr_l1_event ev = { .type = PR_L1_ITEM, .block = 1, .block_time = 1, .number = index, .a = 1, .data = wire,
		                  .data_len = (uint32_t)pr_wire_encode(wire, &e) };
	feed_put(&ev);
}

/* An error in the whole answer, or in the first outcome of penny_submit, with this code and data.status. */
static inline bool error_is(uint32_t result, int code, const char *status)
{
	uint32_t    error = result == PR_JSON_NONE ? pr_json_get(&doc, 0, "error") : pr_json_get(&doc, pr_json_at(&doc, result, 0), "error");
	const char *raw;
	size_t      len;
	char        want[16];
	int         n = snprintf(want, sizeof want, "%d", code);
	if (!pr_json_raw(&raw, &len, &doc, pr_json_get(&doc, error, "code"))) return false;
	return len == (size_t)n && memcmp(raw, want, len) == 0 && text_is(pr_json_get(&doc, error, "data"), "status", status);
}

static inline bool metrics_say(const char *text)
{
	struct pr_httpc_response r;
	return listens() && pr_httpc_request(client, &r, "GET", "/metrics", NULL, NULL, 0, 5000) == PR_OK && r.status == 200 && strstr(r.body, text);
}

/* ---- A ledger to begin with ---- */

/* Deposits for all users, who get their ids by it; the feed has them already where it begins a second ledger. */
static inline void deposits(uint64_t amount)
{
	char params[64];
	for (unsigned i = 0; i < USERS && pr_spool_next(feed) <= USERS; i++) feed_deposit(i, i, amount);
	uint64_t deadline = pr_clock_ms() + 20000;
	for (unsigned i = 0; i < USERS; i++) {
		uint8_t  addr20[20];
		uint32_t r = PR_JSON_NONE;
		int      at = snprintf(params, sizeof params, "[\"0x");
		kit_address(addr20, i);
		for (unsigned k = 0; k < 20; k++) at += sprintf(params + at, "%02x", addr20[k]);
		(void)strcpy(params + at, "\"]");
		while ((r = call("penny_getAccount", params)) == PR_JSON_NONE && pr_clock_ms() < deadline) nap();
		UNIT_CHECK(number(r, "balance") == amount && number(r, "nonce") == 0);
		user_ids[i] = (uint32_t)number(r, "id");
	}
}

/* A stream of units of 3 nano over the chain of a seed (kit_link), which a user pays. */
static inline uint32_t stream_open(unsigned user, uint32_t asset, uint32_t seed, uint64_t length)
{
	struct pr_entry e = { .kind = PR_KIND_STREAM_OPEN };
	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = 3;
	e.f[PR_STREAM_OPEN_ESCROW].num = 3 * length;
	e.f[PR_STREAM_OPEN_EXPIRY].num = pr_time_unix_s() + 3600;
	kit_link(e.f[PR_STREAM_OPEN_TIP].bytes, seed, length, 0);
	return (uint32_t)number(submit_signed(&e, user), "id");
}

static inline uint32_t asset_register(unsigned user)
{
	struct pr_entry e = { .kind = PR_KIND_ASSET_REGISTER };
	e.f[PR_ASSET_REGISTER_ACTIVE].num = 1;
	e.f[PR_ASSET_REGISTER_CONTENT].bytes[0] = 9;
	e.f[PR_ASSET_REGISTER_PRICE0].num = 3;
	return (uint32_t)number(submit_signed(&e, user), "id");
}

/* Units used, pending ones included. */
static inline uint64_t stream_used(uint32_t stream)
{
	char params[32];
	(void)snprintf(params, sizeof params, "[%u]", stream);
	uint32_t r       = call("penny_getStream", params);
	uint32_t pending = pr_json_get(&doc, r, "pending");
	return pending != PR_JSON_NONE ? number(pending, "used") : number(r, "used");
}

/* ---- Books ---- */

#define TRANSFERS 3u /* in one request */
#define MONEY 1000000000u

static uint64_t balances[USERS];

static inline void books_begin(void)
{
	deposits(MONEY);
	memset(nonces, 0, sizeof nonces);
	for (unsigned i = 0; i < USERS; i++) balances[i] = MONEY;
}

static inline void check_books(void)
{
	for (unsigned i = 0; i < USERS; i++) {
		char params[32];
		(void)snprintf(params, sizeof params, "[%u]", user_ids[i]);
		uint32_t r = call("penny_getAccount", params);
		UNIT_CHECK(number(r, "nonce") == nonces[i] && number(r, "balance") == balances[i]);
	}
	bool conserved = false;
	UNIT_CHECK(pr_json_bool(&conserved, &doc, pr_json_get(&doc, call("penny_getState", "[]"), "conserved")) && conserved);
}

/* A request of transfers from the user to the next one, as if they were applied: nothing is noted. */
static inline size_t transfers(char *out, size_t room, unsigned user)
{
	size_t len = (size_t)snprintf(out, room, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[");
	for (unsigned i = 0; i < TRANSFERS; i++) {
		struct pr_entry e = { .kind = PR_KIND_TRANSFER };
		char            hex[2 * PR_WIRE_BYTES_MAX + 3];
		e.f[PR_TRANSFER_TO].num     = user_ids[(user + 1) % USERS];
		e.f[PR_TRANSFER_AMOUNT].num = 7 + i;
		nonces[user] += i;
		sign(&e, user);
		nonces[user] -= i;
		hex_text(hex, &e);
		len += (size_t)snprintf(out + len, room - len, "%s\"%s\"", i ? "," : "", hex);
	}
	return len + (size_t)snprintf(out + len, room - len, "]}");
}

static inline void note_transfers(unsigned user)
{
	for (unsigned i = 0; i < TRANSFERS; i++) {
		nonces[user]++;
		balances[user] -= 7 + i;
		balances[(user + 1) % USERS] += 7 + i;
	}
}

static inline bool all_applied(void)
{
	uint32_t result = pr_json_get(&doc, 0, "result"), n = 0;
	for (uint32_t at = pr_json_first(&doc, result); at != PR_JSON_NONE; at = pr_json_next(&doc, at)) n += text_is(at, "status", "applied");
	return n == TRANSFERS && pr_json_count(&doc, result) == TRANSFERS;
}

/* ---- Before and after ---- */

/* Everything but the server; first of all. */
static inline bool server_prepare(void)
{
	char path[PR_PATH_BYTES_MAX + 16];
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	if (!mkdtemp(work_dir)) return false;
	kit_chain(&chain);
	(void)snprintf(data_dir, sizeof data_dir, "%s/sequencer", work_dir);
	(void)snprintf(path, sizeof path, "%s/chain.toml", work_dir);
	if (pr_file_write_atomic(path, kit_chain_text, sizeof kit_chain_text - 1) != PR_OK) return false;
	(void)snprintf(path, sizeof path, "%s/feed", work_dir);
	if (pr_spool_open(&feed, path, 1u << 20, 1) != PR_OK) return false;
	(void)snprintf(path, sizeof path, "%s/log", work_dir);
	log_fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return log_fd >= 0;
}

static inline void server_clear(void)
{
	pr_httpc_close(client);
	(void)close(log_fd);
	(void)pr_spool_close(feed);
	kit_remove(work_dir);
}

#endif
