/* Lies: batches executed again from before with one place where the rules are broken, and honestly after it. */
#ifndef TESTS_E2E_LIES_TELL_H
#define TESTS_E2E_LIES_TELL_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/lies_scenario.h"

enum lie_type {
	LIE_NONE,      /* as the rules say */
	LIE_OFF,       /* a field of an object that the entry stored is one too large */
	LIE_SKIP,      /* the entry, or the item, has no effect */
	LIE_DEFER,     /* an item is executed but not counted as taken */
	LIE_TWICE,     /* the entry takes effect twice */
	LIE_SWAP,      /* the entry and the next in the other order */
	LIE_SIGNED,    /* the signature is believed, whatever it is */
	LIE_LINK,      /* the preimage is believed, whatever it is */
	LIE_OVERDRAFT, /* the balance is not looked at */
	LIE_NOOP,      /* an undecodable chunk sets batch and time */
	LIE_TIME,      /* the chunk has another ledger time */
	LIE_CHUNK,     /* the chunk has no effect */
	LIE_ROOT       /* the root after the chunk is another, all later ones are right */
};

struct lie {
	char name[96];
	enum lie_type type;
	struct lies_at at;
	uint32_t id, field; /* LIE_OFF: the object, and the row of lie_fields */
	bool stops;         /* nothing is executed after the lie */
	uint8_t roots[LIES_CHUNKS_MAX][32];
};

#define LIE_FIELD(type, part, member) { type, #part "." #member, offsetof(struct pr_object, u.part.member), sizeof(((struct pr_object *)0)->u.part.member) }
static const struct lie_field {
	uint8_t type;
	const char *name;
	size_t offset, size;
} lie_fields[] = {
	LIE_FIELD(PR_OBJECT_SYSTEM, system, supply),        LIE_FIELD(PR_OBJECT_SYSTEM, system, fees),       LIE_FIELD(PR_OBJECT_SYSTEM, system, fee_carry),
	LIE_FIELD(PR_OBJECT_SYSTEM, system, fee_ppm),       LIE_FIELD(PR_OBJECT_SYSTEM, system, next_id),    LIE_FIELD(PR_OBJECT_SYSTEM, system, free_head),
	LIE_FIELD(PR_OBJECT_ACCOUNT, account, balance),     LIE_FIELD(PR_OBJECT_ACCOUNT, account, nonce),    LIE_FIELD(PR_OBJECT_ASSET, asset, held),
	LIE_FIELD(PR_OBJECT_ASSET, asset, acc),             LIE_FIELD(PR_OBJECT_ASSET, asset, acc_rem),      LIE_FIELD(PR_OBJECT_ASSET, asset, pool_carry),
	LIE_FIELD(PR_OBJECT_ASSET, asset, owner_due),       LIE_FIELD(PR_OBJECT_ASSET, asset, units),        LIE_FIELD(PR_OBJECT_ASSET, asset, direct_rev),
	LIE_FIELD(PR_OBJECT_ASSET, asset, total_rev),       LIE_FIELD(PR_OBJECT_ASSET, asset, rel_ppm),      LIE_FIELD(PR_OBJECT_ASSET, asset, abs_ppm),
	LIE_FIELD(PR_OBJECT_ASSET, asset, price0),          LIE_FIELD(PR_OBJECT_EDGE, edge, carry),          LIE_FIELD(PR_OBJECT_EDGE, edge, settled_rev),
	LIE_FIELD(PR_OBJECT_EDGE, edge, ppm),               LIE_FIELD(PR_OBJECT_EDGE, edge, inherited),      LIE_FIELD(PR_OBJECT_SHARE, share, units),
	LIE_FIELD(PR_OBJECT_SHARE, share, checkpoint),      LIE_FIELD(PR_OBJECT_SHARE, share, carry),        LIE_FIELD(PR_OBJECT_STREAM, stream, escrow),
	LIE_FIELD(PR_OBJECT_STREAM, stream, used),          LIE_FIELD(PR_OBJECT_STREAM, stream, expiry),     LIE_FIELD(PR_OBJECT_WITHDRAWAL, withdrawal, amount),
	LIE_FIELD(PR_OBJECT_FREE, free, next),
};
#define LIE_FIELDS (sizeof lie_fields / sizeof lie_fields[0])

