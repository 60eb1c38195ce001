#include "core/rt/kv.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/rt/log.h"
#include "tests/support/tempdir.h"

static struct pr_kv *open_kv(const char *dir)
{
	struct pr_kv *kv;
	PR_CHECK(pr_kv_open(&kv, dir, 1 << 20, 1 << 20) == PR_OK);
	return kv;
}

static void test_values(void)
{
	char dir[256];
	struct pr_kv *kv = open_kv(tempdir_name(dir, "values")), *second;
	uint8_t *value, out[4] = { 9, 9, 9, 9 };
	size_t len = 5;
	UNIT_CHECK(pr_kv_open(&second, dir, 1 << 20, 1 << 20) == PR_ERR_IO && !second);
	UNIT_CHECK(pr_kv_get(kv, &value, &len, "k", 1) == PR_ERR_NOT_FOUND && !value && len == 0);
	UNIT_CHECK(pr_kv_get_exact(kv, out, 4, "k", 1) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_kv_put(kv, "k", 1, "abc", 3, true) == PR_OK);
	UNIT_CHECK(pr_kv_get(kv, &value, &len, "k", 1) == PR_OK && len == 3 && memcmp(value, "abc", 3) == 0);
	pr_kv_free(value);
	UNIT_CHECK(pr_kv_get_exact(kv, out, 4, "k", 1) == PR_ERR_CORRUPT && pr_kv_get_exact(kv, out, 2, "k", 1) == PR_ERR_CORRUPT && out[0] == 9);
	UNIT_CHECK(pr_kv_get_exact(kv, out, 3, "k", 1) == PR_OK && memcmp(out, "abc\x09", 4) == 0);
	UNIT_CHECK(pr_kv_put(kv, "\0\xff", 2, "", 0, false) == PR_OK); /* any bytes; an empty value is not an absent one */
	UNIT_CHECK(pr_kv_get(kv, &value, &len, "\0\xff", 2) == PR_OK && len == 0);
	pr_kv_free(value);
	pr_kv_free(NULL);
	pr_kv_close(kv);
	kv = open_kv(dir);
	UNIT_CHECK(pr_kv_get_exact(kv, out, 3, "k", 1) == PR_OK);
	pr_kv_close(kv);
	pr_kv_close(NULL);
}

static void test_batches(void)
{
	char dir[256];
	struct pr_kv *kv = open_kv(tempdir_name(dir, "batches"));
	struct pr_kv_batch *batch = pr_kv_batch_open();
	uint8_t byte;
	UNIT_CHECK(pr_kv_put(kv, "gone", 4, "x", 1, false) == PR_OK);
	pr_kv_batch_put(batch, "a", 1, "1", 1);
	pr_kv_batch_put(batch, "b", 1, "2", 1);
	pr_kv_batch_delete(batch, "gone", 4);
	UNIT_CHECK(pr_kv_batch_count(batch) == 3);
	UNIT_CHECK(pr_kv_get_exact(kv, &byte, 1, "a", 1) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_kv_write(kv, batch, true) == PR_OK && pr_kv_batch_count(batch) == 0);
	UNIT_CHECK(pr_kv_get_exact(kv, &byte, 1, "a", 1) == PR_OK && byte == '1');
	UNIT_CHECK(pr_kv_get_exact(kv, &byte, 1, "gone", 4) == PR_ERR_NOT_FOUND);
	pr_kv_batch_put(batch, "c", 1, "3", 1);
	pr_kv_batch_clear(batch);
	UNIT_CHECK(pr_kv_write(kv, batch, false) == PR_OK && pr_kv_get_exact(kv, &byte, 1, "c", 1) == PR_ERR_NOT_FOUND);
	pr_kv_batch_close(batch);
	pr_kv_close(kv);
}

struct walk {
	char seen[64];
	size_t stop_after;
};

static bool visit(void *ctx, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len)
{
	struct walk *w = ctx;
	UNIT_CHECK(value_len == 1 && value[0] == key[key_len - 1]);
	strncat(w->seen, (const char *)key, key_len);
	strcat(w->seen, " ");
	return w->stop_after == 0 || --w->stop_after > 0;
}

