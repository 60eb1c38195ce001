#include "core/l1/keystore.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/stat.h>

#include "core/crypto/keccak.h"
#include "core/crypto/secret.h"
#include "core/crypto/sig.h"
#include "core/rt/file.h"
#include "core/rt/json.h"
#include "core/rt/json_out.h"
#include "core/rt/log.h"

#define NODES_MAX 128
#define COST_N_MAX ((uint64_t)1 << PR_KEYSTORE_LOG2_N_MAX)
#define COST_NR_MAX ((uint64_t)1 << 23)
#define COST_NRP_MAX ((uint64_t)1 << 25)
#define COST_ROUNDS_MAX 10000000u
#define DERIVED_BYTES 32

/* Hex in this format comes without "0x" (addresses of some writers have it). */
static bool read_hex(uint8_t *out, size_t *len, size_t cap, const struct pr_json *doc, uint32_t at)
{
	const char *text;
	size_t n;
	*len = 0;
	if (!pr_json_string_borrow(&text, &n, doc, at)) return false;
	if (n >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		n -= 2;
	}
	if (n % 2 != 0 || n / 2 > cap) return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		unsigned digit;
		if (c >= '0' && c <= '9') digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f') digit = (unsigned)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F') digit = (unsigned)(c - 'A' + 10);
		else return false;
		out[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
	}
	*len = n / 2;
	return true;
}

static bool read_hex_exact(uint8_t *out, size_t len, const struct pr_json *doc, uint32_t at)
{
	size_t got;
	return read_hex(out, &got, len, doc, at) && got == len;
}

static enum pr_err read_kdf(struct pr_keystore *ks, const struct pr_json *doc, uint32_t crypto)
{
	uint32_t kdf = pr_json_get(doc, crypto, "kdf"), params = pr_json_get(doc, crypto, "kdfparams");
	uint64_t dklen;
	if (!pr_json_u64(&dklen, doc, pr_json_get(doc, params, "dklen"))) return PR_ERR_CORRUPT;
	if (dklen != DERIVED_BYTES) return PR_ERR_UNSUPPORTED;
	if (!read_hex(ks->salt, &ks->salt_len, sizeof ks->salt, doc, pr_json_get(doc, params, "salt"))) return PR_ERR_CORRUPT;
	if (pr_json_string_eq(doc, kdf, "scrypt")) {
		ks->scrypt = true;
		if (!pr_json_u64(&ks->n, doc, pr_json_get(doc, params, "n")) ||
		    !pr_json_u64(&ks->r, doc, pr_json_get(doc, params, "r")) ||
		    !pr_json_u64(&ks->p, doc, pr_json_get(doc, params, "p")))
			return PR_ERR_CORRUPT;
		if (ks->n < 2 || (ks->n & (ks->n - 1)) != 0 || ks->r < 1 || ks->p < 1) return PR_ERR_CORRUPT;
		if (ks->n > COST_N_MAX || ks->r > 16 || ks->p > 16) return PR_ERR_UNSUPPORTED;
		/* RFC 7914, section 2: n < 2^(128 r / 8). */
		if (ks->r < 4 && ks->n >= (uint64_t)1 << 16 * ks->r) return PR_ERR_UNSUPPORTED;
		if (ks->n * ks->r > COST_NR_MAX || ks->n * ks->r * ks->p > COST_NRP_MAX) return PR_ERR_UNSUPPORTED;
		return PR_OK;
	}
	if (!pr_json_string_eq(doc, kdf, "pbkdf2")) return PR_ERR_UNSUPPORTED;
	if (!pr_json_u64(&ks->rounds, doc, pr_json_get(doc, params, "c")) || ks->rounds < 1) return PR_ERR_CORRUPT;
	if (ks->rounds > COST_ROUNDS_MAX) return PR_ERR_UNSUPPORTED;
	return pr_json_string_eq(doc, pr_json_get(doc, params, "prf"), "hmac-sha256") ? PR_OK : PR_ERR_UNSUPPORTED;
}

