/* The whole program over HTTP, killed again and again: what was acknowledged is there, once; what is malformed changes nothing. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/rt/zpack.h"
#include "sequencer/test_server.h"

#define CHAIN_LENGTH 110000u

/* ---- Tests ---- */

static void test_deposits(void) { deposits(1000000000); }

static void test_transfer(void)
{
	char            text[1024], sig[131];
	struct pr_entry e = { .kind = PR_KIND_TRANSFER };
	uint8_t         digest32[32], told32[32], key32[32];
	e.f[PR_TRANSFER_TO].num     = user_ids[1];
	e.f[PR_TRANSFER_AMOUNT].num = 250;
	/* The digest that the server tells a wallet is the one that we know. */
	sign(&e, 0);
	UNIT_CHECK(pr_eip712_digest(digest32, chain.domain32, &e, address_of, NULL) == PR_STATUS_APPLIED);
	(void)snprintf(text, sizeof text, "[{\"kind\":\"transfer\",\"from\":%u,\"nonce\":0,\"deadline\":\"0\",\"to\":%u,\"amount\":\"250\"}]", user_ids[0], user_ids[1]);
	uint32_t r = call("penny_digest", text);
	UNIT_CHECK(pr_json_hex(told32, 32, &doc, pr_json_get(&doc, r, "digest")) && memcmp(told32, digest32, 32) == 0);
	UNIT_CHECK(text_is(pr_json_get(&doc, r, "typedData"), "primaryType", "Transfer"));
	kit_key(key32, 0);
	UNIT_CHECK(pr_sig_sign(e.sig64, told32, key32));
	for (unsigned i = 0; i < 64; i++) (void)sprintf(sig + 2 * i, "%02x", e.sig64[i]);
	(void)snprintf(text, sizeof text,
	               "[{\"kind\":\"transfer\",\"from\":%u,\"nonce\":0,\"deadline\":\"0\",\"to\":%u,\"amount\":\"250\",\"sig\":\"0x%s\"}]",
	               user_ids[0], user_ids[1], sig);
	r = pr_json_at(&doc, call("penny_submit", text), 0);
	UNIT_CHECK(text_is(r, "status", "applied"));
	nonces[0]++;
	uint64_t sequence = number(r, "sequence");
	/* Again, as bytes: the same receipt. */
	r = submit(&e);
	UNIT_CHECK(text_is(r, "status", "applied") && number(r, "sequence") == sequence && pr_json_get(&doc, r, "repeated") != PR_JSON_NONE);
	(void)snprintf(text, sizeof text, "[%u]", user_ids[1]);
	UNIT_CHECK(number(call("penny_getAccount", text), "balance") == 1000000250);
	(void)snprintf(text, sizeof text, "[%llu]", (unsigned long long)sequence);
	r = call("penny_getEntry", text);
	UNIT_CHECK(text_is(r, "status", "soft") && text_is(pr_json_get(&doc, r, "entry"), "kind", "transfer"));
	UNIT_CHECK(text_is(pr_json_get(&doc, r, "entry"), "amount", "250"));
}

static uint32_t asset_id, stream_id;

static void test_asset_and_stream(void)
{
	asset_id = asset_register(2);
	struct pr_entry e = { .kind = PR_KIND_SHARE_ISSUE };
	e.f[PR_SHARE_ISSUE_ASSET].num  = asset_id;
	e.f[PR_SHARE_ISSUE_HOLDER].num = user_ids[3];
	e.f[PR_SHARE_ISSUE_UNITS].num  = 10;
	(void)submit_signed(&e, 2);
	stream_id = stream_open(1, asset_id, 1, CHAIN_LENGTH);
	UNIT_CHECK(asset_id != 0 && stream_id != 0);
}

