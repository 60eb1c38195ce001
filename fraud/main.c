/*~ The verifying node.  It trusts nobody: everything it believes it read from L1 and executed itself.  One thread follows L1, executes,
 * proves and acts; the main thread serves the read-only RPC from the same state, under the node's lock. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto/crypto.h"
#include "core/crypto/secret.h"
#include "core/l1/keystore.h"
#include "core/rt/clock.h"
#include "core/rt/daemon.h"
#include "core/rt/file.h"
#include "core/rt/log.h"
#include "fraud/config.h"
#include "fraud/inspect.h"
#include "fraud/rpc.h"

static const struct pr_daemon_spec spec = { "fraud", "follows L1, re-executes everything, strikes false claims", NULL, 0, true };

static struct {
	struct pr_daemon daemon;
	struct pr_chain chain;
	struct frd_node node;
	struct frd_act act;
	struct frd_rpc rpc;
	struct pr_ethrpc *eth;
	uint8_t key32[32], addr20[20];
	bool acts;
	char **argv;
	_Atomic bool stopping;
} app;

static enum pr_err sign(void *ctx, uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32], const struct pr_tx *tx)
{
	(void)ctx;
	return pr_tx_sign(raw, room, raw_len, hash32, tx, app.key32);
}

/* Tells a person what became of each transaction. */
static void on_changed(void *ctx, const struct pr_txmgr_status *s)
{
	const char *what;
	uint64_t    number;
	char        hash[67];

	(void)ctx;
	if (!frd_act_explain(s->id, &what, &number)) return;
	for (unsigned i = 0; i < 32; i++) snprintf(hash + 2 * i, 3, "%02x", s->hash32[i]);
	if (s->state == PR_TXMGR_DONE) PR_LOG_INFO("%s number=%" PRIu64 " landed tx=0x%s block=%" PRIu64 " gas=%" PRIu64, what, number, hash, s->block_number, s->gas_used);
	else if (s->state == PR_TXMGR_FAILED) PR_LOG_WARN("%s number=%" PRIu64 " failed reason=\"%s\"", what, number, s->reason);
	else PR_LOG_DEBUG("%s number=%" PRIu64 " %s", what, number, pr_txmgr_state_name(s->state));
}

static enum pr_err act_open(void)
{
	char                    dir[PR_PATH_BYTES_MAX];
	struct pr_contracts     c;
	uint64_t                chain_id;
	struct pr_txmgr_options options = { .dir = dir, .sign = sign, .changed_opt = on_changed, .confirmations = (uint32_t)frd_config.confirmations,
		.in_flight_max = 8, .bump_after_ms = frd_config.bump_after_ms, .rebroadcast_ms = 10000,
		.max_fee_cap = (pr_u128)frd_config.max_fee_gwei * 1000000000u, .gas_margin_percent = 20 };

	memcpy(c.rollup20, app.chain.rollup20, 20);
	memcpy(c.inbox20, app.chain.inbox20, 20);
	memcpy(c.vault20, app.chain.vault20, 20);
	PR_FORWARD(pr_contracts_config(&app.act.rollup, app.eth, &c));
	if (memcmp(app.act.rollup.domain32, app.chain.domain32, 32) != 0) {
		PR_LOG_ERROR("the Rollup on L1 has another domain than the chain file");
		return PR_ERR_CONFIG;
	}
	PR_FORWARD(pr_ethrpc_chain_id(app.eth, &chain_id));
	if (chain_id != app.chain.l1_chain_id) return PR_ERR_CONFIG;
	PR_FORWARD(pr_path_join(dir, frd_config.data_dir, "transactions"));
	options.chain_id = chain_id;
	memcpy(options.addr20, app.addr20, 20);
	memcpy(app.act.addr20, app.addr20, 20);
	app.act.node    = &app.node;
	app.act.options = (struct frd_act_options){ frd_config.strike, frd_config.claim, frd_config.finalize };
	return pr_txmgr_open(&app.act.txmgr, app.eth, &options);
}

/* One round of the L1 thread.  False: stop the process. */
static bool round_once(bool *idle)
{
	static enum pr_err last = PR_OK;
	enum pr_err        err  = frd_node_step(&app.node, 16, idle);

	if (app.node.rolled_back) {
		PR_LOG_WARN("restarting");
		execv("/proc/self/exe", app.argv);
		return false;
	}
	if (err == PR_OK && *idle && app.acts) {
		pthread_mutex_lock(&app.node.lock);
		err = frd_act_step(&app.act);
		pthread_mutex_unlock(&app.node.lock);
		if (err == PR_OK) err = pr_txmgr_step(app.act.txmgr, pr_clock_ms());
	}
	if (err == PR_ERR_IO || err == PR_ERR_CORRUPT || err == PR_ERR_FULL) {
		PR_LOG_ERROR("stopping err=%s", pr_err_name(err));
		return false;
	}
	if (err != last && err != PR_OK) PR_LOG_WARN("L1 err=%s: trying again", pr_err_name(err));
	last = err;
	return true;
}

static void stop_failed(void *arg)
{
	(void)arg;
	pr_daemon_stop(&app.daemon, 1);
}

