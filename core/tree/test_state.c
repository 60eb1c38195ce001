#include "core/tree/state.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "tests/support/gen_state.h"
#include "tests/support/hex.h"

#define MODEL_MAX 8192u

/* The reference: what was last stored under each id, and a root computed from that alone. */
static struct pr_leaf model[MODEL_MAX];
static uint32_t       model_used;

static void model_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct pr_view v = pr_state_view(ctx);
	v.store(v.ctx, id, leaf);
	if (id >= MODEL_MAX || leaf->o.type == PR_OBJECT_EMPTY) return;
	model[id] = *leaf;
	if (id >= model_used) model_used = id + 1;
}

static void naive_node(uint8_t out32[32], const uint8_t l32[32], const uint8_t r32[32])
{
	uint8_t m[65] = { 1 };
	memcpy(m + 1, l32, 32);
	memcpy(m + 33, r32, 32);
	pr_sha256(out32, m, sizeof m);
}

static void naive_leaf(uint8_t out32[32], const struct pr_leaf *leaf)
{
	uint8_t m[300] = { 0 }, link[65] = { 2 };
	memset(out32, 0, 32);
	if (leaf->o.type == PR_OBJECT_EMPTY) return;
	if (leaf->o.type >= PR_OBJECT_SYSTEM && leaf->o.type <= PR_OBJECT_SHARE) {
		memcpy(link + 1, leaf->link.key, 32);
		memcpy(link + 33, leaf->link.next, 32);
		pr_sha256(m + 1, link, sizeof link);
	}
	pr_sha256(out32, m, 33 + pr_object_encode(m + 33, &leaf->o));
}

static void naive_root(uint8_t out32[32], const struct pr_leaf *leaves, uint32_t used, unsigned levels)
{
	static uint8_t level[MODEL_MAX][32];
	uint8_t        zero32[32] = { 0 };
	uint32_t       n = used;

	for (uint32_t i = 0; i < n; i++) naive_leaf(level[i], &leaves[i]);
	for (unsigned k = 0; k < levels; k++) {
		for (uint32_t i = 0; 2 * i < n; i++) naive_node(level[i], level[2 * i], 2 * i + 1 < n ? level[2 * i + 1] : zero32);
		n = (n + 1) / 2;
		naive_node(zero32, zero32, zero32);
	}
	memcpy(out32, n ? level[0] : zero32, 32);
}

