/* Configuration of a verifying node. */
#ifndef FRD_CONFIG_H
#define FRD_CONFIG_H

#include "core/rt/config.h"

struct frd_config {
	char chain_file[1024], data_dir[1024];
	char l1_url[1024], l1_target[16], key_file[1024], password_file[1024];
	uint64_t l1_depth, safe_depth, finalized_depth, poll_ms, confirmations, bump_after_ms, max_fee_gwei;
	bool strike, claim, finalize;
	char http_bind[64];
	uint64_t http_port, objects_log2, checkpoint_batches;
};

/* The table of keys, bound to the one configuration of the process. */
extern struct frd_config frd_config;
extern const struct pr_config_key frd_config_keys[];
extern const size_t frd_config_key_count;

#endif
