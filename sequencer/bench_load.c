/* Load on the whole program over HTTP: signed entries in JSON bodies of 64 and one a request, then packed ticks in bodies of 64 KB over many
 * streams, at full speed and at half of it.  What was accepted is compared with the state afterwards: every entry applied once, every balance,
 * every stream.  A wrong result fails the program; a floor that is missed is printed.
 *
 *     bench_load [streams] [ticks per stream] [connections] [scratch directory] */
#include <arpa/inet.h>
#include <pthread.h>
#include <secp256k1.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "core/rt/clock.h"
#include "core/rt/httpc.h"
#include "core/rt/json.h"
#include "core/rt/spool.h"
#include "sequencer/run.h"
#include "sequencer/test_kit.h"

#define USERS 256u
#define PER_BODY 64u
#define BODY_TICKS 1489u
#define NODES 8192u
#define LATENCIES_MAX 65536u
#define SINGLES 16u        /* connections of the single payments beside bodies */
#define SIG_THREADS 2u     /* of the server */
#define DEPOSIT 1000000000000u

static char             work_dir[PR_PATH_BYTES_MAX];
static struct pr_chain  chain;
static unsigned         port;
static uint32_t         stream_count = 100000, per_stream = 48, connections = 16;
static uint32_t         user_ids[USERS], *stream_ids, asset_id;
static uint64_t         nonces[USERS], balances[USERS]; /* as they must be when all is answered */
static uint8_t          addresses[USERS][20];
static uint8_t (*links)[32]; /* [stream * (per_stream + 1) + used] */

struct worker {
	pthread_t        thread;
	unsigned         index;
	struct pr_httpc *client;
	struct pr_json   doc;
	struct pr_json_node nodes[NODES];
	char             text[65536];
	uint64_t         done, failed;   /* entries or ticks; an entry answered as a repetition has failed */
	uint64_t         interval_us;    /* 0: as fast as answers come */
	uint64_t         phase_us;       /* of the first request, if paced */
	uint32_t         from_round, to_round;
	uint32_t         latency_count;
	uint32_t         latency_us[LATENCIES_MAX];
};
static struct worker *workers;

static bool open_client(struct worker *w)
{
	char url[64];
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
	const struct pr_httpc_options options = { .url = url };
	return pr_httpc_open(&w->client, &options) == PR_OK;
}

static int address_of(void *ctx, uint32_t id, uint8_t addr20[20])
{
	(void)ctx;
	for (unsigned i = 0; i < USERS; i++) {
		if (user_ids[i] != id) continue;
		memcpy(addr20, addresses[i], 20);
		return 1;
	}
	return 2;
}

static uint32_t rpc(struct worker *w, size_t len)
{
	struct pr_httpc_response r;
	if (pr_httpc_post(w->client, &r, "application/json", w->text, len, 30000) != PR_OK || r.status != 200) return PR_JSON_NONE;
	if (pr_json_parse(&w->doc, r.body, r.body_len, w->nodes, NODES) != PR_JSON_OK) return PR_JSON_NONE;
	return pr_json_get(&w->doc, 0, "result");
}

static uint32_t rpc_call(struct worker *w, const char *method, const char *params)
{
	return rpc(w, (size_t)snprintf(w->text, sizeof w->text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params));
}

static uint64_t field(struct worker *w, uint32_t at, const char *key)
{
	uint64_t v = UINT64_MAX;
	uint32_t n = pr_json_get(&w->doc, at, key);
	if (!pr_json_u64(&v, &w->doc, n)) (void)pr_json_u64_string(&v, &w->doc, n);
	return v;
}

static void sign(struct pr_entry *e, unsigned user)
{
	uint8_t digest32[32], key32[32];
	e->f[PR_TRANSFER_FROM].num  = user_ids[user];
	e->f[PR_TRANSFER_NONCE].num = nonces[user]++;
	PR_CHECK(pr_eip712_digest(digest32, chain.domain32, e, address_of, NULL) == PR_STATUS_APPLIED);
	kit_key(key32, user);
	PR_CHECK(pr_sig_sign(e->sig64, digest32, key32));
}

