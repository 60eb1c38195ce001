/* SHA-256 (FIPS 180-4): state tree, hash chains, content hashes.
 *
 * The compression uses the SHA instructions of the processor where cpuid reports them, and portable C elsewhere; both
 * give the same bytes.  The choice is made at the first call and is safe from any thread.  out32 may alias an input. */
#ifndef PR_CRYPTO_SHA256_H
#define PR_CRYPTO_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out32 = SHA256(data[0..len)).  data may be NULL if len is 0. */
void pr_sha256(uint8_t out32[32], const void *data, size_t len);

/* Hashing in pieces.  No ownership: the struct may be copied to fork a state, and dropped at any time. */
struct pr_sha256 {
	uint32_t state[8];
	uint64_t len_bytes; /* total so far */
	uint8_t block[64];  /* the len_bytes % 64 bytes not yet compressed */
};
void pr_sha256_init(struct pr_sha256 *h);
void pr_sha256_update(struct pr_sha256 *h, const void *data, size_t len);
/* Writes the digest; h must be initialised again before further use. */
void pr_sha256_final(struct pr_sha256 *h, uint8_t out32[32]);

/* One link of a hash chain: out32 = SHA256(in32), a single compression. */
void pr_sha256_32(uint8_t out32[32], const uint8_t in32[32]);

/* out32 = SHA256 applied n times to in32; n = 0 copies. */
void pr_sha256_chain(uint8_t out32[32], const uint8_t in32[32], uint64_t n);

/* Two independent chains of the same length at once, interleaved (1.5 to 2 times the speed of one after the other). */
void pr_sha256_chain_x2(uint8_t out_a32[32], uint8_t out_b32[32], const uint8_t in_a32[32], const uint8_t in_b32[32],
                        uint64_t n);

/* A tagged inner node: out32 = SHA256(tag || l32 || r32), 65 bytes, two compressions. */
void pr_sha256_node(uint8_t out32[32], uint8_t tag, const uint8_t l32[32], const uint8_t r32[32]);

/* Which implementation runs: "sha-ni" or "portable". */
const char *pr_sha256_impl_name(void);

#endif
