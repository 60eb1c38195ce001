#include "tests/scenarios/scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"

void scn_fail(struct scn *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!s->failed) {
		fprintf(stderr, "FAILED %s:%u (%s): ", s->file, s->line, s->row);
		vfprintf(stderr, format, args);
		fputc('\n', stderr);
	}
	va_end(args);
	s->failed = true;
}

void scn_person_key(struct scn_person *p, const char *name)
{
	memset(p, 0, sizeof *p);
	PR_CHECK(strlen(name) > 0);
	(void)snprintf(p->name, sizeof p->name, "%s", name);
	pr_sha256(p->key32, name, strlen(name));
	PR_CHECK(pr_sig_address(p->addr20, p->key32));
}

void scn_init(struct scn *s, const struct scn_ledger *l, const char *bank_name)
{
	memset(s, 0, sizeof *s);
	s->l = l;
	scn_person_key(&s->bank, bank_name);
}

uint32_t scn_person(struct scn *s, const char *name)
{
	for (uint32_t i = 0; i < s->person_count; i++)
		if (strcmp(s->people[i].name, name) == 0) return i;
	scn_fail(s, "nobody is called %s", name);
	return 0;
}

uint32_t scn_asset(struct scn *s, const char *name)
{
	for (uint32_t i = 0; i < s->asset_count; i++)
		if (strcmp(s->assets[i].name, name) == 0) return i;
	scn_fail(s, "no asset is called %s", name);
	return 0;
}

uint32_t scn_stream(struct scn *s, const char *name)
{
	for (uint32_t i = 0; i < s->stream_count; i++)
		if (strcmp(s->streams[i].name, name) == 0) return i;
	scn_fail(s, "no stream is called %s", name);
	return 0;
}

uint64_t scn_number(struct scn *s, const char *text)
{
	uint64_t v = 0;
	if (strcmp(text, "max") == 0) return UINT64_MAX;
	if (!*text) scn_fail(s, "a number is missing");
	for (const char *p = text; *p; p++) {
		if (*p == '_') continue;
		if (*p < '0' || *p > '9' || __builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v)) {
			scn_fail(s, "%s is not a number", text);
			return 0;
		}
	}
	return v;
}

uint32_t scn_rate(struct scn *s, const char *text)
{
	uint32_t whole = 0, ppm = 0, unit = 10000;
	const char *p = text;
	for (; *p >= '0' && *p <= '9' && whole < 1000; p++) whole = whole * 10 + (uint32_t)(*p - '0');
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9' && unit > 1; p++) ppm += (unit /= 10) * (uint32_t)(*p - '0');
	if (p == text || strcmp(p, "%") != 0) scn_fail(s, "%s is not a rate such as 0.5%%", text);
	return whole * 10000 + ppm;
}

uint32_t scn_party(struct scn *s, const char *name)
{
	if (name[0] == '#') return (uint32_t)scn_number(s, name + 1);
	for (uint32_t i = 0; i < s->asset_count; i++)
		if (strcmp(s->assets[i].name, name) == 0) return s->assets[i].id;
	return s->people[scn_person(s, name)].account;
}

static int address_of(void *ctx, uint32_t id, uint8_t addr20[20])
{
	struct scn *s = ctx;
	if (id == s->bank.account) {
		memcpy(addr20, s->bank.addr20, 20);
		return 1;
	}
	for (uint32_t i = 0; i < s->person_count; i++) {
		if (s->people[i].account != id) continue;
		memcpy(addr20, s->people[i].addr20, 20);
		return 1;
	}
	for (uint32_t i = 0; i < s->asset_count; i++)
		if (s->assets[i].id == id) return 2;
	return 0;
}

bool scn_applied(const struct scn *s) { return strcmp(s->wanted, "applied") == 0; }

void scn_status(struct scn *s, const char *status)
{
	if (strcmp(status, s->wanted) != 0) scn_fail(s, "%s, and it should be %s", status, s->wanted);
}

uint32_t scn_submit(struct scn *s, struct pr_entry *e, struct scn_person *signer_opt)
{
	uint8_t  digest32[32];
	uint32_t id = 0;
	if (s->failed) return 0;
	if (signer_opt) {
		e->f[0].num = signer_opt->account;
		e->f[1].num = signer_opt->nonce - s->stale;
		/* What no digest can be made of goes without a signature: the ledger refuses it before it looks at one. */
		if (pr_eip712_digest(digest32, s->domain32, e, address_of, s) == PR_STATUS_APPLIED) PR_CHECK(pr_sig_sign(e->sig64, digest32, signer_opt->key32));
	}
	const char *status = s->l->submit(s->l->ctx, e, &id);
	if (signer_opt && strcmp(status, "applied") == 0) {
		signer_opt->nonce++;
		s->last = *e;
	}
	/* To move what is not due is no error: the ledger takes it and nothing changes, a sequencer does not take it, or says that it took these bytes before. */
	if (!signer_opt && scn_applied(s) && (strcmp(status, "nothing_due") == 0 || strcmp(status, "repeated") == 0)) return 0;
	scn_status(s, status);
	return id;
}

