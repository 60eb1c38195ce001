/*~ The bridge: the operator's only door to L1.  It feeds the sequencer what L1 said, posts what the batcher packed, and pays withdrawals out.  It
 * decides nothing: what is true is on L1 and in the verifying nodes. */
#include "l1-bridge/run.h"

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
#include "core/rt/http.h"
#include "core/rt/log.h"
#include "l1-bridge/config.h"
#include "l1-bridge/poster.h"
#include "l1-bridge/relay.h"

/* Intents beyond which the relay adds none, so that batches always find room. */
#define RELAY_LIVE_MAX (PR_TXMGR_LIVE_MAX / 2)

PR_METRIC_COUNTER(brg_posted, "pr_bridge_batches_posted_total", "batches landed on L1");
PR_METRIC_COUNTER(brg_post_gas, "pr_bridge_post_gas_total", "gas of batches landed");
PR_METRIC_COUNTER(brg_paid, "pr_bridge_withdrawals_paid_total", "withdrawals paid out");
PR_METRIC_COUNTER(brg_pay_gas, "pr_bridge_withdrawal_gas_total", "gas of withdrawals paid out");
PR_METRIC_COUNTER(brg_failed, "pr_bridge_transactions_failed_total", "intents that failed");
PR_METRIC_GAUGE(brg_block, "pr_bridge_l1_block", "last L1 block fed");
PR_METRIC_GAUGE(brg_next, "pr_bridge_next_batch", "next batch that L1 expects");

static struct {
	struct pr_daemon daemon;
	struct pr_chain chain;
	struct pr_ethrpc *eth;
	struct pr_txmgr *txmgr;
	struct brg_feed feed;
	struct brg_poster poster;
	struct brg_relay relay;
	struct pr_http_server *http;
	uint8_t key32[32], addr20[20];
	bool checked; /* the contracts */
	_Atomic bool stopping, ready;
} app;

static enum pr_err sign(void *ctx, uint8_t *raw, size_t room, size_t *raw_len, uint8_t hash32[32], const struct pr_tx *tx)
{
	(void)ctx;
	return pr_tx_sign(raw, room, raw_len, hash32, tx, app.key32);
}

static void on_changed(void *ctx, const struct pr_txmgr_status *s)
{
	uint64_t number = pr_attempt_number(s->id);
	uint8_t  mark = pr_attempt_mark(s->id);
	bool     post = mark == BRG_INTENT_POST;

	(void)ctx;
	if (s->state == PR_TXMGR_FAILED) {
		pr_metric_add(&brg_failed, 1);
		PR_LOG_WARN("%s number=%" PRIu64 " failed reason=\"%s\"", s->tag, number, s->reason);
	} else if (s->state == PR_TXMGR_DONE) {
		if (mark != BRG_INTENT_APPEND) {
			pr_metric_add(post ? &brg_posted : &brg_paid, 1);
			pr_metric_add(post ? &brg_post_gas : &brg_pay_gas, s->gas_used);
		}
		PR_LOG_INFO("%s number=%" PRIu64 " landed block=%" PRIu64 " gas=%" PRIu64, s->tag, number, s->block_number, s->gas_used);
	}
}

/* A transaction is kept an eye on until its block is as deep as what is fed: a reorganisation that does not reach the feed is then mended with the
 * same transaction. */
static uint32_t confirmations(void)
{
	uint64_t fed = strcmp(brg_config.l1_target, "latest") == 0 ? brg_config.l1_depth + 1 : 1;
	return (uint32_t)(brg_config.confirmations > fed ? brg_config.confirmations : fed);
}

static enum pr_err txmgr_open(void)
{
	char                    dir[PR_PATH_BYTES_MAX];
	struct pr_txmgr_options options = { .dir = dir, .chain_id = app.chain.l1_chain_id, .sign = sign, .changed_opt = on_changed,
		.confirmations = confirmations(), .in_flight_max = (uint32_t)brg_config.in_flight,
		.bump_after_ms = brg_config.bump_after_ms, .rebroadcast_ms = brg_config.rebroadcast_ms, .max_fee_cap = (pr_u128)brg_config.max_fee_gwei * 1000000000u,
		.gas_margin_percent = 20 };