/* What an entry stored, with what was there before. */
#define LIE_TOUCHED_MAX 32u
static struct {
	uint32_t count;
	uint32_t ids[LIE_TOUCHED_MAX];
	struct pr_object before[LIE_TOUCHED_MAX];
} lie_touched;

static inline void lie_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	uint32_t i = 0;
	(void)ctx;
	while (i < lie_touched.count && lie_touched.ids[i] != id) i++;
	if (i == lie_touched.count) {
		PR_CHECK(i < LIE_TOUCHED_MAX);
		lie_touched.ids[i]    = id;
		lie_touched.before[i] = pr_state_leaf(&lies.world.state, id)->o;
		lie_touched.count++;
	}
	lies.world.view.store(lies.world.view.ctx, id, leaf);
}

static inline bool lie_field_changed(const struct lie_field *f, const struct pr_object *before, const struct pr_object *after)
{
	static const uint8_t zero[16];
	const uint8_t       *was = before->type == after->type ? (const uint8_t *)before + f->offset : zero;
	return after->type == f->type && memcmp(was, (const uint8_t *)after + f->offset, f->size) != 0;
}

static inline void lie_store_object(uint32_t id, const struct pr_object *o)
{
	struct pr_leaf leaf;
	lies.world.view.load(lies.world.view.ctx, id, &leaf);
	leaf.o = *o;
	lies.world.view.store(lies.world.view.ctx, id, &leaf);
}

/* One more in a field, as the machine counts. */
static inline void lie_add_one(uint32_t id, const struct lie_field *f)
{
	struct pr_object o  = pr_state_leaf(&lies.world.state, id)->o;
	uint8_t         *at = (uint8_t *)&o + f->offset;
	PR_CHECK(o.type == f->type);
	for (size_t i = 0; i < f->size && ++at[i] == 0; i++) continue; /* little-endian in memory */
	lie_store_object(id, &o);
}

static inline void lie_overdraft(const struct pr_step_ctx *ctx, const struct pr_entry *e)
{
	uint32_t         from = (uint32_t)e->f[PR_TRANSFER_FROM].num;
	uint64_t         lent = e->f[PR_TRANSFER_AMOUNT].num;
	struct pr_object o    = pr_state_leaf(&lies.world.state, from)->o;
	o.u.account.balance += lent;
	lie_store_object(from, &o);
	PR_CHECK(pr_step(&lies.world.view, ctx, e, NULL) == PR_STATUS_APPLIED);
	o = pr_state_leaf(&lies.world.state, from)->o;
	o.u.account.balance -= lent; /* wraps: what a ledger without the check would hold */
	lie_store_object(from, &o);
}

static inline void lie_entry(const struct lie *lie, const struct pr_step_ctx *ctx, const struct pr_entry *e)
{
	const struct pr_view *view = &lies.world.view;
	struct pr_object      o;

	switch (lie->type) {
	case LIE_OFF:
		(void)pr_step(view, ctx, e, NULL);
		lie_add_one(lie->id, &lie_fields[lie->field]);
		break;
	case LIE_TWICE:
		PR_CHECK(pr_step(view, ctx, e, NULL) == PR_STATUS_APPLIED);
		if (pr_kind_infos[e->kind].is_signed) {
			o = pr_state_leaf(&lies.world.state, (uint32_t)e->f[0].num)->o;
			o.u.account.nonce--;
			lie_store_object((uint32_t)e->f[0].num, &o);
		}
		PR_CHECK(pr_step(view, ctx, e, NULL) == PR_STATUS_APPLIED);
		break;
	case LIE_SWAP:
		(void)pr_step(view, ctx, e + 1, NULL);
		(void)pr_step(view, ctx, e, NULL);
		break;
	case LIE_SIGNED:
		o = pr_state_leaf(&lies.world.state, (uint32_t)e->f[0].num)->o;
		PR_CHECK(pr_step(view, ctx, e, o.u.account.addr) == PR_STATUS_APPLIED);
		break;
	case LIE_LINK:
		o = pr_state_leaf(&lies.world.state, (uint32_t)e->f[PR_STREAM_TICK_STREAM].num)->o;
		pr_sha256_chain(o.u.stream.tip, e->f[PR_STREAM_TICK_PREIMAGE].bytes, e->f[PR_STREAM_TICK_COUNT].num);
		lie_store_object((uint32_t)e->f[PR_STREAM_TICK_STREAM].num, &o);
		PR_CHECK(pr_step(view, ctx, e, NULL) == PR_STATUS_APPLIED);
		break;
	case LIE_OVERDRAFT: lie_overdraft(ctx, e); break;
	case LIE_DEFER: (void)pr_step(view, ctx, e, NULL); break;
	default: PR_CHECK(lie->type == LIE_SKIP);
	}
}

