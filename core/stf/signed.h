/* Who signed an entry (docs/spec/entries.md section 2). */
#ifndef PR_STF_SIGNED_H
#define PR_STF_SIGNED_H

#include "core/stf/set.h"

/* True if the entry's signature over digest32 recovers to addr20 (which is not zero).  Uses the signer that the caller of pr_step
 * recovered, if there is one. */
bool pr_signed_by(const struct pr_apply *a, const uint8_t digest32[32], const uint8_t addr20[20]);

#endif
