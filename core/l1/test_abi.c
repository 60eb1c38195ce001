#include "core/base/unit.h"
#include "core/l1/abi.h"
#include "tests/support/hex.h"

static const char addr_a[] = "70997970c51812dc3a010c7d01b50e0d17dc79c8";
static const char addr_b[] = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266";

/* cast abi-encode "f(uint64,bytes,(address,bytes32[])[],bool,bytes4,string[])" 77 0x0102030405
 *   "[(A,[0x11..,0x22..]),(B,[])]" true 0xcafebabe '["hi","0123456789012345678901234567890123456789"]' */
static const char expected[] =
	"000000000000000000000000000000000000000000000000000000000000004d"
	"00000000000000000000000000000000000000000000000000000000000000c0"
	"0000000000000000000000000000000000000000000000000000000000000100"
	"0000000000000000000000000000000000000000000000000000000000000001"
	"cafebabe00000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000260"
	"0000000000000000000000000000000000000000000000000000000000000005"
	"0102030405000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000002"
	"0000000000000000000000000000000000000000000000000000000000000040"
	"00000000000000000000000000000000000000000000000000000000000000e0"
	"00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
	"0000000000000000000000000000000000000000000000000000000000000040"
	"0000000000000000000000000000000000000000000000000000000000000002"
	"1111111111111111111111111111111111111111111111111111111111111111"
	"2222222222222222222222222222222222222222222222222222222222222222"
	"000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
	"0000000000000000000000000000000000000000000000000000000000000040"
	"0000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000002"
	"0000000000000000000000000000000000000000000000000000000000000040"
	"0000000000000000000000000000000000000000000000000000000000000080"
	"0000000000000000000000000000000000000000000000000000000000000002"
	"6869000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000028"
	"3031323334353637383930313233343536373839303132333435363738393031"
	"3233343536373839000000000000000000000000000000000000000000000000";

static bool build(uint8_t *buf, size_t room, size_t *len)
{
	uint8_t a20[20], b20[20], words[64];
	struct pr_abi w;
	hex_bytes(a20, 20, addr_a);
	hex_bytes(b20, 20, addr_b);
	memset(words, 0x11, 32);
	memset(words + 32, 0x22, 32);
	pr_abi_args(&w, buf, room, 6);
	pr_abi_u128(&w, 77);
	pr_abi_bytes(&w, (const uint8_t *)"\1\2\3\4\5", 5);
	pr_abi_array(&w, 2, 1);
	pr_abi_tuple(&w, 2);
	pr_abi_addr(&w, a20);
	pr_abi_words(&w, words, 2);
	pr_abi_leave(&w);
	pr_abi_tuple(&w, 2);
	pr_abi_addr(&w, b20);
	pr_abi_words(&w, NULL, 0);
	pr_abi_leave(&w);
	pr_abi_leave(&w);
	pr_abi_bool(&w, true);
	pr_abi_fixed(&w, (const uint8_t *)"\xca\xfe\xba\xbe", 4);
	pr_abi_array(&w, 2, 1);
	pr_abi_bytes(&w, (const uint8_t *)"hi", 2);
	pr_abi_bytes(&w, (const uint8_t *)"0123456789012345678901234567890123456789", 40);
	pr_abi_leave(&w);
	bool ok = pr_abi_done(&w);
	*len = w.len;
	return ok;
}

static void test_encodes_nested_arguments_as_cast_does(void)
{
	uint8_t buf[2048];
	size_t len;
	UNIT_CHECK(build(buf, sizeof buf, &len));
	UNIT_CHECK(hex_is(buf, len, expected));
}

static void test_call_starts_with_the_selector(void)
{
	uint8_t buf[128], a20[20], topic32[32];
	struct pr_abi w;
	hex_bytes(a20, 20, addr_a);
	pr_abi_call(&w, buf, sizeof buf, "transfer(address,uint256)", 2);
	pr_abi_addr(&w, a20);
	pr_abi_u128(&w, 1000);
	UNIT_CHECK(pr_abi_done(&w) && w.len == 68);
	UNIT_CHECK(hex_is(buf, 4, "a9059cbb"));
	UNIT_CHECK(memcmp(buf + 16, a20, 20) == 0 && pr_be64(buf + 60) == 1000);
	pr_abi_topic(topic32, "Transfer(address,address,uint256)");
	UNIT_CHECK(hex_is(topic32, 32, "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"));
}

static void test_nothing_is_written_past_the_room(void)
{
	size_t need = (sizeof expected - 1) / 2;
	for (size_t room = 0; room <= need + 1; room += room % 32 == 0 ? 31 : 1) {
		uint8_t buf[1024];
		size_t len;
		memset(buf, 0xee, sizeof buf);
		UNIT_CHECK(build(buf, room, &len) == (room >= need));
		for (size_t i = room; i < sizeof buf; i++) UNIT_CHECK(buf[i] == 0xee);
	}
}

