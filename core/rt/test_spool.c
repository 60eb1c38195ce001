#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/be.h"
#include "core/base/unit.h"
#include "core/rt/log.h"
#include "core/rt/spool.h"
#include "core/rt/spool_parts.h"
#include "tests/support/tempdir.h"

#define SEGMENT 65536u

static unsigned dir_count;

/* A fresh directory name for every case. */
static const char *fresh_dir(char out[256])
{
	char name[32];
	snprintf(name, sizeof name, "spool%u", dir_count++);
	return tempdir_name(out, name);
}

/* The payload of a record follows from its sequence alone, so that any reader can check it. */
static size_t payload_of(uint8_t *out, uint64_t sequence, size_t cap)
{
	uint64_t x = sequence * 0x9E3779B97F4A7C15u + 1;
	size_t len = (size_t)(x >> 33) % (cap + 1);
	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		out[i] = (uint8_t)x;
	}
	return len;
}

static enum pr_err append(struct pr_spool *s, size_t cap)
{
	static uint8_t bytes[1 << 16];
	size_t len = payload_of(bytes, pr_spool_next(s), cap);
	return pr_spool_append(s, NULL, bytes, len);
}

/* Reads on until there is no more; the count of records, every one checked. */
static uint64_t read_all(struct pr_spool_reader *r, size_t cap)
{
	static uint8_t want[1 << 16];
	uint64_t count = 0, expected = pr_spool_reader_next(r), sequence;
	const uint8_t *payload;
	size_t len;
	enum pr_err err;
	while ((err = pr_spool_read(r, &sequence, &payload, &len)) == PR_OK) {
		size_t want_len = payload_of(want, expected, cap);
		UNIT_CHECK(sequence == expected && len == want_len && memcmp(payload, want, len) == 0);
		expected++;
		count++;
	}
	UNIT_CHECK(err == PR_ERR_NOT_FOUND);
	return count;
}

static uint64_t count_from(const char *dir, uint64_t sequence, size_t cap)
{
	struct pr_spool_reader *r;
	UNIT_CHECK(pr_spool_reader_open(&r, dir, sequence) == PR_OK);
	if (!r) return 0;
	uint64_t n = read_all(r, cap);
	pr_spool_reader_close(r);
	return n;
}

static void test_round_trip_over_many_segments(void)
{
	char dir[256];
	struct pr_spool *s;
	struct pr_spool_reader *r;
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, 0) == PR_ERR_NOT_FOUND && !r);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 7) == PR_OK);
	UNIT_CHECK(pr_spool_next(s) == 7 && pr_spool_durable(s) == 6 && pr_spool_oldest(s) == 7);
	for (int i = 0; i < 300; i++) {
		UNIT_CHECK(append(s, 3000) == PR_OK);
		if (i % 7 == 0) UNIT_CHECK(pr_spool_sync(s) == PR_OK);
	}
	UNIT_CHECK(pr_spool_sync(s) == PR_OK && pr_spool_durable(s) == 306);
	UNIT_CHECK(count_from(dir, 0, 3000) == 300);
	for (uint64_t from = 7; from <= 307; from += 13) UNIT_CHECK(count_from(dir, from, 3000) == 307 - from);

	UNIT_CHECK(pr_spool_prune(s, 200) == PR_OK);
	uint64_t oldest = pr_spool_oldest(s);
	UNIT_CHECK(oldest > 7 && oldest <= 200);
	UNIT_CHECK(count_from(dir, 0, 3000) == 307 - oldest);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, oldest - 1) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, 308) == PR_ERR_INVALID);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);

	UNIT_CHECK(pr_spool_open(&s, dir, 2 * SEGMENT, 1) == PR_OK); /* first_sequence is ignored now, and so is the old size */
	UNIT_CHECK(pr_spool_next(s) == 307 && pr_spool_oldest(s) == oldest);
	for (int i = 0; i < 100; i++) UNIT_CHECK(append(s, 3000) == PR_OK);
	UNIT_CHECK(pr_spool_close(s) == PR_OK); /* close syncs */
	UNIT_CHECK(count_from(dir, 300, 3000) == 107);
}

