/* The state transition: what an entry, a chunk, an inbox chunk does to a state.
 *
 * Deterministic, without I/O, allocation or clock; the only statement of the rules in C (docs/spec/entries.md), called by the sequencer's block
 * building, by the replay of a verifier and by the stateless check of a proof.  On refusal the state is bit for bit as before. */
#ifndef PR_STF_STEP_H
#define PR_STF_STEP_H

#include "core/codec/chunk.h"
#include "core/tree/leaf.h"

struct pr_step_ctx {
	uint8_t domain32[32]; /* EIP-712 domain separator */
	uint64_t batch;
	uint64_t time; /* ledger time: the batch's timestamp, seconds */
	bool inbox;    /* the entry is an inbox item */
};

/* Executes one entry.  signer20_opt: the address recovered from the entry's signature over pr_step_digest, if the caller has recovered it
 * already (a zero address stands for a signature that does not recover); NULL: recovered here. */
enum pr_status pr_step(const struct pr_view *view, const struct pr_step_ctx *ctx, const struct pr_entry *e, const uint8_t *signer20_opt);

/* The digest that the entry's signature must be over, and sets *need_sig false for kinds without a signature.  A status other than APPLIED where
 * the named objects do not allow a digest. (Also vouchers.) */
enum pr_status pr_step_digest(const struct pr_view *view, const uint8_t domain32[32], const struct pr_entry *e, uint8_t digest32[32],
                              bool *need_sig);

/* Begins a chunk: sets system.batch and system.time. */
void pr_chunk_begin(const struct pr_view *view, const struct pr_step_ctx *ctx);

/* Executes a posted chunk's bytes.  False: undecodable, nothing done.  statuses_opt: room for PR_CHUNK_ENTRIES_MAX.  scratch is overwritten. */
bool pr_chunk_execute(const struct pr_view *view, const struct pr_step_ctx *ctx, const uint8_t *bytes, size_t len, struct pr_chunk *scratch,
                      uint8_t *statuses_opt);

/* Executes one inbox item in wire form and moves system.inbox_next. */
enum pr_status pr_item_execute(const struct pr_view *view, const struct pr_step_ctx *ctx, const uint8_t *item, size_t len);

/* Stateless re-execution, what the contract does: data is a posted chunk, or for an inbox chunk (ctx->inbox) the items as
 * (length uint16, bytes)*.  False if the witness or the items' framing is wrong; otherwise *post_root32 is the root that the rules give. */
struct pr_partial;
PR_MUST_USE bool pr_step_stateless(uint8_t post_root32[32], const uint8_t pre_root32[32], const struct pr_step_ctx *ctx, const uint8_t *data,
                                   size_t data_len, const uint8_t *witness, size_t witness_len, struct pr_partial *partial,
                                   struct pr_chunk *scratch);

#endif
