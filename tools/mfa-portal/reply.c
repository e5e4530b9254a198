/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "json/fields.h"

static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
	"manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

void reply_header(struct evhttp_request *req, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

void reply_headers(const struct portal *portal, struct evhttp_request *req)
{
	reply_header(req, "Content-Security-Policy", policy);
	reply_header(req, "X-Content-Type-Options", "nosniff");
	reply_header(req, "Referrer-Policy", "no-referrer");
	reply_header(req, "Cross-Origin-Opener-Policy", "same-origin");
	reply_header(req, "Cross-Origin-Resource-Policy", "same-origin");
	reply_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
	if (strncmp(portal->conf->portal.url, "https:", 6) == 0)
		reply_header(req, "Strict-Transport-Security", "max-age=31536000");
}

void reply_send(struct portal *portal, struct evhttp_request *req, int status, struct evbuffer *buffer)
{
	static const struct { int status; const char *words; } words[] = {
		{ 200, "OK" }, { 304, "Not Modified" }, { 400, "Bad Request" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 409, "Conflict" }, { 410, "Gone" },
		{ 413, "Content Too Large" }, { 415, "Unsupported Media Type" }, { 429, "Too Many Requests" },
		{ 503, "Service Unavailable" },
	};
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	const char *reason = "Error";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].status == status)
			reason = words[i].words;
	if (evcon != NULL)
		connections_idle(portal->connections, evcon);
	evhttp_send_reply(req, status, reason, buffer);
}

void reply_json(struct portal *portal, struct evhttp_request *req, int status, json_t *body)
{
	struct evbuffer *buffer = evbuffer_new();
	char *text = mfa_json_dump(body);

	if (text == NULL)
		status = 503;
	reply_headers(portal, req);
	reply_header(req, "Cache-Control", "no-store");
	reply_header(req, "Content-Type", "application/json");
	if (buffer != NULL && text != NULL)
		(void)evbuffer_add(buffer, text, strlen(text));
	reply_send(portal, req, status, buffer);
	if (buffer != NULL)
		evbuffer_free(buffer);
	free(text);
}

void reply_refuse(struct portal *portal, struct evhttp_request *req, int status, const char *word)
{
	reply_json(portal, req, status, json_pack("{s:s}", "error", word));
}
