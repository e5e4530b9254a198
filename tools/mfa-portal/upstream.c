/* SPDX-License-Identifier: BSD-2-Clause */
#include "upstream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json/read.h"
#include "log/log.h"
#include "wire/dial.h"
#include "wire/frame.h"

#define POOL 8
#define QUEUE_MAX 1024
#define CALL_MS 10000		/* that mfad may take */
#define RETRY_MS 500
#define RETRY_PART 20		/* of the time, one part goes into calling a mfad that does not answer */
#define SILENCE_MS 60000	/* mfad pings each 20 s */

struct call {
	struct call *next;
	char *text;
	upstream_done *done;
	void *ctx;
	int64_t deadline;
};

struct line {
	struct upstream *up;
	int fd;
	struct event *event;
	struct call *call;		/* under way; NULL: it is free */
};

struct upstream {
	struct portal *portal;
	char *socket;
	void (*on_event)(struct portal *portal, const json_t *event);
	struct line lines[POOL];
	struct line events;
	int64_t heard;
	int64_t retry;			/* before then nobody calls: it was just in vain */
	bool lost;			/* said once */
	struct call *head, **tail;
	size_t count;
	struct event *tick;
	struct mfa_frame frame;
};

static void finish(struct call *call, int status, json_t *body)
{
	call->done(call->ctx, status, body);
	free(call->text);
	free(call);
}

static void hang_up(struct line *line)
{
	struct call *call = line->call;

	if (line->event != NULL)
		event_free(line->event);
	if (line->fd >= 0)
		(void)close(line->fd);
	line->event = NULL;
	line->fd = -1;
	line->call = NULL;
	if (call != NULL)
		finish(call, 503, NULL);
}

static json_t *receive(struct upstream *up, struct line *line)
{
	struct mfa_field field;
	int r = mfa_frame_recv(line->fd, &up->frame, 0);

	if (r == -ETIMEDOUT || r == -EAGAIN || r == -EINTR)
		return NULL;
	if (r != 0 || mfa_frame_type(&up->frame) != MFA_ROW ||
	    mfa_frame_find(&up->frame, MFA_FIELD_JSON, &field) != 0) {
		hang_up(line);
		return NULL;
	}
	return mfa_json_read(field.data, field.len);
}

static void pump(struct upstream *up);

static void on_reply(evutil_socket_t fd, short what, void *ctx)
{
	struct line *line = ctx;
	struct upstream *up = line->up;
	struct call *call;
	json_t *reply = receive(up, line), *body;

	(void)fd, (void)what;
	if (reply == NULL || line->call == NULL) {
		json_decref(reply);
		pump(up);
		return;
	}
	call = line->call;
	line->call = NULL;
	body = json_incref(json_object_get(reply, "body"));
	finish(call, body != NULL ? (int)json_integer_value(json_object_get(reply, "status")) : 503, body);
	json_decref(reply);
	pump(up);
}

static void on_event(evutil_socket_t fd, short what, void *ctx)
{
	struct upstream *up = ctx;
	json_t *event = receive(up, &up->events);

	(void)fd, (void)what;
	if (event != NULL)
		up->on_event(up->portal, event);
	up->heard = portal_ms();
	json_decref(event);
}

static int say(struct upstream *up, int fd, enum mfa_frame_type type, const char *json)
{
	mfa_frame_start(&up->frame, type);
	mfa_frame_put_byte(&up->frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&up->frame, MFA_FIELD_JSON, json);
	return mfa_frame_send(fd, &up->frame, 0);
}

static int call_up(struct upstream *up, struct line *line, event_callback_fn fn, void *ctx)
{
	int64_t began = portal_ms(), took;
	int r = began >= up->retry ? mfa_dial_daemon(up->socket, &line->fd) : -EAGAIN;

	line->up = up;
	if (r != 0) {
		/* It waits where mfad's backlog is full, and all else waits with it: for a small part of the time. */
		took = portal_ms() - began;
		if (began >= up->retry)
			up->retry = began + RETRY_MS + took * RETRY_PART;
		return r;
	}
	line->event = event_new(up->portal->base, line->fd, EV_READ | EV_PERSIST, fn, ctx);
	if (line->event != NULL && event_add(line->event, NULL) == 0)
		return 0;
	hang_up(line);
	return -ENOMEM;
}

