#include "cli/seed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto/secret.h"

#define FILE_BYTES 128

static void path_make(struct cli *c, char path[PR_PATH_BYTES_MAX], const char *rest)
{
	char dir[PR_PATH_BYTES_MAX], name[128], rollup[41];
	cli_hex_format(rollup, cli_chain(c)->rollup20, 20);
	int n = snprintf(name, sizeof name, "%.16s-%s", rollup, rest);
	PR_CHECK(n > 0 && (size_t)n < sizeof name);
	if (pr_path_join(dir, c->keys_dir, "streams") != PR_OK || pr_path_join(path, dir, name) != PR_OK) cli_die("the path of the keys is too long");
	if (pr_dir_make(dir) != PR_OK) cli_die("the directory %s cannot be made", dir);
}

static void opening_path(struct cli *c, char path[PR_PATH_BYTES_MAX], const uint8_t tip32[32])
{
	char rest[80] = "opening-";
	cli_hex_format(rest + 8, tip32, 32);
	path_make(c, path, rest);
}

static void stream_path(struct cli *c, char path[PR_PATH_BYTES_MAX], uint32_t stream, uint64_t serial)
{
	char rest[64];
	(void)snprintf(rest, sizeof rest, "%" PRIu32 "-%" PRIu64, stream, serial);
	path_make(c, path, rest);
}

static void seed_write(const char *path, const struct cli_seed *seed)
{
	char text[FILE_BYTES] = "0x";
	cli_hex_format(text + 2, seed->seed32, 32);
	int         n   = snprintf(text + 66, sizeof text - 66, "\n%" PRIu64 "\n", seed->units);
	enum pr_err err = pr_file_write_atomic(path, text, 66 + (size_t)n);
	pr_secret_wipe(text, sizeof text);
	if (err != PR_OK) cli_die("the stream's seed cannot be saved in %s: %s", path, pr_err_name(err));
}

void cli_seed_write_opening(struct cli *c, const struct cli_seed *seed, const uint8_t tip32[32])
{
	char path[PR_PATH_BYTES_MAX];
	opening_path(c, path, tip32);
	seed_write(path, seed);
}

void cli_seed_opened(struct cli *c, const struct cli_seed *seed, const uint8_t tip32[32], uint32_t stream, uint64_t serial)
{
	char path[PR_PATH_BYTES_MAX];
	stream_path(c, path, stream, serial);
	seed_write(path, seed);
	opening_path(c, path, tip32);
	(void)unlink(path);
}

bool cli_seed_exists(struct cli *c, uint32_t stream, uint64_t serial)
{
	char path[PR_PATH_BYTES_MAX];
	stream_path(c, path, stream, serial);
	return access(path, R_OK) == 0;
}

void cli_seed_read(struct cli *c, struct cli_seed *seed, uint32_t stream, uint64_t serial)
{
	char    path[PR_PATH_BYTES_MAX];
	uint8_t text[FILE_BYTES];
	size_t  len;
	stream_path(c, path, stream, serial);
	enum pr_err err = pr_secret_read(text, &len, sizeof text - 1, path);
	if (err == PR_ERR_NOT_FOUND) cli_die("the seed of stream %" PRIu32 " is not in %s: it can be spent only where it was opened", stream, path);
	if (err == PR_ERR_PERMISSION) cli_die("%s must be a regular file of yours that nobody else can read: chmod 600", path);
	if (err != PR_OK) cli_die("the seed %s: %s", path, pr_err_name(err));
	text[len] = 0;
	char *end = memchr(text, '\n', len), *number = end ? end + 1 : NULL;
	bool  ok = number != NULL;
	if (ok) {
		*end = 0;
		number[strcspn(number, "\n")] = 0;
		ok = cli_hex_parse(seed->seed32, 32, (char *)text) && cli_u64_parse(&seed->units, number) && seed->units <= CLI_SEED_UNITS_MAX;
	}
	pr_secret_wipe(text, sizeof text);
	if (!ok) cli_die("the seed %s is damaged", path);
}
