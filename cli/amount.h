/* What people type and read: amounts, rates, durations, hex.  Nothing here fails silently: what does not parse is refused whole. */
#ifndef CLI_AMOUNT_H
#define CLI_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

#define CLI_AMOUNT_BYTES 32

/* Tokens with at most 9 decimals ("1.5", ".25", "3") or nano with the suffix n ("250n").  At most 2^64-1 nano. */
PR_MUST_USE bool cli_amount_parse(uint64_t *nano, const char *text);
/* "1.5", "0.00000025", "3": no trailing zeros.  cli_amount_parse of it gives the same. */
void cli_amount_format(char out[CLI_AMOUNT_BYTES], uint64_t nano);

/* "5%", "0.02%" (at most 4 decimals) in parts per million, at most 100 %. */
PR_MUST_USE bool cli_rate_parse(uint32_t *ppm, const char *text);
/* Parts per million as a percentage: "0.02%". */
void cli_rate_format(char out[CLI_AMOUNT_BYTES], uint64_t ppm);

/* Seconds, or with a unit: "90", "90s", "15m", "12h", "30d". */
PR_MUST_USE bool cli_seconds_parse(uint64_t *seconds, const char *text);

/* Digits only. */
PR_MUST_USE bool cli_u64_parse(uint64_t *value, const char *text);
/* An object id. */
PR_MUST_USE bool cli_id_parse(uint32_t *id, const char *text);

/* "0x" and exactly 2 * len hex digits. */
PR_MUST_USE bool cli_hex_parse(uint8_t *out, size_t len, const char *text);
/* Writes 2 * len digits and a zero byte, without "0x". */
void cli_hex_format(char *out, const uint8_t *bytes, size_t len);

/* EIP-55: if the letters of an address are of both cases they are a checksum and must be right. */
PR_MUST_USE bool cli_address_parse(uint8_t addr20[20], const char *text);
#define CLI_ADDRESS_BYTES 43
void cli_address_format(char out[CLI_ADDRESS_BYTES], const uint8_t addr20[20]);

#endif
