/* SPDX-License-Identifier: BSD-2-Clause */
#include "pusher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoding/base64url.h"
#include "log/log.h"
#include "outgoing/outgoing.h"
#include "portal/public.h"

#define QUEUE_MAX 4096
#define TIMEOUT_MS 10000
#define BODY_MAX 4096		/* RFC 8030 section 7.2 */

struct message {
	struct mfa_outgoing_request request;	/* the first */
	const struct mfa_networks *networks;
	char id[32];
	char *endpoint;
	struct curl_slist *headers;
	uint8_t body[BODY_MAX];
	size_t len;
};

struct pusher {
	struct portal *portal;
	void (*done)(struct portal *portal, const char *id, int status);
	struct mfa_outgoing *outgoing;
	struct event *event;		/* something was answered */
};

static void free_message(struct mfa_outgoing_request *request)
{
	struct message *message = (struct message *)request;

	curl_slist_free_all(message->headers);
	free(message->endpoint);
	free(message);
}

/* The thread. */

static bool may_connect(const struct mfa_outgoing_request *request, const struct sockaddr *address)
{
	return mfa_address_may_be_pushed(address, ((const struct message *)request)->networks);
}

static bool prepare(struct mfa_outgoing_request *request, CURL *curl)
{
	struct message *message = (struct message *)request;

	return curl_easy_setopt(curl, CURLOPT_URL, message->endpoint) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message->body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)message->len) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, message->headers) == CURLE_OK;
}

/* The portal's side. */

static void log_failure(const struct message *message, int status)
{
	bool refused = message->request.refused;
	char host[256];
	struct mfa_log_line line;
	const char *at = message->endpoint + strlen("https://");

	/* The path of an endpoint is a secret between the phone and its push service. */
	(void)snprintf(host, sizeof(host), "%.*s", (int)strcspn(at, "/?#"), at);
	mfa_log_begin(&line, "push");
	mfa_log_text(&line, "result", refused ? "refused" : "failed");
	mfa_log_text(&line, "host", host);
	mfa_log_number(&line, "status", status);
	mfa_log_text(&line, "msg", refused ? "its address is not public; [portal] push_networks may allow it"
					   : message->request.error);
	mfa_log_write(&line, LOG_WARNING);
}

static void on_answered(evutil_socket_t fd, short what, void *ctx)
{
	struct pusher *p = ctx;
	struct message *message;

	(void)fd, (void)what;
	while ((message = (struct message *)mfa_outgoing_answered(p->outgoing)) != NULL) {
		/* Half an answer is none. */
		int status = message->request.code == CURLE_OK ? message->request.status : 0;

		if (status < 200 || status >= 300)
			log_failure(message, status);
		p->done(p->portal, message->id, status);
		free_message(&message->request);
	}
}

int pusher_new(struct portal *portal, void (*done)(struct portal *portal, const char *id, int status),
	       struct pusher **out)
{
	struct pusher *p = calloc(1, sizeof(*p));

	*out = NULL;
	if (p == NULL || mfa_outgoing_new(QUEUE_MAX, &p->outgoing) != 0) {
		free(p);
		return -ENOMEM;
	}
	p->portal = portal;
	p->done = done;
	p->event = event_new(portal->base, mfa_outgoing_fd(p->outgoing), EV_READ | EV_PERSIST, on_answered, p);
	if (p->event == NULL || event_add(p->event, NULL) != 0) {
		pusher_free(&p);
		return -ENOMEM;
	}
	*out = p;
	return 0;
}

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text != NULL ? text : "";
}

static bool fill(struct message *message, const json_t *event)
{
	const char *body = text_of(event, "body");
	char ttl[24];

	(void)snprintf(message->id, sizeof(message->id), "%s", text_of(event, "id"));
	(void)snprintf(ttl, sizeof(ttl), "%lld", (long long)json_integer_value(json_object_get(event, "ttl")));
	message->endpoint = strdup(text_of(event, "endpoint"));
	return message->endpoint != NULL && strncmp(message->endpoint, "https://", 8) == 0 &&
	       mfa_base64url_decode(body, strlen(body), message->body, sizeof(message->body), &message->len) == 0 &&
	       mfa_outgoing_header(&message->headers, "Content-Encoding", "aes128gcm") &&
	       mfa_outgoing_header(&message->headers, "Content-Type", "application/octet-stream") &&
	       mfa_outgoing_header(&message->headers, "TTL", ttl) &&
	       mfa_outgoing_header(&message->headers, "Urgency", "high") &&
	       mfa_outgoing_header(&message->headers, "Topic", text_of(event, "topic")) &&
	       mfa_outgoing_header(&message->headers, "Authorization", text_of(event, "authorization")) &&
	       /* No "Expect: 100-continue" and its wait. */
	       mfa_outgoing_header(&message->headers, "Expect", "");
}

void pusher_send(struct pusher *p, const json_t *event)
{
	struct message *message = calloc(1, sizeof(*message));

	if (message == NULL)
		return;
	message->request = (struct mfa_outgoing_request){
		.prepare = prepare, .may_connect = may_connect, .timeout_ms = TIMEOUT_MS,
	};
	message->networks = &p->portal->conf->portal.push_networks;
	if (fill(message, event) && mfa_outgoing_send(p->outgoing, &message->request) == 0)
		return;
	p->done(p->portal, text_of(event, "id"), 0);
	free_message(&message->request);
}

void pusher_free(struct pusher **pusher)
{
	struct pusher *p = *pusher;

	if (p == NULL)
		return;
	if (p->event != NULL)
		event_free(p->event);
	mfa_outgoing_free(&p->outgoing, free_message);
	free(p);
	*pusher = NULL;
}
