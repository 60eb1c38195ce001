/* Lands intended transactions on L1, each exactly once, from the one account it owns the nonces of.
 *
 *     pending --simulated, nonce taken, signed, stored--> sent --receipt--> mined --confirmations--> done
 *        |                                                 | ^                |  |
 *        | certain revert                 bump, rebroadcast| |   reorganised  |  | receipt says reverted
 *        v                                                 +-+<---------------+  v
 *      failed                                                                 failed
 *
 * How an intent lands once: its nonce and the hash of every transaction signed for it are durable before the first byte
 * leaves; all its transactions share that nonce, so at most one of them is mined; it gets another nonce only after the old one
 * was used by a foreign transaction for `confirmations` blocks.  A process killed anywhere goes on from the store.
 *
 * Nothing is offered above max_fee_cap.  While the base fee is above it, no intent is sent and none that was sent is raised: they wait, their reason
 * says so, and go on when the fee has fallen.
 *
 * Intents of one tag are sent in order of submission; those of another tag pass one that waits, for funds or for the node to take it.  A revert in
 * simulation is final only if nothing is in flight before the intent; else it waits.  No threads: the caller drives pr_txmgr_step. */
#ifndef PR_L1_TXMGR_H
#define PR_L1_TXMGR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/l1/ethrpc.h"
#include "core/l1/tx.h"

#define PR_TXMGR_LIVE_MAX 256     /* intents not yet done or failed */
#define PR_TXMGR_ATTEMPTS_MAX 32  /* transactions signed for one intent and nonce; after that only rebroadcast */
#define PR_TXMGR_TAG_BYTES_MAX 31
#define PR_TXMGR_REASON_BYTES 192

struct pr_txmgr;

/* Signs tx for the manager's account; deterministic (RFC 6979): the same fields give the same bytes.  As pr_tx_sign. */
typedef enum pr_err (*pr_txmgr_sign_fn)(void *ctx, uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32],
                                        const struct pr_tx *tx);

enum pr_txmgr_state { PR_TXMGR_PENDING, PR_TXMGR_SENT, PR_TXMGR_MINED, PR_TXMGR_DONE, PR_TXMGR_FAILED };
/* "pending", "sent", ... */
const char *pr_txmgr_state_name(enum pr_txmgr_state state);

struct pr_txmgr_status {
	uint64_t id;
	char tag[PR_TXMGR_TAG_BYTES_MAX + 1];
	enum pr_txmgr_state state;
	uint64_t nonce;             /* from sent on */
	uint32_t attempts;          /* transactions signed with this nonce */
	uint8_t hash32[32];         /* mined and after: the transaction that landed; sent: the latest */
	uint64_t block_number;      /* mined and after */
	uint64_t gas_used;
	pr_u128 gas_price;          /* paid per gas */
	char reason[PR_TXMGR_REASON_BYTES]; /* failed: why; pending, sent: what it waits for, if known */
	/* failed before it was sent (hash32 zero), or mined and reverted; the first bytes of the revert data, if known */
	uint8_t revert[PR_TXMGR_REASON_BYTES];
	uint32_t revert_len;
};

/* Told after each durable change of state; also for a new reason.  It may submit. */
typedef void (*pr_txmgr_changed_fn)(void *ctx, const struct pr_txmgr_status *status);

struct pr_txmgr_options {
	const char *dir; /* the store; one manager at a time */
	uint8_t addr20[20];
	uint64_t chain_id;
	pr_txmgr_sign_fn sign;
	pr_txmgr_changed_fn changed_opt;
	void *ctx;                /* of both */
	uint32_t confirmations;   /* blocks including the transaction's own; at least 1 */
	uint32_t in_flight_max;   /* nonces in use at once; at least 1 */
	uint64_t bump_after_ms;   /* not mined for this long: replace with higher fees */
	uint64_t rebroadcast_ms;  /* hand the latest transaction over again this often */
	pr_u128 max_fee_cap;      /* never offer more per gas */
	uint32_t gas_margin_percent; /* added to the node's estimate */
};

/* Opens the store and takes up what is live in it.  The client is borrowed.  PR_ERR_CONFIG: the store belongs to another account
 * or chain; PR_ERR_INVALID: options; PR_ERR_IO, PR_ERR_CORRUPT: the store. */
PR_MUST_USE enum pr_err pr_txmgr_open(struct pr_txmgr **out, struct pr_ethrpc *rpc, const struct pr_txmgr_options *options);
void pr_txmgr_close(struct pr_txmgr *mgr);

struct pr_txmgr_intent {
	uint64_t id;     /* the caller's; each number names one intent for ever */
	const char *tag; /* at most PR_TXMGR_TAG_BYTES_MAX bytes: its kind */
	uint8_t to20[20];
	pr_u128 value;
	const uint8_t *data;
	size_t data_len;    /* at most PR_TX_BYTES_MAX - PR_TX_OVERHEAD_BYTES */
	uint64_t gas_limit; /* 0: estimated */
};

/* Stores an intent durably; it is sent by a later step.  Submitting the same intent again changes nothing and is PR_OK, also
 * after it is done.  PR_ERR_EXISTS: the id names another intent; PR_ERR_FULL: too many live ones; PR_ERR_INVALID. */
PR_MUST_USE enum pr_err pr_txmgr_submit(struct pr_txmgr *mgr, const struct pr_txmgr_intent *intent);

/* PR_ERR_NOT_FOUND: never submitted. */
PR_MUST_USE enum pr_err pr_txmgr_status(struct pr_txmgr *mgr, struct pr_txmgr_status *status, uint64_t id);

/* Does what is due.  now_ms: monotonic.  An error of the node or the network is returned and leaves everything in order: call
 * again.  PR_ERR_IO, PR_ERR_CORRUPT: the store; stop. */
PR_MUST_USE enum pr_err pr_txmgr_step(struct pr_txmgr *mgr, uint64_t now_ms);

/* Intents not yet done or failed. */
uint32_t pr_txmgr_live(const struct pr_txmgr *mgr);

#endif
