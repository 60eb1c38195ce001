/* L1 takes another batch than the one sealed here: what was accepted stands again on L1's order, after kills at any record too, and a state that knows
 * L1 alone reaches the same roots. */
#include "core/rt/spool.h"
#include "core/rt/zpack.h"
#include "sequencer/feed.h"
#include "sequencer/rebase.h"
#include "sequencer/test_kit.h"

#define USERS 6u
#define LINKS 20000u
#define PRICE 7u
#define BATCHES_MAX 512u
#define ITEMS_MAX 512u

static struct pr_chain chain;
static char            work_dir[] = "/tmp/pr_seq_rebase_XXXXXX";

/* L1 as the feed tells it, one sequencer that reads it. */
static struct world {
	char               dir[PR_PATH_BYTES_MAX], feed_dir[PR_PATH_BYTES_MAX];
	struct seq_engine *eng;
	struct seq_feed   *feed;
	struct pr_spool   *l1;
	uint64_t           batches, items, taken; /* on L1: batches, items, items that batches took */
	uint64_t           time;                  /* of the last batch */
	unsigned           rebases;
	struct {
		struct pr_batch_header header;
		uint8_t                hash32[32], *run;
		size_t                 run_len;
		uint64_t               record; /* of the sealed spool; 0: of somebody else */
	} batch[BATCHES_MAX];
	struct {
		size_t  len;
		uint8_t bytes[PR_WIRE_BYTES_MAX];
	} item[ITEMS_MAX];
} w;

static void sub_dir(char out[PR_PATH_BYTES_MAX], const char *name) { UNIT_CHECK(pr_path_join(out, work_dir, name) == PR_OK); }

static void open_engine(void)
{
	w.eng = kit_open(&chain, w.dir);
	PR_CHECK(w.eng);
	w.feed = seq_feed_open(w.eng, w.feed_dir);
	PR_CHECK(w.feed);
}

static void close_engine(void)
{
	seq_feed_close(w.feed);
	seq_engine_close(w.eng);
}

/* Reads the feed as the program does: a re-base closes and opens. */
static void poll(void)
{
	for (;;) {
		seq_feed_poll(w.feed);
		if (!w.eng->reopen) break;
		w.rebases++;
		close_engine();
		open_engine();
	}
	UNIT_CHECK(!w.eng->halted);
}

static void event_put(const struct pr_l1_event *ev)
{
	uint8_t            head[PR_L1_EVENT_HEAD_BYTES_MAX];
	const struct iovec pieces[2] = { { head, pr_l1_event_head_encode(head, ev) }, { (void *)(uintptr_t)ev->data, ev->data_len } };
	PR_CHECK(pr_spool_append_pieces(w.l1, NULL, pieces, ev->data_len ? 2 : 1) == PR_OK && pr_spool_sync(w.l1) == PR_OK);
}

static void l1_item(const struct pr_entry *e)
{
	PR_CHECK(w.items < ITEMS_MAX);
	w.item[w.items].len   = pr_wire_encode(w.item[w.items].bytes, e);
	struct pr_l1_event ev = { .type = PR_L1_ITEM, .block = 1, .number = w.items, .data = w.item[w.items].bytes, .data_len = (uint32_t)w.item[w.items].len };
	w.items++;
	event_put(&ev);
}

static void l1_deposit(unsigned user, uint64_t amount)
{
	struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
	kit_address(e.f[PR_DEPOSIT_TO].bytes, user);
	e.f[PR_DEPOSIT_AMOUNT].num = amount;
	l1_item(&e);
}

static void l1_batch(struct pr_batch_header h, const uint8_t *run, size_t run_len)
{
	PR_CHECK(++w.batches < BATCHES_MAX);
	h.number     = w.batches;
	h.inbox_from = w.taken;
	if (w.batches > 1) memcpy(h.parent, w.batch[w.batches - 1].hash32, 32);
	w.batch[w.batches].header  = h;
	w.batch[w.batches].run_len = run_len;
	w.batch[w.batches].run     = malloc(run_len + 1);
	PR_CHECK(w.batch[w.batches].run);
	if (run_len) memcpy(w.batch[w.batches].run, run, run_len);
	pr_batch_header_hash(w.batch[w.batches].hash32, &h);
	w.taken = h.inbox_to;
	w.time  = h.timestamp;
	struct pr_l1_event ev = { .type = PR_L1_BATCH, .block = 1, .number = h.number, .header = h, .data = w.batch[w.batches].run, .data_len = (uint32_t)run_len };
	memcpy(ev.hash32, w.batch[w.batches].hash32, 32);
	event_put(&ev);
}

