/* Drains in slices: what comes between two slices, what is there after a kill at any record, and the roots of a state that executes the sealed batches by itself. */
#include "sequencer/store.h"
#include "sequencer/test_sealed.h"

#define USERS 8u
#define LINKS 4000u
#define PRICE 3u
#define STREAMS 200u

static struct pr_chain    chain;
static char               work_dir[] = "/tmp/pr_seq_drain_XXXXXX";
static struct seq_engine *eng;
static char               data_dir[PR_PATH_BYTES_MAX];

static void engine_open(void)
{
	eng = kit_open(&chain, data_dir);
	PR_CHECK(eng);
}

static void engine_open_again(bool with_cache)
{
	char cache[PR_PATH_BYTES_MAX];
	seq_engine_close(eng);
	PR_CHECK(pr_path_join(cache, data_dir, "cache") == PR_OK);
	if (!with_cache) kit_remove(cache);
	engine_open();
}

static void world_open(const char *name)
{
	PR_CHECK(pr_path_join(data_dir, work_dir, name) == PR_OK);
	engine_open();
	for (unsigned i = 0; i < USERS; i++) kit_deposit(eng, i, 100000000);
	seq_seal_prepare(eng);
}

/* Everything is folded, sealed, and executed again without the engine. */
static void world_close(void)
{
	struct pr_state_sums sums;
	seq_drain(eng);
	UNIT_CHECK(pr_state_conserved(&eng->state, &sums));
	uint64_t sealed = eng->block.sealed;
	seq_engine_close(eng);
	kit_sealed_check(&chain, data_dir, sealed);
}

static enum pr_status submit(struct pr_entry *e, unsigned user, uint32_t *created)
{
	struct seq_receipt receipt = { 0 };
	kit_sign(&eng->state, &chain, e, user);
	enum pr_status status = seq_submit(eng, e, NULL, &receipt);
	if (created) *created = receipt.created;
	return status;
}

static uint32_t asset_make(unsigned user, uint32_t n)
{
	struct pr_entry e  = { .kind = PR_KIND_ASSET_REGISTER };
	uint32_t        id = 0;
	e.f[PR_ASSET_REGISTER_ACTIVE].num = 1;
	pr_be32_put(e.f[PR_ASSET_REGISTER_CONTENT].bytes, n);
	e.f[PR_ASSET_REGISTER_PRICE0].num = PRICE;
	UNIT_CHECK(submit(&e, user, &id) == PR_STATUS_APPLIED);
	return id;
}

static uint32_t stream_make(unsigned user, uint32_t asset, uint32_t seed, uint64_t expiry)
{
	struct pr_entry e  = { .kind = PR_KIND_STREAM_OPEN };
	uint32_t        id = 0;
	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = PRICE;
	e.f[PR_STREAM_OPEN_ESCROW].num = PRICE * LINKS;
	e.f[PR_STREAM_OPEN_EXPIRY].num = expiry;
	kit_link(e.f[PR_STREAM_OPEN_TIP].bytes, seed, LINKS, 0);
	UNIT_CHECK(submit(&e, user, &id) == PR_STATUS_APPLIED);
	return id;
}

static struct seq_tick_result tick(uint32_t stream, uint32_t seed, uint64_t used)
{
	static struct seq_tick_result r;
	uint8_t                       body[SEQ_TICK_BYTES];
	kit_tick(body, stream, seed, LINKS, used);
	seq_ticks(eng, &r, body, 1);
	return r;
}

static const struct pr_stream *stream_of(uint32_t id) { return &pr_state_leaf(&eng->state, id)->o.u.stream; }
static uint64_t                pending_of(uint32_t id) { return seq_stream_pending(&eng->streams, &eng->state, id); }

/* The entry that closes a stream, signed by the owner of its asset. */
static struct pr_entry close_of(uint32_t stream, unsigned owner)
{
	struct pr_entry e = { .kind = PR_KIND_STREAM_CLOSE };
	e.f[PR_STREAM_CLOSE_STREAM].num = stream;
	e.f[PR_STREAM_CLOSE_ASSET].num  = stream_of(stream)->asset;
	e.f[PR_STREAM_CLOSE_PAYER].num  = stream_of(stream)->payer;
	e.f[PR_STREAM_CLOSE_SERIAL].num = stream_of(stream)->serial;
	kit_sign(&eng->state, &chain, &e, owner);
	return e;
}

