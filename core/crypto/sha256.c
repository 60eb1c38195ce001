#include "core/crypto/sha256.h"

#include <stdatomic.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "core/base/be.h"
#include "core/base/check.h"
#include "core/crypto/sha256_impl.h"

/* Written with the same value by whoever comes first, so the race is harmless and the loads need no order. */
static _Atomic(const struct pr_sha256_impl *) chosen;

#if defined(__x86_64__)
static bool has_sha_ni(void)
{
	unsigned a, b, c, d;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}
#endif

static const struct pr_sha256_impl *choose(void)
{
	const struct pr_sha256_impl *impl = &pr_sha256_portable;
#if defined(__x86_64__)
	if (has_sha_ni()) impl = &pr_sha256_ni;
#endif
	atomic_store_explicit(&chosen, impl, memory_order_relaxed);
	return impl;
}

static inline const struct pr_sha256_impl *current(void)
{
	const struct pr_sha256_impl *impl = atomic_load_explicit(&chosen, memory_order_relaxed);
	return __builtin_expect(impl != NULL, 1) ? impl : choose();
}

const struct pr_sha256_impl *pr_sha256_chosen(void) { return current(); }

void pr_sha256(uint8_t out32[32], const void *data, size_t len)
{
	struct pr_sha256 h;
	pr_sha256_init(&h);
	pr_sha256_update(&h, data, len);
	pr_sha256_final(&h, out32);
}

void pr_sha256_init(struct pr_sha256 *h)
{
	memcpy(h->state, pr_sha256_iv, sizeof h->state);
	h->len_bytes = 0;
}

void pr_sha256_update(struct pr_sha256 *h, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t used = h->len_bytes % 64;
	PR_CHECK(data || len == 0);
	if (len == 0) return;
	h->len_bytes += len;
	if (used > 0) {
		size_t n = 64 - used < len ? 64 - used : len;
		memcpy(h->block + used, p, n);
		p += n;
		len -= n;
		if (used + n < 64) return;
		current()->compress(h->state, h->block, 1);
	}
	if (len >= 64) {
		current()->compress(h->state, p, len / 64);
		p += len - len % 64;
		len %= 64;
	}
	memcpy(h->block, p, len);
}

void pr_sha256_final(struct pr_sha256 *h, uint8_t out32[32])
{
	size_t used = h->len_bytes % 64;
	PR_CHECK(h->len_bytes < UINT64_MAX / 8);
	h->block[used++] = 0x80;
	if (used > 56) {
		memset(h->block + used, 0, 64 - used);
		current()->compress(h->state, h->block, 1);
		used = 0;
	}
	memset(h->block + used, 0, 56 - used);
	pr_be64_put(h->block + 56, h->len_bytes * 8);
	current()->compress(h->state, h->block, 1);
	for (unsigned i = 0; i < 8; i++) pr_be32_put(out32 + 4 * i, h->state[i]);
}

void pr_sha256_32(uint8_t out32[32], const uint8_t in32[32]) { current()->chain(out32, in32, 1); }

void pr_sha256_chain(uint8_t out32[32], const uint8_t in32[32], uint64_t n) { current()->chain(out32, in32, n); }

void pr_sha256_chain_x2(uint8_t out_a32[32], uint8_t out_b32[32], const uint8_t in_a32[32], const uint8_t in_b32[32],
                        uint64_t n)
{
	current()->chain_x2(out_a32, out_b32, in_a32, in_b32, n);
}

void pr_sha256_node(uint8_t out32[32], uint8_t tag, const uint8_t l32[32], const uint8_t r32[32])
{
	current()->node(out32, tag, l32, r32);
}

const char *pr_sha256_impl_name(void) { return current()->name; }
