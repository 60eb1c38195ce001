/* Small durable files, directories, locks and secrets.
 *
 * Failures of the system come back as PR_ERR_IO (a full disk: PR_ERR_FULL) with a log line naming path and errno,
 * except where a function lists something more precise.  Paths are at most PR_PATH_BYTES_MAX - 1 bytes. */
#ifndef PR_RT_FILE_H
#define PR_RT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define PR_PATH_BYTES_MAX 1024

/* out = dir "/" name.  PR_ERR_INVALID (out = "") if it does not fit. */
PR_MUST_USE enum pr_err pr_path_join(char out[PR_PATH_BYTES_MAX], const char *dir, const char *name);

/* Replaces path by the bytes, atomically and durably: writes path.tmp, fsyncs it, renames it over path and fsyncs the
 * directory.  After a crash the file is the old one or the new one, whole.  Mode 0600.  One writer per path. */
PR_MUST_USE enum pr_err pr_file_write_atomic(const char *path, const void *bytes, size_t len);

/* The same for bytes that come in pieces.  The writer is the caller's memory; open, then any number of writes, then commit or abandon, one of
 * them once.  Until commit returns PR_OK path is what it was. */
struct pr_file_writer {
	int fd;
	enum pr_err err; /* of the first piece that failed: commit returns it */
	char path[PR_PATH_BYTES_MAX], tmp[PR_PATH_BYTES_MAX];
};
/* On error nothing is open, and neither commit nor abandon follows. */
PR_MUST_USE enum pr_err pr_file_writer_open(struct pr_file_writer *w, const char *path);
/* After a failure further pieces are ignored.  Every call is a call of the system: pieces should be large. */
void pr_file_writer_write(struct pr_file_writer *w, const void *bytes, size_t len);
PR_MUST_USE enum pr_err pr_file_writer_commit(struct pr_file_writer *w);
void pr_file_writer_abandon(struct pr_file_writer *w);

/* *out = a new allocation (free it) holding the whole file and a zero byte after it, *len = its size in bytes.
 * PR_ERR_NOT_FOUND if it is missing, PR_ERR_INVALID if it is not a regular file, PR_ERR_FULL if it is larger than max.  On error *out = NULL, *len = 0. */
PR_MUST_USE enum pr_err pr_file_read_all(char **out, size_t *len, const char *path, size_t max);

/* Makes the directory and its missing parents, mode 0700, durably; one that exists already is fine. */
PR_MUST_USE enum pr_err pr_dir_make(const char *path);

/* fsyncs a directory, so that names made or removed in it last. */
PR_MUST_USE enum pr_err pr_dir_sync(const char *path);

/* Takes an exclusive lock on the file path (made if missing) and writes our process id into it.  The lock lasts until
 * pr_lock_release or the end of the process, however it ends.  PR_ERR_EXISTS if another holder has it.
 * *fd = the handle for pr_lock_release, -1 on error. */
PR_MUST_USE enum pr_err pr_lock_acquire(int *fd, const char *path);
void pr_lock_release(int fd);

/* Reads a secret of at most cap bytes into out.  Refuses with PR_ERR_PERMISSION anything but a regular file (no
 * symbolic link) owned by us with no bit for group or others; PR_ERR_NOT_FOUND if missing; PR_ERR_FULL if longer than
 * cap.  On error out is zeroed and *len = 0.  The caller wipes out after use. */
PR_MUST_USE enum pr_err pr_secret_read(uint8_t *out, size_t *len, size_t cap, const char *path);

/* The same checks without reading. */
PR_MUST_USE enum pr_err pr_secret_check(const char *path);

#endif
