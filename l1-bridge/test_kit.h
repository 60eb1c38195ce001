/* The bridge's tests: contracts on a private node that mines when told, a post spool, a bridge in a process of its own.  Header only. */
#ifndef BRG_TEST_KIT_H
#define BRG_TEST_KIT_H

#include <inttypes.h>

#include "core/base/unit.h"
#include "core/crypto/crypto.h"
#include "core/crypto/keccak.h"
#include "core/l1/abi.h"
#include "core/l1/contracts.h"
#include "core/l1/eventlog.h"
#include "core/l1/keystore.h"
#include "core/rpc/chain.h"
#include "core/rt/file.h"
#include "core/rt/log.h"
#include "l1-bridge/run.h"
#include "tests/support/anvil.h"
#include "tests/support/child.h"
#include "tests/support/tempdir.h"

#define KIT_POSTS_MAX 256u
#define KIT_OPERATOR 0 /* account of the node whose key the bridge has */
#define KIT_DEPLOYER 1
#define KIT_PERSON 2
#define KIT_BOND_WEI 1000000u
#define KIT_WINDOW_S 1000000u
#define KIT_GWEI 1000000000u
#define KIT_REORG_MAX 8u /* blocks; so many stand on the deployment */

static struct kit {
	struct anvil node;
	struct pr_ethrpc *rpc;
	struct pr_chain chain;
	struct pr_contracts contracts;
	char dir[256], post_dir[256], feed_dir[256], data_dir[256], key[256], password[256], log[256], chain_file[64];
	struct pr_spool *post;
	struct pr_batch_header headers[KIT_POSTS_MAX]; /* by number */
	uint8_t hashes[KIT_POSTS_MAX][32];             /* by number */
	uint64_t posts, deposits, taken; /* taken: items that batches hold */
	pid_t bridge;
} kit;

static inline const char *kit_hex(const uint8_t *bytes, size_t len)
{
	static char text[2][3800];
	static int  which;
	char       *out = text[which ^= 1];
	PR_CHECK(2 * len < sizeof text[0]);
	out[0] = 0;
	for (size_t i = 0; i < len; i++) snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return out;
}

/* A transaction of an account of the node, not mined yet. */
static inline void kit_send(unsigned account, const uint8_t to20[20], pr_u128 value, const uint8_t *data, size_t len)
{
	anvil_do(kit.rpc, "eth_sendTransaction", "[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"gas\":\"0xf4240\",\"value\":\"0x%" PRIx64 "\",\"data\":\"0x%s\"}]", anvil_addrs[account],
	         kit_hex(to20, 20), (uint64_t)value, kit_hex(data, len));
}

static inline void kit_deposit(uint64_t nano)
{
	uint8_t data[256], account20[20] = { 1 };
	size_t  len = pr_call_deposit(data, sizeof data, account20, (pr_u128)nano * KIT_GWEI);
	kit_send(KIT_PERSON, kit.contracts.vault20, (pr_u128)nano * KIT_GWEI, data, len);
	kit.deposits++;
}

static inline uint64_t kit_l1_time(void)
{
	struct pr_l1_block block;
	PR_CHECK(pr_ethrpc_block(kit.rpc, &block, pr_l1_at(PR_L1_LATEST)) == PR_OK);
	return block.timestamp_s;
}

/* Transactions of the operator as the node sees them there. */
static inline uint64_t kit_nonce(enum pr_l1_tag tag)
{
	uint8_t  addr20[20];
	uint64_t nonce;
	hex_bytes(addr20, 20, anvil_addrs[KIT_OPERATOR]);
	PR_CHECK(pr_ethrpc_nonce(kit.rpc, &nonce, addr20, pr_l1_at(tag)) == PR_OK);
	return nonce;
}
static inline uint64_t kit_operator_nonce(void) { return kit_nonce(PR_L1_LATEST); }

