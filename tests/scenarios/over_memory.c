/* Plays scenarios over the transition in memory and writes what it did as vectors for the contracts.
 *
 *     vectors OUT [NAME=VALUE | FILE.scn]...
 *
 * Each file begins with a ledger of its own, with the parameters named before it.  Every entry is a chunk of one: a line
 * name|inbox|preRoot|domain|batch|timestamp|data|witness|postRoot|statuses as in tests/vectors/chunks.c.  Of a long run of ticks the first few are written. */
#include <inttypes.h>
#include <stdio.h>

#include "core/rpc/earn.h"
#include "tests/scenarios/scene.h"
#include "tests/support/world.h"

#define CAPACITY 8192u
#define BANK "the bank of the scenarios"
#define BANK_MONEY UINT64_C(18000000000000000000)
#define TAKEN_MAX 16384u
#define RUN_WRITTEN 3u  /* tick entries of one run that become vectors */
#define SINGLE_TICKS 16u /* runs as short as this are one entry a unit */

static struct memory {
	struct world       live, mirror; /* live runs ahead with a recorder; mirror stays before the entry */
	struct pr_recorder recorder;
	struct pr_earner  *earner;
	uint8_t            taken[TAKEN_MAX][32]; /* hashes of applied entries, to tell what is sent again */
	uint32_t           taken_count;
	uint64_t           params[PR_PARAM_COUNT], vectors;
	FILE              *out;
	struct scn_ledger  ledger;
} m;

static void hex(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) fprintf(m.out, "%02x", bytes[i]);
	putc('|', m.out);
}

static void vector_write(const uint8_t pre32[32], const uint8_t *data, size_t len, enum pr_status status)
{
	static uint8_t           witness[PR_WITNESS_BYTES_MAX];
	static struct pr_partial partial;
	static struct pr_chunk   scratch;
	uint8_t                  post32[32], stateless32[32], number[8];
	const struct pr_step_ctx *ctx = &m.live.ctx;
	size_t                   witness_len = pr_witness_encode(witness, sizeof witness, &m.mirror.state, &m.recorder.touch);
	PR_CHECK(witness_len > 0 && !m.recorder.full);
	pr_state_root(&m.live.state, post32);
	PR_CHECK(pr_step_stateless(stateless32, pre32, ctx, data, len, witness, witness_len, &partial, &scratch) && memcmp(stateless32, post32, 32) == 0);
	fprintf(m.out, "scenario|0|");
	hex(pre32, 32);
	hex(ctx->domain32, 32);
	pr_be64_put(number, ctx->batch);
	hex(number, 8);
	pr_be64_put(number, ctx->time);
	hex(number, 8);
	hex(data, len);
	hex(witness, witness_len);
	hex(post32, 32);
	fprintf(m.out, "%02x\n", (unsigned)status);
	m.vectors++;
}

/* An entry as a chunk of its own, on live and on mirror. */
static enum pr_status execute(const struct pr_entry *e, bool write)
{
	static struct pr_chunk chunk;
	static uint8_t         plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX], data[PR_CHUNK_BYTES_MAX + 2048];
	struct pr_chunk_sum    sum;
	uint8_t                pre32[32], live32[32], statuses[PR_CHUNK_ENTRIES_MAX];
	uint32_t               plain_len, raw_len;
	size_t                 frame_len;

	for (unsigned i = 0; i < pr_kind_infos[e->kind].field_count; i++)
		if (pr_field_is_id(pr_kind_infos[e->kind].fields[i].type) && e->f[i].num >= PR_OBJECTS_MAX) return PR_STATUS_MALFORMED;
	pr_chunk_sum_init(&sum);
	if (!pr_chunk_sum_add(&sum, e)) return world_apply(&m.live, e); /* such an entry is never posted: an id of 0, or too many links */
	m.live.ctx.batch++;
	m.mirror.ctx = m.live.ctx;
	pr_state_root(&m.mirror.state, pre32);
	pr_recorder_init(&m.recorder, pr_state_view(&m.live.state));
	m.live.view = pr_recorder_view(&m.recorder);
	pr_chunk_begin(&m.live.view, &m.live.ctx);
	enum pr_status status = world_apply(&m.live, e);
	m.live.view = pr_state_view(&m.live.state);
	chunk.count      = 1;
	chunk.entries[0] = *e;
	PR_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk) && pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
	size_t len = pr_chunk_assemble(data, raw, raw_len, frame, (uint32_t)frame_len);
	if (write) vector_write(pre32, data, len, status);
	PR_CHECK(pr_chunk_execute(&m.mirror.view, &m.mirror.ctx, data, len, &chunk, statuses) && statuses[0] == status);
	pr_state_root(&m.mirror.state, pre32);
	pr_state_root(&m.live.state, live32);
	PR_CHECK(memcmp(pre32, live32, 32) == 0);
	return status;
}

