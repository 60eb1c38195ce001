#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/seed.h"
#include "core/crypto/secret.h"
#include "core/crypto/sha256.h"

#define EXPIRY_DEFAULT_S 86400u
#define TICK_BYTES 44u     /* stream 4, units used after it 8, preimage 32 */
#define TICK_UNITS_MAX 1024u /* links that one tick may jump */

static void stream_read(struct cli *c, struct cli_answer *a, struct pr_stream *s, uint32_t *id, const char *text)
{
	if (!cli_id_parse(id, text)) cli_usage(c, "%s is not a stream's id", text);
	if (!cli_ask(c, a, c->reads, "penny_getStream", "%" PRIu32, *id)) cli_die("there is no stream %s: it was closed, or the id is wrong", text);
	memset(s, 0, sizeof *s);
	s->payer  = (uint32_t)cli_u64(a, a->at, "payer");
	s->asset  = (uint32_t)cli_u64(a, a->at, "asset");
	s->kind   = pr_json_string_eq(&a->doc, pr_json_get(&a->doc, a->at, "kind"), "chain") ? PR_STREAM_CHAIN : PR_STREAM_VOUCHER;
	s->price  = cli_u64(a, a->at, "price");
	s->expiry = cli_u64(a, a->at, "expiry");
	s->serial = cli_u64(a, a->at, "serial");
	uint32_t newest = pr_json_get(&a->doc, a->at, "pending");
	if (newest == PR_JSON_NONE) newest = a->at;
	s->escrow = cli_u64(a, newest, "escrow");
	s->used   = cli_u64(a, newest, "used");
	cli_bytes(s->tip, 32, a, newest, "tip");
}

static uint64_t expiry_read(const struct cli *c, uint64_t fallback_s)
{
	uint64_t    seconds = fallback_s;
	const char *text    = cli_option(c, "expiry");
	if (text && (!cli_seconds_parse(&seconds, text) || seconds == 0)) cli_usage(c, "--expiry %s is not a time: 600, 15m, 12h, 30d", text);
	return (uint64_t)time(NULL) + seconds;
}

void cli_streams_open(struct cli *c)
{
	struct pr_entry    e = { .kind = PR_KIND_STREAM_OPEN };
	struct cli_receipt receipt;
	struct cli_answer  a = { 0 };
	struct cli_seed    seed = { .units = 0 };
	const char        *scope_text = cli_option(c, "scope"), *units_text = cli_option(c, "units");
	uint8_t            scope   = scope_text ? cli_scope(c, scope_text) : 0;
	bool               voucher = cli_flag(c, "voucher");
	uint64_t           price = 0, escrow = 0;

	if (voucher && units_text) cli_usage(c, "a voucher stream has no units: leave --units out");
	if (!voucher && (!units_text || !cli_u64_parse(&seed.units, units_text) || seed.units == 0 || seed.units > CLI_SEED_UNITS_MAX))
		cli_usage(c, "--units N says how many units the stream can pay for, from 1 to %u", CLI_SEED_UNITS_MAX);
	if (voucher && !cli_option(c, "escrow")) cli_usage(c, "a voucher stream needs --escrow AMOUNT");
	uint32_t asset = cli_asset(c, &a, c->args[0]);
	if (!voucher) {
		if (!pr_json_u64_string(&price, &a.doc, pr_json_at(&a.doc, pr_json_get(&a.doc, a.at, "prices"), scope))) cli_die("the server's answer has no proper \"prices\"");
		if (price == 0) cli_die("asset %" PRIu32 " has no price for %s: its owner sets one with `pennyroyal assets price`", asset, cli_scopes[scope]);
		if (__builtin_mul_overflow(price, seed.units, &escrow)) cli_die("so many units cost more than a stream can hold");
	}
	cli_answer_free(&a);
	escrow = cli_option_amount(c, "escrow", escrow);

	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_SCOPE].num  = scope;
	e.f[PR_STREAM_OPEN_KIND].num   = voucher ? PR_STREAM_VOUCHER : PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = price;
	e.f[PR_STREAM_OPEN_ESCROW].num = escrow;
	e.f[PR_STREAM_OPEN_EXPIRY].num = expiry_read(c, EXPIRY_DEFAULT_S);
	if (!voucher) {
		if (getentropy(seed.seed32, 32) != 0) cli_die("the system gives no randomness");
		pr_sha256_chain(e.f[PR_STREAM_OPEN_TIP].bytes, seed.seed32, seed.units);
	}
	cli_sign(c, &e);
	/* The seed is on disk before the money is in the stream. */
	if (!voucher) cli_seed_write_opening(c, &seed, e.f[PR_STREAM_OPEN_TIP].bytes);
	cli_submit(c, &e, &receipt);
	if (receipt.id == 0) cli_die("the server did not say which stream it opened");
	if (!voucher) cli_seed_opened(c, &seed, e.f[PR_STREAM_OPEN_TIP].bytes, receipt.id, e.f[PR_STREAM_OPEN_NONCE].num);
	pr_secret_wipe(&seed, sizeof seed);
	cli_put_u64(c, "stream", receipt.id);
	cli_put(c, "kind", "%s", voucher ? "voucher" : "chain");
	if (!voucher) cli_put_amount(c, "price", price);
	cli_put_amount(c, "escrow", escrow);
	cli_put_time(c, "expiry", e.f[PR_STREAM_OPEN_EXPIRY].num);
	cli_put_receipt(c, &receipt);
}