/* Another segment size applies to new segments; the one at hand keeps its own, and is found whole by the next opening. */
static void test_another_segment_size(void)
{
	static const uint64_t sizes[] = { 2 * SEGMENT, SEGMENT, 4 * SEGMENT, SEGMENT, 2 * SEGMENT };
	char dir[256], path[PR_PATH_BYTES_MAX];
	struct pr_spool *s;
	struct stat st;
	uint64_t *firsts;
	uint32_t count;
	fresh_dir(dir);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		UNIT_CHECK(pr_spool_open(&s, dir, sizes[i], 1) == PR_OK);
		if (!s) return;
		for (int k = 0; k < 130; k++) UNIT_CHECK(append(s, 3000) == PR_OK); /* about 200 KB */
		UNIT_CHECK(pr_spool_sync(s) == PR_OK && pr_spool_close(s) == PR_OK);
		UNIT_CHECK(count_from(dir, 0, 3000) == 130 * (i + 1));
		UNIT_CHECK(spool_list(dir, &firsts, &count) == PR_OK && count > i);
		for (uint32_t k = 0; k < count; k++) {
			UNIT_CHECK(spool_segment_path(path, dir, firsts[k]) == PR_OK && stat(path, &st) == 0);
			UNIT_CHECK(st.st_size == SEGMENT || st.st_size == 2 * SEGMENT || st.st_size == 4 * SEGMENT);
		}
		free(firsts);
	}
}

static void test_payload_bounds_and_pieces(void)
{
	static uint8_t big[SEGMENT];
	char dir[256];
	struct pr_spool *s;
	struct pr_spool_reader *r;
	uint64_t sequence;
	const uint8_t *payload;
	size_t len;
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT - 4096, 1) == PR_ERR_INVALID && !s);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT + 1, 1) == PR_ERR_INVALID);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 0) == PR_ERR_INVALID);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	size_t max = pr_spool_payload_max(s);
	for (size_t i = 0; i < sizeof big; i++) big[i] = (uint8_t)(i * 31);
	UNIT_CHECK(pr_spool_append(s, NULL, big, max + 1) == PR_ERR_INVALID && pr_spool_next(s) == 1);
	UNIT_CHECK(pr_spool_append(s, &sequence, big, max) == PR_OK && sequence == 1);
	UNIT_CHECK(pr_spool_append(s, &sequence, NULL, 0) == PR_OK && sequence == 2);
	struct iovec pieces[3] = { { big, 5 }, { big, 0 }, { big + 5, 1000 } };
	UNIT_CHECK(pr_spool_append_pieces(s, &sequence, pieces, 3) == PR_OK && sequence == 3);
	UNIT_CHECK(pr_spool_sync(s) == PR_OK);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, 1) == PR_OK);
	UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_OK && sequence == 1 && len == max && memcmp(payload, big, len) == 0);
	UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_OK && sequence == 2 && len == 0);
	UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_OK && sequence == 3 && len == 1005 && memcmp(payload, big, len) == 0);
	pr_spool_reader_close(r);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
}

static void test_readers_see_only_what_is_synced(void)
{
	char dir[256];
	struct pr_spool *s, *second;
	struct pr_spool_reader *r;
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_open(&s, dir, 4u << 20, 1) == PR_OK);
	UNIT_CHECK(pr_spool_open(&second, dir, SEGMENT, 1) == PR_ERR_EXISTS && !second);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, 1) == PR_OK);
	for (int i = 0; i < 100; i++) UNIT_CHECK(append(s, 60000) == PR_OK); /* over the write buffer: reaches the file */
	UNIT_CHECK(read_all(r, 60000) == 0);
	UNIT_CHECK(pr_spool_reader_wait(r, 1) == PR_ERR_TIMEOUT);
	UNIT_CHECK(pr_spool_sync(s) == PR_OK);
	UNIT_CHECK(pr_spool_reader_wait(r, 1) == PR_OK);
	UNIT_CHECK(read_all(r, 60000) == 100);
	UNIT_CHECK(append(s, 100) == PR_OK);
	UNIT_CHECK(read_all(r, 100) == 0);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
	UNIT_CHECK(read_all(r, 100) == 1);
	pr_spool_reader_close(r);
}

