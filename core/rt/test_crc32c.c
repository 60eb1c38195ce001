#include "core/rt/crc32c.h"

#include "core/base/unit.h"

/* Bit by bit, from the definition (reflected polynomial 0x82F63B78). */
static uint32_t reference(uint32_t crc, const uint8_t *p, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
	}
	return ~crc;
}

/* RFC 3720 appendix B.4. */
static void test_vectors(void)
{
	uint8_t b[32];
	UNIT_CHECK(pr_crc32c(0, "", 0) == 0 && pr_crc32c(0, "123456789", 9) == 0xE3069283u);
	memset(b, 0, 32);
	UNIT_CHECK(pr_crc32c(0, b, 32) == 0x8A9136AAu);
	memset(b, 0xff, 32);
	UNIT_CHECK(pr_crc32c(0, b, 32) == 0x62A8AB43u);
	for (uint8_t i = 0; i < 32; i++) b[i] = i;
	UNIT_CHECK(pr_crc32c(0, b, 32) == 0x46DD794Eu);
	for (uint8_t i = 0; i < 32; i++) b[i] = (uint8_t)(31 - i);
	UNIT_CHECK(pr_crc32c(0, b, 32) == 0x113FDB5Cu);
}

/* Lengths around the three lanes of 1024 bytes, any alignment, in one or two parts. */
static void test_against_the_definition(void)
{
	static uint8_t bytes[10000];
	for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)unit_rand();
	for (int round = 0; round < 300; round++) {
		size_t at = (size_t)(unit_rand() % 17), len = round < 40 ? (size_t)(3072 - 20 + round) : (size_t)(unit_rand() % 9900);
		size_t cut = len ? (size_t)(unit_rand() % len) : 0;
		uint32_t want = reference(0, bytes + at, len);
		UNIT_CHECK(pr_crc32c(0, bytes + at, len) == want);
		UNIT_CHECK(pr_crc32c(pr_crc32c(0, bytes + at, cut), bytes + at + cut, len - cut) == want);
	}
}

int main(void)
{
	UNIT_RUN(test_vectors);
	UNIT_RUN(test_against_the_definition);
	return UNIT_END();
}
