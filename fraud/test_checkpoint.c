/* Checkpoints of a verifying node: what is taken, what is refused, and that nothing a node must do gets lost by starting from one. */
#include "fraud/checkpoint.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/base/unit.h"
#include "core/rt/crc32c.h"
#include "core/rt/log.h"
#include "core/rt/map.h"
#include "fraud/rpc.h"
#include "fraud/test_kit.h"

#define BATCHES 12u
#define FINAL 8u
#define ANSWERS_BYTES (8u << 20)

static struct kit      kit;
static struct frd_node node;
static char            dir[256], path[256], path_1[256]; /* path: the file that is written first */
static char           *answers[2];

/* Batches 1 to BATCHES, a right claim on each, the first FINAL of them final. */
static void archive_make(const char *name, uint64_t seed)
{
	uint64_t parent = 0;
	tempdir_name(dir, name);
	char under[256];
	PR_CHECK(snprintf(under, sizeof under, "%s/checkpoint.0", name) < 256);
	tempdir_name(path, under);
	memcpy(path_1, path, sizeof path);
	path_1[strlen(path_1) - 1] = '1';
	kit_open(&kit, dir, seed);
	kit_first_batch(&kit);
	while (kit.batch_count <= BATCHES) kit_next_batch(&kit);
	for (uint64_t n = 1; n <= BATCHES; n++) parent = kit_claim(&kit, n, parent, UINT32_MAX);
	for (uint64_t n = 1; n <= FINAL; n++) kit_verdict(&kit, PR_L1_CLAIM_FINAL, n, n);
	kit_pause(&kit);
}

static void node_open(uint64_t every) { UNIT_CHECK(frd_node_open(&node, &kit.chain, dir, KIT_CAPACITY, every, false) == PR_OK); }

static void saved(void)
{
	while (frd_saver_busy(&node.saver)) (void)sched_yield();
}

/* Opens a node that starts from the genesis and leaves a checkpoint of the last final batch. */
static void checkpoint_make(void)
{
	(void)remove(path);
	(void)remove(path_1);
	node_open(1);
	saved();
	UNIT_CHECK(node.start_batch == 0 && access(path, R_OK) == 0);
	frd_node_close(&node);
}

static uint8_t *file_read(size_t *len)
{
	char *bytes;
	UNIT_CHECK(pr_file_read_all(&bytes, len, path, 64u << 20) == PR_OK);
	return (uint8_t *)bytes;
}

static void file_write(const uint8_t *bytes, size_t len) { UNIT_CHECK(pr_file_write_atomic(path, bytes, len) == PR_OK); }

/* ---- What the RPC of the open node answers to everything it can be asked ---- */

static struct frd_rpc  rpc;
static struct pr_loop *loop;
static size_t          answer_len;
static char           *answer_at;

static void deliver(void *ctx, const char *response, size_t len)
{
	(void)ctx;
	PR_CHECK(answer_len + len + 2 < ANSWERS_BYTES);
	memcpy(answer_at + answer_len, response, len);
	answer_len += len;
	answer_at[answer_len++] = '\n';
	answer_at[answer_len]   = 0;
}

static void ask(const char *method, const char *params)
{
	char text[512];
	int  n = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method, params);
	pr_rpc_serve(rpc.rpc, text, (size_t)n, deliver, NULL);
}

static void ask_id(const char *method, uint64_t id, const char *more)
{
	char params[64];
	(void)snprintf(params, sizeof params, "%llu%s", (unsigned long long)id, more);
	ask(method, params);
}

