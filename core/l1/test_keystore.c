#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/l1/keystore.h"
#include "tests/support/hex.h"

/* Web3 Secret Storage Definition, "Test Vectors". */
static const char pbkdf2_vector[] =
	"{\"crypto\":{\"cipher\":\"aes-128-ctr\",\"cipherparams\":{\"iv\":\"6087dab2f9fdbbfaddc31a909735c1e6\"},"
	"\"ciphertext\":\"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46\",\"kdf\":\"pbkdf2\","
	"\"kdfparams\":{\"c\":262144,\"dklen\":32,\"prf\":\"hmac-sha256\","
	"\"salt\":\"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd\"},"
	"\"mac\":\"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2\"},"
	"\"id\":\"3198bc9c-6672-5ab3-d995-4942343ae5b6\",\"version\":3}";
/* `cast wallet import` of foundry 1.7.1 with the definition's key and password.  The definition's own scrypt vector
 * (n = 2^18 with r = 1) breaks RFC 7914's n < 2^(16 r), which OpenSSL insists on; no program is known to write such files. */
static const char scrypt_vector[] =
	"{\"address\":\"008aeeda4d805471df9b2a5b0f38a0c3bcba786b\","
	"\"crypto\":{\"cipher\":\"aes-128-ctr\",\"cipherparams\":{\"iv\":\"ec2d8dd655e9bb07426f1e550baf8516\"},"
	"\"ciphertext\":\"25dea480c15f740ea3841021962d7124b4cf401fcfa0e10991f4da1e771c7802\",\"kdf\":\"scrypt\","
	"\"kdfparams\":{\"dklen\":32,\"n\":8192,\"p\":1,\"r\":8,"
	"\"salt\":\"b3f395d02cdbd2809bc383c9e45de7410668a8b0492c40c6ef87c662cea1864e\"},"
	"\"mac\":\"cf1672603cbb70ba38292d4508179fe402f9b1005e0007da91d4faf9e89152e6\"},"
	"\"id\":\"a4700587-5595-4c9a-9f52-fb8279c19773\",\"version\":3}";
static const char secret[] = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
static const char address[] = "008aeeda4d805471df9b2a5b0f38a0c3bcba786b";

#define PASSWORD ((const uint8_t *)"testpassword")

static void test_vectors_of_the_definition(void)
{
	static const char *const texts[] = { pbkdf2_vector, scrypt_vector };
	static const uint8_t zero[32];
	for (size_t i = 0; i < 2; i++) {
		struct pr_keystore ks;
		uint8_t key32[32], addr20[20];
		UNIT_CHECK_ROW(texts[i], pr_keystore_parse(&ks, texts[i], strlen(texts[i])) == PR_OK);
		UNIT_CHECK_ROW(texts[i], pr_keystore_decrypt(key32, addr20, &ks, PASSWORD, 12) == PR_OK);
		UNIT_CHECK_ROW(texts[i], hex_is(key32, 32, secret) && hex_is(addr20, 20, address));
	}
	struct pr_keystore ks;
	uint8_t key32[32], addr20[20];
	UNIT_CHECK(pr_keystore_parse(&ks, pbkdf2_vector, strlen(pbkdf2_vector)) == PR_OK);
	UNIT_CHECK(pr_keystore_decrypt(key32, addr20, &ks, PASSWORD, 11) == PR_ERR_PERMISSION);
	UNIT_CHECK(memcmp(key32, zero, 32) == 0 && memcmp(addr20, zero, 20) == 0);
	ks.cipher32[31] ^= 1;
	UNIT_CHECK(pr_keystore_decrypt(key32, addr20, &ks, PASSWORD, 12) == PR_ERR_PERMISSION);
	ks.cipher32[31] ^= 1;
	ks.has_addr = true;
	UNIT_CHECK(pr_keystore_decrypt(key32, addr20, &ks, PASSWORD, 12) == PR_ERR_CORRUPT);
	UNIT_CHECK(memcmp(key32, zero, 32) == 0);
}

