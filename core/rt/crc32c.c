#include "core/rt/crc32c.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define POLYNOMIAL 0x82F63B78u /* 0x1EDC6F41 reflected */

static uint32_t table[256];
static bool hardware;

static void prepare(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ POLYNOMIAL : c >> 1;
		table[i] = c;
	}
#ifdef __x86_64__
	hardware = __builtin_cpu_supports("sse4.2");
#endif
}

#ifdef __x86_64__
#define LANE_BYTES 1024u

/* shift_by_lane(c) = the checksum state c after LANE_BYTES zero bytes, as a product by a constant over GF(2): state is
 * linear, so a table per nibble of the state suffices. */
static uint32_t lane_shift[8][16];

static void prepare_lanes(void)
{
	for (unsigned nibble = 0; nibble < 8; nibble++) {
		for (uint32_t v = 0; v < 16; v++) {
			uint32_t c = v << nibble * 4;
			for (unsigned i = 0; i < LANE_BYTES; i++) c = c >> 8 ^ table[c & 0xff];
			lane_shift[nibble][v] = c;
		}
	}
}

static uint32_t shift_by_lane(uint32_t c)
{
	uint32_t r = 0;
	for (unsigned nibble = 0; nibble < 8; nibble++) r ^= lane_shift[nibble][c >> nibble * 4 & 15];
	return r;
}

/* The instruction takes three cycles but starts every cycle, so three lanes run side by side. */
__attribute__((target("sse4.2"))) static uint32_t run_hardware(uint32_t crc, const uint8_t *p, size_t len)
{
	uint64_t v;
	for (; len >= 3 * LANE_BYTES; p += 3 * LANE_BYTES, len -= 3 * LANE_BYTES) {
		uint64_t a = crc, b = 0, c = 0;
		for (size_t i = 0; i < LANE_BYTES; i += 8) {
			memcpy(&v, p + i, 8);
			a = __builtin_ia32_crc32di(a, v);
			memcpy(&v, p + LANE_BYTES + i, 8);
			b = __builtin_ia32_crc32di(b, v);
			memcpy(&v, p + 2 * LANE_BYTES + i, 8);
			c = __builtin_ia32_crc32di(c, v);
		}
		crc = shift_by_lane(shift_by_lane((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
	}
	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&v, p, 8);
		crc = (uint32_t)__builtin_ia32_crc32di(crc, v);
	}
	for (; len; p++, len--) crc = __builtin_ia32_crc32qi(crc, *p);
	return crc;
}
#endif

static void prepare_all(void)
{
	prepare();
#ifdef __x86_64__
	prepare_lanes();
#endif
}

uint32_t pr_crc32c(uint32_t crc, const void *bytes, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, prepare_all);
	const uint8_t *p = bytes;
	crc = ~crc;
#ifdef __x86_64__
	if (hardware) return ~run_hardware(crc, p, len);
#endif
	for (; len; p++, len--) crc = crc >> 8 ^ table[(crc ^ *p) & 0xff];
	return ~crc;
}
