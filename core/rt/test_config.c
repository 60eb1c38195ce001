#include "core/rt/config.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/rt/log.h"
#include "tests/support/tempdir.h"

static char name[17], path[33];
static uint64_t port, big;
static bool tls;
static struct pr_config_list peers;
static char message[PR_CONFIG_MESSAGE_BYTES];

static const struct pr_config_key keys[] = {
	{ "http.name", PR_CONFIG_STRING, "it's \"me\"", 1, sizeof name - 1, name, "a name" },
	{ "http.port", PR_CONFIG_U64, "8545", 1, 65535, &port, "a port" },
	{ "http.tls", PR_CONFIG_BOOL, "false", 0, 0, &tls, "encrypt" },
	{ "store.path", PR_CONFIG_STRING, "", 0, sizeof path - 1, path, "a path" },
	{ "store.big", PR_CONFIG_U64, "0", 0, UINT64_MAX, &big, "a number" },
	{ "net.peers", PR_CONFIG_LIST, "[]", 0, 3, &peers, "peers" },
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])

static enum pr_err load_sets(const char *text, const char *const *sets, size_t set_count)
{
	return pr_config_load_text(message, keys, KEY_COUNT, "t.toml", text, strlen(text), sets, set_count);
}

static enum pr_err load(const char *text) { return load_sets(text, NULL, 0); }

static void test_defaults(void)
{
	UNIT_CHECK(load("") == PR_OK && message[0] == 0);
	UNIT_CHECK(strcmp(name, "it's \"me\"") == 0 && port == 8545 && !tls && path[0] == 0 && big == 0 && peers.count == 0);
}

static void test_a_whole_file(void)
{
	UNIT_CHECK(load("# head\r\n\n [http] # c\n name = \"a#b \\\"\\\\\\n\\t\" # c\nport=1_0_0\r\ntls = true\n\n[net]\npeers = [ # one\n  \"a:1\", # two\n\n\t'b\\2',\n]\n"
			"[store]\nbig = 18446744073709551615\npath = ''") == PR_OK);
	UNIT_CHECK(strcmp(name, "a#b \"\\\n\t") == 0 && port == 100 && tls && big == UINT64_MAX && path[0] == 0);
	UNIT_CHECK(peers.count == 2 && strcmp(peers.items[0], "a:1") == 0 && strcmp(peers.items[1], "b\\2") == 0);
	UNIT_CHECK(load("[net]\npeers=['a','b','c']") == PR_OK && peers.count == 3);
	UNIT_CHECK(load("[http]\nname = '1234567890123456'\n") == PR_OK && strlen(name) == 16);
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *want; /* the start of the message */
	} rows[] = {
		{ "port = 1", "t.toml:1: key port stands before any section" },
		{ "[http]\nport = 0", "t.toml:2: http.port: must be 1 to 65535" },
		{ "[http]\nport = 65536", "t.toml:2: http.port: must be 1 to 65535" },
		{ "[http]\nport = -1", "t.toml:2: http.port: an integer expected" },
		{ "[http]\nport = +1", "t.toml:2: http.port: an integer expected" },
		{ "[http]\nport = 010", "t.toml:2: http.port: an integer must not start with 0" },
		{ "[http]\nport = 0x10", "t.toml:2:" },
		{ "[http]\nport = 1.0", "t.toml:2:" },
		{ "[http]\nport = 1_", "t.toml:2: http.port: an integer expected" },
		{ "[http]\nport = _1", "t.toml:2: http.port: an integer expected" },
		{ "[http]\nport = 1__0", "t.toml:2:" },
		{ "[http]\nport = \"1\"", "t.toml:2: http.port: an integer expected" },
		{ "[http]\nport =", "t.toml:2: http.port: an integer expected" },
		{ "[http]\nport 1", "t.toml:2: '=' expected after http.port" },
		{ "[http]\nport = 1 2", "t.toml:2: unexpected text after the value" },
		{ "[http]\nport = 1 tls = true", "t.toml:2: unexpected text after the value" },
		{ "[http]\n\n\nprot = 1", "t.toml:4: unknown key http.prot" },
		{ "[http]\nport = 1\nport = 1", "t.toml:3: http.port given twice" },
		{ "[http]\n[http]", "t.toml:2: section [http] opened twice" },
		{ "[htt]", "t.toml:1: unknown section [htt]" },
		{ "[http", "t.toml:1: ']' expected" },
		{ "[]", "t.toml:1: a section name expected" },
		{ "[http] x", "t.toml:1:" },
		{ "[http.name]", "t.toml:1: ']' expected" },
		{ "[[http]]", "t.toml:1: a section name expected" },
		{ "[http]\ntls = yes", "t.toml:2: http.tls: must be true or false" },
		{ "[http]\ntls = 1", "t.toml:2: http.tls: must be true or false" },
		{ "[http]\nname = bare", "t.toml:2: a string in quotes expected" },
		{ "[http]\nname = \"open", "t.toml:2: a string is not closed" },
		{ "[http]\nname = \"open\n\"", "t.toml:2: a string is not closed" },
		{ "[http]\nname = \"\\x\"", "t.toml:2: unknown escape" },
		{ "[http]\nname = \"\\", "t.toml:2: unknown escape" },
		{ "[http]\nname = \"a\tb\"", "t.toml:2: a control character" },
		{ "[http]\nname = \"a\x7f\"", "t.toml:2: a control character" },
		{ "[http]\nname = \"\"", "t.toml:2: http.name: must have 1 to 16 bytes" },
		{ "[http]\nname = '12345678901234567'", "t.toml:2: a string longer than 16 bytes" },
		{ "[store]\nbig = 18446744073709551616", "t.toml:2: store.big: over 64 bits" },
		{ "[net]\npeers = 'a'", "t.toml:2: net.peers: a list" },
		{ "[net]\npeers = ['a' 'b']", "t.toml:2: net.peers: ',' or ']' expected" },
		{ "[net]\npeers = ['a',\n'b',\n'c',\n'd']", "t.toml:5: net.peers: more than 3 items" },
		{ "[net]\npeers = [\n\n'a',", "t.toml:4: a string in quotes expected" },
		{ "[net]\npeers = [,]", "t.toml:2: a string in quotes expected" },
		{ "[net]\npeers = [1]", "t.toml:2: a string in quotes expected" },
		{ "= 1", "t.toml:1: a [section], a key or a comment expected" },
		{ "\xef\xbb\xbf[http]", "t.toml:1: a [section]" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool ok = load(rows[i].text) == PR_ERR_CONFIG && strncmp(message, rows[i].want, strlen(rows[i].want)) == 0;
		UNIT_CHECK_ROW(rows[i].text, ok);
		if (!ok) fprintf(stderr, "  message: %s\n", message);
	}
	UNIT_CHECK(pr_config_load_text(message, keys, KEY_COUNT, "t", "[http]\nname = 'a\0b'", 20, NULL, 0) == PR_ERR_CONFIG);
	UNIT_CHECK(pr_config_load_text(message, keys, KEY_COUNT, "t", "\0", 1, NULL, 0) == PR_ERR_CONFIG);
}

