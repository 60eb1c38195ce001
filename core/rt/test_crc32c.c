#include "core/rt/crc32c.h"

#include "core/base/unit.h"

/* Bit by bit, from the definition. */
static uint32_t slow(uint32_t crc, const uint8_t *p, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
	}
	return ~crc;
}

/* RFC 3720 appendix B.4, and the check value of the CRC catalogue. */
static void test_known_values(void)
{
	uint8_t bytes[32] = { 0 };
	UNIT_CHECK(pr_crc32c(0, "123456789", 9) == 0xE3069283u);
	UNIT_CHECK(pr_crc32c(0, bytes, 32) == 0x8A9136AAu);
	memset(bytes, 0xff, 32);
	UNIT_CHECK(pr_crc32c(0, bytes, 32) == 0x62A8AB43u);
	for (uint8_t i = 0; i < 32; i++) bytes[i] = i;
	UNIT_CHECK(pr_crc32c(0, bytes, 32) == 0x46DD794Eu);
	for (uint8_t i = 0; i < 32; i++) bytes[i] = (uint8_t)(31 - i);
	UNIT_CHECK(pr_crc32c(0, bytes, 32) == 0x113FDB5Cu);
	UNIT_CHECK(pr_crc32c(0, bytes, 0) == 0 && pr_crc32c(5, bytes, 0) == 5);
}

static void test_against_the_definition(void)
{
	static uint8_t bytes[20000];
	for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)unit_rand();
	for (int round = 0; round < 300; round++) {
		size_t at = (size_t)(unit_rand() % 64), len = (size_t)(unit_rand() % (round % 10 ? 300 : 19000)), cut = len ? (size_t)(unit_rand() % len) : 0;
		uint32_t want = slow(0, bytes + at, len);
		UNIT_CHECK(pr_crc32c(0, bytes + at, len) == want);
		UNIT_CHECK(pr_crc32c(pr_crc32c(0, bytes + at, cut), bytes + at + cut, len - cut) == want);
	}
	for (size_t len = 3060; len < 3090; len++) UNIT_CHECK(pr_crc32c(9, bytes, len) == slow(9, bytes, len)); /* around the three lanes */
}

int main(void)
{
	UNIT_RUN(test_known_values);
	UNIT_RUN(test_against_the_definition);
	return UNIT_END();
}
