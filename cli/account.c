#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/l1/token.h"
#include "core/rt/clock.h"

#define CREDIT_MS (30u * 60u * 1000u)
#define POLL_US 250000u
#define CALLDATA_BYTES 256
#define PLAN_MAX 4096u
#define ROUNDS_MAX 1000u

static void list_put(struct cli *c, const struct cli_answer *a, const char *key)
{
	char     text[1024] = "";
	size_t   n = 0;
	uint32_t list = pr_json_get(&a->doc, a->at, key), items = pr_json_get(&a->doc, list, "items");
	if (c->json) {
		cli_put_raw(c, key, &a->doc, items);
		return;
	}
	for (uint32_t i = pr_json_first(&a->doc, items); i != PR_JSON_NONE && n + 24 < sizeof text; i = pr_json_next(&a->doc, i)) {
		uint64_t id;
		if (pr_json_u64(&id, &a->doc, i)) n += (size_t)snprintf(text + n, sizeof text - n, "%s%" PRIu64, n ? " " : "", id);
	}
	if (n) cli_put(c, key, "%s%s", text, n + 24 >= sizeof text || cli_bool(a, list, "more") ? " ..." : "");
}

/* The account of the argument, or of the key. */
static uint32_t named(struct cli *c, uint8_t addr20[20])
{
	uint32_t id;
	if (c->arg_count == 0) {
		cli_account(c);
		memcpy(addr20, c->addr20, 20);
		return c->account;
	}
	if ((id = cli_party_account(c, c->args[0], addr20)) == 0) cli_die("%s has no account yet: a deposit or a transfer to it makes one", c->args[0]);
	return id;
}

void cli_account_show(struct cli *c)
{
	struct cli_answer a = { 0 };
	uint8_t           addr20[20];
	uint32_t          id = named(c, addr20);
	cli_call(c, &a, CLI_RPC, "penny_getAccount", "%" PRIu32, id);
	cli_put_u64(c, "id", id);
	cli_put_address(c, "address", addr20);
	cli_put_amount(c, "balance", cli_u64(&a, a.at, "balance"));
	cli_put_u64(c, "nonce", cli_u64(&a, a.at, "nonce"));
	list_put(c, &a, "assets");
	list_put(c, &a, "streams");
	list_put(c, &a, "shares");
	list_put(c, &a, "edges");
	cli_answer_free(&a);
}

/* Lets the vault take the token from us, if it may not yet.  What is too little is set to zero first: some tokens change no other allowance. */
static void approve(struct cli *c, const struct pr_token *token, const uint8_t vault20[20], pr_u128 base_units)
{
	uint8_t              data[CALLDATA_BYTES];
	char                 have[CLI_AMOUNT_BYTES], address[CLI_ADDRESS_BYTES];
	pr_u128              held, allowed;
	struct pr_l1_receipt receipt;

	if (pr_token_balance(&held, cli_l1(c), token, c->addr20) != PR_OK || pr_token_allowance(&allowed, cli_l1(c), token, c->addr20, vault20) != PR_OK)
		cli_die("the token on L1: %s", cli_l1_error(c));
	if (held < base_units) {
		pr_u128 nano = held / token->base_per_nano * token->nano_per_base; /* below the amount asked for, which is 64 bits */
		cli_amount_format(have, (uint64_t)nano);
		cli_address_format(address, c->addr20);
		cli_die("deposit: %s holds %s tokens on L1, %s are needed: send some there first", address, have, c->args[0]);
	}
	for (bool clear = allowed > 0; allowed < base_units; clear = false) {
		allowed    = clear ? 0 : base_units;
		size_t len = pr_call_approve(data, sizeof data, vault20, allowed);
		cli_l1_send(c, &receipt, "approval", token->addr20, 0, data, len);
	}
}

/* Waits until the ledger has executed the item. */
static void credited(struct cli *c, uint64_t item)
{
	struct cli_answer a = { 0 };
	cli_note("waiting until the sequencer credits it (item %" PRIu64 ")", item);
	for (uint64_t start = pr_clock_ms(); pr_clock_ms() - start < CREDIT_MS; usleep(POLL_US)) {
		cli_call(c, &a, CLI_RPC, "penny_getObject", "0");
		if (cli_u64(&a, a.at, "inboxNext") <= item) continue;
		cli_answer_free(&a);
		return;
	}
	cli_die("the deposit is in the inbox on L1 as item %" PRIu64 ", but not credited yet: it will be at the latest when it is overdue (`pennyroyal force append`)", item);
}

