/* Random states for tests: a small transition of its own (create, change, free) over any view.
 *
 * What it does depends only on the generator and on what the view answers, so the same run can be made on a whole state and on a witness.
 * The key of a keyed object is a hash of its id: it is known without reading the link. */
#ifndef PR_TESTS_SUPPORT_GEN_STATE_H
#define PR_TESTS_SUPPORT_GEN_STATE_H

#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "core/tree/state.h"

struct gen {
	uint64_t x;            /* splitmix64 */
	uint32_t capacity;     /* creates nothing at or above it */
	const struct pr_view *view;
};

static inline uint64_t gen_rand(struct gen *g)
{
	uint64_t z = g->x += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static inline uint32_t gen_below(struct gen *g, uint32_t n) { return (uint32_t)(gen_rand(g) % n); }

static inline void gen_key(uint8_t key32[32], uint32_t id)
{
	uint8_t message[8] = "key ";
	pr_be32_put(message + 4, id);
	pr_sha256(key32, message, sizeof message);
}

/* Random fields for an object of the type. */
static inline void gen_object(struct gen *g, struct pr_object *o, uint8_t type)
{
	uint8_t payload[PR_PAYLOAD_BYTES_MAX];
	for (unsigned i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)gen_rand(g);
	payload[0] = type;
	PR_CHECK(pr_object_decode(o, payload, pr_payload_bytes(type)));
}

static inline void gen_load(struct gen *g, uint32_t id, struct pr_leaf *leaf) { g->view->load(g->view->ctx, id, leaf); }
static inline void gen_store(struct gen *g, uint32_t id, const struct pr_leaf *leaf) { g->view->store(g->view->ctx, id, leaf); }

/* Slot by slot as in docs/spec/state.md section 2. */
static inline void gen_create(struct gen *g, uint8_t type)
{
	struct pr_leaf sys, leaf, before;
	uint8_t        key32[32];
	uint32_t       pred;

	gen_load(g, 0, &sys);
	uint32_t id = sys.o.u.system.free_head;
	if (id == 0 && sys.o.u.system.next_id >= g->capacity) return;
	if (id == 0) id = sys.o.u.system.next_id;
	gen_load(g, id, &leaf);
	if (sys.o.u.system.free_head != 0) sys.o.u.system.free_head = leaf.o.u.free.next;
	else sys.o.u.system.next_id++;
	gen_store(g, 0, &sys);

	memset(&leaf, 0, sizeof leaf);
	gen_object(g, &leaf.o, type);
	if (pr_object_is_keyed(type)) {
		gen_key(key32, id);
		PR_CHECK(!g->view->find(g->view->ctx, key32, &pred));
		gen_load(g, pred, &before);
		memcpy(leaf.link.key, key32, 32);
		memcpy(leaf.link.next, before.link.next, 32);
		memcpy(before.link.next, key32, 32);
		gen_store(g, pred, &before);
	}
	gen_store(g, id, &leaf);
}

/* Changes the fields of an object, or frees it if it has no key. */
static inline void gen_change(struct gen *g, uint32_t id, bool release)
{
	struct pr_leaf sys, leaf;

	gen_load(g, id, &leaf);
	if (leaf.o.type == PR_OBJECT_SYSTEM) {
		leaf.o.u.system.time = gen_rand(g);
	} else if (release && (leaf.o.type == PR_OBJECT_STREAM || leaf.o.type == PR_OBJECT_WITHDRAWAL)) {
		gen_load(g, 0, &sys);
		memset(&leaf, 0, sizeof leaf);
		leaf.o.type              = PR_OBJECT_FREE;
		leaf.o.u.free.next       = sys.o.u.system.free_head;
		sys.o.u.system.free_head = id;
		gen_store(g, 0, &sys);
	} else if (leaf.o.type != PR_OBJECT_EMPTY && leaf.o.type != PR_OBJECT_FREE) {
		gen_object(g, &leaf.o, leaf.o.type);
	}
	gen_store(g, id, &leaf);
}

static inline void gen_step(struct gen *g)
{
	struct pr_leaf leaf;
	uint8_t        key32[32];
	uint32_t       id = gen_below(g, g->capacity), found;

	switch (gen_below(g, 8)) {
	case 0:
	case 1:
	case 2: gen_create(g, (uint8_t)(PR_OBJECT_ACCOUNT + gen_below(g, 6))); break;
	case 3: gen_change(g, id, true); break;
	case 4:
		gen_key(key32, id);
		if (g->view->find(g->view->ctx, key32, &found)) {
			PR_CHECK(found == id);
			gen_change(g, id, false);
		}
		break;
	case 5: gen_load(g, id, &leaf); break;
	default: gen_change(g, id, false); break;
	}
}

/* Memory as the daemons give it: zero-filled and aligned. */
static inline void *gen_memory(uint32_t capacity)
{
	size_t bytes = pr_state_bytes(capacity);
	void  *mem   = aligned_alloc(64, bytes);
	PR_CHECK(mem);
	memset(mem, 0, bytes);
	return mem;
}

/* A genesis state with default parameters over fresh memory (free s->leaves, where the memory begins). */
static inline void gen_genesis(struct pr_state *s, uint32_t capacity, uint64_t salt)
{
	uint64_t params[PR_PARAM_COUNT];
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++) params[i] = pr_param_infos[i].def;
	pr_state_init(s, gen_memory(capacity), capacity, salt);
	pr_state_genesis(s, params, 1);
}

/* A state after so many random steps from genesis. */
static inline void gen_state(struct pr_state *s, uint32_t capacity, uint64_t seed, uint32_t steps)
{
	gen_genesis(s, capacity, seed);
	struct pr_view view = pr_state_view(s);
	struct gen     g    = { seed, capacity, &view };
	for (uint32_t i = 0; i < steps; i++) gen_step(&g);
}

static inline void gen_free(struct pr_state *s) { free(s->leaves); }

#endif
