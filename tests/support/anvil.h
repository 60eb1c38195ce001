/* A private Ethereum node for a test: anvil on an ephemeral loopback port, dead when the test is.
 *
 *     if (!anvil_available()) { UNIT_SKIP("...", ANVIL_MISSING); return UNIT_END(); }
 *     struct anvil node;
 *     anvil_start(&node, "--no-mining", NULL);
 *     ...node.url..., anvil_do(rpc, "anvil_mine", "[\"0x1\"]")
 *     anvil_stop(&node);
 *
 * The program is taken from PR_ANVIL, else from l1-bridge/contracts/node_modules (tests run in the root of the tree). */
#ifndef PR_TESTS_SUPPORT_ANVIL_H
#define PR_TESTS_SUPPORT_ANVIL_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/l1/ethrpc.h"
#include "core/rt/clock.h"
#include "tests/support/hex.h"

#define ANVIL_PATH "l1-bridge/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
#define ANVIL_MISSING "anvil is not installed (npm ci in l1-bridge/contracts)"
#define ANVIL_START_MS_MAX 20000
#define ANVIL_ARGS_MAX 16
#define ANVIL_CHAIN_ID 31337

/* The first three accounts of its fixed mnemonic, 10,000 ether each. */
static const char *const anvil_keys[] = { "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
	                                  "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
	                                  "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a" };
static const char *const anvil_addrs[] = { "f39fd6e51aad88f6f4ce6ab8827279cfffb92266", "70997970c51812dc3a010c7d01b50e0d17dc79c8",
	                                   "3c44cdddb6a900fa2b585dd299e03d12fa4293bc" };

struct anvil {
	pid_t pid;
	uint16_t port;
	char url[64];
	char dir[64]; /* its log and home */
};

static inline const char *anvil_path(void)
{
	const char *path = getenv("PR_ANVIL");
	return path ? path : ANVIL_PATH;
}

static inline bool anvil_available(void) { return access(anvil_path(), X_OK) == 0; }

/* Reads the port from its log once it listens; 0 if it does not yet. */
static inline uint16_t anvil_read_port(const char *log)
{
	char text[16384];
	FILE *f = fopen(log, "r");
	if (!f) return 0;
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = 0;
	const char *at = strstr(text, "Listening on 127.0.0.1:");
	if (!at || !strchr(at, '\n')) return 0;
	return (uint16_t)strtoul(at + strlen("Listening on 127.0.0.1:"), NULL, 10);
}

static inline void anvil_exec(const struct anvil *a, const char *log, char *const *argv)
{
	int fd = open(log, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) _exit(126);
	setenv("HOME", a->dir, 1);
	execv(anvil_path(), argv);
	_exit(127);
}

/* Starts a node with further arguments, ended by NULL.  Stops the test if it does not come up. */
static inline void anvil_start(struct anvil *a, ...)
{
	char log[128], name[] = "anvil", port[] = "--port", zero[] = "0", *argv[ANVIL_ARGS_MAX + 4] = { name, port, zero };
	size_t argc = 3;
	va_list args;
	memset(a, 0, sizeof *a);
	va_start(args, a);
	for (const char *arg; (arg = va_arg(args, const char *)) != NULL;) {
		PR_CHECK(argc < ANVIL_ARGS_MAX + 3);
		argv[argc++] = (char *)(uintptr_t)arg;
	}
	va_end(args);
	argv[argc] = NULL;
	snprintf(a->dir, sizeof a->dir, "/tmp/pr_anvil.XXXXXX");
	PR_CHECK(mkdtemp(a->dir));
	snprintf(log, sizeof log, "%s/log", a->dir);
	a->pid = fork();
	PR_CHECK(a->pid >= 0);
	if (a->pid == 0) anvil_exec(a, log, argv);
	uint64_t deadline = pr_clock_ms() + ANVIL_START_MS_MAX;
	while ((a->port = anvil_read_port(log)) == 0) {
		PR_CHECK(pr_clock_ms() < deadline);
		PR_CHECK(waitpid(a->pid, NULL, WNOHANG) == 0);
		usleep(2000);
	}
	snprintf(a->url, sizeof a->url, "http://127.0.0.1:%u", a->port);
}

