/* Hash-chain streams as the hot path sees them: one 64-byte slot per object id, beside the state.
 *
 * The state knows a stream as of its last folded entry; the slot knows it with the ticks accepted since: tip and used are ahead of the state's
 * by what is pending.  Streams with pending ticks hang in a list by asset, so that those of one asset can be folded first.
 *
 *     state.used ---- folded ----+---- pending ----> slot.used        units_left = escrow div price - pending */
#ifndef SEQ_STREAMS_H
#define SEQ_STREAMS_H

#include "core/tree/state.h"

#define SEQ_TICK_BYTES 44u       /* stream 4, units used after this tick 8, preimage 32 */
#define SEQ_TICK_GAP_MAX 1024u   /* links that one tick may jump */
#define SEQ_TICK_WASTE_MAX 4096u /* links hashed for refused ticks of one body; after that only single links are looked at */
#define SEQ_REFUSED_MAX 64u      /* refusals reported for one body */

#define SEQ_TICK_DUPLICATE PR_STATUS_COUNT        /* at or below what was accepted before */
#define SEQ_TICK_SKIPPED (PR_STATUS_COUNT + 1)    /* not looked at: too much work was wasted on this body */

struct seq_stream {
	uint8_t  tip32[32];
	uint64_t used, units_left;
	uint32_t expiry; /* seconds; one beyond 2^32-1 (the year 2106) counts as 2^32-1 */
	uint32_t asset;  /* 0: no chain stream here */
	uint32_t next;   /* pending list: 0 not in it, SEQ_LIST_END last; of an unused slot: SEQ_VOUCHER marks a voucher stream */
	uint32_t prev;   /* 0: first */
};
PR_STATIC_ASSERT(sizeof(struct seq_stream) == 64, "one cache line");
#define SEQ_LIST_END UINT32_MAX
#define SEQ_VOUCHER 1u

struct seq_asset {
	uint32_t first; /* stream with pending ticks; 0: none */
	uint32_t next;  /* asset with pending ticks; 0 not in the list, SEQ_LIST_END last */
	uint32_t prev;  /* 0: first */
	uint8_t  open;  /* takes ticks */
};

struct seq_streams {
	uint32_t           capacity;
	struct seq_stream *slots;  /* by stream id */
	struct seq_asset  *assets; /* by asset id */
	uint32_t           first_asset; /* with pending ticks; SEQ_LIST_END: none */
	uint64_t          *pending_bits; /* by stream id: it hangs in a list */
	uint32_t           pending_end;  /* ids from here on never did */
	uint32_t           pending_streams;
	uint64_t           pending_links;
};

struct seq_tick_result {
	uint32_t accepted, duplicates, refused;
	uint64_t units; /* links of the accepted ticks */
	struct {
		uint32_t position;
		uint8_t  status; /* enum pr_status or SEQ_TICK_SKIPPED */
	} refusals[SEQ_REFUSED_MAX];
};

PR_MUST_USE bool seq_streams_open(struct seq_streams *s, uint32_t capacity);
void             seq_streams_close(struct seq_streams *s);

/* To be called for every store of an object, with what stood there and what stands there now: keeps slots and assets as the state says, and takes a
 * stream whose pending ticks are all folded out of its list.  supply: of the system. */
void seq_streams_change(struct seq_streams *s, uint32_t id, const struct pr_object *before, const struct pr_object *after, uint64_t supply);

/* Applies a body of packed ticks at ledger time `time`; accepted ones are copied to `accepted` (room for all), in order. */
void seq_streams_apply(struct seq_streams *s, struct seq_tick_result *result, uint64_t time, const uint8_t *ticks, uint32_t count,
                       uint8_t *accepted);

/* A tick that was accepted before and that the state does not have yet (docs/decisions/0003, the cache): becomes pending again.  True for one at or below what the
 * slot has: nothing to do.  False: it is no tick of this stream. */
PR_MUST_USE bool seq_stream_carry(struct seq_streams *s, const uint8_t *tick);

/* Takes the pending ticks of a stream off: its slot is as the state says. */
void seq_stream_lift(struct seq_streams *s, const struct pr_state *state, uint32_t id);

/* The name of a refusal for an answer. */
const char *seq_tick_status_name(uint8_t status);

/* Links accepted for a stream beyond what the state says. */
uint64_t seq_stream_pending(const struct seq_streams *s, const struct pr_state *state, uint32_t id);
/* The pending streams of an asset in ascending id; returns their count.  ids has room for s->pending_streams. */
uint32_t seq_streams_pending_ids(const struct seq_streams *s, uint32_t *ids, uint32_t asset);
/* Those of all assets with from <= id < to, in ascending id. */
uint32_t seq_streams_pending_between(const struct seq_streams *s, uint32_t *ids, uint32_t from, uint32_t to);
/* Orders ids by their streams' assets; what stands in ascending id stays so within an asset.  scratch has room for count. */
void seq_streams_group(const struct seq_streams *s, uint32_t *ids, uint32_t *scratch, uint32_t count);

#endif
