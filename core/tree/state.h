/* The whole state in memory: leaves, tree levels, key index.
 *
 * The root depends only on the leaves, not on the order of updates.  All memory is the caller's, given at init as flat regions (a sparse mapping
 * in the daemons, an array in tests); nothing is allocated.  store marks a leaf dirty; pr_state_root hashes the dirty
 * leaves level by level, each node once.  Not safe for concurrent use. */
#ifndef PR_TREE_STATE_H
#define PR_TREE_STATE_H

#include <stddef.h>

#include "core/tree/leaf.h"

/* A node of the key index. */
struct pr_index_node {
	uint64_t prefix;   /* the first 8 bytes of the key, so that a search seldom touches the leaves */
	uint32_t child[2]; /* ids with smaller and larger keys; no child: UINT32_MAX */
};

struct pr_state {
	uint32_t capacity;           /* ids below this can be held (a power of two, at most PR_OBJECTS_MAX) */
	uint32_t used;               /* ids below this have been stored at some time */
	unsigned depth;              /* log2(capacity) */
	struct pr_leaf *leaves;      /* capacity */
	uint8_t (*nodes[PR_TREE_DEPTH + 1])[32]; /* nodes[k]: capacity >> k hashes, k = 0 .. depth */
	struct pr_index_node *index; /* key index: a treap over ids; capacity */
	uint32_t index_root;
	uint64_t index_salt;         /* priorities are salted so that chosen keys cannot deepen the index */
	uint32_t *dirty;             /* capacity ids */
	uint8_t *is_dirty;           /* capacity flags */
	uint32_t dirty_count;
	uint8_t root[32];            /* valid when dirty_count is 0 */
};

/* Bytes of memory that a state of this capacity needs, zero-filled, 64-byte aligned. */
size_t pr_state_bytes(uint32_t capacity);
/* Builds an empty state over mem (zero-filled).  capacity: a power of two from 2 to PR_OBJECTS_MAX. */
void pr_state_init(struct pr_state *s, void *mem, uint32_t capacity, uint64_t salt);
/* The genesis of docs/spec/state.md section 3; params as PR_PARAM_COUNT values within their bounds.  Only on an empty state. */
void pr_state_genesis(struct pr_state *s, const uint64_t *params, uint32_t withdraw_multiple);

/* A view on the state (loads beyond capacity give EMPTY; the transition never stores there because create checks STATE_FULL: capacity below
 * PR_OBJECTS_MAX is for tests that stay small). */
struct pr_view pr_state_view(struct pr_state *s);

const struct pr_leaf *pr_state_leaf(const struct pr_state *s, uint32_t id); /* borrowed; an EMPTY leaf if never used */
bool pr_state_find(const struct pr_state *s, const uint8_t key32[32], uint32_t *id);
/* Stores a leaf, and indexes its key if it is new. */
void pr_state_put(struct pr_state *s, uint32_t id, const struct pr_leaf *leaf);
/* Puts a leaf where it was, from bytes that nobody vouches for: the system object first, then the others in any order.  False, and nothing is changed, if it is
 * EMPTY, beyond the capacity, there already, without its key or with another's.  Whether the leaves are the right ones the root says. */
PR_MUST_USE bool pr_state_restore(struct pr_state *s, uint32_t id, const struct pr_leaf *leaf);
/* Makes to, which holds the genesis at most, what from is; both of one capacity, from clean.  Costs the bytes of the used part. */
void pr_state_copy(struct pr_state *to, const struct pr_state *from);
/* Hashes what changed since the last call; writes the root. */
void pr_state_root(struct pr_state *s, uint8_t root32[32]);
/* The ids stored since the last pr_state_root, in no order; borrowed until the next store. */
const uint32_t *pr_state_dirty(const struct pr_state *s, uint32_t *count);
/* The path of an id: depth siblings, lowest first, to the level where the rest are pr_tree_zero.  Clean state only. Returns the count written:
 * the smallest D with used <= 2^D. */
unsigned pr_state_path(const struct pr_state *s, uint32_t id, uint8_t path[PR_TREE_DEPTH][32]);

/* Conservation (docs/spec/state.md section 4): true if supply equals balances + escrows + held + fees; the sums are reported where wanted. */
struct pr_state_sums {
	uint64_t supply, balances, escrows, held, fees;
	uint32_t accounts, assets, edges, shares, streams, withdrawals;
};
bool pr_state_conserved(const struct pr_state *s, struct pr_state_sums *sums_opt);

#endif
