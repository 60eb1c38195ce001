#include "fraud/config.h"

struct frd_config frd_config;

const struct pr_config_key frd_config_keys[] = {
	{ "chain.file", PR_CONFIG_STRING, "chain.toml", 1, 1023, frd_config.chain_file, "chain file of the deployment" },
	{ "data.dir", PR_CONFIG_STRING, "data/fraud", 1, 1000, frd_config.data_dir, "archive of L1 events, checkpoint and transaction store" },
	{ "data.objects_log2", PR_CONFIG_U64, "24", 10, 24, &frd_config.objects_log2, "objects that fit in memory, as a power of two" },
	{ "data.checkpoint_batches", PR_CONFIG_U64, "64", 0, 1000000, &frd_config.checkpoint_batches, "final batches from one checkpoint of the state to the next; 0: none is read or written" },
	{ "l1.url", PR_CONFIG_STRING, "http://127.0.0.1:8545", 1, 1000, frd_config.l1_url, "JSON-RPC of an Ethereum node" },
	{ "l1.target", PR_CONFIG_STRING, "latest", 4, 9, frd_config.l1_target, "latest, safe or finalized: what is believed" },
	{ "l1.depth", PR_CONFIG_U64, "0", 0, 64, &frd_config.l1_depth, "blocks to stay behind the target" },
	{ "l1.safe_depth", PR_CONFIG_U64, "0", 0, 100000, &frd_config.safe_depth, "blocks below the latest that count as safe; 0: the node's own tag" },
	{ "l1.finalized_depth", PR_CONFIG_U64, "0", 0, 100000, &frd_config.finalized_depth, "and as finalized; 0: the node's own tag" },
	{ "l1.poll_ms", PR_CONFIG_U64, "500", 10, 60000, &frd_config.poll_ms, "pause between looks at L1" },
	{ "act.strike", PR_CONFIG_BOOL, "true", 0, 0, &frd_config.strike, "strike wrong claims" },
	{ "act.claim", PR_CONFIG_BOOL, "false", 0, 0, &frd_config.claim, "make the right claim where there is none (locks bonds)" },
	{ "act.finalize", PR_CONFIG_BOOL, "false", 0, 0, &frd_config.finalize, "finalise right claims after their window" },
	{ "act.key_file", PR_CONFIG_STRING, "", 0, 1023, frd_config.key_file, "encrypted keystore v3 that pays; empty: only watch" },
	{ "act.password_file", PR_CONFIG_STRING, "", 0, 1023, frd_config.password_file, "file with its password, mode 0600" },
	{ "act.confirmations", PR_CONFIG_U64, "2", 1, 64, &frd_config.confirmations, "blocks until a transaction counts as landed" },
	{ "act.bump_after_ms", PR_CONFIG_U64, "30000", 500, 3600000, &frd_config.bump_after_ms, "replace a transaction that is not mined for this long" },
	{ "act.max_fee_gwei", PR_CONFIG_U64, "500", 1, 1000000, &frd_config.max_fee_gwei, "never offer more per gas" },
	{ "http.bind", PR_CONFIG_STRING, "127.0.0.1", 1, 63, frd_config.http_bind, "address of the read-only RPC" },
	{ "http.port", PR_CONFIG_U64, "8551", 0, 65535, &frd_config.http_port, "its port" },
};
const size_t frd_config_key_count = sizeof frd_config_keys / sizeof frd_config_keys[0];
