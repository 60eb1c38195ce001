#include "core/codec/eip712.h"

#include "core/base/unit.h"
#include "core/codec/wire.h"
#include "core/crypto/crypto.h"
#include "core/crypto/sig.h"
#include "tests/support/any_entry.h"
#include "tests/support/hex.h"

/* Expected digests, signatures and wire forms were computed by ethers 6.17 (TypedDataEncoder, Wallet.signTypedData) from types written by
 * hand after docs/spec/entries.md section 2.  Domain: chain id 731733, rollup below.  Signer: account 7. */
#define CHAIN_ID 731733u
static const char rollup[] = "5fbdb2315678afecb367f032d93f642f64180aa3";
static const char domain_expected[] = "a1cf76ef66b2fcb752e3155919084e40b2cee3581b973707f2bfdac05adc638a";
static const char domain_max_expected[] = "f1a436aa787c2e773df3b8074da2df67624dbd89fe127ef4a37694d1d18c313c";
static const char key_of_7[] = "b10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf6";

/* The ledger of these tests: two accounts, two assets. */
static const struct {
	uint32_t id;
	const char *addr; /* NULL: an asset */
} objects[] = {
	{ 7, "f80999dcaf1cd7ee68f8b72c4e9451581a92bb56" },
	{ 16777215, "217dc6a3130a6ab45942219dc4258d680ba5e160" },
	{ 300, NULL },
	{ 65536, NULL },
};