static const char *ask_all(unsigned into)
{
	static const char *const of_ids[]   = { "penny_getAccount", "penny_getAsset", "penny_getStream", "penny_getObject", "penny_getProof", "penny_getEarnings", "penny_getWithdrawal" };
	static const char *const of_batch[] = { "penny_getBatch", "penny_getRoots" };
	static const char *const lists[]    = { ",\"assets\"", ",\"streams\"", ",\"shares\"", ",\"edges\"", ",\"children\"", ",\"holdings\"" };

	if (!answers[into]) answers[into] = malloc(ANSWERS_BYTES);
	PR_CHECK(answers[into]);
	answer_at  = answers[into];
	answer_len = 0;
	loop       = pr_loop_open();
	UNIT_CHECK(loop && frd_rpc_open(&rpc, loop, &node, NULL, "127.0.0.1", 0) == PR_OK);
	ask("penny_nodeStatus", "");
	ask("penny_chainInfo", "");
	ask("penny_getState", "");
	ask("penny_getClaims", "0");
	ask("penny_pendingWithdrawals", "0,256");
	for (uint64_t n = 0; n <= node.book.batch_count; n++)
		for (size_t i = 0; i < 2; i++) ask_id(of_batch[i], n, "");
	for (uint32_t id = 0; id <= node.head.used; id++) {
		for (size_t i = 0; i < sizeof of_ids / sizeof *of_ids; i++) ask_id(of_ids[i], id, "");
		for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) ask_id("penny_getList", id, lists[i]);
	}
	frd_rpc_close(&rpc);
	pr_loop_close(loop);
	return answers[into];
}

/* ---- Starting ---- */

static void test_a_start_from_a_checkpoint_answers_the_same(void)
{
	uint8_t a32[32], b32[32];

	archive_make("same", 1);
	checkpoint_make();
	node_open(0);
	UNIT_CHECK(node.start_batch == 0 && node.base_batch == FINAL && node.head_batch == BATCHES);
	UNIT_CHECK(strstr(ask_all(0), "\"siblings\"") && strstr(answers[0], "not_final") && strstr(answers[0], "\"streams\":{\"items\":[") && answer_len > 100000);
	frd_node_close(&node);
	node_open(1);
	UNIT_CHECK(node.start_batch == FINAL && node.base_batch == FINAL && node.head_batch == BATCHES);
	UNIT_CHECK(strcmp(ask_all(1), answers[0]) == 0);
	pr_state_root(&node.base, a32);
	UNIT_CHECK(memcmp(a32, kit.batches[FINAL].roots[kit.batches[FINAL].chunk_count - 1], 32) == 0);
	frd_node_close(&node);

	/* It goes on: more batches and more finality give the same as executing all of it. */
	kit_again(&kit, dir);
	for (unsigned i = 0; i < 4; i++) {
		kit_next_batch(&kit);
		(void)kit_claim(&kit, kit.batch_count - 1, kit.claim_count - 1, UINT32_MAX);
	}
	for (uint64_t n = FINAL + 1; n <= FINAL + 3; n++) kit_verdict(&kit, PR_L1_CLAIM_FINAL, n, n);
	kit_pause(&kit);
	node_open(2);
	saved();
	UNIT_CHECK(node.start_batch == FINAL && node.base_batch == FINAL + 3);
	(void)ask_all(0);
	pr_state_root(&node.head, a32);
	frd_node_close(&node);
	node_open(0);
	UNIT_CHECK(node.start_batch == 0 && strcmp(ask_all(1), answers[0]) == 0);
	pr_state_root(&node.head, b32);
	UNIT_CHECK(memcmp(a32, b32, 32) == 0);
	frd_node_close(&node);
	node_open(2);
	UNIT_CHECK(node.start_batch == FINAL + 3); /* the newer one of both */
	frd_node_close(&node);
	kit_fini(&kit);
}

static void test_checkpoints_come_as_often_as_asked_for(void)
{
	archive_make("often", 2);
	node_open(FINAL + 1);
	saved();
	UNIT_CHECK(access(path, R_OK) != 0);
	frd_node_close(&node);
	node_open(FINAL);
	saved();
	UNIT_CHECK(access(path, R_OK) == 0);
	frd_node_close(&node);
	node_open(1);
	UNIT_CHECK(node.start_batch == FINAL && !node.saver.busy); /* nothing new to save */
	frd_node_close(&node);
	kit_fini(&kit);
}