/* Hands what waits to the connections that are free. */
static void pump(struct upstream *up)
{
	struct call *call;
	size_t i;

	for (i = 0; i < POOL && up->head != NULL; i++) {
		struct line *line = &up->lines[i];

		if (line->call != NULL)
			continue;
		if (line->fd < 0 && call_up(up, line, on_reply, line) != 0)
			return;
		call = up->head;
		up->head = call->next;
		if (up->head == NULL)
			up->tail = &up->head;
		up->count--;
		line->call = call;
		if (say(up, line->fd, MFA_PHONE, call->text) != 0)
			hang_up(line);
	}
}

static void listen_again(struct upstream *up, int64_t now)
{
	int r;

	if (now < up->retry)
		return;
	r = call_up(up, &up->events, on_event, up);
	if (r == 0)
		r = say(up, up->events.fd, MFA_EVENTS, "{}");
	if (r != 0 && up->events.fd >= 0) {
		hang_up(&up->events);
		up->retry = now + RETRY_MS;
	}
	if (r != 0 && !up->lost)
		mfa_log_message(LOG_ERR, "mfad", "mfad can't be reached; phones are told to wait", r);
	if (r == 0) {
		mfa_log_message(LOG_INFO, "mfad", "listening to mfad", 0);
		up->on_event(up->portal, NULL);
	}
	up->lost = r != 0;
	up->heard = now;
}

static void drop_late(struct upstream *up, int64_t now)
{
	struct call *call;
	size_t i;

	while (up->head != NULL && up->head->deadline < now) {
		call = up->head;
		up->head = call->next;
		if (up->head == NULL)
			up->tail = &up->head;
		up->count--;
		finish(call, 503, NULL);
	}
	for (i = 0; i < POOL; i++)
		if (up->lines[i].call != NULL && up->lines[i].call->deadline < now)
			hang_up(&up->lines[i]);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct upstream *up = ctx;
	int64_t now = portal_ms();

	(void)fd, (void)what;
	drop_late(up, now);
	if (up->events.fd >= 0 && now - up->heard > SILENCE_MS)
		hang_up(&up->events);
	if (up->events.fd < 0)
		listen_again(up, now);
	pump(up);
}

int upstream_new(struct portal *portal, const char *socket,
		 void (*fn)(struct portal *portal, const json_t *event), struct upstream **out)
{
	static const struct timeval often = { .tv_usec = 250000 };
	struct upstream *up = calloc(1, sizeof(*up));
	size_t i;

	*out = up;
	if (up == NULL)
		return -ENOMEM;
	up->portal = portal;
	up->on_event = fn;
	up->tail = &up->head;
	up->events.fd = -1;
	for (i = 0; i < POOL; i++)
		up->lines[i].fd = -1;
	up->socket = strdup(socket);
	up->tick = event_new(portal->base, -1, EV_PERSIST, on_tick, up);
	if (up->socket == NULL || up->tick == NULL || event_add(up->tick, &often) != 0) {
		upstream_free(out);
		return -ENOMEM;
	}
	listen_again(up, portal_ms());
	return 0;
}

void upstream_free(struct upstream **upstream)
{
	struct upstream *up = *upstream;
	size_t i;

	if (up == NULL)
		return;
	drop_late(up, INT64_MAX);
	for (i = 0; i < POOL; i++)
		hang_up(&up->lines[i]);
	hang_up(&up->events);
	if (up->tick != NULL)
		event_free(up->tick);
	free(up->socket);
	free(up);
	*upstream = NULL;
}

void upstream_call(struct upstream *up, char *text, upstream_done *done, void *ctx)
{
	struct call *call = text != NULL && up->count < QUEUE_MAX ? calloc(1, sizeof(*call)) : NULL;

	if (call == NULL) {
		free(text);
		done(ctx, 503, NULL);
		return;
	}
	*call = (struct call){ .text = text, .done = done, .ctx = ctx, .deadline = portal_ms() + CALL_MS };
	*up->tail = call;
	up->tail = &call->next;
	up->count++;
	pump(up);
}

static void ignore(void *ctx, int status, json_t *body)
{
	(void)ctx, (void)status;
	json_decref(body);
}

void upstream_forget(struct upstream *up, const void *ctx)
{
	struct call *call;
	size_t i;

	for (call = up->head; call != NULL; call = call->next)
		if (call->ctx == ctx)
			call->done = ignore;
	for (i = 0; i < POOL; i++)
		if (up->lines[i].call != NULL && up->lines[i].call->ctx == ctx)
			up->lines[i].call->done = ignore;
}
