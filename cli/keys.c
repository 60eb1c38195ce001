#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/crypto/secret.h"
#include "core/crypto/sig.h"
#include "core/l1/keystore.h"

#define LIGHT_LOG2_N 12
#define NAMES_MAX 256
#define NAME_BYTES_MAX 64

void cli_key_wipe(struct cli *c) { pr_secret_wipe(c->key32, sizeof c->key32); }

static bool name_ok(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len < NAME_BYTES_MAX && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == len;
}

static void path_of(const struct cli *c, char path[PR_PATH_BYTES_MAX], const char *name)
{
	if (!name_ok(name)) cli_usage(c, "%s is not a name for a key: letters, digits, '-', '_' and '.', at most 63", name);
	if (pr_path_join(path, c->keys_dir, name) != PR_OK) cli_die("the path of the key is too long");
}

/* Names of regular files in the keys directory, sorted. */
static unsigned names(const struct cli *c, char all[NAMES_MAX][NAME_BYTES_MAX])
{
	char           path[PR_PATH_BYTES_MAX];
	struct stat    st;
	struct dirent *entry;
	unsigned       count = 0;
	DIR           *dir = opendir(c->keys_dir);
	if (!dir) return 0;
	while ((entry = readdir(dir)) && count < NAMES_MAX) {
		if (!name_ok(entry->d_name) || pr_path_join(path, c->keys_dir, entry->d_name) != PR_OK) continue;
		if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
		memcpy(all[count++], entry->d_name, strlen(entry->d_name) + 1);
	}
	(void)closedir(dir);
	qsort(all, count, NAME_BYTES_MAX, (int (*)(const void *, const void *))strcmp);
	return count;
}

/* The file of --key, or the only key there is. */
static void chosen(const struct cli *c, char path[PR_PATH_BYTES_MAX])
{
	static char all[NAMES_MAX][NAME_BYTES_MAX];
	const char *key = cli_option(c, "key");
	if (key && strchr(key, '/')) {
		if (strlen(key) >= PR_PATH_BYTES_MAX) cli_usage(c, "--key: the path is too long");
		memcpy(path, key, strlen(key) + 1);
		return;
	}
	if (key) {
		path_of(c, path, key);
		return;
	}
	unsigned count = names(c, all);
	if (count == 0) cli_die("there is no key in %s: `pennyroyal keys create NAME` makes one, --key FILE names one elsewhere", c->keys_dir);
	if (count > 1) cli_die("there are %u keys in %s: say which with --key NAME", count, c->keys_dir);
	path_of(c, path, all[0]);
}

static size_t password(struct cli *c, uint8_t out[PR_KEYSTORE_PASSWORD_BYTES_MAX], const char *text, bool twice)
{
	char        again[PR_KEYSTORE_PASSWORD_BYTES_MAX];
	size_t      len;
	const char *file = cli_option(c, "password-file");
	if (file) {
		enum pr_err err = pr_secret_read(out, &len, PR_KEYSTORE_PASSWORD_BYTES_MAX, file);
		if (err == PR_ERR_PERMISSION) cli_die("%s must be a regular file of yours that nobody else can read: chmod 600", file);
		if (err != PR_OK) cli_die("the password file %s: %s", file, pr_err_name(err));
		if (len > 0 && out[len - 1] == '\n') len--;
		return len;
	}
	if (!cli_prompt((char *)out, PR_KEYSTORE_PASSWORD_BYTES_MAX, text, true))
		cli_die("there is no terminal to ask for the password: name a file with --password-file");
	if (twice && !out[0]) cli_die("an empty password protects nothing: nothing was written");
	if (twice) {
		if (!cli_prompt(again, sizeof again, "Again: ", true)) cli_die("there is no terminal to ask for the password");
		bool same = strcmp((char *)out, again) == 0;
		pr_secret_wipe(again, sizeof again);
		if (!same) cli_die("the passwords differ: nothing was written");
	}
	return strlen((char *)out);
}

static void keystore(struct pr_keystore *ks, const char *path)
{
	char       *text;
	size_t      len;
	enum pr_err err = pr_secret_check(path);
	if (err == PR_ERR_NOT_FOUND) cli_die("there is no key %s: `pennyroyal keys list` shows those you have", path);
	if (err == PR_ERR_PERMISSION) cli_die("%s must be a regular file of yours that nobody else can read: chmod 600", path);
	if (err == PR_OK) err = pr_file_read_all(&text, &len, path, PR_KEYSTORE_FILE_BYTES_MAX);
	if (err != PR_OK) cli_die("the key %s: %s", path, pr_err_name(err));
	err = pr_keystore_parse(ks, text, len);
	free(text);
	if (err != PR_OK) cli_die("%s is not a key file (Web3 Secret Storage, version 3)", path);
}

void cli_key_address(struct cli *c)
{
	static struct pr_keystore ks;
	char                      path[PR_PATH_BYTES_MAX];
	if (c->key_loaded) return;
	chosen(c, path);
	keystore(&ks, path);
	if (ks.has_addr) memcpy(c->addr20, ks.addr20, 20);
	else cli_key_unlock(c);
}