/* Name of the type, digest, wire form with its signature at the end. */
static const struct {
	const char *type, *digest, *wire;
} rows[] = {
	{ "Transfer", "6256c1d029abc5e29de38d1f1db1a2fce659bc934e0ed2e23732147b2fea06fe",
	  "02000000070000000000000000000000000000000000ffffff00000000000000010911a0c0fef42aaf39093bb6344f76adb026448a3b3745"
	  "38a9550815ad86514335d1b06c3a3c31823be9f6176e6cb4d9419854c9fa9f659cd6c7cb13d17bab64" },
	{ "Transfer", "7393dc44407e71e55bc9d6be3527a314b9adb35b917b0e20d255cc15646078c5",
	  "0200000007ffffffffffffffffffffffffffffffff00000007ffffffffffffffff4fe91d9cc55e038693933f4cc52f3f938aae91fbea26de"
	  "4c52cb82e8e7f567d083b97b3ed2d9f14a6851b8d69ad3d8e271f4d19140cef61ceea68b4ca0b3d3b0" },
	{ "AccountOpen", "6f65074090ec7a0664e75510da6cac4564ee0e00970d85f58b946b0f8af28072",
	  "03000000070000000000000001000000006b49d20000000000000000000000000000000000000000ff000000000000000048af86c712aef1"
	  "9c203bdb0374cdb9e4e5d1ddde71f17e2c8d3ca9e9cbe712095359d8c46744580bfc2436a0262bfcf20d644587a12bce295b81181b89d287"
	  "e4" },
	{ "AccountOpen", "e8f53af01e8024749eeb82562d8151d6fb3935ad81dd2ecc8787e53a7ad30cb5",
	  "030000000700000000000000020000000000000000ffffffffffffffffffffffffffffffffffffffffab54a98ceb1f0ad2bfa08d3a3376cb"
	  "ce70d129f61ea2f211f24f62d9d2037c5917be9144ee2ae81ba01b5fe21568ede7811c78f02d73f71a7ba830d23e4d66e8bb25b95a8650b3"
	  "1b" },
	{ "Withdraw", "d459f08ce03c6c9f74024b0ecff7d231e758d44ffd8390a8a0761cc7d6aa7575",
	  "04000000070000000000000003000000006b49d200217dc6a3130a6ab45942219dc4258d680ba5e160000000003b9aca007f0bfd2e1086ba"
	  "2e0d670667984e354125271dfa428a21015ed48177d9b7e1696d2210293ce047478a50af56899f2f9a8723ba1bffec820b8003d79f1074cd"
	  "7b" },
	{ "AssetRegister", "e4fc5ffd1d809056e0cde79a98c758c3bdab0d24320a9522af4aa3e164ce42a7",
	  "0500000007000000000000000400000000000000050100c65a7bb8d6351c1cf70c95a316cc6a92839c986682d98bc35f958f4883f9d2a801"
	  "75b7a638427703f0dbe7bb9bbf987a2551717b34e79f33b5b1008d1fa01db900000000000000010000000000000002ffffffffffffffff00"
	  "0000000000000402000000000003d090c328ad48935417dd881330e1b9c428020673113607d6864e7ad6138290767e8714d151f767b7d5d1"
	  "558965e7a23d780e34de5da1a8b78ef68d0b14360aaa0572" },
	{ "AssetRegister", "e9f709eae1d37013edc9267eb656be38e175d6e67f5782395a60f5bb68884cc7",
	  "050000000700000000000000000000000000000000ffff0000000000000000000000000000000000000000000000000000000000000000ff"
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00000000000000000000000000000000000000000000000000"
	  "00000000000000ffffffffffffffffff877cbceaec42e4771bd7b5cb9647d5464327d437b6d9daf0d3c462d3e2c180542d00e4a065190500"
	  "eec0da9d22995dbc59421c367abb5a558f9a72060b7304d6" },
	{ "EdgeAdd", "6ff1cb4cae06b0d6a8620afe75c63c90427c7b3933fe9d68498ec8f70dbb62da",
	  "0600000007000000000000000500000000000000060000012c000100000100000000000186a0a857f1ed1a31588624fb9dec8d48b1925aa0"
	  "d5968801d0acd970c69a2bd966e94aeb75f21070631c97f52b59b7ca8296eae4b592dbef3fa3c27796dde9dddb7b" },
	{ "EdgeAdd", "7fa287f0dd1135a25e57d419b4ec7bc0d66fbab243782125a83f82891619e1e3",
	  "06000000070000000000000006000000000000000700fffffe00ffffff020000000000000001bc12204b9f7c07ccc9d1814939e99cccb44a"
	  "590deee80f73ae3e12284eb3685425081ddd5fc3169e6467b3862c364b308a1753b119b7ec7a10ba03353bcc1872" },
	{ "AssetOpen", "3c60ec8e7bfac3c82af9eee6e794cf0dce6a7baf4b8727251ce3d12f5bb3c891",
	  "0800000007000000000000000700000000000000080000012cd4598b68cd7b12f9aefd1ce07d583a392c37b977564c2cd4b9786c235c1466"
	  "9f14c9f5d30a0123e023e8a3a233d91013628a8c0cdcb17016ff42fdaa2fa63e8c" },
	{ "AssetPrice", "c26559a9f99ee25738f97d8ffb9256a2d0c25f277b4acfb13ac54adc98714a8c",
	  "0900000007000000000000000800000000000000090000012c03000000000000004d6c4cc0d2bfb6dedd8a2e2c83ec2da3d30cce5abb3234"
	  "4268aa8084d6dbdf825e984f8cde6ab4bd2d5d2ec1edea673fd6da32e945843a1ff2cf4bd9b43e4dec33" },
	{ "AssetRetire", "cabe8e53738950cfb056c16f6258d7acb86c1e9d362a56cfb6a354aae067da80",
	  "0a000000070000000000000009000000000000000a00000000b3ff0b15229f20dfa991adbb1ca37336b5881338271a2f5163a1954c7ced58"
	  "9e5b528dde6cba6b90d4e0b6612ea737869930c74b62a85a344e98c19816b1b7be" },
	{ "ShareIssue", "25c94cf653a18f4f6919c034c35eada248b8e8c9671713fc06d57452ac3e2f62",
	  "0b00000007000000000000000a000000000000000b0000012c00ffffff00000000ffffffff0c27c51bd8c8bbbde4869c95a0141756d6fb77"
	  "e2f9a56bbe6998b1ac72e064402bc6c0f8655900db6eafe784f7acb077b67f451ab6f74e6392e6b61de48e4271" },
	{ "ShareIssue", "ded8b3653b182b0e3957a5953d31920baa2c45b5f7293f3756154beeae899d92",
	  "0b00000007000000000000000b000000000000000c0000012c000100000000000000000001bc2a5a6c58cfe95e507044f64d175bb046ed56"
	  "3e843373294db40349dd4744ff1308903881c10d46f0fc9e20b2a401671e28ae4e70e57b8e8fab4101f0729696" },
	{ "ShareTransfer", "596951c23f6cbe422697b1231ebe020f07adbb79d7ddf1e71829b02f659571f4",
	  "0c00000007000000000000000c000000000000000d0000012c000100000000000000000005f96bfa2a9efdc84783bc6c5fa3b1408670fd41"
	  "221e0d75af061c35dcda701cfcc79278f9d4782f7ec1ccd05087955c1a6b101350834eaae271d6ff9a18155c6d" },
	{ "ShareTransfer", "c1e0c93ee9457c5a7d57881bed46b56e2b435c66fbea7a865d7778c5dca20bbe",
	  "0c00000007000000000000000d000000000000000e00010000000000070000000000000006dbce2b26d69b325f3c7022a84a6ed31a652f31"
	  "4f6eae5b1d03cea9742318640ff2a0f7d7c735a96efa2f25f4c3fd0149b5e3ac11fbc666a72eba0e9b3e77bda8" },
	{ "Pay", "e2075b33fcbe1f5da872cf33c47e0376c6d78247fc14e1ac545d85e8fe190b6f",
	  "0d00000007000000000000000e000000000000000f0000012c00000000003b023380c5701eba6fd80f463c97655ae33661b70530d51961a9"
	  "842908ca5b210dbae506e2ebb1f6fa330779b51fbb0ad49076c1e552c78ba6536c7ff8c54b472d056e64" },
	{ "StreamOpen", "2c1d62cf54a56b2b42f83222551e59c28acd5c758b4be76644ccc71945658371",
	  "0e00000007000000000000000f00000000000000100000012c020100000000000003e800000000004c4b4000000000713fb300df6966c971"
	  "051c3d54ec59162606531493a51404a002842f56009d7e5cf4a8c7f485209f26a6fea81b04bb2262e1e0769d593c8110667508509fe5a582"
	  "6ce886f070cdd4bdc0ebae75ab72ee3ba0279107b976c31a663dde1dfec47b519a8638" },
	{ "StreamTopup", "f37ca4f235e76a17a4cf5571de1fd0f6fd7e21e4892acd817e5f2ad5e8941bb9",
	  "0f00000007000000000000001000000000000000110000012d000000000000000f000000000000000900000000713fb301ba76d2fe5e43b9"
	  "2095da62a6a0812b63f34b84d741b9736cd51712ed3b7eda932028623a5d555ab3771e1991f15672238640e65ee98a0369b2c5e71ba6e40a"
	  "b2" },
	{ "StreamClose", "089bb45149c369f6847c72e98a724848b3f3d4ec7d88a6413ec784ed8005ac04",
	  "1200000007000000000000001100000000000000120000012d000000000000000f0000012c00000007bd43573436ef978d334ac9dfeeacf9"
	  "07cc5b32aaeb596ae53b70df5f009e811c8fa4495f7969cd6bcd1f1d2f006fc7897ff9c20b159a9871f2b8add534c2db89" },
};

