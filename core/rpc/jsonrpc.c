#include "core/rpc/jsonrpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/rt/clock.h"
#include "core/rt/metrics.h"

PR_METRIC_COUNTER(rpc_calls_total, "rpc_calls_total", "JSON-RPC calls.");
PR_METRIC_COUNTER(rpc_errors_total, "rpc_errors_total", "JSON-RPC calls answered with an error.");

struct pr_rpc {
	const struct pr_rpc_method *methods;
	size_t                      method_count;
	struct pr_json              doc;
	struct pr_json_node         nodes[PR_RPC_NODES_MAX];
};

struct pr_rpc_call {
	struct rpc_job    *job;
	const char        *id; /* source text, borrowed from the body; NULL for a notification */
	size_t             id_len;
	bool               ended, failed;
	uint32_t           params_at;
	uint32_t           params[PR_RPC_PARAMS_MAX];
	struct pr_json_out out; /* the result, or the error object */
};

struct rpc_job {
	struct pr_rpc      *rpc;
	pr_rpc_deliver     *deliver;
	void               *ctx;
	bool                is_batch;
	uint32_t            count, pending;
	size_t              answered; /* bytes of the results so far */
	uint64_t            began_us; /* on the thread's clock */
	struct pr_rpc_call  calls[];
};

struct pr_rpc *pr_rpc_open(const struct pr_rpc_method *methods, size_t method_count)
{
	struct pr_rpc *rpc = calloc(1, sizeof *rpc);
	if (!rpc) return NULL;
	rpc->methods      = methods;
	rpc->method_count = method_count;
	return rpc;
}

void pr_rpc_close(struct pr_rpc *rpc) { free(rpc); }

const struct pr_json *pr_rpc_doc(const struct pr_rpc_call *call) { return &call->job->rpc->doc; }

uint32_t pr_rpc_param(const struct pr_rpc_call *call, unsigned index)
{
	PR_CHECK(index < PR_RPC_PARAMS_MAX);
	return call->params[index];
}

uint32_t            pr_rpc_params(const struct pr_rpc_call *call) { return call->params_at; }
struct pr_json_out *pr_rpc_out(struct pr_rpc_call *call) { return &call->out; }
const struct pr_rpc *pr_rpc_of(const struct pr_rpc_call *call) { return call->job->rpc; }

void pr_rpc_list(const struct pr_rpc *rpc, struct pr_json_out *out)
{
	pr_json_out_open(out, '[');
	for (size_t i = 0; i < rpc->method_count; i++) pr_json_out_string(out, rpc->methods[i].name);
	pr_json_out_close(out, ']');
}

static void call_write(struct pr_json_out *o, const struct pr_rpc_call *call)
{
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "jsonrpc", "2.0");
	pr_json_out_key(o, "id");
	pr_json_out_raw(o, call->id, call->id_len);
	pr_json_out_key(o, call->failed ? "error" : "result");
	pr_json_out_raw(o, call->out.buf, call->out.len);
	pr_json_out_close(o, '}');
}

static void job_finish(struct rpc_job *job)
{
	struct pr_json_out o;
	size_t             room = 64;
	bool               any  = false;
	for (uint32_t i = 0; i < job->count; i++) {
		room += job->calls[i].out.len + job->calls[i].id_len + 64;
		any |= job->calls[i].id != NULL;
	}
	pr_json_out_init_growing(&o, room);
	if (job->is_batch && any) pr_json_out_open(&o, '[');
	for (uint32_t i = 0; i < job->count; i++)
		if (job->calls[i].id) call_write(&o, &job->calls[i]);
	if (job->is_batch && any) pr_json_out_close(&o, ']');
	PR_CHECK(!any || pr_json_out_ok(&o));
	job->deliver(job->ctx, any ? o.buf : "", any ? o.len : 0);
	pr_json_out_fini(&o);
	for (uint32_t i = 0; i < job->count; i++) pr_json_out_fini(&job->calls[i].out);
	free(job);
}

static void call_end(struct pr_rpc_call *call)
{
	PR_CHECK(!call->ended);
	call->ended = true;
	call->job->answered += call->out.len;
	if (call->failed) pr_metric_add(&rpc_errors_total, 1);
	PR_CHECK(call->job->pending > 0);
	if (--call->job->pending == 0) job_finish(call->job);
}

