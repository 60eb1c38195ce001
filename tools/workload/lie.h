/* A planted lie: a bonded claim with one wrong root, to see that watchers are awake. */
#ifndef TOOLS_WORKLOAD_LIE_H
#define TOOLS_WORKLOAD_LIE_H

#include "core/l1/ethrpc.h"
#include "tools/workload/client.h"

/* Takes the right roots of the batch from a verifying node, flips a bit of the root after chunk (UINT32_MAX: the last) and of all later ones, and claims that on L1
 * with the key's bond.  Ends the program with a message if the claim does not land. */
void wl_lie(struct wl_client *node, struct pr_ethrpc *eth, const struct pr_chain *chain, const uint8_t key32[32], const uint8_t addr20[20], uint64_t batch,
            uint32_t chunk);

#endif
