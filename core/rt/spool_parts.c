#include "core/rt/spool_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/be.h"
#include "core/rt/crc32c.h"
#include "core/rt/log.h"

enum pr_err spool_segment_path(char path[PR_PATH_BYTES_MAX], const char *dir, uint64_t first)
{
	char name[32];
	snprintf(name, sizeof name, "%020" PRIu64 ".seg", first);
	return pr_path_join(path, dir, name);
}

enum pr_err spool_page_open(struct spool_page **page, const char *dir, bool make)
{
	char        path[PR_PATH_BYTES_MAX];
	struct stat st;
	void       *map;

	*page = NULL;
	PR_FORWARD(pr_path_join(path, dir, "durable"));
	int fd = open(path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0600);
	if (fd < 0) return errno == ENOENT ? PR_ERR_NOT_FOUND : PR_ERR_IO;
	/* Its block must be there before it is mapped: a full disk is an error here, and a signal at the first store. */
	if (make && (errno = posix_fallocate(fd, 0, SPOOL_PAGE_BYTES)) != 0) {
		enum pr_err err = errno == ENOSPC || errno == EDQUOT ? PR_ERR_FULL : PR_ERR_IO;
		PR_LOG_ERROR("spool dir=%s what=\"allocate durable\" errno=%d", dir, errno);
		close(fd);
		return err;
	}
	if (fstat(fd, &st) != 0 || st.st_size < (off_t)SPOOL_PAGE_BYTES) {
		close(fd);
		return make ? PR_ERR_IO : PR_ERR_NOT_FOUND;
	}
	map = mmap(NULL, SPOOL_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED) return PR_ERR_IO;
	*page = map;
	return PR_OK;
}

void spool_page_close(struct spool_page *page)
{
	if (page) munmap(page, SPOOL_PAGE_BYTES);
}

void spool_head_encode(uint8_t out[PR_SPOOL_HEADER_BYTES], const struct spool_segment_head *head)
{
	memset(out, 0, PR_SPOOL_HEADER_BYTES);
	pr_be64_put(out, SPOOL_MAGIC);
	pr_be64_put(out + 8, head->first);
	pr_be64_put(out + 16, head->bytes);
	pr_be64_put(out + 24, head->salt);
	pr_be32_put(out + 32, pr_crc32c(0, out, 32));
}

bool spool_head_decode(struct spool_segment_head *head, const uint8_t in[PR_SPOOL_HEADER_BYTES])
{
	head->first = pr_be64(in + 8);
	head->bytes = pr_be64(in + 16);
	head->salt  = pr_be64(in + 24);
	return pr_be64(in) == SPOOL_MAGIC && pr_be32(in + 32) == pr_crc32c(0, in, 32) && head->first > 0 &&
	       head->bytes >= PR_SPOOL_SEGMENT_BYTES_MIN && head->bytes <= PR_SPOOL_SEGMENT_BYTES_MAX;
}

uint32_t spool_record_crc(const struct spool_segment_head *head, uint32_t len_and_flag, uint64_t sequence, const uint8_t *payload, size_t len)
{
	uint8_t prefix[20];
	pr_be64_put(prefix, head->salt);
	pr_be32_put(prefix + 8, len_and_flag);
	pr_be64_put(prefix + 12, sequence);
	return pr_crc32c(pr_crc32c(0, prefix, sizeof prefix), payload, len);
}

bool spool_record_at(struct spool_record *r, const struct spool_segment_head *head, const uint8_t *bytes, size_t left)
{
	if (left < PR_SPOOL_RECORD_HEADER_BYTES) return false;
	uint32_t word = pr_be32(bytes);
	r->len        = word & ~SPOOL_GROUP_FLAG;
	r->group      = (word & SPOOL_GROUP_FLAG) != 0;
	r->sequence   = pr_be64(bytes + 8);
	r->payload    = bytes + PR_SPOOL_RECORD_HEADER_BYTES;
	r->total      = spool_padded(r->len);
	if (r->sequence == 0 || r->total > left) return false;
	return pr_be32(bytes + 4) == spool_record_crc(head, word, r->sequence, r->payload, r->len);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

enum pr_err spool_list(const char *dir, uint64_t **firsts, uint32_t *count)
{
	uint32_t       cap = 0;
	struct dirent *entry;
	DIR           *d = opendir(dir);

	*firsts = NULL;
	*count  = 0;
	if (!d) return errno == ENOENT ? PR_ERR_NOT_FOUND : PR_ERR_IO;
	while ((entry = readdir(d))) {
		uint64_t first;
		char     tail[8];
		if (strlen(entry->d_name) != 24 || sscanf(entry->d_name, "%20" SCNu64 "%7s", &first, tail) != 2 || strcmp(tail, ".seg") != 0) continue;
		if (*count == cap) {
			cap     = cap ? cap * 2 : 16;
			*firsts = realloc(*firsts, cap * sizeof **firsts);
			PR_CHECK(*firsts);
		}
		(*firsts)[(*count)++] = first;
	}
	closedir(d);
	if (*count) qsort(*firsts, *count, sizeof **firsts, by_number);
	return PR_OK;
}
