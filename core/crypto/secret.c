#include "core/crypto/secret.h"

#include <stdint.h>
#include <string.h>

void pr_secret_wipe(void *bytes, size_t len)
{
	memset(bytes, 0, len);
	/* The memory is an input of this statement, so the stores above must happen. */
	__asm__ volatile("" : : "r"(bytes) : "memory");
}

bool pr_secret_eq(const void *a, const void *b, size_t len)
{
	const uint8_t *p = a, *q = b;
	volatile uint8_t diff = 0;
	for (size_t i = 0; i < len; i++) diff = (uint8_t)(diff | (p[i] ^ q[i]));
	return diff == 0;
}