static void test_reader_is_woken_by_another_process(void)
{
	char dir[256];
	struct pr_spool *s;
	struct pr_spool_reader *r;
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	int go[2];
	PR_CHECK(pipe(go) == 0);
	pid_t child = fork();
	if (child == 0) {
		char byte;
		PR_CHECK(read(go[0], &byte, 1) == 1);
		for (int i = 0; i < 3; i++) PR_CHECK(append(s, 100) == PR_OK && pr_spool_sync(s) == PR_OK);
		_exit(0);
	}
	UNIT_CHECK(pr_spool_reader_open(&r, dir, 1) == PR_OK);
	PR_CHECK(write(go[1], "x", 1) == 1);
	for (uint64_t got = 0; got < 3;) {
		UNIT_CHECK(pr_spool_reader_wait(r, 10000) == PR_OK);
		uint64_t n = read_all(r, 100);
		if (n == 0) break;
		got += n;
	}
	UNIT_CHECK(pr_spool_reader_next(r) == 4);
	waitpid(child, NULL, 0);
	close(go[0]);
	close(go[1]);
	pr_spool_reader_close(r);
	(void)pr_spool_close(s); /* the child wrote through our copy: this one is stale, its file is not used again */
}

static void test_reader_positions(void)
{
	char dir[256];
	struct pr_spool *s;
	struct pr_spool_reader *r;
	uint64_t sequence;
	const uint8_t *payload;
	size_t len;
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	UNIT_CHECK(append(s, 100) == PR_OK && pr_spool_sync(s) == PR_OK);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, 1) == PR_OK); /* opened, not read: then pruned under it */
	while (pr_spool_oldest(s) < 20) {
		UNIT_CHECK(append(s, 3000) == PR_OK && pr_spool_sync(s) == PR_OK);
		UNIT_CHECK(pr_spool_prune(s, pr_spool_next(s)) == PR_OK);
	}
	UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_ERR_CORRUPT);
	pr_spool_reader_close(r);

	/* A watermark that is behind what is stored: late for a position that exists, wrong for one that does not. */
	uint64_t next = pr_spool_next(s);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
	struct spool_page *page;
	UNIT_CHECK(spool_page_open(&page, dir, false) == PR_OK);
	atomic_store(&page->durable, 1);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, next) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, next + 1) == PR_ERR_INVALID);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	UNIT_CHECK(pr_spool_reader_open(&r, dir, next) == PR_OK);
	pr_spool_reader_close(r);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
	spool_page_close(page);
}

/* One reader jumps about in segments that have many marks, in some that have none, and in the one that still grows. */
static void test_a_reader_jumps(void)
{
	char                    dir[256];
	static uint8_t          want[4096];
	struct pr_spool        *s;
	struct pr_spool_reader *r;
	uint64_t                sequence;
	const uint8_t          *payload;
	size_t                  len;
	UNIT_CHECK(pr_spool_open(&s, fresh_dir(dir), 16 * SEGMENT, 1) == PR_OK);
	while (pr_spool_next(s) <= 1000) UNIT_CHECK(append(s, 3000) == PR_OK);
	UNIT_CHECK(pr_spool_sync(s) == PR_OK && pr_spool_reader_open(&r, dir, 1) == PR_OK);
	for (unsigned i = 0; i < 3000; i++) {
		if (i % 3 == 0) UNIT_CHECK(append(s, 3000) == PR_OK && pr_spool_sync(s) == PR_OK);
		uint64_t to = 1 + unit_rand() % pr_spool_durable(s);
		UNIT_CHECK(pr_spool_reader_seek(r, to) == PR_OK && pr_spool_reader_next(r) == to);
		for (unsigned more = (unsigned)(unit_rand() % 4); more > 0 && to <= pr_spool_durable(s); more--, to++) {
			size_t want_len = payload_of(want, to, 3000);
			UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_OK && sequence == to && len == want_len && memcmp(payload, want, len) == 0);
		}
	}
	UNIT_CHECK(pr_spool_reader_seek(r, 0) == PR_ERR_NOT_FOUND && pr_spool_reader_seek(r, pr_spool_next(s)) == PR_ERR_NOT_FOUND);
	UNIT_CHECK(pr_spool_prune(s, pr_spool_next(s)) == PR_OK && pr_spool_oldest(s) > 1);
	UNIT_CHECK(pr_spool_reader_seek(r, pr_spool_oldest(s)) == PR_OK);
	UNIT_CHECK(pr_spool_reader_seek(r, pr_spool_oldest(s) - 1) == PR_ERR_CORRUPT);
	UNIT_CHECK(pr_spool_reader_seek(r, pr_spool_durable(s)) == PR_OK && pr_spool_read(r, &sequence, &payload, &len) == PR_OK);
	pr_spool_reader_close(r);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
}

