#include "core/base/unit.h"
#include "core/crypto/secret.h"

static void test_equal_only_if_every_byte_is(void)
{
	uint8_t a[33], b[33];
	for (size_t i = 0; i < sizeof a; i++) a[i] = b[i] = (uint8_t)i;
	UNIT_CHECK(pr_secret_eq(a, b, sizeof a));
	UNIT_CHECK(pr_secret_eq(a, b, 0));
	for (size_t i = 0; i < sizeof a; i++) {
		b[i] ^= 0x80;
		UNIT_CHECK(!pr_secret_eq(a, b, sizeof a));
		UNIT_CHECK(pr_secret_eq(a, b, i));
		b[i] ^= 0x80;
	}
}

static void test_wipe_zeroes_exactly_len_bytes(void)
{
	uint8_t a[16];
	memset(a, 0xaa, sizeof a);
	pr_secret_wipe(a + 4, 8);
	for (size_t i = 0; i < sizeof a; i++) UNIT_CHECK(a[i] == (i >= 4 && i < 12 ? 0 : 0xaa));
}

int main(void)
{
	UNIT_RUN(test_equal_only_if_every_byte_is);
	UNIT_RUN(test_wipe_zeroes_exactly_len_bytes);
	return UNIT_END();
}
