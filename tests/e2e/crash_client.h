/* The books of the client of crash.sh, and its requests: sent until they are answered, with what was acknowledged kept. */
#ifndef TESTS_E2E_CRASH_CLIENT_H
#define TESTS_E2E_CRASH_CLIENT_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/codec/eip712.h"
#include "core/codec/wire.h"
#include "core/crypto/crypto.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"
#include "core/l1/contracts.h"
#include "core/rpc/chain.h"
#include "core/rt/clock.h"
#include "core/rt/httpc.h"
#include "core/rt/json.h"

#define PEOPLE 4u
#define ASSETS 2u   /* the first without a pool: its owner is paid; the second with one share, of person 1 */
#define LANES 6u    /* streams in use at a time */
#define STREAMS_MAX 8192u
#define STREAM_UNITS 20000u
#define PRICE 3u    /* nano a unit */
#define BATCH_MAX 12u
#define TICKS_MAX 40u
#define ENTRIES_MAX 4000000u
#define MONEY 500000000000u /* nano a person */
#define NANO_WEI 1000000000u
#define WITHDRAWALS_MAX 96u
#define AWAY_MS 90000u
#define BODY_BYTES 65536u
#define NODES_MAX 65536u
#define CALLS_MAX 100u

struct person {
	uint8_t key32[32], addr20[20];
	uint32_t id;
	uint64_t nonce, balance; /* by our books, without what was claimed */
};
struct stream {
	uint32_t id, payer, asset;
	uint64_t used;
};
struct receipt {
	uint8_t hash32[32];
	uint64_t sequence, batch;
};
struct withdrawal {
	uint8_t to20[20];
	uint64_t amount;
};

static struct {
	const char *until, *rpc, *l1, *chain_file, *summary;
	uint64_t wait_s, seed;
	struct pr_chain chain;
	struct pr_httpc *http;
	struct pr_ethrpc *eth;
	struct pr_json_node *nodes;
	struct person people[PEOPLE];
	uint32_t assets[ASSETS], share;
	uint64_t revenue[ASSETS]; /* direct, by our books */
	struct stream *streams;
	uint32_t stream_count, lanes[LANES];
	uint8_t (*links[LANES])[32]; /* [position]: the preimage that brings a lane's stream there; [0] is the tip */
	struct receipt *receipts;
	uint32_t receipt_count;
	struct withdrawal withdrawals[WITHDRAWALS_MAX];
	uint32_t withdrawal_count;
	uint64_t last_sequence, requests, unanswered, again, ticks, recoveries;
} t = { .wait_s = 300 };

/* A request of signed entries as it was sent, with its receipts' positions, for sending it again. */
struct request {
	char body[BODY_BYTES];
	size_t len;
	uint32_t count, first;
};

static inline _Noreturn void __attribute__((format(printf, 1, 2))) die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "crash: seed %" PRIu64 ": ", t.seed);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static inline uint64_t dice(uint64_t below)
{
	static uint64_t state;
	if (state == 0) state = t.seed;
	uint64_t x = state += 0x9E3779B97F4A7C15u; /* splitmix64 */
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return (x ^ (x >> 31)) % below;
}

static inline void hex(char *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* Posts until it is answered; what stays unanswered may have been taken or not.  The answer's result. */
static inline uint32_t post(struct pr_json *doc, const char *target, const char *type, const void *body, size_t len)
{
	struct pr_httpc_response r;
	uint64_t                 start = pr_clock_ms();

	for (;; usleep(20000)) {
		enum pr_err err = pr_httpc_request(t.http, &r, "POST", target, type, body, len, 20000);
		t.requests++;
		if (err == PR_OK && r.status == 200) {
			if (pr_json_parse(doc, r.body, r.body_len, t.nodes, NODES_MAX) != PR_JSON_OK) die("%s: not JSON: %.200s", target, r.body);
			if (pr_json_get(doc, 0, "error") == PR_JSON_NONE) return 0;
		} else if (err == PR_OK && r.status != 503) {
			die("%s: HTTP status %u: %.200s", target, r.status, r.body);
		}
		t.unanswered++;
		if (pr_clock_ms() - start > AWAY_MS) die("%s: no answer for too long: %s %.200s", target, pr_err_name(err), err == PR_OK ? r.body : "");
	}
}

static inline uint32_t __attribute__((format(printf, 3, 4))) call(struct pr_json *doc, const char *method, const char *params, ...)
{
	char    body[512], text[256];
	va_list args;
	va_start(args, params);
	vsnprintf(text, sizeof text, params, args);
	va_end(args);
	int n = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method, text);
	(void)post(doc, "/", "application/json", body, (size_t)n);
	return pr_json_get(doc, 0, "result");
}