/* Somebody appends what waits in the inbox. */
static void l1_append(uint64_t time)
{
	l1_batch((struct pr_batch_header){ .timestamp = time > w.time ? time : w.time, .inbox_to = w.items }, NULL, 0);
}

static size_t chunk_pack(uint8_t *run, const struct pr_chunk *chunk)
{
	static uint8_t plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX];
	uint32_t       plain_len, raw_len;
	size_t         frame_len;
	PR_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, chunk) && pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
	uint32_t len = pr_chunk_assemble(run + 2, raw, raw_len, frame, (uint32_t)frame_len);
	pr_be16_put(run, (uint16_t)len);
	return 2 + (size_t)len;
}

/* The batcher and the bridge: the next batch as the newest record of its number says, if it follows L1's last one.  False: there is none. */
static bool l1_own(void)
{
	static struct pr_sealed_batch b, found;
	static struct pr_chunk        chunk;
	static uint8_t                run[PR_BATCH_DATA_MAX + PR_CHUNK_BYTES_MAX], record_kept[4u << 20];
	struct pr_spool_reader       *sealed;
	const uint8_t                *record;
	uint64_t                      sequence, last = 0, at_record = 0;
	size_t                        len, run_len = 0;
	bool                          there = false;

	PR_CHECK(pr_spool_reader_open(&sealed, w.eng->sealed_dir, 0) == PR_OK);
	while (pr_spool_read(sealed, &sequence, &record, &len) == PR_OK) {
		UNIT_CHECK(pr_sealed_batch_decode(&b, record, len));
		UNIT_CHECK(pr_sealed_batch_names_parent(&b) || b.number == last + 1);
		if (b.number <= w.batches + 1) there = false; /* made void, or found anew */
		if (b.number == w.batches + 1) {
			there     = pr_sealed_batch_names_parent(&b) ? memcmp(b.parent32, w.batch[w.batches].hash32, 32) == 0 : w.batch[w.batches].record == sequence - 1;
			at_record = sequence;
			memcpy(record_kept, record, len);
			PR_CHECK(pr_sealed_batch_decode(&found, record_kept, len));
		}
		last = b.number;
	}
	pr_spool_reader_close(sealed);
	if (!there) return false;
	for (uint32_t i = 0; i < found.posted; i++) {
		size_t at = 0;
		chunk.count = 0;
		while (at < found.chunks[i].bytes_len) {
			size_t n = pr_wire_length(found.chunks[i].bytes + at, found.chunks[i].bytes_len - at);
			PR_CHECK(pr_wire_decode(&chunk.entries[chunk.count++], found.chunks[i].bytes + at, n));
			at += n;
		}
		run_len += chunk_pack(run + run_len, &chunk);
	}
	UNIT_CHECK(found.inbox_from == w.taken && found.timestamp >= w.time);
	l1_batch((struct pr_batch_header){ .timestamp = found.timestamp, .inbox_to = found.inbox_to, .posted = found.posted }, run, run_len);
	w.batch[w.batches].record = at_record;
	return true;
}

/* Seals everything and posts it; then a state that knows L1 alone must have come to the sequencer's. */
static void all_posted_and_verified(void)
{
	static struct pr_chunk scratch;
	struct pr_state        state;
	struct pr_state_sums   sums;
	char                   message[PR_CONFIG_MESSAGE_BYTES];
	uint8_t                root32[32], ours32[32];
	void                  *mem  = aligned_alloc(64, pr_state_bytes(1u << 16));
	uint64_t               item = 0;

	poll();
	seq_drain(w.eng);
	seq_seal_tick(w.eng, 0);
	seq_drain(w.eng);
	while (l1_own()) poll();
	UNIT_CHECK(w.batches == w.eng->block.sealed && w.taken == w.items);
	UNIT_CHECK(seq_feed_mark(w.feed)->posted == w.batches);
	PR_CHECK(mem);
	memset(mem, 0, pr_state_bytes(1u << 16));
	pr_state_init(&state, mem, 1u << 16, 9);
	PR_CHECK(pr_chain_genesis(message, &chain, &state, root32) == PR_OK);
	struct pr_view view = pr_state_view(&state);
	for (uint64_t n = 1; n <= w.batches; n++) {
		const struct pr_batch_header *h   = &w.batch[n].header;
		struct pr_step_ctx            ctx = { .batch = n, .time = h->timestamp, .inbox = true };
		const uint8_t                *chunk;
		uint32_t                      len;
		size_t                        pos = 0;
		struct seq_batch              b;
		memcpy(ctx.domain32, chain.domain32, 32);
		for (uint64_t i = 0; item < h->inbox_to; i++, item++) {
			if (i % PR_INBOX_CHUNK_ITEMS == 0) pr_chunk_begin(&view, &ctx);
			(void)pr_item_execute(&view, &ctx, w.item[item].bytes, w.item[item].len);
		}
		ctx.inbox = false;
		while (pr_run_next(&chunk, &len, &pos, w.batch[n].run, w.batch[n].run_len)) (void)pr_chunk_execute(&view, &ctx, chunk, len, &scratch, NULL);
		pr_state_root(&state, root32);
		UNIT_CHECK(seq_store_batch(w.eng->store, n, &b) && memcmp(b.root32, root32, 32) == 0);
	}
	pr_state_root(&w.eng->state, ours32);
	UNIT_CHECK(memcmp(ours32, root32, 32) == 0 && pr_state_conserved(&w.eng->state, &sums));
	free(mem);
}

