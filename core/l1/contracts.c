#include "core/l1/contracts.h"

#include <string.h>

#include "core/l1/abi.h"

static const char *const signatures[PR_L1_EVENT_COUNT] = {
	[PR_L1_ITEM]         = "ItemAdded(uint64,uint64,bytes)",
	[PR_L1_BATCH]        = "BatchPosted(uint64,bytes32,(bytes32,uint64,uint64,uint64,uint64,uint32,bytes32),bytes)",
	[PR_L1_CLAIM]        = "ClaimMade(uint64,uint64,uint64,address,bytes32,bytes32[])",
	[PR_L1_CLAIM_STRUCK] = "ClaimStruck(uint64,uint64,uint32,address)",
	[PR_L1_CLAIM_FINAL]  = "ClaimFinal(uint64,uint64,bytes32)",
	[PR_L1_WITHDRAWN]    = "Withdrawn(uint32,address,uint64)",
	[PR_L1_CLAIM_RECLAIMED] = "ClaimReclaimed(uint64,uint64,address)",
};

static const uint8_t *emitter(const struct pr_contracts *c, enum pr_l1_event_type type)
{
	return type == PR_L1_ITEM ? c->inbox20 : type == PR_L1_WITHDRAWN ? c->vault20 : c->rollup20;
}

void pr_contracts_filter(struct pr_ethrpc_filter *filter, const struct pr_contracts *c)
{
	memset(filter, 0, sizeof *filter);
	memcpy(filter->addrs[0], c->rollup20, 20);
	memcpy(filter->addrs[1], c->inbox20, 20);
	memcpy(filter->addrs[2], c->vault20, 20);
	filter->addr_count = 3;
	for (unsigned t = PR_L1_ITEM; t < PR_L1_EVENT_COUNT; t++) pr_abi_topic(filter->topics[filter->topic_count++], signatures[t]);
}

static bool topic_u64(uint64_t *value, const struct pr_l1_log *log, unsigned i)
{
	return i < log->topic_count && pr_abi_get_u64(value, log->topics[i], 32, 0);
}

static bool topic_addr(uint8_t addr20[20], const struct pr_l1_log *log, unsigned i)
{
	return i < log->topic_count && pr_abi_get_addr(addr20, log->topics[i], 32, 0);
}

static bool data_bytes(struct pr_l1_event *e, const struct pr_l1_log *log, size_t index)
{
	size_t len;
	if (!pr_abi_get_bytes(&e->data, &len, log->data, log->data_len, index) || len > UINT32_MAX) return false;
	e->data_len = (uint32_t)len;
	return true;
}

static bool read_batch(struct pr_l1_event *e, const struct pr_l1_log *log)
{
	uint8_t hash32[32];
	if (!topic_u64(&e->number, log, 1) || log->topic_count != 3 || log->data_len < PR_BATCH_HEADER_ABI_BYTES) return false;
	memcpy(e->hash32, log->topics[2], 32);
	if (!pr_batch_header_from_abi(&e->header, log->data, PR_BATCH_HEADER_ABI_BYTES)) return false;
	pr_batch_header_hash(hash32, &e->header);
	return memcmp(hash32, e->hash32, 32) == 0 && e->header.number == e->number && data_bytes(e, log, 7);
}

static bool read_claim(struct pr_l1_event *e, const struct pr_l1_log *log)
{
	const uint8_t *roots;
	size_t         count;
	if (!topic_u64(&e->number, log, 1) || !topic_u64(&e->a, log, 2) || !topic_u64(&e->b, log, 3)) return false;
	if (!pr_abi_get_addr(e->addr20, log->data, log->data_len, 0) || !pr_abi_get_word(e->hash32, log->data, log->data_len, 1)) return false;
	if (!pr_abi_get_words(&roots, &count, log->data, log->data_len, 2) || count > PR_BATCH_CHUNKS_MAX) return false;
	e->data     = roots;
	e->data_len = (uint32_t)count * 32;
	return true;
}

