/* Objects of the ledger as JSON.  Ids, small counts and rates are integers; amounts and counters of 64 bits and more are decimal strings; bytes are hex. */
#ifndef PR_RPC_OBJECT_JSON_H
#define PR_RPC_OBJECT_JSON_H

#include "core/rt/json_out.h"
#include "core/types/protocol_gen.h"

/* {"id": 7, "type": "account", "address": "0x..", "balance": "5", ...}; the caller may add members before it closes: nothing is closed here. */
void pr_object_to_json_open(struct pr_json_out *o, uint32_t id, const struct pr_object *object);

/* A decimal string of 128 bits. */
void pr_json_out_u128_string(struct pr_json_out *o, pr_u128 v);

#endif