static const struct {
	uint32_t stream;
	uint64_t serial, cumulative;
	const char *digest, *sig;
} vouchers[] = {
	{ 301, 15, 123456789, "66793dba446f67e0eb34fbdd4d8c0a9c3caf6cf2ce97a75419f96699661d275d",
	  "a8a6ed462ed894841a4ae9b4b33b9b625e39c5d022b263fd5c2c98ecf6fab5d83af411544e1864cf6ba444925174b17ae74b94aa5913a7f6"
	  "bad13be46bdf3e44" },
	{ UINT32_MAX, UINT64_MAX, UINT64_MAX, "1a650880902a30f94fe12a15cf9b9120bc00faad2d6181c0f48ef9f998304b57",
	  "7484994507a550b082fa36612d54952cc1b521e26ffdf2338e281059dad2417f162bf39ef57d925f6b3319b16a133d017d22e8b768f860a5"
	  "ef207ae4c8e38258" },
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static int find_address(void *ctx, uint32_t id, uint8_t addr20[20])
{
	(void)ctx;
	for (size_t i = 0; i < COUNT(objects); i++) {
		if (objects[i].id != id) continue;
		memset(addr20, 0xee, 20); /* what an asset leaves there must not be signed */
		if (!objects[i].addr) return 2;
		hex_bytes(addr20, 20, objects[i].addr);
		return 1;
	}
	return 0;
}

static void check_domain(uint8_t domain32[32])
{
	uint8_t rollup20[20], max32[32];
	memset(rollup20, 0xff, 20);
	pr_eip712_domain(max32, UINT64_MAX, rollup20);
	UNIT_CHECK(hex_is(max32, 32, domain_max_expected));
	hex_bytes(rollup20, 20, rollup);
	pr_eip712_domain(domain32, CHAIN_ID, rollup20);
	UNIT_CHECK(hex_is(domain32, 32, domain_expected));
}

static void test_domain_separator(void)
{
	uint8_t domain32[32];
	check_domain(domain32);
}

static struct pr_entry entry_of(const char *wire)
{
	uint8_t bytes[PR_WIRE_BYTES_MAX];
	struct pr_entry e;
	size_t len = hex_bytes(bytes, sizeof bytes, wire);
	UNIT_CHECK_ROW(wire, pr_wire_decode(&e, bytes, len));
	return e;
}

static void test_digests_of_every_signed_kind(void)
{
	uint8_t domain32[32], key32[32], signer20[20];
	bool seen[PR_KIND_COUNT] = { false };

	check_domain(domain32);
	hex_bytes(key32, 32, key_of_7);
	UNIT_CHECK(pr_sig_address(signer20, key32) && hex_is(signer20, 20, objects[0].addr));
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t digest32[32], sig64[64], got20[20];
		struct pr_entry e = entry_of(rows[i].wire);
		seen[e.kind] = true;
		UNIT_CHECK_ROW(rows[i].type, strncmp(pr_kind_info(e.kind)->type_string, rows[i].type, strlen(rows[i].type)) == 0);
		UNIT_CHECK_ROW(rows[i].type, pr_eip712_digest(digest32, domain32, &e, find_address, NULL) == PR_STATUS_APPLIED);
		UNIT_CHECK_ROW(rows[i].type, hex_is(digest32, 32, rows[i].digest));
		UNIT_CHECK_ROW(rows[i].type, pr_sig_recover_var(got20, digest32, e.sig64) && memcmp(got20, signer20, 20) == 0);
		UNIT_CHECK_ROW(rows[i].type, pr_sig_sign(sig64, digest32, key32) && memcmp(sig64, e.sig64, 64) == 0);
	}
	for (unsigned kind = 1; kind < PR_KIND_COUNT; kind++)
		UNIT_CHECK_ROW(pr_kind_info(kind)->name, seen[kind] == (pr_kind_info(kind)->is_signed != 0));
}

