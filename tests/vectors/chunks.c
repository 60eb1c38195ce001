/* Writes chunk vectors for the contracts: random chunks, their witnesses and what the transition makes of them.
 *
 *     chunks COUNT SEED FILE
 *
 * One line a vector: name|inbox|preRoot|domain|batch|timestamp|data|witness|postRoot|statuses, bytes in hex.  Statuses are empty for
 * an undecodable chunk.  Every vector was first executed three ways in C (whole state, recorded, stateless), with equal roots. */
#include <stdio.h>

#include "core/codec/list.h"
#include "tests/support/dice.h"

#define CAPACITY 4096u
#define COUNT_FOR_ALL 10000u /* from so many chunks on, every status and every kind, applied and refused, must occur */

static struct world live, mirror; /* live runs ahead while entries are drawn; mirror stays before the chunk */
static struct pr_recorder recorder;
static struct pr_chunk chunk, scratch;
static struct pr_partial partial;
static uint8_t witness[PR_WITNESS_BYTES_MAX];
static uint32_t counts[PR_STATUS_COUNT], kinds[PR_KIND_COUNT][2]; /* entries by status; by kind, applied and refused */

static void count_entry(uint8_t kind, uint8_t status)
{
	counts[status]++;
	if (kind < PR_KIND_COUNT) kinds[kind][status != PR_STATUS_APPLIED]++;
}

static void put_hex(FILE *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		putc(digits[bytes[i] >> 4], out);
		putc(digits[bytes[i] & 15], out);
	}
	putc('|', out);
}

struct vector {
	const char *name;
	struct pr_step_ctx ctx;
	uint8_t pre[32], post[32];
	const uint8_t *data;
	size_t len, witness_len;
	uint8_t statuses[PR_CHUNK_ENTRIES_MAX];
	uint32_t status_count;
};

static void put_vector(FILE *out, const struct vector *v)
{
	uint8_t post[32], numbers[16];
	PR_CHECK(pr_step_stateless(post, v->pre, &v->ctx, v->data, v->len, witness, v->witness_len, &partial, &scratch));
	PR_CHECK(memcmp(post, v->post, 32) == 0);
	pr_be64_put(numbers, v->ctx.batch);
	pr_be64_put(numbers + 8, v->ctx.time);
	fprintf(out, "%s|%d|", v->name, v->ctx.inbox);
	put_hex(out, v->pre, 32);
	put_hex(out, v->ctx.domain32, 32);
	put_hex(out, numbers, 8);
	put_hex(out, numbers + 8, 8);
	put_hex(out, v->data, v->len);
	put_hex(out, witness, v->witness_len);
	put_hex(out, v->post, 32);
	for (uint32_t i = 0; i < v->status_count; i++) fprintf(out, "%02x", v->statuses[i]);
	putc('\n', out);
}

/* Both worlds with the same people, assets, edges, shares. */
static void begin_worlds(uint64_t seed)
{
	for (int i = 0; i < 2; i++) {
		struct world *w = i ? &mirror : &live;
		world_init(w, CAPACITY, 10, 1000000000, seed);
		uint32_t last = 0;
		for (uint32_t p = 0; p < 6; p++) {
			uint32_t a = world_register(w, p, p < 2, (uint8_t)(1 + p % 2), 10000 * (p + 1), 3 + p);
			if (p >= 2) {
				(void)world_edge(w, p, a, last, pr_state_leaf(&w->state, last)->o.u.asset.ask_mode, pr_state_leaf(&w->state, last)->o.u.asset.ask_ppm);
				for (uint32_t id = 1; id < a; id++) (void)world_inherit(w, a, last, id);
				(void)world_asset_act(w, PR_KIND_ASSET_OPEN, p, a);
			}
			for (uint32_t q = 0; q < p; q++) (void)world_issue(w, p, a, w->accounts[q], q + 1);
			last = a;
		}
	}
	uint8_t a32[32], b32[32];
	pr_state_root(&live.state, a32);
	pr_state_root(&mirror.state, b32);
	PR_CHECK(memcmp(a32, b32, 32) == 0);
}

