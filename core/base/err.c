#include "core/base/err.h"

const char *pr_err_name(enum pr_err err)
{
	switch (err) {
	case PR_OK: return "ok";
	case PR_ERR_IO: return "io";
	case PR_ERR_CORRUPT: return "corrupt";
	case PR_ERR_FULL: return "full";
	case PR_ERR_CONFIG: return "config";
	case PR_ERR_NET: return "net";
	case PR_ERR_TIMEOUT: return "timeout";
	case PR_ERR_PEER: return "peer";
	case PR_ERR_NOT_FOUND: return "not-found";
	case PR_ERR_EXISTS: return "exists";
	case PR_ERR_PERMISSION: return "permission";
	case PR_ERR_UNSUPPORTED: return "unsupported";
	case PR_ERR_INVALID: return "invalid";
	case PR_ERR_COUNT: break;
	}
	return "unknown";
}
