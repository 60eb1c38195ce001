#include "fraud/node.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/rt/clock.h"
#include "core/rt/file.h"
#include "core/rt/log.h"
#include "core/rt/map.h"

/* Memory that is all zeros becomes the genesis.  The salt is secret, so that nobody can choose keys that make the index deep. */
static enum pr_err genesis(struct frd_node *node, struct pr_state *state, void *mem, uint32_t capacity, uint8_t root32[32])
{
	char        message[PR_CONFIG_MESSAGE_BYTES];
	uint64_t    salt;
	enum pr_err err;

	PR_CHECK(getrandom(&salt, sizeof salt, 0) == sizeof salt);
	pr_state_init(state, mem, capacity, salt);
	if ((err = pr_chain_genesis(message, node->chain, state, root32)) != PR_OK) PR_LOG_ERROR("%s", message);
	return err;
}

/* Executes batch n on a state, which must be after batch n-1. */
static enum pr_err execute(struct frd_node *node, uint64_t n, struct pr_state *state, struct pr_lists *lists_opt, uint8_t (*roots_opt)[32])
{
	const struct frd_batch *b   = &node->book.batches[n];
	struct frd_run          run = { .book = &node->book, .batch = n, .domain32 = node->chain->domain32 };
	uint8_t                *bytes;

	PR_FORWARD(pr_eventlog_run(&node->archive, b->archive_seq, &bytes, &run.len));
	run.bytes = bytes;
	frd_replay(&run, b->chunk_count, state, lists_opt, roots_opt, &node->scratch);
	free(bytes);
	return PR_OK;
}

/* Brings base to the last final batch and has it saved there when that is due. */
static enum pr_err base_follow(struct frd_node *node)
{
	if (node->inspect || frd_saver_busy(&node->saver)) return PR_OK;
	while (node->base_batch < node->book.final_batch) {
		PR_FORWARD(execute(node, node->base_batch + 1, &node->base, NULL, NULL));
		node->base_batch++;
		frd_history_add(&node->history, &node->book);
	}
	frd_saver_offer(&node->saver, &node->book, &node->history, &node->base);
	return PR_OK;
}

/* Brings head to the last batch, base to the last final one, and judges claims. */
static enum pr_err catch_up(struct frd_node *node)
{
	while (node->head_batch + 1 < node->book.batch_count) {
		struct frd_batch    *b = &node->book.batches[node->head_batch + 1];
		struct pr_state_sums sums;
		uint8_t(*roots)[32] = malloc(32 * (size_t)b->chunk_count);
		PR_CHECK(roots);
		PR_FORWARD(execute(node, node->head_batch + 1, &node->head, &node->lists, roots));
		b->roots = roots;
		node->head_batch++;
		if (!pr_state_conserved(&node->head, &sums)) {
			PR_LOG_ERROR("conservation broken batch=%llu supply=%llu balances=%llu escrows=%llu held=%llu fees=%llu",
			             (unsigned long long)node->head_batch, (unsigned long long)sums.supply, (unsigned long long)sums.balances,
			             (unsigned long long)sums.escrows, (unsigned long long)sums.held, (unsigned long long)sums.fees);
			return PR_ERR_CORRUPT;
		}
	}
	frd_book_judge(&node->book);
	return base_follow(node);
}

/* Takes an event into the book and notes withdrawals. */
static enum pr_err take(struct frd_node *node, const struct pr_l1_event *event, uint64_t seq, bool *news)
{
	PR_FORWARD(frd_book_take(&node->book, event, seq, news));
	if (event->type == PR_L1_WITHDRAWN && event->number < node->head.capacity)
		node->withdrawn[event->number / 8] |= (uint8_t)(1u << (event->number % 8));
	return PR_OK;
}

static enum pr_err take_archived(void *ctx, const struct pr_l1_event *event, uint64_t seq)
{
	struct frd_node *node = ctx;
	bool             news;
	PR_FORWARD(take(node, event, seq, &news));
	node->l1_block = node->event_block = event->block;
	node->l1_time  = event->block_time;
	return PR_OK;
}

/* Both states to the checkpoint in a file, if it is sound; else both stay at the genesis.  *refused: there is one and it is not. */
static enum pr_err start_from(struct frd_node *node, unsigned file, bool *refused)
{
	struct frd_checkpoint at;
	const char           *why, *path = node->saver.paths[file];
	uint8_t               root32[32];
	uint64_t              began = pr_clock_ms();
	enum pr_err           err   = frd_checkpoint_load(&at, &node->history, &why, path, node->chain, &node->book, &node->base);