static bool read_event(struct pr_l1_event *e, const struct pr_l1_log *log)
{
	switch (e->type) {
	case PR_L1_ITEM:
		return topic_u64(&e->number, log, 1) && pr_abi_get_u64(&e->a, log->data, log->data_len, 0) && data_bytes(e, log, 1);
	case PR_L1_BATCH: return read_batch(e, log);
	case PR_L1_CLAIM: return read_claim(e, log);
	case PR_L1_CLAIM_STRUCK:
		return topic_u64(&e->number, log, 1) && topic_u64(&e->a, log, 2) && pr_abi_get_u64(&e->b, log->data, log->data_len, 0) &&
		       pr_abi_get_addr(e->addr20, log->data, log->data_len, 1);
	case PR_L1_CLAIM_FINAL:
		return topic_u64(&e->number, log, 1) && topic_u64(&e->a, log, 2) && pr_abi_get_word(e->hash32, log->data, log->data_len, 0);
	case PR_L1_WITHDRAWN:
		return topic_u64(&e->number, log, 1) && topic_addr(e->addr20, log, 2) && pr_abi_get_u64(&e->a, log->data, log->data_len, 0);
	case PR_L1_CLAIM_RECLAIMED:
		return topic_u64(&e->number, log, 1) && topic_u64(&e->a, log, 2) && pr_abi_get_addr(e->addr20, log->data, log->data_len, 0);
	case PR_L1_EVENT_COUNT: break;
	}
	return false;
}

enum pr_err pr_contracts_event(struct pr_l1_event *event, const struct pr_contracts *c, const struct pr_l1_log *log)
{
	uint8_t topic32[32];

	memset(event, 0, sizeof *event);
	if (log->topic_count == 0) return PR_ERR_NOT_FOUND;
	for (unsigned t = PR_L1_ITEM; t < PR_L1_EVENT_COUNT; t++) {
		pr_abi_topic(topic32, signatures[t]);
		if (memcmp(topic32, log->topics[0], 32) != 0 || memcmp(emitter(c, (enum pr_l1_event_type)t), log->addr20, 20) != 0) continue;
		event->type  = (enum pr_l1_event_type)t;
		event->block = log->block_number;
		memcpy(event->tx32, log->tx_hash32, 32);
		return read_event(event, log) ? PR_OK : PR_ERR_PEER;
	}
	return PR_ERR_NOT_FOUND;
}

enum pr_err pr_contracts_config(struct pr_rollup_config *config, struct pr_ethrpc *rpc, const struct pr_contracts *c)
{
	uint8_t              selector[4];
	const uint8_t       *out;
	size_t               len;
	struct pr_ethrpc_msg msg = { .to20_opt = c->rollup20, .data = selector, .data_len = sizeof selector };

	memset(config, 0, sizeof *config);
	pr_abi_selector(selector, "domain()");
	PR_FORWARD(pr_ethrpc_call(rpc, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)));
	if (!pr_abi_get_word(config->domain32, out, len, 0)) return PR_ERR_PEER;
	pr_abi_selector(selector, "config()");
	PR_FORWARD(pr_ethrpc_call(rpc, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)));
	/* struct RollupConfig: governor, first operator, inbox, vault, verifier, l2ChainId, genesisRoot, window, bond, force deadline, governor delay */
	bool ok = pr_abi_get_word(config->genesis_root32, out, len, 6) && pr_abi_get_u64(&config->window_s, out, len, 7) &&
	          pr_abi_get_u128(&config->bond_wei, out, len, 8) && pr_abi_get_u64(&config->force_deadline_s, out, len, 9);
	if (!ok) return PR_ERR_PEER;
	pr_abi_selector(selector, "operator()");
	PR_FORWARD(pr_ethrpc_call(rpc, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)));
	ok = pr_abi_get_addr(config->operator20, out, len, 0);
	return ok ? PR_OK : PR_ERR_PEER;
}

static size_t finish(struct pr_abi *w) { return pr_abi_done(w) ? w->len : 0; }

