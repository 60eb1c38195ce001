#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"

#define VALID_DEFAULT_S 86400u
#define SUBMIT_MAX 64u /* entries in one call */

/* Fields that stand at the same place in every signed kind. */
enum { FROM = PR_TRANSFER_FROM, NONCE = PR_TRANSFER_NONCE, DEADLINE = PR_TRANSFER_DEADLINE };

static void know(struct cli *c, uint32_t id, int type, const uint8_t addr20_opt[20])
{
	for (unsigned i = 0; i < c->known_count; i++)
		if (c->known[i].id == id) return;
	if (c->known_count == CLI_KNOWN_MAX) c->known_count = 0; /* a command's parties are looked up right before their entry */
	struct cli_known *k = &c->known[c->known_count++];
	k->id   = id;
	k->type = type;
	if (addr20_opt) memcpy(k->addr20, addr20_opt, 20);
}

static int known(void *ctx, uint32_t id, uint8_t addr20[20])
{
	const struct cli *c = ctx;
	if (id == c->account) {
		memcpy(addr20, c->addr20, 20);
		return 1;
	}
	for (unsigned i = 0; i < c->known_count; i++) {
		if (c->known[i].id != id) continue;
		memcpy(addr20, c->known[i].addr20, 20);
		return c->known[i].type;
	}
	return 0;
}

/* penny_getAccount by address; false if there is none.  The server must speak of the address that it was asked for. */
static bool account_of(struct cli *c, struct cli_answer *a, const uint8_t addr20[20])
{
	char    hex[41];
	uint8_t got20[20];
	cli_hex_format(hex, addr20, 20);
	if (!cli_ask(c, a, c->reads, "penny_getAccount", "\"0x%s\"", hex)) return false;
	cli_bytes(got20, 20, a, a->at, "address");
	if (memcmp(got20, addr20, 20) != 0) cli_die("the server answered with another address than it was asked for: nothing was signed");
	return true;
}

static uint32_t id_of(const struct cli_answer *a)
{
	uint64_t id = cli_u64(a, a->at, "id");
	if (id == 0 || id > UINT32_MAX) cli_die("the server's answer has no proper \"id\"");
	return (uint32_t)id;
}

void cli_account(struct cli *c)
{
	struct cli_answer a = { 0 };
	if (c->account_known) return;
	cli_key_address(c);
	char text[CLI_ADDRESS_BYTES];
	cli_address_format(text, c->addr20);
	if (!account_of(c, &a, c->addr20)) cli_die("%s has no account yet: `pennyroyal deposit AMOUNT` makes it", text);
	c->account       = id_of(&a);
	c->nonce         = cli_u64(&a, a.at, "nonce");
	c->balance       = cli_u64(&a, a.at, "balance");
	c->account_known = true;
	cli_answer_free(&a);
}

uint32_t cli_party_account(struct cli *c, const char *text, uint8_t addr20[20])
{
	struct cli_answer a = { 0 };
	uint32_t          id;
	if (strncmp(text, "0x", 2) == 0) {
		if (!cli_address_parse(addr20, text)) cli_usage(c, "%s is not an address (or its checksum is wrong)", text);
		id = account_of(c, &a, addr20) ? id_of(&a) : 0;
	} else {
		if (!cli_id_parse(&id, text)) cli_usage(c, "%s is neither an account's id nor an address", text);
		if (!cli_ask(c, &a, c->reads, "penny_getAccount", "%" PRIu32, id)) cli_die("there is no account %s", text);
		cli_bytes(addr20, 20, &a, a.at, "address");
	}
	if (id) know(c, id, 1, addr20);
	cli_answer_free(&a);
	return id;
}

uint32_t cli_party_make(struct cli *c, const char *text)
{
	struct pr_entry    e = { .kind = PR_KIND_ACCOUNT_OPEN };
	struct cli_receipt receipt;
	uint8_t            addr20[20];
	uint32_t           id = cli_party_account(c, text, addr20);
	if (id) return id;
	cli_note("%s has no account yet: opening it", text);
	memcpy(e.f[PR_ACCOUNT_OPEN_TO].bytes, addr20, 20);
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	if (receipt.id == 0) cli_die("the server did not say which account it opened");
	know(c, receipt.id, 1, addr20);
	return receipt.id;
}

