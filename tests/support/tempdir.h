/* A directory of one test program, removed with all it holds by tempdir_remove. */
#ifndef PR_TEST_TEMPDIR_H
#define PR_TEST_TEMPDIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/check.h"

static char tempdir_path[64];

/* Makes it; its path. */
static inline const char *tempdir_make(void)
{
	strcpy(tempdir_path, "/tmp/pennyroyal-test-XXXXXX");
	PR_CHECK(mkdtemp(tempdir_path));
	return tempdir_path;
}

static inline int tempdir_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void tempdir_remove(const char *path) { PR_CHECK(nftw(path, tempdir_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0); }

/* out = tempdir/name; out is of 256 bytes. */
static inline const char *tempdir_name(char out[256], const char *name)
{
	PR_CHECK(snprintf(out, 256, "%s/%s", tempdir_path, name) < 256);
	return out;
}

#endif
