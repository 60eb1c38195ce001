#include "sequencer/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/be.h"
#include "core/base/check.h"

#define CAP_MIN 1024u

void seq_receipts_init(struct seq_receipts *r) { memset(r, 0, sizeof *r); }

void seq_receipts_fini(struct seq_receipts *r)
{
	free(r->all);
	free(r->next);
	free(r->heads);
	memset(r, 0, sizeof *r);
}

static uint32_t bucket_of(const struct seq_receipts *r, const uint8_t hash32[32]) { return pr_be32(hash32) & r->bucket_mask; }

static void link_in(struct seq_receipts *r, uint32_t i)
{
	uint32_t *head = &r->heads[bucket_of(r, r->all[i].hash32)];
	r->next[i] = *head;
	*head      = i + 1;
}

static void relink(struct seq_receipts *r)
{
	memset(r->heads, 0, ((size_t)r->bucket_mask + 1) * sizeof *r->heads);
	for (uint32_t i = 0; i < r->count; i++) link_in(r, i);
}

void seq_receipts_put(struct seq_receipts *r, const struct seq_receipt *receipt)
{
	if (r->count == r->cap) {
		r->cap   = r->cap ? 2 * r->cap : CAP_MIN;
		r->all   = realloc(r->all, r->cap * sizeof *r->all);
		r->next  = realloc(r->next, r->cap * sizeof *r->next);
		r->heads = realloc(r->heads, r->cap * sizeof *r->heads);
		PR_CHECK(r->all && r->next && r->heads);
		r->bucket_mask = r->cap - 1;
		relink(r);
	}
	r->all[r->count] = *receipt;
	link_in(r, r->count++);
}

const struct seq_receipt *seq_receipts_find(const struct seq_receipts *r, const uint8_t hash32[32])
{
	if (r->count == 0) return NULL;
	for (uint32_t i = r->heads[bucket_of(r, hash32)]; i; i = r->next[i - 1])
		if (memcmp(r->all[i - 1].hash32, hash32, 32) == 0) return &r->all[i - 1];
	return NULL;
}

void seq_receipts_drop(struct seq_receipts *r, uint64_t batch)
{
	uint32_t gone = 0;
	while (gone < r->count && r->all[gone].batch <= batch) gone++;
	if (gone == 0) return;
	r->count -= gone;
	memmove(r->all, r->all + gone, r->count * sizeof *r->all);
	relink(r);
}
