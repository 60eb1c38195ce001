#include "core/base/unit.h"
#include "core/crypto/keccak.h"
#include "tests/support/hex.h"

/* Digests of m[i] = (7 i + n) mod 256 for i < n, made with an independent sponge checked against SHA3-256. */
static const struct {
	size_t len;
	const char *digest;
} patterns[] = {
	{ 0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
	{ 1, "5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2" },
	{ 7, "1ceda151e21262ae35aed0f8e3ad898e7ccd45ff03d25508e25e5701bc31c989" },
	{ 8, "66d6ac686bbe637cb6cf3e4deb8a1bb6aec0163cbbbd2c22747069455e660457" },
	{ 9, "c53f0080e65849581b3d6565207057d911e42e70134a6aefa8270a86ba8f0a38" },
	{ 135, "8ab570337c9a3a773c3605160ca58e3f0546d92d217c908669cc4f35a31933bc" },
	{ 136, "16b30a6be318a7acbcba7a2194789f628abf68dfbbf55a4d840f22f6a4d29efd" },
	{ 137, "6a7e8293441d51be41bf4994995b35981f90c07866c7fd0465f405e2b7a8f8dd" },
	{ 271, "bb02bca6be57f42d131406260c6f1a81fd9922af8bd1c96d78f454b19ae10add" },
	{ 272, "443464c0c3ac8036d14a6f8647fc93b592d514adefbe88683cbbda3b4b2c4553" },
	{ 273, "73d5960773e36742ead7c872d84d535f35e75b9517ccb1023491276013f88890" },
	{ 1000, "5cab097db1a529f5b1a15428cc494df950671bc3824340aad89941fa68e151bc" },
};

static void test_known_answers(void)
{
	uint8_t out32[32];
	pr_keccak256(out32, "abc", 3);
	UNIT_CHECK(hex_is(out32, 32, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"));
	pr_keccak256(out32, "The quick brown fox jumps over the lazy dog", 43);
	UNIT_CHECK(hex_is(out32, 32, "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"));
	pr_keccak256(out32, "Transfer(address,address,uint256)", 33);
	UNIT_CHECK(hex_is(out32, 32, "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"));
}

static void test_patterns_whole_and_in_pieces(void)
{
	for (size_t row = 0; row < sizeof patterns / sizeof patterns[0]; row++) {
		uint8_t m[1000], out32[32];
		size_t len = patterns[row].len;
		for (size_t i = 0; i < len; i++) m[i] = (uint8_t)(7 * i + len);
		pr_keccak256(out32, m, len);
		UNIT_CHECK_ROW(patterns[row].digest, hex_is(out32, 32, patterns[row].digest));
		for (unsigned round = 0; round < 20; round++) {
			struct pr_keccak h;
			pr_keccak_init(&h);
			for (size_t at = 0; at < len;) {
				size_t n = unit_rand() % 150;
				if (n > len - at) n = len - at;
				pr_keccak_update(&h, m + at, n);
				at += n;
			}
			pr_keccak_final(&h, out32);
			UNIT_CHECK_ROW(patterns[row].digest, hex_is(out32, 32, patterns[row].digest));
		}
	}
}

int main(void)
{
	UNIT_RUN(test_known_answers);
	UNIT_RUN(test_patterns_whole_and_in_pieces);
	return UNIT_END();
}
