/* What L1 has said, in memory: items, batches and claims by number, each batch's roots as the verifier computed them.
 *
 * Everything here can be rebuilt from the archive of events.  Numbers are dense: items from 0, batches from 1, claims from 1; an event that
 * was seen before changes nothing, one out of order is PR_ERR_CORRUPT (the follower lost something). */
#ifndef FRD_BOOK_H
#define FRD_BOOK_H

#include "core/base/err.h"
#include "core/codec/handoff.h"

struct frd_item {
	uint32_t len;
	uint8_t bytes[PR_WIRE_BYTES_MAX];
};

struct frd_batch {
	struct pr_batch_header header;
	uint8_t hash32[32], tx32[32];
	uint64_t block;          /* L1 block that holds it */
	uint64_t archive_seq;    /* record of the event, for the chunks' bytes */
	uint32_t chunk_count;
	uint8_t (*roots)[32];    /* after each chunk, NULL until executed */
	uint64_t final_claim;    /* claim that made it final, 0 if none */
};

enum frd_claim_state { FRD_CLAIM_OPEN, FRD_CLAIM_STRUCK, FRD_CLAIM_FINAL, FRD_CLAIM_RECLAIMED };

struct frd_claim {
	uint64_t batch, parent, time; /* time: L1 block time of the claim, seconds */
	uint8_t claimant20[20];
	enum frd_claim_state state;
	uint32_t root_count;
	uint8_t (*roots)[32];
	bool good;               /* its parent is good and all roots are ours */
	bool judged;             /* good holds: the batch was executed when the claim was looked at */
};

struct frd_book {
	struct frd_item *items;
	struct frd_batch *batches; /* [0] is the genesis: only hash32 and one root */
	struct frd_claim *claims;  /* [0] is the genesis claim: good and final */
	uint64_t item_count, batch_count, claim_count; /* counts include the genesis */
	uint64_t item_cap, batch_cap, claim_cap;
	uint64_t final_batch;
};

/* genesis_hash32: hash of batch 0.  Stops the process if memory runs out, as all growth here does. */
void frd_book_init(struct frd_book *book, const uint8_t genesis_hash32[32], const uint8_t genesis_root32[32]);
void frd_book_fini(struct frd_book *book);

/* Takes one event.  *news: it was not known before.  PR_ERR_CORRUPT: out of order, or a header that does not follow its parent. */
PR_MUST_USE enum pr_err frd_book_take(struct frd_book *book, const struct pr_l1_event *event, uint64_t archive_seq, bool *news);

/* Gives the batches up to one, which have final claims found right before, the roots of these claims in place of executing them. */
void frd_book_roots_from_final_claims(struct frd_book *book, uint64_t batch);

/* The last root of a claim, or the genesis root for claim 0. */
const uint8_t *frd_claim_last_root(const struct frd_book *book, uint64_t claim);

/* Judges every claim on a batch that has been executed; call after a batch was executed and after a claim arrived. */
void frd_book_judge(struct frd_book *book);

/* The first chunk at which a claim departs from our roots; its parent must be good.  False if it does not. */
bool frd_claim_wrong_chunk(const struct frd_book *book, uint64_t claim, uint32_t *chunk);

/* A claim that is wrong relative to a right parent, open, and still able to become final: its batch is after the last final one. */
bool frd_book_to_strike(const struct frd_book *book, uint64_t claim);

/* An open or final good claim on a batch; 0 if there is none (claim 0 for batch 0: *found true). */
uint64_t frd_book_good_claim(const struct frd_book *book, uint64_t batch, bool *found);

#endif
