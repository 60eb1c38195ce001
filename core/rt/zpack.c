#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_c_useBlockSplitter, a plain parameter number at run time */
#include "core/rt/zpack.h"

#include <string.h>
#include <zstd.h>

#include "core/codec/zframe.h"

#define LEVEL 19
#define KEEP_PERCENT_MAX 98 /* a compressed frame over this share of the raw one is not worth its proof gas */

static bool set(ZSTD_CCtx *z, ZSTD_cParameter name, int value)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(z, name, value));
}

/* Ways to compress, best first, by the shortest match that is looked for; 0 is the level's own choice.  The
 * others make fewer sequences, for content of which the first makes more than the profile allows. */
static const int ways[] = { 0, 5, 7 };

/* The frame libzstd makes, 0 if it fails or does not fit. */
static size_t compress(ZSTD_CCtx *z, uint8_t *out, size_t cap, const uint8_t *in, size_t in_len, int min_match)
{
	if (!set(z, ZSTD_c_compressionLevel, LEVEL) || !set(z, ZSTD_c_contentSizeFlag, 1) ||
	    !set(z, ZSTD_c_checksumFlag, 0) || !set(z, ZSTD_c_dictIDFlag, 0) ||
	    !set(z, ZSTD_c_useBlockSplitter, ZSTD_ps_disable))
		return 0;
	if (min_match > 0 && (!set(z, ZSTD_c_strategy, ZSTD_lazy2) || !set(z, ZSTD_c_minMatch, min_match))) return 0;
	size_t n = ZSTD_compress2(z, out, cap, in, in_len);
	return ZSTD_isError(n) ? 0 : n;
}

/* True if the frame is in the profile and holds exactly the input: libzstd's word is not taken for it. */
static bool holds(const uint8_t *frame, size_t frame_len, const uint8_t *in, size_t in_len)
{
	uint8_t content[PR_ZFRAME_CONTENT_MAX];
	size_t n;
	return pr_zframe_decode(content, sizeof content, &n, frame, frame_len) && n == in_len &&
	       memcmp(content, in, in_len) == 0;
}

enum pr_err pr_zpack(uint8_t *out, size_t cap, size_t *len, const uint8_t *in, size_t in_len)
{
	*len = 0;
	if (in_len == 0 || in_len > PR_ZFRAME_CONTENT_MAX || cap < PR_ZFRAME_BYTES_MAX) return PR_ERR_INVALID;
	ZSTD_CCtx *z = ZSTD_createCCtx();
	if (!z) return PR_ERR_FULL;
	uint8_t header[PR_ZFRAME_HEADER_MAX];
	size_t header_len = pr_zframe_header_put(header, in_len), raw = header_len + in_len, packed = 0;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0] && packed == 0; i++) {
		packed = compress(z, out, cap, in, in_len, ways[i]);
		if (packed * 100 > raw * KEEP_PERCENT_MAX || !holds(out, packed, in, in_len)) packed = 0;
	}
	ZSTD_freeCCtx(z);
	if (packed == 0) {
		memcpy(out, header, header_len);
		memcpy(out + header_len, in, in_len);
		PR_CHECK(holds(out, raw, in, in_len));
		packed = raw;
	}
	*len = packed;
	return PR_OK;
}
