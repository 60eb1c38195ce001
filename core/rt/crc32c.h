/* CRC-32C (Castagnoli, RFC 3720 appendix B.4): detects torn and rotten records.  Not a MAC. */
#ifndef PR_RT_CRC32C_H
#define PR_RT_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues a checksum: crc = 0 to start; crc32c(0, "123456789") = 0xE3069283. */
uint32_t pr_crc32c(uint32_t crc, const void *bytes, size_t len);

#endif
