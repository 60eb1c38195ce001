#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/crypto/crypto.h"
#include "core/crypto/sig.h"
#include "core/rt/log.h"

static struct cli cli;

static void wipe(void) { cli_key_wipe(&cli); }

int main(int argc, char **argv)
{
	uint8_t seed32[32];

	if (atexit(wipe) != 0) return 1;
	pr_log_redirect(-1); /* what went wrong is said by whoever called */
	pr_crypto_init();
	if (getentropy(seed32, sizeof seed32) != 0) cli_die("the system gives no randomness");
	pr_sig_blind(seed32);
	cli_args_read(&cli, argc, argv);
	cli.command->run(&cli);
	cli_finish(&cli);
	return 0;
}
