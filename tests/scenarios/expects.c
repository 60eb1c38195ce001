/* Verbs that judge what the ledger says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenarios/scene.h"

static uint64_t balance_of(struct scn *s, const struct scn_person *p)
{
	uint64_t balance = 0, nonce;
	uint32_t id;
	if (!s->l->account(s->l->ctx, p->addr20, &id, &balance, &nonce)) scn_fail(s, "%s has no account", p->name);
	return balance;
}

static void same(struct scn *s, const char *what, const char *of, uint64_t got, uint64_t wanted)
{
	if (got != wanted) scn_fail(s, "%s of %s is %" PRIu64 ", and it should be %" PRIu64, what, of, got, wanted);
}

/* got WHO=+N|-N|N...: what the balance is more or less than in the beginning; without a sign: what it is. */
static void got(struct scn *s, char **args, unsigned count)
{
	for (unsigned i = 0; i < count && !s->failed; i++) {
		char *value = strchr(args[i], '=');
		if (!value) {
			scn_fail(s, "got WHO=+N");
			return;
		}
		*value = 0;
		const struct scn_person *p = &s->people[scn_person(s, args[i])];
		*value++ = '=';
		uint64_t amount = scn_number(s, value[0] == '+' || value[0] == '-' ? value + 1 : value);
		if (s->failed) return;
		same(s, "the balance", p->name, balance_of(s, p), value[0] == '+' ? p->start + amount : value[0] == '-' ? p->start - amount : amount);
	}
}

static struct scn_asset_view asset_view(struct scn *s, const char *name)
{
	struct scn_asset_view v = { 0 };
	if (!s->l->asset(s->l->ctx, s->assets[scn_asset(s, name)].id, &v)) scn_fail(s, "the ledger has no asset %s", name);
	return v;
}

static void held(struct scn *s, char **args, unsigned count)
{
	(void)count;
	same(s, "what is held", args[0], asset_view(s, args[0]).held, scn_number(s, args[1]));
}

/* earns WHO NOW AFTER: what penny_getEarnings says. */
static void earns(struct scn *s, char **args, unsigned count)
{
	uint64_t now, after;
	(void)count;
	s->l->settle_ticks(s->l->ctx);
	s->l->earnings(s->l->ctx, s->people[scn_person(s, args[0])].account, &now, &after);
	same(s, "what can be claimed now", args[0], now, scn_number(s, args[1]));
	same(s, "what can be claimed after settling", args[0], after, scn_number(s, args[2]));
}

/* whole ASSET WHO...: what the asset took in is what it holds and what these people got, to the unit. */
static void whole(struct scn *s, char **args, unsigned count)
{
	struct scn_asset_view v   = asset_view(s, args[0]);
	uint64_t              sum = v.held;
	for (unsigned i = 1; i < count; i++) {
		const struct scn_person *p = &s->people[scn_person(s, args[i])];
		sum += balance_of(s, p) - p->start;
	}
	same(s, "what was paid out and is held", args[0], sum, v.total_rev);
}

static void escrow(struct scn *s, char **args, unsigned count)
{
	struct scn_stream_view v = { 0 };
	(void)count;
	const struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	if (!s->l->stream(s->l->ctx, t->id, &v)) scn_fail(s, "the ledger has no stream %s", args[0]);
	same(s, "the escrow", args[0], v.escrow, scn_number(s, args[1]));
}

static void used(struct scn *s, char **args, unsigned count)
{
	struct scn_stream_view v = { 0 };
	(void)count;
	const struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	if (!s->l->stream(s->l->ctx, t->id, &v)) scn_fail(s, "the ledger has no stream %s", args[0]);
	same(s, "what was used", args[0], v.used, scn_number(s, args[1]));
}

static void gone(struct scn *s, char **args, unsigned count)
{
	struct scn_stream_view v;
	(void)count;
	if (s->l->stream(s->l->ctx, s->streams[scn_stream(s, args[0])].id, &v)) scn_fail(s, "stream %s is still there", args[0]);
}

/* names WHO|ASSET, names CHILD BENEFICIARY: the last refusal tells which account, asset or edge was there first. */
static void names(struct scn *s, char **args, unsigned count)
{
	if (!s->l->named) return; /* the transition itself names nothing */
	uint32_t id = count > 1 ? scn_edge(s, scn_party(s, args[0]), scn_party(s, args[1])) : scn_party(s, args[0]);
	same(s, "what the refusal names instead", args[0], s->l->named(s->l->ctx), id);
}

static void fees(struct scn *s, char **args, unsigned count)
{
	(void)count;
	s->l->settle_ticks(s->l->ctx);
	same(s, "the sum", "fees", s->l->fees(s->l->ctx) - s->fees_start, scn_number(s, args[0]));
}

static void param(struct scn *s, char **args, unsigned count)
{
	(void)count;
	for (unsigned i = 0; i < PR_PARAM_COUNT; i++)
		if (strcmp(pr_param_infos[i].name, args[0]) == 0) {
			same(s, "the parameter", args[0], s->l->param(s->l->ctx, i), scn_number(s, args[1]));
			return;
		}
	scn_fail(s, "there is no parameter %s", args[0]);
}

const struct scn_verb scn_expects[] = {
	{ "got", "WHO=+N|-N|N...", 1, got },
	{ "held", "ASSET N", 2, held },
	{ "earns", "WHO NOW AFTER", 3, earns },
	{ "whole", "ASSET WHO...", 1, whole },
	{ "escrow", "STREAM N", 2, escrow },
	{ "used", "STREAM N", 2, used },
	{ "gone", "STREAM", 1, gone },
	{ "names", "WHO|ASSET|CHILD BENEFICIARY", 1, names },
	{ "fees", "N", 1, fees },
	{ "param", "NAME VALUE", 2, param },
	{ NULL, NULL, 0, NULL },
};