static inline void anvil_stop(struct anvil *a)
{
	char command[128];
	kill(a->pid, SIGKILL);
	waitpid(a->pid, NULL, 0);
	snprintf(command, sizeof command, "rm -rf '%s'", a->dir);
	PR_CHECK(system(command) == 0);
}

/* A client of the node. */
static inline struct pr_ethrpc *anvil_client(const struct anvil *a)
{
	struct pr_ethrpc_options options = { .url = a->url };
	struct pr_ethrpc *rpc;
	PR_CHECK(pr_ethrpc_open(&rpc, &options) == PR_OK);
	return rpc;
}

/* Any method with parameters as a JSON array (printf); stops the test with the node's message if it fails.  The result's text
 * is borrowed until the next call. */
static inline const char *anvil_do(struct pr_ethrpc *rpc, const char *method, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static inline const char *anvil_do(struct pr_ethrpc *rpc, const char *method, const char *format, ...)
{
	static char result[4096];
	char params[4096];
	const char *text;
	size_t len;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(params, sizeof params, format, args);
	va_end(args);
	PR_CHECK(n > 0 && (size_t)n < sizeof params);
	enum pr_err err = pr_ethrpc_request(rpc, &text, &len, method, params);
	if (err != PR_OK) fprintf(stderr, "%s %s: %s: %s\n", method, params, pr_err_name(err), pr_ethrpc_error(rpc)->message);
	PR_CHECK(err == PR_OK);
	if (len > sizeof result - 1) len = sizeof result - 1;
	memcpy(result, text, len);
	result[len] = 0;
	return result;
}

static inline void anvil_mine(struct pr_ethrpc *rpc, unsigned blocks) { anvil_do(rpc, "anvil_mine", "[\"0x%x\"]", blocks); }

/* A contract for tests, put at ANVIL_PROBE (and mined, so that a reorganisation does not undo it).  Its calldata:
 *   nothing                        accepts the value
 *   word || data                   emits LOG1(topic = word, data) and adds one to storage slot 0
 *   word starting 0xff || data     reverts with data
 *   word starting 0xfe || data     reverts with data if slot 0 is not zero, else as the second */
#define ANVIL_PROBE "00000000000000000000000000000000000c0de0"
#define ANVIL_PROBE_CODE                                                                          \
	"36" "15" "6044" "57"                  /* calldatasize == 0 -> end */                       \
	"6000" "35" "80" "60f8" "1c"           /* word, word >> 248 */                              \
	"80" "60ff" "14" "6036" "57"           /* 0xff -> revert */                                 \
	"60fe" "14"                            /* 0xfe? */                                          \
	"6000" "54" "15" "15" "16" "6036" "57" /* and slot 0 is not zero -> revert */               \
	"6020" "36" "03" "80" "6020" "6000" "37" "6000" "a1" /* LOG1(data, word) */                 \
	"6001" "6000" "54" "01" "6000" "55" "00"             /* slot 0 += 1 */                      \
	"5b" "6020" "36" "03" "80" "6020" "6000" "37" "6000" "fd" /* 0x36: revert */                \
	"5b" "00"                              /* 0x44: end */

static inline void anvil_put_probe(struct pr_ethrpc *rpc)
{
	anvil_do(rpc, "anvil_setCode", "[\"0x%s\",\"0x%s\"]", ANVIL_PROBE, ANVIL_PROBE_CODE);
	anvil_mine(rpc, 1);
}

/* Slot 0 of the probe: how many calls it counted. */
static inline uint64_t anvil_probe_count(struct pr_ethrpc *rpc)
{
	const char *text = anvil_do(rpc, "eth_getStorageAt", "[\"0x%s\",\"0x0\",\"latest\"]", ANVIL_PROBE);
	PR_CHECK(strlen(text) == 68);
	return strtoull(text + 3 + 48, NULL, 16);
}

/* Calls the probe from account 1 or 2 (unlocked in the node): word's first byte and number, then data. */
static inline void anvil_call_probe(struct pr_ethrpc *rpc, unsigned account, unsigned first, uint64_t number,
                                    const char *data_hex)
{
	anvil_do(rpc, "eth_sendTransaction", "[{\"from\":\"0x%s\",\"to\":\"0x%s\",\"gas\":\"0x30d40\",\"data\":\"0x%02x%062llx%s\"}]",
	         anvil_addrs[account], ANVIL_PROBE, first, (unsigned long long)number, data_hex);
}

#endif
