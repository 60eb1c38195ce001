#include "tools/workload/funds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/l1/contracts.h"
#include "core/rt/clock.h"

#define CALL_BYTES 128
#define APPROVAL ((pr_u128)1 << 120)
#define APPROVED_MS 60000u

static void hex(char *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* A quantity as JSON-RPC wants it: no leading zeros. */
static void quantity(char out[35], pr_u128 value)
{
	if (value >> 64) snprintf(out, 35, "0x%" PRIx64 "%016" PRIx64, (uint64_t)(value >> 64), (uint64_t)value);
	else snprintf(out, 35, "0x%" PRIx64, (uint64_t)value);
}

static void send(struct wl_funds *f, const char *what, const uint8_t to20[20], pr_u128 value, const uint8_t *data, size_t len)
{
	char        text[2 * CALL_BYTES + 1], to[41], amount[35], params[1024];
	const char *result;
	size_t      result_len;

	PR_CHECK(len > 0 && len <= CALL_BYTES);
	hex(text, data, len);
	hex(to, to20, 20);
	quantity(amount, value);
	snprintf(params, sizeof params, "[{\"from\":\"%s\",\"to\":\"0x%s\",\"value\":\"%s\",\"data\":\"0x%s\"}]", f->from, to, amount, text);
	if (pr_ethrpc_request(f->eth, &result, &result_len, "eth_sendTransaction", params) != PR_OK)
		wl_die("%s on L1: %s", what, pr_ethrpc_error(f->eth)->message);
}

/* Deposits are judged on the newest block, so the approval must be in one. */
static void approve(struct wl_funds *f)
{
	uint8_t data[CALL_BYTES], from20[20];
	pr_u128 allowed = 0;

	for (size_t i = 0; i < 20; i++)
		if (sscanf(f->from + 2 + 2 * i, "%2hhx", &from20[i]) != 1) wl_die("L1 has no unlocked account");
	send(f, "approval", f->token.addr20, 0, data, pr_call_approve(data, sizeof data, f->chain->vault20, APPROVAL));
	for (uint64_t start = pr_clock_ms(); allowed < APPROVAL; usleep(100000)) {
		if (pr_token_allowance(&allowed, f->eth, &f->token, from20, f->chain->vault20) != PR_OK) allowed = 0;
		if (pr_clock_ms() - start > APPROVED_MS) wl_die("the token on L1 does not take the approval");
	}
}

void wl_funds_open(struct wl_funds *f, struct pr_ethrpc *eth, const struct pr_chain *chain)
{
	const char *result;
	size_t      len;

	*f = (struct wl_funds){ .eth = eth, .chain = chain };
	if (pr_ethrpc_request(eth, &result, &len, "eth_accounts", "[]") != PR_OK || len < 46) wl_die("L1 has no unlocked account");
	memcpy(f->from, strchr(result, '0'), 42);
	if (pr_token_of_vault(&f->token, eth, chain->vault20) != PR_OK) wl_die("no vault on L1: %s", pr_ethrpc_error(eth)->message);
	if (!f->token.native) approve(f);
}

void wl_funds_deposit(struct wl_funds *f, const struct wl_key *key, uint64_t nano)
{
	uint8_t data[CALL_BYTES];
	pr_u128 base = wl_funds_base(f, nano);
	send(f, "deposit", f->chain->vault20, f->token.native ? base : 0, data, pr_call_deposit(data, sizeof data, key->addr20, base));
}

bool wl_funds_held(struct wl_funds *f, pr_u128 *base_units, const uint8_t addr20[20])
{
	return pr_token_balance(base_units, f->eth, &f->token, addr20) == PR_OK;
}

pr_u128 wl_funds_base(const struct wl_funds *f, uint64_t nano)
{
	pr_u128 base;
	if (!pr_token_base(&base, &f->token, nano)) wl_die("%" PRIu64 " nano are no whole number of the token's base units", nano);
	return base;
}
