/* Address space reserved for a flat array that grows in place: pages cost memory only once written, and are zero. */
#ifndef PR_RT_MAP_H
#define PR_RT_MAP_H

#include <stddef.h>

/* A zeroed anonymous mapping of at least bytes, aligned to a page; NULL if the system refuses or bytes is 0. */
void *pr_map_reserve(size_t bytes);
/* Gives back exactly what pr_map_reserve returned for bytes; NULL is fine. */
void pr_map_release(void *map, size_t bytes);
/* Drops the contents: the pages read as zeros again and their memory is returned. */
void pr_map_clear(void *map, size_t bytes);

#endif
