/* Strict decoding of the one zstd frame that carries a chunk's content.
 *
 * libzstd is a compressor here, never a judge: its versions disagree on damaged frames and even return
 * different bytes.  Validity is what this decoder says (docs/spec/chunk.md section 2).  ZstdDecoder.sol states
 * the same rules; shared vectors and mutated frames hold the two together.
 *
 *     frame = magic 28 B5 2F FD | descriptor 1 | content size N 1 or 2 | block header 3 | block
 *
 * The profile (RFC 8878 section numbers in brackets):
 *   frame     [3.1.1.1] exactly one, nothing before or after; single segment, no checksum, no dictionary,
 *             reserved bits 0; N from 1 to PR_ZFRAME_CONTENT_MAX in its shortest field (1 byte below 256,
 *             else 2 bytes of N - 256).
 *   block     [3.1.1.2] exactly one, marked last, raw (size N) or compressed (size at most N).
 *   literals  [3.1.1.3.1] raw, RLE, or Huffman in 1 or 4 streams with their own tree; not treeless.  A
 *             Huffman section has at least 1 literal, in 4 streams at least 6.
 *   tree      [4.2.1] direct or FSE weights, at most 255 (the last is implied), depth at most 11, at least
 *             two codes of full depth.  The FSE alphabet is 0..11 with accuracy 5 or 6.
 *   sequences [3.1.1.3.2] at most PR_ZFRAME_SEQUENCES_MAX, and 3 * sequences + literals <= N; none is one
 *             byte 0 that ends the block; tables predefined, RLE or FSE, not repeated; reserved bits 0.
 *   streams   every bit stream ends in a non-zero byte and is used up to its last bit, exactly.
 *   offsets   from 1 to the bytes produced so far; "repeat offset 1 minus 1" is refused when it is 0.
 *   result    exactly N bytes. */
#ifndef PR_CODEC_ZFRAME_H
#define PR_CODEC_ZFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/types/protocol_gen.h"

#define PR_ZFRAME_CONTENT_MAX PR_CHUNK_PLAIN_MAX
#define PR_ZFRAME_SEQUENCES_MAX 256u
#define PR_ZFRAME_HEADER_MAX 10u /* magic, descriptor, content size, block header */
#define PR_ZFRAME_BYTES_MAX (PR_ZFRAME_CONTENT_MAX + PR_ZFRAME_HEADER_MAX)

/* pr_zframe_decode: out[0..*out_len) = the content of the frame.
 * out_cap must be at least PR_ZFRAME_CONTENT_MAX, so that the verdict never depends on the caller; frame may
 * be NULL when frame_len is 0.  Uses about 25 KiB of stack, and time bounded by the profile.
 * Returns false, with *out_len = 0 and the bytes of out unspecified, when the frame is outside the profile. */
PR_MUST_USE bool pr_zframe_decode(uint8_t *out, size_t out_cap, size_t *out_len, const uint8_t *frame,
				  size_t frame_len);

/* pr_zframe_header_put: writes the frame and block headers for content_len bytes (1..PR_ZFRAME_CONTENT_MAX)
 * held raw; the content itself follows.  out has room for PR_ZFRAME_HEADER_MAX.  Returns the bytes written. */
size_t pr_zframe_header_put(uint8_t *out, size_t content_len);

#endif
