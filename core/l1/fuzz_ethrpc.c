/* Answers of a node: any bytes are refused or read into values within their bounds, and nothing is left half-filled. */
#include <string.h>

#include "core/base/fuzz.h"
#include "core/l1/ethtypes.h"

#define NODES_MAX 4096
#define DATA_BYTES_MAX 4096

static bool all_zero(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((const uint8_t *)p)[i] != 0) return false;
	return true;
}

static void read_all(const struct pr_json *doc, uint32_t at)
{
	static uint8_t data[DATA_BYTES_MAX];
	struct pr_l1_block block;
	struct pr_l1_log log;
	struct pr_l1_receipt receipt;
	struct pr_l1_tx tx;
	struct pr_l1_fees fees;
	pr_u128 value;
	if (pr_l1_block_read(&block, doc, at) != PR_OK) PR_CHECK(all_zero(&block, sizeof block));
	if (pr_l1_receipt_read(&receipt, doc, at) != PR_OK) PR_CHECK(all_zero(&receipt, sizeof receipt));
	if (pr_l1_fees_read(&fees, doc, at) != PR_OK) PR_CHECK(all_zero(&fees, sizeof fees));
	if (pr_l1_log_read(&log, data, sizeof data, doc, at) != PR_OK) PR_CHECK(all_zero(&log, sizeof log));
	else PR_CHECK(log.topic_count <= PR_L1_TOPICS_MAX && log.data == data && log.data_len <= sizeof data);
	if (pr_l1_tx_read(&tx, data, sizeof data, doc, at) != PR_OK) PR_CHECK(all_zero(&tx, sizeof tx));
	else PR_CHECK(tx.blob_count <= 16 && tx.input == data && tx.input_len <= sizeof data);
	if (!pr_l1_u128_read(&value, doc, at)) PR_CHECK(value == 0);
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	static struct pr_json_node nodes[NODES_MAX];
	struct pr_json doc;
	if (pr_json_parse(&doc, (const char *)data, size, nodes, NODES_MAX) != PR_JSON_OK) return;
	for (uint32_t at = 0; at < doc.node_count; at++) read_all(&doc, at);
}
