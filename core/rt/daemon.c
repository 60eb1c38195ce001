#include "core/rt/daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/version.h"
#include "core/rt/clock.h"
#include "core/rt/log.h"

#define SETS_MAX 64
#define GIVES_WAY_NICE 10

struct arguments {
	const char *config_opt;
	const char *sets[SETS_MAX];
	size_t set_count;
	bool print_config, exit_with_parent;
};

static void usage(const struct pr_daemon_spec *spec)
{
	printf("pennyroyal %s: %s\n\n"
	       "  --config FILE          configuration (TOML)\n"
	       "  --set SECTION.KEY=V    override one key; repeatable\n"
	       "  --print-config         print every key with its default and stop\n"
	       "  --exit-with-parent     stop when the starting process ends\n"
	       "  --help, --version\n",
	       spec->component, spec->summary);
}

static const char *next_value(int argc, char **argv, int *i)
{
	if (*i + 1 < argc) return argv[++*i];
	fprintf(stderr, "%s: a value must follow %s\n", argv[0], argv[*i]);
	return NULL;
}

/* True to go on; false to stop with *exit_code. */
static bool arguments_parse(struct arguments *a, int *exit_code, const struct pr_daemon_spec *spec, int argc, char **argv)
{
	*exit_code = 2;
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];
		if (strcmp(arg, "--help") == 0 || strcmp(arg, "--version") == 0) {
			if (arg[2] == 'h') usage(spec);
			else printf("pennyroyal-%s %s\n", spec->component, PR_VERSION);
			*exit_code = 0;
			return false;
		}
		if (strcmp(arg, "--print-config") == 0) {
			a->print_config = true;
		} else if (strcmp(arg, "--exit-with-parent") == 0) {
			a->exit_with_parent = true;
		} else if (strcmp(arg, "--config") == 0) {
			if (!(a->config_opt = next_value(argc, argv, &i))) return false;
		} else if (strcmp(arg, "--set") == 0 && a->set_count < SETS_MAX) {
			if (!(a->sets[a->set_count++] = next_value(argc, argv, &i))) return false;
		} else {
			fprintf(stderr, "%s: unknown or too many arguments: %s (try --help)\n", argv[0], arg);
			return false;
		}
	}
	return true;
}

static void limits_set(bool holds_keys)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &files) != 0) PR_LOG_WARN("rlimit_nofile error=\"%s\"", strerror(errno));
	}
	if (!holds_keys) return;
	const struct rlimit none = { 0, 0 };
	PR_CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
	PR_CHECK(prctl(PR_SET_DUMPABLE, 0) == 0);
}

