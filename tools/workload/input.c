#include "tools/workload/input.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rt/file.h"

#define FILE_BYTES_MAX (256u << 20)
#define ITEMS_MAX 64u

static void *grow(void *array, uint32_t count, uint32_t *cap, size_t size)
{
	if (count < *cap) return array;
	*cap  = *cap ? *cap * 2 : 64;
	array = realloc(array, *cap * size);
	PR_CHECK(array);
	return array;
}

uint32_t wl_name_find(const struct wl_names *n, const char *name)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (strcmp(n->names[i], name) == 0) return i;
	return UINT32_MAX;
}

uint32_t wl_name(struct wl_names *n, const char *name)
{
	uint32_t at = wl_name_find(n, name);
	if (at != UINT32_MAX) return at;
	n->names = grow(n->names, n->count, &n->cap, sizeof *n->names);
	snprintf(n->names[n->count], WL_NAME_BYTES, "%s", name);
	return n->count++;
}

/* The next field of a line up to the separator; NULL at the end. */
static char *field(char **line, char separator)
{
	char *start = *line;
	if (!start) return NULL;
	char *end = strchr(start, separator);
	if (end) *end = 0;
	*line = end ? end + 1 : NULL;
	return start;
}

static bool add_id(uint32_t *ids, uint32_t *count, uint32_t id)
{
	for (uint32_t i = 0; i < *count; i++)
		if (ids[i] == id) return true;
	if (*count == ITEMS_MAX) return false;
	ids[(*count)++] = id;
	return true;
}

static uint32_t *copy_ids(const uint32_t *ids, uint32_t count)
{
	uint32_t *copy = malloc((count ? count : 1) * sizeof *copy);
	PR_CHECK(copy);
	memcpy(copy, ids, count * sizeof *copy);
	return copy;
}

/* Orders rows so that parents come first; a derivation that would close a cycle is dropped. */
static void visit(struct wl_input *in, uint8_t *mark, uint32_t row, uint32_t *done)
{
	struct wl_row *r    = &in->rows[row];
	uint32_t       kept = 0;
	mark[row] = 1;
	for (uint32_t i = 0; i < r->parent_count; i++) {
		uint32_t p = r->parents[i];
		if (mark[p] == 1) {
			in->dropped++;
			continue;
		}
		if (mark[p] == 0) visit(in, mark, p, done);
		r->parents[kept++] = p;
	}
	r->parent_count      = kept;
	mark[row]            = 2;
	in->order[(*done)++] = row;
}

static void order_rows(struct wl_input *in)
{
	uint32_t done = 0;
	uint8_t *mark = calloc(in->datasets.count + 1, 1);
	in->order     = malloc((in->datasets.count + 1) * sizeof *in->order);
	PR_CHECK(mark && in->order);
	for (uint32_t i = 0; i < in->datasets.count; i++)
		if (mark[i] == 0) visit(in, mark, i, &done);
	free(mark);
	PR_CHECK(done == in->datasets.count);
}

static enum pr_err read_row(struct wl_input *in, char *line)
{
	char    *id = field(&line, '\t'), *collection = field(&line, '\t'), *creators = field(&line, '\t');
	char    *licences = field(&line, '\t'), *derived = field(&line, '\t'), *item;
	uint32_t creator_ids[ITEMS_MAX], parents[ITEMS_MAX], upstream[ITEMS_MAX];
	struct wl_row row = { 0 };

	if (!id || !collection || !creators || !licences || !derived) return PR_ERR_INVALID;
	uint32_t number = wl_name_find(&in->datasets, id);
	row.collection  = wl_name(&in->collections, collection);
	while ((item = field(&creators, '|')))
		if (*item && !add_id(creator_ids, &row.creator_count, wl_name(&in->creators, item))) return PR_ERR_FULL;
	while ((item = field(&derived, '|'))) {
		if (!*item) continue;
		uint32_t parent = wl_name_find(&in->datasets, item);
		bool     fits   = parent == number           ? true
		                  : parent != UINT32_MAX ? add_id(parents, &row.parent_count, parent)
		                                         : add_id(upstream, &row.upstream_count, wl_name(&in->upstreams, item));
		if (!fits) return PR_ERR_FULL;
	}
	row.creators     = copy_ids(creator_ids, row.creator_count);
	row.parents      = copy_ids(parents, row.parent_count);
	row.upstream     = copy_ids(upstream, row.upstream_count);
	in->rows[number] = row;
	return PR_OK;
}

enum pr_err wl_input_lineage(struct wl_input *in, const char *path)
{
	char  *text, *at, *line;
	size_t len;

