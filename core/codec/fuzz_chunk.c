/* Chunks.  The input is read twice: as (length uint16, raw section, plain section), where what decodes has exactly this one encoding and the
 * sums of its entries agree; and as a chunk as posted. */
#include <string.h>

#include "core/base/be.h"
#include "core/base/fuzz.h"
#include "core/codec/chunk.h"

static struct pr_chunk chunk, back;
static uint8_t plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX];
static uint32_t plain_len, raw_len;

static void encode_decoded(void)
{
	struct pr_chunk_sum sum;
	uint32_t ids[PR_CHUNK_LEAVES_MAX], id_count = pr_chunk_ids(ids, &chunk);

	PR_CHECK(chunk.count >= 1 && chunk.count <= PR_CHUNK_ENTRIES_MAX);
	PR_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
	pr_chunk_sum_init(&sum);
	for (uint32_t i = 0; i < chunk.count; i++)
		if (!pr_chunk_sum_add(&sum, &chunk.entries[i])) {
			PR_CHECK(plain_len + 3 * id_count > PR_CHUNK_PLAIN_MAX); /* the sums allow four bytes for an id */
			return;
		}
	PR_CHECK(sum.ids == id_count && memcmp(sum.id_table, ids, 4 * id_count) == 0);
	PR_CHECK(sum.raw_bytes == raw_len && sum.plain_bytes_max >= plain_len);
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	if (pr_chunk_decode(&chunk, data, size)) {
		encode_decoded();
		PR_CHECK(pr_chunk_decode_sections(&back, plain, plain_len, raw, raw_len) && back.count == chunk.count);
		PR_CHECK(memcmp(back.entries, chunk.entries, chunk.count * sizeof chunk.entries[0]) == 0);
	} else {
		PR_CHECK(chunk.count == 0);
	}
	if (size < 2 || size - 2 > UINT16_MAX || pr_be16(data) > size - 2) return;
	const uint8_t *r = data + 2, *p = r + pr_be16(data);
	uint32_t r_len = pr_be16(data), p_len = (uint32_t)(size - 2) - r_len;
	if (!pr_chunk_decode_sections(&chunk, p, p_len, r, r_len)) {
		PR_CHECK(chunk.count == 0);
		return;
	}
	encode_decoded();
	PR_CHECK(plain_len == p_len && memcmp(plain, p, p_len) == 0);
	PR_CHECK(raw_len == r_len && memcmp(raw, r, r_len) == 0);
}
