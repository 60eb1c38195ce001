/* The sequencer as its clients see it: JSON-RPC and the door for ticks.  Any refusal or failure ends the program with a message: a workload that
 * goes on after one would prove nothing. */
#ifndef TOOLS_WORKLOAD_CLIENT_H
#define TOOLS_WORKLOAD_CLIENT_H

#include "core/codec/eip712.h"
#include "core/codec/wire.h"
#include "core/rpc/chain.h"
#include "core/rt/httpc.h"
#include "core/rt/json.h"

struct wl_key {
	uint8_t key32[32], addr20[20];
	uint32_t account; /* object id, 0 until known */
	uint64_t nonce;
};

struct wl_client {
	struct pr_httpc *http;
	const struct pr_chain *chain;
	/* address by object id, for digests: 1 account, 2 asset */
	uint8_t (*addrs)[20];
	uint8_t *types;
	uint32_t id_cap;
	/* entries waiting to be sent */
	char *body;
	size_t body_len;
	uint32_t waiting;
	uint32_t **created; /* where to put the id that each waiting entry creates */
	uint64_t entries_sent, ticks_sent, tick_bodies;
	struct pr_json_node *nodes;
};

_Noreturn void wl_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void wl_client_open(struct wl_client *c, const char *url, const struct pr_chain *chain);
void wl_key_from(struct wl_key *key, const char *domain, const char *name);
/* Notes what an id is, for digests. */
void wl_know(struct wl_client *c, uint32_t id, int type, const uint8_t addr20_opt[20]);

/* Calls a method; the result is borrowed until the next call. */
uint32_t wl_call(struct wl_client *c, struct pr_json *doc, const char *method, const char *params);

/* Signs an entry as key (from and nonce are filled in) or takes an unsigned one (key NULL), and queues it; queues of 64 are sent.  *created_opt is
 * set when the answer is there: after wl_flush at the latest. */
void wl_submit(struct wl_client *c, struct pr_entry *e, struct wl_key *key_opt, uint32_t *created_opt);
void wl_flush(struct wl_client *c);

/* Posts packed ticks; the answer as it stands, borrowed until the next call. */
void wl_ticks_post(struct wl_client *c, struct pr_json *doc, const uint8_t *records, uint32_t count);
/* The same where all must be accepted. */
void wl_ticks(struct wl_client *c, const uint8_t *records, uint32_t count);

/* The account of an address: id (0: none yet), balance, nonce. */
bool wl_account(struct wl_client *c, const uint8_t addr20[20], uint32_t *id, uint64_t *balance, uint64_t *nonce);

#endif
