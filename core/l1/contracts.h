/* The contracts' ABI in one place: logs -> pr_l1_event (core/codec/handoff.h), and calldata for every call that our programs make
 * (docs/spec/l1.md; the interfaces are in l1-bridge/contracts/src/interfaces). */
#ifndef PR_L1_CONTRACTS_H
#define PR_L1_CONTRACTS_H

#include "core/codec/handoff.h"
#include "core/l1/ethrpc.h"

struct pr_contracts {
	uint8_t rollup20[20], inbox20[20], vault20[20];
};

/* The filter that catches exactly the events pr_contracts_event knows. */
void pr_contracts_filter(struct pr_ethrpc_filter *filter, const struct pr_contracts *c);

/* Reads a log of the three contracts.  PR_ERR_NOT_FOUND: an event we do not follow; PR_ERR_PEER: malformed.  event->data points into
 * the log; block_time is left 0 for the caller. */
PR_MUST_USE enum pr_err pr_contracts_event(struct pr_l1_event *event, const struct pr_contracts *c, const struct pr_l1_log *log);

/* Rollup settings read from the chain. */
struct pr_rollup_config {
	uint8_t operator20[20], domain32[32], genesis_root32[32];
	uint64_t window_s, force_deadline_s;
	pr_u128 bond_wei;
};
PR_MUST_USE enum pr_err pr_contracts_config(struct pr_rollup_config *config, struct pr_ethrpc *rpc, const struct pr_contracts *c);

/* Calldata.  Each writes at most room bytes to out and returns the length, 0 if it does not fit. */
/* inbox_link32: the Inbox's link after post->inbox_to items. */
size_t pr_call_post(uint8_t *out, size_t room, const struct pr_post *post, const uint8_t inbox_link32[32]);
size_t pr_call_claim(uint8_t *out, size_t room, const struct pr_batch_header *header, uint64_t parent_claim,
                     const uint8_t pre_root32[32], const uint8_t *roots, uint32_t count);
size_t pr_call_id(uint8_t *out, size_t room, const char *signature, uint64_t id); /* "finalize(uint64)" and its like */

/* A proof of a wrong root (docs/spec/l1.md section 4).  Paths are PR_LIST_DEPTH siblings; pre_path_opt is NULL for chunk 0,
 * chunk_path_opt NULL for an inbox chunk. */
struct pr_fraud_proof {
	struct pr_batch_header header;
	uint64_t claim_id;
	uint32_t chunk_index;
	uint8_t pre_root32[32], claimed_root32[32];
	const uint8_t (*pre_path_opt)[32], (*claimed_path)[32], (*chunk_path_opt)[32];
	const uint8_t *data, *witness;
	size_t data_len, witness_len;
};
size_t pr_call_strike(uint8_t *out, size_t room, const struct pr_fraud_proof *p);

size_t pr_call_deposit(uint8_t *out, size_t room, const uint8_t account20[20], pr_u128 base_units);
size_t pr_call_force(uint8_t *out, size_t room, const uint8_t *item, size_t len);
size_t pr_call_withdraw(uint8_t *out, size_t room, uint64_t batch, uint32_t id, const uint8_t to20[20], uint64_t amount,
                        const uint8_t (*siblings)[32], uint32_t count);

#endif