static void end_worlds(void)
{
	world_fini(&live);
	world_fini(&mirror);
}

/* Draws and runs entries on live; mirror stays. */
static void draw_chunk(struct vector *v)
{
	struct pr_chunk_sum sum;
	uint32_t            want = 1 + (uint32_t)world_below(&live, world_below(&live, 8) ? 6 : 40);

	pr_chunk_sum_init(&sum);
	chunk.count = 0;
	pr_chunk_begin(&live.view, &live.ctx);
	while (chunk.count < want) {
		struct pr_entry e = dice_entry(&live, dice_kind(&live));
		if (!pr_chunk_sum_add(&sum, &e)) {
			if (chunk.count == 0) continue; /* names id 0 or one out of range: never posted */
			break;
		}
		chunk.entries[chunk.count] = e;
		v->statuses[chunk.count++] = (uint8_t)world_apply(&live, &e);
		count_entry(e.kind, v->statuses[chunk.count - 1]);
	}
	v->status_count = chunk.count;
}

/* States that chance does not lead to, set by hand and taken back after the chunk.  None of these fields holds money. */
enum strain { STRAIN_NONE, STRAIN_FULL, STRAIN_MULTIPLE, STRAIN_REVENUE, STRAIN_EDGES, STRAIN_COUNT };

static struct pr_leaf kept[CAPACITY]; /* the leaves before the strain, of either world: they are alike */

static void strain_begin(struct world *w, enum strain strain)
{
	struct pr_view view = pr_state_view(&w->state);
	for (uint32_t id = 0, used = world_system(w)->next_id; id < used; id++) {
		struct pr_leaf leaf = kept[id] = *pr_state_leaf(&w->state, id);
		if (leaf.o.type == PR_OBJECT_SYSTEM && strain == STRAIN_FULL) {
			leaf.o.u.system.next_id   = PR_OBJECTS_MAX;
			leaf.o.u.system.free_head = 0;
		} else if (leaf.o.type == PR_OBJECT_SYSTEM && strain == STRAIN_MULTIPLE) leaf.o.u.system.withdraw_multiple = 1000;
		else if (leaf.o.type == PR_OBJECT_ASSET && strain == STRAIN_REVENUE) leaf.o.u.asset.total_rev = ~(pr_u128)0;
		else if (leaf.o.type == PR_OBJECT_ASSET && strain == STRAIN_EDGES) leaf.o.u.asset.abs_count = UINT16_MAX - 1;
		else continue;
		view.store(view.ctx, id, &leaf);
	}
}

static void strain_end(struct world *w, enum strain strain, uint32_t used)
{
	struct pr_view view = pr_state_view(&w->state);
	for (uint32_t id = 0; id < used; id++) {
		struct pr_leaf leaf = *pr_state_leaf(&w->state, id);
		if (leaf.o.type == PR_OBJECT_SYSTEM && strain == STRAIN_FULL) {
			leaf.o.u.system.next_id   = kept[0].o.u.system.next_id;
			leaf.o.u.system.free_head = kept[0].o.u.system.free_head;
		} else if (leaf.o.type == PR_OBJECT_SYSTEM && strain == STRAIN_MULTIPLE) leaf.o.u.system.withdraw_multiple = kept[0].o.u.system.withdraw_multiple;
		else if (leaf.o.type == PR_OBJECT_ASSET && strain == STRAIN_REVENUE) leaf.o.u.asset.total_rev = kept[id].o.u.asset.total_rev;
		else if (leaf.o.type == PR_OBJECT_ASSET && strain == STRAIN_EDGES) leaf.o.u.asset.abs_count = kept[id].o.u.asset.abs_count;
		else continue;
		view.store(view.ctx, id, &leaf);
	}
}

