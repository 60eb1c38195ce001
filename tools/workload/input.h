/* What the workload plays: a lineage of datasets and a trace of inferences, from files or generated.
 *
 * Lineage file: tab-separated, a header line, then id, collection, creators ('|' between), licences, derived_from ('|' between), ...
 * Trace file: comma-separated, a header line, then timestamp, context tokens, generated tokens. */
#ifndef TOOLS_WORKLOAD_INPUT_H
#define TOOLS_WORKLOAD_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

#define WL_NAME_BYTES 256

struct wl_names { /* distinct names, numbered from 0 */
	char (*names)[WL_NAME_BYTES];
	uint32_t count, cap;
};
/* The number of a name, adding it if it is new. */
uint32_t wl_name(struct wl_names *n, const char *name);
/* The number of a name, UINT32_MAX if it is not there. */
uint32_t wl_name_find(const struct wl_names *n, const char *name);

struct wl_row { /* one dataset */
	uint32_t collection;
	uint32_t *creators, creator_count;
	uint32_t *parents, parent_count;   /* rows */
	uint32_t *upstream, upstream_count; /* names that are no row */
};

struct wl_call {
	uint32_t context, generated; /* tokens */
};

struct wl_input {
	struct wl_names datasets, collections, creators, upstreams;
	struct wl_row *rows; /* by dataset number */
	uint32_t *order;     /* rows, parents before children */
	uint32_t dropped;    /* derivations left out because they would close a cycle */
	struct wl_call *calls;
	uint32_t call_count;
};

PR_MUST_USE enum pr_err wl_input_lineage(struct wl_input *in, const char *path);
/* paths: files with commas between. */
PR_MUST_USE enum pr_err wl_input_trace(struct wl_input *in, const char *paths);
/* A made-up lineage and trace of the same shape: heavy-tailed token counts, some shared creators, derivations, upstream names. */
void wl_input_generate_lineage(struct wl_input *in, uint32_t datasets, uint64_t seed);
void wl_input_generate_trace(struct wl_input *in, uint32_t calls, uint64_t seed);

#endif