/* ---- Refusals ---- */

static void *fresh_mem;

/* Why the file is refused, loaded into a state of its own against the open node's book; "" if it is taken. */
static const char *refusal(const struct pr_chain *chain)
{
	struct frd_checkpoint at;
	struct frd_history    history;
	struct pr_state       state;
	const char           *why;
	char                  message[PR_CONFIG_MESSAGE_BYTES];
	uint8_t               root32[32];

	if (!fresh_mem) fresh_mem = aligned_alloc(64, pr_state_bytes(KIT_CAPACITY));
	memset(fresh_mem, 0, pr_state_bytes(KIT_CAPACITY));
	pr_state_init(&state, fresh_mem, KIT_CAPACITY, unit_rand());
	PR_CHECK(pr_chain_genesis(message, &kit.chain, &state, root32) == PR_OK);
	for (uint64_t n = 1; n < node.book.batch_count; n++) { /* as before a start: nothing executed */
		free(node.book.batches[n].roots);
		node.book.batches[n].roots = NULL;
	}
	enum pr_err err = frd_checkpoint_load(&at, &history, &why, path, chain, &node.book, &state);
	UNIT_CHECK((err == PR_OK) == (why == NULL) && (err == PR_OK || err == PR_ERR_CORRUPT));
	return why ? why : "";
}

#define REFUSED(name, what) UNIT_CHECK_ROW(name, strstr(refusal(&kit.chain), what) != NULL)

static void test_every_damage_is_refused(void)
{
	size_t len, at;

	archive_make("damage", 3);
	checkpoint_make();
	node_open(0);
	uint8_t *good = file_read(&len), *bad = malloc(len + 1);
	UNIT_CHECK(bad && refusal(&kit.chain)[0] == 0);

	/* A flipped bit, in every byte of the head and the end, and here and there in the rows. */
	for (at = 0; at < len; at += at < 230 || at + 12 > len ? 1 : 1 + unit_rand() % 150) {
		memcpy(bad, good, len);
		bad[at] ^= (uint8_t)(1u << unit_rand() % 8);
		file_write(bad, len);
		UNIT_CHECK(refusal(&kit.chain)[0] != 0);
	}
	/* Cut off: in the head, behind it, in and between rows, before the end. */
	for (size_t cut = 0; cut < len; cut += cut < 230 || cut + 12 > len ? 1 : 1 + unit_rand() % 150) {
		file_write(good, cut);
		REFUSED("cut", "cut short");
	}
	memcpy(bad, good, len);
	bad[len] = 0;
	file_write(bad, len + 1);
	REFUSED("one byte more", "more after its end");
	bad[0] ^= 1;
	file_write(bad, len);
	REFUSED("magic", "no checkpoint");
	bad[0] ^= 1, bad[11]++;
	file_write(bad, len);
	REFUSED("an older or newer format", "another format");
	bad[11]--, bad[150] ^= 4;
	file_write(bad, len);
	REFUSED("a bit of the head", "head is damaged");
	bad[150] ^= 4, bad[len / 2] ^= 4;
	file_write(bad, len);
	UNIT_CHECK(refusal(&kit.chain)[0] != 0);
	file_write((const uint8_t *)"", 0);
	REFUSED("an empty file", "cut short");
	file_write(good, len);
	UNIT_CHECK(refusal(&kit.chain)[0] == 0);
	PR_CHECK(remove(path) == 0 && mkdir(path, 0700) == 0);
	UNIT_CHECK(refusal(&kit.chain)[0] != 0);
	PR_CHECK(rmdir(path) == 0);
	frd_node_close(&node);
	kit_fini(&kit);
	free(good), free(bad);
}

