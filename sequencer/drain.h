/* The end of an epoch: what is pending is folded and the last batch is sealed, at once or in slices between requests.
 *
 *     time T1 of the epoch            seq_drain_start                         the last seal
 *     ... ticks judged at T1 ... | ids | fold | fold | fold ... fold | items | cache rows | cache rows ...
 *                                |      ticks judged at T2 >= T1, entries at T1     | batches at T2
 *
 * A drain in slices folds every stream that was pending when it began.  Ticks that come meanwhile are judged at T2, the time of the next epoch, fixed
 * when the drain begins: on a stream not yet folded they are folded with it, at T1, which only makes them less expired; on another one they are pending when the next
 * epoch begins.  So nothing is folded under a time later than the one it was judged by, also when a start after a kill knows T1 only.
 * Inbox items wait for the last slice: what they name is folded first, and they open the first batch of the next epoch. */
#ifndef SEQ_DRAIN_H
#define SEQ_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

struct seq_engine;

#define SEQ_SLICE_US 2000u /* after this much work a slice ends */

enum seq_drain_phase { SEQ_DRAIN_NONE, SEQ_DRAIN_IDS, SEQ_DRAIN_FOLD };

struct seq_drain {
	enum seq_drain_phase phase;
	uint32_t            *ids, *scratch; /* streams to fold, in the order of folding; capacity of the state */
	uint32_t             count, at;
	uint32_t             next_id;       /* looked for up to here */
	uint64_t             time;          /* T2 */
	uint64_t             from_sequence; /* of the log: a tick that is still pending at the end stands at or after it */
	uint64_t             start_ms, start_us;
	bool                 posted;        /* a slice waits in the loop */
};

/* Folds everything and seals what is open, at once; a drain in slices that is under way ends with it. */
void seq_drain(struct seq_engine *eng);
/* Begins one in slices, if there is something to end and none is under way.  With a loop the slices follow by themselves. */
void seq_drain_start(struct seq_engine *eng);
/* Begins one: in slices with a loop, at once without. */
void seq_drain_by_itself(struct seq_engine *eng);
/* Work of about so many streams, or rows for the cache: false if there is none. */
bool seq_drain_step(struct seq_engine *eng, uint32_t work);
/* Has the steps that are left done: by slices with a loop, at once without. */
void seq_drain_go_on(struct seq_engine *eng);
static inline bool seq_drain_runs(const struct seq_drain *d) { return d->phase != SEQ_DRAIN_NONE; }

#endif
