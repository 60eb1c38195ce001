/* The one start-up call of the crypto floor.
 *
 * Hashing (sha256.h, keccak.h) and signature recovery work without it; signing and deriving an address from a key
 * need it.  Call it once in main, before the first thread; a second call changes nothing. */
#ifndef PR_CRYPTO_CRYPTO_H
#define PR_CRYPTO_CRYPTO_H

/* Prepares the signing context in static memory and chooses the SHA-256 implementation. */
void pr_crypto_init(void);

#endif
