/* EIP-1559 transactions (type 2, no access list): build, sign, encode, and what their calldata costs at least. */
#ifndef PR_L1_TX_H
#define PR_L1_TX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/be.h"
#include "core/base/check.h"
#include "core/base/err.h"

/* Ordinary mempools refuse a transaction above 128 KiB. */
#define PR_TX_BYTES_MAX 131072
/* What the fields other than the calldata need at most. */
#define PR_TX_OVERHEAD_BYTES 256
/* EIP-7825: a transaction may use at most this much gas. */
#define PR_TX_GAS_MAX 16777216u

/* Fees are in wei per gas, value in wei.  data is borrowed. */
struct pr_tx {
	uint64_t chain_id, nonce, gas_limit;
	pr_u128 max_fee, max_priority_fee, value;
	bool create; /* a contract creation: to20 is not used */
	uint8_t to20[20];
	const uint8_t *data;
	size_t data_len;
};

/* Signs and encodes: 0x02 || rlp([chainId, nonce, maxPriorityFee, maxFee, gas, to, value, data, [], yParity, r, s]).
 * Out: *raw_len bytes in raw, and hash32, by which the chain names the transaction.
 * Returns PR_ERR_INVALID if key32 is no key or the priority fee is above the fee, PR_ERR_FULL if room is too small. */
PR_MUST_USE enum pr_err pr_tx_sign(uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32], const struct pr_tx *tx,
                                   const uint8_t key32[32]);

/* The gas a transaction costs before its code runs, and the least it costs in the end (EIP-7623): with
 * t = zero bytes + 4 * other bytes, 21000 + 4 t and 21000 + 10 t; a creation adds 32000 + 2 per word (EIP-3860) to the first. */
struct pr_tx_gas {
	uint64_t intrinsic, floor;
};
struct pr_tx_gas pr_tx_gas_of(const uint8_t *data, size_t len, bool create);

#endif
