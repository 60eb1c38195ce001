/* Plays a marketplace against a running deployment and checks the books at the end.
 *
 * Deposits on L1, registers a lineage, replays a trace of inferences as metered use, settles, claims, withdraws everybody's earnings and waits until
 * L1 has paid them.  Exit 0 only if what was paid equals what arrived plus what is carried, to the unit. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto/crypto.h"
#include "core/rt/clock.h"
#include "tools/workload/funds.h"
#include "tools/workload/play.h"

#define PAYER_DEPOSIT "1000000000000" /* nano */

static struct {
	const char *rpc, *l1, *chain, *lineage, *trace, *summary;
	uint32_t datasets, calls;
	uint64_t wait_s;
} opt = { .rpc = "http://127.0.0.1:8550", .l1 = "http://127.0.0.1:8545", .chain = "run/devnet/chain.toml", .datasets = 96,
	  .calls = 3000, .wait_s = 600 };

static void usage(void)
{
	fprintf(stderr, "usage: pennyroyal-workload [--rpc URL] [--l1 URL] [--chain FILE] [--lineage FILE] [--trace FILE,...]\n"
	                "                           [--datasets N] [--calls N] [--wait SECONDS] [--summary FILE]\n");
	exit(64);
}

static void parse(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 >= argc) usage();
		const char *key = argv[i], *value = argv[i + 1];
		if (!strcmp(key, "--rpc")) opt.rpc = value;
		else if (!strcmp(key, "--l1")) opt.l1 = value;
		else if (!strcmp(key, "--chain")) opt.chain = value;
		else if (!strcmp(key, "--lineage")) opt.lineage = value;
		else if (!strcmp(key, "--trace")) opt.trace = value;
		else if (!strcmp(key, "--summary")) opt.summary = value;
		else if (!strcmp(key, "--datasets")) opt.datasets = (uint32_t)strtoul(value, NULL, 10);
		else if (!strcmp(key, "--calls")) opt.calls = (uint32_t)strtoul(value, NULL, 10);
		else if (!strcmp(key, "--wait")) opt.wait_s = strtoull(value, NULL, 10);
		else usage();
	}
}

static void wait_credited(struct wl_client *c, const struct wl_key *key)
{
	uint64_t balance, nonce, start = pr_clock_ms();
	uint32_t id;
	while (!wl_account(c, key->addr20, &id, &balance, &nonce) || balance == 0) {
		if (pr_clock_ms() - start > opt.wait_s * 1000) wl_die("a deposit was not credited in %" PRIu64 " s", opt.wait_s);
		usleep(100000);
	}
}

static void fund(struct wl_market *m, struct wl_funds *funds)
{
	wl_funds_deposit(funds, &m->market, 1000000000);
	for (uint32_t i = 0; i < WL_PAYERS; i++) wl_funds_deposit(funds, &m->payers[i], strtoull(PAYER_DEPOSIT, NULL, 10));
	wait_credited(m->c, &m->market);
	for (uint32_t i = 0; i < WL_PAYERS; i++) wait_credited(m->c, &m->payers[i]);
}

struct earner {
	struct wl_key *key;
	const char *name;
	uint64_t amount; /* withdrawn */
	bool paid;
};

static int by_amount(const void *a, const void *b)
{
	uint64_t x = ((const struct earner *)a)->amount, y = ((const struct earner *)b)->amount;
	return (x < y) - (x > y);
}

/* Everybody who may have earned: creators, collections, the upstream account. */
static struct earner *earners_of(struct wl_market *m, uint32_t *count)
{
	struct earner *e = calloc(m->in->creators.count + m->in->collections.count + 1, sizeof *e);
	uint32_t       n = 0;
	PR_CHECK(e);
	for (uint32_t i = 0; i < m->in->creators.count; i++) e[n++] = (struct earner){ &m->creators[i], m->in->creators.names[i], 0, false };
	for (uint32_t i = 0; i < m->in->collections.count; i++) e[n++] = (struct earner){ &m->collections[i], m->in->collections.names[i], 0, false };
	e[n++] = (struct earner){ &m->upstream, "(upstream)", 0, false };
	*count = n;
	return e;
}

/* Withdraws what everybody earned, but for what is no whole base unit on L1: *left, in nano. */
static uint64_t withdraw_all(struct wl_market *m, struct earner *e, uint32_t count, uint64_t multiple, uint64_t *left)
{
	uint64_t total = 0, nonce;
	uint32_t id;
	*left = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (!wl_account(m->c, e[i].key->addr20, &id, &e[i].amount, &nonce)) wl_die("an account vanished");
		*left += e[i].amount % multiple;
		e[i].amount -= e[i].amount % multiple;
		total += e[i].amount;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct pr_entry w = { .kind = PR_KIND_WITHDRAW };
		if (e[i].amount == 0) continue;
		memcpy(w.f[PR_WITHDRAW_TO].bytes, e[i].key->addr20, 20);
		w.f[PR_WITHDRAW_AMOUNT].num = e[i].amount;
		wl_submit(m->c, &w, e[i].key, NULL);
	}
	wl_flush(m->c);
	return total;
}

