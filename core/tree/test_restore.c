/* States that come back from rows on a disk. */
#include "core/base/unit.h"
#include "tests/support/gen_state.h"

#define CAPACITY 1024u

static void rows_of(const struct pr_state *from, struct pr_state *to)
{
	uint8_t        row[PR_LEAF_ROW_BYTES_MAX];
	struct pr_leaf leaf;
	for (uint32_t id = 0; id < from->used; id++) {
		if (pr_state_leaf(from, id)->o.type == PR_OBJECT_EMPTY) continue;
		uint32_t len = pr_leaf_row_encode(row, pr_state_leaf(from, id));
		UNIT_CHECK(pr_leaf_row_decode(&leaf, row, len) && !pr_leaf_row_decode(&leaf, row, len - 1) && !pr_leaf_row_decode(&leaf, row, 64));
		UNIT_CHECK(pr_leaf_row_decode(&leaf, row, len) && pr_state_restore(to, id, &leaf));
	}
}

/* The same roots, paths and keys, now and after the same changes. */
static void same(struct pr_state *a, struct pr_state *b)
{
	uint8_t        a32[32], b32[32], pa[PR_TREE_DEPTH][32], pb[PR_TREE_DEPTH][32], key32[32];
	struct pr_view va = pr_state_view(a), vb = pr_state_view(b);
	struct gen     ga = { 77, CAPACITY, &va }, gb = { 77, CAPACITY, &vb };
	uint32_t       ia, ib;

	for (unsigned round = 0; round < 3; round++) {
		pr_state_root(a, a32);
		pr_state_root(b, b32);
		UNIT_CHECK(memcmp(a32, b32, 32) == 0 && a->used == b->used);
		for (uint32_t id = 0; id < a->used; id++) {
			unsigned depth = pr_state_path(a, id, pa);
			UNIT_CHECK(pr_state_path(b, id, pb) == depth && memcmp(pa, pb, 32 * (size_t)depth) == 0);
			gen_key(key32, id);
			bool found = pr_state_find(a, key32, &ia);
			UNIT_CHECK(pr_state_find(b, key32, &ib) == found && ia == ib);
		}
		for (unsigned i = 0; i < 200; i++) {
			gen_step(&ga);
			gen_step(&gb);
		}
	}
}

static void test_a_state_from_rows_is_the_state(void)
{
	for (unsigned round = 0; round < 6; round++) {
		struct pr_state whole, fresh, genesis;
		uint8_t         root32[32];
		gen_state(&whole, CAPACITY, unit_rand(), 50 + 300 * round);
		pr_state_root(&whole, root32);
		pr_state_init(&fresh, gen_memory(CAPACITY), CAPACITY, unit_rand());
		rows_of(&whole, &fresh);
		gen_genesis(&genesis, CAPACITY, unit_rand()); /* nothing of the genesis stays */
		if (round % 2) pr_state_root(&genesis, root32);
		rows_of(&whole, &genesis);
		same(&fresh, &genesis);
		gen_free(&whole), gen_free(&fresh), gen_free(&genesis);
	}
}

static void test_a_copy_is_the_state(void)
{
	for (unsigned round = 0; round < 6; round++) {
		struct pr_state whole, copy;
		uint8_t         root32[32];
		gen_state(&whole, CAPACITY, unit_rand(), round * 400);
		pr_state_root(&whole, root32);
		if (round % 2) {
			gen_genesis(&copy, CAPACITY, unit_rand());
			if (round % 4 == 1) pr_state_root(&copy, root32);
		} else {
			pr_state_init(&copy, gen_memory(CAPACITY), CAPACITY, unit_rand());
		}
		pr_state_copy(&copy, &whole);
		UNIT_CHECK(copy.leaves != whole.leaves && memcmp(copy.root, whole.root, 32) == 0);
		same(&whole, &copy);
		gen_free(&whole), gen_free(&copy);
	}
}

/* What would stop the program in pr_state_put is a false here, and leaves no trace. */
static void test_rows_that_nobody_vouches_for_are_refused(void)
{
	static const struct {
		const char    *name;
		uint32_t       id;
		struct pr_leaf leaf;
		bool           taken;
	} rows[] = {
		{ "beyond the capacity", CAPACITY, { .o.type = PR_OBJECT_STREAM }, false },
		{ "the highest id", UINT32_MAX, { .o.type = PR_OBJECT_STREAM }, false },
		{ "an empty leaf", 5, { .o.type = PR_OBJECT_EMPTY }, false },
		{ "an unknown type", 5, { .o.type = PR_OBJECT_COUNT }, false },
		{ "a second system object", 5, { .o.type = PR_OBJECT_SYSTEM }, false },
		{ "another object in the place of the system's", 0, { .o.type = PR_OBJECT_STREAM }, false },
		{ "the system object again", 0, { .o.type = PR_OBJECT_SYSTEM }, false },
		{ "an id that is there", 1, { .o.type = PR_OBJECT_STREAM }, false },
		{ "the same object again", 1, { .o.type = PR_OBJECT_ACCOUNT, .link.key = { 7 } }, false },
		{ "another's key", 5, { .o.type = PR_OBJECT_ASSET, .link.key = { 7 } }, false },
		{ "a keyed object without its key", 5, { .o.type = PR_OBJECT_ACCOUNT }, false },
		{ "a key where there is none", 5, { .o.type = PR_OBJECT_STREAM, .link.key = { 9 } }, false },
		{ "a place in the list where there is none", 5, { .o.type = PR_OBJECT_STREAM, .link.next = { 9 } }, false },
		{ "a sound one", 5, { .o.type = PR_OBJECT_STREAM }, true },
	};
	struct pr_state s;
	struct pr_leaf  account = { .o.type = PR_OBJECT_ACCOUNT, .link.key = { 7 } }, keyed_system = { .o.type = PR_OBJECT_SYSTEM, .link.key = { 1 } };
	uint8_t         before32[32], after32[32];

	pr_state_init(&s, gen_memory(CAPACITY), CAPACITY, 1);
	UNIT_CHECK(!pr_state_restore(&s, 1, &account) && !pr_state_restore(&s, 0, &keyed_system) && s.used == 0); /* the system object comes first */
	gen_free(&s);
	gen_genesis(&s, CAPACITY, 1);
	UNIT_CHECK(pr_state_restore(&s, 1, &account));
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		pr_state_root(&s, before32);
		UNIT_CHECK_ROW(rows[i].name, pr_state_restore(&s, rows[i].id, &rows[i].leaf) == rows[i].taken);
		pr_state_root(&s, after32);
		UNIT_CHECK_ROW(rows[i].name, (memcmp(before32, after32, 32) != 0) == rows[i].taken);
	}
	gen_free(&s);
}

int main(void)
{
	UNIT_RUN(test_a_state_from_rows_is_the_state);
	UNIT_RUN(test_a_copy_is_the_state);
	UNIT_RUN(test_rows_that_nobody_vouches_for_are_refused);
	return UNIT_END();
}
