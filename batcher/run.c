/*~ The batcher: sealed batches become the bytes that are posted.  It executes no rules and talks to nobody; its input and its output are
 * spools, and record n of the output is made from record n of the input, so a restart at any point goes on where it was. */
#include "batcher/run.h"

#include <inttypes.h>
#include <string.h>

#include "batcher/pack.h"
#include "core/crypto/crypto.h"
#include "core/l1/contracts.h"
#include "core/l1/tx.h"
#include "core/rpc/chain.h"
#include "core/rt/daemon.h"
#include "core/rt/log.h"
#include "core/rt/spool.h"

#define SEGMENT_BYTES (16u << 20)
#define POST_CALL_BYTES (PR_BATCH_DATA_MAX + 1024u)

static struct {
	char chain_file[1024], sealed_dir[1024], post_dir[1024], mode[16];
} config;

static const struct pr_config_key keys[] = {
	{ "chain.file", PR_CONFIG_STRING, "chain.toml", 1, 1000, config.chain_file, "chain file of the deployment" },
	{ "sealed.dir", PR_CONFIG_STRING, "data/sequencer/sealed", 1, 1000, config.sealed_dir, "spool of sealed batches, written by the sequencer" },
	{ "post.dir", PR_CONFIG_STRING, "data/batcher/post", 1, 1000, config.post_dir, "spool of batches to post, read by the bridge" },
	{ "post.mode", PR_CONFIG_STRING, "calldata", 1, 15, config.mode, "calldata; blob is not built and refused" },
};

static const struct pr_daemon_spec spec = { "batcher", "compresses sealed batches into what is posted on L1", keys, sizeof keys / sizeof keys[0], false };

static struct {
	struct pr_daemon daemon;
	struct pr_chain chain;
	struct bat_pack pack;
	struct pr_sealed_batch batch;
	struct pr_spool *post;
	struct pr_spool_reader *sealed;
	uint64_t number; /* of the last batch packed; 0: none */
	uint8_t parent32[32]; /* its hash */
	uint8_t call[POST_CALL_BYTES];
} app;

/* The last batch packed, or the genesis. */
static enum pr_err load_last(void)
{
	struct pr_spool_reader *reader;
	struct pr_post          last;
	const uint8_t          *payload;
	uint64_t                seq;
	size_t                  len;
	enum pr_err             err;

	if (pr_spool_next(app.post) == 1) {
		pr_batch_genesis_hash(app.parent32, app.chain.genesis_root32, app.chain.l1_chain_id, app.chain.rollup20);
		return PR_OK;
	}
	PR_FORWARD(pr_spool_reader_open(&reader, config.post_dir, pr_spool_next(app.post) - 1));
	if ((err = pr_spool_read(reader, &seq, &payload, &len)) == PR_OK) {
		if (pr_post_decode(&last, payload, len)) {
			memcpy(app.parent32, last.hash32, 32);
			app.number = last.number;
		} else {
			err = PR_ERR_CORRUPT;
		}
	}
	pr_spool_reader_close(reader);
	return err;
}

static enum pr_err pack_one(uint64_t seq, const uint8_t *payload, size_t len)
{
	uint8_t        head[PR_POST_HEAD_BYTES];
	struct pr_post post;