/* The scrypt vector with one text replaced by another. */
static enum pr_err parse_changed(const char *from, const char *to)
{
	char text[2048];
	const char *at = strstr(scrypt_vector, from);
	PR_CHECK(at);
	int n = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - scrypt_vector), scrypt_vector, to, at + strlen(from));
	struct pr_keystore ks;
	return pr_keystore_parse(&ks, text, (size_t)n);
}

static void test_each_field_is_checked(void)
{
	static const struct {
		const char *from, *to;
		enum pr_err want;
	} rows[] = {
		{ "\"version\":3", "\"version\":3 ", PR_OK },
		{ "\"version\":3", "\"version\":4", PR_ERR_UNSUPPORTED },
		{ ",\"version\":3", "", PR_ERR_CORRUPT },
		{ "aes-128-ctr", "aes-128-cbc", PR_ERR_UNSUPPORTED },
		{ "\"kdf\":\"scrypt\"", "\"kdf\":\"argon2\"", PR_ERR_UNSUPPORTED },
		{ "\"n\":8192", "\"n\":8191", PR_ERR_CORRUPT },
		{ "\"n\":8192", "\"n\":0", PR_ERR_CORRUPT },
		{ "\"n\":8192", "\"n\":1048576", PR_OK },
		{ "\"n\":8192", "\"n\":2097152", PR_ERR_UNSUPPORTED },
		{ "\"n\":8192,\"p\":1,\"r\":8", "\"n\":262144,\"p\":8,\"r\":1", PR_ERR_UNSUPPORTED },
		{ "\"n\":8192,\"p\":1,\"r\":8", "\"n\":32768,\"p\":8,\"r\":1", PR_OK },
		{ "\"n\":8192,\"p\":1,\"r\":8", "\"n\":1048576,\"p\":1,\"r\":16", PR_ERR_UNSUPPORTED },
		{ "\"n\":8192,\"p\":1,\"r\":8", "\"n\":1048576,\"p\":8,\"r\":8", PR_ERR_UNSUPPORTED },
		{ "\"p\":1", "\"p\":0", PR_ERR_CORRUPT },
		{ "\"p\":1", "\"p\":17", PR_ERR_UNSUPPORTED },
		{ "\"r\":8", "\"r\":17", PR_ERR_UNSUPPORTED },
		{ "\"dklen\":32", "\"dklen\":64", PR_ERR_UNSUPPORTED },
		{ "\"dklen\":32", "\"dklen\":\"32\"", PR_ERR_CORRUPT },
		{ "ec2d8dd655", "ec2d8dd6", PR_ERR_CORRUPT },
		{ "25dea480", "25dea48g", PR_ERR_CORRUPT },
		{ "cf167260", "cf16726", PR_ERR_CORRUPT },
		{ "\"008aeeda", "\"0x008aeeda", PR_OK },
		{ "\"008aeeda", "\"008AEEDA", PR_OK },
		{ "\"008aeeda", "\"8aeeda", PR_ERR_CORRUPT },
		{ "\"crypto\"", "\"Crypto\"", PR_ERR_CORRUPT },
		{ "{\"address\"", "[\"address\"", PR_ERR_CORRUPT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		UNIT_CHECK_ROW(rows[i].to, parse_changed(rows[i].from, rows[i].to) == rows[i].want);
}

static char dir[64];

/* A path good for the next seven calls. */
static const char *in_dir(const char *name)
{
	static char path[8][128];
	static unsigned turn;
	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	PR_CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void test_create_then_load(void)
{
	uint8_t key32[32], addr20[20], loaded20[20];
	char path[128];
	snprintf(path, sizeof path, "%s/key", dir);
	UNIT_CHECK(pr_keystore_create(addr20, path, PASSWORD, 12, 9) == PR_ERR_INVALID);
	UNIT_CHECK(pr_keystore_create(addr20, path, PASSWORD, 12, 10) == PR_OK);
	UNIT_CHECK(pr_keystore_create(loaded20, path, PASSWORD, 12, 10) == PR_ERR_EXISTS);
	UNIT_CHECK(pr_keystore_load(key32, loaded20, path, PASSWORD, 12) == PR_OK);
	UNIT_CHECK(memcmp(addr20, loaded20, 20) == 0);
	UNIT_CHECK(pr_keystore_load(key32, loaded20, path, PASSWORD, 3) == PR_ERR_PERMISSION);
	write_file(in_dir("password"), "testpassword\n");
	UNIT_CHECK(pr_keystore_load_with(key32, loaded20, path, in_dir("password")) == PR_OK);
	UNIT_CHECK(memcmp(addr20, loaded20, 20) == 0);
	write_file(in_dir("password"), "testpassword\n\n");
	UNIT_CHECK(pr_keystore_load_with(key32, loaded20, path, in_dir("password")) == PR_ERR_PERMISSION);
	UNIT_CHECK(pr_keystore_load_with(key32, loaded20, path, in_dir("missing")) == PR_ERR_NOT_FOUND);
}

static void test_encrypt_gives_fresh_text_that_decrypts(void)
{
	uint8_t key32[32], got32[32], addr20[20];
	char a[PR_KEYSTORE_FILE_BYTES_MAX], b[PR_KEYSTORE_FILE_BYTES_MAX];
	size_t a_len, b_len;
	struct pr_keystore ks;
	hex_bytes(key32, 32, secret);
	UNIT_CHECK(pr_keystore_encrypt(a, sizeof a, &a_len, key32, PASSWORD, 12, 10) == PR_OK);
	UNIT_CHECK(pr_keystore_encrypt(b, sizeof b, &b_len, key32, PASSWORD, 12, 10) == PR_OK);
	UNIT_CHECK(strcmp(a, b) != 0 && strlen(a) == a_len);
	UNIT_CHECK(pr_keystore_parse(&ks, a, a_len) == PR_OK);
	UNIT_CHECK(pr_keystore_decrypt(got32, addr20, &ks, PASSWORD, 12) == PR_OK);
	UNIT_CHECK(memcmp(got32, key32, 32) == 0 && hex_is(addr20, 20, address));
	UNIT_CHECK(pr_keystore_encrypt(a, a_len, &b_len, key32, PASSWORD, 12, 10) == PR_ERR_FULL);
	memset(key32, 0, 32);
	UNIT_CHECK(pr_keystore_encrypt(a, sizeof a, &a_len, key32, PASSWORD, 12, 10) == PR_ERR_INVALID);
}

static void test_a_file_others_may_read_is_refused(void)
{
	uint8_t key32[32], addr20[20];
	const char *path = in_dir("open");
	UNIT_CHECK(pr_keystore_create(addr20, path, PASSWORD, 12, 10) == PR_OK);
	static const struct {
		mode_t mode;
		enum pr_err want;
	} rows[] = { { 0600, PR_OK }, { 0400, PR_OK }, { 0640, PR_ERR_PERMISSION }, { 0604, PR_ERR_PERMISSION } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		PR_CHECK(chmod(path, rows[i].mode) == 0);
		UNIT_CHECK(pr_keystore_load(key32, addr20, path, PASSWORD, 12) == rows[i].want);
	}
	PR_CHECK(chmod(path, 0600) == 0);
	PR_CHECK(symlink(path, in_dir("link")) == 0);
	UNIT_CHECK(pr_keystore_load(key32, addr20, in_dir("link"), PASSWORD, 12) == PR_ERR_PERMISSION);
	UNIT_CHECK(pr_keystore_load(key32, addr20, in_dir("missing"), PASSWORD, 12) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_keystore_load(key32, addr20, dir, PASSWORD, 12) == PR_ERR_PERMISSION);
}

int main(void)
{
	static const char *const names[] = { "key", "password", "open", "link" };
	pr_crypto_init();
	snprintf(dir, sizeof dir, "/tmp/pr_test_keystore.XXXXXX");
	PR_CHECK(mkdtemp(dir));
	UNIT_RUN(test_vectors_of_the_definition);
	UNIT_RUN(test_each_field_is_checked);
	UNIT_RUN(test_create_then_load);
	UNIT_RUN(test_encrypt_gives_fresh_text_that_decrypts);
	UNIT_RUN(test_a_file_others_may_read_is_refused);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) unlink(in_dir(names[i]));
	rmdir(dir);
	return UNIT_END();
}