/* Sends ticks (from, to]; true if they were acknowledged, with the counts. */
static bool ticks_send(uint64_t from, uint64_t to, uint64_t *accepted, uint64_t *duplicates)
{
	static uint8_t           body[5000 * SEQ_TICK_BYTES];
	struct pr_httpc_response r;
	size_t                   len = 0;
	for (uint64_t used = from + 1; used <= to; used++, len += SEQ_TICK_BYTES) kit_tick(body + len, stream_id, 1, CHAIN_LENGTH, used);
	if (pr_httpc_request(client, &r, "POST", "/v1/ticks", "application/octet-stream", body, len, 10000) != PR_OK) return false;
	UNIT_CHECK(r.status == 200 && pr_json_parse(&doc, r.body, r.body_len, nodes, NODES) == PR_JSON_OK);
	*accepted   = number(0, "accepted");
	*duplicates = number(0, "duplicates");
	return true;
}

/* A hundred thousand ticks, with the process killed in between and in the middle of bodies. */
static void test_ticks_and_kills(void)
{
	uint64_t acknowledged = 0, accepted, duplicates, bodies = 0;
	while (acknowledged < 100000) {
		uint64_t to = acknowledged + 2000 + bodies % 1000;
		if (to > 100000) to = 100000;
		if (bodies % 9 == 5) {
			/* A second process kills the server while a body may be under way. */
			pid_t killer = fork();
			if (killer == 0) {
				const struct timespec t = { 0, (long)(unit_rand() % 800000) };
				(void)nanosleep(&t, NULL);
				(void)kill(child, SIGKILL);
				_exit(0);
			}
			bool known = ticks_send(acknowledged, to, &accepted, &duplicates);
			if (known) acknowledged = to;
			(void)waitpid(killer, NULL, 0);
			(void)waitpid(child, NULL, 0);
			server_start();
			uint64_t used = stream_used(stream_id);
			UNIT_CHECK(used >= acknowledged && used <= to);
			UNIT_CHECK(ticks_send(acknowledged > 100 ? acknowledged - 100 : 0, to, &accepted, &duplicates));
			UNIT_CHECK(accepted == to - used && accepted + duplicates == to - (acknowledged > 100 ? acknowledged - 100 : 0));
		} else {
			UNIT_CHECK(ticks_send(acknowledged, to, &accepted, &duplicates));
			UNIT_CHECK(accepted == to - acknowledged && duplicates == 0);
		}
		acknowledged = to;
		bodies++;
	}
	UNIT_CHECK(stream_used(stream_id) == 100000);
	UNIT_CHECK(pr_json_u64(&acknowledged, &doc, call("penny_seal", "[]")));
	char params[32];
	(void)snprintf(params, sizeof params, "[%u]", stream_id);
	uint32_t r = call("penny_getStream", params);
	UNIT_CHECK(number(r, "used") == 100000 && pr_json_get(&doc, r, "pending") == PR_JSON_NONE);
	r = call("penny_getState", "[]");
	bool conserved = false;
	UNIT_CHECK(pr_json_bool(&conserved, &doc, pr_json_get(&doc, r, "conserved")) && conserved);
	/* 1 % fee; the pool's only holder gets the rest. */
	(void)snprintf(params, sizeof params, "[%u]", user_ids[3]);
	r = call("penny_getEarnings", params);
	UNIT_CHECK(number(r, "pendingNow") == 297000 && number(r, "pendingAfterSettling") == 297000);
	char     claim[2 * PR_WIRE_BYTES_MAX + 8] = "[\"", hex[2 * PR_WIRE_BYTES_MAX + 3];
	size_t   len;
	uint32_t plan = pr_json_get(&doc, r, "plan");
	UNIT_CHECK(pr_json_string(hex, &len, sizeof hex - 1, &doc, pr_json_get(&doc, pr_json_at(&doc, plan, 0), "entry")));
	hex[len] = 0;
	(void)strcat(strcat(claim, hex), "\"]");
	r = pr_json_at(&doc, call("penny_submit", claim), 0);
	UNIT_CHECK(text_is(r, "status", "applied"));
	UNIT_CHECK(number(call("penny_getAccount", params), "balance") == 1000297000);
}

