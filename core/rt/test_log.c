#include "core/rt/log.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/base/unit.h"

static int ends[2];

/* What was written since the last call, terminated; "" if nothing. */
static const char *written(void)
{
	static char text[1 << 16];
	size_t len = 0;
	pr_log_write(PR_LOG_LEVEL_INFO, "end-mark");
	for (;;) {
		ssize_t n = read(ends[0], text + len, sizeof text - 1 - len);
		PR_CHECK(n > 0);
		len += (size_t)n;
		text[len] = 0;
		char *mark = strstr(text, "end-mark\n");
		if (!mark) continue;
		while (mark > text && mark[-1] != '\n') mark--;
		*mark = 0;
		return text;
	}
}

static void test_a_line(void)
{
	char level[8], component[16], rest[64];
	unsigned year, month, day, hour, minute, second, ms;
	PR_LOG_WARN("sealed batch=%d", 17);
	int n = sscanf(written(), "%4u-%2u-%2uT%2u:%2u:%2u.%3uZ %7s %15s %63[^\n]", &year, &month, &day, &hour, &minute, &second, &ms, level, component, rest);
	UNIT_CHECK(n == 10 && year >= 2024 && month <= 12 && hour < 24);
	UNIT_CHECK(strcmp(level, "WARN") == 0 && strcmp(component, "tester") == 0 && strcmp(rest, "sealed batch=17") == 0);
}

static void test_levels(void)
{
	enum pr_log_level level = PR_LOG_LEVEL_WARN;
	pr_log_init("tester", PR_LOG_LEVEL_INFO);
	UNIT_CHECK(pr_log_enabled(PR_LOG_LEVEL_ERROR) && pr_log_enabled(PR_LOG_LEVEL_INFO) && !pr_log_enabled(PR_LOG_LEVEL_DEBUG));
	int evaluated = 0;
	PR_LOG_DEBUG("x=%d", ++evaluated);
	UNIT_CHECK(evaluated == 0 && written()[0] == 0);
	pr_log_init("tester", PR_LOG_LEVEL_DEBUG);
	PR_LOG_DEBUG("x=%d", ++evaluated);
	UNIT_CHECK(evaluated == 1 && strstr(written(), " DEBUG tester x=1\n"));
	UNIT_CHECK(pr_log_level_parse(&level, "error") && level == PR_LOG_LEVEL_ERROR && pr_log_level_parse(&level, "debug") && level == PR_LOG_LEVEL_DEBUG);
	UNIT_CHECK(!pr_log_level_parse(&level, "INFO") && !pr_log_level_parse(&level, "") && !pr_log_level_parse(&level, "warning") && level == PR_LOG_LEVEL_DEBUG);
	pr_log_redirect(-1);
	UNIT_CHECK(!pr_log_enabled(PR_LOG_LEVEL_ERROR));
	pr_log_redirect(ends[1]);
}

/* A value from outside can neither begin a line of its own nor drive a terminal. */
static void test_no_forged_lines(void)
{
	PR_LOG_INFO("peer name=%s", "a\n2026-01-01T00:00:00.000Z ERROR tester forged\r\t\x1b[31m\x7f");
	const char *text = written();
	UNIT_CHECK(strchr(text, '\n') == text + strlen(text) - 1);
	UNIT_CHECK(strstr(text, "a\\x0a2026") && strstr(text, "forged\\x0d\\x09\\x1b[31m\\x7f\n"));
}

static void test_long_lines_are_cut(void)
{
	static char big[5000];
	for (unsigned size = 1400; size < 4000; size += 37) {
		memset(big, 'x', size);
		big[size] = 0;
		PR_LOG_INFO("%s", big);
		const char *text = written();
		size_t len = strlen(text);
		UNIT_CHECK(len > 1400 && len <= PR_LOG_LINE_BYTES_MAX && text[len - 1] == '\n');
		UNIT_CHECK((strcmp(text + len - 4, "...\n") == 0) == (size >= 1536));
	}
	memset(big, 1, 1000); /* grows fourfold by escaping */
	big[1000] = 0;
	PR_LOG_INFO("%s", big);
	const char *text = written();
	size_t len = strlen(text);
	UNIT_CHECK(len <= PR_LOG_LINE_BYTES_MAX && strcmp(text + len - 4, "...\n") == 0);
}

static void test_errno_is_kept(void)
{
	errno = ENOTDIR;
	PR_LOG_INFO("why=\"%m\"");
	UNIT_CHECK(errno == ENOTDIR);
	UNIT_CHECK(strstr(written(), "Not a directory"));
	errno = ENOTDIR;
	pr_log_redirect(1000000); /* a failing write */
	PR_LOG_INFO("lost");
	UNIT_CHECK(errno == ENOTDIR);
	pr_log_redirect(ends[1]);
}

static void *talker(void *arg)
{
	for (int i = 0; i < 50; i++) PR_LOG_INFO("talker=%s says=%d", (const char *)arg, i);
	return NULL;
}

static void test_threads_do_not_mix_lines(void)
{
	pthread_t threads[4];
	static const char *const names[] = { "aaaa", "bbbb", "cccc", "dddd" };
	for (int i = 0; i < 4; i++) PR_CHECK(pthread_create(&threads[i], NULL, talker, (void *)(uintptr_t)names[i]) == 0);
	for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
	unsigned lines = 0;
	char *at, *copy = strdup(written()), *save = NULL;
	for (at = strtok_r(copy, "\n", &save); at; at = strtok_r(NULL, "\n", &save), lines++) {
		char name[8];
		int says;
		UNIT_CHECK(sscanf(strstr(at, "tester ") ? strstr(at, "tester ") : "", "tester talker=%4s says=%d", name, &says) == 2 && says < 50);
	}
	UNIT_CHECK(lines == 200);
	free(copy);
}

int main(void)
{
	PR_CHECK(pipe(ends) == 0);
	pr_log_redirect(ends[1]);
	pr_log_init("tester", PR_LOG_LEVEL_INFO);
	UNIT_RUN(test_a_line);
	UNIT_RUN(test_levels);
	UNIT_RUN(test_no_forged_lines);
	UNIT_RUN(test_long_lines_are_cut);
	UNIT_RUN(test_errno_is_kept);
	UNIT_RUN(test_threads_do_not_mix_lines);
	return UNIT_END();
}
