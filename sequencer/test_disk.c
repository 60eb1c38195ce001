/* The disk fails under the sequencer: a sync or a write (EIO), or no space left on a small file system of its own.  The program ends with an error that
 * has a name, what it answered before is there afterwards, once, and the log alone gives the same root. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "sequencer/test_server.h"
#include "tests/support/faults.h"

#define TICKS 2000u /* in one body: a dozen fill a segment */
#define CHAIN_LENGTH 1000000u
#define ROUNDS 40u /* of a load, without a failure */
#define END_MS 30000u
#define SMALL_OPTIONS "size=64m,mode=700" /* of the small file system */

/* ---- Load, with books ---- */

static uint32_t stream;
static uint64_t position; /* units that were acknowledged */

/* The request that got no answer, or an error: it may have been taken or not. */
static struct {
	enum { NOTHING, ENTRIES, UNITS } what;
	unsigned user;
	char     text[4096];
	uint8_t  body[TICKS * SEQ_TICK_BYTES];
} pending;

static bool ticks_send(void)
{
	for (uint32_t i = 0; i < TICKS; i++) kit_tick(pending.body + (size_t)i * SEQ_TICK_BYTES, stream, 1, CHAIN_LENGTH, position + i + 1);
	pending.what    = UNITS;
	unsigned status = offer("/v1/ticks", "application/octet-stream", pending.body, sizeof pending.body);
	if (status != 200) {
		UNIT_CHECK(status == 0 || (status == 500 && strstr(answer, "could not be made durable")) || (status == 503 && strstr(answer, "log_failed")));
		return false;
	}
	UNIT_CHECK(number(0, "accepted") == TICKS && number(0, "duplicates") == 0);
	pending.what = NOTHING;
	position += TICKS;
	return true;
}

/* No answer, or that the log has failed: with this request (-32603) or before it (-32002). */
static bool is_log_failed(unsigned status)
{
	if (status == 200 && pr_json_get(&doc, 0, "error") == PR_JSON_NONE) return false;
	UNIT_CHECK(status == 0 || (status == 200 && (error_is(PR_JSON_NONE, -32603, "log_failed") || error_is(PR_JSON_NONE, -32002, "log_failed"))));
	return true;
}

static bool entries_send(unsigned user)
{
	size_t len      = transfers(pending.text, sizeof pending.text, user);
	pending.what    = ENTRIES;
	pending.user    = user;
	unsigned status = offer("/", "application/json", pending.text, len);
	if (is_log_failed(status)) return false;
	UNIT_CHECK(all_applied());
	pending.what = NOTHING;
	note_transfers(user);
	return true;
}

static void check_all(void)
{
	check_books();
	UNIT_CHECK(stream_used(stream) == position);
}

/* A ledger in data_dir, which is not there yet. */
static void ledger_begin(void)
{
	server_start();
	books_begin();
	stream   = stream_open(1, asset_register(0), 1, CHAIN_LENGTH);
	position = 0;
	balances[1] -= 3ull * CHAIN_LENGTH;
	check_all();
	server_kill(SIGTERM);
}

/* Until the server fails, or for so many rounds; true if it did not. */
static bool load(unsigned rounds)
{
	static const char seal[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_seal\"}";
	for (unsigned i = 0; i < rounds; i++) {
		if (!entries_send(i % USERS) || !ticks_send()) return false;
		if (i % 4 == 3 && is_log_failed(offer("/", "application/json", seal, sizeof seal - 1))) return false;
	}
	return true;
}

/* What had no answer is sent again, as a client would: it is taken once. */
static void send_again(void)
{
	if (pending.what == UNITS) {
		UNIT_CHECK(offer("/v1/ticks", "application/octet-stream", pending.body, sizeof pending.body) == 200);
		UNIT_CHECK(number(0, "accepted") + number(0, "duplicates") == TICKS);
		position += TICKS;
	} else if (pending.what == ENTRIES) {
		(void)post(pending.text);
		UNIT_CHECK(all_applied());
		note_transfers(pending.user);
	}
	pending.what = NOTHING;
}

/* Starts on what is on the disk: all is there; and again on the log alone, which gives the same root. */
static void recover(void)
{
	char    cache[PR_PATH_BYTES_MAX + 32];
	uint8_t root32[32], again32[32];

	server_start();
	send_again();
	check_all();
	(void)post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_seal\"}");
	root_now(root32);
	server_kill(SIGKILL);
	(void)snprintf(cache, sizeof cache, "%s/cache", data_dir);
	kit_remove(cache);
	server_start();
	root_now(again32);
	UNIT_CHECK(memcmp(root32, again32, 32) == 0);
	check_all();
}

/* ---- A sync fails ---- */