uint32_t cli_party(struct cli *c, const char *text)
{
	struct cli_answer a = { 0 };
	uint32_t          id;
	if (!cli_id_parse(&id, text)) return cli_party_make(c, text);
	cli_call(c, &a, c->reads, "penny_getObject", "%" PRIu32, id);
	uint32_t type  = pr_json_get(&a.doc, a.at, "type");
	bool     asset = pr_json_string_eq(&a.doc, type, "asset");
	bool     holds = asset || pr_json_string_eq(&a.doc, type, "account");
	if (asset) know(c, id, 2, NULL);
	cli_answer_free(&a);
	if (!holds) cli_die("%s is neither an account nor an asset", text);
	return asset ? id : cli_party_make(c, text);
}

void cli_account_check(struct cli *c, const char *text)
{
	uint8_t addr20[20];
	(void)cli_party_account(c, text, addr20);
}

void cli_party_check(struct cli *c, const char *text)
{
	uint32_t id;
	if (cli_id_parse(&id, text)) (void)cli_party(c, text); /* what has an id is there already */
	else cli_account_check(c, text);
}

uint32_t cli_asset(struct cli *c, struct cli_answer *a, const char *text)
{
	uint8_t  content32[32];
	uint32_t id;
	bool     found;
	if (cli_hex_parse(content32, 32, text)) {
		found = cli_ask(c, a, c->reads, "penny_getAsset", "\"%s\"", text);
	} else {
		if (!cli_id_parse(&id, text)) cli_usage(c, "%s is neither an asset's id nor a content hash", text);
		found = cli_ask(c, a, c->reads, "penny_getAsset", "%" PRIu32, id);
	}
	if (!found) cli_die("there is no asset %s: see `pennyroyal assets list`", text);
	id = id_of(a);
	know(c, id, 2, NULL);
	return id;
}

static void sign(struct cli *c, struct pr_entry *e, const uint8_t digest32[32])
{
	cli_key_unlock(c);
	PR_CHECK(pr_sig_sign(e->sig64, digest32, c->key32));
}

void cli_sign(struct cli *c, struct pr_entry *e)
{
	uint8_t     digest32[32];
	uint64_t    valid = VALID_DEFAULT_S;
	const char *text  = cli_option(c, "valid");
	cli_account(c);
	if (text && !cli_seconds_parse(&valid, text)) cli_usage(c, "--valid %s is not a time: 600, 15m, 12h, 30d, or 0 for ever", text);
	e->f[FROM].num     = c->account;
	e->f[NONCE].num    = c->nonce;
	e->f[DEADLINE].num = valid ? (uint64_t)time(NULL) + valid : 0;
	enum pr_status status = pr_eip712_digest(digest32, cli_chain(c)->domain32, e, known, c);
	if (status != PR_STATUS_APPLIED) cli_die("cannot sign: %s%s", pr_status_names[status], cli_status_advice(pr_status_names[status]));
	sign(c, e, digest32);
	c->nonce++;
}

void cli_sign_voucher(struct cli *c, struct pr_entry *e, uint64_t serial)
{
	uint8_t digest32[32];
	cli_account(c);
	pr_eip712_voucher_digest(digest32, cli_chain(c)->domain32, c->addr20, (uint32_t)e->f[PR_STREAM_VOUCHER_STREAM].num, serial,
	                         e->f[PR_STREAM_VOUCHER_CUMULATIVE].num);
	sign(c, e, digest32);
}

