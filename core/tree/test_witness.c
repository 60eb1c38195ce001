#include "core/tree/witness.h"

#include "core/base/unit.h"
#include "tests/support/gen_state.h"

static uint8_t           bytes[PR_WITNESS_BYTES_MAX], other[PR_WITNESS_BYTES_MAX];
static struct pr_partial partial;
static uint8_t           root32[32], post32[32], got32[32];

/* A clean state, its root in root32. */
static void make_state(struct pr_state *s, uint32_t capacity, uint64_t seed, uint32_t steps)
{
	gen_state(s, capacity, seed, steps);
	pr_state_root(s, root32);
}

static void random_touch(struct pr_touch *t, uint32_t capacity, uint32_t n)
{
	t->count = 0;
	for (uint32_t i = 0; i < n; i++) PR_CHECK(pr_touch_add(t, (uint32_t)(unit_rand() % capacity), unit_rand() % 2));
}

static bool same_object(const struct pr_object *a, const struct pr_object *b)
{
	uint8_t  pa[PR_PAYLOAD_BYTES_MAX], pb[PR_PAYLOAD_BYTES_MAX];
	uint32_t la = pr_object_encode(pa, a), lb = pr_object_encode(pb, b);
	return la == lb && memcmp(pa, pb, la) == 0;
}

static void test_touch_add_keeps_order(void)
{
	static struct pr_touch t;
	uint8_t                open[512] = { 0 }, present[512] = { 0 };
	uint32_t               count = 0;

	t.count = 0;
	for (unsigned i = 0; i < 2000; i++) {
		uint32_t id     = (uint32_t)(unit_rand() % 512);
		bool     link   = unit_rand() % 4 == 0;
		bool     expect = present[id] || count < PR_WITNESS_LEAVES_MAX;
		UNIT_CHECK(pr_touch_add(&t, id, link) == expect);
		if (!expect) continue;
		count += !present[id];
		present[id] = 1;
		open[id] |= link;
	}
	UNIT_CHECK(t.count == PR_WITNESS_LEAVES_MAX && count == t.count);
	for (uint32_t i = 0; i < t.count; i++) {
		UNIT_CHECK(i == 0 || t.ids[i - 1] < t.ids[i]);
		UNIT_CHECK(present[t.ids[i]] && t.link_open[i] == open[t.ids[i]]);
	}
}

static void test_encode_then_open(void)
{
	static const uint32_t capacities[] = { 2, 4, 32, 256, 4096 };

	for (unsigned row = 0; row < 5; row++) {
		for (unsigned round = 0; round < 20; round++) {
			struct pr_state s;
			struct pr_touch t;
			uint32_t        capacity = capacities[row];

			make_state(&s, capacity, unit_rand(), (uint32_t)(unit_rand() % (2 * capacity)));
			random_touch(&t, capacity, (uint32_t)(unit_rand() % 130));
			size_t len = pr_witness_encode(bytes, sizeof bytes, &s, &t);
			UNIT_CHECK(len > 0);
			UNIT_CHECK(pr_partial_open(&partial, bytes, len, root32));
			PR_CHECK(pr_touch_add(&t, 0, false));
			UNIT_CHECK(partial.count == t.count && !partial.missing);
			for (uint32_t i = 0; i < t.count; i++) {
				const struct pr_leaf *leaf = pr_state_leaf(&s, t.ids[i]);
				bool                  keyed = pr_object_is_keyed(leaf->o.type);
				UNIT_CHECK(partial.ids[i] == t.ids[i] && same_object(&partial.leaves[i].o, &leaf->o));
				UNIT_CHECK(partial.link_form[i] == (!keyed ? 0 : t.link_open[i] ? 2 : 1));
				if (t.link_open[i]) UNIT_CHECK(memcmp(&partial.leaves[i].link, &leaf->link, sizeof leaf->link) == 0);
			}
			pr_partial_root(&partial, got32);
			UNIT_CHECK(memcmp(got32, root32, 32) == 0);
			UNIT_CHECK(len < 2000 || pr_witness_encode(other, len - 1, &s, &t) == 0);
			UNIT_CHECK(pr_witness_encode(other, len, &s, &t) == len && memcmp(bytes, other, len) == 0);
			gen_free(&s);
		}
	}
}

