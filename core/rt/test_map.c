#include "core/rt/map.h"

#include "core/base/unit.h"

static void test_a_map_is_zero_and_costs_nothing_until_written(void)
{
	const size_t bytes = (size_t)64 << 30; /* more than most machines have */
	uint8_t *map = pr_map_reserve(bytes);
	UNIT_CHECK(map && (uintptr_t)map % 4096 == 0);
	if (!map) return;
	UNIT_CHECK(map[0] == 0 && map[bytes - 1] == 0 && map[bytes / 2] == 0);
	map[0] = 1;
	map[bytes - 1] = 2;
	UNIT_CHECK(map[0] == 1 && map[bytes - 1] == 2);
	pr_map_clear(map, bytes);
	UNIT_CHECK(map[0] == 0 && map[bytes - 1] == 0);
	pr_map_release(map, bytes);
	pr_map_release(NULL, bytes);
	UNIT_CHECK(pr_map_reserve(0) == NULL && pr_map_reserve(SIZE_MAX - 8191) == NULL);
}

int main(void)
{
	UNIT_RUN(test_a_map_is_zero_and_costs_nothing_until_written);
	return UNIT_END();
}
