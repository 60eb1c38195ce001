#include "core/l1/ethtypes.h"

#include <string.h>

/* Fields are read in columns: the first that is missing or malformed clears ok, and the answer is judged once. */
struct fields {
	const struct pr_json *doc;
	uint32_t object;
	bool ok;
};

static uint32_t field(struct fields *f, const char *key)
{
	uint32_t at = pr_json_get(f->doc, f->object, key);
	if (at == PR_JSON_NONE) f->ok = false;
	return at;
}

static uint64_t field_u64(struct fields *f, const char *key)
{
	uint64_t v = 0;
	if (!pr_json_quantity(&v, f->doc, field(f, key))) f->ok = false;
	return f->ok ? v : 0;
}

static uint32_t field_u32(struct fields *f, const char *key)
{
	uint64_t v = field_u64(f, key);
	if (v > UINT32_MAX) f->ok = false;
	return f->ok ? (uint32_t)v : 0;
}

static pr_u128 field_u128(struct fields *f, const char *key)
{
	pr_u128 v = 0;
	if (!pr_l1_u128_read(&v, f->doc, field(f, key))) f->ok = false;
	return f->ok ? v : 0;
}

static void field_hex(struct fields *f, uint8_t *out, size_t len, const char *key)
{
	if (!pr_json_hex(out, len, f->doc, field(f, key))) f->ok = false;
}

static bool is_null(const struct fields *f, const char *key)
{
	enum pr_json_type type = pr_json_type(f->doc, pr_json_get(f->doc, f->object, key));
	return type == PR_JSON_NULL || type == PR_JSON_ABSENT;
}

/* Starts reading an object: PR_ERR_NOT_FOUND for null, PR_ERR_PEER for anything that is no object. */
static enum pr_err object(struct fields *f, const struct pr_json *doc, uint32_t at)
{
	*f = (struct fields){ doc, at, true };
	if (pr_json_type(doc, at) == PR_JSON_NULL) return PR_ERR_NOT_FOUND;
	return pr_json_type(doc, at) == PR_JSON_OBJECT ? PR_OK : PR_ERR_PEER;
}

bool pr_l1_u128_read(pr_u128 *value, const struct pr_json *doc, uint32_t at)
{
	uint8_t be32[32];
	*value = 0;
	if (!pr_json_quantity32(be32, doc, at)) return false;
	if (pr_be64(be32) != 0 || pr_be64(be32 + 8) != 0) return false;
	*value = pr_be128(be32 + 16);
	return true;
}

enum pr_err pr_l1_block_read(struct pr_l1_block *block, const struct pr_json *doc, uint32_t at)
{
	struct fields f;
	memset(block, 0, sizeof *block);
	PR_FORWARD(object(&f, doc, at));
	block->number = field_u64(&f, "number");
	block->timestamp_s = field_u64(&f, "timestamp");
	block->gas_limit = field_u64(&f, "gasLimit");
	block->base_fee = field_u128(&f, "baseFeePerGas");
	field_hex(&f, block->hash32, 32, "hash");
	field_hex(&f, block->parent32, 32, "parentHash");
	if (!f.ok) memset(block, 0, sizeof *block);
	return f.ok ? PR_OK : PR_ERR_PEER;
}

enum pr_err pr_l1_log_read(struct pr_l1_log *log, uint8_t *buf, size_t room, const struct pr_json *doc, uint32_t at)
{
	struct fields f;
	memset(log, 0, sizeof *log);
	PR_FORWARD(object(&f, doc, at));
	log->block_number = field_u64(&f, "blockNumber");
	log->tx_index = field_u32(&f, "transactionIndex");
	log->log_index = field_u32(&f, "logIndex");
	field_hex(&f, log->block_hash32, 32, "blockHash");
	field_hex(&f, log->tx_hash32, 32, "transactionHash");
	field_hex(&f, log->addr20, 20, "address");
	uint32_t topics = field(&f, "topics"), removed = pr_json_get(doc, at, "removed");
	log->topic_count = pr_json_count(doc, topics);
	if (pr_json_type(doc, topics) != PR_JSON_ARRAY || log->topic_count > PR_L1_TOPICS_MAX) f.ok = false;
	uint32_t topic = pr_json_first(doc, topics);
	for (uint32_t i = 0; f.ok && i < log->topic_count; i++, topic = pr_json_next(doc, topic))
		if (!pr_json_hex(log->topics[i], 32, doc, topic)) f.ok = false;
	if (!pr_json_hex_var(buf, &log->data_len, room, doc, field(&f, "data"))) f.ok = false;
	log->data = buf;
	/* A log that was undone is no answer to a query. */
	if (removed != PR_JSON_NONE && pr_json_type(doc, removed) != PR_JSON_FALSE) f.ok = false;
	if (!f.ok) memset(log, 0, sizeof *log);
	return f.ok ? PR_OK : PR_ERR_PEER;
}

