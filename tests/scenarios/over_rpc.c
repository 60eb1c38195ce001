#include "tests/scenarios/over_rpc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/be.h"
#include "core/rt/clock.h"

#define BODY_TICKS 5957u
#define TICK_BYTES 44u
#define PATIENCE_MS 60000u
#define PLAN_MAX 1024u
#define COLLECTS_MAX 64u

static char status_text[48];

static const char *status_read(const struct pr_json *doc, uint32_t at)
{
	size_t len;
	if (!pr_json_string(status_text, &len, sizeof status_text - 1, doc, pr_json_get(doc, at, "status"))) wl_die("an answer without status: %.400s", doc->text);
	status_text[len] = 0;
	return status_text;
}

static void wire_params(char *params, const struct pr_entry *e)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  len = pr_wire_encode(wire, e), n = 4;
	memcpy(params, "[\"0x", 4);
	for (size_t i = 0; i < len; i++, n += 2) (void)snprintf(params + n, 3, "%02x", wire[i]);
	memcpy(params + n, "\"]", 3);
}

static const char *submit(void *ctx, const struct pr_entry *e, uint32_t *id)
{
	struct scn_rpc *r = ctx;
	struct pr_json  doc;
	char            params[2 * PR_WIRE_BYTES_MAX + 16];
	uint64_t        made = 0, first = 0;
	bool            repeated = false;

	wire_params(params, e);
	uint32_t at = pr_json_first(&doc, wl_call(&r->client, &doc, "penny_submit", params));
	if (at == PR_JSON_NONE) wl_die("penny_submit: %.400s", doc.text);
	(void)pr_json_u64(&made, &doc, pr_json_get(&doc, at, "id"));
	(void)pr_json_u64(&first, &doc, pr_json_get(&doc, pr_json_get(&doc, pr_json_get(&doc, at, "error"), "data"), "existing"));
	(void)pr_json_bool(&repeated, &doc, pr_json_get(&doc, at, "repeated"));
	r->named = (uint32_t)first;
	*id      = (uint32_t)made;
	const char *status = repeated ? "repeated" : status_read(&doc, at);
	r->entries++;
	r->refusals += strcmp(status, "applied") != 0;
	return status;
}

static const char *post(struct scn_rpc *r, const uint8_t *records, uint32_t count, uint64_t *taken)
{
	struct pr_json doc;
	uint64_t       accepted = 0, units = 0, duplicates = 0;
	wl_ticks_post(&r->client, &doc, records, count);
	if (!pr_json_u64(&accepted, &doc, pr_json_get(&doc, 0, "accepted")) || !pr_json_u64_string(&units, &doc, pr_json_get(&doc, 0, "units")) ||
	    !pr_json_u64(&duplicates, &doc, pr_json_get(&doc, 0, "duplicates")))
		wl_die("ticks: %.400s", doc.text);
	*taken += units;
	r->units += units;
	uint32_t refused = pr_json_first(&doc, pr_json_get(&doc, 0, "refused"));
	if (refused != PR_JSON_NONE) return status_read(&doc, refused);
	return duplicates ? "duplicate" : "applied";
}

static void record_put(uint8_t *record, uint32_t stream, uint64_t position, const uint8_t preimage32[32])
{
	pr_be32_put(record, stream);
	pr_be64_put(record + 4, position);
	memcpy(record + 12, preimage32, 32);
}

static const char *ticks(void *ctx, const struct scn_stream *s, uint64_t from, uint64_t to, uint64_t *taken)
{
	static uint8_t records[BODY_TICKS * TICK_BYTES];
	*taken = 0;
	while (from < to) {
		uint32_t count = 0;
		for (; from < to && count < BODY_TICKS; count++) {
			from++;
			record_put(records + (size_t)count * TICK_BYTES, s->id, from, s->links[from]);
		}
		const char *status = post(ctx, records, count, taken);
		if (strcmp(status, "applied") != 0) return status;
	}
	return "applied";
}

static const char *jump(void *ctx, const struct scn_stream *s, uint32_t asset, uint64_t to, const uint8_t preimage32[32])
{
	uint8_t  record[TICK_BYTES];
	uint64_t taken = 0;
	(void)asset;
	record_put(record, s->id, to, preimage32);
	return post(ctx, record, 1, &taken);
}

static bool account(void *ctx, const uint8_t addr20[20], uint32_t *id, uint64_t *balance, uint64_t *nonce)
{
	return wl_account(&((struct scn_rpc *)ctx)->client, addr20, id, balance, nonce);
}

