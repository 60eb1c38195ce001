/* The chain file, the JSON-RPC door, entries as JSON, lists and earnings. */
#include <stdlib.h>

#include "core/base/be.h"
#include "core/base/unit.h"
#include "core/codec/wire.h"
#include "core/rt/clock.h"
#include "core/rpc/entry_json.h"
#include "core/rpc/read.h"
#include "core/stf/step.h"

/* ---- Chain file ---- */

static const char chain_text[] = "[chain]\nl2_chain_id = 7077\nl1_chain_id = 31337\nrollup = \"0x5FbDB2315678afecb367f032d93F642f64180aa3\"\n";

static enum pr_err chain_load(struct pr_chain *chain, const char *more, char *message)
{
	char text[1024];
	int  n = snprintf(text, sizeof text, "%s%s", chain_text, more);
	return pr_chain_load_text(message, chain, "test", text, (size_t)n);
}

static void test_chain_file(void)
{
	struct pr_chain chain;
	char            message[PR_CONFIG_MESSAGE_BYTES], more[256];
	uint8_t         root32[32];
	struct pr_state state;
	void           *mem = aligned_alloc(64, pr_state_bytes(16));
	UNIT_CHECK(chain_load(&chain, "[params]\nfee_ppm = 77\n", message) == PR_OK);
	UNIT_CHECK(chain.l2_chain_id == 7077 && chain.params[PR_PARAM_FEE_PPM] == 77 && chain.params[PR_PARAM_STREAM_GRACE_S] == 60);
	UNIT_CHECK(chain.withdraw_multiple == 1 && chain.rollup20[0] == 0x5f && !chain.genesis_root_given);
	UNIT_CHECK(chain_load(&chain, "[params]\nfee_ppm = 50001\n", message) == PR_ERR_CONFIG);
	UNIT_CHECK(chain_load(&chain, "vault = \"0x12\"\n", message) == PR_ERR_CONFIG && strstr(message, "vault"));
	UNIT_CHECK(chain_load(&chain, "unknown = 1\n", message) == PR_ERR_CONFIG);
	UNIT_CHECK(chain_load(&chain, "", message) == PR_OK);
	memset(mem, 0, pr_state_bytes(16));
	pr_state_init(&state, mem, 16, 1);
	UNIT_CHECK(pr_chain_genesis(message, &chain, &state, root32) == PR_OK);
	int n = snprintf(more, sizeof more, "genesis_root = \"0x");
	for (unsigned i = 0; i < 32; i++) n += snprintf(more + n, sizeof more - (size_t)n, "%02x", root32[i]);
	(void)snprintf(more + n, sizeof more - (size_t)n, "\"\n");
	for (unsigned wrong = 0; wrong < 2; wrong++) {
		if (wrong) more[20] = more[20] == '0' ? '1' : '0';
		UNIT_CHECK(chain_load(&chain, more, message) == PR_OK && chain.genesis_root_given);
		memset(mem, 0, pr_state_bytes(16));
		pr_state_init(&state, mem, 16, 1);
		UNIT_CHECK(pr_chain_genesis(message, &chain, &state, root32) == (wrong ? PR_ERR_CONFIG : PR_OK));
	}
	free(mem);
}

/* ---- The door ---- */

static struct pr_rpc_call *later;
static char                delivered[1u << 21];
static unsigned            deliveries;

static void deliver(void *ctx, const char *response, size_t len)
{
	(void)ctx;
	memcpy(delivered, response, len);
	delivered[len] = 0;
	deliveries++;
}

static void echo(void *ctx, struct pr_rpc_call *call)
{
	uint64_t v;
	(void)ctx;
	if (!pr_json_u64(&v, pr_rpc_doc(call), pr_rpc_param(call, 0))) {
		pr_rpc_fail_param(call, "value", "an integer");
		return;
	}
	pr_json_out_u64(pr_rpc_out(call), v + (pr_rpc_param(call, 1) != PR_JSON_NONE));
	pr_rpc_done(call);
}

static void wait_for(void *ctx, struct pr_rpc_call *call)
{
	(void)ctx;
	later = call;
}

