/* Every case runs the scaffolding in a child process and looks at how it ends. */
#include "core/rt/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/rt/log.h"

static uint64_t number;
static const struct pr_config_key keys[] = { { "a.number", PR_CONFIG_U64, "7", 1, 9, &number, "a number" } };
static const struct pr_daemon_spec spec = { "test", "a test", keys, 1, false };
static const struct pr_daemon_spec key_spec = { "test", "a test", keys, 1, true };
static int ready[2]; /* the child writes when it is up; its end shows as the end of the pipe */

static void tell(void *arg)
{
	(void)arg;
	PR_CHECK(write(ready[1], "r", 1) == 1);
}

static int quiet(void)
{
	int null = open("/dev/null", O_WRONLY);
	dup2(null, 1);
	dup2(null, 2);
	return null;
}

static int start(const char *const *args, struct pr_daemon *daemon, const struct pr_daemon_spec *s)
{
	char *argv[16] = { (char *)(uintptr_t)"test" };
	int argc = 1;
	for (; args[argc - 1]; argc++) argv[argc] = (char *)(uintptr_t)args[argc - 1];
	return pr_daemon_init(daemon, s, argc, argv);
}

/* Runs body in a child; its process id. */
static pid_t child(int (*body)(void))
{
	PR_CHECK(pipe2(ready, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(ready[0]);
		quiet();
		_exit(body());
	}
	close(ready[1]);
	return pid;
}

/* Waits for the end; the exit code, 100 + signal if it was killed. */
static int outcome(pid_t pid)
{
	int status;
	PR_CHECK(waitpid(pid, &status, 0) == pid);
	close(ready[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static bool is_ready(void)
{
	char byte;
	return read(ready[0], &byte, 1) == 1;
}

static const char *const *row_args;

static int run_row(void)
{
	struct pr_daemon d;
	if (start(row_args, &d, &spec)) {
		pr_daemon_fini(&d);
		return 50 + (int)number;
	}
	return d.exit_code;
}

static void test_arguments(void)
{
	static const struct {
		const char *args[5];
		int want;
	} rows[] = {
		{ { NULL }, 57 },
		{ { "--set", "a.number=3", NULL }, 53 },
		{ { "--set", "a.number=3", "--set", "a.number=4" }, 54 },
		{ { "--set", "log.level=debug" }, 57 },
		{ { "--help" }, 0 },
		{ { "--version" }, 0 },
		{ { "--print-config" }, 0 },
		{ { "--set" }, 2 },
		{ { "--config" }, 2 },
		{ { "--config", "/nonexistent.toml" }, 2 },
		{ { "--set", "a.number=10" }, 2 },
		{ { "--set", "a.other=1" }, 2 },
		{ { "--set", "log.level=loud" }, 2 },
		{ { "--verbose" }, 2 },
		{ { "extra" }, 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		row_args = rows[i].args;
		UNIT_CHECK_ROW(rows[i].args[0] ? rows[i].args[0] : "no arguments", outcome(child(run_row)) == rows[i].want);
	}
}

static const char *const no_args[] = { NULL };

static int run_loop(void)
{
	struct pr_daemon d;
	PR_CHECK(start(no_args, &d, &spec) && pr_loop_post(d.loop, tell, NULL) == PR_OK);
	raise(SIGPIPE); /* is ignored */
	pr_daemon_run(&d);
	PR_CHECK(d.stopping);
	pr_daemon_fini(&d);
	return d.exit_code;
}

static int run_wait(void)
{
	struct pr_daemon d;
	PR_CHECK(start(no_args, &d, &spec));
	PR_CHECK(!pr_daemon_wait(&d, 1));
	tell(NULL);
	if (!pr_daemon_wait(&d, 60000) || !pr_daemon_wait(&d, 0)) return 3;
	pr_daemon_run(&d); /* asked to stop already: comes back at once */
	pr_daemon_fini(&d);
	return d.exit_code;
}

static void test_stop_signals(void)
{
	int (*const bodies[])(void) = { run_loop, run_wait };
	for (int i = 0; i < 4; i++) {
		pid_t pid = child(bodies[i / 2]);
		UNIT_CHECK(is_ready());
		kill(pid, i % 2 ? SIGINT : SIGTERM);
		UNIT_CHECK(outcome(pid) == 0);
	}
}

static void stop_it(void *daemon) { pr_daemon_stop(daemon, 1); }

static int run_stop(void)
{
	struct pr_daemon d;
	PR_CHECK(start(no_args, &d, &spec) && pr_loop_post(d.loop, stop_it, &d) == PR_OK);
	pr_daemon_run(&d);
	pr_daemon_fini(&d);
	return d.exit_code;
}

static void test_a_daemon_may_stop_itself(void) { UNIT_CHECK(outcome(child(run_stop)) == 1); }

static int run_keys(void)
{
	struct pr_daemon d;
	struct rlimit core, files;
	PR_CHECK(start(no_args, &d, &key_spec) && getrlimit(RLIMIT_CORE, &core) == 0 && getrlimit(RLIMIT_NOFILE, &files) == 0);
	return core.rlim_cur == 0 && core.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 && files.rlim_cur == files.rlim_max ? 0 : 1;
}

static void test_a_process_with_keys_leaves_no_core(void) { UNIT_CHECK(outcome(child(run_keys)) == 0); }

/* Starts the daemon as a grandchild and ends when it is up. */
static int run_orphan(void)
{
	static const char *const args[] = { "--exit-with-parent", NULL };
	int up[2];
	char byte;
	PR_CHECK(pipe(up) == 0);
	if (fork() == 0) {
		struct pr_daemon d;
		close(up[0]);
		PR_CHECK(start(args, &d, &spec) && write(up[1], "u", 1) == 1);
		pr_daemon_run(&d);
		tell(NULL);
		_exit(0);
	}
	return read(up[0], &byte, 1) == 1 ? 0 : 1;
}

static void test_exit_with_parent(void)
{
	pid_t pid = child(run_orphan);
	UNIT_CHECK(is_ready()); /* the grandchild was asked to stop, and says so */
	UNIT_CHECK(outcome(pid) == 0);
}

static void *thread_main(void *arg)
{
	char name[16];
	PR_CHECK(pthread_getname_np(pthread_self(), name, sizeof name) == 0);
	strcpy(arg, name);
	return arg;
}

static void test_threads_have_names(void)
{
	char name[16] = "";
	void *back;
	pthread_join(pr_thread_start("fifteen-letters", thread_main, name), &back);
	UNIT_CHECK(back == name && strcmp(name, "fifteen-letters") == 0);
}

int main(void)
{
	UNIT_RUN(test_arguments);
	UNIT_RUN(test_stop_signals);
	UNIT_RUN(test_a_daemon_may_stop_itself);
	UNIT_RUN(test_a_process_with_keys_leaves_no_core);
	UNIT_RUN(test_exit_with_parent);
	UNIT_RUN(test_threads_have_names);
	return UNIT_END();
}