static const char *submit(void *ctx, const struct pr_entry *e, uint32_t *id)
{
	uint8_t  wire[PR_WIRE_BYTES_MAX], hash32[32];
	uint32_t next = world_next_id(&m.live);
	(void)ctx;
	pr_sha256(hash32, wire, pr_wire_encode(wire, e));
	enum pr_status status = execute(e, true);
	*id = 0;
	if (status == PR_STATUS_APPLIED) {
		if (world_next_id(&m.live) != next && e->kind != PR_KIND_STREAM_CLOSE) *id = next;
		PR_CHECK(m.taken_count < TAKEN_MAX);
		memcpy(m.taken[m.taken_count++], hash32, 32);
		return "applied";
	}
	for (uint32_t i = 0; i < m.taken_count; i++)
		if (memcmp(m.taken[i], hash32, 32) == 0) return "repeated";
	return pr_status_names[status];
}

static struct pr_entry tick(const struct scn_stream *s, uint32_t asset, uint64_t count, const uint8_t preimage32[32])
{
	struct pr_entry e = { .kind = PR_KIND_STREAM_TICK };
	e.f[PR_STREAM_TICK_STREAM].num = s->id;
	e.f[PR_STREAM_TICK_ASSET].num  = asset;
	e.f[PR_STREAM_TICK_COUNT].num  = count;
	memcpy(e.f[PR_STREAM_TICK_PREIMAGE].bytes, preimage32, 32);
	return e;
}

static uint32_t asset_of(const struct scn_stream *s)
{
	const struct pr_object *o = &pr_state_leaf(&m.live.state, s->id)->o;
	return o->type == PR_OBJECT_STREAM ? o->u.stream.asset : 0;
}

static const char *ticks(void *ctx, const struct scn_stream *s, uint64_t from, uint64_t to, uint64_t *taken)
{
	uint64_t used = pr_state_leaf(&m.live.state, s->id)->o.u.stream.used, stride = to - from <= SINGLE_TICKS ? 1 : PR_CHUNK_LINKS_MAX;
	(void)ctx;
	*taken = 0;
	for (unsigned n = 0; from < to; n++) {
		uint64_t        next = to - from < stride ? to : from + stride;
		struct pr_entry e    = tick(s, asset_of(s), next - from, s->links[next]);
		enum pr_status  status = execute(&e, n < RUN_WRITTEN);
		/* To the ledger an old preimage is a wrong one; the sequencer knows it. */
		if (status == PR_STATUS_LINK && next <= used) return "duplicate";
		if (status != PR_STATUS_APPLIED) return pr_status_names[status];
		*taken += next - from;
		from = next;
	}
	return "applied";
}

static const char *jump(void *ctx, const struct scn_stream *s, uint32_t asset, uint64_t to, const uint8_t preimage32[32])
{
	struct pr_entry e = tick(s, asset, to - s->sent, preimage32);
	(void)ctx;
	return pr_status_names[execute(&e, true)];
}

static bool account(void *ctx, const uint8_t addr20[20], uint32_t *id, uint64_t *balance, uint64_t *nonce)
{
	uint8_t key32[32];
	(void)ctx;
	pr_key_account(key32, addr20);
	if (!pr_state_find(&m.live.state, key32, id)) return false;
	const struct pr_account *a = &pr_state_leaf(&m.live.state, *id)->o.u.account;
	*balance = a->balance;
	*nonce   = a->nonce;
	return true;
}

static bool asset(void *ctx, uint32_t id, struct scn_asset_view *view)
{
	const struct pr_object *o = &pr_state_leaf(&m.live.state, id)->o;
	(void)ctx;
	if (o->type != PR_OBJECT_ASSET) return false;
	*view = (struct scn_asset_view){ o->u.asset.held, o->u.asset.owner_due, o->u.asset.units, (uint64_t)o->u.asset.total_rev };
	return true;
}

static bool stream(void *ctx, uint32_t id, struct scn_stream_view *view)
{
	const struct pr_object *o = &pr_state_leaf(&m.live.state, id)->o;
	(void)ctx;
	if (o->type != PR_OBJECT_STREAM) return false;
	*view = (struct scn_stream_view){ o->u.stream.escrow, o->u.stream.used };
	return true;
}

