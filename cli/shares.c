#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"

void cli_shares_show(struct cli *c)
{
	struct cli_answer a = { 0 };
	char              part[CLI_AMOUNT_BYTES];
	uint32_t          id = cli_asset(c, &a, c->args[0]);
	uint64_t          all = cli_u64(&a, a.at, "units"), last = 0;
	cli_put_u64(c, "asset", id);
	cli_put_u64(c, "units", all);
	uint32_t list = pr_json_get(&a.doc, a.at, "shares"), items = pr_json_get(&a.doc, list, "items");
	cli_put_raw(c, "shares", &a.doc, items);
	if (c->json) cli_put_bool(c, "more", cli_bool(&a, list, "more"));
	if (all == 0) cli_row(c, "no units were issued: what this asset earns is its owner's");
	while (!c->json) {
		for (uint32_t i = pr_json_first(&a.doc, items); i != PR_JSON_NONE; i = pr_json_next(&a.doc, i)) {
			uint64_t units = cli_u64(&a, i, "units");
			cli_rate_format(part, all ? units * PR_PPM / all : 0);
			last = cli_u64(&a, i, "id");
			cli_row(c, "  holder %-10" PRIu64 " units %-10" PRIu64 " %10s  (share %" PRIu64 ")", cli_u64(&a, i, "holder"), units, part, last);
		}
		if (!cli_bool(&a, list, "more")) break;
		cli_call(c, &a, CLI_RPC, "penny_getAsset", "%" PRIu32 ",%" PRIu64, id, last);
		list  = pr_json_get(&a.doc, a.at, "shares");
		items = pr_json_get(&a.doc, list, "items");
	}
	cli_answer_free(&a);
}

uint32_t cli_shares_issue_to(struct cli *c, struct cli_receipt *receipt, uint32_t asset, const char *holder, uint64_t units)
{
	struct pr_entry e = { .kind = PR_KIND_SHARE_ISSUE };
	cli_account(c);
	e.f[PR_SHARE_ISSUE_ASSET].num  = asset;
	e.f[PR_SHARE_ISSUE_HOLDER].num = cli_party(c, holder);
	e.f[PR_SHARE_ISSUE_UNITS].num  = units;
	cli_sign(c, &e);
	cli_submit(c, &e, receipt);
	return (uint32_t)e.f[PR_SHARE_ISSUE_HOLDER].num;
}

void cli_shares_issue(struct cli *c)
{
	struct cli_answer  a = { 0 };
	struct cli_receipt receipt;
	uint64_t           units = cli_arg_u64(c, 2, "a number of units");
	cli_account(c);
	uint32_t asset = cli_asset(c, &a, c->args[0]);
	cli_answer_free(&a);
	uint32_t holder = cli_shares_issue_to(c, &receipt, asset, c->args[1], units);
	cli_put_u64(c, "issued", units);
	cli_put_u64(c, "holder", holder);
	if (receipt.id) cli_put_u64(c, "share", receipt.id);
	cli_put_receipt(c, &receipt);
}

void cli_shares_transfer(struct cli *c)
{
	struct cli_answer  a = { 0 };
	struct pr_entry    e = { .kind = PR_KIND_SHARE_TRANSFER };
	struct cli_receipt receipt;
	uint64_t           units = cli_arg_u64(c, 2, "a number of units");
	cli_account(c);
	e.f[PR_SHARE_TRANSFER_ASSET].num = cli_asset(c, &a, c->args[0]);
	cli_answer_free(&a);
	e.f[PR_SHARE_TRANSFER_TO].num    = cli_party(c, c->args[1]);
	e.f[PR_SHARE_TRANSFER_UNITS].num = units;
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	cli_put_u64(c, "transferred", units);
	cli_put_u64(c, "to", e.f[PR_SHARE_TRANSFER_TO].num);
	cli_put_receipt(c, &receipt);
}
