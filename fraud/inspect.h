/* Explains entries of a batch to a person, from the archive alone. */
#ifndef FRD_INSPECT_H
#define FRD_INSPECT_H

#include <stdio.h>

#include "fraud/node.h"

/* Prints the batch and each of its chunks; where entry is not UINT32_MAX, only that entry (counted over the whole batch), with what it changed. */
PR_MUST_USE enum pr_err frd_inspect(FILE *out, struct frd_node *node, uint64_t batch, uint32_t entry);

#endif