	if (!pr_sealed_batch_decode(&app.batch, payload, len) || seq != pr_spool_next(app.post) ||
	    (!pr_sealed_batch_names_parent(&app.batch) && app.batch.number != app.number + 1)) {
		PR_LOG_ERROR("sealed record=%" PRIu64 " does not follow batch=%" PRIu64, seq, app.number);
		return PR_ERR_CORRUPT;
	}
	if (pr_sealed_batch_names_parent(&app.batch)) {
		PR_LOG_WARN("batch=%" PRIu64 " follows a batch that stands on L1; void_from=%" PRIu64 " void_to=%" PRIu64, app.batch.number, app.batch.number, app.number);
		memcpy(app.parent32, app.batch.parent32, 32);
	}
	enum pr_err err = bat_pack_batch(&post, &app.pack, &app.batch, app.parent32);
	if (err != PR_OK) {
		PR_LOG_ERROR("batch=%" PRIu64 " cannot be packed err=%s", app.batch.number, pr_err_name(err));
		return err;
	}
	pr_post_head_encode(head, &post);
	struct iovec pieces[2] = { { head, sizeof head }, { (void *)(uintptr_t)post.run, post.run_len } };
	PR_FORWARD(pr_spool_append_pieces(app.post, NULL, pieces, post.run_len ? 2 : 1));
	PR_FORWARD(pr_spool_sync(app.post));
	memcpy(app.parent32, post.hash32, 32);
	app.number = post.number;
	const struct bat_pack_stats *s   = &app.pack.stats;
	/* Any 32 random bytes weigh what the link that the bridge knows does. */
	struct pr_tx_gas             gas = pr_tx_gas_of(app.call, pr_call_post(app.call, sizeof app.call, &post, post.hash32), false);
	PR_LOG_INFO("batch=%" PRIu64 " chunks=%u entries=%" PRIu64 " wire_bytes=%" PRIu64 " section_bytes=%" PRIu64 " posted_bytes=%" PRIu64 " raw_frames=%u gas_floor=%" PRIu64,
	            post.number, post.posted, s->entries, s->wire_bytes, s->section_bytes, s->posted_bytes, s->frames_raw, gas.floor);
	return PR_OK;
}

/* Opens the sealed spool at the next batch; waits for the sequencer to make it. */
static enum pr_err open_sealed(void)
{
	enum pr_err err;
	while ((err = pr_spool_reader_open(&app.sealed, config.sealed_dir, pr_spool_next(app.post))) == PR_ERR_NOT_FOUND)
		if (pr_daemon_wait(&app.daemon, 200)) return PR_ERR_TIMEOUT;
	return err;
}

static enum pr_err run(void)
{
	const uint8_t *payload;
	uint64_t       seq;
	size_t         len;

	PR_LOG_INFO("packing next_record=%" PRIu64 " last_batch=%" PRIu64, pr_spool_next(app.post), app.number);
	PR_FORWARD(open_sealed());
	while (!pr_daemon_wait(&app.daemon, 0)) {
		enum pr_err err = pr_spool_read(app.sealed, &seq, &payload, &len);
		if (err == PR_ERR_NOT_FOUND) {
			(void)!pr_spool_reader_wait(app.sealed, 200);
			continue;
		}
		PR_FORWARD(err);
		PR_FORWARD(pack_one(seq, payload, len));
	}
	return PR_OK;
}

static enum pr_err start(void)
{
	char        message[PR_CONFIG_MESSAGE_BYTES];
	enum pr_err err = pr_chain_load(message, &app.chain, config.chain_file);

	if (err != PR_OK) PR_LOG_ERROR("%s", message);
	PR_FORWARD(err);
	if (strcmp(config.mode, "calldata") != 0) {
		PR_LOG_ERROR("post.mode=%s is not built: calldata is", config.mode);
		return PR_ERR_UNSUPPORTED;
	}
	if (!app.chain.genesis_root_given) {
		PR_LOG_ERROR("%s names no genesis_root: batch 1 could have no parent", config.chain_file);
		return PR_ERR_CONFIG;
	}
	PR_FORWARD(pr_spool_open(&app.post, config.post_dir, SEGMENT_BYTES, 1));
	return load_last();
}

int bat_run(int argc, char **argv)
{
	if (!pr_daemon_init(&app.daemon, &spec, argc, argv)) return app.daemon.exit_code;
	pr_crypto_init();
	enum pr_err err = start();
	if (err == PR_OK) err = run();
	if (err != PR_OK && err != PR_ERR_TIMEOUT) PR_LOG_ERROR("stopping err=%s", pr_err_name(err));
	pr_spool_reader_close(app.sealed);
	(void)pr_spool_close(app.post);
	pr_daemon_fini(&app.daemon);
	return err == PR_OK || err == PR_ERR_TIMEOUT ? app.daemon.exit_code : 1;
}
