#include "fraud/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cursor.h"
#include "core/rt/crc32c.h"
#include "core/rt/file.h"
#include "core/rt/log.h"

#define MAGIC "PRVSTATE"
#define VERSION 1u /* of this layout; another protocol is told by its digest */
#define HEAD_BYTES 216u
#define ROW_HEAD_BYTES 6u
#define OUT_BYTES (256u << 10)

/* ---- What made a state ---- */

void frd_history_begin(struct frd_history *history, const struct frd_book *book)
{
	pr_sha256_init(&history->hash);
	pr_sha256_update(&history->hash, book->batches[0].hash32, 32);
	history->batch = 0;
}

void frd_history_add(struct frd_history *history, const struct frd_book *book)
{
	PR_CHECK(history->batch + 1 < book->batch_count);
	const struct frd_batch *b     = &book->batches[++history->batch];
	const struct frd_claim *claim = &book->claims[b->final_claim];
	uint8_t                 len2[2];

	PR_CHECK(b->final_claim != 0);
	pr_sha256_update(&history->hash, b->hash32, 32);
	for (uint64_t i = b->header.inbox_from; i < b->header.inbox_to; i++) {
		pr_be16_put(len2, (uint16_t)book->items[i].len);
		pr_sha256_update(&history->hash, len2, 2);
		pr_sha256_update(&history->hash, book->items[i].bytes, book->items[i].len);
	}
	pr_sha256_update(&history->hash, claim->roots, 32 * (size_t)claim->root_count);
}

static void history_digest(const struct frd_history *history, uint8_t out32[32])
{
	struct pr_sha256 copy = history->hash;
	pr_sha256_final(&copy, out32);
}

bool frd_checkpoint_at(struct frd_checkpoint *at, const struct frd_book *book, const struct frd_history *history)
{
	const struct frd_batch *b = &book->batches[history->batch];

	if (history->batch == 0 || !book->claims[b->final_claim].judged || !book->claims[b->final_claim].good) return false;
	at->batch = history->batch;
	memcpy(at->hash32, b->hash32, 32);
	memcpy(at->root32, frd_claim_last_root(book, b->final_claim), 32);
	history_digest(history, at->history32);
	return true;
}

/* ---- Head ---- */

/* The kinds of entries and objects with their fields: rows of another protocol are not read as if they were of this one. */
static void protocol_digest(uint8_t out32[32])
{
	struct pr_sha256 h;
	pr_sha256_init(&h);
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++) {
		const struct pr_kind_info *info = &pr_kind_infos[kind];
		pr_sha256_update(&h, info->name, strlen(info->name) + 1);
		for (unsigned i = 0; i < info->field_count; i++) pr_sha256_update(&h, info->fields[i].name, strlen(info->fields[i].name) + 1);
	}
	for (unsigned type = 0; type < PR_OBJECT_COUNT; type++) {
		uint8_t bytes4[4];
		pr_be32_put(bytes4, pr_payload_bytes((uint8_t)type));
		pr_sha256_update(&h, pr_object_names[type], strlen(pr_object_names[type]) + 1);
		pr_sha256_update(&h, bytes4, sizeof bytes4);
	}
	pr_sha256_final(&h, out32);
}

static void head_encode(uint8_t head[HEAD_BYTES], const struct pr_chain *chain, const struct frd_checkpoint *at, uint32_t rows)
{
	memcpy(head, MAGIC, 8);
	pr_be32_put(head + 8, VERSION);
	protocol_digest(head + 12);
	memcpy(head + 44, chain->domain32, 32);
	pr_be64_put(head + 76, chain->l1_chain_id);
	memcpy(head + 84, chain->rollup20, 20);
	pr_be64_put(head + 104, at->batch);
	memcpy(head + 112, at->hash32, 32);
	memcpy(head + 144, at->history32, 32);
	memcpy(head + 176, at->root32, 32);
	pr_be32_put(head + 208, rows);
	pr_be32_put(head + 212, pr_crc32c(0, head, 212));
}