static void test_known_roots(void)
{
	struct pr_state s;
	struct pr_leaf  leaf;
	uint8_t         root32[32], key32[32], addr20[20], content32[32];
	uint32_t        id;

	pr_tree_zero_init();
	UNIT_CHECK(hex_is(pr_tree_zero(1), 32, "ae0798d0ecaed2b778eddebf18f071a561c53658c05e76cedecc27cafbdbc577"));
	UNIT_CHECK(hex_is(pr_tree_zero(32), 32, "782d35b1fdad7d54e7a1b36a2ab1021e872c7692bb80fdd12bfc321e9e420409"));
	for (unsigned i = 0; i < 20; i++) addr20[i] = (uint8_t)(i + 1);
	for (unsigned i = 0; i < 32; i++) content32[i] = (uint8_t)i;
	pr_key_asset(key32, content32);
	UNIT_CHECK(hex_is(key32, 32, "cf06ce1aa3b12ed9b5169459866a0886386666a67c3cedc351043936fa44c6ce"));
	pr_key_edge(key32, 258, 16777215);
	UNIT_CHECK(hex_is(key32, 32, "025c7aec292297832527c12d6f332221a3f4c1d616dd09beed98ac42e17aa5d0"));
	pr_key_share(key32, 258, 16777215);
	UNIT_CHECK(hex_is(key32, 32, "0737d83360042fbfec230b6bf2dc0f426cc6e70c2aa8f4a5c9f9fd829d864268"));
	pr_key_account(key32, addr20);
	UNIT_CHECK(hex_is(key32, 32, "c4dd67c56dbd52e597475d5db84d5dd3788cad733521c5a6a91b175641e3c5fb"));

	pr_state_init(&s, gen_memory(4), 4, 0);
	pr_state_root(&s, root32);
	UNIT_CHECK(memcmp(root32, pr_tree_zero(32), 32) == 0);
	gen_free(&s);

	/* The roots of these leaves at any capacity, from an independent program. */
	for (uint32_t capacity = 4; capacity <= 64; capacity *= 4) {
		gen_genesis(&s, capacity, 9);
		pr_state_root(&s, root32);
		UNIT_CHECK(hex_is(root32, 32, "ab018d01e5405108843312f885ce942adeeb55689071394247df7e2006b1af83"));
		UNIT_CHECK(pr_state_find(&s, (const uint8_t[32]){ 0 }, &id) && id == 0);
		UNIT_CHECK(!pr_state_find(&s, key32, &id) && id == 0);

		leaf = *pr_state_leaf(&s, 0);
		leaf.o.u.system.next_id    = 4;
		leaf.o.u.system.free_head  = 2;
		leaf.o.u.system.batch      = 7;
		leaf.o.u.system.time       = 1700000000;
		leaf.o.u.system.inbox_next = 3;
		leaf.o.u.system.supply     = 1000;
		leaf.o.u.system.fee_carry  = 5;
		memcpy(leaf.link.next, key32, 32);
		pr_state_put(&s, 0, &leaf);
		leaf = (struct pr_leaf){ .o.type = PR_OBJECT_WITHDRAWAL, .o.u.withdrawal.amount = 100 };
		memcpy(leaf.o.u.withdrawal.to, addr20, 20);
		pr_state_put(&s, 3, &leaf);
		pr_state_root(&s, root32);
		UNIT_CHECK(hex_is(root32, 32, "59bb0551828f47d2c3f5481557da85089f15c68685ed9a82a991c3a14c17681f"));
		leaf = (struct pr_leaf){ .o.type = PR_OBJECT_FREE };
		pr_state_put(&s, 2, &leaf);
		leaf = (struct pr_leaf){ .o.type = PR_OBJECT_ACCOUNT, .o.u.account = { .balance = 900, .nonce = 1 } };
		memcpy(leaf.o.u.account.addr, addr20, 20);
		memcpy(leaf.link.key, key32, 32);
		pr_state_put(&s, 1, &leaf);
		pr_state_root(&s, root32);
		UNIT_CHECK(hex_is(root32, 32, "6868e1ab95c8b42ef7ec02b3820fe0d99dde0f89978713ae27d8365ff5eed915"));
		UNIT_CHECK(pr_state_find(&s, key32, &id) && id == 1);
		gen_free(&s);
	}
}

/* Random stores with freed and reused slots: root, leaves, list of keys and paths against the model, at every stage. */
static void check_against_model(struct pr_state *s)
{
	uint8_t  root32[32], want32[32], path[PR_TREE_DEPTH][32], at32[32];
	uint32_t dirty, seen = 0, keyed = 0;

	pr_state_root(s, root32);
	naive_root(want32, model, model_used, PR_TREE_DEPTH);
	UNIT_CHECK(memcmp(root32, want32, 32) == 0);
	pr_state_dirty(s, &dirty);
	UNIT_CHECK(dirty == 0 && s->used == model_used);
	pr_state_root(s, root32);
	UNIT_CHECK(memcmp(root32, want32, 32) == 0);
	for (uint32_t id = 0; id < model_used; id++) {
		unsigned depth = pr_state_path(s, id, path);
		UNIT_CHECK(model_used <= 1u << depth && (depth == 0 || model_used > 1u << (depth - 1)));
		naive_leaf(at32, &model[id]);
		for (unsigned k = 0; k < PR_TREE_DEPTH; k++) {
			const uint8_t *sibling = k < depth ? path[k] : pr_tree_zero(k);
			if (id >> k & 1) naive_node(at32, sibling, at32);
			else naive_node(at32, at32, sibling);
		}
		UNIT_CHECK(memcmp(at32, root32, 32) == 0);
		keyed += (uint32_t)pr_object_is_keyed(model[id].o.type);
	}
	/* Following next from the system object meets every keyed object once, in ascending order. */
	for (uint32_t id = 0, found;; id = found) {
		const struct pr_link *link = &pr_state_leaf(s, id)->link;
		seen++;
		if (memcmp(link->next, (const uint8_t[32]){ 0 }, 32) == 0) break;
		UNIT_CHECK(memcmp(link->key, link->next, 32) < 0);
		if (!pr_state_find(s, link->next, &found) || seen > keyed) {
			UNIT_CHECK(!"the list of keys is broken");
			break;
		}
	}
	UNIT_CHECK(seen == keyed);
}

