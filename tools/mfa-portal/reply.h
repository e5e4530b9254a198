/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers to requests, with the headers that all of them have. */
#ifndef PORTAL_REPLY_H
#define PORTAL_REPLY_H

#include <jansson.h>

#include "portal.h"

/* JSON, which is taken over (NULL: memory ran out). */
void reply_json(struct portal *portal, struct evhttp_request *req, int status, json_t *body);
/* {"error": word} */
void reply_refuse(struct portal *portal, struct evhttp_request *req, int status, const char *word);

/* For answers of another kind: what every answer says, one header more, and the answer. buffer may be NULL. */
void reply_headers(const struct portal *portal, struct evhttp_request *req);
void reply_header(struct evhttp_request *req, const char *name, const char *value);
void reply_send(struct portal *portal, struct evhttp_request *req, int status, struct evbuffer *buffer);

#endif
