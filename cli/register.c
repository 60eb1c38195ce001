/* Registering an asset is several entries: the draft, an edge to each parent, what is inherited through it, and the opening.  Every step can be
 * repeated: `assets open` takes up a draft where an interrupted registration left it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "core/crypto/sha256.h"

/* SHA-256 of a file's bytes, or of the text itself if there is no such file. */
static void content_hash(uint8_t out32[32], const char *text)
{
	uint8_t          buffer[65536];
	struct pr_sha256 h;
	struct stat      st;
	size_t           n;
	FILE            *f = stat(text, &st) == 0 && S_ISREG(st.st_mode) ? fopen(text, "rb") : NULL;
	if (!f) {
		if (strchr(text, '/')) cli_die("the file %s cannot be read: %s", text, strerror(errno));
		cli_note("no file %s: the text itself is registered", text);
		pr_sha256(out32, text, strlen(text));
		return;
	}
	pr_sha256_init(&h);
	while ((n = fread(buffer, 1, sizeof buffer, f)) > 0) pr_sha256_update(&h, buffer, n);
	bool ok = !ferror(f);
	(void)fclose(f);
	if (!ok) cli_die("the file %s cannot be read to its end", text);
	pr_sha256_final(&h, out32);
}

/* "relative:5%" */
static void rate(const struct cli *c, uint8_t *mode, uint32_t *ppm, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t      len   = colon ? (size_t)(colon - text) : 0;
	*mode = len == 8 && memcmp(text, "relative", 8) == 0 ? PR_MODE_RELATIVE : len == 8 && memcmp(text, "absolute", 8) == 0 ? PR_MODE_ABSOLUTE : PR_MODE_NONE;
	if (*mode == PR_MODE_NONE || !cli_rate_parse(ppm, colon + 1) || *ppm == 0)
		cli_usage(c, "%s is not a royalty: relative:RATE%% or absolute:RATE%%, such as relative:5%%", text);
}

static uint8_t mode_of(const struct cli_answer *a, uint32_t object, const char *key)
{
	uint32_t at = pr_json_get(&a->doc, object, key);
	return pr_json_string_eq(&a->doc, at, "relative") ? PR_MODE_RELATIVE : pr_json_string_eq(&a->doc, at, "absolute") ? PR_MODE_ABSOLUTE : PR_MODE_NONE;
}

static void edge_add(struct cli *c, uint32_t child, uint32_t beneficiary, uint8_t mode, uint32_t ppm)
{
	struct pr_entry    e = { .kind = PR_KIND_EDGE_ADD };
	struct cli_receipt receipt;
	e.f[PR_EDGE_ADD_CHILD].num       = child;
	e.f[PR_EDGE_ADD_BENEFICIARY].num = beneficiary;
	e.f[PR_EDGE_ADD_MODE].num        = mode;
	e.f[PR_EDGE_ADD_PPM].num         = ppm;
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
}

/* Edges of an asset, all pages of them. */
struct edges {
	struct edge {
		uint32_t id, beneficiary;
		uint8_t  mode;
		uint64_t ordinal, inherited, inherit_all;
	} *all;
	size_t count;
};

static void edges_read(struct cli *c, struct edges *edges, uint32_t asset)
{
	struct cli_answer a    = { 0 };
	uint64_t          last = 0;
	bool              more = true;
	memset(edges, 0, sizeof *edges);
	while (more) {
		if (last) cli_call(c, &a, c->reads, "penny_getList", "%" PRIu32 ",\"edges\",%" PRIu64, asset, last);
		else cli_call(c, &a, c->reads, "penny_getList", "%" PRIu32 ",\"edges\"", asset);
		uint32_t items = pr_json_get(&a.doc, a.at, "items");
		edges->all = realloc(edges->all, (edges->count + pr_json_count(&a.doc, items) + 1) * sizeof *edges->all);
		if (!edges->all) cli_die("no memory for the edges of asset %" PRIu32, asset);
		for (uint32_t i = pr_json_first(&a.doc, items); i != PR_JSON_NONE; i = pr_json_next(&a.doc, i)) {
			last = cli_u64(&a, i, "id");
			edges->all[edges->count++] = (struct edge){ (uint32_t)last, (uint32_t)cli_u64(&a, i, "beneficiary"), mode_of(&a, i, "mode"),
				                                    cli_u64(&a, i, "ordinal"), cli_u64(&a, i, "inherited"), cli_u64(&a, i, "inheritAll") };
		}
		more = cli_bool(&a, a.at, "more");
	}
	cli_answer_free(&a);
}

