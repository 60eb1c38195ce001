/* Attempts at things that have to land on L1, whatever comes between.
 *
 * Each attempt is an intent of its own (core/l1/txmgr.h).  Another one follows an attempt that failed, after a pause that doubles from PR_ATTEMPT_PAUSE_MS to
 * 64 times that, and one that landed in a block that is not in the chain read since: a reorganisation took it.  So the caller asks as long as the thing is
 * wanted, by what it has read from L1 up to a block, and stops when that shows it done. */
#ifndef PR_L1_ATTEMPTS_H
#define PR_L1_ATTEMPTS_H

#include "core/base/check.h"
#include "core/l1/txmgr.h"

#define PR_ATTEMPT_PAUSE_MS 1000u
#define PR_ATTEMPTS_MAX 65536u
#define PR_ATTEMPT_NUMBER_BITS 40
#define PR_ATTEMPT_NUMBER_MAX (((uint64_t)1 << PR_ATTEMPT_NUMBER_BITS) - 1)
#define PR_ATTEMPTS_KEPT 64u

/* An intent's id: the mark of its kind (8 bits), the attempt (16), the number of the thing (40). */
static inline uint64_t pr_attempt_id(uint8_t mark, uint32_t attempt, uint64_t number)
{
	PR_CHECK(attempt < PR_ATTEMPTS_MAX && number <= PR_ATTEMPT_NUMBER_MAX);
	return (uint64_t)mark << 56 | (uint64_t)attempt << PR_ATTEMPT_NUMBER_BITS | number;
}
static inline uint8_t  pr_attempt_mark(uint64_t id) { return (uint8_t)(id >> 56); }
static inline uint64_t pr_attempt_number(uint64_t id) { return id & PR_ATTEMPT_NUMBER_MAX; }

/* Of things that failed: how often, and when they may be tried again.  Zeroed at the start; after a restart the pauses begin anew.  If more fail at once
 * than are kept, the rest waits for its turn. */
struct pr_attempts {
	struct pr_attempt_pause {
		uint64_t id; /* of attempt 0; 0: free */
		uint32_t attempt;
		uint64_t until_ms;
	} kept[PR_ATTEMPTS_KEPT];
};

enum pr_attempt_verdict { PR_ATTEMPT_ON_ITS_WAY, PR_ATTEMPT_LANDED, PR_ATTEMPT_SUBMIT, PR_ATTEMPT_PAUSE };

struct pr_attempt {
	enum pr_attempt_verdict verdict;
	uint32_t attempt; /* SUBMIT, PAUSE: the next one */
	uint64_t id;      /* SUBMIT: under which to submit it */
	bool failed;      /* the attempt before this one failed, as failure says */
	struct pr_txmgr_status failure;
};

/* What is to be done about a thing that is not done as far as L1 was read, which is up to block seen.  mark is not 0.  now_ms: monotonic.
 * Errors are those of pr_txmgr_status. */
PR_MUST_USE enum pr_err pr_attempts_next(struct pr_attempts *a, struct pr_attempt *next, struct pr_txmgr *mgr, uint8_t mark, uint64_t number,
                                         uint64_t seen, uint64_t now_ms);

#endif
