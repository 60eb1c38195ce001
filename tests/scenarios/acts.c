/* Verbs that make entries. */
#include <stdio.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "tests/scenarios/scene.h"

static const char *const kinds[PR_ASSET_KINDS] = { "dataset", "model", "adapter", "service", "agent" };
static const char *const scopes[PR_SCOPES]     = { "call", "input", "output", "training" };

static uint8_t mode_of(struct scn *s, const char *text)
{
	if (strcmp(text, "relative") == 0) return PR_MODE_RELATIVE;
	if (strcmp(text, "absolute") == 0) return PR_MODE_ABSOLUTE;
	if (strcmp(text, "none") != 0) scn_fail(s, "%s is neither relative nor absolute nor none", text);
	return PR_MODE_NONE;
}

static uint64_t scope_of(struct scn *s, const char *text)
{
	for (uint64_t i = 0; i < PR_SCOPES; i++)
		if (strcmp(scopes[i], text) == 0) return i;
	return scn_number(s, text);
}

static void people(struct scn *s, char **args, unsigned count)
{
	for (unsigned i = 0; i < count && !s->failed; i++) {
		char           *money = strchr(args[i], '='), full[192];
		struct pr_entry e     = { .kind = PR_KIND_ACCOUNT_OPEN };
		if (money) *money = 0;
		if (s->person_count == SCN_THINGS_MAX) {
			scn_fail(s, "too many people");
			return;
		}
		struct scn_person *p = &s->people[s->person_count];
		(void)snprintf(full, sizeof full, "%s:%u %s", s->file, s->line, args[i]);
		scn_person_key(p, full);
		(void)snprintf(p->name, sizeof p->name, "%s", args[i]);
		p->start = money ? scn_number(s, money + 1) : 0;
		if (money) *money = '=';
		memcpy(e.f[PR_ACCOUNT_OPEN_TO].bytes, p->addr20, 20);
		e.f[PR_ACCOUNT_OPEN_AMOUNT].num = p->start;
		p->account = scn_submit(s, &e, &s->bank);
		s->person_count++;
	}
}

/* invite WHO OTHER MONEY: opens an account for somebody, who may have one. */
static void invite(struct scn *s, char **args, unsigned count)
{
	struct pr_entry e   = { .kind = PR_KIND_ACCOUNT_OPEN };
	uint32_t        who = scn_person(s, args[0]), other = scn_person(s, args[1]);
	(void)count;
	memcpy(e.f[PR_ACCOUNT_OPEN_TO].bytes, s->people[other].addr20, 20);
	e.f[PR_ACCOUNT_OPEN_AMOUNT].num = scn_number(s, args[2]);
	scn_submit(s, &e, &s->people[who]);
}

static uint32_t edge_add(struct scn *s, uint32_t child, struct scn_person *owner, uint32_t beneficiary, uint8_t mode, uint32_t ppm)
{
	struct pr_entry e = { .kind = PR_KIND_EDGE_ADD };
	e.f[PR_EDGE_ADD_CHILD].num       = child;
	e.f[PR_EDGE_ADD_BENEFICIARY].num = beneficiary;
	e.f[PR_EDGE_ADD_MODE].num        = mode;
	e.f[PR_EDGE_ADD_PPM].num         = ppm;
	uint32_t id = scn_submit(s, &e, owner);
	if (id && s->edge_count < SCN_THINGS_MAX) s->edges[s->edge_count++] = (struct scn_edge){ id, child, beneficiary, mode };
	return id;
}

uint32_t scn_edge(struct scn *s, uint32_t child, uint32_t beneficiary)
{
	for (uint32_t i = 0; i < s->edge_count; i++)
		if (s->edges[i].child == child && s->edges[i].beneficiary == beneficiary) return s->edges[i].id;
	scn_fail(s, "there is no such edge");
	return 0;
}

static void inherit_one(struct scn *s, uint32_t child, uint32_t parent, uint32_t ancestor)
{
	struct pr_entry e = { .kind = PR_KIND_EDGE_INHERIT };
	e.f[PR_EDGE_INHERIT_CHILD].num         = child;
	e.f[PR_EDGE_INHERIT_PARENT_EDGE].num   = scn_edge(s, child, parent);
	e.f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num = scn_edge(s, parent, ancestor);
	uint32_t id = scn_submit(s, &e, NULL);
	if (id && s->edge_count < SCN_THINGS_MAX) s->edges[s->edge_count++] = (struct scn_edge){ id, child, ancestor, PR_MODE_ABSOLUTE };
}