static void test_voucher_digests(void)
{
	uint8_t domain32[32], payer20[20], digest32[32], sig64[64], got20[20];
	check_domain(domain32);
	hex_bytes(payer20, 20, objects[0].addr);
	for (size_t i = 0; i < COUNT(vouchers); i++) {
		pr_eip712_voucher_digest(digest32, domain32, payer20, vouchers[i].stream, vouchers[i].serial, vouchers[i].cumulative);
		UNIT_CHECK(hex_is(digest32, 32, vouchers[i].digest));
		hex_bytes(sig64, 64, vouchers[i].sig);
		UNIT_CHECK(pr_sig_recover_var(got20, digest32, sig64) && memcmp(got20, payer20, 20) == 0);
	}
}

/* Whatever is signed changes the digest, whatever is not (aux fields, the signature) does not. */
static void test_every_signed_field_counts(void)
{
	uint8_t domain32[32], before32[32], after32[32];
	check_domain(domain32);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pr_entry whole = entry_of(rows[i].wire);
		const struct pr_kind_info *info = pr_kind_info(whole.kind);
		UNIT_CHECK(pr_eip712_digest(before32, domain32, &whole, find_address, NULL) == PR_STATUS_APPLIED);
		for (unsigned f = 0; f < info->field_count; f++) {
			struct pr_entry e = whole;
			enum pr_field_type type = info->fields[f].type;
			if (type == PR_FIELD_ACCT) e.f[f].num = e.f[f].num == 7 ? 16777215 : 7;
			else if (type == PR_FIELD_PARTY) e.f[f].num = e.f[f].num == 65536 ? 300 : 65536;
			else if (type == PR_FIELD_SIG64) e.sig64[63] ^= 1;
			else if (type == PR_FIELD_B20) e.f[f].bytes[19] ^= 1;
			else if (type == PR_FIELD_B32 || type == PR_FIELD_RND32) e.f[f].bytes[31] ^= 1;
			else e.f[f].num ^= 1;
			UNIT_CHECK(pr_eip712_digest(after32, domain32, &e, find_address, NULL) == PR_STATUS_APPLIED);
			bool is_free = type == PR_FIELD_AUX || type == PR_FIELD_SIG64;
			UNIT_CHECK_ROW(info->fields[f].name, (memcmp(before32, after32, 32) == 0) == is_free);
		}
		domain32[0] ^= 1;
		UNIT_CHECK(pr_eip712_digest(after32, domain32, &whole, find_address, NULL) == PR_STATUS_APPLIED);
		UNIT_CHECK(memcmp(before32, after32, 32) != 0);
		domain32[0] ^= 1;
	}
}