/* With checksums as they should be: whoever can write the file cannot make a node believe it. */
static void checksums_mend(uint8_t *bytes, size_t len)
{
	pr_be32_put(bytes + 212, pr_crc32c(0, bytes, 212));
	pr_be32_put(bytes + len - 4, pr_crc32c(0, bytes, len - 4));
}

static void test_forged_checkpoints_are_refused(void)
{
	static const struct { const char *name, *why; size_t at; } heads[] = {
		{ "protocol", "another protocol", 12 }, { "domain", "another chain", 44 },  { "L1 chain", "another chain", 83 },
		{ "Rollup", "another chain", 84 },      { "batch hash", "another batch", 112 }, { "history", "another history", 144 },
		{ "root", "its root is not", 176 },
	};
	size_t len;

	archive_make("forged", 4);
	checkpoint_make();
	node_open(0);
	uint8_t *good = file_read(&len), *bad = malloc(len);
	PR_CHECK(bad);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		memcpy(bad, good, len);
		bad[heads[i].at] ^= 1;
		checksums_mend(bad, len);
		file_write(bad, len);
		REFUSED(heads[i].name, heads[i].why);
	}
	static const struct { const char *why; uint64_t batch; } batches[] = {
		{ "newer than the archive", BATCHES + 1 }, { "newer than the archive", UINT64_MAX }, { "newer than the archive", 0 },
		{ "not final in the archive", FINAL + 1 }, { "another batch", FINAL - 1 },
	};
	for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
		memcpy(bad, good, len);
		pr_be64_put(bad + 104, batches[i].batch);
		checksums_mend(bad, len);
		file_write(bad, len);
		REFUSED("batch", batches[i].why);
	}

	/* The rows: the first is the system object's, the second an account. */
	size_t first = 216, second = first + 6 + pr_be16(good + first + 4), payload = second + 6 + 64;
	PR_CHECK(pr_be32(good + second) == 1 && good[payload] == PR_OBJECT_ACCOUNT);
	static const struct { const char *name, *why; unsigned what; } rows[] = {
		{ "a balance", "leaves do not give its root", 0 },     { "an id beyond the capacity", "data.objects_log2", 1 },
		{ "an id twice", "a row is damaged", 2 },               { "another's key", "a row is damaged", 3 },
		{ "an unknown type", "a row is damaged", 4 },           { "a row longer than any", "a row is damaged", 5 },
		{ "a place in the list", "leaves do not give its root", 6 }, { "fewer rows", "its checksum is wrong", 7 },
		{ "more rows", "cut short", 8 },                                 { "no system object first", "a row is damaged", 9 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		memcpy(bad, good, len);
		switch (rows[i].what) {
		case 0: bad[payload + 25] ^= 1; break;
		case 1: pr_be32_put(bad + second, KIT_CAPACITY); break;
		case 2: pr_be32_put(bad + second, 2); break;
		case 3: memset(bad + second + 6, 0, 32); break;
		case 4: bad[payload] = 200; break;
		case 5: pr_be16_put(bad + second + 4, 65535); break;
		case 6: bad[second + 6 + 32] ^= 1; break;
		case 7: pr_be32_put(bad + 208, pr_be32(bad + 208) - 1); break;
		case 8: pr_be32_put(bad + 208, pr_be32(bad + 208) + 1); break;
		case 9: pr_be32_put(bad + first, 3000); break;
		}
		checksums_mend(bad, len);
		file_write(bad, len);
		const char *why = refusal(&kit.chain);
		UNIT_CHECK_ROW(rows[i].name, strstr(why, rows[i].why) != NULL);
	}

	/* A state that is sound in itself, but not L1's. */
	struct frd_checkpoint at;
	struct frd_history    history;
	_Atomic bool          go_on = false;
	struct pr_leaf        richer = *pr_state_leaf(&node.base, 1);
	frd_history_begin(&history, &node.book);
	while (history.batch < FINAL) frd_history_add(&history, &node.book);
	PR_CHECK(frd_checkpoint_at(&at, &node.book, &history));
	richer.o.u.account.balance += 1000000;
	pr_state_put(&node.base, 1, &richer);
	pr_state_root(&node.base, at.root32);
	UNIT_CHECK(frd_checkpoint_write(path, &kit.chain, &at, &node.base, &go_on) == PR_OK);
	REFUSED("another state", "its root is not that of the final claim");

	/* The same file on another chain. */
	file_write(good, len);
	struct pr_chain other = kit.chain;
	other.l1_chain_id++;
	UNIT_CHECK(strstr(refusal(&other), "another chain"));
	UNIT_CHECK(refusal(&kit.chain)[0] == 0);
	frd_node_close(&node);
	kit_fini(&kit);
	free(good), free(bad);
}

