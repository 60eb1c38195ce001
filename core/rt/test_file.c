#include "core/rt/file.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/rt/log.h"
#include "tests/support/tempdir.h"

static void store(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");
	PR_CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, mode) == 0);
}

static void test_path_join(void)
{
	char out[PR_PATH_BYTES_MAX], name[PR_PATH_BYTES_MAX];
	UNIT_CHECK(pr_path_join(out, "a", "b") == PR_OK && strcmp(out, "a/b") == 0);
	memset(name, 'n', sizeof name);
	name[PR_PATH_BYTES_MAX - 3] = 0; /* "a/" and this: one byte less than the bound */
	UNIT_CHECK(pr_path_join(out, "a", name) == PR_OK && strlen(out) == PR_PATH_BYTES_MAX - 1);
	UNIT_CHECK(pr_path_join(out, "aa", name) == PR_ERR_INVALID && out[0] == 0);
}

static void test_write_and_read(void)
{
	char path[256], tmp[256];
	char *bytes;
	size_t len;
	struct stat st;
	tempdir_name(path, "f");
	tempdir_name(tmp, "f.tmp");
	UNIT_CHECK(pr_file_read_all(&bytes, &len, path, 10) == PR_ERR_NOT_FOUND && !bytes && len == 0);
	UNIT_CHECK(pr_file_write_atomic(path, "hello", 5) == PR_OK);
	UNIT_CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	UNIT_CHECK(stat(tmp, &st) != 0);
	UNIT_CHECK(pr_file_read_all(&bytes, &len, path, 5) == PR_OK && len == 5 && memcmp(bytes, "hello", 6) == 0);
	free(bytes);
	UNIT_CHECK(pr_file_read_all(&bytes, &len, path, 4) == PR_ERR_FULL && !bytes && len == 0);
	store(tmp, "left by a crash", 0600);
	UNIT_CHECK(pr_file_write_atomic(path, "", 0) == PR_OK && stat(tmp, &st) != 0);
	UNIT_CHECK(pr_file_read_all(&bytes, &len, path, 5) == PR_OK && len == 0 && bytes[0] == 0);
	free(bytes);
	UNIT_CHECK(pr_file_read_all(&bytes, &len, tempdir_path, 10) == PR_ERR_INVALID && !bytes);

	char fifo[256];
	PR_CHECK(mkfifo(tempdir_name(fifo, "pipe"), 0600) == 0);
	UNIT_CHECK(pr_file_read_all(&bytes, &len, fifo, 10) == PR_ERR_INVALID && !bytes); /* and does not wait for a writer */

	/* The name of the unfinished file is not followed elsewhere. */
	char victim[256];
	tempdir_name(victim, "victim");
	store(victim, "mine", 0600);
	PR_CHECK(symlink(victim, tmp) == 0);
	UNIT_CHECK(pr_file_write_atomic(path, "x", 1) != PR_OK);
	UNIT_CHECK(pr_file_read_all(&bytes, &len, victim, 10) == PR_OK && len == 4);
	free(bytes);
	PR_CHECK(unlink(tmp) == 0);
	char missing[256];
	tempdir_name(missing, "no/such");
	UNIT_CHECK(pr_file_write_atomic(missing, "x", 1) == PR_ERR_IO);
}

