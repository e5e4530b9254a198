/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of mfa-portal, and who answers it. */
#ifndef PORTAL_HTTP_H
#define PORTAL_HTTP_H

#include "portal.h"

/* The server's callback for every request. */
void http_on_request(struct evhttp_request *req, void *portal);

#endif