static void flood(void *ctx, struct pr_rpc_call *call)
{
	(void)ctx;
	pr_json_out_open(pr_rpc_out(call), '[');
	for (unsigned i = 0; i < 200000; i++) pr_json_out_u64_string(pr_rpc_out(call), UINT64_MAX);
	pr_json_out_close(pr_rpc_out(call), ']');
	pr_rpc_done(call);
}

/* 300,000 bytes and a little. */
static unsigned larges;
static void large_answer(void *ctx, struct pr_rpc_call *call)
{
	static char text[300001];
	(void)ctx;
	larges++;
	memset(text, 'a', sizeof text - 1);
	pr_json_out_string(pr_rpc_out(call), text);
	pr_rpc_done(call);
}

/* As much of the thread's time as a quarter of a batch may take. */
static void slow(void *ctx, struct pr_rpc_call *call)
{
	uint64_t began = pr_clock_thread_us();
	(void)ctx;
	while (pr_clock_thread_us() - began < PR_RPC_BATCH_US_MAX / 4) {}
	pr_json_out_bool(pr_rpc_out(call), true);
	pr_rpc_done(call);
}

/* One body cannot keep the thread for long: what it asks for beyond its time is not run. */
static void test_a_batch_has_its_time(void)
{
	static const struct pr_rpc_method methods[] = { { "slow", "", slow, NULL } };
	struct pr_rpc *rpc = pr_rpc_open(methods, 1);
	char           batch[2048] = "[";
	unsigned       run = 0, refused = 0;
	for (unsigned i = 0; i < 20; i++) (void)strcat(batch, i ? ",{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"slow\"}" : "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"slow\"}");
	(void)strcat(batch, "]");
	pr_rpc_serve(rpc, batch, strlen(batch), deliver, NULL);
	for (const char *at = delivered; (at = strstr(at, "\"result\":true")); at++) run++;
	for (const char *at = delivered; (at = strstr(at, "\"code\":-32005,\"message\":\"not run: the calls")); at++) refused++;
	UNIT_CHECK(run >= 3 && run <= 5 && run + refused == 20);
	pr_rpc_close(rpc);
}

static void test_door(void)
{
	static const struct pr_rpc_method methods[] = {
		{ "echo", "value plus?", echo, NULL }, { "wait", "", wait_for, NULL }, { "flood", "", flood, NULL }, { "large", "", large_answer, NULL }
	};
	static const struct { const char *text, *response; } rows[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[5]}", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"echo\",\"params\":{\"value\":5,\"plus\":0}}", "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":6}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":\"x\\u0041\",\"method\":\"echo\",\"params\":[5,null]}", "{\"jsonrpc\":\"2.0\",\"id\":\"x\\u0041\",\"result\":5}" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[5]}", "" },
		{ "[{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[5]}]", "" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{\"value\":5,\"other\":0}}",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"unknown parameter other\",\"data\":{\"status\":\"params\",\"field\":\"other\"}}}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[5,6,7]}",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"too many parameters: 2 at most\",\"data\":{\"status\":\"params\"}}}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[]}",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"missing parameter value\",\"data\":{\"status\":\"params\",\"field\":\"value\"}}}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[true]}",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"value: an integer expected\",\"data\":{\"status\":\"params\",\"field\":\"value\"}}}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"echo\",\"params\":[5]}",
		  "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"id is a string, a number or null\",\"data\":{\"status\":\"request\"}}}" },
	};
	struct pr_rpc *rpc = pr_rpc_open(methods, sizeof methods / sizeof methods[0]);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pr_rpc_serve(rpc, rows[i].text, strlen(rows[i].text), deliver, NULL);
		UNIT_CHECK_ROW(rows[i].text, strcmp(delivered, rows[i].response) == 0 && deliveries == i + 1);
	}
	/* A batch is answered when its last call is, in the order of the calls. */
	static const char batch[] = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"wait\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\",\"params\":[2]}]";
	unsigned          before  = deliveries;
	pr_rpc_serve(rpc, batch, sizeof batch - 1, deliver, NULL);
	UNIT_CHECK(deliveries == before);
	pr_json_out_bool(pr_rpc_out(later), true);
	pr_rpc_done(later);
	UNIT_CHECK(deliveries == before + 1);
	UNIT_CHECK(strcmp(delivered, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true},{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":2}]") == 0);
	static const char large[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"flood\"}";
	pr_rpc_serve(rpc, large, sizeof large - 1, deliver, NULL);
	UNIT_CHECK(strstr(delivered, "-32005") && strstr(delivered, "answer_too_large"));
	/* The answers of a batch together: a call is not run when there is a MiB of them already. */
	char several[512] = "[";
	for (unsigned i = 0; i < 6; i++) (void)strcat(several, i ? ",{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"large\"}" : "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"large\"}");
	(void)strcat(several, "]");
	larges = 0;
	pr_rpc_serve(rpc, several, strlen(several), deliver, NULL);
	unsigned refused = 0;
	for (const char *at = delivered; (at = strstr(at, "\"answer_too_large\"")); at++) refused++;
	UNIT_CHECK(larges == 4 && refused == 2 && strlen(delivered) < (3u << 20) / 2);
	char many[8192] = "[";
	for (unsigned i = 0; i < 101; i++) (void)strcat(many, i ? ",{}" : "{}");
	(void)strcat(many, "]");
	pr_rpc_serve(rpc, many, strlen(many), deliver, NULL);
	UNIT_CHECK(strstr(delivered, "-32005") && strstr(delivered, "batch_too_large"));
	pr_rpc_close(rpc);
}

