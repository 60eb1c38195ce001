#include "tools/workload/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"
#include "core/rt/clock.h"

#define BODY_BYTES 120000u
#define QUEUE_MAX 64u
#define NODES_MAX 65536u
#define DEADLINE_MS 60000u
#define AWAY_MS 60000u

void wl_die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("workload: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

void wl_client_open(struct wl_client *c, const char *url, const struct pr_chain *chain)
{
	struct pr_httpc_options options = { .url = url };
	memset(c, 0, sizeof *c);
	if (pr_httpc_open(&c->http, &options) != PR_OK) wl_die("bad URL %s", url);
	c->chain   = chain;
	c->body    = malloc(BODY_BYTES);
	c->created = calloc(QUEUE_MAX, sizeof *c->created);
	c->nodes   = malloc(NODES_MAX * sizeof *c->nodes);
	PR_CHECK(c->body && c->created && c->nodes);
}

void wl_key_from(struct wl_key *key, const char *domain, const char *name)
{
	struct pr_sha256 h;
	memset(key, 0, sizeof *key);
	pr_sha256_init(&h);
	pr_sha256_update(&h, domain, strlen(domain) + 1);
	pr_sha256_update(&h, name, strlen(name));
	pr_sha256_final(&h, key->key32);
	PR_CHECK(pr_sig_address(key->addr20, key->key32));
}

void wl_know(struct wl_client *c, uint32_t id, int type, const uint8_t addr20_opt[20])
{
	if (id >= c->id_cap) {
		uint32_t cap = c->id_cap ? c->id_cap : 1024;
		while (cap <= id) cap *= 2;
		c->addrs = realloc(c->addrs, cap * sizeof *c->addrs);
		c->types = realloc(c->types, cap);
		PR_CHECK(c->addrs && c->types);
		memset(c->types + c->id_cap, 0, cap - c->id_cap);
		c->id_cap = cap;
	}
	c->types[id] = (uint8_t)type;
	if (addr20_opt) memcpy(c->addrs[id], addr20_opt, 20);
}

static int known_address(void *ctx, uint32_t id, uint8_t addr20[20])
{
	const struct wl_client *c = ctx;
	if (id >= c->id_cap || c->types[id] == 0) return 0;
	if (c->types[id] == 1) memcpy(addr20, c->addrs[id], 20);
	return c->types[id];
}

/* Posts a body; a sequencer that is away is tried again with the same bytes: it answers what it had taken before with the same receipts. */
static void post(struct wl_client *c, struct pr_httpc_response *r, const char *what, const char *target, const char *type, const void *body, size_t len)
{
	enum pr_err err;
	for (uint64_t start = pr_clock_ms();; usleep(100000)) {
		err = pr_httpc_request(c->http, r, "POST", target, type, body, len, DEADLINE_MS);
		if (err == PR_OK && r->status != 503) return;
		if (pr_clock_ms() - start > AWAY_MS) wl_die("%s: %s", what, err == PR_OK ? "busy for too long" : pr_err_name(err));
	}
}

static uint32_t parse_result(struct wl_client *c, struct pr_json *doc, const char *what, const struct pr_httpc_response *r)
{
	if (r->status != 200) wl_die("%s: HTTP status %u: %.200s", what, r->status, r->body);
	if (pr_json_parse(doc, r->body, r->body_len, c->nodes, NODES_MAX) != PR_JSON_OK) wl_die("%s: answer is not JSON: %.200s", what, r->body);
	return pr_json_get(doc, 0, "result");
}

uint32_t wl_call(struct wl_client *c, struct pr_json *doc, const char *method, const char *params)
{
	struct pr_httpc_response r;
	char                     body[2048];
	int                      n = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);
	PR_CHECK(n > 0 && (size_t)n < sizeof body);
	post(c, &r, method, "/", "application/json", body, (size_t)n);
	return parse_result(c, doc, method, &r);
}