	PR_FORWARD(pr_file_read_all(&text, &len, path, FILE_BYTES_MAX));
	char *again = strdup(text);
	PR_CHECK(again);
	/* Names first: a row may be derived from one that comes later. */
	at = again;
	(void)field(&at, '\n');
	while ((line = field(&at, '\n')))
		if (*line) (void)wl_name(&in->datasets, field(&line, '\t'));
	free(again);
	in->rows = calloc(in->datasets.count + 1, sizeof *in->rows);
	PR_CHECK(in->rows);
	at = text;
	(void)field(&at, '\n');
	enum pr_err err = PR_OK;
	while (err == PR_OK && (line = field(&at, '\n')))
		if (*line) err = read_row(in, line);
	free(text);
	if (err == PR_OK) order_rows(in);
	return err;
}

static enum pr_err read_trace(struct wl_input *in, const char *path, uint32_t *cap)
{
	char  *text, *at, *line;
	size_t len;

	PR_FORWARD(pr_file_read_all(&text, &len, path, FILE_BYTES_MAX));
	at = text;
	(void)field(&at, '\n');
	enum pr_err err = PR_OK;
	while (err == PR_OK && (line = field(&at, '\n'))) {
		if (!*line || *line == '\r') continue;
		char *time = field(&line, ','), *context = field(&line, ','), *generated = field(&line, ',');
		if (!time || !context || !generated) {
			err = PR_ERR_INVALID;
			break;
		}
		in->calls                    = grow(in->calls, in->call_count, cap, sizeof *in->calls);
		in->calls[in->call_count++] = (struct wl_call){ (uint32_t)strtoul(context, NULL, 10), (uint32_t)strtoul(generated, NULL, 10) };
	}
	free(text);
	return err;
}

enum pr_err wl_input_trace(struct wl_input *in, const char *paths)
{
	char       *copy = strdup(paths), *at = copy, *path;
	uint32_t    cap  = 0;
	enum pr_err err  = PR_OK;

	PR_CHECK(copy);
	while (err == PR_OK && (path = field(&at, ','))) err = read_trace(in, path, &cap);
	free(copy);
	return err;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1Du;
}

void wl_input_generate_lineage(struct wl_input *in, uint32_t datasets, uint64_t seed)
{
	uint64_t state = seed * 0x9E3779B97F4A7C15u | 1;
	char     name[WL_NAME_BYTES];
	uint32_t collections = datasets / 12 + 1, creators = datasets / 4 + 3, upstreams = datasets / 8 + 1;

	in->rows = calloc(datasets + 1, sizeof *in->rows);
	PR_CHECK(in->rows);
	for (uint32_t i = 0; i < datasets; i++) {
		uint32_t       ids[ITEMS_MAX];
		struct wl_row *r = &in->rows[i];
		snprintf(name, sizeof name, "dataset-%u", i);
		(void)wl_name(&in->datasets, name);
		snprintf(name, sizeof name, "collection-%u", (uint32_t)(next_random(&state) % collections));
		r->collection = wl_name(&in->collections, name);
		for (uint64_t n = next_random(&state) % 4; n > 0; n--) {
			/* The smaller of two draws: a few creators appear often. */
			uint32_t a = (uint32_t)(next_random(&state) % creators), b = (uint32_t)(next_random(&state) % creators);
			snprintf(name, sizeof name, "creator-%u", a < b ? a : b);
			(void)add_id(ids, &r->creator_count, wl_name(&in->creators, name));
		}
		r->creators = copy_ids(ids, r->creator_count);
		for (uint64_t n = i > 0 ? next_random(&state) % 3 : 0; n > 0; n--) (void)add_id(ids, &r->parent_count, (uint32_t)(next_random(&state) % i));
		r->parents = copy_ids(ids, r->parent_count);
		for (uint64_t n = next_random(&state) % 8 == 0; n > 0; n--) {
			snprintf(name, sizeof name, "upstream-%u", (uint32_t)(next_random(&state) % upstreams));
			(void)add_id(ids, &r->upstream_count, wl_name(&in->upstreams, name));
		}
		r->upstream = copy_ids(ids, r->upstream_count);
	}
	order_rows(in);
}

void wl_input_generate_trace(struct wl_input *in, uint32_t calls, uint64_t seed)
{
	uint64_t state = seed * 0xD1B54A32D192ED03u | 1;

	in->calls = malloc((calls + 1) * sizeof *in->calls);
	PR_CHECK(in->calls);
	for (in->call_count = 0; in->call_count < calls; in->call_count++) {
		/* Pareto tails, cut where production traces end. */
		double u = ((double)(next_random(&state) >> 11) + 1) / 9007199254740993.0, v = ((double)(next_random(&state) >> 11) + 1) / 9007199254740993.0;
		double context = 180.0 / pow(u, 0.75), generated = 40.0 / pow(v, 0.6);
		in->calls[in->call_count] = (struct wl_call){ (uint32_t)(context > 8000 ? 8000 : context), (uint32_t)(generated > 1000 ? 1000 : generated) };
	}
}
