/* The chain file: what all programs of one deployment must agree on (a TOML file; the deployment script writes it).
 *
 *     [chain]
 *     l2_chain_id = 7077
 *     l1_chain_id = 31337
 *     rollup      = "0x..."      # with l2_chain_id it gives the EIP-712 domain
 *     genesis_root = "0x..."     # compared with the root that the parameters give
 *     [params]                   # parameters at genesis, by their names in protocol.csv
 *     fee_ppm = 0
 *
 * Everything of the genesis is here; addresses of the other contracts are carried for the programs that talk to L1. */
#ifndef PR_RPC_CHAIN_H
#define PR_RPC_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/rt/config.h"
#include "core/tree/state.h"

struct pr_chain {
	uint64_t l2_chain_id, l1_chain_id;
	uint8_t  rollup20[20];
	uint8_t  inbox20[20], vault20[20], verifier20[20], token20[20]; /* zero: not given (a zero token is the native coin) */
	uint64_t deploy_block; /* the L1 block of the first contract: nothing of ours is before it */
	uint64_t window_s;     /* challenge window; 0: not given */
	uint64_t params[PR_PARAM_COUNT];
	uint32_t withdraw_multiple;
	bool     genesis_root_given;
	uint8_t  genesis_root32[32];
	uint8_t  domain32[32]; /* derived: EIP-712 domain separator */
};

/* Reads the file.  PR_OK, or PR_ERR_CONFIG with the reason in message; *chain is then unspecified. */
PR_MUST_USE enum pr_err pr_chain_load(char message[PR_CONFIG_MESSAGE_BYTES], struct pr_chain *chain, const char *path);
/* The same from bytes in memory; origin names them in messages. */
PR_MUST_USE enum pr_err pr_chain_load_text(char message[PR_CONFIG_MESSAGE_BYTES], struct pr_chain *chain, const char *origin,
                                           const char *text, size_t len);

/* Puts the genesis into an empty state and writes its root.  PR_ERR_CONFIG with a message if the file names another genesis root. */
PR_MUST_USE enum pr_err pr_chain_genesis(char message[PR_CONFIG_MESSAGE_BYTES], const struct pr_chain *chain, struct pr_state *state,
                                         uint8_t root32[32]);

#endif