static size_t entry_text(char *out, const struct pr_entry *e)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t           wire[PR_WIRE_BYTES_MAX];
	size_t            len = pr_wire_encode(wire, e), at = 0;
	out[at++] = '"';
	out[at++] = '0';
	out[at++] = 'x';
	for (size_t i = 0; i < len; i++) {
		out[at++] = digits[wire[i] >> 4];
		out[at++] = digits[wire[i] & 15];
	}
	out[at++] = '"';
	return at;
}

#define HEAD "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":["

/* Bodies are made, signatures included, before the clock starts. */
struct body {
	char    *text;
	size_t   len;
	uint32_t count, worker, first_stream; /* of the streams that it opens; UINT32_MAX: none */
};
static struct body *bodies;
static uint32_t     body_count;

/* The next entry of a user: the stream of this number, or a transfer to the next user if there is none. */
static struct pr_entry entry_make(unsigned user, uint32_t stream)
{
	struct pr_entry e = { .kind = stream < stream_count ? PR_KIND_STREAM_OPEN : PR_KIND_TRANSFER };
	if (stream < stream_count) {
		e.f[PR_STREAM_OPEN_ASSET].num  = asset_id;
		e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
		e.f[PR_STREAM_OPEN_PRICE].num  = 100;
		e.f[PR_STREAM_OPEN_ESCROW].num = 100ull * per_stream;
		e.f[PR_STREAM_OPEN_EXPIRY].num = pr_time_unix_s() + 86400;
		memcpy(e.f[PR_STREAM_OPEN_TIP].bytes, links[(size_t)stream * (per_stream + 1)], 32);
		balances[user] -= 100ull * per_stream;
	} else {
		e.f[PR_TRANSFER_TO].num     = user_ids[(user + 1) % USERS];
		e.f[PR_TRANSFER_AMOUNT].num = 1;
		balances[user]--;
		balances[(user + 1) % USERS]++;
	}
	sign(&e, user);
	return e;
}

/* A body of up to `count` entries of one user.  All bodies of a user go through one connection, so that nonces come in order. */
static void body_make(struct body *b, unsigned user, uint32_t worker, uint32_t count, uint32_t first_stream)
{
	char *text = malloc(256 + (size_t)count * 420);
	PR_CHECK(text);
	*b = (struct body){ .text = text, .len = (size_t)sprintf(text, "%s", HEAD), .worker = worker, .first_stream = first_stream };
	for (; b->count < count && (first_stream == UINT32_MAX || first_stream + b->count < stream_count); b->count++) {
		struct pr_entry e = entry_make(user, first_stream == UINT32_MAX ? UINT32_MAX : first_stream + b->count);
		if (b->count) text[b->len++] = ',';
		b->len += entry_text(text + b->len, &e);
	}
	b->len += (size_t)sprintf(text + b->len, "]}");
}

static void latency_add(struct worker *w, uint64_t start_us)
{
	if (w->latency_count < LATENCIES_MAX) w->latency_us[w->latency_count++] = (uint32_t)(pr_clock_us() - start_us);
}

/* Waits for the turn of a paced worker; returns the time from which the request counts. */
static uint64_t pace(const struct worker *w, uint64_t begin_us, uint64_t n)
{
	if (!w->interval_us) return pr_clock_us();
	uint64_t due = begin_us + n * w->interval_us + w->phase_us, now = pr_clock_us();
	if (now < due) {
		const struct timespec t = { (time_t)((due - now) / 1000000), (long)((due - now) % 1000000) * 1000 };
		(void)nanosleep(&t, NULL);
	}
	return due; /* counted from when it was due, so that a stall is not forgiven */
}

