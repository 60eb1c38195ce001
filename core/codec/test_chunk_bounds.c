/* Every bound of docs/spec/chunk.md, met exactly and passed by one, as the sums, the encoder and the decoder see it. */
#include "core/codec/chunk.h"

#include "core/base/unit.h"
#include "tests/support/any_entry.h"
#include "tests/support/plain_chunk.h"

static struct pr_entry list[PLAIN_ENTRIES_MAX];
static uint32_t count;
static struct plain_chunk written;
static struct pr_chunk chunk, back;
static uint8_t plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX];

static struct pr_entry *add(unsigned kind)
{
	PR_CHECK(count < PLAIN_ENTRIES_MAX);
	struct pr_entry *e = &list[count++];
	memset(e, 0, sizeof *e);
	e->kind = (uint8_t)kind;
	for (unsigned f = 0; f < pr_kind_info(kind)->field_count; f++)
		if (pr_field_is_id(pr_kind_info(kind)->fields[f].type)) e->f[f].num = 1;
	return e;
}

static void add_many(unsigned kind, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) (void)add(kind);
}

static void add_owner(uint32_t asset, uint32_t owner)
{
	struct pr_entry *e = add(PR_KIND_CLAIM_OWNER);
	e->f[PR_CLAIM_OWNER_ASSET].num = asset;
	e->f[PR_CLAIM_OWNER_OWNER].num = owner;
}

static void add_tick(uint64_t links) { add(PR_KIND_STREAM_TICK)->f[PR_STREAM_TICK_COUNT].num = links; }

/* True if the sums take every entry of the list. */
static bool sums_take(void)
{
	struct pr_chunk_sum sum, before;
	pr_chunk_sum_init(&sum);
	for (uint32_t i = 0; i < count; i++) {
		before = sum;
		if (pr_chunk_sum_add(&sum, &list[i])) continue;
		UNIT_CHECK(memcmp(&sum, &before, sizeof sum) == 0);
		return false;
	}
	return count > 0;
}

static bool encodes(void)
{
	uint32_t plain_len, raw_len;
	chunk.count = count;
	memcpy(chunk.entries, list, (count < PR_CHUNK_ENTRIES_MAX ? count : PR_CHUNK_ENTRIES_MAX) * sizeof list[0]);
	if (!pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk)) return false;
	UNIT_CHECK(plain_len == written.plain_len && memcmp(plain, written.plain, plain_len) == 0);
	UNIT_CHECK(raw_len == written.raw_len && memcmp(raw, written.raw, raw_len) == 0);
	return true;
}

static bool decodes(void)
{
	back.count = 99;
	bool ok = pr_chunk_decode_sections(&back, written.plain, written.plain_len, written.raw, written.raw_len);
	UNIT_CHECK(back.count == (ok ? count : 0));
	if (ok) UNIT_CHECK(memcmp(back.entries, list, count * sizeof list[0]) == 0);
	return ok;
}

/* The list written down without bounds is taken by all three, or by none. */
static void judge(const char *name, bool fits)
{
	plain_chunk_write(&written, list, count);
	UNIT_CHECK_ROW(name, plain_chunk_fits(&written, list, count) == fits);
	UNIT_CHECK_ROW(name, sums_take() == fits);
	UNIT_CHECK_ROW(name, encodes() == fits);
	UNIT_CHECK_ROW(name, decodes() == fits);
}

static void test_entries(void)
{
	count = 0;
	judge("no entry", false);
	add_many(PR_KIND_CLAIM_OWNER, PR_CHUNK_ENTRIES_MAX);
	judge("128 entries", true);
	(void)add(PR_KIND_CLAIM_OWNER);
	judge("129 entries", false);
}

static void test_leaves_named(void)
{
	count = 0;
	for (uint32_t id = 1; id + 1 <= 127; id += 2) add_owner(id, id + 1);
	judge("126 ids and the system", true);
	add_owner(1, 127);
	judge("127 ids and the system", true);
	add_owner(127, 1);
	judge("the same ids again", true);
	add_owner(1, 128);
	judge("128 ids and the system", false);
}

