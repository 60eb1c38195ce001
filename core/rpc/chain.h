/* The chain file: what every program must agree on (written by the deployment, read by all).
 *
 *     [chain]
 *     l1_chain_id = 31337          l2_chain_id = 7357
 *     rollup = "0x.."  inbox = "0x.."  vault = "0x.."
 *     deploy_block = 4             first L1 block of interest
 *     genesis_root = "0x.."        compared with what the parameters give
 *     withdraw_multiple = 1
 *     [params]                     genesis values of the parameters of docs/spec/protocol.csv, by name */
#ifndef PR_RPC_CHAIN_H
#define PR_RPC_CHAIN_H

#include "core/base/err.h"
#include "core/rt/config.h"
#include "core/tree/state.h"

struct pr_chain {
	uint64_t l1_chain_id, l2_chain_id, deploy_block, withdraw_multiple;
	uint64_t params[PR_PARAM_COUNT];
	uint8_t rollup20[20], inbox20[20], vault20[20];
	uint8_t genesis_root32[32];
	uint8_t genesis_hash32[32]; /* hash of batch 0 */
	uint8_t domain32[32];       /* EIP-712 domain separator */
};

/* Reads and checks a chain file.  PR_ERR_CONFIG with the reason in message, also if genesis_root is not the root of the genesis that the
 * parameters describe. */
PR_MUST_USE enum pr_err pr_chain_load(struct pr_chain *chain, char message[PR_CONFIG_MESSAGE_BYTES], const char *path);

/* The root of the genesis state with these parameters. */
void pr_chain_genesis_root(uint8_t root32[32], const uint64_t params[PR_PARAM_COUNT], uint32_t withdraw_multiple);

#endif