/* A spool of three records in one group and three in a second, with the bytes of its only segment. */
struct image {
	char dir[256], path[PR_PATH_BYTES_MAX];
	uint8_t bytes[SEGMENT];
	size_t end[7]; /* where record i ends; end[0]: where the first begins */
};

static void image_make(struct image *im)
{
	struct pr_spool *s;
	fresh_dir(im->dir);
	UNIT_CHECK(pr_spool_open(&s, im->dir, SEGMENT, 1) == PR_OK);
	for (int i = 0; i < 6; i++) {
		UNIT_CHECK(append(s, 40) == PR_OK);
		if (i == 2) UNIT_CHECK(pr_spool_sync(s) == PR_OK);
	}
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
	UNIT_CHECK(spool_segment_path(im->path, im->dir, 1) == PR_OK);
	int fd = open(im->path, O_RDONLY);
	PR_CHECK(fd >= 0 && read(fd, im->bytes, SEGMENT) == SEGMENT);
	close(fd);
	im->end[0] = PR_SPOOL_HEADER_BYTES;
	for (int i = 0; i < 6; i++) im->end[i + 1] = im->end[i] + spool_padded(pr_be32(im->bytes + im->end[i]) & ~SPOOL_GROUP_FLAG);
}

/* Stores bytes as the segment with this watermark, and opens: the error; *next = the next sequence. */
static enum pr_err image_open(const struct image *im, const uint8_t *bytes, uint64_t durable, uint64_t *next)
{
	int fd = open(im->path, O_WRONLY);
	PR_CHECK(fd >= 0 && write(fd, bytes, SEGMENT) == SEGMENT);
	close(fd);
	struct spool_page *page;
	PR_CHECK(spool_page_open(&page, im->dir, false) == PR_OK);
	atomic_store(&page->durable, durable);
	spool_page_close(page);
	struct pr_spool *s;
	enum pr_err err = pr_spool_open(&s, im->dir, SEGMENT, 1);
	*next = s ? pr_spool_next(s) : 0;
	if (s) UNIT_CHECK(pr_spool_close(s) == PR_OK);
	return err;
}

static void test_torn_tail_at_every_offset(void)
{
	static struct image im;
	static uint8_t torn[SEGMENT];
	image_make(&im);
	for (size_t cut = im.end[3]; cut <= im.end[6]; cut++) {
		for (int garbage = 0; garbage < 2; garbage++) {
			uint64_t next, whole = 3;
			memcpy(torn, im.bytes, SEGMENT);
			memset(torn + cut, garbage ? 0xa5 : 0, im.end[6] - cut);
			/* Padding is not part of a record: a cut inside it, or payload that is zero anyway, tears nothing. */
			struct spool_record r;
			struct spool_segment_head head;
			UNIT_CHECK(spool_head_decode(&head, torn));
			while (whole < 6 && spool_record_at(&r, &head, torn + im.end[whole], SEGMENT - im.end[whole])) whole++;
			UNIT_CHECK(whole == 6 || cut < im.end[whole + 1]); /* no whole record is given up */
			UNIT_CHECK(image_open(&im, torn, 3, &next) == PR_OK && next == whole + 1);
			UNIT_CHECK(count_from(im.dir, 1, 40) == whole);
			if (whole < 6) UNIT_CHECK(image_open(&im, torn, whole + 1, &next) == PR_ERR_CORRUPT); /* it had been synced */
		}
	}
	/* What was cut is gone: the bytes behind the end are zeros again. */
	uint64_t next;
	memcpy(torn, im.bytes, SEGMENT);
	torn[im.end[4] + 4] ^= 1;
	UNIT_CHECK(image_open(&im, torn, 3, &next) == PR_OK && next == 5);
	int fd = open(im.path, O_RDONLY);
	PR_CHECK(fd >= 0 && read(fd, torn, SEGMENT) == SEGMENT);
	close(fd);
	for (size_t i = im.end[4]; i < SEGMENT; i++) UNIT_CHECK(torn[i] == 0);
}

