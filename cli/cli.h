/* The wallet program as its commands see it.
 *
 *     argv --args.c--> struct cli { options, arguments } --command's run--> rpc.c / sign.c / l1.c --> out.c
 *
 * A command either returns (exit 0) or ends the program: cli_die (exit 1: refused or failed) or cli_usage (exit 2).  Both go through exit, where the
 * key is wiped.  Results go to standard output, as lines or with --json as one object; everything else to standard error. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "core/codec/eip712.h"
#include "core/codec/wire.h"
#include "core/l1/contracts.h"
#include "core/rpc/chain.h"
#include "core/rt/file.h"
#include "core/rt/httpc.h"
#include "core/rt/json_out.h"
#include "cli/amount.h"

#define CLI_ARGS_MAX 64
#define CLI_OPTIONS_MAX 64
#define CLI_KNOWN_MAX 64

struct cli;

/* One option.  arg_opt: name of its value (NULL: a flag). */
struct cli_option {
	const char *name, *arg_opt, *help;
};

struct cli_command {
	const char              *name;  /* "assets register" */
	const char              *args;  /* "FILE|TEXT", for people */
	const char              *help;  /* one line */
	const char              *more_opt; /* paragraphs for --help */
	unsigned                 min, max; /* arguments */
	void                   (*run)(struct cli *c);
	const struct cli_option *options_opt; /* ends with a NULL name */
};
extern const struct cli_command cli_commands[];
extern const size_t             cli_command_count;
extern const struct cli_option  cli_globals[];

/* Whom to ask. */
enum cli_peer { CLI_RPC, CLI_NODE };

struct cli {
	const struct cli_command *command;
	const char               *args[CLI_ARGS_MAX];
	unsigned                  arg_count;
	struct {
		const char *name, *value; /* value NULL: a flag */
	} options[CLI_OPTIONS_MAX];
	unsigned option_count;
	bool     json;

	char             keys_dir[PR_PATH_BYTES_MAX];
	struct pr_chain  chain;
	bool             chain_loaded;
	struct pr_httpc *http[2];
	enum cli_peer    reads; /* where accounts and objects are read */
	struct pr_ethrpc *l1;

	/* The key in use, once unlocked, and its account on the ledger. */
	bool     key_loaded, account_known;
	uint8_t  key32[32], addr20[20];
	uint32_t account; /* 0: none yet */
	uint64_t nonce, balance;
	/* Addresses of objects that entries name: what pr_eip712_digest asks. */
	struct cli_known {
		uint32_t id;
		int      type; /* 1 account, 2 asset */
		uint8_t  addr20[20];
	} known[CLI_KNOWN_MAX];
	unsigned known_count;

	struct pr_json_out out; /* --json: the object being written */
};

/* args.c.  Fills c from argv; ends the program for --help and for wrong usage. */
void cli_args_read(struct cli *c, int argc, char **argv);
const struct cli_command *cli_command_find(int argc, const char *const *argv, int at, int *words);
bool cli_is_group(const char *word);                                    /* the first word of several commands */
const char *cli_option(const struct cli *c, const char *name);           /* its value, NULL if it was not given; the last of several */
const char *cli_option_at(const struct cli *c, const char *name, unsigned index); /* the index-th of several */
bool cli_flag(const struct cli *c, const char *name);
uint64_t cli_option_amount(const struct cli *c, const char *name, uint64_t fallback);
/* Splits "KEY=VALUE"; ends with cli_usage if there is no '='. */
const char *cli_split(char *key, size_t room, const char *text, const char *what);
uint64_t cli_arg_amount(const struct cli *c, unsigned index);
uint64_t cli_arg_u64(const struct cli *c, unsigned index, const char *what);
uint8_t  cli_scope(const struct cli *c, const char *text);
extern const char *const cli_scopes[];
extern const char *const cli_asset_kinds[];

/* help.c */
void cli_help(const struct cli_command *command_opt);
void cli_help_group(const char *group);
void cli_help_command(struct cli *c);
void cli_completion(struct cli *c);
void cli_manual(struct cli *c);

