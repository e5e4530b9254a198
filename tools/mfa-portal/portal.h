/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-portal: what its parts share.  One thread runs all of it, but for the pusher's. */
#ifndef PORTAL_H
#define PORTAL_H

#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "portal/ticket.h"
#include "ratelimit/ratelimit.h"

struct pages;
struct upstream;
struct connections;
struct waits;
struct pusher;

struct portal {
	struct event_base *base;
	struct mfa_conf *conf;
	bool tls;
	SSL_CTX *ssl;			/* of now; connections keep their own reference */
	struct evhttp *http;
	struct connections *connections;
	struct pages *pages;
	struct upstream *upstream;
	struct waits *waits;
	struct pusher *pusher;
	struct mfa_ratelimit *ratelimit;
	uint8_t ticket_key[MFA_TICKET_KEY_SIZE];
	struct mfa_ring ring;
};

/* Milliseconds of a clock that is never set; seconds since 1970. */
int64_t portal_ms(void);
int64_t portal_time(void);

#endif