/* Waits until L1 has paid everybody exactly; the sum of what arrived, in nano. */
static uint64_t wait_paid(struct wl_funds *funds, struct earner *e, uint32_t count)
{
	uint64_t start = pr_clock_ms(), total = 0, said = start;
	uint32_t open = 0, paid = 0;
	for (uint32_t i = 0; i < count; i++) open += e[i].amount > 0;
	while (paid < open) {
		for (uint32_t i = 0; i < count; i++) {
			pr_u128 held;
			if (e[i].paid || e[i].amount == 0) continue;
			if (!wl_funds_held(funds, &held, e[i].key->addr20) || held == 0) continue;
			if (held != wl_funds_base(funds, e[i].amount)) wl_die("%s got another amount on L1 than withdrawn", e[i].name);
			e[i].paid = true;
			total += e[i].amount;
			paid++;
		}
		if (pr_clock_ms() - start > opt.wait_s * 1000) wl_die("L1 has paid %u of %u after %" PRIu64 " s", paid, open, opt.wait_s);
		if (pr_clock_ms() - said > 5000) {
			said = pr_clock_ms();
			printf("    L1 has paid %u of %u\n", paid, open);
			fflush(stdout);
		}
		if (paid < open) usleep(300000);
	}
	return total;
}

static uint64_t state_sum(struct wl_client *c, const char *name)
{
	struct pr_json doc;
	uint64_t       v  = 0;
	uint32_t       at = wl_call(c, &doc, "penny_getState", "[]");
	if (!pr_json_u64_string(&v, &doc, pr_json_get(&doc, at, name))) wl_die("penny_getState has no %s", name);
	return v;
}

static void seal(struct wl_client *c)
{
	struct pr_json doc;
	(void)wl_call(c, &doc, "penny_seal", "[]");
}

static void say(const char *what)
{
	printf("  %s\n", what);
	fflush(stdout);
}

static void print_summary(FILE *out, const struct wl_input *in, const struct wl_play *p, const struct wl_client *c, uint64_t arrived, uint64_t held)
{
	fprintf(out, "inferences %" PRIu64 "\nticks %" PRIu64 "\ntick_records %" PRIu64 "\nstreams %u\nsigned_payments %" PRIu64 "\ntransfers %" PRIu64
	             "\nentries %" PRIu64 "\ntick_us %" PRIu64 "\npaid %" PRIu64 "\narrived %" PRIu64 "\ncarried %" PRIu64 "\ndatasets %u\ncollections %u\ncreators %u\n",
	        p->inferences, p->ticks, p->tick_records, p->streams, p->payments, p->transfers, c->entries_sent, p->tick_us, p->paid, arrived, held,
	        in->datasets.count, in->collections.count, in->creators.count);
}

int main(int argc, char **argv)
{
	static struct wl_input  in;
	static struct wl_market m;
	static struct wl_client c;
	static struct pr_chain  chain;
	char                     message[PR_CONFIG_MESSAGE_BYTES];
	struct pr_ethrpc        *eth;
	struct wl_play           play;
	struct wl_funds          funds;
	uint32_t                 count;

	parse(argc, argv);
	pr_crypto_init();
	if (pr_chain_load(message, &chain, opt.chain) != PR_OK) wl_die("%s", message);
	if (pr_ethrpc_open(&eth, &(struct pr_ethrpc_options){ .url = opt.l1 }) != PR_OK) wl_die("bad URL %s", opt.l1);
	if (opt.lineage && wl_input_lineage(&in, opt.lineage) != PR_OK) wl_die("cannot read the lineage %s", opt.lineage);
	if (!opt.lineage) wl_input_generate_lineage(&in, opt.datasets, 7);
	if (opt.trace && wl_input_trace(&in, opt.trace) != PR_OK) wl_die("cannot read the trace %s", opt.trace);
	if (!opt.trace) wl_input_generate_trace(&in, opt.calls, 7);
	wl_client_open(&c, opt.rpc, &chain);
	wl_market_init(&m, &in, &c);
	printf("  %u datasets in %u collections by %u creators, %u upstream names; %u inferences\n", in.datasets.count, in.collections.count, in.creators.count,
	       in.upstreams.count, in.call_count);
	say("depositing on L1");
	wl_funds_open(&funds, eth, &chain);
	fund(&m, &funds);
	say("registering the lineage");
	wl_market_build(&m);
	say("playing the trace");
	wl_play(&play, &m, pr_time_unix_s() + 86400 * 30, true);
	seal(&c);
	say("settling and claiming everything");
	wl_market_collect(&m);
	say("withdrawing");
	struct earner *earners  = earners_of(&m, &count);
	uint64_t       left, withdrawn = withdraw_all(&m, earners, count, chain.withdraw_multiple, &left);
	seal(&c);
	uint64_t held = state_sum(&c, "held") + left;
	if (withdrawn + held != play.paid) wl_die("paid %" PRIu64 " but withdrawn %" PRIu64 " and held %" PRIu64, play.paid, withdrawn, held);
	say("waiting until the withdrawals are final and L1 has paid them");
	uint64_t arrived = wait_paid(&funds, earners, count);
	if (arrived + held != play.paid) wl_die("paid %" PRIu64 " but arrived %" PRIu64 " and held %" PRIu64, play.paid, arrived, held);
	qsort(earners, count, sizeof *earners, by_amount);
	for (uint32_t i = 0; i < count && i < 5; i++)
		printf("    %-40.40s %" PRIu64 ".%09" PRIu64 " on L1\n", earners[i].name, earners[i].amount / 1000000000, earners[i].amount % 1000000000);
	print_summary(stdout, &in, &play, &c, arrived, held);
	if (opt.summary) {
		FILE *f = fopen(opt.summary, "w");
		if (!f) wl_die("cannot write %s", opt.summary);
		print_summary(f, &in, &play, &c, arrived, held);
		fclose(f);
	}
	return 0;
}
