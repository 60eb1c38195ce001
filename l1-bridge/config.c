#include "l1-bridge/config.h"

struct brg_config brg_config;

const struct pr_config_key brg_config_keys[] = {
	{ "chain.file", PR_CONFIG_STRING, "chain.toml", 1, 1000, brg_config.chain_file, "chain file of the deployment" },
	{ "post.dir", PR_CONFIG_STRING, "data/batcher/post", 1, 1000, brg_config.post_dir, "spool of batches to post, written by the batcher" },
	{ "feed.dir", PR_CONFIG_STRING, "data/bridge", 1, 1000, brg_config.feed_dir, "what L1 said goes to FEED.DIR/archive, read by the sequencer" },
	{ "data.dir", PR_CONFIG_STRING, "data/bridge", 1, 1000, brg_config.data_dir, "transaction store" },
	{ "l1.url", PR_CONFIG_STRING, "http://127.0.0.1:8545", 1, 1000, brg_config.l1_url, "JSON-RPC of an Ethereum node" },
	{ "l1.target", PR_CONFIG_STRING, "latest", 4, 9, brg_config.l1_target, "latest, safe or finalized: what the feed carries" },
	{ "l1.depth", PR_CONFIG_U64, "2", 0, 64, &brg_config.l1_depth, "blocks the feed stays behind the target" },
	{ "l1.safe_depth", PR_CONFIG_U64, "0", 0, 100000, &brg_config.safe_depth, "blocks below the latest that count as safe; 0: the node's own tag" },
	{ "l1.finalized_depth", PR_CONFIG_U64, "0", 0, 100000, &brg_config.finalized_depth, "and as finalized; 0: the node's own tag" },
	{ "l1.poll_ms", PR_CONFIG_U64, "500", 10, 60000, &brg_config.poll_ms, "pause between looks at L1" },
	{ "key.file", PR_CONFIG_STRING, NULL, 1, 1000, brg_config.key_file, "encrypted keystore v3 of the operator" },
	{ "key.password_file", PR_CONFIG_STRING, NULL, 1, 1000, brg_config.password_file, "file with its password, mode 0600" },
	{ "tx.confirmations", PR_CONFIG_U64, "2", 1, 64, &brg_config.confirmations, "blocks until a transaction counts as landed; at least l1.depth + 1 behind latest" },
	{ "tx.in_flight", PR_CONFIG_U64, "16", 1, 128, &brg_config.in_flight, "transactions and batches on their way at once" },
	{ "tx.bump_after_ms", PR_CONFIG_U64, "30000", 500, 3600000, &brg_config.bump_after_ms, "replace a transaction that is not mined for this long" },
	{ "tx.rebroadcast_ms", PR_CONFIG_U64, "10000", 100, 3600000, &brg_config.rebroadcast_ms, "hand it to the node again this often: nodes forget" },
	{ "tx.max_fee_gwei", PR_CONFIG_U64, "500", 1, 1000000, &brg_config.max_fee_gwei, "never offer more per gas" },
	{ "relay.enabled", PR_CONFIG_BOOL, "false", 0, 0, &brg_config.relay, "pay withdrawals out for people who hold no gas" },
	{ "relay.url", PR_CONFIG_STRING, "http://127.0.0.1:8551", 1, 1000, brg_config.relay_url, "a verifying node that gives their proofs" },
	{ "relay.amount_min", PR_CONFIG_U64, "0", 0, UINT64_MAX, &brg_config.relay_amount_min, "nano; smaller withdrawals are left to their owners: each costs gas" },
	{ "relay.gas_max", PR_CONFIG_U64, "250000", 150000, 16777216, &brg_config.relay_gas_max, "gas limit of each, of which the recipient's contract may spend the rest" },
	{ "http.bind", PR_CONFIG_STRING, "127.0.0.1", 1, 63, brg_config.http_bind, "address of /livez, /readyz and /metrics" },
	{ "http.port", PR_CONFIG_U64, "8553", 0, 65535, &brg_config.http_port, "their port" },
};
const size_t brg_config_key_count = sizeof brg_config_keys / sizeof brg_config_keys[0];
