/* Without the sequencer: an entry given to the inbox on L1 must be in a batch before its deadline, and if it is not, anyone may append it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/l1/abi.h"

#define CALLDATA_BYTES 1024

static void need(const struct cli *c, unsigned count, const char *form)
{
	if (c->arg_count != count) cli_usage(c, "the form is: pennyroyal force %s", form);
}

static uint64_t member(struct cli *c, const char *id_text, const char *type, const char *first_key, const char *second_key, uint64_t *second)
{
	struct cli_answer a = { 0 };
	uint32_t          id;
	if (!cli_id_parse(&id, id_text)) cli_usage(c, "%s is not an id", id_text);
	cli_call(c, &a, c->reads, "penny_getObject", "%" PRIu32, id);
	if (!pr_json_string_eq(&a.doc, pr_json_get(&a.doc, a.at, "type"), type)) cli_die("object %s is not of type %s", id_text, type);
	uint64_t first = cli_u64(&a, a.at, first_key);
	*second        = cli_u64(&a, a.at, second_key);
	cli_answer_free(&a);
	return first;
}

static void entry_make(struct cli *c, struct pr_entry *e)
{
	const char *kind = c->args[0];
	uint8_t     addr20[20];
	memset(e, 0, sizeof *e);
	if (strcmp(kind, "withdraw") == 0) {
		need(c, 2, "withdraw AMOUNT [--to ADDRESS]");
		cli_withdraw_entry(c, e, c->args[1], cli_option(c, "to"));
	} else if (strcmp(kind, "transfer") == 0) {
		need(c, 3, "transfer ACCOUNT AMOUNT");
		e->kind = PR_KIND_TRANSFER;
		e->f[PR_TRANSFER_AMOUNT].num = cli_arg_amount(c, 2);
		e->f[PR_TRANSFER_TO].num     = cli_party_account(c, c->args[1], addr20);
		if (e->f[PR_TRANSFER_TO].num == 0) {
			e->kind = PR_KIND_ACCOUNT_OPEN;
			memcpy(e->f[PR_ACCOUNT_OPEN_TO].bytes, addr20, 20);
			e->f[PR_ACCOUNT_OPEN_AMOUNT].num = cli_arg_amount(c, 2);
		}
	} else if (strcmp(kind, "stream_close") == 0) {
		need(c, 2, "stream_close STREAM");
		cli_stream_close_entry(c, e, c->args[1]);
	} else if (strcmp(kind, "settle") == 0) {
		need(c, 2, "settle EDGE");
		e->kind = PR_KIND_SETTLE;
		e->f[PR_SETTLE_CHILD].num = member(c, c->args[1], "edge", "child", "beneficiary", &e->f[PR_SETTLE_BENEFICIARY].num);
		e->f[PR_SETTLE_EDGE].num  = cli_arg_u64(c, 1, "an edge's id");
	} else if (strcmp(kind, "claim") == 0) {
		need(c, 2, "claim SHARE");
		e->kind = PR_KIND_CLAIM;
		e->f[PR_CLAIM_ASSET].num = member(c, c->args[1], "share", "asset", "holder", &e->f[PR_CLAIM_HOLDER].num);
		e->f[PR_CLAIM_SHARE].num = cli_arg_u64(c, 1, "a share's id");
	} else if (strcmp(kind, "claim_owner") == 0) {
		need(c, 2, "claim_owner ASSET");
		struct cli_answer a = { 0 };
		e->kind = PR_KIND_CLAIM_OWNER;
		e->f[PR_CLAIM_OWNER_ASSET].num = cli_asset(c, &a, c->args[1]);
		e->f[PR_CLAIM_OWNER_OWNER].num = cli_u64(&a, a.at, "owner");
		cli_answer_free(&a);
	} else if (strcmp(kind, "stream_voucher") == 0) {
		need(c, 2, "stream_voucher VOUCHER");
		cli_voucher_read(c, e, c->args[1]);
	} else {
		cli_usage(c, "%s cannot be forced from here: withdraw, transfer, stream_close, stream_voucher, settle, claim or claim_owner", kind);
	}
}

void cli_force(struct cli *c)
{
	struct pr_entry         e;
	struct pr_contracts     contracts;
	struct pr_rollup_config rollup;
	struct pr_l1_receipt    receipt;
	uint8_t                 wire[PR_WIRE_BYTES_MAX], data[CALLDATA_BYTES];
	uint64_t                item, arrived;

	/* The sequencer knows the newest nonce; if it is silent, what is on L1 counts. */
	if (!cli_reachable(c, CLI_RPC)) {
		c->reads = CLI_NODE;
		cli_note("the sequencer does not answer: reading accounts from the verifying node");
	}
	cli_contracts(c, &contracts);
	entry_make(c, &e);
	if (pr_kind_infos[e.kind].is_signed) cli_sign(c, &e);
	size_t wire_len = pr_wire_encode(wire, &e);
	if (pr_contracts_config(&rollup, cli_l1(c), &contracts) != PR_OK) cli_die("the Rollup's configuration cannot be read: %s", cli_l1_error(c));
	pr_u128 fee = cli_l1_word(c, contracts.inbox20, "forceFeeWei()");
	size_t  len = pr_call_force(data, sizeof data, wire, wire_len);
	cli_l1_send(c, &receipt, "forced entry", contracts.inbox20, fee, data, len);
	cli_l1_item(c, &receipt, &item, &arrived);
	cli_put(c, "forced", "%s", pr_kind_infos[e.kind].name);
	cli_put_u64(c, "item", item);
	cli_put_time(c, "overdueFrom", arrived + rollup.force_deadline_s);
	cli_put_hex(c, "transaction", receipt.tx_hash32, 32);
	cli_row(c, "If no batch holds it by then, `pennyroyal force append` puts it into one.");
}

void cli_force_append(struct cli *c)
{
	struct pr_contracts  contracts;
	struct pr_l1_receipt receipt;
	uint8_t              data[4];
	cli_contracts(c, &contracts);
	pr_abi_selector(data, "appendOverdue()");
	cli_l1_send(c, &receipt, "append", contracts.rollup20, 0, data, sizeof data);
	cli_put(c, "appended", "a batch of what was overdue");
	cli_put_u64(c, "l1Block", receipt.block_number);
	cli_put_hex(c, "transaction", receipt.tx_hash32, 32);
}
