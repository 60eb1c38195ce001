/* The program: every sealed batch is packed once and in order, whenever it is killed; what it must not take stops it. */
#include "batcher/run.h"
#include "batcher/test_kit.h"
#include "core/rt/file.h"
#include "core/rt/spool.h"
#include "tests/support/child.h"
#include "tests/support/faults.h"
#include "tests/support/tempdir.h"

#define SEGMENT_BYTES (1u << 20)

static struct world     world;
static struct kit_batch batches[40];
static char             sealed_dir[256], post_dir[256], chain_file[256], log_file[256];
static uint8_t          genesis32[32];

static void write_chain(bool with_root)
{
	char text[512];
	int  n = snprintf(text, sizeof text, "[chain]\nl2_chain_id = 5\nl1_chain_id = 31337\nrollup = \"0x%040d\"\n", 77);
	if (with_root) n += snprintf(text + n, sizeof text - (size_t)n, "genesis_root = \"0x%064d\"\n", 42);
	PR_CHECK(pr_file_write_atomic(chain_file, text, (size_t)n) == PR_OK);
	uint8_t root32[32] = { 0 }, rollup20[20] = { 0 };
	root32[31]   = 0x42;
	rollup20[19] = 0x77;
	pr_batch_genesis_hash(genesis32, root32, 31337, rollup20);
}

static pid_t start(const char *mode)
{
	char        set[4][400];
	const char *argv[] = { "batcher", "--set", set[0], "--set", set[1], "--set", set[2], "--set", set[3], NULL };
	snprintf(set[0], sizeof set[0], "chain.file=%s", chain_file);
	snprintf(set[1], sizeof set[1], "sealed.dir=%s", sealed_dir);
	snprintf(set[2], sizeof set[2], "post.dir=%s", post_dir);
	snprintf(set[3], sizeof set[3], "post.mode=%s", mode);
	return child_start(bat_run, argv, log_file);
}

static void seal(struct pr_spool *spool, const struct pr_sealed_batch *b)
{
	size_t   len    = pr_sealed_batch_bytes(b);
	uint8_t *record = malloc(len);
	PR_CHECK(record);
	pr_sealed_batch_encode(record, b);
	PR_CHECK(pr_spool_append(spool, NULL, record, len) == PR_OK && pr_spool_sync(spool) == PR_OK);
	free(record);
}

/* Durable records of the post spool. */
static uint64_t packed(void)
{
	struct pr_spool_reader *r;
	if (pr_spool_reader_open(&r, post_dir, 0) != PR_OK) return 0;
	uint64_t n = pr_spool_reader_durable(r);
	pr_spool_reader_close(r);
	return n;
}

static void wait_packed(uint64_t n)
{
	uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX;
	while (packed() < n) {
		PR_CHECK(pr_clock_ms() < until);
		usleep(1000);
	}
}

static void check_posts(uint64_t count)
{
	struct pr_spool_reader *r;
	struct pr_post          post;
	const uint8_t          *payload;
	uint8_t                 parent32[32];
	uint64_t                seq, n = 0;
	size_t                  len;

	memcpy(parent32, genesis32, 32);
	PR_CHECK(pr_spool_reader_open(&r, post_dir, 1) == PR_OK);
	while (pr_spool_read(r, &seq, &payload, &len) == PR_OK) {
		UNIT_CHECK(n < count && seq == n + 1 && pr_post_decode(&post, payload, len));
		if (n == count) break;
		UNIT_CHECK(kit_same(&post, &batches[n++].sealed, parent32));
		memcpy(parent32, post.hash32, 32);
	}
	UNIT_CHECK(n == count);
	pr_spool_reader_close(r);
}

