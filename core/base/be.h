/* Big-endian loads and stores: the byte order of every wire layout and hash input.
 * p must have room for the width in the name; alignment does not matter. */
#ifndef PR_BASE_BE_H
#define PR_BASE_BE_H

#include <stdint.h>
#include <string.h>

typedef unsigned __int128 pr_u128;

static inline uint16_t pr_be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline uint32_t pr_be32(const uint8_t *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return __builtin_bswap32(v);
}

static inline uint64_t pr_be64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return __builtin_bswap64(v);
}

static inline pr_u128 pr_be128(const uint8_t *p) { return (pr_u128)pr_be64(p) << 64 | pr_be64(p + 8); }

static inline void pr_be16_put(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void pr_be32_put(uint8_t *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, 4);
}

static inline void pr_be64_put(uint8_t *p, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, 8);
}

static inline void pr_be128_put(uint8_t *p, pr_u128 v)
{
	pr_be64_put(p, (uint64_t)(v >> 64));
	pr_be64_put(p + 8, (uint64_t)v);
}

#endif
