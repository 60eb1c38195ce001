#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/be.h"
#include "core/rt/clock.h"
#include "core/rt/crc32c.h"
#include "core/rt/spool_parts.h"

/* A record that was come across on the way to another. */
struct mark {
	uint64_t sequence, segment;
	size_t at;
};
#define MARK_BYTES (64u << 10) /* between marks of a segment */

struct pr_spool_reader {
	char dir[PR_PATH_BYTES_MAX];
	struct spool_page *page;
	struct spool_segment_head head;
	const uint8_t *map; /* the segment that holds next, or NULL before the first read */
	size_t map_len, at;
	uint64_t next;
	struct mark *marks; /* ascending */
	size_t mark_count, mark_cap;
};

static void unmap(struct pr_spool_reader *r)
{
	if (r->map) munmap((void *)(uintptr_t)r->map, r->map_len);
	r->map = NULL;
}

static enum pr_err map_segment(struct pr_spool_reader *r, uint64_t first)
{
	char        path[PR_PATH_BYTES_MAX];
	struct stat st;

	unmap(r);
	PR_FORWARD(spool_segment_path(path, r->dir, first));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return errno == ENOENT ? PR_ERR_CORRUPT : PR_ERR_IO;
	if (fstat(fd, &st) != 0 || st.st_size < (off_t)PR_SPOOL_HEADER_BYTES) {
		close(fd);
		return PR_ERR_CORRUPT;
	}
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED) return PR_ERR_IO;
	r->map     = map;
	r->map_len = (size_t)st.st_size;
	r->at      = PR_SPOOL_HEADER_BYTES;
	if (!spool_head_decode(&r->head, r->map) || r->head.first != first) {
		unmap(r);
		return PR_ERR_CORRUPT;
	}
	return PR_OK;
}

/* How many marks have a sequence of at most this. */
static size_t marks_up_to(const struct pr_spool_reader *r, uint64_t sequence)
{
	size_t low = 0, high = r->mark_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (r->marks[middle].sequence <= sequence) low = middle + 1;
		else high = middle;
	}
	return low;
}

/* Remembers where the reader stands, if nothing near before it is remembered. */
static void mark(struct pr_spool_reader *r, uint64_t sequence)
{
	size_t             i      = marks_up_to(r, sequence);
	const struct mark *before = i > 0 && r->marks[i - 1].segment == r->head.first ? &r->marks[i - 1] : NULL;

	if (r->at - (before ? before->at : PR_SPOOL_HEADER_BYTES) < MARK_BYTES) return;
	if (r->mark_count == r->mark_cap) {
		r->mark_cap = 2 * r->mark_cap + 64;
		r->marks    = realloc(r->marks, r->mark_cap * sizeof *r->marks);
		PR_CHECK(r->marks);
	}
	memmove(r->marks + i + 1, r->marks + i, (r->mark_count++ - i) * sizeof *r->marks);
	r->marks[i] = (struct mark){ sequence, r->head.first, r->at };
}

/* Maps the segment that holds r->next and skips to it.  PR_ERR_CORRUPT if a record on the way is missing. */
static enum pr_err seek(struct pr_spool_reader *r)
{
	struct spool_record record;
	uint64_t           *firsts, first = 0;
	uint32_t            count;

	PR_FORWARD(spool_list(r->dir, &firsts, &count));
	for (uint32_t i = 0; i < count && firsts[i] <= r->next; i++) first = firsts[i];
	free(firsts);
	if (first == 0) return PR_ERR_CORRUPT;
	if (!r->map || r->head.first != first) PR_FORWARD(map_segment(r, first));
	size_t             known    = marks_up_to(r, r->next);
	const struct mark *nearest  = known > 0 && r->marks[known - 1].segment == first ? &r->marks[known - 1] : NULL;
	uint64_t           sequence = nearest ? nearest->sequence : first;
	r->at                       = nearest ? nearest->at : PR_SPOOL_HEADER_BYTES;
	for (; sequence < r->next; sequence++) {
		if (!spool_record_at(&record, &r->head, r->map + r->at, r->map_len - r->at) || record.sequence != sequence) {
			unmap(r);
			return PR_ERR_CORRUPT;
		}
		mark(r, sequence);
		r->at += record.total;
	}
	return PR_OK;
}

/* The watermark is below sequence - 1: is it only late (the writer has not recovered yet), or is the position wrong? */
static enum pr_err beyond_watermark(struct pr_spool_reader *r)
{
	return seek(r) == PR_OK ? PR_ERR_NOT_FOUND : PR_ERR_INVALID;
}

