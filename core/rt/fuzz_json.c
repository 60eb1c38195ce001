/* Any bytes: refused, or readable by every accessor and the same again after writing it out. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/rt/json.h"
#include "core/rt/json_out.h"

#define NODES 8192
#define TEXT_BYTES_MAX 65536

static struct pr_json_node nodes[NODES], again[NODES];
static char scratch[TEXT_BYTES_MAX];

static void copy_string(struct pr_json_out *o, const struct pr_json *doc, uint32_t at)
{
	size_t len, borrowed_len;
	const char *borrowed;
	PR_CHECK(pr_json_string(scratch, &len, sizeof scratch, doc, at));
	if (pr_json_string_borrow(&borrowed, &borrowed_len, doc, at)) PR_CHECK(len == borrowed_len && memcmp(scratch, borrowed, len) == 0);
	if (!memchr(scratch, 0, len) && len < sizeof scratch) {
		scratch[len] = 0;
		PR_CHECK(pr_json_string_eq(doc, at, scratch));
	}
	pr_json_out_string_n(o, scratch, len);
}

static void touch(const struct pr_json *doc, uint32_t at)
{
	uint8_t bytes[64];
	uint64_t v;
	size_t len;
	bool b;
	(void)pr_json_bool(&b, doc, at);
	(void)pr_json_u64(&v, doc, at);
	if (pr_json_quantity(&v, doc, at)) {
		PR_CHECK(pr_json_quantity32(bytes, doc, at));
		for (int i = 0; i < 24; i++) PR_CHECK(bytes[i] == 0);
	}
	if (pr_json_hex_var(bytes, &len, sizeof bytes, doc, at)) PR_CHECK(pr_json_hex(bytes, len, doc, at) && !pr_json_hex(bytes, len + 1, doc, at));
	if (pr_json_u64_string(&v, doc, at)) PR_CHECK(pr_json_type(doc, at) == PR_JSON_STRING);
}

/* Writes the value at `at`; an object's keys too, as strings of an array, since the writer's keys are plain names. */
static void copy(struct pr_json_out *o, const struct pr_json *doc, uint32_t at, unsigned depth)
{
	const char *raw;
	size_t raw_len;
	uint32_t count = 0;
	PR_CHECK(depth <= PR_JSON_DEPTH_MAX && pr_json_raw(&raw, &raw_len, doc, at));
	PR_CHECK(raw >= doc->text && raw_len <= doc->text_len - (size_t)(raw - doc->text));
	touch(doc, at);
	switch (pr_json_type(doc, at)) {
	case PR_JSON_OBJECT:
	case PR_JSON_ARRAY:
		pr_json_out_open(o, '[');
		for (uint32_t i = pr_json_first(doc, at); i != PR_JSON_NONE; i = pr_json_next(doc, i), count++) {
			if (pr_json_type(doc, at) == PR_JSON_ARRAY) {
				copy(o, doc, i, depth + 1);
				continue;
			}
			copy_string(o, doc, i);
			copy(o, doc, pr_json_value(doc, i), depth + 1);
		}
		pr_json_out_close(o, ']');
		PR_CHECK(count == pr_json_count(doc, at));
		return;
	case PR_JSON_STRING: copy_string(o, doc, at); return;
	case PR_JSON_NUMBER: pr_json_out_raw(o, raw, raw_len); return;
	case PR_JSON_TRUE: pr_json_out_bool(o, true); return;
	case PR_JSON_FALSE: pr_json_out_bool(o, false); return;
	case PR_JSON_NULL: pr_json_out_null(o); return;
	case PR_JSON_ABSENT: break;
	}
	PR_CHECK(!"a value without a type");
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	struct pr_json doc, doc2;
	struct pr_json_out first, second;
	if (size > sizeof scratch) return;
	char *text = calloc(1, size ? size : 1); /* exactly so large: the sanitizer sees a read past the end */
	PR_CHECK(text);
	if (size) memcpy(text, data, size);
	if (pr_json_parse(&doc, text, size, nodes, NODES) != PR_JSON_OK) {
		PR_CHECK(doc.error_at <= size && pr_json_type(&doc, 0) == PR_JSON_ABSENT);
		free(text);
		return;
	}
	pr_json_out_init_growing(&first, 8 * size + 64);
	copy(&first, &doc, 0, 0);
	PR_CHECK(pr_json_out_ok(&first));
	PR_CHECK(pr_json_parse(&doc2, first.buf, first.len, again, NODES) == PR_JSON_OK && doc2.node_count == doc.node_count);
	pr_json_out_init_growing(&second, 8 * size + 64);
	copy(&second, &doc2, 0, 0);
	PR_CHECK(pr_json_out_ok(&second) && second.len == first.len && memcmp(first.buf, second.buf, first.len) == 0);
	PR_CHECK(pr_json_parse(&doc2, text, size, again, doc.node_count - 1) == PR_JSON_ERR_NODES);
	pr_json_out_fini(&first);
	pr_json_out_fini(&second);
	free(text);
}
