/* Cost of durability: groups of records appended and synced one after the other, all read back and compared.
 * PR_BENCH_DIR chooses the disk (default: the directory for temporary files). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/rt/clock.h"
#include "core/rt/log.h"
#include "core/rt/spool.h"
#include "tests/support/tempdir.h"

#define GROUPS 400u
#define JUMPS 2000u

static uint64_t latency_ns[GROUPS];
static uint8_t bytes[65536], want[65536];

static void fill(uint8_t *out, size_t len, uint64_t sequence)
{
	uint64_t x = sequence * 0x9E3779B97F4A7C15u | 1;
	for (size_t i = 0; i + 8 <= len; i += 8) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		memcpy(out + i, &x, 8);
	}
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void run(const char *dir, size_t record_bytes, unsigned records)
{
	struct pr_spool *s;
	struct pr_spool_reader *r;
	uint64_t sequence, count = 0;
	const uint8_t *payload;
	size_t len;
	PR_CHECK(pr_spool_open(&s, dir, PR_SPOOL_SEGMENT_BYTES_DEFAULT, 1) == PR_OK);
	uint64_t start = pr_clock_ns(), made = 0;
	for (unsigned g = 0; g < GROUPS; g++) {
		for (unsigned i = 0; i < records; i++) {
			uint64_t before = pr_clock_ns();
			fill(bytes, record_bytes, pr_spool_next(s));
			made += pr_clock_ns() - before;
			PR_CHECK(pr_spool_append(s, NULL, bytes, record_bytes) == PR_OK);
		}
		uint64_t before = pr_clock_ns();
		PR_CHECK(pr_spool_sync(s) == PR_OK);
		latency_ns[g] = pr_clock_ns() - before;
	}
	double seconds = (double)(pr_clock_ns() - start - made) / 1e9;
	PR_CHECK(pr_spool_close(s) == PR_OK && pr_spool_reader_open(&r, dir, 1) == PR_OK);
	uint64_t read_ns = 0;
	for (;;) {
		uint64_t before = pr_clock_ns();
		enum pr_err err = pr_spool_read(r, &sequence, &payload, &len);
		read_ns += pr_clock_ns() - before;
		if (err == PR_ERR_NOT_FOUND) break;
		fill(want, record_bytes, ++count);
		PR_CHECK(err == PR_OK && sequence == count && len == record_bytes && memcmp(payload, want, len) == 0);
	}
	PR_CHECK(count == (uint64_t)GROUPS * records);
	pr_spool_reader_close(r);
	qsort(latency_ns, GROUPS, sizeof latency_ns[0], by_value);
	double total = (double)record_bytes * records * GROUPS;
	printf("group %6zu bytes in %3u records: sync p50 %5.0f us p99 %6.0f us max %6.0f us, %7.1f MB/s written, %7.1f MB/s read\n", record_bytes * records,
	       records, (double)latency_ns[GROUPS / 2] / 1e3, (double)latency_ns[GROUPS * 99 / 100] / 1e3, (double)latency_ns[GROUPS - 1] / 1e3,
	       total / seconds / 1e6, total / ((double)read_ns / 1e9) / 1e6);
}

/* Records of one full segment of the default size, asked for in no order. */
static void jumps(const char *dir)
{
	const uint64_t          records = PR_SPOOL_SEGMENT_BYTES_DEFAULT / 256;
	struct pr_spool        *s;
	struct pr_spool_reader *r;
	uint64_t                sequence, x = 1, first_ns = 0;
	const uint8_t          *payload;
	size_t                  len;
	PR_CHECK(pr_spool_open(&s, dir, PR_SPOOL_SEGMENT_BYTES_DEFAULT, 1) == PR_OK);
	while (pr_spool_next(s) <= records) {
		fill(bytes, 200, pr_spool_next(s));
		PR_CHECK(pr_spool_append(s, NULL, bytes, 200) == PR_OK);
	}
	PR_CHECK(pr_spool_close(s) == PR_OK && pr_spool_reader_open(&r, dir, 1) == PR_OK);
	uint64_t start = pr_clock_ns();
	for (unsigned i = 0; i < JUMPS; i++) {
		uint64_t to = i == 0 ? records : 1 + (x = x * 6364136223846793005u + 1) % records;
		PR_CHECK(pr_spool_reader_seek(r, to) == PR_OK && pr_spool_read(r, &sequence, &payload, &len) == PR_OK);
		fill(want, 200, to);
		PR_CHECK(sequence == to && len == 200 && memcmp(payload, want, len) == 0);
		if (i == 0) first_ns = pr_clock_ns() - start;
	}
	pr_spool_reader_close(r);
	printf("jumps in a segment of %u MiB: the first to its end %.1f ms, %u more %.1f us each\n", PR_SPOOL_SEGMENT_BYTES_DEFAULT >> 20, (double)first_ns / 1e6, JUMPS,
	       (double)(pr_clock_ns() - start - first_ns) / 1e3 / JUMPS);
}

int main(void)
{
	char dir[256];
	const char *base = getenv("PR_BENCH_DIR");
	pr_log_redirect(-1);
	if (base) PR_CHECK((size_t)snprintf(tempdir_path, sizeof tempdir_path, "%s/pennyroyal-bench-XXXXXX", base) < sizeof tempdir_path && mkdtemp(tempdir_path));
	else tempdir_make();
	printf("spool: %u groups each, compiler %s\n", GROUPS, __VERSION__);
	run(tempdir_name(dir, "small"), 128, 1);
	run(tempdir_name(dir, "one"), 65536 - 16, 1);
	run(tempdir_name(dir, "many"), 1024, 64);
	jumps(tempdir_name(dir, "jumps"));
	tempdir_remove(tempdir_path);
	return 0;
}