/* One entry that the strain concerns, drawn before the state is strained; false if it may not be posted. */
static bool draw_strained(enum strain strain)
{
	static const uint8_t by_strain[STRAIN_COUNT][8] = {
		[STRAIN_NONE]     = { 0 },
		[STRAIN_FULL]     = { PR_KIND_ACCOUNT_OPEN, PR_KIND_WITHDRAW, PR_KIND_ASSET_REGISTER, PR_KIND_EDGE_ADD, PR_KIND_EDGE_INHERIT, PR_KIND_SHARE_ISSUE, PR_KIND_SHARE_TRANSFER, PR_KIND_STREAM_OPEN },
		[STRAIN_MULTIPLE] = { PR_KIND_WITHDRAW },
		[STRAIN_REVENUE]  = { PR_KIND_PAY, PR_KIND_STREAM_TICK, PR_KIND_STREAM_VOUCHER },
		[STRAIN_EDGES]    = { PR_KIND_EDGE_ADD },
	};
	struct pr_chunk_sum sum;
	uint8_t             kind;

	do kind = by_strain[strain][world_below(&live, 8)];
	while (kind == 0);
	pr_chunk_sum_init(&sum);
	chunk.entries[0] = dice_entry(&live, kind);
	chunk.count      = 1;
	return pr_chunk_sum_add(&sum, &chunk.entries[0]);
}

static size_t draw_items(struct vector *v, uint8_t *items)
{
	uint32_t n = 1 + (uint32_t)world_below(&live, PR_INBOX_CHUNK_ITEMS);
	size_t   pos = 0;

	pr_chunk_begin(&live.view, &live.ctx);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t         kind = (uint8_t)(1 + world_below(&live, PR_KIND_COUNT - 1));
		struct pr_entry e    = dice_entry(&live, world_below(&live, 3) ? kind : PR_KIND_DEPOSIT);
		uint32_t        len  = (uint32_t)pr_wire_encode(items + pos + 2, &e);
		if (world_below(&live, 20) == 0) len -= (uint32_t)world_below(&live, len);
		if (world_below(&live, 30) == 0) items[pos + 2] = (uint8_t)world_rand(&live);
		pr_be16_put(items + pos, (uint16_t)len);
		v->statuses[i] = (uint8_t)pr_item_execute(&live.view, &live.ctx, items + pos + 2, len);
		count_entry(items[pos + 2], v->statuses[i]);
		pos += 2 + len;
	}
	v->status_count = n;
	return pos;
}

/* The chunk's bytes on the mirror: same statuses, same root as live. */
static void run_mirror(struct vector *v)
{
	uint8_t        statuses[PR_CHUNK_ENTRIES_MAX], live_root[32];
	const uint8_t *item;
	uint32_t       len, n = 0;
	size_t         pos = 0;

	v->witness_len = pr_witness_encode(witness, sizeof witness, &mirror.state, &recorder.touch);
	PR_CHECK(v->witness_len > 0 && !recorder.full);
	if (v->ctx.inbox) {
		pr_chunk_begin(&mirror.view, &v->ctx);
		while (pr_run_next(&item, &len, &pos, v->data, v->len)) statuses[n++] = (uint8_t)pr_item_execute(&mirror.view, &v->ctx, item, len);
	} else {
		PR_CHECK(pr_chunk_execute(&mirror.view, &v->ctx, v->data, v->len, &scratch, statuses));
		n = scratch.count;
	}
	PR_CHECK(n == v->status_count && memcmp(statuses, v->statuses, n) == 0);
	pr_state_root(&mirror.state, v->post);
	pr_state_root(&live.state, live_root);
	PR_CHECK(memcmp(v->post, live_root, 32) == 0);
	PR_CHECK(pr_state_conserved(&mirror.state, NULL));
}