static inline void lie_chunk(const struct lie *lie, struct lies_batch *b, uint32_t c)
{
	struct lies_chunk    *chunk = &b->chunks[c];
	struct pr_step_ctx    ctx   = lies_ctx(b, chunk->inbox);
	const struct pr_view *view  = &lies.world.view;
	enum lie_type         here  = lie->at.chunk == c ? lie->type : LIE_NONE;

	if (here == LIE_CHUNK || (!chunk->decodable && here != LIE_NOOP)) return;
	if (lie->stops && c > lie->at.chunk) return;
	if (here == LIE_TIME) ctx.time--;
	pr_chunk_begin(view, &ctx);
	for (uint32_t i = 0; i < chunk->list.count; i++) {
		const struct pr_entry *e   = &chunk->list.entries[i];
		bool                   lying = here >= LIE_OFF && here <= LIE_OVERDRAFT && lie->at.entry == i;
		if (lying) lie_entry(lie, &ctx, e);
		else if (lie->type == LIE_NONE) chunk->statuses[i] = (uint8_t)pr_step(view, &ctx, e, NULL);
		else (void)pr_step(view, &ctx, e, NULL);
		if (chunk->inbox && !(lying && here == LIE_DEFER)) lies_item_taken();
		if (lying && lie->stops) return;
		if (lying && here == LIE_SWAP) {
			if (chunk->inbox) lies_item_taken();
			i++;
		}
	}
}

static inline void lie_execute(struct lie *lie)
{
	struct lies_batch *b = &lies.batches[lie->at.batch];
	lies_rewind(b);
	for (uint32_t c = 0; c < b->chunk_count; c++) {
		lie_chunk(lie, b, c);
		pr_state_root(&lies.world.state, lie->roots[c]);
		if (lie->type == LIE_ROOT && lie->at.chunk == c) lie->roots[c][31] ^= 1;
	}
}

/* Executes the batch of the lie and keeps the roots.  Where the lie leaves a state on which the transition stops itself (its own checks fail), nothing
 * is executed after it: tried in a child. */
static inline void lie_tell(struct lie *lie)
{
	int          status = 0;
	const pid_t  pid    = fork();
	PR_CHECK(pid >= 0);
	if (pid == 0) {
		const struct rlimit no_core = { 0, 0 };
		(void)setrlimit(RLIMIT_CORE, &no_core);
		if (dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) < 0) _exit(2);
		lie_execute(lie);
		_exit(0);
	}
	PR_CHECK(waitpid(pid, &status, 0) == pid);
	lie->stops = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	lie_execute(lie);
}

/* The list of lies. */
#define LIES_RANDOM 60u
#define LIES_MAX 400u
static struct lie lie_list[LIES_MAX];
static uint32_t lie_count;

/* Tells the lie; keeps it if it departs at its chunk and no lie kept has the same roots. */
static inline bool lie_keep(struct lie *lie)
{
	const struct lies_batch *b = &lies.batches[lie->at.batch];
	uint32_t                 c = 0;

	lie_tell(lie);
	while (c < b->chunk_count && memcmp(lie->roots[c], b->roots[c], 32) == 0) c++;
	if (c != lie->at.chunk) return false;
	for (uint32_t i = 0; i < lie_count; i++)
		if (lie_list[i].at.batch == lie->at.batch && memcmp(lie_list[i].roots, lie->roots, sizeof lie->roots) == 0) return false;
	PR_CHECK(lie_count < LIES_MAX);
	lie_list[lie_count++] = *lie;
	return true;
}

