/* Handling of secret bytes.  Whatever held a key is wiped on every path out, and secrets are compared without a
 * branch that depends on them. */
#ifndef PR_CRYPTO_SECRET_H
#define PR_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroes len bytes in a way the compiler may not remove. */
void pr_secret_wipe(void *bytes, size_t len);

/* True if a[0..len) equals b[0..len); the time depends on len only. */
bool pr_secret_eq(const void *a, const void *b, size_t len);

#endif