static enum pr_err read_all(struct pr_keystore *ks, const struct pr_json *doc)
{
	uint64_t version;
	uint32_t crypto = pr_json_get(doc, 0, "crypto"), address = pr_json_get(doc, 0, "address");
	if (!pr_json_u64(&version, doc, pr_json_get(doc, 0, "version"))) return PR_ERR_CORRUPT;
	if (version != 3) return PR_ERR_UNSUPPORTED;
	if (pr_json_type(doc, pr_json_get(doc, crypto, "cipher")) != PR_JSON_STRING) return PR_ERR_CORRUPT;
	if (!pr_json_string_eq(doc, pr_json_get(doc, crypto, "cipher"), "aes-128-ctr")) return PR_ERR_UNSUPPORTED;
	uint32_t iv = pr_json_get(doc, pr_json_get(doc, crypto, "cipherparams"), "iv");
	if (!read_hex_exact(ks->iv16, 16, doc, iv)) return PR_ERR_CORRUPT;
	if (!read_hex_exact(ks->cipher32, 32, doc, pr_json_get(doc, crypto, "ciphertext"))) return PR_ERR_CORRUPT;
	if (!read_hex_exact(ks->mac32, 32, doc, pr_json_get(doc, crypto, "mac"))) return PR_ERR_CORRUPT;
	if (address != PR_JSON_NONE) {
		ks->has_addr = read_hex_exact(ks->addr20, 20, doc, address);
		if (!ks->has_addr) return PR_ERR_CORRUPT;
	}
	return read_kdf(ks, doc, crypto);
}

enum pr_err pr_keystore_parse(struct pr_keystore *ks, const char *text, size_t len)
{
	struct pr_json_node nodes[NODES_MAX];
	struct pr_json doc;
	memset(ks, 0, sizeof *ks);
	if (len > PR_KEYSTORE_FILE_BYTES_MAX) return PR_ERR_CORRUPT;
	if (pr_json_parse(&doc, text, len, nodes, NODES_MAX) != PR_JSON_OK) return PR_ERR_CORRUPT;
	enum pr_err err = read_all(ks, &doc);
	if (err != PR_OK) memset(ks, 0, sizeof *ks);
	return err;
}

static bool derive(uint8_t out32[DERIVED_BYTES], const struct pr_keystore *ks, const uint8_t *password, size_t password_len)
{
	if (password_len > PR_KEYSTORE_PASSWORD_BYTES_MAX) return false;
	if (ks->scrypt) {
		/* OpenSSL counts its own overhead against this bound as well. */
		uint64_t memory_max = 128 * ks->n * ks->r + 128 * ks->r * ks->p + (1u << 20);
		return EVP_PBE_scrypt((const char *)password, password_len, ks->salt, ks->salt_len, ks->n, ks->r, ks->p, memory_max,
		                      out32, DERIVED_BYTES) == 1;
	}
	return PKCS5_PBKDF2_HMAC((const char *)password, (int)password_len, ks->salt, (int)ks->salt_len, (int)ks->rounds,
	                         EVP_sha256(), DERIVED_BYTES, out32) == 1;
}

/* AES-128-CTR over 32 bytes; its own inverse. */
static bool aes_ctr(uint8_t out32[32], const uint8_t in32[32], const uint8_t key16[16], const uint8_t iv16[16])
{
	int len = 0;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key16, iv16) == 1 &&
	          EVP_EncryptUpdate(ctx, out32, &len, in32, 32) == 1 && len == 32;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* keccak256(second half of the derived key || ciphertext). */
static void mac_of(uint8_t mac32[32], const uint8_t derived32[DERIVED_BYTES], const uint8_t cipher32[32])
{
	struct pr_keccak h;
	pr_keccak_init(&h);
	pr_keccak_update(&h, derived32 + 16, 16);
	pr_keccak_update(&h, cipher32, 32);
	pr_keccak_final(&h, mac32);
	pr_secret_wipe(&h, sizeof h);
}

