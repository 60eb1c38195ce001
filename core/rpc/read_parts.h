/* Private to the files of read.h. */
#ifndef PR_RPC_READ_PARTS_H
#define PR_RPC_READ_PARTS_H

#include "core/rpc/read.h"

pr_rpc_handler pr_read_earnings, pr_read_digest, pr_read_get_list;

static inline const struct pr_object *pr_read_object(const struct pr_read *r, uint32_t id) { return &pr_state_leaf(r->state, id)->o; }

/* Answers "not found" for an id that is not of the wanted type. */
void pr_read_missing(struct pr_rpc_call *call, const char *what);

/* An object id; false: the call was answered. */
PR_MUST_USE bool pr_read_id(uint32_t *id, struct pr_rpc_call *call, unsigned param, const char *name);

/* Writes the member key: at most PR_READ_LIST_MAX of a list behind `after` (0: from the start), whole objects or ids, and whether there are more. */
void pr_read_list(struct pr_json_out *o, const char *key, const struct pr_read *r, enum pr_lists_kind list, uint32_t of, uint32_t after, bool whole);
/* The parameter `after`: 0 if absent; false if it is not in the list (the call was answered). */
PR_MUST_USE bool pr_read_after(uint32_t *after, const struct pr_read *r, struct pr_rpc_call *call, unsigned param, enum pr_lists_kind list, uint32_t of);

#endif