/* All absolute ancestors that a parent has, in the order in which it got them. */
static void inherit_all(struct scn *s, uint32_t child, uint32_t parent)
{
	bool     is_asset = false;
	uint32_t made     = s->edge_count;
	for (uint32_t i = 0; i < s->asset_count; i++) is_asset |= s->assets[i].id == parent;
	for (uint32_t i = 0; is_asset && i < made && !s->failed; i++)
		if (s->edges[i].child == parent && s->edges[i].mode == PR_MODE_ABSOLUTE) {
			bool to_asset = false;
			for (uint32_t k = 0; k < s->asset_count; k++) to_asset |= s->assets[k].id == s->edges[i].beneficiary;
			if (to_asset) inherit_one(s, child, parent, s->edges[i].beneficiary);
		}
}

static void asset_act(struct scn *s, uint8_t kind, const char *name)
{
	struct pr_entry         e = { .kind = kind };
	const struct scn_asset *a = &s->assets[scn_asset(s, name)];
	e.f[PR_ASSET_OPEN_ASSET].num = a->id;
	scn_submit(s, &e, &s->people[a->owner]);
}

/* The assets that a word names: one, or with a * at its end all of a crowd.  Positions in s->assets. */
static uint32_t parent_next(const struct scn *s, const char *word, uint32_t *from)
{
	size_t len = strcspn(word, "*");
	for (; *from + 1 < s->asset_count; ++*from)
		if (strncmp(s->assets[*from].name, word, len) == 0 && (word[len] || !s->assets[*from].name[len])) return (*from)++;
	return SCN_THINGS_MAX;
}

/* The words of a registration: what the entry takes, and whether it is a draft at first. */
static void asset_words(struct scn *s, struct scn_asset *a, struct pr_entry *e, bool *edges, bool *draft, char **args, unsigned count)
{
	for (unsigned i = 2; i < count && !s->failed; i++) {
		char *value = strchr(args[i], '=');
		if (value) {
			char key[16];
			(void)snprintf(key, sizeof key, "%.*s", (int)(value - args[i]), args[i]);
			uint64_t scope = scope_of(s, key);
			if (!s->failed) a->price[scope] = scn_number(s, value + 1);
		} else if (strcmp(args[i], "draft") == 0) {
			*draft = true;
		} else if (strcmp(args[i], "asks") == 0 && i + 2 < count) {
			a->ask_mode = mode_of(s, args[i + 1]);
			a->ask_ppm  = scn_rate(s, args[i + 2]);
			i += 2;
		} else if (strcmp(args[i], "parent") == 0 && i + 1 < count) {
			*edges = true;
			if (!strchr(args[++i], '*')) (void)scn_asset(s, args[i]);
		} else if (strcmp(args[i], "royalty") == 0 && i + 3 < count) {
			*edges = true;
			i += 3;
		} else if (strcmp(args[i], "content") == 0 && i + 1 < count) {
			memcpy(a->content32, s->assets[scn_asset(s, args[i + 1])].content32, 32);
			i++;
		} else {
			uint64_t kind = 0;
			while (kind < PR_ASSET_KINDS && strcmp(kinds[kind], args[i]) != 0) kind++;
			if (kind == PR_ASSET_KINDS) scn_fail(s, "%s says nothing of an asset", args[i]);
			e->f[PR_ASSET_REGISTER_KIND].num = kind;
		}
	}
}

