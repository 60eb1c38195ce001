#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/crypto/keccak.h"
#include "core/l1/tx.h"
#include "tests/support/hex.h"

#define VALUE ((pr_u128)12345678901234567890u)

/* `cast mktx` of foundry 1.7.1 with the same fields and anvil's first key. */
static const struct {
	const char *name;
	struct pr_tx tx;
	const char *data, *raw;
} rows[] = {
	{ "call with value and data",
	  { .chain_id = 31337, .nonce = 7, .gas_limit = 100000, .max_fee = 2000000000, .max_priority_fee = 1000000000,
	    .value = VALUE },
	  "deadbeef00",
	  "02f87a827a6907843b9aca008477359400830186a09470997970c51812dc3a010c7d01b50e0d17dc79c888ab54a98ceb1f0ad285deadbeef"
	  "00c080a0334bf8d4dd58ec0ee0af2e66fb3f915c3141f181c5fd7fcc4a13042e90f41d77a06e43c065af7177d4c433caa7f57eca84a1a25"
	  "90cbff6796dd8f9650f99ae2642" },
	{ "all zero but the fee",
	  { .chain_id = 1, .nonce = 0, .gas_limit = 21000, .max_fee = 1 },
	  "",
	  "02f862018080018252089470997970c51812dc3a010c7d01b50e0d17dc79c88080c080a08b8441fbc9f44d60e1f2820fde20c6b2f28427c"
	  "0e8d47a2534bbd00405e1e596a049f7022397f47953953bdd4a479bedc7ee0d0e6a4718012aeae8f539611b37c2" },
	{ "creation",
	  { .chain_id = 31337, .nonce = 300, .gas_limit = 16777216, .max_fee = 300000000000, .max_priority_fee = 1,
	    .create = true },
	  "6000600055",
	  "02f85e827a6982012c018545d964b80084010000008080856000600055c080a0e51b7d06fb2f8e31220d654184afbd3086908b203b29def3"
	  "c2459e78a964221ba06c7bada624a0245489aad6da031c709231f93362705533c9fbfc49f678de4336" },
};

static uint8_t key32[32], to20[20];

static struct pr_tx row_tx(size_t row, uint8_t data[64])
{
	struct pr_tx tx = rows[row].tx;
	memcpy(tx.to20, to20, 20);
	tx.data_len = hex_bytes(data, 64, rows[row].data);
	tx.data = data;
	return tx;
}

static void test_signs_as_cast_does(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t raw[512], hash32[32], want32[32], data[64];
		size_t len;
		struct pr_tx tx = row_tx(i, data);
		UNIT_CHECK(pr_tx_sign(raw, sizeof raw, &len, hash32, &tx, key32) == PR_OK);
		UNIT_CHECK_ROW(rows[i].name, hex_is(raw, len, rows[i].raw));
		pr_keccak256(want32, raw, len);
		UNIT_CHECK(memcmp(hash32, want32, 32) == 0);
	}
}

static void test_refusals(void)
{
	uint8_t raw[512], hash32[32], data[64], zero32[32] = { 0 };
	size_t len, need = strlen(rows[0].raw) / 2;
	struct pr_tx tx = row_tx(0, data);
	for (size_t room = 0; room < need; room++) {
		UNIT_CHECK(pr_tx_sign(raw, room, &len, hash32, &tx, key32) == PR_ERR_FULL);
		UNIT_CHECK(len == 0 && memcmp(hash32, zero32, 32) == 0);
	}
	UNIT_CHECK(pr_tx_sign(raw, need, &len, hash32, &tx, key32) == PR_OK && len == need);
	UNIT_CHECK(pr_tx_sign(raw, sizeof raw, &len, hash32, &tx, zero32) == PR_ERR_INVALID && len == 0);
	tx.max_priority_fee = tx.max_fee + 1;
	UNIT_CHECK(pr_tx_sign(raw, sizeof raw, &len, hash32, &tx, key32) == PR_ERR_INVALID);
}

static void test_gas_of_calldata(void)
{
	static const uint8_t data[] = { 0, 0, 1, 2, 3 };
	struct pr_tx_gas gas = pr_tx_gas_of(NULL, 0, false);
	UNIT_CHECK(gas.intrinsic == 21000 && gas.floor == 21000);
	gas = pr_tx_gas_of(data, sizeof data, false);
	UNIT_CHECK(gas.intrinsic == 21000 + 2 * 4 + 3 * 16);
	UNIT_CHECK(gas.floor == 21000 + 2 * 10 + 3 * 40);
	gas = pr_tx_gas_of(data, sizeof data, true);
	UNIT_CHECK(gas.intrinsic == 53000 + 2 * 4 + 3 * 16 + 2);
}

int main(void)
{
	pr_crypto_init();
	hex_bytes(key32, 32, "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
	hex_bytes(to20, 20, "70997970c51812dc3a010c7d01b50e0d17dc79c8");
	UNIT_RUN(test_signs_as_cast_does);
	UNIT_RUN(test_refusals);
	UNIT_RUN(test_gas_of_calldata);
	return UNIT_END();
}
