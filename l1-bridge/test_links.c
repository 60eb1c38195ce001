#include "l1-bridge/links.h"

#include "core/base/unit.h"
#include "core/codec/list.h"

#define ITEMS 500u

/* Whatever was dropped, the links from there on are those of the chain that begins with the first item. */
static void test_links_are_those_of_the_whole_chain(void)
{
	static uint8_t   want[ITEMS + 1][32];
	struct brg_links links;
	uint8_t          got32[32];
	uint64_t         kept = 0;

	brg_links_init(&links);
	for (uint32_t n = 0; n < ITEMS; n++) {
		uint8_t  item[40];
		uint32_t len = 1 + (uint32_t)(unit_rand() % sizeof item);
		for (uint32_t i = 0; i < len; i++) item[i] = (uint8_t)(unit_rand() >> 56);
		pr_inbox_link(want[n + 1], want[n], item, len);
		brg_links_add(&links, item, len);
		if (unit_rand() % 50 == 0) brg_links_drop(&links, kept += unit_rand() % (n + 2 - kept));
		for (uint32_t k = 0; k <= n + 2; k++) {
			bool known = brg_links_get(&links, got32, k);
			UNIT_CHECK(known == (k >= kept && k <= n + 1));
			if (known) UNIT_CHECK(memcmp(got32, want[k], 32) == 0);
		}
	}
	UNIT_CHECK(kept > 0);
	brg_links_fini(&links);
}

int main(void)
{
	UNIT_RUN(test_links_are_those_of_the_whole_chain);
	return UNIT_END();
}