/* The largest witness that may come about fits into PR_WITNESS_BYTES_MAX; one leaf more is refused. */
static void test_largest(void)
{
	struct pr_state s;
	struct pr_touch t = { 0 };

	make_state(&s, 1024, unit_rand(), 1000);
	for (uint32_t i = 1; i < PR_WITNESS_LEAVES_MAX; i++) PR_CHECK(pr_touch_add(&t, i * (PR_OBJECTS_MAX / PR_WITNESS_LEAVES_MAX), true));
	size_t len = pr_witness_encode(bytes, sizeof bytes, &s, &t);
	UNIT_CHECK(len > 0 && pr_partial_open(&partial, bytes, len, root32));
	UNIT_CHECK(partial.depth == 24 && partial.count == PR_WITNESS_LEAVES_MAX);
	PR_CHECK(pr_touch_add(&t, 1, true));
	UNIT_CHECK(pr_witness_encode(bytes, sizeof bytes, &s, &t) == 0);
	gen_free(&s);
}

/* The same steps on the whole state and on the witness of what they touch: equal roots, and nothing missing. */
static void test_a_run_on_the_witness_gives_the_same_root(void)
{
	static const uint32_t capacities[] = { 2, 8, 64, 1024, 8192 };
	uint32_t              longest = 0;

	for (unsigned row = 0; row < 5; row++) {
		for (unsigned round = 0; round < 12; round++) {
			struct pr_state    pre, full;
			struct pr_recorder r;
			uint64_t           seed = unit_rand(), run_seed = unit_rand();
			uint32_t           history = (uint32_t)(unit_rand() % (2 * capacities[row])), steps = 1 + (uint32_t)(unit_rand() % 60);

			make_state(&pre, capacities[row], seed, history);
			make_state(&full, capacities[row], seed, history);
			pr_recorder_init(&r, pr_state_view(&full));
			struct pr_view view = pr_recorder_view(&r);
			struct gen     g    = { run_seed, capacities[row], &view };
			for (uint32_t i = 0; i < steps; i++) gen_step(&g);
			UNIT_CHECK(!r.full);
			pr_state_root(&full, post32);

			size_t len = pr_witness_encode(bytes, sizeof bytes, &pre, &r.touch);
			UNIT_CHECK(pr_partial_open(&partial, bytes, len, root32));
			struct pr_view stateless = pr_partial_view(&partial);
			g                        = (struct gen){ run_seed, capacities[row], &stateless };
			for (uint32_t i = 0; i < steps; i++) gen_step(&g);
			UNIT_CHECK(!partial.missing);
			pr_partial_root(&partial, got32);
			UNIT_CHECK(memcmp(got32, post32, 32) == 0);
			for (uint32_t i = 0; i < partial.count; i++)
				UNIT_CHECK(same_object(&partial.leaves[i].o, &pr_state_leaf(&full, partial.ids[i])->o));
			if (partial.count > longest) longest = partial.count;
			gen_free(&pre);
			gen_free(&full);
		}
	}
	UNIT_CHECK(longest > 50);
}

static void test_recorder_notes_links_and_overflow(void)
{
	static struct pr_recorder r;
	struct pr_state           s;
	struct pr_leaf            leaf;
	uint8_t                   key32[32];
	uint32_t                  id;

	gen_genesis(&s, 1024, 1);
	struct pr_view whole = pr_state_view(&s);
	struct gen     g     = { 1, 1024, &whole };
	for (unsigned i = 1; i < 9; i++) gen_create(&g, PR_OBJECT_ACCOUNT);
	pr_recorder_init(&r, whole);
	struct pr_view v = pr_recorder_view(&r);
	UNIT_CHECK(r.touch.count == 1 && r.touch.ids[0] == 0 && r.touch.link_open[0] == 0);
	v.load(v.ctx, 5, &leaf);
	v.store(v.ctx, 5, &leaf);
	UNIT_CHECK(r.touch.count == 2 && r.touch.ids[1] == 5 && r.touch.link_open[1] == 0);
	gen_key(key32, 3);
	UNIT_CHECK(v.find(v.ctx, key32, &id) && id == 3);
	UNIT_CHECK(r.touch.count == 3 && r.touch.ids[1] == 3 && r.touch.link_open[1] == 1);
	gen_key(key32, 500);
	UNIT_CHECK(!v.find(v.ctx, key32, &id));
	UNIT_CHECK(pr_touch_add(&r.touch, id, false));
	for (uint32_t i = 0; i < r.touch.count; i++) UNIT_CHECK(r.touch.ids[i] != id || r.touch.link_open[i] == 1);
	for (uint32_t i = 0; i < PR_WITNESS_LEAVES_MAX; i++) v.load(v.ctx, i, &leaf);
	UNIT_CHECK(!r.full || r.touch.count == PR_WITNESS_LEAVES_MAX);
	v.load(v.ctx, 900, &leaf);
	UNIT_CHECK(r.full);
	gen_free(&s);
}

