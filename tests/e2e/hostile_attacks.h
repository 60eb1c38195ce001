/* What a stranger tries against one chunk of a right claim. */
#ifndef TESTS_E2E_HOSTILE_ATTACKS_H
#define TESTS_E2E_HOSTILE_ATTACKS_H

#include "tests/e2e/hostile_l1.h"
#include "tests/support/zcraft.c"
#include "tests/support/zcraft_gen.c"

enum claim_state { CLAIM_NONE, CLAIM_OPEN, CLAIM_STRUCK, CLAIM_FINAL }; /* as L1 counts them */

static struct hostile_proof right, other; /* the proof that is attacked with, and parts of another */
static uint8_t calldata[2 * ATTACK_BYTES_MAX], edited[HOSTILE_WITNESS_MAX];
static uint64_t dice = 20260901;

static inline uint64_t roll(uint64_t below)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (dice >> 33) % below;
}

/* ---- What an attack must revert with */

static inline struct reason holds(void)
{
	return because("ClaimHolds(uint64,uint32,bytes32)", "nnw", right.p.claim_id, (uint64_t)right.p.chunk_index, right.p.claimed_root32);
}
static inline struct reason wrong_pre_root(const uint8_t *root32) { return because("PreRootWrong(bytes32)", "w", root32); }
static inline struct reason wrong_claimed_root(const uint8_t *root32) { return because("ClaimedRootWrong(bytes32)", "w", root32); }
static inline struct reason wrong_header(const struct pr_batch_header *h)
{
	uint8_t hash32[32];
	pr_batch_header_hash(hash32, h);
	return because("HeaderUnknown(uint64,bytes32)", "nw", h->number, hash32);
}
static inline struct reason other_batch(uint64_t got, uint64_t want) { return because("HeaderOfOtherBatch(uint64,uint64)", "nn", got, want); }
static inline struct reason wrong_data(const uint8_t *data, size_t len)
{
	uint8_t hash32[32];
	const struct pr_batch_header *h = &right.p.header;
	uint64_t first = h->inbox_from + (uint64_t)right.p.chunk_index * PR_INBOX_CHUNK_ITEMS;
	uint64_t end = first + PR_INBOX_CHUNK_ITEMS < h->inbox_to ? first + PR_INBOX_CHUNK_ITEMS : h->inbox_to;
	pr_keccak256(hash32, data, len);
	return right.inbox ? because("ItemsWrong(uint64,uint64)", "nn", first, end) : because("ChunkWrong(bytes32)", "w", hash32);
}
static inline struct reason wrong_leaf(uint64_t index) { return because("WitnessLeaf(uint256)", "n", index); }
static inline struct reason wrong_length(uint64_t got, uint64_t want) { return because("WitnessLength(uint256,uint256)", "nn", got, want); }
static inline struct reason wrong_siblings(uint64_t got, uint64_t want) { return because("WitnessSiblings(uint256,uint256)", "nn", got, want); }
static inline struct reason wrong_root(void) { return because("WitnessRoot(bytes32,bytes32)", "?w", right.p.pre_root32); }

/* A witness is not looked at where the chunk is undecodable: then nothing that it says matters. */
static inline struct reasons if_read(struct reason r) { return only(right.decodable ? r : holds()); }

/* ---- The attacks on one chunk */

static inline void send_proof(const char *what, const struct pr_fraud_proof *p, struct reasons want)
{
	attack(what, calldata, pr_call_strike(calldata, sizeof calldata, p), want);
}
static inline void send_witness(const char *what, size_t len, struct reasons want)
{
	struct pr_fraud_proof p = right.p;
	p.witness = edited;
	p.witness_len = len;
	send_proof(what, &p, want);
}