static void put_header(struct pr_abi *w, const struct pr_batch_header *h)
{
	uint8_t words[PR_BATCH_HEADER_ABI_BYTES];
	pr_batch_header_abi(words, h);
	for (unsigned i = 0; i < PR_BATCH_HEADER_ABI_BYTES / 32; i++) pr_abi_word(w, words + 32 * i);
}

size_t pr_call_post(uint8_t *out, size_t room, const struct pr_post *post, const uint8_t inbox_link32[32])
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, "post(bytes32,uint64,uint64,bytes32,bytes)", 5);
	pr_abi_word(&w, post->parent32);
	pr_abi_u128(&w, post->timestamp);
	pr_abi_u128(&w, post->inbox_to);
	pr_abi_word(&w, inbox_link32);
	pr_abi_bytes(&w, post->run, post->run_len);
	return finish(&w);
}

size_t pr_call_claim(uint8_t *out, size_t room, const struct pr_batch_header *header, uint64_t parent_claim,
                     const uint8_t pre_root32[32], const uint8_t *roots, uint32_t count)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, "claim((bytes32,uint64,uint64,uint64,uint64,uint32,bytes32),uint64,bytes32,bytes32[])", 10);
	put_header(&w, header);
	pr_abi_u128(&w, parent_claim);
	pr_abi_word(&w, pre_root32);
	pr_abi_words(&w, roots, count);
	return finish(&w);
}

size_t pr_call_id(uint8_t *out, size_t room, const char *signature, uint64_t id)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, signature, 1);
	pr_abi_u128(&w, id);
	return finish(&w);
}

size_t pr_call_strike(uint8_t *out, size_t room, const struct pr_fraud_proof *p)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room,
	            "strike(((bytes32,uint64,uint64,uint64,uint64,uint32,bytes32),uint64,uint32,bytes32,bytes32[],bytes32,bytes32[],bytes,"
	            "bytes32[],bytes))",
	            1);
	pr_abi_tuple(&w, 16);
	put_header(&w, &p->header);
	pr_abi_u128(&w, p->claim_id);
	pr_abi_u128(&w, p->chunk_index);
	pr_abi_word(&w, p->pre_root32);
	pr_abi_words(&w, p->pre_path_opt ? p->pre_path_opt[0] : NULL, p->pre_path_opt ? PR_LIST_DEPTH : 0);
	pr_abi_word(&w, p->claimed_root32);
	pr_abi_words(&w, p->claimed_path[0], PR_LIST_DEPTH);
	pr_abi_bytes(&w, p->data, p->data_len);
	pr_abi_words(&w, p->chunk_path_opt ? p->chunk_path_opt[0] : NULL, p->chunk_path_opt ? PR_LIST_DEPTH : 0);
	pr_abi_bytes(&w, p->witness, p->witness_len);
	pr_abi_leave(&w);
	return finish(&w);
}

size_t pr_call_deposit(uint8_t *out, size_t room, const uint8_t account20[20], pr_u128 base_units)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, "deposit(address,uint256)", 2);
	pr_abi_addr(&w, account20);
	pr_abi_u128(&w, base_units);
	return finish(&w);
}

size_t pr_call_force(uint8_t *out, size_t room, const uint8_t *item, size_t len)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, "force(bytes)", 1);
	pr_abi_bytes(&w, item, len);
	return finish(&w);
}

size_t pr_call_withdraw(uint8_t *out, size_t room, uint64_t batch, uint32_t id, const uint8_t to20[20], uint64_t amount,
                        const uint8_t (*siblings)[32], uint32_t count)
{
	struct pr_abi w;
	pr_abi_call(&w, out, room, "withdraw(uint64,uint32,address,uint64,bytes32[])", 5);
	pr_abi_u128(&w, batch);
	pr_abi_u128(&w, id);
	pr_abi_addr(&w, to20);
	pr_abi_u128(&w, amount);
	pr_abi_words(&w, siblings[0], count);
	return finish(&w);
}
