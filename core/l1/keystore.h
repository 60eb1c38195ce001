/* Keys on disk: Web3 Secret Storage version 3 (the format of geth, clef and cast).
 *
 * A key is encrypted with AES-128-CTR under scrypt or PBKDF2-HMAC-SHA256 of a password; a keccak-256 MAC tells a wrong
 * password.  The file must be a secret in the sense of core/rt/file.h: regular, ours, no bit for group or others. */
#ifndef PR_L1_KEYSTORE_H
#define PR_L1_KEYSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define PR_KEYSTORE_FILE_BYTES_MAX 8192
#define PR_KEYSTORE_PASSWORD_BYTES_MAX 1024
/* Cost of a new file: N = 2^18 takes about a second and 256 MiB; a devnet may use less. */
#define PR_KEYSTORE_LOG2_N_DEFAULT 18
#define PR_KEYSTORE_LOG2_N_MIN 10
#define PR_KEYSTORE_LOG2_N_MAX 20

/* A parsed file.  Bounds: scrypt N <= 2^20, r and p <= 16, N * r <= 2^23 (1 GiB), N * r * p <= 2^25,
 * N < 2^(16 r) (RFC 7914); PBKDF2 at most 10^7 rounds. */
struct pr_keystore {
	bool scrypt; /* else PBKDF2 */
	uint64_t n, r, p, rounds;
	uint8_t salt[64];
	size_t salt_len;
	uint8_t iv16[16], cipher32[32], mac32[32];
	bool has_addr;
	uint8_t addr20[20];
};

/* Reads the JSON text.  PR_ERR_CORRUPT: not a version 3 key file; PR_ERR_UNSUPPORTED: another version, cipher or kdf, or a
 * cost above the bounds. */
PR_MUST_USE enum pr_err pr_keystore_parse(struct pr_keystore *ks, const char *text, size_t len);

/* Decrypts.  Out: key32 and its address; both zeroed on error.  The caller wipes key32 (pr_secret_wipe).
 * PR_ERR_PERMISSION: the password is wrong; PR_ERR_CORRUPT: the key is none, or not that of the named address. */
PR_MUST_USE enum pr_err pr_keystore_decrypt(uint8_t key32[32], uint8_t addr20[20], const struct pr_keystore *ks,
                                            const uint8_t *password, size_t password_len);

/* Encrypts with fresh salt, iv and id into JSON text of *len bytes (terminated).  PR_ERR_INVALID: no key, or log2_n out of
 * bounds; PR_ERR_FULL: room (PR_KEYSTORE_FILE_BYTES_MAX is enough); PR_ERR_IO: no randomness. */
PR_MUST_USE enum pr_err pr_keystore_encrypt(char *text, size_t room, size_t *len, const uint8_t key32[32],
                                            const uint8_t *password, size_t password_len, unsigned log2_n);

/* The two above on a file.  create never replaces a file (PR_ERR_EXISTS) and draws the key itself. */
PR_MUST_USE enum pr_err pr_keystore_create(uint8_t addr20[20], const char *path, const uint8_t *password,
                                           size_t password_len, unsigned log2_n);
PR_MUST_USE enum pr_err pr_keystore_load(uint8_t key32[32], uint8_t addr20[20], const char *path, const uint8_t *password,
                                         size_t password_len);
/* The same with the password in a file, itself a secret; one newline at its end does not count. */
PR_MUST_USE enum pr_err pr_keystore_load_with(uint8_t key32[32], uint8_t addr20[20], const char *path,
                                              const char *password_path);

#endif
