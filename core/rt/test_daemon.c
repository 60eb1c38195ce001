#include "core/rt/daemon.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/rt/clock.h"
#include "tests/support/tempdir.h"

static uint64_t port;
static const struct pr_config_key keys[] = { { "net.port", PR_CONFIG_U64, "7", 1, 65535, &port, "a port" } };
static const struct pr_daemon_spec plain = { "tester", "does nothing", keys, 1, false };
static const struct pr_daemon_spec keeper = { "tester", "keeps keys", keys, 1, true };

static char output[1 << 16]; /* of the last child, both streams */

/* What a child does once it is a daemon; its exit code. */
typedef int (*daemon_body)(struct pr_daemon *daemon);

struct child {
	pid_t pid;
	int out;
};

static struct child start(const struct pr_daemon_spec *spec, daemon_body body, char **argv)
{
	int argc = 0, up[2];
	while (argv[argc]) argc++;
	fflush(stdout);
	PR_CHECK(pipe(up) == 0);
	pid_t pid = fork();
	PR_CHECK(pid >= 0);
	if (pid == 0) {
		struct pr_daemon daemon;
		dup2(up[1], 1);
		dup2(up[1], 2);
		close(up[0]);
		close(up[1]);
		int code = pr_daemon_init(&daemon, spec, argc, argv) ? body(&daemon) : daemon.exit_code;
		fflush(stdout);
		_exit(code);
	}
	close(up[1]);
	return (struct child){ pid, up[0] };
}

/* Reads what the child says until the text is there; false at its end. */
static bool says(const struct child *c, const char *text)
{
	size_t len = 0;
	output[0] = 0;
	while (!strstr(output, text)) {
		struct pollfd p = { .fd = c->out, .events = POLLIN };
		if (poll(&p, 1, 10000) != 1) return false;
		ssize_t n = read(c->out, output + len, sizeof output - 1 - len);
		if (n <= 0) return false;
		len += (size_t)n;
		output[len] = 0;
	}
	return true;
}

/* Its exit code, or 1000 + the signal that ended it. */
static int end(const struct child *c)
{
	int status;
	PR_CHECK(waitpid(c->pid, &status, 0) == c->pid);
	close(c->out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int run(const struct pr_daemon_spec *spec, daemon_body body, char **argv)
{
	struct child c = start(spec, body, argv);
	(void)says(&c, "never said \x01");
	return end(&c);
}

#define ARGS(...) ((char *[]){ (char[]){ "prog" }, __VA_ARGS__, NULL })
#define ARG(text) ((char[]){ text })

static int tell_port(struct pr_daemon *daemon)
{
	printf("port=%llu\n", (unsigned long long)port);
	pr_daemon_fini(daemon);
	return daemon->exit_code;
}

static void test_arguments(void)
{
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--help"))) == 0 && strstr(output, "does nothing") && !strstr(output, "port="));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--version"))) == 0 && strstr(output, "pennyroyal-tester "));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--print-config"))) == 0 && strstr(output, "port = 7\n") && strstr(output, "level = \"info\"\n"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--set"), ARG("net.port=9"))) == 0 && strstr(output, "port=9\n"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--set"), ARG("net.port=0"))) == 2 && strstr(output, "net.port: must be 1 to 65535"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--set"))) == 2 && run(&plain, tell_port, ARGS(ARG("--config"))) == 2);
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--nonsense"))) == 2 && strstr(output, "--nonsense"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("word"))) == 2);
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--set"), ARG("log.level=loud"))) == 2 && strstr(output, "log.level"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--set"), ARG("log.level=error"))) == 0 && !strstr(output, "started"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--config"), ARG("/nonexistent/file"))) == 2 && strstr(output, "not-found"));
	char path[256];
	FILE *f = fopen(tempdir_name(path, "c.toml"), "w");
	PR_CHECK(f && fputs("[net]\nport = 11\n[log]\nlevel = \"debug\"\n", f) >= 0 && fclose(f) == 0);
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--config"), path)) == 0 && strstr(output, "port=11\n"));
	UNIT_CHECK(run(&plain, tell_port, ARGS(ARG("--config"), path, ARG("--set"), ARG("net.port=12"))) == 0 && strstr(output, "port=12\n"));
}

static int run_loop(struct pr_daemon *daemon)
{
	printf("running\n");
	fflush(stdout);
	pr_daemon_run(daemon);
	printf("cleaning up\n");
	pr_daemon_fini(daemon);
	return daemon->exit_code;
}

static int run_wait(struct pr_daemon *daemon)
{
	printf("running\n");
	fflush(stdout);
	while (!pr_daemon_wait(daemon, 100000)) {}
	printf("cleaning up\n");
	pr_daemon_fini(daemon);
	return daemon->exit_code;
}

static void test_signals_stop_it_in_order(void)
{
	const int signals[] = { SIGTERM, SIGINT };
	for (int i = 0; i < 4; i++) {
		struct child c = start(&plain, i < 2 ? run_loop : run_wait, ARGS(ARG("--set"), ARG("net.port=1")));
		UNIT_CHECK(says(&c, "running\n"));
		kill(c.pid, SIGPIPE); /* of no consequence */
		kill(c.pid, signals[i % 2]);
		UNIT_CHECK(says(&c, "cleaning up\n"));
		UNIT_CHECK(end(&c) == 0);
	}
}

