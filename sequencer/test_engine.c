/* The engine without HTTP: every kind of work, sealing, replay from any prefix of the log, and the sealed batches executed again by themselves. */
#include "core/rt/kv.h"
#include "sequencer/store.h"
#include "sequencer/test_sealed.h"

#define USERS 12u
#define CHAIN_LENGTH 100000u
#define SHORT_LENGTH 16u

static struct pr_chain chain;
static char            work_dir[] = "/tmp/pr_seq_engine_XXXXXX";

static uint64_t length_of(uint32_t seed) { return seed < KIT_CHAINS ? CHAIN_LENGTH : SHORT_LENGTH; }

static const char *sub_dir(char out[PR_PATH_BYTES_MAX], const char *name)
{
	UNIT_CHECK(pr_path_join(out, work_dir, name) == PR_OK);
	return out;
}

static enum pr_status submit(struct seq_engine *eng, struct pr_entry *e, unsigned user, uint32_t *created)
{
	struct seq_receipt receipt = { 0 };
	if (pr_kind_infos[e->kind].is_signed || e->kind == PR_KIND_STREAM_VOUCHER) kit_sign(&eng->state, &chain, e, user);
	enum pr_status status = seq_submit(eng, e, NULL, &receipt);
	if (created) *created = receipt.created;
	return status;
}

static void all_deposit(struct seq_engine *eng)
{
	for (unsigned i = 0; i < USERS; i++) kit_deposit(eng, i, 1000000000);
	seq_seal_tick(eng, 0);
}

static uint32_t asset_make(struct seq_engine *eng, unsigned user, uint32_t n, uint64_t price)
{
	struct pr_entry e  = { .kind = PR_KIND_ASSET_REGISTER };
	uint32_t        id = 0;
	e.f[PR_ASSET_REGISTER_ACTIVE].num = 1;
	pr_be32_put(e.f[PR_ASSET_REGISTER_CONTENT].bytes, n);
	e.f[PR_ASSET_REGISTER_PRICE0].num = price;
	UNIT_CHECK(submit(eng, &e, user, &id) == PR_STATUS_APPLIED);
	return id;
}

static uint32_t stream_make(struct seq_engine *eng, unsigned user, uint32_t asset, uint32_t seed, uint64_t price, uint64_t escrow, uint8_t kind)
{
	struct pr_entry e  = { .kind = PR_KIND_STREAM_OPEN };
	uint32_t        id = 0;
	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_KIND].num   = kind;
	e.f[PR_STREAM_OPEN_PRICE].num  = kind == PR_STREAM_CHAIN ? price : 0;
	e.f[PR_STREAM_OPEN_ESCROW].num = escrow;
	e.f[PR_STREAM_OPEN_EXPIRY].num = kit_time_s + 3600;
	if (kind == PR_STREAM_CHAIN) kit_link(e.f[PR_STREAM_OPEN_TIP].bytes, seed, length_of(seed), 0);
	UNIT_CHECK(submit(eng, &e, user, &id) == PR_STATUS_APPLIED);
	return id;
}

static struct seq_tick_result ticks_one(struct seq_engine *eng, uint32_t stream, uint32_t seed, uint64_t used)
{
	static struct seq_tick_result r;
	uint8_t                       tick[SEQ_TICK_BYTES];
	kit_tick(tick, stream, seed, length_of(seed), used);
	seq_ticks(eng, &r, tick, 1);
	return r;
}

static void check_sound(struct seq_engine *eng)
{
	struct pr_state_sums sums;
	UNIT_CHECK(pr_state_conserved(&eng->state, &sums));
}

/* A session that does a little of everything, with random sizes; `pause` is called between operations. */
struct session {
	uint32_t asset, streams[8], voucher;
	uint64_t used[8], voucher_paid;
};

static void session_start(struct seq_engine *eng, struct session *s)
{
	memset(s, 0, sizeof *s);
	all_deposit(eng);
	s->asset = asset_make(eng, 0, 1, 7);
	for (uint32_t i = 0; i < 8; i++) s->streams[i] = stream_make(eng, 1 + i % 3, s->asset, i, 7, 7 * CHAIN_LENGTH, PR_STREAM_CHAIN);
	s->voucher = stream_make(eng, 4, s->asset, 0, 0, 100000, PR_STREAM_VOUCHER);
}