enum pr_err pr_keystore_decrypt(uint8_t key32[32], uint8_t addr20[20], const struct pr_keystore *ks, const uint8_t *password,
                                size_t password_len)
{
	uint8_t derived32[DERIVED_BYTES], mac32[32];
	enum pr_err err = PR_ERR_CORRUPT;
	memset(key32, 0, 32);
	memset(addr20, 0, 20);
	if (!derive(derived32, ks, password, password_len)) goto out;
	mac_of(mac32, derived32, ks->cipher32);
	err = PR_ERR_PERMISSION;
	if (!pr_secret_eq(mac32, ks->mac32, 32)) goto out;
	err = PR_ERR_CORRUPT;
	if (!aes_ctr(key32, ks->cipher32, derived32, ks->iv16)) goto out;
	if (!pr_sig_address(addr20, key32)) goto out;
	if (ks->has_addr && memcmp(addr20, ks->addr20, 20) != 0) goto out;
	err = PR_OK;
out:
	pr_secret_wipe(derived32, sizeof derived32);
	if (err != PR_OK) {
		pr_secret_wipe(key32, 32);
		memset(addr20, 0, 20);
	}
	return err;
}

static void put_hex(struct pr_json_out *o, const char *key, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 64 + 1];
	PR_CHECK(len <= 64);
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * len] = 0;
	pr_json_out_kv_string(o, key, text);
}