/* Named ids that are not what their field needs; the digest stays unwritten. */
static void test_wrong_parties(void)
{
	static const struct {
		const char *name;
		uint8_t kind;
		uint32_t from;
		uint8_t field;
		uint32_t id;
		enum pr_status status;
	} cases[] = {
		{ "sender is nothing", PR_KIND_ASSET_OPEN, 8, PR_ASSET_OPEN_ASSET, 300, PR_STATUS_SENDER },
		{ "sender is an asset", PR_KIND_ASSET_OPEN, 300, PR_ASSET_OPEN_ASSET, 300, PR_STATUS_SENDER },
		{ "sender before recipient", PR_KIND_TRANSFER, 8, PR_TRANSFER_TO, 8, PR_STATUS_SENDER },
		{ "recipient is nothing", PR_KIND_TRANSFER, 7, PR_TRANSFER_TO, 8, PR_STATUS_RECIPIENT },
		{ "recipient is an asset", PR_KIND_TRANSFER, 7, PR_TRANSFER_TO, 300, PR_STATUS_RECIPIENT },
		{ "recipient is an account", PR_KIND_TRANSFER, 7, PR_TRANSFER_TO, 16777215, PR_STATUS_APPLIED },
		{ "beneficiary is nothing", PR_KIND_EDGE_ADD, 7, PR_EDGE_ADD_BENEFICIARY, 8, PR_STATUS_BENEFICIARY },
		{ "beneficiary is an asset", PR_KIND_EDGE_ADD, 7, PR_EDGE_ADD_BENEFICIARY, 300, PR_STATUS_APPLIED },
		{ "holder is nothing", PR_KIND_SHARE_ISSUE, 7, PR_SHARE_ISSUE_HOLDER, 0, PR_STATUS_BENEFICIARY },
		{ "to is nothing", PR_KIND_SHARE_TRANSFER, 7, PR_SHARE_TRANSFER_TO, UINT32_MAX, PR_STATUS_BENEFICIARY },
		{ "an object is not looked up", PR_KIND_ASSET_OPEN, 7, PR_ASSET_OPEN_ASSET, 8, PR_STATUS_APPLIED },
		{ "an aux id is not looked up", PR_KIND_STREAM_CLOSE, 7, PR_STREAM_CLOSE_PAYER, 8, PR_STATUS_APPLIED },
	};
	uint8_t domain32[32];
	check_domain(domain32);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t digest32[32], blank32[32];
		struct pr_entry e = { .kind = cases[i].kind };
		e.f[PR_TRANSFER_FROM].num = cases[i].from;
		e.f[cases[i].field].num = cases[i].id;
		memset(digest32, 0xa5, 32);
		memset(blank32, 0xa5, 32);
		UNIT_CHECK_ROW(cases[i].name, pr_eip712_digest(digest32, domain32, &e, find_address, NULL) == cases[i].status);
		UNIT_CHECK_ROW(cases[i].name, (memcmp(digest32, blank32, 32) == 0) == (cases[i].status != PR_STATUS_APPLIED));
	}
}

int main(void)
{
	pr_crypto_init();
	UNIT_RUN(test_domain_separator);
	UNIT_RUN(test_digests_of_every_signed_kind);
	UNIT_RUN(test_voucher_digests);
	UNIT_RUN(test_every_signed_field_counts);
	UNIT_RUN(test_wrong_parties);
	return UNIT_END();
}
