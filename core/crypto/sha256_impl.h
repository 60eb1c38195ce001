/* Private to the SHA-256 files: what an implementation provides.  The bytes in and out are those of sha256.h. */
#ifndef PR_CRYPTO_SHA256_IMPL_H
#define PR_CRYPTO_SHA256_IMPL_H

#include <stddef.h>
#include <stdint.h>

struct pr_sha256_impl {
	const char *name;
	/* Runs the compression over count blocks of 64 bytes; state is the eight words A..H. */
	void (*compress)(uint32_t state[8], const uint8_t *blocks, size_t count);
	void (*chain)(uint8_t out32[32], const uint8_t in32[32], uint64_t n);
	void (*chain_x2)(uint8_t out_a32[32], uint8_t out_b32[32], const uint8_t in_a32[32], const uint8_t in_b32[32],
	                 uint64_t n);
	void (*node)(uint8_t out32[32], uint8_t tag, const uint8_t l32[32], const uint8_t r32[32]);
};

/* The round constants and the initial state of FIPS 180-4, sections 4.2.2 and 5.3.3. */
extern const uint32_t pr_sha256_k[64];
extern const uint32_t pr_sha256_iv[8];

extern const struct pr_sha256_impl pr_sha256_portable;
#if defined(__x86_64__)
/* Only for processors with SHA, SSSE3 and SSE4.1. */
extern const struct pr_sha256_impl pr_sha256_ni;
#endif

/* The implementation in use, chosen by cpuid. */
const struct pr_sha256_impl *pr_sha256_chosen(void);

#endif