void pr_rpc_done(struct pr_rpc_call *call)
{
	if (!pr_json_out_ok(&call->out)) {
		pr_rpc_fail(call, PR_RPC_LIMIT, "answer_too_large", NULL, "the answer is larger than this server sends; ask for less");
		return;
	}
	call_end(call);
}

static void error_set(struct pr_rpc_call *call, enum pr_rpc_code code, const char *status_opt, const char *field_opt, const char *message)
{
	struct pr_json_out *o = &call->out;
	pr_json_out_fini(o);
	pr_json_out_init_growing(o, PR_RPC_ANSWER_BYTES_MAX);
	pr_json_out_open(o, '{');
	pr_json_out_key(o, "code");
	pr_json_out_i64(o, code);
	pr_json_out_kv_string(o, "message", message);
	if (status_opt || field_opt) {
		pr_json_out_key(o, "data");
		pr_json_out_open(o, '{');
		if (status_opt) pr_json_out_kv_string(o, "status", status_opt);
		if (field_opt) pr_json_out_kv_string(o, "field", field_opt);
		pr_json_out_close(o, '}');
	}
	pr_json_out_close(o, '}');
	call->failed = true;
}

void pr_rpc_fail(struct pr_rpc_call *call, enum pr_rpc_code code, const char *status_opt, const char *field_opt, const char *message)
{
	error_set(call, code, status_opt, field_opt, message);
	call_end(call);
}

void pr_rpc_fail_param(struct pr_rpc_call *call, const char *name, const char *wanted)
{
	char message[256];
	(void)snprintf(message, sizeof message, "%s: %s expected", name, wanted);
	pr_rpc_fail(call, PR_RPC_PARAMS, "params", name, message);
}

/* Number name_len at names in the method's list; -1 if it is not there.  *optional says whether it ends in '?'. */
static bool param_name(char name[64], bool *optional, const char **list)
{
	const char *p = *list;
	while (*p == ' ') p++;
	if (!*p) return false;
	size_t n = strcspn(p, " ");
	PR_CHECK(n < 64);
	memcpy(name, p, n);
	*optional = name[n - 1] == '?';
	name[n - *optional] = 0;
	*list = p + n;
	return true;
}

/* Refuses what the method has no parameter for: by its name, or by how many there may be. */
static void params_excess(struct pr_rpc_call *call, const struct pr_rpc_method *method, unsigned count)
{
	const struct pr_json *doc = &call->job->rpc->doc;
	char                  message[128], key[64], name[64];
	bool                  optional;
	if (pr_json_type(doc, call->params_at) == PR_JSON_ARRAY) {
		(void)snprintf(message, sizeof message, "too many parameters: %u at most", count);
		pr_rpc_fail(call, PR_RPC_PARAMS, "params", NULL, message);
		return;
	}
	for (uint32_t at = pr_json_first(doc, call->params_at); at != PR_JSON_NONE; at = pr_json_next(doc, at)) {
		const char *list  = method->params;
		bool        known = false;
		while (!known && param_name(name, &optional, &list)) known = pr_json_string_eq(doc, at, name);
		if (known) continue;
		size_t len   = 0;
		bool   named = pr_json_string(key, &len, sizeof key - 1, doc, at);
		key[len]     = 0;
		(void)snprintf(message, sizeof message, named ? "unknown parameter %s" : "unknown parameter with a long name", key);
		pr_rpc_fail(call, PR_RPC_PARAMS, "params", named ? key : NULL, message);
		return;
	}
	PR_CHECK(false); /* keys are unique, so one of them is no parameter */
}

/* False: the call was answered with an error. */
static bool params_bind(struct pr_rpc_call *call, const struct pr_rpc_method *method)
{
	const struct pr_json *doc  = &call->job->rpc->doc;
	enum pr_json_type     type = pr_json_type(doc, call->params_at);
	const char           *list = method->params;
	char                  name[64];
	bool                  optional;
	unsigned              count = 0;
	uint32_t              bound = 0;

	for (unsigned i = 0; i < PR_RPC_PARAMS_MAX; i++) call->params[i] = PR_JSON_NONE;
	if (strcmp(list, "*") == 0) return true;
	uint32_t element = type == PR_JSON_ARRAY ? pr_json_first(doc, call->params_at) : PR_JSON_NONE;
	for (; param_name(name, &optional, &list); count++) {
		PR_CHECK(count < PR_RPC_PARAMS_MAX);
		uint32_t at = element;
		if (type == PR_JSON_OBJECT) at = pr_json_get(doc, call->params_at, name);
		else if (element != PR_JSON_NONE) element = pr_json_next(doc, element);
		if (at != PR_JSON_NONE) bound++;
		if (pr_json_type(doc, at) == PR_JSON_NULL && optional) at = PR_JSON_NONE;
		if (at == PR_JSON_NONE && !optional) {
			char message[128];
			(void)snprintf(message, sizeof message, "missing parameter %s", name);
			pr_rpc_fail(call, PR_RPC_PARAMS, "params", name, message);
			return false;
		}
		call->params[count] = at;
	}
	if (pr_json_count(doc, call->params_at) == bound) return true;
	params_excess(call, method, count);
	return false;
}

