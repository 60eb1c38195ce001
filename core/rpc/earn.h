/* What an account has earned and not yet collected, found by running the rules themselves on a scratch copy of the leaves concerned.
 *
 * An account is owed by its edges, by its shares and, where a pool has no units, as owner.  What lies in those assets may in turn be fed by edges and
 * shares that were not settled yet.  The plan is the list of settle, claim and claim_owner entries that brings all of it, sources
 * first; anyone may submit it.  Ticks that are not folded into the ledger yet are not counted. */
#ifndef PR_RPC_EARN_H
#define PR_RPC_EARN_H

#include "core/rpc/lists.h"
#include "core/types/entry.h"

#define PR_EARN_ITEMS_MAX 1024 /* entries of a plan */

struct pr_earn_item {
	struct pr_entry entry;
	uint32_t        object; /* the edge, share or asset that pays */
	uint32_t        asset;  /* the asset whose money it is */
	bool            to_account; /* pays the account itself; otherwise an asset on the way */
	uint64_t        now;    /* what the entry alone would move at this moment */
	uint64_t        after;  /* what it moves when the plan up to it was executed */
};

struct pr_earn_plan {
	uint32_t count;
	bool     partial;   /* the plan is longer than PR_EARN_ITEMS_MAX: more can be earned after executing it */
	uint64_t now, after; /* sums over the items that pay the account */
	struct pr_earn_item items[PR_EARN_ITEMS_MAX];
};

struct pr_earner; /* scratch memory, kept between calls */
struct pr_earner *pr_earner_open(void);
void              pr_earner_close(struct pr_earner *earner);

/* The plan of an account, borrowed until the next call.  Items that move nothing are left out. */
const struct pr_earn_plan *pr_earn_plan(struct pr_earner *earner, const struct pr_state *state, const struct pr_lists *index, uint32_t account);

/* What one settle, claim or claim_owner entry would move now.  False (and 0) if it would be refused. */
bool pr_earn_amount(struct pr_earner *earner, uint64_t *amount, const struct pr_state *state, const struct pr_entry *e);

#endif