static void test_root_equals_a_naive_recomputation(void)
{
	static const uint32_t capacities[] = { 2, 4, 16, 256, 4096 };

	for (unsigned row = 0; row < sizeof capacities / sizeof capacities[0]; row++) {
		for (unsigned round = 0; round < 3; round++) {
			struct pr_state s;
			gen_genesis(&s, capacities[row], unit_rand());
			struct pr_view view = pr_state_view(&s), noted = { &s, view.load, view.find, model_store };
			struct gen     g    = { unit_rand(), capacities[row], &noted };
			memset(model, 0, sizeof model);
			model[0]   = *pr_state_leaf(&s, 0);
			model_used = 1;
			check_against_model(&s);
			for (unsigned stage = 0; stage < 6; stage++) {
				uint32_t steps = 1u + gen_below(&g, stage % 2 ? 4 : capacities[row]);
				for (uint32_t i = 0; i < steps; i++) gen_step(&g);
				check_against_model(&s);
			}
			gen_free(&s);
		}
	}
}

/* A few changed ids among many are sorted, many are found by scanning: both ways, and dirty says what was stored. */
static void test_few_and_many_dirty_leaves(void)
{
	struct pr_state s;
	uint8_t         root32[32], want32[32];
	uint32_t        count;

	memset(model, 0, sizeof model);
	gen_genesis(&s, MODEL_MAX, unit_rand());
	struct pr_view view = pr_state_view(&s), noted = { &s, view.load, view.find, model_store };
	struct gen     g    = { unit_rand(), MODEL_MAX, &noted };
	struct pr_leaf sys  = *pr_state_leaf(&s, 0);
	model_store(&s, 0, &sys);
	model_used = 1;
	while (model_used < MODEL_MAX) gen_create(&g, PR_OBJECT_WITHDRAWAL);
	for (unsigned round = 0; round < 40; round++) {
		pr_state_root(&s, root32);
		uint32_t n = round % 4 == 3 ? 200 : 1 + gen_below(&g, 15);
		uint32_t ids[200];
		for (uint32_t i = 0; i < n; i++) {
			ids[i] = round % 2 ? 1 + gen_below(&g, MODEL_MAX - 1) : 4000 + gen_below(&g, 40);
			gen_change(&g, ids[i], false);
		}
		const uint32_t *dirty = pr_state_dirty(&s, &count);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t times = 0;
			for (uint32_t j = 0; j < count; j++) times += dirty[j] == ids[i];
			UNIT_CHECK(times == 1);
		}
		pr_state_root(&s, root32);
		naive_root(want32, model, model_used, PR_TREE_DEPTH);
		UNIT_CHECK(memcmp(root32, want32, 32) == 0);
	}
	gen_free(&s);
}