/* out.c */
_Noreturn void cli_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void cli_usage(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2))); /* progress, to standard error */
void cli_put(struct cli *c, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
void cli_put_u64(struct cli *c, const char *key, uint64_t value);
#define CLI_TIME_BYTES 32
void cli_time_format(char out[CLI_TIME_BYTES], uint64_t seconds); /* a date, UTC */
void cli_put_time(struct cli *c, const char *key, uint64_t seconds); /* a date for people, seconds for programs */
void cli_put_bool(struct cli *c, const char *key, bool value);
void cli_put_amount(struct cli *c, const char *key, uint64_t nano); /* tokens for people, nano as a string for programs */
void cli_put_hex(struct cli *c, const char *key, const uint8_t *bytes, size_t len);
void cli_put_address(struct cli *c, const char *key, const uint8_t addr20[20]);
/* --json only: a value of an answer as it stands. */
void cli_put_raw(struct cli *c, const char *key, const struct pr_json *doc, uint32_t at);
/* The same with an array that was written apart. */
void cli_put_list(struct cli *c, const char *key, const struct pr_json_out *list);
void cli_row(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3))); /* a line for people; nothing with --json */
void cli_finish(struct cli *c);
/* Reads a line from the terminal; no echo for secrets.  False if there is no terminal. */
PR_MUST_USE bool cli_prompt(char *out, size_t room, const char *text, bool secret);
/* Ends the program unless --yes was given or the answer on the terminal is yes. */
void cli_confirm(struct cli *c, const char *question);