/* The Inbox's link after that many items, as L1 has it. */
static inline void kit_link(uint8_t link32[32], uint64_t items)
{
	uint8_t              data[64];
	const uint8_t       *out;
	size_t               len;
	struct pr_ethrpc_msg msg = { .to20_opt = kit.contracts.inbox20, .data = data, .data_len = pr_call_id(data, sizeof data, "linkAfter(uint64)", items) };
	PR_CHECK(pr_ethrpc_call(kit.rpc, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)) == PR_OK && pr_abi_get_word(link32, out, len, 0));
}

/* A batch of random chunks after batch `after`; the contracts do not look into chunks. */
static inline void kit_make_post(struct pr_post *post, uint64_t after, uint64_t timestamp)
{
	static uint8_t         run[PR_BATCH_DATA_MAX], chunks[8][32];
	struct pr_batch_header header = { .number = after + 1, .timestamp = timestamp, .posted = 1 + (uint32_t)(unit_rand() % 3),
		                           .inbox_from = kit.taken, .inbox_to = kit.taken };

	memset(post, 0, sizeof *post);
	for (uint32_t i = 0; i < header.posted; i++) {
		uint32_t len = 1 + (uint32_t)(unit_rand() % 400);
		pr_be16_put(run + post->run_len, (uint16_t)len);
		for (uint32_t b = 0; b < len; b++) run[post->run_len + 2 + b] = (uint8_t)(unit_rand() >> 56);
		pr_keccak256(chunks[i], run + post->run_len + 2, len);
		post->run_len += 2 + len;
	}
	memcpy(header.parent, kit.hashes[after], 32);
	pr_list_root(header.chunks_root, (const uint8_t (*)[32])chunks, header.posted);
	post->number    = header.number;
	post->timestamp = timestamp;
	post->inbox_to  = kit.taken;
	post->posted    = header.posted;
	post->run       = run;
	memcpy(post->parent32, header.parent, 32);
	pr_batch_header_hash(post->hash32, &header);
	kit.headers[header.number] = header;
}

/* Packs the next batch. */
static inline void kit_post(uint64_t timestamp)
{
	struct pr_post post;
	uint8_t        head[PR_POST_HEAD_BYTES];

	PR_CHECK(kit.posts + 1 < KIT_POSTS_MAX);
	kit_make_post(&post, kit.posts, timestamp);
	pr_post_head_encode(head, &post);
	struct iovec pieces[2] = { { head, sizeof head }, { (void *)(uintptr_t)post.run, post.run_len } };
	PR_CHECK(pr_spool_append_pieces(kit.post, NULL, pieces, 2) == PR_OK && pr_spool_sync(kit.post) == PR_OK);
	memcpy(kit.hashes[++kit.posts], post.hash32, 32);
}

/* Starts the bridge; sets are further "section.key=value", ended by NULL. */
static inline void kit_bridge(unsigned depth, unsigned confirmations, const char *const *sets)
{
	char        own[9][600];
	const char *argv[48] = { "bridge" };
	int         argc = 1, n = 0;

	snprintf(own[n++], sizeof own[0], "chain.file=%s", kit.chain_file);
	snprintf(own[n++], sizeof own[0], "post.dir=%s", kit.post_dir);
	snprintf(own[n++], sizeof own[0], "feed.dir=%s", kit.feed_dir);
	snprintf(own[n++], sizeof own[0], "data.dir=%s", kit.data_dir);
	snprintf(own[n++], sizeof own[0], "l1.url=%s", kit.node.url);
	snprintf(own[n++], sizeof own[0], "key.file=%s", kit.key);
	snprintf(own[n++], sizeof own[0], "key.password_file=%s", kit.password);
	snprintf(own[n++], sizeof own[0], "l1.depth=%u", depth);
	snprintf(own[n++], sizeof own[0], "tx.confirmations=%u", confirmations);
	for (int i = 0; i < n; i++) argv[argc++] = "--set", argv[argc++] = own[i];
	argv[argc++] = "--set", argv[argc++] = "l1.poll_ms=20";
	argv[argc++] = "--set", argv[argc++] = "tx.rebroadcast_ms=200";
	argv[argc++] = "--set", argv[argc++] = "http.port=0";
	for (; *sets; sets++) argv[argc++] = "--set", argv[argc++] = *sets;
	PR_CHECK(argc < 48);
	kit.bridge = child_start(brg_run, argv, kit.log);
}
static const char *const kit_no_sets[] = { NULL };