static void test_root_does_not_depend_on_order(void)
{
	enum { N = 300 };
	struct pr_state whole, s;
	uint8_t         root32[32], want32[32];
	uint32_t        order[N];

	gen_state(&whole, 512, unit_rand(), 600);
	uint32_t n = whole.used < N ? whole.used : N;
	for (unsigned round = 0; round < 4; round++) {
		struct gen g = { unit_rand(), 512, NULL };
		pr_state_init(&s, gen_memory(512), 512, unit_rand());
		for (uint32_t i = 0; i < n; i++) order[i] = i;
		for (uint32_t i = n; i-- > 1;) {
			uint32_t j = gen_below(&g, i + 1), t = order[i];
			order[i] = order[j];
			order[j] = t;
		}
		for (uint32_t i = 0; i < n; i++) {
			struct pr_leaf leaf = *pr_state_leaf(&whole, order[i]), other = leaf;
			if (leaf.o.type != PR_OBJECT_EMPTY) gen_object(&g, &other.o, leaf.o.type);
			pr_state_put(&s, order[i], &other);
			if (gen_below(&g, 20) == 0) pr_state_root(&s, root32);
			pr_state_put(&s, order[i], &leaf);
		}
		pr_state_root(&s, root32);
		naive_root(want32, whole.leaves, n, PR_TREE_DEPTH);
		UNIT_CHECK(memcmp(root32, want32, 32) == 0);
		gen_free(&s);
	}
	gen_free(&whole);
}

static int compare32(const void *a, const void *b) { return memcmp(a, b, 32); }

static unsigned index_depth(const struct pr_state *s, uint32_t at)
{
	if (at == UINT32_MAX) return 0;
	unsigned l = index_depth(s, s->index[at].child[0]), r = index_depth(s, s->index[at].child[1]);
	return 1 + (l > r ? l : r);
}

/* The keys that an adversary would choose: every pattern gives the right answers and a shallow index. */
static void test_find_against_a_sorted_reference(void)
{
	enum { N = 16384 };
	static const char *const names[] = { "ascending", "descending", "from both ends", "random", "long common prefix" };
	static uint8_t           keys[N][32], sorted[N + 1][32];

	for (unsigned pattern = 0; pattern < 5; pattern++) {
		struct pr_state s;
		uint8_t         probe32[32];
		uint32_t        id;

		gen_genesis(&s, 2 * N, unit_rand());
		memset(keys, 0, sizeof keys);
		for (uint32_t i = 0; i < N; i++) {
			uint32_t v = 1 + (pattern == 0 ? i : pattern == 1 ? N - i : pattern == 2 ? (i % 2 ? 2 * N - i : i) : i * 2654435761u % N);
			pr_be32_put(pattern == 4 ? keys[i] + 28 : keys[i], 2 * v);
			if (pattern == 3)
				for (unsigned j = 0; j < 32; j++) keys[i][j] = (uint8_t)(unit_rand() >> 32);
			struct pr_leaf leaf = { .o.type = PR_OBJECT_ACCOUNT };
			memcpy(leaf.link.key, keys[i], 32);
			pr_state_put(&s, i + 1, &leaf);
			pr_state_put(&s, i + 1, &leaf);
		}
		memset(sorted[N], 0, 32);
		memcpy(sorted, keys, sizeof keys);
		qsort(sorted, N + 1, 32, compare32);
		/* A random search tree of 2^14 keys has a depth of about 4.3 ln n = 42 at the very most; a list would have 16384. */
		UNIT_CHECK_ROW(names[pattern], index_depth(&s, s.index_root) <= 56);
		for (uint32_t i = 0; i < N; i++) {
			UNIT_CHECK_ROW(names[pattern], pr_state_find(&s, keys[i], &id) && id == i + 1);
			memcpy(probe32, keys[i], 32);
			probe32[31] = (uint8_t)(probe32[31] + (i % 2 ? 1 : 255));
			if (i % 8 == 7)
				for (unsigned j = 0; j < 32; j++) probe32[j] = (uint8_t)(unit_rand() >> 32);
			uint32_t low = 0, high = N + 1; /* the first reference key above the probe */
			while (low < high) {
				uint32_t middle = (low + high) / 2;
				if (memcmp(sorted[middle], probe32, 32) <= 0) low = middle + 1;
				else high = middle;
			}
			bool found = pr_state_find(&s, probe32, &id);
			UNIT_CHECK_ROW(names[pattern], found == (memcmp(sorted[low - 1], probe32, 32) == 0));
			UNIT_CHECK_ROW(names[pattern], memcmp(pr_state_leaf(&s, id)->link.key, sorted[low - 1], 32) == 0);
		}
		gen_free(&s);
	}
}

