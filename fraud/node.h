/* A verifying node: follows L1, archives, re-executes, judges claims.
 *
 * Two states are kept: head, after the last batch on L1, against which claims are judged; and base, after the last final batch, from which proofs are built
 * and withdrawals proven.  Two checkpoints of the base are kept on disk (saver.h): a start loads the newer sound one and executes only what follows.  While one is being written
 * the base waits where it is, at an earlier final batch.  The L1 thread owns the node; readers take the lock, which that thread holds while it changes states or
 * the book. */
#ifndef FRD_NODE_H
#define FRD_NODE_H

#include <pthread.h>

#include "core/l1/tags.h"
#include "core/l1/watch.h"
#include "core/rpc/chain.h"
#include "fraud/prove.h"
#include "fraud/saver.h"

struct frd_node {
	const struct pr_chain *chain;
	pthread_mutex_t lock;
	struct pr_eventlog archive;
	struct frd_book book;
	struct pr_state head, base;
	struct pr_lists lists; /* of head */
	void *head_mem, *base_mem;
	size_t state_bytes;
	uint64_t head_batch, base_batch;
	uint64_t start_batch;       /* of the checkpoint that the node started from; 0: the genesis */
	struct frd_history history; /* of base */
	struct frd_saver saver;
	uint64_t l1_block, l1_time; /* of the last block followed */
	uint64_t event_block;       /* of the last block that held an event of ours */
	uint8_t *withdrawn;         /* bit per object id: paid out on L1 */
	struct pr_watch *watch;
	struct pr_ethrpc *rpc;
	struct pr_tags tags;
	bool inspect;
	bool rolled_back; /* L1 took back what was archived: the caller must open the node anew */
	struct pr_chunk scratch;
};

/* Opens the archive in dir and replays it, from the newer sound checkpoint beside it.  capacity: objects held, a power of two.  checkpoint_batches: from
 * one checkpoint to the next; 0: none is read or written.  inspect: read only, beside a running node; base stays at the genesis.
 * PR_ERR_CORRUPT: the archive does not fit the chain. */
PR_MUST_USE enum pr_err frd_node_open(struct frd_node *node, const struct pr_chain *chain, const char *dir, uint32_t capacity, uint64_t checkpoint_batches, bool inspect);
/* Connects the node to L1.  PR_ERR_CORRUPT with node->rolled_back: the archive ended in a block that was not finished; see there.
 * depth and target as in pr_follow_options, the others as in core/l1/tags.h. */
PR_MUST_USE enum pr_err frd_node_follow(struct frd_node *node, struct pr_ethrpc *rpc, enum pr_l1_tag target, uint64_t depth,
                                        uint64_t safe_depth, uint64_t finalized_depth);
void frd_node_close(struct frd_node *node);

/* Reads what is new on L1, at most max_steps ranges; *idle: caught up.  PR_ERR_CORRUPT with node->rolled_back: see there. */
PR_MUST_USE enum pr_err frd_node_step(struct frd_node *node, uint32_t max_steps, bool *idle);

/* Replays batches 1 .. batch on the base state (it must not be beyond): for inspection of a closed archive. */
PR_MUST_USE enum pr_err frd_node_base_to(struct frd_node *node, uint64_t batch);

/* "posted", "safe", "finalized" (by L1's own tags) or "settled" of a batch on L1. */
const char *frd_node_batch_status(const struct frd_node *node, uint64_t batch);

static inline bool frd_node_withdrawn(const struct frd_node *node, uint32_t id) { return node->withdrawn[id / 8] >> (id % 8) & 1; }

#endif
