#include "core/rt/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/be.h"
#include "core/rt/crc32c.h"
#include "core/rt/log.h"
#include "core/rt/spool_parts.h"

#define BUFFER_BYTES (1u << 20)
#define ZEROING_PIECE_BYTES (1u << 20)

struct pr_spool {
	char dir[PR_PATH_BYTES_MAX];
	uint64_t segment_bytes, next, oldest;
	struct spool_segment_head head;
	struct spool_page *page;
	int lock, fd;
	size_t written, used; /* in the segment: bytes on their way to disk, and with those in the buffer */
	uint8_t *buffer;
	bool group_begins, dirty;
	enum pr_err broken; /* the first failure, for ever */
	pthread_t zeroing;
	bool zeroing_asked, zeroing_runs;
	enum pr_err zeroing_err;
};

static enum pr_err io_error(const struct pr_spool *s, const char *what)
{
	enum pr_err err = errno == ENOSPC || errno == EDQUOT ? PR_ERR_FULL : PR_ERR_IO;
	PR_LOG_ERROR("spool dir=%s what=%s errno=%d", s->dir, what, errno);
	return err;
}

static bool write_at(int fd, const uint8_t *bytes, size_t len, size_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, (off_t)at);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return false;
		bytes += n;
		len -= (size_t)n;
		at += (size_t)n;
	}
	return true;
}

/* Writes a zeroed file of the segment size and syncs it, so that later syncs move data only. */
static enum pr_err zero_file(const struct pr_spool *s, const char *path)
{
	static const uint8_t zeros[1u << 16];
	int                  fd  = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum pr_err          err = PR_OK;

	if (fd < 0) return io_error(s, "create");
	for (size_t at = 0; at < s->segment_bytes && err == PR_OK; at += sizeof zeros) {
		size_t len = s->segment_bytes - at < sizeof zeros ? s->segment_bytes - at : sizeof zeros;
		if (!write_at(fd, zeros, len, at)) err = io_error(s, "zero");
		/* Piece by piece on its way to the disk: one burst at the end would hold up the writer's own syncs. */
		else if (at % ZEROING_PIECE_BYTES == 0 && at > 0) sync_file_range(fd, (off_t)(at - ZEROING_PIECE_BYTES), ZEROING_PIECE_BYTES, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
	}
	if (err == PR_OK && fdatasync(fd) != 0) err = io_error(s, "sync");
	close(fd);
	return err;
}

/* Makes DIR/spare, unless one of this size was left by an earlier run.  Only the name spare.tmp may be unfinished. */
static enum pr_err spare_make(const struct pr_spool *s)
{
	char        path[PR_PATH_BYTES_MAX], unfinished[PR_PATH_BYTES_MAX];
	struct stat st;

	PR_FORWARD(pr_path_join(path, s->dir, "spare"));
	PR_FORWARD(pr_path_join(unfinished, s->dir, "spare.tmp"));
	if (stat(path, &st) == 0 && (uint64_t)st.st_size == s->segment_bytes) return PR_OK;
	enum pr_err err = zero_file(s, unfinished);
	if (err == PR_OK && rename(unfinished, path) != 0) err = io_error(s, "rename spare");
	if (err != PR_OK) unlink(unfinished);
	return err;
}

static void *zeroing_main(void *arg)
{
	struct pr_spool *s = arg;
	s->zeroing_err     = spare_make(s);
	return NULL;
}

/* Early enough that the spare is ready when the segment is full, late enough that a quiet spool never needs one. */
static void zeroing_begin_if_due(struct pr_spool *s)
{
	if (s->zeroing_asked || s->used < s->head.bytes / 4) return;
	s->zeroing_asked = true;
	s->zeroing_runs  = pthread_create(&s->zeroing, NULL, zeroing_main, s) == 0;
}

/* The spare's error, if the thread made one; else it is made now. */
static enum pr_err zeroing_end(struct pr_spool *s)
{
	if (!s->zeroing_runs) return spare_make(s);
	pthread_join(s->zeroing, NULL);
	s->zeroing_runs = false;
	return s->zeroing_err;
}

/* Opens a new segment beginning with s->next: the spare if it is ready. */
static enum pr_err segment_begin(struct pr_spool *s)
{
	char    path[PR_PATH_BYTES_MAX], spare[PR_PATH_BYTES_MAX];
	uint8_t head[PR_SPOOL_HEADER_BYTES];

