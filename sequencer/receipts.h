/* Receipts of applied entries by the hash of their wire form, kept in memory until the cache has them. */
#ifndef SEQ_RECEIPTS_H
#define SEQ_RECEIPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seq_receipt {
	uint8_t  hash32[32]; /* SHA-256 of the wire form */
	uint64_t sequence;   /* of the log */
	uint64_t batch;
	uint32_t created;    /* id of the object it made; 0: none */
	uint8_t  dropped;    /* enum pr_status: why a re-base could not apply it again; PR_STATUS_APPLIED: it stands */
};

struct seq_receipts {
	struct seq_receipt *all; /* in order of the log */
	uint32_t           *next; /* chain of each, index plus one */
	uint32_t           *heads;
	uint32_t            count, cap, bucket_mask;
};

void seq_receipts_init(struct seq_receipts *r);
void seq_receipts_fini(struct seq_receipts *r);
void seq_receipts_put(struct seq_receipts *r, const struct seq_receipt *receipt);
/* The newest with that hash; NULL if there is none.  Borrowed until the next put or drop. */
const struct seq_receipt *seq_receipts_find(const struct seq_receipts *r, const uint8_t hash32[32]);
/* Forgets those of batches up to this one. */
void seq_receipts_drop(struct seq_receipts *r, uint64_t batch);

#endif
