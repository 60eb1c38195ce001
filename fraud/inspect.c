#include "fraud/inspect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec/wire.h"
#include "fraud/replay.h"

static void print_hex(FILE *out, const uint8_t *bytes, size_t len)
{
	fputs("0x", out);
	for (size_t i = 0; i < len; i++) fprintf(out, "%02x", bytes[i]);
}

static void print_entry(FILE *out, const struct pr_entry *e)
{
	const struct pr_kind_info *info = pr_kind_info(e->kind);
	fprintf(out, "%s", info->name);
	for (unsigned i = 0; i < info->field_count; i++) {
		fprintf(out, " %s=", info->fields[i].name);
		switch (info->fields[i].type) {
		case PR_FIELD_ACCT:
		case PR_FIELD_PARTY:
		case PR_FIELD_OBJ:
		case PR_FIELD_AUX: fprintf(out, "#%" PRIu64, e->f[i].num); break;
		case PR_FIELD_U8:
		case PR_FIELD_VAR: fprintf(out, "%" PRIu64, e->f[i].num); break;
		case PR_FIELD_B20: print_hex(out, e->f[i].bytes, 20); break;
		case PR_FIELD_B32:
		case PR_FIELD_RND32: print_hex(out, e->f[i].bytes, 32); break;
		case PR_FIELD_SIG64: print_hex(out, e->sig64, 64); break;
		}
	}
}

static void print_object(FILE *out, uint32_t id, const struct pr_object *o)
{
	fprintf(out, "#%u %s", id, pr_object_names[o->type]);
	switch ((enum pr_object_type)o->type) {
	case PR_OBJECT_ACCOUNT: fprintf(out, " balance=%" PRIu64 " nonce=%" PRIu64, o->u.account.balance, o->u.account.nonce); break;
	case PR_OBJECT_ASSET:
		fprintf(out, " held=%" PRIu64 " owner_due=%" PRIu64 " units=%u status=%u", o->u.asset.held, o->u.asset.owner_due, o->u.asset.units, o->u.asset.status);
		break;
	case PR_OBJECT_EDGE: fprintf(out, " child=#%u beneficiary=#%u ppm=%u carry=%u", o->u.edge.child, o->u.edge.beneficiary, o->u.edge.ppm, o->u.edge.carry); break;
	case PR_OBJECT_SHARE: fprintf(out, " asset=#%u holder=#%u units=%u", o->u.share.asset, o->u.share.holder, o->u.share.units); break;
	case PR_OBJECT_STREAM: fprintf(out, " payer=#%u escrow=%" PRIu64 " used=%" PRIu64, o->u.stream.payer, o->u.stream.escrow, o->u.stream.used); break;
	case PR_OBJECT_WITHDRAWAL: fprintf(out, " amount=%" PRIu64, o->u.withdrawal.amount); break;
	case PR_OBJECT_SYSTEM: fprintf(out, " supply=%" PRIu64 " fees=%" PRIu64, o->u.system.supply, o->u.system.fees); break;
	case PR_OBJECT_EMPTY:
	case PR_OBJECT_FREE:
	case PR_OBJECT_COUNT: break;
	}
}

/* A view that prints what an entry writes. */
struct watcher {
	FILE *out;
	struct pr_state *state;
	struct pr_view inner;
	bool on;
};

static void watch_load(void *ctx, uint32_t id, struct pr_leaf *leaf)
{
	struct watcher *w = ctx;
	w->inner.load(w->inner.ctx, id, leaf);
}

static bool watch_find(void *ctx, const uint8_t key32[32], uint32_t *id)
{
	struct watcher *w = ctx;
	return w->inner.find(w->inner.ctx, key32, id);
}

static void watch_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct watcher         *w      = ctx;
	const struct pr_object *before = &pr_state_leaf(w->state, id)->o;
	uint8_t                 a[PR_PAYLOAD_BYTES_MAX], b[PR_PAYLOAD_BYTES_MAX];
	uint32_t                len = pr_object_encode(a, before);
	if (w->on && (pr_object_encode(b, &leaf->o) != len || memcmp(a, b, len) != 0)) {
		fputs("    before ", w->out);
		print_object(w->out, id, before);
		fputs("\n    after  ", w->out);
		print_object(w->out, id, &leaf->o);
		fputc('\n', w->out);
	}
	w->inner.store(w->inner.ctx, id, leaf);
}