static void item_push(const struct pr_entry *e, uint64_t l1_time)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  len = pr_wire_encode(wire, e);
	UNIT_CHECK(seq_item_push(eng, seq_system(eng)->inbox_next + eng->items.count, l1_time, 0, wire, len));
}

/* Steps until the drain has folded everything that it found; rows for the cache are left. */
static void drain_finish(void)
{
	while (seq_drain_runs(&eng->drain)) UNIT_CHECK(seq_drain_step(eng, 7));
}

static uint32_t streams[STREAMS];

static uint32_t streams_pending(uint64_t expiry)
{
	uint32_t assets[3];
	for (uint32_t i = 0; i < 3; i++) assets[i] = asset_make(0, i + 1);
	for (uint32_t i = 0; i < STREAMS; i++) streams[i] = stream_make(1 + i % 3, assets[i % 3], 100 + i, expiry);
	seq_drain(eng);
	for (uint32_t i = 0; i < STREAMS; i++) UNIT_CHECK(tick(streams[i], 100 + i, 1).accepted == 1);
	return assets[0];
}

static void test_ticks_go_on_in_the_middle_of_a_drain(void)
{
	world_open("ticks");
	(void)streams_pending(kit_time_s + 9000);
	uint64_t before = eng->block.last_time, used[STREAMS], carried = 0;
	kit_time_s += 10;
	seq_drain_start(eng);
	for (uint32_t i = 0; i < STREAMS; i++) used[i] = 1;
	for (uint32_t step = 0; seq_drain_runs(&eng->drain); step++) {
		UNIT_CHECK(seq_drain_step(eng, 7));
		if (step >= 25) continue;
		for (uint32_t k = step % 3; k < STREAMS; k += 29) {
			used[k] += 1 + k % 5;
			UNIT_CHECK(tick(streams[k], 100 + k, used[k]).accepted == 1);
		}
		UNIT_CHECK(eng->block.open && eng->block.ctx.time == before);
	}
	UNIT_CHECK(!eng->block.open && eng->block.last_time == before);
	for (uint32_t i = 0; i < STREAMS; i++) {
		UNIT_CHECK(stream_of(streams[i])->used >= 1 && stream_of(streams[i])->used + pending_of(streams[i]) == used[i]);
		carried += pending_of(streams[i]);
	}
	UNIT_CHECK(carried > 0 && carried == eng->streams.pending_links);
	/* The next batch has the time by which the ticks of the meantime were judged, not the clock's. */
	kit_time_s += 50;
	UNIT_CHECK(tick(streams[0], 100, used[0] + 1).accepted == 1);
	UNIT_CHECK(eng->block.open && eng->block.ctx.time == before + 10);
	seq_drain(eng);
	for (uint32_t i = 0; i < STREAMS; i++) UNIT_CHECK(stream_of(streams[i])->used == used[i] + (i == 0));
	world_close();
}

static void test_a_drain_at_once_ends_one_in_slices(void)
{
	world_open("once");
	(void)streams_pending(kit_time_s + 9000);
	seq_drain_start(eng);
	for (unsigned i = 0; i < 9; i++) UNIT_CHECK(seq_drain_step(eng, 5));
	UNIT_CHECK(seq_drain_runs(&eng->drain) && tick(streams[0], 100, 2).accepted == 1);
	seq_drain(eng);
	UNIT_CHECK(!seq_drain_runs(&eng->drain) && eng->streams.pending_streams == 0 && !eng->block.open && stream_of(streams[0])->used == 2);
	kit_time_s += 5;
	UNIT_CHECK(tick(streams[0], 100, 3).accepted == 1 && eng->block.ctx.time == kit_time_s);
	world_close();
}