/* ---- Entries ---- */

static void entry_fill(struct pr_entry *e, uint8_t kind)
{
	memset(e, 0, sizeof *e);
	e->kind = kind;
	for (unsigned i = 0; i < pr_kind_infos[kind].field_count; i++) {
		uint8_t *bytes = pr_kind_infos[kind].fields[i].type == PR_FIELD_SIG64 ? e->sig64 : e->f[i].bytes;
		unsigned len   = 0;
		switch (pr_kind_infos[kind].fields[i].type) {
		case PR_FIELD_ACCT:
		case PR_FIELD_PARTY:
		case PR_FIELD_OBJ:
		case PR_FIELD_AUX: e->f[i].num = unit_rand() % PR_OBJECTS_MAX; break;
		case PR_FIELD_U8: e->f[i].num = (uint8_t)unit_rand(); break;
		case PR_FIELD_VAR: e->f[i].num = unit_rand(); break;
		case PR_FIELD_B20: len = 20; break;
		case PR_FIELD_B32:
		case PR_FIELD_RND32: len = 32; break;
		case PR_FIELD_SIG64: len = 64; break;
		}
		for (unsigned k = 0; k < len; k++) bytes[k] = (uint8_t)unit_rand();
	}
}

static void test_entry_round_trip(void)
{
	struct pr_json        doc;
	struct pr_json_node   nodes[64];
	struct pr_json_out    o;
	struct pr_entry       e, back;
	struct pr_entry_wrong wrong;
	char                  text[4096];
	for (unsigned round = 0; round < 20; round++) {
		for (uint8_t kind = 1; kind < PR_KIND_COUNT; kind++) {
			uint8_t wire[PR_WIRE_BYTES_MAX], wire_back[PR_WIRE_BYTES_MAX];
			entry_fill(&e, kind);
			pr_json_out_init(&o, text, sizeof text);
			pr_entry_to_json(&o, &e);
			UNIT_CHECK(pr_json_out_ok(&o) && pr_json_parse(&doc, text, o.len, nodes, 64) == PR_JSON_OK);
			UNIT_CHECK_ROW(pr_kind_infos[kind].name, pr_entry_from_json(&back, &wrong, &doc, 0, false));
			size_t len = pr_wire_encode(wire, &e);
			UNIT_CHECK(pr_wire_encode(wire_back, &back) == len && memcmp(wire, wire_back, len) == 0);
			pr_json_out_init(&o, text, sizeof text);
			pr_json_out_hex(&o, wire, len);
			UNIT_CHECK(pr_json_parse(&doc, text, o.len, nodes, 64) == PR_JSON_OK && pr_entry_from_json(&back, &wrong, &doc, 0, false));
			UNIT_CHECK(pr_wire_encode(wire_back, &back) == len && memcmp(wire, wire_back, len) == 0);
		}
	}
}

