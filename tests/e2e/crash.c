/* The client of crash.sh: loads a deployment whose daemons are being killed, remembers every receipt, and keeps books of its own to compare.
 *
 *     crash --until FILE [--seed N] --rpc URL --l1 URL --chain FILE --wait SECONDS --summary FILE
 *
 * tools/devnet starts it in the place of its workload (CLIENT); what else devnet passes is not for it.  It sends transfers, payments, withdrawals and
 * ticks until FILE is there.  A request without an answer is sent again, the same bytes, until it has one; now and then one that was answered is sent
 * again too, and must be answered as the first time.  At the end every entry stands where its receipt says, once, and on L1; accounts, streams and
 * revenues are those of the books; everything is claimed, closed and withdrawn, and L1 has paid each withdrawal to the unit.  Exit 0 only then. */
#include "tests/e2e/crash_compare.h"

/* The last requests, for sending them again. */
static struct request kept[16];
static uint8_t kept_ticks[16][TICKS_MAX * 44];
static uint32_t kept_tick_counts[16];

static void withdraw(struct request *q, uint32_t who, uint64_t amount)
{
	struct pr_entry    e      = { .kind = PR_KIND_WITHDRAW };
	struct withdrawal *w      = &t.withdrawals[t.withdrawal_count];
	uint64_t           name[] = { t.seed, t.withdrawal_count };
	uint8_t            hash32[32];

	PR_CHECK(t.withdrawal_count++ < WITHDRAWALS_MAX);
	pr_sha256(hash32, name, sizeof name);
	memcpy(w->to20, hash32, 20);
	w->amount = amount;
	memcpy(e.f[PR_WITHDRAW_TO].bytes, w->to20, 20);
	e.f[PR_WITHDRAW_AMOUNT].num = amount;
	t.people[who].balance -= amount;
	request_sign(q, who, &e);
}

static void any_entry(struct request *q)
{
	uint32_t who = (uint32_t)dice(PEOPLE), other = (uint32_t)dice(PEOPLE), asset = (uint32_t)dice(ASSETS);
	uint64_t amount = 1 + dice(1000);

	if (dice(400) == 0 && t.withdrawal_count < WITHDRAWALS_MAX - PEOPLE) {
		withdraw(q, who, amount);
	} else if (dice(3) == 0) {
		struct pr_entry e = { .kind = PR_KIND_PAY };
		e.f[PR_PAY_ASSET].num  = t.assets[asset];
		e.f[PR_PAY_AMOUNT].num = amount;
		t.people[who].balance -= amount;
		t.revenue[asset] += amount;
		request_sign(q, who, &e);
	} else {
		struct pr_entry e = { .kind = PR_KIND_TRANSFER };
		e.f[PR_TRANSFER_TO].num     = t.people[other].id;
		e.f[PR_TRANSFER_AMOUNT].num = amount;
		t.people[who].balance -= amount;
		t.people[other].balance += amount;
		request_sign(q, who, &e);
	}
}

/* -- streams -- */

static void open_stream(uint32_t lane)
{
	struct pr_entry e     = { .kind = PR_KIND_STREAM_OPEN };
	struct stream  *s     = &t.streams[t.stream_count];
	uint64_t        name[] = { t.seed, t.stream_count };

	PR_CHECK(t.stream_count < STREAMS_MAX);
	*s = (struct stream){ .payer = lane % PEOPLE, .asset = lane % ASSETS };
	pr_sha256(t.links[lane][STREAM_UNITS], name, sizeof name);
	for (uint32_t i = STREAM_UNITS; i > 0; i--) pr_sha256_32(t.links[lane][i - 1], t.links[lane][i]);
	e.f[PR_STREAM_OPEN_ASSET].num  = t.assets[s->asset];
	e.f[PR_STREAM_OPEN_SCOPE].num  = 1;
	e.f[PR_STREAM_OPEN_KIND].num   = PR_STREAM_CHAIN;
	e.f[PR_STREAM_OPEN_PRICE].num  = PRICE;
	e.f[PR_STREAM_OPEN_ESCROW].num = (uint64_t)PRICE * STREAM_UNITS;
	e.f[PR_STREAM_OPEN_EXPIRY].num = pr_time_unix_s() + 86400;
	memcpy(e.f[PR_STREAM_OPEN_TIP].bytes, t.links[lane][0], 32);
	submit(s->payer, &e, &s->id);
	t.people[s->payer].balance -= (uint64_t)PRICE * STREAM_UNITS;
	t.lanes[lane] = t.stream_count++;
}

