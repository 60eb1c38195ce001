#include "core/l1/tx.h"

#include <string.h>

#include "core/crypto/keccak.h"
#include "core/crypto/sig.h"
#include "core/l1/rlp.h"

#define TYPE_EIP1559 0x02

static void put_fields(struct pr_rlp *w, const struct pr_tx *tx)
{
	pr_rlp_uint(w, tx->chain_id);
	pr_rlp_uint(w, tx->nonce);
	pr_rlp_uint(w, tx->max_priority_fee);
	pr_rlp_uint(w, tx->max_fee);
	pr_rlp_uint(w, tx->gas_limit);
	pr_rlp_bytes(w, tx->create ? NULL : tx->to20, tx->create ? 0 : 20);
	pr_rlp_uint(w, tx->value);
	pr_rlp_bytes(w, tx->data, tx->data_len);
	pr_rlp_list_end(w, pr_rlp_list_begin(w));
}

enum pr_err pr_tx_sign(uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32], const struct pr_tx *tx,
                       const uint8_t key32[32])
{
	uint8_t digest32[32], sig64[64], r32[32], s32[32];
	*raw_len = 0;
	memset(hash32, 0, 32);
	if (tx->max_priority_fee > tx->max_fee) return PR_ERR_INVALID;
	if (room < 1) return PR_ERR_FULL;
	raw[0] = TYPE_EIP1559;
	struct pr_rlp w = pr_rlp(raw + 1, room - 1);
	put_fields(&w, tx);
	pr_rlp_list_end(&w, 0);
	if (!pr_rlp_ok(&w)) return PR_ERR_FULL;
	pr_keccak256(digest32, raw, w.len + 1);
	if (!pr_sig_sign(sig64, digest32, key32)) return PR_ERR_INVALID;

	w = pr_rlp(raw + 1, room - 1);
	put_fields(&w, tx);
	pr_rlp_uint(&w, pr_sig_split(r32, s32, sig64));
	pr_rlp_uint_be(&w, r32, 32);
	pr_rlp_uint_be(&w, s32, 32);
	pr_rlp_list_end(&w, 0);
	if (!pr_rlp_ok(&w)) return PR_ERR_FULL;
	*raw_len = w.len + 1;
	pr_keccak256(hash32, raw, *raw_len);
	return PR_OK;
}

struct pr_tx_gas pr_tx_gas_of(const uint8_t *data, size_t len, bool create)
{
	uint64_t zeros = 0;
	for (size_t i = 0; i < len; i++) zeros += data[i] == 0;
	uint64_t tokens = zeros + 4 * (len - zeros);
	struct pr_tx_gas gas = { 21000 + 4 * tokens, 21000 + 10 * tokens };
	if (create) gas.intrinsic += 32000 + 2 * ((len + 31) / 32);
	return gas;
}
