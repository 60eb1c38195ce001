/* A JSON writer into a bounded buffer.  Commas and colons are its business; after the first failure (no room, bound
 * reached) everything is ignored and pr_json_out_ok is false, so test once at the end.
 *
 *     pr_json_out_open(&o, '{');  pr_json_out_key(&o, "id");  pr_json_out_u64(&o, 7);  pr_json_out_close(&o, '}');
 *
 * Misuse (a value where a key must stand, unbalanced brackets, depth over PR_JSON_OUT_DEPTH_MAX) is a PR_CHECK. */
#ifndef PR_RT_JSON_OUT_H
#define PR_RT_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PR_JSON_OUT_DEPTH_MAX 32

struct pr_json_out {
	char *buf;
	size_t len;       /* bytes written */
	size_t cap;       /* room in buf */
	size_t cap_max;   /* buf may grow to this; equals cap for a fixed buffer */
	bool owned;       /* buf is ours: freed by fini */
	bool failed;
	bool after_key;   /* a key was written and its value is due */
	uint8_t depth;
	uint32_t object_bits; /* bit d: level d is an object */
	uint32_t filled_bits; /* bit d: level d has an element already */
};

/* Over a fixed buffer of the caller. */
void pr_json_out_init(struct pr_json_out *o, char *buf, size_t cap);
/* Over an own buffer that grows up to cap_max bytes; release it with fini. */
void pr_json_out_init_growing(struct pr_json_out *o, size_t cap_max);
void pr_json_out_fini(struct pr_json_out *o);
/* Empties it and keeps the buffer. */
void pr_json_out_reset(struct pr_json_out *o);
/* True if all fitted and every bracket is closed. */
bool pr_json_out_ok(const struct pr_json_out *o);

/* bracket: '{' or '[' / '}' or ']'. */
void pr_json_out_open(struct pr_json_out *o, char bracket);
void pr_json_out_close(struct pr_json_out *o, char bracket);
/* key: plain ASCII without characters that need escaping. */
void pr_json_out_key(struct pr_json_out *o, const char *key);

/* Values. */
void pr_json_out_string(struct pr_json_out *o, const char *text);
/* Any bytes: what is not valid UTF-8 becomes U+FFFD. */
void pr_json_out_string_n(struct pr_json_out *o, const char *text, size_t len);
void pr_json_out_u64(struct pr_json_out *o, uint64_t v);
void pr_json_out_i64(struct pr_json_out *o, int64_t v);
/* A decimal string: "18446744073709551615", safe for readers that keep numbers as doubles. */
void pr_json_out_u64_string(struct pr_json_out *o, uint64_t v);
void pr_json_out_bool(struct pr_json_out *o, bool v);
void pr_json_out_null(struct pr_json_out *o);
/* "0x..." of bytes; of an Ethereum QUANTITY. */
void pr_json_out_hex(struct pr_json_out *o, const uint8_t *bytes, size_t len);
void pr_json_out_quantity(struct pr_json_out *o, uint64_t v);
void pr_json_out_quantity32(struct pr_json_out *o, const uint8_t be32[32]);
/* Text that is one JSON value already (pr_json_raw). */
void pr_json_out_raw(struct pr_json_out *o, const char *json, size_t len);

/* key and value in one. */
void pr_json_out_kv_string(struct pr_json_out *o, const char *key, const char *text);
void pr_json_out_kv_u64(struct pr_json_out *o, const char *key, uint64_t v);
void pr_json_out_kv_u64_string(struct pr_json_out *o, const char *key, uint64_t v);
void pr_json_out_kv_bool(struct pr_json_out *o, const char *key, bool v);
void pr_json_out_kv_hex(struct pr_json_out *o, const char *key, const uint8_t *bytes, size_t len);
void pr_json_out_kv_quantity(struct pr_json_out *o, const char *key, uint64_t v);

#endif
