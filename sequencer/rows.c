#include "sequencer/rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/be.h"
#include "core/base/check.h"

#define BLOCK_BYTES (256u << 10)
#define HEAD_BYTES 4u /* length of the key 2, of the value 2 */

struct seq_rows_block {
	struct seq_rows_block *next;
	size_t                 len;
	uint8_t                bytes[BLOCK_BYTES];
};

static struct seq_rows_block *block_make(void)
{
	struct seq_rows_block *block = malloc(sizeof *block);
	PR_CHECK(block);
	block->next = NULL;
	block->len  = 0;
	return block;
}

void seq_rows_put(struct seq_rows *rows, const void *key, size_t key_len, const void *value, size_t value_len)
{
	PR_CHECK(key_len + value_len <= SEQ_ROW_BYTES_MAX);
	if (!rows->first) rows->first = rows->at = block_make();
	if (BLOCK_BYTES - rows->at->len < HEAD_BYTES + key_len + value_len) {
		if (!rows->at->next) rows->at->next = block_make();
		rows->at = rows->at->next;
	}
	uint8_t *p = rows->at->bytes + rows->at->len;
	pr_be16_put(p, (uint16_t)key_len);
	pr_be16_put(p + 2, (uint16_t)value_len);
	memcpy(p + HEAD_BYTES, key, key_len);
	memcpy(p + HEAD_BYTES + key_len, value, value_len);
	rows->at->len += HEAD_BYTES + key_len + value_len;
}

void seq_rows_into(const struct seq_rows *rows, struct pr_kv_batch *batch)
{
	for (const struct seq_rows_block *block = rows->first; block; block = block->next) {
		for (size_t at = 0; at < block->len;) {
			const uint8_t *p = block->bytes + at;
			size_t         key_len = pr_be16(p), value_len = pr_be16(p + 2);
			pr_kv_batch_put(batch, p + HEAD_BYTES, key_len, p + HEAD_BYTES + key_len, value_len);
			at += HEAD_BYTES + key_len + value_len;
		}
	}
}

void seq_rows_clear(struct seq_rows *rows)
{
	for (struct seq_rows_block *block = rows->first; block; block = block->next) block->len = 0;
	rows->at = rows->first;
}

void seq_rows_fini(struct seq_rows *rows)
{
	for (struct seq_rows_block *next, *block = rows->first; block; block = next) {
		next = block->next;
		free(block);
	}
	memset(rows, 0, sizeof *rows);
}
