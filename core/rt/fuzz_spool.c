/* Edits of a segment on disk, [offset 2][byte 1] each: recovery refuses, or keeps every synced record, unchanged.
 * The first byte chooses the watermark: 3 (the first group) or 0 (a power loss took the page). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/be.h"
#include "core/base/check.h"
#include "core/base/fuzz.h"
#include "core/rt/log.h"
#include "core/rt/spool.h"
#include "core/rt/spool_parts.h"
#include "tests/support/tempdir.h"

#define SEGMENT PR_SPOOL_SEGMENT_BYTES_MIN

static char dir[256], segment_path[PR_PATH_BYTES_MAX];
static uint8_t image[SEGMENT], edited[SEGMENT];

static size_t payload_of(uint8_t out[64], uint64_t sequence)
{
	size_t len = (size_t)(sequence * 23 % 61);
	for (size_t i = 0; i < len; i++) out[i] = (uint8_t)(sequence * 71 + i);
	return len;
}

static void cleanup(void) { tempdir_remove(tempdir_path); }

static void prepare(void)
{
	struct pr_spool *s;
	uint8_t bytes[64];
	pr_log_redirect(-1);
	tempdir_make();
	atexit(cleanup);
	PR_CHECK(pr_spool_open(&s, tempdir_name(dir, "s"), SEGMENT, 1) == PR_OK);
	for (uint64_t i = 1; i <= 6; i++) {
		PR_CHECK(pr_spool_append(s, NULL, bytes, payload_of(bytes, i)) == PR_OK);
		if (i == 3) PR_CHECK(pr_spool_sync(s) == PR_OK);
	}
	PR_CHECK(pr_spool_close(s) == PR_OK && spool_segment_path(segment_path, dir, 1) == PR_OK);
	int fd = open(segment_path, O_RDONLY);
	PR_CHECK(fd >= 0 && read(fd, image, SEGMENT) == SEGMENT);
	close(fd);
}

static void fuzz_one(const uint8_t *data, size_t size)
{
	struct pr_spool *s;
	struct pr_spool_reader *r;
	struct spool_page *page;
	uint64_t sequence, expected = 1, watermark = size && data[0] & 1 ? 3 : 0;
	uint8_t want[64];
	const uint8_t *payload;
	size_t len;
	if (!dir[0]) prepare();
	memcpy(edited, image, SEGMENT);
	for (size_t i = 1; i + 3 <= size; i += 3) edited[pr_be16(data + i) % 600] = data[i + 2];
	int fd = open(segment_path, O_WRONLY);
	PR_CHECK(fd >= 0 && write(fd, edited, SEGMENT) == SEGMENT);
	close(fd);
	PR_CHECK(spool_page_open(&page, dir, false) == PR_OK);
	atomic_store(&page->durable, watermark);
	spool_page_close(page);

	enum pr_err err = pr_spool_open(&s, dir, SEGMENT, 1);
	PR_CHECK(err == PR_OK || err == PR_ERR_CORRUPT);
	if (err != PR_OK) return;
	uint64_t next = pr_spool_next(s);
	PR_CHECK(next > watermark && next <= 7 && pr_spool_durable(s) == next - 1);
	PR_CHECK(pr_spool_append(s, NULL, "after", 5) == PR_OK && pr_spool_close(s) == PR_OK);
	PR_CHECK(pr_spool_reader_open(&r, dir, 1) == PR_OK);
	while ((err = pr_spool_read(r, &sequence, &payload, &len)) == PR_OK) {
		PR_CHECK(sequence == expected);
		if (expected == next) PR_CHECK(len == 5 && memcmp(payload, "after", 5) == 0);
		else PR_CHECK(len == payload_of(want, expected) && memcmp(payload, want, len) == 0);
		expected++;
	}
	PR_CHECK(err == PR_ERR_NOT_FOUND && expected == next + 1);
	pr_spool_reader_close(r);
}