void wl_flush(struct wl_client *c)
{
	struct pr_httpc_response r;
	struct pr_json           doc;

	if (c->waiting == 0) return;
	c->body_len += (size_t)snprintf(c->body + c->body_len, BODY_BYTES - c->body_len, "]}");
	post(c, &r, "penny_submit", "/", "application/json", c->body, c->body_len);
	uint32_t result = parse_result(c, &doc, "penny_submit", &r), i = 0;
	if (pr_json_count(&doc, result) != c->waiting) wl_die("penny_submit: %.400s", r.body);
	for (uint32_t at = pr_json_first(&doc, result); at != PR_JSON_NONE; at = pr_json_next(&doc, at), i++) {
		uint64_t id = 0;
		uint32_t status = pr_json_get(&doc, at, "status");
		/* A settle or claim that would move nothing is not taken: there is nothing to do then. */
		if (!pr_json_string_eq(&doc, status, "applied") && !pr_json_string_eq(&doc, status, "nothing_due")) {
			const char *text;
			size_t      len;
			(void)pr_json_raw(&text, &len, &doc, at);
			wl_die("entry %llu refused: %.*s", (unsigned long long)(c->entries_sent + i), (int)len, text);
		}
		(void)pr_json_u64(&id, &doc, pr_json_get(&doc, at, "id"));
		if (c->created[i]) *c->created[i] = (uint32_t)id;
	}
	c->entries_sent += c->waiting;
	c->waiting  = 0;
	c->body_len = 0;
}

void wl_submit(struct wl_client *c, struct pr_entry *e, struct wl_key *key_opt, uint32_t *created_opt)
{
	uint8_t digest32[32], wire[PR_WIRE_BYTES_MAX];

	if (key_opt) {
		e->f[0].num = key_opt->account;
		e->f[1].num = key_opt->nonce;
		enum pr_status status = pr_eip712_digest(digest32, c->chain->domain32, e, known_address, c);
		if (status != PR_STATUS_APPLIED) wl_die("no digest for %s: %s", pr_kind_infos[e->kind].name, pr_status_names[status]);
		PR_CHECK(pr_sig_sign(e->sig64, digest32, key_opt->key32));
		key_opt->nonce++;
	}
	size_t len = pr_wire_encode(wire, e);
	if (c->waiting == 0)
		c->body_len = (size_t)snprintf(c->body, BODY_BYTES, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[");
	c->body_len += (size_t)snprintf(c->body + c->body_len, BODY_BYTES - c->body_len, "%s\"0x", c->waiting ? "," : "");
	for (size_t i = 0; i < len; i++) c->body_len += (size_t)snprintf(c->body + c->body_len, BODY_BYTES - c->body_len, "%02x", wire[i]);
	c->body[c->body_len++]   = '"';
	c->created[c->waiting++] = created_opt;
	if (c->waiting == QUEUE_MAX) wl_flush(c);
}

void wl_ticks_post(struct wl_client *c, struct pr_json *doc, const uint8_t *records, uint32_t count)
{
	struct pr_httpc_response r;
	post(c, &r, "ticks", "/v1/ticks", "application/octet-stream", records, (size_t)count * 44);
	(void)parse_result(c, doc, "ticks", &r);
}

void wl_ticks(struct wl_client *c, const uint8_t *records, uint32_t count)
{
	struct pr_json doc;
	uint64_t       accepted = 0, duplicates = 0;

	wl_ticks_post(c, &doc, records, count);
	if (!pr_json_u64(&accepted, &doc, pr_json_get(&doc, 0, "accepted")) || !pr_json_u64(&duplicates, &doc, pr_json_get(&doc, 0, "duplicates")) ||
	    accepted + duplicates != count)
		wl_die("ticks: %.400s", doc.text);
	c->ticks_sent += count;
	c->tick_bodies++;
}

bool wl_account(struct wl_client *c, const uint8_t addr20[20], uint32_t *id, uint64_t *balance, uint64_t *nonce)
{
	struct pr_json doc;
	char           params[64] = "[\"0x";
	uint64_t       got = 0;

	for (unsigned i = 0; i < 20; i++) snprintf(params + 4 + 2 * i, 3, "%02x", addr20[i]);
	memcpy(params + 44, "\"]", 3);
	uint32_t at = wl_call(c, &doc, "penny_getAccount", params);
	*balance = *nonce = 0;
	*id      = 0;
	if (at == PR_JSON_NONE) return false;
	bool ok = pr_json_u64(&got, &doc, pr_json_get(&doc, at, "id")) && pr_json_u64_string(balance, &doc, pr_json_get(&doc, at, "balance"));
	if (!pr_json_u64(nonce, &doc, pr_json_get(&doc, at, "nonce"))) ok = ok && pr_json_u64_string(nonce, &doc, pr_json_get(&doc, at, "nonce"));
	*id = (uint32_t)got;
	return ok;
}
