#include "core/rt/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/rt/clock.h"

#define MESSAGE_BYTES_MAX 1536

static const char *const level_names[] = { "ERROR", "WARN", "INFO", "DEBUG" };
static const char *log_component = "pennyroyal";
static enum pr_log_level log_level = PR_LOG_LEVEL_INFO;
static int log_fd = STDERR_FILENO;

void pr_log_init(const char *component, enum pr_log_level level)
{
	log_component = component;
	log_level = level;
}

void pr_log_redirect(int fd) { log_fd = fd; }

bool pr_log_level_parse(enum pr_log_level *level, const char *name)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	for (unsigned i = 0; i < 4; i++) {
		if (strcmp(name, names[i]) == 0) {
			*level = (enum pr_log_level)i;
			return true;
		}
	}
	return false;
}

bool pr_log_enabled(enum pr_log_level level) { return log_fd >= 0 && level <= log_level; }

/* Copies text to line from `at`, control bytes escaped, leaving room for "...\n".  Returns the new length. */
static size_t escape(char line[PR_LOG_LINE_BYTES_MAX], size_t at, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (at + 8 > PR_LOG_LINE_BYTES_MAX) {
			memcpy(line + at, "...", 3);
			return at + 3;
		}
		if (c >= 0x20 && c != 0x7f) {
			line[at++] = (char)c;
			continue;
		}
		line[at++] = '\\';
		line[at++] = 'x';
		line[at++] = hex[c >> 4];
		line[at++] = hex[c & 15];
	}
	return at;
}

void pr_log_write(enum pr_log_level level, const char *format, ...)
{
	int saved = errno;
	uint64_t ms = pr_time_unix_ms();
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);

	char line[PR_LOG_LINE_BYTES_MAX];
	char message[MESSAGE_BYTES_MAX];
	size_t len = strftime(line, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	int n = snprintf(line + len, 128, ".%03uZ %s %s ", (unsigned)(ms % 1000), level_names[level], log_component);
	if (n > 0) len += (size_t)n < 128 ? (size_t)n : 127;

	va_list args;
	va_start(args, format);
	errno = saved; /* for %m */
	n = vsnprintf(message, sizeof message, format, args);
	va_end(args);
	if (n >= (int)sizeof message) memcpy(message + sizeof message - 4, "...", 4);
	len = escape(line, len, n < 0 ? "unprintable message" : message);
	line[len++] = '\n';

	ssize_t ignored = write(log_fd, line, len); /* there is nowhere to report a failure of the log */
	(void)ignored;
	errno = saved;
}
