#include "core/rt/map.h"

#include <sys/mman.h>

#include "core/base/check.h"

void *pr_map_reserve(size_t bytes)
{
	if (bytes == 0) return NULL;
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return map == MAP_FAILED ? NULL : map;
}

void pr_map_release(void *map, size_t bytes)
{
	if (map) PR_CHECK(munmap(map, bytes) == 0);
}

void pr_map_clear(void *map, size_t bytes) { PR_CHECK(madvise(map, bytes, MADV_DONTNEED) == 0); }
