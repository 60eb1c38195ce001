#include "core/rt/config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/rt/file.h"

#define NAME_BYTES_MAX 128
#define SECTIONS_MAX 64

struct reader {
	const char *pos, *end;
	const char *origin;
	unsigned line;
	char *message;
	const struct pr_config_key *keys;
	size_t key_count;
	bool bare_strings; /* --set and defaults: a string may stand without quotes */
	char section[NAME_BYTES_MAX];
	char sections[SECTIONS_MAX][NAME_BYTES_MAX];
	size_t section_count;
	bool given[PR_CONFIG_KEYS_MAX];
};

static enum pr_err fail(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum pr_err fail(struct reader *r, const char *format, ...)
{
	int n = r->line ? snprintf(r->message, PR_CONFIG_MESSAGE_BYTES, "%s:%u: ", r->origin, r->line)
			: snprintf(r->message, PR_CONFIG_MESSAGE_BYTES, "%s: ", r->origin);
	if (n < 0 || n >= PR_CONFIG_MESSAGE_BYTES) return PR_ERR_CONFIG;
	va_list args;
	va_start(args, format);
	vsnprintf(r->message + n, PR_CONFIG_MESSAGE_BYTES - (size_t)n, format, args);
	va_end(args);
	return PR_ERR_CONFIG;
}

static int peek(const struct reader *r) { return r->pos < r->end ? (unsigned char)*r->pos : -1; }

static bool is_name_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t') r->pos++;
}

static void skip_comment(struct reader *r)
{
	if (peek(r) == '#')
		while (r->pos < r->end && *r->pos != '\n') r->pos++;
}

/* Blanks, comment and the end of the line or of the text. */
static enum pr_err end_line(struct reader *r)
{
	skip_blanks(r);
	skip_comment(r);
	if (peek(r) == '\r') r->pos++;
	if (peek(r) == -1) return PR_OK;
	if (peek(r) != '\n') return fail(r, "unexpected text after the value");
	r->pos++;
	r->line++;
	return PR_OK;
}

static enum pr_err read_name(struct reader *r, char out[NAME_BYTES_MAX], const char *what)
{
	size_t len = 0;
	while (is_name_char(peek(r)) && len + 1 < NAME_BYTES_MAX) out[len++] = *r->pos++;
	out[len] = 0;
	return len ? PR_OK : fail(r, "%s expected", what);
}

static enum pr_err read_escape(struct reader *r, char *c)
{
	int e = peek(r);
	*c = e == 'n' ? '\n' : e == 't' ? '\t' : (char)e;
	if (e != 'n' && e != 't' && e != '"' && e != '\\') return fail(r, "unknown escape in a string");
	r->pos++;
	return PR_OK;
}

/* A quoted string of at most max bytes into out[max + 1]. */
static enum pr_err read_quoted(struct reader *r, char *out, size_t *len, size_t max)
{
	int quote = peek(r);
	if (quote != '"' && quote != '\'') return fail(r, "a string in quotes expected");
	r->pos++;
	for (*len = 0;; (*len)++) {
		int c = peek(r);
		if (c == -1 || c == '\n') return fail(r, "a string is not closed");
		if (c < 0x20 || c == 0x7f) return fail(r, "a control character in a string");
		r->pos++;
		if (c == quote) break;
		char byte = (char)c;
		if (c == '\\' && quote == '"') PR_FORWARD(read_escape(r, &byte));
		if (*len == max) return fail(r, "a string longer than %zu bytes", max);
		out[*len] = byte;
	}
	out[*len] = 0;
	return PR_OK;
}

/* The rest of the text as it stands. */
static enum pr_err read_bare(struct reader *r, char *out, size_t *len, size_t max)
{
	*len = (size_t)(r->end - r->pos);
	if (*len > max) return fail(r, "a string longer than %zu bytes", max);
	for (size_t i = 0; i < *len; i++) {
		unsigned char c = (unsigned char)r->pos[i];
		if (c < 0x20 || c == 0x7f) return fail(r, "a control character in a string");
	}
	memcpy(out, r->pos, *len);
	out[*len] = 0;
	r->pos = r->end;
	return PR_OK;
}

static enum pr_err read_string(struct reader *r, const struct pr_config_key *key)
{
	char *out = key->destination;
	size_t len = 0;
	int c = peek(r);
	if (r->bare_strings && c != '"' && c != '\'') PR_FORWARD(read_bare(r, out, &len, key->max));
	else PR_FORWARD(read_quoted(r, out, &len, key->max));
	if (len < key->min) return fail(r, "%s: must have %" PRIu64 " to %" PRIu64 " bytes", key->name, key->min, key->max);
	return PR_OK;
}

