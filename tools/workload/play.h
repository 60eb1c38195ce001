/* The trace played as metered use: streams per gateway, model and direction, ticks for whole units of tokens, single signed payments for the
 * rest. */
#ifndef TOOLS_WORKLOAD_PLAY_H
#define TOOLS_WORKLOAD_PLAY_H

#include "tools/workload/market.h"

struct wl_play {
	uint64_t inferences, ticks, tick_records, payments, transfers, paid; /* paid: nano */
	uint64_t tick_us; /* spent on bodies of ticks, answers included */
	uint32_t streams;
};

/* Plays every call.  Every PAY_EVERYth one is paid by a signed payment, the others through streams; what is left under a unit is paid at the end. */
void wl_play(struct wl_play *p, struct wl_market *m, uint64_t expiry, bool progress);

#endif
