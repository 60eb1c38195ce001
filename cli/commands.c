#include "cli/cli.h"

const struct cli_option cli_globals[] = {
	{ "rpc", "URL", "sequencer (default http://127.0.0.1:8550)" },
	{ "node", "URL", "verifying node (default http://127.0.0.1:8551)" },
	{ "l1", "URL", "L1 node (default http://127.0.0.1:8545)" },
	{ "chain", "FILE", "chain file (default run/devnet/chain.toml)" },
	{ "keys", "DIR", "where keys are (default ~/.pennyroyal/keys)" },
	{ "key", "NAME|FILE", "the key to use (default: the only one there is)" },
	{ "password-file", "FILE", "its password (default: asked for on the terminal)" },
	{ "valid", "TIME", "for how long what is signed holds (default 1d; 0: for ever)" },
	{ "yes", NULL, "do not ask for confirmation" },
	{ "json", NULL, "write one JSON object; amounts are nano, as strings" },
	{ NULL, NULL, NULL },
};

static const struct cli_option light[]   = { { "light", NULL, "a password hash that is quick to try: for development only" }, { NULL, NULL, NULL } };
static const struct cli_option import[]  = { { "from", "FILE", "read the key (hex, or a key file) from here; mode 0600" },
	                                     { "light", NULL, "a password hash that is quick to try: for development only" },
	                                     { NULL, NULL, NULL } };
static const struct cli_option deposit[] = { { "to", "ADDRESS", "whom to credit (default: the key's address)" },
	                                     { "no-wait", NULL, "do not wait until it is credited" },
	                                     { NULL, NULL, NULL } };
static const struct cli_option scope[]   = { { "scope", "SCOPE", "call, input, output or training (default call)" }, { NULL, NULL, NULL } };
static const struct cli_option list[]    = { { "owner", "ADDRESS|ID", "this account's assets, newest first" },
	                                     { "limit", "N", "at most so many (default 50)" },
	                                     { "after", "ID", "those behind this id" },
	                                     { NULL, NULL, NULL } };
static const struct cli_option lanes[]   = { { "asset", "ID|HASH", "the streams that pay this asset" },
	                                     { "limit", "N", "at most so many (default 50)" },
	                                     { "after", "ID", "those behind this id" },
	                                     { NULL, NULL, NULL } };
static const struct cli_option enroll[]  = {
        { "kind", "KIND", "dataset, model, adapter, service or agent (default dataset)" },
        { "price", "SCOPE=AMOUNT", "price of a unit of call, input, output or training; repeatable" },
        { "ask", "relative|absolute:RATE%", "what assets derived from it shall pay" },
        { "parent", "ID", "an asset it is derived from; repeatable" },
        { "royalty", "ACCOUNT=relative|absolute:RATE%", "a royalty for an account; repeatable" },
        { "share", "ACCOUNT=UNITS", "issue units of the pool to an account or asset; repeatable" },
        { "metadata", "FILE|TEXT", "what is said about it (default: nothing)" },
        { NULL, NULL, NULL },
};
static const struct cli_option stream[] = {
	{ "units", "N", "units that the hash chain can pay for" },
	{ "scope", "SCOPE", "call, input, output or training (default call)" },
	{ "escrow", "AMOUNT", "what is put into it (default: units times the price)" },
	{ "expiry", "TIME", "how long it lasts: 600, 15m, 12h, 30d (default 1d)" },
	{ "voucher", NULL, "a voucher stream instead of a hash chain" },
	{ NULL, NULL, NULL },
};
static const struct cli_option topup[]      = { { "expiry", "TIME", "from now on (default: as before)" }, { NULL, NULL, NULL } };
static const struct cli_option voucher[]    = { { "cumulative", NULL, "AMOUNT counts from the stream's beginning" }, { NULL, NULL, NULL } };
static const struct cli_option withdraw[]   = { { "to", "ADDRESS", "whom L1 pays (default: the key's address)" }, { NULL, NULL, NULL } };
static const struct cli_option withdrawal[] = { { "execute", NULL, "have the vault pay it now, if it is final" },
	                                        { "batch", "N", "the batch that holds it, if it was made elsewhere" },
	                                        { NULL, NULL, NULL } };
static const struct cli_option drill[]      = { { "batch", "N", "the batch to lie about" }, { "chunk", "I", "the first wrong root (default: the last)" }, { NULL, NULL, NULL } };