static uint32_t ask(struct scn_rpc *r, struct pr_json *doc, const char *method, uint32_t id)
{
	char params[16];
	(void)snprintf(params, sizeof params, "[%" PRIu32 "]", id);
	return wl_call(&r->client, doc, method, params);
}

/* A member of an answer: a number or a decimal string. */
static uint64_t member(const struct pr_json *doc, uint32_t at, const char *key)
{
	uint64_t v = 0;
	uint32_t m = pr_json_get(doc, at, key);
	if (!pr_json_u64(&v, doc, m) && !pr_json_u64_string(&v, doc, m)) wl_die("an answer without %s: %.400s", key, doc->text);
	return v;
}

static bool asset(void *ctx, uint32_t id, struct scn_asset_view *view)
{
	struct pr_json doc;
	uint32_t       at = ask(ctx, &doc, "penny_getAsset", id);
	if (at == PR_JSON_NONE) return false;
	*view = (struct scn_asset_view){ member(&doc, at, "held"), member(&doc, at, "ownerDue"), member(&doc, at, "units"), member(&doc, at, "totalRevenue") };
	return true;
}

static bool stream(void *ctx, uint32_t id, struct scn_stream_view *view)
{
	struct pr_json doc;
	uint32_t       at = ask(ctx, &doc, "penny_getStream", id);
	if (at == PR_JSON_NONE) return false;
	uint32_t newest = pr_json_get(&doc, at, "pending");
	if (newest == PR_JSON_NONE) newest = at;
	*view = (struct scn_stream_view){ member(&doc, newest, "escrow"), member(&doc, newest, "used") };
	return true;
}

static void earnings(void *ctx, uint32_t id, uint64_t *now, uint64_t *after)
{
	struct pr_json doc;
	uint32_t       at = ask(ctx, &doc, "penny_getEarnings", id);
	*now   = member(&doc, at, "pendingNow");
	*after = member(&doc, at, "pendingAfterSettling");
}

static bool collect(void *ctx, uint32_t id)
{
	static struct pr_entry plan[PLAN_MAX];
	struct scn_rpc *r = ctx;
	struct pr_json  doc;
	for (unsigned round = 0; round < COLLECTS_MAX; round++) {
		uint32_t at = pr_json_get(&doc, ask(r, &doc, "penny_getEarnings", id), "plan"), count = 0, made;
		for (uint32_t i = pr_json_first(&doc, at); i != PR_JSON_NONE && count < PLAN_MAX; i = pr_json_next(&doc, i), count++) {
			uint8_t wire[PR_WIRE_BYTES_MAX];
			size_t  len;
			if (!pr_json_hex_var(wire, &len, sizeof wire, &doc, pr_json_get(&doc, i, "entry")) || !pr_wire_decode(&plan[count], wire, len))
				wl_die("a plan with something that is no entry: %.400s", doc.text);
		}
		if (count == 0) return true;
		for (uint32_t i = 0; i < count; i++) {
			const char *status = submit(r, &plan[i], &made);
			if (strcmp(status, "applied") != 0 && strcmp(status, "nothing_due") != 0) return false;
		}
	}
	return false;
}

static uint32_t call(struct scn_rpc *r, struct pr_json *doc, const char *method)
{
	uint32_t at = wl_call(&r->client, doc, method, "[]");
	if (at == PR_JSON_NONE) wl_die("%s: %.400s", method, doc->text);
	return at;
}

static uint64_t fees(void *ctx)
{
	struct pr_json doc;
	uint32_t       at = call(ctx, &doc, "penny_getState");
	return member(&doc, at, "fees");
}

static uint64_t param(void *ctx, unsigned index)
{
	struct pr_json doc;
	uint32_t       at = call(ctx, &doc, "penny_chainInfo");
	return member(&doc, pr_json_get(&doc, at, "params"), pr_param_infos[index].name);
}

static uint64_t now(void *ctx)
{
	struct pr_json doc;
	uint32_t       at     = call(ctx, &doc, "penny_chainInfo");
	uint64_t       ledger = member(&doc, at, "time"), wall = (uint64_t)time(NULL);
	return ledger > wall ? ledger : wall;
}

