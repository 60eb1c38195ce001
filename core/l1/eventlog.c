#include "core/l1/eventlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rt/file.h"

#define SEGMENT_BYTES (16u << 20)
#define POSITION_BYTES_MAX 8192u

/* A record of a rollback: this byte, which is no event's type, and the number of the last block that counts (8). */
#define ROLLBACK 0u
#define ROLLBACK_BYTES 9u

/* A rollback of the archive, by its record. */
struct rollback {
	uint64_t seq, number; /* number: of the last block that counts, whatever later ones took back too */
};
struct rollbacks {
	struct rollback *all;
	size_t count, cap;
};

enum pr_err pr_eventlog_open(struct pr_eventlog *a, const char *dir, bool read_only)
{
	memset(a, 0, sizeof *a);
	PR_FORWARD(pr_path_join(a->dir, dir, "archive"));
	if (read_only) return PR_OK;
	PR_FORWARD(pr_dir_make(dir));
	return pr_spool_open(&a->spool, a->dir, SEGMENT_BYTES, 1);
}

void pr_eventlog_close(struct pr_eventlog *a)
{
	pr_spool_reader_close(a->random);
	(void)pr_spool_close(a->spool);
	a->random = NULL;
	a->spool  = NULL;
}

static bool is_rollback(const uint8_t *payload, size_t len) { return len == ROLLBACK_BYTES && payload[0] == ROLLBACK; }

static void note(struct rollbacks *r, uint64_t seq, uint64_t number)
{
	if (r->count == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->all = realloc(r->all, r->cap * sizeof *r->all);
		PR_CHECK(r->all);
	}
	r->all[r->count++] = (struct rollback){ seq, number };
}

static enum pr_err find_rollbacks(struct rollbacks *r, struct pr_spool_reader *reader)
{
	const uint8_t *payload;
	uint64_t       seq;
	size_t         len;
	enum pr_err    err;

	while ((err = pr_spool_read(reader, &seq, &payload, &len)) == PR_OK)
		if (is_rollback(payload, len)) note(r, seq, pr_be64(payload + 1));
	for (size_t i = r->count; i-- > 1;)
		if (r->all[i - 1].number > r->all[i].number) r->all[i - 1].number = r->all[i].number;
	return err == PR_ERR_NOT_FOUND ? PR_OK : err;
}

/* *next: the first rollback behind the last record that was asked about; records are asked about in order. */
static bool counts(const struct rollbacks *r, size_t *next, uint64_t seq, uint64_t block)
{
	while (*next < r->count && r->all[*next].seq < seq) ++*next;
	return *next == r->count || block <= r->all[*next].number;
}

static enum pr_err tell(struct pr_spool_reader *reader, const struct rollbacks *r, pr_eventlog_fn *fn, void *ctx)
{
	struct pr_l1_event event;
	const uint8_t     *payload;
	uint64_t           seq;
	size_t             len, next = 0;
	enum pr_err        err;

	while ((err = pr_spool_read(reader, &seq, &payload, &len)) == PR_OK) {
		if (is_rollback(payload, len)) continue;
		if (!pr_l1_event_decode(&event, payload, len)) return PR_ERR_CORRUPT;
		if (counts(r, &next, seq, event.block)) PR_FORWARD(fn(ctx, &event, seq));
	}
	return err == PR_ERR_NOT_FOUND ? PR_OK : err;
}

enum pr_err pr_eventlog_each(struct pr_eventlog *a, pr_eventlog_fn *fn, void *ctx)
{
	struct pr_spool_reader *reader;
	struct rollbacks        rollbacks = { 0 };

	PR_FORWARD(pr_spool_reader_open(&reader, a->dir, 1));
	enum pr_err err = find_rollbacks(&rollbacks, reader);
	pr_spool_reader_close(reader);
	if (err == PR_OK && (err = pr_spool_reader_open(&reader, a->dir, 1)) == PR_OK) {
		err = tell(reader, &rollbacks, fn, ctx);
		pr_spool_reader_close(reader);
	}
	free(rollbacks.all);
	return err;
}

enum pr_err pr_eventlog_add(struct pr_eventlog *a, const struct pr_l1_event *event, uint64_t *seq)
{
	uint8_t      head[PR_L1_EVENT_HEAD_BYTES_MAX];
	struct iovec pieces[2] = { { head, pr_l1_event_head_encode(head, event) }, { (void *)(uintptr_t)event->data, event->data_len } };
	return pr_spool_append_pieces(a->spool, seq, pieces, event->data_len ? 2 : 1);
}

static enum pr_err position_path(const struct pr_eventlog *a, char path[PR_PATH_BYTES_MAX])
{
	return pr_path_join(path, a->dir, "position");
}

enum pr_err pr_eventlog_sync(struct pr_eventlog *a) { return pr_spool_sync(a->spool); }

enum pr_err pr_eventlog_commit(struct pr_eventlog *a, const struct pr_follow *follow)
{
	uint8_t state[PR_FOLLOW_STATE_BYTES_MAX];
	char    path[PR_PATH_BYTES_MAX];

	PR_FORWARD(pr_spool_sync(a->spool));
	PR_FORWARD(position_path(a, path));
	return pr_file_write_atomic(path, state, pr_follow_save(follow, state));
}

enum pr_err pr_eventlog_position(struct pr_eventlog *a, struct pr_follow *follow)
{
	char        path[PR_PATH_BYTES_MAX];
	char       *bytes;
	size_t      len;
	enum pr_err err;

	PR_FORWARD(position_path(a, path));
	PR_FORWARD(pr_file_read_all(&bytes, &len, path, POSITION_BYTES_MAX));
	err = pr_follow_restore(follow, (const uint8_t *)bytes, len);
	free(bytes);
	return err;
}

enum pr_err pr_eventlog_run(struct pr_eventlog *a, uint64_t seq, uint8_t **bytes, uint32_t *len)
{
	struct pr_l1_event event;
	const uint8_t     *payload;
	uint64_t           got;
	size_t             payload_len;

	if (!a->random) PR_FORWARD(pr_spool_reader_open(&a->random, a->dir, seq));
	PR_FORWARD(pr_spool_reader_seek(a->random, seq));
	PR_FORWARD(pr_spool_read(a->random, &got, &payload, &payload_len));
	if (!pr_l1_event_decode(&event, payload, payload_len) || event.type != PR_L1_BATCH) return PR_ERR_CORRUPT;
	*bytes = malloc(event.data_len + 1u);
	PR_CHECK(*bytes);
	memcpy(*bytes, event.data, event.data_len);
	*len = event.data_len;
	return PR_OK;
}

enum pr_err pr_eventlog_rollback(struct pr_eventlog *a, uint64_t number)
{
	uint8_t record[ROLLBACK_BYTES] = { ROLLBACK };
	pr_be64_put(record + 1, number);
	PR_FORWARD(pr_spool_append(a->spool, NULL, record, sizeof record));
	return pr_spool_sync(a->spool);
}