/* Starts the server with a call that will fail; true once it serves, false if the call came first. */
static bool start_failing(enum fault_call call, const char *name, int64_t n)
{
	fault_set(call, name, n);
	server_spawn();
	uint64_t deadline = pr_clock_ms() + END_MS;
	while (get("/readyz") == 0 && atomic_load(&fault->failed) == 0 && pr_clock_ms() < deadline) nap();
	return get("/readyz") != 0;
}

static void test_calls_under_load(void)
{
	static const struct { enum fault_call call; const char *name; int64_t n; } rows[] = {
		{ FAULT_SYNC, "", 1 }, { FAULT_SYNC, "", 2 }, { FAULT_SYNC, "", 3 }, { FAULT_SYNC, "", 4 }, { FAULT_SYNC, "", 5 }, { FAULT_SYNC, "", 6 }, { FAULT_SYNC, "", 7 }, { FAULT_SYNC, "", 8 }, { FAULT_SYNC, "", 9 },
		{ FAULT_SYNC, "/log/0", 11 },        { FAULT_SYNC, "/log/0", 34 },    { FAULT_SYNC, "/sealed/0", 1 }, { FAULT_SYNC, "/sealed/0", 3 }, { FAULT_SYNC, "/log/spare.tmp$", 1 },
		{ FAULT_SYNC, "/log/spare.tmp$", 2 }, { FAULT_SYNC, "/log/spare$", 1 }, { FAULT_SYNC, "/log$", 1 },     { FAULT_SYNC, "/log$", 2 },     { FAULT_WRITE, "/log/0", 1 },
		{ FAULT_WRITE, "/log/0", 2 },        { FAULT_WRITE, "/log/0", 7 },    { FAULT_WRITE, "/log/0", 40 },  { FAULT_WRITE, "/sealed/0", 2 }, { FAULT_WRITE, "/log/spare.tmp$", 9 },
		{ FAULT_WRITE, "/log/spare$", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char what[96];
		(void)snprintf(what, sizeof what, "%s number %d of %s", rows[i].call == FAULT_SYNC ? "sync" : "write", (int)rows[i].n, rows[i].name[0] ? rows[i].name : "any");
		bool served = start_failing(rows[i].call, rows[i].name, rows[i].n);
		UNIT_CHECK_ROW(what, !served || !load(ROUNDS));
		UNIT_CHECK_ROW(what, atomic_load(&fault->failed) == 1);
		UNIT_CHECK_ROW(what, server_end(END_MS) == 1);
		UNIT_CHECK_ROW(what, log_says("errno=5") || log_says("kv_failed op=open"));
		UNIT_CHECK_ROW(what, !served || log_says("log_failed error=io"));
		fault_clear();
		recover();
		server_kill(SIGKILL);
	}
}

/* A first start, in a directory that is not there yet, until no call is left that could fail. */
static void first_start(enum fault_call call)
{
	char kept[sizeof data_dir];
	bool served = false;
	memcpy(kept, data_dir, sizeof kept);
	(void)snprintf(data_dir, sizeof data_dir, "%s/first", work_dir);
	for (int64_t n = 1; !served; n += call == FAULT_SYNC || n < 4 ? 1 : n / 3) {
		served = start_failing(call, "/first", n) && atomic_load(&fault->failed) == 0;
		fault_clear();
		if (!served) {
			UNIT_CHECK(server_end(END_MS) == 1 && (log_says("errno=5") || log_says("kv_failed op=open")));
			server_start(); /* on what it left */
		}
		server_kill(SIGTERM);
		kit_remove(data_dir);
	}
	memcpy(data_dir, kept, sizeof kept);
}

static void test_syncs_of_a_first_start(void) { first_start(FAULT_SYNC); }
static void test_writes_of_a_first_start(void) { first_start(FAULT_WRITE); }

/* The cache is of a log that is gone: it is made anew, and each call about that fails once. */
static void test_cache_made_anew(void)
{
	char kept[sizeof data_dir], part[PR_PATH_BYTES_MAX + 32];
	bool served = false;
	memcpy(kept, data_dir, sizeof kept);
	(void)snprintf(data_dir, sizeof data_dir, "%s/first", work_dir);
	for (int64_t n = 1; !served; n++) {
		server_start();
		deposits(MONEY); /* so that there is something to keep */
		(void)post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"penny_seal\"}");
		server_kill(SIGTERM);
		(void)snprintf(part, sizeof part, "%s/log", data_dir);
		kit_remove(part);
		(void)snprintf(part, sizeof part, "%s/sealed", data_dir);
		kit_remove(part);
		served = start_failing(FAULT_SYNC, "/cache", n) && atomic_load(&fault->failed) == 0;
		fault_clear();
		if (!served) UNIT_CHECK(server_end(END_MS) == 1 && log_says("kv_failed op=open"));
		else server_kill(SIGTERM);
	}
	kit_remove(data_dir);
	memcpy(data_dir, kept, sizeof kept);
}

/* ---- No space ---- */

static char small_dir[PR_PATH_BYTES_MAX + 16], ballast[PR_PATH_BYTES_MAX + 32];

