/* Any bytes: the strict decoder ends, keeps its bounds, and accepts nothing that libzstd refuses or reads
 * otherwise.  (It is stricter, so the converse does not hold.) */
#include <string.h>
#include <zstd.h>

#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/codec/zframe.h"

static void fuzz_one(const uint8_t *data, size_t size)
{
	static uint8_t ours[PR_ZFRAME_CONTENT_MAX], theirs[PR_ZFRAME_CONTENT_MAX];
	size_t n = 1;
	if (!pr_zframe_decode(ours, sizeof ours, &n, data, size)) {
		PR_CHECK(n == 0);
		return;
	}
	PR_CHECK(n > 0 && n <= PR_ZFRAME_CONTENT_MAX && size <= PR_ZFRAME_BYTES_MAX);
	PR_CHECK(ZSTD_decompress(theirs, sizeof theirs, data, size) == n);
	PR_CHECK(memcmp(ours, theirs, n) == 0);
}