static void test_sets(void)
{
	const char *sets[] = { "http.port=7", "http.name=bare text", "net.peers=[\"x\"]", "http.port=9", "http.tls=true", "store.path=a=b" };
	UNIT_CHECK(load_sets("[http]\nport = 5\nname = 'file'\n", sets, 6) == PR_OK);
	UNIT_CHECK(port == 9 && strcmp(name, "bare text") == 0 && peers.count == 1 && tls && strcmp(path, "a=b") == 0);
	const char *quoted[] = { "http.name=\"q\"" };
	UNIT_CHECK(load_sets("", quoted, 1) == PR_OK && strcmp(name, "q") == 0);
	static const char *const bad[] = { "http.port", "http.prot=1", "=1", "http.port=", "http.port=1 ", "http.port=70000", "http.tls=TRUE", "http.name=",
					   "http.name=12345678901234567", "http.name=a\nb", "net.peers=x", "http.port=1\n", "net.peers=['a'] x" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		UNIT_CHECK_ROW(bad[i], load_sets("", &bad[i], 1) == PR_ERR_CONFIG && strncmp(message, "--set", 5) == 0);
	}
	char longest[400];
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	const char *sets_long[] = { longest };
	UNIT_CHECK(load_sets("", sets_long, 1) == PR_ERR_CONFIG);
	longest[300] = '=';
	UNIT_CHECK(load_sets("", sets_long, 1) == PR_ERR_CONFIG);
}

static void test_required_keys(void)
{
	const struct pr_config_key required[] = { { "a.port", PR_CONFIG_U64, NULL, 1, 10, &port, "" } };
	const char *set = "a.port=3";
	UNIT_CHECK(pr_config_load_text(message, required, 1, "f", "", 0, NULL, 0) == PR_ERR_CONFIG && strcmp(message, "f: a.port must be given") == 0);
	UNIT_CHECK(pr_config_load_text(message, required, 1, "f", "", 0, &set, 1) == PR_OK && port == 3);
	UNIT_CHECK(pr_config_load_text(message, required, 1, "f", "[a]\nport=4", 10, NULL, 0) == PR_OK && port == 4);
}

/* What --print-config prints is a file that loads to the defaults. */
static void test_print_round_trips(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	pr_config_print(f, keys, KEY_COUNT);
	fclose(f);
	UNIT_CHECK(load("[http]\nport=1\ntls=true\nname='x'\n[store]\nbig=5") == PR_OK);
	UNIT_CHECK(pr_config_load_text(message, keys, KEY_COUNT, "printed", text, len, NULL, 0) == PR_OK);
	UNIT_CHECK(strcmp(name, "it's \"me\"") == 0 && port == 8545 && !tls && path[0] == 0 && big == 0 && peers.count == 0);
	UNIT_CHECK(strstr(text, "[http]") && strstr(text, "# a port\nport = 8545\n"));
	free(text);
}

static void test_files(void)
{
	char file[256];
	tempdir_name(file, "c.toml");
	UNIT_CHECK(pr_config_load(message, keys, KEY_COUNT, file, NULL, 0) == PR_ERR_CONFIG && strstr(message, "not-found"));
	FILE *f = fopen(file, "w");
	PR_CHECK(f && fputs("[http]\nport = 12\n", f) >= 0 && fclose(f) == 0);
	UNIT_CHECK(pr_config_load(message, keys, KEY_COUNT, file, NULL, 0) == PR_OK && port == 12);
	PR_CHECK(truncate(file, (off_t)PR_CONFIG_FILE_BYTES_MAX + 1) == 0);
	UNIT_CHECK(pr_config_load(message, keys, KEY_COUNT, file, NULL, 0) == PR_ERR_CONFIG && strstr(message, "full"));
	UNIT_CHECK(pr_config_load(message, keys, KEY_COUNT, NULL, NULL, 0) == PR_OK && port == 8545);
}

int main(void)
{
	pr_log_redirect(-1);
	const char *dir = tempdir_make();
	UNIT_RUN(test_defaults);
	UNIT_RUN(test_a_whole_file);
	UNIT_RUN(test_refusals);
	UNIT_RUN(test_sets);
	UNIT_RUN(test_required_keys);
	UNIT_RUN(test_print_round_trips);
	UNIT_RUN(test_files);
	tempdir_remove(dir);
	return UNIT_END();
}