/* Moves the checkpoint of one archive beside another. */
static void checkpoint_take_along(const char *name, uint64_t seed)
{
	size_t   len;
	uint8_t *bytes = file_read(&len);
	kit_fini(&kit);
	archive_make(name, seed);
	file_write(bytes, len);
	free(bytes);
}

static void test_another_history_is_refused(void)
{
	archive_make("first", 5);
	checkpoint_make();
	checkpoint_take_along("second", 6);
	node_open(0);
	REFUSED("another archive of the chain", "another batch");
	frd_node_close(&node);

	/* The batches are the same to the byte, an item that was in the inbox is not: as after a reorganisation of L1 under them. */
	checkpoint_take_along("third", 5);
	node_open(0);
	UNIT_CHECK(refusal(&kit.chain)[0] == 0); /* the same archive, made again */
	node.book.items[kit.item_count - 1].bytes[2] ^= 1;
	UNIT_CHECK(refusal(&kit.chain)[0] == 0); /* taken by a batch after the checkpoint */
	node.book.items[0].bytes[node.book.items[0].len - 1] ^= 1;
	REFUSED("another deposit", "another history");
	frd_node_close(&node);
	kit_fini(&kit);
}

/* The whole way: a node that finds a bad checkpoint says so, starts from the genesis, and leaves a good one. */
static void test_a_node_falls_back_to_the_genesis(void)
{
	size_t len;
	char   log[256], *text;

	archive_make("back", 7);
	checkpoint_make();
	node_open(0);
	(void)ask_all(0);
	frd_node_close(&node);
	uint8_t *bytes = file_read(&len);
	bytes[len / 2] ^= 1;
	file_write(bytes, len);
	free(bytes);
	int fd = open(tempdir_name(log, "log"), O_CREAT | O_RDWR | O_TRUNC, 0600);
	pr_log_redirect(fd);
	node_open(1);
	pr_log_redirect(-1);
	UNIT_CHECK(node.start_batch == 0 && node.base_batch == FINAL && strcmp(ask_all(1), answers[0]) == 0);
	saved();
	frd_node_close(&node);
	close(fd);
	UNIT_CHECK(pr_file_read_all(&text, &len, log, 1u << 20) == PR_OK && strstr(text, "checkpoint refused reason=") && strstr(text, "executing from the genesis"));
	free(text);
	node_open(1);
	UNIT_CHECK(node.start_batch == FINAL && strcmp(ask_all(1), answers[0]) == 0);
	frd_node_close(&node);
	kit_fini(&kit);
}

/* Two checkpoints are kept: when L1 takes the finality of the newer one back, or its file goes bad, a start goes from the older one.  Then the bad one is
 * replaced and not the good one. */
