#include "fraud/replay.h"

#include <string.h>

struct pr_step_ctx frd_run_ctx(const struct frd_run *run, uint32_t chunk)
{
	const struct pr_batch_header *h   = &run->book->batches[run->batch].header;
	struct pr_step_ctx            ctx = { .batch = h->number, .time = h->timestamp, .inbox = chunk < pr_batch_inbox_chunks(h) };
	memcpy(ctx.domain32, run->domain32, 32);
	return ctx;
}

bool frd_run_chunk(const struct frd_run *run, uint32_t chunk, const uint8_t **data, size_t *len, uint8_t *items)
{
	const struct pr_batch_header *h     = &run->book->batches[run->batch].header;
	uint32_t                      inbox = pr_batch_inbox_chunks(h), item_len;
	size_t                        pos = 0;

	if (chunk < inbox) {
		uint64_t first = h->inbox_from + (uint64_t)chunk * PR_INBOX_CHUNK_ITEMS, end = first + PR_INBOX_CHUNK_ITEMS;
		if (end > h->inbox_to) end = h->inbox_to;
		for (uint64_t i = first; i < end; i++) {
			const struct frd_item *item = &run->book->items[i];
			pr_be16_put(items + pos, (uint16_t)item->len);
			memcpy(items + pos + 2, item->bytes, item->len);
			pos += 2 + item->len;
		}
		*data = items;
		*len  = pos;
		return true;
	}
	for (uint32_t i = inbox;; i++) {
		if (!pr_run_next(data, &item_len, &pos, run->bytes, run->len)) return false;
		*len = item_len;
		if (i == chunk) return true;
	}
}

static void execute_data(const struct pr_step_ctx *ctx, const uint8_t *data, size_t len, const struct pr_view *view, struct pr_chunk *scratch)
{
	const uint8_t *item;
	uint32_t       item_len;
	size_t         pos = 0;

	if (!ctx->inbox) {
		(void)pr_chunk_execute(view, ctx, data, len, scratch, NULL);
		return;
	}
	pr_chunk_begin(view, ctx);
	while (pr_run_next(&item, &item_len, &pos, data, len)) (void)pr_item_execute(view, ctx, item, item_len);
}

void frd_run_execute(const struct frd_run *run, uint32_t chunk, const struct pr_view *view, struct pr_chunk *scratch)
{
	struct pr_step_ctx ctx = frd_run_ctx(run, chunk);
	uint8_t            items[FRD_ITEMS_BYTES_MAX];
	const uint8_t     *data;
	size_t             len;

	PR_CHECK(frd_run_chunk(run, chunk, &data, &len, items));
	execute_data(&ctx, data, len, view, scratch);
}

/* A view on a state that keeps an index of it current. */
struct listed {
	struct pr_state *state;
	struct pr_view   inner;
	struct pr_lists *lists;
};

static void listed_load(void *ctx, uint32_t id, struct pr_leaf *out)
{
	struct listed *l = ctx;
	l->inner.load(l->inner.ctx, id, out);
}

static bool listed_find(void *ctx, const uint8_t key32[32], uint32_t *id)
{
	struct listed *l = ctx;
	return l->inner.find(l->inner.ctx, key32, id);
}

static void listed_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct listed *l = ctx;
	pr_lists_change(l->lists, id, &pr_state_leaf(l->state, id)->o, &leaf->o);
	l->inner.store(l->inner.ctx, id, leaf);
}

void frd_replay(const struct frd_run *run, uint32_t count, struct pr_state *state, struct pr_lists *lists_opt, uint8_t (*roots_opt)[32],
                struct pr_chunk *scratch)
{
	struct listed  listed = { state, pr_state_view(state), lists_opt };
	struct pr_view view   = lists_opt ? (struct pr_view){ &listed, listed_load, listed_find, listed_store } : listed.inner;
	uint32_t       inbox = pr_batch_inbox_chunks(&run->book->batches[run->batch].header), len;
	size_t         pos   = 0;
	const uint8_t *data;
	uint8_t        root32[32];

	for (uint32_t chunk = 0; chunk < count; chunk++) {
		struct pr_step_ctx ctx = frd_run_ctx(run, chunk);
		if (chunk < inbox) {
			frd_run_execute(run, chunk, &view, scratch);
		} else {
			PR_CHECK(pr_run_next(&data, &len, &pos, run->bytes, run->len));
			execute_data(&ctx, data, len, &view, scratch);
		}
		pr_state_root(state, roots_opt ? roots_opt[chunk] : root32);
	}
}