static void unlock(struct cli *c, uint8_t key32[32], uint8_t addr20[20], const char *path)
{
	static struct pr_keystore ks;
	uint8_t                   secret[PR_KEYSTORE_PASSWORD_BYTES_MAX];
	char                      text[PR_PATH_BYTES_MAX + 32];
	keystore(&ks, path);
	(void)snprintf(text, sizeof text, "Password of %s: ", path);
	size_t      len = password(c, secret, text, false);
	enum pr_err err = pr_keystore_decrypt(key32, addr20, &ks, secret, len);
	pr_secret_wipe(secret, sizeof secret);
	if (err == PR_ERR_PERMISSION) cli_die("the password of %s is wrong", path);
	if (err != PR_OK) cli_die("the key %s: %s", path, pr_err_name(err));
}

void cli_key_unlock(struct cli *c)
{
	char path[PR_PATH_BYTES_MAX];
	if (c->key_loaded) return;
	chosen(c, path);
	unlock(c, c->key32, c->addr20, path);
	c->key_loaded = true;
}

/* Where a new key goes; ends the program if there is one of that name. */
static void place_new(struct cli *c, char path[PR_PATH_BYTES_MAX])
{
	path_of(c, path, c->args[0]);
	if (pr_dir_make(c->keys_dir) != PR_OK) cli_die("the directory %s cannot be made", c->keys_dir);
	if (access(path, F_OK) == 0) cli_die("there is a key %s already: it is never replaced", c->args[0]);
}

static void write_new(struct cli *c, const char *path)
{
	uint8_t     secret[PR_KEYSTORE_PASSWORD_BYTES_MAX];
	char        text[PR_KEYSTORE_FILE_BYTES_MAX];
	size_t      len, secret_len = password(c, secret, "New password: ", true);
	unsigned    cost = cli_flag(c, "light") ? LIGHT_LOG2_N : PR_KEYSTORE_LOG2_N_DEFAULT;
	enum pr_err err  = pr_keystore_encrypt(text, sizeof text, &len, c->key32, secret, secret_len, cost);
	pr_secret_wipe(secret, sizeof secret);
	if (err == PR_OK) err = pr_file_write_atomic(path, text, len);
	if (err != PR_OK) cli_die("the key could not be written: %s", pr_err_name(err));
	cli_put(c, "key", "%s", path);
	cli_put_address(c, "address", c->addr20);
}

void cli_keys_create(struct cli *c)
{
	char path[PR_PATH_BYTES_MAX];
	place_new(c, path);
	do {
		if (getentropy(c->key32, 32) != 0) cli_die("the system gives no randomness");
	} while (!pr_sig_address(c->addr20, c->key32));
	write_new(c, path);
}

/* Reads "0x" and 64 digits (the 0x may be missing) into the key. */
static void key_parse(struct cli *c, char *text)
{
	char   with[67] = "0x";
	size_t len = strcspn(text, " \t\r\n"), skip = strncmp(text, "0x", 2) == 0 ? 2 : 0;
	bool   ok = len - skip == 64;
	if (ok) memcpy(with + 2, text + skip, 64);
	ok = ok && cli_hex_parse(c->key32, 32, with) && pr_sig_address(c->addr20, c->key32);
	pr_secret_wipe(with, sizeof with);
	pr_secret_wipe(text, strlen(text));
	if (!ok) cli_die("that is not a private key: 64 hex digits are wanted");
}

void cli_keys_import(struct cli *c)
{
	char        path[PR_PATH_BYTES_MAX], line[256];
	uint8_t     bytes[PR_KEYSTORE_FILE_BYTES_MAX + 1];
	const char *from = cli_option(c, "from");
	size_t      len;
	place_new(c, path);
	if (!from) {
		if (!cli_prompt(line, sizeof line, "Private key (hex): ", true)) cli_die("there is no terminal to ask for the key: name a file with --from");
		key_parse(c, line);
	} else {
		enum pr_err err = pr_secret_read(bytes, &len, sizeof bytes - 1, from);
		if (err == PR_ERR_PERMISSION) cli_die("%s must be a regular file of yours that nobody else can read: chmod 600", from);
		if (err != PR_OK) cli_die("%s: %s", from, pr_err_name(err));
		bytes[len] = 0;
		if (bytes[0] == '{') {
			pr_secret_wipe(bytes, sizeof bytes);
			unlock(c, c->key32, c->addr20, from);
		} else {
			key_parse(c, (char *)bytes);
		}
	}
	write_new(c, path);
}

void cli_keys_list(struct cli *c)
{
	static char               all[NAMES_MAX][NAME_BYTES_MAX];
	static struct pr_keystore ks;
	unsigned                  count = names(c, all);
	if (count == 0) cli_note("no keys in %s", c->keys_dir);
	for (unsigned i = 0; i < count; i++) {
		char  path[PR_PATH_BYTES_MAX], *text;
		size_t len;
		path_of(c, path, all[i]);
		if (pr_file_read_all(&text, &len, path, PR_KEYSTORE_FILE_BYTES_MAX) != PR_OK) continue;
		bool ok = pr_keystore_parse(&ks, text, len) == PR_OK;
		free(text);
		if (ok && ks.has_addr) cli_put_address(c, all[i], ks.addr20);
		else if (ok) cli_put(c, all[i], "(the file does not name its address)");
	}
}

void cli_keys_address(struct cli *c)
{
	cli_key_address(c);
	cli_put_address(c, "address", c->addr20);
}