static void test_missing_leaves_and_links(void)
{
	struct pr_state s;
	struct pr_leaf  leaf;
	uint8_t         key32[32];
	uint32_t        id;

	gen_genesis(&s, 64, 1);
	struct pr_view whole = pr_state_view(&s);
	struct gen     g     = { 1, 64, &whole };
	for (unsigned i = 1; i < 20; i++) gen_create(&g, PR_OBJECT_ACCOUNT);
	pr_state_root(&s, root32);
	struct pr_touch t = { 0 };
	PR_CHECK(pr_touch_add(&t, 3, false) && pr_touch_add(&t, 4, true));
	size_t len = pr_witness_encode(bytes, sizeof bytes, &s, &t);

	/* 0: load of an absent id; 1: find of a key whose link is closed; 2: find of a key that nothing opened encloses; 3: store to an absent id. */
	for (unsigned row = 0; row < 4; row++) {
		UNIT_CHECK(pr_partial_open(&partial, bytes, len, root32));
		struct pr_view v = pr_partial_view(&partial);
		gen_key(key32, 4);
		UNIT_CHECK(v.find(v.ctx, key32, &id) && id == 4);
		memcpy(key32, pr_state_leaf(&s, 4)->link.next, 32);
		for (unsigned i = 32; i-- > 0 && key32[i]-- == 0;) continue;
		UNIT_CHECK(!v.find(v.ctx, key32, &id) && id == 4);
		v.load(v.ctx, 3, &leaf);
		UNIT_CHECK(!partial.missing && leaf.o.type == PR_OBJECT_ACCOUNT);
		gen_key(key32, row == 1 ? 3 : 400);
		if (row == 0) v.load(v.ctx, 5, &leaf);
		if (row == 1 || row == 2) UNIT_CHECK(!v.find(v.ctx, key32, &id));
		if (row == 3) v.store(v.ctx, 5, &leaf);
		UNIT_CHECK(partial.missing);
		if (row == 0) UNIT_CHECK(leaf.o.type == PR_OBJECT_EMPTY);

		/* What follows changes nothing any more. */
		v.load(v.ctx, 0, &leaf);
		leaf.o.u.system.time++;
		memset(leaf.link.next, 7, 32);
		v.store(v.ctx, 0, &leaf);
		pr_partial_root(&partial, got32);
		UNIT_CHECK(memcmp(got32, root32, 32) == 0);
	}
	gen_free(&s);
}

/* Small witnesses to be damaged: every form of link and every type is in them. */
static size_t small_witness(struct pr_state *s, uint64_t seed)
{
	struct pr_touch t = { 0 };
	make_state(s, 64, seed, 90);
	for (unsigned i = 0; i < 9; i++) PR_CHECK(pr_touch_add(&t, (uint32_t)(unit_rand() % 64), unit_rand() % 2));
	return pr_witness_encode(bytes, sizeof bytes, s, &t);
}

static bool opens(const uint8_t *witness, size_t len)
{
	/* An exact copy, so that a sanitizer sees every read past its end. */
	uint8_t *copy = malloc(len ? len : 1);
	PR_CHECK(copy);
	memcpy(copy, witness, len);
	bool accepted = pr_partial_open(&partial, copy, len, root32);
	free(copy);
	return accepted;
}

