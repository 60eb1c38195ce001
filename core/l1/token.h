/* The bridged token as seen from outside the Vault: how its base units map to nano (docs/spec/l1.md section 6), and the few calls of an ERC-20 that a
 * depositor needs (EIP-20).  A zero address is the chain's native coin. */
#ifndef PR_L1_TOKEN_H
#define PR_L1_TOKEN_H

#include "core/l1/ethrpc.h"

struct pr_token {
	uint8_t addr20[20];
	bool native;
	pr_u128 base_per_nano; /* 1 where a base unit is a nano or more */
	uint64_t nano_per_base; /* 1 where a base unit is a nano or less */
};

/* Reads token and scales from the Vault.  PR_ERR_PEER: it answers no such thing, or scales that no Vault has. */
PR_MUST_USE enum pr_err pr_token_of_vault(struct pr_token *token, struct pr_ethrpc *rpc, const uint8_t vault20[20]);

/* nano in base units; false, writing nothing, if that is not a whole number of them. */
PR_MUST_USE bool pr_token_base(pr_u128 *base_units, const struct pr_token *token, uint64_t nano);

/* What who20 holds at the newest block, in base units / what the Vault may still take from them (ERC-20 only).  More than 128 bits hold reads as the
 * largest value. */
PR_MUST_USE enum pr_err pr_token_balance(pr_u128 *base_units, struct pr_ethrpc *rpc, const struct pr_token *token, const uint8_t who20[20]);
PR_MUST_USE enum pr_err pr_token_allowance(pr_u128 *base_units, struct pr_ethrpc *rpc, const struct pr_token *token, const uint8_t who20[20],
                                           const uint8_t vault20[20]);

/* Calldata of approve(spender, base_units).  Returns the length, 0 if it does not fit. */
size_t pr_call_approve(uint8_t *out, size_t room, const uint8_t spender20[20], pr_u128 base_units);

#endif
