#include "core/rpc/entry_json.h"

#include <stdio.h>
#include <string.h>

#include "core/codec/wire.h"
#include "core/crypto/sig.h"

static bool wrong_set(struct pr_entry_wrong *wrong, const char *field, const char *text)
{
	(void)snprintf(wrong->field, sizeof wrong->field, "%s", field);
	if (field[0]) (void)snprintf(wrong->message, sizeof wrong->message, "%s: %s", field, text);
	else (void)snprintf(wrong->message, sizeof wrong->message, "%s", text);
	return false;
}

uint8_t pr_kind_by_name(const char *name, size_t len)
{
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++)
		if (strlen(pr_kind_infos[kind].name) == len && memcmp(pr_kind_infos[kind].name, name, len) == 0) return (uint8_t)kind;
	return 0;
}

/* The member that holds a field: its name, but for the fields called "kind", which would collide with the kind of the entry. */
static const char *member_name(uint8_t kind, unsigned i)
{
	const char *name = pr_kind_infos[kind].fields[i].name;
	if (strcmp(name, "kind") != 0) return name;
	return kind == PR_KIND_STREAM_OPEN ? "stream_kind" : "asset_kind";
}

static bool integer_read(uint64_t *out, uint64_t max, const struct pr_json *doc, uint32_t at)
{
	return pr_json_u64(out, doc, at) && *out <= max;
}

/* The compact form, or what eth_signTypedData_v4 returns. */
static bool sig_read(uint8_t sig64[64], const struct pr_json *doc, uint32_t at)
{
	uint8_t rsv65[65];
	return pr_json_hex(sig64, 64, doc, at) || (pr_json_hex(rsv65, 65, doc, at) && pr_sig_from_rsv(sig64, rsv65));
}

static bool field_read(struct pr_entry *e, unsigned i, struct pr_entry_wrong *wrong, const struct pr_json *doc, uint32_t at)
{
	const char *name = member_name(e->kind, i);
	switch (pr_kind_infos[e->kind].fields[i].type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX:
		return integer_read(&e->f[i].num, PR_OBJECTS_MAX - 1, doc, at) || wrong_set(wrong, name, "an object id (integer below 2^24) expected");
	case PR_FIELD_U8:
		return integer_read(&e->f[i].num, UINT8_MAX, doc, at) || wrong_set(wrong, name, "an integer from 0 to 255 expected");
	case PR_FIELD_VAR:
		return pr_json_u64(&e->f[i].num, doc, at) || pr_json_u64_string(&e->f[i].num, doc, at) ||
		       wrong_set(wrong, name, "an integer or decimal string below 2^64 expected");
	case PR_FIELD_B20:
		return pr_json_hex(e->f[i].bytes, 20, doc, at) || wrong_set(wrong, name, "0x and 40 hexadecimal digits expected");
	case PR_FIELD_B32:
	case PR_FIELD_RND32:
		return pr_json_hex(e->f[i].bytes, 32, doc, at) || wrong_set(wrong, name, "0x and 64 hexadecimal digits expected");
	case PR_FIELD_SIG64:
		return sig_read(e->sig64, doc, at) || wrong_set(wrong, name, "a signature expected: 0x and 128 hexadecimal digits (EIP-2098) or 130 (r, low s, v)");
	}
	return false;
}

static bool wire_read(struct pr_entry *e, struct pr_entry_wrong *wrong, const struct pr_json *doc, uint32_t at)
{
	uint8_t wire[PR_WIRE_BYTES_MAX];
	size_t  len;
	if (!pr_json_hex_var(wire, &len, sizeof wire, doc, at)) return wrong_set(wrong, "", "an entry as text is 0x and the hexadecimal digits of its wire form");
	if (!pr_wire_decode(e, wire, len)) return wrong_set(wrong, "", "malformed: an unknown kind or the wrong length for its kind");
	return true;
}

static bool members_known(struct pr_entry_wrong *wrong, uint8_t kind, const struct pr_json *doc, uint32_t at)
{
	for (uint32_t key = pr_json_first(doc, at); key != PR_JSON_NONE; key = pr_json_next(doc, key)) {
		bool known = pr_json_string_eq(doc, key, "kind");
		for (unsigned i = 0; !known && i < pr_kind_infos[kind].field_count; i++) known = pr_json_string_eq(doc, key, member_name(kind, i));
		if (known) continue;
		char   name[40] = "";
		size_t len      = 0;
		if (!pr_json_string(name, &len, sizeof name - 1, doc, key)) return wrong_set(wrong, "", "unknown field, with a longer name than any field has");
		name[len] = 0;
		return wrong_set(wrong, name, "unknown field");
	}
	return true;
}

bool pr_entry_from_json(struct pr_entry *e, struct pr_entry_wrong *wrong, const struct pr_json *doc, uint32_t at, bool sig_optional)
{
	const char *name;
	size_t      name_len;

	memset(e, 0, sizeof *e);
	memset(wrong, 0, sizeof *wrong);
	if (pr_json_type(doc, at) == PR_JSON_STRING) return wire_read(e, wrong, doc, at);
	if (pr_json_type(doc, at) != PR_JSON_OBJECT) return wrong_set(wrong, "", "an entry is an object or a hexadecimal text");
	if (!pr_json_string_borrow(&name, &name_len, doc, pr_json_get(doc, at, "kind")) || !(e->kind = pr_kind_by_name(name, name_len)))
		return wrong_set(wrong, "kind", "the name of a kind of entry expected");
	if (!members_known(wrong, e->kind, doc, at)) return false;
	for (unsigned i = 0; i < pr_kind_infos[e->kind].field_count; i++) {
		uint32_t value = pr_json_get(doc, at, member_name(e->kind, i));
		if (value == PR_JSON_NONE && sig_optional && pr_kind_infos[e->kind].fields[i].type == PR_FIELD_SIG64) continue;
		if (value == PR_JSON_NONE) return wrong_set(wrong, member_name(e->kind, i), "missing");
		if (!field_read(e, i, wrong, doc, value)) return false;
	}
	return true;
}

static void field_write(struct pr_json_out *o, const struct pr_entry *e, unsigned i)
{
	pr_json_out_key(o, member_name(e->kind, i));
	switch (pr_kind_infos[e->kind].fields[i].type) {
	case PR_FIELD_ACCT:
	case PR_FIELD_PARTY:
	case PR_FIELD_OBJ:
	case PR_FIELD_AUX:
	case PR_FIELD_U8:
		pr_json_out_u64(o, e->f[i].num);
		return;
	case PR_FIELD_VAR:
		pr_json_out_u64_string(o, e->f[i].num);
		return;
	case PR_FIELD_B20:
		pr_json_out_hex(o, e->f[i].bytes, 20);
		return;
	case PR_FIELD_B32:
	case PR_FIELD_RND32:
		pr_json_out_hex(o, e->f[i].bytes, 32);
		return;
	case PR_FIELD_SIG64:
		pr_json_out_hex(o, e->sig64, 64);
		return;
	}
}

void pr_entry_to_json(struct pr_json_out *o, const struct pr_entry *e)
{
	PR_CHECK(pr_kind_info(e->kind));
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "kind", pr_kind_infos[e->kind].name);
	for (unsigned i = 0; i < pr_kind_infos[e->kind].field_count; i++) field_write(o, e, i);
	pr_json_out_close(o, '}');
}
