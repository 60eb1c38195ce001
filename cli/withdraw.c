#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define NOTE_BYTES 64
#define CALLDATA_BYTES 2048

/* The ledger does not keep the batch of a withdrawal: it is noted in KEYS/withdrawals/<rollup>-<id>. */
static void note_path(struct cli *c, char path[PR_PATH_BYTES_MAX], uint32_t id)
{
	char dir[PR_PATH_BYTES_MAX], name[64], rollup[41];
	cli_hex_format(rollup, cli_chain(c)->rollup20, 20);
	(void)snprintf(name, sizeof name, "%.16s-%" PRIu32, rollup, id);
	if (pr_path_join(dir, c->keys_dir, "withdrawals") != PR_OK || pr_path_join(path, dir, name) != PR_OK) cli_die("the path of the keys is too long");
	if (pr_dir_make(dir) != PR_OK) cli_die("the directory %s cannot be made", dir);
}

static void note_write(struct cli *c, uint32_t id, uint64_t batch)
{
	char path[PR_PATH_BYTES_MAX], text[NOTE_BYTES];
	note_path(c, path, id);
	int n = snprintf(text, sizeof text, "%" PRIu64 "\n", batch);
	if (pr_file_write_atomic(path, text, (size_t)n) != PR_OK) cli_note("the batch could not be noted in %s: `pennyroyal withdrawal` will need --batch %" PRIu64, path, batch);
}

/* 0: not known. */
static uint64_t note_read(struct cli *c, uint32_t id)
{
	char        path[PR_PATH_BYTES_MAX], *text;
	uint64_t    batch = 0;
	size_t      len;
	const char *option = cli_option(c, "batch");
	if (option) {
		if (!cli_u64_parse(&batch, option)) cli_usage(c, "--batch %s is not a batch number", option);
		return batch;
	}
	note_path(c, path, id);
	if (pr_file_read_all(&text, &len, path, NOTE_BYTES) != PR_OK) return 0;
	text[strcspn(text, "\n")] = 0;
	if (!cli_u64_parse(&batch, text)) batch = 0;
	free(text);
	return batch;
}

void cli_withdraw_entry(struct cli *c, struct pr_entry *e, const char *amount, const char *to_opt)
{
	uint8_t  to20[20];
	uint64_t nano, multiple = cli_chain(c)->withdraw_multiple ? cli_chain(c)->withdraw_multiple : 1;
	cli_account(c);
	memcpy(to20, c->addr20, 20);
	if (to_opt && !cli_address_parse(to20, to_opt)) cli_usage(c, "%s is not an address (or its checksum is wrong)", to_opt);
	if (strcmp(amount, "all") == 0) nano = c->balance - c->balance % multiple;
	else if (!cli_amount_parse(&nano, amount)) cli_usage(c, "%s is not an amount: tokens (1.5), nano (250n), or all", amount);
	if (nano % multiple) cli_die("the token on L1 has fewer decimals: the amount must be a multiple of %" PRIu64 " nano", multiple);
	memset(e, 0, sizeof *e);
	e->kind = PR_KIND_WITHDRAW;
	memcpy(e->f[PR_WITHDRAW_TO].bytes, to20, 20);
	e->f[PR_WITHDRAW_AMOUNT].num = nano;
}

void cli_withdraw(struct cli *c)
{
	struct pr_entry    e;
	struct cli_receipt receipt;
	cli_withdraw_entry(c, &e, c->args[0], cli_option(c, "to"));
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	if (receipt.id) note_write(c, receipt.id, receipt.batch);
	cli_put_u64(c, "withdrawal", receipt.id);
	cli_put_amount(c, "amount", e.f[PR_WITHDRAW_AMOUNT].num);
	cli_put_address(c, "to", e.f[PR_WITHDRAW_TO].bytes);
	cli_put_receipt(c, &receipt);
	cli_row(c, "Paid on L1 when the batch is final: `pennyroyal withdrawal %" PRIu32 "` tells how far it is.", receipt.id);
}

