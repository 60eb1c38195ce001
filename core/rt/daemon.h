/* What every daemon's main does: arguments, configuration, log, limits, signals.
 *
 *     static const struct pr_daemon_spec spec = { "sequencer", "orders and executes entries", keys, key_count, false };
 *     int main(int argc, char **argv)
 *     {
 *         struct pr_daemon daemon;
 *         if (!pr_daemon_init(&daemon, &spec, argc, argv)) return daemon.exit_code;
 *         ...open things...
 *         pr_daemon_run(&daemon);            // the loop, until SIGTERM or SIGINT; or a loop around pr_daemon_wait
 *         ...close things...
 *         pr_daemon_fini(&daemon);
 *         return daemon.exit_code;
 *     }
 *
 * Arguments: --config FILE, --set section.key=value (repeatable), --print-config, --exit-with-parent, --help,
 * --version.  The key log.level ("info") is added to the table.  Exit codes: 0 asked to stop, 1 failed, 2 bad
 * arguments or configuration. */
#ifndef PR_RT_DAEMON_H
#define PR_RT_DAEMON_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rt/config.h"
#include "core/rt/loop.h"

struct event;

struct pr_daemon_spec {
	const char *component; /* "sequencer" */
	const char *summary;   /* one line for --help */
	const struct pr_config_key *keys;
	size_t key_count; /* at most PR_CONFIG_KEYS_MAX - 1 */
	bool holds_keys;  /* no core dumps, not traceable */
};

struct pr_daemon {
	struct pr_loop *loop;
	int signal_fd;
	struct event *signal_event;
	bool stopping;
	int exit_code;
};

/* Parses, loads, sets the log up, ignores SIGPIPE, blocks SIGTERM and SIGINT in this and all later threads (they arrive
 * through the loop or pr_daemon_wait), raises the limit of open files, and opens the loop.  Call it first, before any
 * thread exists.  False: main returns daemon->exit_code (help was printed, or an error). */
bool pr_daemon_init(struct pr_daemon *daemon, const struct pr_daemon_spec *spec, int argc, char **argv);

/* Runs the loop until a stop signal or pr_daemon_stop. */
void pr_daemon_run(struct pr_daemon *daemon);

/* For a daemon that is a blocking loop: sleeps up to timeout_ms; true if it was asked to stop. */
bool pr_daemon_wait(struct pr_daemon *daemon, uint32_t timeout_ms);

/* Ends pr_daemon_run with this exit code; loop thread only. */
void pr_daemon_stop(struct pr_daemon *daemon, int exit_code);

void pr_daemon_fini(struct pr_daemon *daemon);

/* Starts a named thread (at most 15 bytes); a refusal by the system is a PR_CHECK. */
pthread_t pr_thread_start(const char *name, void *(*fn)(void *arg), void *arg);

/* The calling thread, and those that it starts from now on, leave the processors to others where these are short: nobody waits for its work. */
void pr_thread_gives_way(void);

#endif
