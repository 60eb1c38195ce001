#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define DEADLINE_MS 30000u
#define PARAMS_BYTES 1024
#define NODES_PER_BYTES 2 /* a JSON value takes at least so many bytes of text */

static const char *url_of(const struct cli *c, enum cli_peer peer)
{
	const char *url = cli_option(c, peer == CLI_RPC ? "rpc" : "node");
	return url ? url : peer == CLI_RPC ? "http://127.0.0.1:8550" : "http://127.0.0.1:8551";
}

static struct pr_httpc *client(struct cli *c, enum cli_peer peer)
{
	if (c->http[peer]) return c->http[peer];
	struct pr_httpc_options options = { .url = url_of(c, peer) };
	if (pr_httpc_open(&c->http[peer], &options) != PR_OK) cli_die("%s is not a URL that can be used", options.url);
	return c->http[peer];
}

static const char *peer_name(enum cli_peer peer) { return peer == CLI_RPC ? "sequencer" : "verifying node"; }

static void parse(struct cli *c, struct cli_answer *a, enum cli_peer peer, const struct pr_httpc_response *r)
{
	cli_answer_free(a);
	if (r->status == 503) cli_die("the %s is busy or has stopped (%.200s): try again in a second", peer_name(peer), r->body);
	if (r->status != 200) cli_die("the %s at %s answers with HTTP status %u: %.200s", peer_name(peer), url_of(c, peer), r->status, r->body);
	size_t nodes = r->body_len / NODES_PER_BYTES + 16;
	a->text  = malloc(r->body_len + 1);
	a->nodes = calloc(nodes, sizeof *a->nodes);
	if (!a->text || !a->nodes || nodes > UINT32_MAX) cli_die("no memory for the answer");
	memcpy(a->text, r->body, r->body_len + 1);
	if (pr_json_parse(&a->doc, a->text, r->body_len, a->nodes, (uint32_t)nodes) != PR_JSON_OK)
		cli_die("what answers at %s is not a Pennyroyal %s (it does not speak JSON)", url_of(c, peer), peer_name(peer));
}

void cli_post(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *target, const char *type, const void *body, size_t len)
{
	struct pr_httpc_response r;
	enum pr_err err = pr_httpc_request(client(c, peer), &r, "POST", target, type, body, len, DEADLINE_MS);
	if (err != PR_OK)
		cli_die("no answer from the %s at %s (%s): is it running?  --%s URL names another one", peer_name(peer), url_of(c, peer), pr_err_name(err),
		        peer == CLI_RPC ? "rpc" : "node");
	parse(c, a, peer, &r);
	a->at = 0;
}

/* The error of an answer: false if it is "not found" and that is allowed; otherwise the end. */
static bool refused(struct cli_answer *a, uint32_t error, const char *method, bool allowed)
{
	char     message[256] = "", status[sizeof a->status] = "";
	size_t   len = 0, status_len = 0;
	uint32_t data = pr_json_get(&a->doc, error, "data");
	if (pr_json_string(message, &len, sizeof message - 1, &a->doc, pr_json_get(&a->doc, error, "message"))) message[len] = 0;
	if (pr_json_string(status, &status_len, sizeof status - 1, &a->doc, pr_json_get(&a->doc, data, "status"))) status[status_len] = 0;
	memcpy(a->status, status, sizeof status);
	const char *raw;
	size_t      raw_len;
	bool        missing = pr_json_raw(&raw, &raw_len, &a->doc, pr_json_get(&a->doc, error, "code")) && raw_len == 6 && memcmp(raw, "-32001", 6) == 0;
	if (missing && allowed) return false;
	cli_die("%s: %s%s%s%s%s", method, message, status[0] ? " [" : "", status, status[0] ? "]" : "", cli_status_advice(status));
}

static bool ask(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *method, bool allowed, const char *format, va_list list)
{
	char params[PARAMS_BYTES], body[PARAMS_BYTES + 128];
	int  n = vsnprintf(params, sizeof params, format, list);
	PR_CHECK(n > 0 && (size_t)n < sizeof params);
	n = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method, strcmp(params, "-") == 0 ? "" : params);
	PR_CHECK(n > 0 && (size_t)n < sizeof body);
	cli_post(c, a, peer, "/", "application/json", body, (size_t)n);
	uint32_t error = pr_json_get(&a->doc, 0, "error");
	if (error != PR_JSON_NONE && !refused(a, error, method, allowed)) return false;
	a->at = pr_json_get(&a->doc, 0, "result");
	if (a->at == PR_JSON_NONE) cli_die("what answers at %s is not a Pennyroyal %s (no result)", url_of(c, peer), peer_name(peer));
	return true;
}

bool cli_ask(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *method, const char *params_format, ...)
{
	va_list list;
	va_start(list, params_format);
	bool found = ask(c, a, peer, method, true, params_format, list);
	va_end(list);
	return found;
}

void cli_call(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *method, const char *params_format, ...)
{
	va_list list;
	va_start(list, params_format);
	(void)ask(c, a, peer, method, false, params_format, list);
	va_end(list);
}

bool cli_reachable(struct cli *c, enum cli_peer peer)
{
	static const char        body[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"}";
	struct pr_httpc_response r;
	return pr_httpc_post(client(c, peer), &r, "application/json", body, sizeof body - 1, DEADLINE_MS) == PR_OK && r.status == 200;
}

void cli_answer_free(struct cli_answer *a)
{
	free(a->text);
	free(a->nodes);
	memset(a, 0, sizeof *a);
}

static _Noreturn void malformed(const char *key) { cli_die("the server's answer has no proper \"%s\"", key); }

uint64_t cli_u64(const struct cli_answer *a, uint32_t object, const char *key)
{
	uint64_t v;
	uint32_t at = pr_json_get(&a->doc, object, key);
	if (!pr_json_u64(&v, &a->doc, at) && !pr_json_u64_string(&v, &a->doc, at)) malformed(key);
	return v;
}

bool cli_bool(const struct cli_answer *a, uint32_t object, const char *key)
{
	bool v;
	if (!pr_json_bool(&v, &a->doc, pr_json_get(&a->doc, object, key))) malformed(key);
	return v;
}

void cli_bytes(uint8_t *out, size_t len, const struct cli_answer *a, uint32_t object, const char *key)
{
	if (!pr_json_hex(out, len, &a->doc, pr_json_get(&a->doc, object, key))) malformed(key);
}

void cli_text(char *out, size_t room, const struct cli_answer *a, uint32_t object, const char *key)
{
	size_t len;
	if (!pr_json_string(out, &len, room - 1, &a->doc, pr_json_get(&a->doc, object, key))) malformed(key);
	out[len] = 0;
	/* What a server writes must not move the terminal's cursor. */
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f) *p = '.';
}