void cli_streams_spend(struct cli *c)
{
	struct cli_answer a = { 0 };
	struct pr_stream  s;
	struct cli_seed   seed;
	uint32_t          id;
	uint64_t          units = cli_arg_u64(c, 1, "a number of units"), cost;
	uint8_t           tip32[32];

	if (units == 0) cli_usage(c, "0 units pay nothing");
	stream_read(c, &a, &s, &id, c->args[0]);
	if (s.kind != PR_STREAM_CHAIN) cli_die("stream %" PRIu32 " is a voucher stream: use `pennyroyal streams voucher`", id);
	cli_seed_read(c, &seed, id, s.serial);
	if (s.used > seed.units || units > seed.units - s.used) cli_die("the stream's chain has %" PRIu64 " units left: open another stream", s.used > seed.units ? 0 : seed.units - s.used);
	if (__builtin_mul_overflow(units, s.price, &cost) || cost > s.escrow) cli_die("the escrow covers %" PRIu64 " units: add to it with `pennyroyal streams topup`", s.price ? s.escrow / s.price : 0);
	pr_sha256_chain(tip32, seed.seed32, seed.units - s.used);
	if (memcmp(tip32, s.tip, 32) != 0) cli_die("the server's tip is not on this stream's chain: nothing was sent");

	/* A tick may jump so many links; what one jump cannot reach takes several. */
	size_t   count = (size_t)((units + TICK_UNITS_MAX - 1) / TICK_UNITS_MAX), n = 0;
	uint8_t *ticks = calloc(count, TICK_BYTES);
	if (!ticks) cli_die("no memory");
	for (uint64_t used = s.used; n < count; n++) {
		used = s.used + units - used < TICK_UNITS_MAX ? s.used + units : used + TICK_UNITS_MAX;
		pr_be32_put(ticks + n * TICK_BYTES, id);
		pr_be64_put(ticks + n * TICK_BYTES + 4, used);
		pr_sha256_chain(ticks + n * TICK_BYTES + 12, seed.seed32, seed.units - used);
	}
	pr_secret_wipe(&seed, sizeof seed);
	cli_post(c, &a, CLI_RPC, "/v1/ticks", "application/octet-stream", ticks, count * TICK_BYTES);
	free(ticks);
	if (cli_u64(&a, 0, "refusedCount")) {
		char     status[48] = "";
		uint32_t first = pr_json_first(&a.doc, pr_json_get(&a.doc, 0, "refused"));
		if (first != PR_JSON_NONE) cli_text(status, sizeof status, &a, first, "status");
		cli_die("refused: %s%s", status, cli_status_advice(status));
	}
	cli_put_u64(c, "stream", id);
	cli_put_u64(c, "units", cli_u64(&a, 0, "units"));
	cli_put_amount(c, "paid", cost);
	cli_put_u64(c, "used", s.used + units);
	cli_put_amount(c, "escrow", s.escrow - cost);
	cli_answer_free(&a);
}

void cli_streams_show(struct cli *c)
{
	struct cli_answer a = { 0 };
	struct pr_stream  s;
	uint32_t          id;
	stream_read(c, &a, &s, &id, c->args[0]);
	cli_put_u64(c, "stream", id);
	cli_put(c, "kind", "%s", s.kind == PR_STREAM_CHAIN ? "chain" : "voucher");
	cli_put_u64(c, "payer", s.payer);
	cli_put_u64(c, "asset", s.asset);
	cli_put(c, "scope", "%s", cli_scopes[cli_u64(&a, a.at, "scope") % PR_SCOPES]);
	if (s.kind == PR_STREAM_CHAIN) cli_put_amount(c, "price", s.price);
	cli_put_amount(c, "escrow", s.escrow);
	if (s.kind == PR_STREAM_CHAIN) cli_put_u64(c, "used", s.used);
	else cli_put_amount(c, "used", s.used);
	cli_put_time(c, "expiry", s.expiry);
	cli_put_u64(c, "serial", s.serial);
	if (s.kind == PR_STREAM_CHAIN) cli_put_bool(c, "seedHere", cli_seed_exists(c, id, s.serial));
	cli_answer_free(&a);
}

