#include "core/base/unit.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sha256_impl.h"
#include "tests/support/hex.h"

/* Digests of m[i] = (7 i + n) mod 256 for i < n, made with Python's hashlib. */
static const struct {
	size_t len;
	const char *digest;
} patterns[] = {
	{ 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ 1, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a" },
	{ 55, "81afe5b788dc2ce138ff83d9b20164db75a94d75d2b2432eea4a0ef605088c72" },
	{ 56, "2aba54f0ac632420a2b502431408866e40e1d5e430df4cd822642c78ab2eb9c1" },
	{ 63, "733d3d4ee79ee67145bf73da13588f6f235d37414fc64b14a2f00f1762792f5e" },
	{ 64, "79322907b3e9d013d7dc2c2f256674dbf733045cde01df3539271c6f5605feb8" },
	{ 65, "d85c007c6eb440f085afa2b84f6f2bce4658b240e9f62cb1364bf0485a57e720" },
	{ 119, "6c87eedf096b345de205b702e5223b73b447a3207791ded3ea007ba15ed6736e" },
	{ 120, "42500cf6a1e3936d6b9e0bcfe296d654b63255e525487d3634d0b15fde591c4d" },
	{ 127, "68f6ff710276900c0ffbbc57426f67e00c2e01f0750c7edc25ac06b8ce7a8095" },
	{ 128, "489d55fea9a73af36b6dd0be7b4117d8e5683386d39544e8a44c99a87f368707" },
	{ 1000, "6b0df76627243d095b0c4400cb658b7e804dd03461cc03aee8fc8fe0bcada168" },
};

static void test_known_answers_of_fips_180(void)
{
	uint8_t out32[32];
	pr_sha256(out32, "abc", 3);
	UNIT_CHECK(hex_is(out32, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	pr_sha256(out32, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56);
	UNIT_CHECK(hex_is(out32, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
	struct pr_sha256 h;
	uint8_t a[1000];
	memset(a, 'a', sizeof a);
	pr_sha256_init(&h);
	for (unsigned i = 0; i < 1000; i++) pr_sha256_update(&h, a, sizeof a);
	pr_sha256_final(&h, out32);
	UNIT_CHECK(hex_is(out32, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

static void test_patterns_whole_and_in_pieces(void)
{
	for (size_t row = 0; row < sizeof patterns / sizeof patterns[0]; row++) {
		uint8_t m[1000], out32[32];
		size_t len = patterns[row].len;
		for (size_t i = 0; i < len; i++) m[i] = (uint8_t)(7 * i + len);
		pr_sha256(out32, m, len);
		UNIT_CHECK_ROW(patterns[row].digest, hex_is(out32, 32, patterns[row].digest));
		struct pr_sha256 h;
		pr_sha256_init(&h);
		for (size_t at = 0; at < len;) {
			size_t n = unit_rand() % 70;
			if (n > len - at) n = len - at;
			pr_sha256_update(&h, m + at, n);
			at += n;
		}
		pr_sha256_final(&h, out32);
		UNIT_CHECK_ROW(patterns[row].digest, hex_is(out32, 32, patterns[row].digest));
	}
}

static void random_bytes(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(unit_rand() >> 32);
}

static void test_fixed_sizes_equal_the_general_path(void)
{
	for (unsigned round = 0; round < 200; round++) {
		uint8_t in[65], other32[32], want32[32], got32[32], got_b32[32];
		random_bytes(in, sizeof in);
		random_bytes(other32, sizeof other32);
		pr_sha256(want32, in, 32);
		pr_sha256_32(got32, in);
		UNIT_CHECK(memcmp(got32, want32, 32) == 0);
		pr_sha256(want32, in, 65);
		pr_sha256_node(got32, in[0], in + 1, in + 33);
		UNIT_CHECK(memcmp(got32, want32, 32) == 0);
		uint64_t n = unit_rand() % 6;
		memcpy(want32, in, 32);
		for (uint64_t i = 0; i < n; i++) pr_sha256(want32, want32, 32);
		pr_sha256_chain(got32, in, n);
		UNIT_CHECK(memcmp(got32, want32, 32) == 0);
		pr_sha256_chain_x2(got32, got_b32, in, other32, n);
		UNIT_CHECK(memcmp(got32, want32, 32) == 0);
		pr_sha256_chain(want32, other32, n);
		UNIT_CHECK(memcmp(got_b32, want32, 32) == 0);
	}
}

static void test_outputs_may_alias_inputs(void)
{
	uint8_t a32[32] = { 1 }, b32[32] = { 2 }, x32[32], y32[32], want_x32[32], want_y32[32];
	pr_sha256_chain(want_x32, b32, 3);
	pr_sha256_chain(want_y32, a32, 3);
	memcpy(x32, a32, 32);
	memcpy(y32, b32, 32);
	pr_sha256_chain_x2(x32, y32, y32, x32, 3);
	UNIT_CHECK(memcmp(x32, want_x32, 32) == 0 && memcmp(y32, want_y32, 32) == 0);
	memcpy(x32, a32, 32);
	memcpy(y32, b32, 32);
	pr_sha256_portable.chain_x2(x32, y32, y32, x32, 3);
	UNIT_CHECK(memcmp(x32, want_x32, 32) == 0 && memcmp(y32, want_y32, 32) == 0);
	pr_sha256_node(want_x32, 9, a32, b32);
	memcpy(x32, b32, 32);
	pr_sha256_node(x32, 9, a32, x32);
	UNIT_CHECK(memcmp(x32, want_x32, 32) == 0);
}

#if defined(__x86_64__)
static void test_sha_ni_equals_portable(void)
{
	if (pr_sha256_chosen() != &pr_sha256_ni) {
		UNIT_SKIP("test_sha_ni_equals_portable", "this processor has no SHA instructions");
		return;
	}
	const struct pr_sha256_impl *p = &pr_sha256_portable, *q = &pr_sha256_ni;
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t in[256], a32[32], b32[32], c32[32], d32[32];
		uint32_t s[8], t[8];
		random_bytes(in, sizeof in);
		random_bytes((uint8_t *)s, sizeof s);
		memcpy(t, s, sizeof s);
		size_t blocks = unit_rand() % 5;
		p->compress(s, in, blocks);
		q->compress(t, in, blocks);
		UNIT_CHECK(memcmp(s, t, sizeof s) == 0);
		uint64_t n = unit_rand() % 4;
		p->chain(a32, in, n);
		q->chain(b32, in, n);
		UNIT_CHECK(memcmp(a32, b32, 32) == 0);
		p->chain_x2(a32, b32, in, in + 32, n);
		q->chain_x2(c32, d32, in, in + 32, n);
		UNIT_CHECK(memcmp(a32, c32, 32) == 0 && memcmp(b32, d32, 32) == 0);
		p->node(a32, in[200], in, in + 32);
		q->node(b32, in[200], in, in + 32);
		UNIT_CHECK(memcmp(a32, b32, 32) == 0);
	}
}
#endif

int main(void)
{
	UNIT_RUN(test_known_answers_of_fips_180);
	UNIT_RUN(test_patterns_whole_and_in_pieces);
	UNIT_RUN(test_fixed_sizes_equal_the_general_path);
	UNIT_RUN(test_outputs_may_alias_inputs);
#if defined(__x86_64__)
	UNIT_RUN(test_sha_ni_equals_portable);
#endif
	return UNIT_END();
}