static void test_a_reorganisation_below_a_checkpoint_starts_from_the_one_before(void)
{
	archive_make("reorg", 12);
	checkpoint_make();
	kit_again(&kit, dir);
	kit_verdict(&kit, PR_L1_CLAIM_FINAL, FINAL + 1, FINAL + 1);
	uint64_t fork_block = kit.block;
	for (uint64_t n = FINAL + 2; n <= FINAL + 3; n++) kit_verdict(&kit, PR_L1_CLAIM_FINAL, n, n);
	kit_pause(&kit);
	node_open(2);
	saved();
	UNIT_CHECK(node.start_batch == FINAL && node.base_batch == FINAL + 3 && access(path_1, R_OK) == 0);
	frd_node_close(&node);

	kit_again(&kit, dir);
	UNIT_CHECK(pr_eventlog_rollback(&kit.log, fork_block) == PR_OK);
	kit_pause(&kit);
	node_open(2);
	UNIT_CHECK(node.start_batch == FINAL && node.base_batch == FINAL + 1 && node.book.final_batch == FINAL + 1);
	(void)ask_all(0);
	frd_node_close(&node);
	node_open(0);
	UNIT_CHECK(strcmp(ask_all(1), answers[0]) == 0);
	frd_node_close(&node);

	/* L1 makes the same final again: the newer one is sound again.  When its file goes bad, it is the one that is replaced. */
	kit_again(&kit, dir);
	kit_verdict(&kit, PR_L1_CLAIM_FINAL, FINAL + 2, FINAL + 2);
	kit_verdict(&kit, PR_L1_CLAIM_FINAL, FINAL + 3, FINAL + 3);
	kit_pause(&kit);
	node_open(2);
	UNIT_CHECK(node.start_batch == FINAL + 3);
	frd_node_close(&node);
	size_t len;
	char  *older, *newer;
	UNIT_CHECK(pr_file_read_all(&older, &len, path, 64u << 20) == PR_OK && pr_file_read_all(&newer, &len, path_1, 64u << 20) == PR_OK);
	newer[len / 2] ^= 1;
	UNIT_CHECK(pr_file_write_atomic(path_1, newer, len) == PR_OK);
	node_open(2);
	UNIT_CHECK(node.start_batch == FINAL);
	saved();
	frd_node_close(&node);
	free(newer);
	UNIT_CHECK(pr_file_read_all(&newer, &len, path, 64u << 20) == PR_OK && memcmp(older, newer, len) == 0);
	node_open(2);
	UNIT_CHECK(node.start_batch == FINAL + 3);
	frd_node_close(&node);
	free(older), free(newer);
	kit_fini(&kit);
}