/* Why a head is not taken; NULL: it is sound and of this chain. */
static const char *head_decode(struct frd_checkpoint *at, uint32_t *rows, const uint8_t head[HEAD_BYTES], const struct pr_chain *chain)
{
	uint8_t expected[HEAD_BYTES];

	if (memcmp(head, MAGIC, 8) != 0) return "it is no checkpoint";
	if (pr_be32(head + 8) != VERSION) return "it is of another format";
	if (pr_be32(head + 212) != pr_crc32c(0, head, 212)) return "its head is damaged";
	at->batch = pr_be64(head + 104);
	memcpy(at->hash32, head + 112, 32);
	memcpy(at->history32, head + 144, 32);
	memcpy(at->root32, head + 176, 32);
	*rows = pr_be32(head + 208);
	head_encode(expected, chain, at, *rows);
	if (memcmp(head + 12, expected + 12, 32) != 0) return "it is of another protocol";
	if (memcmp(head + 44, expected + 44, 60) != 0) return "it is of another chain";
	return NULL;
}

/* ---- Writing ---- */

struct out {
	struct pr_file_writer file;
	uint32_t crc;
	size_t len;
	uint8_t bytes[OUT_BYTES];
};

static void out_flush(struct out *o)
{
	o->crc = pr_crc32c(o->crc, o->bytes, o->len);
	pr_file_writer_write(&o->file, o->bytes, o->len);
	o->len = 0;
}

/* Room for at most len bytes more. */
static uint8_t *out_room(struct out *o, size_t len)
{
	if (OUT_BYTES - o->len < len) out_flush(o);
	return o->bytes + o->len;
}

static bool is_row(const struct pr_state *state, uint32_t id) { return pr_state_leaf(state, id)->o.type != PR_OBJECT_EMPTY; }

static enum pr_err write_all(struct out *o, const struct pr_chain *chain, const struct frd_checkpoint *at, const struct pr_state *state, const _Atomic bool *stop)
{
	uint32_t rows = 0;

	for (uint32_t id = 0; id < state->used; id++) rows += is_row(state, id);
	head_encode(out_room(o, HEAD_BYTES), chain, at, rows);
	o->len += HEAD_BYTES;
	for (uint32_t id = 0; id < state->used; id++) {
		if (!is_row(state, id)) continue;
		uint8_t *row = out_room(o, ROW_HEAD_BYTES + PR_LEAF_ROW_BYTES_MAX);
		uint32_t len = pr_leaf_row_encode(row + ROW_HEAD_BYTES, pr_state_leaf(state, id));
		pr_be32_put(row, id);
		pr_be16_put(row + 4, (uint16_t)len);
		o->len += ROW_HEAD_BYTES + len;
		if (atomic_load_explicit(stop, memory_order_relaxed)) return PR_ERR_TIMEOUT;
	}
	out_flush(o);
	pr_be32_put(o->bytes, o->crc);
	pr_file_writer_write(&o->file, o->bytes, 4);
	return PR_OK;
}

enum pr_err frd_checkpoint_write(const char *path, const struct pr_chain *chain, const struct frd_checkpoint *at, const struct pr_state *state,
                                 const _Atomic bool *stop)
{
	struct out *o = malloc(sizeof *o);
	PR_CHECK(o && state->dirty_count == 0 && memcmp(state->root, at->root32, 32) == 0);
	o->crc = 0;
	o->len = 0;
	enum pr_err err = pr_file_writer_open(&o->file, path);
	if (err == PR_OK) {
		err = write_all(o, chain, at, state, stop);
		if (err == PR_OK) err = pr_file_writer_commit(&o->file);
		else pr_file_writer_abandon(&o->file);
	}
	free(o);
	return err;
}

/* ---- Loading ---- */

struct in {
	FILE *file;
	uint32_t crc;
};

