/* Witnesses (docs/spec/chunk.md section 4): enough of a state to re-execute one chunk without the rest. */
#ifndef PR_TREE_WITNESS_H
#define PR_TREE_WITNESS_H

#include <setjmp.h>

#include "core/tree/state.h"

/* More than any chunk within its bounds can touch, and the bytes of such a witness at depth 24. */
#define PR_WITNESS_LEAVES_MAX 192u
#define PR_WITNESS_BYTES_MAX (PR_WITNESS_LEAVES_MAX * (5u + 64u + PR_PAYLOAD_BYTES_MAX + 24u * 32u))

/* What a recorded execution touched: ids, and of which the link was read (find hits and predecessors, and created slots). */
struct pr_touch {
	uint32_t count;
	uint32_t ids[PR_WITNESS_LEAVES_MAX];      /* ascending, distinct */
	uint8_t link_open[PR_WITNESS_LEAVES_MAX]; /* 1: the link must be opened */
};

/* Adds an id (keeps order); link_open is or-ed.  False if full. */
PR_MUST_USE bool pr_touch_add(struct pr_touch *t, uint32_t id, bool link_open);

/* A view that passes everything on to another view and records what is touched; overflow is kept in *full. */
struct pr_recorder {
	struct pr_view inner;
	struct pr_touch touch;
	bool full;
};
void pr_recorder_init(struct pr_recorder *r, struct pr_view inner);
struct pr_view pr_recorder_view(struct pr_recorder *r);

/* Writes the witness of the touched leaves against a clean state (the state BEFORE the chunk).  Leaves of keyed types carry their opened link if
 * link_open, its hash otherwise.  Id 0 is always included.  Returns the byte length, 0 if cap is too small. */
size_t pr_witness_encode(uint8_t *out, size_t cap, const struct pr_state *pre, const struct pr_touch *touch);

/* A witness opened for stateless execution: its leaves, writable, as a view. */
struct pr_partial {
	uint32_t count;
	unsigned depth;
	uint32_t ids[PR_WITNESS_LEAVES_MAX];
	struct pr_leaf leaves[PR_WITNESS_LEAVES_MAX];
	uint8_t link_hash[PR_WITNESS_LEAVES_MAX][32];
	uint8_t link_form[PR_WITNESS_LEAVES_MAX];
	const uint8_t *siblings; /* borrowed from the witness bytes */
	uint32_t sibling_count;
	jmp_buf *stop_opt; /* where execution goes at once when something is missing; NULL (after open): it goes on, on made-up empty leaves */
	bool missing; /* a leaf or link that the witness does not have was asked for: the run says nothing */
};
/* Parses and checks a witness against pre_root32.  False if it is malformed or does not give that root. */
PR_MUST_USE bool pr_partial_open(struct pr_partial *p, const uint8_t *witness, size_t len, const uint8_t pre_root32[32]);
struct pr_view pr_partial_view(struct pr_partial *p);
/* The root with the leaves as they are now. */
void pr_partial_root(struct pr_partial *p, uint8_t root32[32]);

#endif