static void world_open(const char *name)
{
	char feed[64];
	memset(&w, 0, sizeof w);
	sub_dir(w.dir, name);
	(void)snprintf(feed, sizeof feed, "%s-feed", name);
	sub_dir(w.feed_dir, feed);
	PR_CHECK(pr_spool_open(&w.l1, w.feed_dir, 1u << 20, 1) == PR_OK);
	w.time = kit_time_s;
	open_engine();
	for (unsigned i = 0; i < USERS; i++) l1_deposit(i, 1000000000);
	poll();
	seq_seal_tick(w.eng, 0);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
}

static void world_close(void)
{
	close_engine();
	PR_CHECK(pr_spool_close(w.l1) == PR_OK);
	for (uint64_t n = 1; n <= w.batches; n++) free(w.batch[n].run);
}

/* ---- What clients do ---- */

static enum pr_status submit(struct pr_entry *e, unsigned user, uint32_t *created, uint8_t hash32[32])
{
	struct seq_receipt receipt = { 0 };
	uint8_t            wire[PR_WIRE_BYTES_MAX];
	seq_seal_prepare(w.eng); /* items that wait come first and may spend the nonce */
	kit_sign(&w.eng->state, &chain, e, user);
	enum pr_status status = seq_submit(w.eng, e, NULL, &receipt);
	if (created) *created = receipt.created;
	if (hash32) pr_sha256(hash32, wire, pr_wire_encode(wire, e));
	seq_log_kick(w.eng->log);
	return status;
}

static struct pr_entry transfer_of(unsigned to, uint64_t amount)
{
	struct pr_entry e = { .kind = PR_KIND_TRANSFER };
	e.f[PR_TRANSFER_TO].num     = kit_account(&w.eng->state, to);
	e.f[PR_TRANSFER_AMOUNT].num = amount;
	return e;
}

static void transfer(unsigned from, unsigned to, uint64_t amount, uint8_t hash32[32])
{
	struct pr_entry e = transfer_of(to, amount);
	UNIT_CHECK(submit(&e, from, NULL, hash32) == PR_STATUS_APPLIED);
}

static uint32_t asset_make(unsigned user, uint32_t n)
{
	struct pr_entry e  = { .kind = PR_KIND_ASSET_REGISTER };
	uint32_t        id = 0;
	e.f[PR_ASSET_REGISTER_ACTIVE].num = 1;
	pr_be32_put(e.f[PR_ASSET_REGISTER_CONTENT].bytes, n);
	e.f[PR_ASSET_REGISTER_PRICE0].num = PRICE;
	UNIT_CHECK(submit(&e, user, &id, NULL) == PR_STATUS_APPLIED);
	return id;
}

static uint32_t stream_make(unsigned user, uint32_t asset, uint32_t seed, uint8_t hash32[32])
{
	struct pr_entry e  = { .kind = PR_KIND_STREAM_OPEN };
	uint32_t        id = 0;
	e.f[PR_STREAM_OPEN_ASSET].num  = asset;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = PRICE;
	e.f[PR_STREAM_OPEN_ESCROW].num = PRICE * LINKS;
	e.f[PR_STREAM_OPEN_EXPIRY].num = kit_time_s + 3600;
	kit_link(e.f[PR_STREAM_OPEN_TIP].bytes, seed, LINKS, 0);
	UNIT_CHECK(submit(&e, user, &id, hash32) == PR_STATUS_APPLIED);
	return id;
}