/* Where a withdrawal stands that is not final: soft, posted, claimed until. */
static void progress(struct cli *c, uint32_t id)
{
	struct cli_answer a = { 0 };
	uint64_t          batch = note_read(c, id), window = 0, soonest = UINT64_MAX;
	cli_call(c, &a, CLI_RPC, "penny_getObject", "%" PRIu32, id);
	if (!pr_json_string_eq(&a.doc, pr_json_get(&a.doc, a.at, "type"), "withdrawal")) cli_die("there is no withdrawal %" PRIu32, id);
	cli_put_u64(c, "withdrawal", id);
	cli_put_amount(c, "amount", cli_u64(&a, a.at, "amount"));
	if (!batch) {
		cli_put(c, "status", "not final");
		cli_note("its batch is not noted here: --batch N tells more");
		return;
	}
	cli_put_u64(c, "batch", batch);
	cli_call(c, &a, CLI_NODE, "penny_chainInfo", "-");
	window = cli_u64(&a, a.at, "windowSeconds");
	if (!cli_ask(c, &a, CLI_NODE, "penny_getBatch", "%" PRIu64, batch)) {
		cli_put(c, "status", "soft: the batch is not on L1 yet");
		return;
	}
	uint32_t claims = pr_json_get(&a.doc, a.at, "claims");
	for (uint32_t i = pr_json_first(&a.doc, claims); i != PR_JSON_NONE; i = pr_json_next(&a.doc, i)) {
		bool right;
		if (!pr_json_bool(&right, &a.doc, pr_json_get(&a.doc, i, "right")) || !right || pr_json_string_eq(&a.doc, pr_json_get(&a.doc, i, "state"), "struck")) continue;
		uint64_t final_at = cli_u64(&a, i, "time") + window;
		if (final_at < soonest) soonest = final_at;
	}
	cli_put(c, "status", soonest == UINT64_MAX ? "posted: nobody has claimed the batch yet" : "claimed");
	if (soonest != UINT64_MAX) cli_put_time(c, "finalAt", soonest);
	cli_answer_free(&a);
}

static void execute(struct cli *c, const struct cli_answer *a, uint32_t id)
{
	struct pr_contracts  contracts;
	struct pr_l1_receipt receipt;
	uint8_t              siblings[PR_TREE_DEPTH][32], to20[20], data[CALLDATA_BYTES];
	uint32_t             list = pr_json_get(&a->doc, a->at, "siblings"), count = 0;

	cli_contracts(c, &contracts);
	for (uint32_t i = pr_json_first(&a->doc, list); i != PR_JSON_NONE; i = pr_json_next(&a->doc, i), count++)
		if (count == PR_TREE_DEPTH || !pr_json_hex(siblings[count], 32, &a->doc, i)) cli_die("the node's proof is malformed");
	cli_bytes(to20, 20, a, a->at, "to");
	size_t len = pr_call_withdraw(data, sizeof data, cli_u64(a, a->at, "batch"), id, to20, cli_u64(a, a->at, "amount"), (const uint8_t(*)[32])siblings, count);
	cli_l1_send(c, &receipt, "withdrawal", contracts.vault20, 0, data, len);
	cli_put_hex(c, "transaction", receipt.tx_hash32, 32);
}

void cli_withdrawal(struct cli *c)
{
	struct cli_answer a = { 0 };
	uint8_t           to20[20];
	uint32_t          id;
	if (!cli_id_parse(&id, c->args[0])) cli_usage(c, "%s is not a withdrawal's id", c->args[0]);
	if (!cli_ask(c, &a, CLI_NODE, "penny_getWithdrawal", "%" PRIu32, id)) {
		cli_answer_free(&a);
		progress(c, id);
		if (!cli_flag(c, "execute")) return;
		cli_finish(c);
		cli_die("not final yet: it cannot be paid now");
	}
	bool paid = cli_bool(&a, a.at, "paid");
	cli_put_u64(c, "withdrawal", id);
	cli_bytes(to20, 20, &a, a.at, "to");
	cli_put_amount(c, "amount", cli_u64(&a, a.at, "amount"));
	cli_put_address(c, "to", to20);
	if (cli_flag(c, "execute") && !paid) {
		execute(c, &a, id);
		paid = true;
	}
	cli_put(c, "status", "%s", paid ? "paid" : "final: not paid yet");
	if (!paid) cli_row(c, "Add --execute to have the vault pay it now; a relay may do it too.");
	cli_answer_free(&a);
}