/* Killed between write and rename: the checkpoint before is used; without one, the genesis. */
static void test_a_write_that_is_broken_off_leaves_what_was(void)
{
	struct frd_checkpoint at;
	_Atomic bool          stop = true;
	struct stat           st;
	char                  tmp[300];

	archive_make("broken", 8);
	(void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
	for (unsigned round = 0; round < 2; round++) {
		if (round == 1) checkpoint_make();
		pid_t pid = fork();
		PR_CHECK(pid >= 0);
		if (pid == 0) {
			struct pr_file_writer w;
			if (pr_file_writer_open(&w, path) == PR_OK) pr_file_writer_write(&w, "PRVSTATE and so on", 18);
			_exit(0); /* as SIGKILL leaves it */
		}
		PR_CHECK(waitpid(pid, NULL, 0) == pid && stat(tmp, &st) == 0);
		node_open(100);
		UNIT_CHECK(node.start_batch == (round == 1 ? FINAL : 0));
		frd_node_close(&node);
	}
	/* A stop of the program does not wait for a write. */
	node_open(0);
	PR_CHECK(frd_checkpoint_at(&at, &node.book, &node.history));
	PR_CHECK(stat(path, &st) == 0);
	ino_t before = st.st_ino;
	UNIT_CHECK(frd_checkpoint_write(path, &kit.chain, &at, &node.base, &stop) == PR_ERR_TIMEOUT);
	UNIT_CHECK(stat(path, &st) == 0 && st.st_ino == before && stat(tmp, &st) != 0);
	frd_node_close(&node);
	kit_fini(&kit);
}

/* ---- Lies ---- */

static uint8_t proofs[2][FRD_PROOF_BYTES_MAX];
static size_t  proof_lens[2];

/* Proves every claim that is to be struck, with the node as it stands, and adds them up; how many there are. */
static unsigned prove_all(unsigned into, uint64_t *claims_mask)
{
	static uint8_t    calldata[FRD_PROOF_BYTES_MAX];
	struct frd_prover prover = { &node.book, &node.archive, &node.base, node.base_batch, kit.chain.domain32 };
	unsigned          count  = 0;
	size_t            len;

	proof_lens[into] = 0;
	*claims_mask     = 0;
	for (uint64_t id = 1; id < node.book.claim_count; id++) {
		if (!frd_book_to_strike(&node.book, id)) continue;
		UNIT_CHECK(node.book.claims[id].batch > node.start_batch);
		if (frd_prove(calldata, &len, &prover, id) != PR_OK) {
			UNIT_CHECK_ROW("a lie that cannot be proved", false);
			continue;
		}
		PR_CHECK(proof_lens[into] + len <= FRD_PROOF_BYTES_MAX);
		memcpy(proofs[into] + proof_lens[into], calldata, len);
		proof_lens[into] += len;
		*claims_mask |= (uint64_t)1 << id;
		count++;
	}
	return count;
}

/* Lies in the first batch that can still become final, in later ones, and in one that comes after the start: each is proved from the checkpoint by the
 * same bytes as from the genesis.  A claim at or before the checkpoint that is still open is known for what it is, and cannot become final any more. */
static void test_a_node_from_a_checkpoint_strikes_what_one_from_the_genesis_does(void)
{
	uint64_t mask[2], old[3], late[4];

	archive_make("lies", 9);
	kit_again(&kit, dir);
	/* Claims 1 .. BATCHES are right, claim n on batch n. */
	late[0] = kit_claim(&kit, FINAL + 1, FINAL, 0);
	late[1] = kit_claim(&kit, FINAL + 2, FINAL + 1, 1);
	late[2] = kit_claim(&kit, BATCHES, BATCHES - 1, 1);
	(void)kit_claim(&kit, FINAL + 2, late[0], UINT32_MAX); /* on a wrong parent: falls with it */
	old[0] = kit_claim(&kit, FINAL, FINAL - 1, 0);
	old[1] = kit_claim(&kit, 2, 1, 1);
	old[2] = kit_claim(&kit, FINAL + 1, old[0], UINT32_MAX);
	kit_pause(&kit);
	checkpoint_make();

	kit_again(&kit, dir);
	kit_next_batch(&kit);
	late[3] = kit_claim(&kit, BATCHES + 1, BATCHES, 1); /* after the checkpoint was written */
	kit_pause(&kit);
	for (unsigned from = 0; from < 2; from++) {
		node_open(from);
		UNIT_CHECK(node.start_batch == (from ? FINAL : 0));
		UNIT_CHECK(prove_all(from, &mask[from]) == 4);
		for (unsigned i = 0; i < 4; i++) UNIT_CHECK(mask[from] >> late[i] & 1);
		for (unsigned i = 0; i < 3; i++) {
			const struct frd_claim *c = &node.book.claims[old[i]];
			UNIT_CHECK(c->state == FRD_CLAIM_OPEN && c->judged && !c->good && !(mask[from] >> old[i] & 1));
		}
		UNIT_CHECK(node.book.claims[BATCHES].good);
		(void)ask_all(from);
		frd_node_close(&node);
	}
	UNIT_CHECK(proof_lens[0] == proof_lens[1] && memcmp(proofs[0], proofs[1], proof_lens[0]) == 0 && strcmp(answers[0], answers[1]) == 0);
	kit_fini(&kit);
}

/* While a checkpoint is being written the base stays where it is, though more has become final: what is struck is the same. */
static void test_a_base_that_waits_proves_all_the_same(void)
{
	uint64_t mask[2], lie;

	archive_make("waits", 10);
	checkpoint_make();
	kit_again(&kit, dir);
	lie = kit_claim(&kit, BATCHES, BATCHES - 1, 0);
	for (uint64_t n = FINAL + 1; n <= FINAL + 2; n++) kit_verdict(&kit, PR_L1_CLAIM_FINAL, n, n);
	kit_pause(&kit);
	node_open(0);
	UNIT_CHECK(node.base_batch == FINAL + 2 && prove_all(0, &mask[0]) == 1 && mask[0] == (uint64_t)1 << lie);
	frd_node_close(&node);

	/* The checkpoint's own state, which is two batches behind. */
	struct frd_checkpoint at;
	struct frd_history    history;
	const char           *why;
	uint8_t               root32[32];
	char                  message[PR_CONFIG_MESSAGE_BYTES];
	node_open(0);
	for (uint64_t n = 1; n <= FINAL; n++) {
		free(node.book.batches[n].roots);
		node.book.batches[n].roots = NULL;
	}
	pr_map_clear(node.base_mem, node.state_bytes);
	pr_state_init(&node.base, node.base_mem, KIT_CAPACITY, 1);
	PR_CHECK(pr_chain_genesis(message, &kit.chain, &node.base, root32) == PR_OK);
	UNIT_CHECK(frd_checkpoint_load(&at, &history, &why, path, &kit.chain, &node.book, &node.base) == PR_OK && at.batch == FINAL);
	node.base_batch = FINAL;
	UNIT_CHECK(prove_all(1, &mask[1]) == 1 && mask[1] == mask[0]);
	UNIT_CHECK(proof_lens[0] == proof_lens[1] && memcmp(proofs[0], proofs[1], proof_lens[0]) == 0);
	frd_node_close(&node);
	kit_fini(&kit);
}

/* A lie that nobody struck in time has become final: no checkpoint is made on it, and the one before is used for ever. */
static void test_a_final_lie_is_never_saved(void)
{
	archive_make("final", 11);
	checkpoint_make();
	kit_again(&kit, dir);
	uint64_t lie = kit_claim(&kit, FINAL + 1, FINAL, 1);
	kit_verdict(&kit, PR_L1_CLAIM_FINAL, lie, FINAL + 1);
	kit_verdict(&kit, PR_L1_CLAIM_FINAL, kit_claim(&kit, FINAL + 2, lie, UINT32_MAX), FINAL + 2);
	kit_pause(&kit);
	for (unsigned round = 0; round < 2; round++) {
		node_open(1);
		saved();
		UNIT_CHECK(node.start_batch == FINAL && node.base_batch == FINAL + 2 && !node.book.claims[lie].good);
		(void)ask_all(0);
		frd_node_close(&node);
	}
	node_open(0);
	UNIT_CHECK(strcmp(ask_all(1), answers[0]) == 0);
	frd_node_close(&node);
	kit_fini(&kit);
}

int main(void)
{
	const char *temp = tempdir_make();
	pr_log_redirect(-1);
	UNIT_RUN(test_a_start_from_a_checkpoint_answers_the_same);
	UNIT_RUN(test_checkpoints_come_as_often_as_asked_for);
	UNIT_RUN(test_every_damage_is_refused);
	UNIT_RUN(test_forged_checkpoints_are_refused);
	UNIT_RUN(test_another_history_is_refused);
	UNIT_RUN(test_a_node_falls_back_to_the_genesis);
	UNIT_RUN(test_a_reorganisation_below_a_checkpoint_starts_from_the_one_before);
	UNIT_RUN(test_a_write_that_is_broken_off_leaves_what_was);
	UNIT_RUN(test_a_node_from_a_checkpoint_strikes_what_one_from_the_genesis_does);
	UNIT_RUN(test_a_base_that_waits_proves_all_the_same);
	UNIT_RUN(test_a_final_lie_is_never_saved);
	free(answers[0]), free(answers[1]), free(fresh_mem);
	tempdir_remove(temp);
	return UNIT_END();
}