enum pr_err pr_l1_receipt_read(struct pr_l1_receipt *receipt, const struct pr_json *doc, uint32_t at)
{
	struct fields f;
	memset(receipt, 0, sizeof *receipt);
	PR_FORWARD(object(&f, doc, at));
	receipt->block_number = field_u64(&f, "blockNumber");
	receipt->gas_used = field_u64(&f, "gasUsed");
	receipt->gas_price = field_u128(&f, "effectiveGasPrice");
	field_hex(&f, receipt->block_hash32, 32, "blockHash");
	field_hex(&f, receipt->tx_hash32, 32, "transactionHash");
	uint64_t status = field_u64(&f, "status");
	if (status > 1) f.ok = false;
	receipt->success = status == 1;
	receipt->has_contract = !is_null(&f, "contractAddress");
	if (receipt->has_contract) field_hex(&f, receipt->contract20, 20, "contractAddress");
	if (!f.ok) memset(receipt, 0, sizeof *receipt);
	return f.ok ? PR_OK : PR_ERR_PEER;
}

enum pr_err pr_l1_tx_read(struct pr_l1_tx *tx, uint8_t *buf, size_t room, const struct pr_json *doc, uint32_t at)
{
	struct fields f;
	memset(tx, 0, sizeof *tx);
	PR_FORWARD(object(&f, doc, at));
	tx->mined = !is_null(&f, "blockHash");
	if (tx->mined) {
		tx->block_number = field_u64(&f, "blockNumber");
		field_hex(&f, tx->block_hash32, 32, "blockHash");
	}
	tx->nonce = field_u64(&f, "nonce");
	tx->value = field_u128(&f, "value");
	field_hex(&f, tx->hash32, 32, "hash");
	field_hex(&f, tx->from20, 20, "from");
	tx->create = is_null(&f, "to");
	if (!tx->create) field_hex(&f, tx->to20, 20, "to");
	uint32_t blobs = pr_json_get(doc, at, "blobVersionedHashes");
	tx->blob_count = pr_json_count(doc, blobs);
	if (tx->blob_count > sizeof tx->blob_hashes / 32) f.ok = false;
	uint32_t blob = pr_json_first(doc, blobs);
	for (uint32_t i = 0; f.ok && i < tx->blob_count; i++, blob = pr_json_next(doc, blob))
		if (!pr_json_hex(tx->blob_hashes[i], 32, doc, blob)) f.ok = false;
	if (!pr_json_hex_var(buf, &tx->input_len, room, doc, field(&f, "input"))) f.ok = false;
	tx->input = buf;
	if (!f.ok) memset(tx, 0, sizeof *tx);
	return f.ok ? PR_OK : PR_ERR_PEER;
}

/* The last element of an array of quantities. */
static bool last_u128(pr_u128 *value, const struct pr_json *doc, uint32_t array)
{
	*value = 0;
	if (pr_json_type(doc, array) != PR_JSON_ARRAY || pr_json_count(doc, array) == 0) return false;
	return pr_l1_u128_read(value, doc, pr_json_at(doc, array, pr_json_count(doc, array) - 1));
}

#define REWARDS_MAX 16

/* The median of the first reward of each block, an empty list counting as none. */
static bool median_reward(pr_u128 *value, const struct pr_json *doc, uint32_t array)
{
	pr_u128 sorted[REWARDS_MAX];
	uint32_t count = 0;
	*value = 0;
	if (pr_json_type(doc, array) != PR_JSON_ARRAY) return false;
	for (uint32_t at = pr_json_first(doc, array); at != PR_JSON_NONE; at = pr_json_next(doc, at)) {
		pr_u128 v;
		if (count == REWARDS_MAX || pr_json_type(doc, at) != PR_JSON_ARRAY) return false;
		if (pr_json_count(doc, at) == 0) continue;
		if (!pr_l1_u128_read(&v, doc, pr_json_first(doc, at))) return false;
		uint32_t place = count++;
		for (; place > 0 && sorted[place - 1] > v; place--) sorted[place] = sorted[place - 1];
		sorted[place] = v;
	}
	if (count > 0) *value = sorted[count / 2];
	return true;
}

enum pr_err pr_l1_fees_read(struct pr_l1_fees *fees, const struct pr_json *doc, uint32_t at)
{
	struct fields f;
	memset(fees, 0, sizeof *fees);
	PR_FORWARD(object(&f, doc, at));
	if (!last_u128(&fees->base_fee, doc, field(&f, "baseFeePerGas"))) f.ok = false;
	if (!is_null(&f, "reward") && !median_reward(&fees->priority_fee, doc, field(&f, "reward"))) f.ok = false;
	fees->has_blob_base_fee = !is_null(&f, "baseFeePerBlobGas");
	if (fees->has_blob_base_fee && !last_u128(&fees->blob_base_fee, doc, field(&f, "baseFeePerBlobGas"))) f.ok = false;
	if (!f.ok) memset(fees, 0, sizeof *fees);
	return f.ok ? PR_OK : PR_ERR_PEER;
}