	PR_FORWARD(pr_path_join(spare, s->dir, "spare"));
	PR_FORWARD(spool_segment_path(path, s->dir, s->next));
	PR_FORWARD(zeroing_end(s));
	s->head = (struct spool_segment_head){ .first = s->next, .bytes = s->segment_bytes };
	if (getrandom(&s->head.salt, sizeof s->head.salt, 0) != sizeof s->head.salt) return io_error(s, "random");
	spool_head_encode(head, &s->head);
	if (s->fd >= 0) close(s->fd);
	if ((s->fd = open(spare, O_RDWR | O_CLOEXEC)) < 0) return io_error(s, "open spare");
	if (!write_at(s->fd, head, sizeof head, 0) || fdatasync(s->fd) != 0) return io_error(s, "segment head");
	if (rename(spare, path) != 0) return io_error(s, "rename");
	PR_FORWARD(pr_dir_sync(s->dir));
	s->written = s->used = PR_SPOOL_HEADER_BYTES;
	s->zeroing_asked     = false;
	return PR_OK;
}

/* Something after the last good record proves that more was durable once: a whole record out of sequence right behind
 * it, which no torn write leaves, or further on a record with the group flag. */
static bool loss_after(const struct spool_segment_head *head, const uint8_t *bytes, size_t left, uint64_t expected)
{
	struct spool_record r;
	if (spool_record_at(&r, head, bytes, left)) return true;
	for (size_t at = 8; at + PR_SPOOL_RECORD_HEADER_BYTES <= left; at += 8) {
		uint64_t sequence = pr_be64(bytes + at + 8);
		if (sequence <= expected || sequence - expected > left) continue;
		if ((pr_be32(bytes + at) & SPOOL_GROUP_FLAG) && spool_record_at(&r, head, bytes + at, left - at)) return true;
	}
	return false;
}

/* Checks the last segment, cuts a torn tail, leaves the writer at its end. */
static enum pr_err recover(struct pr_spool *s, uint64_t first)
{
	char                path[PR_PATH_BYTES_MAX];
	struct spool_record r;
	struct stat         st;
	uint8_t            *bytes;
	enum pr_err         err = PR_OK;

	PR_FORWARD(spool_segment_path(path, s->dir, first));
	if ((s->fd = open(path, O_RDWR | O_CLOEXEC)) < 0 || fstat(s->fd, &st) != 0) return io_error(s, "open segment");
	size_t size = (size_t)st.st_size;
	if (!(bytes = malloc(size + 1))) return PR_ERR_FULL;
	if (pread(s->fd, bytes, size, 0) != (ssize_t)size) err = io_error(s, "read segment");
	else if (size < PR_SPOOL_HEADER_BYTES || !spool_head_decode(&s->head, bytes) || s->head.first != first || s->head.bytes != size) err = PR_ERR_CORRUPT;
	size_t at = PR_SPOOL_HEADER_BYTES;
	s->next   = first;
	while (err == PR_OK && at < size && spool_record_at(&r, &s->head, bytes + at, size - at) && r.sequence == s->next) {
		at += r.total;
		s->next++;
	}
	if (err == PR_OK && (s->page->durable >= s->next || (at < size && loss_after(&s->head, bytes + at, size - at, s->next)))) err = PR_ERR_CORRUPT;
	size_t tail = size;
	while (err == PR_OK && tail > at && bytes[tail - 1] == 0) tail--;
	if (err == PR_OK && tail > at) {
		PR_LOG_WARN("spool dir=%s cutting a torn tail of bytes=%zu", s->dir, tail - at);
		memset(bytes + at, 0, tail - at);
		if (!write_at(s->fd, bytes + at, tail - at, at) || fdatasync(s->fd) != 0) err = io_error(s, "cut tail");
	}
	free(bytes);
	if (err == PR_ERR_CORRUPT) PR_LOG_ERROR("spool dir=%s segment=%llu is damaged before its end", s->dir, (unsigned long long)first);
	s->written = s->used = at;
	return err;
}

static enum pr_err open_dir(struct pr_spool *s, uint64_t first_sequence)
{
	char      path[PR_PATH_BYTES_MAX];
	uint64_t *firsts;
	uint32_t  count;

