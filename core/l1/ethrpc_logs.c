#include <string.h>

#include "core/l1/ethrpc.h"
#include "core/l1/ethrpc_impl.h"

static void put_filter(struct pr_ethrpc *rpc, const struct pr_ethrpc_filter *filter)
{
	struct pr_json_out *o = &rpc->request;
	PR_CHECK(filter->addr_count > 0 && filter->addr_count <= PR_ETHRPC_ADDRS_MAX);
	PR_CHECK(filter->topic_count <= PR_ETHRPC_TOPICS_MAX);
	pr_json_out_key(o, "address");
	pr_json_out_open(o, '[');
	for (uint32_t i = 0; i < filter->addr_count; i++) pr_json_out_hex(o, filter->addrs[i], 20);
	pr_json_out_close(o, ']');
	if (filter->topic_count == 0) return;
	pr_json_out_key(o, "topics");
	pr_json_out_open(o, '[');
	pr_json_out_open(o, '[');
	for (uint32_t i = 0; i < filter->topic_count; i++) pr_json_out_hex(o, filter->topics[i], 32);
	pr_json_out_close(o, ']');
	pr_json_out_close(o, ']');
}

static bool matches(const struct pr_ethrpc_filter *filter, const struct pr_l1_log *log)
{
	bool addr = false, topic = filter->topic_count == 0;
	for (uint32_t i = 0; i < filter->addr_count; i++) addr |= memcmp(log->addr20, filter->addrs[i], 20) == 0;
	for (uint32_t i = 0; i < filter->topic_count && log->topic_count > 0; i++)
		topic |= memcmp(log->topics[0], filter->topics[i], 32) == 0;
	return addr && topic;
}

/* What one answer must keep to, and where it goes. */
struct visit {
	const struct pr_ethrpc_filter *filter;
	uint64_t from, to;
	const uint8_t *hash32_opt; /* all logs are of this block */
	pr_ethrpc_log_fn fn;
	void *ctx;
	bool told; /* at least one log was told */
};

static enum pr_err visit_all(struct pr_ethrpc *rpc, struct visit *v)
{
	uint64_t last_block = 0, last_index = 0;
	if (pr_json_type(&rpc->doc, rpc->result) != PR_JSON_ARRAY) return pr_ethrpc_malformed(rpc, "no list of logs");
	for (uint32_t at = pr_json_first(&rpc->doc, rpc->result); at != PR_JSON_NONE; at = pr_json_next(&rpc->doc, at)) {
		struct pr_l1_log log;
		if (pr_l1_log_read(&log, rpc->data, sizeof rpc->data, &rpc->doc, at) != PR_OK) return pr_ethrpc_malformed(rpc, "log");
		if (log.block_number < v->from || log.block_number > v->to) return pr_ethrpc_malformed(rpc, "log of another block");
		if (v->hash32_opt && memcmp(log.block_hash32, v->hash32_opt, 32) != 0)
			return pr_ethrpc_malformed(rpc, "log of another block");
		if (!matches(v->filter, &log)) return pr_ethrpc_malformed(rpc, "log that was not asked for");
		if (v->told && (log.block_number < last_block || (log.block_number == last_block && log.log_index <= last_index)))
			return pr_ethrpc_malformed(rpc, "logs out of order");
		last_block = log.block_number;
		last_index = log.log_index;
		v->told = true;
		PR_FORWARD(v->fn(v->ctx, &log));
	}
	return PR_OK;
}

/* One query.  *refused: the node did not answer it, so nothing was told and a smaller one may do. */
static enum pr_err query(struct pr_ethrpc *rpc, struct visit *v, bool *refused)
{
	struct pr_json_out *o = &rpc->request;
	pr_ethrpc_begin(rpc, "eth_getLogs");
	pr_json_out_open(o, '{');
	put_filter(rpc, v->filter);
	if (v->hash32_opt) {
		pr_json_out_kv_hex(o, "blockHash", v->hash32_opt, 32);
	} else {
		pr_json_out_kv_quantity(o, "fromBlock", v->from);
		pr_json_out_kv_quantity(o, "toBlock", v->to);
	}
	pr_json_out_close(o, '}');
	enum pr_err err = pr_ethrpc_finish(rpc);
	*refused = err == PR_ERR_FULL || (err == PR_ERR_PEER && rpc->error.code != 0);
	return err == PR_OK ? visit_all(rpc, v) : err;
}

enum pr_err pr_ethrpc_logs(struct pr_ethrpc *rpc, const struct pr_ethrpc_filter *filter, uint64_t from, uint64_t to,
                           pr_ethrpc_log_fn fn, void *ctx)
{
	PR_CHECK(from <= to && to < UINT64_MAX);
	uint64_t span = to - from + 1;
	while (from <= to) {
		uint64_t count = to - from + 1 < span ? to - from + 1 : span;
		struct visit v = { filter, from, from + count - 1, NULL, fn, ctx, false };
		bool refused;
		enum pr_err err = query(rpc, &v, &refused);
		if (err == PR_OK) {
			from += count;
			continue;
		}
		if (!refused || count == 1) return err;
		span = count / 2;
	}
	return PR_OK;
}

enum pr_err pr_ethrpc_logs_of_block(struct pr_ethrpc *rpc, const struct pr_ethrpc_filter *filter,
                                    const struct pr_l1_block *block, pr_ethrpc_log_fn fn, void *ctx)
{
	struct visit v = { filter, block->number, block->number, block->hash32, fn, ctx, false };
	bool refused;
	return query(rpc, &v, &refused);
}
