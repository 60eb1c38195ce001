/* Private to the state's files: the key index and the nodes of the tree. */
#ifndef PR_TREE_STATE_PARTS_H
#define PR_TREE_STATE_PARTS_H

#include "core/tree/state.h"

#define PR_INDEX_NONE UINT32_MAX

/* Adds the object at id by the key in its leaf, which no other object may have (PR_CHECK). */
void pr_index_insert(struct pr_state *s, uint32_t id);
/* True: *id has the key.  False: *id is the predecessor, or PR_INDEX_NONE if no key is smaller. */
bool pr_index_find(const struct pr_state *s, const uint8_t key32[32], uint32_t *id);

/* The node at a level and index, borrowed; below the root's level a subtree that was never used is pr_tree_zero.  Clean state only.
 * Beyond the state's capacity (index 1 and up) everything is empty; index 0 above the state's depth is not held (PR_CHECK). */
const uint8_t *pr_state_node(const struct pr_state *s, unsigned level, uint32_t index);
/* The smallest D with count <= 2^D. */
unsigned pr_depth_for(uint32_t count);

#endif
