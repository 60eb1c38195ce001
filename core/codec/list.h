/* The keccak lists of docs/spec/l1.md section 5 and the batch header's hash. */
#ifndef PR_CODEC_LIST_H
#define PR_CODEC_LIST_H

#include "core/base/check.h"
#include "core/types/entry.h"

/* Root over count values of 32 bytes (count <= PR_BATCH_CHUNKS_MAX). */
void pr_list_root(uint8_t root32[32], const uint8_t (*values)[32], uint32_t count);
/* The PR_LIST_DEPTH siblings of value index, lowest first. */
void pr_list_path(uint8_t path[PR_LIST_DEPTH][32], const uint8_t (*values)[32], uint32_t count, uint32_t index);

struct pr_batch_header {
	uint8_t parent[32];
	uint64_t number, timestamp, inbox_from, inbox_to;
	uint32_t posted;
	uint8_t chunks_root[32];
};
#define PR_BATCH_HEADER_ABI_BYTES 224u
/* abi.encode(header): seven words. */
void pr_batch_header_abi(uint8_t out[PR_BATCH_HEADER_ABI_BYTES], const struct pr_batch_header *h);
void pr_batch_header_hash(uint8_t hash32[32], const struct pr_batch_header *h);
/* hash[0] = keccak(abi.encode(genesisRoot, L1 chain id, rollup)). */
void pr_batch_genesis_hash(uint8_t hash32[32], const uint8_t genesis_root32[32], uint64_t l1_chain_id, const uint8_t rollup20[20]);
/* Chunks of the batch in all: inbox chunks, then posted.  inbox_from <= inbox_to and at most PR_BATCH_ITEMS_MAX items, as the contract
 * guarantees of every batch that it stores. */
uint32_t pr_batch_chunk_count(const struct pr_batch_header *h);
uint32_t pr_batch_inbox_chunks(const struct pr_batch_header *h);
/* link' = keccak(link || keccak(item)). */
void pr_inbox_link(uint8_t link32[32], const uint8_t prev32[32], const uint8_t *item, uint32_t len);

/* Walks a run of posted chunks or inbox items, (length uint16, bytes) each, of 1 .. PR_CHUNK_BYTES_MAX bytes: sets *item (borrowed from
 * run) and *len and advances *pos.  False at the end or if malformed; *pos == total tells which. */
PR_MUST_USE bool pr_run_next(const uint8_t **item, uint32_t *len, size_t *pos, const uint8_t *run, size_t total);

#endif