static void test_each(void)
{
	static const char *const names[] = { "b2", "a1", "b\xff", "b1", "c", "b3", "b" };
	char dir[256];
	struct pr_kv *kv = open_kv(tempdir_name(dir, "each"));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) UNIT_CHECK(pr_kv_put(kv, names[i], strlen(names[i]), names[i] + strlen(names[i]) - 1, 1, false) == PR_OK);
	static const struct {
		const char *prefix, *from, *want;
		size_t stop_after;
	} rows[] = {
		{ "b", "", "b b1 b2 b3 b\xff ", 0 }, { "b", "b2", "b2 b3 b\xff ", 0 }, { "b", "b25", "b3 b\xff ", 0 }, { "b", "", "b b1 ", 2 },
		{ "", "", "a1 b b1 b2 b3 b\xff c ", 0 }, { "", "b3", "b3 b\xff c ", 0 }, { "x", "", "", 0 }, { "b1", "", "b1 ", 0 }, { "b\xff", "", "b\xff ", 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct walk w = { .stop_after = rows[i].stop_after };
		UNIT_CHECK(pr_kv_each(kv, rows[i].prefix, strlen(rows[i].prefix), rows[i].from, strlen(rows[i].from), visit, &w) == PR_OK);
		UNIT_CHECK_ROW(rows[i].want, strcmp(w.seen, rows[i].want) == 0);
	}
	pr_kv_close(kv);
}

/* What a killed process had written with sync is there, whole. */
static void test_kill_9(void)
{
	char dir[256];
	tempdir_name(dir, "kill");
	int up[2];
	uint32_t done = 0, seen;
	PR_CHECK(pipe(up) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct pr_kv *kv = open_kv(dir);
		struct pr_kv_batch *batch = pr_kv_batch_open();
		for (uint32_t i = 1;; i++) {
			for (uint8_t k = 0; k < 10; k++) pr_kv_batch_put(batch, &k, 1, &i, sizeof i);
			PR_CHECK(pr_kv_write(kv, batch, true) == PR_OK && write(up[1], &i, sizeof i) == sizeof i);
		}
	}
	close(up[1]);
	while (done < 30 && read(up[0], &seen, sizeof seen) == sizeof seen) done = seen;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while (read(up[0], &seen, sizeof seen) == sizeof seen) done = seen;
	close(up[0]);
	struct pr_kv *kv = open_kv(dir);
	uint32_t first = 0, value;
	for (uint8_t k = 0; k < 10; k++) {
		UNIT_CHECK(pr_kv_get_exact(kv, &value, sizeof value, &k, 1) == PR_OK && value >= done);
		if (k == 0) first = value;
		UNIT_CHECK(value == first);
	}
	pr_kv_close(kv);
}

/* Damage is an error of its own, not an absent key. */
static void test_damage(void)
{
	char dir[256], path[600];
	struct pr_kv *kv = open_kv(tempdir_name(dir, "damage"));
	for (unsigned i = 0; i < 2000; i++) UNIT_CHECK(pr_kv_put(kv, &i, sizeof i, "some value of some length", 25, false) == PR_OK);
	pr_kv_close(kv);
	pr_kv_close(open_kv(dir)); /* the log becomes a table */
	DIR *d = opendir(dir);
	struct dirent *entry;
	unsigned tables = 0;
	while ((entry = readdir(d))) {
		if (!strstr(entry->d_name, ".ldb")) continue;
		tables++;
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		FILE *f = fopen(path, "r+");
		PR_CHECK(f && fseek(f, 300, SEEK_SET) == 0 && fputc('!', f) != EOF && fclose(f) == 0);
	}
	closedir(d);
	UNIT_CHECK(tables > 0);
	unsigned corrupt = 0;
	enum pr_err err = pr_kv_open(&kv, dir, 1 << 20, 1 << 20);
	for (unsigned i = 0; err == PR_OK && i < 2000; i++) {
		uint8_t out[25];
		enum pr_err got = pr_kv_get_exact(kv, out, sizeof out, &i, sizeof i);
		corrupt += got == PR_ERR_CORRUPT;
		UNIT_CHECK(got == PR_OK || got == PR_ERR_CORRUPT);
	}
	UNIT_CHECK(corrupt > 0 || err == PR_ERR_CORRUPT);
	if (err == PR_OK) pr_kv_close(kv);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	const char *dir = tempdir_make();
	UNIT_RUN(test_values);
	UNIT_RUN(test_batches);
	UNIT_RUN(test_each);
	UNIT_RUN(test_kill_9);
	UNIT_RUN(test_damage);
	tempdir_remove(dir);
	return UNIT_END();
}
