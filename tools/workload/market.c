#include "tools/workload/market.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"

static void *zeroed(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	PR_CHECK(p);
	return p;
}

void wl_market_init(struct wl_market *m, const struct wl_input *in, struct wl_client *c)
{
	memset(m, 0, sizeof *m);
	m->in              = in;
	m->c               = c;
	m->collections     = zeroed(in->collections.count, sizeof *m->collections);
	m->creators        = zeroed(in->creators.count, sizeof *m->creators);
	m->upstream_assets = zeroed(in->upstreams.count, sizeof *m->upstream_assets);
	m->dataset_assets  = zeroed(in->datasets.count, sizeof *m->dataset_assets);
	m->models          = zeroed(in->collections.count, sizeof *m->models);
	wl_key_from(&m->market, "market", "market");
	wl_key_from(&m->upstream, "upstream", "upstream");
	for (uint32_t i = 0; i < WL_PAYERS; i++) wl_key_from(&m->payers[i], "payer", i ? "gateway-b" : "gateway-a");
	for (uint32_t i = 0; i < in->collections.count; i++) wl_key_from(&m->collections[i], "collection", in->collections.names[i]);
	for (uint32_t i = 0; i < in->creators.count; i++) wl_key_from(&m->creators[i], "creator", in->creators.names[i]);
}

static void find_account(struct wl_market *m, struct wl_key *key)
{
	uint64_t balance;
	if (!wl_account(m->c, key->addr20, &key->account, &balance, &key->nonce)) wl_die("an account that was funded is not there");
	wl_know(m->c, key->account, 1, key->addr20);
}

static void open_account(struct wl_market *m, struct wl_key *key)
{
	struct pr_entry e = { .kind = PR_KIND_ACCOUNT_OPEN };
	memcpy(e.f[PR_ACCOUNT_OPEN_TO].bytes, key->addr20, 20);
	wl_submit(m->c, &e, &m->market, &key->account);
}

static void open_accounts(struct wl_market *m)
{
	open_account(m, &m->upstream);
	for (uint32_t i = 0; i < m->in->collections.count; i++) open_account(m, &m->collections[i]);
	for (uint32_t i = 0; i < m->in->creators.count; i++) open_account(m, &m->creators[i]);
	wl_flush(m->c);
	wl_know(m->c, m->upstream.account, 1, m->upstream.addr20);
	for (uint32_t i = 0; i < m->in->collections.count; i++) wl_know(m->c, m->collections[i].account, 1, m->collections[i].addr20);
	for (uint32_t i = 0; i < m->in->creators.count; i++) wl_know(m->c, m->creators[i].account, 1, m->creators[i].addr20);
}

static void register_asset(struct wl_market *m, struct wl_asset *asset, struct wl_key *owner, const char *domain, const char *name, unsigned kind,
                           bool active, unsigned ask_mode, uint32_t ask_ppm)
{
	struct pr_entry  e = { .kind = PR_KIND_ASSET_REGISTER };
	struct pr_sha256 h;

	e.f[PR_ASSET_REGISTER_KIND].num   = kind;
	e.f[PR_ASSET_REGISTER_ACTIVE].num = active;
	pr_sha256_init(&h);
	pr_sha256_update(&h, domain, strlen(domain) + 1);
	pr_sha256_update(&h, name, strlen(name));
	pr_sha256_final(&h, e.f[PR_ASSET_REGISTER_CONTENT].bytes);
	pr_sha256(e.f[PR_ASSET_REGISTER_METADATA].bytes, name, strlen(name));
	e.f[PR_ASSET_REGISTER_PRICE1].num   = WL_PRICE_IN / 1000 * WL_TICK_TOKENS;
	e.f[PR_ASSET_REGISTER_PRICE2].num   = WL_PRICE_OUT / 1000 * WL_TICK_TOKENS;
	e.f[PR_ASSET_REGISTER_ASK_MODE].num = ask_mode;
	e.f[PR_ASSET_REGISTER_ASK_PPM].num  = ask_ppm;
	wl_submit(m->c, &e, owner, &asset->id);
}

/* What each dataset asks: its children's room for parents, divided among them, the least of its children. */
static uint32_t *dataset_asks(const struct wl_input *in)
{
	uint32_t *asks = zeroed(in->datasets.count, sizeof *asks), *sizes = zeroed(in->collections.count, sizeof *sizes);
	for (uint32_t i = 0; i < in->datasets.count; i++) sizes[in->rows[i].collection]++;
	for (uint32_t i = 0; i < in->datasets.count; i++) asks[i] = 500000 / sizes[in->rows[i].collection];
	for (uint32_t i = 0; i < in->datasets.count; i++) {
		const struct wl_row *r = &in->rows[i];
		for (uint32_t k = 0; k < r->parent_count; k++)
			if (asks[r->parents[k]] > 300000 / r->parent_count) asks[r->parents[k]] = 300000 / r->parent_count;
	}
	free(sizes);
	return asks;
}

