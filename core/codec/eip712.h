/* EIP-712 digests of signed entries (docs/spec/entries.md section 2).
 *
 * The domain separator and every digest are 32 bytes of Keccak-256.  Addresses of the accounts that an entry names come from
 * the caller: the ledger reads them from the state, a wallet from what it knows. */
#ifndef PR_CODEC_EIP712_H
#define PR_CODEC_EIP712_H

#include "core/base/check.h"
#include "core/types/entry.h"

/* Domain separator of (name "Pennyroyal", version "1", chain id, verifying contract). */
void pr_eip712_domain(uint8_t domain32[32], uint64_t chain_id, const uint8_t rollup20[20]);

/* Answers for a named id: 1 and the address if it is an account, 2 if it is an asset, 0 otherwise. */
typedef int pr_address_fn(void *ctx, uint32_t id, uint8_t addr20[20]);

/* Digest of a signed entry.  PR_STATUS_APPLIED, or the status of docs/spec/entries.md section 2 for the first named id that is not what
 * its field needs: SENDER, RECIPIENT, BENEFICIARY.  digest32 is written on success only.  e->kind must be a signed kind. */
enum pr_status pr_eip712_digest(uint8_t digest32[32], const uint8_t domain32[32], const struct pr_entry *e, pr_address_fn *address,
                                void *ctx);

/* Digest of a voucher: StreamVoucher(address payer,uint32 stream,uint64 serial,uint64 cumulative). */
void pr_eip712_voucher_digest(uint8_t digest32[32], const uint8_t domain32[32], const uint8_t payer20[20], uint32_t stream,
                              uint64_t serial, uint64_t cumulative);

#endif