struct walk {
	FILE *out;
	struct watcher watcher;
	struct pr_view view;
	struct pr_step_ctx ctx;
	uint32_t next, wanted;
};

static void walk_entry(struct walk *w, const struct pr_entry *e_opt, const uint8_t *item, size_t len)
{
	uint32_t n    = w->next++;
	bool     show = w->wanted == UINT32_MAX || w->wanted == n;

	w->watcher.on = w->wanted == n;
	if (show) {
		fprintf(w->out, "  entry %u: ", n);
		if (e_opt) print_entry(w->out, e_opt);
		else print_hex(w->out, item, len);
		fputc('\n', w->out);
	}
	enum pr_status status = w->ctx.inbox ? pr_item_execute(&w->view, &w->ctx, item, len) : pr_step(&w->view, &w->ctx, e_opt, NULL);
	if (show) fprintf(w->out, "    status %s\n", pr_status_names[status]);
}

static void walk_chunk(struct walk *w, const uint8_t *data, size_t len, struct pr_chunk *scratch)
{
	struct pr_entry e;
	const uint8_t  *item;
	uint32_t        item_len;
	size_t          pos = 0;

	w->watcher.on = false;
	if (w->ctx.inbox) {
		pr_chunk_begin(&w->view, &w->ctx);
		while (pr_run_next(&item, &item_len, &pos, data, len)) walk_entry(w, pr_wire_decode(&e, item, item_len) ? &e : NULL, item, item_len);
		return;
	}
	if (!pr_chunk_decode(scratch, data, len)) {
		fprintf(w->out, "  undecodable: a no-op\n");
		return;
	}
	pr_chunk_begin(&w->view, &w->ctx);
	for (uint32_t i = 0; i < scratch->count; i++) walk_entry(w, &scratch->entries[i], NULL, 0);
}

enum pr_err frd_inspect(FILE *out, struct frd_node *node, uint64_t batch, uint32_t entry)
{
	if (batch == 0 || batch >= node->book.batch_count || batch <= node->base_batch) return PR_ERR_NOT_FOUND;
	PR_FORWARD(frd_node_base_to(node, batch - 1));
	const struct frd_batch *b   = &node->book.batches[batch];
	struct frd_run          run = { .book = &node->book, .batch = batch, .domain32 = node->chain->domain32 };
	struct walk             w   = { .out = out, .wanted = entry };
	uint8_t                 items[FRD_ITEMS_BYTES_MAX], root32[32];
	const uint8_t          *data;
	uint8_t                *bytes;
	size_t                  len;

	PR_FORWARD(pr_eventlog_run(&node->archive, b->archive_seq, &bytes, &run.len));
	run.bytes = bytes;
	w.watcher = (struct watcher){ out, &node->base, pr_state_view(&node->base), false };
	w.view    = (struct pr_view){ &w.watcher, watch_load, watch_find, watch_store };
	fprintf(out, "batch %" PRIu64 " timestamp %" PRIu64 " items %" PRIu64 "..%" PRIu64 " chunks %u L1 block %" PRIu64 " transaction ", batch, b->header.timestamp,
	        b->header.inbox_from, b->header.inbox_to, b->chunk_count, b->block);
	print_hex(out, b->tx32, 32);
	fputc('\n', out);
	for (uint32_t chunk = 0; chunk < b->chunk_count; chunk++) {
		w.ctx = frd_run_ctx(&run, chunk);
		if (!frd_run_chunk(&run, chunk, &data, &len, items)) break;
		if (entry == UINT32_MAX) fprintf(out, "chunk %u %s bytes %zu\n", chunk, w.ctx.inbox ? "inbox" : "posted", len);
		walk_chunk(&w, data, len, &node->scratch);
		pr_state_root(&node->base, root32);
		if (entry == UINT32_MAX) {
			fputs("  root ", out);
			print_hex(out, root32, 32);
			fputc('\n', out);
		}
	}
	free(bytes);
	return entry == UINT32_MAX || entry < w.next ? PR_OK : PR_ERR_NOT_FOUND;
}