static void test_leaves_implicit(void)
{
	count = 0;
	add_many(PR_KIND_ACCOUNT_OPEN, 63);
	judge("63 accounts opened by one", true);
	(void)add(PR_KIND_CLAIM_OWNER);
	judge("and what adds no leaf", true);
	(void)add(PR_KIND_WITHDRAW);
	judge("and one more implicit leaf", false);
	count--;
	add_owner(1, 2);
	judge("and one more id", false);
}

static void test_gas(void)
{
	count = 0;
	add_many(PR_KIND_ASSET_REGISTER, 40);
	add_many(PR_KIND_PAY, 16);
	add_many(PR_KIND_ASSET_OPEN, 49);
	judge("gas of 1700000", true);
	(void)add(PR_KIND_CLAIM_OWNER);
	judge("more gas", false);
}

static void test_raw_bytes(void)
{
	count = 0;
	add_many(PR_KIND_STREAM_OPEN, 85);
	add_tick(0);
	judge("8192 raw bytes", true);
	(void)add(PR_KIND_CLAIM_OWNER);
	judge("and what has none", true);
	add_tick(0);
	judge("8224 raw bytes", false);
}

/* 59 registrations of one account; the last deadline is short and the last nonce has nonce_bytes. */
static void plain_list(uint32_t from, unsigned nonce_bytes)
{
	count = 0;
	for (unsigned i = 0; i < 59; i++) {
		struct pr_entry *e = add(PR_KIND_ASSET_REGISTER);
		for (unsigned f = 0; f < pr_kind_info(e->kind)->field_count; f++)
			if (pr_kind_info(e->kind)->fields[f].type == PR_FIELD_VAR) e->f[f].num = UINT64_MAX;
		e->f[PR_ASSET_REGISTER_FROM].num = from;
	}
	list[58].f[PR_ASSET_REGISTER_DEADLINE].num = 0;
	list[58].f[PR_ASSET_REGISTER_NONCE].num    = (uint64_t)1 << 7 * (nonce_bytes - 1);
}

static void test_plain_bytes(void)
{
	plain_list(PR_OBJECTS_MAX - 1, 4);
	judge("8192 plain bytes", true);
	UNIT_CHECK(written.plain_len == PR_CHUNK_PLAIN_MAX);
	plain_list(PR_OBJECTS_MAX - 1, 5);
	judge("8193 plain bytes", false);
	/* The sums allow four bytes for an id; a chunk that others made may use what they leave. */
	plain_list(1, 7);
	plain_chunk_write(&written, list, count);
	UNIT_CHECK(written.plain_len == PR_CHUNK_PLAIN_MAX && !sums_take() && encodes() && decodes());
	plain_list(1, 8);
	judge("8193 plain bytes with a short id", false);
}