/* The claim is right, so the right proof of it proves that; so does one with more leaves and links than it takes. */
static inline void attack_rightly(void)
{
	struct pr_touch touch = right.touch;
	size_t len = pr_call_strike(calldata, sizeof calldata, &right.p);

	attack("the right proof", calldata, len, only(holds()));
	memset(calldata + len, 0x5a, 96);
	attack("the right proof and more bytes", calldata, len + 96, only(holds()));
	for (uint32_t i = 0; i < touch.count; i++) touch.link_open[i] = 1;
	send_witness("every link open", hostile_witness(edited, right.at, &touch), only(holds()));
	for (uint32_t id = 1; touch.count == right.touch.count; id++) PR_CHECK(pr_touch_add(&touch, id, false));
	send_witness("a leaf more than it takes", hostile_witness(edited, right.at, &touch), only(holds()));
}

static inline void attack_cut(void)
{
	struct pr_fraud_proof p = right.p;
	struct hostile_places at = hostile_places(right.witness);
	const size_t len = right.p.witness_len, full = pr_call_strike(calldata, sizeof calldata, &right.p);

	/* (The last bytes may be padding, which is not missed.) */
	for (size_t i = 0; i < 8; i++) attack("calldata cut off", calldata, i == 0 ? 3 : 4 + (full - 40) * i / 7, only(because_empty()));
	memcpy(edited, right.witness, len);
	send_witness("no witness", 0, if_read(wrong_length(0, 5)));
	send_witness("a witness of four bytes", 4, if_read(wrong_length(4, 5)));
	send_witness("a witness without its last byte", len - 1, if_read(wrong_length(len - 1, len)));
	if (at.siblings > 0) send_witness("a witness without its last sibling", len - 32, if_read(wrong_length(len - 32, len)));
	for (uint32_t i = 0; i < at.count; i += 1 + at.count / 5) {
		size_t cut = at.ends[i] + 6 + (size_t)roll(at.ends[i + 1] - at.ends[i] - 5);
		/* The two bytes of the sibling count still count as there. */
		uint32_t leaf = 0;
		while (leaf < at.count && at.ends[leaf + 1] + 2 <= cut) leaf++;
		if (leaf < at.count && cut >= 5) send_witness("a witness cut off in a leaf", cut, if_read(wrong_leaf(leaf)));
	}
	static const size_t keep[3][2] = { { 0, 1 }, { 1, 2 }, { 9, 10 } };
	for (size_t i = 0; i < 3; i++) {
		p.data_len = right.p.data_len * keep[i][0] / keep[i][1];
		if (p.data_len < right.p.data_len) send_proof("data cut off", &p, only(wrong_data(p.data, p.data_len)));
	}
}

