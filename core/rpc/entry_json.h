/* Entries as JSON, generically from the table of kinds.
 *
 *     {"kind": "transfer", "from": 7, "nonce": 0, "deadline": 0, "to": 8, "amount": "1000", "sig": "0x..."}
 *
 * Ids and u8 are integers; var are integers or decimal strings when read, decimal strings when written (2^53); bytes are "0x" and hex of exact
 * length.  The field "kind" of asset_register and stream_open is the member "asset_kind" / "stream_kind".  Every field of the kind must be there
 * and no other; sig may be left out where allowed.  sig is written in its 64 bytes (EIP-2098); the 65 of eth_signTypedData_v4 are read too.  A
 * JSON string is the entry's wire form in hex. */
#ifndef PR_RPC_ENTRY_JSON_H
#define PR_RPC_ENTRY_JSON_H

#include "core/base/check.h"
#include "core/rt/json.h"
#include "core/rt/json_out.h"
#include "core/types/entry.h"

struct pr_entry_wrong {
	char field[48];    /* the member that is wrong; "" if the whole entry is */
	char message[160]; /* for people */
};

/* Reads an entry.  sig_optional: a missing sig is zero (an entry to be signed).  False with *wrong filled in; *e is then unspecified. */
PR_MUST_USE bool pr_entry_from_json(struct pr_entry *e, struct pr_entry_wrong *wrong, const struct pr_json *doc, uint32_t at,
                                    bool sig_optional);

/* Writes an entry as an object. */
void pr_entry_to_json(struct pr_json_out *o, const struct pr_entry *e);

/* The kind with this name, 0 if there is none. */
uint8_t pr_kind_by_name(const char *name, size_t len);

#endif
