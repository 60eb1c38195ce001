/* The wire form of an entry: one byte of kind, then its fields at fixed width (docs/spec/entries.md section 1).  Ids are below PR_OBJECTS_MAX.
 *
 * decode(encode(e)) = e for every e whose numbers fit their fields, and encode(decode(b)) = b for every b that decodes. */
#ifndef PR_CODEC_WIRE_H
#define PR_CODEC_WIRE_H

#include "core/base/check.h"
#include "core/types/entry.h"

/* Writes e to out (room for PR_WIRE_BYTES_MAX); returns the byte length.  e->kind must be a kind and every id and u8 in range. */
size_t pr_wire_encode(uint8_t *out, const struct pr_entry *e);

/* Reads an entry that fills exactly len bytes.  False for an unknown kind, another length or an id of PR_OBJECTS_MAX or more; then *e
 * is zeroed.
 * Fields that the kind does not have are zero. */
PR_MUST_USE bool pr_wire_decode(struct pr_entry *e, const uint8_t *bytes, size_t len);

/* Byte length of the entry that begins at bytes, by its kind; 0 if len is 0 or the kind is unknown.  May exceed len. */
size_t pr_wire_length(const uint8_t *bytes, size_t len);

#endif
