/* From a sealed batch to the bytes that are posted: wire entries -> columns -> zstd frame -> chunk, each decoded strictly and compared before it
 * counts (a compressor's error must not reach L1).  Executes no rules. */
#ifndef BAT_PACK_H
#define BAT_PACK_H

#include "core/codec/chunk.h"
#include "core/codec/handoff.h"

/* Sums over a batch. */
struct bat_pack_stats {
	uint64_t entries, wire_bytes, section_bytes, posted_bytes;
	uint32_t frames_raw; /* chunks for which zstd saved too little */
};

/* Working memory of one batch; static or on the heap. */
struct bat_pack {
	struct pr_chunk chunk, check;
	uint8_t plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX], bytes[PR_CHUNK_BYTES_MAX];
	uint8_t hashes[PR_BATCH_CHUNKS_MAX][32];
	uint8_t run[PR_BATCH_DATA_MAX];
	struct bat_pack_stats stats;
};

/* Fills post (run points into p) for a batch whose parent hash is parent32.  PR_ERR_CORRUPT: the record's entries are not entries, pass a bound of a
 * chunk, or do not survive packing; PR_ERR_FULL: the batch passes PR_BATCH_DATA_MAX.  Both say that the sequencer sealed what it must not. */
PR_MUST_USE enum pr_err bat_pack_batch(struct pr_post *post, struct bat_pack *p, const struct pr_sealed_batch *batch, const uint8_t parent32[32]);

#endif