static void session_op(struct seq_engine *eng, struct session *s)
{
	struct pr_entry e;
	memset(&e, 0, sizeof e);
	unsigned user = (unsigned)(unit_rand() % USERS);
	switch (unit_rand() % 12) {
	case 0: {
		e.kind = PR_KIND_TRANSFER;
		e.f[PR_TRANSFER_TO].num     = kit_account(&eng->state, (unsigned)(unit_rand() % USERS));
		e.f[PR_TRANSFER_AMOUNT].num = 1 + unit_rand() % 100;
		UNIT_CHECK(submit(eng, &e, user, NULL) == PR_STATUS_APPLIED);
		break;
	}
	case 1:
		e.kind = PR_KIND_SHARE_ISSUE;
		e.f[PR_SHARE_ISSUE_ASSET].num  = s->asset;
		e.f[PR_SHARE_ISSUE_HOLDER].num = kit_account(&eng->state, user);
		e.f[PR_SHARE_ISSUE_UNITS].num  = 1 + unit_rand() % 9;
		UNIT_CHECK(submit(eng, &e, 0, NULL) == PR_STATUS_APPLIED);
		break;
	case 2:
		e.kind = PR_KIND_STREAM_VOUCHER;
		s->voucher_paid += 1 + unit_rand() % 50;
		e.f[PR_STREAM_VOUCHER_STREAM].num     = s->voucher;
		e.f[PR_STREAM_VOUCHER_ASSET].num      = s->asset;
		e.f[PR_STREAM_VOUCHER_PAYER].num      = kit_account(&eng->state, 4);
		e.f[PR_STREAM_VOUCHER_CUMULATIVE].num = s->voucher_paid;
		UNIT_CHECK(submit(eng, &e, 4, NULL) == PR_STATUS_APPLIED);
		break;
	case 3:
		if (unit_rand() % 2) kit_deposit(eng, user, 5);
		kit_time_s += unit_rand() % 5;
		seq_drain(eng);
		seq_seal_tick(eng, 0);
		break;
	case 4:
		e.kind = PR_KIND_TRANSFER; /* refused: nothing may change */
		e.f[PR_TRANSFER_TO].num     = kit_account(&eng->state, 1);
		e.f[PR_TRANSFER_AMOUNT].num = UINT64_MAX;
		UNIT_CHECK(submit(eng, &e, user, NULL) == PR_STATUS_BALANCE);
		break;
	default: {
		uint8_t                ticks[64 * SEQ_TICK_BYTES];
		struct seq_tick_result r;
		uint32_t               count = 1 + (uint32_t)(unit_rand() % 64);
		for (uint32_t i = 0; i < count; i++) {
			uint32_t k = (uint32_t)(unit_rand() % 8);
			s->used[k] += unit_rand() % 50 ? 1 : 1 + unit_rand() % 600;
			kit_tick(ticks + (size_t)i * SEQ_TICK_BYTES, s->streams[k], k, CHAIN_LENGTH, s->used[k]);
		}
		seq_ticks(eng, &r, ticks, count);
		UNIT_CHECK(r.accepted == count && r.refused == 0 && r.duplicates == 0);
		break;
	}
	}
	seq_log_kick(eng->log);
}

static void used_check(struct seq_engine *eng, const struct session *s)
{
	for (uint32_t i = 0; i < 8; i++) {
		uint64_t used = pr_state_leaf(&eng->state, s->streams[i])->o.u.stream.used + seq_stream_pending(&eng->streams, &eng->state, s->streams[i]);
		UNIT_CHECK(used == s->used[i]);
	}
}

