/* JSON-RPC 2.0 over POST: single calls and batches, handlers that answer now or later.
 *
 *     body --parse--> job { call, call, ... } --handlers--> each call answered once --last one--> one response
 *
 * Errors follow JSON-RPC 2.0 and EIP-1474; error.data = {"status": NAME, ...} names the reason for programs.  Unknown members of a
 * request, unknown or missing parameters are refused by name.  Everything happens in the loop's thread. */
#ifndef PR_RPC_JSONRPC_H
#define PR_RPC_JSONRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/rt/http.h"
#include "core/rt/json.h"
#include "core/rt/json_out.h"

#define PR_RPC_BATCH_MAX 100
#define PR_RPC_NODES_MAX 65536             /* JSON values in one body */
#define PR_RPC_ANSWER_BYTES_MAX (1u << 20) /* of one call; a call of a batch that already has so much in its answer is not run */
#define PR_RPC_BATCH_US_MAX 50000u         /* of the loop's thread for one batch; a call that comes later is not run */
#define PR_RPC_PARAMS_MAX 8

enum pr_rpc_code {
	PR_RPC_PARSE = -32700,
	PR_RPC_REQUEST = -32600,
	PR_RPC_METHOD = -32601,
	PR_RPC_PARAMS = -32602,
	PR_RPC_INTERNAL = -32603,
	PR_RPC_INPUT = -32000,     /* refused by the ledger's rules: data.status is the status */
	PR_RPC_NOT_FOUND = -32001, /* EIP-1474: resource not found */
	PR_RPC_UNAVAILABLE = -32002, /* EIP-1474: resource unavailable (halted, diverged) */
	PR_RPC_LIMIT = -32005      /* EIP-1474: limit exceeded (queue full, answer too large) */
};

struct pr_rpc;
struct pr_rpc_call;

/* The handler ends the call exactly once, now or later: pr_rpc_done or one of pr_rpc_fail*.  Parameters may be read before the handler returns only. */
typedef void pr_rpc_handler(void *ctx, struct pr_rpc_call *call);

struct pr_rpc_method {
	const char     *name;
	const char     *params; /* names in order, "address limit? after?": '?' marks optional ones; "*": any, read with pr_rpc_params */
	pr_rpc_handler *handler;
	void           *ctx;
};

/* methods are kept, not copied.  NULL: no memory. */
struct pr_rpc *pr_rpc_open(const struct pr_rpc_method *methods, size_t method_count);
void           pr_rpc_close(struct pr_rpc *rpc);

/* Serves one body.  deliver is called once with the response, borrowed (len 0: nothing to say, all were notifications); maybe within this call.
 * text must stay valid until then. */
typedef void pr_rpc_deliver(void *ctx, const char *response, size_t len);
void         pr_rpc_serve(struct pr_rpc *rpc, const char *text, size_t len, pr_rpc_deliver *deliver, void *ctx);

/* A pr_http_handler for POST; ctx is the struct pr_rpc.  The content type must be application/json (a browser asks first then). */
void pr_rpc_http(void *rpc, struct pr_http_exchange *exchange, const struct pr_http_request *request);

/* The document, and parameter number index of the method's list (PR_JSON_NONE if absent or null). */
const struct pr_json *pr_rpc_doc(const struct pr_rpc_call *call);
uint32_t              pr_rpc_param(const struct pr_rpc_call *call, unsigned index);
/* The params member as it stands. */
uint32_t pr_rpc_params(const struct pr_rpc_call *call);

/* Where to write the result, one JSON value, before pr_rpc_done. */
struct pr_json_out *pr_rpc_out(struct pr_rpc_call *call);
void                pr_rpc_done(struct pr_rpc_call *call);

/* status_opt and field_opt go to error.data. */
void pr_rpc_fail(struct pr_rpc_call *call, enum pr_rpc_code code, const char *status_opt, const char *field_opt, const char *message);
/* A parameter that is not what it must be. */
void pr_rpc_fail_param(struct pr_rpc_call *call, const char *name, const char *wanted);

/* Writes the names of all methods as an array (for a method "..._methods"). */
void pr_rpc_list(const struct pr_rpc *rpc, struct pr_json_out *out);
/* The table that serves a call. */
const struct pr_rpc *pr_rpc_of(const struct pr_rpc_call *call);

#endif