/* A power loss keeps any of the sectors of the unsynced group: what is whole up to the first gap stays, the rest is cut. */
static void test_lost_sectors(void)
{
	static struct image im;
	static uint8_t torn[SEGMENT];
	struct pr_spool *s;
	image_make(&im);
	UNIT_CHECK(pr_spool_open(&s, im.dir, SEGMENT, 1) == PR_OK);
	for (int i = 0; i < 40; i++) {
		static uint8_t bytes[1200];
		UNIT_CHECK(pr_spool_append(s, NULL, bytes, payload_of(bytes, pr_spool_next(s), sizeof bytes)) == PR_OK);
	}
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
	int fd = open(im.path, O_RDONLY);
	PR_CHECK(fd >= 0 && read(fd, im.bytes, SEGMENT) == SEGMENT);
	close(fd);
	for (int round = 0; round < 150; round++) {
		uint64_t next;
		size_t gap = SEGMENT;
		unsigned keep = (unsigned)(unit_rand() % 100);
		memcpy(torn, im.bytes, SEGMENT);
		for (size_t at = 0; at < SEGMENT; at += 512) {
			if (at + 512 <= im.end[6] || unit_rand() % 100 < keep) continue;
			size_t from = at < im.end[6] ? im.end[6] : at;
			memset(torn + from, 0, at + 512 - from);
			if (gap == SEGMENT && memcmp(torn + from, im.bytes + from, at + 512 - from) != 0) gap = from;
		}
		UNIT_CHECK(image_open(&im, torn, 6, &next) == PR_OK && next >= 7 && next <= 47);
		UNIT_CHECK(gap < SEGMENT || next == 47);
		UNIT_CHECK(image_open(&im, torn, 0, &next) == PR_OK && next >= 7); /* the watermark's page may be lost as well */
	}
}

static void test_bit_flips(void)
{
	static struct image im;
	static uint8_t flipped[SEGMENT];
	uint64_t next;
	image_make(&im);
	for (size_t at = 0; at < im.end[6]; at++) {
		size_t record = 0;
		while (at >= im.end[record]) record++;
		memcpy(flipped, im.bytes, SEGMENT);
		flipped[at] = (uint8_t)(flipped[at] ^ 1u << unit_rand() % 8);
		if (record == 0) {
			if (at >= 36) continue; /* unused part of the segment's head */
			UNIT_CHECK(image_open(&im, flipped, 0, &next) == PR_ERR_CORRUPT);
			continue;
		}
		struct spool_record r;
		struct spool_segment_head head;
		UNIT_CHECK(spool_head_decode(&head, flipped));
		bool padding = spool_record_at(&r, &head, flipped + im.end[record - 1], SEGMENT - im.end[record - 1]);
		/* With the watermark: always noticed.  Without: noticed where a later group proves that it was synced. */
		UNIT_CHECK(image_open(&im, flipped, 6, &next) == (padding ? PR_OK : PR_ERR_CORRUPT));
		enum pr_err want = padding || record > 3 ? PR_OK : PR_ERR_CORRUPT;
		UNIT_CHECK(image_open(&im, flipped, 0, &next) == want);
		if (want == PR_OK) UNIT_CHECK(next == (padding ? 7 : record));
	}
	/* A record missing between two good ones is loss, not a torn tail. */
	memcpy(flipped, im.bytes, SEGMENT);
	memmove(flipped + im.end[4], flipped + im.end[5], im.end[6] - im.end[5]);
	UNIT_CHECK(image_open(&im, flipped, 0, &next) == PR_ERR_CORRUPT);
}

