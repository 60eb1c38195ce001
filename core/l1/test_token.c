#include "core/l1/token.h"

#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/abi.h"
#include "tests/support/canned.h"

#define TOKEN "000000000000000000000000000000000000000000000000000000000000abcd"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE "0000000000000000000000000000000000000000000000000000000000000001"
#define E9 "000000000000000000000000000000000000000000000000000000003b9aca00"
#define THOUSAND "00000000000000000000000000000000000000000000000000000000000003e8"
#define WIDE "0000000000000000000000000000000100000000000000000000000000000000"

static const uint8_t vault20[20] = { 0xfa }, who20[20] = { 0xbb };

/* What the Vault and the token answer, as words. */
struct answers {
	const char *token, *per_nano, *per_base, *balance, *allowance;
};

static bool asks(const char *body, const char *signature)
{
	uint8_t selector4[4];
	char    hex[11];
	pr_abi_selector(selector4, signature);
	snprintf(hex, sizeof hex, "0x%02x%02x%02x%02x", selector4[0], selector4[1], selector4[2], selector4[3]);
	return strstr(body, hex) != NULL;
}

static unsigned answer(void *ctx, const char *body, char *reply)
{
	const struct answers *a = ctx;
	const char *word = asks(body, "token()") ? a->token : asks(body, "baseUnitsPerNano()") ? a->per_nano : asks(body, "nanoPerBaseUnit()") ? a->per_base
	                   : asks(body, "balanceOf(address)") ? a->balance : asks(body, "allowance(address,address)") ? a->allowance : NULL;
	if (!word) return 400;
	snprintf(reply, CANNED_BYTES_MAX, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":\"0x%s\"}", strtoul(strstr(body, "\"id\":") + 5, NULL, 10), word);
	return 200;
}

static struct pr_ethrpc *client(const struct canned *server)
{
	struct pr_ethrpc_options options = { .url = server->url, .deadline_ms = 5000 };
	struct pr_ethrpc *rpc;
	PR_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
	return rpc;
}

static void test_scales_are_read_and_judged(void)
{
	static const struct {
		const char *name;
		struct answers answers;
		enum pr_err want;
		bool native;
		uint64_t nano;
		bool whole;
		uint64_t base;
	} rows[] = {
		{ "coin", { ZERO, E9, ONE, "", "" }, PR_OK, true, 7, true, 7000000000u },
		{ "18 decimals", { TOKEN, E9, ONE, "", "" }, PR_OK, false, 3, true, 3000000000u },
		{ "9 decimals", { TOKEN, ONE, ONE, "", "" }, PR_OK, false, 11, true, 11 },
		{ "6 decimals", { TOKEN, ONE, THOUSAND, "", "" }, PR_OK, false, 5000, true, 5 },
		{ "6 decimals, not whole", { TOKEN, ONE, THOUSAND, "", "" }, PR_OK, false, 5001, false, 0 },
		{ "over 128 bits", { TOKEN, "00000000000000000000000000000000ffffffffffffffffffffffffffffffff", ONE, "", "" }, PR_OK, false, 2, false, 0 },
		{ "scale of zero", { TOKEN, ZERO, ONE, "", "" }, PR_ERR_PEER, false, 0, false, 0 },
		{ "coarser than a token", { TOKEN, ONE, "000000000000000000000000000000000000000000000000000000003b9aca01", "", "" }, PR_ERR_PEER, false, 0, false, 0 },
		{ "both scales", { TOKEN, E9, THOUSAND, "", "" }, PR_ERR_PEER, false, 0, false, 0 },
		{ "no Vault there", { "", "", "", "", "" }, PR_ERR_PEER, false, 0, false, 0 },
		{ "no address", { "ff00000000000000000000000000000000000000000000000000000000000000", E9, ONE, "", "" }, PR_ERR_PEER, false, 0, false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct answers  answers = rows[i].answers;
		struct canned   server;
		struct pr_token token;
		pr_u128         base = 0;
		canned_start(&server, answer, &answers);
		struct pr_ethrpc *rpc = client(&server);
		UNIT_CHECK_ROW(rows[i].name, pr_token_of_vault(&token, rpc, vault20) == rows[i].want);
		if (rows[i].want == PR_OK) {
			UNIT_CHECK_ROW(rows[i].name, token.native == rows[i].native);
			UNIT_CHECK_ROW(rows[i].name, pr_token_base(&base, &token, rows[i].nano) == rows[i].whole);
			UNIT_CHECK_ROW(rows[i].name, !rows[i].whole || base == rows[i].base);
		}
		pr_ethrpc_close(rpc);
		canned_stop(&server);
	}
}

static void test_what_passes_128_bits_reads_as_the_largest(void)
{
	struct answers  answers = { TOKEN, E9, ONE, WIDE, WIDE };
	struct pr_token token   = { .addr20 = { 1 }, .base_per_nano = 1, .nano_per_base = 1 };
	struct canned   server;
	pr_u128         value;

	canned_start(&server, answer, &answers);
	struct pr_ethrpc *rpc = client(&server);
	UNIT_CHECK(pr_token_balance(&value, rpc, &token, who20) == PR_OK && value == ~(pr_u128)0);
	UNIT_CHECK(pr_token_allowance(&value, rpc, &token, who20, vault20) == PR_OK && value == ~(pr_u128)0);
	answers.balance = answers.allowance = THOUSAND;
	UNIT_CHECK(pr_token_balance(&value, rpc, &token, who20) == PR_OK && value == 1000);
	UNIT_CHECK(pr_token_allowance(&value, rpc, &token, who20, vault20) == PR_OK && value == 1000);
	/* An address without code answers nothing. */
	answers.balance = answers.allowance = "";
	UNIT_CHECK(pr_token_balance(&value, rpc, &token, who20) == PR_ERR_PEER);
	UNIT_CHECK(pr_token_allowance(&value, rpc, &token, who20, vault20) == PR_ERR_PEER);
	pr_ethrpc_close(rpc);
	canned_stop(&server);
}

static void test_approve_is_encoded_as_eip_20_says(void)
{
	static const uint8_t want4[4] = { 0x09, 0x5e, 0xa7, 0xb3 }; /* approve(address,uint256) */
	uint8_t data[68];

	UNIT_CHECK(pr_call_approve(data, sizeof data, vault20, 500) == 68);
	UNIT_CHECK(memcmp(data, want4, 4) == 0 && data[16] == 0xfa && pr_be64(data + 60) == 500);
	UNIT_CHECK(pr_call_approve(data, sizeof data - 1, vault20, 500) == 0);
}

int main(void)
{
	pr_crypto_init();
	UNIT_RUN(test_scales_are_read_and_judged);
	UNIT_RUN(test_what_passes_128_bits_reads_as_the_largest);
	UNIT_RUN(test_approve_is_encoded_as_eip_20_says);
	return UNIT_END();
}