static void test_links(void)
{
	static const struct {
		const char *name;
		uint64_t a, b;
		bool fits;
	} rows[] = {
		{ "none", 0, 0, true },
		{ "2048 at once", 2048, 0, true },
		{ "2049 at once", 2049, 0, false },
		{ "2048 in two", 2047, 1, true },
		{ "2049 in two", 2048, 1, false },
		{ "twice 2^63", (uint64_t)1 << 63, (uint64_t)1 << 63, false },
		{ "a sum that wraps 64 bits", UINT64_MAX, 2, false },
		{ "sums that wrap 32 bits", UINT32_MAX, 2, false },
		{ "a count that is small in 32 bits", (uint64_t)1 << 32, 0, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		count = 0;
		add_tick(rows[i].a);
		add_tick(rows[i].b);
		judge(rows[i].name, rows[i].fits);
	}
}

static void test_ids(void)
{
	static const struct {
		const char *name;
		uint64_t id;
		bool fits;
	} rows[] = {
		{ "id 0", 0, false },
		{ "id 1", 1, true },
		{ "the last id", PR_OBJECTS_MAX - 1, true },
		{ "OBJECTS_MAX", PR_OBJECTS_MAX, false },
		{ "the last of 32 bits", UINT32_MAX, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (unsigned other = 0; other < 2; other++) {
			count = 0;
			add_owner((uint32_t)rows[i].id, (uint32_t)(other ? 7 : rows[i].id));
			judge(rows[i].name, rows[i].fits);
		}
}

/* Values that an entry in memory can have and its fields cannot. */
static void test_values_past_their_field(void)
{
	count = 0;
	add_owner(1, 1);
	list[0].f[PR_CLAIM_OWNER_OWNER].num = (uint64_t)1 << 32 | 1;
	UNIT_CHECK(!sums_take() && !encodes());
	count = 0;
	add(PR_KIND_PAY)->f[PR_PAY_SCOPE].num = 256;
	UNIT_CHECK(!sums_take() && !encodes());
}

static void test_kinds_that_are_not_posted(void)
{
	for (unsigned kind = 0; kind < 256; kind++) {
		bool posted = kind >= 1 && kind < PR_KIND_COUNT && pr_kind_infos[kind].place == PR_PLACE_ANY;
		count = 0;
		(void)add(PR_KIND_CLAIM_OWNER);
		if (kind >= 1 && kind < PR_KIND_COUNT) {
			(void)add(kind);
			judge(pr_kind_infos[kind].name, posted);
		} else {
			add(PR_KIND_CLAIM_OWNER)->kind = (uint8_t)kind;
			UNIT_CHECK(!sums_take() && !encodes());
		}
		UNIT_CHECK(posted || kind == PR_KIND_DEPOSIT || kind == PR_KIND_PARAM || kind == 0 || kind >= PR_KIND_COUNT);
	}
}

static void test_an_entry_alone_always_fits(void)
{
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++) {
		const struct pr_kind_info *info = pr_kind_info(kind);
		if (info->place == PR_PLACE_INBOX) continue;
		count = 0;
		struct pr_entry *e = add(kind);
		for (unsigned f = 0; f < info->field_count; f++) {
			enum pr_field_type type = info->fields[f].type;
			if (pr_field_is_id(type)) e->f[f].num = PR_OBJECTS_MAX - 1 - f * 2097153;
			else if (type == PR_FIELD_VAR) e->f[f].num = UINT64_MAX;
			else if (type == PR_FIELD_U8) e->f[f].num = UINT8_MAX;
			else if (type != PR_FIELD_SIG64) memset(e->f[f].bytes, 0xff, type == PR_FIELD_B20 ? 20 : 32);
			else memset(e->sig64, 0xff, 64);
		}
		if (kind == PR_KIND_STREAM_TICK) e->f[PR_STREAM_TICK_COUNT].num = PR_CHUNK_LINKS_MAX;
		judge(info->name, true);
	}
}

/* Random lists of a few kinds, about as many as fit: the encoder and the decoder agree with the rules written a second time, and the sums
 * differ from them only by what they allow for ids. */
static void test_random_lists_near_the_bounds(void)
{
	uint64_t seed = unit_rand() | 1;
	uint32_t fitting = 0, refused = 0;
	for (unsigned n = 0; n < 3000; n++) {
		unsigned kinds[3] = { any_posted_kind(&seed), any_posted_kind(&seed), any_posted_kind(&seed) };
		uint32_t want = 20 + (uint32_t)(unit_rand() % 112), id_count = 1 + (uint32_t)(unit_rand() % 130);
		count = 0;
		while (count < want) {
			struct pr_entry e = any_entry(&seed, kinds[unit_rand() % 3], id_count, n % 2 ? 1 : 130003);
			if (e.kind == PR_KIND_STREAM_TICK) e.f[PR_STREAM_TICK_COUNT].num %= 64;
			list[count++] = e;
		}
		plain_chunk_write(&written, list, count);
		bool fits = plain_chunk_fits(&written, list, count), taken = sums_take();
		UNIT_CHECK(encodes() == fits && decodes() == fits);
		if (taken) UNIT_CHECK(fits);
		else UNIT_CHECK(!fits || written.plain_len + 3 * written.id_count > PR_CHUNK_PLAIN_MAX);
		fitting += fits;
		refused += !fits;
	}
	UNIT_CHECK(fitting > 300 && refused > 300);
}

int main(void)
{
	UNIT_RUN(test_entries);
	UNIT_RUN(test_leaves_named);
	UNIT_RUN(test_leaves_implicit);
	UNIT_RUN(test_gas);
	UNIT_RUN(test_raw_bytes);
	UNIT_RUN(test_plain_bytes);
	UNIT_RUN(test_links);
	UNIT_RUN(test_ids);
	UNIT_RUN(test_values_past_their_field);
	UNIT_RUN(test_kinds_that_are_not_posted);
	UNIT_RUN(test_an_entry_alone_always_fits);
	UNIT_RUN(test_random_lists_near_the_bounds);
	return UNIT_END();
}