	PR_FORWARD(pr_dir_make(brg_config.data_dir));
	PR_FORWARD(pr_path_join(dir, brg_config.data_dir, "transactions"));
	memcpy(options.addr20, app.addr20, 20);
	return pr_txmgr_open(&app.txmgr, app.eth, &options);
}

/* L1 must be the chain of the chain file, and the contracts on it must be those it names and take batches from our key; looked at once. */
static enum pr_err check_contracts(void)
{
	struct pr_rollup_config on_chain;
	struct pr_contracts     c;
	uint64_t                chain_id;

	if (app.checked) return PR_OK;
	PR_FORWARD(pr_ethrpc_chain_id(app.eth, &chain_id));
	if (chain_id != app.chain.l1_chain_id) {
		PR_LOG_ERROR("L1 is chain %" PRIu64 ", the chain file says %" PRIu64, chain_id, app.chain.l1_chain_id);
		return PR_ERR_CONFIG;
	}
	memcpy(c.rollup20, app.chain.rollup20, 20);
	memcpy(c.inbox20, app.chain.inbox20, 20);
	memcpy(c.vault20, app.chain.vault20, 20);
	PR_FORWARD(pr_contracts_config(&on_chain, app.eth, &c));
	app.checked = true;
	if (memcmp(on_chain.domain32, app.chain.domain32, 32) == 0 && memcmp(on_chain.operator20, app.addr20, 20) == 0) return PR_OK;
	PR_LOG_ERROR("the Rollup on L1 has another domain or another operator than this configuration");
	return PR_ERR_CONFIG;
}

/* Does what is due, in order; the first error ends it. */
static enum pr_err look(uint64_t now_ms)
{
	PR_FORWARD(check_contracts());
	PR_FORWARD(brg_feed_step(&app.feed));
	PR_FORWARD(brg_poster_step(&app.poster, &app.feed, brg_config.in_flight, now_ms));
	PR_FORWARD(pr_txmgr_step(app.txmgr, now_ms));
	if (!brg_config.relay) return PR_OK;
	uint32_t live = pr_txmgr_live(app.txmgr);
	return brg_relay_step(&app.relay, live < RELAY_LIVE_MAX ? RELAY_LIVE_MAX - live : 0, now_ms);
}

/* What was fed is told again after a start.  A target further back than before, or a node that lags, has not reached it yet. */
static void say_what_it_waits_for(void)
{
	static bool said;
	bool        waits = !brg_feed_sure(&app.feed);

	if (waits && !said)
		PR_LOG_INFO("waiting for block=%" PRIu64 " to be under l1.target=%s l1.depth=%" PRIu64 ": it was fed before", app.feed.event_block,
		            brg_config.l1_target, brg_config.l1_depth);
	said = waits;
}

/* False: stop the process. */
static bool round_once(void)
{
	static enum pr_err last;
	enum pr_err        err = look(pr_clock_ms());

	if (err == PR_ERR_IO || err == PR_ERR_CORRUPT || err == PR_ERR_FULL || err == PR_ERR_CONFIG) {
		PR_LOG_ERROR("stopping err=%s", pr_err_name(err));
		return false;
	}
	if (err != last && err != PR_OK) PR_LOG_WARN("err=%s node=\"%s\": trying again", pr_err_name(err), pr_ethrpc_error(app.eth)->message);
	last = err;
	if (err == PR_OK) say_what_it_waits_for();
	bool ready = err == PR_OK && !app.poster.waiting && brg_feed_sure(&app.feed);
	if (ready && !app.ready) PR_LOG_INFO("ready l1_block=%" PRIu64 " next_batch=%" PRIu64, app.feed.block, app.feed.fed.batches);
	app.ready = ready;
	pr_metric_set(&brg_block, app.feed.block);
	pr_metric_set(&brg_next, app.feed.fed.batches);
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
		if (!round_once()) {
			if (pr_loop_post(app.daemon.loop, stop_failed, NULL) != PR_OK) exit(1);
			return NULL;
		}
		for (uint64_t slept = 0; slept < brg_config.poll_ms && !app.stopping; slept += 20) usleep(20000);
	}
	return NULL;
}

