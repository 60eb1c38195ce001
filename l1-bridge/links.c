#include "l1-bridge/links.h"

#include <stdlib.h>
#include <string.h>

#include "core/codec/list.h"

void brg_links_init(struct brg_links *l)
{
	*l = (struct brg_links){ .count = 1, .cap = 64 };
	l->after = calloc(l->cap, sizeof *l->after);
	PR_CHECK(l->after);
}

void brg_links_fini(struct brg_links *l)
{
	free(l->after);
	memset(l, 0, sizeof *l);
}

void brg_links_add(struct brg_links *l, const uint8_t *item, uint32_t len)
{
	if (l->count == l->cap) {
		l->cap *= 2;
		l->after = realloc(l->after, l->cap * sizeof *l->after);
		PR_CHECK(l->after);
	}
	pr_inbox_link(l->after[l->count], l->after[l->count - 1], item, len);
	l->count++;
}

void brg_links_drop(struct brg_links *l, uint64_t items)
{
	PR_CHECK(items >= l->first && items - l->first < l->count);
	uint64_t gone = items - l->first;
	l->count -= gone;
	l->first = items;
	memmove(l->after, l->after + gone, l->count * sizeof *l->after);
}

bool brg_links_get(const struct brg_links *l, uint8_t link32[32], uint64_t items)
{
	if (items < l->first || items - l->first >= l->count) return false;
	memcpy(link32, l->after[items - l->first], 32);
	return true;
}
