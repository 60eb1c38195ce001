/* What the sequencer's tests share: keys, signed entries, an engine in a scratch directory. */
#ifndef SEQ_TEST_KIT_H
#define SEQ_TEST_KIT_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/unit.h"
#include "core/codec/eip712.h"
#include "core/codec/wire.h"
#include "core/crypto/crypto.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sig.h"
#include "core/rt/file.h"
#include "core/rt/log.h"
#include "sequencer/engine.h"

static const char kit_chain_text[] = "[chain]\nl2_chain_id = 7077\nl1_chain_id = 31337\n"
				     "rollup = \"0x5FbDB2315678afecb367f032d93F642f64180aa3\"\n"
				     "[params]\nfee_ppm = 10000\nstream_grace_s = 60\n";

static uint64_t kit_time_s = 1700000000;
static uint64_t kit_now(void) { return kit_time_s; }

static inline void kit_key(uint8_t key32[32], unsigned i)
{
	memset(key32, 0, 32);
	pr_be32_put(key32 + 28, i + 1);
}

static inline void kit_address(uint8_t addr20[20], unsigned i)
{
	uint8_t key32[32];
	kit_key(key32, i);
	UNIT_CHECK(pr_sig_address(addr20, key32));
}

/* Removes a directory and what is in it. */
static inline void kit_remove(const char *dir)
{
	char        path[PR_PATH_BYTES_MAX];
	struct stat st;
	DIR        *d = opendir(dir);
	if (!d) return;
	for (struct dirent *entry; (entry = readdir(d));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
		if (pr_path_join(path, dir, entry->d_name) != PR_OK) continue;
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) kit_remove(path);
		else (void)unlink(path);
	}
	(void)closedir(d);
	(void)rmdir(dir);
}

static inline void kit_chain(struct pr_chain *chain)
{
	char message[PR_CONFIG_MESSAGE_BYTES];
	UNIT_CHECK(pr_chain_load_text(message, chain, "kit", kit_chain_text, sizeof kit_chain_text - 1) == PR_OK);
}

static inline struct seq_engine *kit_open(const struct pr_chain *chain, const char *dir)
{
	struct seq_engine_options options = { .data_dir = dir, .chain = chain, .capacity = 1u << 16, .log_segment_bytes = 1u << 20,
		                              .pending_links_max = 1u << 20, .pending_streams_max = 1u << 15, .age_ms = 60000, .now_s = kit_now };
	struct seq_engine *eng;
	return seq_engine_open(&eng, &options) == PR_OK ? eng : NULL;
}

/* The id of the account with key number i; 0 if it does not exist. */
static inline uint32_t kit_account(const struct pr_state *state, unsigned i)
{
	uint8_t  addr20[20], key32[32];
	uint32_t id;
	kit_address(addr20, i);
	pr_key_account(key32, addr20);
	return pr_state_find(state, key32, &id) ? id : 0;
}

/* Fills in nonce and signature of an entry by key number i. */
static inline void kit_sign(struct pr_state *state, const struct pr_chain *chain, struct pr_entry *e, unsigned i)
{
	struct pr_view view = pr_state_view(state);
	uint8_t        digest32[32], key32[32];
	bool           need;
	if (pr_kind_infos[e->kind].is_signed) {
		uint32_t from = kit_account(state, i);
		e->f[PR_TRANSFER_FROM].num  = from;
		e->f[PR_TRANSFER_NONCE].num = pr_state_leaf(state, from)->o.u.account.nonce;
	}
	kit_key(key32, i);
	if (pr_step_digest(&view, chain->domain32, e, digest32, &need) != PR_STATUS_APPLIED) return;
	UNIT_CHECK(pr_sig_sign(e->sig64, digest32, key32));
}

static inline void kit_deposit_at(struct seq_engine *eng, unsigned i, uint64_t amount, uint64_t l1_time)
{
	struct pr_entry e = { .kind = PR_KIND_DEPOSIT };
	uint8_t         wire[PR_WIRE_BYTES_MAX];
	kit_address(e.f[PR_DEPOSIT_TO].bytes, i);
	e.f[PR_DEPOSIT_AMOUNT].num = amount;
	size_t len = pr_wire_encode(wire, &e);
	UNIT_CHECK(seq_item_push(eng, seq_system(eng)->inbox_next + eng->items.count, l1_time, 0, wire, len));
}
static inline void kit_deposit(struct seq_engine *eng, unsigned i, uint64_t amount) { kit_deposit_at(eng, i, amount, 0); }

/* The link after `used` units of a chain of `length` links over a seed: H^(length - used)(seed).  Chains of small seeds are kept whole. */
#define KIT_CHAINS 16u
static inline void kit_link(uint8_t out32[32], uint32_t seed, uint64_t length, uint64_t used)
{
	static uint8_t (*kept[KIT_CHAINS])[32];
	static uint64_t kept_length[KIT_CHAINS];
	uint8_t         seed32[32] = { 0 };
	pr_be32_put(seed32, seed);
	if (seed >= KIT_CHAINS) {
		pr_sha256_chain(out32, seed32, length - used);
		return;
	}
	if (kept_length[seed] != length) {
		free(kept[seed]);
		kept[seed] = malloc((length + 1) * 32);
		PR_CHECK(kept[seed]);
		kept_length[seed] = length;
		memcpy(kept[seed][0], seed32, 32);
		for (uint64_t i = 1; i <= length; i++) pr_sha256_32(kept[seed][i], kept[seed][i - 1]);
	}
	memcpy(out32, kept[seed][length - used], 32);
}

static inline void kit_tick(uint8_t tick[SEQ_TICK_BYTES], uint32_t stream, uint32_t seed, uint64_t length, uint64_t used)
{
	pr_be32_put(tick, stream);
	pr_be64_put(tick + 4, used);
	kit_link(tick + 12, seed, length, used);
}

#endif
