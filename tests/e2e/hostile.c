/* A right claim cannot be struck, whatever a proof looks like: against every chunk of honest claims a stranger sends the right proof and ones that are cut,
 * changed in one word, re-ordered, of another chunk, batch or claim, or starved of gas.  Each is mined and must revert with its own error; then the
 * claims stand as they stood, become final and are paid.
 *
 *     hostile L1-URL CLAIMER-URL CHAIN-FILE CLAIMER-ADDRESS
 *
 * Started by hostile.sh beside a fresh chain and a claimer of right roots that finalises them.  The operator is the development chain's first account,
 * the stranger its second. */
#include "tests/e2e/hostile_attacks.h"

#define HOSTILE_FRAMES 4u
#define GAS_STEPS 40u /* amounts of gas that a proof is starved with */
#define CLAIM_BYTES 256u

/* Calls the address in the first word with the gas in the second and the rest as data, and reverts as the callee does: starves a call of gas below what
 * a transaction of that many bytes must have. */
#define STARVER "00000000000000000000000000000000000c0de1"
#define STARVER_CODE                                                                    \
	"6040" "36" "03" "80" "6040" "6000" "37"                /* data[0..] = calldata[64..] */ \
	"6000" "6000" "82" "6000" "6000" "6000" "35" "6020" "35" "f1" /* call */                 \
	"3d" "6000" "6000" "3e" "6027" "57" "3d" "6000" "fd"    /* what it returned; revert */   \
	"5b" "00"                                               /* 0x27: end */

/* What is kept of a claim: abi.encode of IRollup.Claim. */
static void claim_of(uint8_t out[CLAIM_BYTES], uint64_t id)
{
	uint8_t data[64];
	const uint8_t *answer;
	size_t len;
	struct pr_ethrpc_msg msg = { .to20_opt = test.chain.rollup20, .data = data, .data_len = pr_call_id(data, sizeof data, "claimOf(uint64)", id) };
	need(pr_ethrpc_call(test.eth, &answer, &len, &msg, pr_l1_at(PR_L1_LATEST)), "a claim");
	PR_CHECK(len == CLAIM_BYTES);
	memcpy(out, answer, len);
}
/* The bond of the line that began with a claim is whole: nothing of the line was struck. */
static bool line_is_whole(uint64_t line, uint64_t last)
{
	static const uint8_t nobody[32];
	uint8_t data[64];
	const uint8_t *answer;
	size_t len;
	struct pr_ethrpc_msg msg = { .to20_opt = test.chain.rollup20, .data = data, .data_len = pr_call_id(data, sizeof data, "lineOf(uint64)", line) };
	need(pr_ethrpc_call(test.eth, &answer, &len, &msg, pr_l1_at(PR_L1_LATEST)), "a line");
	return len == 64 && pr_be64(answer + 24) == last && memcmp(answer + 32, nobody, 32) == 0;
}
static uint64_t claim_state(uint64_t id)
{
	uint8_t claim[CLAIM_BYTES];
	claim_of(claim, id);
	return pr_be64(claim + 3 * 32 + 24);
}

static pr_u128 credit(const uint8_t who20[20])
{
	uint8_t data[64];
	const uint8_t *answer;
	size_t len;
	struct pr_abi w;
	struct pr_ethrpc_msg msg = { .to20_opt = test.chain.rollup20, .data = data };
	pr_u128 wei = 0;

	pr_abi_call(&w, data, sizeof data, "credit(address)", 1);
	pr_abi_addr(&w, who20);
	PR_CHECK(pr_abi_done(&w));
	msg.data_len = w.len;
	need(pr_ethrpc_call(test.eth, &answer, &len, &msg, pr_l1_at(PR_L1_LATEST)), "a credit");
	PR_CHECK(pr_abi_get_u128(&wei, answer, len, 0));
	return wei;
}
static pr_u128 balance(const uint8_t who20[20])
{
	pr_u128 wei = 0;
	need(pr_ethrpc_balance(test.eth, &wei, who20, pr_l1_at(PR_L1_LATEST)), "a balance");
	return wei;
}

/* A batch of chunks that hold nothing but are as dear to decode as the profile lets them be: who could starve the decoder would make it look as if
 * a chunk could not be decoded that can, and the other way round. */
static void post_frames(void)
{
	static uint8_t bytes[3 + ZCRAFT_FRAME_MAX], content[ZCRAFT_CONTENT_MAX];
	size_t frame_len, content_len;

	begin();
	for (unsigned v = 0; v < HOSTILE_FRAMES; v++) {
		zcraft_hostile(v * 3, bytes + 3, &frame_len, content, &content_len);
		bytes[0] = PR_CHUNK_FORMAT;
		pr_be16_put(bytes + 1, 0);
		lies_put_bytes(bytes, (uint32_t)(3 + frame_len));
	}
	struct pr_entry e = lies_transfer(1, 0, 1);
	lies_must(world_apply(&lies.world, &e), PR_STATUS_APPLIED);
	post();
}