static void test_killed_at_any_moment(void)
{
	const uint64_t   count = sizeof batches / sizeof batches[0];
	struct pr_spool *sealed;
	uint64_t         made = 0, kills = 0;

	write_chain(true);
	pid_t pid = start("calldata"); /* before there is anything to read */
	PR_CHECK(pr_spool_open(&sealed, sealed_dir, SEGMENT_BYTES, 1) == PR_OK);
	while (made < count) {
		for (uint64_t i = 0; i <= unit_rand() % 4 && made < count; i++, made++) {
			kit_batch(&world, &batches[made], made + 1, (uint32_t)world_below(&world, 4));
			seal(sealed, &batches[made].sealed);
		}
		usleep((useconds_t)(unit_rand() % 8000));
		if (unit_rand() % 3) continue;
		UNIT_CHECK(child_kill(pid, SIGKILL) == -SIGKILL);
		kills++;
		pid = start("calldata");
	}
	wait_packed(count);
	UNIT_CHECK(kills > 0);
	child_await(log_file, "packing next_record=");
	UNIT_CHECK(child_kill(pid, SIGTERM) == 0);
	check_posts(count);

	/* A record that names its parent follows that one, whatever its number; the next one follows it. */
	static struct kit_batch again[2];
	uint8_t                 foreign32[32];
	dice_bytes(&world, foreign32, 32);
	for (uint64_t i = 0; i < 2; i++) {
		kit_batch(&world, &again[i], 8 + i, 2);
		if (i == 0) memcpy(again[0].sealed.parent32, foreign32, 32);
		seal(sealed, &again[i].sealed);
		if (i) continue;
		pid = start("calldata"); /* and a restart between the two knows where it is */
		wait_packed(count + 1);
		UNIT_CHECK(child_kill(pid, SIGKILL) == -SIGKILL);
	}
	pid = start("calldata");
	wait_packed(count + 2);
	UNIT_CHECK(child_kill(pid, SIGKILL) == -SIGKILL);
	struct pr_spool_reader *r;
	struct pr_post          post;
	const uint8_t          *payload;
	uint64_t                seq;
	size_t                  len;
	PR_CHECK(pr_spool_reader_open(&r, post_dir, count + 1) == PR_OK);
	for (uint64_t i = 0; i < 2; i++) {
		PR_CHECK(pr_spool_read(r, &seq, &payload, &len) == PR_OK);
		UNIT_CHECK(pr_post_decode(&post, payload, len) && post.number == 8 + i && kit_same(&post, &again[i].sealed, foreign32));
		memcpy(foreign32, post.hash32, 32);
	}
	pr_spool_reader_close(r);

	/* A record that does neither stops it, with nothing written. */
	kit_batch(&world, &batches[0], 11, 1);
	seal(sealed, &batches[0].sealed);
	UNIT_CHECK(child_ended(start("calldata")) == 1 && child_said(log_file, "does not follow batch=9") && packed() == count + 2);
	PR_CHECK(pr_spool_close(sealed) == PR_OK);
}

/* Each sync and write of a run fails once: the batcher ends by name, and the next one goes on from what is on the disk, in the same order. */
static void test_a_disk_that_fails(void)
{
	const uint64_t   count = 10;
	struct pr_spool *sealed;

	tempdir_name(sealed_dir, "sealed2");
	tempdir_name(post_dir, "post2");
	PR_CHECK(pr_spool_open(&sealed, sealed_dir, SEGMENT_BYTES, 1) == PR_OK);
	for (uint64_t i = 0; i < count; i++) {
		kit_batch(&world, &batches[i], i + 1, (uint32_t)world_below(&world, 4));
		seal(sealed, &batches[i].sealed);
	}
	for (unsigned call = FAULT_SYNC; call <= FAULT_WRITE; call++)
		for (int64_t n = 1; n <= 5; n++) {
			fault_set((enum fault_call)call, "/post2", n);
			pid_t pid = start("calldata");
			/* Where all is packed there may be nothing left that could fail. */
			uint64_t until = pr_clock_ms() + CHILD_WAIT_MS_MAX;
			while (atomic_load(&fault->failed) == 0 && packed() < count && pr_clock_ms() < until) usleep(1000);
			if (atomic_load(&fault->failed)) UNIT_CHECK(child_ended(pid) == 1 && child_said(log_file, "errno=5") && child_said(log_file, "stopping err=io"));
			else UNIT_CHECK(child_kill(pid, SIGKILL) == -SIGKILL);
			fault_clear();
		}
	pid_t pid = start("calldata");
	wait_packed(count);
	UNIT_CHECK(child_kill(pid, SIGKILL) == -SIGKILL);
	check_posts(count);
	PR_CHECK(pr_spool_close(sealed) == PR_OK);
}

static void test_settings_that_cannot_work_are_refused(void)
{
	UNIT_CHECK(child_ended(start("blob")) == 1 && child_said(log_file, "post.mode=blob is not built"));
	write_chain(false);
	UNIT_CHECK(child_ended(start("calldata")) == 1 && child_said(log_file, "names no genesis_root"));
}

int main(void)
{
	const char *dir = tempdir_make();
	fault_open();
	tempdir_name(sealed_dir, "sealed");
	tempdir_name(post_dir, "post");
	tempdir_name(chain_file, "chain.toml");
	tempdir_name(log_file, "log");
	world_init(&world, WORLD_STREAMS_MAX, 12, 1000000000000u, unit_seed());
	UNIT_RUN(test_killed_at_any_moment);
	UNIT_RUN(test_a_disk_that_fails);
	UNIT_RUN(test_settings_that_cannot_work_are_refused);
	world_fini(&world);
	tempdir_remove(dir);
	return UNIT_END();
}
