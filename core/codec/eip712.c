#include "core/codec/eip712.h"

#include <string.h>

#include "core/crypto/keccak.h"

/* keccak256 of a text. */
static void hash_text(uint8_t hash32[32], const char *text) { pr_keccak256(hash32, text, strlen(text)); }

static void absorb_u64(struct pr_keccak *h, uint64_t value)
{
	uint8_t word[32] = { 0 };
	pr_be64_put(word + 24, value);
	pr_keccak_update(h, word, sizeof word);
}

static void absorb_addr(struct pr_keccak *h, const uint8_t addr20[20])
{
	uint8_t word[32] = { 0 };
	memcpy(word + 12, addr20, 20);
	pr_keccak_update(h, word, sizeof word);
}

void pr_eip712_domain(uint8_t domain32[32], uint64_t chain_id, const uint8_t rollup20[20])
{
	struct pr_keccak h;
	uint8_t          hash32[32];

	pr_keccak_init(&h);
	hash_text(hash32, "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
	pr_keccak_update(&h, hash32, 32);
	hash_text(hash32, "Pennyroyal");
	pr_keccak_update(&h, hash32, 32);
	hash_text(hash32, "1");
	pr_keccak_update(&h, hash32, 32);
	absorb_u64(&h, chain_id);
	absorb_addr(&h, rollup20);
	pr_keccak_final(&h, domain32);
}

/* digest = keccak(0x19 0x01 || domain || struct hash) */
static void finish(uint8_t digest32[32], const uint8_t domain32[32], struct pr_keccak *structure)
{
	uint8_t bytes[66] = { 0x19, 0x01 };
	memcpy(bytes + 2, domain32, 32);
	pr_keccak_final(structure, bytes + 34);
	pr_keccak256(digest32, bytes, sizeof bytes);
}

/* Absorbs the signed form of one field. */
static enum pr_status absorb_field(struct pr_keccak *h, enum pr_field_type type, const union pr_value *v, pr_address_fn *address, void *ctx)
{
	static const uint8_t zero20[20];
	uint8_t              addr20[20];
	int                  found;

	switch (type) {
	case PR_FIELD_ACCT:
		if (address(ctx, (uint32_t)v->num, addr20) != 1) return PR_STATUS_RECIPIENT;
		absorb_addr(h, addr20);
		break;
	case PR_FIELD_PARTY:
		if ((found = address(ctx, (uint32_t)v->num, addr20)) == 0) return PR_STATUS_BENEFICIARY;
		absorb_addr(h, found == 1 ? addr20 : zero20);
		absorb_u64(h, found == 1 ? 0 : v->num);
		break;
	case PR_FIELD_OBJ:
	case PR_FIELD_U8:
	case PR_FIELD_VAR: absorb_u64(h, v->num); break;
	case PR_FIELD_B20: absorb_addr(h, v->bytes); break;
	case PR_FIELD_B32:
	case PR_FIELD_RND32: pr_keccak_update(h, v->bytes, 32); break;
	case PR_FIELD_AUX:
	case PR_FIELD_SIG64: break;
	}
	return PR_STATUS_APPLIED;
}

/* Positions that tools/gen.mjs gives every signed kind: from, nonce, deadline, ... */
enum { FROM = 0, NONCE = 1, DEADLINE = 2, FIRST_OWN = 3 };

enum pr_status pr_eip712_digest(uint8_t digest32[32], const uint8_t domain32[32], const struct pr_entry *e, pr_address_fn *address, void *ctx)
{
	const struct pr_kind_info *info = pr_kind_info(e->kind);
	struct pr_keccak           h;
	uint8_t                    addr20[20], type_hash32[32];

	PR_CHECK(info && info->is_signed && info->type_string);
	if (address(ctx, (uint32_t)e->f[FROM].num, addr20) != 1) return PR_STATUS_SENDER;
	hash_text(type_hash32, info->type_string);
	pr_keccak_init(&h);
	pr_keccak_update(&h, type_hash32, 32);
	absorb_addr(&h, addr20);
	for (unsigned i = FIRST_OWN; i < info->field_count; i++) {
		enum pr_status status = absorb_field(&h, info->fields[i].type, &e->f[i], address, ctx);
		if (status != PR_STATUS_APPLIED) return status;
	}
	absorb_u64(&h, e->f[NONCE].num);
	absorb_u64(&h, e->f[DEADLINE].num);
	finish(digest32, domain32, &h);
	return PR_STATUS_APPLIED;
}

void pr_eip712_voucher_digest(uint8_t digest32[32], const uint8_t domain32[32], const uint8_t payer20[20], uint32_t stream, uint64_t serial,
                              uint64_t cumulative)
{
	struct pr_keccak h;
	uint8_t          hash32[32];

	pr_keccak_init(&h);
	hash_text(hash32, "StreamVoucher(address payer,uint32 stream,uint64 serial,uint64 cumulative)");
	pr_keccak_update(&h, hash32, 32);
	absorb_addr(&h, payer20);
	absorb_u64(&h, stream);
	absorb_u64(&h, serial);
	absorb_u64(&h, cumulative);
	finish(digest32, domain32, &h);
}
