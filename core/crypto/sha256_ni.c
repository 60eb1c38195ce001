/* SHA-256 on the x86 SHA extensions (Intel, "Intel SHA Extensions", 2013).
 *
 * The instructions keep the state as two vectors, written here from the highest lane down: ABEF and CDGH.  sha256rnds2
 * makes two rounds from the two low lanes of (schedule word + constant); sha256msg1 and sha256msg2 extend the schedule
 * four words at a time.  Message words are in lane order (W0 in the lowest lane). */
#include "core/crypto/sha256_impl.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define NI __attribute__((target("sha,sse4.1,ssse3")))
#define NI_INLINE static inline NI __attribute__((always_inline))

struct ni_state {
	__m128i abef, cdgh;
};

struct ni_block {
	__m128i w[4];
};

NI_INLINE struct ni_state ni_iv(void)
{
	const uint32_t *v = pr_sha256_iv;
	struct ni_state s = {
		_mm_set_epi32((int)v[0], (int)v[1], (int)v[4], (int)v[5]),
		_mm_set_epi32((int)v[2], (int)v[3], (int)v[6], (int)v[7]),
	};
	return s;
}

/* Reverses the bytes of each 32-bit lane: big-endian bytes to words and back. */
NI_INLINE __m128i ni_swap(__m128i x)
{
	return _mm_shuffle_epi8(x, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

NI_INLINE __m128i ni_load(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }
NI_INLINE void ni_store(uint8_t *p, __m128i x) { _mm_storeu_si128((__m128i *)(void *)p, x); }

/* The state as words in lane order: A B C D and E F G H. */
NI_INLINE __m128i ni_abcd(struct ni_state s) { return _mm_shuffle_epi32(_mm_unpackhi_epi64(s.abef, s.cdgh), 0xb1); }
NI_INLINE __m128i ni_efgh(struct ni_state s) { return _mm_shuffle_epi32(_mm_unpacklo_epi64(s.abef, s.cdgh), 0xb1); }

NI_INLINE __m128i ni_k(unsigned group) { return _mm_load_si128((const __m128i *)(const void *)(pr_sha256_k + 4 * group)); }

/* Rounds 4 * group to 4 * group + 3, and the schedule words that replace those used. */
NI_INLINE void ni_group(struct ni_state *s, struct ni_block *m, unsigned group)
{
	__m128i wk = _mm_add_epi32(m->w[group & 3], ni_k(group));
	s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, wk);
	s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(wk, 0x0e));
	if (group < 12) {
		__m128i w1 = m->w[(group + 1) & 3], w2 = m->w[(group + 2) & 3], w3 = m->w[(group + 3) & 3];
		__m128i part = _mm_add_epi32(_mm_sha256msg1_epu32(m->w[group & 3], w1), _mm_alignr_epi8(w3, w2, 4));
		m->w[group & 3] = _mm_sha256msg2_epu32(part, w3);
	}
}

NI_INLINE struct ni_state ni_add(struct ni_state a, struct ni_state b)
{
	struct ni_state s = { _mm_add_epi32(a.abef, b.abef), _mm_add_epi32(a.cdgh, b.cdgh) };
	return s;
}

NI_INLINE struct ni_state ni_rounds(struct ni_state in, struct ni_block m)
{
	struct ni_state s = in;
#pragma GCC unroll 16
	for (unsigned group = 0; group < 16; group++) ni_group(&s, &m, group);
	return ni_add(s, in);
}

NI static void ni_compress(uint32_t state[8], const uint8_t *blocks, size_t count)
{
	struct ni_state s = {
		_mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]),
		_mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]),
	};
	for (size_t i = 0; i < count; i++) {
		const uint8_t *p = blocks + 64 * i;
		struct ni_block m = { { ni_swap(ni_load(p)), ni_swap(ni_load(p + 16)), ni_swap(ni_load(p + 32)),
			                ni_swap(ni_load(p + 48)) } };
		s = ni_rounds(s, m);
	}
	_mm_storeu_si128((__m128i *)(void *)state, ni_abcd(s));
	_mm_storeu_si128((__m128i *)(void *)(state + 4), ni_efgh(s));
}