/* Inherits what is left of the ancestors behind one edge of a draft; how many. */
static uint32_t inherit_through(struct cli *c, uint32_t child, const struct edge *parent)
{
	struct edges     edges;
	uint32_t         count = (uint32_t)(parent->inherit_all - parent->inherited);
	struct pr_entry *all   = calloc(count + 1, sizeof *all);
	if (!all) cli_die("no memory for %" PRIu32 " entries", count);
	edges_read(c, &edges, parent->beneficiary);
	for (size_t i = 0; i < edges.count; i++) {
		const struct edge *e = &edges.all[i];
		if (e->mode != PR_MODE_ABSOLUTE || e->ordinal < parent->inherited || e->ordinal >= parent->inherit_all) continue;
		struct pr_entry *entry = &all[e->ordinal - parent->inherited];
		entry->kind = PR_KIND_EDGE_INHERIT;
		entry->f[PR_EDGE_INHERIT_CHILD].num         = child;
		entry->f[PR_EDGE_INHERIT_PARENT_EDGE].num   = parent->id;
		entry->f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num = e->id;
	}
	for (uint32_t i = 0; i < count; i++)
		if (!all[i].kind) cli_die("the server does not list royalty %" PRIu64 " of asset %" PRIu32, parent->inherited + i, parent->beneficiary);
	if (cli_submit_wires(c, all, count) != count) cli_die("royalties of ancestors were not inherited: try `pennyroyal assets open %" PRIu32 "`", child);
	free(edges.all);
	free(all);
	return count;
}

static uint32_t inherit_all(struct cli *c, uint32_t child)
{
	struct edges edges;
	uint32_t     inherited = 0;
	edges_read(c, &edges, child);
	/* The answer is newest first; people expect the order in which the parents were named. */
	for (size_t i = edges.count; i-- > 0;)
		if (edges.all[i].inherited < edges.all[i].inherit_all) inherited += inherit_through(c, child, &edges.all[i]);
	free(edges.all);
	return inherited;
}

static void asset_open(struct cli *c, uint32_t asset, struct cli_receipt *receipt)
{
	struct pr_entry e = { .kind = PR_KIND_ASSET_OPEN };
	uint32_t        inherited = inherit_all(c, asset);
	if (inherited) cli_put_u64(c, "inherited", inherited);
	e.f[PR_ASSET_OPEN_ASSET].num = asset;
	cli_sign(c, &e);
	cli_submit(c, &e, receipt);
}

void cli_assets_open(struct cli *c)
{
	struct cli_answer  a = { 0 };
	struct cli_receipt receipt;
	uint32_t           id = cli_asset(c, &a, c->args[0]);
	cli_answer_free(&a);
	asset_open(c, id, &receipt);
	cli_put_u64(c, "opened", id);
	cli_put_receipt(c, &receipt);
}

/* Judges what --parent, --royalty and --share say, so that a slip does not leave a draft behind. */
static void kin_check(struct cli *c, uint64_t units[CLI_OPTIONS_MAX])
{
	struct cli_answer a = { 0 };
	const char       *text;
	char              who[80];
	uint8_t           mode;
	uint32_t          ppm;
	for (unsigned i = 0; (text = cli_option_at(c, "royalty", i)); i++) {
		rate(c, &mode, &ppm, cli_split(who, sizeof who, text, "ACCOUNT=relative|absolute:RATE%"));
		cli_account_check(c, who);
	}
	for (unsigned i = 0; (text = cli_option_at(c, "share", i)); i++) {
		if (!cli_u64_parse(&units[i], cli_split(who, sizeof who, text, "ACCOUNT=UNITS")) || units[i] == 0 || units[i] > UINT32_MAX)
			cli_usage(c, "--share %s: units are a whole number, 1 to %" PRIu32, text, UINT32_MAX);
		cli_party_check(c, who);
	}
	for (unsigned i = 0; (text = cli_option_at(c, "parent", i)); i++) {
		(void)cli_asset(c, &a, text);
		if (!pr_json_string_eq(&a.doc, pr_json_get(&a.doc, a.at, "status"), "active")) cli_die("asset %s is not active: nothing can be derived from it", text);
		if (mode_of(&a, a.at, "askMode") == PR_MODE_NONE) cli_die("asset %s asks nothing of derivatives: it is no --parent", text);
	}
	cli_answer_free(&a);
}

/* What was asked for, judged before the first entry is sent. */
struct wish {
	uint8_t  content32[32], metadata32[32], kind, ask_mode;
	uint32_t ask_ppm;
	uint64_t price[PR_SCOPES];
};

