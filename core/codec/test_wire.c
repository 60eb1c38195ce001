#include "core/codec/wire.h"

#include "core/base/unit.h"
#include "tests/support/any_entry.h"
#include "tests/support/hex.h"

/* One byte past what is written keeps its value. */
#define GUARD 0xa5

static bool is_zero(const struct pr_entry *e)
{
	static const struct pr_entry zero;
	return memcmp(e, &zero, sizeof zero) == 0;
}

static void test_round_trip_of_every_kind(void)
{
	uint64_t seed = unit_rand() | 1;
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++)
		for (unsigned n = 0; n < 200; n++) {
			struct pr_entry e = any_entry(&seed, kind, 1000, 0x1003), back;
			uint8_t wire[PR_WIRE_BYTES_MAX + 1], again[PR_WIRE_BYTES_MAX + 1];
			memset(wire, GUARD, sizeof wire);
			memset(&back, GUARD, sizeof back);
			size_t len = pr_wire_encode(wire, &e);
			UNIT_CHECK_ROW(pr_kind_info(kind)->name, len == pr_kind_info(kind)->wire_bytes && wire[len] == GUARD);
			UNIT_CHECK_ROW(pr_kind_info(kind)->name, pr_wire_length(wire, len) == len);
			UNIT_CHECK_ROW(pr_kind_info(kind)->name, pr_wire_decode(&back, wire, len));
			UNIT_CHECK_ROW(pr_kind_info(kind)->name, memcmp(&e, &back, sizeof e) == 0);
			UNIT_CHECK(pr_wire_encode(again, &back) == len && memcmp(again, wire, len) == 0);
		}
}

/* Makes every id of wire bytes one that a leaf can have. */
static void clip_ids(uint8_t *wire, const struct pr_kind_info *info)
{
	size_t at = 1;
	for (unsigned i = 0; i < info->field_count; i++) {
		enum pr_field_type t = info->fields[i].type;
		if (pr_field_is_id(t)) wire[at] = 0;
		at += pr_field_is_id(t) ? 4 : t == PR_FIELD_U8 ? 1 : t == PR_FIELD_VAR ? 8 : t == PR_FIELD_B20 ? 20 : t == PR_FIELD_SIG64 ? 64 : 32;
	}
	UNIT_CHECK(at == info->wire_bytes);
}

/* encode(decode(b)) = b for any bytes of the right length whose ids are in range. */
static void test_any_bytes_of_the_right_length(void)
{
	uint64_t seed = unit_rand() | 1;
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++)
		for (unsigned n = 0; n < 200; n++) {
			uint8_t wire[PR_WIRE_BYTES_MAX], again[PR_WIRE_BYTES_MAX];
			size_t len = pr_kind_info(kind)->wire_bytes;
			struct pr_entry e;
			for (size_t i = 0; i < len; i++) wire[i] = n == 0 ? 0xff : (uint8_t)(any_rand(&seed) >> 56);
			wire[0] = (uint8_t)kind;
			clip_ids(wire, pr_kind_info(kind));
			UNIT_CHECK_ROW(pr_kind_info(kind)->name, pr_wire_decode(&e, wire, len));
			UNIT_CHECK_ROW(pr_kind_info(kind)->name, pr_wire_encode(again, &e) == len && memcmp(wire, again, len) == 0);
		}
}

/* Every kind byte with every length: the kind's own length decodes and nothing else does. */
static void test_wrong_lengths_and_unknown_kinds(void)
{
	uint8_t wire[PR_WIRE_BYTES_MAX + 9] = { 0 };
	for (unsigned kind = 0; kind < 256; kind++) {
		size_t want = kind >= 1 && kind < PR_KIND_COUNT ? pr_kind_infos[kind].wire_bytes : 0;
		wire[0] = (uint8_t)kind;
		UNIT_CHECK(pr_wire_length(wire, 0) == 0 && pr_wire_length(wire, 1) == want);
		for (size_t len = 0; len <= sizeof wire; len++) {
			struct pr_entry e;
			memset(&e, GUARD, sizeof e);
			bool ok = pr_wire_decode(&e, wire, len);
			UNIT_CHECK(ok == (want > 0 && len == want));
			if (!ok) UNIT_CHECK(is_zero(&e));
			else UNIT_CHECK(e.kind == kind);
		}
	}
	struct pr_entry e;
	UNIT_CHECK(!pr_wire_decode(&e, NULL, 0) && is_zero(&e) && pr_wire_length(NULL, 0) == 0);
}

