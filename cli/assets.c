#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define LIST_DEFAULT 50u
#define BATCH 100u /* calls in one request */

void cli_asset_row_head(const struct cli *c) { cli_row(c, "%8s  %-8s %-8s %8s  %-12s %20s", "id", "kind", "status", "owner", "asks", "revenue"); }

/* Nano as a decimal string of any length, in tokens. */
static void revenue_text(char out[CLI_AMOUNT_BYTES], const struct cli_answer *a, uint32_t object, const char *key)
{
	uint64_t v;
	if (pr_json_u64_string(&v, &a->doc, pr_json_get(&a->doc, object, key))) cli_amount_format(out, v);
	else (void)snprintf(out, CLI_AMOUNT_BYTES, "(over 2^64 nano)");
}

static void ask_text(char out[64], const struct cli_answer *a, uint32_t object, const char *mode_key, const char *ppm_key)
{
	char mode[16], rate[CLI_AMOUNT_BYTES];
	cli_text(mode, sizeof mode, a, object, mode_key);
	cli_rate_format(rate, cli_u64(a, object, ppm_key));
	if (strcmp(mode, "none") == 0) (void)snprintf(out, 64, "nothing");
	else (void)snprintf(out, 64, "%s %s", mode, rate);
}

void cli_asset_row(const struct cli *c, const struct cli_answer *a, uint32_t object)
{
	char kind[16], status[16], asks[64], revenue[CLI_AMOUNT_BYTES];
	cli_text(kind, sizeof kind, a, object, "kind");
	cli_text(status, sizeof status, a, object, "status");
	ask_text(asks, a, object, "askMode", "askPpm");
	revenue_text(revenue, a, object, "totalRevenue");
	cli_row(c, "%8" PRIu64 "  %-8s %-8s %8" PRIu64 "  %-12s %20s", cli_u64(a, object, "id"), kind, status, cli_u64(a, object, "owner"), asks, revenue);
}

struct listing {
	uint64_t left, last;
	bool more; /* an asset was seen that there was no room for */
	struct pr_json_out rows; /* --json */
};

/* Asks for the objects from..to in one request and lists the assets among them. */
static void list_range(struct cli *c, struct listing *l, uint64_t from, uint64_t to)
{
	static char       body[BATCH * 96 + 8];
	struct cli_answer a = { 0 };
	size_t            n = 1;
	body[0] = '[';
	for (uint64_t id = from; id < to; id++)
		n += (size_t)snprintf(body + n, sizeof body - n, "%s{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":\"penny_getObject\",\"params\":[%" PRIu64 "]}",
		                      id > from ? "," : "", id, id);
	body[n++] = ']';
	cli_post(c, &a, CLI_RPC, "/", "application/json", body, n);
	if (pr_json_type(&a.doc, 0) != PR_JSON_ARRAY || pr_json_count(&a.doc, 0) != to - from) cli_die("the sequencer answers something else than was asked");
	for (uint32_t i = pr_json_first(&a.doc, 0); i != PR_JSON_NONE && !l->more; i = pr_json_next(&a.doc, i)) {
		uint32_t    object = pr_json_get(&a.doc, i, "result");
		const char *raw;
		size_t      len;
		if (object == PR_JSON_NONE) cli_die("the sequencer is busy: run the command again");
		if (!pr_json_string_eq(&a.doc, pr_json_get(&a.doc, object, "type"), "asset")) continue;
		l->more = l->left == 0;
		if (l->more) break;
		l->last = cli_u64(&a, object, "id");
		l->left--;
		if (c->json && pr_json_raw(&raw, &len, &a.doc, object)) pr_json_out_raw(&l->rows, raw, len);
		cli_asset_row(c, &a, object);
	}
	cli_answer_free(&a);
}

void cli_assets_list(struct cli *c)
{
	struct cli_answer a = { 0 };
	struct listing    l = { .left = LIST_DEFAULT };
	uint64_t          after = 0;
	const char       *limit = cli_option(c, "limit"), *after_text = cli_option(c, "after"), *owner = cli_option(c, "owner");

	if (owner) {
		cli_assets_list_of(c, owner);
		return;
	}
	if (limit && !cli_u64_parse(&l.left, limit)) cli_usage(c, "--limit %s is not a number", limit);
	if (after_text && !cli_u64_parse(&after, after_text)) cli_usage(c, "--after %s is not an id", after_text);
	cli_call(c, &a, CLI_RPC, "penny_getObject", "0");
	uint64_t end = cli_u64(&a, a.at, "nextId"), wanted = l.left;
	cli_answer_free(&a);
	pr_json_out_init_growing(&l.rows, 32u << 20);
	pr_json_out_open(&l.rows, '[');
	cli_asset_row_head(c);
	uint64_t from = after + 1;
	for (; from < end && l.left > 0; from += BATCH) list_range(c, &l, from, from + BATCH < end ? from + BATCH : end);
	pr_json_out_close(&l.rows, ']');
	/* Whether what lies further on holds assets would take looking through it. */
	bool more = l.more || (l.left == 0 && from < end);
	if (c->json) {
		cli_put_list(c, "assets", &l.rows);
		cli_put_bool(c, "more", more);
	} else if (wanted == l.left) {
		cli_row(c, "(none)");
	} else if (more) {
		cli_row(c, "more: --after %" PRIu64, l.last);
	}
	pr_json_out_fini(&l.rows);
}