/* The largest capacity over memory that only counts when written: init touches none of it. */
static void test_sparse_memory(void)
{
	struct pr_state s;
	struct pr_leaf  leaf = { .o.type = PR_OBJECT_WITHDRAWAL };
	uint64_t        params[PR_PARAM_COUNT];
	uint8_t         root32[32];
	size_t          bytes = pr_state_bytes(PR_OBJECTS_MAX);
	void           *mem   = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (mem == MAP_FAILED) {
		UNIT_SKIP("test_sparse_memory", "no address space");
		return;
	}
	pr_state_init(&s, mem, PR_OBJECTS_MAX, 5);
	PR_CHECK(mprotect(mem, bytes, PROT_READ | PROT_WRITE) == 0);
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) params[i] = pr_param_infos[i].def;
	pr_state_genesis(&s, params, 1);
	pr_state_root(&s, root32);
	UNIT_CHECK(hex_is(root32, 32, "ab018d01e5405108843312f885ce942adeeb55689071394247df7e2006b1af83"));
	pr_state_put(&s, PR_OBJECTS_MAX - 1, &leaf);
	pr_state_root(&s, root32);
	uint8_t path[PR_TREE_DEPTH][32], at32[32];
	UNIT_CHECK(pr_state_path(&s, PR_OBJECTS_MAX - 1, path) == 24);
	naive_leaf(at32, &leaf);
	for (unsigned k = 0; k < 24; k++) naive_node(at32, path[k], at32);
	for (unsigned k = 24; k < 32; k++) naive_node(at32, at32, pr_tree_zero(k));
	UNIT_CHECK(memcmp(at32, root32, 32) == 0);
	munmap(mem, bytes);
}

static void test_view_at_the_edges(void)
{
	struct pr_state s;
	struct pr_leaf  leaf;
	uint32_t        count;

	gen_genesis(&s, 4, 1);
	struct pr_view v = pr_state_view(&s);
	uint8_t        root32[32];
	pr_state_root(&s, root32);
	static const uint32_t unused[] = { 1, 3, 4, PR_OBJECTS_MAX - 1, UINT32_MAX };
	for (unsigned i = 0; i < 5; i++) {
		memset(&leaf, 0xff, sizeof leaf);
		v.load(v.ctx, unused[i], &leaf);
		UNIT_CHECK(leaf.o.type == PR_OBJECT_EMPTY);
		v.store(v.ctx, unused[i], &leaf);
	}
	pr_state_dirty(&s, &count);
	UNIT_CHECK(count == 0 && s.used == 1);
	gen_free(&s);
}

static void test_conserved(void)
{
	struct pr_state      s;
	struct pr_state_sums sums;
	struct pr_leaf       leaf;

	gen_genesis(&s, 16, 1);
	UNIT_CHECK(pr_state_conserved(&s, NULL));
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_ACCOUNT, .o.u.account.balance = 100, .link.key = { 1 } };
	pr_state_put(&s, 1, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_ASSET, .o.u.asset.held = 20, .link.key = { 2 } };
	pr_state_put(&s, 2, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_STREAM, .o.u.stream.escrow = 3 };
	pr_state_put(&s, 3, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_WITHDRAWAL, .o.u.withdrawal.amount = 5000 };
	pr_state_put(&s, 4, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_EDGE, .link.key = { 3 } };
	pr_state_put(&s, 5, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_SHARE, .link.key = { 4 } };
	pr_state_put(&s, 6, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_FREE };
	pr_state_put(&s, 8, &leaf);
	UNIT_CHECK(!pr_state_conserved(&s, NULL));
	leaf = *pr_state_leaf(&s, 0);
	leaf.o.u.system.supply = 127;
	leaf.o.u.system.fees   = 4;
	pr_state_put(&s, 0, &leaf);
	UNIT_CHECK(pr_state_conserved(&s, &sums));
	UNIT_CHECK(sums.supply == 127 && sums.balances == 100 && sums.escrows == 3 && sums.held == 20 && sums.fees == 4);
	UNIT_CHECK(sums.accounts == 1 && sums.assets == 1 && sums.edges == 1 && sums.shares == 1 && sums.streams == 1 && sums.withdrawals == 1);

	/* A sum that is right only modulo 2^64 is wrong. */
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_ACCOUNT, .o.u.account.balance = UINT64_MAX - 99, .link.key = { 5 } };
	pr_state_put(&s, 7, &leaf);
	leaf = (struct pr_leaf){ .o.type = PR_OBJECT_STREAM, .o.u.stream.escrow = 103 };
	pr_state_put(&s, 3, &leaf);
	UNIT_CHECK(!pr_state_conserved(&s, &sums));
	UNIT_CHECK(sums.balances == UINT64_MAX);
	gen_free(&s);
}