static void test_reads_what_it_builds(void)
{
	uint8_t buf[2048], addr20[20], want20[20], word32[32];
	const uint8_t *p, *tuples, *tuple;
	size_t len, n, tuples_len, tuple_len;
	uint64_t v;
	bool b;
	UNIT_CHECK(build(buf, sizeof buf, &len));
	UNIT_CHECK(pr_abi_get_u64(&v, buf, len, 0) && v == 77);
	UNIT_CHECK(pr_abi_get_bytes(&p, &n, buf, len, 1) && n == 5 && memcmp(p, "\1\2\3\4\5", 5) == 0);
	UNIT_CHECK(pr_abi_get_bool(&b, buf, len, 3) && b);
	UNIT_CHECK(pr_abi_get_word(word32, buf, len, 4) && pr_be32(word32) == 0xcafebabe);
	/* Elements' offsets count from after the array's length. */
	UNIT_CHECK(pr_abi_get_words(&p, &n, buf, len, 2) && n == 2);
	UNIT_CHECK(pr_abi_get_list(&tuples, &tuples_len, buf, len, 2));
	tuples += 32;
	tuples_len -= 32;
	UNIT_CHECK(pr_abi_get_list(&tuple, &tuple_len, tuples, tuples_len, 0));
	hex_bytes(want20, 20, addr_a);
	UNIT_CHECK(pr_abi_get_addr(addr20, tuple, tuple_len, 0) && memcmp(addr20, want20, 20) == 0);
	UNIT_CHECK(pr_abi_get_words(&p, &n, tuple, tuple_len, 1) && n == 2 && p[0] == 0x11 && p[63] == 0x22);
	UNIT_CHECK(pr_abi_get_list(&tuple, &tuple_len, tuples, tuples_len, 1));
	UNIT_CHECK(pr_abi_get_words(&p, &n, tuple, tuple_len, 1) && n == 0);
}

static void test_reading_refuses_what_lies_outside(void)
{
	uint8_t data[128] = { 0 }, word32[32], addr20[20];
	const uint8_t *p;
	size_t n;
	uint64_t v;
	pr_u128 big;
	bool b;
	UNIT_CHECK(!pr_abi_get_word(word32, data, 31, 0));
	UNIT_CHECK(!pr_abi_get_word(word32, data, 64, 2));
	UNIT_CHECK(!pr_abi_get_word(word32, data, 64, SIZE_MAX / 16));
	static const struct {
		const char *name;
		uint64_t offset, length;
		size_t len;
		bool bytes_ok, words_ok;
	} rows[] = {
		{ "empty", 32, 0, 64, true, true },
		{ "one byte, padded", 32, 1, 96, true, true },
		{ "one byte, padding cut", 32, 1, 95, false, false },
		{ "offset at the end", 128, 0, 128, false, false },
		{ "offset past the end", 129, 0, 128, false, false },
		{ "huge offset", UINT64_MAX, 0, 128, false, false },
		{ "length past the end", 32, 65, 128, false, false },
		{ "exact", 32, 64, 128, true, false },
		{ "two words", 32, 2, 128, true, true },
		{ "huge length", 32, UINT64_MAX, 128, false, false },
		{ "length that wraps in words", 32, UINT64_MAX / 32 + 2, 128, false, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(data, 0, sizeof data);
		pr_be64_put(data + 24, rows[i].offset);
		pr_be64_put(data + 56, rows[i].length);
		UNIT_CHECK_ROW(rows[i].name, pr_abi_get_bytes(&p, &n, data, rows[i].len, 0) == rows[i].bytes_ok);
		UNIT_CHECK_ROW(rows[i].name, rows[i].bytes_ok || (p == NULL && n == 0));
		UNIT_CHECK_ROW(rows[i].name, pr_abi_get_words(&p, &n, data, rows[i].len, 0) == rows[i].words_ok);
	}
	memset(data, 0, sizeof data);
	data[11] = 1;
	UNIT_CHECK(!pr_abi_get_addr(addr20, data, 32, 0));
	UNIT_CHECK(!pr_abi_get_u128(&big, data, 32, 0));
	data[11] = 0;
	data[12] = 1;
	UNIT_CHECK(pr_abi_get_addr(addr20, data, 32, 0) && !pr_abi_get_u128(&big, data, 32, 0));
	data[12] = 0;
	data[23] = 1;
	UNIT_CHECK(pr_abi_get_u128(&big, data, 32, 0) && big == (pr_u128)1 << 64 && !pr_abi_get_u64(&v, data, 32, 0));
	data[23] = 0;
	data[31] = 2;
	UNIT_CHECK(pr_abi_get_u64(&v, data, 32, 0) && v == 2 && !pr_abi_get_bool(&b, data, 32, 0));
}

int main(void)
{
	UNIT_RUN(test_encodes_nested_arguments_as_cast_does);
	UNIT_RUN(test_call_starts_with_the_selector);
	UNIT_RUN(test_nothing_is_written_past_the_room);
	UNIT_RUN(test_reads_what_it_builds);
	UNIT_RUN(test_reading_refuses_what_lies_outside);
	return UNIT_END();
}