/* One word of the proof, then of its data and paths, another one. */
static inline void attack_words(void)
{
	static uint8_t data[HOSTILE_DATA_MAX], path[PR_LIST_DEPTH][32];
	struct pr_fraud_proof p;
	uint64_t chunks = pr_batch_chunk_count(&right.p.header);

#define CHANGED(what, change, want) (p = right.p, change, send_proof(what, &p, only(want)))
	CHANGED("another parent", p.header.parent[9] ^= 4, wrong_header(&p.header));
	CHANGED("another batch number", p.header.number++, other_batch(p.header.number, right.p.header.number));
	CHANGED("another timestamp", p.header.timestamp--, wrong_header(&p.header));
	CHANGED("another first item", p.header.inbox_from++, wrong_header(&p.header));
	CHANGED("another end of items", p.header.inbox_to++, wrong_header(&p.header));
	CHANGED("one more chunk posted", p.header.posted++, wrong_header(&p.header));
	CHANGED("other chunks", p.header.chunks_root[31] ^= 1, wrong_header(&p.header));
	CHANGED("a chunk out of range", p.chunk_index = (uint32_t)chunks, because("ChunkOutOfRange(uint32,uint256)", "nn", chunks, chunks));
	CHANGED("the highest chunk index", p.chunk_index = UINT32_MAX, because("ChunkOutOfRange(uint32,uint256)", "nn", (uint64_t)UINT32_MAX, chunks));
	CHANGED("another root before", p.pre_root32[0] ^= 0x80, wrong_pre_root(p.pre_root32));
	CHANGED("the root after as the root before", memcpy(p.pre_root32, p.claimed_root32, 32),
	        memcmp(right.p.pre_root32, right.p.claimed_root32, 32) ? wrong_pre_root(p.pre_root32) : holds());
	CHANGED("another claimed root", p.claimed_root32[31] ^= 1, wrong_claimed_root(p.claimed_root32));
	CHANGED("the root before as the claimed root", memcpy(p.claimed_root32, p.pre_root32, 32),
	        memcmp(right.p.pre_root32, right.p.claimed_root32, 32) ? wrong_claimed_root(p.claimed_root32) : holds());
	for (uint32_t level = 0; level < PR_LIST_DEPTH; level += 1 + (uint32_t)roll(3)) {
#define OTHER_PATH(member, from, what, want)                               \
	(memcpy(path, from, sizeof path), path[level][roll(32)] ^= 1, \
	 CHANGED(what, p.member = (const uint8_t (*)[32])path, want))
		if (right.p.pre_path_opt) OTHER_PATH(pre_path_opt, right.pre_path, "another path of the root before", wrong_pre_root(p.pre_root32));
		OTHER_PATH(claimed_path, right.claimed_path, "another path of the claimed root", wrong_claimed_root(p.claimed_root32));
		if (right.p.chunk_path_opt) OTHER_PATH(chunk_path_opt, right.chunk_path, "another path of the chunk", wrong_data(p.data, p.data_len));
	}
	CHANGED("no path of the root before, or one too many", p.pre_path_opt = p.pre_path_opt ? NULL : p.claimed_path, wrong_pre_root(p.pre_root32));
	CHANGED("no path of the chunk, or one too many", p.chunk_path_opt = p.chunk_path_opt ? NULL : p.claimed_path, wrong_data(p.data, p.data_len));
	for (unsigned i = 0; i < 4; i++) {
		memcpy(data, right.data, right.p.data_len);
		data[i == 0 ? 0 : roll(right.p.data_len)] ^= (uint8_t)(1 << roll(8));
		CHANGED("a changed bit of the data", p.data = data, wrong_data(data, p.data_len));
	}
#undef OTHER_PATH
#undef CHANGED
}

/* A witness that lies of the state: false leaves and siblings give another root, if the execution comes that far at all. */
static inline void attack_witness_words(void)
{
	struct hostile_places at = hostile_places(right.witness);
	const size_t len = right.p.witness_len, siblings = at.ends[at.count] + 2;
	struct reasons any = if_read(wrong_root());

	for (uint32_t i = 0; i < at.siblings; i += 1 + at.siblings / 4) {
		memcpy(edited, right.witness, len);
		edited[siblings + 32 * i + roll(32)] ^= 1;
		send_witness("a changed sibling", len, if_read(wrong_root()));
	}
	if (right.decodable) {
		or_else(&any, because("WitnessLeaf(uint256)", "?"));
		or_else(&any, because("WitnessLength(uint256,uint256)", "??"));
		or_else(&any, because("WitnessSiblings(uint256,uint256)", "??"));
		or_else(&any, because("WitnessHead(uint256,uint256)", "??"));
		or_else(&any, because("LeafMissing(uint256)", "?"));
		or_else(&any, because("LinkMissing(bytes32)", "?"));
		or_else(&any, because("StateInconsistent()", ""));
	}
	memcpy(edited, right.witness, len);
	pr_be16_put(edited + 1, UINT16_MAX);
	send_witness("a witness of 65535 leaves", len, if_read(because_empty())); /* it costs more gas than there is */
	for (unsigned i = 0; i < 10; i++) {
		memcpy(edited, right.witness, len);
		edited[3 + roll(siblings - 5)] ^= (uint8_t)(1 << roll(8));
		send_witness("a changed bit of the leaves", len, any);
	}
	for (uint32_t i = 0; i < right.touch.count; i++) {
		size_t payload = at.ends[i + 1] - pr_payload_bytes(PR_OBJECT_ACCOUNT);
		if (right.witness[payload] != PR_OBJECT_ACCOUNT || at.ends[i + 1] - at.ends[i] < 5 + 32 + pr_payload_bytes(PR_OBJECT_ACCOUNT)) continue;
		struct pr_object o;
		PR_CHECK(pr_object_decode(&o, right.witness + payload, pr_payload_bytes(PR_OBJECT_ACCOUNT)));
		o.u.account.balance += 1000000;
		memcpy(edited, right.witness, len);
		(void)pr_object_encode(edited + payload, &o);
		send_witness("a richer account", len, if_read(wrong_root()));
		break;
	}
}

