#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/crypto/keccak.h"
#include "core/crypto/sig.h"
#include "tests/support/hex.h"

static const char order[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
static const char half_order[] = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
static const char half_order_and_one[] = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";

/* EIP-2098, "Test cases" (messages hashed as EIP-191 says); RFC 6979 makes the signatures reproducible. */
static const struct {
	const char *message, *sig;
} eip2098[] = {
	{ "Hello World", "68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
	                 "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064" },
	{ "It's a small(er) world", "9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76"
	                            "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793" },
};

static void eip191_digest(uint8_t digest32[32], const char *message)
{
	char text[128];
	int n = snprintf(text, sizeof text, "\x19" "Ethereum Signed Message:\n%zu%s", strlen(message), message);
	pr_keccak256(digest32, text, (size_t)n);
}

static void test_eip_2098_vectors(void)
{
	uint8_t key32[32], addr20[20];
	hex_bytes(key32, 32, "1234567890123456789012345678901234567890123456789012345678901234");
	UNIT_CHECK(pr_sig_address(addr20, key32));
	for (size_t row = 0; row < 2; row++) {
		uint8_t digest32[32], sig64[64], want64[64], got20[20];
		eip191_digest(digest32, eip2098[row].message);
		hex_bytes(want64, 64, eip2098[row].sig);
		UNIT_CHECK(pr_sig_sign(sig64, digest32, key32));
		UNIT_CHECK_ROW(eip2098[row].message, memcmp(sig64, want64, 64) == 0);
		UNIT_CHECK(pr_sig_recover_var(got20, digest32, want64));
		UNIT_CHECK_ROW(eip2098[row].message, memcmp(got20, addr20, 20) == 0);
		uint8_t r32[32], s32[32];
		UNIT_CHECK(pr_sig_split(r32, s32, want64) == row);
		UNIT_CHECK(memcmp(r32, want64, 32) == 0 && (s32[0] & 0x80) == 0 && memcmp(s32 + 1, want64 + 33, 31) == 0);
	}
}

static void test_known_addresses_and_key_bounds(void)
{
	static const struct {
		const char *key, *addr;
	} rows[] = {
		{ "0000000000000000000000000000000000000000000000000000000000000001",
		  "7e5f4552091a69125d5dfcb7b8c2659029395bdf" },
		{ "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
		  "f39fd6e51aad88f6f4ce6ab8827279cfffb92266" },
		/* n - 1 is the negation of 1 */
		{ "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
		  "80c0dbf239224071c59dd8970ab9d542e3414ab2" },
		{ "0000000000000000000000000000000000000000000000000000000000000000", NULL },
		{ order, NULL },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t key32[32], addr20[20], sig64[64], digest32[32] = { 5 };
		static const uint8_t zero[64];
		hex_bytes(key32, 32, rows[i].key);
		memset(addr20, 0xaa, 20);
		memset(sig64, 0xaa, 64);
		UNIT_CHECK_ROW(rows[i].key, pr_sig_address(addr20, key32) == (rows[i].addr != NULL));
		UNIT_CHECK_ROW(rows[i].key, pr_sig_sign(sig64, digest32, key32) == (rows[i].addr != NULL));
		if (rows[i].addr) UNIT_CHECK_ROW(rows[i].key, hex_is(addr20, 20, rows[i].addr));
		else UNIT_CHECK_ROW(rows[i].key, memcmp(addr20, zero, 20) == 0 && memcmp(sig64, zero, 64) == 0);
	}
}

/* s = n - s with the other parity signs for the same key, so a signature would have two encodings. */
static void test_high_s_is_refused(void)
{
	uint8_t key32[32] = { 0 }, n32[32], digest32[32], sig64[64], addr20[20];
	key32[31] = 7;
	hex_bytes(n32, 32, order);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 32; i++) digest32[i] = (uint8_t)(unit_rand() >> 24);
		UNIT_CHECK(pr_sig_sign(sig64, digest32, key32));
		uint8_t parity = sig64[32] >> 7;
		sig64[32] &= 0x7f;
		unsigned borrow = 0;
		for (int i = 31; i >= 0; i--) {
			unsigned d = 256u + n32[i] - sig64[32 + i] - borrow;
			sig64[32 + i] = (uint8_t)d;
			borrow = d < 256;
		}
		/* High s leaves no room for the parity in most cases; where the bit is free, both settings are refused. */
		UNIT_CHECK(sig64[32] >= 0x7f);
		for (unsigned bit = 0; bit < 2; bit++) {
			uint8_t saved = sig64[32];
			sig64[32] = (uint8_t)((saved & 0x7f) | ((bit ^ parity) << 7));
			bool high = (saved & 0x80) == 0;
			uint8_t want20[20];
			UNIT_CHECK(pr_sig_address(want20, key32));
			bool ok = pr_sig_recover_var(addr20, digest32, sig64);
			UNIT_CHECK(high ? !ok : !ok || memcmp(addr20, want20, 20) != 0);
			sig64[32] = saved;
		}
	}
}

