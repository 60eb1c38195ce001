/* What L1 tells, as plain structs, and their strict reading from JSON-RPC results.  Amounts and fees are in wei.
 *
 * A reader returns PR_OK, or PR_ERR_PEER if a field is missing, of another type, or out of range; PR_ERR_NOT_FOUND if the
 * result is null. */
#ifndef PR_L1_ETHTYPES_H
#define PR_L1_ETHTYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/be.h"
#include "core/base/err.h"
#include "core/rt/json.h"

#define PR_L1_TOPICS_MAX 4
/* The data of one log and the input of one transaction. */
#define PR_L1_DATA_BYTES_MAX (1u << 20)

/* A block named by number or by tag. */
enum pr_l1_tag { PR_L1_NUMBER, PR_L1_LATEST, PR_L1_SAFE, PR_L1_FINALIZED, PR_L1_PENDING };
struct pr_l1_at {
	enum pr_l1_tag tag;
	uint64_t number; /* for PR_L1_NUMBER */
};
static inline struct pr_l1_at pr_l1_at(enum pr_l1_tag tag) { return (struct pr_l1_at){ tag, 0 }; }
static inline struct pr_l1_at pr_l1_number(uint64_t number) { return (struct pr_l1_at){ PR_L1_NUMBER, number }; }

struct pr_l1_block {
	uint64_t number, timestamp_s, gas_limit;
	uint8_t hash32[32], parent32[32];
	pr_u128 base_fee;
};

struct pr_l1_log {
	uint64_t block_number;
	uint8_t block_hash32[32], tx_hash32[32];
	uint32_t tx_index, log_index;
	uint8_t addr20[20];
	uint32_t topic_count;
	uint8_t topics[PR_L1_TOPICS_MAX][32];
	const uint8_t *data; /* borrowed; see the function that gave the log */
	size_t data_len;
};

struct pr_l1_receipt {
	uint64_t block_number, gas_used;
	uint8_t block_hash32[32], tx_hash32[32];
	pr_u128 gas_price; /* effective */
	bool success;
	bool has_contract; /* contract20 is the contract this transaction made */
	uint8_t contract20[20];
};

/* A transaction as a node returns it. */
struct pr_l1_tx {
	bool mined; /* else block_* are zero */
	uint64_t block_number, nonce;
	uint8_t block_hash32[32], hash32[32], from20[20], to20[20];
	bool create; /* to20 is zero */
	pr_u128 value;
	uint32_t blob_count;
	uint8_t blob_hashes[16][32]; /* EIP-4844 versioned hashes */
	const uint8_t *input;        /* borrowed; see the function that gave the transaction */
	size_t input_len;
};

struct pr_l1_fees {
	pr_u128 base_fee;      /* of the next block */
	pr_u128 priority_fee;  /* median over recent blocks of what the median transaction paid */
	bool has_blob_base_fee;
	pr_u128 blob_base_fee; /* of the next block, per blob gas */
};

/* data / input are decoded into the caller's buffer of room bytes; more is PR_ERR_PEER. */
PR_MUST_USE enum pr_err pr_l1_block_read(struct pr_l1_block *block, const struct pr_json *doc, uint32_t at);
PR_MUST_USE enum pr_err pr_l1_log_read(struct pr_l1_log *log, uint8_t *buf, size_t room, const struct pr_json *doc,
                                       uint32_t at);
PR_MUST_USE enum pr_err pr_l1_receipt_read(struct pr_l1_receipt *receipt, const struct pr_json *doc, uint32_t at);
PR_MUST_USE enum pr_err pr_l1_tx_read(struct pr_l1_tx *tx, uint8_t *buf, size_t room, const struct pr_json *doc,
                                      uint32_t at);
PR_MUST_USE enum pr_err pr_l1_fees_read(struct pr_l1_fees *fees, const struct pr_json *doc, uint32_t at);
/* A QUANTITY of at most 128 bits. */
PR_MUST_USE bool pr_l1_u128_read(pr_u128 *value, const struct pr_json *doc, uint32_t at);

#endif
