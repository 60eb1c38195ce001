#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/base/version.h"

const char *const cli_scopes[]      = { "call", "input", "output", "training" };
const char *const cli_asset_kinds[] = { "dataset", "model", "adapter", "service", "agent" };

static const struct cli_option *option_find(const struct cli_option *list, const char *name, size_t len)
{
	for (; list && list->name; list++)
		if (strlen(list->name) == len && memcmp(list->name, name, len) == 0) return list;
	return NULL;
}

/* The command whose words argv[at...] begin with; the longest one.  *words: how many it took. */
const struct cli_command *cli_command_find(int argc, const char *const *argv, int at, int *words)
{
	const struct cli_command *found = NULL;
	*words = 0;
	for (size_t i = 0; i < cli_command_count; i++) {
		const char *space = strchr(cli_commands[i].name, ' ');
		size_t      first = space ? (size_t)(space - cli_commands[i].name) : strlen(cli_commands[i].name);
		if (strlen(argv[at]) != first || memcmp(argv[at], cli_commands[i].name, first) != 0) continue;
		if (!space && *words < 1) {
			found  = &cli_commands[i];
			*words = 1;
		} else if (space && at + 1 < argc && strcmp(argv[at + 1], space + 1) == 0) {
			found  = &cli_commands[i];
			*words = 2;
		}
	}
	return found;
}

bool cli_is_group(const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; i < cli_command_count; i++)
		if (strncmp(cli_commands[i].name, word, len) == 0 && cli_commands[i].name[len] == ' ') return true;
	return false;
}

/* Takes the option at argv[*at], and its value. */
static void option_take(struct cli *c, int argc, char **argv, int *at)
{
	const char              *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t                   len = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *o   = option_find(cli_globals, name, len);
	if (!o && c->command) o = option_find(c->command->options_opt, name, len);
	if (!o) cli_usage(c, "unknown option --%.*s", (int)len, name);
	if (c->option_count == CLI_OPTIONS_MAX) cli_usage(c, "too many options");
	c->options[c->option_count].name = o->name;
	if (o->arg_opt) {
		if (!equals && *at + 1 == argc) cli_usage(c, "--%s needs a value: %s", o->name, o->arg_opt);
		c->options[c->option_count].value = equals ? equals + 1 : argv[++*at];
	} else if (equals) {
		cli_usage(c, "--%s takes no value", o->name);
	}
	c->option_count++;
}

void cli_args_read(struct cli *c, int argc, char **argv)
{
	int  words = 0, at = 1;
	bool help = false;

	/* Global options may stand before the command. */
	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
			cli_help(NULL);
			exit(0);
		}
		if (strcmp(argv[at], "--version") == 0) {
			(void)puts("pennyroyal " PR_VERSION);
			exit(0);
		}
		if (strncmp(argv[at], "--", 2) != 0) cli_usage(c, "unknown option %s", argv[at]);
		option_take(c, argc, argv, &at);
	}
	if (at >= argc) cli_usage(c, "no command given");
	c->command = cli_command_find(argc, (const char *const *)argv, at, &words);
	if (!c->command) {
		if (!cli_is_group(argv[at])) cli_usage(c, "unknown command %s", argv[at]);
		if (at + 1 >= argc || strcmp(argv[at + 1], "--help") == 0 || strcmp(argv[at + 1], "-h") == 0) {
			cli_help_group(argv[at]);
			exit(at + 1 >= argc ? 2 : 0);
		}
		cli_usage(c, "unknown command %s %s", argv[at], argv[at + 1]);
	}
	bool only_args = false;
	for (at += words; at < argc; at++) {
		if (!only_args && strcmp(argv[at], "--") == 0) {
			only_args = true;
		} else if (!only_args && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
			help = true;
		} else if (!only_args && strncmp(argv[at], "--", 2) == 0) {
			option_take(c, argc, argv, &at);
		} else {
			if (c->arg_count == CLI_ARGS_MAX) cli_usage(c, "too many arguments");
			c->args[c->arg_count++] = argv[at];
		}
	}
	if (help) {
		cli_help(c->command);
		exit(0);
	}
	if (c->arg_count < c->command->min) cli_usage(c, "an argument is missing");
	if (c->arg_count > c->command->max) cli_usage(c, "unexpected argument %s", c->args[c->command->max]);
	c->json = cli_flag(c, "json");
	const char *dir = cli_option(c, "keys"), *home = getenv("HOME");
	if (dir) {
		if (strlen(dir) >= sizeof c->keys_dir) cli_usage(c, "--keys: the path is too long");
		memcpy(c->keys_dir, dir, strlen(dir) + 1);
	} else if (!home || pr_path_join(c->keys_dir, home, ".pennyroyal/keys") != PR_OK) {
		cli_usage(c, "HOME is not set: say where keys are with --keys DIR");
	}
}

const char *cli_option_at(const struct cli *c, const char *name, unsigned index)
{
	for (unsigned i = 0; i < c->option_count; i++)
		if (strcmp(c->options[i].name, name) == 0 && index-- == 0) return c->options[i].value;
	return NULL;
}

const char *cli_option(const struct cli *c, const char *name)
{
	for (unsigned i = c->option_count; i-- > 0;)
		if (strcmp(c->options[i].name, name) == 0) return c->options[i].value;
	return NULL;
}

bool cli_flag(const struct cli *c, const char *name)
{
	for (unsigned i = 0; i < c->option_count; i++)
		if (strcmp(c->options[i].name, name) == 0) return true;
	return false;
}

static uint64_t amount(const struct cli *c, const char *text)
{
	uint64_t nano;
	if (!cli_amount_parse(&nano, text)) cli_usage(c, "%s is not an amount: write tokens with up to 9 decimals (1.5) or nano (250n)", text);
	return nano;
}

uint64_t cli_option_amount(const struct cli *c, const char *name, uint64_t fallback)
{
	const char *text = cli_option(c, name);
	return text ? amount(c, text) : fallback;
}

uint64_t cli_arg_amount(const struct cli *c, unsigned index) { return amount(c, c->args[index]); }

uint64_t cli_arg_u64(const struct cli *c, unsigned index, const char *what)
{
	uint64_t v;
	if (!cli_u64_parse(&v, c->args[index])) cli_usage(c, "%s is not %s", c->args[index], what);
	return v;
}

const char *cli_split(char *key, size_t room, const char *text, const char *what)
{
	const char *equals = strchr(text, '=');
	size_t      len    = equals ? (size_t)(equals - text) : 0;
	if (len == 0 || len >= room || !equals[1]) {
		cli_note("pennyroyal: %s is not %s", text, what);
		exit(2);
	}
	memcpy(key, text, len);
	key[len] = 0;
	return equals + 1;
}

uint8_t cli_scope(const struct cli *c, const char *text)
{
	for (uint8_t i = 0; i < PR_SCOPES; i++)
		if (strcmp(text, cli_scopes[i]) == 0) return i;
	cli_usage(c, "%s is not a scope: call, input, output or training", text);
}
