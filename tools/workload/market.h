/* The marketplace that the lineage describes, put on the ledger: accounts, assets, edges, inherited ancestors, shares.
 *
 * Every collection is an account and a model over its datasets; it owns its datasets, whose creators hold the pool in equal units (a dataset without
 * creators leaves its pool empty, so its owner, the collection, is credited).  Names in derived_from that are no row are assets of one upstream account,
 * which ask an absolute royalty; datasets ask a relative one, as much as the dearest of their children can carry. */
#ifndef TOOLS_WORKLOAD_MARKET_H
#define TOOLS_WORKLOAD_MARKET_H

#include "tools/workload/client.h"
#include "tools/workload/input.h"

#define WL_PAYERS 2u
#define WL_UPSTREAM_PPM 200u
#define WL_TICK_TOKENS 100u
/* Prices in nano per 1,000 tokens of context and of output. */
#define WL_PRICE_IN 200000u
#define WL_PRICE_OUT 800000u

struct wl_edge {
	uint32_t id, child, beneficiary; /* object ids */
};

struct wl_asset {
	uint32_t id;
	uint32_t abs_count, *abs_edges, *abs_ancestors; /* absolute edges to assets, by ordinal: edge id, ancestor's object id */
};

struct wl_share {
	uint32_t id, asset, holder;
};

struct wl_market {
	const struct wl_input *in;
	struct wl_client *c;
	struct wl_key market, upstream, payers[WL_PAYERS];
	struct wl_key *collections, *creators;
	struct wl_asset *upstream_assets, *dataset_assets, *models; /* models by collection */
	struct wl_edge *edges; /* in an order in which settling brings everything: children before parents */
	uint32_t edge_count, edge_cap;
	struct wl_share *shares;
	uint32_t share_count;
};

/* Names all keys; nothing is sent. */
void wl_market_init(struct wl_market *m, const struct wl_input *in, struct wl_client *c);
/* Looks the funded accounts up, then registers everything. */
void wl_market_build(struct wl_market *m);
/* Settles every edge, claims every share and every owner's due. */
void wl_market_collect(struct wl_market *m);

#endif