static void test_entry_refused(void)
{
	static const struct { const char *text, *field; } rows[] = {
		{ "{}", "kind" },
		{ "{\"kind\":\"settl\"}", "kind" },
		{ "{\"kind\":5}", "kind" },
		{ "{\"kind\":\"settle\",\"edge\":4294967296,\"child\":1,\"beneficiary\":2}", "edge" },
		{ "{\"kind\":\"settle\",\"edge\":1.0,\"child\":1,\"beneficiary\":2}", "edge" },
		{ "{\"kind\":\"settle\",\"edge\":1,\"child\":1}", "beneficiary" },
		{ "{\"kind\":\"settle\",\"edge\":1,\"child\":1,\"beneficiary\":2,\"nonce\":0}", "nonce" },
		{ "{\"kind\":\"param\",\"index\":256,\"value\":0}", "index" },
		{ "{\"kind\":\"param\",\"index\":1,\"value\":\"18446744073709551616\"}", "value" },
		{ "{\"kind\":\"param\",\"index\":1,\"value\":\"007\"}", "value" },
		{ "{\"kind\":\"param\",\"index\":1,\"value\":\"0x7\"}", "value" },
		{ "{\"kind\":\"deposit\",\"to\":\"0x00\",\"amount\":1}", "to" },
		{ "{\"kind\":\"stream_tick\",\"stream\":1,\"asset\":1,\"count\":1,\"preimage\":\"00\"}", "preimage" },
		{ "{\"kind\":\"transfer\",\"from\":1,\"nonce\":0,\"deadline\":0,\"to\":2,\"amount\":1}", "sig" },
		{ "\"0x02\"", "" },
		{ "7", "" },
		{ "{\"kind\":\"settle\",\"edge\":1,\"child\":1,\"beneficiary\":2,\"a_name_that_is_longer_than_any_field_has_one\":0}", "" },
	};
	struct pr_json        doc;
	struct pr_json_node   nodes[64];
	struct pr_entry       e;
	struct pr_entry_wrong wrong;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		UNIT_CHECK(pr_json_parse(&doc, rows[i].text, strlen(rows[i].text), nodes, 64) == PR_JSON_OK);
		UNIT_CHECK_ROW(rows[i].text, !pr_entry_from_json(&e, &wrong, &doc, 0, false) && strcmp(wrong.field, rows[i].field) == 0);
	}
	UNIT_CHECK(strstr(wrong.message, "unknown field, with a longer name"));
	UNIT_CHECK(pr_json_parse(&doc, rows[13].text, strlen(rows[13].text), nodes, 64) == PR_JSON_OK);
	UNIT_CHECK(pr_entry_from_json(&e, &wrong, &doc, 0, true) && e.kind == PR_KIND_TRANSFER);
}

/* ---- Lists and earnings ---- */

static struct pr_state  state;
static struct pr_lists  lists;
static struct pr_view   inner;

static void follow_load(void *ctx, uint32_t id, struct pr_leaf *out) { inner.load(ctx, id, out); }
static bool follow_find(void *ctx, const uint8_t key32[32], uint32_t *id) { return inner.find(ctx, key32, id); }
static void follow_store(void *ctx, uint32_t id, const struct pr_leaf *leaf)
{
	struct pr_object before = pr_state_leaf(&state, id)->o;
	inner.store(ctx, id, leaf);
	pr_lists_change(&lists, id, &before, &pr_state_leaf(&state, id)->o);
}

/* Executes without signatures: the signer is said to be the sender. */
static void run(struct pr_entry *e)
{
	struct pr_view     view = { &state, follow_load, follow_find, follow_store };
	struct pr_step_ctx ctx  = { .batch = 1, .time = 1000, .inbox = e->kind == PR_KIND_DEPOSIT };
	const uint8_t     *signer = NULL;
	if (pr_kind_infos[e->kind].is_signed) {
		const struct pr_account *from = &pr_state_leaf(&state, (uint32_t)e->f[PR_TRANSFER_FROM].num)->o.u.account;
		e->f[PR_TRANSFER_NONCE].num = from->nonce;
		signer = from->addr;
	}
	UNIT_CHECK_ROW(pr_kind_infos[e->kind].name, pr_step(&view, &ctx, e, signer) == PR_STATUS_APPLIED);
}