/* ---- Starving */

/* The right proof through the starver, with this much gas. */
static size_t starved_call(uint64_t gas)
{
	memset(calldata, 0, 64);
	memcpy(calldata + 12, test.chain.rollup20, 20);
	pr_be64_put(calldata + 56, gas);
	return 64 + pr_call_strike(calldata + 64, sizeof calldata - 64, &right.p);
}

/* The least gas with which the right proof comes to its end. */
static uint64_t gas_needed(const uint8_t starver20[20])
{
	const struct reason end = holds();
	uint64_t low = 0, high = ATTACK_GAS / 64 * 60;

	while (high - low > 1) {
		const uint64_t gas = low + (high - low) / 2;
		const uint8_t *out;
		size_t out_len, len = starved_call(gas);
		struct pr_ethrpc_msg msg = { .from20_opt = attacker.addr20, .to20_opt = starver20, .gas = ATTACK_GAS, .data = calldata, .data_len = len };
		enum pr_err err = pr_ethrpc_call(test.eth, &out, &out_len, &msg, pr_l1_at(PR_L1_LATEST));
		if (err == PR_OK || !pr_ethrpc_reverted(test.eth)) die("a proof short of gas went through");
		const struct pr_ethrpc_error *e = pr_ethrpc_error(test.eth);
		if (reason_is(&end, e->data, e->data_len)) high = gas;
		else low = gas;
	}
	return high;
}

/* All amounts of gas: none makes the proof a strike, and whatever the lack of it is taken for is not an answer. */
static void starve(void)
{
	uint8_t starver20[20];
	struct reasons lack = only(because_empty()), any;
	char what[64];

	hex(starver20, 20, STARVER);
	or_else(&lack, because("PrecompileFailed(uint256)", "?"));
	any = lack;
	or_else(&any, holds());
	const uint64_t needed = gas_needed(starver20);
	for (uint64_t i = 0; i <= GAS_STEPS; i++) {
		/* Evenly from nothing, and closely below what is needed, where most of it has been used rightly. */
		const uint64_t gas = i <= GAS_STEPS / 2 ? needed * i / (GAS_STEPS / 2 + 1) : needed - (needed / 48 * (GAS_STEPS - i) / (GAS_STEPS / 2)) - 1;
		(void)snprintf(what, sizeof what, "%" PRIu64 " gas of %" PRIu64, gas, needed);
		(void)attack_to(starver20, 0, what, calldata, starved_call(gas), ATTACK_GAS, &lack);
	}
	struct reasons end = only(holds());
	(void)attack_to(starver20, 0, "just enough gas", calldata, starved_call(needed), ATTACK_GAS, &end);
	/* The transaction's own limit, from the least that a node takes. */
	size_t len = pr_call_strike(calldata, sizeof calldata, &right.p);
	const struct pr_tx_gas least = pr_tx_gas_of(calldata, len, false);
	const uint64_t from = least.floor > least.intrinsic ? least.floor : least.intrinsic;
	for (uint64_t i = 0; i < GAS_STEPS / 4; i++) {
		const uint64_t gas = from + needed * i / (GAS_STEPS / 4);
		(void)snprintf(what, sizeof what, "a limit of %" PRIu64 " gas", gas);
		(void)attack_to(test.chain.rollup20, 0, what, calldata, len, gas, gas < least.intrinsic + needed ? &any : &end);
	}
}

/* ---- Claims beside the right ones */

/* Claims the batch with a wrong last root; the id of the claim. */
static uint64_t tell_lie(uint8_t roots[LIES_CHUNKS_MAX][32], uint32_t batch)
{
	static uint8_t data[LIES_CHUNKS_MAX * 32 + 1024];
	const struct lies_batch *b = &lies.batches[batch], *parent = b - 1;
	memcpy(roots, b->roots, b->chunk_count * 32u);
	roots[b->chunk_count - 1][31] ^= 1;
	size_t len = pr_call_claim(data, sizeof data, &b->header, test.honest[batch - 1], parent->roots[parent->chunk_count - 1], roots[0],
	                           b->chunk_count);
	if (!attacker_send(test.chain.rollup20, test.rollup.bond_wei, ATTACK_GAS, data, len).success) die("the stranger's false claim");
	listen();
	return test.told_count;
}

