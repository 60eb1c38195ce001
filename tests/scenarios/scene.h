/* Scenarios: a small language for jobs with exact results (the files *.scn beside this; README.md describes it), played over a ledger that the player
 * reaches through struct scn_ledger: the public RPC of a sequencer (over_rpc.c), or the transition in memory, writing vectors for the contracts
 * (over_memory.c).
 *
 * A row begins with nobody and nothing: its names are its own.  The first statement of a row that does not give what it says ends the row as failed. */
#ifndef TESTS_SCENARIOS_SCENE_H
#define TESTS_SCENARIOS_SCENE_H

#include "core/base/check.h"
#include "core/codec/eip712.h"
#include "core/codec/wire.h"

#define SCN_NAME_BYTES 24
#define SCN_THINGS_MAX 2048
#define SCN_WORDS_MAX 64
#define SCN_LINKS_MAX 1000000u /* units of one stream */
#define SCN_MISSING 0u

struct scn_person {
	char     name[SCN_NAME_BYTES];
	uint8_t  key32[32], addr20[20];
	uint32_t account;
	uint64_t nonce, start; /* balance when the person came */
};

struct scn_asset {
	char     name[SCN_NAME_BYTES];
	uint32_t id, owner; /* owner: index of a person */
	uint8_t  ask_mode;
	uint32_t ask_ppm;
	uint8_t  content32[32];
	uint64_t price[PR_SCOPES];
};

struct scn_edge {
	uint32_t id, child, beneficiary; /* ids; in the order in which they were made */
	uint8_t  mode;
};

struct scn_share {
	uint32_t id, asset, holder;
};

struct scn_stream {
	char     name[SCN_NAME_BYTES];
	uint32_t id, payer, asset; /* payer, asset: indexes */
	uint64_t serial, expiry, units, sent;
	uint8_t (*links)[32]; /* links[i]: the preimage of unit i; links[0] is the tip.  NULL: a voucher stream */
};

/* What a ledger says of things; the parts that rows speak of. */
struct scn_asset_view {
	uint64_t held, owner_due, units, total_rev;
};
struct scn_stream_view {
	uint64_t escrow, used; /* accepted ticks that are in no batch yet included */
};

/* Answers of the ledger under test.  A status is its name; "applied" is good. */
struct scn_ledger {
	void       *ctx;
	uint64_t    chain_id;
	uint8_t     rollup20[20];
	/* An entry as it stands, signed or not.  *id: what it made, or 0. */
	const char *(*submit)(void *ctx, const struct pr_entry *e, uint32_t *id);
	/* The units from..to of a stream, one tick a unit.  *taken: units accepted.  The status of the first refusal, "duplicate", or "applied". */
	const char *(*ticks)(void *ctx, const struct scn_stream *s, uint64_t from, uint64_t to, uint64_t *taken);
	/* One tick that leads from the present position to `to` with a preimage of the caller's. */
	const char *(*jump)(void *ctx, const struct scn_stream *s, uint32_t asset, uint64_t to, const uint8_t preimage32[32]);
	bool (*account)(void *ctx, const uint8_t addr20[20], uint32_t *id, uint64_t *balance, uint64_t *nonce);
	bool (*asset)(void *ctx, uint32_t id, struct scn_asset_view *view);
	bool (*stream)(void *ctx, uint32_t id, struct scn_stream_view *view);
	void (*earnings)(void *ctx, uint32_t account, uint64_t *now, uint64_t *after);
	/* Carries out the plan of an account until nothing is due; false if that does not come to an end. */
	bool (*collect)(void *ctx, uint32_t account);
	uint64_t (*fees)(void *ctx);
	uint64_t (*param)(void *ctx, unsigned index);
	/* The ledger's clock, and a wait until it has passed a time. */
	uint64_t (*now)(void *ctx);
	void (*pass)(void *ctx, uint64_t time);
	/* The object that the last refusal named as there before; SCN_MISSING if it named none.  NULL: this ledger never does. */
	uint32_t (*named)(void *ctx);
	/* Until accepted ticks are in the ledger. */
	void (*settle_ticks)(void *ctx);
	/* Called when a person withdrew to its own address on L1. */
	void (*withdrew)(void *ctx, const struct scn_person *p, uint32_t id, uint64_t amount);
};

struct scn {
	const struct scn_ledger *l;
	struct scn_person        bank; /* pays for accounts */
	struct scn_person        people[SCN_THINGS_MAX];
	struct scn_asset         assets[SCN_THINGS_MAX];
	struct scn_edge          edges[SCN_THINGS_MAX];
	struct scn_share         shares[SCN_THINGS_MAX];
	struct scn_stream        streams[SCN_THINGS_MAX];
	uint32_t                 person_count, asset_count, edge_count, share_count, stream_count;
	const char              *file;
	char                     row[128];
	unsigned                 line;
	bool                     in_row, failed, tell_not_built;
	uint64_t                 fees_start;
	/* Of the statement at hand: the status that it must have, the domain it is signed for, and how far its nonce is behind. */
	const char              *wanted;
	uint8_t                  domain32[32];
	uint64_t                 stale;
	struct pr_entry          last; /* the last signed entry that was applied */
	uint32_t                 rows_passed, rows_failed, rows_not_built;
};

/* Plays a file.  row_end, if given, is called after every row that passed; it fails the row with scn_fail.  False: the file cannot be read. */
PR_MUST_USE bool scn_play(struct scn *s, const char *path, void (*row_end)(struct scn *s));
void scn_init(struct scn *s, const struct scn_ledger *l, const char *bank_name);
void scn_fail(struct scn *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of one file of this folder for the others. */
void     scn_person_key(struct scn_person *p, const char *name);
uint32_t scn_person(struct scn *s, const char *name); /* an index; fails the row if there is none */
uint32_t scn_asset(struct scn *s, const char *name);
uint32_t scn_stream(struct scn *s, const char *name);
uint32_t scn_edge(struct scn *s, uint32_t child, uint32_t beneficiary); /* its object id */
uint32_t scn_party(struct scn *s, const char *name);  /* an object id: a person's account, an asset's, or #number */
uint64_t scn_number(struct scn *s, const char *text); /* digits with _ between them; "max" is 2^64-1 */
uint32_t scn_rate(struct scn *s, const char *text);   /* "0.5%" in parts per million */
/* Signs as the person (NULL: as it stands), submits, and judges the status.  The id of what was made.  Afterwards s->failed says whether to go on. */
uint32_t scn_submit(struct scn *s, struct pr_entry *e, struct scn_person *signer_opt);
bool     scn_applied(const struct scn *s); /* the statement is one that should be applied */
void     scn_status(struct scn *s, const char *status);

struct scn_verb {
	const char *name, *args; /* args: for people */
	unsigned    args_min;
	void (*run)(struct scn *s, char **args, unsigned count);
};
extern const struct scn_verb scn_acts[];    /* what changes the ledger (acts.c); ends with a name of NULL */
extern const struct scn_verb scn_meters[];  /* streams (meters.c) */
extern const struct scn_verb scn_expects[]; /* what must then be true (expects.c) */

#endif
