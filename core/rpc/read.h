/* Read methods over a state in memory, the same in the sequencer and in a verifying node.
 *
 *   penny_chainInfo()                    chain, parameters, batch, time and root of the state
 *   penny_getAccount(account)            by id or address; with its assets and streams
 *   penny_getAsset(asset)                by id or content hash; with its edges and shares
 *   penny_getList(of, list, after)       a page of what belongs to an account or an asset
 *   penny_getEarnings(account)           balance, what can be collected now and after settling, and the entries that do it
 *   penny_getStream(stream)
 *   penny_getObject(id)
 *   penny_getProof(id)                   payload, link hash and siblings against the present root
 *   penny_getState()                     sums and the check of conservation
 *   penny_digest(entry)                  EIP-712 digest and typed data of an entry to be signed
 *   eth_chainId()
 *   penny_methods()                      the names of all methods
 *
 * Lists in answers have at most PR_READ_LIST_MAX elements; "more" says that there are further ones: "after" asks for those behind an id. */
#ifndef PR_RPC_READ_H
#define PR_RPC_READ_H

#include "core/rpc/chain.h"
#include "core/rpc/earn.h"
#include "core/rpc/jsonrpc.h"

#define PR_READ_LIST_MAX 256
#define PR_READ_METHODS 12

struct pr_read {
	const struct pr_chain  *chain;
	struct pr_state        *state; /* hashed when a root is asked for */
	const struct pr_lists  *lists;
	struct pr_earner       *earner;
	const char             *role; /* "sequencer", "verifier": told in penny_chainInfo */
	/* Progress of a chain stream that the state does not have yet; false: none. */
	bool (*stream_pending_opt)(void *ctx, uint32_t id, uint64_t *used, uint8_t tip32[32]);
	void                   *pending_ctx;
	struct pr_state_sums    sums; /* cached for large states */
	bool                    conserved;
	uint64_t                sums_at_ms;
};

/* Writes PR_READ_METHODS rows of a method table; read must outlive it. */
void pr_read_methods(struct pr_rpc_method rows[PR_READ_METHODS], struct pr_read *read);

/* For further methods: an account given by id or "0x" address, an asset by id or content hash.  0 if there is none; false: the call was
 * answered with an error because the parameter is malformed. */
PR_MUST_USE bool pr_read_account(uint32_t *id, const struct pr_read *read, struct pr_rpc_call *call, unsigned param);

#endif
