/* A program under test in a process of its own: its entry function is called in a fork, its standard error goes to a file.  Header only. */
#ifndef PR_TESTS_SUPPORT_CHILD_H
#define PR_TESTS_SUPPORT_CHILD_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/rt/clock.h"

#define CHILD_WAIT_MS_MAX 30000u

/* Starts run(argc, argv), argv ended by NULL; it dies with the test.  The log begins anew. */
static inline pid_t child_start(int (*run)(int argc, char **argv), const char *const *argv, const char *log_path)
{
	int argc = 0, fd = open(log_path, O_CREAT | O_WRONLY | O_TRUNC | O_APPEND, 0600);
	while (argv[argc]) argc++;
	PR_CHECK(fd >= 0);
	pid_t pid = fork();
	PR_CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		PR_CHECK(dup2(fd, 2) >= 0);
		_exit(run(argc, (char **)(uintptr_t)argv));
	}
	close(fd);
	return pid;
}

/* Waits for its end: the exit code, or minus the signal. */
static inline int child_ended(pid_t pid)
{
	int status;
	PR_CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline int child_kill(pid_t pid, int signal)
{
	PR_CHECK(kill(pid, signal) == 0);
	return child_ended(pid);
}

/* True while it runs; a child that is found ended stays to be waited for. */
static inline bool child_runs(pid_t pid)
{
	siginfo_t info = { 0 };
	PR_CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0);
	return info.si_pid == 0;
}

/* The whole log; free it. */
static inline char *child_log(const char *log_path)
{
	FILE  *f    = fopen(log_path, "r");
	char  *text = NULL;
	size_t len  = 0, room = 0;
	PR_CHECK(f);
	do {
		text = realloc(text, (room += 65536) + 1);
		PR_CHECK(text);
		len += fread(text + len, 1, room - len, f);
	} while (len == room);
	fclose(f);
	text[len] = 0;
	return text;
}

static inline bool child_said(const char *log_path, const char *what)
{
	char *text  = child_log(log_path);
	bool  found = strstr(text, what) != NULL;
	free(text);
	return found;
}

/* Stops the test, showing the log, if it never says so. */
static inline void child_await(const char *log_path, const char *what)
{
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; !child_said(log_path, what); usleep(1000)) {
		if (pr_clock_ms() < until) continue;
		char *text = child_log(log_path);
		fprintf(stderr, "never said \"%s\":\n%s", what, text);
		free(text);
		PR_CHECK(false);
	}
}

#endif