static void test_proof(void)
{
	char     params[32];
	uint8_t  payload[PR_PAYLOAD_BYTES_MAX], link32[32], root32[32], node32[32], sibling32[32];
	size_t   len;
	(void)snprintf(params, sizeof params, "[%u]", stream_id);
	uint32_t r = call("penny_getProof", params);
	UNIT_CHECK(pr_json_hex_var(payload, &len, sizeof payload, &doc, pr_json_get(&doc, r, "payload")));
	UNIT_CHECK(pr_json_hex(link32, 32, &doc, pr_json_get(&doc, r, "linkHash")) && pr_json_hex(root32, 32, &doc, pr_json_get(&doc, r, "root")));
	pr_leaf_hash_parts(node32, link32, payload, (uint32_t)len);
	uint32_t at = pr_json_first(&doc, pr_json_get(&doc, r, "siblings"));
	pr_tree_zero_init();
	for (unsigned level = 0; level < PR_TREE_DEPTH; level++) {
		memcpy(sibling32, pr_tree_zero(level), 32);
		if (at != PR_JSON_NONE) {
			UNIT_CHECK(pr_json_hex(sibling32, 32, &doc, at));
			at = pr_json_next(&doc, at);
		}
		if (stream_id >> level & 1) pr_sha256_node(node32, PR_TAG_NODE, sibling32, node32);
		else pr_sha256_node(node32, PR_TAG_NODE, node32, sibling32);
	}
	UNIT_CHECK(memcmp(node32, root32, 32) == 0);
}