static void wish_read(const struct cli *c, struct wish *w)
{
	const char *kind = cli_option(c, "kind"), *ask = cli_option(c, "ask"), *metadata = cli_option(c, "metadata"), *text;
	char        scope[16];
	memset(w, 0, sizeof *w);
	if (!kind) kind = cli_asset_kinds[0];
	while (w->kind < PR_ASSET_KINDS && strcmp(kind, cli_asset_kinds[w->kind]) != 0) w->kind++;
	if (w->kind == PR_ASSET_KINDS) cli_usage(c, "%s is not a kind: dataset, model, adapter, service or agent", kind);
	if (ask) rate(c, &w->ask_mode, &w->ask_ppm, ask);
	for (unsigned i = 0; (text = cli_option_at(c, "price", i)); i++) {
		text = cli_split(scope, sizeof scope, text, "SCOPE=AMOUNT");
		if (!cli_amount_parse(&w->price[cli_scope(c, scope)], text)) cli_usage(c, "%s is not an amount", text);
	}
	if (!c->args[0][0]) cli_usage(c, "an empty text is nothing to register");
	content_hash(w->content32, c->args[0]);
	if (metadata) content_hash(w->metadata32, metadata);
	else pr_sha256(w->metadata32, NULL, 0);
}

/* Adds an edge to every --parent and --royalty. */
static void edges_add(struct cli *c, uint32_t child)
{
	struct cli_answer a = { 0 };
	const char       *text;
	char              who[80];
	for (unsigned i = 0; (text = cli_option_at(c, "parent", i)); i++) {
		uint32_t parent = cli_asset(c, &a, text);
		uint8_t  mode   = mode_of(&a, a.at, "askMode");
		uint32_t ppm    = (uint32_t)cli_u64(&a, a.at, "askPpm");
		edge_add(c, child, parent, mode, ppm);
	}
	cli_answer_free(&a);
	for (unsigned i = 0; (text = cli_option_at(c, "royalty", i)); i++) {
		uint8_t  mode;
		uint32_t ppm;
		text = cli_split(who, sizeof who, text, "ACCOUNT=relative|absolute:RATE%");
		rate(c, &mode, &ppm, text);
		edge_add(c, child, cli_party_make(c, who), mode, ppm);
	}
}

void cli_assets_register(struct cli *c)
{
	struct pr_entry    e = { .kind = PR_KIND_ASSET_REGISTER };
	struct cli_receipt receipt, opened;
	struct wish        w;
	const char        *text;
	char               who[80];
	uint64_t           units[CLI_OPTIONS_MAX];
	bool               edges = cli_option_at(c, "parent", 0) || cli_option_at(c, "royalty", 0);

	wish_read(c, &w);
	kin_check(c, units);

	e.f[PR_ASSET_REGISTER_KIND].num   = w.kind;
	e.f[PR_ASSET_REGISTER_ACTIVE].num = !edges;
	memcpy(e.f[PR_ASSET_REGISTER_CONTENT].bytes, w.content32, 32);
	memcpy(e.f[PR_ASSET_REGISTER_METADATA].bytes, w.metadata32, 32);
	for (unsigned i = 0; i < PR_SCOPES; i++) e.f[PR_ASSET_REGISTER_PRICE0 + i].num = w.price[i];
	e.f[PR_ASSET_REGISTER_ASK_MODE].num = w.ask_mode;
	e.f[PR_ASSET_REGISTER_ASK_PPM].num  = w.ask_ppm;
	cli_sign(c, &e);
	cli_submit(c, &e, &receipt);
	if (receipt.id == 0) cli_die("the server did not say which asset it registered");
	if (edges) {
		cli_note("asset %" PRIu32 " is registered as a draft; if what follows is interrupted, `pennyroyal assets open %" PRIu32 "` goes on", receipt.id, receipt.id);
		edges_add(c, receipt.id);
		asset_open(c, receipt.id, &opened);
	}
	unsigned shares = 0;
	for (; (text = cli_option_at(c, "share", shares)); shares++) {
		(void)cli_split(who, sizeof who, text, "ACCOUNT=UNITS");
		(void)cli_shares_issue_to(c, &opened, receipt.id, who, units[shares]);
	}
	cli_put_u64(c, "asset", receipt.id);
	cli_put_hex(c, "content", w.content32, 32);
	if (shares) cli_put_u64(c, "shares", shares);
	cli_put_receipt(c, &receipt);
}