static bool in_read(struct in *in, void *bytes, size_t len)
{
	if (fread(bytes, 1, len, in->file) != len) return false;
	in->crc = pr_crc32c(in->crc, bytes, len);
	return true;
}

/* Why what a head says does not fit what L1 has said; NULL: it does. */
static const char *against_book(const struct frd_checkpoint *at, struct frd_history *history, const struct frd_book *book)
{
	uint8_t history32[32];

	if (at->batch == 0 || at->batch >= book->batch_count) return "it is newer than the archive";
	if (at->batch > book->final_batch) return "its batch is not final in the archive";
	for (uint64_t n = 1; n <= at->batch; n++)
		if (book->batches[n].final_claim == 0) return "the archive lacks a final claim before it";
	if (memcmp(at->hash32, book->batches[at->batch].hash32, 32) != 0) return "it is of another batch than the archive's";
	frd_history_begin(history, book);
	while (history->batch < at->batch) frd_history_add(history, book);
	history_digest(history, history32);
	if (memcmp(history32, at->history32, 32) != 0) return "it was made of another history than the archive's";
	if (memcmp(at->root32, frd_claim_last_root(book, book->batches[at->batch].final_claim), 32) != 0) return "its root is not that of the final claim";
	return NULL;
}

static const char *load_rows(struct in *in, struct pr_state *state, uint32_t rows)
{
	uint8_t        head[ROW_HEAD_BYTES], row[PR_LEAF_ROW_BYTES_MAX], crc4[4];
	struct pr_leaf leaf;

	for (uint32_t i = 0; i < rows; i++) {
		if (!in_read(in, head, sizeof head)) return "it is cut short";
		uint32_t len = pr_be16(head + 4);
		if (len > sizeof row) return "a row is damaged";
		if (!in_read(in, row, len)) return "it is cut short";
		if (pr_be32(head) >= state->capacity) return "it has more objects than data.objects_log2 gives room for";
		if (!pr_leaf_row_decode(&leaf, row, len) || !pr_state_restore(state, pr_be32(head), &leaf)) return "a row is damaged";
	}
	uint32_t crc = in->crc;
	if (!in_read(in, crc4, sizeof crc4)) return "it is cut short";
	if (pr_be32(crc4) != crc) return "its checksum is wrong";
	return fgetc(in->file) == EOF ? NULL : "there is more after its end";
}

static const char *load(struct frd_checkpoint *at, struct frd_history *history, struct in *in, const struct pr_chain *chain, const struct frd_book *book,
                        struct pr_state *state)
{
	uint8_t     head[HEAD_BYTES], root32[32];
	uint32_t    rows;
	const char *why;

	if (!in_read(in, head, sizeof head)) return "it is cut short";
	if ((why = head_decode(at, &rows, head, chain)) || (why = against_book(at, history, book)) || (why = load_rows(in, state, rows))) return why;
	pr_state_root(state, root32);
	return memcmp(root32, at->root32, 32) == 0 ? NULL : "its leaves do not give its root";
}

uint64_t frd_checkpoint_peek(const char *path)
{
	uint8_t head[HEAD_BYTES];
	FILE   *file = fopen(path, "re");

	bool whole = file && fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, MAGIC, 8) == 0;
	if (file) (void)fclose(file);
	return whole ? pr_be64(head + 104) : 0;
}

enum pr_err frd_checkpoint_load(struct frd_checkpoint *at, struct frd_history *history, const char **why, const char *path, const struct pr_chain *chain,
                                struct frd_book *book, struct pr_state *state)
{
	struct in in = { .file = fopen(path, "re") };

	PR_CHECK(state->used == 1);
	*why = NULL;
	if (!in.file) {
		*why = strerror(errno);
		return errno == ENOENT ? PR_ERR_NOT_FOUND : PR_ERR_CORRUPT;
	}
	*why = load(at, history, &in, chain, book, state);
	(void)fclose(in.file);
	if (*why) return PR_ERR_CORRUPT;
	frd_book_roots_from_final_claims(book, at->batch);
	return PR_OK;
}