const struct cli_command cli_commands[] = {
	{ "keys create", "NAME", "Make a key", "It is stored encrypted (Web3 Secret Storage, version 3) in the keys directory, mode 0600.", 1, 1, cli_keys_create, light },
	{ "keys import", "NAME", "Take over a key made elsewhere", NULL, 1, 1, cli_keys_import, import },
	{ "keys list", "", "List keys and their addresses", NULL, 0, 0, cli_keys_list, NULL },
	{ "keys address", "", "Show the address of the key", NULL, 0, 0, cli_keys_address, NULL },
	{ "account", "[ADDRESS|ID]", "Show an account", NULL, 0, 1, cli_account_show, NULL },
	{ "deposit", "AMOUNT", "Bring tokens from L1", "A transaction to the vault on L1, then a wait until the sequencer has credited it. Where the bridged token is an ERC-20, one that approves the amount goes before, unless the vault may take as much already.", 1, 1, cli_deposit, deposit },
	{ "transfer", "TO AMOUNT", "Send to an account", "TO is an address or an account's id.  An address without account gets one.", 2, 2, cli_transfer, NULL },
	{ "pay", "ASSET AMOUNT", "Pay for the use of an asset", "Royalties of its ancestors and shares of its pool follow from the payment.", 2, 2, cli_pay, scope },
	{ "assets list", "", "List assets", NULL, 0, 0, cli_assets_list, list },
	{ "assets show", "ID|HASH", "Show an asset: prices, revenue, what it pays and is paid by", NULL, 1, 1, cli_assets_show, NULL },
	{ "assets register", "FILE|TEXT", "Register an asset by the hash of its content",
	  "Only the SHA-256 of the content is sent.  With --parent or --royalty it is a draft first: edges are added, absolute royalties of ancestors\n"
	  "inherited, and then it opens.  If that is interrupted, `pennyroyal assets open ID` goes on.",
	  1, 1, cli_assets_register, enroll },
	{ "assets open", "ID", "Inherit what is left to inherit and open a draft", NULL, 1, 1, cli_assets_open, NULL },
	{ "assets price", "ID SCOPE=AMOUNT...", "Set prices", "Open streams keep theirs.", 2, CLI_ARGS_MAX, cli_assets_price, NULL },
	{ "assets retire", "ID", "End all new use of an asset", NULL, 1, 1, cli_assets_retire, NULL },
	{ "shares show", "ASSET", "Show who holds the pool", NULL, 1, 1, cli_shares_show, NULL },
	{ "shares issue", "ASSET HOLDER UNITS", "Issue units of the pool", "HOLDER is an address, an account's id or an asset's id.", 3, 3, cli_shares_issue, NULL },
	{ "shares transfer", "ASSET TO UNITS", "Hand units over", "What they earned so far is paid out first.", 3, 3, cli_shares_transfer, NULL },
	{ "streams open", "ASSET", "Open a stream of payments to an asset",
	  "A hash chain pays unit by unit without signatures.  Its seed is kept in the keys directory (streams/, mode 0600): without it the stream cannot be\n"
	  "spent, only closed.  With --voucher the payer signs cumulative amounts instead.",
	  1, 1, cli_streams_open, stream },
	{ "streams list", "[ADDRESS|ID]", "List the streams that an account pays", "Newest first.  Without an argument: those of the key.", 0, 1, cli_streams_list, lanes },
	{ "streams spend", "STREAM UNITS", "Pay for units", NULL, 2, 2, cli_streams_spend, NULL },
	{ "streams show", "STREAM", "Show a stream, ticks that are not in a batch yet included", NULL, 1, 1, cli_streams_show, NULL },
	{ "streams topup", "STREAM AMOUNT", "Add to the escrow, or renew", NULL, 2, 2, cli_streams_topup, topup },
	{ "streams close", "STREAM", "Close a stream", "The owner of the asset can at any time, the payer after expiry and grace.  What is left goes to the payer.", 1, 1, cli_streams_close, NULL },
	{ "streams voucher", "STREAM AMOUNT", "Sign a voucher for the payee to redeem", "AMOUNT counts from what was redeemed so far.", 2, 2, cli_streams_voucher, voucher },
	{ "streams redeem", "VOUCHER", "Redeem a voucher", NULL, 1, 1, cli_streams_redeem, NULL },
	{ "earnings", "[ADDRESS|ID]", "Show what an account has earned", "\"After settling\" counts what still has to move along edges.  Ticks of streams count when a batch holds them, which takes seconds.", 0, 1, cli_earnings, NULL },
	{ "claim", "[ADDRESS|ID]", "Settle and claim all that an account has earned", "Anyone can do it for anyone: it is paid to the account.", 0, 1, cli_claim, NULL },
	{ "withdraw", "AMOUNT|all", "Take tokens to L1", "They can be fetched when a claim on the batch is final.", 1, 1, cli_withdraw, withdraw },
	{ "withdrawal", "ID", "Show how far a withdrawal is, or have it paid", NULL, 1, 1, cli_withdrawal, withdrawal },
	{ "force append", "", "Put overdue items of the inbox into a batch", "Anyone can, when the sequencer did not take them in time.", 0, 0, cli_force_append, NULL },
	{ "force", "KIND ARGUMENT...", "Give an entry to the inbox on L1, past the sequencer",
	  "force withdraw AMOUNT|all [--to ADDRESS]\nforce transfer ACCOUNT AMOUNT\nforce stream_close STREAM\nforce stream_voucher VOUCHER\nforce settle EDGE\n"
	  "force claim SHARE\nforce claim_owner ASSET\n\n"
	  "A batch must hold it before its deadline; after that nobody can post one without it, and anyone can append it.",
	  2, 3, cli_force, withdraw },
	{ "status", "", "Show chain, batches and the sums of money", NULL, 0, 0, cli_status, NULL },
	{ "batch", "N", "Show a batch, as the sequencer and a verifying node see it", NULL, 1, 1, cli_batch, NULL },
	{ "drill false-claim", "", "Claim a wrong root on purpose, to see that watchers are awake",
	  "It pays a real bond on L1.  An awake watcher strikes the claim: half of the bond is its reward, the other half is burned.", 0, 0, cli_drill, drill },
	{ "help", "[COMMAND]", "Explain a command", NULL, 0, 2, cli_help_command, NULL },
	{ "completion", "bash", "Print completions: source <(pennyroyal completion bash)", NULL, 1, 1, cli_completion, NULL },
	{ "manual", "", "Print the manual page", NULL, 0, 0, cli_manual, NULL },
};
const size_t cli_command_count = sizeof cli_commands / sizeof *cli_commands;
