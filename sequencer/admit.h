/* penny_submit: from the JSON of a request to answers that hold after a power cut.
 *
 *     loop:    parse, prepare digests ---> pool: recover signers ---> loop: apply in order ---> log ---> loop: answer
 *
 * What the ledger refuses is looked up by the hash of its bytes: an entry that was applied before gets its first receipt again. */
#ifndef SEQ_ADMIT_H
#define SEQ_ADMIT_H

#include "core/rpc/jsonrpc.h"
#include "sequencer/engine.h"
#include "sequencer/sigpool.h"

#define SEQ_SUBMIT_MAX 256u /* entries in one call */

struct seq_admit {
	struct seq_engine  *eng;
	struct seq_sigpool *pool;
};

/* The handler of penny_submit; ctx is the struct seq_admit. */
pr_rpc_handler seq_admit_submit;

#endif