/* Bytes that are no chunk: a damaged copy, if the damage makes it undecodable. */
static void put_undecodable(FILE *out, const struct vector *good, uint8_t *bytes, size_t len)
{
	struct vector v = *good;
	bytes[world_below(&live, len)] ^= (uint8_t)(1 + world_below(&live, 255));
	if (world_below(&live, 4) == 0) len = 1 + world_below(&live, len);
	if (pr_chunk_decode(&scratch, bytes, len)) return;
	v.name         = "undecodable";
	v.data         = bytes;
	v.len          = len;
	v.witness_len  = 0;
	v.status_count = 0;
	memcpy(v.post, v.pre, 32);
	put_vector(out, &v);
}

int main(int argc, char **argv)
{
	static uint8_t plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX], bytes[PR_CHUNK_BYTES_MAX + 2048];

	if (argc != 4) {
		fprintf(stderr, "usage: chunks COUNT SEED FILE\n");
		return 64;
	}
	uint64_t count = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
	FILE    *out   = fopen(argv[3], "w");
	if (!out) {
		perror(argv[3]);
		return 1;
	}
	begin_worlds(seed);
	for (uint64_t i = 0; i < count; i++) {
		struct vector v = { .name = "chunk" };
		uint32_t      plain_len, raw_len;
		size_t        frame_len;

		if (world_system(&live)->next_id > CAPACITY - 200) {
			end_worlds();
			begin_worlds(seed + i + 1000003);
		}
		live.ctx.batch++;
		live.ctx.time += world_below(&live, 30);
		live.ctx.inbox = world_below(&live, 5) == 0;
		v.ctx          = live.ctx;
		enum strain strain = live.ctx.inbox || world_below(&live, 8) ? STRAIN_NONE : (enum strain)(1 + world_below(&live, STRAIN_COUNT - 1));
		uint32_t    used   = world_system(&live)->next_id;
		if (strain != STRAIN_NONE && !draw_strained(strain)) strain = STRAIN_NONE;
		if (strain != STRAIN_NONE) {
			strain_begin(&live, strain);
			strain_begin(&mirror, strain);
		}
		pr_state_root(&mirror.state, v.pre);
		pr_recorder_init(&recorder, pr_state_view(&live.state));
		live.view = pr_recorder_view(&recorder);
		if (live.ctx.inbox) {
			v.name = "inbox";
			v.len  = draw_items(&v, bytes);
		} else {
			if (strain == STRAIN_NONE) draw_chunk(&v);
			else {
				pr_chunk_begin(&live.view, &live.ctx);
				v.statuses[0]  = (uint8_t)world_apply(&live, &chunk.entries[0]);
				v.status_count = 1;
				count_entry(chunk.entries[0].kind, v.statuses[0]);
			}
			PR_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
			PR_CHECK(pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
			v.len = pr_chunk_assemble(bytes, raw, raw_len, frame, (uint32_t)frame_len);
		}
		v.data    = bytes;
		live.view = pr_state_view(&live.state);
		run_mirror(&v);
		put_vector(out, &v);
		if (strain != STRAIN_NONE) {
			strain_end(&live, strain, used);
			strain_end(&mirror, strain, used);
		} else if (!v.ctx.inbox && world_below(&live, 4) == 0) {
			memcpy(v.pre, v.post, 32);
			put_undecodable(out, &v, bytes, v.len);
		}
	}
	end_worlds();
	bool all = true;
	for (unsigned s = 0; s < PR_STATUS_COUNT; s++) {
		fprintf(stderr, "%s%s=%u", s ? " " : "", pr_status_names[s], counts[s]);
		all = all && counts[s] > 0;
	}
	for (unsigned k = 1; k < PR_KIND_COUNT; k++) {
		fprintf(stderr, " %s=%u/%u", pr_kind_infos[k].name, kinds[k][0], kinds[k][1]);
		all = all && kinds[k][0] > 0 && kinds[k][1] > 0;
	}
	fputc('\n', stderr);
	if (count >= COUNT_FOR_ALL && !all) {
		fprintf(stderr, "chunks: a status, or a kind applied or refused, does not occur\n");
		return 1;
	}
	return fclose(out) == 0 ? 0 : 1;
}
