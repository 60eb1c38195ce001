#include "core/rpc/chain.h"

#include <stdio.h>
#include <string.h>

#include "core/codec/eip712.h"
#include "core/codec/list.h"

/* "0x" and exactly 2 * len hex digits. */
static bool read_hex(uint8_t *out, size_t len, const char *text)
{
	if (strlen(text) != 2 + 2 * len || text[0] != '0' || text[1] != 'x') return false;
	for (size_t i = 0; i < 2 * len; i++) {
		char     c = text[2 + i];
		unsigned v = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10) : 16;
		if (v > 15) return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
	}
	return true;
}

void pr_chain_genesis_root(uint8_t root32[32], const uint64_t params[PR_PARAM_COUNT], uint32_t withdraw_multiple)
{
	static _Alignas(64) uint8_t mem[16384];
	struct pr_state state;

	PR_CHECK(pr_state_bytes(2) <= sizeof mem);
	memset(mem, 0, sizeof mem);
	pr_state_init(&state, mem, 2, 0);
	pr_state_genesis(&state, params, withdraw_multiple);
	pr_state_root(&state, root32);
}

enum pr_err pr_chain_load(struct pr_chain *chain, char message[PR_CONFIG_MESSAGE_BYTES], const char *path)
{
	char                 rollup[43], inbox[43], vault[43], genesis[67], names[PR_PARAM_COUNT][48];
	uint8_t              root32[32];
	struct pr_config_key keys[8 + PR_PARAM_COUNT] = {
		{ "chain.l1_chain_id", PR_CONFIG_U64, NULL, 1, UINT64_MAX, &chain->l1_chain_id, "chain id of L1" },
		{ "chain.l2_chain_id", PR_CONFIG_U64, NULL, 1, UINT64_MAX, &chain->l2_chain_id, "chain id in signatures" },
		{ "chain.rollup", PR_CONFIG_STRING, NULL, 42, 42, rollup, "address of the Rollup" },
		{ "chain.inbox", PR_CONFIG_STRING, NULL, 42, 42, inbox, "address of the Inbox" },
		{ "chain.vault", PR_CONFIG_STRING, NULL, 42, 42, vault, "address of the Vault" },
		{ "chain.deploy_block", PR_CONFIG_U64, NULL, 1, UINT64_MAX, &chain->deploy_block, "first L1 block of interest" },
		{ "chain.genesis_root", PR_CONFIG_STRING, NULL, 66, 66, genesis, "root of the genesis" },
		{ "chain.withdraw_multiple", PR_CONFIG_U64, "1", 1, UINT32_MAX, &chain->withdraw_multiple, "nano per base unit of the token" },
	};

	memset(chain, 0, sizeof *chain);
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) {
		const struct pr_param_info *p = &pr_param_infos[i];
		snprintf(names[i], sizeof names[i], "params.%s", p->name);
		keys[8 + i] = (struct pr_config_key){ names[i], PR_CONFIG_U64, NULL, p->min, p->max, &chain->params[i], "genesis value" };
	}
	PR_FORWARD(pr_config_load(message, keys, 8 + PR_PARAM_COUNT, path, NULL, 0));
	if (!read_hex(chain->rollup20, 20, rollup) || !read_hex(chain->inbox20, 20, inbox) || !read_hex(chain->vault20, 20, vault) ||
	    !read_hex(chain->genesis_root32, 32, genesis)) {
		snprintf(message, PR_CONFIG_MESSAGE_BYTES, "%s: an address or the genesis root is not hex of its length", path);
		return PR_ERR_CONFIG;
	}
	pr_chain_genesis_root(root32, chain->params, (uint32_t)chain->withdraw_multiple);
	if (memcmp(root32, chain->genesis_root32, 32) != 0) {
		snprintf(message, PR_CONFIG_MESSAGE_BYTES, "%s: genesis_root is not the root of these parameters", path);
		return PR_ERR_CONFIG;
	}
	pr_batch_genesis_hash(chain->genesis_hash32, chain->genesis_root32, chain->l1_chain_id, chain->rollup20);
	pr_eip712_domain(chain->domain32, chain->l2_chain_id, chain->rollup20);
	return PR_OK;
}
