/* What was logged and sealed, for the tests: executed again by a state of its own, and cut off where a kill would have. */
#ifndef SEQ_TEST_SEALED_H
#define SEQ_TEST_SEALED_H

#include "core/rt/spool.h"
#include "core/rt/zpack.h"
#include "sequencer/test_kit.h"

/* A state that knows nothing of the engine executes what was sealed, as posted chunks, and must reach the same roots. */
static inline void kit_sealed_check(const struct pr_chain *chain, const char *data_dir, uint64_t expect_batches)
{
	static struct pr_sealed_batch b;
	static struct pr_chunk        chunk, scratch;
	struct pr_state               state;
	struct pr_spool_reader       *sealed, *log;
	char                          dir[PR_PATH_BYTES_MAX], message[PR_CONFIG_MESSAGE_BYTES];
	const uint8_t                *record, *log_record;
	size_t                        len, log_len;
	uint64_t                      sequence, log_sequence, batches = 0;
	uint8_t                       root32[32], plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX], bytes[PR_CHUNK_BYTES_MAX];
	uint32_t                      plain_len, raw_len;
	void                         *mem = aligned_alloc(64, pr_state_bytes(1u << 16));

	memset(mem, 0, pr_state_bytes(1u << 16));
	pr_state_init(&state, mem, 1u << 16, 5);
	UNIT_CHECK(pr_chain_genesis(message, chain, &state, root32) == PR_OK);
	struct pr_view view = pr_state_view(&state);
	UNIT_CHECK(pr_path_join(dir, data_dir, "sealed") == PR_OK);
	UNIT_CHECK(pr_spool_reader_open(&sealed, dir, 0) == PR_OK);
	UNIT_CHECK(pr_path_join(dir, data_dir, "log") == PR_OK);
	UNIT_CHECK(pr_spool_reader_open(&log, dir, 0) == PR_OK);
	while (pr_spool_read(sealed, &sequence, &record, &len) == PR_OK) {
		UNIT_CHECK(pr_sealed_batch_decode(&b, record, len) && b.number == sequence);
		struct pr_step_ctx ctx = { .batch = b.number, .time = b.timestamp, .inbox = true };
		memcpy(ctx.domain32, chain->domain32, 32);
		/* The inbox items stand in the log's begin record. */
		do UNIT_CHECK(pr_spool_read(log, &log_sequence, &log_record, &log_len) == PR_OK);
		while (log_record[0] != SEQ_RECORD_BEGIN);
		const uint8_t *item;
		uint32_t       item_len;
		size_t         pos = 0;
		for (uint64_t i = 0; pr_run_next(&item, &item_len, &pos, log_record + 25, log_len - 25); i++) {
			if (i % PR_INBOX_CHUNK_ITEMS == 0) pr_chunk_begin(&view, &ctx);
			(void)pr_item_execute(&view, &ctx, item, item_len);
			if (i % PR_INBOX_CHUNK_ITEMS != PR_INBOX_CHUNK_ITEMS - 1 && pos < log_len - 25) continue;
			pr_state_root(&state, root32);
			UNIT_CHECK(memcmp(root32, b.inbox_roots[i / PR_INBOX_CHUNK_ITEMS], 32) == 0);
		}
		ctx.inbox      = false;
		size_t run_len = 0;
		for (uint32_t i = 0; i < b.posted; i++) {
			size_t at = 0, frame_len;
			chunk.count = 0;
			while (at < b.chunks[i].bytes_len) {
				size_t n = pr_wire_length(b.chunks[i].bytes + at, b.chunks[i].bytes_len - at);
				UNIT_CHECK(n && pr_wire_decode(&chunk.entries[chunk.count++], b.chunks[i].bytes + at, n));
				at += n;
			}
			UNIT_CHECK(chunk.count == b.chunks[i].entry_count);
			UNIT_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
			UNIT_CHECK(pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
			uint32_t bytes_len = pr_chunk_assemble(bytes, raw, raw_len, frame, (uint32_t)frame_len);
			uint8_t  statuses[PR_CHUNK_ENTRIES_MAX];
			UNIT_CHECK(pr_chunk_execute(&view, &ctx, bytes, bytes_len, &scratch, statuses));
			for (uint32_t k = 0; k < chunk.count; k++) UNIT_CHECK(statuses[k] == PR_STATUS_APPLIED);
			pr_state_root(&state, root32);
			UNIT_CHECK(memcmp(root32, b.chunks[i].root32, 32) == 0);
			run_len += 2 + bytes_len;
		}
		UNIT_CHECK(run_len <= PR_BATCH_DATA_MAX);
		UNIT_CHECK(b.inbox_chunks + b.posted >= 1 && b.inbox_chunks + b.posted <= PR_BATCH_CHUNKS_MAX);
		batches++;
	}
	UNIT_CHECK(batches == expect_batches);
	pr_spool_reader_close(sealed);
	pr_spool_reader_close(log);
	free(mem);
}

/* The first `keep` records of a log in a new data directory. */
static inline void kit_log_cut(const char *from_dir, const char *to_dir, uint64_t keep)
{
	char                    path[PR_PATH_BYTES_MAX];
	struct pr_spool_reader *reader;
	struct pr_spool        *spool;
	const uint8_t          *record;
	size_t                  len;
	uint64_t                sequence;
	kit_remove(to_dir);
	UNIT_CHECK(pr_dir_make(to_dir) == PR_OK);
	UNIT_CHECK(pr_path_join(path, from_dir, "log") == PR_OK && pr_spool_reader_open(&reader, path, 1) == PR_OK);
	UNIT_CHECK(pr_path_join(path, to_dir, "log") == PR_OK && pr_spool_open(&spool, path, 1u << 20, 1) == PR_OK);
	for (uint64_t i = 0; i < keep; i++)
		UNIT_CHECK(pr_spool_read(reader, &sequence, &record, &len) == PR_OK && pr_spool_append(spool, NULL, record, len) == PR_OK);
	UNIT_CHECK(pr_spool_close(spool) == PR_OK);
	pr_spool_reader_close(reader);
}

#endif