static void test_session_replay(void)
{
	char               dir[PR_PATH_BYTES_MAX], cache[PR_PATH_BYTES_MAX];
	uint8_t            root32[32], again32[32];
	struct session     s;
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "session"));
	session_start(eng, &s);
	for (unsigned round = 0; round < 6; round++) {
		for (unsigned i = 0; i < 60; i++) session_op(eng, &s);
		check_sound(eng);
		used_check(eng, &s);
		pr_state_root(&eng->state, root32);
		uint64_t sealed = eng->block.sealed, links = eng->streams.pending_links;
		seq_engine_close(eng);
		if (round % 2) {
			UNIT_CHECK(pr_path_join(cache, dir, "cache") == PR_OK);
			kit_remove(cache);
		}
		eng = kit_open(&chain, dir);
		UNIT_CHECK(eng != NULL);
		if (!eng) return;
		pr_state_root(&eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0);
		UNIT_CHECK(eng->block.sealed == sealed && eng->streams.pending_links == links);
		used_check(eng, &s);
	}
	seq_drain(eng);
	check_sound(eng);
	uint64_t sealed = eng->block.sealed;
	seq_engine_close(eng);
	kit_sealed_check(&chain, dir, sealed);
}

/* Killed after any record: what is in the log is there again, and work goes on. */
static void test_cut_anywhere(void)
{
	char               dir[PR_PATH_BYTES_MAX], cut_dir[PR_PATH_BYTES_MAX];
	struct session     s;
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "whole"));
	uint8_t (*roots)[32] = calloc(4096, 32); /* by next sequence: the root when the log ended there between two operations */
	uint64_t *sealed     = calloc(4096, sizeof *sealed);
	session_start(eng, &s);
	while (seq_log_next(eng->log) < 150) {
		session_op(eng, &s);
		uint64_t next = seq_log_next(eng->log);
		if (next >= 4096) break;
		pr_state_root(&eng->state, roots[next]);
		sealed[next] = eng->block.sealed;
	}
	seq_drain(eng);
	uint64_t end = seq_log_next(eng->log);
	seq_engine_close(eng);
	static const uint8_t zero32[32];
	for (uint64_t keep = 1; keep < end; keep++) {
		uint8_t root32[32];
		kit_log_cut(dir, sub_dir(cut_dir, "cut"), keep);
		eng = kit_open(&chain, cut_dir);
		UNIT_CHECK(eng != NULL);
		if (!eng) return;
		if (keep + 1 < 4096 && memcmp(roots[keep + 1], zero32, 32) != 0) {
			pr_state_root(&eng->state, root32);
			UNIT_CHECK(memcmp(root32, roots[keep + 1], 32) == 0);
			UNIT_CHECK(eng->block.sealed == sealed[keep + 1]);
		}
		check_sound(eng);
		kit_deposit(eng, 1, 77);
		seq_drain(eng);
		seq_seal_tick(eng, 0);
		seq_drain(eng);
		check_sound(eng);
		uint64_t batches = eng->block.sealed;
		seq_engine_close(eng);
		if (keep % 16 == 0) kit_sealed_check(&chain, cut_dir, batches);
	}
	free(roots);
	free(sealed);
}

/* L1's clock is ahead of ours: a batch is not older than the items it takes, and ledger time does not go back afterwards. */
static void test_items_bring_their_time(void)
{
	char               dir[PR_PATH_BYTES_MAX];
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "ahead"));
	for (unsigned round = 0; round < 3; round++) {
		uint64_t ahead = kit_time_s + 50 * (round + 1);
		kit_deposit_at(eng, 1, 1000, ahead);
		kit_deposit_at(eng, 2, 1000, ahead - 20);
		seq_seal_tick(eng, 0);
		UNIT_CHECK(eng->block.open && eng->block.ctx.time == ahead && eng->items.count == 0);
		seq_drain(eng);
		UNIT_CHECK(seq_system(eng)->time == ahead && eng->block.last_time == ahead);
	}
	uint64_t before = eng->block.last_time;
	kit_deposit_at(eng, 1, 1000, 5);
	seq_seal_tick(eng, 0);
	UNIT_CHECK(eng->block.ctx.time == before);
	seq_drain(eng);
	uint64_t sealed = eng->block.sealed;
	seq_engine_close(eng);
	eng = kit_open(&chain, dir);
	UNIT_CHECK(eng && eng->block.sealed == sealed && eng->block.last_time == before);
	if (eng) seq_engine_close(eng);
	kit_sealed_check(&chain, dir, sealed);
}