	PR_FORWARD(pr_dir_make(s->dir));
	PR_FORWARD(pr_path_join(path, s->dir, "lock"));
	PR_FORWARD(pr_lock_acquire(&s->lock, path));
	PR_FORWARD(spool_page_open(&s->page, s->dir, true));
	PR_FORWARD(spool_list(s->dir, &firsts, &count));
	s->next            = first_sequence;
	s->oldest          = count ? firsts[0] : first_sequence;
	enum pr_err   err  = count ? recover(s, firsts[count - 1]) : PR_OK;
	free(firsts);
	PR_FORWARD(err);
	if (count == 0) {
		atomic_store(&s->page->durable, first_sequence - 1);
		PR_FORWARD(segment_begin(s));
	} else if (fdatasync(s->fd) != 0) { /* what was found is on disk for good before anybody is told of it */
		return io_error(s, "sync");
	}
	atomic_store(&s->page->durable, s->next - 1);
	return PR_OK;
}

enum pr_err pr_spool_open(struct pr_spool **out, const char *dir, uint64_t segment_bytes, uint64_t first_sequence)
{
	*out = NULL;
	if (segment_bytes < PR_SPOOL_SEGMENT_BYTES_MIN || segment_bytes > PR_SPOOL_SEGMENT_BYTES_MAX || segment_bytes % 4096 != 0 ||
	    first_sequence == 0 || strlen(dir) >= PR_PATH_BYTES_MAX)
		return PR_ERR_INVALID;
	struct pr_spool *s = calloc(1, sizeof *s);
	if (!s || !(s->buffer = malloc(BUFFER_BYTES))) {
		free(s);
		return PR_ERR_FULL;
	}
	memcpy(s->dir, dir, strlen(dir) + 1);
	s->segment_bytes = segment_bytes;
	s->lock = s->fd = -1;
	s->group_begins = true;
	enum pr_err err = open_dir(s, first_sequence);
	if (err != PR_OK) {
		s->broken = err;
		(void)pr_spool_close(s);
		return err;
	}
	*out = s;
	return PR_OK;
}

uint64_t pr_spool_next(const struct pr_spool *s) { return s->next; }
uint64_t pr_spool_durable(const struct pr_spool *s) { return atomic_load(&s->page->durable); }
uint64_t pr_spool_oldest(const struct pr_spool *s) { return s->oldest; }
size_t pr_spool_payload_max(const struct pr_spool *s) { return s->segment_bytes - PR_SPOOL_HEADER_BYTES - PR_SPOOL_RECORD_HEADER_BYTES - 8; }

/* Hands the buffered bytes to the system. */
static enum pr_err flush(struct pr_spool *s)
{
	if (s->used == s->written) return PR_OK;
	if (!write_at(s->fd, s->buffer, s->used - s->written, s->written)) return s->broken = io_error(s, "write");
	s->written = s->used;
	return PR_OK;
}

static enum pr_err put(struct pr_spool *s, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	while (len > 0) {
		size_t room = BUFFER_BYTES - (s->used - s->written), n = len < room ? len : room;
		memcpy(s->buffer + (s->used - s->written), p, n);
		s->used += n;
		p += n;
		len -= n;
		if (s->used - s->written == BUFFER_BYTES) PR_FORWARD(flush(s));
	}
	return PR_OK;
}

static enum pr_err sync_all(struct pr_spool *s)
{
	PR_FORWARD(flush(s));
	if (!s->dirty) return PR_OK;
	if (fdatasync(s->fd) != 0) return s->broken = io_error(s, "fdatasync");
	s->dirty        = false;
	s->group_begins = true;
	atomic_store_explicit(&s->page->durable, s->next - 1, memory_order_release);
	atomic_fetch_add(&s->page->wakeups, 1);
	syscall(SYS_futex, &s->page->wakeups, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	return PR_OK;
}

enum pr_err pr_spool_append_pieces(struct pr_spool *s, uint64_t *sequence_opt, const struct iovec *pieces, size_t piece_count)
{
	static const uint8_t zeros[8];
	uint8_t              head[PR_SPOOL_RECORD_HEADER_BYTES], prefix[20];
	size_t               len = 0;

