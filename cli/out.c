#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/crypto/secret.h"

#define JSON_BYTES_MAX (64u << 20)
#define KEY_WIDTH 18

void cli_die(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	(void)fflush(stdout);
	(void)fputs("pennyroyal: ", stderr);
	(void)vfprintf(stderr, format, list);
	(void)fputc('\n', stderr);
	va_end(list);
	exit(1);
}

void cli_usage(const struct cli *c, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	(void)fputs("pennyroyal: ", stderr);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	if (c->command) (void)fprintf(stderr, "\nusage: pennyroyal %s%s%s\nMore: pennyroyal %s --help\n", c->command->name, c->command->args[0] ? " " : "", c->command->args, c->command->name);
	else (void)fputs("\nMore: pennyroyal --help\n", stderr);
	exit(2);
}

void cli_note(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	(void)fputc('\n', stderr);
	va_end(list);
}

/* The object of --json, opened at the first member. */
static struct pr_json_out *object(struct cli *c, const char *key)
{
	if (!c->out.buf && !c->out.cap_max) {
		pr_json_out_init_growing(&c->out, JSON_BYTES_MAX);
		pr_json_out_open(&c->out, '{');
	}
	pr_json_out_key(&c->out, key);
	return &c->out;
}

static void line(const char *key, const char *text)
{
	char   words[64];
	size_t n = 0;
	/* "finalBatch" is for programs, "final batch" for people. */
	for (; *key && n + 2 < sizeof words; key++) {
		if (*key >= 'A' && *key <= 'Z') {
			words[n++] = ' ';
			words[n++] = (char)(*key - 'A' + 'a');
		} else {
			words[n++] = *key;
		}
	}
	words[n] = 0;
	(void)printf("%-*s %s\n", KEY_WIDTH, words, text);
}

void cli_put(struct cli *c, const char *key, const char *format, ...)
{
	char    text[2048];
	va_list list;
	va_start(list, format);
	int n = vsnprintf(text, sizeof text, format, list);
	va_end(list);
	PR_CHECK(n >= 0 && (size_t)n < sizeof text);
	if (c->json) pr_json_out_string(object(c, key), text);
	else line(key, text);
}

void cli_put_u64(struct cli *c, const char *key, uint64_t value)
{
	char text[24];
	(void)snprintf(text, sizeof text, "%" PRIu64, value);
	if (c->json) pr_json_out_u64(object(c, key), value);
	else line(key, text);
}

void cli_time_format(char out[CLI_TIME_BYTES], uint64_t seconds)
{
	time_t    t = (time_t)seconds;
	struct tm tm;
	out[0] = 0;
	if (gmtime_r(&t, &tm)) (void)strftime(out, CLI_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void cli_put_time(struct cli *c, const char *key, uint64_t seconds)
{
	char text[CLI_TIME_BYTES];
	cli_time_format(text, seconds);
	if (c->json) cli_put_u64(c, key, seconds);
	else line(key, text);
}

void cli_put_bool(struct cli *c, const char *key, bool value)
{
	if (c->json) pr_json_out_bool(object(c, key), value);
	else line(key, value ? "yes" : "no");
}

void cli_put_amount(struct cli *c, const char *key, uint64_t nano)
{
	char text[CLI_AMOUNT_BYTES];
	cli_amount_format(text, nano);
	if (c->json) pr_json_out_u64_string(object(c, key), nano);
	else line(key, text);
}

void cli_put_hex(struct cli *c, const char *key, const uint8_t *bytes, size_t len)
{
	char text[2 + 2 * PR_WIRE_BYTES_MAX + 1] = "0x";
	PR_CHECK(len <= PR_WIRE_BYTES_MAX);
	cli_hex_format(text + 2, bytes, len);
	if (c->json) pr_json_out_string(object(c, key), text);
	else line(key, text);
}

void cli_put_address(struct cli *c, const char *key, const uint8_t addr20[20])
{
	char text[CLI_ADDRESS_BYTES];
	cli_address_format(text, addr20);
	if (c->json) pr_json_out_string(object(c, key), text);
	else line(key, text);
}

void cli_put_raw(struct cli *c, const char *key, const struct pr_json *doc, uint32_t at)
{
	const char *text;
	size_t      len;
	if (!c->json) return;
	if (pr_json_raw(&text, &len, doc, at)) pr_json_out_raw(object(c, key), text, len);
	else pr_json_out_null(object(c, key));
}

void cli_put_list(struct cli *c, const char *key, const struct pr_json_out *list)
{
	if (!c->json) return;
	if (!pr_json_out_ok(list)) cli_die("the list is too long for --json");
	pr_json_out_raw(object(c, key), list->buf, list->len);
}

void cli_row(const struct cli *c, const char *format, ...)
{
	va_list list;
	if (c->json) return;
	va_start(list, format);
	(void)vprintf(format, list);
	(void)putchar('\n');
	va_end(list);
}

void cli_finish(struct cli *c)
{
	if (c->json && c->out.cap_max) {
		pr_json_out_close(&c->out, '}');
		if (!pr_json_out_ok(&c->out)) cli_die("the answer is too large for --json");
		(void)fwrite(c->out.buf, 1, c->out.len, stdout);
		(void)putchar('\n');
	}
	if (fflush(stdout) != 0) cli_die("standard output cannot be written");
}

bool cli_prompt(char *out, size_t room, const char *text, bool secret)
{
	struct termios before, quiet;
	FILE          *tty = fopen("/dev/tty", "r+");
	size_t         n = 0;
	int            ch;
	bool           fits = true, stopped = false;

	if (!tty) return false;
	(void)setvbuf(tty, NULL, _IONBF, 0);
	bool silenced = secret && tcgetattr(fileno(tty), &before) == 0;
	if (silenced) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG); /* an interrupt must not leave the terminal mute */
		/* Without signals these are letters of a line; as ends of it they arrive at once, not with the next Enter. */
		quiet.c_cc[VEOL]  = before.c_cc[VINTR];
		quiet.c_cc[VEOL2] = before.c_cc[VQUIT];
		silenced = tcsetattr(fileno(tty), TCSAFLUSH, &quiet) == 0;
	}
	(void)fputs(text, tty);
	while ((ch = fgetc(tty)) != EOF && ch != '\n') {
		if (silenced && (ch == before.c_cc[VINTR] || ch == before.c_cc[VQUIT])) {
			stopped = true;
			break;
		}
		if (n + 1 < room) out[n++] = (char)ch;
		else fits = false;
	}
	out[n] = 0;
	bool ended = ch == EOF && n == 0;
	if (silenced) {
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &before);
		(void)fputc('\n', tty);
	}
	(void)fclose(tty);
	if (stopped || ended || !fits) {
		pr_secret_wipe(out, room);
		cli_die(stopped ? "interrupted" : ended ? "nothing was typed" : "the line is too long");
	}
	return true;
}

void cli_confirm(struct cli *c, const char *question)
{
	char text[256], answer[16];
	if (cli_flag(c, "yes")) return;
	(void)snprintf(text, sizeof text, "%s [yes/no] ", question);
	if (!cli_prompt(answer, sizeof answer, text, false)) cli_die("this must be confirmed: add --yes");
	if (strcmp(answer, "yes") != 0 && strcmp(answer, "y") != 0) cli_die("not done");
}