/* Checks the members of a request; sets id even of a request that is refused. */
static const char *request_read(struct pr_rpc_call *call, uint32_t at, const struct pr_rpc_method **method)
{
	const struct pr_rpc  *rpc = call->job->rpc;
	const struct pr_json *doc = &rpc->doc;
	static const char     null_text[] = "null";

	call->id     = null_text;
	call->id_len = 4;
	if (pr_json_type(doc, at) != PR_JSON_OBJECT) return "a request is an object";
	uint32_t          id      = pr_json_get(doc, at, "id");
	enum pr_json_type id_type = pr_json_type(doc, id);
	if (id_type == PR_JSON_STRING || id_type == PR_JSON_NUMBER) {
		PR_CHECK(pr_json_raw(&call->id, &call->id_len, doc, id));
		if (call->id_len > 256) {
			call->id     = null_text;
			call->id_len = 4;
			return "id of more than 256 bytes";
		}
	} else if (id_type != PR_JSON_ABSENT && id_type != PR_JSON_NULL) return "id is a string, a number or null";
	for (uint32_t key = pr_json_first(doc, at); key != PR_JSON_NONE; key = pr_json_next(doc, key))
		if (!pr_json_string_eq(doc, key, "jsonrpc") && !pr_json_string_eq(doc, key, "id") && !pr_json_string_eq(doc, key, "method") &&
		    !pr_json_string_eq(doc, key, "params"))
			return "unknown member of a request (jsonrpc, id, method and params are known)";
	if (!pr_json_string_eq(doc, pr_json_get(doc, at, "jsonrpc"), "2.0")) return "jsonrpc must be \"2.0\"";
	uint32_t name = pr_json_get(doc, at, "method");
	if (pr_json_type(doc, name) != PR_JSON_STRING) return "method must be a string";
	call->params_at        = pr_json_get(doc, at, "params");
	enum pr_json_type type = pr_json_type(doc, call->params_at);
	if (type != PR_JSON_ABSENT && type != PR_JSON_ARRAY && type != PR_JSON_OBJECT) return "params must be an array or an object";
	*method = NULL;
	for (size_t i = 0; i < rpc->method_count && !*method; i++)
		if (pr_json_string_eq(doc, name, rpc->methods[i].name)) *method = &rpc->methods[i];
	if (id_type == PR_JSON_ABSENT) call->id = NULL;
	return NULL;
}

static void call_run(struct pr_rpc_call *call, uint32_t at)
{
	const struct pr_rpc_method *method = NULL;
	pr_metric_add(&rpc_calls_total, 1);
	const char *wrong = request_read(call, at, &method);
	if (wrong) pr_rpc_fail(call, PR_RPC_REQUEST, "request", NULL, wrong);
	else if (call->job->answered >= PR_RPC_ANSWER_BYTES_MAX)
		pr_rpc_fail(call, PR_RPC_LIMIT, "answer_too_large", NULL, "not run: the answer of this batch is large already; ask again for the rest");
	else if (pr_clock_thread_us() - call->job->began_us > PR_RPC_BATCH_US_MAX)
		pr_rpc_fail(call, PR_RPC_LIMIT, "busy", NULL, "not run: the calls of this batch have taken long already; ask again for the rest");
	else if (!method) pr_rpc_fail(call, PR_RPC_METHOD, "method", NULL, "unknown method; penny_methods lists the known ones");
	else if (params_bind(call, method)) method->handler(method->ctx, call);
}