	if (s->broken != PR_OK) return s->broken;
	PR_CHECK(piece_count <= PR_SPOOL_PIECES_MAX);
	for (size_t i = 0; i < piece_count; i++) len += pieces[i].iov_len;
	if (len > pr_spool_payload_max(s) || len >= SPOOL_GROUP_FLAG) return PR_ERR_INVALID;
	if (spool_padded(len) > s->head.bytes - s->used) { /* its own size: the one asked for is for new segments */
		PR_FORWARD(sync_all(s));
		enum pr_err err = segment_begin(s);
		if (err != PR_OK) return s->broken = err;
	}
	uint32_t word = (uint32_t)len | (s->group_begins ? SPOOL_GROUP_FLAG : 0);
	pr_be64_put(prefix, s->head.salt);
	pr_be32_put(prefix + 8, word);
	pr_be64_put(prefix + 12, s->next);
	uint32_t crc = pr_crc32c(0, prefix, sizeof prefix);
	for (size_t i = 0; i < piece_count; i++) crc = pr_crc32c(crc, pieces[i].iov_base, pieces[i].iov_len);
	pr_be32_put(head, word);
	pr_be32_put(head + 4, crc);
	pr_be64_put(head + 8, s->next);
	s->dirty        = true;
	s->group_begins = false;
	PR_FORWARD(put(s, head, sizeof head));
	for (size_t i = 0; i < piece_count; i++) PR_FORWARD(put(s, pieces[i].iov_base, pieces[i].iov_len));
	PR_FORWARD(put(s, zeros, spool_padded(len) - PR_SPOOL_RECORD_HEADER_BYTES - len));
	zeroing_begin_if_due(s);
	if (sequence_opt) *sequence_opt = s->next;
	s->next++;
	return PR_OK;
}

enum pr_err pr_spool_append(struct pr_spool *s, uint64_t *sequence_opt, const void *payload, size_t len)
{
	struct iovec piece = { (void *)(uintptr_t)payload, len };
	return pr_spool_append_pieces(s, sequence_opt, &piece, 1);
}

enum pr_err pr_spool_sync(struct pr_spool *s) { return s->broken != PR_OK ? s->broken : sync_all(s); }

enum pr_err pr_spool_prune(struct pr_spool *s, uint64_t below)
{
	char        path[PR_PATH_BYTES_MAX];
	uint64_t   *firsts;
	uint32_t    count;
	enum pr_err err = PR_OK;

	PR_FORWARD(spool_list(s->dir, &firsts, &count));
	for (uint32_t i = 0; i + 1 < count && firsts[i + 1] <= below && err == PR_OK; i++) {
		err = spool_segment_path(path, s->dir, firsts[i]);
		if (err == PR_OK && unlink(path) != 0) err = io_error(s, "unlink");
		if (err == PR_OK) s->oldest = firsts[i + 1];
	}
	free(firsts);
	return err;
}

enum pr_err pr_spool_close(struct pr_spool *s)
{
	if (!s) return PR_OK;
	enum pr_err err = s->broken == PR_OK ? sync_all(s) : s->broken;
	if (s->zeroing_runs) pthread_join(s->zeroing, NULL);
	if (s->fd >= 0) close(s->fd);
	spool_page_close(s->page);
	if (s->lock >= 0) pr_lock_release(s->lock);
	free(s->buffer);
	free(s);
	return err;
}