static enum pr_err read_u64(struct reader *r, const struct pr_config_key *key)
{
	uint64_t v = 0;
	bool digit_before = false;
	const char *start = r->pos;
	for (;; r->pos++) {
		int c = peek(r);
		if (c == '_' && digit_before) {
			digit_before = false;
			continue;
		}
		if (c < '0' || c > '9') break;
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (unsigned)(c - '0'), &v))
			return fail(r, "%s: over 64 bits", key->name);
		digit_before = true;
	}
	if (!digit_before) return fail(r, "%s: an integer expected", key->name);
	if (*start == '0' && r->pos - start > 1) return fail(r, "%s: an integer must not start with 0", key->name);
	if (v < key->min || v > key->max) return fail(r, "%s: must be %" PRIu64 " to %" PRIu64, key->name, key->min, key->max);
	*(uint64_t *)key->destination = v;
	return PR_OK;
}

static enum pr_err read_bool(struct reader *r, const struct pr_config_key *key)
{
	char word[NAME_BYTES_MAX];
	PR_FORWARD(read_name(r, word, "true or false"));
	bool yes = strcmp(word, "true") == 0;
	if (!yes && strcmp(word, "false") != 0) return fail(r, "%s: must be true or false", key->name);
	*(bool *)key->destination = yes;
	return PR_OK;
}

/* Blanks, comments and line ends between the items of a list. */
static void skip_between(struct reader *r)
{
	for (;;) {
		skip_blanks(r);
		skip_comment(r);
		if (peek(r) == '\r' && r->end - r->pos > 1 && r->pos[1] == '\n') r->pos++;
		if (peek(r) != '\n') return;
		r->pos++;
		if (r->line) r->line++;
	}
}

static enum pr_err read_list(struct reader *r, const struct pr_config_key *key)
{
	struct pr_config_list *list = key->destination;
	list->count = 0;
	if (peek(r) != '[') return fail(r, "%s: a list [\"...\", ...] expected", key->name);
	r->pos++;
	for (skip_between(r); peek(r) != ']'; skip_between(r)) {
		size_t len;
		if (list->count == key->max) return fail(r, "%s: more than %" PRIu64 " items", key->name, key->max);
		PR_FORWARD(read_quoted(r, list->items[list->count], &len, PR_CONFIG_ITEM_BYTES_MAX));
		list->count++;
		skip_between(r);
		if (peek(r) == ',') r->pos++;
		else if (peek(r) != ']') return fail(r, "%s: ',' or ']' expected", key->name);
	}
	r->pos++;
	if (list->count < key->min) return fail(r, "%s: fewer than %" PRIu64 " items", key->name, key->min);
	return PR_OK;
}

static enum pr_err read_value(struct reader *r, const struct pr_config_key *key)
{
	switch (key->type) {
	case PR_CONFIG_STRING: return read_string(r, key);
	case PR_CONFIG_U64: return read_u64(r, key);
	case PR_CONFIG_BOOL: return read_bool(r, key);
	case PR_CONFIG_LIST: return read_list(r, key);
	}
	PR_CHECK(!"a key type outside the enum");
	return PR_ERR_CONFIG;
}

static const struct pr_config_key *find_key(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->key_count; i++)
		if (strcmp(r->keys[i].name, name) == 0) return &r->keys[i];
	return NULL;
}

static enum pr_err read_section(struct reader *r)
{
	r->pos++;
	skip_blanks(r);
	PR_FORWARD(read_name(r, r->section, "a section name"));
	skip_blanks(r);
	if (peek(r) != ']') return fail(r, "']' expected after the section name");
	r->pos++;
	for (size_t i = 0; i < r->section_count; i++)
		if (strcmp(r->sections[i], r->section) == 0) return fail(r, "section [%s] opened twice", r->section);
	if (r->section_count == SECTIONS_MAX) return fail(r, "too many sections");
	memcpy(r->sections[r->section_count++], r->section, NAME_BYTES_MAX);

	size_t len = strlen(r->section);
	bool known = false;
	for (size_t i = 0; i < r->key_count; i++) known |= strncmp(r->keys[i].name, r->section, len) == 0 && r->keys[i].name[len] == '.';
	return known ? end_line(r) : fail(r, "unknown section [%s]", r->section);
}

static enum pr_err read_assignment(struct reader *r)
{
	char name[NAME_BYTES_MAX], full[2 * NAME_BYTES_MAX];
	PR_FORWARD(read_name(r, name, "a key"));
	if (!r->section[0]) return fail(r, "key %s stands before any section", name);
	snprintf(full, sizeof full, "%s.%s", r->section, name);
	const struct pr_config_key *key = find_key(r, full);
	if (!key) return fail(r, "unknown key %s", full);
	if (r->given[key - r->keys]) return fail(r, "%s given twice", full);
	r->given[key - r->keys] = true;
	skip_blanks(r);
	if (peek(r) != '=') return fail(r, "'=' expected after %s", full);
	r->pos++;
	skip_blanks(r);
	PR_FORWARD(read_value(r, key));
	return end_line(r);
}

static enum pr_err read_text(struct reader *r, const char *origin, const char *text, size_t len)
{
	r->origin = origin;
	r->line = 1;
	r->pos = text;
	r->end = text + len;
	while (r->pos < r->end) {
		skip_blanks(r);
		int c = peek(r);
		if (c == '[') PR_FORWARD(read_section(r));
		else if (is_name_char(c)) PR_FORWARD(read_assignment(r));
		else if (c == '#' || c == '\n' || c == '\r' || c == -1) PR_FORWARD(end_line(r));
		else return fail(r, "a [section], a key or a comment expected");
	}
	return PR_OK;
}