static struct seq_tick_result tick(uint32_t stream, uint32_t seed, uint64_t used)
{
	static struct seq_tick_result r;
	uint8_t                       bytes[SEQ_TICK_BYTES];
	kit_tick(bytes, stream, seed, LINKS, used);
	seq_ticks(w.eng, &r, bytes, 1);
	seq_log_kick(w.eng->log);
	return r;
}

static uint64_t used_of(uint32_t stream)
{
	const struct pr_object *o = &pr_state_leaf(&w.eng->state, stream)->o;
	return o->type == PR_OBJECT_STREAM ? o->u.stream.used + seq_stream_pending(&w.eng->streams, &w.eng->state, stream) : 0;
}

static uint64_t balance_of(unsigned user) { return pr_state_leaf(&w.eng->state, kit_account(&w.eng->state, user))->o.u.account.balance; }

static struct seq_receipt receipt_of(const uint8_t hash32[32])
{
	struct seq_receipt r = { 0 };
	UNIT_CHECK(seq_store_receipt(w.eng->store, hash32, &r));
	return r;
}

/* ---- Tests ---- */

static void test_an_appended_batch_goes_before_an_open_batch_and_pending_ticks(void)
{
	uint8_t hash32[32];
	world_open("open");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	for (uint64_t used = 1000; used <= 5000; used += 1000) UNIT_CHECK(tick(stream, 1, used).accepted == 1);
	transfer(2, 3, 50, hash32);
	l1_deposit(4, 77);
	uint64_t before = balance_of(4);
	l1_append(kit_time_s + 600); /* ahead of our clock */
	poll();
	UNIT_CHECK(w.rebases == 1 && balance_of(4) == before + 77 && used_of(stream) == 5000 && balance_of(3) == 1000000000 + 50);
	UNIT_CHECK(w.eng->streams.pending_links == 5000 && receipt_of(hash32).dropped == PR_STATUS_APPLIED && receipt_of(hash32).batch == w.batches + 1);
	transfer(2, 3, 1, NULL);
	UNIT_CHECK(tick(stream, 1, 5001).accepted == 1);
	all_posted_and_verified();
	UNIT_CHECK(w.rebases == 1 && pr_state_leaf(&w.eng->state, stream)->o.u.stream.used == 5001);
	world_close();
}

/* Ticks that were accepted before the last batch that both orders have. */
static void test_ticks_pending_since_before_the_fork(void)
{
	world_open("since");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	UNIT_CHECK(tick(stream, 1, 900).accepted == 1);
	seq_block_seal(w.eng); /* full in the middle of an epoch */
	seq_log_kick(w.eng->log);
	UNIT_CHECK(w.eng->streams.pending_links == 900 && l1_own());
	poll();
	UNIT_CHECK(tick(stream, 1, 1900).accepted == 1);
	l1_deposit(4, 77);
	l1_append(kit_time_s);
	poll();
	UNIT_CHECK(w.rebases == 1 && w.eng->streams.pending_links == 1900 && used_of(stream) == 1900);
	close_engine();
	open_engine();
	UNIT_CHECK(w.eng->streams.pending_links == 1900 && used_of(stream) == 1900);
	all_posted_and_verified();
	world_close();
}

static void test_sealed_batches_are_void_and_sealed_again(void)
{
	uint8_t hashes[5][32];
	world_open("sealed");
	uint64_t base = w.batches;
	for (unsigned i = 0; i < 5; i++) {
		kit_time_s += 10;
		transfer(1, 2, 10 + i, hashes[i]);
		seq_drain(w.eng);
	}
	UNIT_CHECK(w.eng->block.sealed == base + 5);
	l1_deposit(4, 1);
	l1_append(kit_time_s);
	poll();
	UNIT_CHECK(w.rebases == 1 && balance_of(2) == 1000000000 + 60 && w.eng->block.sealed >= base + 1);
	for (unsigned i = 0; i < 5; i++) UNIT_CHECK(receipt_of(hashes[i]).dropped == PR_STATUS_APPLIED && receipt_of(hashes[i]).batch > base + 1);
	all_posted_and_verified();
	/* The cache holds the new order, and a start without it reads the same. */
	char cache[PR_PATH_BYTES_MAX];
	for (unsigned i = 0; i < 2; i++) {
		uint8_t root32[32], again32[32];
		pr_state_root(&w.eng->state, root32);
		close_engine();
		UNIT_CHECK(pr_path_join(cache, w.dir, "cache") == PR_OK);
		if (i) kit_remove(cache);
		open_engine();
		pr_state_root(&w.eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0);
		poll();
		UNIT_CHECK(seq_feed_mark(w.feed)->posted == w.batches && w.rebases == 1);
	}
	world_close();
}