static void test_every_truncation_and_trailing_byte_is_refused(void)
{
	for (unsigned round = 0; round < 4; round++) {
		struct pr_state s;
		size_t          len = small_witness(&s, unit_rand());
		UNIT_CHECK(opens(bytes, len));
		for (size_t n = 0; n < len; n++) UNIT_CHECK(!opens(bytes, n));
		for (unsigned more = 1; more < 66; more++) UNIT_CHECK(!opens(bytes, len + more));
		gen_free(&s);
	}
}

/* Whatever was just opened says of every leaf what the state says. */
static bool says_the_truth(const struct pr_state *s)
{
	for (uint32_t i = 0; i < partial.count; i++)
		if (!same_object(&partial.leaves[i].o, &pr_state_leaf(s, partial.ids[i])->o)) return false;
	return true;
}

/* The one change that can pass: the id of an EMPTY leaf among EMPTY leaves, which is as true as before. */
static void test_every_changed_byte_is_refused(void)
{
	for (unsigned round = 0; round < 3; round++) {
		struct pr_state s;
		size_t          len = small_witness(&s, unit_rand());
		uint32_t        passed = 0, empty = 0;
		for (uint32_t i = 0; i < pr_be16(bytes + 1) && opens(bytes, len); i++) empty += partial.leaves[i].o.type == PR_OBJECT_EMPTY;
		for (size_t at = 0; at < len; at++) {
			uint8_t was = bytes[at];
			for (unsigned bit = 0; bit < 8; bit++) {
				bytes[at] = (uint8_t)(was ^ 1u << bit);
				if (!opens(bytes, len)) continue;
				passed++;
				UNIT_CHECK(says_the_truth(&s));
			}
			bytes[at] = (uint8_t)unit_rand();
			UNIT_CHECK(!opens(bytes, len) || says_the_truth(&s));
			bytes[at] = was;
		}
		UNIT_CHECK(passed <= 6 * empty);
		UNIT_CHECK(opens(bytes, len) && says_the_truth(&s));
		gen_free(&s);
	}
}

/* A witness in parts, to be put together wrongly. */
struct parts {
	unsigned depth;
	uint32_t leaves, siblings;
	size_t   leaf_at[64], leaf_len[64];
	uint8_t  sibling[512][32];
};

static void take_apart(struct parts *p, size_t len)
{
	size_t at = 3;
	p->depth  = bytes[0];
	p->leaves = pr_be16(bytes + 1);
	for (uint32_t i = 0; i < p->leaves; i++) {
		uint8_t form  = bytes[at + 4];
		size_t  start = at + 5 + 32u * form;
		p->leaf_at[i]  = at;
		p->leaf_len[i] = start + pr_payload_bytes(bytes[start]) - at;
		at += p->leaf_len[i];
	}
	p->siblings = pr_be16(bytes + at);
	memcpy(p->sibling, bytes + at + 2, 32u * p->siblings);
	PR_CHECK(at + 2 + 32u * p->siblings == len);
}

/* Puts the leaves of the given order and all siblings together in other. */
static size_t put_together(const struct parts *p, const uint32_t *order, uint32_t leaves)
{
	size_t at = 3;
	other[0]  = (uint8_t)p->depth;
	pr_be16_put(other + 1, (uint16_t)leaves);
	for (uint32_t i = 0; i < leaves; i++) {
		memcpy(other + at, bytes + p->leaf_at[order[i]], p->leaf_len[order[i]]);
		at += p->leaf_len[order[i]];
	}
	pr_be16_put(other + at, (uint16_t)p->siblings);
	memcpy(other + at + 2, p->sibling, 32u * p->siblings);
	return at + 2 + 32u * p->siblings;
}

