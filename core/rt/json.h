/* A strict JSON reader (RFC 8259) into the caller's array of nodes, without allocation.
 *
 * Stricter than the RFC where it leaves a choice: duplicate keys, invalid UTF-8, lone surrogates, trailing bytes and a
 * byte order mark are refused; depth, nodes and keys per object are bounded.  No floating point: a number is kept as
 * its text and can be read as u64 when it is a plain integer in range.
 *
 * A value is named by its index; 0 is the root, PR_JSON_NONE is "absent".  Every accessor takes PR_JSON_NONE and any
 * type and then answers false, 0 or PR_JSON_NONE, so lookups can be chained and tested once. */
#ifndef PR_RT_JSON_H
#define PR_RT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

#define PR_JSON_DEPTH_MAX 32
#define PR_JSON_KEYS_MAX 256 /* per object: bounds the search for duplicates */
#define PR_JSON_TEXT_BYTES_MAX (1u << 28)
#define PR_JSON_NONE UINT32_MAX

enum pr_json_err {
	PR_JSON_OK = 0,
	PR_JSON_ERR_SYNTAX,    /* not JSON, or bytes after the value, or nothing at all */
	PR_JSON_ERR_DEPTH,     /* nested deeper than PR_JSON_DEPTH_MAX */
	PR_JSON_ERR_NODES,     /* more values than the caller's array holds */
	PR_JSON_ERR_KEYS,      /* an object with more than PR_JSON_KEYS_MAX keys */
	PR_JSON_ERR_DUPLICATE, /* the same key twice in an object, compared after unescaping */
	PR_JSON_ERR_UTF8,      /* invalid UTF-8 or a lone surrogate */
	PR_JSON_ERR_NUMBER,    /* a number RFC 8259 does not allow: 01, +1, 1., .5, 1e */
	PR_JSON_ERR_LENGTH,    /* longer than PR_JSON_TEXT_BYTES_MAX */
	PR_JSON_ERR_COUNT
};

enum pr_json_type {
	PR_JSON_ABSENT,
	PR_JSON_OBJECT,
	PR_JSON_ARRAY,
	PR_JSON_STRING,
	PR_JSON_NUMBER,
	PR_JSON_TRUE,
	PR_JSON_FALSE,
	PR_JSON_NULL
};

/* Private to json.c; public so that callers can make arrays of it. */
struct pr_json_node {
	uint32_t start; /* offset of the first byte; of a string: the byte after the quote */
	uint32_t len;   /* bytes; of a string: without quotes, still escaped */
	uint32_t next;  /* index of the next sibling (of the next key, for a key); PR_JSON_NONE if last */
	uint32_t extra; /* containers: count of elements or of keys; strings: hash of the unescaped bytes */
	uint8_t type;
	uint8_t flags;
};

struct pr_json {
	const char *text; /* borrowed: must outlive the document */
	size_t text_len;
	struct pr_json_node *nodes;
	uint32_t node_count;
	uint32_t node_count_max;
	size_t error_at; /* offset in text where parsing stopped */
};

/* The name of an error ("duplicate-key"); never NULL. */
const char *pr_json_err_name(enum pr_json_err err);

/* Parses text.  On error the document is empty: every accessor answers absent. */
PR_MUST_USE enum pr_json_err pr_json_parse(struct pr_json *doc, const char *text, size_t text_len, struct pr_json_node *nodes,
					   uint32_t node_count_max);

enum pr_json_type pr_json_type(const struct pr_json *doc, uint32_t at);

/* Elements of an array, keys of an object, 0 for the rest. */
uint32_t pr_json_count(const struct pr_json *doc, uint32_t at);

/* The value of a key (plain ASCII text, no escapes needed) of an object. */
uint32_t pr_json_get(const struct pr_json *doc, uint32_t object, const char *key);

/* for (i = pr_json_first(d, a); i != PR_JSON_NONE; i = pr_json_next(d, i)): elements of an array or KEYS of an object;
 * the value of key i is pr_json_value(d, i). */
uint32_t pr_json_first(const struct pr_json *doc, uint32_t container);
uint32_t pr_json_next(const struct pr_json *doc, uint32_t at);
uint32_t pr_json_value(const struct pr_json *doc, uint32_t key);

/* Element number index of an array; linear. */
uint32_t pr_json_at(const struct pr_json *doc, uint32_t array, uint32_t index);

/* All of these write nothing and return false when the value is absent, of another type or out of range. */
bool pr_json_bool(bool *out, const struct pr_json *doc, uint32_t at);
/* A number: digits only (no sign, fraction or exponent) and at most 2^64 - 1. */
bool pr_json_u64(uint64_t *out, const struct pr_json *doc, uint32_t at);
/* A string of 1 to 20 digits without leading zeros, at most 2^64 - 1: the form of amounts. */
bool pr_json_u64_string(uint64_t *out, const struct pr_json *doc, uint32_t at);
bool pr_json_string_eq(const struct pr_json *doc, uint32_t at, const char *text);
/* Unescapes into out (not terminated); false also if it is longer than cap. */
bool pr_json_string(char *out, size_t *len, size_t cap, const struct pr_json *doc, uint32_t at);
/* The bytes in place, borrowed from the text; false also if the string has escapes. */
bool pr_json_string_borrow(const char **out, size_t *len, const struct pr_json *doc, uint32_t at);
/* "0x" and exactly 2 * len hex digits, upper or lower case. */
bool pr_json_hex(uint8_t *out, size_t len, const struct pr_json *doc, uint32_t at);
/* "0x" and an even count of hex digits for at most cap bytes. */
bool pr_json_hex_var(uint8_t *out, size_t *len, size_t cap, const struct pr_json *doc, uint32_t at);
/* An Ethereum QUANTITY ("0x0", "0x1f": shortest form) as u64, or as 32 bytes big-endian. */
bool pr_json_quantity(uint64_t *out, const struct pr_json *doc, uint32_t at);
bool pr_json_quantity32(uint8_t out32[32], const struct pr_json *doc, uint32_t at);
/* The source text of any value, quotes included, borrowed: to echo a request id. */
bool pr_json_raw(const char **out, size_t *len, const struct pr_json *doc, uint32_t at);

#endif