/* The nonce of an accepted entry was spent through L1: it is dropped by name; the same entry forced through L1 is not. */
static void test_an_entry_that_cannot_apply_again_is_dropped_by_name(void)
{
	uint8_t lost32[32], kept32[32], twin32[32], wire[PR_WIRE_BYTES_MAX];
	world_open("dropped");
	struct pr_entry forced = transfer_of(5, 900), twin = transfer_of(5, 40);
	kit_sign(&w.eng->state, &chain, &forced, 1);
	kit_sign(&w.eng->state, &chain, &twin, 3);
	pr_sha256(twin32, wire, pr_wire_encode(wire, &twin));
	transfer(1, 2, 10, lost32);
	transfer(2, 4, 20, kept32);
	struct seq_receipt receipt;
	UNIT_CHECK(seq_submit(w.eng, &twin, NULL, &receipt) == PR_STATUS_APPLIED);
	l1_item(&forced);
	l1_item(&twin);
	l1_append(kit_time_s);
	poll();
	for (unsigned i = 0; i < 4; i++) {
		struct seq_receipt lost = receipt_of(lost32);
		UNIT_CHECK(lost.dropped == PR_STATUS_NONCE && receipt_of(kept32).dropped == PR_STATUS_APPLIED && receipt_of(twin32).dropped == PR_STATUS_APPLIED);
		UNIT_CHECK(balance_of(5) == 1000000000 + 940 && balance_of(2) == 1000000000 - 20);
		if (i == 2) all_posted_and_verified();
		close_engine();
		open_engine();
		poll();
	}
	UNIT_CHECK(w.rebases == 1);
	world_close();
}

/* A forced entry made an object, so those made after it have other ids. */
static void test_ids_that_moved_are_followed_or_refused(void)
{
	uint8_t opened32[32], asked32[32], to32[32];
	world_open("ids");
	uint32_t asset = asset_make(0, 1);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	/* A new account, money for it, a stream on an old asset with ticks, and an asset with a stream on it. */
	struct pr_entry open = { .kind = PR_KIND_ACCOUNT_OPEN };
	uint32_t        account, old_stream = stream_make(1, asset, 1, opened32), new_asset, lost_stream;
	kit_address(open.f[PR_ACCOUNT_OPEN_TO].bytes, USERS);
	open.f[PR_ACCOUNT_OPEN_AMOUNT].num = 500;
	UNIT_CHECK(submit(&open, 2, &account, NULL) == PR_STATUS_APPLIED);
	transfer(3, USERS, 30, to32);
	UNIT_CHECK(tick(old_stream, 1, 40).accepted == 1);
	new_asset   = asset_make(0, 2);
	lost_stream = stream_make(4, new_asset, 2, asked32);
	UNIT_CHECK(tick(lost_stream, 2, 9).accepted == 1);
	l1_deposit(USERS + 1, 1000); /* a new account takes the id of the stream */
	l1_append(kit_time_s);
	poll();
	UNIT_CHECK(kit_account(&w.eng->state, USERS + 1) == old_stream && kit_account(&w.eng->state, USERS) == account + 1);
	UNIT_CHECK(balance_of(USERS) == 530 && balance_of(4) == 1000000000);
	struct seq_receipt r = receipt_of(opened32);
	UNIT_CHECK(r.created == old_stream + 1 && used_of(r.created) == 40);
	UNIT_CHECK(receipt_of(asked32).dropped == PR_STATUS_SIGNATURE); /* signed over the number of the asset */
	UNIT_CHECK(receipt_of(to32).dropped == PR_STATUS_APPLIED && receipt_of(to32).sequence > 0); /* under the hash that the client has */
	close_engine();
	open_engine();
	UNIT_CHECK(receipt_of(to32).dropped == PR_STATUS_APPLIED && used_of(receipt_of(opened32).created) == 40);
	all_posted_and_verified();
	world_close();
}

static void test_two_foreign_batches_in_a_row(void)
{
	uint8_t hashes[3][32];
	world_open("two");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	transfer(2, 3, 5, hashes[0]);
	UNIT_CHECK(tick(stream, 1, 10).accepted == 1);
	seq_drain(w.eng);
	transfer(2, 3, 6, hashes[1]);
	UNIT_CHECK(tick(stream, 1, 20).accepted == 1);
	for (unsigned i = 0; i < 2; i++) {
		struct pr_entry forced = transfer_of(5, 1 + i);
		kit_sign(&w.eng->state, &chain, &forced, i ? 4 : 3);
		l1_item(&forced);
		l1_append(kit_time_s + 5 * i);
	}
	poll();
	UNIT_CHECK(w.rebases == 2 && balance_of(3) == 1000000000 + 11 - 1 && used_of(stream) == 20 && balance_of(5) == 1000000000 + 3);
	transfer(2, 3, 7, hashes[2]);
	for (unsigned i = 0; i < 3; i++) UNIT_CHECK(receipt_of(hashes[i]).dropped == PR_STATUS_APPLIED && receipt_of(hashes[i]).batch > w.batches);
	/* And once more, after posting went on. */
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	l1_deposit(1, 1);
	l1_append(kit_time_s);
	all_posted_and_verified();
	UNIT_CHECK(w.rebases == 3);
	world_close();
}