static void test_reordered_missing_and_doubled_parts_are_refused(void)
{
	static struct parts p;

	for (unsigned round = 0; round < 4; round++) {
		struct pr_state s;
		uint32_t        order[65];

		take_apart(&p, small_witness(&s, unit_rand()));
		for (uint32_t i = 0; i < p.leaves; i++) order[i] = i;
		UNIT_CHECK(opens(other, put_together(&p, order, p.leaves)));
		for (uint32_t i = 0; i < p.leaves; i++) {
			for (uint32_t j = 0; j < i; j++) {
				order[i] = j;
				order[j] = i;
				UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves)));
				order[i] = i;
				UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves)));
				order[j] = j;
			}
			/* Leaf i left out, then doubled. */
			for (uint32_t k = i; k + 1 < p.leaves; k++) order[k] = k + 1;
			UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves - 1)));
			for (uint32_t k = 0; k <= p.leaves; k++) order[k] = k > i ? k - 1 : k;
			UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves + 1)));
			for (uint32_t k = 0; k < p.leaves; k++) order[k] = k;
		}
		uint32_t siblings = p.siblings;
		for (uint32_t i = 0; i < siblings; i++) {
			uint8_t kept[512][32];
			memcpy(kept, p.sibling, sizeof kept);
			for (uint32_t j = 0; j < i; j++) {
				if (memcmp(kept[i], kept[j], 32) == 0) continue;
				memcpy(p.sibling[i], kept[j], 32);
				memcpy(p.sibling[j], kept[i], 32);
				UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves)));
				memcpy(p.sibling, kept, sizeof kept);
			}
			memmove(p.sibling[i], p.sibling[i + 1], 32u * (siblings - i - 1));
			p.siblings = siblings - 1;
			UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves)));
			memcpy(p.sibling, kept, sizeof kept);
			memmove(p.sibling[i + 1], kept[i], 32u * (siblings - i));
			p.siblings = siblings + 1;
			UNIT_CHECK(!opens(other, put_together(&p, order, p.leaves)));
			memcpy(p.sibling, kept, sizeof kept);
			p.siblings = siblings;
		}
		UNIT_CHECK(opens(other, put_together(&p, order, p.leaves)));
		gen_free(&s);
	}
}

/* A depth that is not the tree's: refused, except where the levels in between are shown to be empty, which says the same of the state. */
static void test_depth_lies(void)
{
	static struct parts p;
	struct pr_state     s;
	uint32_t            order[65];

	take_apart(&p, small_witness(&s, unit_rand()));
	for (uint32_t i = 0; i < p.leaves; i++) order[i] = i;
	unsigned depth    = p.depth;
	uint32_t siblings = p.siblings;
	for (unsigned lie = 0; lie < 256; lie++) {
		p.depth = lie;
		for (uint32_t n = 0; n <= siblings + 32; n++) {
			p.siblings = n;
			for (uint32_t i = siblings; i < n; i++) memcpy(p.sibling[i], pr_tree_zero(depth + i - siblings <= 32 ? depth + i - siblings : 32), 32);
			bool harmless = lie >= depth && lie <= PR_TREE_DEPTH && n == siblings + (lie - depth);
			UNIT_CHECK(opens(other, put_together(&p, order, p.leaves)) == harmless);
			if (!harmless) continue;
			size_t len = put_together(&p, order, p.leaves);
			UNIT_CHECK(pr_partial_open(&partial, other, len, root32));
			pr_partial_root(&partial, got32);
			UNIT_CHECK(memcmp(got32, root32, 32) == 0);
		}
	}
	gen_free(&s);
}

/* Neither can a leaf pass for an inner node, nor an inner node for a leaf: the siblings of a path moved by a level up or down are refused. */
static void test_leaves_and_inner_nodes_do_not_mix(void)
{
	static struct parts p;
	struct pr_state     s;
	struct pr_touch     t = { 0 };
	uint32_t            first = 0;
	uint8_t             a32[32], b32[32], key32[32] = { 1 };

	make_state(&s, 64, unit_rand(), 200);
	take_apart(&p, pr_witness_encode(bytes, sizeof bytes, &s, &t));
	UNIT_CHECK(opens(other, put_together(&p, &first, 1)));
	memmove(p.sibling[0], p.sibling[1], 32u * --p.siblings);
	p.depth--;
	UNIT_CHECK(!opens(other, put_together(&p, &first, 1)));
	p.depth += 2;
	p.siblings += 2;
	memmove(p.sibling[1], p.sibling[0], 32u * p.siblings);
	memset(p.sibling[0], 0, 32);
	UNIT_CHECK(!opens(other, put_together(&p, &first, 1)));

	/* The same 64 bytes under the three tags. */
	pr_sha256_node(a32, PR_TAG_NODE, key32, root32);
	struct pr_link link;
	memcpy(link.key, key32, 32);
	memcpy(link.next, root32, 32);
	pr_link_hash(b32, &link);
	UNIT_CHECK(memcmp(a32, b32, 32) != 0);
	pr_leaf_hash_parts(b32, key32, root32, 32);
	UNIT_CHECK(root32[0] == 0 || memcmp(a32, b32, 32) != 0);
	gen_free(&s);
}