/* A random (version 4) UUID. */
static void put_id(struct pr_json_out *o, uint8_t id16[16])
{
	static const char digits[] = "0123456789abcdef";
	char text[37];
	size_t at = 0;
	id16[6] = (uint8_t)((id16[6] & 0x0f) | 0x40);
	id16[8] = (uint8_t)((id16[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
		text[at++] = digits[id16[i] >> 4];
		text[at++] = digits[id16[i] & 15];
	}
	text[at] = 0;
	PR_CHECK(at == 36);
	pr_json_out_kv_string(o, "id", text);
}

static void write_text(struct pr_json_out *o, const struct pr_keystore *ks, uint8_t id16[16])
{
	pr_json_out_open(o, '{');
	put_hex(o, "address", ks->addr20, 20);
	pr_json_out_key(o, "crypto");
	pr_json_out_open(o, '{');
	pr_json_out_kv_string(o, "cipher", "aes-128-ctr");
	put_hex(o, "ciphertext", ks->cipher32, 32);
	pr_json_out_key(o, "cipherparams");
	pr_json_out_open(o, '{');
	put_hex(o, "iv", ks->iv16, 16);
	pr_json_out_close(o, '}');
	pr_json_out_kv_string(o, "kdf", "scrypt");
	pr_json_out_key(o, "kdfparams");
	pr_json_out_open(o, '{');
	pr_json_out_kv_u64(o, "dklen", DERIVED_BYTES);
	pr_json_out_kv_u64(o, "n", ks->n);
	pr_json_out_kv_u64(o, "p", ks->p);
	pr_json_out_kv_u64(o, "r", ks->r);
	put_hex(o, "salt", ks->salt, ks->salt_len);
	pr_json_out_close(o, '}');
	put_hex(o, "mac", ks->mac32, 32);
	pr_json_out_close(o, '}');
	put_id(o, id16);
	pr_json_out_kv_u64(o, "version", 3);
	pr_json_out_close(o, '}');
}

enum pr_err pr_keystore_encrypt(char *text, size_t room, size_t *len, const uint8_t key32[32], const uint8_t *password,
                                size_t password_len, unsigned log2_n)
{
	struct pr_keystore ks = { .scrypt = true, .r = 8, .p = 1, .salt_len = 32, .has_addr = true };
	uint8_t derived32[DERIVED_BYTES], id16[16];
	struct pr_json_out o;
	enum pr_err err = PR_ERR_IO;
	*len = 0;
	if (log2_n < PR_KEYSTORE_LOG2_N_MIN || log2_n > PR_KEYSTORE_LOG2_N_MAX) return PR_ERR_INVALID;
	if (password_len > PR_KEYSTORE_PASSWORD_BYTES_MAX || !pr_sig_address(ks.addr20, key32)) return PR_ERR_INVALID;
	ks.n = (uint64_t)1 << log2_n;
	if (RAND_bytes(ks.salt, 32) != 1 || RAND_bytes(ks.iv16, 16) != 1 || RAND_bytes(id16, 16) != 1) return PR_ERR_IO;
	if (!derive(derived32, &ks, password, password_len)) goto out;
	if (!aes_ctr(ks.cipher32, key32, derived32, ks.iv16)) goto out;
	mac_of(ks.mac32, derived32, ks.cipher32);
	pr_json_out_init(&o, text, room);
	write_text(&o, &ks, id16);
	err = PR_ERR_FULL;
	if (!pr_json_out_ok(&o) || o.len >= room) goto out;
	text[o.len] = 0;
	*len = o.len;
	err = PR_OK;
out:
	pr_secret_wipe(derived32, sizeof derived32);
	return err;
}

enum pr_err pr_keystore_create(uint8_t addr20[20], const char *path, const uint8_t *password, size_t password_len,
                               unsigned log2_n)
{
	uint8_t key32[32];
	char text[PR_KEYSTORE_FILE_BYTES_MAX];
	size_t len;
	struct stat st;
	enum pr_err err;
	memset(addr20, 0, 20);
	if (lstat(path, &st) == 0) return PR_ERR_EXISTS;
	do {
		if (RAND_priv_bytes(key32, 32) != 1) return PR_ERR_IO;
	} while (!pr_sig_address(addr20, key32));
	err = pr_keystore_encrypt(text, sizeof text, &len, key32, password, password_len, log2_n);
	pr_secret_wipe(key32, sizeof key32);
	if (err == PR_OK) err = pr_file_write_atomic(path, text, len);
	if (err != PR_OK) memset(addr20, 0, 20);
	return err;
}

enum pr_err pr_keystore_load(uint8_t key32[32], uint8_t addr20[20], const char *path, const uint8_t *password,
                             size_t password_len)
{
	uint8_t text[PR_KEYSTORE_FILE_BYTES_MAX];
	struct pr_keystore ks;
	size_t len;
	memset(key32, 0, 32);
	memset(addr20, 0, 20);
	PR_FORWARD(pr_secret_read(text, &len, sizeof text, path));
	PR_FORWARD(pr_keystore_parse(&ks, (const char *)text, len));
	return pr_keystore_decrypt(key32, addr20, &ks, password, password_len);
}

enum pr_err pr_keystore_load_with(uint8_t key32[32], uint8_t addr20[20], const char *path, const char *password_path)
{
	uint8_t password[PR_KEYSTORE_PASSWORD_BYTES_MAX + 1];
	size_t len;
	memset(key32, 0, 32);
	memset(addr20, 0, 20);
	enum pr_err err = pr_secret_read(password, &len, sizeof password, password_path);
	if (err != PR_OK) {
		PR_LOG_ERROR("password path=%s error=%s", password_path, pr_err_name(err));
		return err;
	}
	if (len > 0 && password[len - 1] == '\n') len--;
	err = pr_keystore_load(key32, addr20, path, password, len);
	pr_secret_wipe(password, sizeof password);
	if (err != PR_OK)
		PR_LOG_ERROR("key path=%s error=%s reason=\"%s\"", path, pr_err_name(err),
		             err == PR_ERR_PERMISSION ? "refused, or not the password of this key" : err == PR_ERR_NOT_FOUND ? "there is no such file" : "not a key file of version 3");
	return err;
}
