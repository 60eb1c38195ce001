/* Hexadecimal literals in tests. */
#ifndef PR_TESTS_SUPPORT_HEX_H
#define PR_TESTS_SUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/check.h"

static inline unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9') return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
	PR_CHECK(c >= 'A' && c <= 'F');
	return (unsigned)(c - 'A' + 10);
}

/* Writes the bytes of an even number of digits, an optional "0x" in front, to out; returns how many. */
static inline size_t hex_bytes(uint8_t *out, size_t room, const char *digits)
{
	if (digits[0] == '0' && digits[1] == 'x') digits += 2;
	size_t n = strlen(digits) / 2;
	PR_CHECK(strlen(digits) % 2 == 0 && n <= room);
	for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(hex_digit(digits[2 * i]) << 4 | hex_digit(digits[2 * i + 1]));
	return n;
}

/* True if bytes[0..len) are exactly the given digits. */
static inline int hex_is(const uint8_t *bytes, size_t len, const char *digits)
{
	if (digits[0] == '0' && digits[1] == 'x') digits += 2;
	if (strlen(digits) != 2 * len) return 0;
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != (hex_digit(digits[2 * i]) << 4 | hex_digit(digits[2 * i + 1]))) return 0;
	return 1;
}

#endif