/* The proof that strikes a false claim strikes no other and no second time; a false claim below a right one is no ground against that. */
static void attack_beside(void)
{
	static uint8_t roots[LIES_CHUNKS_MAX][32];
	static struct hostile_proof strike;
	const struct lies_at last = { 1, lies.batches[1].chunk_count - 1, 0 };
	const uint64_t lie = tell_lie(roots, 1);
	uint8_t pre_path[PR_LIST_DEPTH][32];
	struct pr_fraud_proof p;

	PR_CHECK(last.chunk > 0);
	(void)snprintf(attacker.where, sizeof attacker.where, "beside a false claim");
	hostile_right(&strike, lie, last, (const uint8_t (*)[32])roots);
	hostile_right(&right, test.honest[2], (struct lies_at){ 2, 0, 0 }, (const uint8_t (*)[32])lies.batches[2].roots);
	p = right.p;
	memcpy(p.pre_root32, roots[last.chunk], 32);
	send_proof("the false parent's root before the right child", &p, only(wrong_pre_root(p.pre_root32)));
	p = strike.p;
	p.claim_id = test.honest[1];
	send_proof("the strike of a false claim against the right one", &p, only(wrong_pre_root(p.pre_root32)));
	pr_list_path(pre_path, (const uint8_t (*)[32])lies.batches[1].roots, lies.batches[1].chunk_count, last.chunk - 1);
	p.pre_path_opt = (const uint8_t (*)[32])pre_path;
	send_proof("the same with the right root before", &p, only(wrong_claimed_root(p.claimed_root32)));
	if (!attacker_send(test.chain.rollup20, 0, ATTACK_GAS, calldata, pr_call_strike(calldata, sizeof calldata, &strike.p)).success) die("the strike of a false claim");
	check(claim_state(lie) == CLAIM_STRUCK && credit(attacker.addr20) == test.rollup.bond_wei / 2, "a false claim falls to the stranger");
	send_proof("a strike replayed", &strike.p, only(because("ClaimNotOpen(uint64,uint8)", "nn", lie, (uint64_t)CLAIM_STRUCK)));
	const uint64_t again = tell_lie(roots, 1);
	send_proof("an old strike while the same lie is told again", &strike.p, only(because("ClaimNotOpen(uint64,uint8)", "nn", lie, (uint64_t)CLAIM_STRUCK)));
	send_proof("the strike against the right one again", &p, only(wrong_claimed_root(p.claimed_root32)));
	strike.p.claim_id = again;
	if (!attacker_send(test.chain.rollup20, 0, ATTACK_GAS, calldata, pr_call_strike(calldata, sizeof calldata, &strike.p)).success) die("the second strike");
}

/* Ways to end a right claim that are no strike. */
static void attack_otherwise(uint64_t id, uint32_t batch)
{
	const struct lies_batch *b = &lies.batches[batch], *before = b - 1;
	const uint64_t parent = test.honest[batch - 1];
	struct reason early = because("WindowOpen(uint64,uint256)", "n?", id);

	if (batch > 1) early = because("ParentClaimNotFinal(uint64,uint8)", "nn", parent, (uint64_t)CLAIM_OPEN);
	attack("reclaimed under its parent", calldata, pr_call_id(calldata, sizeof calldata, "reclaim(uint64)", id),
	       only(because("ParentClaimStands(uint64,uint8)", "nn", parent, (uint64_t)(parent == 0 ? CLAIM_FINAL : CLAIM_OPEN))));
	attack("made final before its time", calldata, pr_call_id(calldata, sizeof calldata, "finalize(uint64)", id), only(early));
	const uint8_t *pre_root32 = before->roots[before->chunk_count - 1];
	uint8_t roots[LIES_CHUNKS_MAX][32], roots_root32[32];
	const struct reasons no_bond = only(because("WrongBond(uint256,uint256)", "nn", (uint64_t)0, (uint64_t)test.rollup.bond_wei));
	memcpy(roots, b->roots, sizeof roots);
	pr_list_root(roots_root32, (const uint8_t (*)[32])roots, b->chunk_count);
	const struct reasons exists = only(because("ClaimExists(uint64,uint64,bytes32)", "nnw", (uint64_t)batch, parent, roots_root32));
	size_t len = pr_call_claim(calldata, sizeof calldata, &b->header, parent, pre_root32, roots[0], b->chunk_count);
	(void)attack_to(test.chain.rollup20, test.rollup.bond_wei, "the same claim again", calldata, len, ATTACK_GAS, &exists);
	attack("the same claim without a bond", calldata, len, no_bond);
	roots[0][0] ^= 1;
	len = pr_call_claim(calldata, sizeof calldata, &b->header, parent, pre_root32, roots[0], b->chunk_count);
	attack("a false claim in the line of the right ones", calldata, len, no_bond);
}

/* ---- The whole */