static void post_ticks(const uint8_t *body, uint32_t count, bool again)
{
	struct pr_json doc;
	(void)post(&doc, "/v1/ticks", "application/octet-stream", body, (size_t)count * 44);
	uint64_t accepted = number(&doc, 0, "accepted"), duplicates = number(&doc, 0, "duplicates");
	if (accepted + duplicates != count) die("%u ticks: %.300s", count, doc.text);
	if (again && accepted > 0) die("ticks sent again were taken again: %.300s", doc.text);
}

static void tick(uint32_t slot)
{
	uint8_t *body  = kept_ticks[slot];
	uint32_t count = 0, want = 1 + (uint32_t)dice(TICKS_MAX);

	while (count < want) {
		uint32_t       lane = (uint32_t)dice(LANES);
		struct stream *s    = &t.streams[t.lanes[lane]];
		uint64_t       jump = 1 + dice(4);
		uint8_t       *r    = body + (size_t)count * 44;
		if (s->used + jump > STREAM_UNITS) break;
		s->used += jump;
		t.ticks++;
		t.revenue[s->asset] += jump * PRICE;
		pr_be32_put(r, s->id);
		pr_be64_put(r + 4, s->used);
		memcpy(r + 12, t.links[lane][s->used], 32);
		count++;
	}
	kept_tick_counts[slot] = count;
	if (count > 0) post_ticks(body, count, false);
	for (uint32_t lane = 0; lane < LANES; lane++)
		if (t.streams[t.lanes[lane]].used + 8 > STREAM_UNITS) open_stream(lane);
}

/* Unsigned: moves what is due, which may be nothing. */
static void claim_all(void)
{
	struct pr_json doc;
	(void)call(&doc, "penny_submit", "{\"kind\":\"claim_owner\",\"asset\":%u,\"owner\":%u},{\"kind\":\"claim\",\"share\":%u,\"asset\":%u,\"holder\":%u}", t.assets[0],
	           t.people[0].id, t.share, t.assets[1], t.people[1].id);
}

/* -- the play -- */

static void deposit(const char *from, const uint8_t to20[20])
{
	uint8_t     data[128];
	char        text[2 * sizeof data + 1], vault[41], params[1024];
	const char *result;
	size_t      len = pr_call_deposit(data, sizeof data, to20, (pr_u128)MONEY * NANO_WEI), result_len;
	pr_u128     wei = (pr_u128)MONEY * NANO_WEI;

	hex(text, data, len);
	hex(vault, t.chain.vault20, 20);
	snprintf(params, sizeof params, "[{\"from\":\"%s\",\"to\":\"0x%s\",\"value\":\"0x%" PRIx64 "%016" PRIx64 "\",\"data\":\"0x%s\"}]", from, vault,
	         (uint64_t)(wei >> 64), (uint64_t)wei, text);
	if (pr_ethrpc_request(t.eth, &result, &result_len, "eth_sendTransaction", params) != PR_OK) die("deposit: %s", pr_ethrpc_error(t.eth)->message);
}

/* Accounts come into being by deposits, so the bridge and the sequencer are under fire from here on. */
static void people_fund(void)
{
	const char *result;
	size_t      len;
	char        from[43] = { 0 };

	if (pr_ethrpc_request(t.eth, &result, &len, "eth_accounts", "[]") != PR_OK || len < 46) die("L1 has no unlocked account");
	memcpy(from, strchr(result, '0'), 42);
	for (uint32_t i = 0; i < PEOPLE; i++) {
		struct person *p      = &t.people[i];
		uint64_t       name[] = { t.seed, i, 1 };
		pr_sha256(p->key32, name, sizeof name);
		PR_CHECK(pr_sig_address(p->addr20, p->key32));
		deposit(from, p->addr20);
		p->balance = MONEY;
	}
	for (uint32_t i = 0; i < PEOPLE; i++) {
		char     address[41], body[160];
		uint64_t start = pr_clock_ms();
		hex(address, t.people[i].addr20, 20);
		int n = snprintf(body, sizeof body, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getAccount\",\"params\":[\"0x%s\"]}]", address);
		for (struct pr_json doc;; usleep(100000)) {
			(void)post(&doc, "/", "application/json", body, (size_t)n);
			uint32_t at = pr_json_get(&doc, pr_json_at(&doc, 0, 0), "result");
			if (at != PR_JSON_NONE) {
				t.people[i].id = (uint32_t)number(&doc, at, "id");
				break;
			}
			if (pr_clock_ms() - start > t.wait_s * 1000) die("a deposit was not credited");
		}
	}
}

