/* Rows on their way to the cache: made by the loop's thread, written by another.  They lie in blocks, so that many of them are never moved. */
#ifndef SEQ_ROWS_H
#define SEQ_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "core/rt/kv.h"

#define SEQ_ROW_BYTES_MAX 1024u /* key and value */

struct seq_rows {
	struct seq_rows_block *first, *at; /* at: the block being filled; those after it are empty */
};

void seq_rows_put(struct seq_rows *rows, const void *key, size_t key_len, const void *value, size_t value_len);
/* Puts all of them into a batch, in order. */
void seq_rows_into(const struct seq_rows *rows, struct pr_kv_batch *batch);
/* Empty again; its memory is kept. */
void seq_rows_clear(struct seq_rows *rows);
void seq_rows_fini(struct seq_rows *rows);

#endif