void cli_streams_topup(struct cli *c)
{
	struct pr_entry    e = { .kind = PR_KIND_STREAM_TOPUP };
	struct cli_receipt receipt;
	struct cli_answer  a = { 0 };
	struct pr_stream   s;
	uint32_t           id;
	uint64_t           amount = cli_arg_amount(c, 1);
	stream_read(c, &a, &s, &id, c->args[0]);
	cli_answer_free(&a);
	e.f[PR_STREAM_TOPUP_STREAM].num = id;
	e.f[PR_STREAM_TOPUP_SERIAL].num = s.serial;
	e.f[PR_STREAM_TOPUP_AMOUNT].num = amount;
	e.f[PR_STREAM_TOPUP_EXPIRY].num = cli_option(c, "expiry") ? expiry_read(c, 0) : s.expiry;
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	cli_put_u64(c, "stream", id);
	cli_put_amount(c, "escrow", s.escrow + amount);
	cli_put_time(c, "expiry", e.f[PR_STREAM_TOPUP_EXPIRY].num);
	cli_put_receipt(c, &receipt);
}

void cli_stream_close_entry(struct cli *c, struct pr_entry *e, const char *stream)
{
	struct cli_answer a = { 0 };
	struct pr_stream  s;
	uint32_t          id;
	char              text[16];
	uint8_t           payer20[20];
	stream_read(c, &a, &s, &id, stream);
	cli_answer_free(&a);
	memset(e, 0, sizeof *e);
	e->kind = PR_KIND_STREAM_CLOSE;
	e->f[PR_STREAM_CLOSE_STREAM].num = id;
	e->f[PR_STREAM_CLOSE_SERIAL].num = s.serial;
	e->f[PR_STREAM_CLOSE_ASSET].num  = s.asset;
	e->f[PR_STREAM_CLOSE_PAYER].num  = s.payer;
	(void)snprintf(text, sizeof text, "%" PRIu32, s.payer);
	(void)cli_party_account(c, text, payer20);
}

void cli_streams_close(struct cli *c)
{
	struct pr_entry    e;
	struct cli_receipt receipt;
	cli_stream_close_entry(c, &e, c->args[0]);
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	cli_put_u64(c, "closed", e.f[PR_STREAM_CLOSE_STREAM].num);
	cli_put_receipt(c, &receipt);
}

/* Signs a voucher for AMOUNT more than was redeemed so far. */
void cli_streams_voucher(struct cli *c)
{
	struct pr_entry   e = { .kind = PR_KIND_STREAM_VOUCHER };
	struct cli_answer a = { 0 };
	struct pr_stream  s;
	uint32_t          id;
	uint8_t           wire[PR_WIRE_BYTES_MAX];
	uint64_t          amount = cli_arg_amount(c, 1), cumulative;
	cli_account(c);
	stream_read(c, &a, &s, &id, c->args[0]);
	cli_answer_free(&a);
	if (s.kind != PR_STREAM_VOUCHER) cli_die("stream %" PRIu32 " is a chain stream: use `pennyroyal streams spend`", id);
	if (s.payer != c->account) cli_die("stream %" PRIu32 " is account %" PRIu32 "'s: choose the payer's key with --key", id, s.payer);
	if (cli_flag(c, "cumulative")) cumulative = amount;
	else if (__builtin_add_overflow(s.used, amount, &cumulative)) cli_die("the amount is too large");
	if (cumulative <= s.used) cli_die("the voucher pays nothing: more was redeemed already");
	if (cumulative - s.used > s.escrow) cli_die("the escrow does not cover that: add to it with `pennyroyal streams topup`");
	e.f[PR_STREAM_VOUCHER_STREAM].num     = id;
	e.f[PR_STREAM_VOUCHER_ASSET].num      = s.asset;
	e.f[PR_STREAM_VOUCHER_PAYER].num      = s.payer;
	e.f[PR_STREAM_VOUCHER_CUMULATIVE].num = cumulative;
	cli_sign_voucher(c, &e, s.serial);
	size_t len = pr_wire_encode(wire, &e);
	cli_put_u64(c, "stream", id);
	cli_put_amount(c, "cumulative", cumulative);
	cli_put_hex(c, "voucher", wire, len);
}

void cli_voucher_read(const struct cli *c, struct pr_entry *e, const char *text)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  digits = strlen(text);
	if (digits < 4 || digits > 2 + 2 * sizeof wire || digits % 2 || !cli_hex_parse(wire, digits / 2 - 1, text) ||
	    !pr_wire_decode(e, wire, digits / 2 - 1) || e->kind != PR_KIND_STREAM_VOUCHER)
		cli_usage(c, "that is not a voucher as `pennyroyal streams voucher` prints it");
}

void cli_streams_redeem(struct cli *c)
{
	struct pr_entry    e;
	struct cli_receipt receipt;
	cli_voucher_read(c, &e, c->args[0]);
	cli_submit(c, &e, &receipt);
	cli_put_u64(c, "stream", e.f[PR_STREAM_VOUCHER_STREAM].num);
	cli_put_amount(c, "cumulative", e.f[PR_STREAM_VOUCHER_CUMULATIVE].num);
	cli_put_receipt(c, &receipt);
}
