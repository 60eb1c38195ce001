/* Witnesses, against two roots.
 *
 * Against the root of a known state: whatever is accepted tells the truth of every leaf, and at the state's own depth it is what the encoder
 * writes.  Against the root that the bytes themselves give by a second, plainer reading: both readings agree on whether it is a witness, and
 * leaves changed and changed back give the root again. */
#include <string.h>

#include "core/base/fuzz.h"
#include "core/tree/witness.h"
#include "tests/support/gen_state.h"

static struct pr_state   state;
static struct pr_partial partial;
static uint8_t           state_root32[32];

struct node {
	uint64_t index;
	uint8_t hash32[32];
};

static const struct node *node_at(const struct node *nodes, uint32_t count, uint64_t index)
{
	for (uint32_t i = 0; i < count; i++)
		if (nodes[i].index == index) return &nodes[i];
	return NULL;
}

/* docs/spec/chunk.md section 4, word for word and without care for speed.  False if the bytes are no witness of any root. */
static bool read_plainly(const uint8_t *data, size_t size, uint8_t root32[32])
{
	static struct node nodes[PR_WITNESS_LEAVES_MAX], above[PR_WITNESS_LEAVES_MAX];
	size_t at = 3;

	if (size < 3) return false;
	unsigned depth = data[0];
	uint32_t count = pr_be16(data + 1);
	if (depth > PR_TREE_DEPTH || count == 0 || count > PR_WITNESS_LEAVES_MAX) return false;
	for (uint32_t i = 0; i < count; i++) {
		if (size - at < 5) return false;
		uint64_t       id = pr_be32(data + at);
		unsigned       form = data[at + 4];
		const uint8_t *link = data + at + 5;
		uint8_t        link32[32] = { 0 };
		if (form > 2 || size - at < 5 + 32 * form + 1) return false;
		const uint8_t *payload = link + 32 * form;
		size_t         len     = pr_payload_bytes(payload[0]);
		if (len == 0 || (size_t)(data + size - payload) < len) return false;
		if ((form == 0) == pr_object_is_keyed(payload[0])) return false;
		if ((i == 0) != (payload[0] == PR_OBJECT_SYSTEM)) return false;
		if (i == 0 ? id != 0 : id <= nodes[i - 1].index) return false;
		if (id >= (uint64_t)1 << depth) return false;
		if (form == 1) memcpy(link32, link, 32);
		if (form == 2) pr_sha256_node(link32, PR_TAG_LINK, link, link + 32);
		nodes[i].index = id;
		pr_leaf_hash_parts(nodes[i].hash32, link32, payload, (uint32_t)len);
		at = (size_t)(payload - data) + len;
	}
	if (size - at < 2) return false;
	size_t siblings = pr_be16(data + at);
	at += 2;
	if (size - at != 32 * siblings) return false;
	for (unsigned k = 0; k < PR_TREE_DEPTH; k++) {
		uint32_t parents = 0;
		for (uint32_t i = 0; i < count; i++) {
			const struct node *pair = node_at(nodes, count, nodes[i].index ^ 1);
			const uint8_t     *other = pair ? pair->hash32 : pr_tree_zero(k);
			if (pair && pair->index < nodes[i].index) continue;
			if (!pair && k < depth) {
				if (at == size) return false;
				other = data + at;
				at += 32;
			}
			above[parents].index = nodes[i].index / 2;
			if (nodes[i].index % 2) pr_sha256_node(above[parents].hash32, PR_TAG_NODE, other, nodes[i].hash32);
			else pr_sha256_node(above[parents].hash32, PR_TAG_NODE, nodes[i].hash32, other);
			parents++;
		}
		memcpy(nodes, above, sizeof nodes);
		count = parents;
	}
	memcpy(root32, nodes[0].hash32, 32);
	return at == size;
}

static void check_true_of_state(const uint8_t *data, size_t size)
{
	static uint8_t  out[PR_WITNESS_BYTES_MAX];
	struct pr_touch touch = { 0 };

	for (uint32_t i = 0; i < partial.count; i++) {
		const struct pr_leaf *leaf = pr_state_leaf(&state, partial.ids[i]);
		uint8_t               a[PR_PAYLOAD_BYTES_MAX] = { 0 }, b[PR_PAYLOAD_BYTES_MAX] = { 0 };
		pr_object_encode(a, &leaf->o);
		pr_object_encode(b, &partial.leaves[i].o);
		PR_CHECK(memcmp(a, b, sizeof a) == 0);
		if (partial.link_form[i] == 2) PR_CHECK(memcmp(&leaf->link, &partial.leaves[i].link, sizeof leaf->link) == 0);
		PR_CHECK(pr_touch_add(&touch, partial.ids[i], partial.link_form[i] == 2));
	}
	size_t len = pr_witness_encode(out, sizeof out, &state, &touch);
	PR_CHECK(len > 0 && out[0] <= data[0]);
	if (out[0] == data[0]) PR_CHECK(len == size && memcmp(out, data, size) == 0);
}

static void check_change_and_back(const uint8_t want32[32])
{
	struct pr_view view = pr_partial_view(&partial);
	struct gen     g    = { 3, PR_OBJECTS_MAX, &view };
	struct pr_leaf was, leaf;
	uint8_t        root32[32];

	for (uint32_t i = 0; i < partial.count; i++) {
		view.load(view.ctx, partial.ids[i], &was);
		if (was.o.type == PR_OBJECT_EMPTY) continue;
		leaf = was;
		gen_object(&g, &leaf.o, was.o.type);
		view.store(view.ctx, partial.ids[i], &leaf);
		if (i == 0) {
			pr_partial_root(&partial, root32);
			PR_CHECK(memcmp(root32, want32, 32) != 0);
		}
		view.store(view.ctx, partial.ids[i], &was);
	}
	PR_CHECK(!partial.missing);
	pr_partial_root(&partial, root32);
	PR_CHECK(memcmp(root32, want32, 32) == 0);
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	uint8_t own32[32];

	if (!state.leaves) {
		gen_state(&state, 256, 11, 300);
		pr_state_root(&state, state_root32);
	}
	bool is_witness = read_plainly(data, size, own32);
	if (pr_partial_open(&partial, data, size, state_root32)) {
		PR_CHECK(is_witness && memcmp(own32, state_root32, 32) == 0);
		check_true_of_state(data, size);
	} else {
		PR_CHECK(!is_witness || memcmp(own32, state_root32, 32) != 0);
	}
	if (!is_witness) return;
	PR_CHECK(pr_partial_open(&partial, data, size, own32));
	check_change_and_back(own32);
}