/* T1: the epoch's time; T2: when the drain begins. */
static void test_expiry_at_the_boundary(void)
{
	static const char *const names[3] = { "expiry", "expiry-killed", "expiry-cached" };
	for (unsigned killed = 0; killed < 3; killed++) {
		world_open(names[killed]);
		uint64_t t1 = eng->block.ctx.time, t2 = t1 + 100;
		uint32_t asset = asset_make(0, 1), soon = stream_make(1, asset, 1, t1 + 50), at_t2 = stream_make(1, asset, 2, t2), other = stream_make(2, asset, 3, t1 + 9000);
		UNIT_CHECK(tick(soon, 1, 5).accepted == 1 && tick(at_t2, 2, 5).accepted == 1 && tick(other, 3, 5).accepted == 1);
		kit_time_s = t2;
		UNIT_CHECK(tick(soon, 1, 6).accepted == 1); /* the epoch keeps its time */
		seq_drain_start(eng);
		UNIT_CHECK(tick(soon, 1, 7).refusals[0].status == PR_STATUS_STREAM_EXPIRED); /* judged by the next epoch's */
		UNIT_CHECK(tick(at_t2, 2, 6).accepted == 1);
		UNIT_CHECK(seq_drain_step(eng, 2) && seq_drain_runs(&eng->drain)); /* of `soon` and `at_t2` */
		UNIT_CHECK(stream_of(soon)->used == 6 && stream_of(at_t2)->used == 6);
		UNIT_CHECK(tick(at_t2, 2, 9).accepted == 1);
		drain_finish();
		UNIT_CHECK(eng->block.last_time == t1 && pending_of(at_t2) == 3 && stream_of(other)->used == 5);
		kit_time_s = t2 + 500;
		while (seq_drain_step(eng, 100)) continue;
		seq_log_kick(eng->log);
		if (killed) engine_open_again(killed == 2);
		UNIT_CHECK(pending_of(at_t2) == 3 && eng->block.epoch_ms != 0 && (eng->receipts.count == 0) == (killed != 1));
		seq_drain(eng);
		UNIT_CHECK(stream_of(at_t2)->used == 9 && eng->block.last_time == (killed ? t1 : t2));
		UNIT_CHECK(tick(at_t2, 2, 10).refusals[0].status == PR_STATUS_STREAM_EXPIRED);
		world_close();
	}
}

