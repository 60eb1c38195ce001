/* Verbs of metered streams. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"
#include "tests/scenarios/scene.h"

static uint64_t scope_price(struct scn *s, const struct scn_asset *a, const char *scope, uint64_t *index)
{
	static const char *const scopes[PR_SCOPES] = { "call", "input", "output", "training" };
	for (*index = 0; *index < PR_SCOPES; ++*index)
		if (strcmp(scopes[*index], scope) == 0) return a->price[*index];
	*index = scn_number(s, scope);
	return *index < PR_SCOPES ? a->price[*index] : 0;
}

static void links_make(struct scn *s, struct scn_stream *t, const char *name)
{
	char full[192];
	(void)snprintf(full, sizeof full, "%s:%u %s", s->file, s->line, name);
	t->links = malloc((size_t)(t->units + 1) * 32);
	PR_CHECK(t->links);
	pr_sha256(t->links[t->units], full, strlen(full));
	for (uint64_t i = t->units; i > 0; i--) pr_sha256_32(t->links[i - 1], t->links[i]);
}

/* stream NAME PAYER ASSET [scope SCOPE] [units N | voucher] [escrow N] [price N] [for SECONDS] */
static void stream(struct scn *s, char **args, unsigned count)
{
	struct pr_entry    e = { .kind = PR_KIND_STREAM_OPEN };
	struct scn_stream *t = &s->streams[s->stream_count];
	const char        *scope = "call", *price = NULL, *escrow = NULL;
	uint64_t           lasts = 3600, scope_index;
	bool               voucher = false;
	if (s->stream_count == SCN_THINGS_MAX) {
		scn_fail(s, "too many streams");
		return;
	}
	memset(t, 0, sizeof *t);
	(void)snprintf(t->name, sizeof t->name, "%s", args[0]);
	t->payer = scn_person(s, args[1]);
	t->asset = scn_asset(s, args[2]);
	for (unsigned i = 3; i < count && !s->failed; i++) {
		if (strcmp(args[i], "voucher") == 0) {
			voucher = true;
			continue;
		}
		if (i + 1 == count) scn_fail(s, "%s says nothing of a stream", args[i]);
		else if (strcmp(args[i], "scope") == 0) scope = args[++i];
		else if (strcmp(args[i], "units") == 0) t->units = scn_number(s, args[++i]);
		else if (strcmp(args[i], "escrow") == 0) escrow = args[++i];
		else if (strcmp(args[i], "price") == 0) price = args[++i];
		else if (strcmp(args[i], "for") == 0) lasts = scn_number(s, args[++i]);
		else scn_fail(s, "%s says nothing of a stream", args[i]);
	}
	if (t->units > SCN_LINKS_MAX || (!voucher && t->units == 0)) scn_fail(s, "a chain has 1 to %u units", SCN_LINKS_MAX);
	if (s->failed) return;
	const struct scn_asset *a = &s->assets[t->asset];
	uint64_t                unit = scope_price(s, a, scope, &scope_index);
	if (price) unit = scn_number(s, price);
	if (voucher && !price) unit = 0;
	t->expiry = s->l->now(s->l->ctx) + lasts;
	e.f[PR_STREAM_OPEN_ASSET].num  = a->id;
	e.f[PR_STREAM_OPEN_SCOPE].num  = scope_index;
	e.f[PR_STREAM_OPEN_KIND].num   = voucher ? PR_STREAM_VOUCHER : PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = unit;
	e.f[PR_STREAM_OPEN_ESCROW].num = escrow ? scn_number(s, escrow) : unit * t->units;
	e.f[PR_STREAM_OPEN_EXPIRY].num = t->expiry;
	if (!voucher) {
		links_make(s, t, args[0]);
		memcpy(e.f[PR_STREAM_OPEN_TIP].bytes, t->links[0], 32);
	}
	t->serial = s->people[t->payer].nonce;
	t->id     = scn_submit(s, &e, &s->people[t->payer]);
	if (t->id) {
		s->stream_count++;
	} else {
		free(t->links);
		t->links = NULL;
	}
}

/* use STREAM UNITS [takes N]: one tick a unit, packed.  With "refused STATUS" before it, the first refusal must be that one. */
static void use(struct scn *s, char **args, unsigned count)
{
	struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	uint64_t           units = scn_number(s, args[1]), taken = 0, wanted = scn_applied(s) ? units : 0;
	if (count == 4 && strcmp(args[2], "takes") == 0) wanted = scn_number(s, args[3]);
	if (!t->links || t->units - t->sent < units) scn_fail(s, "the stream's chain has no %s units left", args[1]);
	if (s->failed) return;
	const char *status = s->l->ticks(s->l->ctx, t, t->sent, t->sent + units, &taken);
	t->sent += taken;
	scn_status(s, status);
	if (taken != wanted) scn_fail(s, "%llu units were taken, not %llu", (unsigned long long)taken, (unsigned long long)wanted);
}

/* jump STREAM UNITS: one tick over several units. */
static void jump(struct scn *s, char **args, unsigned count)
{
	struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	uint64_t           to = t->sent + scn_number(s, args[1]);
	static const uint8_t zero32[32];
	(void)count;
	if (s->failed) return;
	const uint8_t *preimage = t->links && to <= t->units ? t->links[to] : zero32;
	scn_status(s, s->l->jump(s->l->ctx, t, s->assets[t->asset].id, to, preimage));
	if (!s->failed && scn_applied(s)) t->sent = to;
}