static void register_all(struct wl_market *m, const uint32_t *asks)
{
	const struct wl_input *in = m->in;
	for (uint32_t i = 0; i < in->upstreams.count; i++)
		register_asset(m, &m->upstream_assets[i], &m->upstream, "upstream", in->upstreams.names[i], 0, true, PR_MODE_ABSOLUTE, WL_UPSTREAM_PPM);
	for (uint32_t i = 0; i < in->datasets.count; i++) {
		const struct wl_row *r = &in->rows[i];
		register_asset(m, &m->dataset_assets[i], &m->collections[r->collection], "dataset", in->datasets.names[i], 0,
		               r->parent_count + r->upstream_count == 0, PR_MODE_RELATIVE, asks[i]);
	}
	for (uint32_t i = 0; i < in->collections.count; i++)
		register_asset(m, &m->models[i], &m->collections[i], "collection", in->collections.names[i], 1, false, PR_MODE_NONE, 0);
	wl_flush(m->c);
	for (uint32_t i = 0; i < in->upstreams.count; i++) wl_know(m->c, m->upstream_assets[i].id, 2, NULL);
	for (uint32_t i = 0; i < in->datasets.count; i++) wl_know(m->c, m->dataset_assets[i].id, 2, NULL);
	for (uint32_t i = 0; i < in->collections.count; i++) wl_know(m->c, m->models[i].id, 2, NULL);
}

/* A parent of an asset that is being wired. */
struct parent {
	const struct wl_asset *asset;
	unsigned mode;
	uint32_t ppm, edge; /* edge: its object id once it is made */
};

static void note_edge(struct wl_market *m, uint32_t id, uint32_t child, uint32_t beneficiary)
{
	if (m->edge_count == m->edge_cap) {
		m->edge_cap = m->edge_cap ? m->edge_cap * 2 : 4096;
		m->edges    = realloc(m->edges, m->edge_cap * sizeof *m->edges);
		PR_CHECK(m->edges);
	}
	m->edges[m->edge_count++] = (struct wl_edge){ id, child, beneficiary };
}

static void note_absolute(struct wl_asset *a, uint32_t edge, uint32_t ancestor)
{
	a->abs_edges     = realloc(a->abs_edges, (a->abs_count + 1) * sizeof *a->abs_edges);
	a->abs_ancestors = realloc(a->abs_ancestors, (a->abs_count + 1) * sizeof *a->abs_ancestors);
	PR_CHECK(a->abs_edges && a->abs_ancestors);
	a->abs_edges[a->abs_count]         = edge;
	a->abs_ancestors[a->abs_count++] = ancestor;
}

/* Edges to all parents, then their absolute ancestors, then the asset opens. */
static void wire(struct wl_market *m, struct wl_asset *asset, struct wl_key *owner, struct parent *parents, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct pr_entry e = { .kind = PR_KIND_EDGE_ADD };
		e.f[PR_EDGE_ADD_CHILD].num       = asset->id;
		e.f[PR_EDGE_ADD_BENEFICIARY].num = parents[i].asset->id;
		e.f[PR_EDGE_ADD_MODE].num        = parents[i].mode;
		e.f[PR_EDGE_ADD_PPM].num         = parents[i].ppm;
		wl_submit(m->c, &e, owner, &parents[i].edge);
	}
	wl_flush(m->c);
	for (uint32_t i = 0; i < count; i++) {
		note_edge(m, parents[i].edge, asset->id, parents[i].asset->id);
		if (parents[i].mode == PR_MODE_ABSOLUTE) note_absolute(asset, parents[i].edge, parents[i].asset->id);
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t  n    = parents[i].asset->abs_count;
		uint32_t *made = zeroed(n, sizeof *made);
		for (uint32_t k = 0; k < n; k++) {
			struct pr_entry e = { .kind = PR_KIND_EDGE_INHERIT };
			e.f[PR_EDGE_INHERIT_CHILD].num         = asset->id;
			e.f[PR_EDGE_INHERIT_PARENT_EDGE].num   = parents[i].edge;
			e.f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num = parents[i].asset->abs_edges[k];
			wl_submit(m->c, &e, NULL, &made[k]);
		}
		wl_flush(m->c);
		for (uint32_t k = 0; k < n; k++) {
			if (made[k] == 0) continue; /* carried already */
			note_edge(m, made[k], asset->id, parents[i].asset->abs_ancestors[k]);
			note_absolute(asset, made[k], parents[i].asset->abs_ancestors[k]);
		}
		free(made);
	}
	struct pr_entry open = { .kind = PR_KIND_ASSET_OPEN };
	open.f[PR_ASSET_OPEN_ASSET].num = asset->id;
	wl_submit(m->c, &open, owner, NULL);
}