/* Waits until the sequencer has sealed what it had: the next batch has the time of then. */
static void quiet(struct scn_rpc *r)
{
	uint64_t start = pr_clock_ms();
	for (;;) {
		struct pr_json doc;
		bool           open = true;
		uint32_t       at   = call(r, &doc, "penny_getHealth");
		if (pr_json_bool(&open, &doc, pr_json_get(&doc, at, "batchOpen")) && !open && member(&doc, at, "pendingStreams") == 0) return;
		if (pr_clock_ms() - start > PATIENCE_MS) wl_die("no batch is sealed: %.400s", doc.text);
		usleep(100000);
	}
}

static void pass(void *ctx, uint64_t until)
{
	while ((uint64_t)time(NULL) <= until) usleep(100000);
	quiet(ctx);
}

static void settle_ticks(void *ctx)
{
	struct pr_json doc;
	uint32_t       at = call(ctx, &doc, "penny_getHealth");
	if (member(&doc, at, "pendingStreams") > 0) quiet(ctx);
}

static uint32_t named(void *ctx) { return ((struct scn_rpc *)ctx)->named; }

static void withdrew(void *ctx, const struct scn_person *p, uint32_t id, uint64_t amount)
{
	struct scn_rpc *r = ctx;
	PR_CHECK(r->paid_count < SCN_THINGS_MAX);
	struct scn_paid *w = &r->paid[r->paid_count++];
	memcpy(w->addr20, p->addr20, 20);
	w->id     = id;
	w->amount = amount;
}

void scn_rpc_open(struct scn_rpc *r, const char *url, const struct pr_chain *chain)
{
	memset(r, 0, sizeof *r);
	wl_client_open(&r->client, url, chain);
	r->ledger = (struct scn_ledger){ .ctx = r, .chain_id = chain->l2_chain_id, .submit = submit, .ticks = ticks, .jump = jump, .account = account, .asset = asset,
		                         .stream = stream, .earnings = earnings, .collect = collect, .fees = fees, .param = param, .now = now, .pass = pass,
		                         .named = named, .settle_ticks = settle_ticks, .withdrew = withdrew };
	memcpy(r->ledger.rollup20, chain->rollup20, 20);
}

static pr_u128 member_u128(const struct pr_json *doc, uint32_t at, const char *key)
{
	const char *digits;
	size_t      len;
	pr_u128     v = 0;
	if (!pr_json_string_borrow(&digits, &len, doc, pr_json_get(doc, at, key)) || len == 0 || len > 39) wl_die("an answer without %s: %.400s", key, doc->text);
	for (size_t i = 0; i < len; i++) v = v * 10 + (unsigned)(digits[i] - '0');
	return v;
}

/* One list of an asset, page by page. */
struct pages {
	uint32_t    of;
	const char *list;
	uint64_t    last;
	bool        more;
};

static uint32_t page_next(struct scn_rpc *r, struct pr_json *doc, struct pages *p)
{
	char params[64];
	if (!p->more) return PR_JSON_NONE;
	if (p->last) (void)snprintf(params, sizeof params, "[%" PRIu32 ",\"%s\",%" PRIu64 "]", p->of, p->list, p->last);
	else (void)snprintf(params, sizeof params, "[%" PRIu32 ",\"%s\"]", p->of, p->list);
	uint32_t at = wl_call(&r->client, doc, "penny_getList", params);
	if (!pr_json_bool(&p->more, doc, pr_json_get(doc, at, "more"))) wl_die("penny_getList: %.400s", doc->text);
	return pr_json_first(doc, pr_json_get(doc, at, "items"));
}

/* An asset holds what its edges, its shares and its owner are due, carries included.  Fractions are counted in parts of a million and of 2^64, so nothing is
 * rounded; an asset with more money than 128 bits can sum up so is left to penny_getState. */
