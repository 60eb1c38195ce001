/* Plays scenarios against a running deployment.
 *
 *     play --address                                        prints the address of the bank, which pays for everybody: deposit there first
 *     play --rpc URL --node URL --l1 URL --chain FILE FILE.scn...
 *
 * Rows go through the sequencer at --rpc alone.  Then the verifying node at --node must give the same answers to all that the rows read, and L1 must have
 * paid every withdrawal.  The last line counts rows and these two. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto/crypto.h"
#include "core/l1/ethrpc.h"
#include "core/rt/clock.h"
#include "tests/scenarios/over_rpc.h"

#define BANK "the bank of the scenarios"
#define NANO_WEI 1000000000u
#define PATIENCE_MS 120000u

static struct {
	const char *rpc, *node, *l1, *chain;
} opt;

static void usage(void)
{
	fprintf(stderr, "usage: play --address | play --rpc URL --node URL --l1 URL --chain FILE FILE.scn...\n");
	exit(64);
}

/* The sequencer's newest root is the one that the node computed from L1. */
static bool same_root(struct wl_client *a, struct wl_client *b)
{
	uint8_t         roots[2][32];
	struct wl_client *both[] = { a, b };
	for (uint64_t start = pr_clock_ms(); pr_clock_ms() - start < PATIENCE_MS; usleep(200000)) {
		bool ok = true;
		for (unsigned i = 0; i < 2; i++) {
			struct pr_json doc;
			uint32_t       at = wl_call(both[i], &doc, "penny_chainInfo", "[]");
			ok &= pr_json_hex(roots[i], 32, &doc, pr_json_get(&doc, at, "root"));
		}
		if (ok && memcmp(roots[0], roots[1], 32) == 0) return true;
	}
	return false;
}

static char *sums(struct wl_client *c)
{
	struct pr_json doc;
	const char    *raw;
	size_t         len;
	if (!pr_json_raw(&raw, &len, &doc, wl_call(c, &doc, "penny_getState", "[]"))) wl_die("penny_getState gives nothing");
	return strndup(raw, len);
}

static bool verified(struct scn_rpc *r)
{
	struct wl_client node;
	wl_client_open(&node, opt.node, r->client.chain);
	if (!same_root(&r->client, &node)) {
		fprintf(stderr, "FAILED the verifying node does not reach the sequencer's root\n");
		return false;
	}
	char *here = sums(&r->client), *there = sums(&node);
	bool  ok   = here && there && strcmp(here, there) == 0;
	if (!ok) fprintf(stderr, "FAILED sums: the sequencer says %s, the verifying node %s\n", here, there);
	printf("state %s\n", here);
	free(here);
	free(there);
	return scn_rpc_differences(r, &node) == 0 && ok;
}

static bool paid(const struct scn_rpc *r)
{
	struct pr_ethrpc *eth;
	if (pr_ethrpc_open(&eth, &(struct pr_ethrpc_options){ .url = opt.l1 }) != PR_OK) wl_die("bad URL %s", opt.l1);
	bool     ok    = r->paid_count > 0;
	uint64_t start = pr_clock_ms();
	for (uint32_t i = 0; i < r->paid_count && ok; i++) {
		/* Each was withdrawn to an address that had nothing on L1. */
		pr_u128 wei = 0, wanted = (pr_u128)r->paid[i].amount * NANO_WEI;
		while ((pr_ethrpc_balance(eth, &wei, r->paid[i].addr20, pr_l1_at(PR_L1_LATEST)) != PR_OK || wei == 0) && pr_clock_ms() - start < PATIENCE_MS) usleep(300000);
		ok = wei == wanted;
		if (!ok) fprintf(stderr, "FAILED withdrawal %" PRIu32 " of %" PRIu64 " nano: L1 paid %" PRIu64 "\n", r->paid[i].id, r->paid[i].amount, (uint64_t)(wei / NANO_WEI));
	}
	pr_ethrpc_close(eth);
	return ok;
}

int main(int argc, char **argv)
{
	static struct scn_rpc r;
	static struct scn     s;
	static struct pr_chain chain;
	char                  message[PR_CONFIG_MESSAGE_BYTES];
	int                   i = 1;

	pr_crypto_init();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && strcmp(argv[1], "--address") == 0) {
		struct scn_person bank;
		scn_person_key(&bank, BANK);
		printf("0x");
		for (unsigned k = 0; k < 20; k++) printf("%02x", bank.addr20[k]);
		printf("\n");
		return 0;
	}
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--rpc")) opt.rpc = argv[i + 1];
		else if (!strcmp(argv[i], "--node")) opt.node = argv[i + 1];
		else if (!strcmp(argv[i], "--l1")) opt.l1 = argv[i + 1];
		else if (!strcmp(argv[i], "--chain")) opt.chain = argv[i + 1];
		else usage();
	}
	if (!opt.rpc || !opt.node || !opt.l1 || !opt.chain || i == argc) usage();
	if (pr_chain_load(message, &chain, opt.chain) != PR_OK) wl_die("%s", message);
	scn_rpc_open(&r, opt.rpc, &chain);
	scn_init(&s, &r.ledger, BANK);
	s.tell_not_built = true;
	for (; i < argc; i++) {
		uint32_t passed = s.rows_passed, failed = s.rows_failed;
		uint64_t start  = pr_clock_ms();
		if (!scn_play(&s, argv[i], scn_rpc_row_end)) wl_die("%s cannot be read, or the bank has no account", argv[i]);
		printf("%s: %" PRIu32 " rows held, %" PRIu32 " did not, %" PRIu64 " ms\n", argv[i], s.rows_passed - passed, s.rows_failed - failed, pr_clock_ms() - start);
	}
	uint32_t ok = s.rows_passed, bad = s.rows_failed;
	*(verified(&r) ? &ok : &bad) += 1;
	if (r.paid_count > 0) *(paid(&r) ? &ok : &bad) += 1;
	printf("%" PRIu64 " entries, %" PRIu64 " of them refused; %" PRIu64 " units of streams; %" PRIu32 " answers compared; %" PRIu32 " withdrawals\n", r.entries, r.refusals,
	       r.units, r.read_count, r.paid_count);
	printf("scenarios: %" PRIu32 " passed, %" PRIu32 " failed, 0 skipped\n", ok, bad);
	return bad > 0;
}