static void test_a_reader_stops_at_a_damaged_record(void)
{
	static struct image im;
	image_make(&im);
	int fd = open(im.path, O_WRONLY);
	uint8_t byte = (uint8_t)(im.bytes[im.end[2] + 20] ^ 4);
	PR_CHECK(fd >= 0 && pwrite(fd, &byte, 1, (off_t)im.end[2] + 20) == 1);
	close(fd);
	struct pr_spool_reader *r;
	uint64_t sequence;
	const uint8_t *payload;
	size_t len;
	UNIT_CHECK(pr_spool_reader_open(&r, im.dir, 1) == PR_OK);
	UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_OK);
	UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_OK);
	for (int i = 0; i < 3; i++) UNIT_CHECK(pr_spool_read(r, &sequence, &payload, &len) == PR_ERR_CORRUPT && pr_spool_reader_next(r) == 3);
	pr_spool_reader_close(r);
}

static void test_a_payload_cannot_pass_for_a_record(void)
{
	/* The raw bytes of records of another spool, group flags and all, inside the torn record of this one. */
	static struct image im;
	static uint8_t torn[SEGMENT];
	char dir[256], path[PR_PATH_BYTES_MAX];
	struct pr_spool *s;
	image_make(&im);
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	UNIT_CHECK(pr_spool_append(s, NULL, "x", 1) == PR_OK);
	UNIT_CHECK(pr_spool_append(s, NULL, im.bytes + im.end[1], im.end[6] - im.end[1]) == PR_OK);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
	UNIT_CHECK(spool_segment_path(path, dir, 1) == PR_OK);
	int fd = open(path, O_RDWR);
	PR_CHECK(fd >= 0 && read(fd, torn, SEGMENT) == SEGMENT);
	memset(torn + PR_SPOOL_HEADER_BYTES, 0, 30);
	PR_CHECK(pwrite(fd, torn, SEGMENT, 0) == SEGMENT);
	close(fd);
	struct spool_page *page;
	PR_CHECK(spool_page_open(&page, dir, false) == PR_OK);
	atomic_store(&page->durable, 0);
	spool_page_close(page);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK && pr_spool_next(s) == 1);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
}

/* Appends and syncs for ever, telling the parent after each sync what is durable. */
static void child_writer(const char *dir, int out, unsigned seed)
{
	struct pr_spool *s;
	PR_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	for (unsigned n = seed;; n++) {
		for (unsigned i = 0; i <= n * 7 % 23; i++) PR_CHECK(append(s, 2000) == PR_OK);
		PR_CHECK(pr_spool_sync(s) == PR_OK);
		uint64_t durable = pr_spool_durable(s);
		PR_CHECK(durable == pr_spool_next(s) - 1);
		if (write(out, &durable, sizeof durable) != sizeof durable) _exit(1);
	}
}

static void test_kill_9_loses_nothing_synced(void)
{
	char dir[256];
	uint64_t total = 0;
	fresh_dir(dir);
	for (unsigned round = 0; round < 6; round++) {
		int up[2];
		uint64_t durable = 0, seen;
		PR_CHECK(pipe(up) == 0);
		pid_t child = fork();
		if (child == 0) child_writer(dir, up[1], round);
		close(up[1]);
		unsigned until = 5 + (unsigned)(unit_rand() % 40);
		for (unsigned i = 0; i < until && read(up[0], &seen, sizeof seen) == sizeof seen; i++) durable = seen;
		UNIT_CHECK(kill(child, SIGKILL) == 0);
		waitpid(child, NULL, 0);
		while (read(up[0], &seen, sizeof seen) == sizeof seen) durable = seen;
		close(up[0]);

		struct pr_spool *s;
		UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
		if (!s) return;
		UNIT_CHECK(durable > total && pr_spool_next(s) > durable && pr_spool_durable(s) == pr_spool_next(s) - 1);
		total = pr_spool_next(s) - 1;
		UNIT_CHECK(pr_spool_close(s) == PR_OK);
		UNIT_CHECK(count_from(dir, 1, 2000) == total);
	}
}