static const struct pr_earn_plan *plan_of(uint32_t id)
{
	struct pr_lists lists;
	PR_CHECK(pr_lists_open(&lists, CAPACITY));
	pr_lists_build(&lists, &m.live.state);
	const struct pr_earn_plan *plan = pr_earn_plan(m.earner, &m.live.state, &lists, id);
	pr_lists_close(&lists);
	return plan;
}

static void earnings(void *ctx, uint32_t id, uint64_t *now, uint64_t *after)
{
	const struct pr_earn_plan *plan = plan_of(id);
	(void)ctx;
	*now   = plan->now;
	*after = plan->after;
}

static bool collect(void *ctx, uint32_t id)
{
	const struct pr_earn_plan *plan;
	uint32_t                   made;
	while ((plan = plan_of(id))->count > 0)
		for (uint32_t i = 0; i < plan->count; i++)
			if (strcmp(submit(ctx, &plan->items[i].entry, &made), "applied") != 0) return false;
	return true;
}

static uint64_t fees(void *ctx)
{
	(void)ctx;
	return world_system(&m.live)->fees;
}

static uint64_t param(void *ctx, unsigned index)
{
	(void)ctx;
	return m.params[index];
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return m.live.ctx.time;
}

static void pass(void *ctx, uint64_t time)
{
	(void)ctx;
	m.live.ctx.time = time + 1;
}

static void settle_ticks(void *ctx) { (void)ctx; }

static void withdrew(void *ctx, const struct scn_person *p, uint32_t id, uint64_t amount)
{
	const struct pr_withdrawal *w = &pr_state_leaf(&m.live.state, id)->o.u.withdrawal;
	(void)ctx;
	PR_CHECK(w->amount == amount && memcmp(w->to, p->addr20, 20) == 0);
}

static void row_end(struct scn *s)
{
	if (!pr_state_conserved(&m.live.state, NULL)) scn_fail(s, "the ledger's sums");
}

static void begin(void)
{
	struct world *worlds[] = { &m.live, &m.mirror };
	struct scn_person bank;
	scn_person_key(&bank, BANK);
	for (unsigned i = 0; i < 2; i++) {
		world_genesis(worlds[i], CAPACITY, 0, m.params, 1, 1);
		pr_eip712_domain(worlds[i]->ctx.domain32, m.ledger.chain_id, m.ledger.rollup20);
		worlds[i]->ctx.time = 1000000;
		PR_CHECK(world_deposit(worlds[i], bank.addr20, BANK_MONEY) == PR_STATUS_APPLIED);
	}
	m.taken_count = 0;
}

static bool param_set(const char *text)
{
	const char *value = strchr(text, '=');
	for (unsigned i = 0; value && i < PR_PARAM_COUNT; i++)
		if (strlen(pr_param_infos[i].name) == (size_t)(value - text) && strncmp(pr_param_infos[i].name, text, (size_t)(value - text)) == 0) {
			m.params[i] = strtoull(value + 1, NULL, 10);
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	static struct scn s;
	if (argc < 3 || !(m.out = fopen(argv[1], "w"))) {
		fprintf(stderr, "usage: vectors OUT [NAME=VALUE | FILE.scn]...\n");
		return 64;
	}
	pr_crypto_init();
	m.earner = pr_earner_open();
	PR_CHECK(m.earner);
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) m.params[i] = pr_param_infos[i].def;
	m.ledger = (struct scn_ledger){ .ctx = &m, .chain_id = 7077, .rollup20 = { 0x5f, 0xbd, 0xb2 }, .submit = submit, .ticks = ticks, .jump = jump, .account = account,
		                        .asset = asset, .stream = stream, .earnings = earnings, .collect = collect, .fees = fees, .param = param, .now = now,
		                        .pass = pass, .settle_ticks = settle_ticks, .withdrew = withdrew };
	scn_init(&s, &m.ledger, BANK);
	for (int i = 2; i < argc; i++) {
		if (param_set(argv[i])) continue;
		begin();
		if (!scn_play(&s, argv[i], row_end)) {
			fprintf(stderr, "vectors: %s cannot be read\n", argv[i]);
			return 1;
		}
		world_fini(&m.live);
		world_fini(&m.mirror);
	}
	pr_earner_close(m.earner);
	if (fclose(m.out) != 0) return 1;
	fprintf(stderr, "scenarios in memory: %" PRIu32 " rows hold, %" PRIu32 " do not; %" PRIu64 " vectors\n", s.rows_passed, s.rows_failed, m.vectors);
	return s.rows_failed > 0;
}