static void wire_all(struct wl_market *m, const uint32_t *asks)
{
	const struct wl_input *in      = m->in;
	struct parent         *parents = zeroed(in->datasets.count + in->upstreams.count, sizeof *parents);

	for (uint32_t k = 0; k < in->datasets.count; k++) {
		const struct wl_row *r = &in->rows[in->order[k]];
		uint32_t             n = 0;
		for (uint32_t i = 0; i < r->parent_count; i++)
			parents[n++] = (struct parent){ &m->dataset_assets[r->parents[i]], PR_MODE_RELATIVE, asks[r->parents[i]], 0 };
		for (uint32_t i = 0; i < r->upstream_count; i++)
			parents[n++] = (struct parent){ &m->upstream_assets[r->upstream[i]], PR_MODE_ABSOLUTE, WL_UPSTREAM_PPM, 0 };
		if (n > 0) wire(m, &m->dataset_assets[in->order[k]], &m->collections[r->collection], parents, n);
	}
	wl_flush(m->c);
	for (uint32_t c = 0; c < in->collections.count; c++) {
		uint32_t n = 0;
		for (uint32_t i = 0; i < in->datasets.count; i++)
			if (in->rows[i].collection == c) parents[n++] = (struct parent){ &m->dataset_assets[i], PR_MODE_RELATIVE, asks[i], 0 };
		wire(m, &m->models[c], &m->collections[c], parents, n);
	}
	wl_flush(m->c);
	free(parents);
}

static void issue_all(struct wl_market *m)
{
	uint32_t total = 0;
	for (uint32_t i = 0; i < m->in->datasets.count; i++) total += m->in->rows[i].creator_count;
	m->shares = zeroed(total, sizeof *m->shares);
	for (uint32_t i = 0; i < m->in->datasets.count; i++) {
		const struct wl_row *r = &m->in->rows[i];
		for (uint32_t k = 0; k < r->creator_count; k++) {
			struct pr_entry  e     = { .kind = PR_KIND_SHARE_ISSUE };
			struct wl_share *share = &m->shares[m->share_count++];
			share->asset  = m->dataset_assets[i].id;
			share->holder = m->creators[r->creators[k]].account;
			e.f[PR_SHARE_ISSUE_ASSET].num  = share->asset;
			e.f[PR_SHARE_ISSUE_HOLDER].num = share->holder;
			e.f[PR_SHARE_ISSUE_UNITS].num  = 1;
			wl_submit(m->c, &e, &m->collections[r->collection], &share->id);
		}
	}
	wl_flush(m->c);
}

void wl_market_build(struct wl_market *m)
{
	uint32_t *asks = dataset_asks(m->in);

	find_account(m, &m->market);
	for (uint32_t i = 0; i < WL_PAYERS; i++) find_account(m, &m->payers[i]);
	open_accounts(m);
	register_all(m, asks);
	wire_all(m, asks);
	issue_all(m);
	free(asks);
}

static void claim_owner(struct wl_market *m, const struct wl_asset *asset, const struct wl_key *owner)
{
	struct pr_entry e = { .kind = PR_KIND_CLAIM_OWNER };
	e.f[PR_CLAIM_OWNER_ASSET].num = asset->id;
	e.f[PR_CLAIM_OWNER_OWNER].num = owner->account;
	wl_submit(m->c, &e, NULL, NULL);
}

void wl_market_collect(struct wl_market *m)
{
	/* Edges were noted parents first: the last ones are those of the models, where the money is. */
	for (uint32_t i = m->edge_count; i-- > 0;) {
		struct pr_entry e = { .kind = PR_KIND_SETTLE };
		e.f[PR_SETTLE_EDGE].num        = m->edges[i].id;
		e.f[PR_SETTLE_CHILD].num       = m->edges[i].child;
		e.f[PR_SETTLE_BENEFICIARY].num = m->edges[i].beneficiary;
		wl_submit(m->c, &e, NULL, NULL);
	}
	for (uint32_t i = 0; i < m->share_count; i++) {
		struct pr_entry e = { .kind = PR_KIND_CLAIM };
		e.f[PR_CLAIM_SHARE].num  = m->shares[i].id;
		e.f[PR_CLAIM_ASSET].num  = m->shares[i].asset;
		e.f[PR_CLAIM_HOLDER].num = m->shares[i].holder;
		wl_submit(m->c, &e, NULL, NULL);
	}
	for (uint32_t i = 0; i < m->in->upstreams.count; i++) claim_owner(m, &m->upstream_assets[i], &m->upstream);
	for (uint32_t i = 0; i < m->in->datasets.count; i++) claim_owner(m, &m->dataset_assets[i], &m->collections[m->in->rows[i].collection]);
	for (uint32_t i = 0; i < m->in->collections.count; i++) claim_owner(m, &m->models[i], &m->collections[i]);
	wl_flush(m->c);
}