static void test_a_failed_write_ends_the_spool(void)
{
	char dir[256];
	struct pr_spool *s;
	fresh_dir(dir);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK);
	UNIT_CHECK(append(s, 100) == PR_OK && pr_spool_close(s) == PR_OK);
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit small = { 20000, 20000 };
		signal(SIGXFSZ, SIG_IGN);
		PR_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK && setrlimit(RLIMIT_FSIZE, &small) == 0);
		int good = 0;
		enum pr_err err;
		while ((err = append(s, 2000)) == PR_OK && (err = pr_spool_sync(s)) == PR_OK) good++;
		bool ok = err == PR_ERR_IO && good > 5 && append(s, 1) == PR_ERR_IO && pr_spool_sync(s) == PR_ERR_IO;
		ok = ok && pr_spool_durable(s) == (uint64_t)good + 1 && pr_spool_close(s) == PR_ERR_IO;
		_exit(ok ? good : 0);
	}
	int status = 0;
	waitpid(child, &status, 0);
	UNIT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) > 5);
	UNIT_CHECK(pr_spool_open(&s, dir, SEGMENT, 1) == PR_OK && pr_spool_next(s) >= (uint64_t)WEXITSTATUS(status) + 2);
	UNIT_CHECK(pr_spool_close(s) == PR_OK);
}

static void test_cursor_file(void)
{
	char path[256];
	uint64_t sequence = 5;
	tempdir_name(path, "cursor");
	UNIT_CHECK(pr_cursor_file_load(&sequence, path) == PR_ERR_NOT_FOUND && sequence == 0);
	UNIT_CHECK(pr_cursor_file_save(path, UINT64_MAX - 1) == PR_OK);
	UNIT_CHECK(pr_cursor_file_load(&sequence, path) == PR_OK && sequence == UINT64_MAX - 1);
	UNIT_CHECK(pr_cursor_file_save(path, 12) == PR_OK);
	UNIT_CHECK(pr_cursor_file_load(&sequence, path) == PR_OK && sequence == 12);
	struct stat st;
	UNIT_CHECK(stat(path, &st) == 0);
	for (off_t at = 0; at < st.st_size; at++) {
		uint8_t byte, bad;
		int fd = open(path, O_RDWR);
		PR_CHECK(pread(fd, &byte, 1, at) == 1);
		bad = byte ^ 0x10;
		PR_CHECK(pwrite(fd, &bad, 1, at) == 1);
		UNIT_CHECK(pr_cursor_file_load(&sequence, path) == PR_ERR_CORRUPT && sequence == 0);
		PR_CHECK(pwrite(fd, &byte, 1, at) == 1);
		close(fd);
	}
	UNIT_CHECK(truncate(path, st.st_size - 1) == 0 && pr_cursor_file_load(&sequence, path) == PR_ERR_CORRUPT);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pr_log_redirect(-1);
	const char *dir = tempdir_make();
	UNIT_RUN(test_round_trip_over_many_segments);
	UNIT_RUN(test_another_segment_size);
	UNIT_RUN(test_payload_bounds_and_pieces);
	UNIT_RUN(test_readers_see_only_what_is_synced);
	UNIT_RUN(test_reader_is_woken_by_another_process);
	UNIT_RUN(test_reader_positions);
	UNIT_RUN(test_a_reader_jumps);
	UNIT_RUN(test_torn_tail_at_every_offset);
	UNIT_RUN(test_lost_sectors);
	UNIT_RUN(test_bit_flips);
	UNIT_RUN(test_a_reader_stops_at_a_damaged_record);
	UNIT_RUN(test_a_payload_cannot_pass_for_a_record);
	UNIT_RUN(test_kill_9_loses_nothing_synced);
	UNIT_RUN(test_a_failed_write_ends_the_spool);
	UNIT_RUN(test_cursor_file);
	tempdir_remove(dir);
	return UNIT_END();
}
