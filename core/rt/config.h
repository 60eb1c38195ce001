/* Configuration: a strict subset of TOML bound to the caller's table of keys.
 *
 *     # comment
 *     [http]
 *     bind  = "127.0.0.1"          # string: "..." with \" \\ \n \t, or '...' taken as it stands
 *     port  = 8_545                # integer: decimal, unsigned 64 bit, '_' between digits
 *     tls   = false
 *     peers = ["a:1", "b:2"]       # strings, may go on over several lines
 *
 * Every key must be in the table and may be given once; a section may be opened once.  Anything else stops with a
 * message "FILE:LINE: what is wrong".  Order of precedence: default, file, --set.  The environment is never read. */
#ifndef PR_RT_CONFIG_H
#define PR_RT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/err.h"

#define PR_CONFIG_KEYS_MAX 128
#define PR_CONFIG_FILE_BYTES_MAX (1u << 20)
#define PR_CONFIG_MESSAGE_BYTES 512
#define PR_CONFIG_ITEMS_MAX 32
#define PR_CONFIG_ITEM_BYTES_MAX 511

enum pr_config_type { PR_CONFIG_STRING, PR_CONFIG_U64, PR_CONFIG_BOOL, PR_CONFIG_LIST };

struct pr_config_list {
	uint32_t count;
	char items[PR_CONFIG_ITEMS_MAX][PR_CONFIG_ITEM_BYTES_MAX + 1];
};

struct pr_config_key {
	const char *name; /* "section.key" */
	enum pr_config_type type;
	/* Written as after --set (a string needs no quotes); NULL: the key must be given. */
	const char *fallback_opt;
	/* U64: the value.  STRING: the length in bytes.  LIST: the count of items (max at most PR_CONFIG_ITEMS_MAX).
	 * BOOL: not used. */
	uint64_t min, max;
	/* STRING: char[max + 1]; U64: uint64_t; BOOL: bool; LIST: struct pr_config_list. */
	void *destination;
	const char *help; /* one line for --help */
};

/* Fills every destination from defaults, then from the file (NULL: none), then from set_count texts
 * "section.key=value" (a string value may stand without quotes; the last of two settings of one key wins).
 * Returns PR_OK, or PR_ERR_CONFIG with the reason in message; destinations are then unspecified. */
PR_MUST_USE enum pr_err pr_config_load(char message[PR_CONFIG_MESSAGE_BYTES], const struct pr_config_key *keys, size_t key_count,
				       const char *path_opt, const char *const *sets, size_t set_count);

/* The same from bytes in memory; origin names them in messages. */
PR_MUST_USE enum pr_err pr_config_load_text(char message[PR_CONFIG_MESSAGE_BYTES], const struct pr_config_key *keys,
					    size_t key_count, const char *origin, const char *text, size_t text_len,
					    const char *const *sets, size_t set_count);

/* Prints the table as a commented configuration file whose values are the defaults. */
void pr_config_print(FILE *out, const struct pr_config_key *keys, size_t key_count);

#endif
