/* Any bytes as a configuration file, and its first line as --set: values within their bounds, or a message. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/rt/config.h"

static char name[9];
static uint64_t port, big;
static bool flag;
static struct pr_config_list list;

static const struct pr_config_key keys[] = {
	{ "a.name", PR_CONFIG_STRING, "x", 1, sizeof name - 1, name, "" }, { "a.port", PR_CONFIG_U64, "1", 1, 65535, &port, "" },
	{ "a.flag", PR_CONFIG_BOOL, "true", 0, 0, &flag, "" },             { "b.big", PR_CONFIG_U64, "0", 0, UINT64_MAX, &big, "" },
	{ "b.list", PR_CONFIG_LIST, "[]", 0, 4, &list, "" },
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])

static void check(enum pr_err err, const char *message)
{
	PR_CHECK(err == PR_OK || err == PR_ERR_CONFIG);
	PR_CHECK((err == PR_OK) == (message[0] == 0) && strlen(message) < PR_CONFIG_MESSAGE_BYTES);
	if (err != PR_OK) return;
	PR_CHECK(strlen(name) >= 1 && strlen(name) < sizeof name && port >= 1 && port <= 65535 && list.count <= 4);
	for (uint32_t i = 0; i < list.count; i++) PR_CHECK(strlen(list.items[i]) <= PR_CONFIG_ITEM_BYTES_MAX);
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	char message[PR_CONFIG_MESSAGE_BYTES];
	if (size > 65536) return;
	char *text = calloc(1, size ? size : 1);
	PR_CHECK(text);
	if (size) memcpy(text, data, size);
	check(pr_config_load_text(message, keys, KEY_COUNT, "fuzz", text, size, NULL, 0), message);
	size_t len = 0;
	while (len < size && text[len] && text[len] != '\n') len++;
	char *line = malloc(len + 1);
	PR_CHECK(line);
	memcpy(line, text, len);
	line[len] = 0;
	const char *set = line;
	check(pr_config_load_text(message, keys, KEY_COUNT, "fuzz", "", 0, &set, 1), message);
	free(line);
	free(text);
}