static void deposit(uint8_t n)
{
	struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
	e.f[PR_DEPOSIT_TO].bytes[0] = n;
	e.f[PR_DEPOSIT_AMOUNT].num  = 1000000;
	run(&e);
}

static void asset(uint32_t owner, uint8_t n, bool active, uint32_t ask_ppm)
{
	struct pr_entry e = { .kind = PR_KIND_ASSET_REGISTER };
	e.f[PR_ASSET_REGISTER_FROM].num         = owner;
	e.f[PR_ASSET_REGISTER_ACTIVE].num       = active;
	e.f[PR_ASSET_REGISTER_CONTENT].bytes[0] = n;
	e.f[PR_ASSET_REGISTER_ASK_MODE].num     = PR_MODE_RELATIVE;
	e.f[PR_ASSET_REGISTER_ASK_PPM].num      = ask_ppm;
	run(&e);
}

static uint64_t balance(uint32_t id) { return pr_state_leaf(&state, id)->o.u.account.balance; }

/* Accounts 1 and 2; asset 3 (parent, owned by 1, shares of 2), asset 4 (child, owned by 2) that gives a quarter to 3. */
static void test_earnings(void)
{
	void             *mem = aligned_alloc(64, pr_state_bytes(64));
	struct pr_earner *earner = pr_earner_open();
	struct pr_chain   chain;
	char              message[PR_CONFIG_MESSAGE_BYTES];
	uint8_t           root32[32], after32[32];
	struct pr_entry   e;
	memset(mem, 0, pr_state_bytes(64));
	pr_state_init(&state, mem, 64, 1);
	inner = pr_state_view(&state);
	UNIT_CHECK(pr_lists_open(&lists, 64) && chain_load(&chain, "", message) == PR_OK);
	UNIT_CHECK(pr_chain_genesis(message, &chain, &state, root32) == PR_OK);
	deposit(1);
	deposit(2);
	asset(1, 3, true, 250000);
	asset(2, 4, false, 0);
	e = (struct pr_entry){ .kind = PR_KIND_EDGE_ADD };
	e.f[PR_EDGE_ADD_FROM].num = 2, e.f[PR_EDGE_ADD_CHILD].num = 4, e.f[PR_EDGE_ADD_BENEFICIARY].num = 3;
	e.f[PR_EDGE_ADD_MODE].num = PR_MODE_RELATIVE, e.f[PR_EDGE_ADD_PPM].num = 250000;
	run(&e);
	e = (struct pr_entry){ .kind = PR_KIND_ASSET_OPEN };
	e.f[PR_ASSET_OPEN_FROM].num = 2, e.f[PR_ASSET_OPEN_ASSET].num = 4;
	run(&e);
	e = (struct pr_entry){ .kind = PR_KIND_SHARE_ISSUE };
	e.f[PR_SHARE_ISSUE_FROM].num = 1, e.f[PR_SHARE_ISSUE_ASSET].num = 3, e.f[PR_SHARE_ISSUE_HOLDER].num = 2, e.f[PR_SHARE_ISSUE_UNITS].num = 7;
	run(&e);
	for (unsigned i = 0; i < 2; i++) {
		e = (struct pr_entry){ .kind = PR_KIND_PAY };
		e.f[PR_PAY_FROM].num = 1, e.f[PR_PAY_ASSET].num = 3 + i, e.f[PR_PAY_AMOUNT].num = 4001;
		run(&e);
	}
	UNIT_CHECK(pr_lists_first(&lists, PR_LISTS_CHILD_EDGES, 4) == 5 && pr_lists_first(&lists, PR_LISTS_BENEFICIARY_EDGES, 3) == 5);
	UNIT_CHECK(pr_lists_first(&lists, PR_LISTS_HOLDER_SHARES, 2) == 6 && pr_lists_first(&lists, PR_LISTS_OWNER_ASSETS, 2) == 4);
	/* Account 2: as owner of 4 three quarters of 4001; as holder of 3 all of its 4001 now, and a quarter of the other after settling. */
	pr_state_root(&state, root32);
	const struct pr_earn_plan *plan = pr_earn_plan(earner, &state, &lists, 2);
	UNIT_CHECK(plan->now == 3000 + 4001 && plan->after == 3000 + 5001 && plan->count == 3 && !plan->partial);
	pr_state_root(&state, after32);
	UNIT_CHECK(memcmp(root32, after32, 32) == 0);
	/* The plan does what it says. */
	uint64_t had = balance(2), says = plan->after;
	for (uint32_t i = 0; i < plan->count; i++) {
		e = plan->items[i].entry;
		run(&e);
	}
	UNIT_CHECK(balance(2) == had + says);
	UNIT_CHECK(pr_earn_plan(earner, &state, &lists, 2)->count == 0);
	uint64_t amount = 1;
	UNIT_CHECK(pr_earn_amount(earner, &amount, &state, &e) && amount == 0);
	e.kind = PR_KIND_TRANSFER;
	UNIT_CHECK(!pr_earn_amount(earner, &amount, &state, &e));
	/* A loaded state gives the same lists. */
	struct pr_lists built;
	UNIT_CHECK(pr_lists_open(&built, 64));
	pr_lists_build(&built, &state);
	for (unsigned list = 0; list < PR_LISTS_COUNT; list++)
		for (uint32_t id = 0; id < 64; id++) UNIT_CHECK(pr_lists_first(&built, list, id) == pr_lists_first(&lists, list, id));
	pr_lists_close(&built);
	pr_lists_close(&lists);
	pr_earner_close(earner);
	free(mem);
}

