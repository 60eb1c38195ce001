/* Leaves of the state tree: an object and its place in the list of keys (docs/spec/state.md sections 1 and 2). */
#ifndef PR_TREE_LEAF_H
#define PR_TREE_LEAF_H

#include <stdbool.h>

#include "core/base/check.h"
#include "core/types/protocol_gen.h"

/* Key and next are zero for objects of unkeyed types. */
struct pr_link {
	uint8_t key[32];
	uint8_t next[32]; /* key of the following object; zero at the end */
};

struct pr_leaf {
	struct pr_object o;
	struct pr_link link;
};

void pr_leaf_hash(uint8_t hash32[32], const struct pr_leaf *leaf);
void pr_link_hash(uint8_t hash32[32], const struct pr_link *link);
/* Hash of a leaf from a link hash (32 zero bytes for unkeyed types) and a payload. */
void pr_leaf_hash_parts(uint8_t hash32[32], const uint8_t link_hash32[32], const uint8_t *payload, uint32_t len);

/* A leaf as it is kept on disk: key 32, next 32, payload.  encode returns the length; decode: false unless it is the whole row of a leaf. */
#define PR_LEAF_ROW_BYTES_MAX (64u + PR_PAYLOAD_BYTES_MAX)
uint32_t pr_leaf_row_encode(uint8_t row[PR_LEAF_ROW_BYTES_MAX], const struct pr_leaf *leaf);
PR_MUST_USE bool pr_leaf_row_decode(struct pr_leaf *leaf, const uint8_t *row, size_t len);

void pr_key_account(uint8_t key32[32], const uint8_t addr20[20]);
void pr_key_asset(uint8_t key32[32], const uint8_t content32[32]);
void pr_key_edge(uint8_t key32[32], uint32_t child, uint32_t beneficiary);
void pr_key_share(uint8_t key32[32], uint32_t asset, uint32_t holder);

/* Root of an empty subtree of height level, 0 .. PR_TREE_DEPTH; borrowed. pr_tree_zero_init must have run (pr_state_init and witness functions call it). */
const uint8_t *pr_tree_zero(unsigned level);
void pr_tree_zero_init(void);

/* What the transition needs of a state.  load of an id that was never used gives an EMPTY leaf.  store follows a load of the same id.
 * find: true and the id of the object with that key, or false and the id of its predecessor. */
struct pr_view {
	void *ctx;
	void (*load)(void *ctx, uint32_t id, struct pr_leaf *out);
	bool (*find)(void *ctx, const uint8_t key32[32], uint32_t *id);
	void (*store)(void *ctx, uint32_t id, const struct pr_leaf *leaf);
};

#endif