/* Entries that need a fold first, before the slice that would have made it and after. */
static void test_entries_in_the_middle_of_a_drain(void)
{
	world_open("entries");
	uint32_t asset = streams_pending(kit_time_s + 9000), late = streams[STREAMS - 1], early = streams[0];
	uint64_t before = eng->block.last_time;
	kit_time_s += 10;
	seq_drain_start(eng);
	for (unsigned i = 0; i < 3; i++) UNIT_CHECK(seq_drain_step(eng, 5));
	UNIT_CHECK(stream_of(early)->used == 1 && pending_of(late) == 1);
	UNIT_CHECK(tick(early, 100, 4).accepted == 1 && tick(late, 100 + STREAMS - 1, 3).accepted == 1);
	/* Closed with ticks of both epochs on it: all of them are paid. */
	struct pr_entry    e = close_of(late, 0);
	struct seq_receipt receipt;
	uint64_t           payer_before = pr_state_leaf(&eng->state, stream_of(late)->payer)->o.u.account.balance;
	uint32_t           payer        = stream_of(late)->payer;
	UNIT_CHECK(seq_submit(eng, &e, NULL, &receipt) == PR_STATUS_APPLIED && receipt.batch == eng->block.ctx.batch && eng->block.ctx.time == before);
	UNIT_CHECK(pr_state_leaf(&eng->state, payer)->o.u.account.balance == payer_before + PRICE * (LINKS - 3));
	e = close_of(early, 0);
	UNIT_CHECK(seq_submit(eng, &e, NULL, &receipt) == PR_STATUS_APPLIED);
	/* The id is used again at once, with the chain of the stream before it. */
	uint32_t again = stream_make(4, asset, 100, kit_time_s + 9000);
	UNIT_CHECK(again == early && tick(again, 100, 2).accepted == 1 && pending_of(again) == 2);
	/* A share: the asset's ticks are folded first, of both epochs. */
	memset(&e, 0, sizeof e);
	e.kind = PR_KIND_SHARE_ISSUE;
	e.f[PR_SHARE_ISSUE_ASSET].num  = asset;
	e.f[PR_SHARE_ISSUE_HOLDER].num = kit_account(&eng->state, 5);
	e.f[PR_SHARE_ISSUE_UNITS].num  = 10;
	UNIT_CHECK(submit(&e, 0, NULL) == PR_STATUS_APPLIED && eng->streams.assets[asset].first == 0);
	UNIT_CHECK(tick(again, 100, 3).accepted == 1);
	/* More escrow and life for a stream that is pending; a tick of its payer as an entry. */
	memset(&e, 0, sizeof e);
	e.kind = PR_KIND_STREAM_TOPUP;
	e.f[PR_STREAM_TOPUP_STREAM].num = streams[10];
	e.f[PR_STREAM_TOPUP_SERIAL].num = stream_of(streams[10])->serial;
	e.f[PR_STREAM_TOPUP_AMOUNT].num = 30;
	e.f[PR_STREAM_TOPUP_EXPIRY].num = stream_of(streams[10])->expiry + 5;
	UNIT_CHECK(submit(&e, 1 + 10 % 3, NULL) == PR_STATUS_APPLIED && tick(streams[10], 110, 2).accepted == 1);
	memset(&e, 0, sizeof e);
	e.kind = PR_KIND_STREAM_TICK;
	e.f[PR_STREAM_TICK_STREAM].num = streams[11];
	e.f[PR_STREAM_TICK_ASSET].num  = stream_of(streams[11])->asset;
	e.f[PR_STREAM_TICK_COUNT].num  = 2;
	kit_link(e.f[PR_STREAM_TICK_PREIMAGE].bytes, 111, LINKS, 3);
	UNIT_CHECK(seq_submit(eng, &e, NULL, &receipt) == PR_STATUS_APPLIED && stream_of(streams[11])->used == 3 && pending_of(streams[11]) == 0);
	/* A retired asset takes no tick; the drain goes on over what it had. */
	memset(&e, 0, sizeof e);
	e.kind = PR_KIND_ASSET_RETIRE;
	e.f[PR_ASSET_RETIRE_ASSET].num = stream_of(streams[2])->asset;
	UNIT_CHECK(submit(&e, 0, NULL) == PR_STATUS_APPLIED && tick(streams[2], 102, 2).refusals[0].status == PR_STATUS_ASSET_STATUS);
	drain_finish();
	for (uint32_t i = 1; i + 1 < STREAMS; i++) UNIT_CHECK(stream_of(streams[i])->used >= 1);
	UNIT_CHECK(stream_of(again)->used + pending_of(again) == 3);
	/* From the cache, with the ticks that are still pending, and from the log alone. */
	while (seq_drain_step(eng, 3)) continue;
	seq_log_kick(eng->log);
	uint8_t  root32[32], again32[32];
	uint64_t links = eng->streams.pending_links;
	pr_state_root(&eng->state, root32);
	for (unsigned with_cache = 2; with_cache-- > 0;) {
		engine_open_again(with_cache);
		pr_state_root(&eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0 && links > 0 && eng->streams.pending_links == links && stream_of(again)->used + pending_of(again) == 3);
	}
	world_close();
}

