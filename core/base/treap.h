/* Priorities of treaps over object ids (Aragon and Seidel, "Randomized Search Trees", 1989): in key order a search tree, in priority order a heap.
 *
 * Priorities come from the id and a secret salt, so whoever chooses the keys cannot choose the shape: the expected depth is logarithmic for every
 * order of insertion, and the shape depends on what is held alone. */
#ifndef PR_BASE_TREAP_H
#define PR_BASE_TREAP_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64 (Steele, Lea, Flood 2014) over the salted id. */
static inline uint64_t pr_treap_priority(uint64_t salt, uint32_t id)
{
	uint64_t z = salt + (uint64_t)(id + 1u) * 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* a belongs above b; ties are broken by id. */
static inline bool pr_treap_above(uint64_t salt, uint32_t a, uint32_t b)
{
	uint64_t pa = pr_treap_priority(salt, a), pb = pr_treap_priority(salt, b);
	return pa != pb ? pa > pb : a < b;
}

#endif