static void signal_mask(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

/* Takes a waiting signal from the descriptor, if there is one. */
static void signal_take(struct pr_daemon *daemon)
{
	struct signalfd_siginfo info;
	if (read(daemon->signal_fd, &info, sizeof info) != sizeof info) return;
	PR_LOG_INFO("stop_asked signal=%u", info.ssi_signo);
	daemon->stopping = true;
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct pr_daemon *daemon = arg;
	signal_take(daemon);
	if (daemon->stopping) pr_loop_stop(daemon->loop);
}

static bool loop_set(struct pr_daemon *daemon)
{
	sigset_t set;
	signal_mask(&set);
	PR_CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
	PR_CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	daemon->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	daemon->loop = pr_loop_open();
	if (daemon->signal_fd < 0 || !daemon->loop) return false;
	daemon->signal_event = event_new(pr_loop_base(daemon->loop), daemon->signal_fd, EV_READ | EV_PERSIST, on_signal, daemon);
	return daemon->signal_event && event_add(daemon->signal_event, NULL) == 0;
}

bool pr_daemon_init(struct pr_daemon *daemon, const struct pr_daemon_spec *spec, int argc, char **argv)
{
	memset(daemon, 0, sizeof *daemon);
	daemon->signal_fd = -1;
	struct arguments a = { 0 };
	if (!arguments_parse(&a, &daemon->exit_code, spec, argc, argv)) return false;

	char level_text[16];
	struct pr_config_key keys[PR_CONFIG_KEYS_MAX];
	PR_CHECK(spec->key_count < PR_CONFIG_KEYS_MAX);
	if (spec->key_count) memcpy(keys, spec->keys, spec->key_count * sizeof *keys);
	keys[spec->key_count] = (struct pr_config_key){ "log.level", PR_CONFIG_STRING, "info", 1, sizeof level_text - 1, level_text,
							"error, warn, info or debug" };
	if (a.print_config) {
		pr_config_print(stdout, keys, spec->key_count + 1);
		daemon->exit_code = 0;
		return false;
	}

	char message[PR_CONFIG_MESSAGE_BYTES];
	enum pr_log_level level = PR_LOG_LEVEL_INFO;
	daemon->exit_code = 2;
	if (pr_config_load(message, keys, spec->key_count + 1, a.config_opt, a.sets, a.set_count) != PR_OK) {
		fprintf(stderr, "%s: %s\n", argv[0], message);
		return false;
	}
	if (!pr_log_level_parse(&level, level_text)) {
		fprintf(stderr, "%s: log.level: must be error, warn, info or debug\n", argv[0]);
		return false;
	}

	daemon->exit_code = 1;
	pr_log_init(spec->component, level);
	if (a.exit_with_parent) {
		pid_t parent = getppid();
		PR_CHECK(prctl(PR_SET_PDEATHSIG, SIGTERM) == 0);
		if (getppid() != parent) return false; /* it ended before we asked */
	}
	limits_set(spec->holds_keys);
	if (!loop_set(daemon)) {
		PR_LOG_ERROR("loop_failed error=\"%s\"", strerror(errno));
		pr_daemon_fini(daemon);
		return false;
	}
	daemon->exit_code = 0;
	PR_LOG_INFO("started version=%s pid=%ld", PR_VERSION, (long)getpid());
	return true;
}

void pr_daemon_run(struct pr_daemon *daemon)
{
	if (!daemon->stopping) pr_loop_run(daemon->loop);
}

bool pr_daemon_wait(struct pr_daemon *daemon, uint32_t timeout_ms)
{
	if (daemon->stopping) return true;
	struct pollfd p = { .fd = daemon->signal_fd, .events = POLLIN };
	uint64_t end = pr_clock_ms() + timeout_ms;
	for (;;) {
		uint64_t now = pr_clock_ms();
		uint64_t left = now < end ? end - now : 0;
		int n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0) signal_take(daemon);
		if (daemon->stopping || (n == 0 && left <= 60000)) return daemon->stopping;
	}
}

void pr_daemon_stop(struct pr_daemon *daemon, int exit_code)
{
	daemon->stopping = true;
	daemon->exit_code = exit_code;
	pr_loop_stop(daemon->loop);
}

void pr_daemon_fini(struct pr_daemon *daemon)
{
	if (daemon->signal_event) event_free(daemon->signal_event);
	pr_loop_close(daemon->loop);
	if (daemon->signal_fd >= 0) close(daemon->signal_fd);
	daemon->signal_event = NULL;
	daemon->loop = NULL;
	daemon->signal_fd = -1;
}

struct thread_start {
	void *(*fn)(void *arg);
	void *arg;
	char name[16];
};

static void *thread_main(void *arg)
{
	struct thread_start start = *(struct thread_start *)arg;
	free(arg);
	pthread_setname_np(pthread_self(), start.name);
	return start.fn(start.arg);
}

pthread_t pr_thread_start(const char *name, void *(*fn)(void *arg), void *arg)
{
	struct thread_start *start = calloc(1, sizeof *start);
	PR_CHECK(start && strlen(name) < sizeof start->name);
	start->fn = fn;
	start->arg = arg;
	memcpy(start->name, name, strlen(name));
	pthread_t thread;
	PR_CHECK(pthread_create(&thread, NULL, thread_main, start) == 0);
	return thread;
}

void pr_thread_gives_way(void)
{
	/* Linux has a nice value per thread (sched(7)); it may always be raised. */
	id_t me = (id_t)gettid();
	if (getpriority(PRIO_PROCESS, me) < GIVES_WAY_NICE) PR_CHECK(setpriority(PRIO_PROCESS, me, GIVES_WAY_NICE) == 0);
}