static void asset(struct scn *s, char **args, unsigned count)
{
	struct pr_entry    e     = { .kind = PR_KIND_ASSET_REGISTER };
	bool               edges = false, draft = false;
	char               full[192];
	if (s->asset_count == SCN_THINGS_MAX) {
		scn_fail(s, "too many assets");
		return;
	}
	struct scn_asset *a = &s->assets[s->asset_count];
	memset(a, 0, sizeof *a);
	(void)snprintf(a->name, sizeof a->name, "%s", args[0]);
	(void)snprintf(full, sizeof full, "%s:%u %s", s->file, s->line, args[0]);
	pr_sha256(a->content32, full, strlen(full));
	a->owner = scn_person(s, args[1]);
	asset_words(s, a, &e, &edges, &draft, args, count);
	e.f[PR_ASSET_REGISTER_ACTIVE].num = !edges && !draft;
	memcpy(e.f[PR_ASSET_REGISTER_CONTENT].bytes, a->content32, 32);
	for (unsigned i = 0; i < PR_SCOPES; i++) e.f[PR_ASSET_REGISTER_PRICE0 + i].num = a->price[i];
	e.f[PR_ASSET_REGISTER_ASK_MODE].num = a->ask_mode;
	e.f[PR_ASSET_REGISTER_ASK_PPM].num  = a->ask_ppm;
	if (s->failed) return;
	struct scn_person *owner = &s->people[a->owner];
	a->id = scn_submit(s, &e, owner);
	if (!a->id) return;
	s->asset_count++;
	for (unsigned i = 2; i < count && !s->failed; i++) {
		if (strcmp(args[i], "parent") == 0) {
			i++;
			for (uint32_t k = 0, from = 0; (k = parent_next(s, args[i], &from)) < SCN_THINGS_MAX && !s->failed;)
				edge_add(s, a->id, owner, s->assets[k].id, s->assets[k].ask_mode, s->assets[k].ask_ppm);
		} else if (strcmp(args[i], "royalty") == 0) {
			edge_add(s, a->id, owner, scn_party(s, args[i + 1]), mode_of(s, args[i + 2]), scn_rate(s, args[i + 3]));
			i += 3;
		}
	}
	for (unsigned i = 2; i + 1 < count && !s->failed && !draft; i++)
		if (strcmp(args[i], "parent") == 0)
			for (uint32_t k = 0, from = 0; (k = parent_next(s, args[i + 1], &from)) < SCN_THINGS_MAX && !s->failed;)
				inherit_all(s, a->id, s->assets[k].id);
	if (edges && !draft && !s->failed) asset_act(s, PR_KIND_ASSET_OPEN, args[0]);
}

/* crowd N WHAT NAME WORDS...: people or assets called NAME1 to NAMEn. */
static void crowd(struct scn *s, char **args, unsigned count)
{
	uint64_t n = scn_number(s, args[0]);
	char    *words[SCN_WORDS_MAX], name[SCN_NAME_BYTES];
	for (uint64_t i = 1; i <= n && !s->failed; i++) {
		(void)snprintf(name, sizeof name, "%s%u", args[2], (unsigned)i);
		memcpy(words, args + 2, (count - 2) * sizeof *words);
		words[0] = name;
		if (strcmp(args[1], "asset") == 0) asset(s, words, count - 2);
		else if (strcmp(args[1], "people") == 0) people(s, words, 1);
		else scn_fail(s, "a crowd is of people or of assets");
	}
}

static void edge(struct scn *s, char **args, unsigned count)
{
	const struct scn_asset *child = &s->assets[scn_asset(s, args[0])];
	(void)count;
	uint32_t beneficiary = scn_party(s, args[1]);
	edge_add(s, child->id, &s->people[child->owner], beneficiary, mode_of(s, args[2]), scn_rate(s, args[3]));
}

static void inherit(struct scn *s, char **args, unsigned count)
{
	(void)count;
	inherit_one(s, s->assets[scn_asset(s, args[0])].id, s->assets[scn_asset(s, args[1])].id, s->assets[scn_asset(s, args[2])].id);
}

static void open_asset(struct scn *s, char **args, unsigned count)
{
	(void)count;
	asset_act(s, PR_KIND_ASSET_OPEN, args[0]);
}

static void retire(struct scn *s, char **args, unsigned count)
{
	(void)count;
	asset_act(s, PR_KIND_ASSET_RETIRE, args[0]);
}

static void price(struct scn *s, char **args, unsigned count)
{
	struct pr_entry   e = { .kind = PR_KIND_ASSET_PRICE };
	struct scn_asset *a = &s->assets[scn_asset(s, args[0])];
	(void)count;
	e.f[PR_ASSET_PRICE_ASSET].num = a->id;
	e.f[PR_ASSET_PRICE_SCOPE].num = scope_of(s, args[1]);
	e.f[PR_ASSET_PRICE_PRICE].num = scn_number(s, args[2]);
	scn_submit(s, &e, &s->people[a->owner]);
	if (!s->failed && scn_applied(s)) a->price[e.f[PR_ASSET_PRICE_SCOPE].num] = e.f[PR_ASSET_PRICE_PRICE].num;
}