/* The padded block of a 32-byte message given as words. */
NI_INLINE struct ni_block ni_block_32(__m128i abcd, __m128i efgh)
{
	struct ni_block m = { { abcd, efgh, _mm_set_epi32(0, 0, 0, (int)0x80000000), _mm_set_epi32(256, 0, 0, 0) } };
	return m;
}

NI static void ni_chain(uint8_t out32[32], const uint8_t in32[32], uint64_t n)
{
	__m128i abcd = ni_swap(ni_load(in32)), efgh = ni_swap(ni_load(in32 + 16));
	for (uint64_t i = 0; i < n; i++) {
		struct ni_state s = ni_rounds(ni_iv(), ni_block_32(abcd, efgh));
		abcd = ni_abcd(s);
		efgh = ni_efgh(s);
	}
	ni_store(out32, ni_swap(abcd));
	ni_store(out32 + 16, ni_swap(efgh));
}

NI static void ni_chain_x2(uint8_t out_a32[32], uint8_t out_b32[32], const uint8_t in_a32[32], const uint8_t in_b32[32],
                           uint64_t n)
{
	struct ni_block a = ni_block_32(ni_swap(ni_load(in_a32)), ni_swap(ni_load(in_a32 + 16)));
	struct ni_block b = ni_block_32(ni_swap(ni_load(in_b32)), ni_swap(ni_load(in_b32 + 16)));
	const struct ni_state iv = ni_iv();
	for (uint64_t i = 0; i < n; i++) {
		struct ni_state s = iv, t = iv;
#pragma GCC unroll 16
		for (unsigned group = 0; group < 16; group++) {
			ni_group(&s, &a, group);
			ni_group(&t, &b, group);
		}
		s = ni_add(s, iv);
		t = ni_add(t, iv);
		a = ni_block_32(ni_abcd(s), ni_efgh(s));
		b = ni_block_32(ni_abcd(t), ni_efgh(t));
	}
	ni_store(out_a32, ni_swap(a.w[0]));
	ni_store(out_a32 + 16, ni_swap(a.w[1]));
	ni_store(out_b32, ni_swap(b.w[0]));
	ni_store(out_b32 + 16, ni_swap(b.w[1]));
}

/* The 65 bytes are shifted by one in registers: through memory each load would wait for two narrower stores. */
NI static void ni_node(uint8_t out32[32], uint8_t tag, const uint8_t l32[32], const uint8_t r32[32])
{
	__m128i l0 = ni_load(l32), l1 = ni_load(l32 + 16), r0 = ni_load(r32), r1 = ni_load(r32 + 16);
	__m128i zero = _mm_setzero_si128();
	__m128i before = _mm_insert_epi8(zero, tag, 15);
	struct ni_block first = { { ni_swap(_mm_alignr_epi8(l0, before, 15)), ni_swap(_mm_alignr_epi8(l1, l0, 15)),
		                    ni_swap(_mm_alignr_epi8(r0, l1, 15)), ni_swap(_mm_alignr_epi8(r1, r0, 15)) } };
	__m128i tail = _mm_insert_epi8(_mm_alignr_epi8(zero, r1, 15), 0x80, 1);
	struct ni_block second = { { ni_swap(tail), zero, zero, _mm_set_epi32(65 * 8, 0, 0, 0) } };
	struct ni_state s = ni_rounds(ni_rounds(ni_iv(), first), second);
	ni_store(out32, ni_swap(ni_abcd(s)));
	ni_store(out32 + 16, ni_swap(ni_efgh(s)));
}

const struct pr_sha256_impl pr_sha256_ni = {
	.name = "sha-ni",
	.compress = ni_compress,
	.chain = ni_chain,
	.chain_x2 = ni_chain_x2,
	.node = ni_node,
};

#endif