static bool file_put(const char *path, const char *text)
{
	int  fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0) (void)close(fd);
	return ok;
}

/* Mounts a small file system that only this process and its children see: by right, or as ourselves in a user namespace. */
static bool mount_apart(void)
{
	char uid[64], gid[64];
	(void)snprintf(uid, sizeof uid, "%u %u 1", (unsigned)getuid(), (unsigned)getuid());
	(void)snprintf(gid, sizeof gid, "%u %u 1", (unsigned)getgid(), (unsigned)getgid());
	if (unshare(CLONE_NEWNS) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
		if (!file_put("/proc/self/setgroups", "deny") || !file_put("/proc/self/uid_map", uid) || !file_put("/proc/self/gid_map", gid)) return false;
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount("small", small_dir, "tmpfs", 0, SMALL_OPTIONS) == 0;
}

/* The same if it can be done, which a child finds out. */
static bool mount_small(void)
{
	int status = 1;
	(void)snprintf(small_dir, sizeof small_dir, "%s/small", work_dir);
	(void)snprintf(ballast, sizeof ballast, "%s/ballast", small_dir);
	PR_CHECK(mkdir(small_dir, 0700) == 0);
	pid_t pid = fork();
	if (pid == 0) _exit(mount_apart() ? 0 : 1);
	PR_CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status == 0 && mount_apart();
}

static bool no_space(void) { return log_says("errno=28") || log_says("No space left on device"); }

static uint64_t space_left(void)
{
	struct statvfs s;
	PR_CHECK(statvfs(small_dir, &s) == 0);
	return (uint64_t)s.f_bavail * s.f_bsize;
}

/* Fills the file system up, but for so many bytes. */
static void fill(uint64_t but)
{
	static const uint8_t zeros[4096];
	int                  fd = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	PR_CHECK(fd >= 0);
	while (space_left() > but && write(fd, zeros, sizeof zeros) > 0) continue;
	(void)close(fd);
}

/* Under load until the disk is full: the log has no segment to go on in.  A start has none either, and says so; with space again everything is there. */
static void test_disk_full_under_load(void)
{
	static const uint64_t mib[] = { 8, 3, 1, 0 };
	for (size_t i = 0; i < sizeof mib / sizeof mib[0]; i++) {
		server_start();
		fill(mib[i] << 20);
		UNIT_CHECK(!load(1000) && server_end(END_MS) == 1 && log_says("log_failed error=full"));
		fill(0);
		server_spawn();
		UNIT_CHECK(server_end(END_MS) == 1 && no_space());
		PR_CHECK(unlink(ballast) == 0);
		recover();
		UNIT_CHECK(load(8));
		check_all();
		server_kill(SIGTERM);
	}
}

/* A start with this much space: it serves or ends by name, and with space again it serves. */
static void start_with(uint64_t bytes)
{
	int      status   = 0;
	pid_t    ended    = 0;
	uint64_t deadline = pr_clock_ms() + END_MS;

	fill(bytes);
	server_spawn();
	while ((ended = waitpid(child, &status, WNOHANG)) == 0 && get("/readyz") == 0 && pr_clock_ms() < deadline) nap();
	if (ended == child) UNIT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1 && no_space());
	else server_kill(SIGKILL);
	PR_CHECK(unlink(ballast) == 0);
	server_start();
	server_kill(SIGTERM);
}

static uint64_t more(uint64_t pages) { return pages < 8 ? pages + 1 : pages + pages / 3; }

static void test_disk_full_at_first(void)
{
	char kept[sizeof data_dir];
	memcpy(kept, data_dir, sizeof kept);
	(void)snprintf(data_dir, sizeof data_dir, "%s/first", small_dir);
	for (uint64_t pages = 0; pages < 1200; pages = more(pages)) {
		kit_remove(data_dir);
		start_with(pages * 4096);
	}
	kit_remove(data_dir);
	memcpy(data_dir, kept, sizeof kept);
}

int main(void)
{
	fault_open();
	if (!server_prepare()) return 1;
	settings[0] = "batch.age_ms=3600000";
	settings[1] = "data.segment_bytes=1048576";
	const bool apart = mount_small();
	ledger_begin();
	UNIT_RUN(test_calls_under_load);
	UNIT_RUN(test_syncs_of_a_first_start);
	UNIT_RUN(test_writes_of_a_first_start);
	UNIT_RUN(test_cache_made_anew);
	if (apart) {
		(void)snprintf(data_dir, sizeof data_dir, "%s/sequencer", small_dir);
		ledger_begin();
		UNIT_RUN(test_disk_full_under_load);
		UNIT_RUN(test_disk_full_at_first);
		(void)umount(small_dir);
	} else {
		UNIT_SKIP("test_disk_full", "no file system can be mounted here");
	}
	server_clear();
	return UNIT_END();
}
