#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/l1/abi.h"
#include "core/l1/tx.h"
#include "core/rt/clock.h"

#define MINED_MS 300000u
#define POLL_US 200000u

void cli_contracts(struct cli *c, struct pr_contracts *contracts)
{
	static const uint8_t   zero20[20];
	const struct pr_chain *chain = cli_chain(c);
	memcpy(contracts->rollup20, chain->rollup20, 20);
	memcpy(contracts->inbox20, chain->inbox20, 20);
	memcpy(contracts->vault20, chain->vault20, 20);
	if (memcmp(chain->inbox20, zero20, 20) == 0 || memcmp(chain->vault20, zero20, 20) == 0)
		cli_die("the chain file does not name inbox and vault: L1 cannot be used with it");
}

struct pr_ethrpc *cli_l1(struct cli *c)
{
	uint64_t    chain_id;
	const char *url = cli_option(c, "l1");
	if (c->l1) return c->l1;
	struct pr_ethrpc_options options = { .url = url ? url : "http://127.0.0.1:8545" };
	if (pr_ethrpc_open(&c->l1, &options) != PR_OK) cli_die("%s is not a URL that can be used", options.url);
	enum pr_err err = pr_ethrpc_chain_id(c->l1, &chain_id);
	if (err != PR_OK) cli_die("no answer from L1 at %s (%s): is it running?  --l1 URL names another one", options.url, pr_err_name(err));
	if (chain_id != cli_chain(c)->l1_chain_id)
		cli_die("L1 at %s is chain %" PRIu64 ", the chain file says %" PRIu64, options.url, chain_id, cli_chain(c)->l1_chain_id);
	return c->l1;
}

/* Errors of the contracts that a user may meet, and what to do. */
static const struct {
	const char *signature, *advice;
} errors[] = {
	{ "NotWholeNano(uint256)", "the amount is not whole nano" },
	{ "TotalTooLarge(uint64,uint256)", "the vault cannot hold that much more" },
	{ "ZeroAccount()", "the zero address cannot be credited" },
	{ "WrongValue(uint256,uint256)", "the coin sent is not what the vault expects" },
	{ "WrongAmountReceived(uint256,uint256)", "the token took a fee of the transfer: such tokens are refused" },
	{ "SafeERC20FailedOperation(address)", "the token refused the transfer" },
	{ "ERC20InsufficientBalance(address,uint256,uint256)", "the tokens are not there" },
	{ "ERC20InsufficientAllowance(address,uint256,uint256)", "the vault may not take that many tokens" },
	{ "NotFinal(uint64)", "the batch is not final yet" },
	{ "AlreadyWithdrawn(uint32)", "this withdrawal was paid already" },
	{ "ProofInvalid(bytes32,bytes32)", "the proof does not fit the final root: ask the node again" },
	{ "ItemMalformed(uint8,uint256)", "the inbox does not take this entry" },
	{ "WrongFee(uint256,uint256)", "the fee of a forced entry is another one" },
	{ "InboxNotOverdue(uint64)", "no item of the inbox is overdue: the sequencer still has time" },
	{ "WrongBond(uint256,uint256)", "the bond of a claim is another one" },
	{ "ClaimFallen(uint64)", "an earlier claim of its line was struck, and this one fell with it" },
	{ "ClaimExists(uint64,uint64,bytes32)", "the same claim was made already" },
	{ "BatchAlreadyFinal(uint64)", "the batch is final: choose a later one" },
	{ "ParentClaimFallen(uint64,uint8)", "the parent claim was struck: try again" },
	{ "RootCountWrong(uint256,uint256)", "the batch has another number of chunks" },
	{ "HeaderUnknown(uint64,bytes32)", "L1 has another batch of this number" },
};

const char *cli_l1_error(struct cli *c)
{
	static char                   text[2 * PR_ETHRPC_MESSAGE_BYTES + 8];
	char                          revert[PR_ETHRPC_MESSAGE_BYTES] = "";
	const struct pr_ethrpc_error *e = pr_ethrpc_error(c->l1);
	uint8_t                       selector4[4];
	for (size_t i = 0; e->data_len >= 4 && i < sizeof errors / sizeof *errors; i++) {
		pr_abi_selector(selector4, errors[i].signature);
		if (memcmp(selector4, e->data, 4) != 0) continue;
		(void)snprintf(text, sizeof text, "%s [%.*s]", errors[i].advice, (int)strcspn(errors[i].signature, "("), errors[i].signature);
		return text;
	}
	pr_ethrpc_revert_text(revert, sizeof revert, e->data, e->data_len);
	(void)snprintf(text, sizeof text, "%s%s%s", e->message[0] ? e->message : "no answer", revert[0] ? ": " : "", revert);
	return text;
}

static _Noreturn void poor(struct cli *c, const char *what, pr_u128 value)
{
	char    why[2 * PR_ETHRPC_MESSAGE_BYTES + 8], address[CLI_ADDRESS_BYTES], have_text[CLI_AMOUNT_BYTES], need_text[CLI_AMOUNT_BYTES];
	pr_u128 have = 0;
	(void)snprintf(why, sizeof why, "%s", cli_l1_error(c)); /* before the next call clears it */
	cli_address_format(address, c->addr20);
	if (pr_ethrpc_balance(c->l1, &have, c->addr20, pr_l1_at(PR_L1_LATEST)) == PR_OK && have / 1000000000u <= UINT64_MAX &&
	    value / 1000000000u <= UINT64_MAX && have <= value) {
		cli_amount_format(have_text, (uint64_t)(have / 1000000000u));
		cli_amount_format(need_text, (uint64_t)(value / 1000000000u));
		cli_die("%s: %s holds %s coins on L1, %s and gas are needed: send some there first", what, address, have_text, need_text);
	}
	cli_die("%s would fail on L1: %s", what, why);
}