/* Another holder of the operator's key posted chunks: an entry that applies, one that is refused, links of a stream, bytes that are no chunk. */
static void test_a_foreign_batch_with_chunks(void)
{
	static struct pr_chunk chunk;
	static uint8_t         run[2 * PR_CHUNK_BYTES_MAX];
	uint8_t                hash32[32];
	world_open("chunks");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	UNIT_CHECK(tick(stream, 1, 100).accepted == 1);
	chunk.count = 3;
	memset(chunk.entries, 0, 3 * sizeof chunk.entries[0]);
	chunk.entries[0] = transfer_of(3, 8);
	kit_sign(&w.eng->state, &chain, &chunk.entries[0], 2);
	chunk.entries[1] = chunk.entries[0]; /* the same nonce */
	chunk.entries[2].kind = PR_KIND_STREAM_TICK;
	chunk.entries[2].f[PR_STREAM_TICK_STREAM].num = stream;
	chunk.entries[2].f[PR_STREAM_TICK_ASSET].num  = asset;
	chunk.entries[2].f[PR_STREAM_TICK_COUNT].num  = 60;
	kit_link(chunk.entries[2].f[PR_STREAM_TICK_PREIMAGE].bytes, 1, LINKS, 60);
	transfer(2, 3, 8, hash32); /* accepted here too */
	size_t len = chunk_pack(run, &chunk);
	memcpy(run + len, "\0\3abc", 5);
	l1_batch((struct pr_batch_header){ .timestamp = kit_time_s, .inbox_to = w.items, .posted = 2 }, run, len + 5);
	poll();
	UNIT_CHECK(w.rebases == 1 && balance_of(3) == 1000000000 + 8 && receipt_of(hash32).dropped == PR_STATUS_APPLIED && receipt_of(hash32).batch == w.batches);
	UNIT_CHECK(used_of(stream) == 100 && w.eng->streams.pending_links == 40);
	all_posted_and_verified();
	world_close();
}

/* Time went past the expiry of a stream: its ticks cannot be posted any more and are dropped; the state says so. */
static void test_ticks_that_expired_are_dropped(void)
{
	world_open("expired");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	UNIT_CHECK(tick(stream, 1, 10).accepted == 1);
	l1_deposit(2, 5);
	l1_append(kit_time_s + 4000);
	poll();
	UNIT_CHECK(w.rebases == 1 && used_of(stream) == 0 && w.eng->streams.pending_streams == 0);
	all_posted_and_verified();
	world_close();
}

static void spool_copy(const char *from, const char *to, uint64_t keep)
{
	struct pr_spool_reader *reader;
	struct pr_spool        *spool;
	const uint8_t          *record;
	uint64_t                sequence;
	size_t                  len;
	PR_CHECK(pr_spool_reader_open(&reader, from, 1) == PR_OK && pr_spool_open(&spool, to, 1u << 20, 1) == PR_OK);
	for (uint64_t i = 0; i < keep; i++) PR_CHECK(pr_spool_read(reader, &sequence, &record, &len) == PR_OK && pr_spool_append(spool, NULL, record, len) == PR_OK);
	PR_CHECK(pr_spool_close(spool) == PR_OK);
	pr_spool_reader_close(reader);
}

/* Killed after any record of a re-base, and in the attempt after that one too: it starts over, and comes to the same state.  What it had sealed on the
 * way was seen by nobody. */