static void *entries_main(void *arg)
{
	struct worker *w     = arg;
	uint64_t       begin = pr_clock_us(), sent = 0;
	for (uint32_t i = 0; i < body_count; i++) {
		if (bodies[i].worker != w->index) continue;
		uint64_t start = pace(w, begin, sent++);
		memcpy(w->text, bodies[i].text, bodies[i].len);
		uint32_t result = rpc(w, bodies[i].len), at = pr_json_first(&w->doc, result);
		latency_add(w, start);
		for (uint32_t k = 0; k < bodies[i].count; k++, at = pr_json_next(&w->doc, at)) {
			bool once = pr_json_string_eq(&w->doc, pr_json_get(&w->doc, at, "status"), "applied") &&
			            pr_json_get(&w->doc, at, "repeated") == PR_JSON_NONE;
			w->done += once;
			w->failed += !once;
			if (once && bodies[i].first_stream != UINT32_MAX) stream_ids[bodies[i].first_stream + k] = (uint32_t)field(w, at, "id");
		}
	}
	return NULL;
}

/* The streams of a worker in an order that the processor cannot guess. */
static uint32_t stream_at(const struct worker *w, uint64_t n, uint64_t of)
{
	return (uint32_t)((n * 2654435761u) % of) * connections + w->index;
}

static void *ticks_main(void *arg)
{
	struct worker *w     = arg;
	uint64_t       begin = pr_clock_us(), sent = 0, mine = stream_count / connections;
	uint64_t       total = mine * (w->to_round - w->from_round);
	for (uint64_t at = 0; at < total;) {
		uint8_t *body = (uint8_t *)w->text;
		uint32_t n    = 0;
		for (; n < BODY_TICKS && at < total; n++, at++) {
			uint32_t s    = stream_at(w, at % mine, mine);
			uint64_t used = w->from_round + at / mine + 1;
			pr_be32_put(body + n * SEQ_TICK_BYTES, stream_ids[s]);
			pr_be64_put(body + n * SEQ_TICK_BYTES + 4, used);
			memcpy(body + n * SEQ_TICK_BYTES + 12, links[(size_t)s * (per_stream + 1) + used], 32);
		}
		uint64_t                 start = pace(w, begin, sent++);
		struct pr_httpc_response r;
		enum pr_err err = pr_httpc_request(w->client, &r, "POST", "/v1/ticks", "application/octet-stream", body, n * SEQ_TICK_BYTES, 30000);
		latency_add(w, start);
		bool ok = err == PR_OK && r.status == 200 && pr_json_parse(&w->doc, r.body, r.body_len, w->nodes, NODES) == PR_JSON_OK;
		uint64_t accepted = ok ? field(w, 0, "accepted") : 0;
		w->done += accepted;
		w->failed += n - accepted;
	}
	return NULL;
}

static int u32_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

struct figures {
	double rate, p50_ms, p99_ms, max_ms;
};

/* Rate and latencies of some workers that ran for so long. */
static struct figures tell(const char *name, const char *unit, uint32_t first, uint32_t count, double seconds)
{
	uint64_t  done = 0, failed = 0, n = 0;
	uint32_t *all = malloc(count * sizeof(uint32_t) * LATENCIES_MAX);
	PR_CHECK(all);
	for (uint32_t i = first; i < first + count; i++) {
		done += workers[i].done;
		failed += workers[i].failed;
		memcpy(all + n, workers[i].latency_us, workers[i].latency_count * sizeof(uint32_t));
		n += workers[i].latency_count;
	}
	PR_CHECK(n);
	qsort(all, n, sizeof *all, u32_order);
	struct figures f = { (double)done / seconds, all[n / 2] / 1e3, all[n * 99 / 100] / 1e3, all[n - 1] / 1e3 };
	printf("%-34s %9llu %s in %6.2f s: %9.0f /s   p50 %.2f ms  p99 %.2f ms  max %.2f ms  of %llu requests, failed %llu\n", name,
	       (unsigned long long)done, unit, seconds, f.rate, f.p50_ms, f.p99_ms, f.max_ms, (unsigned long long)n, (unsigned long long)failed);
	UNIT_CHECK(failed == 0);
	free(all);
	return f;
}

/* One figure beside what issue 2 asks for.  Slow is told, not failed: machines differ. */
static void floor_tell(const char *what, double value, const char *unit, bool at_least, double bound)
{
	bool pass = at_least ? value >= bound : value <= bound;
	printf("  floor %s %-58s %12.2f %s, asked for %s %.2f\n", pass ? "pass" : "MISS", what, value, unit, at_least ? "at least" : "at most", bound);
}