/* penny_submit of up to SUBMIT_MAX entries; a->at = the array of outcomes. */
static void submit(struct cli *c, struct cli_answer *a, const struct pr_entry *entries, uint32_t count)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[";
	static char       body[sizeof head + SUBMIT_MAX * (2 * PR_WIRE_BYTES_MAX + 8)];
	uint8_t           wire[PR_WIRE_BYTES_MAX];
	size_t            at = sizeof head - 1;
	PR_CHECK(count > 0 && count <= SUBMIT_MAX);
	memcpy(body, head, sizeof head);
	for (uint32_t i = 0; i < count; i++) {
		size_t len = pr_wire_encode(wire, &entries[i]);
		if (i) body[at++] = ',';
		memcpy(body + at, "\"0x", 3);
		cli_hex_format(body + at + 3, wire, len);
		at += 3 + 2 * len;
		body[at++] = '"';
	}
	memcpy(body + at, "]}", 2);
	cli_post(c, a, CLI_RPC, "/", "application/json", body, at + 2);
	uint32_t error = pr_json_get(&a->doc, 0, "error");
	if (error != PR_JSON_NONE) {
		char message[256] = "", status[48] = "";
		cli_text(message, sizeof message, a, error, "message");
		if (pr_json_get(&a->doc, pr_json_get(&a->doc, error, "data"), "status") != PR_JSON_NONE)
			cli_text(status, sizeof status, a, pr_json_get(&a->doc, error, "data"), "status");
		cli_die("not taken: %s%s", message, cli_status_advice(status));
	}
	a->at = pr_json_get(&a->doc, 0, "result");
	if (pr_json_count(&a->doc, a->at) != count) cli_die("the server answered for another number of entries than were sent");
}

static _Noreturn void refusal(const struct cli_answer *a, uint32_t outcome, const struct pr_entry *e)
{
	char        status[48], message[256] = "", first[32] = "";
	uint64_t    existing;
	uint32_t    error = pr_json_get(&a->doc, outcome, "error");
	cli_text(status, sizeof status, a, outcome, "status");
	const char *advice = cli_status_advice(status);
	if (!advice[0] && error != PR_JSON_NONE) cli_text(message, sizeof message, a, error, "message");
	if (pr_json_u64(&existing, &a->doc, pr_json_get(&a->doc, pr_json_get(&a->doc, error, "data"), "existing"))) (void)snprintf(first, sizeof first, " (as %" PRIu64 ")", existing);
	cli_die("%s refused: %s%s%s%s%s", pr_kind_infos[e->kind].name, status, first, message[0] ? ": " : "", message, advice);
}

void cli_submit(struct cli *c, const struct pr_entry *e, struct cli_receipt *receipt)
{
	struct cli_answer a = { 0 };
	uint8_t           wire[PR_WIRE_BYTES_MAX];
	submit(c, &a, e, 1);
	uint32_t outcome = pr_json_first(&a.doc, a.at);
	if (!pr_json_string_eq(&a.doc, pr_json_get(&a.doc, outcome, "status"), "applied")) refusal(&a, outcome, e);
	memset(receipt, 0, sizeof *receipt);
	pr_sha256(receipt->hash32, wire, pr_wire_encode(wire, e));
	receipt->sequence = cli_u64(&a, outcome, "sequence");
	receipt->batch    = cli_u64(&a, outcome, "batch");
	if (pr_json_get(&a.doc, outcome, "id") != PR_JSON_NONE) receipt->id = (uint32_t)cli_u64(&a, outcome, "id");
	if (pr_json_get(&a.doc, outcome, "repeated") != PR_JSON_NONE) receipt->repeated = cli_bool(&a, outcome, "repeated");
	cli_answer_free(&a);
}

uint32_t cli_submit_wires(struct cli *c, const struct pr_entry *entries, uint32_t count)
{
	struct cli_answer a = { 0 };
	uint32_t          applied = 0;
	for (uint32_t begin = 0; begin < count; begin += SUBMIT_MAX) {
		uint32_t n = count - begin < SUBMIT_MAX ? count - begin : SUBMIT_MAX, i = begin;
		submit(c, &a, entries + begin, n);
		for (uint32_t at = pr_json_first(&a.doc, a.at); at != PR_JSON_NONE; at = pr_json_next(&a.doc, at), i++) {
			uint32_t status = pr_json_get(&a.doc, at, "status");
			if (pr_json_string_eq(&a.doc, status, "applied")) applied++;
			else if (!pr_json_string_eq(&a.doc, status, "nothing_due")) refusal(&a, at, &entries[i]);
		}
	}
	cli_answer_free(&a);
	return applied;
}

void cli_put_receipt(struct cli *c, const struct cli_receipt *receipt)
{
	cli_put_u64(c, "batch", receipt->batch);
	cli_put_u64(c, "sequence", receipt->sequence);
	cli_put_hex(c, "hash", receipt->hash32, 32);
	if (receipt->repeated) {
		cli_put_bool(c, "repeated", true);
		cli_note("this very entry was applied before: nothing was done again");
	}
}
