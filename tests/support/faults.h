/* One sync or write of this program, or of its children, fails with EIO: by functions of these names, which stand before those of the library in every
 * program that includes this.
 *
 *     fault_open();                             first, before any child
 *     fault_set(FAULT_SYNC, "/log/0", 3);       the third sync of a file with this in its path
 *     ...
 *     UNIT_CHECK(atomic_load(&fault->failed) == 1);
 *     fault_clear(); */
#ifndef PR_TESTS_SUPPORT_FAULTS_H
#define PR_TESTS_SUPPORT_FAULTS_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/check.h"

enum fault_call { FAULT_SYNC, FAULT_WRITE };
/* Shared with children. */
static struct fault {
	enum fault_call call;
	char            name[48]; /* of the file: this is in its path, at whose end a '$' is put; "": any */
	_Atomic int64_t left;     /* the n-th of these calls; 0: none */
	_Atomic int     failed;   /* so many have */
} *fault;

static inline void fault_open(void)
{
	void *map = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	PR_CHECK(map != MAP_FAILED);
	fault = map;
}

static inline void fault_set(enum fault_call call, const char *name, int64_t left)
{
	fault->call = call;
	(void)snprintf(fault->name, sizeof fault->name, "%s", name);
	atomic_store(&fault->failed, 0);
	atomic_store(&fault->left, left);
}
static inline void fault_clear(void) { atomic_store(&fault->left, 0); }

static inline bool fault_hits(enum fault_call call, int fd)
{
	char link[32], path[4096 + 2];
	if (!fault || fault->call != call || atomic_load(&fault->left) <= 0) return false;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 2);
	if (n < 0) return false;
	path[n]     = '$';
	path[n + 1] = 0;
	if (!strstr(path, fault->name) || atomic_fetch_sub(&fault->left, 1) != 1) return false;
	atomic_fetch_add(&fault->failed, 1);
	return true;
}

static inline int fault_io(void)
{
	errno = EIO;
	return -1;
}

int fdatasync(int fd) { return fault_hits(FAULT_SYNC, fd) ? fault_io() : (int)syscall(SYS_fdatasync, fd); }
int fsync(int fd) { return fault_hits(FAULT_SYNC, fd) ? fault_io() : (int)syscall(SYS_fsync, fd); }
/* One that fails has written a half. */
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	const bool half = fault_hits(FAULT_WRITE, fd);
	ssize_t    n    = syscall(SYS_pwrite64, fd, bytes, half ? len / 2 : len, at);
	return half ? fault_io() : n;
}

#endif