static void test_directories(void)
{
	char path[256], deep[256];
	struct stat st;
	tempdir_name(deep, "d/e/f/");
	UNIT_CHECK(pr_dir_make(deep) == PR_OK && stat(deep, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700);
	UNIT_CHECK(pr_dir_make(deep) == PR_OK);
	UNIT_CHECK(pr_dir_sync(deep) == PR_OK && pr_dir_make("") == PR_ERR_INVALID);
	store(tempdir_name(path, "plain"), "", 0600);
	UNIT_CHECK(pr_dir_make(path) == PR_ERR_IO && pr_dir_sync(path) == PR_ERR_IO);
	UNIT_CHECK(pr_dir_make(tempdir_name(path, "plain/below")) == PR_ERR_IO);
}

static void test_locks(void)
{
	char path[256];
	int a, b;
	tempdir_name(path, "lock");
	UNIT_CHECK(pr_lock_acquire(&a, path) == PR_OK && a >= 0);
	UNIT_CHECK(pr_lock_acquire(&b, path) == PR_ERR_EXISTS && b == -1);
	char *text;
	size_t len;
	UNIT_CHECK(pr_file_read_all(&text, &len, path, 32) == PR_OK && atol(text) == (long)getpid());
	free(text);
	pr_lock_release(a);
	UNIT_CHECK(pr_lock_acquire(&b, path) == PR_OK);
	pr_lock_release(b);
	pr_lock_release(-1);

	/* The end of a process, however it comes, releases its lock. */
	int ready[2];
	char byte;
	PR_CHECK(pipe(ready) == 0);
	pid_t child = fork();
	if (child == 0) {
		PR_CHECK(pr_lock_acquire(&a, path) == PR_OK && write(ready[1], "x", 1) == 1);
		for (;;) pause();
	}
	PR_CHECK(read(ready[0], &byte, 1) == 1);
	UNIT_CHECK(pr_lock_acquire(&b, path) == PR_ERR_EXISTS);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	UNIT_CHECK(pr_lock_acquire(&b, path) == PR_OK);
	pr_lock_release(b);
	close(ready[0]);
	close(ready[1]);
}

static void test_secrets(void)
{
	char path[256], link[256];
	uint8_t out[8];
	size_t len = 9;
	tempdir_name(path, "secret");
	UNIT_CHECK(pr_secret_check(path) == PR_ERR_NOT_FOUND);
	store(path, "hunter2!", 0600);
	UNIT_CHECK(pr_secret_check(path) == PR_OK);
	UNIT_CHECK(pr_secret_read(out, &len, 8, path) == PR_OK && len == 8 && memcmp(out, "hunter2!", 8) == 0);
	UNIT_CHECK(pr_secret_read(out, &len, 7, path) == PR_ERR_FULL && len == 0);
	for (int i = 0; i < 7; i++) UNIT_CHECK(out[i] == 0);
	UNIT_CHECK(chmod(path, 0400) == 0 && pr_secret_check(path) == PR_OK);
	const mode_t open_modes[] = { 0644, 0640, 0604, 0620, 0602, 0610, 0601, 0660, 0777 };
	for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
		memset(out, 7, sizeof out);
		PR_CHECK(chmod(path, open_modes[i]) == 0);
		UNIT_CHECK(pr_secret_check(path) == PR_ERR_PERMISSION);
		UNIT_CHECK(pr_secret_read(out, &len, 8, path) == PR_ERR_PERMISSION && len == 0 && out[0] == 0 && out[7] == 0);
	}
	PR_CHECK(chmod(path, 0600) == 0 && symlink(path, tempdir_name(link, "link")) == 0);
	UNIT_CHECK(pr_secret_check(link) == PR_ERR_PERMISSION);
	UNIT_CHECK(pr_secret_check(tempdir_path) == PR_ERR_PERMISSION);
	PR_CHECK(mkfifo(tempdir_name(link, "fifo"), 0600) == 0);
	UNIT_CHECK(pr_secret_check(link) == PR_ERR_PERMISSION); /* and does not wait for a writer */
}

/* A file that comes in pieces is the old one until commit, and stays it when it is abandoned, killed or failed. */
static void test_pieces_are_seen_whole_or_not_at_all(void)
{
	struct pr_file_writer w;
	char   path[256], tmp[256];
	char  *bytes;
	size_t len;
	struct stat st;
	tempdir_name(path, "pieces");
	tempdir_name(tmp, "pieces.tmp");
	for (unsigned round = 0; round < 4; round++) {
		UNIT_CHECK(pr_file_write_atomic(path, "old", 3) == PR_OK && pr_file_writer_open(&w, path) == PR_OK);
		pr_file_writer_write(&w, "new", 3);
		pr_file_writer_write(&w, "er", 2);
		UNIT_CHECK(stat(tmp, &st) == 0 && st.st_size == 5);
		if (round == 0) UNIT_CHECK(pr_file_writer_commit(&w) == PR_OK);
		if (round == 1) pr_file_writer_abandon(&w);
		if (round == 2) close(w.fd); /* as a killed process leaves it */
		if (round == 3) {
			w.err = PR_ERR_FULL;
			UNIT_CHECK(pr_file_writer_commit(&w) == PR_ERR_FULL);
		}
		UNIT_CHECK((stat(tmp, &st) == 0) == (round == 2));
		UNIT_CHECK(pr_file_read_all(&bytes, &len, path, 10) == PR_OK && strcmp(bytes, round == 0 ? "newer" : "old") == 0);
		free(bytes);
	}
	tempdir_name(path, "no/pieces");
	UNIT_CHECK(pr_file_writer_open(&w, path) == PR_ERR_IO);
}

int main(void)
{
	pr_log_redirect(-1);
	const char *dir = tempdir_make();
	UNIT_RUN(test_path_join);
	UNIT_RUN(test_write_and_read);
	UNIT_RUN(test_pieces_are_seen_whole_or_not_at_all);
	UNIT_RUN(test_directories);
	UNIT_RUN(test_locks);
	UNIT_RUN(test_secrets);
	tempdir_remove(dir);
	return UNIT_END();
}
