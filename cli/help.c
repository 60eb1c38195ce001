#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static void options_print(const struct cli_option *o)
{
	for (; o && o->name; o++) {
		char left[48];
		(void)snprintf(left, sizeof left, "--%s%s%s", o->name, o->arg_opt ? " " : "", o->arg_opt ? o->arg_opt : "");
		(void)printf("  %-28s %s\n", left, o->help);
	}
}

void cli_help_group(const char *group)
{
	size_t len = strlen(group);
	for (size_t i = 0; i < cli_command_count; i++)
		if (strncmp(cli_commands[i].name, group, len) == 0 && (cli_commands[i].name[len] == ' ' || !cli_commands[i].name[len]))
			(void)printf("pennyroyal %s%s%s\n    %s\n", cli_commands[i].name, cli_commands[i].args[0] ? " " : "", cli_commands[i].args, cli_commands[i].help);
}

void cli_help(const struct cli_command *command_opt)
{
	if (command_opt) {
		(void)printf("usage: pennyroyal %s%s%s\n\n%s.\n", command_opt->name, command_opt->args[0] ? " " : "", command_opt->args, command_opt->help);
		if (command_opt->more_opt) (void)printf("\n%s\n", command_opt->more_opt);
		if (command_opt->options_opt) {
			(void)puts("\nOptions:");
			options_print(command_opt->options_opt);
		}
		(void)puts("\nOptions of every command:");
		options_print(cli_globals);
		return;
	}
	(void)puts("usage: pennyroyal COMMAND [ARGUMENT]... [--OPTION]...\n\nPay and get paid on a Pennyroyal ledger.\n\nCommands:");
	for (size_t i = 0; i < cli_command_count; i++) {
		char left[80];
		(void)snprintf(left, sizeof left, "%s %s", cli_commands[i].name, cli_commands[i].args);
		(void)printf("  %-44s %s\n", left, cli_commands[i].help);
	}
	(void)puts("\nOptions of every command:");
	options_print(cli_globals);
	(void)puts("\nAmounts are tokens with up to 9 decimals (1.5) or nano with the suffix n (250n).\n"
	           "Exit: 0 done, 1 refused or failed, 2 wrong usage.  `pennyroyal COMMAND --help` says more; --version says which this is.");
}

void cli_help_command(struct cli *c)
{
	int                       words = 0;
	const struct cli_command *command = c->arg_count ? cli_command_find((int)c->arg_count, c->args, 0, &words) : NULL;
	if (c->arg_count == 0) cli_help(NULL);
	else if (command && (unsigned)words == c->arg_count) cli_help(command);
	else if (c->arg_count == 1 && cli_is_group(c->args[0])) cli_help_group(c->args[0]);
	else cli_usage(c, "there is no command %s%s%s", c->args[0], c->arg_count > 1 ? " " : "", c->arg_count > 1 ? c->args[1] : "");
}

static void words_print(const struct cli_option *o)
{
	for (; o && o->name; o++) (void)printf(" --%s", o->name);
}

void cli_completion(struct cli *c)
{
	if (strcmp(c->args[0], "bash") != 0) cli_usage(c, "completion is made for bash");
	(void)puts("# source <(pennyroyal completion bash)\n_pennyroyal() {\n  local cur=${COMP_WORDS[COMP_CWORD]} one=${COMP_WORDS[1]-} two=${COMP_WORDS[2]-} words\n"
	           "  if [ \"$COMP_CWORD\" = 1 ]; then");
	(void)printf("    words=\"");
	const char *last = "";
	for (size_t i = 0; i < cli_command_count; i++) {
		size_t len = strcspn(cli_commands[i].name, " ");
		if (strncmp(last, cli_commands[i].name, len) == 0 && (last[len] == ' ' || !last[len])) continue;
		last = cli_commands[i].name;
		(void)printf("%.*s ", (int)len, last);
	}
	(void)puts("\"\n  else\n    case \"$one $two\" in");
	for (size_t i = 0; i < cli_command_count; i++) {
		bool two = strchr(cli_commands[i].name, ' ') != NULL;
		(void)printf("      \"%s%s) words=\"", cli_commands[i].name, two ? "\"" : " \"*");
		words_print(cli_commands[i].options_opt);
		words_print(cli_globals);
		(void)puts(" --help\" ;;");
	}
	for (size_t i = 0; i < cli_command_count; i++) {
		size_t len = strcspn(cli_commands[i].name, " ");
		if (!cli_commands[i].name[len] || (i > 0 && strncmp(cli_commands[i].name, cli_commands[i - 1].name, len + 1) == 0)) continue;
		(void)printf("      \"%.*s \"*) words=\"", (int)len, cli_commands[i].name);
		for (size_t j = i; j < cli_command_count; j++)
			if (strncmp(cli_commands[j].name, cli_commands[i].name, len + 1) == 0) (void)printf(" %s", cli_commands[j].name + len + 1);
		(void)puts("\" ;;");
	}
	(void)puts("    esac\n  fi\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	           "  case ${COMP_WORDS[COMP_CWORD-1]} in --chain|--keys|--key|--password-file|--from|register) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;; esac\n}\n"
	           "complete -F _pennyroyal pennyroyal");
}