/* One value outside a file: a default or a --set.  origin names it in the message. */
static enum pr_err read_single(struct reader *r, const struct pr_config_key *key, const char *origin, const char *value)
{
	r->origin = origin;
	r->line = 0;
	r->bare_strings = true;
	r->pos = value;
	r->end = value + strlen(value);
	enum pr_err err = read_value(r, key);
	if (err == PR_OK && r->pos != r->end) err = fail(r, "unexpected text after the value");
	r->bare_strings = false;
	return err;
}

static enum pr_err read_set(struct reader *r, const char *set)
{
	const char *equals = strchr(set, '=');
	char name[2 * NAME_BYTES_MAX];
	r->origin = "--set";
	r->line = 0;
	if (!equals || (size_t)(equals - set) >= sizeof name) return fail(r, "must be section.key=value");
	memcpy(name, set, (size_t)(equals - set));
	name[equals - set] = 0;
	const struct pr_config_key *key = find_key(r, name);
	if (!key) return fail(r, "unknown key %s", name);
	r->given[key - r->keys] = true;
	char origin[2 * NAME_BYTES_MAX + 8];
	snprintf(origin, sizeof origin, "--set %s", name);
	return read_single(r, key, origin, equals + 1);
}

enum pr_err pr_config_load_text(char message[PR_CONFIG_MESSAGE_BYTES], const struct pr_config_key *keys, size_t key_count,
				const char *origin, const char *text, size_t text_len, const char *const *sets, size_t set_count)
{
	PR_CHECK(key_count <= PR_CONFIG_KEYS_MAX);
	struct reader r = { .message = message, .keys = keys, .key_count = key_count };
	message[0] = 0;
	for (size_t i = 0; i < key_count; i++) {
		PR_CHECK(keys[i].type != PR_CONFIG_LIST || keys[i].max <= PR_CONFIG_ITEMS_MAX);
		if (!keys[i].fallback_opt) continue;
		char where[NAME_BYTES_MAX + 16];
		snprintf(where, sizeof where, "default of %s", keys[i].name);
		PR_FORWARD(read_single(&r, &keys[i], where, keys[i].fallback_opt));
	}
	PR_FORWARD(read_text(&r, origin, text, text_len));
	for (size_t i = 0; i < set_count; i++) PR_FORWARD(read_set(&r, sets[i]));
	for (size_t i = 0; i < key_count; i++) {
		if (keys[i].fallback_opt || r.given[i]) continue;
		r.origin = origin;
		r.line = 0;
		return fail(&r, "%s must be given", keys[i].name);
	}
	return PR_OK;
}

enum pr_err pr_config_load(char message[PR_CONFIG_MESSAGE_BYTES], const struct pr_config_key *keys, size_t key_count,
			   const char *path_opt, const char *const *sets, size_t set_count)
{
	if (!path_opt) return pr_config_load_text(message, keys, key_count, "configuration", "", 0, sets, set_count);
	char *text;
	size_t len;
	enum pr_err err = pr_file_read_all(&text, &len, path_opt, PR_CONFIG_FILE_BYTES_MAX);
	if (err != PR_OK) {
		snprintf(message, PR_CONFIG_MESSAGE_BYTES, "%s: cannot be read: %s", path_opt, pr_err_name(err));
		return PR_ERR_CONFIG;
	}
	err = pr_config_load_text(message, keys, key_count, path_opt, text, len, sets, set_count);
	free(text);
	return err;
}

static void print_default(FILE *out, const struct pr_config_key *key, const char *name)
{
	const char *value = key->fallback_opt;
	if (!value) {
		fprintf(out, "# %s =   (must be given)\n", name);
		return;
	}
	if (key->type != PR_CONFIG_STRING || value[0] == '"' || value[0] == '\'') {
		fprintf(out, "%s = %s\n", name, value);
		return;
	}
	fprintf(out, "%s = \"", name);
	for (; *value; value++) fprintf(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	fprintf(out, "\"\n");
}

void pr_config_print(FILE *out, const struct pr_config_key *keys, size_t key_count)
{
	for (size_t i = 0; i < key_count; i++) {
		const char *dot = strchr(keys[i].name, '.');
		PR_CHECK(dot);
		size_t section_len = (size_t)(dot - keys[i].name);
		bool seen = false;
		for (size_t k = 0; k < i; k++) seen |= strncmp(keys[k].name, keys[i].name, section_len + 1) == 0;
		if (seen) continue; /* printed with the first key of its section */
		fprintf(out, "%s[%.*s]\n", i ? "\n" : "", (int)section_len, keys[i].name);
		for (size_t k = i; k < key_count; k++) {
			if (strncmp(keys[k].name, keys[i].name, section_len + 1) != 0) continue;
			fprintf(out, "# %s\n", keys[k].help);
			print_default(out, &keys[k], keys[k].name + section_len + 1);
		}
	}
}