/* Copies a part of the right witness to the end of the edited one. */
static inline size_t append(size_t to, size_t from, size_t end)
{
	memcpy(edited + to, right.witness + from, end - from);
	return to + end - from;
}

static inline void attack_order(void)
{
	struct hostile_places at = hostile_places(right.witness);
	const size_t len = right.p.witness_len, *ends = at.ends, tail = ends[at.count];
	size_t to;

	memcpy(edited, right.witness, 3);
	for (uint32_t i = 0; i + 1 < at.count; i += 1 + at.count / 4) {
		to = append(append(append(append(3, 3, ends[i]), ends[i + 1], ends[i + 2]), ends[i], ends[i + 1]), ends[i + 2], len);
		send_witness("two leaves in the other order", to, if_read(wrong_leaf(i == 0 ? 0 : i + 1)));
	}
	for (uint32_t i = 0; i < at.count; i += 1 + at.count / 4) {
		pr_be16_put(edited + 1, (uint16_t)(at.count + 1));
		to = append(append(3, 3, ends[i + 1]), ends[i], len);
		send_witness("a leaf twice", to, if_read(wrong_leaf(i + 1)));
		if (i == 0) continue;
		pr_be16_put(edited + 1, (uint16_t)(at.count - 1));
		to = append(append(3, 3, ends[i]), ends[i + 1], len);
		struct reasons missing = if_read(because("LeafMissing(uint256)", "n", (uint64_t)right.touch.ids[i]));
		if (right.decodable) or_else(&missing, because("LinkMissing(bytes32)", "?"));
		send_witness("a leaf left out", to, missing);
	}
	memcpy(edited, right.witness, 3);
	if (at.siblings < 2) return;
	to = append(append(append(append(3, 3, tail + 2), tail + 34, tail + 66), tail + 2, tail + 34), tail + 66, len);
	if (memcmp(right.witness + tail + 2, right.witness + tail + 34, 32) != 0) send_witness("two siblings in the other order", to, if_read(wrong_root()));
	to = append(append(3, 3, len), len - 32, len);
	pr_be16_put(edited + tail, (uint16_t)(at.siblings + 1));
	send_witness("a sibling twice", to, if_read(wrong_siblings(at.siblings + 1, at.siblings)));
	to = append(3, 3, len - 32);
	pr_be16_put(edited + tail, (uint16_t)(at.siblings - 1));
	send_witness("a sibling left out", to, if_read(wrong_siblings(at.siblings - 1, at.siblings)));
}

