/* Compression of a chunk's content into a frame that the strict decoder (core/codec/zframe.h) accepts. */
#ifndef PR_RT_ZPACK_H
#define PR_RT_ZPACK_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* pr_zpack: out[0..*len) = a frame whose content is in[0..in_len), in_len from 1 to PR_ZFRAME_CONTENT_MAX.
 * A zstd frame at the highest ordinary level, or one of fewer sequences, if it is within the profile, decodes to
 * the input and is at least 2 % shorter than the raw frame; else the raw frame, which is the input and at most PR_ZFRAME_HEADER_MAX
 * bytes (cheaper to prove, and nothing lost).  The same input gives the same frame with the same libzstd.
 * cap must be at least PR_ZFRAME_BYTES_MAX.  Allocates while it runs (about 1 MB), keeps nothing.
 * Errors, with *len = 0: PR_ERR_INVALID (in_len or cap out of range), PR_ERR_FULL (no memory). */
PR_MUST_USE enum pr_err pr_zpack(uint8_t *out, size_t cap, size_t *len, const uint8_t *in, size_t in_len);

#endif
