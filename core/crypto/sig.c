#include "core/crypto/sig.h"

#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>
#include <stddef.h>
#include <string.h>

#include "core/crypto/crypto.h"
#include "core/crypto/keccak.h"
#include "core/crypto/sha256.h"

/* Half the group order, rounded down (SEC 2, 2.4.1; EIP-2). */
static const uint8_t half_order32[32] = {
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
};

/* Room for the signing context; its size is checked at start (208 bytes in libsecp256k1 0.2.0). */
#define CONTEXT_BYTES_MAX 1024
static _Alignas(max_align_t) uint8_t context_memory[CONTEXT_BYTES_MAX];
static secp256k1_context *signing;

void pr_crypto_init(void)
{
	if (signing) return;
	PR_CHECK(secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE) <= sizeof context_memory);
	signing = secp256k1_context_preallocated_create(context_memory, SECP256K1_CONTEXT_NONE);
	(void)pr_sha256_impl_name();
}

void pr_sig_blind(const uint8_t seed32[32])
{
	PR_CHECK(signing);
	PR_CHECK(secp256k1_context_randomize(signing, seed32));
}

static void address_of(uint8_t addr20[20], const secp256k1_context *ctx, const secp256k1_pubkey *key)
{
	uint8_t bytes65[65], hash32[32];
	size_t len = sizeof bytes65;
	PR_CHECK(secp256k1_ec_pubkey_serialize(ctx, bytes65, &len, key, SECP256K1_EC_UNCOMPRESSED));
	PR_CHECK(len == sizeof bytes65);
	pr_keccak256(hash32, bytes65 + 1, 64);
	memcpy(addr20, hash32 + 12, 20);
}

uint8_t pr_sig_split(uint8_t r32[32], uint8_t s32[32], const uint8_t sig64[64])
{
	memcpy(r32, sig64, 32);
	memcpy(s32, sig64 + 32, 32);
	s32[0] &= 0x7f;
	return sig64[32] >> 7;
}

bool pr_sig_from_rsv(uint8_t sig64[64], const uint8_t rsv65[65])
{
	uint8_t v = rsv65[64] >= 27 ? (uint8_t)(rsv65[64] - 27) : rsv65[64];
	if (v > 1 || rsv65[32] >> 7) return false;
	memcpy(sig64, rsv65, 64);
	sig64[32] = (uint8_t)(sig64[32] | v << 7);
	return true;
}

bool pr_sig_recover_var(uint8_t addr20[20], const uint8_t digest32[32], const uint8_t sig64[64])
{
	const secp256k1_context *ctx = secp256k1_context_static;
	secp256k1_ecdsa_recoverable_signature sig;
	secp256k1_pubkey key;
	uint8_t rs[64];
	int y_parity = pr_sig_split(rs, rs + 32, sig64);
	memset(addr20, 0, 20);
	if (memcmp(rs + 32, half_order32, 32) > 0) return false;
	/* Parsing refuses r >= n, recovery refuses r = 0, s = 0 and an r that is no point's x coordinate. */
	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, &sig, rs, y_parity)) return false;
	if (!secp256k1_ecdsa_recover(ctx, &key, &sig, digest32)) return false;
	address_of(addr20, ctx, &key);
	return true;
}

bool pr_sig_sign(uint8_t sig64[64], const uint8_t digest32[32], const uint8_t key32[32])
{
	secp256k1_ecdsa_recoverable_signature sig;
	int recid = 0;
	PR_CHECK(signing);
	memset(sig64, 0, 64);
	if (!secp256k1_ecdsa_sign_recoverable(signing, &sig, digest32, key32, NULL, NULL)) return false;
	PR_CHECK(secp256k1_ecdsa_recoverable_signature_serialize_compact(signing, sig64, &recid, &sig));
	PR_CHECK(memcmp(sig64 + 32, half_order32, 32) <= 0);
	/* Recovery ids 2 and 3 (r wrapped past n) have no compact form and a chance of 2^-127. */
	PR_CHECK(recid == 0 || recid == 1);
	sig64[32] = (uint8_t)(sig64[32] | recid << 7);
	return true;
}

bool pr_sig_address(uint8_t addr20[20], const uint8_t key32[32])
{
	secp256k1_pubkey key;
	PR_CHECK(signing);
	memset(addr20, 0, 20);
	if (!secp256k1_ec_pubkey_create(signing, &key, key32)) return false;
	address_of(addr20, signing, &key);
	return true;
}
