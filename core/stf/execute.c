#include "core/stf/step.h"

#include "core/codec/list.h"
#include "core/codec/wire.h"
#include "core/tree/witness.h"

void pr_chunk_begin(const struct pr_view *view, const struct pr_step_ctx *ctx)
{
	struct pr_leaf system;
	view->load(view->ctx, 0, &system);
	PR_CHECK(system.o.type == PR_OBJECT_SYSTEM);
	system.o.u.system.batch = ctx->batch;
	system.o.u.system.time  = ctx->time;
	view->store(view->ctx, 0, &system);
}

bool pr_chunk_execute(const struct pr_view *view, const struct pr_step_ctx *ctx, const uint8_t *bytes, size_t len, struct pr_chunk *scratch,
                      uint8_t *statuses_opt)
{
	if (!pr_chunk_decode(scratch, bytes, len)) return false;
	pr_chunk_begin(view, ctx);
	for (uint32_t i = 0; i < scratch->count; i++) {
		enum pr_status status = pr_step(view, ctx, &scratch->entries[i], NULL);
		if (statuses_opt) statuses_opt[i] = (uint8_t)status;
	}
	return true;
}

enum pr_status pr_item_execute(const struct pr_view *view, const struct pr_step_ctx *ctx, const uint8_t *item, size_t len)
{
	struct pr_entry e;
	enum pr_status  status = pr_wire_decode(&e, item, len) ? pr_step(view, ctx, &e, NULL) : PR_STATUS_MALFORMED;
	struct pr_leaf  system;

	view->load(view->ctx, 0, &system);
	system.o.u.system.inbox_next++;
	view->store(view->ctx, 0, &system);
	return status;
}

/* Executes on a witness.  A leaf that is missing ends it at once through stop: no rule ever sees a made-up leaf. */
static bool execute_stateless(struct pr_partial *partial, const struct pr_step_ctx *ctx, const uint8_t *data, size_t len,
                              const struct pr_chunk *chunk)
{
	struct pr_view view = pr_partial_view(partial);
	jmp_buf        stop;
	const uint8_t *item;
	uint32_t       item_len;
	size_t         pos = 0;

	if (setjmp(stop) != 0) return false;
	partial->stop_opt = &stop;
	pr_chunk_begin(&view, ctx);
	if (ctx->inbox) {
		while (pr_run_next(&item, &item_len, &pos, data, len)) (void)pr_item_execute(&view, ctx, item, item_len);
		if (pos != len) return false;
	} else {
		for (uint32_t i = 0; i < chunk->count; i++) (void)pr_step(&view, ctx, &chunk->entries[i], NULL);
	}
	partial->stop_opt = NULL;
	return true;
}

bool pr_step_stateless(uint8_t post_root32[32], const uint8_t pre_root32[32], const struct pr_step_ctx *ctx, const uint8_t *data,
                       size_t data_len, const uint8_t *witness, size_t witness_len, struct pr_partial *partial, struct pr_chunk *scratch)
{
	if (!ctx->inbox && !pr_chunk_decode(scratch, data, data_len)) {
		memcpy(post_root32, pre_root32, 32);
		return true;
	}
	if (!pr_partial_open(partial, witness, witness_len, pre_root32)) return false;
	if (!execute_stateless(partial, ctx, data, data_len, scratch)) return false;
	pr_partial_root(partial, post_root32);
	return true;
}
