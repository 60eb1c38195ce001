/* RLP, Ethereum's serialisation of nested byte strings (Yellow Paper, appendix B).
 *
 * Writing goes to the caller's buffer and never past it: after the first overflow everything is ignored and pr_rlp_ok is
 * false.  Reading is strict: each value has one encoding, and any other is refused. */
#ifndef PR_L1_RLP_H
#define PR_L1_RLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/cursor.h"

struct pr_rlp {
	uint8_t *buf;
	size_t room;
	size_t len; /* bytes written */
	bool full;  /* something did not fit */
};

/* The writer borrows buf until it is done. */
static inline struct pr_rlp pr_rlp(uint8_t *buf, size_t room) { return (struct pr_rlp){ buf, room, 0, false }; }
static inline bool pr_rlp_ok(const struct pr_rlp *w) { return !w->full; }

/* A byte string.  bytes may be NULL if len is 0. */
void pr_rlp_bytes(struct pr_rlp *w, const uint8_t *bytes, size_t len);
/* An unsigned integer: its big-endian bytes without leading zeros (zero is the empty string). */
void pr_rlp_uint(struct pr_rlp *w, pr_u128 value);
/* The same for a big-endian number of any width (the r and s of a signature). */
void pr_rlp_uint_be(struct pr_rlp *w, const uint8_t *be, size_t len);

/* A list is everything written between the two calls; begin returns the mark that end takes.  Lists nest. */
size_t pr_rlp_list_begin(const struct pr_rlp *w);
void pr_rlp_list_end(struct pr_rlp *w, size_t mark);

struct pr_rlp_item {
	bool is_list;
	struct pr_cursor body; /* the string's bytes or the list's items, borrowed from the input */
};

/* Takes one item off the cursor.  Returns false, failing the cursor, on a length that is cut, overlong or not minimal, and
 * on a single byte below 0x80 wrapped in a header. */
PR_MUST_USE bool pr_rlp_next(struct pr_cursor *c, struct pr_rlp_item *item);
/* Takes a string item of exactly len bytes / an unsigned integer of at most 128 bits without leading zeros. */
PR_MUST_USE bool pr_rlp_next_fixed(struct pr_cursor *c, uint8_t *out, size_t len);
PR_MUST_USE bool pr_rlp_next_uint(struct pr_cursor *c, pr_u128 *value);

#endif
