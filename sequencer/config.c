#include "sequencer/config.h"

#include <string.h>

#include "core/base/check.h"
#include "core/rt/spool.h"

void seq_config_keys(struct pr_config_key keys[SEQ_CONFIG_KEYS], struct seq_config *c)
{
	const uint64_t             path_max = PR_PATH_BYTES_MAX - 64;
	const struct pr_config_key table[] = {
		{ "chain.file", PR_CONFIG_STRING, NULL, 1, path_max, c->chain_file, "the deployment's chain file" },
		{ "data.dir", PR_CONFIG_STRING, NULL, 1, path_max, c->data_dir, "holds log/ (the record of truth), sealed/ (for the batcher) and cache/" },
		{ "data.segment_bytes", PR_CONFIG_U64, "67108864", 1u << 20, PR_SPOOL_SEGMENT_BYTES_MAX, &c->segment_bytes, "of log and sealed spool; a multiple of 4096" },
		{ "bridge.feed", PR_CONFIG_STRING, "", 0, path_max, c->feed_dir, "the bridge's feed spool; empty: no deposits, no L1 status" },
		{ "http.bind", PR_CONFIG_STRING, "127.0.0.1", 1, sizeof c->bind - 1, c->bind, "numeric address" },
		{ "http.port", PR_CONFIG_U64, "8550", 0, 65535, &c->port, "0: any free one, named in the log" },
		{ "http.connections_max", PR_CONFIG_U64, "1024", 1, 65536, &c->connections_max, "open connections" },
		{ "http.cors_origin", PR_CONFIG_STRING, "", 0, sizeof c->cors_origin - 1, c->cors_origin, "\"*\" or one origin; empty: none" },
		{ "http.tls_certificate", PR_CONFIG_STRING, "", 0, path_max, c->tls_certificate, "PEM chain; with it TLS 1.3 only" },
		{ "http.tls_key", PR_CONFIG_STRING, "", 0, path_max, c->tls_key, "PEM key, mode 0600" },
		{ "batch.age_ms", PR_CONFIG_U64, "12000", 100, 3600000, &c->age_ms, "ticks are folded and the batch is sealed at this age" },
		{ "batch.pending_links_max", PR_CONFIG_U64, "2097152", 2048, 1u << 26, &c->pending_links_max, "or when this many links are not folded: in slices, at once from twice as many on" },
		{ "batch.pending_streams_max", PR_CONFIG_U64, "131072", 1, 1u << 24, &c->pending_streams_max, "or when this many streams have such links" },
		{ "sig.threads", PR_CONFIG_U64, "2", 1, 64, &c->sig_threads, "threads that check signatures" },
		{ "sig.queue_max", PR_CONFIG_U64, "1024", 1, 16384, &c->sig_queue_max, "requests that may wait for them" },
		{ "admin.enabled", PR_CONFIG_BOOL, "false", 0, 0, &c->admin_enabled, "penny_seal; on a loopback address only" },
	};
	PR_STATIC_ASSERT(sizeof table / sizeof table[0] == SEQ_CONFIG_KEYS, "count of keys");
	memcpy(keys, table, sizeof table);
}

const char *seq_config_wrong(const struct seq_config *c)
{
	if (c->segment_bytes % 4096 != 0) return "data.segment_bytes: a multiple of 4096";
	if (c->admin_enabled && strcmp(c->bind, "127.0.0.1") != 0 && strcmp(c->bind, "::1") != 0)
		return "admin.enabled: with http.bind on a loopback address only";
	if ((c->tls_certificate[0] == 0) != (c->tls_key[0] == 0)) return "http.tls_certificate and http.tls_key: both or none";
	return NULL;
}