static void books(struct scn *s, struct scn_rpc *r, const struct scn_asset *a)
{
	struct pr_json doc;
	struct pages   edges = { .of = a->id, .list = "edges", .more = true }, shares = { .of = a->id, .list = "shares", .more = true };
	uint32_t       at = ask(r, &doc, "penny_getAsset", a->id);
	if (at == PR_JSON_NONE) {
		scn_fail(s, "the ledger has no asset %s", a->name);
		return;
	}
	pr_u128  total = member_u128(&doc, at, "totalRevenue"), direct = member_u128(&doc, at, "directRevenue"), acc = member_u128(&doc, at, "acc");
	pr_u128  parts = member(&doc, at, "poolCarry") + (pr_u128)member(&doc, at, "ownerDue") * PR_PPM, pool = member(&doc, at, "accRem");
	uint64_t held  = member(&doc, at, "held"), issued = member(&doc, at, "units"), units = 0;
	if (total >> 40) return;
	for (uint32_t i; (i = page_next(r, &doc, &edges)) != PR_JSON_NONE;)
		for (; i != PR_JSON_NONE; i = pr_json_next(&doc, i)) {
			uint32_t mode = pr_json_get(&doc, i, "mode");
			pr_u128  rev  = pr_json_string_eq(&doc, mode, "relative") ? total : pr_json_string_eq(&doc, mode, "absolute") ? direct : member_u128(&doc, i, "settledRevenue");
			parts += (rev - member_u128(&doc, i, "settledRevenue")) * member(&doc, i, "ppm") + member(&doc, i, "carry");
			edges.last = member(&doc, i, "id");
		}
	for (uint32_t i; (i = page_next(r, &doc, &shares)) != PR_JSON_NONE;)
		for (; i != PR_JSON_NONE; i = pr_json_next(&doc, i)) {
			pool += member(&doc, i, "units") * (acc - member_u128(&doc, i, "checkpoint")) + member(&doc, i, "carry") - PR_NEW_SHARE_CARRY;
			units += member(&doc, i, "units");
			shares.last = member(&doc, i, "id");
		}
	if (units != issued) scn_fail(s, "the shares of %s are not its units", a->name);
	if ((uint64_t)pool != 0 || parts % PR_PPM != 0) scn_fail(s, "the carries of %s do not sum to whole units", a->name);
	if ((uint64_t)(pool >> 64) + (uint64_t)(parts / PR_PPM) != held) scn_fail(s, "%s holds %" PRIu64 ", and owes another sum", a->name, held);
}

static void remember(struct scn_rpc *r, const char *method, uint32_t id)
{
	struct pr_json doc;
	char           params[16];
	const char    *raw;
	size_t         len;
	(void)snprintf(params, sizeof params, "[%" PRIu32 "]", id);
	if (!pr_json_raw(&raw, &len, &doc, wl_call(&r->client, &doc, method, params))) return; /* a stream that was closed */
	if (r->read_count == r->read_cap) {
		r->read_cap = r->read_cap ? 2 * r->read_cap : 256;
		r->reads    = realloc(r->reads, r->read_cap * sizeof *r->reads);
		PR_CHECK(r->reads);
	}
	struct scn_read *read = &r->reads[r->read_count++];
	*read = (struct scn_read){ strdup(method), strdup(params), strndup(raw, len) };
	PR_CHECK(read->method && read->params && read->answer);
}

void scn_rpc_row_end(struct scn *s)
{
	struct scn_rpc *r = s->l->ctx;
	struct pr_json  doc;
	bool            conserved = false;

	settle_ticks(r);
	uint32_t at = call(r, &doc, "penny_getState");
	if (!pr_json_bool(&conserved, &doc, pr_json_get(&doc, at, "conserved")) || !conserved ||
	    member(&doc, at, "supply") != member(&doc, at, "balances") + member(&doc, at, "escrows") + member(&doc, at, "held") + member(&doc, at, "fees"))
		scn_fail(s, "the ledger's sums: %.400s", doc.text);
	for (uint32_t i = 0; i < s->asset_count && !s->failed; i++) books(s, r, &s->assets[i]);
	for (uint32_t i = 0; i < s->person_count; i++) {
		remember(r, "penny_getAccount", s->people[i].account);
		remember(r, "penny_getEarnings", s->people[i].account);
	}
	for (uint32_t i = 0; i < s->asset_count; i++) remember(r, "penny_getAsset", s->assets[i].id);
	for (uint32_t i = 0; i < s->stream_count; i++) remember(r, "penny_getStream", s->streams[i].id);
}

uint32_t scn_rpc_differences(const struct scn_rpc *r, struct wl_client *other)
{
	uint32_t differences = 0;
	for (uint32_t i = 0; i < r->read_count; i++) {
		struct pr_json doc;
		const char    *raw = "nothing";
		size_t         len = 7;
		(void)pr_json_raw(&raw, &len, &doc, wl_call(other, &doc, r->reads[i].method, r->reads[i].params));
		if (len == strlen(r->reads[i].answer) && memcmp(raw, r->reads[i].answer, len) == 0) continue;
		differences++;
		fprintf(stderr, "FAILED %s %s: the verifying node says %.*s, the sequencer said %s\n", r->reads[i].method, r->reads[i].params, (int)len, raw, r->reads[i].answer);
	}
	return differences;
}