/* Ticks: every answer that a tick may get. */
static void test_ticks(void)
{
	char               dir[PR_PATH_BYTES_MAX];
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "ticks"));
	all_deposit(eng);
	uint32_t asset = asset_make(eng, 0, 1, 10), stream = stream_make(eng, 1, asset, 3, 10, 10 * 2000, PR_STREAM_CHAIN);
	uint32_t voucher = stream_make(eng, 1, asset, 3, 0, 100, PR_STREAM_VOUCHER);
	uint8_t  root32[32], again32[32];
	UNIT_CHECK(ticks_one(eng, stream, 3, 1).accepted == 1);
	UNIT_CHECK(ticks_one(eng, stream, 3, 1).duplicates == 1);
	UNIT_CHECK(ticks_one(eng, stream, 3, 0).duplicates == 1);
	UNIT_CHECK(ticks_one(eng, stream, 3, 1025).units == 1024);
	pr_state_root(&eng->state, root32);
	uint64_t next = seq_log_next(eng->log);
	struct { const char *name; uint32_t stream, seed; uint64_t used; enum pr_status status; } rows[] = {
		{ "unknown stream", 60000, 3, 1026, PR_STATUS_STREAM },
		{ "beyond the ids", UINT32_MAX, 3, 1026, PR_STATUS_STREAM },
		{ "an account", kit_account(&eng->state, 1), 3, 1026, PR_STATUS_STREAM },
		{ "a voucher stream", voucher, 3, 1026, PR_STATUS_STREAM_KIND },
		{ "another chain", stream, 4, 1026, PR_STATUS_LINK },
		{ "a jump too far", stream, 3, 1025 + 1025, PR_STATUS_COUNT_RANGE },
		{ "beyond the escrow", stream, 3, 2001, PR_STATUS_ESCROW },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seq_tick_result r = ticks_one(eng, rows[i].stream, rows[i].seed, rows[i].used);
		UNIT_CHECK_ROW(rows[i].name, r.refused == 1 && r.accepted == 0 && r.refusals[0].status == rows[i].status);
	}
	kit_time_s += 3601;
	UNIT_CHECK(ticks_one(eng, stream, 3, 1026).accepted == 1); /* the batch that is open keeps its time */
	next++;
	seq_drain(eng);
	UNIT_CHECK(ticks_one(eng, stream, 3, 1027).refusals[0].status == PR_STATUS_STREAM_EXPIRED);
	UNIT_CHECK(pr_state_leaf(&eng->state, stream)->o.u.stream.used == 1026);
	UNIT_CHECK(pr_state_leaf(&eng->state, stream)->o.u.stream.escrow == 20000 - 10260);
	pr_state_root(&eng->state, again32);
	UNIT_CHECK(seq_log_next(eng->log) > next && !eng->block.open);
	/* Retired assets take no ticks, and what was pending is folded before. */
	uint32_t stream2 = stream_make(eng, 1, asset, 5, 10, 10 * 2000, PR_STREAM_CHAIN);
	UNIT_CHECK(ticks_one(eng, stream2, 5, 5).accepted == 1);
	struct pr_entry e = { .kind = PR_KIND_ASSET_RETIRE };
	e.f[PR_ASSET_RETIRE_ASSET].num = asset;
	UNIT_CHECK(submit(eng, &e, 2, NULL) == PR_STATUS_OWNER);
	UNIT_CHECK(eng->streams.pending_links == 5); /* a refused entry folds nothing */
	UNIT_CHECK(submit(eng, &e, 0, NULL) == PR_STATUS_APPLIED);
	UNIT_CHECK(eng->streams.pending_links == 0 && pr_state_leaf(&eng->state, stream2)->o.u.stream.used == 5);
	UNIT_CHECK(ticks_one(eng, stream2, 5, 6).refusals[0].status == PR_STATUS_ASSET_STATUS);
	seq_drain(eng);
	uint64_t sealed = eng->block.sealed;
	check_sound(eng);
	seq_engine_close(eng);
	kit_sealed_check(&chain, dir, sealed);
}

/* Nearly all the money that there can be goes round and round through a pool of one unit, until the accumulator is full; ticks that were accepted before
 * are folded before it is. */
