/* Links of the Inbox's hash chain (docs/spec/l1.md section 2) behind the last batch that was fed: a batch is posted with the link after its last item, so
 * that L1 refuses it where a reorganisation put other items in their place. */
#ifndef BRG_LINKS_H
#define BRG_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"

/* after[k]: the link after the first `first + k` items.  Holds as many as there are items that no batch took, and one. */
struct brg_links {
	uint64_t first, count, cap;
	uint8_t (*after)[32];
};

/* An Inbox without items.  Memory that runs out stops the process. */
void brg_links_init(struct brg_links *l);
void brg_links_fini(struct brg_links *l);
/* The next item. */
void brg_links_add(struct brg_links *l, const uint8_t *item, uint32_t len);
/* Forgets links before the one after `items` items, which must be there. */
void brg_links_drop(struct brg_links *l, uint64_t items);
/* The link after `items` items; false if it is not known. */
PR_MUST_USE bool brg_links_get(const struct brg_links *l, uint8_t link32[32], uint64_t items);

#endif
