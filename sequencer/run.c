#include "sequencer/run.h"

#include <string.h>

#include "core/crypto/crypto.h"
#include "core/rt/clock.h"
#include "core/rt/daemon.h"
#include "core/rt/log.h"
#include "sequencer/config.h"
#include "sequencer/http.h"

#define SEAL_PERIOD_MS 20u
#define FEED_PERIOD_MS 50u

struct sequencer {
	struct pr_daemon    daemon;
	struct seq_config   config;
	struct pr_chain     chain;
	struct seq_engine  *eng;
	struct seq_sigpool *pool;
	struct seq_feed    *feed;
	struct seq_methods  methods;
	struct seq_http    *http;
	struct pr_timer    *seal_timer, *feed_timer;
};

static void on_seal_timer(void *arg)
{
	struct sequencer *s = arg;
	seq_seal_tick(s->eng, pr_clock_ms());
	/* What memory says and the disk does not must not be read by anyone: a failed log ends the process. */
	if (s->eng->log_failed && !s->daemon.stopping) pr_daemon_stop(&s->daemon, 1);
}

static void on_feed_timer(void *arg)
{
	struct sequencer *s = arg;
	seq_feed_poll(s->feed);
	if (s->eng->reopen && !s->daemon.stopping) pr_daemon_stop(&s->daemon, 0);
}

static bool start(struct sequencer *s)
{
	char        message[PR_CONFIG_MESSAGE_BYTES];
	const char *wrong = seq_config_wrong(&s->config);
	if (wrong) {
		PR_LOG_ERROR("config %s", wrong);
		return false;
	}
	if (pr_chain_load(message, &s->chain, s->config.chain_file) != PR_OK) {
		PR_LOG_ERROR("chain_file %s", message);
		return false;
	}
	const struct seq_engine_options options = {
		.data_dir = s->config.data_dir, .chain = &s->chain, .capacity = PR_OBJECTS_MAX, .log_segment_bytes = s->config.segment_bytes,
		.pending_links_max = s->config.pending_links_max, .pending_streams_max = (uint32_t)s->config.pending_streams_max,
		.age_ms = s->config.age_ms, .loop_opt = s->daemon.loop, .now_s = pr_time_unix_s,
	};
	if (seq_engine_open(&s->eng, &options) != PR_OK) return false;
	s->pool = seq_sigpool_open(s->daemon.loop, (uint32_t)s->config.sig_threads, (uint32_t)s->config.sig_queue_max);
	if (!s->pool) return false;
	if (s->config.feed_dir[0]) {
		s->feed = seq_feed_open(s->eng, s->config.feed_dir);
		if (!s->feed) return false;
		s->feed_timer = pr_timer_open(s->daemon.loop, FEED_PERIOD_MS, on_feed_timer, s);
	}
	s->seal_timer = pr_timer_open(s->daemon.loop, SEAL_PERIOD_MS, on_seal_timer, s);
	seq_methods_init(&s->methods, s->eng, s->pool, s->feed, s->config.admin_enabled);
	enum pr_err err = seq_http_open(&s->http, s->daemon.loop, &s->config, &s->methods);
	if (err != PR_OK) {
		PR_LOG_ERROR("http_open bind=%s port=%u error=%s", s->config.bind, (unsigned)s->config.port, pr_err_name(err));
		return false;
	}
	PR_LOG_INFO("listening bind=%s port=%u", s->config.bind, seq_http_port(s->http));
	return true;
}

static void stop(struct sequencer *s)
{
	if (s->seal_timer) pr_timer_close(s->seal_timer);
	if (s->feed_timer) pr_timer_close(s->feed_timer);
	seq_sigpool_close(s->pool);
	if (s->http) seq_http_stop(s->http);
	seq_feed_close(s->feed);
	/* Writes what is queued and ends the exchanges that wait for it; clients that hear nothing ask again. */
	seq_engine_close(s->eng);
	seq_http_close(s->http);
}

int seq_run(int argc, char **argv)
{
	static struct sequencer     s;
	bool                        again;
	struct pr_config_key        keys[SEQ_CONFIG_KEYS];
	const struct pr_daemon_spec spec = { "sequencer", "orders, executes and seals entries", keys, SEQ_CONFIG_KEYS, false };

	seq_config_keys(keys, &s.config);
	/* A re-base is a start: everything is closed, and opened on L1's order. */
	do {
		memset(&s, 0, sizeof s);
		if (!pr_daemon_init(&s.daemon, &spec, argc, argv)) return s.daemon.exit_code;
		pr_crypto_init();
		if (start(&s)) pr_daemon_run(&s.daemon);
		else s.daemon.exit_code = 1;
		again = s.daemon.exit_code == 0 && s.eng->reopen;
		stop(&s);
		pr_daemon_fini(&s.daemon);
	} while (again);
	return s.daemon.exit_code;
}
