#include "core/rt/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/rt/log.h"

enum pr_err pr_path_join(char out[PR_PATH_BYTES_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PR_PATH_BYTES_MAX, "%s/%s", dir, name);
	if (n > 0 && n < PR_PATH_BYTES_MAX) return PR_OK;
	out[0] = 0;
	return PR_ERR_INVALID;
}

static enum pr_err failed(const char *what, const char *path)
{
	PR_LOG_ERROR("file_failed op=%s path=%s errno=%d error=\"%s\"", what, path, errno, strerror(errno));
	return errno == ENOSPC || errno == EDQUOT ? PR_ERR_FULL : PR_ERR_IO;
}

/* Reads up to cap bytes; -1 with errno on failure. */
static ssize_t read_full(int fd, void *out, size_t cap)
{
	size_t len = 0;
	while (len < cap) {
		ssize_t n = read(fd, (char *)out + len, cap - len);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return -1;
		if (n == 0) break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int write_full(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;
	while (len) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

enum pr_err pr_dir_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return failed("open", path);
	enum pr_err err = fsync(fd) == 0 ? PR_OK : failed("fsync", path);
	close(fd);
	return err;
}

/* Syncs the directory that holds path. */
static enum pr_err parent_sync(const char *path)
{
	char dir[PR_PATH_BYTES_MAX];
	const char *slash = strrchr(path, '/');
	if (!slash) return pr_dir_sync(".");
	size_t len = slash == path ? 1 : (size_t)(slash - path);
	memcpy(dir, path, len);
	dir[len] = 0;
	return pr_dir_sync(dir);
}

enum pr_err pr_file_writer_open(struct pr_file_writer *w, const char *path)
{
	int n = snprintf(w->tmp, sizeof w->tmp, "%s.tmp", path);
	if (n < 0 || (size_t)n >= sizeof w->tmp) return PR_ERR_INVALID;
	memcpy(w->path, path, strlen(path) + 1);
	w->err = PR_OK;
	w->fd  = open(w->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	return w->fd < 0 ? failed("open", w->tmp) : PR_OK;
}

void pr_file_writer_write(struct pr_file_writer *w, const void *bytes, size_t len)
{
	if (w->err == PR_OK && write_full(w->fd, bytes, len) != 0) w->err = failed("write", w->tmp);
}

void pr_file_writer_abandon(struct pr_file_writer *w)
{
	if (w->fd >= 0) close(w->fd);
	w->fd = -1;
	unlink(w->tmp);
}

enum pr_err pr_file_writer_commit(struct pr_file_writer *w)
{
	enum pr_err err = w->err;
	if (err == PR_OK && fsync(w->fd) != 0) err = failed("fsync", w->tmp);
	if (close(w->fd) != 0 && err == PR_OK) err = failed("close", w->tmp);
	w->fd = -1;
	if (err == PR_OK && rename(w->tmp, w->path) != 0) err = failed("rename", w->path);
	if (err != PR_OK) {
		pr_file_writer_abandon(w);
		return err;
	}
	return parent_sync(w->path);
}

enum pr_err pr_file_write_atomic(const char *path, const void *bytes, size_t len)
{
	struct pr_file_writer w;
	PR_FORWARD(pr_file_writer_open(&w, path));
	pr_file_writer_write(&w, bytes, len);
	return pr_file_writer_commit(&w);
}

enum pr_err pr_file_read_all(char **out, size_t *len, const char *path, size_t max)
{
	*out = NULL;
	*len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) return errno == ENOENT ? PR_ERR_NOT_FOUND : failed("open", path);

	enum pr_err err = PR_OK;
	struct stat st;
	char *buf = NULL;
	if (fstat(fd, &st) != 0) err = failed("stat", path);
	else if (!S_ISREG(st.st_mode)) err = PR_ERR_INVALID;
	else if ((uint64_t)st.st_size > max) err = PR_ERR_FULL;
	if (err != PR_OK) goto out;

	/* One byte more than the size, so that a file growing under us is seen and not cut. */
	size_t cap = (size_t)st.st_size + 1;
	buf = malloc(cap);
	PR_CHECK(buf);
	ssize_t n = read_full(fd, buf, cap);
	if (n < 0) {
		err = failed("read", path);
	} else if ((size_t)n == cap) {
		err = PR_ERR_IO;
		PR_LOG_ERROR("file_grew_while_read path=%s", path);
	} else {
		buf[n] = 0;
		*out = buf;
		*len = (size_t)n;
		buf = NULL;
	}
out:
	free(buf);
	close(fd);
	return err;
}

enum pr_err pr_dir_make(const char *path)
{
	char part[PR_PATH_BYTES_MAX];
	size_t len = strlen(path);
	if (len == 0 || len >= sizeof part) return PR_ERR_INVALID;
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != 0) continue;
		memcpy(part, path, i);
		part[i] = 0;
		if (mkdir(part, 0700) == 0) {
			PR_FORWARD(parent_sync(part));
			continue;
		}
		struct stat st;
		if (errno != EEXIST) return failed("mkdir", part);
		if (stat(part, &st) != 0) return failed("stat", part);
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return failed("mkdir", part);
		}
	}
	return PR_OK;
}

enum pr_err pr_lock_acquire(int *fd, const char *path)
{
	*fd = -1;
	int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0) return failed("open", path);
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		const bool  held = errno == EWOULDBLOCK;
		enum pr_err err  = held ? PR_ERR_EXISTS : failed("flock", path);
		if (held) PR_LOG_ERROR("in_use path=%s reason=\"another process works in this directory\"", path);
		close(lock);
		return err;
	}
	char text[32];
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(lock, 0) != 0 || write_full(lock, text, (size_t)n) != 0) {
		enum pr_err err = failed("write", path);
		close(lock);
		return err;
	}
	*fd = lock;
	return PR_OK;
}

void pr_lock_release(int fd)
{
	if (fd >= 0) close(fd);
}

/* Opens a secret after all checks; the descriptor, or -1 with *err set. */
static int secret_open(enum pr_err *err, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		const bool refused = errno == ELOOP || errno == EACCES;
		if (refused) PR_LOG_ERROR("secret_refused path=%s reason=\"%s\"", path, errno == ELOOP ? "is a symbolic link" : "cannot be read by this user");
		*err = refused ? PR_ERR_PERMISSION : errno == ENOENT ? PR_ERR_NOT_FOUND : failed("open", path);
		return -1;
	}
	struct stat st;
	if (fstat(fd, &st) != 0) {
		*err = failed("stat", path);
	} else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		PR_LOG_ERROR("secret_refused path=%s reason=\"must be a regular file of this user with mode 0600 or less\"", path);
		*err = PR_ERR_PERMISSION;
	} else {
		return fd;
	}
	close(fd);
	return -1;
}

enum pr_err pr_secret_check(const char *path)
{
	enum pr_err err = PR_OK;
	int fd = secret_open(&err, path);
	if (fd >= 0) close(fd);
	return err;
}

enum pr_err pr_secret_read(uint8_t *out, size_t *len, size_t cap, const char *path)
{
	enum pr_err err = PR_OK;
	*len = 0;
	int fd = secret_open(&err, path);
	if (fd < 0) {
		explicit_bzero(out, cap);
		return err;
	}
	ssize_t n = read_full(fd, out, cap);
	char more;
	if (n < 0) err = failed("read", path);
	else if ((size_t)n == cap && read_full(fd, &more, 1) != 0) err = PR_ERR_FULL;
	else *len = (size_t)n;
	close(fd);
	if (err != PR_OK) explicit_bzero(out, cap);
	return err;
}