static const struct scn_verb *verb_find(const char *name)
{
	const struct scn_verb *tables[] = { scn_acts, scn_meters, scn_expects };
	for (unsigned t = 0; t < 3; t++)
		for (const struct scn_verb *v = tables[t]; v->name; v++)
			if (strcmp(v->name, name) == 0) return v;
	return NULL;
}

static void statement(struct scn *s, char **words, unsigned count);

/* times N STATEMENT ; STATEMENT ... */
static void repeat(struct scn *s, char **words, unsigned count)
{
	uint64_t n = count > 2 ? scn_number(s, words[1]) : 0;
	if (n == 0) scn_fail(s, "times N STATEMENT ; ...");
	for (uint64_t i = 0; i < n && !s->failed; i++)
		for (unsigned from = 2, to; from < count && !s->failed; from = to + 1) {
			for (to = from; to < count && strcmp(words[to], ";") != 0; to++) {}
			statement(s, words + from, to - from);
		}
}

/* Words before the verb: refused STATUS; on-chain: signed for another chain id; on-rollup: for another rollup; stale: with a nonce that was used. */
static void statement(struct scn *s, char **words, unsigned count)
{
	uint64_t chain_id = s->l->chain_id;
	uint8_t  rollup20[20];
	memcpy(rollup20, s->l->rollup20, 20);
	s->wanted = "applied";
	s->stale  = 0;
	for (; count > 0; words++, count--) {
		if (strcmp(words[0], "refused") == 0 && count > 1) {
			s->wanted = words[1];
			words++;
			count--;
		} else if (strcmp(words[0], "on-chain") == 0) {
			chain_id++;
		} else if (strcmp(words[0], "on-rollup") == 0) {
			rollup20[19] ^= 1;
		} else if (strcmp(words[0], "stale") == 0) {
			s->stale = 1;
		} else {
			break;
		}
	}
	pr_eip712_domain(s->domain32, chain_id, rollup20);
	const struct scn_verb *v = count ? verb_find(words[0]) : NULL;
	if (!v) scn_fail(s, "there is no verb %s", count ? words[0] : "here");
	else if (count - 1 < v->args_min) scn_fail(s, "%s %s", v->name, v->args);
	else v->run(s, words + 1, count - 1);
}

static void row_close(struct scn *s, void (*row_end)(struct scn *s))
{
	if (!s->in_row) return;
	if (!s->failed && row_end) row_end(s);
	if (s->failed) s->rows_failed++;
	else s->rows_passed++;
	for (uint32_t i = 0; i < s->stream_count; i++) free(s->streams[i].links);
	memset(s->streams, 0, sizeof s->streams);
	s->person_count = s->asset_count = s->edge_count = s->share_count = s->stream_count = 0;
	s->in_row = s->failed = false;
}

static void row_open(struct scn *s, const char *text)
{
	(void)snprintf(s->row, sizeof s->row, "%s", text);
	s->in_row     = true;
	s->fees_start = s->l->fees(s->l->ctx);
}

static void line_play(struct scn *s, char *text, void (*row_end)(struct scn *s))
{
	char    *words[SCN_WORDS_MAX], *save = NULL;
	unsigned count = 0;
	text[strcspn(text, "\n")] = 0;
	if (strncmp(text, "row ", 4) == 0) {
		row_close(s, row_end);
		row_open(s, text + 4);
		return;
	}
	if (strncmp(text, "not-built ", 10) == 0) {
		row_close(s, row_end);
		s->rows_not_built++;
		if (s->tell_not_built) printf("not built: %s\n", text + 10);
		return;
	}
	for (char *w = strtok_r(text, " \t", &save); w && strcmp(w, "#") != 0; w = strtok_r(NULL, " \t", &save)) {
		if (count == SCN_WORDS_MAX) {
			scn_fail(s, "more than %u words", SCN_WORDS_MAX);
			return;
		}
		words[count++] = w;
	}
	if (count == 0 || s->failed) return;
	if (strcmp(words[0], "times") == 0) repeat(s, words, count);
	else statement(s, words, count);
}

bool scn_play(struct scn *s, const char *path, void (*row_end)(struct scn *s))
{
	char  text[2048];
	FILE *f = fopen(path, "r");
	if (!f) return false;
	s->file = path;
	s->line = 0;
	if (!s->l->account(s->l->ctx, s->bank.addr20, &s->bank.account, &s->bank.start, &s->bank.nonce)) {
		(void)fclose(f);
		return false;
	}
	while (fgets(text, sizeof text, f)) {
		s->line++;
		line_play(s, text, row_end);
	}
	row_close(s, row_end);
	(void)fclose(f);
	return true;
}
