/* Secondary indexes over a state in memory: what belongs to whom.
 *
 * Each object hangs in at most two lists, each in the order of falling ids: the newest first, where ids are not those of closed streams used again.  So a
 * list depends on the state alone: a program that loaded the state gives the same answers as one that lived through it.  The owner of the state calls
 * pr_lists_change with the leaf before and after every store (pr_lists_build for a state that was loaded).  Only streams are ever taken out.
 *
 * A list is a treap (core/base/treap.h) in flat arrays by object id: a step costs the logarithm of the list's length.
 *
 *   edge    in CHILD_EDGES of its child       and BENEFICIARY_EDGES of its beneficiary
 *   share   in ASSET_SHARES of its asset      and HOLDER_SHARES of its holder
 *   stream  in ASSET_STREAMS of its asset     and PAYER_STREAMS of its payer
 *   asset   in OWNER_ASSETS of its owner */
#ifndef PR_RPC_LISTS_H
#define PR_RPC_LISTS_H

#include "core/tree/state.h"

enum pr_lists_kind {
	PR_LISTS_CHILD_EDGES,
	PR_LISTS_BENEFICIARY_EDGES,
	PR_LISTS_ASSET_SHARES,
	PR_LISTS_HOLDER_SHARES,
	PR_LISTS_ASSET_STREAMS,
	PR_LISTS_PAYER_STREAMS,
	PR_LISTS_OWNER_ASSETS,
	PR_LISTS_COUNT
};

struct pr_lists {
	uint32_t  capacity;
	uint64_t  salt;
	uint32_t *roots[PR_LISTS_COUNT]; /* by the id that owns the list; 0: empty (id 0 is never in a list) */
	uint32_t (*links[2])[2];         /* by the id in the list: what hangs below it, higher and lower ids; links[0] and [1]: its first and second list */
};

/* Reserves address space for ids below capacity (a sparse mapping).  False if the system refuses. */
PR_MUST_USE bool pr_lists_open(struct pr_lists *x, uint32_t capacity);
void             pr_lists_close(struct pr_lists *x);
/* Enters everything that a state holds; on an empty index only. */
void pr_lists_build(struct pr_lists *x, const struct pr_state *state);
/* before may be EMPTY or FREE, after too; the same object changed in place costs a comparison. */
void pr_lists_change(struct pr_lists *x, uint32_t id, const struct pr_object *before, const struct pr_object *after);

/* Whether an object hangs in this list of this id. */
bool pr_lists_has(enum pr_lists_kind list, uint32_t of, const struct pr_object *object);
/* for (id = pr_lists_first(x, list, of); id; id = pr_lists_next(x, list, of, id)); 0 at the end.  next: the highest id below the one given. */
uint32_t pr_lists_first(const struct pr_lists *x, enum pr_lists_kind list, uint32_t of);
uint32_t pr_lists_next(const struct pr_lists *x, enum pr_lists_kind list, uint32_t of, uint32_t id);

#endif