static void test_inbox_items_go_over_pending_ticks(void)
{
	world_open("items");
	(void)streams_pending(kit_time_s + 9000);
	struct pr_entry forced = close_of(streams[5], 0), share = { .kind = PR_KIND_SHARE_ISSUE };
	share.f[PR_SHARE_ISSUE_ASSET].num  = stream_of(streams[1])->asset;
	share.f[PR_SHARE_ISSUE_HOLDER].num = kit_account(&eng->state, 5);
	share.f[PR_SHARE_ISSUE_UNITS].num  = 10;
	uint64_t t2 = kit_time_s + 10;
	kit_deposit_at(eng, 30, 77, t2 + 3); /* L1's clock is ahead */
	item_push(&forced, t2);
	kit_time_s = t2;
	seq_drain_start(eng);
	kit_deposit_at(eng, 31, 78, t2 + 4); /* comes later than the next epoch's time */
	UNIT_CHECK(eng->drain.time == t2 + 3);
	for (uint64_t n = 0; seq_drain_runs(&eng->drain); n++) {
		for (uint32_t i = 0; i < STREAMS; i += 5) UNIT_CHECK(tick(streams[i], 100 + i, 2 + n).accepted == 1);
		UNIT_CHECK(eng->items.count == 3 && seq_drain_step(eng, 7));
	}
	/* The batch of the next epoch began with what L1 held: the stream is closed, and nothing that was acknowledged on it is lost. */
	UNIT_CHECK(eng->block.open && eng->block.ctx.time == t2 + 3 && eng->items.count == 1 && eng->streams.pending_streams > 10);
	UNIT_CHECK(kit_account(&eng->state, 30) != 0 && kit_account(&eng->state, 31) == 0 && pr_state_leaf(&eng->state, streams[5])->o.type == PR_OBJECT_FREE);
	uint64_t links = eng->streams.pending_links;
	for (unsigned with_cache = 2; with_cache-- > 0;) {
		while (seq_drain_step(eng, 100)) continue;
		seq_log_kick(eng->log);
		engine_open_again(with_cache);
		UNIT_CHECK(eng->streams.pending_links == links && pr_state_leaf(&eng->state, streams[5])->o.type == PR_OBJECT_FREE);
	}
	kit_deposit_at(eng, 31, 78, t2 + 4); /* the feed tells it again */
	kit_sign(&eng->state, &chain, &share, 0);
	item_push(&share, t2 + 4);
	/* A parameter concerns everybody: nothing is pending when it changes. */
	struct pr_entry param = { .kind = PR_KIND_PARAM };
	param.f[PR_PARAM_INDEX].num = PR_PARAM_FEE_PPM;
	param.f[PR_PARAM_VALUE].num = 50000;
	item_push(&param, t2 + 5);
	kit_time_s += 20;
	seq_drain_start(eng);
	while (eng->drain.phase != SEQ_DRAIN_FOLD) UNIT_CHECK(seq_drain_step(eng, 1));
	uint32_t asset = stream_of(streams[1])->asset;
	UNIT_CHECK(tick(streams[0], 100, 100).accepted == 1);
	for (; seq_drain_runs(&eng->drain);) UNIT_CHECK(seq_drain_step(eng, 7));
	UNIT_CHECK(seq_system(eng)->fee_ppm == 50000 && eng->streams.pending_links == 0 && eng->items.count == 0);
	UNIT_CHECK(pr_state_leaf(&eng->state, asset)->o.u.asset.units == 10);
	world_close();
}

/* Nothing is pending for a moment, and no batch is open, but the drain is not over: what comes now is judged by two times, and a batch begun by ticks alone gets an entry. */
static void test_time_stands_until_a_drain_is_over(void)
{
	world_open("stands");
	uint32_t asset = asset_make(0, 1), first = stream_make(1, asset, 1, kit_time_s + 9000), second = stream_make(1, asset, 2, kit_time_s + 9000);
	UNIT_CHECK(tick(first, 1, 5).accepted == 1 && tick(second, 2, 5).accepted == 1);
	uint64_t t1 = eng->block.ctx.time;
	kit_time_s += 10;
	seq_drain_start(eng);
	UNIT_CHECK(seq_drain_step(eng, 1) && pending_of(first) == 0 && pending_of(second) == 5);
	struct pr_entry    e = close_of(second, 0);
	struct seq_receipt receipt;
	UNIT_CHECK(seq_submit(eng, &e, NULL, &receipt) == PR_STATUS_APPLIED && eng->streams.pending_streams == 0);
	seq_block_seal(eng);
	kit_deposit_at(eng, 30, 77, t1);
	kit_time_s += 10;
	seq_seal_prepare(eng);
	UNIT_CHECK(seq_drain_runs(&eng->drain) && !eng->block.open && eng->block.ctx.time == t1 && eng->items.count == 1);
	UNIT_CHECK(tick(first, 1, 6).accepted == 1 && eng->block.open && eng->block.ctx.time == t1);
	drain_finish();
	UNIT_CHECK(eng->block.open && eng->block.ctx.time == t1 + 10 && eng->items.count == 0 && stream_of(first)->used == 6);
	world_close();
}