/* Parts of the proof of another chunk, of the same batch and of another one; frames of other content, and of the same content packed otherwise. */
static inline void attack_with_other(struct lies_at at)
{
	const struct lies_batch *b = &lies.batches[at.batch];
	struct pr_fraud_proof p = right.p;
	struct reasons shifted = only(wrong_pre_root(p.pre_root32));

	hostile_right(&other, test.honest[at.batch], at, (const uint8_t (*)[32])b->roots);
	p.header = other.p.header;
	if (at.batch != right.at.batch) send_proof("the header of another batch", &p, only(other_batch(at.batch, right.at.batch)));
	if (memcmp(p.pre_root32, p.claimed_root32, 32) == 0) { /* among chunks that change nothing, a path may hold for its neighbour too */
		or_else(&shifted, wrong_claimed_root(p.claimed_root32));
		or_else(&shifted, wrong_data(p.data, p.data_len));
	}
	p = right.p;
	p.chunk_index = at.chunk;
	if (at.batch == right.at.batch) send_proof("another chunk's index", &p, shifted);
	p = right.p;
	p.data = other.data;
	p.data_len = other.p.data_len;
	if (p.data_len == right.p.data_len && memcmp(p.data, right.data, p.data_len) == 0) return; /* the same bytes twice in a batch */
	send_proof("the data of another chunk", &p, only(wrong_data(p.data, p.data_len)));
	p.chunk_path_opt = other.p.chunk_path_opt;
	send_proof("the data of another chunk with its path", &p, only(wrong_data(p.data, p.data_len)));
	p = right.p;
	p.witness = other.witness;
	p.witness_len = other.p.witness_len;
	struct reasons any = if_read(wrong_root());
	if (right.decodable) {
		or_else(&any, because("LeafMissing(uint256)", "?"));
		or_else(&any, because("LinkMissing(bytes32)", "?"));
	}
	if (memcmp(other.p.pre_root32, right.p.pre_root32, 32) != 0) send_proof("the witness of another chunk", &p, any);
	p = other.p;
	p.claim_id = right.p.claim_id;
	if (at.batch != right.at.batch) send_proof("the proof of another claim", &p, only(other_batch(at.batch, right.at.batch)));
}

static inline void attack_frames(void)
{
	static uint8_t data[HOSTILE_DATA_MAX], frame[ZCRAFT_FRAME_MAX], content[ZCRAFT_CONTENT_MAX];
	struct pr_fraud_proof p = right.p;
	size_t frame_len, content_len, raw_end;
	size_t plain_len;

	if (right.inbox) return;
	raw_end = 3u + pr_be16(right.data + 1);
	p.data = data;
	for (unsigned v = 0; v < 3; v++) {
		zcraft_hostile((unsigned)roll(ZCRAFT_HOSTILE_COUNT), frame, &frame_len, content, &content_len);
		memcpy(data, right.data, 3);
		pr_be16_put(data + 1, 0);
		memcpy(data + 3, frame, frame_len);
		p.data_len = 3 + frame_len;
		if (p.data_len > HOSTILE_DATA_MAX) continue;
		if (p.data_len == right.p.data_len && memcmp(data, right.data, p.data_len) == 0) continue;
		send_proof("a hostile frame that was not posted", &p, only(wrong_data(data, p.data_len)));
	}
	if (!right.decodable) return;
	PR_CHECK(pr_zframe_decode(content, sizeof content, &plain_len, right.data + raw_end, right.p.data_len - raw_end));
	memcpy(data, right.data, raw_end);
	p.data_len = raw_end + zcraft_frame_put(data + raw_end, plain_len, 0, content, plain_len);
	if (p.data_len == right.p.data_len && memcmp(data, right.data, p.data_len) == 0) return; /* posted raw */
	send_proof("the same content in another frame", &p, only(wrong_data(data, p.data_len)));
}

/* The claim of right.p by another id: never made, the genesis, of another batch. */
static inline void attack_ids(void)
{
	struct pr_fraud_proof p = right.p;
	p.claim_id = test.told_count + 900;
	send_proof("a claim that was never made", &p, only(because("ClaimNotOpen(uint64,uint8)", "nn", p.claim_id, (uint64_t)CLAIM_NONE)));
	p.claim_id = 0;
	send_proof("the genesis", &p, only(because("ClaimNotOpen(uint64,uint8)", "nn", (uint64_t)0, (uint64_t)CLAIM_FINAL)));
	for (uint32_t n = 1; n < lies.batch_count; n++) {
		p.claim_id = test.honest[n];
		if (n != right.at.batch) send_proof("the honest claim on another batch", &p, only(other_batch(right.at.batch, n)));
	}
}

#endif
