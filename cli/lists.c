/* What belongs to somebody: pages of penny_getList. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"

#define LIST_DEFAULT 50u

struct pages {
	uint64_t           left, last;
	bool               more;
	struct pr_json_out rows; /* --json */
};

static void pages_begin(struct cli *c, struct pages *p)
{
	const char *limit = cli_option(c, "limit"), *after = cli_option(c, "after");
	*p = (struct pages){ .left = LIST_DEFAULT, .more = true };
	if (limit && !cli_u64_parse(&p->left, limit)) cli_usage(c, "--limit %s is not a number", limit);
	if (after && (!cli_u64_parse(&p->last, after) || p->last == 0)) cli_usage(c, "--after %s is not an id", after);
	pr_json_out_init_growing(&p->rows, 32u << 20);
	pr_json_out_open(&p->rows, '[');
}

/* Asks page after page and gives each object to row; lists newest first. */
static void pages_print(struct cli *c, struct pages *p, const char *key, uint32_t of, const char *list,
                        void (*row)(const struct cli *c, const struct cli_answer *a, uint32_t object))
{
	struct cli_answer a     = { 0 };
	uint64_t          shown = 0;
	const char       *raw;
	size_t            len;
	while (p->more && p->left > 0) {
		if (p->last) cli_call(c, &a, c->reads, "penny_getList", "%" PRIu32 ",\"%s\",%" PRIu64, of, list, p->last);
		else cli_call(c, &a, c->reads, "penny_getList", "%" PRIu32 ",\"%s\"", of, list);
		uint32_t items = pr_json_get(&a.doc, a.at, "items"), i = pr_json_first(&a.doc, items);
		for (; i != PR_JSON_NONE && p->left > 0; i = pr_json_next(&a.doc, i), p->left--, shown++) {
			p->last = cli_u64(&a, i, "id");
			if (c->json && pr_json_raw(&raw, &len, &a.doc, i)) pr_json_out_raw(&p->rows, raw, len);
			row(c, &a, i);
		}
		p->more = i != PR_JSON_NONE || cli_bool(&a, a.at, "more");
	}
	pr_json_out_close(&p->rows, ']');
	if (c->json) {
		cli_put_list(c, key, &p->rows);
		cli_put_bool(c, "more", p->more);
	} else if (shown == 0) {
		cli_row(c, "(none)");
	} else if (p->more) {
		cli_row(c, "more: --after %" PRIu64, p->last);
	}
	pr_json_out_fini(&p->rows);
	cli_answer_free(&a);
}

static uint32_t account_named(struct cli *c, const char *text_opt)
{
	uint8_t  addr20[20];
	uint32_t id;
	if (!text_opt) {
		cli_account(c);
		return c->account;
	}
	if ((id = cli_party_account(c, text_opt, addr20)) == 0) cli_die("%s has no account yet: a deposit or a transfer to it makes one", text_opt);
	return id;
}

void cli_assets_list_of(struct cli *c, const char *owner)
{
	struct pages p;
	uint32_t     of = account_named(c, owner);
	pages_begin(c, &p);
	cli_asset_row_head(c);
	pages_print(c, &p, "assets", of, "assets", cli_asset_row);
}

static void stream_row(const struct cli *c, const struct cli_answer *a, uint32_t object)
{
	char kind[16], escrow[CLI_AMOUNT_BYTES], expiry[CLI_TIME_BYTES];
	cli_text(kind, sizeof kind, a, object, "kind");
	cli_amount_format(escrow, cli_u64(a, object, "escrow"));
	cli_time_format(expiry, cli_u64(a, object, "expiry"));
	cli_row(c, "%8" PRIu64 "  %-8s %8" PRIu64 " %8" PRIu64 "  %-8s %20s  %s", cli_u64(a, object, "id"), kind, cli_u64(a, object, "payer"), cli_u64(a, object, "asset"),
	        cli_scopes[cli_u64(a, object, "scope") % PR_SCOPES], escrow, expiry);
}

void cli_streams_list(struct cli *c)
{
	struct pages      p;
	struct cli_answer a     = { 0 };
	const char       *asset = cli_option(c, "asset");
	if (asset && c->arg_count > 0) cli_usage(c, "either an account or --asset");
	uint32_t of = asset ? cli_asset(c, &a, asset) : account_named(c, c->arg_count > 0 ? c->args[0] : NULL);
	cli_answer_free(&a);
	pages_begin(c, &p);
	cli_row(c, "%8s  %-8s %8s %8s  %-8s %20s  %s", "id", "kind", "payer", "asset", "scope", "escrow", "expiry");
	pages_print(c, &p, "streams", of, "streams", stream_row);
}
