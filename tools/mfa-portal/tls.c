/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>

#include "log/log.h"

static void log_failure(const char *what)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "tls");
	mfa_log_text(&line, "msg", what);
	mfa_log_text(&line, "error", ERR_reason_error_string(ERR_peek_last_error()));
	mfa_log_write(&line, LOG_ERR);
	ERR_clear_error();
}

int tls_load(const char *certificate, const char *key, SSL_CTX **out)
{
	SSL_CTX *ssl = SSL_CTX_new(TLS_server_method());

	*out = NULL;
	ERR_clear_error();
	if (ssl != NULL && SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	    SSL_CTX_use_certificate_chain_file(ssl, certificate) == 1 &&
	    SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(ssl) == 1) {
		(void)SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					  SSL_OP_CIPHER_SERVER_PREFERENCE);
		/* An idle connection gives its buffers back: phones wait for hours. */
		(void)SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
		*out = ssl;
		return 0;
	}
	log_failure("certificate or key can't be used; the portal's user must be able to read both");
	SSL_CTX_free(ssl);
	return -EINVAL;
}