/* No sequencer writes this, and none reads it: an inbox item that names a stream with pending ticks. */
static void test_replay_refuses_items_over_what_they_name(void)
{
	for (unsigned over = 0; over < 2; over++) {
		world_open(over ? "over" : "beside");
		uint32_t asset = asset_make(0, 1), named = stream_make(1, asset, 1, kit_time_s + 9000), other = stream_make(1, asset_make(0, 2), 2, kit_time_s + 9000);
		UNIT_CHECK(tick(over ? named : other, over ? 1 : 2, 5).accepted == 1);
		struct pr_entry e = close_of(named, 0);
		seq_block_seal(eng);
		uint8_t record[27 + PR_WIRE_BYTES_MAX] = { SEQ_RECORD_BEGIN };
		pr_be64_put(record + 1, eng->block.sealed + 1);
		pr_be64_put(record + 9, eng->block.last_time);
		pr_be64_put(record + 17, seq_system(eng)->inbox_next);
		size_t len = pr_wire_encode(record + 27, &e);
		pr_be16_put(record + 25, (uint16_t)len);
		const struct iovec piece = { record, 27 + len };
		(void)seq_log_put(eng->log, &piece, 1);
		seq_engine_close(eng);
		eng = kit_open(&chain, data_dir);
		UNIT_CHECK((eng == NULL) == (over == 1));
		seq_engine_close(eng);
	}
}

/* Rows for the cache are of the moment of the last seal, whatever changes while they are made. */
static void test_rows_of_one_moment(void)
{
	uint8_t root32[32], again32[32];
	world_open("rows");
	uint32_t asset = streams_pending(kit_time_s + 9000);
	seq_drain_start(eng);
	for (uint32_t i = 0; i < 20; i++) {
		UNIT_CHECK(tick(streams[i], 100 + i, 2 + i).accepted == 1);
		UNIT_CHECK(seq_drain_step(eng, 10));
	}
	drain_finish();
	UNIT_CHECK(seq_store_makes(eng->store) && eng->streams.pending_links > 0);
	for (uint32_t i = 0; i < 60; i++) {
		struct pr_entry e = { .kind = PR_KIND_TRANSFER };
		e.f[PR_TRANSFER_TO].num     = kit_account(&eng->state, i % USERS);
		e.f[PR_TRANSFER_AMOUNT].num = 1 + i;
		UNIT_CHECK(submit(&e, (i + 3) % USERS, NULL) == PR_STATUS_APPLIED);
		if (i == 10) (void)stream_make(4, asset, 9, kit_time_s + 900);
		if (i == 20) {
			e = close_of(streams[30], 0);
			struct seq_receipt receipt;
			UNIT_CHECK(seq_submit(eng, &e, NULL, &receipt) == PR_STATUS_APPLIED);
		}
		UNIT_CHECK(tick(streams[50 + i], 150 + i, 3).accepted == 1);
		UNIT_CHECK(seq_store_makes(eng->store) && seq_drain_step(eng, 2));
	}
	UNIT_CHECK(seq_store_makes(eng->store));
	while (seq_drain_step(eng, 5)) continue;
	seq_log_kick(eng->log);
	uint32_t receipts = eng->receipts.count;
	pr_state_root(&eng->state, root32);
	uint64_t links = eng->streams.pending_links;
	UNIT_CHECK(receipts == 62); /* those before are in the cache */
	for (unsigned with_cache = 2; with_cache-- > 0;) {
		engine_open_again(with_cache);
		pr_state_root(&eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0 && eng->streams.pending_links == links);
		UNIT_CHECK(with_cache ? eng->receipts.count == receipts : eng->receipts.count > receipts);
	}
	world_close();
}