	if (err == PR_OK) {
		frd_saver_started(&node->saver, file, at.batch);
		pr_state_copy(&node->head, &node->base);
		pr_lists_build(&node->lists, &node->head);
		node->start_batch = node->head_batch = node->base_batch = at.batch;
		PR_LOG_INFO("started from checkpoint batch=%llu objects=%u ms=%llu", (unsigned long long)at.batch, node->base.used, (unsigned long long)(pr_clock_ms() - began));
		return PR_OK;
	}
	if (err == PR_ERR_NOT_FOUND) return PR_OK;
	*refused = true;
	PR_LOG_WARN("checkpoint refused reason=\"%s\" path=%s", why, path);
	frd_history_begin(&node->history, &node->book);
	pr_map_clear(node->base_mem, node->state_bytes);
	return genesis(node, &node->base, node->base_mem, node->base.capacity, root32);
}

/* The newest sound one of both checkpoints. */
static enum pr_err start_from_checkpoint(struct frd_node *node)
{
	unsigned first   = frd_saver_newest(&node->saver);
	bool     refused = false;

	PR_FORWARD(start_from(node, first, &refused));
	if (node->start_batch == 0) PR_FORWARD(start_from(node, !first, &refused));
	if (node->start_batch == 0 && refused) PR_LOG_WARN("no sound checkpoint: executing from the genesis");
	return PR_OK;
}

static enum pr_err states_open(struct frd_node *node, uint32_t capacity)
{
	uint8_t root32[32], hash32[32];

	node->state_bytes = pr_state_bytes(capacity);
	if (!(node->head_mem = pr_map_reserve(node->state_bytes)) || !(node->base_mem = pr_map_reserve(node->state_bytes))) return PR_ERR_FULL;
	PR_FORWARD(genesis(node, &node->head, node->head_mem, capacity, root32));
	PR_FORWARD(genesis(node, &node->base, node->base_mem, capacity, root32));
	if (!pr_lists_open(&node->lists, capacity)) return PR_ERR_FULL;
	if (!(node->withdrawn = pr_map_reserve(capacity / 8 + 1))) return PR_ERR_FULL;
	pr_batch_genesis_hash(hash32, root32, node->chain->l1_chain_id, node->chain->rollup20);
	frd_book_init(&node->book, hash32, root32);
	frd_history_begin(&node->history, &node->book);
	return PR_OK;
}

enum pr_err frd_node_open(struct frd_node *node, const struct pr_chain *chain, const char *dir, uint32_t capacity, uint64_t checkpoint_batches, bool inspect)
{
	memset(node, 0, sizeof *node);
	node->chain   = chain;
	node->inspect = inspect;
	PR_CHECK(pthread_mutex_init(&node->lock, NULL) == 0);
	PR_FORWARD(states_open(node, capacity));
	PR_FORWARD(frd_saver_init(&node->saver, chain, dir, checkpoint_batches));
	PR_FORWARD(pr_eventlog_open(&node->archive, dir, inspect));
	PR_FORWARD(pr_eventlog_each(&node->archive, take_archived, node));
	if (checkpoint_batches > 0 && !inspect) PR_FORWARD(start_from_checkpoint(node));
	PR_FORWARD(catch_up(node));
	PR_LOG_INFO("archive replayed batches=%llu claims=%llu final=%llu executed_from=%llu", (unsigned long long)(node->book.batch_count - 1),
	            (unsigned long long)(node->book.claim_count - 1), (unsigned long long)node->book.final_batch, (unsigned long long)node->start_batch);
	return PR_OK;
}

/* Events of ours are void: the states and the book are made anew from what is left, by the process that takes our place. */
static enum pr_err start_over(struct frd_node *node, uint64_t number)
{
	PR_FORWARD(pr_eventlog_rollback(&node->archive, number));
	node->rolled_back = true;
	return PR_ERR_CORRUPT;
}

static enum pr_err on_rollback(void *ctx, uint64_t number)
{
	struct frd_node *node = ctx;
	if (node->event_block > number) {
		PR_LOG_WARN("L1 took back blocks above number=%llu: starting over with the archive up to there", (unsigned long long)number);
		return start_over(node, number);
	}
	/* Nothing of ours was in the blocks that went. */
	pthread_mutex_lock(&node->lock);
	pr_tags_rollback(&node->tags, number);
	pthread_mutex_unlock(&node->lock);
	return PR_OK;
}