static void test_killed_at_any_record(void)
{
	char    log[PR_PATH_BYTES_MAX], sealed[PR_PATH_BYTES_MAX], cut[PR_PATH_BYTES_MAX], to[PR_PATH_BYTES_MAX], keep_dir[PR_PATH_BYTES_MAX];
	uint8_t root32[32], again32[32], lost32[32];
	world_open("killed");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	struct pr_entry forced = transfer_of(5, 900);
	kit_sign(&w.eng->state, &chain, &forced, 3);
	for (unsigned i = 0; i < 4; i++) {
		transfer(2, 4, 1 + i, NULL);
		UNIT_CHECK(tick(stream, 1, 700 * (i + 1)).accepted == 1);
		if (i % 2) seq_drain(w.eng);
		kit_time_s += 3;
	}
	transfer(3, 4, 9, lost32);
	uint64_t asked = seq_log_next(w.eng->log), own = w.eng->block.sealed;
	l1_item(&forced);
	l1_append(kit_time_s);
	poll();
	UNIT_CHECK(w.rebases == 1);
	pr_state_root(&w.eng->state, root32);
	uint64_t end = seq_log_durable(w.eng->log), pending = w.eng->streams.pending_links, next = w.eng->block.sealed;
	close_engine();
	UNIT_CHECK(end > asked + 8);
	memcpy(keep_dir, w.dir, sizeof keep_dir);
	UNIT_CHECK(pr_path_join(log, w.dir, "log") == PR_OK && pr_path_join(sealed, w.dir, "sealed") == PR_OK);
	sub_dir(cut, "killed-cut");
	for (uint64_t keep = asked - 1; keep <= end; keep++) {
		kit_remove(cut);
		PR_CHECK(pr_dir_make(cut) == PR_OK && pr_path_join(to, cut, "log") == PR_OK);
		spool_copy(log, to, keep);
		PR_CHECK(pr_path_join(to, cut, "sealed") == PR_OK);
		spool_copy(sealed, to, own);
		memcpy(w.dir, cut, sizeof cut);
		unsigned before = w.rebases;
		open_engine();
		poll();
		UNIT_CHECK(w.rebases == before + (keep < asked));
		pr_state_root(&w.eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0 && w.eng->streams.pending_links == pending && w.eng->block.sealed == next);
		UNIT_CHECK(receipt_of(lost32).dropped == PR_STATUS_NONCE && used_of(stream) == 2800);
		uint64_t first = seq_log_durable(w.eng->log);
		close_engine();
		if (keep % 5 || keep < asked || first <= end) continue;
		/* The second attempt is killed as well. */
		char cut2[PR_PATH_BYTES_MAX], from2[PR_PATH_BYTES_MAX];
		sub_dir(cut2, "killed-cut2");
		kit_remove(cut2);
		PR_CHECK(pr_dir_make(cut2) == PR_OK && pr_path_join(from2, cut, "log") == PR_OK && pr_path_join(to, cut2, "log") == PR_OK);
		spool_copy(from2, to, keep + 1 + (first - keep) / 2);
		PR_CHECK(pr_path_join(to, cut2, "sealed") == PR_OK);
		spool_copy(sealed, to, own);
		memcpy(w.dir, cut2, sizeof cut2);
		open_engine();
		poll();
		pr_state_root(&w.eng->state, again32);
		UNIT_CHECK(memcmp(root32, again32, 32) == 0 && receipt_of(lost32).dropped == PR_STATUS_NONCE);
		close_engine();
	}
	/* The last of them goes on. */
	memcpy(w.dir, keep_dir, sizeof keep_dir);
	open_engine();
	all_posted_and_verified();
	world_close();
}

/* The log is gone: what is on L1 is taken from there, batch by batch, and work goes on. */
static void test_a_lost_log_is_taken_from_l1(void)
{
	uint8_t root32[32], again32[32];
	world_open("lost");
	uint32_t asset = asset_make(0, 1), stream = stream_make(1, asset, 1, NULL);
	for (unsigned i = 0; i < 5; i++) {
		UNIT_CHECK(tick(stream, 1, 30 * (i + 1)).accepted == 1);
		transfer(2, 3, 1, NULL);
		l1_deposit(i, 5);
		all_posted_and_verified();
	}
	pr_state_root(&w.eng->state, root32);
	close_engine();
	kit_remove(w.dir);
	open_engine();
	poll();
	pr_state_root(&w.eng->state, again32);
	UNIT_CHECK(memcmp(root32, again32, 32) == 0 && w.rebases == w.batches && w.eng->block.sealed == w.batches);
	UNIT_CHECK(tick(stream, 1, 151).accepted == 1);
	transfer(2, 3, 1, NULL);
	all_posted_and_verified();
	world_close();
}

