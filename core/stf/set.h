/* The objects that one entry touches: copies, written back together or not at all.
 *
 * An id has one slot however many parts it plays in the entry, so paying oneself is not a special case. */
#ifndef PR_STF_SET_H
#define PR_STF_SET_H

#include "core/stf/step.h"

/* More than any kind touches: SHARE_TRANSFER has 8 (from, asset, to, two shares, predecessor, new share, system). */
#define PR_SET_SLOTS_MAX 12u

/* One entry being applied. */
struct pr_apply {
	const struct pr_view *view;
	const struct pr_step_ctx *ctx;
	const struct pr_entry *e;
	const uint8_t *signer20_opt; /* as in pr_step */
	uint32_t count;
	uint32_t ids[PR_SET_SLOTS_MAX];
	struct pr_leaf slots[PR_SET_SLOTS_MAX];
};

/* The slot of an id, loaded at first use.  Valid until the entry ends. */
struct pr_leaf *pr_set_leaf(struct pr_apply *a, uint32_t id);

/* Writes every slot back. */
void pr_set_commit(struct pr_apply *a);

/* The object of that type at id, or NULL if it is of another type. */
struct pr_system *pr_set_system(struct pr_apply *a);
struct pr_account *pr_set_account(struct pr_apply *a, uint32_t id);
struct pr_asset *pr_set_asset(struct pr_apply *a, uint32_t id);
struct pr_edge *pr_set_edge(struct pr_apply *a, uint32_t id);
struct pr_share *pr_set_share(struct pr_apply *a, uint32_t id);
struct pr_stream *pr_set_stream(struct pr_apply *a, uint32_t id);

/* True and the id of the object with that key; false and the id of its predecessor. */
bool pr_set_find(struct pr_apply *a, const uint8_t key32[32], uint32_t *id);

/* Makes an object of the type in a free slot, all fields zero, and links it after pred if it has a key (docs/spec/state.md
 * section 2).  NULL: STATE_FULL.  *id_opt is set on success. */
struct pr_object *pr_set_create(struct pr_apply *a, uint8_t type, const uint8_t *key32_opt, uint32_t pred, uint32_t *id_opt);

/* Turns the object at id into a FREE slot at the head of the free list. */
void pr_set_release(struct pr_apply *a, uint32_t id);

/* The field of the entry at a position, as a number or as bytes. */
static inline uint64_t pr_arg(const struct pr_apply *a, unsigned position) { return a->e->f[position].num; }
static inline uint32_t pr_arg_id(const struct pr_apply *a, unsigned position) { return (uint32_t)a->e->f[position].num; }
static inline const uint8_t *pr_arg_bytes(const struct pr_apply *a, unsigned position) { return a->e->f[position].bytes; }

#endif