/* The 65 bytes of wallets and the 64 of EIP-2098 are the same signature; anything else is none. */
static void test_from_rsv(void)
{
	uint8_t key32[32] = { 0 }, digest32[32], sig64[64], rsv65[65], back64[64];
	key32[31] = 7;
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 32; i++) digest32[i] = (uint8_t)(unit_rand() >> 24);
		UNIT_CHECK(pr_sig_sign(sig64, digest32, key32));
		uint8_t parity = pr_sig_split(rsv65, rsv65 + 32, sig64);
		for (unsigned v = 0; v < 256; v++) {
			rsv65[64] = (uint8_t)v;
			bool ok   = pr_sig_from_rsv(back64, rsv65);
			UNIT_CHECK(ok == (v == 0 || v == 1 || v == 27 || v == 28));
			if (ok) UNIT_CHECK((memcmp(back64, sig64, 64) == 0) == (v % 27 == parity));
		}
		rsv65[64] = 27;
		rsv65[32] |= 0x80;
		UNIT_CHECK(!pr_sig_from_rsv(back64, rsv65));
	}
}

static void test_bounds_of_r_and_s(void)
{
	/* r = n - 1 and r = 5 are no x coordinates of the curve; r = 1, 2 and n - 2 are. */
	static const struct {
		const char *name, *r, *s;
		bool ok;
	} rows[] = {
		{ "r = 0", "0000000000000000000000000000000000000000000000000000000000000000", half_order, false },
		{ "r = 1", "0000000000000000000000000000000000000000000000000000000000000001", half_order, true },
		{ "r = 5", "0000000000000000000000000000000000000000000000000000000000000005", half_order, false },
		{ "r = n - 2", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413f", half_order, true },
		{ "r = n - 1", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", half_order, false },
		{ "r = n", order, half_order, false },
		{ "r = n + 1", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142", half_order, false },
		{ "s = 0", "0000000000000000000000000000000000000000000000000000000000000002",
		  "0000000000000000000000000000000000000000000000000000000000000000", false },
		{ "s = 1", "0000000000000000000000000000000000000000000000000000000000000002",
		  "0000000000000000000000000000000000000000000000000000000000000001", true },
		{ "s = n / 2", "0000000000000000000000000000000000000000000000000000000000000002", half_order, true },
		{ "s = n / 2 + 1", "0000000000000000000000000000000000000000000000000000000000000002", half_order_and_one, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t sig64[64], digest32[32] = { 3 }, even20[20], odd20[20];
		static const uint8_t zero20[20];
		hex_bytes(sig64, 32, rows[i].r);
		hex_bytes(sig64 + 32, 32, rows[i].s);
		UNIT_CHECK_ROW(rows[i].name, pr_sig_recover_var(even20, digest32, sig64) == rows[i].ok);
		sig64[32] |= 0x80;
		UNIT_CHECK_ROW(rows[i].name, pr_sig_recover_var(odd20, digest32, sig64) == rows[i].ok);
		if (rows[i].ok) UNIT_CHECK_ROW(rows[i].name, memcmp(even20, odd20, 20) != 0);
		else UNIT_CHECK_ROW(rows[i].name, memcmp(even20, zero20, 20) == 0 && memcmp(odd20, zero20, 20) == 0);
	}
}

static void test_sign_recovers_to_the_address_and_blinding_changes_nothing(void)
{
	for (unsigned round = 0; round < 30; round++) {
		uint8_t key32[32], digest32[32], sig64[64], again64[64], want20[20], got20[20], seed32[32];
		for (unsigned i = 0; i < 32; i++) {
			key32[i] = (uint8_t)(unit_rand() >> 20);
			digest32[i] = (uint8_t)(unit_rand() >> 20);
			seed32[i] = (uint8_t)(unit_rand() >> 20);
		}
		UNIT_CHECK(pr_sig_address(want20, key32));
		UNIT_CHECK(pr_sig_sign(sig64, digest32, key32));
		UNIT_CHECK(pr_sig_recover_var(got20, digest32, sig64));
		UNIT_CHECK(memcmp(want20, got20, 20) == 0);
		pr_sig_blind(seed32);
		UNIT_CHECK(pr_sig_sign(again64, digest32, key32));
		UNIT_CHECK(memcmp(sig64, again64, 64) == 0);
		digest32[unit_rand() % 32] ^= 1;
		UNIT_CHECK(!pr_sig_recover_var(got20, digest32, sig64) || memcmp(want20, got20, 20) != 0);
	}
}

int main(void)
{
	pr_crypto_init();
	UNIT_RUN(test_eip_2098_vectors);
	UNIT_RUN(test_known_addresses_and_key_bounds);
	UNIT_RUN(test_high_s_is_refused);
	UNIT_RUN(test_from_rsv);
	UNIT_RUN(test_bounds_of_r_and_s);
	UNIT_RUN(test_sign_recovers_to_the_address_and_blinding_changes_nothing);
	return UNIT_END();
}
