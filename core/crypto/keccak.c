#include "core/crypto/keccak.h"

#include <string.h>

#include "core/base/check.h"

PR_STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "lanes are little-endian words");
PR_STATIC_ASSERT(PR_KECCAK_RATE_BYTES == 200 - 2 * 32, "capacity is twice the digest");

void pr_keccak256(uint8_t out32[32], const void *data, size_t len)
{
	struct pr_keccak h;
	pr_keccak_init(&h);
	pr_keccak_update(&h, data, len);
	pr_keccak_final(&h, out32);
}

void pr_keccak_init(struct pr_keccak *h) { memset(h, 0, sizeof *h); }

static inline void absorb_byte(struct pr_keccak *h, size_t at, uint8_t byte)
{
	h->state.a[at / 8] ^= (uint64_t)byte << (8 * (at % 8));
}

void pr_keccak_update(struct pr_keccak *h, const void *data, size_t len)
{
	const uint8_t *p = data;
	PR_CHECK(data || len == 0);
	PR_CHECK(h->used < PR_KECCAK_RATE_BYTES);
	while (len > 0) {
		if (h->used % 8 == 0 && len >= 8) {
			uint64_t lane;
			memcpy(&lane, p, 8);
			h->state.a[h->used / 8] ^= lane;
			h->used += 8;
			p += 8;
			len -= 8;
		} else {
			absorb_byte(h, h->used++, *p++);
			len--;
		}
		if (h->used == PR_KECCAK_RATE_BYTES) {
			sha3_permute(&h->state);
			h->used = 0;
		}
	}
}

void pr_keccak_final(struct pr_keccak *h, uint8_t out32[32])
{
	absorb_byte(h, h->used, 0x01);
	absorb_byte(h, PR_KECCAK_RATE_BYTES - 1, 0x80);
	sha3_permute(&h->state);
	memcpy(out32, h->state.a, 32);
}