/* Runs workers [0, count), paced by their intervals; returns the seconds. */
static double run(uint32_t count, void *(*fn)(void *))
{
	uint64_t start = pr_clock_us();
	for (uint32_t i = 0; i < count; i++) {
		workers[i].done = workers[i].failed = workers[i].latency_count = 0;
		PR_CHECK(pthread_create(&workers[i].thread, NULL, fn, &workers[i]) == 0);
	}
	for (uint32_t i = 0; i < count; i++) PR_CHECK(pthread_join(workers[i].thread, NULL) == 0);
	return (double)(pr_clock_us() - start) / 1e6;
}

/* So many requests a second over workers [first, first + count); 0: as fast as answers come. */
static void pace_set(uint32_t first, uint32_t count, double per_second)
{
	for (uint32_t i = 0; i < count; i++) {
		workers[first + i].interval_us = per_second > 0 ? (uint64_t)(1e6 * count / per_second) : 0;
		workers[first + i].phase_us    = i * workers[first + i].interval_us / count;
	}
}

static pid_t server_start(void)
{
	static char sets[5][1200];
	(void)snprintf(sets[0], sizeof sets[0], "http.port=%u", port);
	(void)snprintf(sets[1], sizeof sets[1], "chain.file=%s/chain.toml", work_dir);
	(void)snprintf(sets[2], sizeof sets[2], "data.dir=%s/sequencer", work_dir);
	(void)snprintf(sets[3], sizeof sets[3], "bridge.feed=%s/feed", work_dir);
	char *argv[] = { "pennyroyal-sequencer", "--exit-with-parent", "--set", sets[0], "--set", sets[1], "--set", sets[2], "--set", sets[3],
		         "--set", "admin.enabled=true", "--set", "log.level=warn", NULL };
	pid_t child = fork();
	PR_CHECK(child >= 0);
	if (child == 0) _exit(seq_run((int)(sizeof argv / sizeof argv[0]) - 1, argv));
	return child;
}

static bool deposits(struct worker *w)
{
	struct pr_spool *feed;
	char             path[PR_PATH_BYTES_MAX + 8], params[64];
	(void)snprintf(path, sizeof path, "%s/feed", work_dir);
	if (pr_spool_open(&feed, path, 1u << 20, 1) != PR_OK) return false;
	for (unsigned i = 0; i < USERS; i++) {
		struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
		uint8_t         wire[PR_WIRE_BYTES_MAX], head[PR_L1_EVENT_HEAD_BYTES_MAX];
		memcpy(e.f[PR_DEPOSIT_TO].bytes, addresses[i], 20);
		e.f[PR_DEPOSIT_AMOUNT].num = DEPOSIT;
		balances[i] = DEPOSIT;
		struct pr_l1_event ev = { .type = PR_L1_ITEM, .number = i, .data = wire, .data_len = (uint32_t)pr_wire_encode(wire, &e) };
		const struct iovec pieces[2] = { { head, pr_l1_event_head_encode(head, &ev) }, { wire, ev.data_len } };
		if (pr_spool_append_pieces(feed, NULL, pieces, 2) != PR_OK) return false;
	}
	if (pr_spool_close(feed) != PR_OK) return false;
	for (unsigned i = 0; i < USERS; i++) {
		int at = snprintf(params, sizeof params, "[\"0x");
		for (unsigned k = 0; k < 20; k++) at += sprintf(params + at, "%02x", addresses[i][k]);
		(void)strcpy(params + at, "\"]");
		uint64_t deadline = pr_clock_ms() + 20000;
		uint32_t r;
		while ((r = rpc_call(w, "penny_getAccount", params)) == PR_JSON_NONE && pr_clock_ms() < deadline) (void)usleep(2000);
		user_ids[i] = (uint32_t)field(w, r, "id");
	}
	return true;
}

