/* Keccak-256 with the original padding (0x01), as Ethereum uses it; not FIPS 202's SHA3-256.  Only for what the EVM must
 * agree with: addresses, EIP-712, transactions, Solidity mappings.  The permutation is nettle's. */
#ifndef PR_CRYPTO_KECCAK_H
#define PR_CRYPTO_KECCAK_H

#include <nettle/sha3.h>
#include <stddef.h>
#include <stdint.h>

#define PR_KECCAK_RATE_BYTES 136

/* out32 = keccak256(data[0..len)).  data may be NULL if len is 0; out32 may alias data. */
void pr_keccak256(uint8_t out32[32], const void *data, size_t len);

/* Hashing in pieces. */
struct pr_keccak {
	struct sha3_state state;
	size_t used; /* bytes absorbed into the current block, below PR_KECCAK_RATE_BYTES */
};
void pr_keccak_init(struct pr_keccak *h);
void pr_keccak_update(struct pr_keccak *h, const void *data, size_t len);
/* Writes the digest; h must be initialised again before further use. */
void pr_keccak_final(struct pr_keccak *h, uint8_t out32[32]);

#endif
