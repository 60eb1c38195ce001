/* An entry in memory: a kind and its fields (docs/spec/entries.md).
 *
 * Fields stand in the order of pr_kind_infos[kind].fields and are reached by the positions PR_<KIND>_<FIELD>.
 * Which member of a value holds follows from the field's type: num for ids, u8 and var; bytes for b20 (first 20
 * bytes, the rest zero), b32 and rnd32.  A signature stands apart, in sig64. */
#ifndef PR_TYPES_ENTRY_H
#define PR_TYPES_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/types/protocol_gen.h"

union pr_value {
	uint64_t num;
	uint8_t bytes[32];
};

struct pr_entry {
	uint8_t kind; /* 1 .. PR_KIND_COUNT-1 */
	uint8_t sig64[64];
	union pr_value f[PR_ENTRY_FIELDS_MAX];
};

/* The table row of a kind from outside; NULL if there is no such kind. */
static inline const struct pr_kind_info *pr_kind_info(unsigned kind)
{
	return kind >= 1 && kind < PR_KIND_COUNT ? &pr_kind_infos[kind] : NULL;
}

static inline bool pr_field_is_id(enum pr_field_type t)
{
	return t == PR_FIELD_ACCT || t == PR_FIELD_PARTY || t == PR_FIELD_OBJ || t == PR_FIELD_AUX;
}

#endif
