/* Private to the transaction manager: what it keeps about an intent, and where.
 *
 *   "m"          -> version, chain id, account
 *   "b" id(8)    -> to, value, gas limit, calldata: exists while the intent is live
 *   "s" id(8)    -> struct pr_txmgr_record: exists for ever, so that an id is never used twice */
#ifndef PR_L1_TXMGR_STORE_H
#define PR_L1_TXMGR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/l1/txmgr.h"
#include "core/rt/kv.h"

/* One signed transaction; with the intent and its nonce, its bytes can be made again. */
struct pr_txmgr_attempt {
	pr_u128 max_fee, max_priority_fee;
	uint64_t gas_limit;
	uint8_t hash32[32];
};

struct pr_txmgr_record {
	struct pr_txmgr_status status;
	uint64_t order;          /* of submission among live intents */
	uint8_t content32[32];   /* SHA-256 of the intent without its tag */
	uint8_t block_hash32[32]; /* mined and after */
	struct pr_txmgr_attempt attempts[PR_TXMGR_ATTEMPTS_MAX]; /* status.attempts of them, all with status.nonce */
};

/* An intent as stored; data is held in memory of the body itself. */
struct pr_txmgr_body {
	uint8_t to20[20];
	pr_u128 value;
	uint64_t gas_limit;
	const uint8_t *data;
	size_t data_len;
	uint8_t *owned;
};

/* Opens the store and binds it to the account and the chain, or checks that it is bound to them (PR_ERR_CONFIG). */
PR_MUST_USE enum pr_err pr_txmgr_store_open(struct pr_kv **kv, const char *dir, uint64_t chain_id, const uint8_t addr20[20]);

void pr_txmgr_content(uint8_t content32[32], const struct pr_txmgr_intent *intent);

/* Writes a new intent: record and body together. */
PR_MUST_USE enum pr_err pr_txmgr_store_new(struct pr_kv *kv, const struct pr_txmgr_record *record,
                                           const struct pr_txmgr_intent *intent);
/* Writes a changed record; a done or failed one loses its body in the same write. */
PR_MUST_USE enum pr_err pr_txmgr_store_put(struct pr_kv *kv, const struct pr_txmgr_record *record);
PR_MUST_USE enum pr_err pr_txmgr_store_get(struct pr_kv *kv, struct pr_txmgr_record *record, uint64_t id);
PR_MUST_USE enum pr_err pr_txmgr_store_body(struct pr_kv *kv, struct pr_txmgr_body *body, uint64_t id);
void pr_txmgr_body_free(struct pr_txmgr_body *body);

/* The ids of all live intents, ascending.  PR_ERR_CORRUPT if there are more than room. */
PR_MUST_USE enum pr_err pr_txmgr_store_live(struct pr_kv *kv, uint64_t *ids, size_t room, size_t *count);

/* The bytes of a record, for tests of the layout.  Returns the length, at most PR_TXMGR_RECORD_BYTES_MAX. */
#define PR_TXMGR_RECORD_BYTES_MAX 4096
size_t pr_txmgr_record_encode(uint8_t out[PR_TXMGR_RECORD_BYTES_MAX], const struct pr_txmgr_record *record);
/* PR_ERR_CORRUPT for anything encode does not write. */
PR_MUST_USE enum pr_err pr_txmgr_record_decode(struct pr_txmgr_record *record, const uint8_t *bytes, size_t len);

#endif
