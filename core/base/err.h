/* Operational errors: the world failed (disk, peer, configuration, operator).  Never the verdict on an entry:
 * that is enum pr_status (core/types/protocol_gen.h), which is data and is compared between all parties. */
#ifndef PR_BASE_ERR_H
#define PR_BASE_ERR_H

#include "core/base/check.h"

enum pr_err {
	PR_OK = 0,
	PR_ERR_IO,          /* a read, write or sync failed; errno says more in the log */
	PR_ERR_CORRUPT,     /* stored bytes fail their checksum or their layout */
	PR_ERR_FULL,        /* a bound of this program was reached (queue, table, disk quota) */
	PR_ERR_CONFIG,      /* a configuration value is missing, unknown or out of range */
	PR_ERR_NET,         /* a peer could not be reached or broke off */
	PR_ERR_TIMEOUT,     /* a deadline passed */
	PR_ERR_PEER,        /* a peer answered with an error or with something malformed */
	PR_ERR_NOT_FOUND,   /* the named thing does not exist */
	PR_ERR_EXISTS,      /* the named thing exists already */
	PR_ERR_PERMISSION,  /* file mode, owner or key does not allow it */
	PR_ERR_UNSUPPORTED, /* named and refused: not built */
	PR_ERR_INVALID,     /* an argument from outside is malformed */
	PR_ERR_COUNT
};

/* The name of an error in lower case ("corrupt"); never NULL. */
const char *pr_err_name(enum pr_err err);

/* Returns from the calling function with the error if expr is not PR_OK. */
#define PR_FORWARD(expr)                           \
	do {                                       \
		enum pr_err pr_fwd_ = (expr);      \
		if (pr_fwd_ != PR_OK) return pr_fwd_; \
	} while (0)

#endif