/* steal STREAM OTHER: a tick on a stream with the next preimage of another one. */
static void steal(struct scn *s, char **args, unsigned count)
{
	struct scn_stream *t = &s->streams[scn_stream(s, args[0])], *other = &s->streams[scn_stream(s, args[1])];
	(void)count;
	if (s->failed) return;
	scn_status(s, s->l->jump(s->l->ctx, t, s->assets[t->asset].id, t->sent + 1, other->links[other->sent + 1]));
}

/* retick STREAM POSITION: a tick that was taken before is no error and pays nothing. */
static void retick(struct scn *s, char **args, unsigned count)
{
	struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	uint64_t           at = scn_number(s, args[1]), taken;
	(void)count;
	if (at == 0 || at > t->sent) scn_fail(s, "position %s was not taken before", args[1]);
	if (s->failed) return;
	const char *status = s->l->ticks(s->l->ctx, t, at - 1, at, &taken);
	if (strcmp(status, "duplicate") != 0 || taken != 0) scn_fail(s, "%s, %llu units taken", status, (unsigned long long)taken);
}

static void voucher_send(struct scn *s, const struct scn_stream *t, const struct scn_stream *signed_for, const char *amount, const struct scn_person *signer)
{
	struct pr_entry e = { .kind = PR_KIND_STREAM_VOUCHER };
	uint8_t         digest32[32];
	uint64_t        cumulative = scn_number(s, amount);
	pr_eip712_voucher_digest(digest32, s->domain32, s->people[signed_for->payer].addr20, signed_for->id, signed_for->serial, cumulative);
	PR_CHECK(pr_sig_sign(e.sig64, digest32, signer->key32));
	e.f[PR_STREAM_VOUCHER_STREAM].num     = t->id;
	e.f[PR_STREAM_VOUCHER_ASSET].num      = s->assets[t->asset].id;
	e.f[PR_STREAM_VOUCHER_PAYER].num      = s->people[t->payer].account;
	e.f[PR_STREAM_VOUCHER_CUMULATIVE].num = cumulative;
	scn_submit(s, &e, NULL);
}

/* voucher STREAM CUMULATIVE [by WHO | for STREAM]: for: a voucher that was signed for another stream of the same payer. */
static void voucher(struct scn *s, char **args, unsigned count)
{
	const struct scn_stream *t = &s->streams[scn_stream(s, args[0])], *signed_for = t;
	const struct scn_person *signer = &s->people[t->payer];
	if (count == 4 && strcmp(args[2], "by") == 0) signer = &s->people[scn_person(s, args[3])];
	if (count == 4 && strcmp(args[2], "for") == 0) signed_for = &s->streams[scn_stream(s, args[3])];
	if (!s->failed) voucher_send(s, t, signed_for, args[1], signer);
}

/* topup STREAM AMOUNT [SECONDS]: more escrow, and so much longer. */
static void topup(struct scn *s, char **args, unsigned count)
{
	struct pr_entry    e = { .kind = PR_KIND_STREAM_TOPUP };
	struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	uint64_t           expiry = t->expiry + (count > 2 ? scn_number(s, args[2]) : 0);
	e.f[PR_STREAM_TOPUP_STREAM].num = t->id;
	e.f[PR_STREAM_TOPUP_SERIAL].num = t->serial;
	e.f[PR_STREAM_TOPUP_AMOUNT].num = scn_number(s, args[1]);
	e.f[PR_STREAM_TOPUP_EXPIRY].num = expiry;
	scn_submit(s, &e, &s->people[t->payer]);
	if (!s->failed && scn_applied(s)) t->expiry = expiry;
}

static void close_stream(struct scn *s, char **args, unsigned count)
{
	struct pr_entry          e = { .kind = PR_KIND_STREAM_CLOSE };
	const struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	uint32_t                 who = scn_person(s, args[1]);
	(void)count;
	e.f[PR_STREAM_CLOSE_STREAM].num = t->id;
	e.f[PR_STREAM_CLOSE_SERIAL].num = t->serial;
	e.f[PR_STREAM_CLOSE_ASSET].num  = s->assets[t->asset].id;
	e.f[PR_STREAM_CLOSE_PAYER].num  = s->people[t->payer].account;
	scn_submit(s, &e, &s->people[who]);
}

/* wait STREAM [SECONDS]: until the ledger's time has passed the stream's expiry, and so much more. */
static void wait_for(struct scn *s, char **args, unsigned count)
{
	const struct scn_stream *t = &s->streams[scn_stream(s, args[0])];
	s->l->pass(s->l->ctx, t->expiry + (count > 1 ? scn_number(s, args[1]) : 0));
}

const struct scn_verb scn_meters[] = {
	{ "stream", "NAME PAYER ASSET [scope SCOPE] [units N|voucher] [escrow N] [price N] [for SECONDS]", 3, stream },
	{ "use", "STREAM UNITS [takes N]", 2, use },
	{ "jump", "STREAM UNITS", 2, jump },
	{ "steal", "STREAM OTHER", 2, steal },
	{ "retick", "STREAM POSITION", 2, retick },
	{ "voucher", "STREAM CUMULATIVE [by WHO|for STREAM]", 2, voucher },
	{ "topup", "STREAM AMOUNT [SECONDS]", 2, topup },
	{ "close", "STREAM WHO", 2, close_stream },
	{ "wait", "STREAM [SECONDS]", 1, wait_for },
	{ NULL, NULL, 0, NULL },
};