static void *l1_main(void *arg)
{
	(void)arg;
	while (!app.stopping) {
		bool idle = false;
		if (!round_once(&idle)) {
			if (pr_loop_post(app.daemon.loop, stop_failed, NULL) != PR_OK) exit(1);
			return NULL;
		}
		for (uint64_t slept = 0; idle && slept < frd_config.poll_ms && !app.stopping; slept += 20) usleep(20000);
	}
	return NULL;
}

static enum pr_err load_chain(void)
{
	char        message[PR_CONFIG_MESSAGE_BYTES];
	enum pr_err err = pr_chain_load(message, &app.chain, frd_config.chain_file);
	if (err != PR_OK) PR_LOG_ERROR("%s", message);
	return err;
}

static enum pr_err node_open(enum pr_l1_tag target)
{
	PR_FORWARD(frd_node_open(&app.node, &app.chain, frd_config.data_dir, 1u << frd_config.objects_log2, frd_config.checkpoint_batches, false));
	return frd_node_follow(&app.node, app.eth, target, frd_config.l1_depth, frd_config.safe_depth, frd_config.finalized_depth);
}

static enum pr_err start(void)
{
	struct pr_ethrpc_options options = { .url = frd_config.l1_url };
	enum pr_l1_tag           target;

	PR_FORWARD(load_chain());
	if (!pr_watch_target(&target, frd_config.l1_target)) {
		PR_LOG_ERROR("l1.target must be latest, safe or finalized");
		return PR_ERR_CONFIG;
	}
	PR_FORWARD(pr_ethrpc_open(&app.eth, &options));
	enum pr_err err = node_open(target);
	if (app.node.rolled_back) {
		frd_node_close(&app.node);
		err = node_open(target);
	}
	PR_FORWARD(err);
	app.acts = frd_config.key_file[0] != 0;
	if (app.acts) {
		PR_FORWARD(pr_keystore_load_with(app.key32, app.addr20, frd_config.key_file, frd_config.password_file));
		PR_FORWARD(act_open());
	} else {
		PR_LOG_WARN("no key: watching only, nothing will be struck");
	}
	PR_FORWARD(frd_rpc_open(&app.rpc, app.daemon.loop, &app.node, app.acts ? &app.act : NULL, frd_config.http_bind, (uint16_t)frd_config.http_port));
	PR_LOG_INFO("serving port=%u acts=%d", pr_http_server_port(app.rpc.server), app.acts);
	return PR_OK;
}

/* pennyroyal-fraud inspect BATCH [ENTRY] [--config FILE ...] */
static int inspect_main(int argc, char **argv)
{
	struct pr_daemon_spec with_keys = spec;
	char                 *end, *args[64] = { argv[0] };
	int                   count = 1, positions = 0;
	uint64_t              batch = 0;
	uint32_t              entry = UINT32_MAX;

	for (int i = 2; i < argc && count < 63; i++) {
		uint64_t n = strtoull(argv[i], &end, 10);
		if (*argv[i] >= '0' && *argv[i] <= '9' && *end == 0 && positions < 2) {
			if (positions++ == 0) batch = n;
			else entry = (uint32_t)n;
		} else {
			args[count++] = argv[i];
		}
	}
	with_keys.keys      = frd_config_keys;
	with_keys.key_count = frd_config_key_count;
	if (positions == 0) {
		fprintf(stderr, "usage: pennyroyal-fraud inspect BATCH [ENTRY] [--config FILE] [--set KEY=VALUE]\n");
		return 2;
	}
	if (!pr_daemon_init(&app.daemon, &with_keys, count, args)) return app.daemon.exit_code;
	pr_crypto_init();
	if (load_chain() != PR_OK || frd_node_open(&app.node, &app.chain, frd_config.data_dir, 1u << frd_config.objects_log2, 0, true) != PR_OK) return 1;
	enum pr_err err = frd_inspect(stdout, &app.node, batch, entry);
	if (err != PR_OK) fprintf(stderr, "inspect: %s: no such batch or entry in the archive\n", pr_err_name(err));
	frd_node_close(&app.node);
	pr_daemon_fini(&app.daemon);
	return err == PR_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct pr_daemon_spec with_keys = spec;

	if (argc > 1 && strcmp(argv[1], "inspect") == 0) return inspect_main(argc, argv);
	with_keys.keys      = frd_config_keys;
	with_keys.key_count = frd_config_key_count;
	if (!pr_daemon_init(&app.daemon, &with_keys, argc, argv)) return app.daemon.exit_code;
	pr_crypto_init();
	app.argv        = argv;
	enum pr_err err = start();
	if (err != PR_OK) {
		PR_LOG_ERROR("cannot start err=%s", pr_err_name(err));
		return 1;
	}
	pthread_t l1 = pr_thread_start("l1", l1_main, NULL);
	pr_daemon_run(&app.daemon);
	app.stopping = true;
	pthread_join(l1, NULL);
	frd_rpc_close(&app.rpc);
	if (app.acts) pr_txmgr_close(app.act.txmgr);
	frd_node_close(&app.node);
	pr_ethrpc_close(app.eth);
	pr_secret_wipe(app.key32, sizeof app.key32);
	pr_daemon_fini(&app.daemon);
	return app.daemon.exit_code;
}
