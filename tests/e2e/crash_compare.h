/* What the ledger says against the books of the client of crash.sh.  Any difference ends it. */
#ifndef TESTS_E2E_CRASH_COMPARE_H
#define TESTS_E2E_CRASH_COMPARE_H

#include "tests/e2e/crash_client.h"

/* Every entry from there on stands where its receipt says.  posted: and its batch is on L1. */
static inline void compare_entries(uint32_t from, bool posted)
{
	static char body[CALLS_MAX * 160];
	for (; from < t.receipt_count; from += CALLS_MAX) {
		struct pr_json doc;
		uint32_t       n = t.receipt_count - from < CALLS_MAX ? t.receipt_count - from : CALLS_MAX, i = 0;
		size_t         len = 0;
		for (uint32_t k = 0; k < n; k++) {
			char name[65];
			hex(name, t.receipts[from + k].hash32, 32);
			len += (size_t)snprintf(body + len, sizeof body - len, "%s{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"penny_getEntry\",\"params\":[\"0x%s\"]}", k ? "," : "[", k, name);
		}
		body[len++] = ']';
		(void)post(&doc, "/", "application/json", body, len);
		if (pr_json_count(&doc, 0) != n) die("penny_getEntry: %u of %u answered", pr_json_count(&doc, 0), n);
		for (uint32_t at = pr_json_first(&doc, 0); at != PR_JSON_NONE; at = pr_json_next(&doc, at), i++) {
			const struct receipt *r      = &t.receipts[from + i];
			uint32_t              result = pr_json_get(&doc, at, "result");
			if (result == PR_JSON_NONE) die("entry %u of %u, acknowledged as sequence %" PRIu64 ", is not in the ledger: %.300s", from + i, t.receipt_count, r->sequence, doc.text);
			same("the sequence of entry", from + i, number(&doc, result, "sequence"), r->sequence);
			same("the batch of entry", from + i, number(&doc, result, "batch"), r->batch);
			if (!pr_json_string_eq(&doc, pr_json_get(&doc, result, "record"), "entry")) die("the log holds no entry at sequence %" PRIu64, r->sequence);
			if (posted && pr_json_string_eq(&doc, pr_json_get(&doc, result, "status"), "soft")) die("batch %" PRIu64 " is not on L1", r->batch);
		}
	}
}

static inline void compare_conserved(void)
{
	struct pr_json doc;
	uint32_t       at = call(&doc, "penny_getState", "%s", "");
	bool           conserved = false;
	uint64_t       out = 0;
	for (uint32_t i = 0; i < t.withdrawal_count; i++) out += t.withdrawals[i].amount;
	(void)pr_json_bool(&conserved, &doc, pr_json_get(&doc, at, "conserved"));
	if (!conserved) die("supply is not conserved: %.500s", doc.text);
	same("supply", 0, number(&doc, at, "supply"), (uint64_t)PEOPLE * MONEY - out);
}

/* Nonces, balances, revenues.  Ticks count as revenue once they are folded, and as somebody's money once that is claimed. */
static inline void compare_state(bool folded, bool claimed)
{
	struct pr_json doc;
	for (uint32_t i = 0; i < PEOPLE; i++) {
		const struct person *p  = &t.people[i];
		uint32_t             at = call(&doc, "penny_getAccount", "%u", p->id);
		same("the nonce", p->id, number(&doc, at, "nonce"), p->nonce);
		if (i >= 2 || claimed) same("the balance", p->id, number(&doc, at, "balance"), p->balance);
	}
	for (uint32_t i = 0; i < ASSETS && folded; i++) {
		uint32_t at = call(&doc, "penny_getAsset", "%u", t.assets[i]);
		same("the revenue", t.assets[i], number(&doc, at, "directRevenue"), t.revenue[i]);
	}
	compare_conserved();
}

/* Units and escrow of a stream are those of the books, ticks that no batch carries yet included.  Returns its serial. */
static inline uint64_t compare_stream(const struct stream *s)
{
	struct pr_json doc;
	uint32_t at = call(&doc, "penny_getStream", "%u", s->id), pending;
	uint64_t serial;
	if (at == PR_JSON_NONE) die("stream %u is gone", s->id);
	pending = pr_json_get(&doc, at, "pending");
	serial  = number(&doc, at, "serial");
	if (pending != PR_JSON_NONE) at = pending;
	same("the units", s->id, number(&doc, at, "used"), s->used);
	same("the escrow", s->id, number(&doc, at, "escrow"), (STREAM_UNITS - s->used) * PRICE);
	return serial;
}

#endif