/* ---- Everything at random ---- */

#define RANDOM_STREAMS 24u
#define MARKS_MAX 8192u

static struct {
	uint32_t asset[2], stream[RANDOM_STREAMS];
	uint64_t used[RANDOM_STREAMS]; /* as acknowledged */
	bool     closed[RANDOM_STREAMS];
	unsigned carried; /* drains in slices that ended with ticks pending */
} r;

static void random_start(void)
{
	memset(&r, 0, sizeof r);
	for (uint32_t i = 0; i < 2; i++) r.asset[i] = asset_make(0, i + 1);
	for (uint32_t i = 0; i < RANDOM_STREAMS; i++) r.stream[i] = stream_make(1 + i % 3, r.asset[i % 2], i, kit_time_s + 9000);
}

static void random_op(void)
{
	struct pr_entry    e = { 0 };
	struct seq_receipt receipt;
	uint32_t           k = (uint32_t)(unit_rand() % RANDOM_STREAMS);
	switch (unit_rand() % 16) {
	case 0:
		e.kind = PR_KIND_TRANSFER;
		e.f[PR_TRANSFER_TO].num     = kit_account(&eng->state, (unsigned)(unit_rand() % USERS));
		e.f[PR_TRANSFER_AMOUNT].num = 1 + unit_rand() % 100;
		UNIT_CHECK(submit(&e, (unsigned)(unit_rand() % USERS), NULL) == PR_STATUS_APPLIED);
		break;
	case 1:
		e.kind = PR_KIND_SHARE_ISSUE;
		e.f[PR_SHARE_ISSUE_ASSET].num  = r.asset[k % 2];
		e.f[PR_SHARE_ISSUE_HOLDER].num = kit_account(&eng->state, k % USERS);
		e.f[PR_SHARE_ISSUE_UNITS].num  = 1 + unit_rand() % 9;
		if (unit_rand() % 4 == 0) UNIT_CHECK(submit(&e, 0, NULL) == PR_STATUS_APPLIED);
		break;
	case 2:
		if (unit_rand() % 2) kit_deposit_at(eng, k % USERS, 5, kit_time_s);
		kit_time_s += unit_rand() % 3;
		break;
	case 3:
		if (unit_rand() % 4) break;
		if (r.closed[k]) { /* another stream, and often another id, with the same chain */
			r.stream[k] = stream_make(1 + k % 3, r.asset[k % 2], k, kit_time_s + 9000);
			r.used[k]   = 0;
			r.closed[k] = false;
		} else {
			seq_seal_prepare(eng); /* items that wait come first and may change it */
			e = close_of(r.stream[k], 0);
			if (seq_submit(eng, &e, NULL, &receipt) != PR_STATUS_APPLIED) break;
			r.closed[k] = true;
		}
		break;
	case 4:
		seq_drain_start(eng);
		break;
	case 5:
	case 6:
	case 7:
		if (!seq_drain_runs(&eng->drain)) {
			(void)seq_drain_step(eng, 1 + (uint32_t)(unit_rand() % 6)); /* rows for the cache */
			break;
		}
		(void)seq_drain_step(eng, 1 + (uint32_t)(unit_rand() % 6));
		r.carried += !seq_drain_runs(&eng->drain) && eng->streams.pending_streams > 0;
		break;
	case 8:
		if (unit_rand() % 8 == 0) seq_drain(eng);
		break;
	default:
		if (r.closed[k]) break;
		r.used[k] += 1 + unit_rand() % 4;
		UNIT_CHECK(tick(r.stream[k], k, r.used[k]).accepted == 1);
		break;
	}
}

static void random_check(void)
{
	for (uint32_t k = 0; k < RANDOM_STREAMS; k++)
		if (!r.closed[k]) UNIT_CHECK(stream_of(r.stream[k])->used + pending_of(r.stream[k]) == r.used[k]);
}

