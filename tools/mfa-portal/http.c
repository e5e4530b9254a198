/* SPDX-License-Identifier: BSD-2-Clause */
#include "http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connections.h"
#include "json/fields.h"
#include "json/read.h"
#include "pages.h"
#include "phone/pairing.h"
#include "portal/body.h"
#include "reply.h"
#include "table/table.h"
#include "upstream.h"
#include "waits.h"

/* Of an address, behind which a whole school may be: calls that reach mfad (a sign-in takes six), what begins a pairing
 * (two a phone: a class at once), and files (twenty a page). */
#define CALLS_MOST 300.0F
#define CALLS_RATE 30.0F
#define PAIRS_MOST 60.0F
#define PAIRS_RATE 1.0F
#define FILES_MOST 2000.0F
#define FILES_RATE 100.0F

enum purpose { PURPOSE_CALL, PURPOSE_PAIR, PURPOSE_FILE, PURPOSE_COUNT };

/* A call that mfad is asked. */
struct asked {
	struct portal *portal;
	struct evhttp_request *req;
	uint64_t serial;		/* of the events when it was asked */
	bool lists;
};

/* Files. */

static void serve_file(struct portal *portal, struct evhttp_request *req, const char *path)
{
	const struct page *page = pages_find(portal->pages, path);
	const char *known = evhttp_find_header(evhttp_request_get_input_headers(req), "If-None-Match");
	struct evbuffer *buffer;

	if (page == NULL) {
		reply_refuse(portal, req, 404, "no-such-page");
		return;
	}
	reply_headers(portal, req);
	reply_header(req, "ETag", page->etag);
	reply_header(req, "Cache-Control", "no-cache");
	if (known != NULL && strcmp(known, page->etag) == 0) {
		reply_send(portal, req, 304, NULL);
		return;
	}
	reply_header(req, "Content-Type", page->type);
	buffer = evbuffer_new();
	if (buffer == NULL || evbuffer_add_reference(buffer, page->bytes, page->len, NULL, NULL) != 0)
		evhttp_send_error(req, 503, NULL);
	else
		reply_send(portal, req, 200, buffer);
	if (buffer != NULL)
		evbuffer_free(buffer);
}

/* Calls. */

static void on_gone(struct evhttp_connection *evcon, void *ctx)
{
	struct asked *asked = ctx;

	(void)evcon;
	upstream_forget(asked->portal->upstream, asked);
	free(asked);
}

/* What the phone can wait with, now that mfad knows it. */
static void add_ticket(struct asked *asked, json_t *body)
{
	const char *id = json_string_value(json_object_get(body, "device"));
	struct mfa_ticket ticket = { .serial = asked->serial, .time = portal_time() };
	char text[MFA_TICKET_SIZE];

	if (id != NULL && mfa_device_id_parse(id, &ticket.device) == 0 &&
	    mfa_ticket_make(asked->portal->ticket_key, &ticket, text) == 0)
		(void)json_object_set_new(body, "ticket", json_string(text));
}

static void on_reply(void *ctx, int status, json_t *body)
{
	struct asked *asked = ctx;

	evhttp_connection_set_closecb(evhttp_request_get_connection(asked->req), NULL, NULL);
	if (body == NULL)
		reply_refuse(asked->portal, asked->req, 503, "unavailable");
	else if (asked->lists && status == 200)
		add_ticket(asked, body);
	if (body != NULL)
		reply_json(asked->portal, asked->req, status >= 200 && status < 600 ? status : 503, body);
	free(asked);
}

static void ask(struct portal *portal, struct evhttp_request *req, char *text, bool lists)
{
	struct asked *asked = calloc(1, sizeof(*asked));

	if (asked == NULL) {
		free(text);
		reply_refuse(portal, req, 503, "unavailable");
		return;
	}
	*asked = (struct asked){ .portal = portal, .req = req, .serial = portal->ring.serial, .lists = lists };
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), on_gone, asked);
	upstream_call(portal->upstream, text, on_reply, asked);
}

static void wait_for(struct portal *portal, struct evhttp_request *req, const char *body, size_t len)
{
	json_t *json = mfa_json_read(body, len);
	const char *text = json_string_value(json_object_get(json, "ticket"));
	struct mfa_ticket ticket;

	if (text == NULL)
		reply_refuse(portal, req, 400, "invalid");
	else if (mfa_ticket_read(portal->ticket_key, text, portal_time(), &ticket) != 0)
		reply_refuse(portal, req, 403, "ticket");
	else
		waits_add(portal->waits, req, &ticket);
	json_decref(json);
}