/* A signal between init and run is not lost. */
static int stop_before_run(struct pr_daemon *daemon)
{
	raise(SIGTERM);
	return run_loop(daemon);
}

static int wait_without_signal(struct pr_daemon *daemon)
{
	uint64_t before = pr_clock_ms();
	if (pr_daemon_wait(daemon, 30) || pr_clock_ms() - before < 29) return 50;
	if (pr_daemon_wait(daemon, 0)) return 51;
	raise(SIGINT);
	if (!pr_daemon_wait(daemon, 100000) || !pr_daemon_wait(daemon, 100000)) return 52;
	pr_daemon_run(daemon); /* asked to stop already */
	pr_daemon_fini(daemon);
	return 0;
}

static void stop_with_7(void *daemon) { pr_daemon_stop(daemon, 7); }

static int stop_itself(struct pr_daemon *daemon)
{
	PR_CHECK(pr_loop_post(daemon->loop, stop_with_7, daemon) == PR_OK);
	return run_loop(daemon);
}

static void test_other_ends(void)
{
	UNIT_CHECK(run(&plain, stop_before_run, ARGS(NULL)) == 0 && strstr(output, "cleaning up"));
	UNIT_CHECK(run(&plain, wait_without_signal, ARGS(NULL)) == 0);
	UNIT_CHECK(run(&plain, stop_itself, ARGS(NULL)) == 7 && strstr(output, "cleaning up"));
}

static int tell_limits(struct pr_daemon *daemon)
{
	struct rlimit core, files;
	PR_CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && getrlimit(RLIMIT_NOFILE, &files) == 0);
	printf("core=%llu files=%d\n", (unsigned long long)core.rlim_max, files.rlim_cur == files.rlim_max);
	pr_daemon_fini(daemon);
	return 0;
}

static void test_a_keeper_of_keys_leaves_no_dump(void)
{
	UNIT_CHECK(run(&keeper, tell_limits, ARGS(NULL)) == 0 && strstr(output, "core=0 files=1\n"));
	UNIT_CHECK(run(&plain, tell_limits, ARGS(NULL)) == 0 && strstr(output, " files=1\n"));
}

/* The daemon of a shell that was killed stops by itself: its pipe ends. */
static void test_exit_with_parent(void)
{
	int up[2];
	fflush(stdout);
	PR_CHECK(pipe(up) == 0);
	pid_t middle = fork();
	if (middle == 0) {
		struct child c = start(&plain, run_loop, ARGS(ARG("--exit-with-parent")));
		PR_CHECK(says(&c, "running\n"));
		PR_CHECK(write(up[1], "x", 1) == 1);
		close(up[0]);
		for (;;) pause(); /* up[1] stays open in the grandchild too */
	}
	char byte;
	close(up[1]);
	PR_CHECK(read(up[0], &byte, 1) == 1);
	kill(middle, SIGKILL);
	waitpid(middle, NULL, 0);
	struct pollfd p = { .fd = up[0], .events = POLLIN };
	UNIT_CHECK(poll(&p, 1, 10000) == 1 && read(up[0], &byte, 1) == 0);
	close(up[0]);
}

static void *name_main(void *out)
{
	PR_CHECK(pthread_getname_np(pthread_self(), out, 16) == 0);
	return out;
}

static void test_threads_have_names(void)
{
	char name[16] = "";
	void *result;
	pthread_t thread = pr_thread_start("fifteen-letters", name_main, name);
	UNIT_CHECK(pthread_join(thread, &result) == 0 && result == name && strcmp(name, "fifteen-letters") == 0);
}

static void *nice_main(void *arg)
{
	*(int *)arg = getpriority(PRIO_PROCESS, (id_t)gettid());
	return NULL;
}

/* Twice: a thread that gives way already may not become dearer again. */
static void *give_way_main(void *arg)
{
	int *nices = arg;
	pr_thread_gives_way();
	pr_thread_gives_way();
	(void)nice_main(&nices[0]);
	PR_CHECK(pthread_join(pr_thread_start("child", nice_main, &nices[1]), NULL) == 0);
	return NULL;
}

static void test_a_thread_that_gives_way(void)
{
	int before = getpriority(PRIO_PROCESS, (id_t)gettid()), nices[2];
	UNIT_CHECK(pthread_join(pr_thread_start("gives-way", give_way_main, nices), NULL) == 0);
	UNIT_CHECK(nices[0] >= 10 && nices[0] >= before && nices[1] == nices[0]);
	UNIT_CHECK(getpriority(PRIO_PROCESS, (id_t)gettid()) == before);
}

int main(void)
{
	const char *dir = tempdir_make();
	UNIT_RUN(test_arguments);
	UNIT_RUN(test_signals_stop_it_in_order);
	UNIT_RUN(test_other_ends);
	UNIT_RUN(test_a_keeper_of_keys_leaves_no_dump);
	UNIT_RUN(test_exit_with_parent);
	UNIT_RUN(test_threads_have_names);
	UNIT_RUN(test_a_thread_that_gives_way);
	tempdir_remove(dir);
	return UNIT_END();
}