static inline void lie_make(const char *name, enum lie_type type, struct lies_at at)
{
	struct lie lie = { .type = type, .at = at };
	(void)snprintf(lie.name, sizeof lie.name, "%s", name);
	if (!lie_keep(&lie)) fprintf(stderr, "not a lie: %s\n", name);
	PR_CHECK(lie_count > 0 && strcmp(lie_list[lie_count - 1].name, name) == 0);
}

/* The first entry of a kind that took effect. */
static inline bool lies_find(struct lies_at *at, uint8_t kind)
{
	for (uint32_t b = 1; b < lies.batch_count; b++)
		for (uint32_t c = 0; c < lies.batches[b].chunk_count; c++)
			for (uint32_t i = 0; i < lies.batches[b].chunks[c].list.count; i++) {
				const struct lies_chunk *chunk = &lies.batches[b].chunks[c];
				*at = (struct lies_at){ b, c, i };
				if (chunk->list.entries[i].kind == kind && chunk->statuses[i] == PR_STATUS_APPLIED) return true;
			}
	return false;
}

/* Runs up to and with the entry and sees what it stores. */
static inline void lie_touch(struct lies_at at)
{
	struct lies_batch *b     = &lies.batches[at.batch];
	struct lie         truth = { .type = LIE_NONE, .at = at };
	struct pr_view     view  = lies.world.view;

	lies_rewind(b);
	for (uint32_t c = 0; c < at.chunk; c++) lie_chunk(&truth, b, c);
	struct lies_chunk *chunk = &b->chunks[at.chunk];
	struct pr_step_ctx ctx   = lies_ctx(b, chunk->inbox);
	pr_chunk_begin(&lies.world.view, &ctx);
	for (uint32_t i = 0; i < at.entry; i++) (void)pr_step(&lies.world.view, &ctx, &chunk->list.entries[i], NULL);
	view.store        = lie_store;
	lie_touched.count = 0;
	(void)pr_step(&view, &ctx, &chunk->list.entries[at.entry], NULL);
}

/* Drafts of lies off by one in everything that the entry changed: each field of each object; in an object that it left as it was, one field. */
static struct lie lie_drafts[LIE_TOUCHED_MAX * LIE_FIELDS];
static inline uint32_t lies_draft(struct lies_at at, const char *kind)
{
	uint32_t wanted = 0;

	lie_touch(at);
	for (uint32_t t = 0; t < lie_touched.count; t++) {
		const struct pr_object *after = &pr_state_leaf(&lies.world.state, lie_touched.ids[t])->o;
		uint32_t                from  = wanted, any = LIE_FIELDS;
		for (uint32_t f = 0; f < LIE_FIELDS; f++) {
			if (any == LIE_FIELDS && lie_fields[f].type == after->type) any = f;
			if (lie_field_changed(&lie_fields[f], &lie_touched.before[t], after))
				lie_drafts[wanted++] = (struct lie){ .type = LIE_OFF, .at = at, .id = lie_touched.ids[t], .field = f };
		}
		if (wanted == from && any < LIE_FIELDS) lie_drafts[wanted++] = (struct lie){ .type = LIE_OFF, .at = at, .id = lie_touched.ids[t], .field = any };
	}
	for (uint32_t i = 0; i < wanted; i++)
		(void)snprintf(lie_drafts[i].name, sizeof lie_drafts[i].name, "%s: %s of object %u off by one", kind, lie_fields[lie_drafts[i].field].name, lie_drafts[i].id);
	return wanted;
}

static inline uint32_t lies_off(struct lies_at at, const char *kind)
{
	uint32_t made = 0, wanted = lies_draft(at, kind);
	for (uint32_t i = 0; i < wanted; i++) made += lie_keep(&lie_drafts[i]);
	return made;
}

