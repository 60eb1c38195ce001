/* Configuration of the bridge. */
#ifndef BRG_CONFIG_H
#define BRG_CONFIG_H

#include "core/rt/config.h"

struct brg_config {
	char chain_file[1024], post_dir[1024], feed_dir[1024], data_dir[1024];
	char l1_url[1024], l1_target[16], key_file[1024], password_file[1024], relay_url[1024], http_bind[64];
	uint64_t l1_depth, safe_depth, finalized_depth, poll_ms, confirmations, in_flight, bump_after_ms, rebroadcast_ms, max_fee_gwei, relay_amount_min, relay_gas_max, http_port;
	bool relay;
};

extern struct brg_config brg_config; /* the one of the process */
extern const struct pr_config_key brg_config_keys[];
extern const size_t brg_config_key_count;

#endif