static struct rpc_job *job_open(struct pr_rpc *rpc, uint32_t count, bool is_batch, pr_rpc_deliver *deliver, void *ctx)
{
	struct rpc_job *job = calloc(1, sizeof *job + count * sizeof job->calls[0]);
	if (!job) return NULL;
	*job = (struct rpc_job){ rpc, deliver, ctx, is_batch, count, count, 0, pr_clock_thread_us() };
	for (uint32_t i = 0; i < count; i++) {
		job->calls[i].job = job;
		job->calls[i].params_at = PR_JSON_NONE;
		pr_json_out_init_growing(&job->calls[i].out, PR_RPC_ANSWER_BYTES_MAX);
	}
	return job;
}

/* Answers the whole body with one error and id null. */
static void serve_error(struct pr_rpc *rpc, pr_rpc_deliver *deliver, void *ctx, enum pr_rpc_code code, const char *status, const char *message)
{
	struct rpc_job *job = job_open(rpc, 1, false, deliver, ctx);
	if (!job) {
		deliver(ctx, "", 0);
		return;
	}
	job->calls[0].id     = "null";
	job->calls[0].id_len = 4;
	pr_rpc_fail(&job->calls[0], code, status, NULL, message);
}

static void serve_parse_error(struct pr_rpc *rpc, pr_rpc_deliver *deliver, void *ctx, enum pr_json_err err)
{
	char message[128];
	bool bound = err == PR_JSON_ERR_DEPTH || err == PR_JSON_ERR_NODES || err == PR_JSON_ERR_KEYS || err == PR_JSON_ERR_LENGTH;
	(void)snprintf(message, sizeof message, "%s: %s at byte %zu", bound ? "JSON beyond a bound" : "not JSON", pr_json_err_name(err), rpc->doc.error_at);
	serve_error(rpc, deliver, ctx, bound ? PR_RPC_LIMIT : PR_RPC_PARSE, pr_json_err_name(err), message);
}

void pr_rpc_serve(struct pr_rpc *rpc, const char *text, size_t len, pr_rpc_deliver *deliver, void *ctx)
{
	enum pr_json_err err = pr_json_parse(&rpc->doc, text, len, rpc->nodes, PR_RPC_NODES_MAX);
	if (err != PR_JSON_OK) {
		serve_parse_error(rpc, deliver, ctx, err);
		return;
	}
	bool     is_batch = pr_json_type(&rpc->doc, 0) == PR_JSON_ARRAY;
	uint32_t count    = is_batch ? pr_json_count(&rpc->doc, 0) : 1;
	if (count == 0) {
		serve_error(rpc, deliver, ctx, PR_RPC_REQUEST, "request", "an empty batch");
		return;
	}
	if (count > PR_RPC_BATCH_MAX) {
		serve_error(rpc, deliver, ctx, PR_RPC_LIMIT, "batch_too_large", "a batch has at most 100 calls");
		return;
	}
	struct rpc_job *job = job_open(rpc, count, is_batch, deliver, ctx);
	if (!job) {
		serve_error(rpc, deliver, ctx, PR_RPC_LIMIT, "memory", "out of memory");
		return;
	}
	/* One more than the calls is held so that the job outlives this loop whoever answers first. */
	job->pending++;
	uint32_t at = is_batch ? pr_json_first(&rpc->doc, 0) : 0;
	for (uint32_t i = 0; i < count; i++) {
		call_run(&job->calls[i], at);
		at = pr_json_next(&rpc->doc, at);
	}
	if (--job->pending == 0) job_finish(job);
}

static void http_deliver(void *ctx, const char *response, size_t len)
{
	struct pr_http_exchange *exchange = ctx;
	if (len == 0) pr_http_reply(exchange, 204, "application/json", "", 0);
	else pr_http_reply_json(exchange, 200, response, len);
}

void pr_rpc_http(void *rpc, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	static const char            json[] = "application/json";
	const struct pr_http_header *type   = pr_http_header_find(request, "content-type");
	if (!type || type->value.len < sizeof json - 1 || strncasecmp(type->value.at, json, sizeof json - 1) != 0 ||
	    (type->value.len > sizeof json - 1 && type->value.at[sizeof json - 1] != ';' && type->value.at[sizeof json - 1] != ' ')) {
		pr_http_reply_text(exchange, 415, "Content-Type must be application/json");
		return;
	}
	pr_rpc_serve(rpc, (const char *)request->body, request->body_len, http_deliver, exchange);
}