/* What the feed holds. */
struct kit_fed {
	uint64_t items, batches, claims, withdrawn, block; /* block: of the last event */
	bool in_order;
};

static inline enum pr_err kit_count(void *ctx, const struct pr_l1_event *e, uint64_t seq)
{
	struct kit_fed *fed = ctx;
	(void)seq;
	if (e->type == PR_L1_ITEM) fed->in_order &= e->number == fed->items++ && e->block_time > 0;
	if (e->type == PR_L1_BATCH) fed->in_order &= e->number == ++fed->batches && memcmp(e->hash32, kit.hashes[e->number], 32) == 0;
	if (e->type == PR_L1_CLAIM) fed->in_order &= e->number == ++fed->claims;
	fed->withdrawn += e->type == PR_L1_WITHDRAWN;
	fed->block = e->block;
	return PR_OK;
}

static inline struct kit_fed kit_fed(void)
{
	struct kit_fed     fed = { .in_order = true };
	struct pr_eventlog log;
	PR_CHECK(pr_eventlog_open(&log, kit.feed_dir, true) == PR_OK);
	enum pr_err err = pr_eventlog_each(&log, kit_count, &fed);
	PR_CHECK(err == PR_OK || err == PR_ERR_NOT_FOUND);
	pr_eventlog_close(&log);
	return fed;
}

/* Waits, mining so many blocks at a time, until the feed holds all deposits and posts; stops the test if the bridge ends or it takes too long. */
static inline void kit_await_fed(unsigned mine)
{
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX;;) {
		struct kit_fed fed = kit_fed();
		if (fed.items == kit.deposits && fed.batches == kit.posts) break;
		if (pr_clock_ms() > until || !child_runs(kit.bridge)) {
			char *text = child_log(kit.log);
			fprintf(stderr, "items=%" PRIu64 "/%" PRIu64 " batches=%" PRIu64 "/%" PRIu64 "\n%s", fed.items, kit.deposits, fed.batches, kit.posts, text);
			free(text);
			PR_CHECK(false);
		}
		if (mine) anvil_mine(kit.rpc, mine);
		usleep(20000);
	}
}
static inline void kit_settle(void) { kit_await_fed(1); }

/* Waits until the node's pool holds the operator's transactions of all posts. */
static inline void kit_await_sent(void)
{
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; kit_nonce(PR_L1_PENDING) < kit.posts; usleep(5000)) PR_CHECK(pr_clock_ms() < until);
}

/* Mines until the bridge says so. */
static inline void kit_mine_until(const char *what)
{
	for (uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX; !child_said(kit.log, what) && pr_clock_ms() < until; usleep(20000)) anvil_mine(kit.rpc, 1);
	child_await(kit.log, what);
}

/* Every item and batch stands in the feed once and in order, and L1 holds one transaction of the operator per batch and the others that are named. */
static inline void kit_check(uint64_t other_transactions)
{
	struct kit_fed fed = kit_fed();
	UNIT_CHECK(fed.in_order && fed.items == kit.deposits && fed.batches == kit.posts);
	UNIT_CHECK(kit_operator_nonce() == kit.posts + other_transactions);
}

/* Replaces the last blocks by as many others without their transactions; what was in them is not in the pool either. */
static inline void kit_reorg(unsigned depth)
{
	PR_CHECK(depth <= KIT_REORG_MAX);
	anvil_do(kit.rpc, "anvil_dropAllTransactions", "[]");
	anvil_do(kit.rpc, "anvil_reorg", "[%u,[[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"value\":\"0x1\",\"gas\":\"0x5208\"},0]]]", depth, anvil_addrs[KIT_PERSON],
	         anvil_addrs[KIT_PERSON]);
}

