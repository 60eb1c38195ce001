/* What the writer and the readers of a spool share: names, layouts, the watermark page. */
#ifndef PR_RT_SPOOL_PARTS_H
#define PR_RT_SPOOL_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/rt/file.h"
#include "core/rt/spool.h"

#define SPOOL_MAGIC 0x5052535030303031u /* "PRSP0001" */
#define SPOOL_GROUP_FLAG 0x80000000u
#define SPOOL_PAGE_BYTES 4096u

/* The mapped page of DIR/durable. */
struct spool_page {
	_Atomic uint64_t durable;
	_Atomic uint32_t wakeups; /* futex word: changes with every sync */
};

struct spool_segment_head {
	uint64_t first, bytes, salt;
};

struct spool_record {
	uint32_t len;
	bool group;
	uint64_t sequence;
	const uint8_t *payload;
	size_t total; /* bytes in the segment, padding included */
};

enum pr_err spool_segment_path(char path[PR_PATH_BYTES_MAX], const char *dir, uint64_t first);
/* Maps DIR/durable; made if missing and make is set (else PR_ERR_NOT_FOUND). */
enum pr_err spool_page_open(struct spool_page **page, const char *dir, bool make);
void spool_page_close(struct spool_page *page);

void spool_head_encode(uint8_t out[PR_SPOOL_HEADER_BYTES], const struct spool_segment_head *head);
bool spool_head_decode(struct spool_segment_head *head, const uint8_t in[PR_SPOOL_HEADER_BYTES]);
uint32_t spool_record_crc(const struct spool_segment_head *head, uint32_t len_and_flag, uint64_t sequence, const uint8_t *payload, size_t len);
/* The record at bytes[0..left), checked; false if there is none that is whole and right. */
bool spool_record_at(struct spool_record *r, const struct spool_segment_head *head, const uint8_t *bytes, size_t left);
static inline size_t spool_padded(size_t len) { return (PR_SPOOL_RECORD_HEADER_BYTES + len + 7) & ~(size_t)7; }

/* First sequences of the segments in dir, ascending; free it.  Empty: *count 0. */
enum pr_err spool_list(const char *dir, uint64_t **firsts, uint32_t *count);

#endif