static void attack_all(void)
{
	uint32_t chunks = 0;

	for (uint32_t n = 1; n < lies.batch_count; n++) {
		const struct lies_batch *b = &lies.batches[n];
		uint8_t before[CLAIM_BYTES], after[CLAIM_BYTES];
		const pr_u128 held = balance(test.chain.rollup20);
		claim_of(before, test.honest[n]);
		for (uint32_t c = 0; c < b->chunk_count; c++, chunks++) {
			const struct lies_at at = { n, c, 0 };
			(void)snprintf(attacker.where, sizeof attacker.where, "batch %u chunk %u", n, c);
			hostile_right(&right, test.honest[n], at, (const uint8_t (*)[32])b->roots);
			attack_rightly();
			attack_cut();
			attack_words();
			attack_witness_words();
			attack_order();
			attack_frames();
			attack_ids();
			if (b->chunk_count > 1) attack_with_other((struct lies_at){ n, (c + 1) % b->chunk_count, 0 });
			const uint32_t elsewhere = n % (lies.batch_count - 1) + 1;
			attack_with_other((struct lies_at){ elsewhere, c % lies.batches[elsewhere].chunk_count, 0 });
			if (c == 0 || n == lies.batch_count - 1 || (n == lies_marks.full.batch && c == lies_marks.full.chunk)) starve();
		}
		attack_otherwise(test.honest[n], n);
		claim_of(after, test.honest[n]);
		check(memcmp(before, after, CLAIM_BYTES) == 0, "a right claim stands as it stood");
		check(balance(test.chain.rollup20) == held && credit(attacker.addr20) == 0, "every bond is where it was");
	}
	attack_beside();
	check(line_is_whole(test.honest[1], test.honest[lies.batch_count - 1]), "the line of the right claims is whole");
	printf("%" PRIu64 " attacks on %u chunks of %u right claims\n", attacker.count, chunks, lies.batch_count - 1);
}

static void text_of(char text[41], const uint8_t addr20[20])
{
	for (size_t i = 0; i < 20; i++) (void)snprintf(text + 2 * i, 3, "%02x", addr20[i]);
}

/* After the window the claimer makes its claims final; the bonds are its own again, and it is paid. */
static void end_well(const struct lies_at last)
{
	char claimer[41], rollup[41];
	uint8_t data[8];

	anvil_do(test.eth, "evm_increaseTime", "[%" PRIu64 "]", test.rollup.window_s + 1);
	anvil_mine(test.eth, 2);
	for (uint64_t start = pr_clock_ms(); !test.told[test.honest[lies.batch_count - 1]].final; usleep(POLL_US)) {
		if (pr_clock_ms() - start > WAIT_MS) die("the claims do not become final");
		anvil_mine(test.eth, 1);
		listen();
	}
	for (uint64_t id = 1; id <= test.told_count; id++)
		check((memcmp(test.told[id].claimant20, test.claimer20, 20) == 0) == test.told[id].final && test.told[id].final == (test.told[id].struck == 0),
		      "right claims are final, false ones struck");
	check(credit(test.claimer20) == test.rollup.bond_wei, "the bond of the line is credited to the claimer");
	text_of(claimer, test.claimer20);
	text_of(rollup, test.chain.rollup20);
	pr_abi_selector(data, "collect()");
	const pr_u128 was = balance(test.claimer20);
	anvil_do(test.eth, "anvil_impersonateAccount", "[\"0x%s\"]", claimer);
	anvil_do(test.eth, "eth_sendTransaction", "[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"data\":\"0x%08x\"}]", claimer, rollup, pr_be32(data));
	for (uint64_t start = pr_clock_ms(); credit(test.claimer20) != 0; usleep(POLL_US))
		if (pr_clock_ms() - start > WAIT_MS) die("the claimer is not paid");
	check(balance(test.claimer20) > was + test.rollup.bond_wei / 10 * 9, "and paid, less the gas"); /* a fee of the node's choice */
	(void)snprintf(attacker.where, sizeof attacker.where, "a final claim");
	hostile_right(&right, test.honest[last.batch], last, (const uint8_t (*)[32])lies.batches[last.batch].roots);
	send_proof("the right proof", &right.p, only(because("ClaimNotOpen(uint64,uint8)", "nn", right.p.claim_id, (uint64_t)CLAIM_FINAL)));
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: hostile L1-URL CLAIMER-URL CHAIN-FILE CLAIMER-ADDRESS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	connect_all("hostile", argv[1], argv[2], argv[3], argv[4]);
	attacker_init();
	anvil_do(test.eth, "anvil_setCode", "[\"0x%s\",\"0x%s\"]", STARVER, STARVER_CODE);
	post_batches();
	post_frames();
	wait_honest();
	attack_all();
	end_well((struct lies_at){ 1, 0, 0 });
	printf("hostile: %u passed, %u failed, 0 skipped\n", test.passed, test.failed);
	disconnect_all();
	return test.failed ? 1 : 0;
}
