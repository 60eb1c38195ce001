/* Costs of the state: indexing and first hashing of a million accounts, then roots after 10 000 and after 100 changed leaves, and finds.
 * Every root is checked against a computation that keeps nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/crypto/sha256.h"
#include "core/tree/state.h"

#define LEAVES 1000000u
#define MANY 10000u
#define FEW 100u
#define ROUNDS 5u

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint64_t rand_state;

static uint64_t rand64(void)
{
	uint64_t z = rand_state += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* Leaf after leaf onto a stack of finished subtrees: a counter in binary whose digits are hashes. */
static void plain_root(uint8_t root32[32], const struct pr_state *s)
{
	uint8_t stack[PR_TREE_DEPTH + 1][32];

	for (uint32_t id = 0; id < s->used; id++) {
		uint8_t  h32[32];
		unsigned k = 0;
		pr_leaf_hash(h32, pr_state_leaf(s, id));
		for (; id >> k & 1; k++) pr_sha256_node(h32, PR_TAG_NODE, stack[k], h32);
		memcpy(stack[k], h32, 32);
	}
	memcpy(root32, pr_tree_zero(0), 32);
	for (unsigned k = 0; k < PR_TREE_DEPTH; k++) {
		if (s->used >> k & 1) pr_sha256_node(root32, PR_TAG_NODE, stack[k], root32);
		else pr_sha256_node(root32, PR_TAG_NODE, root32, pr_tree_zero(k));
	}
}

/* Changes so many random accounts; returns the milliseconds of the root alone. */
static double change_and_hash(struct pr_state *s, uint32_t count, uint8_t root32[32])
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t       id   = 1 + (uint32_t)(rand64() % LEAVES);
		struct pr_leaf leaf = *pr_state_leaf(s, id);
		leaf.o.u.account.balance = rand64();
		leaf.o.u.account.nonce++;
		pr_state_put(s, id, &leaf);
	}
	double begin = now_ms();
	pr_state_root(s, root32);
	return now_ms() - begin;
}

static void check_root(const struct pr_state *s, const uint8_t root32[32])
{
	uint8_t want32[32];
	plain_root(want32, s);
	PR_CHECK(memcmp(root32, want32, 32) == 0);
}

static void report(const char *what, double total_ms, uint32_t count)
{
	printf("%-38s %9.2f ms %9.0f ns/item (%u)\n", what, total_ms, total_ms * 1e6 / count, count);
}

int main(void)
{
	static struct pr_state s;
	uint64_t               params[PR_PARAM_COUNT];
	uint8_t                root32[32], key32[32];
	size_t                 bytes = pr_state_bytes(PR_OBJECTS_MAX);
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	PR_CHECK(mem != MAP_FAILED);
	const char *seed = getenv("PR_SEED");
	rand_state = seed ? strtoull(seed, NULL, 0) : 1;
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) params[i] = pr_param_infos[i].def;

	double begin = now_ms();
	pr_state_init(&s, mem, PR_OBJECTS_MAX, rand64());
	pr_state_genesis(&s, params, 1);
	pr_state_root(&s, root32);
	report("init, genesis and its root", now_ms() - begin, 1);

	begin = now_ms();
	for (uint32_t id = 1; id <= LEAVES; id++) {
		struct pr_leaf leaf = { .o.type = PR_OBJECT_ACCOUNT };
		pr_be32_put(leaf.o.u.account.addr, id);
		leaf.o.u.account.balance = rand64();
		pr_key_account(leaf.link.key, leaf.o.u.account.addr);
		pr_state_put(&s, id, &leaf);
	}
	report("put of new accounts", now_ms() - begin, LEAVES);
	begin = now_ms();
	pr_state_root(&s, root32);
	report("root, all leaves dirty", now_ms() - begin, LEAVES);
	check_root(&s, root32);

	double many = 0, few = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		many += change_and_hash(&s, MANY, root32);
		check_root(&s, root32);
	}
	report("root, 10000 random leaves of a million", many / ROUNDS, MANY);
	for (unsigned i = 0; i < 100; i++) few += change_and_hash(&s, FEW, root32);
	check_root(&s, root32);
	report("root, 100 random leaves of a million", few / 100, FEW);

	begin = now_ms();
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t id, want = 1 + (uint32_t)(rand64() % LEAVES);
		pr_key_account(key32, s.leaves[want].o.u.account.addr);
		PR_CHECK(pr_state_find(&s, key32, &id) && id == want);
	}
	report("find, random accounts", now_ms() - begin, MANY);
	munmap(mem, bytes);
	return 0;
}