static void test_ticks_before_an_overflow(void)
{
	const uint64_t     much = 8000000000000000000u, price = 1000000000000000u;
	char               dir[PR_PATH_BYTES_MAX];
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "overflow"));
	kit_deposit(eng, 0, 2 * much);
	seq_seal_tick(eng, 0);
	uint32_t        owner = kit_account(&eng->state, 0), asset = asset_make(eng, 0, 1, price), share, rounds = 0;
	struct pr_entry issue = { .kind = PR_KIND_SHARE_ISSUE }, pay = { .kind = PR_KIND_PAY }, claim = { .kind = PR_KIND_CLAIM };
	issue.f[PR_SHARE_ISSUE_ASSET].num  = asset;
	issue.f[PR_SHARE_ISSUE_HOLDER].num = owner;
	issue.f[PR_SHARE_ISSUE_UNITS].num  = 1;
	UNIT_CHECK(submit(eng, &issue, 0, &share) == PR_STATUS_APPLIED);
	uint32_t stream = stream_make(eng, 0, asset, 2, price, 1000 * price, PR_STREAM_CHAIN);
	pay.f[PR_PAY_ASSET].num      = asset;
	claim.f[PR_CLAIM_SHARE].num  = share;
	claim.f[PR_CLAIM_ASSET].num  = asset;
	claim.f[PR_CLAIM_HOLDER].num = owner;
	UNIT_CHECK(ticks_one(eng, stream, 2, 500).accepted == 1);
	for (uint64_t amount = much; amount > 0; rounds++) {
		pay.f[PR_PAY_AMOUNT].num = amount;
		enum pr_status status    = submit(eng, &pay, 0, NULL);
		UNIT_CHECK(status == PR_STATUS_APPLIED || status == PR_STATUS_OVERFLOW);
		if (status == PR_STATUS_OVERFLOW) amount /= 2;
		UNIT_CHECK(submit(eng, &claim, 0, NULL) == PR_STATUS_APPLIED);
	}
	UNIT_CHECK(rounds > 60 && pr_state_leaf(&eng->state, stream)->o.u.stream.used == 500);
	UNIT_CHECK(ticks_one(eng, stream, 2, 501).refusals[0].status == PR_STATUS_ASSET_STATUS);
	seq_drain(eng);
	check_sound(eng);
	uint64_t sealed = eng->block.sealed;
	seq_engine_close(eng);
	kit_sealed_check(&chain, dir, sealed);
}

/* What wrong ticks of one body may cost is bounded: further jumps are not looked at, single units are, and the next body begins anew. */
static void test_wrong_ticks_have_a_budget(void)
{
	char               dir[PR_PATH_BYTES_MAX];
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "budget"));
	all_deposit(eng);
	uint32_t asset = asset_make(eng, 0, 1, 1), stream = stream_make(eng, 1, asset, 3, 1, 2000, PR_STREAM_CHAIN), other = stream_make(eng, 1, asset, 5, 1, 2000, PR_STREAM_CHAIN);
	static const struct { uint32_t seed; uint64_t used; } ticks[] = {
		{ 4, 1000 }, { 4, 1000 }, { 4, 1000 }, { 4, 1000 }, { 4, 1000 }, /* of another chain: 5,000 links hashed in vain */
		{ 4, 1000 }, { 3, 1000 }, { 3, 2 },                              /* jumps, right ones too */
		{ 3, 1 }, { 4, 2 }, { 3, 2 },                                    /* single units */
	};
	static const uint8_t expect[] = { PR_STATUS_LINK, PR_STATUS_LINK, PR_STATUS_LINK, PR_STATUS_LINK, PR_STATUS_LINK,
		                          SEQ_TICK_SKIPPED, SEQ_TICK_SKIPPED, SEQ_TICK_SKIPPED, PR_STATUS_LINK };
	uint8_t                body[sizeof ticks / sizeof *ticks * SEQ_TICK_BYTES];
	struct seq_tick_result r;
	for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) kit_tick(body + i * SEQ_TICK_BYTES, stream, ticks[i].seed, length_of(ticks[i].seed), ticks[i].used);
	seq_ticks(eng, &r, body, sizeof ticks / sizeof *ticks);
	UNIT_CHECK(r.accepted == 2 && r.units == 2 && r.refused == sizeof expect);
	for (size_t i = 0; i < sizeof expect; i++) UNIT_CHECK(r.refusals[i].status == expect[i] && r.refusals[i].position == (i < 8 ? i : 9));
	UNIT_CHECK(strcmp(seq_tick_status_name(SEQ_TICK_SKIPPED), "skipped") == 0);
	UNIT_CHECK(ticks_one(eng, stream, 3, 1002).units == 1000 && ticks_one(eng, other, 5, 1000).units == 1000);
	seq_drain(eng);
	check_sound(eng);
	seq_engine_close(eng);
}

