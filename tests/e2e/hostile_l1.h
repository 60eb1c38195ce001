/* Attacks as transactions of a stranger, and the errors that they must revert with. */
#ifndef TESTS_E2E_HOSTILE_L1_H
#define TESTS_E2E_HOSTILE_L1_H

#include <stdarg.h>

#include "tests/e2e/hostile_proof.h"
#include "tests/e2e/lies_play.h"

#define ATTACK_GAS 16000000u
#define ATTACK_FEE_WEI 100000000000u /* per gas, at most */
#define ATTACK_BYTES_MAX 120000u
#define REASON_WORDS_MAX 3u
#define REASONS_MAX 12u

/* A custom error with its arguments; of those marked any, the value is not known before. */
struct reason {
	uint8_t bytes[4 + 32 * REASON_WORDS_MAX];
	size_t len;
	bool any[REASON_WORDS_MAX];
};

/* types: a letter per argument, n a number (uint64_t), w a word (const uint8_t *), ? any. */
static inline struct reason because(const char *signature, const char *types, ...)
{
	static const uint8_t zero[32];
	struct reason r = { .len = 4 + 32 * strlen(types) };
	struct pr_abi w;
	va_list args;

	PR_CHECK(strlen(types) <= REASON_WORDS_MAX);
	pr_abi_call(&w, r.bytes, sizeof r.bytes, signature, strlen(types));
	va_start(args, types);
	for (size_t i = 0; types[i]; i++) {
		r.any[i] = types[i] == '?';
		if (types[i] == 'n') pr_abi_u128(&w, va_arg(args, uint64_t));
		else pr_abi_word(&w, types[i] == 'w' ? va_arg(args, const uint8_t *) : zero);
	}
	va_end(args);
	PR_CHECK(pr_abi_done(&w) && w.len == r.len);
	return r;
}
/* No data: the ABI decoder's refusal, or no gas left. */
static inline struct reason because_empty(void) { return (struct reason){ .len = 0 }; }

static inline bool reason_is(const struct reason *r, const uint8_t *data, size_t len)
{
	if (len != r->len || memcmp(data, r->bytes, len < 4 ? len : 4) != 0) return false;
	for (size_t i = 0; 4 + 32 * i < len; i++)
		if (!r->any[i] && memcmp(data + 4 + 32 * i, r->bytes + 4 + 32 * i, 32) != 0) return false;
	return true;
}

/* Any one of them. */
struct reasons {
	uint32_t count;
	struct reason list[REASONS_MAX];
};
static inline struct reasons only(struct reason r) { return (struct reasons){ 1, { r } }; }
static inline void or_else(struct reasons *all, struct reason r)
{
	PR_CHECK(all->count < REASONS_MAX);
	all->list[all->count++] = r;
}

static struct {
	uint8_t key32[32], addr20[20];
	uint64_t nonce, count;
	char where[64]; /* what is attacked, for messages */
} attacker;

static inline void attacker_init(void)
{
	hex(attacker.key32, 32, anvil_keys[1]);
	hex(attacker.addr20, 20, anvil_addrs[1]);
	need(pr_ethrpc_nonce(test.eth, &attacker.nonce, attacker.addr20, pr_l1_at(PR_L1_PENDING)), "the attacker's nonce");
}

/* Sends and has it mined. */
static inline struct pr_l1_receipt attacker_send(const uint8_t to20[20], pr_u128 value, uint64_t gas, const uint8_t *data, size_t len)
{
	static uint8_t raw[PR_TX_BYTES_MAX];
	struct pr_tx tx = { .chain_id = test.chain.l1_chain_id, .nonce = attacker.nonce, .gas_limit = gas, .max_fee = ATTACK_FEE_WEI, .max_priority_fee = 1,
	                    .value = value, .data = data, .data_len = len };
	struct pr_l1_receipt receipt;
	uint8_t hash32[32];
	size_t raw_len;

	memcpy(tx.to20, to20, 20);
	need(pr_tx_sign(raw, sizeof raw, &raw_len, hash32, &tx, attacker.key32), "an attack");
	need(pr_ethrpc_send_raw(test.eth, hash32, raw, raw_len), "an attack");
	attacker.nonce++;
	for (uint64_t start = pr_clock_ms(); pr_ethrpc_receipt(test.eth, &receipt, hash32) != PR_OK; usleep(POLL_US))
		if (pr_clock_ms() - start > WAIT_MS) die("an attack is not mined");
	return receipt;
}

/* What the transaction reverted with, from its trace. */
static inline size_t revert_of(uint8_t *out, size_t room, const uint8_t tx32[32])
{
	char params[192], digits[65];
	const char *text;
	size_t len;

	for (size_t i = 0; i < 32; i++) (void)snprintf(digits + 2 * i, 3, "%02x", tx32[i]);
	(void)snprintf(params, sizeof params, "[\"0x%s\",{\"tracer\":\"callTracer\",\"tracerConfig\":{\"onlyTopCall\":true}}]", digits);
	need(pr_ethrpc_request(test.eth, &text, &len, "debug_traceTransaction", params), "the trace of an attack");
	struct pr_json doc = parse(text, len);
	uint32_t output = pr_json_get(&doc, 0, "output");
	if (output == PR_JSON_NONE) return 0;
	if (!pr_json_hex_var(out, &len, room, &doc, output)) die("a trace without its output");
	return len;
}

/* One attack, which must be mined, revert, and with one of the reasons.  Returns the gas that it took. */
static inline uint64_t attack_to(const uint8_t to20[20], pr_u128 value, const char *what, const uint8_t *data, size_t len, uint64_t gas,
                                 const struct reasons *want)
{
	uint8_t output[256];
	char line[192];
	int used = snprintf(line, sizeof line, "%s: %s:", attacker.where, what);

	PR_CHECK(len > 0 && len <= ATTACK_BYTES_MAX && used > 0 && (size_t)used < sizeof line);
	struct pr_l1_receipt receipt = attacker_send(to20, value, gas, data, len);
	size_t output_len = receipt.success ? 0 : revert_of(output, sizeof output, receipt.tx_hash32);
	bool ok = false;
	for (uint32_t i = 0; i < want->count && !receipt.success; i++) ok |= reason_is(&want->list[i], output, output_len);
	if (receipt.success) (void)snprintf(line + used, sizeof line - (size_t)used, " it went through");
	for (size_t i = 0; i < output_len && (size_t)used + 3 < sizeof line; i++) used += snprintf(line + used, sizeof line - (size_t)used, "%s%02x", i ? "" : " ", output[i]);
	check(ok, line);
	attacker.count++;
	return receipt.gas_used;
}
static inline void attack(const char *what, const uint8_t *data, size_t len, struct reasons want)
{
	(void)attack_to(test.chain.rollup20, 0, what, data, len, ATTACK_GAS, &want);
}

#endif
