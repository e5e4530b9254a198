/* SPDX-License-Identifier: BSD-2-Clause */
/* The portal's certificate. */
#ifndef PORTAL_TLS_H
#define PORTAL_TLS_H

#include <openssl/ssl.h>

/* TLS 1.2 and later.  Returns 0 or -EINVAL (the reason has been logged).  SSL_CTX_free it. */
int tls_load(const char *certificate, const char *key, SSL_CTX **out);

#endif
