/* secp256k1 signatures in the one encoding this protocol accepts.
 *
 * sig64 is EIP-2098 compact: r (32 bytes), then s (32 bytes) with yParity in the top bit, which s leaves free because it
 * must be low (1 <= s <= n/2).  With 1 <= r < n every accepted signature has exactly one encoding.  An address is the last
 * 20 bytes of keccak256 of the 64-byte public key. */
#ifndef PR_CRYPTO_SIG_H
#define PR_CRYPTO_SIG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"

#define PR_SIG_BYTES 64

/* Out: addr20, the signer of digest32; zeroed on refusal.
 * Returns false if r is 0 or >= n, s is 0 or above n/2, or no key fits.  Public data only: the time varies.  Any thread. */
PR_MUST_USE bool pr_sig_recover_var(uint8_t addr20[20], const uint8_t digest32[32], const uint8_t sig64[64]);

/* Signs with the deterministic nonce of RFC 6979; the result is low-s.  key32 is big-endian.
 * Returns false, sig64 zeroed, if the key is 0 or >= n.  Needs pr_crypto_init.  Any thread, constant time in the key. */
PR_MUST_USE bool pr_sig_sign(uint8_t sig64[64], const uint8_t digest32[32], const uint8_t key32[32]);

/* The address that belongs to a key.  Returns false, addr20 zeroed, if the key is 0 or >= n.  Needs pr_crypto_init. */
PR_MUST_USE bool pr_sig_address(uint8_t addr20[20], const uint8_t key32[32]);

/* Re-blinds the signing context against side channels with 32 random bytes.  Not thread-safe: call it at start. */
void pr_sig_blind(const uint8_t seed32[32]);

/* The parts of a compact signature as Ethereum transactions and ecrecover take them.  Returns yParity (0 or 1). */
uint8_t pr_sig_split(uint8_t r32[32], uint8_t s32[32], const uint8_t sig64[64]);

/* The compact form of what wallets return: r (32 bytes), s (32 bytes), v (0, 1, 27 or 28).  Returns false if v is another byte or s has its top
 * bit set, which no low s has; whether s is low is pr_sig_recover_var's to judge. */
PR_MUST_USE bool pr_sig_from_rsv(uint8_t sig64[64], const uint8_t rsv65[65]);

#endif