/* rpc.c.  An answer owns its text; it must be zero or used before. */
struct cli_answer {
	char                *text;
	struct pr_json_node *nodes;
	struct pr_json       doc;
	uint32_t             at; /* the result */
	char                 status[48]; /* of a refusal that was allowed */
};
/* Calls; ends the program on any error but "not found", for which it returns false. */
PR_MUST_USE bool cli_ask(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *method, const char *params_format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same where the thing must exist. */
void cli_call(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *method, const char *params_format, ...)
	__attribute__((format(printf, 5, 6)));
/* A whole request of any shape: target, content type, body; the answer must be JSON; a->at = its root. */
void cli_post(struct cli *c, struct cli_answer *a, enum cli_peer peer, const char *target, const char *type, const void *body, size_t len);
bool cli_reachable(struct cli *c, enum cli_peer peer);
void cli_answer_free(struct cli_answer *a);
/* Members, which must be there and of that type, else the program ends: a server that answers otherwise is not ours. */
uint64_t cli_u64(const struct cli_answer *a, uint32_t object, const char *key); /* a number or a decimal string */
bool     cli_bool(const struct cli_answer *a, uint32_t object, const char *key);
void     cli_bytes(uint8_t *out, size_t len, const struct cli_answer *a, uint32_t object, const char *key);
void     cli_text(char *out, size_t room, const struct cli_answer *a, uint32_t object, const char *key);

/* chain.c: what is told about a refusal. */
const char *cli_status_advice(const char *status);
const struct pr_chain *cli_chain(struct cli *c);

/* keys.c */
void cli_keys_create(struct cli *c);
void cli_keys_import(struct cli *c);
void cli_keys_list(struct cli *c);
void cli_keys_address(struct cli *c);
/* The address of the chosen key, without unlocking it; unlocks it. */
void cli_key_address(struct cli *c);
void cli_key_unlock(struct cli *c);
void cli_key_wipe(struct cli *c);

/* sign.c: accounts, assets and entries. */
/* The account of the key: id, nonce, balance; ends the program if there is none. */
void cli_account(struct cli *c);
/* An account by id or address; 0: this address (in addr20) has none yet. */
uint32_t cli_party_account(struct cli *c, const char *text, uint8_t addr20[20]);
/* The same, opening an account with nothing in it for an address that has none. */
uint32_t cli_party_make(struct cli *c, const char *text);
/* An account or asset by id, an account by address (opened if need be). */
uint32_t cli_party(struct cli *c, const char *text);
/* The same questions, opening nothing: ends the program if the text names no account that there is or could be (no account or asset). */
void cli_account_check(struct cli *c, const char *text);
void cli_party_check(struct cli *c, const char *text);
/* An asset by id or content hash: *a holds penny_getAsset. */
uint32_t cli_asset(struct cli *c, struct cli_answer *a, const char *text);

struct cli_receipt {
	uint32_t id; /* of what was created, or 0 */
	bool     repeated; /* it had been applied before, and was not again */
	uint64_t sequence, batch;
	uint8_t  hash32[32];
};
/* Fills from, nonce, deadline and sig; e holds the other fields. */
void cli_sign(struct cli *c, struct pr_entry *e);
void cli_sign_voucher(struct cli *c, struct pr_entry *e, uint64_t serial);
/* Submits one entry; ends the program if it is refused. */
void cli_submit(struct cli *c, const struct pr_entry *e, struct cli_receipt *receipt);
/* Submits entries in wire form; returns how many were applied.  nothing_due is not an error. */
uint32_t cli_submit_wires(struct cli *c, const struct pr_entry *entries, uint32_t count);
void cli_put_receipt(struct cli *c, const struct cli_receipt *receipt);

/* l1.c */
struct pr_ethrpc *cli_l1(struct cli *c);
/* Signs with the key, sends, waits until it is mined; ends the program if it reverts. */
void cli_l1_send(struct cli *c, struct pr_l1_receipt *receipt, const char *what, const uint8_t to20[20], pr_u128 value, const uint8_t *data, size_t len);
/* Calls a getter without arguments and reads one word. */
pr_u128 cli_l1_word(struct cli *c, const uint8_t to20[20], const char *signature);
/* The inbox item that a mined transaction made: its number and time of arrival. */
void cli_l1_item(struct cli *c, const struct pr_l1_receipt *receipt, uint64_t *index, uint64_t *time);
/* The error of the last call, for people. */
const char *cli_l1_error(struct cli *c);
void cli_contracts(struct cli *c, struct pr_contracts *contracts);

/* assets.c: a line for an asset, and the words above it. */
void cli_asset_row_head(const struct cli *c);
void cli_asset_row(const struct cli *c, const struct cli_answer *a, uint32_t object);

/* lists.c */
void cli_assets_list_of(struct cli *c, const char *owner);
void cli_streams_list(struct cli *c);

/* Commands. */
void cli_account_show(struct cli *c);
void cli_deposit(struct cli *c);
void cli_transfer(struct cli *c);
void cli_pay(struct cli *c);
void cli_earnings(struct cli *c);
void cli_claim(struct cli *c);
void cli_assets_list(struct cli *c);
void cli_assets_show(struct cli *c);
void cli_assets_register(struct cli *c);
void cli_assets_open(struct cli *c);
void cli_assets_price(struct cli *c);
void cli_assets_retire(struct cli *c);
void cli_shares_show(struct cli *c);
void cli_shares_issue(struct cli *c);
void cli_shares_transfer(struct cli *c);
/* Issues units of an asset; returns the holder's id. */
uint32_t cli_shares_issue_to(struct cli *c, struct cli_receipt *receipt, uint32_t asset, const char *holder, uint64_t units);
void cli_streams_open(struct cli *c);
void cli_streams_spend(struct cli *c);
void cli_streams_show(struct cli *c);
void cli_streams_topup(struct cli *c);
void cli_streams_close(struct cli *c);
void cli_streams_voucher(struct cli *c);
void cli_streams_redeem(struct cli *c);
/* The entry that a voucher is, as `streams voucher` printed it. */
void cli_voucher_read(const struct cli *c, struct pr_entry *e, const char *text);
/* The entry of a close, to be signed. */
void cli_stream_close_entry(struct cli *c, struct pr_entry *e, const char *stream);
void cli_withdraw(struct cli *c);
/* The entry of a withdrawal, to be signed; "all" is the whole balance. */
void cli_withdraw_entry(struct cli *c, struct pr_entry *e, const char *amount, const char *to_opt);
void cli_withdrawal(struct cli *c);
void cli_force(struct cli *c);
void cli_force_append(struct cli *c);
void cli_status(struct cli *c);
void cli_batch(struct cli *c);
void cli_drill(struct cli *c);

#endif