/* The layout in plain sight: docs/spec/entries.md section 1. */
static void test_known_layout(void)
{
	static const char *const rows[] = {
		"01" "1111111111111111111111111111111111111111" "000000003b9aca00", /* deposit: to, amount */
		"16" "03" "0000000000001388",                                     /* param: index, value */
		"07" "00000102" "00000304" "00fffffe",                             /* edge_inherit: child, parent_edge, ancestor_edge */
		"10" "00000001" "00000002" "0000000000000009"
		"2222222222222222222222222222222222222222222222222222222222222222", /* stream_tick: stream, asset, count, preimage */
	};
	struct pr_entry e[4];
	for (unsigned i = 0; i < 4; i++) {
		uint8_t wire[PR_WIRE_BYTES_MAX];
		size_t len = hex_bytes(wire, sizeof wire, rows[i]);
		UNIT_CHECK_ROW(rows[i], pr_wire_decode(&e[i], wire, len));
	}
	UNIT_CHECK(e[0].kind == PR_KIND_DEPOSIT && e[0].f[PR_DEPOSIT_TO].bytes[19] == 0x11 && e[0].f[PR_DEPOSIT_TO].bytes[20] == 0);
	UNIT_CHECK(e[0].f[PR_DEPOSIT_AMOUNT].num == 1000000000);
	UNIT_CHECK(e[1].kind == PR_KIND_PARAM && e[1].f[PR_PARAM_INDEX].num == PR_PARAM_STREAM_GRACE_S && e[1].f[PR_PARAM_VALUE].num == 5000);
	UNIT_CHECK(e[2].f[PR_EDGE_INHERIT_CHILD].num == 0x102 && e[2].f[PR_EDGE_INHERIT_PARENT_EDGE].num == 0x304);
	UNIT_CHECK(e[2].f[PR_EDGE_INHERIT_ANCESTOR_EDGE].num == 0xfffffe);
	UNIT_CHECK(e[3].f[PR_STREAM_TICK_STREAM].num == 1 && e[3].f[PR_STREAM_TICK_ASSET].num == 2 && e[3].f[PR_STREAM_TICK_COUNT].num == 9);
	UNIT_CHECK(e[3].f[PR_STREAM_TICK_PREIMAGE].bytes[0] == 0x22 && e[3].f[PR_STREAM_TICK_PREIMAGE].bytes[31] == 0x22);
}

static void test_ids_that_no_leaf_can_have_are_refused(void)
{
	uint8_t         wire[PR_WIRE_BYTES_MAX];
	struct pr_entry e = { .kind = PR_KIND_SETTLE }, back;

	for (unsigned i = 0; i < 3; i++) {
		e.f[i].num = PR_OBJECTS_MAX - 1;
		UNIT_CHECK(pr_wire_decode(&back, wire, pr_wire_encode(wire, &e)));
		e.f[i].num = PR_OBJECTS_MAX;
		UNIT_CHECK(!pr_wire_decode(&back, wire, pr_wire_encode(wire, &e)) && back.kind == 0);
		e.f[i].num = UINT32_MAX;
		UNIT_CHECK(!pr_wire_decode(&back, wire, pr_wire_encode(wire, &e)));
		e.f[i].num = 1;
	}
}

int main(void)
{
	UNIT_RUN(test_round_trip_of_every_kind);
	UNIT_RUN(test_any_bytes_of_the_right_length);
	UNIT_RUN(test_wrong_lengths_and_unknown_kinds);
	UNIT_RUN(test_known_layout);
	UNIT_RUN(test_ids_that_no_leaf_can_have_are_refused);
	return UNIT_END();
}
