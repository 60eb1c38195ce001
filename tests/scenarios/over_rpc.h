/* A ledger of scene.h behind the public RPC of a sequencer: signed entries, packed ticks, reads.  What the rows read is remembered, so that a verifying
 * node can be asked the same. */
#ifndef TESTS_SCENARIOS_OVER_RPC_H
#define TESTS_SCENARIOS_OVER_RPC_H

#include "tests/scenarios/scene.h"
#include "tools/workload/client.h"

struct scn_read {
	char *method, *params, *answer; /* answer: the result's text at the end of the row */
};
struct scn_paid {
	uint8_t  addr20[20];
	uint32_t id;
	uint64_t amount;
};

struct scn_rpc {
	struct wl_client  client;
	struct scn_ledger ledger;
	struct scn_read  *reads;
	uint32_t          read_count, read_cap;
	struct scn_paid   paid[SCN_THINGS_MAX]; /* withdrawals */
	uint32_t          paid_count, named;
	uint64_t          entries, refusals, units;
};

void scn_rpc_open(struct scn_rpc *r, const char *url, const struct pr_chain *chain);
/* To be called at the end of a row: sums of the whole ledger, the books of every asset of the row, and what the row reads is remembered. */
void scn_rpc_row_end(struct scn *s);
/* Asks another server what was remembered; the number of answers that differ, each told on standard error. */
uint32_t scn_rpc_differences(const struct scn_rpc *r, struct wl_client *other);

#endif
