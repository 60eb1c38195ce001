/* Building the proof that a claim is wrong, and trying it before a bond's worth of gas is spent on it. */
#ifndef FRD_PROVE_H
#define FRD_PROVE_H

#include "core/l1/contracts.h"
#include "core/tree/witness.h"
#include "core/l1/eventlog.h"
#include "fraud/replay.h"

#define FRD_PROOF_BYTES_MAX 131072u

/* What proving works from: base is the state after batch base_batch, which is final or the genesis; it is not changed. */
struct frd_prover {
	const struct frd_book *book;
	struct pr_eventlog *archive;
	struct pr_state *base;
	uint64_t base_batch;
	const uint8_t *domain32;
};

/* Writes the calldata of Rollup.strike for a claim whose parent is good and whose roots depart from ours; room is FRD_PROOF_BYTES_MAX.
 * The work is done in a child process on a copy-on-write image of the base state, so the caller's state stays where it is.
 * PR_ERR_INVALID: the claim does not depart.  PR_ERR_CORRUPT: the proof did not hold when tried locally (our own fault).  PR_ERR_FULL: it does not fit. */
PR_MUST_USE enum pr_err frd_prove(uint8_t *calldata, size_t *len, const struct frd_prover *prover, uint64_t claim);

#endif