static bool asset_register(struct worker *w)
{
	struct pr_entry e   = { .kind = PR_KIND_ASSET_REGISTER };
	size_t          len = (size_t)sprintf(w->text, HEAD);
	e.f[PR_ASSET_REGISTER_ACTIVE].num = 1;
	e.f[PR_ASSET_REGISTER_PRICE0].num = 100;
	sign(&e, 0);
	len += entry_text(w->text + len, &e);
	len += (size_t)sprintf(w->text + len, "]}");
	asset_id = (uint32_t)field(w, pr_json_at(&w->doc, rpc(w, len), 0), "id");
	return asset_id != 0 && asset_id != UINT32_MAX;
}

static void chains_make(void)
{
	links = malloc((size_t)stream_count * (per_stream + 1) * 32);
	PR_CHECK(links);
	for (uint32_t s = 0; s < stream_count; s++) {
		uint8_t (*chain32)[32] = links + (size_t)s * (per_stream + 1);
		memset(chain32[per_stream], 0, 32);
		pr_be32_put(chain32[per_stream], s + 1);
		for (uint32_t k = per_stream; k > 0; k--) pr_sha256_32(chain32[k - 1], chain32[k]);
	}
}

static void bodies_free(void)
{
	for (uint32_t i = 0; i < body_count; i++) free(bodies[i].text);
	free(bodies);
	bodies = NULL;
}

static void bodies_room(uint32_t count)
{
	body_count = count;
	bodies     = calloc(count, sizeof *bodies);
	PR_CHECK(bodies);
}

/* Bodies of `each` entries over all connections, so many requests a second. */
static struct figures entries_bench(const char *name, bool streams, uint32_t count, uint32_t each, double per_second)
{
	bodies_room(count);
	for (uint32_t i = 0; i < count; i++) body_make(&bodies[i], i % USERS, i % USERS % connections, each, streams ? i * each : UINT32_MAX);
	pace_set(0, connections, per_second);
	double         seconds = run(connections, entries_main);
	struct figures f       = tell(name, "entries", 0, connections, seconds);
	bodies_free();
	return f;
}

/* Single payments at a low rate beside bodies of 64: users of the lower half send bodies, the others single payments. */
static struct figures mixed_bench(uint32_t body_requests, double bodies_per_second, double singles_per_second)
{
	uint32_t singles = (uint32_t)(body_requests / bodies_per_second * singles_per_second);
	bodies_room(body_requests + singles);
	for (uint32_t i = 0; i < body_requests; i++) {
		unsigned user = i % (USERS / 2);
		body_make(&bodies[i], user, user % connections, PER_BODY, UINT32_MAX);
	}
	for (uint32_t i = 0; i < singles; i++) {
		unsigned user = USERS / 2 + i % (USERS / 2);
		body_make(&bodies[body_requests + i], user, connections + user % SINGLES, 1, UINT32_MAX);
	}
	pace_set(0, connections, bodies_per_second);
	pace_set(connections, SINGLES, singles_per_second);
	double seconds = run(connections + SINGLES, entries_main);
	(void)tell("half load: bodies of 64", "entries", 0, connections, seconds);
	struct figures f = tell("half load: single payments beside", "entries", connections, SINGLES, seconds);
	bodies_free();
	return f;
}

#define VERIFICATIONS 4000u

static struct {
	secp256k1_context        *ctx;
	secp256k1_ecdsa_signature sig;
	secp256k1_pubkey          key;
	uint8_t                   digest32[32];
} check;

static void *verify_main(void *arg)
{
	for (unsigned i = 0; i < VERIFICATIONS; i++) PR_CHECK(secp256k1_ecdsa_verify(check.ctx, &check.sig, check.digest32, &check.key) == 1);
	return arg;
}

/* Verifications per second of libsecp256k1, keys parsed, on as many cores at once: the best of five runs. */
static double verify_rate(unsigned cores)
{
	uint8_t key32[32];
	double  best = 0;
	kit_key(key32, 3);
	pr_sha256(check.digest32, key32, sizeof key32); /* as good as random: no short cuts in the multiplication */
	check.ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
	PR_CHECK(cores <= SIG_THREADS && check.ctx && secp256k1_ec_pubkey_create(check.ctx, &check.key, key32) &&
	         secp256k1_ecdsa_sign(check.ctx, &check.sig, check.digest32, key32, NULL, NULL));
	for (unsigned r = 0; r < 5; r++) {
		pthread_t threads[SIG_THREADS];
		uint64_t  start = pr_clock_us();
		for (unsigned i = 0; i < cores; i++) PR_CHECK(pthread_create(&threads[i], NULL, verify_main, NULL) == 0);
		for (unsigned i = 0; i < cores; i++) PR_CHECK(pthread_join(threads[i], NULL) == 0);
		double rate = (double)VERIFICATIONS * cores * 1e6 / (double)(pr_clock_us() - start);
		if (rate > best) best = rate;
	}
	secp256k1_context_destroy(check.ctx);
	return best;
}

