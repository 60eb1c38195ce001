/* The sequencer's configuration (configs/devnet/sequencer.toml shows it with its defaults). */
#ifndef SEQ_CONFIG_H
#define SEQ_CONFIG_H

#include "core/rt/config.h"
#include "core/rt/file.h"

struct seq_config {
	char     chain_file[PR_PATH_BYTES_MAX], data_dir[PR_PATH_BYTES_MAX], feed_dir[PR_PATH_BYTES_MAX];
	char     bind[64], cors_origin[256], tls_certificate[PR_PATH_BYTES_MAX], tls_key[PR_PATH_BYTES_MAX];
	uint64_t port, connections_max;
	uint64_t age_ms, pending_links_max, pending_streams_max;
	uint64_t segment_bytes, sig_threads, sig_queue_max;
	bool     admin_enabled;
};

#define SEQ_CONFIG_KEYS 16
/* The table of keys, bound to config. */
void seq_config_keys(struct pr_config_key keys[SEQ_CONFIG_KEYS], struct seq_config *config);
/* What the table cannot say; NULL if all is well, else what is wrong. */
const char *seq_config_wrong(const struct seq_config *config);

#endif
