/* Seeds of hash-chain streams: who has one can spend what is in the stream, who loses it cannot spend at all.
 *
 *     KEYS/streams/<rollup>-opening-<tip>     written before the entry is sent
 *     KEYS/streams/<rollup>-<id>-<serial>     its name once the stream has an id
 *
 * A file holds two lines, mode 0600: the seed in hex, and the number of units.  The link after u units is sha256 applied (units - u) times. */
#ifndef CLI_SEED_H
#define CLI_SEED_H

#include "cli/cli.h"

#define CLI_SEED_UNITS_MAX 10000000u

struct cli_seed {
	uint8_t  seed32[32];
	uint64_t units;
};

void cli_seed_write_opening(struct cli *c, const struct cli_seed *seed, const uint8_t tip32[32]);
void cli_seed_opened(struct cli *c, const struct cli_seed *seed, const uint8_t tip32[32], uint32_t stream, uint64_t serial);
/* Ends the program if there is none. */
void cli_seed_read(struct cli *c, struct cli_seed *seed, uint32_t stream, uint64_t serial);
bool cli_seed_exists(struct cli *c, uint32_t stream, uint64_t serial);

#endif
