#include "core/crypto/sha256_impl.h"

#include <string.h>

#include "core/base/be.h"

const uint32_t pr_sha256_k[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

const uint32_t pr_sha256_iv[8] __attribute__((aligned(16))) = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static inline uint32_t rotr(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

/* FIPS 180-4, 6.2.2.  The schedule is kept as a ring of 16 words. */
static void compress_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[16];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	for (unsigned t = 0; t < 64; t++) {
		if (t < 16) {
			w[t] = pr_be32(block + 4 * t);
		} else {
			uint32_t w15 = w[(t + 1) & 15], w2 = w[(t + 14) & 15];
			w[t & 15] += (rotr(w15, 7) ^ rotr(w15, 18) ^ w15 >> 3) + w[(t + 9) & 15] +
			             (rotr(w2, 17) ^ rotr(w2, 19) ^ w2 >> 10);
		}
		uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + pr_sha256_k[t] + w[t & 15];
		uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

static void portable_compress(uint32_t state[8], const uint8_t *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++) compress_block(state, blocks + 64 * i);
}

static void put_digest(uint8_t out32[32], const uint32_t state[8])
{
	for (unsigned i = 0; i < 8; i++) pr_be32_put(out32 + 4 * i, state[i]);
}

static void portable_chain(uint8_t out32[32], const uint8_t in32[32], uint64_t n)
{
	uint8_t block[64] = { 0 };
	memcpy(block, in32, 32);
	block[32] = 0x80;
	pr_be16_put(block + 62, 256);
	for (uint64_t i = 0; i < n; i++) {
		uint32_t state[8];
		memcpy(state, pr_sha256_iv, sizeof state);
		compress_block(state, block);
		put_digest(block, state);
	}
	memcpy(out32, block, 32);
}

static void portable_chain_x2(uint8_t out_a32[32], uint8_t out_b32[32], const uint8_t in_a32[32],
                              const uint8_t in_b32[32], uint64_t n)
{
	uint8_t a32[32];
	portable_chain(a32, in_a32, n);
	portable_chain(out_b32, in_b32, n);
	memcpy(out_a32, a32, 32);
}

static void portable_node(uint8_t out32[32], uint8_t tag, const uint8_t l32[32], const uint8_t r32[32])
{
	uint8_t blocks[128] = { 0 };
	uint32_t state[8];
	blocks[0] = tag;
	memcpy(blocks + 1, l32, 32);
	memcpy(blocks + 33, r32, 32);
	blocks[65] = 0x80;
	pr_be16_put(blocks + 126, 65 * 8);
	memcpy(state, pr_sha256_iv, sizeof state);
	portable_compress(state, blocks, 2);
	put_digest(out32, state);
}

const struct pr_sha256_impl pr_sha256_portable = {
	.name = "portable",
	.compress = portable_compress,
	.chain = portable_chain,
	.chain_x2 = portable_chain_x2,
	.node = portable_node,
};
