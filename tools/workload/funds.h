/* Money of the workload on L1: deposits of the bridged token, from the development chain's first unlocked account, and what people hold there. */
#ifndef TOOLS_WORKLOAD_FUNDS_H
#define TOOLS_WORKLOAD_FUNDS_H

#include "core/l1/token.h"
#include "core/rpc/chain.h"
#include "tools/workload/client.h"

struct wl_funds {
	struct pr_ethrpc *eth;
	const struct pr_chain *chain;
	struct pr_token token;
	char from[43]; /* 0x and hex */
};

/* Learns the token from the Vault and lets the Vault take it from the account.  Ends the program if L1 does not play along. */
void wl_funds_open(struct wl_funds *f, struct pr_ethrpc *eth, const struct pr_chain *chain);
/* Sends a deposit for the key's account, not waiting. */
void wl_funds_deposit(struct wl_funds *f, const struct wl_key *key, uint64_t nano);
/* *base_units on L1; false if the node does not say. */
PR_MUST_USE bool wl_funds_held(struct wl_funds *f, pr_u128 *base_units, const uint8_t addr20[20]);
/* nano in base units; ends the program if that is no whole number. */
pr_u128 wl_funds_base(const struct wl_funds *f, uint64_t nano);

#endif
