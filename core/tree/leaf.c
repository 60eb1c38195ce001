#include "core/tree/leaf.h"

#include <stdatomic.h>
#include <string.h>

#include "core/crypto/sha256.h"

static uint8_t     zero_roots[PR_TREE_DEPTH + 1][32];
static atomic_uint zero_state; /* 0: unset, 1: being written, 2: ready */

void pr_link_hash(uint8_t hash32[32], const struct pr_link *link)
{
	pr_sha256_node(hash32, PR_TAG_LINK, link->key, link->next);
}

/* Hashes a leaf whose payload already lies at message + 33. */
static void hash_message(uint8_t hash32[32], uint8_t *message, const uint8_t link_hash32[32], uint32_t len)
{
	message[0] = PR_TAG_LEAF;
	memcpy(message + 1, link_hash32, 32);
	pr_sha256(hash32, message, 33 + len);
}

void pr_leaf_hash(uint8_t hash32[32], const struct pr_leaf *leaf)
{
	uint8_t message[33 + PR_PAYLOAD_BYTES_MAX];
	uint8_t link32[32] = { 0 };

	if (leaf->o.type == PR_OBJECT_EMPTY) {
		memset(hash32, 0, 32);
		return;
	}
	if (pr_object_is_keyed(leaf->o.type)) pr_link_hash(link32, &leaf->link);
	hash_message(hash32, message, link32, pr_object_encode(message + 33, &leaf->o));
}

void pr_leaf_hash_parts(uint8_t hash32[32], const uint8_t link_hash32[32], const uint8_t *payload, uint32_t len)
{
	uint8_t message[33 + PR_PAYLOAD_BYTES_MAX];

	PR_CHECK(len > 0 && len <= PR_PAYLOAD_BYTES_MAX);
	if (payload[0] == PR_OBJECT_EMPTY) {
		memset(hash32, 0, 32);
		return;
	}
	memcpy(message + 33, payload, len);
	hash_message(hash32, message, link_hash32, len);
}

/* TAG_KEY, the type, then the parts of the key. */
static void key_hash(uint8_t key32[32], uint8_t type, const uint8_t *parts, size_t len)
{
	uint8_t message[2 + 32] = { PR_TAG_KEY, type };
	memcpy(message + 2, parts, len);
	pr_sha256(key32, message, 2 + len);
}

uint32_t pr_leaf_row_encode(uint8_t row[PR_LEAF_ROW_BYTES_MAX], const struct pr_leaf *leaf)
{
	memcpy(row, leaf->link.key, 32);
	memcpy(row + 32, leaf->link.next, 32);
	return 64 + pr_object_encode(row + 64, &leaf->o);
}

bool pr_leaf_row_decode(struct pr_leaf *leaf, const uint8_t *row, size_t len)
{
	memset(leaf, 0, sizeof *leaf);
	if (len <= 64 || len > PR_LEAF_ROW_BYTES_MAX || !pr_object_decode(&leaf->o, row + 64, (uint32_t)(len - 64))) return false;
	memcpy(leaf->link.key, row, 32);
	memcpy(leaf->link.next, row + 32, 32);
	return true;
}

void pr_key_account(uint8_t key32[32], const uint8_t addr20[20]) { key_hash(key32, PR_OBJECT_ACCOUNT, addr20, 20); }
void pr_key_asset(uint8_t key32[32], const uint8_t content32[32]) { key_hash(key32, PR_OBJECT_ASSET, content32, 32); }

static void key_hash_ids(uint8_t key32[32], uint8_t type, uint32_t a, uint32_t b)
{
	uint8_t parts[8];
	pr_be32_put(parts, a);
	pr_be32_put(parts + 4, b);
	key_hash(key32, type, parts, sizeof parts);
}

void pr_key_edge(uint8_t key32[32], uint32_t child, uint32_t beneficiary)
{
	key_hash_ids(key32, PR_OBJECT_EDGE, child, beneficiary);
}

void pr_key_share(uint8_t key32[32], uint32_t asset, uint32_t holder)
{
	key_hash_ids(key32, PR_OBJECT_SHARE, asset, holder);
}

/* The first caller writes; others that come meanwhile wait for it (33 hashes). */
void pr_tree_zero_init(void)
{
	unsigned unset = 0;

	if (atomic_load_explicit(&zero_state, memory_order_acquire) == 2) return;
	if (atomic_compare_exchange_strong(&zero_state, &unset, 1)) {
		for (unsigned k = 0; k < PR_TREE_DEPTH; k++)
			pr_sha256_node(zero_roots[k + 1], PR_TAG_NODE, zero_roots[k], zero_roots[k]);
		atomic_store_explicit(&zero_state, 2, memory_order_release);
	}
	while (atomic_load_explicit(&zero_state, memory_order_acquire) != 2) continue;
}

const uint8_t *pr_tree_zero(unsigned level)
{
	PR_CHECK(level <= PR_TREE_DEPTH);
	PR_DCHECK(atomic_load(&zero_state) == 2);
	return zero_roots[level];
}