/* Lies off by one after entries drawn from all batches. */
static inline void lies_random(uint32_t count)
{
	struct world *w = &lies.world;
	char          name[64];

	for (uint32_t made = 0; made < count;) {
		uint32_t                 batch = 1 + (uint32_t)world_below(w, lies.batch_count - 1);
		uint32_t                 c     = (uint32_t)world_below(w, lies.batches[batch].chunk_count);
		const struct lies_chunk *chunk = &lies.batches[batch].chunks[c];
		uint32_t                 i     = (uint32_t)world_below(w, chunk->list.count);
		if (chunk->list.count == 0 || chunk->statuses[i] != PR_STATUS_APPLIED) continue;
		(void)snprintf(name, sizeof name, "%s as entry %u", pr_kind_infos[chunk->list.entries[i].kind].name, i);
		uint32_t wanted = lies_draft((struct lies_at){ batch, c, i }, name);
		made += lie_keep(&lie_drafts[world_below(w, wanted)]);
	}
}

/* Every lie there is to tell about the batches. */
static inline void lies_invent(void)
{
	char           name[96];
	struct lies_at at;

	for (uint32_t b = 1; b < lies.batch_count; b++) {
		struct lie truth = { .type = LIE_NONE, .at = { b, 0, 0 } };
		lie_execute(&truth);
		PR_CHECK(memcmp(truth.roots, lies.batches[b].roots, lies.batches[b].chunk_count * 32u) == 0);
	}
	for (uint8_t kind = 1; kind < PR_KIND_COUNT; kind++) {
		PR_CHECK(lies_find(&at, kind));
		(void)snprintf(name, sizeof name, "%s: skipped", pr_kind_infos[kind].name);
		lie_make(name, LIE_SKIP, at);
		PR_CHECK(lies_off(at, pr_kind_infos[kind].name) > 0);
	}
	static const uint8_t twice[] = { PR_KIND_DEPOSIT, PR_KIND_TRANSFER, PR_KIND_WITHDRAW, PR_KIND_PAY, PR_KIND_SHARE_ISSUE, PR_KIND_STREAM_TOPUP };
	for (size_t i = 0; i < sizeof twice; i++) {
		PR_CHECK(lies_find(&at, twice[i]));
		(void)snprintf(name, sizeof name, "%s: applied twice", pr_kind_infos[twice[i]].name);
		lie_make(name, LIE_TWICE, at);
	}
	lie_make("two entries swapped", LIE_SWAP, lies_marks.swap);
	lie_make("two inbox items swapped", LIE_SWAP, (struct lies_at){ 1, 0, 0 });
	lie_make("an inbox item not counted as taken", LIE_DEFER, (struct lies_at){ 1, 1, 0 });
	lie_make("a forced entry ignored", LIE_SKIP, lies_marks.forced);
	PR_CHECK(lies_off(lies_marks.forced, "a forced entry") > 0);
	lie_make("the first entry of a full chunk skipped", LIE_SKIP, lies_marks.full);
	at       = lies_marks.full;
	at.entry = lies.batches[at.batch].chunks[at.chunk].list.count - 1;
	PR_CHECK(lies_off(at, "last of a full chunk") > 0);
	lie_make("a forged signature accepted", LIE_SIGNED, lies_marks.forged);
	lie_make("a signature with a high s accepted", LIE_SIGNED, lies_marks.high_s);
	lie_make("a wrong chain link accepted", LIE_LINK, lies_marks.link);
	lie_make("an overdraft accepted", LIE_OVERDRAFT, lies_marks.overdraft);
	lie_make("an undecodable chunk sets the time", LIE_NOOP, (struct lies_at){ lies_marks.undecodable_batch, 0, 0 });
	lie_make("another ledger time", LIE_TIME, (struct lies_at){ 1, 2, 0 });
	lie_make("an inbox chunk at another ledger time", LIE_TIME, (struct lies_at){ 1, 0, 0 });
	lie_make("a chunk ignored", LIE_CHUNK, (struct lies_at){ 1, 3, 0 });
	lie_make("an inbox chunk ignored", LIE_CHUNK, (struct lies_at){ 1, 1, 0 });
	uint32_t last = lies.batch_count - 1, count = lies.batches[last].chunk_count;
	lie_make("a wrong root, first chunk", LIE_ROOT, (struct lies_at){ last, 0, 0 });
	lie_make("a wrong root, a middle chunk", LIE_ROOT, (struct lies_at){ last, count / 2, 0 });
	lie_make("a wrong root, last chunk", LIE_ROOT, (struct lies_at){ last, count - 1, 0 });
	lies_random(LIES_RANDOM);
}

#endif