static void set_up(void)
{
	people_fund();
	for (uint32_t i = 0; i < ASSETS; i++) {
		struct pr_entry e      = { .kind = PR_KIND_ASSET_REGISTER };
		uint64_t        name[] = { t.seed, i, 2 };
		e.f[PR_ASSET_REGISTER_KIND].num     = 1;
		e.f[PR_ASSET_REGISTER_ACTIVE].num   = 1;
		e.f[PR_ASSET_REGISTER_PRICE1].num   = PRICE;
		e.f[PR_ASSET_REGISTER_ASK_MODE].num = PR_MODE_NONE;
		pr_sha256(e.f[PR_ASSET_REGISTER_CONTENT].bytes, name, sizeof name);
		submit(0, &e, &t.assets[i]);
	}
	struct pr_entry issue = { .kind = PR_KIND_SHARE_ISSUE };
	issue.f[PR_SHARE_ISSUE_ASSET].num  = t.assets[1];
	issue.f[PR_SHARE_ISSUE_HOLDER].num = t.people[1].id;
	issue.f[PR_SHARE_ISSUE_UNITS].num  = 1;
	submit(0, &issue, &t.share);
	for (uint32_t lane = 0; lane < LANES; lane++) open_stream(lane);
}

/* What was acknowledged last before the sequencer went is there, and nothing else: the newest receipts, nonces, balances, and units in use. */
static void compare_recovered(void)
{
	compare_entries(t.receipt_count > CALLS_MAX ? t.receipt_count - CALLS_MAX : 0, false);
	compare_state(false, false);
	for (uint32_t lane = 0; lane < LANES; lane++)
		(void)compare_stream(&t.streams[t.lanes[lane]]);
	t.recoveries++;
}

static void load(void)
{
	uint64_t start = pr_clock_ms(), away = t.unanswered;
	for (uint32_t round = 0; access(t.until, F_OK) != 0; round++) {
		uint32_t        slot = round % 16;
		struct request *q    = &kept[slot];
		request_begin(q);
		for (uint64_t n = 1 + dice(BATCH_MAX); n > 0; n--) any_entry(q);
		request_send(q, false, NULL);
		tick(slot);
		if (dice(8) == 0) {
			uint32_t old = (uint32_t)dice(16);
			if (kept[old].count) request_send(&kept[old], true, NULL);
			if (kept_tick_counts[old]) post_ticks(kept_ticks[old], kept_tick_counts[old], true);
			t.again++;
		}
		if (dice(50) == 0) claim_all();
		if (t.unanswered != away) compare_recovered();
		away = t.unanswered;
		if (pr_clock_ms() - start > t.wait_s * 1000) die("the kills did not come to an end in %" PRIu64 " s", t.wait_s);
		usleep(10000);
	}
}

/* -- the reckoning -- */

static void seal(void)
{
	struct pr_json doc;
	(void)call(&doc, "penny_seal", "%s", "");
}

static void close_streams(void)
{
	for (uint32_t i = 0; i < t.stream_count; i++) {
		struct stream  *s = &t.streams[i];
		struct pr_entry e = { .kind = PR_KIND_STREAM_CLOSE };
		e.f[PR_STREAM_CLOSE_STREAM].num = s->id;
		e.f[PR_STREAM_CLOSE_SERIAL].num = compare_stream(s);
		e.f[PR_STREAM_CLOSE_ASSET].num  = t.assets[s->asset];
		e.f[PR_STREAM_CLOSE_PAYER].num  = t.people[s->payer].id;
		submit(0, &e, NULL);
		t.people[s->payer].balance += (STREAM_UNITS - s->used) * PRICE;
	}
}

