/* The read-only RPC of a verifying node: the shared read methods over its own state, and what only it knows (claims, proofs of withdrawals). */
#ifndef FRD_RPC_H
#define FRD_RPC_H

#include "core/rpc/read.h"
#include "fraud/act.h"

struct frd_rpc {
	struct frd_node *node;
	const struct frd_act *act_opt;
	struct pr_read read;
	struct pr_rpc_method methods[PR_READ_METHODS + 6];
	struct pr_rpc *rpc;
	struct pr_http_route routes[4];
	struct pr_http_server *server;
};

/* Serves until closed.  act_opt: what the node does on L1, for its status. */
PR_MUST_USE enum pr_err frd_rpc_open(struct frd_rpc *r, struct pr_loop *loop, struct frd_node *node, const struct frd_act *act_opt, const char *bind,
                                     uint16_t port);
void frd_rpc_close(struct frd_rpc *r);

#endif