void cli_deposit(struct cli *c)
{
	struct pr_contracts  contracts;
	struct pr_token      token;
	struct pr_l1_receipt receipt;
	struct cli_answer    a = { 0 };
	uint8_t              to20[20], data[CALLDATA_BYTES];
	uint64_t             amount = cli_arg_amount(c, 0), item, time;
	pr_u128              base;
	const char          *to = cli_option(c, "to");

	if (amount == 0) cli_usage(c, "a deposit of nothing");
	if (to && !cli_address_parse(to20, to)) cli_usage(c, "%s is not an address (or its checksum is wrong)", to);
	cli_contracts(c, &contracts);
	(void)cli_l1(c);
	cli_key_unlock(c);
	if (!to) memcpy(to20, c->addr20, 20);
	if (pr_token_of_vault(&token, c->l1, contracts.vault20) != PR_OK) cli_die("L1 has no vault where the chain file says: %s", cli_l1_error(c));
	if (memcmp(token.addr20, cli_chain(c)->token20, 20) != 0) cli_die("the vault on L1 holds another token than the chain file says");
	if (!pr_token_base(&base, &token, amount))
		cli_die(token.nano_per_base > 1 ? "the token on L1 has fewer decimals: %s is not a whole number of its units" : "%s are more base units of the token than fit 128 bits",
		        c->args[0]);
	if (!token.native) approve(c, &token, contracts.vault20, base);
	size_t len = pr_call_deposit(data, sizeof data, to20, base);
	cli_l1_send(c, &receipt, "deposit", contracts.vault20, token.native ? base : 0, data, len);
	cli_l1_item(c, &receipt, &item, &time);
	if (!cli_flag(c, "no-wait")) credited(c, item);
	cli_put_amount(c, "deposited", amount);
	cli_put_address(c, "to", to20);
	cli_put_u64(c, "item", item);
	cli_put_hex(c, "transaction", receipt.tx_hash32, 32);
	if (!cli_flag(c, "no-wait")) {
		char hex[41];
		cli_hex_format(hex, to20, 20);
		cli_call(c, &a, CLI_RPC, "penny_getAccount", "\"0x%s\"", hex);
		cli_put_u64(c, "account", cli_u64(&a, a.at, "id"));
		cli_put_amount(c, "balance", cli_u64(&a, a.at, "balance"));
		cli_answer_free(&a);
	}
}

void cli_transfer(struct cli *c)
{
	struct pr_entry    e = { .kind = PR_KIND_TRANSFER };
	struct cli_receipt receipt;
	uint8_t            addr20[20];
	uint64_t           amount = cli_arg_amount(c, 1);

	cli_account(c);
	uint32_t to = cli_party_account(c, c->args[0], addr20);
	if (to) {
		e.f[PR_TRANSFER_TO].num     = to;
		e.f[PR_TRANSFER_AMOUNT].num = amount;
	} else {
		e.kind = PR_KIND_ACCOUNT_OPEN;
		memcpy(e.f[PR_ACCOUNT_OPEN_TO].bytes, addr20, 20);
		e.f[PR_ACCOUNT_OPEN_AMOUNT].num = amount;
	}
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	cli_put_amount(c, "transferred", amount);
	cli_put_u64(c, "to", to ? to : receipt.id);
	cli_put_address(c, "address", addr20);
	if (!to) cli_put_bool(c, "opened", true);
	cli_put_receipt(c, &receipt);
}

void cli_pay(struct cli *c)
{
	struct pr_entry    e = { .kind = PR_KIND_PAY };
	struct cli_receipt receipt;
	struct cli_answer  a = { 0 };
	const char        *scope = cli_option(c, "scope");
	uint64_t           amount = cli_arg_amount(c, 1);

	e.f[PR_PAY_ASSET].num  = cli_asset(c, &a, c->args[0]);
	e.f[PR_PAY_SCOPE].num  = scope ? cli_scope(c, scope) : 0;
	e.f[PR_PAY_AMOUNT].num = amount;
	cli_answer_free(&a);
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	cli_put_amount(c, "paid", amount);
	cli_put_u64(c, "asset", e.f[PR_PAY_ASSET].num);
	cli_put_receipt(c, &receipt);
}