static void entries_all(double verify, unsigned cores)
{
	struct figures full = entries_bench("transfer, 64 a body", false, 2048, PER_BODY, 0);
	printf("  libsecp256k1 verifies %.0f /s on the %u cores given to it\n", verify, cores);
	floor_tell("signed entries, of libsecp256k1's rate on these cores", 100 * full.rate / verify, "%", true, 60);
	(void)entries_bench("stream_open, 64 a body", true, (stream_count + PER_BODY - 1) / PER_BODY, PER_BODY, 0);
	full = entries_bench("transfer, 64 a body, streams open", false, 2048, PER_BODY, 0);
	(void)entries_bench("transfer, 64 a body, half load", false, 1024, PER_BODY, full.rate / 2 / PER_BODY);
	struct figures mixed = mixed_bench(1024, full.rate / 2 / PER_BODY, 500);
	floor_tell("single payment beside bodies at half load, p99", mixed.p99_ms, "ms", false, 20);
	struct figures single = entries_bench("transfer, one a request", false, 16384, 1, 0);
	struct figures half   = entries_bench("transfer, one a request, half load", false, 8192, 1, single.rate / 2);
	floor_tell("single payment at half of the maximum of such, p99", half.p99_ms, "ms", false, 20);
}

static void ticks_all(void)
{
	for (unsigned i = 0; i < connections; i++) {
		workers[i].from_round = 0;
		workers[i].to_round   = per_stream * 3 / 4;
	}
	pace_set(0, connections, 0);
	struct figures full = tell("ticks, 64 KB bodies", "ticks", 0, connections, run(connections, ticks_main));
	floor_tell("ticks a second over these streams", full.rate, "/s", true, 3e6);
	for (unsigned i = 0; i < connections; i++) {
		workers[i].from_round = per_stream * 3 / 4;
		workers[i].to_round   = per_stream;
	}
	pace_set(0, connections, full.rate / 2 / BODY_TICKS);
	(void)tell("ticks, half load", "ticks", 0, connections, run(connections, ticks_main));
}

/* A histogram of the server: how many, how long in all, and the bound of the bucket that holds the longest. */
static void histogram_tell(struct worker *w, const char *name, const char *what)
{
	struct pr_httpc_response r;
	char                     line[128];
	unsigned long long       count = 0, sum = 0, seen = 0;
	char                     longest[32] = "0";
	UNIT_CHECK(pr_httpc_request(w->client, &r, "GET", "/metrics", NULL, NULL, 0, 30000) == PR_OK && r.status == 200);
	(void)snprintf(line, sizeof line, "\n%s_count ", name);
	const char *at = strstr((const char *)r.body, line);
	UNIT_CHECK(at && sscanf(at + strlen(line), "%llu", &count) == 1);
	(void)snprintf(line, sizeof line, "\n%s_sum ", name);
	at = strstr((const char *)r.body, line);
	UNIT_CHECK(at && sscanf(at + strlen(line), "%llu", &sum) == 1);
	(void)snprintf(line, sizeof line, "\n%s_bucket{le=\"", name);
	for (at = (const char *)r.body; (at = strstr(at, line)) && seen < count;) {
		char le[32];
		at += strlen(line);
		UNIT_CHECK(sscanf(at, "%31[^\"]\"} %llu", le, &seen) == 2);
		if (seen == count) (void)strcpy(longest, le);
	}
	printf("%-34s %llu, %.2f ms in all, each at most %s us\n", what, count, (double)sum / 1e3, longest);
}

