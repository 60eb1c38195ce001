#include "core/rt/file.h"
#include "core/rt/http_conn.h"
#include "core/rt/log.h"

enum pr_err http_tls_open(SSL_CTX **ctx, const struct pr_http_options *options)
{
	*ctx = NULL;
	if (!options->tls_certificate_opt) return PR_OK;
	if (!options->tls_key_opt) return PR_ERR_CONFIG;
	PR_FORWARD(pr_secret_check(options->tls_key_opt));
	SSL_CTX *c = SSL_CTX_new(TLS_server_method());
	if (!c) return PR_ERR_FULL;
	if (SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1 || SSL_CTX_use_certificate_chain_file(c, options->tls_certificate_opt) != 1 ||
	    SSL_CTX_use_PrivateKey_file(c, options->tls_key_opt, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(c) != 1) {
		PR_LOG_ERROR("tls certificate=%s or its key cannot be used", options->tls_certificate_opt);
		SSL_CTX_free(c);
		return PR_ERR_CONFIG;
	}
	SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	*ctx = c;
	return PR_OK;
}
