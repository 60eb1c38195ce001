#include "cli/amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto/keccak.h"

#define AMOUNT_DECIMALS 9u
#define RATE_DECIMALS 4u
#define PPM_PER_PERCENT 10000u

/* Digits with at most `decimals` behind a point, as an integer scaled by 10^decimals; *end is behind the last one used. */
static bool decimal_parse(uint64_t *value, const char *text, unsigned decimals, const char **end)
{
	unsigned behind = 0, digits = 0;
	bool     point = false;
	uint64_t v = 0;
	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if (point && ++behind > decimals) return false;
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v)) return false;
		digits++;
	}
	if (digits == 0 || (point && behind == 0)) return false;
	for (; behind < decimals; behind++)
		if (__builtin_mul_overflow(v, 10u, &v)) return false;
	*value = v;
	*end   = text;
	return true;
}

static void decimal_format(char out[CLI_AMOUNT_BYTES], uint64_t value, unsigned decimals)
{
	uint64_t scale = 1;
	for (unsigned i = 0; i < decimals; i++) scale *= 10;
	int n = snprintf(out, CLI_AMOUNT_BYTES, "%" PRIu64 ".%0*" PRIu64, value / scale, (int)decimals, value % scale);
	PR_CHECK(n > 0 && n < CLI_AMOUNT_BYTES);
	while (out[n - 1] == '0') out[--n] = 0;
	if (out[n - 1] == '.') out[n - 1] = 0;
}

bool cli_u64_parse(uint64_t *value, const char *text)
{
	const char *end;
	uint64_t    v;
	if (!decimal_parse(&v, text, 0, &end) || *end || strchr(text, '.')) return false;
	*value = v;
	return true;
}

bool cli_id_parse(uint32_t *id, const char *text)
{
	uint64_t v;
	if (!cli_u64_parse(&v, text) || v > UINT32_MAX) return false;
	*id = (uint32_t)v;
	return true;
}

bool cli_amount_parse(uint64_t *nano, const char *text)
{
	const char *end;
	uint64_t    v;
	size_t      len = strlen(text);
	if (len > 1 && text[len - 1] == 'n') {
		if (!decimal_parse(&v, text, 0, &end) || end != text + len - 1 || memchr(text, '.', len)) return false;
	} else if (!decimal_parse(&v, text, AMOUNT_DECIMALS, &end) || *end) {
		return false;
	}
	*nano = v;
	return true;
}

void cli_amount_format(char out[CLI_AMOUNT_BYTES], uint64_t nano) { decimal_format(out, nano, AMOUNT_DECIMALS); }

bool cli_rate_parse(uint32_t *ppm, const char *text)
{
	const char *end;
	uint64_t    v;
	if (!decimal_parse(&v, text, RATE_DECIMALS, &end) || end[0] != '%' || end[1] || v > 100u * PPM_PER_PERCENT) return false;
	*ppm = (uint32_t)v;
	return true;
}

void cli_rate_format(char out[CLI_AMOUNT_BYTES], uint64_t ppm)
{
	decimal_format(out, ppm, RATE_DECIMALS);
	size_t len = strlen(out);
	PR_CHECK(len + 2 <= CLI_AMOUNT_BYTES);
	memcpy(out + len, "%", 2);
}

bool cli_seconds_parse(uint64_t *seconds, const char *text)
{
	const char *end;
	uint64_t    v, unit = 1;
	if (!decimal_parse(&v, text, 0, &end) || strchr(text, '.')) return false;
	switch (*end) {
	case 0: break;
	case 's': end++; break;
	case 'm': unit = 60; end++; break;
	case 'h': unit = 3600; end++; break;
	case 'd': unit = 86400; end++; break;
	default: return false;
	}
	if (*end || __builtin_mul_overflow(v, unit, &v)) return false;
	*seconds = v;
	return true;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

bool cli_hex_parse(uint8_t *out, size_t len, const char *text)
{
	if (strlen(text) != 2 + 2 * len || text[0] != '0' || text[1] != 'x') return false;
	for (size_t i = 0; i < len; i++) {
		int high = nibble(text[2 + 2 * i]), low = nibble(text[3 + 2 * i]);
		if (high < 0 || low < 0) return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void cli_hex_format(char *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		out[2 * i]     = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[2 * len] = 0;
}

void cli_address_format(char out[CLI_ADDRESS_BYTES], const uint8_t addr20[20])
{
	uint8_t hash32[32];
	out[0] = '0';
	out[1] = 'x';
	cli_hex_format(out + 2, addr20, 20);
	pr_keccak256(hash32, out + 2, 40);
	for (unsigned i = 0; i < 40; i++) {
		unsigned digit = (hash32[i / 2] >> (i % 2 ? 0 : 4)) & 15;
		if (digit >= 8 && out[2 + i] >= 'a') out[2 + i] = (char)(out[2 + i] - 'a' + 'A');
	}
}

bool cli_address_parse(uint8_t addr20[20], const char *text)
{
	char right[CLI_ADDRESS_BYTES];
	bool upper = false, lower = false;
	if (!cli_hex_parse(addr20, 20, text)) return false;
	for (const char *p = text + 2; *p; p++) {
		upper |= *p >= 'A' && *p <= 'F';
		lower |= *p >= 'a' && *p <= 'f';
	}
	cli_address_format(right, addr20);
	return !(upper && lower) || memcmp(right, text, CLI_ADDRESS_BYTES) == 0;
}
