/* A key file is refused or parsed within its cost bounds; cheap ones are opened too. */
#include <string.h>

#include "core/base/fuzz.h"
#include "core/crypto/crypto.h"
#include "core/l1/keystore.h"

#define CHEAP 4096

static void fuzz_one(const uint8_t *data, size_t size)
{
	struct pr_keystore ks;
	uint8_t key32[32], addr20[20];
	pr_crypto_init();
	enum pr_err err = pr_keystore_parse(&ks, (const char *)data, size);
	if (err != PR_OK) {
		static const struct pr_keystore none;
		PR_CHECK(err == PR_ERR_CORRUPT || err == PR_ERR_UNSUPPORTED);
		PR_CHECK(memcmp(&ks, &none, sizeof ks) == 0);
		return;
	}
	PR_CHECK(ks.salt_len <= sizeof ks.salt);
	PR_CHECK(ks.scrypt ? ks.n * ks.r <= 1u << 23 && ks.n * ks.r * ks.p <= 1u << 25 : ks.rounds <= 10000000);
	if (ks.scrypt ? ks.n * ks.r * ks.p > CHEAP : ks.rounds > CHEAP) return;
	err = pr_keystore_decrypt(key32, addr20, &ks, (const uint8_t *)"testpassword", 12);
	PR_CHECK(err == PR_OK || err == PR_ERR_PERMISSION || err == PR_ERR_CORRUPT);
}