static inline void kit_deploy(void)
{
	char command[2048], message[PR_CONFIG_MESSAGE_BYTES];

	snprintf(kit.chain_file, sizeof kit.chain_file, "build/test-bridge-%d.toml", (int)getpid());
	PR_CHECK(pr_dir_make("build") == PR_OK);
	snprintf(command, sizeof command,
	         "cd l1-bridge/contracts && bin/forge build --skip test --quiet && PR_OPERATOR=0x%s PR_GOVERNOR=0x%s PR_L2_CHAIN_ID=5 PR_WINDOW_S=%u "
	         "PR_FORCE_DEADLINE_S=100000000 PR_BOND_WEI=%u PR_FORCE_FEE_WEI=1 PR_FEE_PPM=0 PR_EDGE_PPM_MAX=1000000 PR_EDGES_PPM_MAX=1000000 "
	         "PR_STREAM_GRACE_S=60 PR_CHAIN_FILE=../../%s bin/forge script script/Deploy.s.sol --rpc-url %s --broadcast --private-key 0x%s >'%s' 2>&1 || { cat '%s' >&2; false; }",
	         anvil_addrs[KIT_OPERATOR], anvil_addrs[KIT_OPERATOR], KIT_WINDOW_S, KIT_BOND_WEI, kit.chain_file, kit.node.url, anvil_keys[KIT_DEPLOYER], kit.log, kit.log);
	PR_CHECK(system(command) == 0);
	PR_CHECK(pr_chain_load(message, &kit.chain, kit.chain_file) == PR_OK);
	memcpy(kit.contracts.rollup20, kit.chain.rollup20, 20);
	memcpy(kit.contracts.inbox20, kit.chain.inbox20, 20);
	memcpy(kit.contracts.vault20, kit.chain.vault20, 20);
	pr_batch_genesis_hash(kit.hashes[0], kit.chain.genesis_root32, kit.chain.l1_chain_id, kit.chain.rollup20);
}

static inline void kit_open(void)
{
	char    keystore[PR_KEYSTORE_FILE_BYTES_MAX];
	uint8_t key32[32];
	size_t  len;

	snprintf(kit.dir, sizeof kit.dir, "%s", tempdir_make());
	tempdir_name(kit.post_dir, "post");
	tempdir_name(kit.feed_dir, "feed");
	tempdir_name(kit.data_dir, "data");
	tempdir_name(kit.key, "key");
	tempdir_name(kit.password, "password");
	tempdir_name(kit.log, "log");
	/* All states stay in memory: those that it keeps on disk come back without the contracts' code. */
	anvil_start(&kit.node, "--hardfork", "osaka", "--prune-history", "100000", NULL);
	kit.rpc = anvil_client(&kit.node);
	kit_deploy();
	anvil_do(kit.rpc, "evm_setAutomine", "[false]");
	anvil_mine(kit.rpc, KIT_REORG_MAX);
	hex_bytes(key32, 32, anvil_keys[KIT_OPERATOR]);
	PR_CHECK(pr_keystore_encrypt(keystore, sizeof keystore, &len, key32, (const uint8_t *)"pw", 2, PR_KEYSTORE_LOG2_N_MIN) == PR_OK);
	PR_CHECK(pr_file_write_atomic(kit.key, keystore, len) == PR_OK && pr_file_write_atomic(kit.password, "pw\n", 3) == PR_OK);
	PR_CHECK(pr_spool_open(&kit.post, kit.post_dir, 1u << 20, 1) == PR_OK);
}

static inline void kit_close(void)
{
	PR_CHECK(pr_spool_close(kit.post) == PR_OK);
	pr_ethrpc_close(kit.rpc);
	anvil_stop(&kit.node);
	unlink(kit.chain_file);
	tempdir_remove(kit.dir);
}

#endif