static void test_malformed(void)
{
	uint8_t  before32[32], after32[32];
	char     deep[512];
	root_now(before32);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	deep[200] = 0;
	const struct { const char *name, *text; int code; const char *status; } bodies[] = {
		{ "nothing", "", -32700, "syntax" },
		{ "not JSON", "{\"jsonrpc\":", -32700, "syntax" },
		{ "deep", deep, -32005, "depth" },
		{ "huge number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getStream\",\"params\":[99999999999999999999999999]}", -32602, "params" },
		{ "fraction", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getStream\",\"params\":[1.5]}", -32602, "params" },
		{ "negative", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getStream\",\"params\":[-1]}", -32602, "params" },
		{ "number 01", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getStream\",\"params\":[01]}", -32700, "number" },
		{ "duplicate key", "{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}", -32700, "duplicate-key" },
		{ "no version", "{\"id\":1,\"method\":\"eth_chainId\"}", -32600, "request" },
		{ "unknown member", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"extra\":1}", -32600, "request" },
		{ "unknown method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_mint\"}", -32601, "method" },
		{ "missing parameter", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_getStream\",\"params\":[]}", -32602, "params" },
		{ "too many parameters", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[1]}", -32602, "params" },
		{ "empty batch", "[]", -32600, "request" },
		{ "no entries", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[]}", -32602, "params" },
		{ "an entry that is a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[7]}", -32602, "malformed" },
		{ "bad hex", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[\"0xzz\"]}", -32602, "malformed" },
		{ "short hex", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[\"0x02\"]}", -32602, "malformed" },
		{ "unknown kind", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[{\"kind\":\"mint\"}]}", -32602, "malformed" },
		{ "unknown field", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[{\"kind\":\"settle\",\"edge\":1,\"child\":2,\"beneficiary\":3,\"tip\":1}]}", -32602, "malformed" },
		{ "missing field", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[{\"kind\":\"settle\",\"edge\":1,\"child\":2}]}", -32602, "malformed" },
		{ "wrong type", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[{\"kind\":\"settle\",\"edge\":\"1\",\"child\":2,\"beneficiary\":3}]}", -32602, "malformed" },
		{ "inbox only", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[{\"kind\":\"deposit\",\"to\":\"0x00000000000000000000000000000000000000aa\",\"amount\":5}]}", -32000, "inbox_only" },
		{ "not an edge", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_submit\",\"params\":[{\"kind\":\"settle\",\"edge\":1,\"child\":2,\"beneficiary\":1}]}", -32000, "edge" },
	};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) UNIT_CHECK_ROW(bodies[i].name, error_is(post(bodies[i].text), bodies[i].code, bodies[i].status));

	struct pr_entry good = { .kind = PR_KIND_TRANSFER }, e;
	good.f[PR_TRANSFER_TO].num     = user_ids[1];
	good.f[PR_TRANSFER_AMOUNT].num = 5;
	sign(&good, 0);
	struct pr_chain other = chain;
	pr_eip712_domain(other.domain32, chain.l2_chain_id + 1, chain.rollup20);
	e = good;
	uint8_t digest32[32], key32[32];
	UNIT_CHECK(pr_eip712_digest(digest32, other.domain32, &e, address_of, NULL) == PR_STATUS_APPLIED);
	kit_key(key32, 0);
	UNIT_CHECK(pr_sig_sign(e.sig64, digest32, key32));
	submit(&e);
	UNIT_CHECK(error_is(pr_json_get(&doc, 0, "result"), -32000, "signature")); /* another chain id */
	e = good;
	memset(e.sig64, 0, 64);
	submit(&e);
	UNIT_CHECK(error_is(pr_json_get(&doc, 0, "result"), -32000, "signature"));
	e = good;
	e.f[PR_TRANSFER_DEADLINE].num = 1;
	sign(&e, 0);
	submit(&e);
	UNIT_CHECK(error_is(pr_json_get(&doc, 0, "result"), -32000, "expired"));
	e = good;
	nonces[0]--;
	sign(&e, 0); /* another entry with a nonce that was used */
	nonces[0]++;
	submit(&e);
	UNIT_CHECK(error_is(pr_json_get(&doc, 0, "result"), -32000, "nonce"));
	e = good;
	e.f[PR_TRANSFER_AMOUNT].num = UINT64_MAX;
	sign(&e, 0);
	submit(&e);
	UNIT_CHECK(error_is(pr_json_get(&doc, 0, "result"), -32000, "balance"));
	root_now(after32);
	UNIT_CHECK(memcmp(before32, after32, 32) == 0);

	struct pr_httpc_response r;
	uint8_t                  bytes[45] = { 0 };
	UNIT_CHECK(pr_httpc_request(client, &r, "POST", "/v1/ticks", "application/octet-stream", bytes, 45, 5000) == PR_OK && r.status == 400);
	UNIT_CHECK(pr_httpc_request(client, &r, "POST", "/v1/ticks", "application/json", bytes, 44, 5000) == PR_OK && r.status == 415);
	UNIT_CHECK(pr_httpc_request(client, &r, "POST", "/", "text/plain", "{}", 2, 5000) == PR_OK && r.status == 415);
	UNIT_CHECK(get("/nowhere") == 404);
	UNIT_CHECK(pr_httpc_request(client, &r, "POST", "/v1/ticks", "Application/Octet-Stream", bytes, 44, 5000) == PR_OK && r.status == 200);
	UNIT_CHECK(pr_json_parse(&doc, r.body, r.body_len, nodes, NODES) == PR_JSON_OK);
	UNIT_CHECK(number(0, "refusedCount") == 1 && text_is(pr_json_at(&doc, pr_json_get(&doc, 0, "refused"), 0), "status", "stream"));
	/* A batch of calls: answers for those with an id, in order. */
	post("[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"eth_chainId\"},{\"jsonrpc\":\"2.0\",\"method\":\"eth_chainId\"},7]");
	UNIT_CHECK(pr_json_count(&doc, 0) == 2 && text_is(pr_json_at(&doc, 0, 0), "id", "a") && text_is(pr_json_at(&doc, 0, 0), "result", "0x1ba5"));
	UNIT_CHECK(pr_json_get(&doc, pr_json_at(&doc, 0, 1), "error") != PR_JSON_NONE);
}

/* Reads events from a raw connection until `count` of them came; returns the last id. */
static uint64_t events_read(const char *request, unsigned count, uint64_t *first)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
	static char        buf[1u << 18];
	size_t             len = 0;
	unsigned           seen = 0;
	uint64_t           last = 0;
	struct timeval     limit = { 5, 0 };
	int                fd = socket(AF_INET, SOCK_STREAM, 0);
	*first = 0;
	UNIT_CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
	UNIT_CHECK(connect(fd, (struct sockaddr *)&a, sizeof a) == 0 && write(fd, request, strlen(request)) == (ssize_t)strlen(request));
	while (seen < count) {
		ssize_t n = read(fd, buf + len, sizeof buf - 1 - len);
		if (n <= 0) break;
		len += (size_t)n;
		buf[len] = 0;
		seen     = 0;
		for (char *p = buf; (p = strstr(p, "id: ")) && strstr(p, "\n\n"); p += 4) {
			uint64_t id = strtoull(p + 4, NULL, 10);
			UNIT_CHECK(seen == 0 || id > last);
			if (seen++ == 0) *first = id;
			last = id;
			if (seen == count) break;
		}
	}
	UNIT_CHECK(seen == count);
	(void)close(fd);
	return last;
}

static void test_feed_resumes(void)
{
	char     request[256];
	uint64_t first, last = events_read("GET /v1/feed?from=1 HTTP/1.1\r\nHost: x\r\n\r\n", 10, &first);
	UNIT_CHECK(first == 2); /* 1 is the genesis record */
	(void)snprintf(request, sizeof request, "GET /v1/feed HTTP/1.1\r\nHost: x\r\nLast-Event-ID: %llu\r\n\r\n", (unsigned long long)last);
	(void)events_read(request, 10, &first);
	UNIT_CHECK(first > last && first <= last + 2);
	UNIT_CHECK(get("/v1/feed?from=x") == 400);
	UNIT_CHECK(get("/v1/feed?from=99999999") == 404);
}

/* The event that L1 would emit for a sealed batch. */
static void feed_batch(uint64_t n, uint8_t parent32[32], bool forge)
{
	static struct pr_sealed_batch b;
	static struct pr_chunk        chunk;
	static uint8_t                run[PR_BATCH_DATA_MAX + PR_CHUNK_BYTES_MAX];
	struct pr_spool_reader       *sealed;
	char                          dir[PR_PATH_BYTES_MAX];
	const uint8_t                *record;
	size_t                        len, run_len = 0;
	uint64_t                      sequence;
	uint8_t                       plain[PR_CHUNK_PLAIN_MAX], raw[PR_CHUNK_RAW_MAX], frame[PR_CHUNK_BYTES_MAX];
	uint32_t                      plain_len, raw_len;

	(void)snprintf(dir, sizeof dir, "%s/sequencer/sealed", work_dir);
	UNIT_CHECK(pr_spool_reader_open(&sealed, dir, n) == PR_OK && pr_spool_read(sealed, &sequence, &record, &len) == PR_OK);
	UNIT_CHECK(pr_sealed_batch_decode(&b, record, len));
	for (uint32_t i = 0; i < b.posted; i++) {
		size_t frame_len, at = 0;
		chunk.count = 0;
		while (at < b.chunks[i].bytes_len) {
			size_t wire_len = pr_wire_length(b.chunks[i].bytes + at, b.chunks[i].bytes_len - at);
			UNIT_CHECK(pr_wire_decode(&chunk.entries[chunk.count++], b.chunks[i].bytes + at, wire_len));
			at += wire_len;
		}
		UNIT_CHECK(pr_chunk_encode(plain, &plain_len, raw, &raw_len, &chunk));
		UNIT_CHECK(pr_zpack(frame, sizeof frame, &frame_len, plain, plain_len) == PR_OK);
		uint32_t bytes_len = pr_chunk_assemble(run + run_len + 2, raw, raw_len, frame, (uint32_t)frame_len);
		pr_be16_put(run + run_len, (uint16_t)bytes_len);
		run_len += 2 + bytes_len;
	}
	pr_spool_reader_close(sealed);
	struct pr_l1_event ev = { .type = PR_L1_BATCH, .block = 10 + n, .block_time = 5, .number = n, .data = run, .data_len = (uint32_t)run_len };
	ev.header = (struct pr_batch_header){ .number = n, .timestamp = b.timestamp + forge, .inbox_from = b.inbox_from, .inbox_to = b.inbox_to, .posted = b.posted };
	memcpy(ev.header.parent, parent32, 32);
	pr_batch_header_hash(ev.hash32, &ev.header);
	memcpy(parent32, ev.hash32, 32);
	feed_put(&ev);
}

static bool batch_is(uint64_t n, const char *status)
{
	char     params[32];
	uint64_t deadline = pr_clock_ms() + 5000;
	(void)snprintf(params, sizeof params, "[%llu]", (unsigned long long)n);
	while (!text_is(call("penny_getBatch", params), "status", status)) {
		if (pr_clock_ms() > deadline) return false;
		nap();
	}
	return true;
}

/* As the bridge tells. */
static void feed_tags(struct pr_l1_tags tags)
{
	uint8_t bytes[PR_L1_TAGS_BYTES];
	char    path[PR_PATH_BYTES_MAX];
	(void)snprintf(path, sizeof path, "%s/feed/%s", work_dir, PR_L1_TAGS_FILE);
	pr_l1_tags_encode(bytes, &tags);
	UNIT_CHECK(pr_file_write_atomic(path, bytes, sizeof bytes) == PR_OK);
}

static void test_l1_status(void)
{
	uint8_t  parent32[32] = { 1 };
	uint64_t sealed = 0;
	while (sealed < 3) {
		struct pr_entry e = { .kind = PR_KIND_TRANSFER };
		e.f[PR_TRANSFER_TO].num     = user_ids[1];
		e.f[PR_TRANSFER_AMOUNT].num = 1;
		(void)submit_signed(&e, 0);
		UNIT_CHECK(pr_json_u64(&sealed, &doc, call("penny_seal", "[]")));
	}
	feed_batch(1, parent32, false);
	feed_batch(2, parent32, false);
	UNIT_CHECK(batch_is(2, "posted"));
	struct pr_l1_event final = { .type = PR_L1_CLAIM_FINAL, .number = 1, .a = 1 };
	feed_put(&final);
	UNIT_CHECK(batch_is(1, "settled") && batch_is(2, "posted"));
	feed_tags((struct pr_l1_tags){ 11, 11 }); /* batch n stands in block 10 + n */
	UNIT_CHECK(batch_is(1, "settled") && batch_is(2, "posted"));
	feed_tags((struct pr_l1_tags){ 12, 11 });
	UNIT_CHECK(batch_is(1, "settled") && batch_is(2, "safe"));
	feed_tags((struct pr_l1_tags){ 40, 12 });
	UNIT_CHECK(batch_is(1, "settled") && batch_is(2, "finalized"));
	server_kill(SIGTERM);
	server_start();
	UNIT_CHECK(batch_is(1, "settled") && batch_is(2, "finalized"));
	UNIT_CHECK(get("/readyz") == 200);
	feed_batch(3, parent32, true); /* a header that is not ours: the process takes it, without being started again */
	uint64_t deadline = pr_clock_ms() + 20000;
	while (!metrics_say("\nseq_rebases_total 1\n") && pr_clock_ms() < deadline) nap();
	UNIT_CHECK(batch_is(3, "safe") && batch_is(1, "settled") && get("/readyz") == 200);
	struct pr_entry e = { .kind = PR_KIND_TRANSFER };
	e.f[PR_TRANSFER_TO].num     = user_ids[1];
	e.f[PR_TRANSFER_AMOUNT].num = 1;
	(void)submit_signed(&e, 0);
	UNIT_CHECK(pr_json_u64(&sealed, &doc, call("penny_seal", "[]")) && sealed > 3);
	parent32[0] ^= 1;
	feed_batch(sealed, parent32, true); /* a parent that L1 never told of: the feed contradicts itself */
	deadline = pr_clock_ms() + 5000;
	while (get("/readyz") != 503 && pr_clock_ms() < deadline) nap();
	UNIT_CHECK(get("/readyz") == 503 && get("/livez") == 200);
	UNIT_CHECK(error_is(call("penny_submit", "[\"0x02\"]"), -32002, "diverged"));
}

int main(void)
{
	settings[0] = "batch.age_ms=1000";
	settings[1] = "data.segment_bytes=4194304";
	if (!server_prepare()) return 1;
	server_start();
	UNIT_RUN(test_deposits);
	UNIT_RUN(test_transfer);
	UNIT_RUN(test_asset_and_stream);
	UNIT_RUN(test_ticks_and_kills);
	UNIT_RUN(test_proof);
	UNIT_RUN(test_malformed);
	UNIT_RUN(test_feed_resumes);
	UNIT_RUN(test_l1_status);
	server_kill(SIGTERM);
	server_clear();
	return UNIT_END();
}