/* Everything leaves, and L1 pays it; the sum in nano. */
static uint64_t leave(void)
{
	static struct request q;
	uint64_t              start, total = 0;

	request_begin(&q);
	for (uint32_t i = 0; i < PEOPLE; i++) withdraw(&q, i, t.people[i].balance);
	request_send(&q, false, NULL);
	compare_state(true, true);
	seal();
	start = pr_clock_ms();
	for (uint32_t i = 0; i < t.withdrawal_count; i++) {
		const struct withdrawal *w = &t.withdrawals[i];
		for (pr_u128 wei = 0;; usleep(200000)) {
			if (pr_ethrpc_balance(t.eth, &wei, w->to20, pr_l1_at(PR_L1_LATEST)) == PR_OK && wei > 0) {
				if (wei != (pr_u128)w->amount * NANO_WEI) die("withdrawal %u of %" PRIu64 " arrived with another amount", i, w->amount);
				break;
			}
			if (pr_clock_ms() - start > t.wait_s * 1000) die("L1 has paid %u of %u withdrawals after %" PRIu64 " s", i, t.withdrawal_count, t.wait_s);
		}
		total += w->amount;
	}
	return total;
}

static void options(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *key = argv[i], *value = argv[i + 1];
		if (!strcmp(key, "--until")) t.until = value;
		else if (!strcmp(key, "--rpc")) t.rpc = value;
		else if (!strcmp(key, "--l1")) t.l1 = value;
		else if (!strcmp(key, "--chain")) t.chain_file = value;
		else if (!strcmp(key, "--summary")) t.summary = value;
		else if (!strcmp(key, "--wait")) t.wait_s = strtoull(value, NULL, 10);
		else if (!strcmp(key, "--seed")) t.seed = strtoull(value, NULL, 10);
	}
	if (!t.until || !t.rpc || !t.l1 || !t.chain_file || !t.summary) die("--until, --rpc, --l1, --chain and --summary are needed");
}

int main(int argc, char **argv)
{
	char message[PR_CONFIG_MESSAGE_BYTES];

	t.seed = pr_time_unix_ms();
	options(argc, argv);
	pr_crypto_init();
	if (pr_chain_load(message, &t.chain, t.chain_file) != PR_OK) die("%s", message);
	if (pr_ethrpc_open(&t.eth, &(struct pr_ethrpc_options){ .url = t.l1 }) != PR_OK) die("bad URL %s", t.l1);
	if (pr_httpc_open(&t.http, &(struct pr_httpc_options){ .url = t.rpc }) != PR_OK) die("bad URL %s", t.rpc);
	t.nodes    = malloc(NODES_MAX * sizeof *t.nodes);
	t.streams  = calloc(STREAMS_MAX, sizeof *t.streams);
	t.receipts = calloc(ENTRIES_MAX, sizeof *t.receipts);
	PR_CHECK(t.nodes && t.streams && t.receipts);
	for (uint32_t i = 0; i < LANES; i++) {
		t.links[i] = malloc((STREAM_UNITS + 1) * 32);
		PR_CHECK(t.links[i]);
	}
	set_up();
	load();
	printf("  the kills are over: %u entries and %" PRIu64 " ticks on %u streams acknowledged; %" PRIu64 " of %" PRIu64 " requests without an answer, %" PRIu64
	       " sent again on purpose; books compared after %" PRIu64 " recoveries\n",
	       t.receipt_count, t.ticks, t.stream_count, t.unanswered, t.requests, t.again, t.recoveries);
	if (t.recoveries == 0) die("every request was answered: nothing was killed under load");
	seal();
	compare_entries(0, false);
	compare_state(true, false);
	close_streams();
	claim_all();
	t.people[0].balance += t.revenue[0];
	t.people[1].balance += t.revenue[1];
	compare_state(true, true);
	uint64_t arrived = leave();
	same("what arrived on L1", 0, arrived, (uint64_t)PEOPLE * MONEY);
	compare_entries(0, true);
	printf("  every receipt holds, nonces, balances, streams and revenues are those of the books, and all %u withdrawals are paid on L1\n", t.withdrawal_count);
	FILE *f = fopen(t.summary, "w");
	if (!f) die("cannot write %s", t.summary);
	fprintf(f, "inferences 0\nticks %" PRIu64 "\ntick_records %" PRIu64 "\nstreams %u\nsigned_payments %u\ntransfers 0\nentries %u\ntick_us 0\npaid %" PRIu64 "\narrived %" PRIu64 "\ncarried 0\n",
	        t.ticks, t.ticks, t.stream_count, t.receipt_count, t.receipt_count, (uint64_t)PEOPLE * MONEY, arrived);
	fclose(f);
	return 0;
}