static void share_note(struct scn *s, uint32_t id, uint32_t of, uint32_t holder)
{
	if (id && s->share_count < SCN_THINGS_MAX) s->shares[s->share_count++] = (struct scn_share){ id, of, holder };
}

static void share_issue(struct scn *s, const struct scn_asset *a, uint32_t holder, const char *units)
{
	struct pr_entry e = { .kind = PR_KIND_SHARE_ISSUE };
	e.f[PR_SHARE_ISSUE_ASSET].num  = a->id;
	e.f[PR_SHARE_ISSUE_HOLDER].num = holder;
	e.f[PR_SHARE_ISSUE_UNITS].num  = scn_number(s, units);
	share_note(s, scn_submit(s, &e, &s->people[a->owner]), a->id, holder);
}

/* A holder NAME* is everybody in a crowd. */
static void share(struct scn *s, char **args, unsigned count)
{
	const struct scn_asset *a   = &s->assets[scn_asset(s, args[0])];
	size_t                  len = strcspn(args[1], "*");
	(void)count;
	if (!args[1][len]) share_issue(s, a, scn_party(s, args[1]), args[2]);
	else
		for (uint32_t i = 0; i < s->person_count && !s->failed; i++)
			if (strncmp(s->people[i].name, args[1], len) == 0) share_issue(s, a, s->people[i].account, args[2]);
}

static void move(struct scn *s, char **args, unsigned count)
{
	struct pr_entry         e = { .kind = PR_KIND_SHARE_TRANSFER };
	const struct scn_asset *a = &s->assets[scn_asset(s, args[0])];
	(void)count;
	uint32_t from = scn_person(s, args[1]), to = scn_party(s, args[2]);
	e.f[PR_SHARE_TRANSFER_ASSET].num = a->id;
	e.f[PR_SHARE_TRANSFER_TO].num    = to;
	e.f[PR_SHARE_TRANSFER_UNITS].num = scn_number(s, args[3]);
	share_note(s, scn_submit(s, &e, &s->people[from]), a->id, to);
}

static void pay(struct scn *s, char **args, unsigned count)
{
	struct pr_entry e    = { .kind = PR_KIND_PAY };
	uint32_t        from = scn_person(s, args[0]);
	e.f[PR_PAY_ASSET].num  = scn_party(s, args[1]);
	e.f[PR_PAY_AMOUNT].num = scn_number(s, args[2]);
	e.f[PR_PAY_SCOPE].num  = count > 3 ? scope_of(s, args[3]) : 0;
	scn_submit(s, &e, &s->people[from]);
}

static void transfer(struct scn *s, char **args, unsigned count)
{
	struct pr_entry e    = { .kind = PR_KIND_TRANSFER };
	uint32_t        from = scn_person(s, args[0]);
	e.f[PR_TRANSFER_TO].num     = scn_party(s, args[1]);
	e.f[PR_TRANSFER_AMOUNT].num = scn_number(s, args[2]);
	/* A last word of +N or -N: the entry's deadline, so many seconds from now. */
	if (count > 3) {
		uint64_t now = s->l->now(s->l->ctx), away = scn_number(s, args[3] + 1);
		e.f[PR_TRANSFER_DEADLINE].num = args[3][0] == '-' ? now - away : now + away;
	}
	scn_submit(s, &e, &s->people[from]);
}

static void withdraw(struct scn *s, char **args, unsigned count)
{
	struct pr_entry    e = { .kind = PR_KIND_WITHDRAW };
	struct scn_person *p = &s->people[scn_person(s, args[0])];
	uint64_t           balance = 0, nonce;
	uint32_t           id;
	(void)count;
	if (strcmp(args[1], "all") != 0) balance = scn_number(s, args[1]);
	else if (!s->l->account(s->l->ctx, p->addr20, &id, &balance, &nonce)) scn_fail(s, "%s has no account", p->name);
	memcpy(e.f[PR_WITHDRAW_TO].bytes, p->addr20, 20);
	e.f[PR_WITHDRAW_AMOUNT].num = balance;
	id = scn_submit(s, &e, p);
	if (id) s->l->withdrew(s->l->ctx, p, id, balance);
}