/* Forms of links that do not belong to the type, systems in the wrong place. */
static void test_wrong_forms_are_refused(void)
{
	static struct parts p;
	struct pr_state     s;
	struct pr_touch     t = { 0 };
	struct pr_leaf      leaf;
	size_t              len;

	/* A state, with its true root, in which id 0 is no system object. */
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_STREAM };
	pr_state_init(&s, gen_memory(4), 4, 1);
	pr_state_put(&s, 0, &leaf);
	pr_state_root(&s, root32);
	len = pr_witness_encode(bytes, sizeof bytes, &s, &t);
	UNIT_CHECK(!opens(bytes, len));
	gen_free(&s);

	/* An unkeyed leaf with a link hash of zero, which gives the same hash: one encoding only. */
	gen_genesis(&s, 4, 1);
	pr_state_put(&s, 1, &leaf);
	pr_state_root(&s, root32);
	PR_CHECK(pr_touch_add(&t, 1, true));
	len = pr_witness_encode(bytes, sizeof bytes, &s, &t);
	UNIT_CHECK(opens(bytes, len));
	take_apart(&p, len);
	size_t at = p.leaf_at[1];
	memcpy(other, bytes, at + 5);
	other[at + 4] = 1;
	memset(other + at + 5, 0, 32);
	memcpy(other + at + 37, bytes + at + 5, len - at - 5);
	UNIT_CHECK(!opens(other, len + 32));

	/* A leaf twice, and the sibling that the second of them would need. */
	for (uint32_t i = 0; i < 3; i++) {
		p.siblings = i;
		pr_leaf_hash(p.sibling[0], pr_state_leaf(&s, 0));
		memcpy(p.sibling[1], p.sibling[0], 32);
		UNIT_CHECK(!opens(other, put_together(&p, (const uint32_t[]){ 0, 1, 1 }, 3)));
	}

	/* A second system object. */
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_SYSTEM, .link.key = { 9 } };
	pr_state_put(&s, 2, &leaf);
	pr_state_root(&s, root32);
	PR_CHECK(pr_touch_add(&t, 2, true));
	UNIT_CHECK(!opens(bytes, pr_witness_encode(bytes, sizeof bytes, &s, &t)));
	gen_free(&s);
}

/* Writes the seeds of fuzz_witness to a folder: the state there is gen_state(256, 11, 300). */
static int write_corpus(const char *folder)
{
	struct pr_state s;
	static const uint32_t touched[] = { 0, 1, 4, 20 };

	make_state(&s, 256, 11, 300);
	for (unsigned i = 0; i < 4; i++) {
		struct pr_touch t;
		char            path[4096];
		random_touch(&t, 256, touched[i]);
		size_t len = pr_witness_encode(bytes, sizeof bytes, &s, &t);
		snprintf(path, sizeof path, "%s/touch_%02u", folder, touched[i]);
		FILE *f = fopen(path, "wb");
		if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) return 1;
	}
	gen_free(&s);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--corpus") == 0) return write_corpus(argv[2]);
	UNIT_RUN(test_touch_add_keeps_order);
	UNIT_RUN(test_encode_then_open);
	UNIT_RUN(test_largest);
	UNIT_RUN(test_a_run_on_the_witness_gives_the_same_root);
	UNIT_RUN(test_recorder_notes_links_and_overflow);
	UNIT_RUN(test_missing_leaves_and_links);
	UNIT_RUN(test_every_truncation_and_trailing_byte_is_refused);
	UNIT_RUN(test_every_changed_byte_is_refused);
	UNIT_RUN(test_reordered_missing_and_doubled_parts_are_refused);
	UNIT_RUN(test_depth_lies);
	UNIT_RUN(test_leaves_and_inner_nodes_do_not_mix);
	UNIT_RUN(test_wrong_forms_are_refused);
	return UNIT_END();
}