static struct pr_json      answer;
static struct pr_json_node answer_nodes[1u << 16];

static uint32_t ask_list(struct pr_rpc *rpc, const char *params)
{
	char text[256];
	int  n = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getList\",\"params\":[%s]}", params);
	pr_rpc_serve(rpc, text, (size_t)n, deliver, NULL);
	UNIT_CHECK(pr_json_parse(&answer, delivered, strlen(delivered), answer_nodes, 1u << 16) == PR_JSON_OK);
	return pr_json_get(&answer, 0, "result");
}

/* Pages hold everything once, newest first, whatever its number; a page goes on behind an id of the same list only. */
static void test_list_pages(void)
{
	static struct pr_rpc_method methods[PR_READ_METHODS];
	static struct pr_read       read;
	const uint32_t              capacity = 1024, first = 3, count = 2 * PR_READ_LIST_MAX + 5;
	void                       *mem      = aligned_alloc(64, pr_state_bytes(capacity));
	struct pr_chain             chain;
	char                        message[PR_CONFIG_MESSAGE_BYTES], params[64];
	uint8_t                     root32[32];
	uint32_t                    seen = 0, pages = 0;
	uint64_t                    last = 0, id, wanted = first + count - 1;
	bool                        more = true;
	memset(mem, 0, pr_state_bytes(capacity));
	pr_state_init(&state, mem, capacity, 1);
	inner = pr_state_view(&state);
	UNIT_CHECK(pr_lists_open(&lists, capacity) && chain_load(&chain, "", message) == PR_OK);
	UNIT_CHECK(pr_chain_genesis(message, &chain, &state, root32) == PR_OK);
	deposit(1);
	deposit(2);
	for (uint32_t i = 0; i < count; i++) {
		struct pr_entry e = { .kind = PR_KIND_ASSET_REGISTER };
		e.f[PR_ASSET_REGISTER_FROM].num = 1;
		pr_be32_put(e.f[PR_ASSET_REGISTER_CONTENT].bytes, i + 1);
		run(&e);
	}
	read = (struct pr_read){ .chain = &chain, .state = &state, .lists = &lists, .role = "test" };
	pr_read_methods(methods, &read);
	struct pr_rpc *rpc = pr_rpc_open(methods, PR_READ_METHODS);
	for (; more && pages < 10; pages++) {
		(void)snprintf(params, sizeof params, last ? "1,\"assets\",%llu" : "1,\"assets\"", (unsigned long long)last);
		uint32_t page = ask_list(rpc, params), items = pr_json_get(&answer, page, "items");
		UNIT_CHECK(pr_json_bool(&more, &answer, pr_json_get(&answer, page, "more")));
		for (uint32_t i = pr_json_first(&answer, items); i != PR_JSON_NONE; i = pr_json_next(&answer, i), seen++, wanted--)
			UNIT_CHECK(pr_json_u64(&id, &answer, pr_json_get(&answer, i, "id")) && id == wanted && (last = id) > 0);
	}
	UNIT_CHECK(pages == 3 && seen == count);
	static const char *const refused[][2] = { { "1,\"assets\",2", "-32602" }, { "2,\"assets\",5", "-32602" }, { "1,\"streams\",5", "-32602" }, { "1,\"children\"", "-32602" },
		                                  { "3,\"assets\"", "-32602" }, { "1,5", "-32602" },        { "0,\"assets\"", "-32001" },     { "4294967295,\"assets\"", "-32001" } };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		UNIT_CHECK_ROW(refused[i][0], ask_list(rpc, refused[i][0]) == PR_JSON_NONE);
		UNIT_CHECK_ROW(refused[i][0], strstr(delivered, refused[i][1]) != NULL);
	}
	uint32_t none = ask_list(rpc, "2,\"assets\"");
	UNIT_CHECK(pr_json_count(&answer, pr_json_get(&answer, none, "items")) == 0);
	pr_rpc_close(rpc);
	pr_lists_close(&lists);
	free(mem);
}