void cli_l1_send(struct cli *c, struct pr_l1_receipt *receipt, const char *what, const uint8_t to20[20], pr_u128 value, const uint8_t *data, size_t len)
{
	static uint8_t    raw[PR_TX_BYTES_MAX];
	struct pr_ethrpc *eth = cli_l1(c);
	struct pr_l1_fees fees;
	uint8_t           hash32[32], sent32[32];
	char              hex[65];
	size_t            raw_len;

	PR_CHECK(len > 0);
	cli_key_unlock(c);
	struct pr_tx         tx  = { .chain_id = cli_chain(c)->l1_chain_id, .value = value, .data = data, .data_len = len };
	struct pr_ethrpc_msg msg = { .from20_opt = c->addr20, .to20_opt = to20, .value = value, .data = data, .data_len = len };
	memcpy(tx.to20, to20, 20);
	if (pr_ethrpc_nonce(eth, &tx.nonce, c->addr20, pr_l1_at(PR_L1_PENDING)) != PR_OK || pr_ethrpc_fees(eth, &fees) != PR_OK)
		cli_die("L1 does not answer: %s", cli_l1_error(c));
	if (pr_ethrpc_estimate_gas(eth, &tx.gas_limit, &msg, pr_l1_at(PR_L1_LATEST)) != PR_OK) poor(c, what, value);
	tx.gas_limit += tx.gas_limit / 5;
	tx.max_priority_fee = fees.priority_fee;
	tx.max_fee          = 2 * fees.base_fee + fees.priority_fee;
	if (pr_tx_sign(raw, sizeof raw, &raw_len, hash32, &tx, c->key32) != PR_OK) cli_die("the transaction is too large");
	if (pr_ethrpc_send_raw(eth, sent32, raw, raw_len) != PR_OK) poor(c, what, value);
	cli_hex_format(hex, hash32, 32);
	cli_note("%s: sent 0x%s", what, hex);
	for (uint64_t start = pr_clock_ms(); pr_clock_ms() - start < MINED_MS; usleep(POLL_US)) {
		if (pr_ethrpc_receipt(eth, receipt, hash32) != PR_OK) continue;
		if (!receipt->success) cli_die("%s reverted on L1 in block %" PRIu64 ": 0x%s", what, receipt->block_number, hex);
		return;
	}
	cli_die("%s was sent (0x%s) but not mined within %u s: it may still be; look before you send it again", what, hex, MINED_MS / 1000);
}

pr_u128 cli_l1_word(struct cli *c, const uint8_t to20[20], const char *signature)
{
	uint8_t              data[4];
	const uint8_t       *out;
	size_t               len;
	pr_u128              value;
	struct pr_ethrpc_msg msg = { .to20_opt = to20, .data = data, .data_len = sizeof data };
	struct pr_ethrpc    *eth = cli_l1(c);
	pr_abi_selector(data, signature);
	if (pr_ethrpc_call(eth, &out, &len, &msg, pr_l1_at(PR_L1_LATEST)) != PR_OK) cli_die("L1: %s: %s", signature, cli_l1_error(c));
	if (!pr_abi_get_u128(&value, out, len, 0)) cli_die("L1: %s gave no number: does the chain file name the right contracts?", signature);
	return value;
}

struct item_search {
	struct pr_contracts contracts;
	uint8_t             tx32[32];
	uint64_t            index, time;
	bool                found;
};

static enum pr_err item_match(void *ctx, const struct pr_l1_log *log)
{
	struct item_search *s = ctx;
	struct pr_l1_event  event;
	if (memcmp(log->tx_hash32, s->tx32, 32) != 0) return PR_OK;
	enum pr_err err = pr_contracts_event(&event, &s->contracts, log);
	if (err == PR_ERR_NOT_FOUND) return PR_OK;
	if (err != PR_OK || event.type != PR_L1_ITEM) return err;
	s->index = event.number;
	s->time  = event.a;
	s->found = true;
	return PR_OK;
}

void cli_l1_item(struct cli *c, const struct pr_l1_receipt *receipt, uint64_t *index, uint64_t *time)
{
	struct item_search     search = { .found = false };
	struct pr_ethrpc_filter filter;
	cli_contracts(c, &search.contracts);
	memcpy(search.tx32, receipt->tx_hash32, 32);
	pr_contracts_filter(&filter, &search.contracts);
	if (pr_ethrpc_logs(cli_l1(c), &filter, receipt->block_number, receipt->block_number, item_match, &search) != PR_OK)
		cli_die("the item is in the inbox, but L1 does not tell its number: %s", cli_l1_error(c));
	if (!search.found) cli_die("L1 shows no item of this transaction: does the chain file name the right inbox?");
	*index = search.index;
	*time  = search.time;
}