/* A page of ours, or no page at all. */
static bool is_from_us(const struct portal *portal, struct evhttp_request *req)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const char *origin = evhttp_find_header(headers, "Origin");
	const char *site = evhttp_find_header(headers, "Sec-Fetch-Site");

	return (origin == NULL || strcmp(origin, portal->conf->portal.url) == 0) &&
	       (site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0);
}

static bool is_json(struct evhttp_request *req)
{
	const char *type = evhttp_find_header(evhttp_request_get_input_headers(req), "Content-Type");
	size_t len = strlen("application/json");

	return type != NULL && strncasecmp(type, "application/json", len) == 0 &&
	       (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

static bool is_allowed(struct portal *portal, struct evhttp_request *req, enum purpose purpose)
{
	static const struct { float most, rate; } rates[] = {
		[PURPOSE_CALL] = { CALLS_MOST, CALLS_RATE }, [PURPOSE_PAIR] = { PAIRS_MOST, PAIRS_RATE },
		[PURPOSE_FILE] = { FILES_MOST, FILES_RATE },
	};
	MFA_TABLE_FITS(rates, PURPOSE_COUNT);
	struct mfa_address address;

	if (connections_address(portal, req, &address) != 0)
		return false;
	return mfa_ratelimit_allow(portal->ratelimit, &address, purpose, 1, rates[purpose].most, rates[purpose].rate,
				   portal_ms());
}

static void serve_call(struct portal *portal, struct evhttp_request *req, const char *name)
{
	static const struct { const char *name; enum purpose purpose; } calls[] = {
		{ "look", PURPOSE_PAIR }, { "pair", PURPOSE_PAIR }, { "list", PURPOSE_CALL },
		{ "wait", PURPOSE_CALL }, { "answer", PURPOSE_CALL }, { "subscribe", PURPOSE_CALL },
		{ "unpair", PURPOSE_CALL },
	};
	struct evbuffer *input = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(input), i;
	const char *body;
	char *text;
	int r;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			break;
	if (i == sizeof(calls) / sizeof(calls[0])) {
		reply_refuse(portal, req, 404, "no-such-call");
	} else if (evhttp_request_get_command(req) != EVHTTP_REQ_POST) {
		reply_header(req, "Allow", "POST");
		reply_refuse(portal, req, 405, "method");
	} else if (!is_from_us(portal, req)) {
		reply_refuse(portal, req, 403, "origin");
	} else if (!is_json(req)) {
		reply_refuse(portal, req, 415, "type");
	} else if (len > MFA_BODY_MAX) {
		reply_refuse(portal, req, 413, "large");
	} else if (!is_allowed(portal, req, calls[i].purpose)) {
		reply_refuse(portal, req, 429, "busy");
	} else {
		body = (const char *)evbuffer_pullup(input, -1);
		if (strcmp(name, "wait") == 0) {
			wait_for(portal, req, body != NULL ? body : "", len);
			return;
		}
		r = mfa_body_rewrite(name, body != NULL ? body : "", len, &text);
		if (r != 0)
			reply_refuse(portal, req, r == -EBADMSG ? 400 : 503, r == -EBADMSG ? "invalid" : "unavailable");
		else
			ask(portal, req, text, strcmp(name, "list") == 0);
	}
}

static void serve_hello(struct portal *portal, struct evhttp_request *req)
{
	if (evhttp_request_get_command(req) != EVHTTP_REQ_GET) {
		reply_header(req, "Allow", "GET");
		reply_refuse(portal, req, 405, "method");
	} else if (!is_allowed(portal, req, PURPOSE_CALL)) {
		reply_refuse(portal, req, 429, "busy");
	} else {
		ask(portal, req, strdup("{\"call\":\"hello\"}"), false);
	}
}

void http_on_request(struct evhttp_request *req, void *ctx)
{
	struct portal *portal = ctx;
	enum evhttp_cmd_type method = evhttp_request_get_command(req);
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));

	connections_busy(portal->connections, evhttp_request_get_connection(req));
	if (path == NULL || path[0] != '/') {
		reply_refuse(portal, req, 400, "invalid");
	} else if (strcmp(path, "/api/hello") == 0) {
		serve_hello(portal, req);
	} else if (strncmp(path, "/api/", 5) == 0) {
		serve_call(portal, req, path + 5);
	} else if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
		reply_header(req, "Allow", "GET, HEAD");
		reply_refuse(portal, req, 405, "method");
	} else if (!is_allowed(portal, req, PURPOSE_FILE)) {
		reply_refuse(portal, req, 429, "busy");
	} else {
		serve_file(portal, req, path);
	}
}