static enum pr_err store_events(struct frd_node *node, const struct pr_l1_event *events, uint32_t count)
{
	uint64_t seq = 0;
	bool     news;

	for (uint32_t i = 0; i < count; i++) {
		PR_FORWARD(pr_eventlog_add(&node->archive, &events[i], &seq));
		PR_FORWARD(take(node, &events[i], seq, &news));
	}
	if (count == 0) return PR_OK;
	PR_FORWARD(pr_eventlog_sync(&node->archive));
	return catch_up(node);
}

static enum pr_err on_block(void *ctx, const struct pr_l1_block *block, const struct pr_l1_event *events, uint32_t count)
{
	struct frd_node *node = ctx;

	pthread_mutex_lock(&node->lock);
	enum pr_err err = store_events(node, events, count);
	if (count) node->event_block = block->number;
	node->l1_block = block->number;
	node->l1_time  = block->timestamp_s;
	pthread_mutex_unlock(&node->lock);
	return err;
}

enum pr_err frd_node_follow(struct frd_node *node, struct pr_ethrpc *rpc, enum pr_l1_tag target, uint64_t depth, uint64_t safe_depth,
                            uint64_t finalized_depth)
{
	struct pr_watch_events events = { on_block, on_rollback, node };
	struct pr_contracts    c;

	node->rpc = rpc;
	pr_tags_init(&node->tags, safe_depth, finalized_depth);
	memcpy(c.rollup20, node->chain->rollup20, 20);
	memcpy(c.inbox20, node->chain->inbox20, 20);
	memcpy(c.vault20, node->chain->vault20, 20);
	PR_FORWARD(pr_watch_open(&node->watch, rpc, &c, node->chain->deploy_block, target, depth, &events));
	enum pr_err err = pr_eventlog_position(&node->archive, pr_watch_follow(node->watch));
	if (err != PR_OK && err != PR_ERR_NOT_FOUND) return err;
	uint8_t  hash32[32];
	uint64_t told = pr_follow_position(pr_watch_follow(node->watch), hash32);
	if (node->event_block <= told) return PR_OK;
	/* A crash kept the events of a block and not the position after it: until they are told again L1 may take them back. */
	PR_LOG_WARN("the last archived block was not finished: starting over with the archive up to number=%llu", (unsigned long long)told);
	return start_over(node, told);
}

enum pr_err frd_node_step(struct frd_node *node, uint32_t max_steps, bool *idle)
{
	struct pr_follow *follow = pr_watch_follow(node->watch);
	uint8_t           hash32[32];

	*idle = false;
	PR_FORWARD(pr_tags_look(&node->tags, node->rpc, pr_follow_position(follow, hash32)));
	for (uint32_t i = 0; i < max_steps && !*idle; i++) {
		PR_FORWARD(pr_follow_step(follow, idle));
		/* Not from on_block: there the block that is told does not belong to the position yet. */
		if (!*idle) PR_FORWARD(pr_eventlog_commit(&node->archive, follow));
	}
	pthread_mutex_lock(&node->lock);
	(void)pr_tags_settle(&node->tags, pr_follow_position(follow, hash32));
	enum pr_err err = base_follow(node);
	pthread_mutex_unlock(&node->lock);
	return err;
}

const char *frd_node_batch_status(const struct frd_node *node, uint64_t batch)
{
	uint64_t block = node->book.batches[batch].block;
	if (batch <= node->book.final_batch) return "settled";
	return block <= node->tags.now.finalized ? "finalized" : block <= node->tags.now.safe ? "safe" : "posted";
}

enum pr_err frd_node_base_to(struct frd_node *node, uint64_t batch)
{
	PR_CHECK(node->base_batch <= batch && batch < node->book.batch_count);
	while (node->base_batch < batch) {
		PR_FORWARD(execute(node, node->base_batch + 1, &node->base, NULL, NULL));
		node->base_batch++;
	}
	return PR_OK;
}

void frd_node_close(struct frd_node *node)
{
	frd_saver_close(&node->saver);
	pr_watch_close(node->watch);
	pr_eventlog_close(&node->archive);
	frd_book_fini(&node->book);
	pr_lists_close(&node->lists);
	pr_map_release(node->withdrawn, node->head.capacity / 8 + 1);
	pr_map_release(node->head_mem, node->state_bytes);
	pr_map_release(node->base_mem, node->state_bytes);
	pthread_mutex_destroy(&node->lock);
}