static void state_check(struct worker *w, uint64_t ticks_each)
{
	char     params[32];
	uint64_t batches = 0, start = pr_clock_us();
	UNIT_CHECK(pr_json_u64(&batches, &w->doc, rpc_call(w, "penny_seal", "[]")));
	printf("sealing: everything pending %.0f ms until durable, %llu batches in all\n", (double)(pr_clock_us() - start) / 1e3, (unsigned long long)batches);
	histogram_tell(w, "seq_drain_us", "sealing: ends of an epoch");
	histogram_tell(w, "seq_drain_hold_us", "sealing: what held the loop");
	for (uint32_t i = 0; i < stream_count; i += 97) {
		(void)snprintf(params, sizeof params, "[%u]", stream_ids[i]);
		UNIT_CHECK(field(w, rpc_call(w, "penny_getStream", params), "used") == ticks_each);
	}
	/* Every payment acknowledged was applied exactly once: nonces count them, balances weigh them. */
	for (unsigned i = 0; i < USERS; i++) {
		(void)snprintf(params, sizeof params, "[%u]", user_ids[i]);
		uint32_t r = rpc_call(w, "penny_getAccount", params);
		UNIT_CHECK(field(w, r, "balance") == balances[i] && field(w, r, "nonce") == nonces[i]);
	}
	bool     conserved = false;
	uint32_t r         = rpc_call(w, "penny_getState", "[]");
	UNIT_CHECK(pr_json_bool(&conserved, &w->doc, pr_json_get(&w->doc, r, "conserved")) && conserved);
	(void)snprintf(params, sizeof params, "[%u]", asset_id);
	uint64_t paid = ticks_each * stream_count * 100;
	UNIT_CHECK(field(w, rpc_call(w, "penny_getObject", params), "directRevenue") == paid - paid / 100); /* 1 % fee */
}

int main(int argc, char **argv)
{
	const char *base = argc > 4 ? argv[4] : "/tmp";
	char        path[PR_PATH_BYTES_MAX + 16];
	int         status;
	if (argc > 1) stream_count = (uint32_t)strtoul(argv[1], NULL, 10);
	if (argc > 2) per_stream = (uint32_t)strtoul(argv[2], NULL, 10);
	if (argc > 3) connections = (uint32_t)strtoul(argv[3], NULL, 10);
	if (connections < 1 || connections > 256 || per_stream < 4 || stream_count < connections * 100) return 2;
	stream_count -= stream_count % connections;
	(void)snprintf(work_dir, sizeof work_dir, "%s/pr_bench_load_XXXXXX", base);
	pr_crypto_init();
	if (!mkdtemp(work_dir)) return 1;
	kit_chain(&chain);
	(void)snprintf(path, sizeof path, "%s/chain.toml", work_dir);
	if (pr_file_write_atomic(path, kit_chain_text, sizeof kit_chain_text - 1) != PR_OK) return 1;
	unsigned cores  = sysconf(_SC_NPROCESSORS_ONLN) < (long)SIG_THREADS ? 1 : SIG_THREADS;
	double   verify = verify_rate(cores);
	port        = 20000 + (unsigned)getpid() % 20000;
	pid_t child = server_start();
	workers     = calloc(connections + SINGLES, sizeof *workers);
	stream_ids  = calloc(stream_count, sizeof *stream_ids);
	PR_CHECK(workers && stream_ids);
	for (unsigned i = 0; i < USERS; i++) kit_address(addresses[i], i);
	for (unsigned i = 0; i < connections + SINGLES; i++) {
		workers[i].index = i;
		if (!open_client(&workers[i])) return 1;
	}
	chains_make();
	if (!deposits(&workers[0]) || !asset_register(&workers[0])) return 1;
	printf("streams %u, ticks per stream %u, connections %u, sha256 %s\n", stream_count, per_stream, connections, pr_sha256_impl_name());
	entries_all(verify, cores);
	ticks_all();
	state_check(&workers[0], per_stream);
	(void)kill(child, SIGTERM);
	(void)waitpid(child, &status, 0);
	kit_remove(work_dir);
	unit_end_case("load");
	return UNIT_END();
}
