/* Leveled logging to standard error: one event, one line, one write(2).
 *
 *     2026-11-21T04:05:06.789Z INFO sequencer sealed batch=17 chunks=4 bytes=81920
 *
 * The message is an event name followed by k=v pairs.  Bytes below 0x20 and 0x7f are written as \xNN, so a value
 * from outside cannot forge a line; lines over PR_LOG_LINE_BYTES_MAX end in "...".  Never log a secret.
 *
 *   error: someone must act.   warn: strange, handled.   info: once per block or less.   debug: per entry. */
#ifndef PR_RT_LOG_H
#define PR_RT_LOG_H

#include <stdbool.h>

#define PR_LOG_LINE_BYTES_MAX 2048

enum pr_log_level { PR_LOG_LEVEL_ERROR, PR_LOG_LEVEL_WARN, PR_LOG_LEVEL_INFO, PR_LOG_LEVEL_DEBUG };

/* Sets the component name (kept, not copied: pass a literal) and the most talkative level that is written.
 * Call once, before other threads start.  Before the first call: component "pennyroyal", level info. */
void pr_log_init(const char *component, enum pr_log_level level);

/* Lines go to this descriptor from now on; -1: nowhere.  For tests and for tools that use daemon code. */
void pr_log_redirect(int fd);

/* *level = the level named "error", "warn", "info" or "debug"; false (untouched) for anything else. */
bool pr_log_level_parse(enum pr_log_level *level, const char *name);

/* True if a line of this level would be written: guards costly arguments. */
bool pr_log_enabled(enum pr_log_level level);

/* Any thread.  errno is preserved. */
void pr_log_write(enum pr_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define PR_LOG_AT(level, ...) ((void)(pr_log_enabled(level) && (pr_log_write(level, __VA_ARGS__), 0)))
#define PR_LOG_ERROR(...) PR_LOG_AT(PR_LOG_LEVEL_ERROR, __VA_ARGS__)
#define PR_LOG_WARN(...) PR_LOG_AT(PR_LOG_LEVEL_WARN, __VA_ARGS__)
#define PR_LOG_INFO(...) PR_LOG_AT(PR_LOG_LEVEL_INFO, __VA_ARGS__)
#define PR_LOG_DEBUG(...) PR_LOG_AT(PR_LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
