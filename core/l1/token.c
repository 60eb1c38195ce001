#include "core/l1/token.h"

#include <string.h>

#include "core/l1/abi.h"

#define CALL_BYTES 128
#define SCALE_MAX 1000000000u /* of nano_per_base: a token without decimals */

static enum pr_err call(const uint8_t **out, size_t *len, struct pr_ethrpc *rpc, const uint8_t to20[20], const uint8_t *data, size_t data_len)
{
	struct pr_ethrpc_msg msg = { .to20_opt = to20, .data = data, .data_len = data_len };
	PR_CHECK(data_len >= 4);
	return pr_ethrpc_call(rpc, out, len, &msg, pr_l1_at(PR_L1_LATEST));
}

static enum pr_err getter(const uint8_t **out, size_t *len, struct pr_ethrpc *rpc, const uint8_t to20[20], const char *signature)
{
	uint8_t data[4];
	pr_abi_selector(data, signature);
	return call(out, len, rpc, to20, data, sizeof data);
}

enum pr_err pr_token_of_vault(struct pr_token *token, struct pr_ethrpc *rpc, const uint8_t vault20[20])
{
	static const uint8_t zero20[20];
	struct pr_token      t;
	const uint8_t       *out;
	size_t               len;

	memset(token, 0, sizeof *token);
	PR_FORWARD(getter(&out, &len, rpc, vault20, "token()"));
	if (!pr_abi_get_addr(t.addr20, out, len, 0)) return PR_ERR_PEER;
	PR_FORWARD(getter(&out, &len, rpc, vault20, "baseUnitsPerNano()"));
	if (!pr_abi_get_u128(&t.base_per_nano, out, len, 0)) return PR_ERR_PEER;
	PR_FORWARD(getter(&out, &len, rpc, vault20, "nanoPerBaseUnit()"));
	if (!pr_abi_get_u64(&t.nano_per_base, out, len, 0)) return PR_ERR_PEER;
	if (t.base_per_nano == 0 || t.nano_per_base == 0 || t.nano_per_base > SCALE_MAX || (t.base_per_nano > 1 && t.nano_per_base > 1)) return PR_ERR_PEER;
	t.native = memcmp(t.addr20, zero20, 20) == 0;
	*token   = t;
	return PR_OK;
}

bool pr_token_base(pr_u128 *base_units, const struct pr_token *token, uint64_t nano)
{
	PR_CHECK(token->nano_per_base > 0);
	if (nano % token->nano_per_base != 0) return false;
	/* A token of so many decimals that this does not fit 128 bits: the amount cannot be moved from here. */
	return !__builtin_mul_overflow((pr_u128)(nano / token->nano_per_base), token->base_per_nano, base_units);
}

/* A word as a number of 128 bits, or the largest one. */
static enum pr_err saturated(pr_u128 *value, const uint8_t *out, size_t len)
{
	if (len < 32) return PR_ERR_PEER;
	if (!pr_abi_get_u128(value, out, len, 0)) *value = ~(pr_u128)0;
	return PR_OK;
}

enum pr_err pr_token_balance(pr_u128 *base_units, struct pr_ethrpc *rpc, const struct pr_token *token, const uint8_t who20[20])
{
	uint8_t        data[CALL_BYTES];
	const uint8_t *out;
	size_t         len;
	struct pr_abi  w;

	if (token->native) return pr_ethrpc_balance(rpc, base_units, who20, pr_l1_at(PR_L1_LATEST));
	pr_abi_call(&w, data, sizeof data, "balanceOf(address)", 1);
	pr_abi_addr(&w, who20);
	PR_CHECK(pr_abi_done(&w));
	PR_FORWARD(call(&out, &len, rpc, token->addr20, data, w.len));
	return saturated(base_units, out, len);
}

enum pr_err pr_token_allowance(pr_u128 *base_units, struct pr_ethrpc *rpc, const struct pr_token *token, const uint8_t who20[20], const uint8_t vault20[20])
{
	uint8_t        data[CALL_BYTES];
	const uint8_t *out;
	size_t         len;
	struct pr_abi  w;

	PR_CHECK(!token->native);
	pr_abi_call(&w, data, sizeof data, "allowance(address,address)", 2);
	pr_abi_addr(&w, who20);
	pr_abi_addr(&w, vault20);
	PR_CHECK(pr_abi_done(&w));
	PR_FORWARD(call(&out, &len, rpc, token->addr20, data, w.len));
	return saturated(base_units, out, len);
}

size_t pr_call_approve(uint8_t *out, size_t room, const uint8_t spender20[20], pr_u128 base_units)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, "approve(address,uint256)", 2);
	pr_abi_addr(&w, spender20);
	pr_abi_u128(&w, base_units);
	return pr_abi_done(&w) ? w.len : 0;
}