static void on_live(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	(void)ctx;
	(void)request;
	pr_http_reply_text(exchange, 200, "alive");
}

static void on_ready(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	(void)ctx;
	(void)request;
	pr_http_reply_text(exchange, app.ready ? 200 : 503, app.ready ? "ready" : "not ready: see the log");
}

static void on_metrics(void *ctx, struct pr_http_exchange *exchange, const struct pr_http_request *request)
{
	static char text[65536];
	(void)ctx;
	(void)request;
	pr_http_reply(exchange, 200, PR_METRICS_CONTENT_TYPE, text, pr_metrics_render(text, sizeof text));
}

static const struct pr_http_route routes[] = {
	{ PR_HTTP_GET, "/livez", on_live, NULL },
	{ PR_HTTP_GET, "/readyz", on_ready, NULL },
	{ PR_HTTP_GET, "/metrics", on_metrics, NULL },
};

static enum pr_err start(void)
{
	char                     message[PR_CONFIG_MESSAGE_BYTES];
	struct pr_ethrpc_options rpc  = { .url = brg_config.l1_url };
	struct pr_http_options   http = { .bind = brg_config.http_bind, .port = (uint16_t)brg_config.http_port, .routes = routes, .route_count = 3 };
	enum pr_l1_tag           target;
	enum pr_err              err = pr_chain_load(message, &app.chain, brg_config.chain_file);

	if (err != PR_OK) PR_LOG_ERROR("%s", message);
	PR_FORWARD(err);
	if (!pr_watch_target(&target, brg_config.l1_target)) {
		PR_LOG_ERROR("l1.target must be latest, safe or finalized");
		return PR_ERR_CONFIG;
	}
	PR_FORWARD(pr_keystore_load_with(app.key32, app.addr20, brg_config.key_file, brg_config.password_file));
	PR_FORWARD(pr_ethrpc_open(&app.eth, &rpc));
	PR_FORWARD(brg_feed_open(&app.feed, &app.chain, brg_config.feed_dir, app.eth, target, brg_config.l1_depth, brg_config.safe_depth,
	                         brg_config.finalized_depth));
	PR_FORWARD(txmgr_open());
	brg_poster_init(&app.poster, &app.chain, app.txmgr, app.eth, brg_config.post_dir);
	if (brg_config.relay) PR_FORWARD(brg_relay_open(&app.relay, &app.chain, app.txmgr, brg_config.relay_url, brg_config.relay_amount_min, brg_config.relay_gas_max));
	return pr_http_server_open(&app.http, app.daemon.loop, &http);
}

int brg_run(int argc, char **argv)
{
	const struct pr_daemon_spec spec = { "bridge", "feeds the sequencer from L1, posts batches, pays withdrawals out", brg_config_keys, brg_config_key_count, true };

	if (!pr_daemon_init(&app.daemon, &spec, argc, argv)) return app.daemon.exit_code;
	pr_crypto_init();
	enum pr_err err = start();
	if (err != PR_OK) {
		PR_LOG_ERROR("cannot start err=%s", pr_err_name(err));
		return 1;
	}
	PR_LOG_INFO("serving port=%u next_batch=%" PRIu64, pr_http_server_port(app.http), app.feed.fed.batches);
	pthread_t l1 = pr_thread_start("l1", l1_main, NULL);
	pr_daemon_run(&app.daemon);
	app.stopping = true;
	pthread_join(l1, NULL);
	pr_http_server_close(app.http);
	if (brg_config.relay) brg_relay_close(&app.relay);
	brg_poster_close(&app.poster);
	pr_txmgr_close(app.txmgr);
	brg_feed_close(&app.feed);
	pr_ethrpc_close(app.eth);
	pr_secret_wipe(app.key32, sizeof app.key32);
	pr_daemon_fini(&app.daemon);
	return app.daemon.exit_code;
}
