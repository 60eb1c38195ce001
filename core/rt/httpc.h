/* A blocking HTTP/1.1 client with deadlines: one peer, one connection kept alive, one request at a time.
 * Meant for JSON-RPC to L1 and for tools.  http:// and https:// (certificate and host name verified).
 *
 * A request is sent once: if the connection breaks after the first byte was sent the call fails and the caller, who
 * knows whether it may be repeated, decides.  A kept connection that the peer closed meanwhile is noticed and replaced
 * before anything is sent.  Redirects are not followed. */
#ifndef PR_RT_HTTPC_H
#define PR_RT_HTTPC_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define PR_HTTPC_URL_BYTES_MAX 1024
#define PR_HTTPC_HEAD_BYTES_MAX (32u << 10)
#define PR_HTTPC_RESPONSE_BYTES_DEFAULT (64u << 20)

struct pr_httpc;

struct pr_httpc_options {
	const char *url;              /* "http[s]://host[:port][/path[?query]]", IPv6 in brackets; "user:pass@" is refused: use header_opt */
	const char *header_opt;       /* one extra line, "Authorization: Bearer ..." */
	const char *ca_file_opt;      /* PEM trust anchors; default: the system's bundle */
	uint32_t response_bytes_max;  /* 0: PR_HTTPC_RESPONSE_BYTES_DEFAULT */
};

struct pr_httpc_response {
	unsigned status;
	const char *body; /* followed by a zero byte; borrowed until the next call on this client */
	size_t body_len;
};

/* Parses the URL; no connection is made yet.  Strings are copied.  PR_ERR_INVALID: the URL or the header;
 * PR_ERR_CONFIG: the trust anchors.  On error *out = NULL. */
PR_MUST_USE enum pr_err pr_httpc_open(struct pr_httpc **out, const struct pr_httpc_options *options);
void pr_httpc_close(struct pr_httpc *client);

/* POSTs to the URL's own path and waits for the whole answer, at most deadline_ms (name lookup not counted).
 * Any status is PR_OK.  PR_ERR_NET: no connection, or it broke; PR_ERR_TIMEOUT; PR_ERR_PEER: a malformed answer;
 * PR_ERR_FULL: an answer over the bound.  On error the connection is dropped and *response is zeroed. */
PR_MUST_USE enum pr_err pr_httpc_post(struct pr_httpc *client, struct pr_httpc_response *response, const char *content_type,
				      const void *body, size_t len, uint32_t deadline_ms);

/* The same with any method ("GET", "POST") and target ("/v1/status?x=1"); len 0 sends no body for GET.  PR_ERR_INVALID: a
 * method or target that would not survive in a request line, or a head over 8 KB; nothing was sent. */
PR_MUST_USE enum pr_err pr_httpc_request(struct pr_httpc *client, struct pr_httpc_response *response, const char *method,
					 const char *target, const char *content_type_opt, const void *body, size_t len,
					 uint32_t deadline_ms);

#endif