static void edges_print(struct cli *c, const struct cli_answer *a, const char *key, const char *who, const char *title)
{
	uint32_t list = pr_json_get(&a->doc, a->at, key), items = pr_json_get(&a->doc, list, "items");
	char     rate[64];
	if (pr_json_count(&a->doc, items) == 0) return;
	cli_row(c, "\n%s", title);
	for (uint32_t i = pr_json_first(&a->doc, items); i != PR_JSON_NONE; i = pr_json_next(&a->doc, i)) {
		ask_text(rate, a, i, "mode", "ppm");
		cli_row(c, "  %8" PRIu64 "  %-20s (edge %" PRIu64 ")", cli_u64(a, i, who), rate, cli_u64(a, i, "id"));
	}
	if (cli_bool(a, list, "more")) cli_row(c, "       ...");
}

void cli_assets_show(struct cli *c)
{
	struct cli_answer a = { 0 };
	char              kind[16], status[16], asks[64], price[CLI_AMOUNT_BYTES];
	uint8_t           about32[32];
	uint32_t          id = cli_asset(c, &a, c->args[0]), scope = 0;

	if (c->json) {
		cli_put_raw(c, "asset", &a.doc, a.at);
		cli_answer_free(&a);
		return;
	}
	cli_text(kind, sizeof kind, &a, a.at, "kind");
	cli_text(status, sizeof status, &a, a.at, "status");
	cli_bytes(about32, 32, &a, a.at, "about");
	ask_text(asks, &a, a.at, "askMode", "askPpm");
	cli_put_u64(c, "id", id);
	cli_put(c, "kind", "%s", kind);
	cli_put(c, "status", "%s", status);
	cli_put_u64(c, "owner", cli_u64(&a, a.at, "owner"));
	cli_put_hex(c, "about", about32, 32);
	cli_put(c, "asks", "%s", asks);
	uint32_t prices = pr_json_get(&a.doc, a.at, "prices");
	for (uint32_t i = pr_json_first(&a.doc, prices); i != PR_JSON_NONE && scope < PR_SCOPES; i = pr_json_next(&a.doc, i), scope++) {
		uint64_t nano;
		if (!pr_json_u64_string(&nano, &a.doc, i) || nano == 0) continue;
		cli_amount_format(price, nano);
		cli_put(c, "price", "%s per unit of %s", price, cli_scopes[scope]);
	}
	revenue_text(price, &a, a.at, "directRevenue");
	cli_put(c, "directRevenue", "%s", price);
	revenue_text(price, &a, a.at, "totalRevenue");
	cli_put(c, "totalRevenue", "%s", price);
	cli_put_amount(c, "held", cli_u64(&a, a.at, "held"));
	cli_put_amount(c, "ownerDue", cli_u64(&a, a.at, "ownerDue"));
	cli_put_u64(c, "units", cli_u64(&a, a.at, "units"));
	if (cli_u64(&a, a.at, "parentsOpen")) cli_put_u64(c, "parentsOpen", cli_u64(&a, a.at, "parentsOpen"));
	edges_print(c, &a, "edges", "beneficiary", "pays");
	edges_print(c, &a, "children", "child", "is paid by");
	cli_answer_free(&a);
}

void cli_assets_price(struct cli *c)
{
	struct cli_answer  a = { 0 };
	struct cli_receipt receipt;
	char               scope[16];
	uint32_t           asset = cli_asset(c, &a, c->args[0]);
	cli_answer_free(&a);
	for (unsigned i = 1; i < c->arg_count; i++) {
		struct pr_entry e = { .kind = PR_KIND_ASSET_PRICE };
		uint64_t        nano;
		const char     *text = cli_split(scope, sizeof scope, c->args[i], "SCOPE=AMOUNT");
		if (!cli_amount_parse(&nano, text)) cli_usage(c, "%s is not an amount", text);
		e.f[PR_ASSET_PRICE_ASSET].num = asset;
		e.f[PR_ASSET_PRICE_SCOPE].num = cli_scope(c, scope);
		e.f[PR_ASSET_PRICE_PRICE].num = nano;
		cli_sign(c, &e);
		cli_submit(c, &e, &receipt);
		cli_put_amount(c, cli_scopes[e.f[PR_ASSET_PRICE_SCOPE].num], nano);
	}
	cli_put_receipt(c, &receipt);
}

void cli_assets_retire(struct cli *c)
{
	struct cli_answer  a = { 0 };
	struct cli_receipt receipt;
	struct pr_entry    e = { .kind = PR_KIND_ASSET_RETIRE };
	e.f[PR_ASSET_RETIRE_ASSET].num = cli_asset(c, &a, c->args[0]);
	cli_answer_free(&a);
	cli_confirm(c, "A retired asset takes no new use and no new children, for ever.  Retire it?");
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	cli_put_u64(c, "retired", e.f[PR_ASSET_RETIRE_ASSET].num);
	cli_put_receipt(c, &receipt);
}
