#include "core/rpc/chain.h"

#include <stdio.h>
#include <string.h>

#include "core/codec/eip712.h"

#define HEX20_CHARS 42
#define HEX32_CHARS 66

/* What the file says, before the hexadecimal texts are read. */
struct chain_text {
	char rollup[HEX20_CHARS + 1], inbox[HEX20_CHARS + 1], vault[HEX20_CHARS + 1], verifier[HEX20_CHARS + 1], token[HEX20_CHARS + 1];
	char genesis_root[HEX32_CHARS + 1];
	uint64_t withdraw_multiple;
	char param_keys[PR_PARAM_COUNT][40], param_defaults[PR_PARAM_COUNT][24];
};

#define CHAIN_KEYS_MAX (12 + PR_PARAM_COUNT)

static size_t keys_fill(struct pr_config_key keys[CHAIN_KEYS_MAX], struct chain_text *t, struct pr_chain *c)
{
	size_t n = 0;
	keys[n++] = (struct pr_config_key){ "chain.l2_chain_id", PR_CONFIG_U64, NULL, 1, UINT64_MAX, &c->l2_chain_id, "chain id of the EIP-712 domain" };
	keys[n++] = (struct pr_config_key){ "chain.l1_chain_id", PR_CONFIG_U64, NULL, 1, UINT64_MAX, &c->l1_chain_id, "chain id of L1" };
	keys[n++] = (struct pr_config_key){ "chain.rollup", PR_CONFIG_STRING, NULL, HEX20_CHARS, HEX20_CHARS, t->rollup, "address of the Rollup" };
	keys[n++] = (struct pr_config_key){ "chain.inbox", PR_CONFIG_STRING, "", 0, HEX20_CHARS, t->inbox, "address of the Inbox" };
	keys[n++] = (struct pr_config_key){ "chain.vault", PR_CONFIG_STRING, "", 0, HEX20_CHARS, t->vault, "address of the Vault" };
	keys[n++] = (struct pr_config_key){ "chain.verifier", PR_CONFIG_STRING, "", 0, HEX20_CHARS, t->verifier, "address of the FraudVerifier" };
	keys[n++] = (struct pr_config_key){ "chain.token", PR_CONFIG_STRING, "", 0, HEX20_CHARS, t->token, "the bridged ERC-20; empty or zero: the native coin" };
	keys[n++] = (struct pr_config_key){ "chain.deploy_block", PR_CONFIG_U64, "0", 0, UINT64_MAX, &c->deploy_block, "L1 block to read from" };
	keys[n++] = (struct pr_config_key){ "chain.window_s", PR_CONFIG_U64, "0", 0, UINT64_MAX, &c->window_s, "challenge window, seconds" };
	keys[n++] = (struct pr_config_key){ "chain.withdraw_multiple", PR_CONFIG_U64, "1", 1, UINT32_MAX, &t->withdraw_multiple,
		                            "nano per base unit of the L1 token, 1 where a base unit is no more than a nano" };
	keys[n++] = (struct pr_config_key){ "chain.genesis_root", PR_CONFIG_STRING, "", 0, HEX32_CHARS, t->genesis_root, "compared with the genesis that the values here give" };
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) {
		const struct pr_param_info *p = &pr_param_infos[i];
		(void)snprintf(t->param_keys[i], sizeof t->param_keys[i], "params.%s", p->name);
		(void)snprintf(t->param_defaults[i], sizeof t->param_defaults[i], "%llu", (unsigned long long)p->def);
		keys[n++] = (struct pr_config_key){ t->param_keys[i], PR_CONFIG_U64, t->param_defaults[i], p->min, p->max, &c->params[i], "parameter at genesis" };
	}
	PR_CHECK(n <= CHAIN_KEYS_MAX);
	return n;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

/* An empty text leaves out zero and *given false. */
static enum pr_err hex_read(char *message, uint8_t *out, size_t len, bool *given, const char *key, const char *text)
{
	memset(out, 0, len);
	*given = text[0] != 0;
	if (!*given) return PR_OK;
	bool ok = strlen(text) == 2 + 2 * len && text[0] == '0' && text[1] == 'x';
	for (size_t i = 0; ok && i < len; i++) {
		int hi = hex_digit(text[2 + 2 * i]), lo = hex_digit(text[3 + 2 * i]);
		ok = hi >= 0 && lo >= 0;
		if (ok) out[i] = (uint8_t)(hi << 4 | lo);
	}
	if (ok) return PR_OK;
	(void)snprintf(message, PR_CONFIG_MESSAGE_BYTES, "chain.%s: 0x and %zu hexadecimal digits expected", key, 2 * len);
	return PR_ERR_CONFIG;
}

static enum pr_err text_take(char *message, struct pr_chain *c, const struct chain_text *t)
{
	bool given;
	PR_FORWARD(hex_read(message, c->rollup20, 20, &given, "rollup", t->rollup));
	PR_FORWARD(hex_read(message, c->inbox20, 20, &given, "inbox", t->inbox));
	PR_FORWARD(hex_read(message, c->vault20, 20, &given, "vault", t->vault));
	PR_FORWARD(hex_read(message, c->verifier20, 20, &given, "verifier", t->verifier));
	PR_FORWARD(hex_read(message, c->token20, 20, &given, "token", t->token));
	PR_FORWARD(hex_read(message, c->genesis_root32, 32, &c->genesis_root_given, "genesis_root", t->genesis_root));
	c->withdraw_multiple = (uint32_t)t->withdraw_multiple;
	pr_eip712_domain(c->domain32, c->l2_chain_id, c->rollup20);
	return PR_OK;
}

enum pr_err pr_chain_load(char message[PR_CONFIG_MESSAGE_BYTES], struct pr_chain *chain, const char *path)
{
	struct pr_config_key keys[CHAIN_KEYS_MAX];
	struct chain_text    text;
	memset(chain, 0, sizeof *chain);
	PR_FORWARD(pr_config_load(message, keys, keys_fill(keys, &text, chain), path, NULL, 0));
	return text_take(message, chain, &text);
}

enum pr_err pr_chain_load_text(char message[PR_CONFIG_MESSAGE_BYTES], struct pr_chain *chain, const char *origin, const char *bytes,
                               size_t len)
{
	struct pr_config_key keys[CHAIN_KEYS_MAX];
	struct chain_text    text;
	memset(chain, 0, sizeof *chain);
	PR_FORWARD(pr_config_load_text(message, keys, keys_fill(keys, &text, chain), origin, bytes, len, NULL, 0));
	return text_take(message, chain, &text);
}

enum pr_err pr_chain_genesis(char message[PR_CONFIG_MESSAGE_BYTES], const struct pr_chain *chain, struct pr_state *state, uint8_t root32[32])
{
	pr_state_genesis(state, chain->params, chain->withdraw_multiple);
	pr_state_root(state, root32);
	if (!chain->genesis_root_given || memcmp(root32, chain->genesis_root32, 32) == 0) return PR_OK;
	size_t at = (size_t)snprintf(message, PR_CONFIG_MESSAGE_BYTES, "chain.genesis_root: these parameters give 0x");
	for (unsigned i = 0; i < 32; i++) at += (size_t)snprintf(message + at, PR_CONFIG_MESSAGE_BYTES - at, "%02x", root32[i]);
	return PR_ERR_CONFIG;
}