/* True if doing it stops the process with a failed check. */
static bool stops(void (*doing)(struct pr_state *), struct pr_state *s)
{
	int   status = 0;
	pid_t pid    = fork();
	PR_CHECK(pid >= 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr)) _exit(1);
		doing(s);
		_exit(0);
	}
	PR_CHECK(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void same_key_again(struct pr_state *s) { pr_state_put(s, 2, pr_state_leaf(s, 1)); }

static void change_key(struct pr_state *s)
{
	struct pr_leaf leaf = *pr_state_leaf(s, 1);
	leaf.link.key[31] ^= 1;
	pr_state_put(s, 1, &leaf);
}

static void change_type(struct pr_state *s)
{
	struct pr_leaf leaf = *pr_state_leaf(s, 1);
	leaf.o.type = PR_OBJECT_SHARE;
	pr_state_put(s, 1, &leaf);
}

static void free_keyed(struct pr_state *s)
{
	struct pr_leaf leaf = { .o.type = PR_OBJECT_FREE };
	pr_state_put(s, 1, &leaf);
}

static void beyond_capacity(struct pr_state *s)
{
	struct pr_leaf leaf = { .o.type = PR_OBJECT_STREAM };
	pr_state_put(s, s->capacity, &leaf);
}

static void path_of_dirty(struct pr_state *s)
{
	uint8_t path[PR_TREE_DEPTH][32];
	(void)pr_state_path(s, 0, path);
}

static void genesis_twice(struct pr_state *s)
{
	uint64_t params[PR_PARAM_COUNT] = { 0, 1000, 1000, 1 };
	pr_state_genesis(s, params, 1);
}

static void allowed(struct pr_state *s)
{
	struct pr_leaf leaf = *pr_state_leaf(s, 1);
	leaf.o.u.account.balance++;
	pr_state_put(s, 1, &leaf);
}

static void test_misuse_stops(void)
{
	static const struct {
		const char *name;
		void (*doing)(struct pr_state *);
		bool stops;
	} rows[] = {
		{ "the same key again", same_key_again, true },    { "change of a key", change_key, true },
		{ "change of a keyed type", change_type, true },   { "freeing a keyed object", free_keyed, true },
		{ "store beyond capacity", beyond_capacity, true }, { "path of a dirty state", path_of_dirty, true },
		{ "genesis of a used state", genesis_twice, true }, { "an allowed change", allowed, false },
	};
	struct pr_state s;
	struct pr_leaf  leaf = { .o.type = PR_OBJECT_ACCOUNT, .link.key = { 7 } };

	gen_genesis(&s, 16, 1);
	pr_state_put(&s, 1, &leaf);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) UNIT_CHECK_ROW(rows[i].name, stops(rows[i].doing, &s) == rows[i].stops);
	gen_free(&s);
}

int main(void)
{
	UNIT_RUN(test_known_roots);
	UNIT_RUN(test_root_equals_a_naive_recomputation);
	UNIT_RUN(test_few_and_many_dirty_leaves);
	UNIT_RUN(test_root_does_not_depend_on_order);
	UNIT_RUN(test_find_against_a_sorted_reference);
	UNIT_RUN(test_sparse_memory);
	UNIT_RUN(test_view_at_the_edges);
	UNIT_RUN(test_conserved);
	UNIT_RUN(test_misuse_stops);
	return UNIT_END();
}