enum pr_err pr_spool_reader_open(struct pr_spool_reader **out, const char *dir, uint64_t sequence)
{
	uint64_t *firsts = NULL;
	uint32_t  count  = 0;

	*out = NULL;
	if (strlen(dir) >= PR_PATH_BYTES_MAX) return PR_ERR_INVALID;
	struct pr_spool_reader *r = calloc(1, sizeof *r);
	if (!r) return PR_ERR_FULL;
	memcpy(r->dir, dir, strlen(dir) + 1);
	enum pr_err err = spool_page_open(&r->page, dir, false);
	if (err == PR_OK) err = spool_list(dir, &firsts, &count);
	if (err == PR_OK && count == 0) err = PR_ERR_NOT_FOUND;
	if (err == PR_OK) {
		r->next = sequence ? sequence : firsts[0];
		if (r->next < firsts[0]) err = PR_ERR_NOT_FOUND;
		else if (r->next > atomic_load(&r->page->durable) + 1) err = beyond_watermark(r);
	}
	free(firsts);
	if (err != PR_OK) {
		pr_spool_reader_close(r);
		return err;
	}
	*out = r;
	return PR_OK;
}

void pr_spool_reader_close(struct pr_spool_reader *r)
{
	if (!r) return;
	unmap(r);
	spool_page_close(r->page);
	free(r->marks);
	free(r);
}

enum pr_err pr_spool_reader_seek(struct pr_spool_reader *r, uint64_t sequence)
{
	if (sequence == 0 || sequence > atomic_load_explicit(&r->page->durable, memory_order_acquire)) return PR_ERR_NOT_FOUND;
	if (r->map && r->next == sequence) return PR_OK;
	r->next = sequence;
	return seek(r);
}

enum pr_err pr_spool_read(struct pr_spool_reader *r, uint64_t *sequence, const uint8_t **payload, size_t *len)
{
	struct spool_record record;

	if (r->next > atomic_load_explicit(&r->page->durable, memory_order_acquire)) return PR_ERR_NOT_FOUND;
	if (!r->map) PR_FORWARD(seek(r));
	/* A durable record that is not in this segment begins the next one. */
	if (r->map_len - r->at < PR_SPOOL_RECORD_HEADER_BYTES || pr_be64(r->map + r->at + 8) == 0) PR_FORWARD(map_segment(r, r->next));
	if (!spool_record_at(&record, &r->head, r->map + r->at, r->map_len - r->at) || record.sequence != r->next) return PR_ERR_CORRUPT;
	*sequence = record.sequence;
	*payload  = record.payload;
	*len      = record.len;
	r->at += record.total;
	r->next++;
	return PR_OK;
}

uint64_t pr_spool_reader_next(const struct pr_spool_reader *r) { return r->next; }
uint64_t pr_spool_reader_durable(const struct pr_spool_reader *r) { return atomic_load(&r->page->durable); }

enum pr_err pr_spool_reader_wait(struct pr_spool_reader *r, uint32_t timeout_ms)
{
	uint64_t end = pr_clock_ms() + timeout_ms;

	for (;;) {
		uint32_t seen = atomic_load(&r->page->wakeups);
		if (r->next <= atomic_load(&r->page->durable)) return PR_OK;
		uint64_t now = pr_clock_ms();
		if (now >= end) return PR_ERR_TIMEOUT;
		struct timespec t = { .tv_sec = (time_t)((end - now) / 1000), .tv_nsec = (long)((end - now) % 1000) * 1000000 };
		syscall(SYS_futex, &r->page->wakeups, FUTEX_WAIT, seen, &t, NULL, 0);
	}
}

enum pr_err pr_cursor_file_save(const char *path, uint64_t sequence)
{
	uint8_t bytes[12];
	pr_be64_put(bytes, sequence);
	pr_be32_put(bytes + 8, pr_crc32c(0, bytes, 8));
	return pr_file_write_atomic(path, bytes, sizeof bytes);
}

enum pr_err pr_cursor_file_load(uint64_t *sequence, const char *path)
{
	char  *bytes;
	size_t len;

	*sequence = 0;
	PR_FORWARD(pr_file_read_all(&bytes, &len, path, 64));
	const uint8_t *b  = (const uint8_t *)bytes;
	bool           ok = len == 12 && pr_be32(b + 8) == pr_crc32c(0, b, 8);
	if (ok) *sequence = pr_be64(b);
	free(bytes);
	return ok ? PR_OK : PR_ERR_CORRUPT;
}
