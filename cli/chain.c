#include <string.h>

#include "cli/cli.h"

#define CHAIN_DEFAULT "run/devnet/chain.toml"

const struct pr_chain *cli_chain(struct cli *c)
{
	char        message[PR_CONFIG_MESSAGE_BYTES];
	const char *path = cli_option(c, "chain");
	if (c->chain_loaded) return &c->chain;
	if (pr_chain_load(message, &c->chain, path ? path : CHAIN_DEFAULT) != PR_OK)
		cli_die("the chain file: %s\nIt says which chain signatures are for.  --chain FILE names another one", message);
	c->chain_loaded = true;
	return &c->chain;
}

/* What to do about a refusal.  The first part is what the status means where its name does not say it. */
static const struct {
	const char *status, *advice;
} advices[] = {
	{ "malformed", "the server could not read the entry: are program and server of the same version?" },
	{ "sender", "the sending account does not exist: `pennyroyal deposit` makes it" },
	{ "expired", "the deadline passed before the entry arrived: send it again, with a longer --valid" },
	{ "nonce", "another entry of this account was faster: run the command again" },
	{ "recipient", "the account named does not exist: check the id, or name it by address" },
	{ "beneficiary", "the beneficiary is neither an account nor an asset: check the id" },
	{ "signature", "the signature does not fit: does --chain name the chain file of this server, and --key the right key?" },
	{ "amount_zero", "an amount of 0 moves nothing: name an amount" },
	{ "balance", "the account does not hold that much: see `pennyroyal account`, and `pennyroyal deposit`" },
	{ "account_exists", "the address has an account by now: run the command again" },
	{ "address_zero", "the zero address belongs to nobody: name another one" },
	{ "state_full", "the ledger has no room for another object" },
	{ "supply", "the ledger cannot hold that much in all" },
	{ "withdraw_multiple", "the amount is not a whole number of the token's base units on L1: round it" },
	{ "asset", "there is no such asset: see `pennyroyal assets list`" },
	{ "asset_exists", "the same content is registered already: `pennyroyal assets show` with that id or its hash shows it" },
	{ "asset_status", "the asset is a draft or retired: a draft opens with `pennyroyal assets open`; a retired one takes no new use" },
	{ "owner", "only the asset's owner can do this: choose the owner's key with --key" },
	{ "enum_range", "a kind, scope or mode that does not exist" },
	{ "rate_range", "the rate is not what the parent asks, or above what the chain allows: see `pennyroyal assets show PARENT`" },
	{ "rate_sum", "the royalties of this asset add up to more than the chain allows: name fewer or cheaper parents" },
	{ "edge_self", "an asset cannot feed or hold itself" },
	{ "edge_exists", "the asset pays this beneficiary already" },
	{ "edge", "there is no such edge: `pennyroyal assets show` lists them" },
	{ "mismatch", "the objects named do not belong together: look them up again" },
	{ "parent_status", "the parent is not active: nothing can be derived from it" },
	{ "inherit", "another entry inherited this royalty first: `pennyroyal assets open` goes on from there" },
	{ "parents_open", "royalties of ancestors are not all inherited: `pennyroyal assets open` does it" },
	{ "units_range", "units must be from 1 to 4294967295 in all" },
	{ "share", "the account holds no share of this asset" },
	{ "units_short", "the account holds fewer units than that: see `pennyroyal shares show`" },
	{ "stream", "there is no such stream (any more): it was closed, or the id is wrong" },
	{ "stream_kind", "the stream is of the other kind: chain streams take ticks (spend), voucher streams take vouchers" },
	{ "stream_expired", "the stream has expired: `pennyroyal streams topup --expiry` renews it in time, `streams close` returns what is left" },
	{ "price", "the price changed meanwhile: run the command again" },
	{ "escrow", "the stream's escrow does not cover that: `pennyroyal streams topup` adds to it" },
	{ "link", "the preimage does not lead to the stream's tip: was the seed saved on this machine?" },
	{ "count_range", "too many units in one entry: spend them in parts" },
	{ "voucher_old", "this voucher or a later one was redeemed already" },
	{ "not_yet", "the payer can close a stream only after its expiry and the chain's grace; the asset's owner can at any time" },
	{ "param_range", "no such parameter, or out of its bounds" },
	{ "expiry_range", "the expiry must lie ahead, and not before the present one" },
	{ "overflow", "a counter of the ledger would overflow" },
	{ "inbox_only", "this kind of entry comes through the inbox on L1 only: see `pennyroyal deposit`" },
	{ "nothing_due", "nothing is due here" },
	{ "busy", "the sequencer is behind: try again in a second" },
	{ "not_final", "its batch is posted but a claim on it is not final yet: `pennyroyal withdrawal` says when" },
};

const char *cli_status_advice(const char *status)
{
	static char text[256];
	for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
		if (strcmp(advices[i].status, status) != 0) continue;
		text[0] = '\n';
		size_t len = strlen(advices[i].advice);
		PR_CHECK(len + 2 <= sizeof text);
		memcpy(text + 1, advices[i].advice, len + 1);
		return text;
	}
	return "";
}