static void settle(struct scn *s, char **args, unsigned count)
{
	struct pr_entry e     = { .kind = PR_KIND_SETTLE };
	uint32_t        child = s->assets[scn_asset(s, args[0])].id, beneficiary = scn_party(s, args[1]);
	(void)count;
	e.f[PR_SETTLE_EDGE].num        = scn_edge(s, child, beneficiary);
	e.f[PR_SETTLE_CHILD].num       = child;
	e.f[PR_SETTLE_BENEFICIARY].num = beneficiary;
	scn_submit(s, &e, NULL);
}

static void claim(struct scn *s, char **args, unsigned count)
{
	struct pr_entry e  = { .kind = PR_KIND_CLAIM };
	uint32_t        of = s->assets[scn_asset(s, args[0])].id, holder = scn_party(s, args[1]);
	(void)count;
	for (uint32_t i = 0; i < s->share_count; i++)
		if (s->shares[i].asset == of && s->shares[i].holder == holder) e.f[PR_CLAIM_SHARE].num = s->shares[i].id;
	if (e.f[PR_CLAIM_SHARE].num == 0) scn_fail(s, "%s holds no units of %s", args[1], args[0]);
	e.f[PR_CLAIM_ASSET].num  = of;
	e.f[PR_CLAIM_HOLDER].num = holder;
	scn_submit(s, &e, NULL);
}

static void claim_owner(struct scn *s, char **args, unsigned count)
{
	struct pr_entry         e = { .kind = PR_KIND_CLAIM_OWNER };
	const struct scn_asset *a = &s->assets[scn_asset(s, args[0])];
	(void)count;
	e.f[PR_CLAIM_OWNER_ASSET].num = a->id;
	e.f[PR_CLAIM_OWNER_OWNER].num = s->people[a->owner].account;
	scn_submit(s, &e, NULL);
}

static void collect(struct scn *s, char **args, unsigned count)
{
	(void)args;
	(void)count;
	s->l->settle_ticks(s->l->ctx);
	for (uint32_t i = 0; i < s->person_count && !s->failed; i++)
		if (!s->l->collect(s->l->ctx, s->people[i].account)) scn_fail(s, "what %s has earned cannot all be collected", s->people[i].name);
}

/* The last signed entry once more, byte for byte: a client that heard no answer.  It must not count again. */
static void again(struct scn *s, char **args, unsigned count)
{
	(void)args;
	(void)count;
	uint32_t id = 0;
	scn_status(s, s->l->submit(s->l->ctx, &s->last, &id));
}

const struct scn_verb scn_acts[] = {
	{ "people", "NAME[=MONEY]...", 1, people },
	{ "invite", "WHO OTHER MONEY", 3, invite },
	{ "asset", "NAME OWNER [KIND] [SCOPE=PRICE]... [asks MODE RATE] [parent ASSET]... [royalty WHO MODE RATE]... [content ASSET] [draft]", 2, asset },
	{ "crowd", "N people|asset NAME WORDS...", 3, crowd },
	{ "edge", "CHILD BENEFICIARY MODE RATE", 4, edge },
	{ "inherit", "CHILD PARENT ANCESTOR", 3, inherit },
	{ "open", "ASSET", 1, open_asset },
	{ "retire", "ASSET", 1, retire },
	{ "price", "ASSET SCOPE PRICE", 3, price },
	{ "share", "ASSET HOLDER UNITS", 3, share },
	{ "move", "ASSET FROM TO UNITS", 4, move },
	{ "pay", "WHO ASSET AMOUNT [SCOPE]", 3, pay },
	{ "transfer", "WHO TO AMOUNT [+SECONDS|-SECONDS]", 3, transfer },
	{ "withdraw", "WHO AMOUNT|all", 2, withdraw },
	{ "settle", "CHILD BENEFICIARY", 2, settle },
	{ "claim", "ASSET HOLDER", 2, claim },
	{ "claim-owner", "ASSET", 1, claim_owner },
	{ "collect", "", 0, collect },
	{ "again", "", 0, again },
	{ NULL, NULL, 0, NULL },
};
