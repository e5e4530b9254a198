/* SPDX-License-Identifier: BSD-2-Clause */
/* Those who are connected: how many from an address, and how long a request may take to arrive. */
#ifndef PORTAL_CONNECTIONS_H
#define PORTAL_CONNECTIONS_H

#include "address/network.h"
#include "portal.h"

/* Makes the HTTP server's connections (TLS where there is a certificate), and watches over them. */
int connections_new(struct portal *portal, struct connections **out);
/* Accepts them at a socket that listens.  Returns 0 or -EIO. */
int connections_listen(struct connections *connections, int fd);
void connections_free(struct connections **connections);

/* A request has arrived whole: it may wait now, */
void connections_busy(struct connections *connections, struct evhttp_connection *evcon);
/* and is answered: the next one must arrive in time. */
void connections_idle(struct connections *connections, struct evhttp_connection *evcon);

/* Where a request is from; behind a proxy that is what the proxy says.  Returns 0 or -EINVAL. */
int connections_address(const struct portal *portal, struct evhttp_request *req, struct mfa_address *out);

#endif