/* Streams come and go, ids are used again: lists stay whole, and their order is that of falling ids however it came about. */
static void test_lists_depend_on_the_state_alone(void)
{
	struct pr_lists  x;
	struct pr_object objects[64], empty = { 0 };
	memset(objects, 0, sizeof objects);
	UNIT_CHECK(pr_lists_open(&x, 64));
	for (unsigned round = 0; round < 5000; round++) {
		uint32_t         id  = 8 + (uint32_t)(unit_rand() % 56);
		struct pr_object now = empty;
		if (objects[id].type == PR_OBJECT_STREAM) now.type = PR_OBJECT_FREE;
		else {
			now.type           = PR_OBJECT_STREAM;
			now.u.stream.payer = 1 + (uint32_t)(unit_rand() % 3);
			now.u.stream.asset = 4 + (uint32_t)(unit_rand() % 3);
		}
		pr_lists_change(&x, id, &objects[id], &now);
		objects[id] = now;
		uint32_t in_lists = 0, streams = 0;
		for (uint32_t of = 1; of < 8; of++) {
			uint32_t last = UINT32_MAX;
			for (uint32_t at = pr_lists_first(&x, PR_LISTS_PAYER_STREAMS, of); at; last = at, at = pr_lists_next(&x, PR_LISTS_PAYER_STREAMS, of, at)) {
				UNIT_CHECK(at < last && objects[at].type == PR_OBJECT_STREAM && objects[at].u.stream.payer == of);
				in_lists++;
			}
			last = UINT32_MAX;
			for (uint32_t at = pr_lists_first(&x, PR_LISTS_ASSET_STREAMS, of); at; last = at, at = pr_lists_next(&x, PR_LISTS_ASSET_STREAMS, of, at)) {
				UNIT_CHECK(at < last && objects[at].type == PR_OBJECT_STREAM && objects[at].u.stream.asset == of);
				in_lists++;
			}
		}
		for (uint32_t i = 0; i < 64; i++) streams += objects[i].type == PR_OBJECT_STREAM;
		UNIT_CHECK(in_lists == 2 * streams);
	}
	pr_lists_close(&x);
}

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	UNIT_RUN(test_chain_file);
	UNIT_RUN(test_door);
	UNIT_RUN(test_a_batch_has_its_time);
	UNIT_RUN(test_entry_round_trip);
	UNIT_RUN(test_entry_refused);
	UNIT_RUN(test_earnings);
	UNIT_RUN(test_list_pages);
	UNIT_RUN(test_lists_depend_on_the_state_alone);
	return UNIT_END();
}
