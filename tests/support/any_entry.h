/* Random entries of any kind with no state behind them: what codecs are tested with.  Header only. */
#ifndef TESTS_SUPPORT_ANY_ENTRY_H
#define TESTS_SUPPORT_ANY_ENTRY_H

#include <string.h>

#include "core/types/entry.h"

/* xorshift64*; *seed must not be 0. */
static inline uint64_t any_rand(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545F4914F6CDD1Du;
}

/* A number of any length in bits: long and short vars alike. */
static inline uint64_t any_num(uint64_t *seed)
{
	uint64_t v = any_rand(seed);
	return v >> (any_rand(seed) >> 32) % 64;
}

/* The i-th of the ids that a chunk may name, far apart or close together by spread. */
static inline uint32_t any_id(uint32_t i, uint32_t spread) { return 1 + (uint32_t)((uint64_t)i * spread % (PR_OBJECTS_MAX - 1)); }

/* An entry of the kind; its ids are drawn from the first id_count of any_id(., spread). */
static inline struct pr_entry any_entry(uint64_t *seed, unsigned kind, uint32_t id_count, uint32_t spread)
{
	const struct pr_kind_info *info = pr_kind_info(kind);
	struct pr_entry e;

	memset(&e, 0, sizeof e);
	e.kind = (uint8_t)kind;
	for (unsigned i = 0; i < info->field_count; i++) {
		enum pr_field_type type = info->fields[i].type;
		if (pr_field_is_id(type)) e.f[i].num = any_id((uint32_t)((any_rand(seed) >> 32) % id_count), spread);
		else if (type == PR_FIELD_VAR) e.f[i].num = any_num(seed);
		else if (type == PR_FIELD_U8) e.f[i].num = any_rand(seed) >> 56;
		else if (type == PR_FIELD_SIG64)
			for (unsigned j = 0; j < 64; j++) e.sig64[j] = (uint8_t)(any_rand(seed) >> 56);
		else
			for (unsigned j = 0; j < (type == PR_FIELD_B20 ? 20u : 32u); j++) e.f[i].bytes[j] = (uint8_t)(any_rand(seed) >> 56);
	}
	return e;
}

/* A kind that a posted chunk may carry. */
static inline unsigned any_posted_kind(uint64_t *seed)
{
	unsigned kind;
	do kind = 1 + (unsigned)((any_rand(seed) >> 32) % (PR_KIND_COUNT - 1));
	while (pr_kind_info(kind)->place == PR_PLACE_INBOX);
	return kind;
}

#endif