/* More than one chunk, and more than one batch, of links and of streams in one epoch. */
static void test_long_fold(void)
{
	char                   dir[PR_PATH_BYTES_MAX];
	struct seq_engine     *eng = kit_open(&chain, sub_dir(dir, "fold"));
	struct seq_tick_result r;
	static uint32_t        streams[4000];
	uint8_t               *body = malloc(4000 * SEQ_TICK_BYTES);
	all_deposit(eng);
	uint32_t asset = asset_make(eng, 0, 1, 1), long_stream = stream_make(eng, 1, asset, 9, 1, CHAIN_LENGTH, PR_STREAM_CHAIN);
	for (uint32_t i = 0; i < 4000; i++) streams[i] = stream_make(eng, i % USERS, asset, 100 + i, 1, 1000, PR_STREAM_CHAIN);
	seq_drain(eng);
	uint64_t before = eng->block.sealed;
	for (uint32_t i = 0; i < 4000; i++) kit_tick(body + (size_t)i * SEQ_TICK_BYTES, streams[i], 100 + i, length_of(100 + i), 1 + i % 3);
	seq_ticks(eng, &r, body, 4000);
	UNIT_CHECK(r.accepted == 4000);
	for (uint64_t used = 1000; used <= 20000; used += 1000) UNIT_CHECK(ticks_one(eng, long_stream, 9, used).accepted == 1);
	kit_time_s += 7200; /* everything has expired by the clock, not by the epoch's time */
	seq_drain(eng);
	UNIT_CHECK(eng->block.sealed > before + 1);
	UNIT_CHECK(pr_state_leaf(&eng->state, long_stream)->o.u.stream.used == 20000);
	for (uint32_t i = 0; i < 4000; i++) UNIT_CHECK(pr_state_leaf(&eng->state, streams[i])->o.u.stream.used == 1 + i % 3);
	check_sound(eng);
	uint64_t sealed = eng->block.sealed;
	seq_engine_close(eng);
	kit_sealed_check(&chain, dir, sealed);
	free(body);
}

/* The same bytes again: the receipt is found, before and after the batch went to the cache and after a restart. */
static void test_receipts(void)
{
	char               dir[PR_PATH_BYTES_MAX];
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "receipts"));
	struct seq_receipt first = { 0 }, found = { 0 };
	struct pr_entry    e = { .kind = PR_KIND_TRANSFER };
	uint8_t            wire[PR_WIRE_BYTES_MAX], hash32[32];
	all_deposit(eng);
	e.f[PR_TRANSFER_TO].num     = kit_account(&eng->state, 2);
	e.f[PR_TRANSFER_AMOUNT].num = 5;
	kit_sign(&eng->state, &chain, &e, 1);
	UNIT_CHECK(seq_submit(eng, &e, NULL, &first) == PR_STATUS_APPLIED);
	pr_sha256(hash32, wire, pr_wire_encode(wire, &e));
	for (unsigned i = 0; i < 3; i++) {
		UNIT_CHECK(seq_submit(eng, &e, NULL, &found) == PR_STATUS_NONCE);
		memset(&found, 0, sizeof found);
		UNIT_CHECK(seq_store_receipt(eng->store, hash32, &found));
		UNIT_CHECK(found.sequence == first.sequence && found.batch == first.batch);
		if (i == 0) {
			seq_drain(eng);
			UNIT_CHECK(eng->receipts.count == 0);
		} else {
			seq_engine_close(eng);
			eng = kit_open(&chain, dir);
		}
	}
	struct seq_batch batch;
	UNIT_CHECK(seq_store_batch_of(eng->store, first.sequence, &batch) && batch.number == first.batch);
	seq_engine_close(eng);
}