static inline uint64_t number(const struct pr_json *doc, uint32_t at, const char *name)
{
	uint64_t v;
	uint32_t member = pr_json_get(doc, at, name);
	if (!pr_json_u64(&v, doc, member) && !pr_json_u64_string(&v, doc, member)) die("an answer without %s: %.300s", name, doc->text);
	return v;
}

static inline void same(const char *what, uint64_t id, uint64_t theirs, uint64_t ours)
{
	if (theirs != ours) die("%s of %" PRIu64 " is %" PRIu64 " on the ledger and %" PRIu64 " in our books", what, id, theirs, ours);
}

static inline int address_of(void *ctx, uint32_t id, uint8_t addr20[20])
{
	(void)ctx;
	for (uint32_t i = 0; i < PEOPLE; i++)
		if (t.people[i].id == id) {
			memcpy(addr20, t.people[i].addr20, 20);
			return 1;
		}
	for (uint32_t i = 0; i < ASSETS; i++)
		if (t.assets[i] == id) return 2;
	return 0;
}

/* -- requests of signed entries -- */

static inline void request_begin(struct request *q)
{
	q->count = 0;
	q->first = t.receipt_count;
	q->len   = (size_t)snprintf(q->body, sizeof q->body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[");
}

static inline void request_sign(struct request *q, uint32_t who, struct pr_entry *e)
{
	uint8_t        digest32[32], wire[PR_WIRE_BYTES_MAX];
	struct person *p = &t.people[who];

	e->f[0].num = p->id;
	e->f[1].num = p->nonce++;
	enum pr_status status = pr_eip712_digest(digest32, t.chain.domain32, e, address_of, NULL);
	if (status != PR_STATUS_APPLIED || !pr_sig_sign(e->sig64, digest32, p->key32)) die("cannot sign: %s", pr_status_names[status]);
	size_t len = pr_wire_encode(wire, e);
	PR_CHECK(q->len + 2 * len + 16 < sizeof q->body && t.receipt_count < ENTRIES_MAX);
	q->len += (size_t)snprintf(q->body + q->len, sizeof q->body - q->len, "%s\"0x", q->count++ ? "," : "");
	hex(q->body + q->len, wire, len);
	q->len += 2 * len;
	q->body[q->len++] = '"';
	pr_sha256(t.receipts[t.receipt_count++].hash32, wire, len);
}

/* Sends, and notes or compares the receipts; *created_opt: the object that the last entry made. */
static inline void request_send(struct request *q, bool again, uint32_t *created_opt)
{
	struct pr_json doc;
	uint32_t       i = 0;

	if (!again) q->len += (size_t)snprintf(q->body + q->len, sizeof q->body - q->len, "]}");
	(void)post(&doc, "/", "application/json", q->body, q->len);
	uint32_t result = pr_json_get(&doc, 0, "result");
	if (pr_json_count(&doc, result) != q->count) die("%u entries sent, %u answered", q->count, pr_json_count(&doc, result));
	for (uint32_t at = pr_json_first(&doc, result); at != PR_JSON_NONE; at = pr_json_next(&doc, at), i++) {
		struct receipt *r = &t.receipts[q->first + i];
		uint8_t         hash32[32];
		bool            repeated = false;
		if (!pr_json_string_eq(&doc, pr_json_get(&doc, at, "status"), "applied")) die("entry %u of a request%s: %.600s", i, again ? " sent again" : "", doc.text);
		if (!pr_json_hex(hash32, 32, &doc, pr_json_get(&doc, at, "hash")) || memcmp(hash32, r->hash32, 32) != 0) die("a receipt with another hash");
		uint64_t sequence = number(&doc, at, "sequence"), batch = number(&doc, at, "batch");
		(void)pr_json_bool(&repeated, &doc, pr_json_get(&doc, at, "repeated"));
		if (again && (!repeated || sequence != r->sequence || batch != r->batch))
			die("an entry sent again got another receipt: sequence %" PRIu64 " batch %" PRIu64 " after %" PRIu64 " and %" PRIu64, sequence, batch, r->sequence, r->batch);
		if (again) continue;
		if (sequence <= t.last_sequence) die("sequence %" PRIu64 " was given after %" PRIu64, sequence, t.last_sequence);
		t.last_sequence = sequence;
		r->sequence     = sequence;
		r->batch        = batch;
		if (created_opt && i + 1 == q->count) *created_opt = (uint32_t)number(&doc, at, "id");
	}
}

static inline void submit(uint32_t who, struct pr_entry *e, uint32_t *created_opt)
{
	static struct request q;
	request_begin(&q);
	request_sign(&q, who, e);
	request_send(&q, false, created_opt);
}

#endif