/* Says that more may come: ticks count as earned when the sequencer has folded them into a batch. */
static void note_ticks(struct cli *c)
{
	struct cli_answer a = { 0 };
	cli_call(c, &a, CLI_RPC, "penny_getHealth", "-");
	uint64_t streams = cli_u64(&a, a.at, "pendingStreams");
	if (streams) cli_note("not counted: ticks of the last seconds, on %" PRIu64 " stream%s of this ledger; they count with the next batch", streams, streams == 1 ? "" : "s");
	cli_answer_free(&a);
}

void cli_earnings(struct cli *c)
{
	struct cli_answer a = { 0 };
	uint8_t           addr20[20];
	char              now[CLI_AMOUNT_BYTES], after[CLI_AMOUNT_BYTES];
	uint32_t          id = named(c, addr20);
	cli_call(c, &a, CLI_RPC, "penny_getEarnings", "%" PRIu32, id);
	cli_put_u64(c, "account", id);
	cli_put_address(c, "address", addr20);
	cli_put_amount(c, "balance", cli_u64(&a, a.at, "balance"));
	cli_put_amount(c, "pendingNow", cli_u64(&a, a.at, "pendingNow"));
	cli_put_amount(c, "pendingAfterSettling", cli_u64(&a, a.at, "pendingAfterSettling"));
	if (cli_bool(&a, a.at, "partial")) cli_put_bool(c, "partial", true);
	uint32_t list = pr_json_get(&a.doc, a.at, "byAsset");
	cli_put_raw(c, "byAsset", &a.doc, list);
	if (pr_json_count(&a.doc, list)) cli_row(c, "\n%10s  %20s  %20s", "asset", "now", "after settling");
	for (uint32_t i = pr_json_first(&a.doc, list); i != PR_JSON_NONE; i = pr_json_next(&a.doc, i)) {
		cli_amount_format(now, cli_u64(&a, i, "now"));
		cli_amount_format(after, cli_u64(&a, i, "afterSettling"));
		cli_row(c, "%10" PRIu64 "  %20s  %20s", cli_u64(&a, i, "asset"), now, after);
	}
	cli_answer_free(&a);
	note_ticks(c);
}

/* The entries of a plan; only kinds that can but pay what is due. */
static uint32_t plan_read(struct pr_entry *entries, const struct cli_answer *a)
{
	uint32_t count = 0, plan = pr_json_get(&a->doc, a->at, "plan");
	for (uint32_t i = pr_json_first(&a->doc, plan); i != PR_JSON_NONE && count < PLAN_MAX; i = pr_json_next(&a->doc, i)) {
		uint8_t          wire[PR_WIRE_BYTES_MAX];
		size_t           len;
		struct pr_entry *e = &entries[count];
		if (!pr_json_hex_var(wire, &len, sizeof wire, &a->doc, pr_json_get(&a->doc, i, "entry")) || !pr_wire_decode(e, wire, len) ||
		    (e->kind != PR_KIND_SETTLE && e->kind != PR_KIND_CLAIM && e->kind != PR_KIND_CLAIM_OWNER))
			cli_die("the server's plan holds something else than settling and claiming: nothing was sent");
		if (cli_u64(a, i, "afterSettling") > 0) count++;
	}
	return count;
}

void cli_claim(struct cli *c)
{
	struct cli_answer a = { 0 };
	uint8_t           addr20[20];
	uint32_t          id = named(c, addr20), entries_sent = 0;
	uint64_t          before = 0, balance = 0;
	struct pr_entry  *entries = calloc(PLAN_MAX, sizeof *entries);

	if (!entries) cli_die("no memory");
	for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
		cli_call(c, &a, CLI_RPC, "penny_getEarnings", "%" PRIu32, id);
		balance = cli_u64(&a, a.at, "balance");
		if (round == 0) before = balance;
		uint32_t count = plan_read(entries, &a), applied = count ? cli_submit_wires(c, entries, count) : 0;
		entries_sent += applied;
		if (applied == 0) break;
	}
	free(entries);
	cli_answer_free(&a);
	cli_put_u64(c, "account", id);
	cli_put_amount(c, "claimed", balance > before ? balance - before : 0);
	cli_put_amount(c, "balance", balance);
	cli_put_u64(c, "entries", entries_sent);
	note_ticks(c);
}