/* roff: a line must not begin with a point or an apostrophe, and '-' is a hyphen unless escaped. */
static void roff(const char *text)
{
	bool begin = true;
	for (; *text; begin = *text == '\n', text++) {
		if (begin && (*text == '.' || *text == '\'')) (void)fputs("\\&", stdout);
		if (*text == '-') (void)fputs("\\-", stdout);
		else if (*text == '\\') (void)fputs("\\e", stdout);
		else (void)putchar(*text);
	}
}

/* Paragraphs; a short line is a line of its own. */
static void roff_text(const char *text)
{
	char line[256];
	while (*text) {
		size_t len = strcspn(text, "\n");
		(void)snprintf(line, sizeof line, "%.*s", (int)len, text);
		if (len) roff(line);
		else (void)fputs(".PP", stdout);
		(void)putchar('\n');
		text += len;
		if (*text == '\n' && *++text && *text != '\n' && len && len < 60) (void)puts(".br");
	}
}

static void roff_options(const struct cli_option *o)
{
	for (; o && o->name; o++) {
		(void)fputs(".TP\n\\fB\\-\\-", stdout);
		roff(o->name);
		(void)fputs("\\fR", stdout);
		if (o->arg_opt) {
			(void)fputs(" \\fI", stdout);
			roff(o->arg_opt);
			(void)fputs("\\fR", stdout);
		}
		(void)putchar('\n');
		roff(o->help);
		(void)putchar('\n');
	}
}

void cli_manual(struct cli *c)
{
	(void)c;
	(void)puts(".\\\" Made by `pennyroyal manual`.\n.TH PENNYROYAL 1 \"\" \"Pennyroyal\" \"User Commands\"\n.SH NAME\npennyroyal \\- pay and get paid on a Pennyroyal ledger\n"
	           ".SH SYNOPSIS\n.B pennyroyal\n\\fICOMMAND\\fR [\\fIARGUMENT\\fR]... [\\fB\\-\\-OPTION\\fR]...\n.SH DESCRIPTION\n"
	           "The wallet of the Pennyroyal rollup: keys, deposits, payments, assets and their royalties, streams of micropayments, withdrawals, and the ways that need\n"
	           "nobody's permission: forced entries and claims on L1.\n.PP\n"
	           "Everything that is signed is put together and hashed here; the servers are asked for ids and addresses, never for what to sign.\n.PP\n"
	           "Amounts are tokens with up to 9 decimals (1.5) or nano with the suffix n (250n).\n.SH COMMANDS");
	for (size_t i = 0; i < cli_command_count; i++) {
		(void)printf(".SS \"");
		roff(cli_commands[i].name);
		if (cli_commands[i].args[0]) (void)putchar(' ');
		roff(cli_commands[i].args);
		(void)fputs("\"\n", stdout);
		roff(cli_commands[i].help);
		(void)puts(".");
		if (cli_commands[i].more_opt) {
			(void)puts(".PP");
			roff_text(cli_commands[i].more_opt);
		}
		roff_options(cli_commands[i].options_opt);
	}
	(void)puts(".SH OPTIONS\nOptions of every command:");
	roff_options(cli_globals);
	(void)puts(".SH EXAMPLES\n.nf\npennyroyal keys create alice\npennyroyal \\-\\-key alice deposit 5\npennyroyal \\-\\-key alice assets register poem.txt \\-\\-price call=0.001 \\-\\-ask relative:10%\n"
	           "pennyroyal \\-\\-key bob streams open 648 \\-\\-units 1000\npennyroyal \\-\\-key bob streams spend 649 40\npennyroyal \\-\\-key alice claim\npennyroyal \\-\\-key alice withdraw all\n.fi");
	(void)puts(".SH EXIT STATUS\n0 done, 1 refused or failed, 2 wrong usage.\n.SH FILES\n.TP\n~/.pennyroyal/keys\n"
	           "Keys (Web3 Secret Storage, version 3), below it streams/ with the seeds of hash chains and withdrawals/ with the batches of withdrawals.  All mode 0600.");
}
