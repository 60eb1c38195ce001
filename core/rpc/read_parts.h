/* Private to the files of read.h. */
#ifndef PR_RPC_READ_PARTS_H
#define PR_RPC_READ_PARTS_H

#include "core/rpc/read.h"

pr_rpc_handler pr_read_earnings, pr_read_digest;

/* Answers "not found" for an id that is not of the wanted type. */
void pr_read_missing(struct pr_rpc_call *call, const char *what);

#endif