/* A drain in slices is under way: what it folded and what it did not, and ticks that came meanwhile, are there after it. */
static void test_a_rebase_in_the_middle_of_a_drain(void)
{
	uint32_t streams[4];
	world_open("slices");
	uint32_t asset = asset_make(0, 1);
	for (uint32_t i = 0; i < 4; i++) streams[i] = stream_make(1 + i % 3, asset, 1 + i, NULL);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	for (unsigned round = 0; round < 6; round++) {
		uint64_t used = 100 * round;
		for (uint32_t i = 0; i < 4; i++) UNIT_CHECK(tick(streams[i], 1 + i, used + 10).accepted == 1);
		kit_time_s += 5;
		seq_drain_start(w.eng);
		for (unsigned step = 0; step < round; step++) (void)seq_drain_step(w.eng, 1);
		for (uint32_t i = 0; i < 4; i++) UNIT_CHECK(tick(streams[i], 1 + i, used + 20).accepted == 1);
		transfer(2, 3, 1 + round, NULL);
		UNIT_CHECK(seq_drain_runs(&w.eng->drain) == (round < 4));
		unsigned before = w.rebases;
		l1_deposit(4, 9);
		l1_append(kit_time_s);
		poll();
		UNIT_CHECK(w.rebases == before + 1);
		for (uint32_t i = 0; i < 4; i++) UNIT_CHECK(used_of(streams[i]) == used + 20);
		UNIT_CHECK(tick(streams[0], 1, used + 30).accepted == 1);
		all_posted_and_verified();
	}
	world_close();
}

/* Random work, posting that lags behind, batches of others and restarts at random. */
static void test_random_orders(void)
{
	world_open("random");
	uint32_t asset = asset_make(0, 1), streams[4];
	uint64_t used[4] = { 0 };
	for (uint32_t i = 0; i < 4; i++) streams[i] = stream_make(1 + i % 3, asset, 1 + i, NULL);
	seq_drain(w.eng);
	UNIT_CHECK(l1_own());
	poll();
	for (unsigned round = 0; round < 400; round++) {
		uint32_t        k = (uint32_t)(unit_rand() % 4);
		struct pr_entry forced;
		if (unit_rand() % 2) (void)seq_drain_step(w.eng, 1);
		switch (unit_rand() % 12) {
		case 0: transfer((unsigned)(unit_rand() % USERS), (unsigned)(unit_rand() % USERS), 1 + unit_rand() % 9, NULL); break;
		case 1:
			if (unit_rand() % 2) seq_drain(w.eng);
			else seq_drain_start(w.eng);
			break;
		case 2: kit_time_s += unit_rand() % 3; break;
		case 3: (void)l1_own(); break;
		case 4:
			poll();
			seq_seal_tick(w.eng, 0);
			break;
		case 5: l1_deposit((unsigned)(unit_rand() % (USERS + 4)), 1 + unit_rand() % 99); break;
		case 6:
			forced = transfer_of((unsigned)(unit_rand() % USERS), 1);
			kit_sign(&w.eng->state, &chain, &forced, (unsigned)(unit_rand() % USERS));
			l1_item(&forced);
			break;
		case 7:
			if (unit_rand() % 3 == 0 && w.taken < w.items) l1_append(kit_time_s);
			break;
		case 8:
			close_engine();
			open_engine();
			poll();
			break;
		default:
			used[k] += 1 + unit_rand() % 20;
			UNIT_CHECK(tick(streams[k], 1 + k, used[k]).accepted == 1);
			break;
		}
	}
	all_posted_and_verified();
	for (uint32_t i = 0; i < 4; i++) UNIT_CHECK(used_of(streams[i]) == used[i]);
	UNIT_CHECK(w.rebases > 1);
	world_close();
}

int main(void)
{
	pr_crypto_init();
	pr_log_init("test", PR_LOG_LEVEL_ERROR);
	if (!mkdtemp(work_dir)) return 1;
	kit_chain(&chain);
	UNIT_RUN(test_an_appended_batch_goes_before_an_open_batch_and_pending_ticks);
	UNIT_RUN(test_ticks_pending_since_before_the_fork);
	UNIT_RUN(test_sealed_batches_are_void_and_sealed_again);
	UNIT_RUN(test_an_entry_that_cannot_apply_again_is_dropped_by_name);
	UNIT_RUN(test_ids_that_moved_are_followed_or_refused);
	UNIT_RUN(test_two_foreign_batches_in_a_row);
	UNIT_RUN(test_a_foreign_batch_with_chunks);
	UNIT_RUN(test_ticks_that_expired_are_dropped);
	UNIT_RUN(test_killed_at_any_record);
	UNIT_RUN(test_a_lost_log_is_taken_from_l1);
	UNIT_RUN(test_a_rebase_in_the_middle_of_a_drain);
	UNIT_RUN(test_random_orders);
	kit_remove(work_dir);
	return UNIT_END();
}