static void test_restarts_at_any_moment(void)
{
	uint8_t root32[32], again32[32];
	world_open("restarts");
	random_start();
	unsigned in_slices = 0;
	for (unsigned round = 0; round < 60; round++) {
		for (unsigned i = 0; i < 60; i++) random_op();
		random_check();
		pr_state_root(&eng->state, root32);
		uint64_t sealed = eng->block.sealed, links = eng->streams.pending_links;
		in_slices += seq_drain_runs(&eng->drain);
		engine_open_again(round % 3 != 0);
		pr_state_root(&eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0 && eng->block.sealed == sealed && eng->streams.pending_links == links);
		UNIT_CHECK(links == 0 || eng->block.epoch_ms != 0); /* it will end by age */
		random_check();
	}
	UNIT_CHECK(in_slices > 5 && r.carried > 20);
	world_close();
}

/* Killed after any record of the log: everything that was acknowledged by then is there, and work goes on to roots that a verifier reaches. */
static void test_killed_at_any_record(void)
{
	static struct mark {
		bool     set;
		uint8_t  root32[32];
		uint64_t sealed, links, used[RANDOM_STREAMS];
		uint32_t stream[RANDOM_STREAMS];
		bool     closed[RANDOM_STREAMS];
	} marks[MARKS_MAX]; /* by next sequence, between two operations */
	char whole[PR_PATH_BYTES_MAX];

	world_open("whole");
	random_start();
	uint64_t first = seq_log_next(eng->log);
	while (seq_log_next(eng->log) < first + 400) {
		random_op();
		struct mark *m = &marks[seq_log_next(eng->log)];
		m->set    = true;
		m->sealed = eng->block.sealed;
		m->links  = eng->streams.pending_links;
		pr_state_root(&eng->state, m->root32);
		memcpy(m->used, r.used, sizeof r.used);
		memcpy(m->stream, r.stream, sizeof r.stream);
		memcpy(m->closed, r.closed, sizeof r.closed);
	}
	uint64_t end = seq_log_next(eng->log);
	PR_CHECK(end < MARKS_MAX);
	seq_engine_close(eng);
	memcpy(whole, data_dir, sizeof whole);
	for (uint64_t keep = first; keep < end; keep++) {
		const struct mark *m = &marks[keep + 1];
		uint8_t            root32[32];
		PR_CHECK(pr_path_join(data_dir, work_dir, "cut") == PR_OK);
		kit_log_cut(whole, data_dir, keep);
		engine_open();
		if (m->set) {
			pr_state_root(&eng->state, root32);
			UNIT_CHECK(memcmp(root32, m->root32, 32) == 0 && eng->block.sealed == m->sealed && eng->streams.pending_links == m->links);
			memcpy(r.used, m->used, sizeof r.used);
			memcpy(r.stream, m->stream, sizeof r.stream);
			memcpy(r.closed, m->closed, sizeof r.closed);
			random_check();
		}
		uint64_t tip = seq_log_next(eng->log);
		if (m->set && keep % 3 == 0)
			while (seq_log_next(eng->log) < tip + 20) random_op();
		seq_drain(eng);
		seq_seal_tick(eng, 0);
		seq_drain(eng);
		if (m->set) random_check();
		uint64_t sealed = eng->block.sealed;
		seq_engine_close(eng);
		if (keep % 8 == 0) kit_sealed_check(&chain, data_dir, sealed);
	}
}

int main(void)
{
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	if (!mkdtemp(work_dir)) return 1;
	kit_chain(&chain);
	UNIT_RUN(test_ticks_go_on_in_the_middle_of_a_drain);
	UNIT_RUN(test_a_drain_at_once_ends_one_in_slices);
	UNIT_RUN(test_expiry_at_the_boundary);
	UNIT_RUN(test_entries_in_the_middle_of_a_drain);
	UNIT_RUN(test_inbox_items_go_over_pending_ticks);
	UNIT_RUN(test_time_stands_until_a_drain_is_over);
	UNIT_RUN(test_replay_refuses_items_over_what_they_name);
	UNIT_RUN(test_rows_of_one_moment);
	UNIT_RUN(test_restarts_at_any_moment);
	UNIT_RUN(test_killed_at_any_record);
	kit_remove(work_dir);
	return UNIT_END();
}
