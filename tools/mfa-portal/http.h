/* What mfa-portal answers. */
#ifndef PORTAL_HTTP_H
#define PORTAL_HTTP_H

#include <jansson.h>

#include "portal.h"

/* Answers a request with JSON, which is taken over (NULL: memory ran out). */
void http_reply(struct portal *portal, struct evhttp_request *req, int status, json_t *body);
/* {"error": word} */
void http_refuse(struct portal *portal, struct evhttp_request *req, int status, const char *word);

/* The server's callback for every request. */
void http_on_request(struct evhttp_request *req, void *portal);

#endif
