/* Passwords on a terminal: a program behind a pseudo-terminal is asked and answered as a person would. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>

#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "cli/cli.h"
#include "tests/support/tempdir.h"

#define PATIENCE_MS 20000

static struct session {
	int    fd;
	pid_t  pid;
	char   said[16384];
	size_t len, read; /* read: how far what was waited for reaches */
	bool   silent;    /* it said nothing for too long */
} s;

static void child(const char *const *args)
{
	static struct cli c;
	char             *argv[16] = { (char[]){ "pennyroyal" } };
	int               argc     = 1;
	while (*args) argv[argc++] = (char *)(uintptr_t)*args++;
	argv[argc] = NULL;
	pr_crypto_init();
	cli_args_read(&c, argc, argv);
	c.command->run(&c);
	cli_finish(&c);
	exit(0);
}

static void begin(const char *const *args)
{
	(void)fflush(NULL);
	memset(&s, 0, sizeof s);
	s.pid = forkpty(&s.fd, NULL, NULL, NULL);
	PR_CHECK(s.pid >= 0);
	if (s.pid == 0) child(args);
}

/* More output; false at its end, or if nothing comes. */
static bool more(void)
{
	struct pollfd p = { .fd = s.fd, .events = POLLIN };
	PR_CHECK(s.len < sizeof s.said - 1);
	if (s.silent || poll(&p, 1, PATIENCE_MS) != 1) {
		s.silent = true;
		return false;
	}
	ssize_t n = read(s.fd, s.said + s.len, sizeof s.said - 1 - s.len);
	if (n <= 0) return false;
	s.len += (size_t)n;
	s.said[s.len] = 0;
	return true;
}

static bool hears(const char *text)
{
	for (;;) {
		const char *at = strstr(s.said + s.read, text);
		if (at) {
			s.read = (size_t)(at - s.said) + strlen(text);
			return true;
		}
		if (!more()) return false;
	}
}

static void type(const char *text) { PR_CHECK(write(s.fd, text, strlen(text)) == (ssize_t)strlen(text)); }

static bool echoes(void)
{
	struct termios t;
	PR_CHECK(tcgetattr(s.fd, &t) == 0);
	return t.c_lflag & ECHO;
}

/* The exit code; -1 if a signal ended it. */
static int end(void)
{
	int status;
	while (more()) {}
	if (s.silent) (void)kill(s.pid, SIGKILL);
	PR_CHECK(waitpid(s.pid, &status, 0) == s.pid);
	(void)close(s.fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *keys, *path_of_key;

static bool written(const char *name)
{
	char path[256];
	return access(tempdir_name(path, name), F_OK) == 0;
}

static void create(const char *name)
{
	begin((const char *const[]){ "keys", "create", name, "--light", "--keys", keys, NULL });
}

static void test_a_new_password_is_asked_twice_and_never_shown(void)
{
	create("one");
	UNIT_CHECK(hears("New password: ") && !echoes());
	type("correct horse\n");
	UNIT_CHECK(hears("Again: ") && !echoes());
	type("correct horse\n");
	UNIT_CHECK(hears("address"));
	UNIT_CHECK(end() == 0 && written("one") && !strstr(s.said, "horse"));
}

static void test_the_key_opens_with_that_password_only(void)
{
	const char *const import[] = { "keys", "import", "two", "--from", path_of_key, "--light", "--keys", keys, NULL };
	begin(import);
	UNIT_CHECK(hears("Password of ") && hears(": ") && !echoes());
	type("correct house\n");
	UNIT_CHECK(hears("is wrong") && end() == 1 && !written("two"));
	begin(import);
	UNIT_CHECK(hears("Password of ") && hears(": "));
	type("correct horse\n");
	UNIT_CHECK(hears("New password: "));
	type("other\n");
	UNIT_CHECK(hears("Again: "));
	type("other\n");
	UNIT_CHECK(end() == 0 && written("two") && !strstr(s.said, "horse") && !strstr(s.said, "other\r"));
}

static void test_a_private_key_is_not_shown(void)
{
	begin((const char *const[]){ "keys", "import", "three", "--light", "--keys", keys, NULL });
	UNIT_CHECK(hears("Private key (hex): ") && !echoes());
	type("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6\n");
	UNIT_CHECK(hears("New password: "));
	type("x\n");
	UNIT_CHECK(hears("Again: "));
	type("x\n");
	UNIT_CHECK(hears("0x90F79bf6EB2c4f870365E785982E1f101E93b906") && end() == 0 && !strstr(s.said, "7c8521"));
}

static void test_passwords_that_differ_write_nothing(void)
{
	create("four");
	UNIT_CHECK(hears("New password: "));
	type("a\n");
	UNIT_CHECK(hears("Again: "));
	type("b\n");
	UNIT_CHECK(hears("the passwords differ: nothing was written") && end() == 1 && !written("four"));
}

static void test_no_password_is_no_password(void)
{
	static const struct {
		const char *typed, *says;
	} rows[] = { { "\n", "an empty password protects nothing" }, { "\x04", "nothing was typed" }, { "\x03", "interrupted" }, { "\x1c", "interrupted" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		create("five");
		UNIT_CHECK_ROW(rows[i].says, hears("New password: ") && !echoes());
		type(rows[i].typed);
		UNIT_CHECK_ROW(rows[i].says, hears(rows[i].says) && echoes());
		UNIT_CHECK_ROW(rows[i].says, end() == 1 && !written("five"));
	}
}

static void test_a_key_is_not_asked_for_when_there_is_one_already(void)
{
	create("one");
	UNIT_CHECK(hears("never replaced") && end() == 1 && !strstr(s.said, "New password"));
}

static void test_without_a_terminal_a_file_is_asked_for(void)
{
	int   status, out[2];
	char  said[512] = "";
	pid_t pid;
	PR_CHECK(pipe(out) == 0);
	(void)fflush(NULL);
	PR_CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		(void)setsid();
		PR_CHECK(dup2(out[1], 2) == 2);
		child((const char *const[]){ "keys", "create", "six", "--light", "--keys", keys, NULL });
	}
	(void)close(out[1]);
	for (size_t n = 0;;) {
		ssize_t got = read(out[0], said + n, sizeof said - 1 - n);
		if (got <= 0) break;
		n += (size_t)got;
	}
	(void)close(out[0]);
	PR_CHECK(waitpid(pid, &status, 0) == pid);
	UNIT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1 && strstr(said, "--password-file") && !written("six"));
}

int main(void)
{
	char path[256];
	keys        = tempdir_make();
	path_of_key = tempdir_name(path, "one");
	UNIT_RUN(test_a_new_password_is_asked_twice_and_never_shown);
	UNIT_RUN(test_the_key_opens_with_that_password_only);
	UNIT_RUN(test_a_private_key_is_not_shown);
	UNIT_RUN(test_passwords_that_differ_write_nothing);
	UNIT_RUN(test_no_password_is_no_password);
	UNIT_RUN(test_a_key_is_not_asked_for_when_there_is_one_already);
	UNIT_RUN(test_without_a_terminal_a_file_is_asked_for);
	tempdir_remove(keys);
	return UNIT_END();
}