/* Overwrites the middle of every file of a directory. */
static void files_damage(const char *dir)
{
	char path[PR_PATH_BYTES_MAX];
	DIR *d = opendir(dir);
	UNIT_CHECK(d != NULL);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		struct stat st;
		if (pr_path_join(path, dir, entry->d_name) != PR_OK || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
		FILE *f = fopen(path, "r+b");
		if (!f) continue;
		(void)fseek(f, st.st_size / 2, SEEK_SET);
		(void)fwrite("damage damage damage", 1, 20, f);
		(void)fclose(f);
	}
	if (d) (void)closedir(d);
}

/* One object's row under another's id: LevelDB finds nothing wrong with it. */
static void row_copy(const char *cache)
{
	struct pr_kv *kv;
	uint8_t      *value;
	size_t        len;
	UNIT_CHECK(pr_kv_open(&kv, cache, 1u << 20, 1u << 20) == PR_OK);
	UNIT_CHECK(pr_kv_get(kv, &value, &len, "L\0\0\0\1", 5) == PR_OK && pr_kv_put(kv, "L\0\0\0\2", 5, value, len, true) == PR_OK);
	pr_kv_free(value);
	pr_kv_close(kv);
}

/* A cache that is damaged, or ahead of the log, is thrown away; the log says it all. */
static void test_cache_unsound(void)
{
	char               dir[PR_PATH_BYTES_MAX], cut_dir[PR_PATH_BYTES_MAX], from[PR_PATH_BYTES_MAX], to[PR_PATH_BYTES_MAX];
	uint8_t            root32[32], again32[32];
	struct session     s;
	struct seq_engine *eng = kit_open(&chain, sub_dir(dir, "unsound"));
	session_start(eng, &s);
	for (unsigned i = 0; i < 100; i++) session_op(eng, &s);
	seq_drain(eng);
	uint64_t half = seq_log_next(eng->log) / 2;
	for (unsigned i = 0; i < 20; i++) session_op(eng, &s);
	pr_state_root(&eng->state, root32);
	seq_engine_close(eng);
	UNIT_CHECK(pr_path_join(from, dir, "cache") == PR_OK);
	for (unsigned damage = 0; damage < 2; damage++) {
		if (damage == 0) files_damage(from);
		else row_copy(from);
		eng = kit_open(&chain, dir);
		UNIT_CHECK(eng != NULL);
		if (!eng) return;
		pr_state_root(&eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0);
		used_check(eng, &s);
		seq_drain(eng);
		pr_state_root(&eng->state, root32);
		seq_engine_close(eng);
	}
	/* Half of the log beside the whole cache, against half of the log alone. */
	for (unsigned with_cache = 0; with_cache < 2; with_cache++) {
		kit_log_cut(dir, sub_dir(cut_dir, "half"), half);
		UNIT_CHECK(pr_path_join(to, cut_dir, "cache") == PR_OK);
		if (with_cache) UNIT_CHECK(rename(from, to) == 0);
		eng = kit_open(&chain, cut_dir);
		UNIT_CHECK(eng != NULL);
		if (!eng) return;
		pr_state_root(&eng->state, with_cache ? again32 : root32);
		seq_engine_close(eng);
	}
	UNIT_CHECK(memcmp(root32, again32, 32) == 0);
}

static void test_other_chain(void)
{
	char            dir[PR_PATH_BYTES_MAX];
	struct pr_chain other = chain;
	seq_engine_close(kit_open(&chain, sub_dir(dir, "other")));
	other.domain32[0] ^= 1;
	UNIT_CHECK(kit_open(&other, dir) == NULL);
}

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	if (!mkdtemp(work_dir)) return 1;
	kit_chain(&chain);
	UNIT_RUN(test_receipts);
	UNIT_RUN(test_items_bring_their_time);
	UNIT_RUN(test_ticks);
	UNIT_RUN(test_wrong_ticks_have_a_budget);
	UNIT_RUN(test_ticks_before_an_overflow);
	UNIT_RUN(test_session_replay);
	UNIT_RUN(test_cut_anywhere);
	UNIT_RUN(test_long_fold);
	UNIT_RUN(test_cache_unsound);
	UNIT_RUN(test_other_chain);
	kit_remove(work_dir);
	return UNIT_END();
}
